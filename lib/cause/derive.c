/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that need several episodes at once. They are named in cause files: docs/causes.md lists
 * them. */
#include "base/order.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	SERVER_TIMEOUT_SLACK_MS = 250,
	LARGE_COUNT = 1000,
	LARGE_BYTES = 1000000,
	START_ELECTIONS = 3, /* election timeouts that a start takes, and ... */
	START_SLACK_S = 3    /* ... seconds */
};

int64_t derived_number(const struct event *event, const char *name, int64_t otherwise)
{
	const struct event_field *field = event_field(event, str_from(name));
	int64_t number;
	if (field == NULL) {
		return otherwise;
	}
	if (field->type != EVENT_TEXT && field->number != INT64_MIN) {
		return field->number;
	}
	return str_to_int64(field->text, &number) ? number : otherwise;
}

double derived_seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_SEC;
}

/* ---- cluster ---- */

static void derive_members(struct reason *reason)
{
	static const char *const several[] = {
		"etcd.heartbeat.late", "etcd.peer.stream_lost", "etcd.peer.inactive",
		"etcd.peer.unhealthy", "etcd.peer.active",      "etcd.peer.established",
		"etcd.leader.changed", "etcd.vote.ignored",     "etcd.member.removed"};
	double members = 0;
	size_t etcds = 0;
	vec_foreach (struct process, process, &reason->processes) {
		etcds += str_equals(process->component, STR("etcd")) ? 1 : 0;
	}
	members = etcds > 1 ? (double)etcds : 0;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; i < sizeof(several) / sizeof(several[0]); i++) {
			if (episode_is(episode, str_from(several[i])) && members < 2) {
				members = 3;
			}
		}
		if (episode_is(episode, STR("etcd.start.single_node")) && members < 1) {
			members = 1;
		}
	}
	if (members > 0) {
		derived_add(reason, "etcd.members", members, NULL);
	}
}

/* Whether an etcd of that source had just started: its first election is normal. */
bool event_is_at_start(const struct reason *reason, const struct event *event, uint32_t source)
{
	int64_t start_ns = START_ELECTIONS * reason->election_ns + START_SLACK_S * NS_PER_SEC;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_start = episode->source == source &&
		                (episode_is(episode, STR("etcd.start.banner")) ||
		                 episode_is(episode, STR("etcd.start.restart")) ||
		                 episode_is(episode, STR("etcd.start.fresh")) ||
		                 episode_is(episode, STR("etcd.raft.started")));
		if (is_start && event->time_ns != TIME_NONE &&
		    event->time_ns >= episode->first_ns - NS_PER_SEC &&
		    event->time_ns <= episode->last_ns + start_ns) {
			return true;
		}
	}
	return false;
}

/* Elections that do not belong to one and the same: each member that stands for one prints a line,
 * and so does each that lost its leader. */
static void derive_rounds(struct reason *reason)
{
	int64_t last_ns = INT64_MIN;
	size_t count = 0;
	double rounds = 0;
	each_event(reason, "etcd.election.started", episode, event)
	{
		count++;
	}
	int64_t *times = arena_array(reason->keep, int64_t, count);
	count = 0;
	each_event(reason, "etcd.election.started", episode, event)
	{
		if (event->time_ns != TIME_NONE &&
		    !event_is_at_start(reason, event, episode->source)) {
			times[count++] = event->time_ns;
		}
	}
	qsort(times, count, sizeof(times[0]), order_int64_at);
	for (size_t i = 0; i < count; i++) {
		if (last_ns == INT64_MIN || times[i] - last_ns >= reason->election_ns) {
			last_ns = times[i];
			rounds++;
		}
	}
	derived_add(reason, "etcd.election_rounds", rounds, NULL);
}

static void derive_elections(struct reason *reason)
{
	static const char *const kinds[] = {"etcd.leader.changed", "etcd.leader.lost",
	                                    "etcd.leader.stepped_down", "etcd.election.started",
	                                    "etcd.election.precandidate"};
	double elections = 0;
	const struct episode *first = NULL;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_one = false;
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			is_one |= episode_is(episode, str_from(kinds[i]));
		}
		for (size_t i = 0;
		     is_one && episode_in_window(reason, episode) && i < episode->member_count;
		     i++) {
			if (!event_is_at_start(reason, episode->members[i], episode->source)) {
				elections++;
				first = first == NULL ? episode : first;
			}
		}
	}
	derived_add(reason, "etcd.elections", elections, first);
	derive_rounds(reason);
}

/* ---- requests ---- */

struct step_share {
	const char *id;
	struct str step, other; /* that contain the same wait; other: empty */
	int64_t ns;
	const struct episode *episode;
};

static double percent_of(int64_t part, int64_t all)
{
	int64_t percent = part / (all / 100 + 1);
	return (double)percent;
}

/* Which step of traced requests took the time, in percent of all traced time. */
static void derive_steps(struct reason *reason)
{
	struct step_share shares[] = {
		{"trace.raft_percent", STR("process raft request"), STR(""), 0, NULL},
		{"trace.agreement_percent", STR("agreement among raft nodes"), STR(""), 0, NULL},
		{"trace.marshal_percent", STR("marshal mvccpb.KeyValue"),
	         STR("get key's previous created_revision"), 0, NULL},
		{"trace.index_percent", STR("range keys from in-memory index tree"), STR(""), 0,
	         NULL},
		{"trace.bolt_percent", STR("range keys from bolt db"), STR(""), 0, NULL},
	};
	int64_t total = 0;
	each_event(reason, "etcd.trace.slow", episode, event)
	{
		struct str steps = event_field_text(event, STR("steps"));
		for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
			int64_t duration = trace_step_ns(steps, shares[i].step);
			if (shares[i].other.len > 0) {
				duration += trace_step_ns(steps, shares[i].other);
			}
			if (duration > 0) {
				shares[i].ns += duration;
				shares[i].episode = episode;
				total += duration;
			}
		}
	}
	for (size_t i = 0; total > 0 && i < sizeof(shares) / sizeof(shares[0]); i++) {
		derived_add(reason, shares[i].id, percent_of(shares[i].ns, total),
		            shares[i].episode);
	}
	if (total > 0) {
		derived_add(reason, "trace.consensus_percent",
		            percent_of(shares[0].ns + shares[1].ns, total),
		            shares[0].ns > 0 ? shares[0].episode : shares[1].episode);
	}
}

static bool is_large(const struct event *event)
{
	return derived_number(event, "count", 0) >= LARGE_COUNT ||
	       derived_number(event, "size", 0) >= LARGE_BYTES ||
	       derived_number(event, "response_size", 0) >= LARGE_BYTES ||
	       derived_number(event, "value_size", 0) >= LARGE_BYTES / 2 ||
	       derived_number(event, "request_size", 0) >= LARGE_BYTES / 2;
}

/* Slow requests by what they carried. */
static void derive_sizes(struct reason *reason)
{
	double large = 0, small = 0;
	const struct episode *large_in = NULL;
	static const char *const kinds[] = {"etcd.apply.slow", "etcd.request.slow"};
	for (size_t i = 0; i < 2; i++) {
		vec_foreach (struct episode, episode, &reason->digest->episodes) {
			for (size_t j = 0;
			     episode_is(episode, str_from(kinds[i])) &&
			     episode_in_window(reason, episode) && j < episode->member_count;
			     j++) {
				bool is_it = is_large(episode->members[j]);
				large += is_it ? 1 : 0;
				small += is_it ? 0 : 1;
				large_in = is_it ? episode : large_in;
			}
		}
	}
	if (large + small > 0) {
		derived_add(reason, "requests.large", large, large_in);
		derived_add(reason, "requests.large_percent", 100 * large / (large + small),
		            large_in);
	}
}

/* Slow saves that ended at etcd's own time limit of 5 s + 2 x election timeout. */
static void derive_saves(struct reason *reason)
{
	int64_t limit = 5 * NS_PER_SEC + 2 * reason->election_ns, longest = 0;
	double at_limit = 0, count = 0;
	const struct episode *in = NULL;
	each_event(reason, "milvus.kv.slow", episode, event)
	{
		count++;
		if (event->took_ns >= limit &&
		    event->took_ns <= limit + SERVER_TIMEOUT_SLACK_MS * NS_PER_MS) {
			at_limit++;
			in = episode;
		}
		longest = event->took_ns > longest ? event->took_ns : longest;
	}
	derived_add(reason, "save.at_limit", at_limit, in);
	derived_add(reason, "save.count", count, in);
	derived_add(reason, "save.max_s", derived_seconds(longest), in);
}

/* ---- health ---- */

/* Trouble in etcd's own log in the window. */
static void derive_etcd_health(struct reason *reason)
{
	double troubles = 0, stalls = 0;
	double logs = 0;
	bool covers = false;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_server = str_starts(episode->kind->id, STR("etcd.")) &&
		                 !str_starts(episode->kind->id, STR("etcd.client."));
		if (!is_server || !episode_in_window(reason, episode)) {
			continue;
		}
		bool is_effect = episode_is(episode, STR("etcd.lease.*"));
		troubles += episode->kind->is_harm && !is_effect ? 1 : 0;
		stalls += episode->max_took_ns > NS_PER_SEC ? 1 : 0;
	}
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->by_program[FORMAT_ETCD] == 0 || source->first_ns == TIME_NONE ||
		    reason->is_excerpt) {
			continue;
		}
		logs++;
		covers |= reason->stop == NULL || reason->stop->time_ns == TIME_NONE ||
		          (source->first_ns < reason->stop->time_ns - reason->ttl_ns &&
		           source->last_ns > reason->stop->time_ns - reason->ttl_ns);
	}
	derived_add(reason, "etcd.troubles", troubles, NULL);
	derived_add(reason, "etcd.stalls", stalls, NULL);
	derived_add(reason, "etcd.logs", logs, NULL);
	unsigned missing = reason->is_excerpt ? 0 : reason_missing_members(reason);
	if (missing > 0) {
		derived_add(reason, "etcd.logs_missing", missing, NULL);
	}
	derived_add(reason, "etcd.covered", covers ? 1 : 0, NULL);
}

/* ---- maintenance ---- */

static double overlap_s(const struct episode *episode, int64_t from_ns, int64_t to_ns)
{
	int64_t from = episode->first_ns > from_ns ? episode->first_ns : from_ns;
	int64_t to = episode->last_ns < to_ns ? episode->last_ns : to_ns;
	return to > from ? derived_seconds(to - from) : 0;
}

/* Processes that ended without a word, and members that were asked to. */
static void derive_ends(struct reason *reason)
{
	double etcd = 0, milvus = 0, asked = 0;
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		bool is_abrupt = (stop->how == STOP_ABRUPT || stop->how == STOP_KILLED) &&
		                 !stop_is_foreign(reason, stop);
		etcd += is_abrupt && str_equals(stop->component, STR("etcd")) ? 1 : 0;
		milvus += is_abrupt && str_equals(stop->component, STR("milvus")) ? 1 : 0;
		asked += stop->how == STOP_ASKED && str_equals(stop->component, STR("etcd")) &&
		                         !stop_is_foreign(reason, stop)
		                 ? 1
		                 : 0;
	}
	derived_add(reason, "etcd.asked", asked, NULL);
	derived_add(reason, "etcd.abrupt", etcd, NULL);
	derived_add(reason, "milvus.abrupt", milvus, NULL);
}

/* Whether etcd had given Milvus a session in the run that ended, or is the last one. */
static void derive_session(struct reason *reason)
{
	int64_t from_ns = TIME_NONE, to_ns = TIME_NONE;
	bool is_milvus = reason->stop != NULL && str_equals(reason->stop->component, STR("milvus"));
	if (!reason->has_milvus || reason->is_excerpt) {
		return;
	}
	vec_foreach (struct run, run, &reason->findings->runs) {
		bool is_it = str_equals(run->component, STR("milvus")) &&
		             (!is_milvus || (str_equals(run->instance, reason->stop->instance) &&
		                             run->end_ns == reason->stop->time_ns));
		if (is_it) {
			from_ns = run->start_ns;
			to_ns = run->end_ns;
		}
	}
	const struct episode *proof = NULL;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_session = episode_is(episode, STR("milvus.session.registered")) ||
		                  episode_is(episode, STR("milvus.session.keepalive_closed"));
		if (is_session && episode_overlaps(episode, from_ns, to_ns)) {
			proof = episode;
		}
	}
	derived_add(reason, "milvus.had_session", proof != NULL ? 1 : 0, NULL);
}

/* Share of slow requests' time that lies inside defragmentations and long compactions, in percent.
 */
static void derive_maintenance(struct reason *reason)
{
	double inside = 0, all = 0;
	const struct episode *in = NULL;
	each_event(reason, "etcd.apply.slow", slow, event)
	{
		if (event->took_ns == DURATION_NONE || event->start_ns == TIME_NONE) {
			continue;
		}
		all += derived_seconds(event->took_ns);
		double best = 0;
		vec_foreach (struct episode, episode, &reason->digest->episodes) {
			bool is_it = episode_is(episode, STR("etcd.defrag.finished")) ||
			             (episode_is(episode, STR("etcd.compaction.finished")) &&
			              episode->max_took_ns > NS_PER_SEC);
			if (is_it && overlap_s(episode, event->start_ns, event->time_ns) > best) {
				best = overlap_s(episode, event->start_ns, event->time_ns);
				in = episode;
			}
		}
		inside += best;
	}
	if (all > 0) {
		derived_add(reason, "maintenance.percent", 100 * inside / all, in);
	}
}

/* ---- bursts of slow requests ---- */

enum { BURSTS_MAX = 512, BURST_APART_S = 60, BURST_NEAR_S = 10, BURSTS_MIN = 3 };

/* When bursts of slow requests of one member began, ascending; between them lies a quiet minute. */
static size_t bursts_of(const struct reason *reason, uint32_t source, int64_t *begins_ns)
{
	size_t count = 0, bursts = 0;
	int64_t last_ns = TIME_NONE;
	each_event(reason, "etcd.apply.slow", episode, event)
	{
		if (episode->source == source && event->start_ns != TIME_NONE &&
		    count < BURSTS_MAX) {
			begins_ns[count++] = event->start_ns;
		}
	}
	qsort(begins_ns, count, sizeof(*begins_ns), order_int64_at);
	for (size_t i = 0; i < count; i++) {
		int64_t begin_ns = begins_ns[i];
		if (last_ns == TIME_NONE || begin_ns - last_ns > BURST_APART_S * NS_PER_SEC) {
			begins_ns[bursts++] = begin_ns;
		}
		last_ns = begin_ns;
	}
	return bursts;
}

static bool is_at_compaction(const struct reason *reason, uint32_t source, int64_t time_ns)
{
	each_event(reason, "etcd.compaction.*", episode, event)
	{
		if (episode->source == source && event->time_ns != TIME_NONE &&
		    time_ns >= event->start_ns - BURST_NEAR_S * NS_PER_SEC &&
		    time_ns <= event->time_ns + BURST_NEAR_S * NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

/* Whether slow requests come with compactions, which run every few minutes: of the member with the
 * most bursts. */
static void derive_bursts(struct reason *reason)
{
	int64_t *begins_ns = arena_array(reason->keep, int64_t, BURSTS_MAX);
	size_t most = 0, with = 0;
	double period_s = 0;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		size_t count = bursts_of(reason, source, begins_ns);
		if (count < BURSTS_MIN || count <= most) {
			continue;
		}
		most = count;
		with = 0;
		for (size_t i = 0; i < count; i++) {
			with += is_at_compaction(reason, source, begins_ns[i]) ? 1 : 0;
		}
		period_s =
			derived_seconds(begins_ns[count - 1] - begins_ns[0]) / (double)(count - 1);
	}
	if (most > 0) {
		derived_add(reason, "bursts.count", (double)most, NULL);
		derived_add(reason, "bursts.period_s", (double)(int64_t)(period_s + 0.5), NULL);
		derived_add(reason, "bursts.compaction_percent",
		            100.0 * (double)with / (double)most, NULL);
	}
}

void reason_derive(struct reason *reason)
{
	derive_members(reason);
	derive_elections(reason);
	reason_running(reason);
	reason_jumps(reason);
	derive_steps(reason);
	reason_path(reason);
	reason_votes(reason);
	derive_sizes(reason);
	derive_saves(reason);
	derive_etcd_health(reason);
	derive_maintenance(reason);
	derive_bursts(reason);
	derive_ends(reason);
	derive_session(reason);
	derived_add(reason, "excerpt", reason->is_excerpt ? 1 : 0, NULL);
	if (reason->stop != NULL) {
		derived_add(reason, "stop.exit_code", reason->stop->exit_code, NULL);
	}
	reason_derive_documents(reason);
}
