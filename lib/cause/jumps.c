/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks that were set while programs ran, and hosts that stood still: what several logs, or a log
 * and what followed, tell together. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	BACK_MIN_S = 2,     /* lines of several threads may stand so much out of order */
	BACK_TIMES_MAX = 3, /* more often than this it is no clock that was set */
	JUMP_MARGIN_S = 5,  /* over the session's time to live */
	SILENCE_MIN_S = 6,  /* as long as a gap must be to be kept */
	EDGE_S = 2,         /* silences of one host begin and end together */
	START_S = 30,       /* programs that start after it were not there: the host was started */
	TALKS_EVERY_S = 4,  /* what prints less often is silent by nature */
	TALKS_RECORDS_MIN = 20,
	SILENT_SHARE = 4 /* of the time, as one in so many, may be silent otherwise */
};

/* ---- a clock that was set forward ---- */

/* Whether Milvus went on with its sessions for as long as these live, as it cannot after it did not
 * run for so long. */
static bool kept_sessions(const struct reason *reason, const struct event *event, uint32_t number)
{
	int64_t until_ns = event->time_ns + reason->ttl_ns;
	bool is_covered = reason->digest->sources[number].last_ns >= until_ns;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_trouble = episode->source == number &&
		                  (episode_is(episode, STR("milvus.session.*")) ||
		                   episode_is(episode, STR("milvus.exit.*")) ||
		                   episode_is(episode, STR("milvus.start.*")) ||
		                   episode_is(episode, STR("milvus.kv.slow")));
		if (is_trouble &&
		    episode_overlaps(episode, event->time_ns - NS_PER_SEC, until_ns)) {
			return false;
		}
	}
	return is_covered;
}

static void derive_jump(struct reason *reason)
{
	int64_t least_ns = reason->ttl_ns + JUMP_MARGIN_S * NS_PER_SEC, most_ns = 0;
	const struct episode *proof = NULL;
	each_event(reason, "milvus.tso.clock_offset", episode, event)
	{
		bool is_jump = event->time_ns != TIME_NONE && event->took_ns > least_ns &&
		               event->inside == 0 && kept_sessions(reason, event, episode->source);
		if (is_jump && event->took_ns > most_ns) {
			most_ns = event->took_ns;
			proof = episode;
		}
	}
	if (proof != NULL) {
		derived_add(reason, "clock.jump_s", derived_seconds(most_ns), proof);
	}
}

/* ---- and back ---- */

struct lines {
	struct line {
		const struct event *event;
		const struct episode *episode;
	} * items;
	size_t count, capacity;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *left = a, *right = b;
	return (left->event->origin.line > right->event->origin.line) -
	       (left->event->origin.line < right->event->origin.line);
}

static void collect_lines(const struct reason *reason, uint32_t number, struct lines *lines)
{
	const struct source *source = &reason->digest->sources[number];
	lines->count = 0;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; episode->source == number && i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			if (event->time_ns != TIME_NONE &&
			    str_equals(event->origin.path, source->path)) {
				vec_push(lines, ((struct line){event, episode}));
			}
		}
	}
	if (lines->count > 0) {
		qsort(lines->items, lines->count, sizeof(struct line), compare_lines);
	}
}

/* The longest step back in one log, of which what follows goes on from there. */
static void derive_back(struct reason *reason)
{
	struct lines lines = {0};
	int64_t most_ns = 0;
	const struct episode *proof = NULL;
	for (uint32_t number = 0; number < reason->digest->source_count; number++) {
		uint64_t times = reason->digest->sources[number].backwards;
		if (times == 0 || times > BACK_TIMES_MAX) {
			continue;
		}
		collect_lines(reason, number, &lines);
		for (size_t i = 1; i + 1 < lines.count; i++) {
			int64_t before_ns = lines.items[i - 1].event->time_ns;
			int64_t back_ns = before_ns - lines.items[i].event->time_ns;
			bool is_set = back_ns > BACK_MIN_S * NS_PER_SEC &&
			              lines.items[i + 1].event->time_ns < before_ns &&
			              !str_contains(lines.items[i].event->kind->id, STR(".start."));
			if (is_set && back_ns > most_ns) {
				most_ns = back_ns;
				proof = lines.items[i].episode;
			}
		}
	}
	vec_finish(&lines);
	if (proof != NULL) {
		derived_add(reason, "clock.back_s", derived_seconds(most_ns), proof);
	}
}

/* ---- a host that stood still ---- */

static bool starts_after(const struct reason *reason, const struct source_gap *gap)
{
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (run->start_ns != TIME_NONE && run->start_ns >= gap->from_ns &&
		    run->start_ns <= gap->to_ns + START_S * NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

/* Whether a log prints all the time but for one silence, and while it did not run; some only print
 * in bursts, and an etcd that is well hardly ever. */
static bool is_talkative(const struct reason *reason, const struct source *source,
                         int64_t silence_ns)
{
	int64_t talked_ns = source->last_ns - source->first_ns - silence_ns, silent_ns = 0;
	for (size_t i = 0; i < source->gap_count; i++) {
		int64_t length_ns = source->gaps[i].to_ns - source->gaps[i].from_ns;
		bool is_between = starts_after(reason, &source->gaps[i]);
		talked_ns -= is_between ? length_ns : 0;
		silent_ns += is_between ? 0 : length_ns;
	}
	silent_ns -= silence_ns;
	return source->by_program[FORMAT_ETCD] == 0 && source->dated >= TALKS_RECORDS_MIN &&
	       silent_ns * SILENT_SHARE <= talked_ns &&
	       (int64_t)source->dated * TALKS_EVERY_S * NS_PER_SEC >= talked_ns;
}

static bool is_within(int64_t a_ns, int64_t b_ns)
{
	return llabs(a_ns - b_ns) <= EDGE_S * NS_PER_SEC;
}

enum silence { SILENCE_NONE, SILENCE_LONGER, SILENCE_SAME };

/* Whether a log was silent as long as another one, or longer. */
static enum silence silence_of(const struct source *source, const struct source_gap *gap)
{
	for (size_t i = 0; i < source->gap_count; i++) {
		const struct source_gap *own = &source->gaps[i];
		if (is_within(own->from_ns, gap->from_ns) && is_within(own->to_ns, gap->to_ns)) {
			return SILENCE_SAME;
		}
		if (own->from_ns <= gap->from_ns + EDGE_S * NS_PER_SEC &&
		    own->to_ns >= gap->to_ns - EDGE_S * NS_PER_SEC) {
			return SILENCE_LONGER;
		}
	}
	return SILENCE_NONE;
}

/* Whether all logs over that time were silent, and another one that prints all the time began and
 * ended its silence with this one. */
static bool is_common(const struct reason *reason, uint32_t number, const struct source_gap *gap)
{
	unsigned same = 0;
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		bool is_over = i != number && source->dated > 0 &&
		               source->first_ns < gap->from_ns && source->last_ns > gap->to_ns;
		enum silence silence = is_over ? silence_of(source, gap) : SILENCE_LONGER;
		if (silence == SILENCE_NONE) {
			return false;
		}
		same += silence == SILENCE_SAME &&
		                        is_talkative(reason, source, gap->to_ns - gap->from_ns)
		                ? 1
		                : 0;
	}
	return same > 0 && !starts_after(reason, gap);
}

/* Slow fsyncs that the silence does not explain. */
static double count_fsyncs_outside(const struct reason *reason, const struct source_gap *gap)
{
	double count = 0;
	each_event(reason, "etcd.fsync.slow", episode, event)
	{
		bool is_inside = event->start_ns >= gap->from_ns - EDGE_S * NS_PER_SEC &&
		                 event->time_ns <= gap->to_ns + EDGE_S * NS_PER_SEC;
		count += is_inside ? 0 : 1;
	}
	return count;
}

static void derive_silence(struct reason *reason)
{
	struct source_gap most = {0};
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		for (size_t j = 0; j < source->gap_count; j++) {
			const struct source_gap *gap = &source->gaps[j];
			int64_t length_ns = gap->to_ns - gap->from_ns;
			bool is_inside = (reason->window.from_ns == TIME_NONE ||
			                  gap->to_ns >= reason->window.from_ns) &&
			                 (reason->window.to_ns == TIME_NONE ||
			                  gap->from_ns <= reason->window.to_ns);
			if (is_inside && length_ns >= SILENCE_MIN_S * NS_PER_SEC &&
			    is_talkative(reason, source, length_ns) &&
			    length_ns > most.to_ns - most.from_ns && is_common(reason, i, gap)) {
				most = *gap;
			}
		}
	}
	if (most.to_ns > most.from_ns) {
		derived_add(reason, "silence.common_s", derived_seconds(most.to_ns - most.from_ns),
		            NULL);
		derived_add(reason, "silence.fsyncs_outside", count_fsyncs_outside(reason, &most),
		            NULL);
	}
}

void reason_jumps(struct reason *reason)
{
	derive_jump(reason);
	derive_back(reason);
	derive_silence(reason);
}
