/* SPDX-License-Identifier: Apache-2.0 */
#include "line/cells.h"

#include "line/shape.h"

enum { CELLS_MAX = 12, CELL_LENGTH_MAX = 256 };

/* '|', or the line that frames are drawn with. Returns: its length; 0: none. */
static size_t bar_length(struct str text)
{
	return str_starts(text, STR("|")) ? 1 : str_starts(text, STR("\xe2\x94\x82")) ? 3 : 0;
}

static bool is_label(struct str cell)
{
	return str_equals(cell, STR("(no unique labels)")) ||
	       (str_starts(cell, STR("{")) && str_ends(cell, STR("}")) &&
	        str_contains(cell, STR("=")));
}

static bool is_stamp(struct str cell, struct stamp *stamp)
{
	return stamp_read(cell, stamp) && stamp->used == cell.len;
}

static size_t blanks(struct str text)
{
	size_t i = 0;
	while (i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == '\t')) {
		i++;
	}
	return i;
}

size_t cells_before(struct str line, struct stamp *stamp)
{
	stamp->time_ns = TIME_NONE;
	size_t at = blanks(line), bars = 0;
	size_t start = 0; /* of the cell, with the blanks that are its own */
	bool has_label = false;
	for (int i = 0; i < CELLS_MAX; i++) {
		size_t bar = bar_length(str_skip(line, at));
		if (bar > 0) {
			size_t indent = blanks(str_skip(line, at + bar));
			start = at + bar + (indent > 0 ? 1 : 0);
			at += bar + indent;
			bars++;
		}
		struct str rest = str_skip(line, at);
		if (shape_starts_dated(rest) && bars > 0) {
			return at;
		}
		if (bar_length(rest) > 0) {
			continue;
		}
		ptrdiff_t end = str_find(str_slice(rest, 0, CELL_LENGTH_MAX), STR(" |"));
		struct str cell = str_trim(str_slice(rest, 0, end < 0 ? 0 : (size_t)end));
		struct stamp found;
		bool is_time = is_stamp(cell, &found);
		if (end < 1 || bars == 0 || (!is_time && !is_label(cell))) {
			/* Grafana's row of a line that is no record */
			return bars > 0 && has_label && stamp->time_ns != TIME_NONE ? start : 0;
		}
		if (is_time) {
			*stamp = found;
		}
		has_label |= !is_time;
		at += (size_t)end + 1;
	}
	return 0;
}

static struct str strip_blanks(struct str line)
{
	while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t')) {
		line.len--;
	}
	return line;
}

static size_t bar_at_end(struct str line)
{
	return str_ends(line, STR("|")) ? 1 : str_ends(line, STR("\xe2\x94\x82")) ? 3 : 0;
}

struct str cells_strip_end(struct str line)
{
	struct str left = strip_blanks(line);
	if (bar_at_end(left) == 0) {
		return line;
	}
	for (int i = 0; i < CELLS_MAX; i++) {
		size_t bar = bar_at_end(left);
		if (bar > 0) {
			left.len -= bar;
			left = strip_blanks(left);
			continue;
		}
		size_t from = left.len > CELL_LENGTH_MAX ? left.len - CELL_LENGTH_MAX : 0;
		struct str tail = str_skip(left, from);
		ptrdiff_t start = str_find_last_byte(tail, '|');
		struct str cell = str_trim(str_skip(tail, (size_t)(start + 1)));
		struct stamp stamp;
		if (start < 0 || (!is_label(cell) && !is_stamp(cell, &stamp))) {
			break;
		}
		left.len = from + (size_t)start + 1;
	}
	return left;
}
