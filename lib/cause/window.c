/* SPDX-License-Identifier: Apache-2.0 */
/* Which stop is explained first, and what part of the logs belongs to it. */
#include "cause/reason.h"

#include "base/vec.h"

enum {
	WINDOW_BEFORE_S = 300, /* at least so much before a stop */
	WINDOW_AFTER_S = 90,   /* a slow operation is printed when it ends, which may be after the stop */
	WINDOW_JOIN_S = 180,   /* trouble closer than this to the window belongs to it */
	WINDOW_MAX_S = 2 * 3600,
	EXCERPT_RECORDS = 60 /* fewer records and no start: pieces of a log */
};

/* Ends that nobody wanted come before ends that were asked for. */
static int stop_weight(const struct stop *stop)
{
	bool is_milvus = str_equals(stop->component, STR("milvus"));
	bool is_wanted = stop->how == STOP_ASKED || stop->how == STOP_CLEAN;
	return (is_milvus ? 4 : 0) + (is_wanted ? 0 : 2);
}

static const struct stop *main_stop(const struct reason *reason)
{
	const struct stop *best = NULL;
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		if (best == NULL || stop_weight(stop) >= stop_weight(best)) {
			best = stop;
		}
	}
	return best;
}

static int64_t earliest_trouble(const struct reason *reason, int64_t from_ns, int64_t limit_ns)
{
	bool has_moved = true;
	while (has_moved) {
		has_moved = false;
		for (size_t i = reason->digest->episodes.count; i > 0; i--) {
			const struct episode *episode = &reason->digest->episodes.items[i - 1];
			if (!episode->kind->is_harm || episode->first_ns == TIME_NONE || episode->first_ns >= from_ns ||
			    episode->last_ns < from_ns - WINDOW_JOIN_S * NS_PER_SEC) {
				continue;
			}
			from_ns = episode->first_ns < limit_ns ? limit_ns : episode->first_ns;
			has_moved = from_ns > limit_ns;
		}
	}
	return from_ns;
}

static bool looks_like_excerpt(const struct reason *reason)
{
	uint64_t records = 0;
	bool has_start = false;
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		records += reason->digest->sources[i].records;
	}
	vec_foreach (struct run, run, &reason->findings->runs) {
		has_start |= run->start_ns != TIME_NONE;
	}
	return records < EXCERPT_RECORDS && !has_start;
}

void reason_window(struct reason *reason)
{
	reason->stop = main_stop(reason);
	reason->is_excerpt = looks_like_excerpt(reason);
	reason->findings->verdict.is_excerpt = reason->is_excerpt;
	reason->window = (struct window){TIME_NONE, TIME_NONE};
	if (reason->stop == NULL || reason->stop->time_ns == TIME_NONE || reason->is_excerpt) {
		return;
	}
	int64_t stop_ns = reason->stop->time_ns;
	int64_t from_ns = stop_ns - WINDOW_BEFORE_S * NS_PER_SEC - reason->ttl_ns;
	reason->window.from_ns = earliest_trouble(reason, from_ns, stop_ns - WINDOW_MAX_S * NS_PER_SEC);
	reason->window.to_ns = stop_ns + WINDOW_AFTER_S * NS_PER_SEC;
}
