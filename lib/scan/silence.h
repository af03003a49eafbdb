/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Spans without a dated record of one source, also where its parts stand in no order: joined files,
 * pages of an export. */

#include "event/digest.h"

/** A part of a source whose stamps ascend. */
struct silence_part {
	int64_t first_ns, last_ns;
};

struct silence_gap {
	int64_t from_ns, to_ns;
	uint64_t line; /* behind it */
	size_t part;
};

struct silence {
	struct {
		struct silence_part *items;
		size_t count, capacity;
	} parts;
	struct {
		struct silence_gap *items;
		size_t count, capacity;
	} gaps;
	bool is_full; /* so many parts that it is no log in order: nothing is said of it */
};

void silence_finish(struct silence *silence);
/** The next dated record of the source. */
void silence_note(struct silence *silence, int64_t time_ns, uint64_t line);
/** Tell a digest the gaps that no other part fills. */
void silence_give(const struct silence *silence, struct digest *digest, uint32_t source);
