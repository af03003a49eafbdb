/* SPDX-License-Identifier: Apache-2.0 */
/* When etcds ended that did not say so. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	SEEN_S = 1,    /* stamps of one moment in two logs differ by less */
	QUIET_S = 3600 /* a healthy etcd prints at least that often: it compacts once an hour */
};

/* When the others first found a member's connections broken, between two times; TIME_NONE. */
static int64_t missed_at(const struct reason *reason, struct str member_id, int64_t from_ns,
                         int64_t to_ns)
{
	int64_t found_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0;
		     episode_is(episode, STR("etcd.peer.*")) && i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			bool is_broken =
				str_contains(event_field_text(event, STR("error")), STR("EOF")) &&
				str_equals(event_field_text(event, STR("peer")), member_id);
			if (is_broken && event->time_ns > from_ns && event->time_ns < to_ns &&
			    (found_ns == TIME_NONE || event->time_ns < found_ns)) {
				found_ns = event->time_ns;
			}
		}
	}
	return found_ns;
}

/* When Milvus first found nobody at etcd's address, between two times; TIME_NONE where it had
 * before, and so may look elsewhere. */
static int64_t refused_at(const struct reason *reason, int64_t start_ns, int64_t from_ns,
                          int64_t to_ns)
{
	int64_t found_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; episode_meets_nobody(episode) && i < episode->member_count;
		     i++) {
			int64_t time_ns = episode->members[i]->time_ns;
			if (time_ns >= start_ns && time_ns <= from_ns) {
				return TIME_NONE;
			}
			if (time_ns > from_ns && time_ns < to_ns &&
			    (found_ns == TIME_NONE || time_ns < found_ns)) {
				found_ns = time_ns;
			}
		}
	}
	return found_ns;
}

/* When Milvus last had an answer from an etcd that then was alive, between two times; TIME_NONE. */
static int64_t answered_at(const struct reason *reason, const struct process *etcd, int64_t from_ns,
                           int64_t to_ns)
{
	int64_t found_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		const struct process *milvus =
			process_find(reason, STR("milvus"), episode_instance(reason, episode));
		bool is_its = milvus != NULL &&
		              (milvus->cluster == 0 || milvus->cluster == etcd->cluster);
		for (size_t i = 0;
		     is_its && episode_is_answer(episode) && i < episode->member_count; i++) {
			int64_t time_ns = episode->members[i]->time_ns;
			bool is_between = time_ns > from_ns && time_ns < to_ns;
			found_ns = is_between && time_ns > found_ns ? time_ns : found_ns;
		}
	}
	return found_ns;
}

/* Its last line may be minutes older than its end; the others see that at once. */
static void move_end(struct reason *reason, struct stop *stop, const struct process *etcd)
{
	struct run *ended = NULL;
	int64_t next_ns = run_next_start(reason, etcd->component, etcd->instance, stop->time_ns);
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (str_equals(run->component, etcd->component) &&
		    str_equals(run->instance, etcd->instance) && run->has_ended &&
		    run->end_ns == stop->time_ns) {
			ended = run;
		}
	}
	if (ended == NULL) {
		return;
	}
	int64_t until_ns = next_ns == TIME_NONE ? INT64_MAX : next_ns;
	bool is_alone = reason_member_count(reason, etcd->cluster) == 1;
	int64_t missed_ns = is_alone ? refused_at(reason, ended->start_ns, stop->time_ns, until_ns)
	                    : etcd->member_id.len > 0
	                            ? missed_at(reason, etcd->member_id, stop->time_ns, until_ns)
	                            : TIME_NONE;
	if (missed_ns == TIME_NONE && is_alone) {
		int64_t answered_ns = answered_at(reason, etcd, stop->time_ns, until_ns);
		missed_ns = answered_ns == TIME_NONE ? TIME_NONE : answered_ns + NS_PER_MS;
	}
	if (missed_ns != TIME_NONE) {
		ended->end_ns = missed_ns;
		stop->time_ns = missed_ns;
		stop->last_ns = missed_ns;
	}
}

void reason_ends(struct reason *reason)
{
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		const struct process *etcd = process_find(reason, stop->component, stop->instance);
		if (etcd != NULL && process_is_etcd(etcd) && stop->how == STOP_ABRUPT &&
		    stop->time_ns != TIME_NONE) {
			move_end(reason, stop, etcd);
		}
	}
	stops_sort(reason);
}

/* ---- runs that were not followed by another one ---- */

/* Whether another log goes on after a time: logs that all end there were collected there. */
static bool others_go_on(const struct reason *reason, const struct process *etcd, int64_t time_ns)
{
	vec_foreach (struct process, other, &reason->processes) {
		if (other != etcd && other->last_ns != TIME_NONE &&
		    (!process_is_etcd(other) || other->cluster == etcd->cluster) &&
		    other->last_ns > time_ns + SEEN_S * NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

/* When others met nobody at the address of an etcd whose log has ended by then; TIME_NONE. One that
 * Milvus never had an answer from may be another than the one it looks for. */
static int64_t gone_at(const struct reason *reason, const struct process *etcd,
                       const struct run *run)
{
	int64_t from_ns = etcd->last_ns - SEEN_S * NS_PER_SEC, gone_ns = TIME_NONE;
	if (reason_member_count(reason, etcd->cluster) == 1) {
		gone_ns = refused_at(reason, run->start_ns, from_ns, INT64_MAX);
		if (gone_ns != TIME_NONE &&
		    answered_at(reason, etcd, run->start_ns, gone_ns) == TIME_NONE) {
			return TIME_NONE;
		}
	} else if (etcd->member_id.len > 0) {
		gone_ns = missed_at(reason, etcd->member_id, from_ns, INT64_MAX);
	}
	bool is_it = gone_ns != TIME_NONE && gone_ns < etcd->last_ns + QUIET_S * NS_PER_SEC &&
	             others_go_on(reason, etcd, gone_ns);
	return is_it ? gone_ns : TIME_NONE;
}

void reason_ends_at_last(struct reason *reason)
{
	vec_foreach (struct run, run, &reason->findings->runs) {
		const struct process *etcd = process_find(reason, run->component, run->instance);
		if (etcd == NULL || !process_is_etcd(etcd) || run->has_ended ||
		    etcd->last_ns == TIME_NONE ||
		    (reason->focus != 0 && etcd->cluster != reason->focus) ||
		    run_next_start(reason, run->component, run->instance, run->start_ns) !=
		            TIME_NONE) {
			continue;
		}
		int64_t gone_ns = gone_at(reason, etcd, run);
		if (gone_ns != TIME_NONE) {
			run->has_ended = true;
			run->end_ns = gone_ns;
			run->how = STOP_ABRUPT;
		}
	}
}
