/* SPDX-License-Identifier: Apache-2.0 */
/* Who led etcd in which term, and who was at fault when that ended; which session's lease was lost
 * when. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	TERMS_MAX = 500,
	LEASES_MAX = 500,
	FAULT_BEFORE_S = 5, /* a stall that cost the lead began so long before at most ... */
	FAULT_AFTER_S = 15  /* ... and is printed when it ends */
};

/* ---- terms ---- */

static struct term *term_of(struct reason *reason, uint64_t number)
{
	vec_foreach (struct term, term, &reason->findings->terms) {
		if (term->number == number) {
			return term;
		}
	}
	return NULL;
}

/* The member that led, from the kinds of lines that say so. */
static struct str leader_in(const struct event *event)
{
	bool is_change = str_equals(event->kind->id, STR("etcd.leader.changed"));
	struct str leader = event_field_text(event, is_change ? STR("to") : STR("member"));
	return str_equals(leader, STR("0")) ? (struct str){NULL, 0} : leader;
}

static void note_term(struct reason *reason, const struct event *event)
{
	uint64_t number;
	struct str leader = leader_in(event);
	if (leader.len == 0 || !str_to_uint64(event_field_text(event, STR("term")), &number)) {
		return;
	}
	struct term *term = term_of(reason, number);
	if (term == NULL && reason->findings->terms.count < TERMS_MAX) {
		vec_push(&reason->findings->terms, (struct term){.number = number,
		                                                 .leader = leader,
		                                                 .start_ns = event->time_ns,
		                                                 .end_ns = TIME_NONE});
	} else if (term != NULL && event->time_ns != TIME_NONE && event->time_ns < term->start_ns) {
		term->start_ns = event->time_ns;
	}
}

static int compare_terms(const void *a, const void *b)
{
	const struct term *left = a, *right = b;
	if (left->number != right->number) {
		return left->number < right->number ? -1 : 1;
	}
	return left->start_ns < right->start_ns ? -1 : left->start_ns > right->start_ns;
}

/* When a member first said that the leader of a term was lost, or started an election against it.
 */
static int64_t loss_of(const struct reason *reason, const struct term *term, int64_t until_ns)
{
	static const struct str kinds[] = {
		STR_INIT("etcd.leader.lost"), STR_INIT("etcd.leader.stepped_down"),
		STR_INIT("etcd.election.started"), STR_INIT("etcd.election.precandidate")};
	int64_t lost_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_loss = false;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			is_loss |= str_equals(episode->kind->id, kinds[i]);
		}
		for (size_t i = 0; is_loss && i < episode->member_count; i++) {
			int64_t time_ns = episode->members[i]->time_ns;
			if (time_ns > term->start_ns && time_ns <= until_ns &&
			    (lost_ns == TIME_NONE || time_ns < lost_ns)) {
				lost_ns = time_ns;
			}
		}
	}
	return lost_ns;
}

/* ---- who was at fault ---- */

static const struct process *process_of_member(const struct reason *reason, struct str member)
{
	vec_foreach (struct process, process, &reason->processes) {
		if (member.len > 0 && str_equals(process->member_id, member)) {
			return process;
		}
	}
	return NULL;
}

/* The longest stall of a kind that a process shows around a time. */
static const struct event *stall_of(const struct reason *reason, const struct process *process,
                                    struct str kind, int64_t time_ns)
{
	const struct event *worst = NULL;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!str_equals(episode->kind->id, kind) ||
		    !str_equals(episode_instance(reason, episode), process->instance)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			bool is_near = event->start_ns <= time_ns + NS_PER_SEC &&
			               event->time_ns >= time_ns - FAULT_BEFORE_S * NS_PER_SEC &&
			               event->time_ns <= time_ns + FAULT_AFTER_S * NS_PER_SEC;
			if (is_near && (worst == NULL || event->took_ns > worst->took_ns)) {
				worst = event;
			}
		}
	}
	return worst;
}

static bool ended_near(const struct reason *reason, const struct process *process, int64_t time_ns)
{
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		if (stop->how != STOP_QUORUM_LOST && str_equals(stop->component, STR("etcd")) &&
		    str_equals(stop->instance, process->instance) &&
		    stop->time_ns <= time_ns + NS_PER_SEC &&
		    stop->time_ns >= time_ns - FAULT_BEFORE_S * NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

static bool names_peer(const struct event *event, struct str member)
{
	static const struct str names[] = {STR_INIT("peer"), STR_INIT("to"),
	                                   STR_INIT("remote_peer_id")};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_equals(event_field_text(event, names[i]), member)) {
			return true;
		}
	}
	return false;
}

/* The others' connections to it broke then. */
static bool was_cut_off(const struct reason *reason, struct str member, int64_t time_ns)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_break = episode_is(episode, STR("etcd.peer.stream_lost")) ||
		                episode_is(episode, STR("etcd.peer.inactive")) ||
		                episode_is(episode, STR("etcd.peer.unreachable"));
		for (size_t i = 0; is_break && i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			bool is_near = event->time_ns >= time_ns - FAULT_BEFORE_S * NS_PER_SEC &&
			               event->time_ns <= time_ns + NS_PER_SEC;
			if (is_near && names_peer(event, member)) {
				return true;
			}
		}
	}
	return false;
}

static bool stepped_down(const struct reason *reason, const struct process *process,
                         int64_t time_ns)
{
	const struct event *event =
		stall_of(reason, process, STR("etcd.leader.stepped_down"), time_ns);
	return event != NULL && event->time_ns <= time_ns + NS_PER_SEC;
}

static struct text_both why_lost(const struct reason *reason, const struct process *leader,
                                 int64_t time_ns)
{
	struct arena *keep = reason->keep;
	const struct event *fsync = stall_of(reason, leader, STR("etcd.fsync.slow"), time_ns);
	const struct event *late = stall_of(reason, leader, STR("etcd.heartbeat.late"), time_ns);
	struct str name = leader->instance;
	if (ended_near(reason, leader, time_ns)) {
		return both_printf(keep, "its leader %.*s had ended", STR_ARG(name));
	}
	if (fsync != NULL && (late == NULL || fsync->took_ns * 2 > late->took_ns)) {
		struct str took = duration_format(keep, fsync->took_ns);
		return both_printf(keep, "its leader %.*s waited %.*s for its disk", STR_ARG(name),
		                   STR_ARG(took));
	}
	if (late != NULL) {
		struct str took = duration_format(keep, late->took_ns);
		return both_printf(keep,
		                   "its leader %.*s was %.*s late with its heartbeats, and no slow "
		                   "fsync covers that",
		                   STR_ARG(name), STR_ARG(took));
	}
	if (stepped_down(reason, leader, time_ns)) {
		return both_printf(keep,
		                   "its leader %.*s heard no quorum: the other members were gone",
		                   STR_ARG(name));
	}
	return (struct text_both){0};
}

/* A member that starts elections which the others, who hear the leader, ignore. */
static struct str ignored_member(const struct reason *reason, int64_t from_ns, int64_t to_ns)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; str_equals(episode->kind->id, STR("etcd.vote.ignored")) &&
		                   i < episode->member_count;
		     i++) {
			const struct event *event = episode->members[i];
			if (event->time_ns >= from_ns && event->time_ns <= to_ns) {
				return event_field_text(event, STR("from"));
			}
		}
	}
	return (struct str){NULL, 0};
}

static void say_fault(struct reason *reason, struct term *term)
{
	const struct process *leader = process_of_member(reason, term->leader);
	if (leader != NULL) {
		term->why = why_lost(reason, leader, term->end_ns);
	}
	if (term->why.in[TEXT_EN].len == 0 && was_cut_off(reason, term->leader, term->end_ns)) {
		struct str name = leader != NULL ? leader->instance : term->leader;
		term->why = both_printf(reason->keep, "the connections to its leader %.*s broke",
		                        STR_ARG(name));
	}
	struct str member = ignored_member(reason, term->end_ns - NS_PER_SEC,
	                                   term->end_ns + FAULT_BEFORE_S * NS_PER_SEC);
	if (term->why.in[TEXT_EN].len == 0 && member.len > 0) {
		term->why = both_printf(reason->keep,
		                        "member %.*s did not hear the leader while others did: it "
		                        "or its link was at fault",
		                        STR_ARG(member));
	}
}

void reason_terms(struct reason *reason)
{
	struct findings *findings = reason->findings;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool says = episode_is(episode, STR("etcd.leader.became")) ||
		            episode_is(episode, STR("etcd.leader.elected")) ||
		            episode_is(episode, STR("etcd.leader.changed"));
		for (size_t i = 0; says && i < episode->member_count; i++) {
			note_term(reason, episode->members[i]);
		}
	}
	if (findings->terms.count > 0) {
		qsort(findings->terms.items, findings->terms.count, sizeof(struct term),
		      compare_terms);
	}
	for (size_t i = 0; i < findings->terms.count; i++) {
		struct term *term = &findings->terms.items[i];
		bool is_last = i + 1 == findings->terms.count;
		int64_t until_ns = is_last ? INT64_MAX : findings->terms.items[i + 1].start_ns;
		int64_t lost_ns = loss_of(reason, term, until_ns);
		term->end_ns = lost_ns != TIME_NONE ? lost_ns : is_last ? TIME_NONE : until_ns;
		if (term->end_ns != TIME_NONE) {
			say_fault(reason, term);
		}
	}
}

/* ---- leases ---- */

static const struct {
	struct str kind, state;
} lease_states[] = {
	{STR_INIT("milvus.session.registered"), STR_INIT("granted")},
	{STR_INIT("milvus.session.renewed"), STR_INIT("renewed")},
	{STR_INIT("milvus.session.keepalive_closed"), STR_INIT("silent")},
	{STR_INIT("milvus.session.lease_lost"), STR_INIT("expired")},
	{STR_INIT("etcd.lease.revoke_failed"), STR_INIT("expired")},
	{STR_INIT("milvus.session.lost"), STR_INIT("lost")},
	{STR_INIT("milvus.session.retry_deadline"), STR_INIT("lost")},
	{STR_INIT("milvus.session.retry_failed"), STR_INIT("lost")},
};

/* Who holds a lease: the role that registered it. */
static struct str owner_of(const struct reason *reason, struct str id, struct str role,
                           struct str otherwise)
{
	if (role.len > 0) {
		return role;
	}
	vec_foreach (struct lease, lease, &reason->findings->leases) {
		if (id.len > 0 && str_equals(lease->id, id)) {
			return lease->owner;
		}
	}
	return otherwise;
}

/* One state of a lease is told once; those without an id once for each log and second. */
static bool is_told(const struct reason *reason, const struct lease *fresh)
{
	vec_foreach (struct lease, lease, &reason->findings->leases) {
		bool is_same_time = lease->time_ns / NS_PER_SEC == fresh->time_ns / NS_PER_SEC &&
		                    str_equals(lease->owner, fresh->owner);
		if (str_equals(lease->id, fresh->id) && str_equals(lease->state, fresh->state) &&
		    (fresh->id.len > 0 || is_same_time)) {
			return true;
		}
	}
	return false;
}

static void note_lease(struct reason *reason, const struct episode *episode,
                       const struct event *event, struct str state)
{
	struct str id = event_field_text(event, STR("lease"));
	struct lease lease = {.id = id,
	                      .owner = owner_of(reason, id, event_field_text(event, STR("role")),
	                                        episode_instance(reason, episode)),
	                      .time_ns = event->time_ns,
	                      .state = state,
	                      .ttl_ns = reason->ttl_ns};
	bool is_empty = id.len == 0 &&
	                (str_equals(state, STR("granted")) || str_equals(state, STR("renewed")));
	if (!is_empty && reason->findings->leases.count < LEASES_MAX && !is_told(reason, &lease)) {
		vec_push(&reason->findings->leases, lease);
	}
}

static int compare_leases(const void *a, const void *b)
{
	const struct lease *left = a, *right = b;
	if (left->time_ns != right->time_ns) {
		return left->time_ns < right->time_ns ? -1 : 1;
	}
	int order = str_compare(left->id, right->id);
	order = order != 0 ? order : str_compare(left->owner, right->owner);
	return order != 0 ? order : str_compare(left->state, right->state);
}

/* Grants first: they say who holds what. */
void reason_leases(struct reason *reason)
{
	struct findings *findings = reason->findings;
	for (size_t i = 0; i < sizeof(lease_states) / sizeof(lease_states[0]); i++) {
		vec_foreach (struct episode, episode, &reason->digest->episodes) {
			for (size_t j = 0;
			     episode_is(episode, lease_states[i].kind) && j < episode->member_count;
			     j++) {
				note_lease(reason, episode, episode->members[j],
				           lease_states[i].state);
			}
		}
	}
	if (findings->leases.count > 0) {
		qsort(findings->leases.items, findings->leases.count, sizeof(struct lease),
		      compare_leases);
	}
}
