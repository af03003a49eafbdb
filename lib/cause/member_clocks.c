/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far the clocks of etcd's members are apart: a stream between two of them begins at both ends
 * at one time, and both logs say so. The first time in one log is the first in the other, where
 * both hold their members' very first starts. Else the n-th is the n-th, where they tell of it
 * equally often and most agree.
 */
#include "base/order.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	STREAMS_MAX = 256,
	STREAMS_MIN = 3, /* that must agree */
	AGREE_MS = 500,
	APART_MS = 1000, /* what is closer changes no order that matters */
	MEMBERS_MAX = 16
};

static struct str member_of(const struct reason *reason, uint32_t source)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_own = episode->source == source &&
		              (episode_is(episode, STR("etcd.raft.started")) ||
		               episode_is(episode, STR("etcd.start.*")) ||
		               episode_is(episode, STR("etcd.peer.established")));
		struct str member =
			is_own ? event_field_text(episode->members[0], STR("member")) : STR("");
		if (member.len > 0) {
			return member;
		}
	}
	return STR("");
}

static bool is_fresh(const struct reason *reason, uint32_t source)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->source == source && episode_is(episode, STR("etcd.start.fresh"))) {
			return true;
		}
	}
	return false;
}

/* One end of one kind of stream between two members. */
struct end {
	uint32_t source;
	struct str peer, stream, end;
};

static bool is_begin(const struct end *of, const struct event *event)
{
	return event->time_ns != TIME_NONE &&
	       str_equals(event_field_text(event, STR("peer")), of->peer) &&
	       str_equals(event_field_text(event, STR("stream")), of->stream) &&
	       str_equals(event_field_text(event, STR("end")), of->end);
}

/* When it began, ascending. */
static size_t begins_of(const struct reason *reason, const struct end *of, int64_t *at_ns)
{
	size_t count = 0;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_it = episode->source == of->source &&
		             episode_is(episode, STR("etcd.peer.established"));
		for (size_t i = 0; is_it && i < episode->member_count && count < STREAMS_MAX; i++) {
			if (is_begin(of, episode->members[i])) {
				at_ns[count++] = episode->members[i]->time_ns;
			}
		}
	}
	qsort(at_ns, count, sizeof(*at_ns), order_int64_at);
	return count;
}

struct member {
	struct str id;
	uint32_t source;
	bool is_fresh; /* its log holds its first start */
};

struct differences {
	int64_t at_ns[4 * STREAMS_MAX]; /* of the other's clock less the one's */
	size_t count;
};

static void add_stream(const struct reason *reason, const struct end *one, const struct end *other,
                       bool are_fresh, struct differences *to)
{
	int64_t one_ns[STREAMS_MAX], other_ns[STREAMS_MAX];
	size_t count = begins_of(reason, one, one_ns), others = begins_of(reason, other, other_ns);
	if (are_fresh) {
		count = count > 0 && others > 0 ? 1 : 0;
	} else if (count != others) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		to->at_ns[to->count++] = other_ns[i] - one_ns[i];
	}
}

/* By how much the other's clock is ahead of the one's; false where their streams do not tell. */
static bool offset_between(const struct reason *reason, const struct member *one,
                           const struct member *other, int64_t *offset_ns, size_t *streams)
{
	static const struct str kinds[] = {STR_INIT("stream Message"),
	                                   STR_INIT("stream MsgApp v2")};
	struct differences found = {.count = 0};
	bool are_fresh = one->is_fresh && other->is_fresh;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct end reader = {one->source, other->id, kinds[i], STR("reader")};
		struct end writer = {other->source, one->id, kinds[i], STR("writer")};
		add_stream(reason, &reader, &writer, are_fresh, &found);
		reader.end = STR("writer");
		writer.end = STR("reader");
		add_stream(reason, &reader, &writer, are_fresh, &found);
	}
	if (found.count < STREAMS_MIN) {
		return false;
	}
	qsort(found.at_ns, found.count, sizeof(found.at_ns[0]), order_int64_at);
	int64_t middle_ns = found.at_ns[found.count / 2];
	size_t agreed = 0;
	for (size_t i = 0; i < found.count; i++) {
		agreed += llabs(found.at_ns[i] - middle_ns) <= AGREE_MS * NS_PER_MS ? 1 : 0;
	}
	*offset_ns = offset_snapped(middle_ns);
	*streams = agreed;
	return agreed >= STREAMS_MIN && agreed * 4 >= found.count * 3;
}

/* The member whose clock agrees with those of most others. */
static size_t reference_of(const struct reason *reason, const struct member *members, size_t count)
{
	size_t best = 0, most = 0;
	for (size_t i = 0; i < count; i++) {
		size_t agreed = 0, streams;
		int64_t offset_ns;
		for (size_t j = 0; j < count; j++) {
			agreed += j != i &&
			                          offset_between(reason, &members[i], &members[j],
			                                         &offset_ns, &streams) &&
			                          llabs(offset_ns) <= APART_MS * NS_PER_MS
			                  ? 1
			                  : 0;
		}
		if (agreed > most) {
			best = i;
			most = agreed;
		}
	}
	return best;
}

bool reason_align_members(struct reason *reason)
{
	struct member members[MEMBERS_MAX];
	size_t count = 0;
	bool has_shifted = false;
	for (uint32_t i = 0; i < reason->digest->source_count && count < MEMBERS_MAX; i++) {
		struct str id = member_of(reason, i);
		if (id.len > 0 && reason->digest->sources[i].first_ns != TIME_NONE) {
			members[count++] = (struct member){id, i, is_fresh(reason, i)};
		}
	}
	size_t reference = count > 1 ? reference_of(reason, members, count) : 0;
	for (size_t i = 0; i < count; i++) {
		int64_t offset_ns;
		size_t streams;
		if (i != reference &&
		    offset_between(reason, &members[reference], &members[i], &offset_ns,
		                   &streams) &&
		    llabs(offset_ns) > APART_MS * NS_PER_MS) {
			source_shift(reason->digest, members[i].source, -offset_ns, false);
			note_clock(reason, members[i].source, -offset_ns,
			           both_printf(reason->keep,
			                       "%zu streams between it and another member, "
			                       "which begin for both at one time",
			                       streams));
			has_shifted = true;
		}
	}
	return has_shifted;
}
