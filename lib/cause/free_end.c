/* SPDX-License-Identifier: Apache-2.0 */
/* Ends that nothing forced: somebody asked for them, or the process was gone at once. What was over
 * by then did not cause them. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	OVER_S = 30,           /* what is well again for so long is over */
	FORCED_TOOK_MS = 5000, /* a stall shorter than this fails one health check at most */
	FORCED_SLACK_MS = 500, /* what begins at the same time is a part of the stop */
	TOGETHER_S = 60,       /* a host's processes are asked one after the other */
	STOPPING_S = 10        /* what begins while it stops did not stop it */
};

/* A signal from outside; Milvus sends itself an interrupt when it lost its session. */
static bool is_request(const struct episode *episode)
{
	static const char *const signals[] = {"terminated", "hangup", "quit"};
	if (!episode_is(episode, STR("milvus.exit.signal"))) {
		return episode_is(episode, STR("etcd.stop.signal"));
	}
	for (size_t i = 0; i < episode->member_count; i++) {
		struct str name = event_field_text(episode->members[i], STR("signal"));
		for (size_t j = 0; j < sizeof(signals) / sizeof(signals[0]); j++) {
			if (str_contains(name, str_from(signals[j]))) {
				return true;
			}
		}
	}
	return false;
}

/* Whether that lasted from before a time into the last seconds before it. */
static bool is_near(int64_t start_ns, int64_t end_ns, int64_t time_ns)
{
	return start_ns != TIME_NONE && start_ns < time_ns - FORCED_SLACK_MS * NS_PER_MS &&
	       end_ns > time_ns - OVER_S * NS_PER_SEC;
}

/* Whether something failed shortly before a time, or stood still for so long, that whoever watches
 * it may stop it; not that it was slow for a moment. */
static bool hurts(const struct episode *episode, int64_t time_ns)
{
	bool is_end = episode_is(episode, STR("etcd.stop.*")) ||
	              episode_is(episode, STR("milvus.exit.*"));
	bool is_failure = episode->kind->severity >= EVENT_ERROR ||
	                  episode_is(episode, STR("host.*")) ||
	                  episode_is(episode, STR("milvus.health.failed"));
	if (!episode->kind->is_harm || is_end) {
		return false;
	}
	if (episode->max_took_ns == DURATION_NONE) {
		return is_failure && is_near(episode->first_ns, episode->last_ns, time_ns);
	}
	for (size_t i = 0; i < episode->member_count; i++) {
		const struct event *event = episode->members[i];
		if (event->took_ns >= FORCED_TOOK_MS * NS_PER_MS &&
		    is_near(event->start_ns, event->time_ns, time_ns)) {
			return true;
		}
	}
	return false;
}

/* Whether what ended at that time had been hurt shortly before. */
static bool was_hurt(const struct reason *reason, int64_t time_ns)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (hurts(episode, time_ns)) {
			return true;
		}
	}
	return false;
}

/* When others first met nobody at the address of a process whose own log ends at that time. */
static int64_t first_missed(const struct reason *reason, int64_t end_ns)
{
	int64_t first_ns = INT64_MAX;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_it = episode_meets_nobody(episode) ||
		             episode_is(episode, STR("etcd.peer.inactive")) ||
		             episode_is(episode, STR("etcd.peer.stream_lost"));
		if (is_it && episode->first_ns > end_ns - NS_PER_SEC &&
		    episode->first_ns < first_ns) {
			first_ns = episode->first_ns;
		}
	}
	return first_ns == INT64_MAX ? end_ns : first_ns;
}

/* An end that nobody else could see may be later than its own last line, up to its next start. */
static int64_t ended_by(const struct reason *reason, const struct stop *stop, int64_t missed_ns)
{
	int64_t next_ns = run_next_start(reason, stop->component, stop->instance, stop->time_ns);
	bool is_undated = stop->how == STOP_ABRUPT && missed_ns == stop->time_ns;
	return is_undated && !reason->has_milvus && next_ns != TIME_NONE ? next_ns : missed_ns;
}

/* latest_ns: when it had ended for sure */
static void note(struct reason *reason, int64_t time_ns, int64_t passed_ns, int64_t latest_ns)
{
	bool is_before = time_ns <= reason->stop->time_ns + NS_PER_SEC;
	if (time_ns != TIME_NONE && is_before && time_ns > reason->free_ns &&
	    !was_hurt(reason, latest_ns)) {
		reason->free_ns = time_ns;
		reason->passed_ns = passed_ns;
	}
}

void reason_free_end(struct reason *reason)
{
	reason->free_ns = reason->passed_ns = TIME_NONE;
	if (reason->stop == NULL || reason->stop->time_ns == TIME_NONE || reason->is_excerpt) {
		return;
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_request(episode) && episode_in_window(reason, episode) &&
		    episode->first_ns != TIME_NONE) {
			note(reason, episode->first_ns, episode->first_ns + STOPPING_S * NS_PER_SEC,
			     episode->first_ns);
		}
	}
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		bool is_gone = (stop->how == STOP_ABRUPT || stop->how == STOP_KILLED) &&
		               stop->time_ns > reason->window.from_ns &&
		               !stop_is_foreign(reason, stop);
		if (is_gone && str_equals(stop->component, STR("etcd"))) {
			int64_t missed_ns = first_missed(reason, stop->time_ns);
			int64_t latest_ns = ended_by(reason, stop, missed_ns);
			note(reason, missed_ns, latest_ns - FORCED_SLACK_MS * NS_PER_MS, latest_ns);
		}
	}
}

bool free_end_is(const struct reason *reason, const struct episode *episode)
{
	return reason->free_ns != TIME_NONE && is_request(episode) &&
	       episode->first_ns != TIME_NONE && episode->first_ns <= reason->free_ns &&
	       episode->first_ns > reason->free_ns - TOGETHER_S * NS_PER_SEC;
}

bool free_end_follows(const struct reason *reason, int64_t time_ns)
{
	return reason->free_ns != TIME_NONE && time_ns <= reason->passed_ns;
}

int64_t free_end_watch(const struct reason *reason)
{
	int64_t end_ns = reason->free_ns;
	if (end_ns == TIME_NONE && reason->stop != NULL) {
		end_ns = reason->stop->time_ns;
	}
	return end_ns == TIME_NONE ? TIME_NONE : end_ns - OVER_S * NS_PER_SEC;
}
