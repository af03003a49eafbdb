/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that tell a process that waited (for its disk, for others) from one that did not get to
 * run. */
#include "base/order.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	PERIOD_MS = 100,        /* of CPU throttling: throttled work goes on at one phase of it */
	PHASE_WIDTH_MS = 16,    /* what counts as one phase */
	PHASE_BURST_MS = 20,    /* lines closer than this are one instant */
	PHASE_INSTANTS_MIN = 6, /* fewer must all share one, and a narrower one */
	PHASE_FEW_MIN = 3,
	PHASE_SPREAD_MS = 50, /* durations that are all alike have another reason to end in step */
	PHASE_INSTANTS_MAX = 512,
	STEADY_SLACK_MS = 12, /* intervals that differ less are alike */
	STEADY_MIN = 3,
	STEADY_PERCENT = 40, /* 20 at most where a process was throttled, 75 where a loop waited */
	QUANTUM_SLACK_MS = 8,
	QUANTUM_MIN = 8,
	WORK_MAX_S = 3,      /* longer ones may have ended at a time limit */
	LATE_LONG_MS = 1200, /* one fsync would have told of itself */
	LATE_INSTANTS_MIN = 10,
	LATE_MIN_MS = 300, /* shorter gaps between heartbeats leave no room for a line inside */
	APPLY_HELD_MS = 2000,
	APPLY_BLOCKED_MS = 500,
	APPLY_WAITED_MS = 250,
	WAKE_S = 2,
	LATE_TIMEOUT_S = 2, /* ends of one connection time out so close together */
	PEER_LOST_S = 30,
	PEER_SILENT_S = 5, /* as often prints a member that runs and misses another */
};

static const char *const slow_kinds[] = {"etcd.apply.slow", "etcd.trace.slow",
                                         "etcd.heartbeat.late", "etcd.request.slow"};

static bool is_slow_kind(const struct episode *episode)
{
	for (size_t i = 0; i < sizeof(slow_kinds) / sizeof(slow_kinds[0]); i++) {
		if (episode_is(episode, str_from(slow_kinds[i]))) {
			return true;
		}
	}
	return false;
}

/* Whether work ended the operation, and not a time limit. */
static bool is_done_by_work(const struct event *event, int64_t least_ms)
{
	return event->time_ns != TIME_NONE && event->took_ns >= least_ms * NS_PER_MS &&
	       event->took_ns <= WORK_MAX_S * NS_PER_SEC &&
	       event_field_text(event, STR("error")).len == 0;
}

/* ---- heartbeats ---- */

static const struct event *covering_fsync(const struct reason *reason, const struct event *late,
                                          uint32_t source, int64_t from_ns)
{
	each_event(reason, "etcd.fsync.slow", episode, event)
	{
		if (episode->source == source && event->start_ns <= late->time_ns &&
		    event->time_ns >= from_ns) {
			return event;
		}
	}
	return NULL;
}

/* The gap is what the line says plus twice the interval. */
static int64_t heartbeat_gap(const struct reason *reason, const struct event *late)
{
	return late->took_ns + 2 * derived_number(late, "heartbeat_interval", reason->heartbeat_ns);
}

struct late {
	const struct reason *reason;
	unsigned lines, talking, silent; /* by whether the leader printed something meanwhile */
	unsigned uncovered;              /* of these, long ones that no slow fsync lies over */
	unsigned instants, busy;         /* busy: a request on the leader waited as long */
	int64_t instant_ns;
	int64_t longest_uncovered_ns, longest_covered_ns;
	const struct episode *talking_in, *silent_in, *uncovered_in, *covered_in;
};

/* Whether a request of the same member waited for a good part of that gap. */
static bool is_busy(const struct reason *reason, uint32_t source, int64_t from_ns, int64_t to_ns,
                    bool *has_requests)
{
	static const char *const requests[] = {"etcd.apply.slow", "etcd.trace.slow",
	                                       "etcd.request.slow"};
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		each_event(reason, requests[i], episode, event)
		{
			if (episode->source != source || event->took_ns == DURATION_NONE) {
				continue;
			}
			*has_requests = true;
			int64_t from = event->start_ns > from_ns ? event->start_ns : from_ns;
			int64_t to = event->time_ns < to_ns ? event->time_ns : to_ns;
			if ((to - from) * 5 > (to_ns - from_ns) * 2) {
				return true;
			}
		}
	}
	return false;
}

/* Whether a slow fsync over the gap would stand in the log: it begins before the gap, and the etcd
 * is not so old that it says nothing of fsyncs; these do not name the interval. */
static bool shows_fsyncs(const struct reason *reason, const struct episode *episode,
                         const struct event *late, int64_t gap_ns)
{
	int64_t first_ns = reason->digest->sources[episode->source].first_ns;
	return derived_number(late, "heartbeat_interval", DURATION_NONE) != DURATION_NONE &&
	       first_ns <= late->time_ns - gap_ns;
}

static void late_note_long(struct late *late, const struct episode *episode,
                           const struct event *event, int64_t gap_ns)
{
	bool is_covered = covering_fsync(late->reason, event, episode->source,
	                                 event->time_ns - gap_ns) != NULL;
	if (is_covered && gap_ns > late->longest_covered_ns) {
		late->longest_covered_ns = gap_ns;
		late->covered_in = episode;
	}
	bool is_uncovered = !is_covered && shows_fsyncs(late->reason, episode, event, gap_ns);
	if (is_uncovered && gap_ns > late->longest_uncovered_ns) {
		late->longest_uncovered_ns = gap_ns;
		late->uncovered_in = episode;
	}
	late->uncovered += is_uncovered && gap_ns > LATE_LONG_MS * NS_PER_MS ? 1 : 0;
}

static void late_note(struct late *late, const struct episode *episode, const struct event *event,
                      bool *has_requests)
{
	int64_t gap_ns = heartbeat_gap(late->reason, event);
	late_note_long(late, episode, event, gap_ns);
	if (gap_ns < LATE_MIN_MS * NS_PER_MS) {
		return;
	}
	late->lines++;
	late->talking += event->inside > 0 ? 1 : 0;
	late->silent += event->inside > 0 ? 0 : 1;
	late->talking_in = event->inside > 0 ? episode : late->talking_in;
	late->silent_in = event->inside > 0 ? late->silent_in : episode;
	/* one line for each peer */
	if (event->time_ns != TIME_NONE &&
	    event->time_ns - late->instant_ns > PHASE_BURST_MS * NS_PER_MS) {
		late->instants++;
		late->busy += is_busy(late->reason, episode->source, event->time_ns - gap_ns,
		                      event->time_ns, has_requests)
		                      ? 1
		                      : 0;
	}
	late->instant_ns = event->time_ns;
}

static double percent(unsigned part, unsigned all)
{
	return all > 0 ? 100.0 * part / all : 0;
}

/* What the leader did while its heartbeats were late. */
static void derive_heartbeats(struct reason *reason)
{
	struct late late = {.reason = reason};
	bool has_requests = false;
	each_event(reason, "etcd.heartbeat.late", episode, event)
	{
		if (event->took_ns != DURATION_NONE) {
			late_note(&late, episode, event, &has_requests);
		}
	}
	derived_add(reason, "heartbeat.uncovered_s", derived_seconds(late.longest_uncovered_ns),
	            late.uncovered_in);
	derived_add(reason, "heartbeat.covered_s", derived_seconds(late.longest_covered_ns),
	            late.covered_in);
	derived_add(reason, "heartbeat.uncovered_percent", percent(late.uncovered, late.lines),
	            late.uncovered_in);
	derived_add(reason, "heartbeat.talking", late.talking, late.talking_in);
	derived_add(reason, "heartbeat.silent", late.silent, late.silent_in);
	if (has_requests && late.instants >= LATE_INSTANTS_MIN) {
		derived_add(reason, "heartbeat.busy_percent", percent(late.busy, late.instants),
		            late.silent_in);
	}
}

/* ---- fsyncs and applies ---- */

/* While an fsync hangs the process goes on printing; a process that does not run prints nothing. */
static void derive_inside(struct reason *reason)
{
	double talking = 0, silent = 0, longest = 0, total = 0;
	const struct episode *talking_in = NULL, *silent_in = NULL;
	each_event(reason, "etcd.fsync.slow", episode, event)
	{
		total += derived_seconds(event->took_ns == DURATION_NONE ? 0 : event->took_ns);
		longest = derived_seconds(event->took_ns) > longest
		                  ? derived_seconds(event->took_ns)
		                  : longest;
		if (event->inside > 0) {
			talking++;
			talking_in = episode;
		} else {
			silent++;
			silent_in = episode;
		}
	}
	derived_add(reason, "fsync.talking", talking, talking_in);
	derived_add(reason, "fsync.silent", silent, silent_in);
	derived_add(reason, "fsync.max_s", longest, NULL);
	derived_add(reason, "fsync.total_s", total, NULL);
}

/* A write that waited so long in its apply, which needs neither WAL nor network. */
static bool is_held_write(const struct event *event, int64_t least_ms)
{
	return str_equals(event_field_text(event, STR("phase")), STR("apply")) &&
	       event->took_ns >= least_ms * NS_PER_MS;
}

/* The most applies of one member that waited that long, one behind the other. A process that does
 * not get to run is hardly ever caught in an apply, which takes some microseconds of work. */
static double count_held(const struct reason *reason, int64_t least_ms,
                         const struct episode **most_in)
{
	double most = 0;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		const struct episode *in = NULL;
		double held = 0;
		int64_t end_ns = TIME_NONE;
		each_event(reason, "etcd.apply.slow", episode, event)
		{
			bool is_held = episode->source == source &&
			               is_held_write(event, least_ms) &&
			               event->time_ns != TIME_NONE;
			if (is_held &&
			    (end_ns == TIME_NONE || event->time_ns - event->took_ns > end_ns)) {
				held++;
				end_ns = event->time_ns;
				in = episode;
			}
		}
		*most_in = held > most ? in : *most_in;
		most = held > most ? held : most;
	}
	return most;
}

/* Writes that could not be applied: while the process went on printing, or again and again. */
static void derive_blocked(struct reason *reason)
{
	double longest = 0;
	const struct episode *in = NULL;
	each_event(reason, "etcd.apply.slow", episode, event)
	{
		if (is_held_write(event, APPLY_BLOCKED_MS) && event->inside > 0 &&
		    derived_seconds(event->took_ns) > longest) {
			longest = derived_seconds(event->took_ns);
			in = episode;
		}
	}
	derived_add(reason, "apply.blocked_s", longest, in);
	const struct episode *held_in = NULL, *briefly_in = NULL, *waited_in = NULL;
	double held = count_held(reason, APPLY_HELD_MS, &held_in);
	double briefly = count_held(reason, APPLY_BLOCKED_MS, &briefly_in);
	double waited = count_held(reason, APPLY_WAITED_MS, &waited_in);
	derived_add(reason, "apply.held", held, held_in);
	derived_add(reason, "apply.held_briefly", briefly, briefly_in);
	derived_add(reason, "apply.waited", waited, waited_in);
}

/* ---- the period of CPU throttling ---- */

/* Share of durations that are near multiples of the period, in percent. */
static void derive_quantum(struct reason *reason)
{
	unsigned near = 0, all = 0;
	const struct episode *in = NULL;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; is_slow_kind(episode) && episode_in_window(reason, episode) &&
		                   i < episode->member_count;
		     i++) {
			if (!is_done_by_work(episode->members[i], PERIOD_MS * 3 / 2)) {
				continue;
			}
			int64_t rest = episode->members[i]->took_ns / NS_PER_MS % PERIOD_MS;
			all++;
			near += rest <= QUANTUM_SLACK_MS || rest >= PERIOD_MS - QUANTUM_SLACK_MS
			                ? 1
			                : 0;
			in = episode;
		}
	}
	if (all >= QUANTUM_MIN) {
		derived_add(reason, "took.quantum_percent", 100.0 * near / all, in);
	}
}

/* Slow operations of one source: the instants when they ended, in ms, ascending, where lines of one
 * burst are one, and how long they took. */
struct ends {
	int64_t *at_ms;
	size_t count;
	int64_t shortest_ns, longest_ns;
};

static void ends_of_source(const struct reason *reason, uint32_t source, struct ends *ends)
{
	size_t count = 0;
	*ends = (struct ends){.at_ms = ends->at_ms, .shortest_ns = INT64_MAX};
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_it = episode->source == source && is_slow_kind(episode) &&
		             episode_in_window(reason, episode);
		for (size_t i = 0; is_it && i < episode->member_count && count < PHASE_INSTANTS_MAX;
		     i++) {
			const struct event *event = episode->members[i];
			if (is_done_by_work(event, PERIOD_MS / 2)) {
				int64_t took_ns = event->took_ns;
				ends->at_ms[count++] = event->time_ns / NS_PER_MS;
				ends->shortest_ns =
					took_ns < ends->shortest_ns ? took_ns : ends->shortest_ns;
				ends->longest_ns =
					took_ns > ends->longest_ns ? took_ns : ends->longest_ns;
			}
		}
	}
	qsort(ends->at_ms, count, sizeof(*ends->at_ms), order_int64_at);
	for (size_t i = 0; i < count; i++) {
		if (ends->count == 0 ||
		    ends->at_ms[i] - ends->at_ms[ends->count - 1] > PHASE_BURST_MS) {
			ends->at_ms[ends->count++] = ends->at_ms[i];
		}
	}
}

/* The most instants that lie within so many ms of the period. */
static size_t instants_in_phase(const struct ends *ends, size_t width_ms)
{
	size_t at[PERIOD_MS] = {0}, best = 0;
	for (size_t i = 0; i < ends->count; i++) {
		at[(ends->at_ms[i] % PERIOD_MS + PERIOD_MS) % PERIOD_MS]++;
	}
	for (size_t first = 0; first < PERIOD_MS; first++) {
		size_t sum = 0;
		for (size_t i = 0; i < width_ms; i++) {
			sum += at[(first + i) % PERIOD_MS];
		}
		best = sum > best ? sum : best;
	}
	return best;
}

/* Whether many intervals are alike: a loop that waits for the same thing again and again, such as
 * the commits of the database file, ends in step with itself. */
static bool is_steady(const struct ends *ends)
{
	int64_t gaps_ms[PHASE_INSTANTS_MAX];
	size_t count = ends->count > 0 ? ends->count - 1 : 0, alike = 0;
	for (size_t i = 0; i < count; i++) {
		gaps_ms[i] = ends->at_ms[i + 1] - ends->at_ms[i];
	}
	qsort(gaps_ms, count, sizeof(*gaps_ms), order_int64_at);
	for (size_t i = 0; i < count; i++) {
		alike += llabs(gaps_ms[i] - gaps_ms[count / 2]) <= STEADY_SLACK_MS ? 1 : 0;
	}
	return alike >= STEADY_MIN && alike * 100 >= count * STEADY_PERCENT;
}

/* Whether a few instants, three to five, all share a phase so narrow that chance brings it about in
 * one log of a thousand (of three: of 130): n * (width / 100)^(n - 1). */
static bool are_few_in_phase(const struct ends *ends)
{
	static const size_t width_ms[PHASE_INSTANTS_MIN] = {[3] = 5, [4] = 6, [5] = 11};
	return ends->count >= PHASE_FEW_MIN && ends->count < PHASE_INSTANTS_MIN &&
	       ends->longest_ns - ends->shortest_ns >= PHASE_SPREAD_MS * NS_PER_MS &&
	       instants_in_phase(ends, width_ms[ends->count]) == ends->count;
}

/* A throttled process goes on at the start of each period: what it prints shares a phase. The
 * source that shows it best. */
static void derive_phase(struct reason *reason)
{
	struct ends ends = {.at_ms = arena_array(reason->keep, int64_t, PHASE_INSTANTS_MAX)};
	double best = -1, few = 0;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		ends_of_source(reason, source, &ends);
		bool is_telling = !is_steady(&ends);
		double count = (double)ends.count;
		if (ends.count >= PHASE_INSTANTS_MIN) {
			double in_phase = (double)instants_in_phase(&ends, PHASE_WIDTH_MS);
			double share = is_telling ? 100.0 * in_phase / count : 0;
			best = share > best ? share : best;
		}
		few = is_telling && are_few_in_phase(&ends) && count > few ? count : few;
	}
	if (best >= 0) {
		derived_add(reason, "print.phase_percent", best, NULL);
	}
	derived_add(reason, "print.few_in_phase", few, NULL);
}

/* ---- silence ---- */

/* How long Milvus's own log was silent right before it lost its session. */
static void derive_silence(struct reason *reason)
{
	const struct episode *lost = window_first(reason, STR("milvus.session.keepalive_closed"));
	lost = lost != NULL ? lost : window_first(reason, STR("milvus.session.lost"));
	lost = lost != NULL ? lost : window_first(reason, STR("milvus.exit.disconnected"));
	if (lost == NULL || lost->first_ns == TIME_NONE) {
		return;
	}
	const struct source *source = &reason->digest->sources[lost->source];
	double longest = 0;
	for (size_t i = 0; i < source->gap_count; i++) {
		int64_t after = lost->first_ns - source->gaps[i].to_ns;
		double length = derived_seconds(source->gaps[i].to_ns - source->gaps[i].from_ns);
		if (after > -NS_PER_SEC && after < 5 * NS_PER_SEC && length > longest) {
			longest = length;
		}
	}
	derived_add(reason, "milvus.silent_before_loss_s", longest, lost);
}

/* Whether that source tells of itself as that member. */
static bool is_member(const struct reason *reason, uint32_t source, struct str member)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->source == source && episode->member_count > 0 &&
		    (episode_is(episode, STR("etcd.raft.started")) ||
		     episode_is(episode, STR("etcd.start.*"))) &&
		    str_equals(event_field_text(episode->members[0], STR("member")), member)) {
			return true;
		}
	}
	return false;
}

static bool is_timeout(const struct event *event)
{
	return str_contains(event_field_text(event, STR("error")), STR("i/o timeout"));
}

/* Whether a peer had missed that source well before the source missed it. Both lose a connection
 * at the same time, so the later one did not get to say so. */
static bool was_missed_before(const struct reason *reason, uint32_t source,
                              const struct event *timeout)
{
	struct str peer = event_field_text(timeout, STR("peer"));
	each_event(reason, "etcd.peer.*", episode, event)
	{
		int64_t before_ns = timeout->time_ns - event->time_ns;
		if (is_timeout(event) && event->time_ns != TIME_NONE &&
		    before_ns > LATE_TIMEOUT_S * NS_PER_SEC &&
		    before_ns < PEER_LOST_S * NS_PER_SEC && episode->source != source &&
		    is_member(reason, episode->source, peer) &&
		    is_member(reason, source, event_field_text(event, STR("peer")))) {
			return true;
		}
	}
	return false;
}

/* What did not run finds its connections timed out when it goes on: all of them, or those long
 * given up by the other side; what was well, and only is not heard by one that is cut off, has
 * others that it goes on with. */
static bool wakes_up(const struct reason *reason, uint32_t source, int64_t time_ns)
{
	struct str first = {NULL, 0};
	each_event(reason, "etcd.peer.*", episode, event)
	{
		struct str peer = event_field_text(event, STR("peer"));
		bool is_then = episode->source == source && is_timeout(event) &&
		               event->time_ns >= time_ns &&
		               event->time_ns <= time_ns + WAKE_S * NS_PER_SEC;
		if (is_then && ((first.len > 0 && !str_equals(peer, first)) ||
		                was_missed_before(reason, source, event))) {
			return true;
		}
		first = is_then ? peer : first;
	}
	return false;
}

/* Silent for longer than a member that hears nobody waits with an election, or with telling of a
 * failed probe. */
static bool is_silent_around(const struct reason *reason, uint32_t number, int64_t time_ns)
{
	const struct source *source = &reason->digest->sources[number];
	int64_t least_ns = PEER_SILENT_S * NS_PER_SEC + 2 * reason->election_ns;
	for (size_t i = 0; i < source->gap_count; i++) {
		const struct source_gap *gap = &source->gaps[i];
		if (gap->to_ns - gap->from_ns > least_ns &&
		    gap->from_ns < time_ns - 3 * NS_PER_SEC && gap->to_ns > time_ns + NS_PER_SEC &&
		    wakes_up(reason, number, gap->to_ns)) {
			return true;
		}
	}
	return false;
}

/* Whether nothing was printed in the seconds before something timed out. */
static bool is_silent_before(const struct source *source, int64_t time_ns)
{
	for (size_t i = 0; i < source->gap_count; i++) {
		const struct source_gap *gap = &source->gaps[i];
		if (gap->from_ns < time_ns - 3 * NS_PER_SEC && gap->to_ns > time_ns - NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

/* Whether an event of another source says that this member did not answer, at a time that its log
 * spans. */
static bool is_accusation(const struct reason *reason, uint32_t source,
                          const struct episode *episode, const struct event *event)
{
	const struct source *of = &reason->digest->sources[source];
	return episode->source != source && of->by_program[FORMAT_ETCD] > 0 &&
	       event->time_ns != TIME_NONE && event->time_ns > of->first_ns &&
	       event->time_ns < of->last_ns && is_timeout(event) &&
	       is_member(reason, source, event_field_text(event, STR("peer")));
}

/* When the accuser and that peer had a connection again; TIME_NONE if never. */
static int64_t back_at(const struct reason *reason, uint32_t accuser,
                       const struct event *accusation)
{
	struct str peer = event_field_text(accusation, STR("peer"));
	int64_t back_ns = TIME_NONE;
	each_event(reason, "etcd.peer.*", episode, event)
	{
		bool is_back = episode->source == accuser && event->time_ns > accusation->time_ns &&
		               (episode_is(episode, STR("etcd.peer.active")) ||
		                episode_is(episode, STR("etcd.peer.established"))) &&
		               str_equals(event_field_text(event, STR("peer")), peer);
		if (is_back && (back_ns == TIME_NONE || event->time_ns < back_ns)) {
			back_ns = event->time_ns;
		}
	}
	return back_ns;
}

static bool has_started_between(const struct reason *reason, uint32_t source, int64_t from_ns,
                                int64_t to_ns)
{
	each_event(reason, "etcd.start.*", episode, event)
	{
		if (episode->source == source && event->time_ns > from_ns &&
		    event->time_ns <= to_ns) {
			return true;
		}
	}
	return false;
}

/* Whether the accused printed, as the same process, while it still was not heard. */
static bool prints_unheard(const struct reason *reason, uint32_t accused, uint32_t accuser,
                           const struct event *accusation)
{
	const struct source *of = &reason->digest->sources[accused];
	int64_t back_ns = back_at(reason, accuser, accusation);
	return back_ns != TIME_NONE && back_ns - accusation->time_ns > PEER_SILENT_S * NS_PER_SEC &&
	       back_ns < of->last_ns && !is_silent_before(of, back_ns) &&
	       !has_started_between(reason, accused, accusation->time_ns, back_ns);
}

/* Members that others timed out on and that went on later. One that is cut off prints elections;
 * one that does not run prints nothing, and blames all others when it goes on. */
static void derive_silent_members(struct reason *reason)
{
	double silent = 0, talking = 0;
	const struct episode *in = NULL;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		const struct source *of = &reason->digest->sources[source];
		bool is_alive = false, is_silent = false;
		each_event(reason, "etcd.peer.*", episode, event)
		{
			if (is_accusation(reason, source, episode, event)) {
				const struct source *by = &reason->digest->sources[episode->source];
				bool is_own_fault = is_silent_before(by, event->time_ns) &&
				                    wakes_up(reason, episode->source,
				                             event->time_ns - NS_PER_SEC);
				is_alive |=
					!is_own_fault &&
					(!is_silent_before(of, event->time_ns) ||
				         prints_unheard(reason, source, episode->source, event));
				is_silent = is_silent ||
				            is_silent_around(reason, source, event->time_ns);
				in = is_silent ? episode : in;
			}
		}
		silent += is_silent ? 1 : 0;
		talking += is_alive && !is_silent ? 1 : 0;
	}
	derived_relate(reason, "peer.silent", silent, in);
	derived_add(reason, "peer.talking", talking, NULL);
}

/* Whether a member ended, or its log did, when another met nobody at its address. Logs that all end
 * there were collected there. */
static bool has_vanished(const struct reason *reason, const struct source *source,
                         const struct source *by, int64_t time_ns)
{
	enum { SEEN_MS = 1000, PROBE_S = 30 };
	if (source->last_ns <= time_ns + SEEN_MS * NS_PER_MS) {
		return by->last_ns > source->last_ns + SEEN_MS * NS_PER_MS;
	}
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (run->has_ended && str_equals(run->component, STR("etcd")) &&
		    str_equals(run->instance, source->instance) &&
		    run->end_ns <= time_ns + SEEN_MS * NS_PER_MS &&
		    run->end_ns > time_ns - PROBE_S * NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

/* Whether an event of another source says that nobody is at this member's address. */
static bool is_missed(const struct reason *reason, uint32_t source, const struct episode *episode,
                      const struct event *event)
{
	struct str error = event_field_text(event, STR("error"));
	bool is_gone = str_contains(error, STR("EOF")) || str_contains(error, STR("refused"));
	return is_gone && episode->source != source && event->time_ns != TIME_NONE &&
	       reason->digest->sources[source].by_program[FORMAT_ETCD] > 0 &&
	       reason->digest->sources[source].last_ns != TIME_NONE &&
	       is_member(reason, source, event_field_text(event, STR("peer")));
}

/* Members that others found gone, and whose own logs end there, or their runs. */
static void derive_vanished_members(struct reason *reason)
{
	double vanished = 0;
	const struct episode *in = NULL;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		const struct source *of = &reason->digest->sources[source];
		bool is_it = false;
		each_event(reason, "etcd.peer.*", episode, event)
		{
			if (!is_it && is_missed(reason, source, episode, event) &&
			    has_vanished(reason, of, &reason->digest->sources[episode->source],
			                 event->time_ns)) {
				is_it = true;
				in = in == NULL ? episode : in;
			}
		}
		vanished += is_it ? 1 : 0;
	}
	derived_add(reason, "peer.vanished", vanished, in);
}

void reason_running(struct reason *reason)
{
	derive_heartbeats(reason);
	derive_inside(reason);
	derive_blocked(reason);
	derive_quantum(reason);
	derive_phase(reason);
	derive_silence(reason);
	derive_silent_members(reason);
	derive_vanished_members(reason);
}
