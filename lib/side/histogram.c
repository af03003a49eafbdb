/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Prometheus promql/quantile.go, bucketQuantile: linear inside a bucket. */
#include "side/histogram.h"

#include "base/buf.h"
#include "side/readers.h"

enum { SETS_MAX = 48, BUCKETS_MAX = 40 };

/* One histogram of one scrape. */
struct buckets {
	struct str before, after; /* labels around le */
	double le[BUCKETS_MAX], count[BUCKETS_MAX];
	size_t used;
	struct str line; /* of the last bucket */
};

struct histogram_sets {
	struct buckets items[SETS_MAX];
	size_t count;
};

struct histogram_sets *histogram_sets_create(struct arena *tmp)
{
	return arena_new(tmp, struct histogram_sets);
}

static bool is_same(const struct buckets *buckets, struct str before, struct str after)
{
	return str_equals(buckets->before, before) && str_equals(buckets->after, after);
}

/* Buckets of one scrape come in ascending order: a lower bound begins the next scrape. */
static struct buckets *buckets_for(struct histogram_sets *sets, struct str before, struct str after,
                                   double le)
{
	for (size_t i = sets->count; i > 0; i--) {
		struct buckets *known = &sets->items[i - 1];
		if (is_same(known, before, after)) {
			bool goes_on = known->used > 0 && known->le[known->used - 1] < le;
			if (goes_on && known->used < BUCKETS_MAX) {
				return known;
			}
			if (goes_on) {
				return NULL;
			}
			break;
		}
	}
	if (sets->count == SETS_MAX) {
		return NULL;
	}
	struct buckets *fresh = &sets->items[sets->count++];
	*fresh = (struct buckets){.before = before, .after = after};
	return fresh;
}

void histogram_sets_add(struct histogram_sets *sets, struct str labels, double count,
                        struct str line)
{
	struct str before, rest, bound, after;
	double le = INFINITY;
	if (!str_cut(labels, STR("le=\""), &before, &rest) ||
	    !str_cut(rest, STR("\""), &bound, &after)) {
		return;
	}
	if (!str_equals(bound, STR("+Inf")) && !side_number(bound, &le)) {
		return;
	}
	struct buckets *buckets = buckets_for(sets, before, after, le);
	if (buckets != NULL) {
		buckets->le[buckets->used] = le;
		buckets->count[buckets->used++] = count;
		buckets->line = line;
	}
}

static double total(const struct buckets *buckets)
{
	return buckets->used == 0 ? 0 : buckets->count[buckets->used - 1];
}

/* 99 of 100 lie at or below; in the last, open bucket its lower bound. */
static double p99_of(const struct buckets *buckets)
{
	double wanted = total(buckets) * 0.99, below = 0, from = 0;
	for (size_t i = 0; i < buckets->used; i++) {
		double inside = buckets->count[i] - below;
		if (buckets->count[i] >= wanted) {
			bool is_open = isinf(buckets->le[i]) || inside <= 0;
			return is_open ? from
			               : from + (buckets->le[i] - from) * (wanted - below) / inside;
		}
		below = buckets->count[i];
		from = buckets->le[i];
	}
	return from;
}

/* Observations above the first bound of about a second. */
static double over_second(const struct buckets *buckets, double unit_ms)
{
	for (size_t i = 0; i < buckets->used; i++) {
		double bound_ms = buckets->le[i] * unit_ms;
		if (bound_ms >= 1000 && bound_ms < 1100) {
			return total(buckets) - buckets->count[i];
		}
	}
	return NAN;
}

/* What was observed between two scrapes. Returns: false when nothing was, or a counter fell. */
static bool subtract(const struct buckets *from, const struct buckets *to, struct buckets *between)
{
	*between = *to;
	if (from->used != to->used) {
		return false;
	}
	for (size_t i = 0; i < to->used; i++) {
		between->count[i] = to->count[i] - from->count[i];
		if (between->count[i] < 0) {
			return false;
		}
	}
	return total(between) > 0;
}

/* The first scrape of the labels of a set; NULL when there is none before it. */
static const struct buckets *first_of(const struct histogram_sets *sets, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (is_same(&sets->items[i], sets->items[index].before, sets->items[index].after)) {
			return &sets->items[i];
		}
	}
	return NULL;
}

static bool is_last(const struct histogram_sets *sets, size_t index)
{
	for (size_t i = index + 1; i < sets->count; i++) {
		if (is_same(&sets->items[i], sets->items[index].before, sets->items[index].after)) {
			return false;
		}
	}
	return true;
}

static struct str text_of(const struct buckets *buckets, struct arena *tmp)
{
	struct buf text = {0};
	for (size_t i = 0; i < buckets->used; i++) {
		if (isinf(buckets->le[i])) {
			buf_printf(&text, "+Inf:%.0f", buckets->count[i]);
		} else {
			buf_printf(&text, "%g:%.0f ", buckets->le[i], buckets->count[i]);
		}
	}
	struct str copy = arena_str(tmp, buf_str(&text));
	buf_finish(&text);
	return copy;
}

static void read_text(struct str text, struct buckets *buckets)
{
	struct str bound, count;
	*buckets = (struct buckets){0};
	for (struct str word = side_word(&text); word.len > 0 && buckets->used < BUCKETS_MAX;
	     word = side_word(&text)) {
		double le = INFINITY, value;
		if (str_cut(word, STR(":"), &bound, &count) && side_number(count, &value) &&
		    (str_equals(bound, STR("+Inf")) || side_number(bound, &le))) {
			buckets->le[buckets->used] = le;
			buckets->count[buckets->used++] = value;
		}
	}
}

double histogram_text_total(struct str buckets)
{
	struct buckets read;
	read_text(buckets, &read);
	return total(&read);
}

bool histogram_text_between(struct str first, struct str last, double *p99_ms)
{
	struct buckets from, to, between;
	read_text(first, &from);
	read_text(last, &to);
	if (!subtract(&from, &to, &between)) {
		return false;
	}
	*p99_ms = p99_of(&between) * 1000;
	return true;
}

void histogram_sets_close(const struct histogram_sets *sets, const struct histogram_kind *kind,
                          struct side_sink *sink)
{
	const struct buckets *worst = NULL;
	struct buckets worst_between = {0}, between;
	for (size_t i = 0; i < sets->count; i++) {
		const struct buckets *buckets = &sets->items[i];
		const struct buckets *first = first_of(sets, i);
		if (!is_last(sets, i) || total(buckets) < 1) {
			continue;
		}
		if (worst == NULL || p99_of(buckets) > p99_of(worst)) {
			worst = buckets;
		}
		if (first != NULL && subtract(first, buckets, &between) &&
		    (worst_between.used == 0 || p99_of(&between) > p99_of(&worst_between))) {
			worst_between = between;
		}
	}
	if (worst == NULL) {
		return;
	}
	side_fact(sink, kind->p99_id, p99_of(worst) * kind->ms, "ms", worst->line);
	if (kind->buckets_id != NULL) {
		side_fact_text(sink, kind->buckets_id, text_of(worst, sink->tmp), worst->line);
	}
	if (kind->over_1s_id != NULL) {
		side_fact(sink, kind->over_1s_id, over_second(worst, kind->ms), "", worst->line);
	}
	if (worst_between.used > 0) {
		side_fact(sink, kind->between_id, p99_of(&worst_between) * kind->ms, "ms",
		          worst_between.line);
	}
}
