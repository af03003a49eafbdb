/* SPDX-License-Identifier: Apache-2.0 */
#include "format/reading.h"

#include "base/text.h"

bool format_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

enum format_level format_level_of(struct str word)
{
	static const struct {
		struct str word;
		enum format_level level;
	} words[] = {
		{STR_INIT("info"), FORMAT_INFO},    {STR_INIT("warn"), FORMAT_WARN},
		{STR_INIT("error"), FORMAT_ERROR},  {STR_INIT("debug"), FORMAT_DEBUG},
		{STR_INIT("warning"), FORMAT_WARN}, {STR_INIT("fatal"), FORMAT_FATAL},
		{STR_INIT("panic"), FORMAT_FATAL},  {STR_INIT("dpanic"), FORMAT_FATAL},
		{STR_INIT("trace"), FORMAT_DEBUG},  {STR_INIT("notice"), FORMAT_INFO},
		{STR_INIT("err"), FORMAT_ERROR},    {STR_INIT("critical"), FORMAT_FATAL},
		{STR_INIT("i"), FORMAT_INFO},       {STR_INIT("w"), FORMAT_WARN},
		{STR_INIT("e"), FORMAT_ERROR},      {STR_INIT("f"), FORMAT_FATAL},
		{STR_INIT("c"), FORMAT_FATAL},      {STR_INIT("n"), FORMAT_INFO},
		{STR_INIT("d"), FORMAT_DEBUG},      {STR_INIT("t"), FORMAT_DEBUG},
	};
	for (size_t i = 0; i < FORMAT_COUNT(words); i++) {
		if (str_equals_ignore_case(word, words[i].word)) {
			return words[i].level;
		}
	}
	return FORMAT_LEVEL_NONE;
}

/* ---- fields ---- */

void format_add_field(struct record *record, struct arena *tmp, struct str key, struct str value)
{
	/* the list is full at each power of two */
	size_t count = record->field_count;
	if ((count & (count - 1)) == 0) {
		struct format_field *more =
			arena_array(tmp, struct format_field, count == 0 ? 1 : count * 2);
		for (size_t i = 0; i < count; i++) {
			more[i] = record->fields[i];
		}
		record->fields = more;
	}
	record->fields[record->field_count++] = (struct format_field){key, value};
}

void format_add_cut_field(struct record *record, struct arena *tmp, struct str key,
                          struct str value)
{
	char first = value.len > 0 ? value.ptr[0] : '0';
	if (!format_is_digit(first) && first != '-' && first != '+') {
		format_add_field(record, tmp, key, value);
	}
}

/* ---- pieces of text ---- */

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct str format_skip_blanks(struct str text)
{
	size_t at = 0;
	while (at < text.len && is_blank(text.ptr[at])) {
		at++;
	}
	return str_skip(text, at);
}

struct str format_word(struct str *rest)
{
	*rest = format_skip_blanks(*rest);
	size_t len = 0;
	while (len < rest->len && !is_blank(rest->ptr[len])) {
		len++;
	}
	struct str word = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return word;
}

struct str format_first_line(struct str text)
{
	ptrdiff_t end = str_find_byte(text, '\n');
	return end < 0 ? text : str_slice(text, 0, (size_t)end);
}

struct str format_join_lines(struct str text, struct arena *tmp)
{
	char *joined = arena_alloc(tmp, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\n') {
			joined[len++] = text.ptr[i];
		}
	}
	return (struct str){joined, len};
}

/* ---- quotes ---- */

/* \uXXXX at raw[at]. Returns: bytes written to `to`, at most 3; 0 when it is none. */
static size_t unescape_unicode(struct str raw, size_t at, char *to)
{
	uint64_t point;
	if (at + 6 > raw.len || !str_to_hex64(str_slice(raw, at + 2, at + 6), &point)) {
		return 0;
	}
	bool is_half = point >= 0xd800 && point < 0xe000; /* of a pair */
	return text_encode(is_half ? 0xfffd : (uint32_t)point, to);
}

static struct str unescape(struct str raw, struct arena *tmp)
{
	if (str_find_byte(raw, '\\') < 0) {
		return raw;
	}
	char *text = arena_alloc(tmp, raw.len, 1);
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.ptr[i] != '\\' || i + 1 == raw.len) {
			text[len++] = raw.ptr[i];
			continue;
		}
		char byte = raw.ptr[i + 1];
		size_t used = byte == 'u' ? unescape_unicode(raw, i, text + len) : 0;
		if (used > 0) {
			len += used;
			i += 5;
			continue;
		}
		text[len++] = byte == 'n' ? '\n' : byte == 't' ? '\t' : byte == 'r' ? '\r' : byte;
		i++;
	}
	return (struct str){text, len};
}

bool format_quoted(struct str text, size_t *at, struct arena *tmp, struct str *value)
{
	size_t end = *at + 1;
	while (end < text.len && text.ptr[end] != '"') {
		end += text.ptr[end] == '\\' ? 2 : 1;
	}
	bool is_closed = end < text.len;
	*value = unescape(str_slice(text, *at + 1, end), tmp);
	*at = is_closed ? end + 1 : text.len;
	return is_closed;
}

/* The bytes of a key: letters, digits, '_', '-', '.', '/'. */
static bool is_key_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       format_is_digit(byte) || byte == '_' || byte == '-' || byte == '.' || byte == '/';
}

void format_pairs(struct str text, struct arena *tmp, struct record *record)
{
	size_t at = 0;
	while (at < text.len) {
		size_t start = at;
		while (at < text.len && is_key_byte(text.ptr[at])) {
			at++;
		}
		struct str key = str_slice(text, start, at), value;
		if (key.len == 0 || at >= text.len || text.ptr[at] != '=') {
			at = at == start ? at + 1 : at;
			continue;
		}
		at++;
		if (at < text.len && text.ptr[at] == '"') {
			record->is_cut |= !format_quoted(text, &at, tmp, &value);
		} else {
			start = at;
			while (at < text.len && !is_blank(text.ptr[at])) {
				at++;
			}
			value = str_slice(text, start, at);
		}
		format_add_field(record, tmp, key, value);
	}
}

/* ---- times ---- */

int64_t format_date_start(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	return clock_parse(line, zone, NULL);
}

int64_t format_date_bracket(struct str line, enum clock_zone *zone)
{
	return format_date_start(str_skip(line, 1), zone);
}

int64_t format_date_none(struct str line, enum clock_zone *zone)
{
	(void)line;
	*zone = CLOCK_ZONE_NONE;
	return TIME_NONE;
}
