/* SPDX-License-Identifier: Apache-2.0 */
/* Whether etcd lost its quorum, and whether the end of a member stopped the service: one replaced
 * in one election does not. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	QUORUM_S = 10 /* an election takes a few election timeouts; without a leader for longer
	                 there is no quorum */
};

static int cluster_of(const struct reason *reason, struct str instance)
{
	const struct process *etcd = process_find(reason, STR("etcd"), instance);
	return etcd == NULL ? 0 : etcd->cluster;
}

/* Ended at or before a time and not started again by then. */
static bool is_down(const struct reason *reason, const struct process *process, int64_t time_ns)
{
	bool is_down = false;
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (!str_equals(run->component, process->component) ||
		    !str_equals(run->instance, process->instance)) {
			continue;
		}
		if (run->has_ended && run->end_ns <= time_ns) {
			is_down = true;
		} else if (run->start_ns <= time_ns) {
			return false;
		}
	}
	return is_down || (process->last_ns != TIME_NONE &&
	                   process->last_ns < time_ns - QUORUM_S * NS_PER_SEC);
}

/* ---- without a leader ---- */

static bool says_lost(const struct episode *episode)
{
	return episode_is(episode, STR("etcd.leader.stepped_down")) ||
	       episode_is(episode, STR("etcd.leader.none")) ||
	       episode_is(episode, STR("etcd.leader.lost"));
}

static bool says_led(const struct event *event)
{
	return str_equals(event->kind->id, STR("etcd.leader.became")) ||
	       str_equals(event->kind->id, STR("etcd.leader.elected")) ||
	       (str_equals(event->kind->id, STR("etcd.leader.changed")) &&
	        !str_equals(event_field_text(event, STR("to")), STR("0")));
}

/* When a leader is there again in a cluster; INT64_MAX when that is not seen. */
static int64_t led_again(const struct reason *reason, int cluster, int64_t from_ns)
{
	int64_t found = INT64_MAX;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!str_starts(episode->kind->id, STR("etcd.leader.")) ||
		    cluster_of(reason, episode_instance(reason, episode)) != cluster) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			if (says_led(event) && event->time_ns >= from_ns &&
			    event->time_ns < found) {
				found = event->time_ns;
			}
		}
	}
	return found;
}

static int64_t last_seen(const struct reason *reason, int cluster)
{
	int64_t last_ns = TIME_NONE;
	vec_foreach (struct process, process, &reason->processes) {
		if (process_is_etcd(process) && process->cluster == cluster &&
		    process->last_ns > last_ns) {
			last_ns = process->last_ns;
		}
	}
	return last_ns;
}

static unsigned logs_of(const struct reason *reason, int cluster)
{
	unsigned logs = 0;
	vec_foreach (struct process, process, &reason->processes) {
		logs += process_is_etcd(process) && process->cluster == cluster ? 1 : 0;
	}
	return logs;
}

/* One loss is told once, however many members and lines say it. */
static bool is_told(const struct reason *reason, int cluster, int64_t time_ns)
{
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		if (stop->how == STOP_QUORUM_LOST &&
		    cluster_of(reason, stop->instance) == cluster && time_ns >= stop->time_ns &&
		    led_again(reason, cluster, stop->time_ns) >= time_ns) {
			return true;
		}
	}
	return false;
}

/* Whether a member last said that it has a leader, as far as it told of that at all. */
static bool has_leader(const struct reason *reason, const struct process *process, int64_t time_ns)
{
	int64_t last_ns = TIME_NONE;
	bool is_led = true;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!str_starts(episode->kind->id, STR("etcd.leader.")) ||
		    !str_equals(episode_instance(reason, episode), process->instance)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			bool is_telling = says_lost(episode) || says_led(event);
			/* some lines have whole seconds: an election ends a loss of the same one */
			bool is_later = event->time_ns > last_ns ||
			                (event->time_ns == last_ns && says_led(event));
			if (is_telling && is_later && event->time_ns <= time_ns) {
				last_ns = event->time_ns;
				is_led = says_led(event);
			}
		}
	}
	return is_led;
}

/* Whether most members went on under a leader when one said that there is none: it alone is cut
 * off. */
static bool is_led_elsewhere(const struct reason *reason, int cluster, int64_t lost_ns,
                             unsigned members)
{
	int64_t settled_ns = lost_ns + QUORUM_S * NS_PER_SEC;
	unsigned led = 0;
	vec_foreach (struct process, process, &reason->processes) {
		bool goes_on = process_is_etcd(process) && process->cluster == cluster &&
		               process->last_ns > lost_ns && !is_down(reason, process, settled_ns);
		led += goes_on && has_leader(reason, process, settled_ns) ? 1 : 0;
	}
	return led * 2 > members;
}

static void note_loss(struct reason *reason, const struct episode *episode,
                      const struct event *event)
{
	struct str instance = episode_instance(reason, episode);
	int cluster = cluster_of(reason, instance);
	unsigned members = reason_member_count(reason, cluster);
	if (members < 2 || event->time_ns == TIME_NONE) {
		return;
	}
	int64_t again_ns = led_again(reason, cluster, event->time_ns),
		last_ns = last_seen(reason, cluster);
	int64_t end_ns = again_ns < last_ns ? again_ns : last_ns;
	if (end_ns - event->time_ns < QUORUM_S * NS_PER_SEC) {
		return;
	}
	if (is_led_elsewhere(reason, cluster, event->time_ns, members)) {
		return;
	}
	if (logs_of(reason, cluster) * 2 <= members) {
		/* the others may have gone on without this one */
		reason->is_quorum_doubtful = true;
		return;
	}
	if (!is_told(reason, cluster, event->time_ns)) {
		struct stop lost = {.time_ns = event->time_ns,
		                    .component = STR("etcd"),
		                    .instance = instance,
		                    .how = STOP_QUORUM_LOST,
		                    .exit_code = -1};
		vec_push(&reason->findings->stops, lost);
		vec_push(&vec_last(&reason->findings->stops)->evidence, event);
	}
}

void reason_quorum(struct reason *reason)
{
	enum { LOSSES_MAX = 64 };
	unsigned losses = 0;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0;
		     says_lost(episode) && losses < LOSSES_MAX && i < episode->member_count;
		     i++, losses++) {
			note_loss(reason, episode, episode->members[i]);
		}
	}
	stops_sort(reason);
}

/* ---- what the end of a member means ---- */

/* Whether enough members of its cluster went on when one of them ended. */
static bool has_quorum_without(const struct reason *reason, const struct stop *stop, int cluster,
                               unsigned members)
{
	unsigned alive = 0;
	vec_foreach (struct process, process, &reason->processes) {
		alive += process_is_etcd(process) && process->cluster == cluster &&
		                         !str_equals(process->instance, stop->instance) &&
		                         !is_down(reason, process, stop->time_ns)
		                 ? 1
		                 : 0;
	}
	/* those whose logs are not there are missed by the others where they are down */
	unsigned logs = logs_of(reason, cluster);
	alive += members > logs ? members - logs : 0;
	return alive * 2 > members;
}

bool stop_is_of_service(const struct reason *reason, const struct stop *stop)
{
	if (str_equals(stop->component, STR("milvus")) || stop->how == STOP_QUORUM_LOST) {
		return true;
	}
	if (stop_is_of_others(reason, stop)) {
		return false;
	}
	int cluster = cluster_of(reason, stop->instance);
	unsigned members = reason_member_count(reason, cluster), logs = logs_of(reason, cluster);
	if (members < 2) {
		return true;
	}
	if (logs * 2 > members) {
		return !has_quorum_without(reason, stop, cluster, members);
	}
	/* one that is told to stop and comes back is restarted, which a cluster survives */
	bool is_restarted =
		stop->how == STOP_ASKED &&
		run_next_start(reason, stop->component, stop->instance, stop->time_ns) != TIME_NONE;
	return !reason->has_milvus && !is_restarted;
}
