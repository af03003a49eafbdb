/* SPDX-License-Identifier: Apache-2.0 */
#include "line/line.h"

static void take_fast(struct line_cursor *cursor, const struct line_block *block, struct line *line)
{
	size_t end = block->ends[cursor->index];
	struct str text = str_slice(block->text, cursor->position, end);
	*line = (struct line){.text = text,
	                      .first_len = text.len,
	                      .number = block->first_number + cursor->index,
	                      .offset = block->first_offset + cursor->position,
	                      .source = block->source,
	                      .outer_ns = TIME_NONE};
	cursor->position = end + 1;
}

bool line_cursor_next(struct line_cursor *cursor, const struct line_block *block, struct line *line)
{
	if (cursor->index >= block->count) {
		return false;
	}
	if (block->lines == NULL) {
		take_fast(cursor, block, line);
	} else {
		*line = block->lines[cursor->index];
	}
	cursor->index++;
	return true;
}
