/* SPDX-License-Identifier: Apache-2.0 */
/* Which stop is explained first, and what part of the logs belongs to it. */
#include "cause/reason.h"

#include "base/vec.h"

enum {
	WINDOW_BEFORE_S = 300, /* at least so much before a stop */
	WINDOW_AFTER_S = 90,   /* a slow operation is printed when it ends, which may be after the stop */
	WINDOW_JOIN_S = 180,   /* trouble closer than this to the window belongs to it */
	WINDOW_MAX_S = 2 * 3600,
	CHRONIC_EPISODES = 5,
	CHRONIC_TENTHS = 6, /* spread over more than so many tenths of the logs */
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

/* A kind that is spread over most of the logs is no sign of when this trouble began. */
static bool is_chronic(const struct reason *reason, const struct event_kind *kind)
{
	int64_t log_first = TIME_NONE, log_last = TIME_NONE, first = TIME_NONE, last = TIME_NONE;
	size_t count = 0;
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->first_ns != TIME_NONE) {
			log_first = log_first == TIME_NONE || source->first_ns < log_first ? source->first_ns : log_first;
			log_last = source->last_ns > log_last ? source->last_ns : log_last;
		}
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->kind == kind && episode->first_ns != TIME_NONE) {
			first = first == TIME_NONE || episode->first_ns < first ? episode->first_ns : first;
			last = episode->last_ns > last ? episode->last_ns : last;
			count++;
		}
	}
	return count >= CHRONIC_EPISODES && (last - first) / 10 > (log_last - log_first) / 10 * CHRONIC_TENTHS / 10;
}

static int64_t earliest_trouble(const struct reason *reason, int64_t from_ns, int64_t limit_ns)
{
	bool has_moved = true;
	while (has_moved) {
		has_moved = false;
		for (size_t i = reason->digest->episodes.count; i > 0; i--) {
			const struct episode *episode = &reason->digest->episodes.items[i - 1];
			if (!episode->kind->is_harm || episode->first_ns == TIME_NONE || episode->first_ns >= from_ns ||
			    episode->last_ns < from_ns - WINDOW_JOIN_S * NS_PER_SEC || is_chronic(reason, episode->kind)) {
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
