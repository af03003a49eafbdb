/* SPDX-License-Identifier: Apache-2.0 */
#include "line/line.h"

void line_cursor_init(struct line_cursor *cursor, const struct line_block *block)
{
	*cursor = (struct line_cursor){.number = block->first_number};
}

static bool next_fast(struct line_cursor *cursor, const struct line_block *block, struct line *line)
{
	struct str rest = str_skip(block->text, cursor->position);
	if (rest.len == 0) {
		return false;
	}
	ptrdiff_t end = str_find_byte(rest, '\n');
	struct str text = str_slice(rest, 0, end < 0 ? rest.len : (size_t)end);
	*line = (struct line){.text = text,
	                      .first_len = text.len,
	                      .number = cursor->number++,
	                      .offset = block->first_offset + cursor->position,
	                      .source = block->source,
	                      .outer_ns = TIME_NONE};
	cursor->position += text.len + 1;
	return true;
}

bool line_cursor_next(struct line_cursor *cursor, const struct line_block *block, struct line *line)
{
	if (block->lines == NULL) {
		return next_fast(cursor, block, line);
	}
	if (cursor->index >= block->count) {
		return false;
	}
	*line = block->lines[cursor->index++];
	cursor->position = (size_t)(line->text.ptr - block->text.ptr) + line->text.len + 1;
	return true;
}
