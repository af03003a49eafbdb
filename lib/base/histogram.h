/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Log-bucketed histogram of durations: 16 buckets for each power of two of microseconds, so that a
 * quantile from 16 µs on is right within 5 %. Merging adds buckets: associative and commutative.
 */

#include "base/arena.h"

enum { HISTOGRAM_BUCKETS = 16 * 40 };

struct histogram {
	uint64_t count;
	int64_t max_ns;
	uint32_t *buckets; /* HISTOGRAM_BUCKETS, on the heap; NULL while empty */
};

void histogram_finish(struct histogram *histogram);
void histogram_add(struct histogram *histogram, int64_t duration_ns);
/** Add `count` durations of one bucket. */
void histogram_add_many(struct histogram *histogram, int64_t duration_ns, uint32_t count);
/** The shortest duration of a bucket: whole microseconds. */
int64_t histogram_bucket_start(size_t bucket);
void histogram_merge(struct histogram *into, const struct histogram *from);
/** The duration that a share (0 to 1) of all lie at or below; 0 when empty; never above max_ns. */
int64_t histogram_quantile(const struct histogram *histogram, double share);
