/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spdlog of C++ programs, local time; logger, thread and place may be left out:
 *   [2024-03-12 08:21:04.512] [segcore] [warning] [index.cpp:41] text
 * Source: spdlog pattern_formatter (default "[%Y-%m-%d %H:%M:%S.%e] [%n] [%l] %v")
 */
#include "format/formats.h"
#include "format/reading.h"

enum { BRACKETS_MAX = 4, NAME_MAX = 64 };

/* The next bracket's inside; *rest goes on behind it. False: there is none. */
static bool take_bracket(struct str *rest, struct str *inside)
{
	struct str text = format_skip_blanks(*rest);
	ptrdiff_t end = str_find_byte(str_slice(text, 0, NAME_MAX), ']');
	if (!str_starts(text, STR("[")) || end < 0) {
		return false;
	}
	*inside = str_slice(text, 1, (size_t)end);
	*rest = str_skip(text, (size_t)end + 1);
	return true;
}

/* spdlog's words and letters: trace debug info warning error critical. */
static bool is_level(struct str word)
{
	return word.len >= 4 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z' &&
	       format_level_of(word) != FORMAT_LEVEL_NONE;
}

/* Behind the level; ptr NULL: there is none. name: the bracket before it */
static struct str find_level(struct str line, enum format_level *level, struct str *name)
{
	struct str rest = line, inside;
	*name = (struct str){NULL, 0};
	for (int i = 0; i < BRACKETS_MAX && take_bracket(&rest, &inside); i++) {
		if (i > 0 && is_level(inside)) {
			*level = format_level_of(inside);
			return rest;
		}
		*name = i > 0 ? inside : *name;
	}
	return (struct str){NULL, 0};
}

static int bid(struct str line)
{
	enum format_level level;
	struct str name;
	bool is_stamped = str_looks_like(line, "[dddd-dd-dd dd:dd:dd.ddd") ||
	                  str_looks_like(line, "[dddd-dd-dd dd:dd:dd] [");
	return is_stamped && find_level(line, &level, &name).ptr != NULL ? FORMAT_BID_SHAPE : 0;
}

static bool is_place(struct str text)
{
	ptrdiff_t colon = str_find_last_byte(text, ':');
	return colon > 0 && (size_t)colon + 1 < text.len && format_is_digit(text.ptr[colon + 1]);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str rest = find_level(text, &record->level, &record->logger), place;
	struct str behind = rest;
	if (take_bracket(&behind, &place) && is_place(place)) {
		record->caller = place;
		rest = behind;
	}
	record->time_ns = format_date_bracket(text, &record->zone);
	record->message = format_skip_blanks(rest);
	return record->time_ns != TIME_NONE && rest.ptr != NULL;
}

const struct format format_spdlog = {
	.name = "spdlog",
	.first = FORMAT_FIRST_BRACKET,
	.bid = bid,
	.date = format_date_bracket,
	.decode = decode,
	.is_multiline = true,
};
