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

struct member {
	struct str id;
	uint32_t source;
	bool is_fresh; /* its log holds its first start */
};

/* One end of a stream between two members, and when it began. */
struct begin {
	struct str peer, stream, end;
	int64_t time_ns;
	uint32_t source;
};

/* What logs say of members and of the streams between them. */
struct ties {
	struct member members[MEMBERS_MAX]; /* by source */
	size_t count;
	VEC(struct begin) begins;
};

static struct member *member_of(struct ties *ties, uint32_t source)
{
	for (size_t i = 0; i < ties->count; i++) {
		if (ties->members[i].source == source) {
			return &ties->members[i];
		}
	}
	if (ties->count == MEMBERS_MAX) {
		return NULL;
	}
	ties->members[ties->count] = (struct member){.source = source};
	return &ties->members[ties->count++];
}

static void gather_episode(const struct episode *episode, struct ties *ties)
{
	bool is_established = episode_is(episode, STR("etcd.peer.established"));
	bool is_of_start = episode_is(episode, STR("etcd.raft.started")) ||
	                   episode_is(episode, STR("etcd.start.*"));
	struct member *member =
		is_established || is_of_start ? member_of(ties, episode->source) : NULL;
	if (member == NULL) {
		return;
	}
	member->is_fresh |= episode_is(episode, STR("etcd.start.fresh"));
	if (member->id.len == 0) {
		member->id = event_field_text(episode->members[0], STR("member"));
	}
	for (size_t i = 0; is_established && i < episode->member_count; i++) {
		const struct event *event = episode->members[i];
		struct begin begin = {.source = episode->source,
		                      .peer = event_field_text(event, STR("peer")),
		                      .stream = event_field_text(event, STR("stream")),
		                      .end = event_field_text(event, STR("end")),
		                      .time_ns = event->time_ns};
		if (begin.time_ns != TIME_NONE) {
			vec_push(&ties->begins, begin);
		}
	}
}

/* When such a stream began, ascending. like: all but the time */
static size_t begins_like(const struct ties *ties, const struct begin *like, int64_t *at_ns)
{
	size_t count = 0;
	vec_foreach (const struct begin, begin, &ties->begins) {
		if (count < STREAMS_MAX && begin->source == like->source &&
		    str_equals(begin->peer, like->peer) && str_equals(begin->end, like->end) &&
		    str_equals(begin->stream, like->stream)) {
			at_ns[count++] = begin->time_ns;
		}
	}
	qsort(at_ns, count, sizeof(*at_ns), order_int64_at);
	return count;
}

struct differences {
	int64_t at_ns[4 * STREAMS_MAX]; /* of the other's clock less the one's */
	size_t count;
};

static void add_stream(const struct ties *ties, const struct begin *one, const struct begin *other,
                       bool are_fresh, struct differences *to)
{
	int64_t one_ns[STREAMS_MAX], other_ns[STREAMS_MAX];
	size_t count = begins_like(ties, one, one_ns), others = begins_like(ties, other, other_ns);
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
static bool offset_between(const struct ties *ties, const struct member *one,
                           const struct member *other, int64_t *offset_ns, size_t *streams)
{
	static const struct str kinds[] = {STR_INIT("stream Message"),
	                                   STR_INIT("stream MsgApp v2")};
	struct differences found = {.count = 0};
	bool are_fresh = one->is_fresh && other->is_fresh;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct begin reader = {.source = one->source,
		                       .peer = other->id,
		                       .stream = kinds[i],
		                       .end = STR("reader")};
		struct begin writer = {.source = other->source,
		                       .peer = one->id,
		                       .stream = kinds[i],
		                       .end = STR("writer")};
		add_stream(ties, &reader, &writer, are_fresh, &found);
		reader.end = STR("writer");
		writer.end = STR("reader");
		add_stream(ties, &reader, &writer, are_fresh, &found);
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
static size_t reference_of(const struct ties *ties)
{
	size_t best = 0, most = 0;
	for (size_t i = 0; i < ties->count; i++) {
		size_t agreed = 0, streams;
		int64_t offset_ns;
		for (size_t j = 0; j < ties->count; j++) {
			bool is_known =
				j != i && offset_between(ties, &ties->members[i], &ties->members[j],
			                                 &offset_ns, &streams);
			agreed += is_known && llabs(offset_ns) <= APART_MS * NS_PER_MS ? 1 : 0;
		}
		if (agreed > most) {
			best = i;
			most = agreed;
		}
	}
	return best;
}

static bool align_member(struct reason *reason, const struct ties *ties,
                         const struct member *reference, const struct member *member)
{
	int64_t offset_ns;
	size_t streams;
	if (member == reference || !offset_between(ties, reference, member, &offset_ns, &streams) ||
	    llabs(offset_ns) <= APART_MS * NS_PER_MS) {
		return false;
	}
	source_shift(reason->digest, member->source, -offset_ns, false);
	note_clock(reason, member->source, -offset_ns,
	           both_printf(reason->keep,
	                       "%zu streams between it and another member, which begin for both at "
	                       "one time",
	                       streams));
	return true;
}

bool reason_align_members(struct reason *reason)
{
	struct ties ties = {.count = 0};
	bool has_shifted = false;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		gather_episode(episode, &ties);
	}
	const struct member *reference = &ties.members[reference_of(&ties)];
	for (size_t i = 0; i < ties.count; i++) {
		has_shifted |= align_member(reason, &ties, reference, &ties.members[i]);
	}
	vec_finish(&ties.begins);
	return has_shifted;
}
