/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Python client and Python programs around it, local time:
 *   [2022-03-16 11:56:32,267] [   ERROR] - text (decorators.py:108)
 *   2024-03-05 20:02:09,405 [ERROR][handler]: RPC error: [search], <MilvusException: ...>
 *   [2021-10-22 07:44:41 - DEBUG - ci_test]: text
 *   2021-01-05 03:26:48,006 | ERROR | decorators.py | handler | 73 | text   (also with wide bars)
 *   2024-03-05 20:02:09,405 - ERROR - text
 *   pymilvus.exceptions.MilvusException: <...>, Traceback (most recent call last):
 * Source: pymilvus settings.py (LOGGING), decorators.py
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 80 };

static const struct str undated[] = {
	STR_INIT("Traceback (most recent call last):"),
	STR_INIT("pymilvus."),
	STR_INIT("RPC error: ["),
	STR_INIT("MilvusException: <"),
	STR_INIT("<MilvusException: ("),
	STR_INIT("grpc._channel._"),
};

static bool is_wide_bar(struct str rest)
{
	return str_starts(rest, STR("\xef\xbd\x9c"));
}

/* Where the stamp ends; 0: none of the layouts. */
static size_t stamp_len(struct str line)
{
	bool has_bracket = line.len > 0 && line.ptr[0] == '[';
	struct str rest = str_skip(line, has_bracket ? 1 : 0);
	if (!str_looks_like(rest, "dddd-dd-dd dd:dd:dd")) {
		return 0;
	}
	bool has_fraction = str_looks_like(str_skip(rest, 19), ",ddd");
	size_t len = 19 + (has_fraction ? 4 : 0);
	struct str behind = str_skip(rest, len);
	if (has_bracket) {
		bool is_good = str_starts(behind, STR("] [")) || str_starts(behind, STR(" - "));
		return is_good ? len + 1 : 0;
	}
	behind = str_starts(behind, STR(" ")) ? str_skip(behind, 1) : behind;
	/* many write a level in brackets behind seconds */
	bool is_bracket = has_fraction && str_starts(behind, STR("["));
	bool is_good = is_bracket || str_starts(behind, STR("| ")) ||
	               str_starts(behind, STR("- ")) || is_wide_bar(behind);
	return is_good ? len : 0;
}

/* The first word of capitals behind the stamp that is a level. */
static enum format_level find_level(struct str head, size_t *end)
{
	size_t at = 0;
	while (at < head.len) {
		size_t start = at;
		while (at < head.len && head.ptr[at] >= 'A' && head.ptr[at] <= 'Z') {
			at++;
		}
		struct str word = str_slice(head, start, at);
		if (word.len >= 4 && format_level_of(word) != FORMAT_LEVEL_NONE) {
			*end = at;
			return format_level_of(word);
		}
		at = at == start ? at + 1 : at;
	}
	return FORMAT_LEVEL_NONE;
}

static int bid(struct str line)
{
	if (str_starts_any(line, undated, FORMAT_COUNT(undated))) {
		return FORMAT_BID_LIKELY;
	}
	size_t len = stamp_len(line), end = 0;
	if (len == 0) {
		return 0;
	}
	struct str head = str_slice(line, len, len + HEAD_MAX);
	return find_level(head, &end) == FORMAT_LEVEL_NONE ? 0 : FORMAT_BID_SHAPE - 2;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	bool has_bracket = line.len > 0 && line.ptr[0] == '[';
	return has_bracket ? format_date_bracket(line, zone) : format_date_start(line, zone);
}

/* Behind the level: brackets, bars, dashes and blanks. */
static struct str skip_marks(struct str rest)
{
	static const struct str marks = STR_INIT("] -|:");
	size_t at = 0;
	while (at < rest.len) {
		if (is_wide_bar(str_skip(rest, at))) {
			at += 3;
		} else if (str_find_byte(marks, rest.ptr[at]) >= 0) {
			at++;
		} else {
			break;
		}
	}
	return str_skip(rest, at);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str line = format_first_line(text);
	size_t len = stamp_len(line), end = 0;
	record->program = FORMAT_OTHER;
	if (line.len < text.len) {
		format_add_field(record, tmp, STR("stack"), str_skip(text, line.len + 1));
	}
	if (len == 0) {
		record->level = FORMAT_ERROR;
		record->message = line;
		return true;
	}
	record->time_ns = date(line, &record->zone);
	record->level = find_level(str_slice(line, len, len + HEAD_MAX), &end);
	record->message = skip_marks(str_skip(line, len + end));
	return true;
}

const struct format format_pymilvus = {
	.name = "pymilvus",
	.first = FORMAT_FIRST_BRACKET | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.is_multiline = true,
};
