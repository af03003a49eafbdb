/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Gathers clean lines for a block: numbers their sources, joins pieces, repairs bytes, puts
 * newest-first streams right. */

#include "base/map.h"
#include "line/wrapper.h"

/** A logical line whose end has not come yet (CRI's P, docker's 16 KiB pieces). */
struct gather_piece {
	bool is_open;
	struct line line;
	struct buf text;
};

struct gather {
	struct buf text; /* of the block; LF after each line */
	struct {
		struct line *items; /* text.ptr: position in `text`, until the block is given */
		size_t count, capacity;
	} lines;
	struct {
		struct line_source *items;
		size_t count, capacity;
	} sources;
	struct map source_numbers;
	uint32_t last_source; /* number of the one asked for last */
	bool has_others;      /* there were too many: the last one is of all others */
	struct {
		struct gather_piece *items; /* by source * 3 + output */
		size_t count, capacity;
	} pieces;
	size_t open_pieces; /* of all sources */
	struct arena *keep;
	uint64_t undecodable; /* bytes replaced */
	bool is_descending;   /* newest first: lines of a block are given from the last to the first
	                       */
	struct buf turned;    /* text of such a block */
};

void gather_init(struct gather *gather, struct arena *keep);
void gather_finish(struct gather *gather);
/** Number of a source; equal ones share it. */
uint32_t gather_source(struct gather *gather, const struct line_source *source);
/** Add a line whose wrappers are off. tmp: as long as the call */
void gather_add(struct gather *gather, const struct wrap *wrap, struct arena *tmp);
/** Whether a piece waits for lines of a source that say nothing of their output. */
bool gather_waits(const struct gather *gather, uint32_t source);
/** The stream has ended: pieces that wait for their rest are lines too. */
void gather_end(struct gather *gather);
/** Whether the stamps of the lines gathered so far descend: an export that is sorted from the
 * newest on. */
bool gather_descends(const struct gather *gather);
/** Forget the lines of the block before. */
void gather_clear(struct gather *gather);
/** What was gathered. Lifetime: until the next call */
void gather_block(struct gather *gather, struct line_block *block);
