/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the clocks of hosts, or the zones of their stamps, are apart: bounds from events that two
 * logs tell of.
 *
 * With s = etcd's clock less Milvus's, what Milvus saw end at m after D, and etcd end at e after d,
 * bounds s: etcd's part lies inside Milvus's, e - m <= s <= (e - d) - (m - D). Each pair is an
 * interval; the s in most of them, and their intersection, are the offset. It is applied only when
 * the bounds exclude zero.
 */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	EVENTS_MAX = 64,  /* of each side: the longest are kept */
	MARGIN_MS = 50,   /* jitter of stamps */
	RELEASE_MS = 300, /* what waited for an fsync is answered so soon after it */
	SEEN_S = 3, /* an end of etcd is seen by Milvus so soon: it writes every few seconds */
	ONSETS_END = EVENTS_MAX + 32, /* and so many troubles of Milvus by their beginning */
	NARROW_MS = 1500,             /* bounds closer than that are no coincidence */
	ELSEWHERE_S = 3,
	LEAST_MATCHES = 3,     /* pairs that must agree */
	LEAST_OFFSET_MS = 300, /* smaller ones change no order that matters */
	START_SLACK_S = 2,     /* between etcd's first lines and its first lease id */
	QUARTER_MIN = 15,
	ZONE_MAX_H = 14,
	DRIFT_MAX_MIN = 10 /* of a clock that is off; more is a zone, or another etcd */
};

/* ---- pairs ---- */

struct bound {
	int64_t low_ns, high_ns;
	size_t milvus; /* which of Milvus's events */
	bool is_close; /* by two instants that are one, not by spans that happen to fit */
};

struct bounds {
	struct bound *items;
	size_t count, capacity;
};

struct events {
	const struct event *items[EVENTS_MAX];
	size_t count;
};

static void keep_longest(struct events *events, const struct event *event)
{
	if (event->time_ns == TIME_NONE) {
		return;
	}
	if (events->count < EVENTS_MAX) {
		events->items[events->count++] = event;
		return;
	}
	size_t least = 0;
	for (size_t i = 1; i < events->count; i++) {
		least = events->items[i]->took_ns < events->items[least]->took_ns ? i : least;
	}
	if (event->took_ns > events->items[least]->took_ns) {
		events->items[least] = event;
	}
}

static bool is_client(const struct source *source)
{
	return str_equals(source->component, STR("milvus"));
}

/* Events of some kinds of one source, or of all of Milvus's. */
static void collect(const struct digest *digest, uint32_t source, bool is_of_milvus,
                    const struct str *kinds, size_t count, struct events *events)
{
	vec_foreach (struct episode, episode, &digest->episodes) {
		bool is_own = is_of_milvus ? is_client(&digest->sources[episode->source])
		                           : episode->source == source;
		for (size_t i = 0; is_own && i < count; i++) {
			for (size_t j = 0;
			     kind_is(episode->kind->id, kinds[i]) && j < episode->member_count;
			     j++) {
				keep_longest(events, episode->members[j]);
			}
		}
	}
}

/* A request that etcd or the client gave up: its end says nothing of etcd's. */
static bool is_given_up(const struct reason *reason, const struct event *event)
{
	int64_t limits[] = {5 * NS_PER_SEC + 2 * reason->election_ns, 10 * NS_PER_SEC,
	                    30 * NS_PER_SEC};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (event->took_ns >= limits[i] - 20 * NS_PER_MS &&
		    event->took_ns <= limits[i] + 500 * NS_PER_MS) {
			return true;
		}
	}
	return false;
}

static void bound_add(struct bounds *bounds, int64_t low_ns, int64_t high_ns, size_t milvus,
                      bool is_close)
{
	if (low_ns <= high_ns) {
		vec_push(bounds, (struct bound){low_ns - MARGIN_MS * NS_PER_MS,
		                                high_ns + MARGIN_MS * NS_PER_MS, milvus, is_close});
	}
}

/* The first of those that ended together with this one: what is released together bounds once. */
static size_t of_instant(const struct events *events, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (llabs(events->items[i]->time_ns - events->items[index]->time_ns) <
		    RELEASE_MS * NS_PER_MS) {
			return i;
		}
	}
	return index;
}

/* The same request on both sides, by its key. */
static void pair_requests(const struct reason *reason, uint32_t etcd, struct bounds *bounds)
{
	static const struct str client[] = {STR_INIT("milvus.kv.slow")};
	static const struct str server[] = {
		STR_INIT("etcd.trace.slow"), STR_INIT("etcd.request.stats"),
		STR_INIT("etcd.request.slow"), STR_INIT("etcd.apply.slow")};
	struct events saves = {0}, requests = {0};
	collect(reason->digest, 0, true, client, 1, &saves);
	collect(reason->digest, etcd, false, server, sizeof(server) / sizeof(server[0]), &requests);
	for (size_t i = 0; i < saves.count; i++) {
		const struct event *save = saves.items[i];
		struct str key = event_field_text(save, STR("key"));
		for (size_t j = 0; key.len > 0 && !is_given_up(reason, save) && j < requests.count;
		     j++) {
			const struct event *request = requests.items[j];
			int64_t low_ns = request->time_ns - save->time_ns,
				high_ns = request->start_ns - save->start_ns;
			if (str_equals(event_field_text(request, STR("key")), key) &&
			    request->took_ns > NS_PER_SEC && request->took_ns <= save->took_ns) {
				bound_add(bounds, low_ns, high_ns, of_instant(&saves, i),
				          high_ns - low_ns < NARROW_MS * NS_PER_MS);
			}
		}
	}
}

/* ---- stalls ---- */

/* A span in which etcd answered nobody. */
struct stall {
	int64_t from_ns, to_ns;
	bool has_end; /* what waited is answered at to_ns */
};

struct stalls {
	struct stall items[EVENTS_MAX];
	size_t count;
};

static void stall_add(struct stalls *stalls, int64_t from_ns, int64_t to_ns, bool has_end)
{
	if (stalls->count < EVENTS_MAX && from_ns != TIME_NONE && to_ns > from_ns) {
		stalls->items[stalls->count++] = (struct stall){from_ns, to_ns, has_end};
	}
}

/* From the first line that the leader is gone to the first that another one leads, or the log's
 * end. */
static void collect_leaderless(const struct digest *digest, uint32_t etcd, struct stalls *stalls)
{
	int64_t lost_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &digest->episodes) {
		if (episode->source != etcd ||
		    !str_starts(episode->kind->id, STR("etcd.leader."))) {
			continue;
		}
		bool is_loss = str_equals(episode->kind->id, STR("etcd.leader.lost")) ||
		               str_equals(episode->kind->id, STR("etcd.leader.stepped_down"));
		if (is_loss && lost_ns == TIME_NONE) {
			lost_ns = episode->first_ns;
		} else if (!is_loss && lost_ns != TIME_NONE &&
		           str_equals(episode->kind->id, STR("etcd.leader.elected"))) {
			stall_add(stalls, lost_ns, episode->first_ns, false);
			lost_ns = TIME_NONE;
		}
	}
	if (lost_ns != TIME_NONE) {
		stall_add(stalls, lost_ns, digest->sources[etcd].last_ns, false);
	}
}

static void collect_stalls(const struct digest *digest, uint32_t etcd, struct stalls *stalls)
{
	static const struct str kinds[] = {STR_INIT("etcd.fsync.slow")};
	struct events fsyncs = {0};
	collect(digest, etcd, false, kinds, 1, &fsyncs);
	for (size_t i = 0; i < fsyncs.count; i++) {
		stall_add(stalls, fsyncs.items[i]->start_ns, fsyncs.items[i]->time_ns, true);
	}
	collect_leaderless(digest, etcd, stalls);
	vec_foreach (struct episode, episode, &digest->episodes) {
		bool is_end = episode_is(episode, STR("etcd.alarm.nospace")) ||
		              episode_is(episode, STR("etcd.disk.*")) ||
		              episode_is(episode, STR("etcd.storage.failed")) ||
		              episode_is(episode, STR("etcd.panic"));
		if (episode->source == etcd && is_end && episode->first_ns != TIME_NONE) {
			stall_add(stalls, episode->first_ns, episode->first_ns + NS_PER_MIN, false);
		}
	}
}

/* What waited for a stall to end is answered when it ends; what was given up lies within it. */
static void pair_saves(const struct reason *reason, const struct stalls *stalls,
                       struct bounds *bounds)
{
	static const struct str client[] = {STR_INIT("milvus.kv.slow")};
	struct events saves = {0};
	collect(reason->digest, 0, true, client, 1, &saves);
	for (size_t i = 0; i < saves.count; i++) {
		const struct event *save = saves.items[i];
		for (size_t j = 0; j < stalls->count; j++) {
			const struct stall *stall = &stalls->items[j];
			int64_t end_ns = stall->to_ns - save->time_ns;
			if (is_given_up(reason, save)) {
				bound_add(bounds, stall->from_ns - save->start_ns - NS_PER_SEC,
				          end_ns + NS_PER_SEC, of_instant(&saves, i), false);
			} else if (stall->has_end &&
			           save->took_ns <=
			                   stall->to_ns - stall->from_ns + RELEASE_MS * NS_PER_MS) {
				bound_add(bounds, end_ns - RELEASE_MS * NS_PER_MS,
				          end_ns + RELEASE_MS * NS_PER_MS, of_instant(&saves, i),
				          true);
			}
		}
	}
}

/* Milvus's trouble sets in soon after etcd's: it writes every few seconds. */
static void pair_onsets(const struct digest *digest, const struct stalls *stalls,
                        struct bounds *bounds)
{
	size_t index = EVENTS_MAX;
	vec_foreach (struct episode, episode, &digest->episodes) {
		bool is_trouble = is_client(&digest->sources[episode->source]) &&
		                  episode->kind->is_harm &&
		                  (str_starts(episode->kind->id, STR("milvus.kv.")) ||
		                   str_starts(episode->kind->id, STR("etcd.client.")) ||
		                   str_starts(episode->kind->id, STR("milvus.tso.")));
		if (!is_trouble || episode->first_ns == TIME_NONE || index == ONSETS_END) {
			continue;
		}
		for (size_t j = 0; j < stalls->count; j++) {
			int64_t distance = stalls->items[j].from_ns - episode->first_ns;
			bound_add(bounds, distance - SEEN_S * NS_PER_SEC,
			          distance + SEEN_S * NS_PER_SEC, index, false);
		}
		index++;
	}
}

/* ---- the offset in most of the bounds ---- */

struct matches {
	unsigned narrow; /* of Milvus's events: bounded to less than a second or two */
	unsigned all;
};

struct offset {
	int64_t low_ns, high_ns;
	struct matches best, at_zero;
	unsigned weight_elsewhere; /* of the best offset that is not this one */
};

static struct matches count_matches(const struct bounds *bounds, int64_t offset_ns,
                                    struct offset *tight)
{
	unsigned char has[ONSETS_END] = {0};
	struct matches matches = {0};
	for (size_t i = 0; i < bounds->count; i++) {
		const struct bound *bound = &bounds->items[i];
		if (offset_ns < bound->low_ns || offset_ns > bound->high_ns) {
			continue;
		}
		unsigned char level = bound->is_close ? 2 : 1;
		has[bound->milvus] = level > has[bound->milvus] ? level : has[bound->milvus];
		if (tight != NULL) {
			tight->low_ns =
				bound->low_ns > tight->low_ns ? bound->low_ns : tight->low_ns;
			tight->high_ns =
				bound->high_ns < tight->high_ns ? bound->high_ns : tight->high_ns;
		}
	}
	for (size_t i = 0; i < ONSETS_END; i++) {
		matches.all += has[i] > 0 ? 1 : 0;
		matches.narrow += has[i] > 1 ? 1 : 0;
	}
	return matches;
}

/* Narrow ones count thrice: they are no coincidence. */
static unsigned weight_of(struct matches matches)
{
	return matches.all + 2 * matches.narrow;
}

/* An end of some bound is as good as any point between. */
static struct offset best_offset(const struct bounds *bounds)
{
	struct offset best = {.low_ns = INT64_MIN, .high_ns = INT64_MAX};
	int64_t at_ns = 0;
	best.at_zero = count_matches(bounds, 0, NULL);
	for (size_t i = 0; i < bounds->count; i++) {
		int64_t offset_ns = bounds->items[i].low_ns;
		struct matches matches = count_matches(bounds, offset_ns, NULL);
		unsigned weight = weight_of(matches), most = weight_of(best.best);
		if (weight > most || (weight == most && llabs(offset_ns) < llabs(at_ns))) {
			best.best = matches;
			at_ns = offset_ns;
		}
	}
	if (best.best.all == 0) {
		return best;
	}
	count_matches(bounds, at_ns, &best);
	for (size_t i = 0; i < bounds->count; i++) {
		int64_t offset_ns = bounds->items[i].low_ns;
		if (llabs(offset_ns - at_ns) > ELSEWHERE_S * NS_PER_SEC) {
			unsigned weight = weight_of(count_matches(bounds, offset_ns, NULL));
			best.weight_elsewhere =
				weight > best.weight_elsewhere ? weight : best.weight_elsewhere;
		}
	}
	return best;
}

/* ---- lease ids hold etcd's clock at its start ---- */

/* Milliseconds since 1970 in the id (40 bits, so near a time that is known); TIME_NONE when the
 * member did not make it. Source: etcd pkg/idutil: 2 bytes of the member's id, 5 of the time in ms,
 * 1 and on of a counter. */
static int64_t time_of_lease(struct str lease, struct str member, int64_t near_ns)
{
	uint64_t id, of;
	if (!str_to_hex64(lease, &id) || !str_to_hex64(member, &of) || id >> 48 != (of & 0xffff)) {
		return TIME_NONE;
	}
	int64_t span = (int64_t)1 << 40, near_ms = near_ns / NS_PER_MS;
	int64_t low = (int64_t)(id >> 8 & 0xffffffffff), time_ms = near_ms - near_ms % span + low;
	time_ms -= time_ms - near_ms > span / 2 ? span : 0;
	time_ms += near_ms - time_ms > span / 2 ? span : 0;
	return time_ms * NS_PER_MS;
}

/* The only start that a log shows, and the member that started; NULL when there are several. */
static const struct event *only_start(const struct digest *digest, uint32_t source)
{
	const struct event *start = NULL;
	vec_foreach (struct episode, episode, &digest->episodes) {
		bool is_start = str_equals(episode->kind->id, STR("etcd.start.fresh")) ||
		                str_equals(episode->kind->id, STR("etcd.start.restart"));
		if (episode->source == source && is_start) {
			if (start != NULL || episode->member_count > 1) {
				return NULL;
			}
			start = episode->members[0];
		}
	}
	return start;
}

/* How far the stamps of an etcd are off the clock that is in the ids of its leases; false when no
 * lease tells. */
static bool offset_of_leases(const struct digest *digest, uint32_t source, int64_t *offset_ns)
{
	const struct event *start = only_start(digest, source);
	int64_t found = TIME_NONE;
	if (start == NULL || start->time_ns == TIME_NONE) {
		return false;
	}
	struct str member = event_field_text(start, STR("member"));
	bool is_own = false;
	vec_foreach (struct episode, episode, &digest->episodes) {
		for (size_t i = 0; i < episode->member_count; i++) {
			struct str lease = event_field_text(episode->members[i], STR("lease"));
			int64_t time_ns = lease.len > 0
			                          ? time_of_lease(lease, member, start->time_ns)
			                          : TIME_NONE;
			if (time_ns == TIME_NONE) {
				continue;
			}
			int64_t difference = start->time_ns - time_ns;
			if (found != TIME_NONE &&
			    llabs(difference - found) > START_SLACK_S * NS_PER_SEC) {
				return false;
			}
			found = found == TIME_NONE ? difference : found;
			is_own |= episode->source == source;
		}
	}
	/* leases that only others tell of may be of the run before: this one started later */
	bool is_later = found != TIME_NONE && found > START_SLACK_S * NS_PER_SEC && !is_own;
	*offset_ns = found;
	return found != TIME_NONE && !is_later;
}

/* ---- an end of etcd that Milvus sees ---- */

static const struct event *first_of(const struct digest *digest, uint32_t source, bool is_of_milvus,
                                    const struct str *kinds, size_t count)
{
	const struct event *first = NULL;
	vec_foreach (struct episode, episode, &digest->episodes) {
		bool is_own = is_of_milvus ? is_client(&digest->sources[episode->source])
		                           : episode->source == source;
		for (size_t i = 0; is_own && i < count; i++) {
			if (kind_is(episode->kind->id, kinds[i]) &&
			    episode->members[0]->time_ns != TIME_NONE &&
			    !episode->members[0]->is_time_lent &&
			    (first == NULL || episode->members[0]->time_ns < first->time_ns)) {
				first = episode->members[0];
			}
		}
	}
	return first;
}

/* The only etcd ended, with words, and Milvus found nobody there: at another time by its own clock.
 */
static bool offset_of_end(const struct digest *digest, uint32_t source, struct offset *offset)
{
	static const struct str ends[] = {STR_INIT("etcd.disk.*"), STR_INIT("etcd.storage.failed"),
	                                  STR_INIT("etcd.panic"), STR_INIT("etcd.stop.signal")};
	static const struct str sights[] = {
		STR_INIT("etcd.client.refused"), STR_INIT("etcd.client.eof"),
		STR_INIT("milvus.etcd.refused"), STR_INIT("milvus.etcd.eof")};
	const struct event *end =
		first_of(digest, source, false, ends, sizeof(ends) / sizeof(ends[0]));
	const struct event *seen =
		first_of(digest, 0, true, sights, sizeof(sights) / sizeof(sights[0]));
	if (end == NULL || seen == NULL || only_start(digest, source) == NULL ||
	    digest->sources[source].last_ns > end->time_ns + SEEN_S * NS_PER_SEC) {
		return false;
	}
	offset->low_ns = end->time_ns - seen->time_ns - NS_PER_SEC;
	offset->high_ns = end->time_ns - seen->time_ns + NS_PER_SEC;
	return true;
}

/* ---- applying ---- */

void source_shift(struct digest *digest, uint32_t number, int64_t offset_ns, bool is_zoneless_only)
{
	struct source *source = &digest->sources[number];
	if (offset_ns == 0 || source->first_ns == TIME_NONE) {
		return;
	}
	source->first_ns += offset_ns;
	source->last_ns += offset_ns;
	for (size_t i = 0; i < digest->input_count; i++) {
		struct source *input = &digest->inputs[i];
		if (input->log == number && input->first_ns != TIME_NONE) {
			input->first_ns += offset_ns;
			input->last_ns += offset_ns;
		}
	}
	for (size_t i = 0; i < source->gap_count; i++) {
		source->gaps[i].from_ns += offset_ns;
		source->gaps[i].to_ns += offset_ns;
	}
	vec_foreach (struct episode, episode, &digest->episodes) {
		if (episode->source != number || episode->first_ns == TIME_NONE ||
		    (is_zoneless_only && episode->members[0]->zone != CLOCK_ZONE_NONE)) {
			continue;
		}
		episode->first_ns += offset_ns;
		episode->last_ns += offset_ns;
		for (size_t i = 0; i < episode->member_count; i++) {
			episode->members[i]->time_ns += offset_ns;
			episode->members[i]->start_ns += offset_ns;
		}
	}
}

void note_clock(struct reason *reason, uint32_t number, int64_t offset_ns, struct text_both how)
{
	struct str instance = reason->digest->sources[number].instance;
	vec_foreach (struct clock_note, known, &reason->findings->clocks) {
		if (str_equals(known->instance, instance)) {
			known->offset_ns += offset_ns;
			known->how = how;
			return;
		}
	}
	vec_push(&reason->findings->clocks,
	         (struct clock_note){.instance = instance, .offset_ns = offset_ns, .how = how});
}

static bool excludes_zero(const struct offset *offset)
{
	return offset->low_ns > LEAST_OFFSET_MS * NS_PER_MS ||
	       offset->high_ns < -LEAST_OFFSET_MS * NS_PER_MS;
}

int64_t offset_snapped(int64_t offset_ns)
{
	int64_t quarter = QUARTER_MIN * NS_PER_MIN;
	int64_t whole =
		(offset_ns + (offset_ns < 0 ? -quarter / 2 : quarter / 2)) / quarter * quarter;
	return llabs(offset_ns - whole) <= START_SLACK_S * NS_PER_SEC ? whole : offset_ns;
}

/* Whether Milvus wrote anything while this etcd did. */
static bool overlaps_milvus(const struct digest *digest, uint32_t etcd)
{
	for (size_t i = 0; i < digest->source_count; i++) {
		const struct source *source = &digest->sources[i];
		if (is_client(source) && source->first_ns != TIME_NONE &&
		    source->first_ns <= digest->sources[etcd].last_ns &&
		    source->last_ns >= digest->sources[etcd].first_ns) {
			return true;
		}
	}
	return false;
}

/* Of wide bounds the end at which Milvus sees at once what happens: it writes often. */
static int64_t middle(const struct offset *offset)
{
	int64_t width_ns = offset->high_ns - offset->low_ns;
	bool is_wide = width_ns > NS_PER_SEC;
	return offset_snapped(is_wide ? offset->high_ns - MARGIN_MS * NS_PER_MS
	                              : offset->low_ns + width_ns / 2);
}

/* Wide spans that fit at a whole quarter of an hour: stamps of another zone. */
static bool is_of_zone(const struct offset *offset)
{
	int64_t at_ns = middle(offset);
	return at_ns != 0 && at_ns % (QUARTER_MIN * NS_PER_MIN) == 0 &&
	       llabs(at_ns) <= ZONE_MAX_H * 60 * NS_PER_MIN;
}

static bool is_convincing(const struct digest *digest, uint32_t etcd, const struct offset *offset)
{
	const struct matches *best = &offset->best, *zero = &offset->at_zero;
	bool is_clear = best->all >= LEAST_MATCHES && zero->narrow < 2 &&
	                (best->narrow >= 2 || is_of_zone(offset)) &&
	                weight_of(*best) > 2 * weight_of(*zero);
	bool is_sharp = best->narrow >= 2 && zero->narrow == 0 && best->all >= zero->all;
	bool is_apart = best->all >= 2 && zero->all == 0 && !overlaps_milvus(digest, etcd);
	return (is_clear || is_sharp || is_apart) && offset->weight_elsewhere < weight_of(*best) &&
	       offset->low_ns <= offset->high_ns && excludes_zero(offset);
}

/* What the events of an etcd and of Milvus say of their clocks; false when they say nothing. */
static bool offset_of_pairs(const struct reason *reason, uint32_t etcd, struct offset *best)
{
	struct bounds bounds = {0};
	struct stalls stalls = {0};
	collect_stalls(reason->digest, etcd, &stalls);
	pair_requests(reason, etcd, &bounds);
	pair_saves(reason, &stalls, &bounds);
	pair_onsets(reason->digest, &stalls, &bounds);
	*best = best_offset(&bounds);
	vec_finish(&bounds);
	return is_convincing(reason->digest, etcd, best);
}

static struct text_both say_bounds(const struct reason *reason, const struct offset *offset,
                                   bool is_milvus)
{
	struct str low = duration_format(reason->keep, offset->low_ns),
		   high = duration_format(reason->keep, offset->high_ns);
	return both_printf(reason->keep,
	                   is_milvus ? TEXT_MARK("%u events that both logs tell of: etcd's clock "
	                                         "is between %.*s and %.*s ahead of its own")
	                             : TEXT_MARK("%u events that both logs tell of: its clock is "
	                                         "between %.*s and %.*s ahead of Milvus's"),
	                   offset->best.all, STR_ARG(low), STR_ARG(high));
}

static void shift_milvus(struct reason *reason, const struct offset *offset)
{
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (is_client(source) && source->first_ns != TIME_NONE) {
			source_shift(reason->digest, i, middle(offset), false);
			note_clock(reason, i, middle(offset), say_bounds(reason, offset, true));
		}
	}
}

/* Puts an etcd's stamps right by the ids of its leases. */
static bool align_by_leases(struct reason *reason, uint32_t etcd, bool *is_sure)
{
	int64_t offset_ns;
	*is_sure = offset_of_leases(reason->digest, etcd, &offset_ns);
	if (!*is_sure || llabs(offset_ns) <= START_SLACK_S * NS_PER_SEC) {
		return false;
	}
	offset_ns = offset_snapped(offset_ns);
	bool is_zone = offset_ns % (QUARTER_MIN * NS_PER_MIN) == 0 &&
	               llabs(offset_ns) <= ZONE_MAX_H * 60 * NS_PER_MIN;
	if (!is_zone && llabs(offset_ns) > DRIFT_MAX_MIN * NS_PER_MIN) {
		/* ids follow from addresses: it may be the lease of another etcd, started at
		 * another time */
		*is_sure = false;
		return false;
	}
	source_shift(reason->digest, etcd, -offset_ns, false);
	note_clock(reason, etcd, -offset_ns,
	           both_printf(reason->keep, "the ids of its leases hold the time of its start, by "
	                                     "its own clock in UTC"));
	return true;
}

static bool align_by_end(struct reason *reason, uint32_t etcd)
{
	struct offset offset;
	if (!offset_of_end(reason->digest, etcd, &offset)) {
		return false;
	}
	/* Milvus cannot see an end before it; after it, it may see it late, when it next asks for
	 * something, but no later than its session lives */
	int64_t latest_ns = reason->ttl_ns + SEEN_S * NS_PER_SEC;
	if (offset.low_ns <= SEEN_S * NS_PER_SEC && offset.high_ns >= -latest_ns) {
		return false;
	}
	int64_t offset_ns = offset_snapped((offset.low_ns + offset.high_ns) / 2);
	source_shift(reason->digest, etcd, -offset_ns, false);
	note_clock(reason, etcd, -offset_ns,
	           both_printf(reason->keep,
	                       "so its end meets the moment when Milvus found nobody there"));
	return true;
}

static int compare_episodes(const void *a, const void *b)
{
	const struct episode *left = a, *right = b;
	if (left->first_ns != right->first_ns) {
		return left->first_ns < right->first_ns ? -1 : 1;
	}
	return event_compare(left->members[0], right->members[0]);
}

static bool is_etcd(const struct source *source)
{
	return source->by_program[FORMAT_ETCD] > 0 && !is_client(source) &&
	       source->first_ns != TIME_NONE;
}

/* Between etcd and Milvus. When several etcds agree, or one is sure of its time, it is Milvus's
 * clock that is off; one of several that says so by itself is a coincidence. */
static bool align_hosts(struct reason *reason, size_t etcds, bool is_sure)
{
	struct offset best = {0};
	int64_t low_ns = INT64_MIN, high_ns = INT64_MAX;
	size_t witnesses = 0;
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		struct offset offset;
		if (!is_etcd(&reason->digest->sources[i]) || !offset_of_pairs(reason, i, &offset)) {
			continue;
		}
		if (!is_sure && etcds == 1) {
			source_shift(reason->digest, i, -middle(&offset), false);
			note_clock(reason, i, -middle(&offset), say_bounds(reason, &offset, false));
			return true;
		}
		best = weight_of(offset.best) > weight_of(best.best) ? offset : best;
		low_ns = offset.low_ns > low_ns ? offset.low_ns : low_ns;
		high_ns = offset.high_ns < high_ns ? offset.high_ns : high_ns;
		witnesses++;
	}
	bool is_agreed = low_ns <= high_ns && (witnesses > 1 || (witnesses == 1 && etcds == 1));
	if (is_agreed) {
		shift_milvus(reason, &best);
	}
	return is_agreed;
}

void reason_clocks(struct reason *reason)
{
	struct digest *digest = reason->digest;
	bool has_shifted = false, is_any_sure = false;
	size_t etcds = 0;
	for (uint32_t i = 0; i < digest->source_count; i++) {
		bool is_sure = false;
		if (is_etcd(&digest->sources[i])) {
			etcds++;
			has_shifted |= align_by_leases(reason, i, &is_sure);
			is_any_sure |= is_sure;
		}
	}
	has_shifted |= etcds > 1 && reason_align_members(reason);
	bool has_aligned = reason->has_milvus && align_hosts(reason, etcds, is_any_sure);
	for (uint32_t i = 0;
	     !has_aligned && etcds == 1 && reason->has_milvus && i < digest->source_count; i++) {
		has_shifted |= is_etcd(&digest->sources[i]) && align_by_end(reason, i);
	}
	if (has_shifted || has_aligned) {
		qsort(digest->episodes.items, digest->episodes.count, sizeof(struct episode),
		      compare_episodes);
	}
}
