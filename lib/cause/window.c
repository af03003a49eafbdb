/* SPDX-License-Identifier: Apache-2.0 */
/* What part of the logs belongs to a stop. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	WINDOW_BEFORE_S = 300, /* at least so much before a stop */
	WINDOW_AFTER_S = 90,   /* slow operations are printed when they end, maybe after the stop */
	WINDOW_AFTER_LEAST_S = 1, /* ... and even when it started again at once */
	WINDOW_JOIN_S = 180,      /* trouble closer than this to the window belongs to it */
	WINDOW_MAX_S = 2 * 3600,
	CLOCKS_S = 120, /* sooner after each other than this may be a matter of clocks */
	CHRONIC_EPISODES = 5,
	CHRONIC_TENTHS = 6,  /* spread over more than so many tenths of the logs */
	EXCERPT_RECORDS = 60 /* fewer records and no start: pieces of a log */
};

/* A kind that is spread over most of the logs is no sign of when this trouble began. */
static bool is_chronic(const struct reason *reason, const struct event_kind *kind)
{
	int64_t log_first = TIME_NONE, log_last = TIME_NONE, first = TIME_NONE, last = TIME_NONE;
	size_t count = 0;
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->first_ns != TIME_NONE) {
			log_first = log_first == TIME_NONE || source->first_ns < log_first
			                    ? source->first_ns
			                    : log_first;
			log_last = source->last_ns > log_last ? source->last_ns : log_last;
		}
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->kind == kind && episode->first_ns != TIME_NONE) {
			first = first == TIME_NONE || episode->first_ns < first ? episode->first_ns
			                                                        : first;
			last = episode->last_ns > last ? episode->last_ns : last;
			count++;
		}
	}
	return count >= CHRONIC_EPISODES &&
	       (last - first) / 10 > (log_last - log_first) / 10 * CHRONIC_TENTHS / 10;
}

static int64_t earliest_trouble(const struct reason *reason, int64_t from_ns, int64_t limit_ns)
{
	bool has_moved = true;
	while (has_moved) {
		has_moved = false;
		for (size_t i = reason->digest->episodes.count; i > 0; i--) {
			const struct episode *episode = &reason->digest->episodes.items[i - 1];
			if (!episode->kind->is_harm || episode->first_ns == TIME_NONE ||
			    episode->first_ns >= from_ns ||
			    episode->last_ns < from_ns - WINDOW_JOIN_S * NS_PER_SEC ||
			    is_chronic(reason, episode->kind)) {
				continue;
			}
			from_ns = episode->first_ns < limit_ns ? limit_ns : episode->first_ns;
			has_moved = from_ns > limit_ns;
		}
	}
	return from_ns;
}

bool reason_looks_like_excerpt(const struct reason *reason)
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

static bool is_same_process(const struct stop *stop, struct str component, struct str instance)
{
	return str_equals(stop->component, component) && str_equals(stop->instance, instance);
}

/* What ended the run before is over when the run begins that this stop ended; what goes on still
 * counts. */
static int64_t begin_of_run(const struct reason *reason)
{
	const struct stop *stop = reason->stop;
	bool has_before = false;
	vec_foreach (struct stop, other, &reason->findings->stops) {
		has_before |= other != stop &&
		              is_same_process(stop, other->component, other->instance) &&
		              other->time_ns < stop->time_ns;
	}
	return has_before ? run_start(reason, stop, stop->time_ns) : TIME_NONE;
}

/* Where the next run begins, for what that prints is about itself. */
static int64_t begin_of_next(const struct reason *reason)
{
	const struct stop *stop = reason->stop;
	int64_t next_ns = run_next_start(reason, stop->component, stop->instance, stop->time_ns);
	return next_ns == TIME_NONE ? INT64_MAX : next_ns;
}

/* Whether an etcd had given the process that stopped a session since then: it was back, whatever
 * its log tells. */
static bool had_session_since(const struct reason *reason, int64_t time_ns)
{
	const struct stop *stop = reason->stop;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!episode_is(episode, STR("milvus.session.registered")) ||
		    !str_equals(episode_instance(reason, episode), stop->instance)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			int64_t at_ns = episode->members[i]->time_ns;
			if (at_ns != TIME_NONE && at_ns > time_ns + CLOCKS_S * NS_PER_SEC &&
			    at_ns < stop->time_ns) {
				return true;
			}
		}
	}
	return false;
}

/* An etcd that ended and had not come back is still what Milvus lacks, however long that is ago;
 * nor has one come back that ended in the same way each time it was started. */
static int64_t end_of_etcd(const struct reason *reason, int64_t from_ns)
{
	vec_foreach (struct stop, other, &reason->findings->stops) {
		if (!str_equals(other->component, STR("etcd")) || other->how == STOP_QUORUM_LOST ||
		    stop_is_foreign(reason, other) || other->time_ns == TIME_NONE ||
		    other->time_ns >= from_ns ||
		    !str_equals(reason->stop->component, STR("milvus"))) {
			continue;
		}
		int64_t back_ns =
			run_next_start(reason, other->component, other->instance, other->last_ns);
		bool is_missing = back_ns == TIME_NONE || back_ns >= reason->stop->time_ns;
		if (is_missing && !had_session_since(reason, other->last_ns)) {
			from_ns = other->time_ns - NS_PER_MIN;
		}
	}
	return from_ns;
}

void reason_window(struct reason *reason)
{
	reason->window = (struct window){TIME_NONE, TIME_NONE};
	if (reason->stop == NULL || reason->stop->time_ns == TIME_NONE || reason->is_excerpt) {
		return;
	}
	int64_t stop_ns = reason->stop->time_ns;
	int64_t from_ns = stop_ns - WINDOW_BEFORE_S * NS_PER_SEC - reason->ttl_ns;
	from_ns = earliest_trouble(reason, from_ns, stop_ns - WINDOW_MAX_S * NS_PER_SEC);
	int64_t begin_ns = begin_of_run(reason), next_ns = begin_of_next(reason);
	from_ns = begin_ns > from_ns ? begin_ns : from_ns;
	reason->window.from_ns = end_of_etcd(reason, from_ns);
	int64_t to_ns = stop_ns + WINDOW_AFTER_S * NS_PER_SEC;
	if (next_ns < to_ns) {
		to_ns = next_ns > stop_ns + WINDOW_AFTER_LEAST_S * NS_PER_SEC
		                ? next_ns - 1
		                : stop_ns + WINDOW_AFTER_LEAST_S * NS_PER_SEC;
	}
	reason->window.to_ns = to_ns;
}

/* What an etcd complains of in a run that began after Milvus had ended without a word: that end has
 * another reason. */
static bool is_of_later_run(const struct reason *reason, const struct episode *episode)
{
	const struct stop *stop = reason->stop;
	bool is_silent = stop != NULL && (stop->how == STOP_ABRUPT || stop->how == STOP_KILLED);
	if (!is_silent || !episode->kind->is_harm || !str_equals(stop->component, STR("milvus")) ||
	    !str_equals(episode_component(episode), STR("etcd"))) {
		return false;
	}
	int64_t next_ns = run_next_start(reason, STR("etcd"), episode_instance(reason, episode),
	                                 stop->time_ns);
	return next_ns != TIME_NONE && episode->first_ns >= next_ns;
}

/* Whether a stop rests on what the same document says, without a time. */
static bool is_told_of(const struct stop *stop, const struct episode *episode)
{
	for (size_t i = 0; i < stop->evidence.count; i++) {
		const struct event *event = stop->evidence.items[i];
		if (event->time_ns == TIME_NONE &&
		    str_equals(event->origin.path, episode->members[0]->origin.path)) {
			return true;
		}
	}
	return false;
}

static bool is_long_after(int64_t time_ns, int64_t before_ns)
{
	return time_ns != TIME_NONE && before_ns != TIME_NONE &&
	       time_ns - before_ns > WINDOW_MAX_S * NS_PER_SEC;
}

/* What has no time tells how things were in the end: not of a stop that others followed long after,
 * nor of one where it is the end of another run of such a process. */
static bool is_undated_of_others(const struct reason *reason, const struct episode *episode)
{
	const struct stop *stop = reason->stop;
	if (episode->first_ns != TIME_NONE || reason->window.to_ns == TIME_NONE ||
	    is_told_of(stop, episode)) {
		return false;
	}
	vec_foreach (struct stop, other, &reason->findings->stops) {
		bool is_like = str_equals(other->component, stop->component);
		bool is_later = is_long_after(other->time_ns, stop->last_ns);
		bool is_apart = is_later || is_long_after(stop->time_ns, other->last_ns);
		if (other != stop && ((is_like && is_later) ||
		                      ((is_like || is_apart) && is_told_of(other, episode)))) {
			return true;
		}
	}
	return false;
}

bool episode_in_window(const struct reason *reason, const struct episode *episode)
{
	return episode_overlaps(episode, reason->window.from_ns, reason->window.to_ns) &&
	       !is_of_later_run(reason, episode) && !is_undated_of_others(reason, episode);
}
