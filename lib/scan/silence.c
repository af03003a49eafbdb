/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/silence.h"

#include "base/vec.h"

#include <stdlib.h>

enum {
	GAP_MIN_MS = 5000,
	PARTS_MAX = 64,
	GAPS_KEPT = 512, /* the longest ones ... */
	GAPS_MAX = 1024  /* ... when there are so many */
};

void silence_finish(struct silence *silence)
{
	vec_finish(&silence->parts);
	vec_finish(&silence->gaps);
}

static int compare_gaps(const void *a, const void *b)
{
	const struct silence_gap *left = a, *right = b;
	int64_t left_ns = left->to_ns - left->from_ns, right_ns = right->to_ns - right->from_ns;
	if (left_ns != right_ns) {
		return left_ns > right_ns ? -1 : 1;
	}
	return (left->line > right->line) - (left->line < right->line);
}

static void add_gap(struct silence *silence, const struct silence_gap *gap)
{
	if (silence->gaps.count == GAPS_MAX) {
		qsort(silence->gaps.items, GAPS_MAX, sizeof(*gap), compare_gaps);
		silence->gaps.count = GAPS_KEPT;
	}
	vec_push(&silence->gaps, *gap);
}

void silence_note(struct silence *silence, int64_t time_ns, uint64_t line)
{
	bool is_first = silence->parts.count == 0;
	struct silence_part *part = is_first ? NULL : vec_last(&silence->parts);
	int64_t step = is_first ? 0 : time_ns - part->last_ns;
	if (is_first || step < -GAP_MIN_MS * NS_PER_MS) {
		silence->is_full |= silence->parts.count >= PARTS_MAX;
		if (!silence->is_full) {
			vec_push(&silence->parts, (struct silence_part){time_ns, time_ns});
		}
		return;
	}
	if (step > GAP_MIN_MS * NS_PER_MS) {
		add_gap(silence, &(struct silence_gap){part->last_ns, time_ns, line,
		                                       silence->parts.count - 1});
	}
	part->last_ns = step > 0 ? time_ns : part->last_ns;
}

/* Whether a part has a gap of its own where another one has one: then it does not fill that. */
static bool is_silent_too(const struct silence *silence, size_t part, int64_t middle_ns)
{
	vec_foreach (const struct silence_gap, gap, &silence->gaps) {
		if (gap->part == part && gap->from_ns <= middle_ns && gap->to_ns >= middle_ns) {
			return true;
		}
	}
	return false;
}

static bool is_filled(const struct silence *silence, const struct silence_gap *gap)
{
	int64_t middle_ns = gap->from_ns + (gap->to_ns - gap->from_ns) / 2;
	for (size_t i = 0; i < silence->parts.count; i++) {
		const struct silence_part *part = &silence->parts.items[i];
		if (i != gap->part && part->first_ns < gap->to_ns && part->last_ns > gap->from_ns &&
		    !is_silent_too(silence, i, middle_ns)) {
			return true;
		}
	}
	return false;
}

void silence_give(const struct silence *silence, struct digest *digest, uint32_t source)
{
	vec_foreach (const struct silence_gap, gap, &silence->gaps) {
		if (!silence->is_full && (silence->parts.count == 1 || !is_filled(silence, gap))) {
			digest_gap(digest, source, gap->from_ns, gap->to_ns, gap->line);
		}
	}
}
