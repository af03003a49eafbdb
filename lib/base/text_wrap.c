/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

/** What fits into the room, up to a blank if there is one; never nothing. */
static struct str first_line(struct str text, size_t room)
{
	struct str line = text_fit(text, room);
	if (line.len == text.len || text.ptr[line.len] == ' ') {
		return line;
	}
	ptrdiff_t blank = str_find_last_byte(line, ' ');
	if (blank > 0) {
		return str_slice(line, 0, (size_t)blank);
	}
	size_t least = text_character(text);
	return line.len > 0 ? line : str_slice(text, 0, least > 0 ? least : 1);
}

void text_add_wrapped(struct buf *out, struct str text, size_t column, size_t indent,
                      size_t columns)
{
	enum { ROOM_MIN = 16 };
	struct arena tmp;
	arena_init(&tmp);
	struct str rest = str_trim(text_safe(&tmp, text));
	while (rest.len > 0) {
		struct str line =
			first_line(rest, columns > column + ROOM_MIN ? columns - column : ROOM_MIN);
		buf_add(out, line);
		rest = str_trim(str_skip(rest, line.len));
		for (column = 0; rest.len > 0 && column <= indent; column++) {
			buf_byte(out, column == 0 ? '\n' : ' ');
		}
		column = indent;
	}
	buf_byte(out, '\n');
	arena_finish(&tmp);
}
