/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Prometheus histograms: cumulative buckets to quantiles; private to side/. */

#include "side/side.h"

/** What a histogram's quantiles are called as facts. */
struct histogram_kind {
	struct str name;        /* without _bucket */
	const char *p99_id;     /* over the life of the process */
	const char *over_1s_id; /* how many took more than about a second; NULL */
	const char *between_id; /* p99 between the first and the last scrape */
	const char *buckets_id; /* the buckets themselves, for histogram_text_between; NULL */
	double ms;              /* milliseconds in a unit of le */
};

struct histogram_sets; /* of one name: buckets by labels and scrape */

struct histogram_sets *histogram_sets_create(struct arena *tmp);
/** Add a bucket's line. labels: with le. */
void histogram_sets_add(struct histogram_sets *sets, struct str labels, double count,
                        struct str line);
/** State the facts: of the set of labels that is worst. */
void histogram_sets_close(const struct histogram_sets *sets, const struct histogram_kind *kind,
                          struct side_sink *sink);

/** Observations in buckets as a fact states them: "0.001:16 0.002:40 +Inf:100". */
double histogram_text_total(struct str buckets);
/** p99 in milliseconds of what was observed between two such texts of seconds; false when that
 * cannot be told. */
bool histogram_text_between(struct str first, struct str last, double *p99_ms);
