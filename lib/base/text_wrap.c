/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <ctype.h>

/* Of a wide character: neither begins a line nor is parted from what it closes or opens.
 * Source: GB/T 15834 */
static const struct str closing[] = {STR_INIT("，"), STR_INIT("。"), STR_INIT("；"), STR_INIT("："),
                                     STR_INIT("、"), STR_INIT("！"), STR_INIT("？"), STR_INIT("）"),
                                     STR_INIT("」"), STR_INIT("』"), STR_INIT("》"), STR_INIT("”")};
static const struct str opening[] = {STR_INIT("（"), STR_INIT("「"), STR_INIT("『"), STR_INIT("《"),
                                     STR_INIT("“")};

static struct str character_at(struct str text, size_t at)
{
	size_t len = text_character(str_skip(text, at));
	return str_slice(text, at, at + (len > 0 ? len : 1));
}

/* Whether a short word begins a text: "ms", "%", "UTC". */
static bool is_unit(struct str text)
{
	enum { LETTERS_MAX = 3 };
	size_t i = 0, letters = 0;
	while (i < text.len && (isalpha((unsigned char)text.ptr[i]) || text.ptr[i] == '%' ||
	                        str_starts(str_skip(text, i), STR("µ")))) {
		i += character_at(text, i).len;
		letters++;
	}
	return letters > 0 && letters <= LETTERS_MAX &&
	       (i == text.len || !isalnum((unsigned char)text.ptr[i]));
}

/* Whether the blank belongs to "10 ms" or "× 5". */
static bool is_inside_number(struct str text, size_t blank)
{
	struct str before = str_slice(text, 0, blank);
	return str_ends(before, STR("×")) ||
	       (blank > 0 && isdigit((unsigned char)text.ptr[blank - 1]) &&
	        is_unit(str_skip(text, blank + 1)));
}

static bool may_break(struct str text, struct str before, size_t at)
{
	struct str next = character_at(text, at);
	if (str_equals(next, STR(" ")) || str_equals(before, STR(" "))) {
		return str_equals(next, STR(" ")) && !str_equals(before, STR(" "));
	}
	return (text_width(before) == 2 || text_width(next) == 2) &&
	       !str_is_any(next, closing, sizeof(closing) / sizeof(closing[0])) &&
	       !str_is_any(before, opening, sizeof(opening) / sizeof(opening[0]));
}

struct str text_line(struct str *text, size_t room)
{
	struct str rest = *text, before = STR("");
	size_t good = 0, poor = 0, used = 0, width = 0;
	while (used < rest.len) {
		struct str next = character_at(rest, used);
		if (used > 0 && may_break(rest, before, used)) {
			bool is_poor = rest.ptr[used] == ' ' && is_inside_number(rest, used);
			*(is_poor ? &poor : &good) = used;
		}
		width += text_width(next);
		if (width > room && used > 0) {
			break;
		}
		before = next;
		used += next.len;
	}
	if (used < rest.len) {
		used = good > 0 ? good : poor > 0 ? poor : used;
	}
	struct str line = str_slice(rest, 0, used);
	*text = str_trim(str_skip(rest, used));
	while (str_ends(line, STR(" "))) {
		line.len--;
	}
	return line;
}

void text_add_wrapped(struct buf *out, struct str text, size_t column, size_t indent,
                      size_t columns)
{
	enum { ROOM_MIN = 16 };
	struct arena tmp;
	arena_init(&tmp);
	struct str rest = str_trim(text_safe(&tmp, text));
	while (rest.len > 0) {
		buf_add(out, text_line(&rest,
		                       columns > column + ROOM_MIN ? columns - column : ROOM_MIN));
		for (column = 0; rest.len > 0 && column <= indent; column++) {
			buf_byte(out, column == 0 ? '\n' : ' ');
		}
		column = indent;
	}
	buf_byte(out, '\n');
	arena_finish(&tmp);
}
