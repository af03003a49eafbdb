/* SPDX-License-Identifier: Apache-2.0 */
/* Whether members that ran heard each other. One that hears no leader asks for votes, and each that
 * hears it prints an answer. A process that does not get to run does not ask. One that wakes up
 * hears what had come meanwhile: its clock stood still, so that it holds on to a leader that asks.
 */
#include "base/order.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	ASKS_MIN = 3, /* a vote may be lost, or split */
	RUNS_S = 1,   /* who prints so long behind the first, and before the last, ran meanwhile */
	PROMPT_MS = 500, /* a process that does not get to run answers later */
	BURST_MIN = 3 /* requests that came together, though they were asked one after the other */
};

/* A member asked for votes, or another heard it. */
struct vote_mark {
	int64_t time_ns;
	uint32_t source;
	bool is_heard;
	bool is_leader; /* who heard it was the leader */
	bool is_own;    /* who heard it took it for its leader */
};

struct vote_marks {
	struct vote_mark *items;
	size_t count, capacity;
};

/* What a member asked in a stretch in which nobody heard it. */
struct stretch {
	int64_t first_ns, last_ns;
	unsigned asks;
};

static int compare_marks(const void *a, const void *b)
{
	const struct vote_mark *left = a, *right = b;
	int order = order_int64(left->time_ns, right->time_ns);
	if (order != 0 || left->is_heard != right->is_heard) {
		return order != 0 ? order : (int)left->is_heard - (int)right->is_heard;
	}
	return order_int64(left->source, right->source);
}

static bool is_heard(const struct event *event, struct str member)
{
	return str_equals(event_field_text(event, STR("from")), member) ||
	       str_equals(event_field_text(event, STR("candidate")), member);
}

static bool is_voter(const struct event *event, struct str member)
{
	return str_equals(event_field_text(event, STR("member")), member);
}

static struct vote_mark mark_of(const struct episode *episode, const struct event *event,
                                const struct process *asker)
{
	struct str voted = event_field_text(event, STR("vote"));
	bool is_ignored = episode_is(episode, STR("etcd.vote.ignored"));
	return (struct vote_mark){.time_ns = event->time_ns,
	                          .source = episode->source,
	                          .is_heard = true,
	                          .is_leader = is_ignored && is_voter(event, voted),
	                          .is_own = is_ignored && str_equals(voted, asker->member_id)};
}

/* What this member asked, and what others heard of it, in order. */
static void collect(const struct reason *reason, const struct process *asker,
                    struct vote_marks *marks)
{
	static const char *const heard[] = {"etcd.vote.cast", "etcd.vote.rejected",
	                                    "etcd.vote.ignored", "etcd.term.higher",
	                                    "etcd.term.lower"};
	each_event(reason, "etcd.election.started", episode, event)
	{
		if (event->time_ns != TIME_NONE &&
		    str_equals(episode_instance(reason, episode), asker->instance)) {
			vec_push(marks, (struct vote_mark){.time_ns = event->time_ns});
		}
	}
	for (size_t i = 0; marks->count > 0 && i < sizeof(heard) / sizeof(heard[0]); i++) {
		each_event(reason, heard[i], episode, event)
		{
			if (event->time_ns != TIME_NONE && is_heard(event, asker->member_id)) {
				vec_push(marks, mark_of(episode, event, asker));
			}
		}
	}
	if (marks->count > 0) {
		qsort(marks->items, marks->count, sizeof(marks->items[0]), compare_marks);
	}
}

/* Whether a member printed in the midst of that. */
static bool has_printed(const struct reason *reason, uint32_t source, const struct stretch *stretch)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; episode->source == source && i < episode->member_count; i++) {
			int64_t time_ns = episode->members[i]->time_ns;
			if (time_ns > stretch->first_ns + RUNS_S * NS_PER_SEC &&
			    time_ns < stretch->last_ns - RUNS_S * NS_PER_SEC) {
				return true;
			}
		}
	}
	return false;
}

/* Whether another member of its cluster did. */
static bool has_other_run(const struct reason *reason, const struct process *asker,
                          const struct stretch *stretch)
{
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		const struct process *other = process_find(reason, STR("etcd"), source->instance);
		if (source->by_program[FORMAT_ETCD] > 0 && other != NULL && other != asker &&
		    other->cluster == asker->cluster && has_printed(reason, i, stretch)) {
			return true;
		}
	}
	return false;
}

/* How many of the lines from there on tell that the leader heard it, within a second. */
static unsigned burst_at(const struct vote_marks *marks, size_t from)
{
	unsigned count = 0;
	for (size_t i = from; i < marks->count; i++) {
		const struct vote_mark *mark = &marks->items[i];
		if (mark->time_ns > marks->items[from].time_ns + NS_PER_SEC) {
			break;
		}
		count += mark->is_leader ? 1 : 0;
	}
	return count;
}

/* What the requests of one member tell: 0 or 1 of each; of all: how many. */
struct vote_counts {
	double unheard, held, asleep, leader;
};

static struct vote_counts counts_of(const struct reason *reason, const struct process *asker)
{
	struct vote_counts counts = {.unheard = 0};
	struct vote_marks marks = {0};
	struct stretch stretch = {.asks = 0};
	collect(reason, asker, &marks);
	for (size_t i = 0; i < marks.count; i++) {
		const struct vote_mark *mark = &marks.items[i];
		if (mark->is_heard) {
			bool is_burst = burst_at(&marks, i) >= BURST_MIN;
			/* one that runs and hears no leader asks, too */
			bool is_asleep =
				mark->is_own && !has_printed(reason, mark->source, &stretch);
			counts.held = is_burst && stretch.asks >= ASKS_MIN ? 1 : counts.held;
			counts.asleep = is_asleep && stretch.asks >= ASKS_MIN ? 1 : counts.asleep;
			stretch.asks = 0;
			continue;
		}
		stretch.first_ns = stretch.asks == 0 ? mark->time_ns : stretch.first_ns;
		stretch.last_ns = mark->time_ns;
		stretch.asks++;
		if (stretch.asks >= ASKS_MIN && has_other_run(reason, asker, &stretch)) {
			counts.unheard = 1;
		}
	}
	vec_finish(&marks);
	return counts;
}

/* Whether an event is about a member that asked, at a time; clocks that were put right are some
 * milliseconds off. */
static bool has_mark(const struct reason *reason, const char *kind, const struct process *asker,
                     int64_t time_ns)
{
	each_event(reason, kind, episode, event)
	{
		bool is_its =
			is_heard(event, asker->member_id) || is_voter(event, asker->member_id);
		if (is_its && event->time_ns >= time_ns - PROMPT_MS * NS_PER_MS &&
		    event->time_ns <= time_ns + PROMPT_MS * NS_PER_MS) {
			return true;
		}
	}
	return false;
}

/* Whether the leader itself heard the request at once, and refused as it led, while another member,
 * which had not heard the leader either, granted it. */
static bool is_leader_unheard(const struct reason *reason, const struct process *asker)
{
	each_event(reason, "etcd.vote.ignored", episode, event)
	{
		bool is_leader = is_voter(event, event_field_text(event, STR("vote")));
		if (is_leader && event->time_ns != TIME_NONE && is_heard(event, asker->member_id) &&
		    has_mark(reason, "etcd.election.started", asker, event->time_ns) &&
		    has_mark(reason, "etcd.vote.cast", asker, event->time_ns)) {
			return true;
		}
	}
	return false;
}

/* The first time in the window that a member asked. */
static const struct episode *first_ask(const struct reason *reason, const struct process *asker)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode_is(episode, STR("etcd.election.started")) &&
		    episode_in_window(reason, episode) &&
		    str_equals(episode_instance(reason, episode), asker->instance)) {
			return episode;
		}
	}
	return NULL;
}

void reason_votes(struct reason *reason)
{
	struct vote_counts all = {.unheard = 0};
	const struct episode *in = NULL;
	vec_foreach (const struct process, process, &reason->processes) {
		if (!process_is_etcd(process) || process->member_id.len == 0 ||
		    cluster_logs(reason, process->cluster) < 2) {
			continue;
		}
		struct vote_counts counts = counts_of(reason, process);
		counts.leader = is_leader_unheard(reason, process) ? 1 : 0;
		if (counts.unheard + counts.held + counts.asleep + counts.leader > 0) {
			in = in == NULL ? first_ask(reason, process) : in;
		}
		all.unheard += counts.unheard;
		all.held += counts.held;
		all.asleep += counts.asleep;
		all.leader += counts.leader;
	}
	derived_relate(reason, "votes.unheard", all.unheard, in);
	derived_relate(reason, "votes.held", all.held, in);
	derived_relate(reason, "votes.asleep", all.asleep, in);
	derived_relate(reason, "votes.leader_unheard", all.leader, in);
}
