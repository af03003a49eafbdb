/* SPDX-License-Identifier: Apache-2.0 */
/* The pull reader: raw number text, duplicate keys, cut records. Source: RFC 8259. */
#include "base/json.h"
#include "base/text.h"

#include <string.h>

enum expect {
	EXPECT_TOP,
	EXPECT_VALUE,
	EXPECT_FIRST_KEY,
	EXPECT_KEY,
	EXPECT_FIRST_ITEM,
	EXPECT_COMMA,
	EXPECT_END,   /* the top value is closed */
	EXPECT_ERROR, /* an ERROR or CUT was given: it is given again */
	EXPECT_CUT
};

void json_reader_init(struct json_reader *reader, struct str text, struct arena *tmp)
{
	*reader = (struct json_reader){.text = text, .expect = EXPECT_TOP, .tmp = tmp};
}

/* Returns: whether a byte is left. */
static bool skip_blanks(struct json_reader *reader)
{
	while (reader->position < reader->text.len) {
		char byte = reader->text.ptr[reader->position];
		if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
			return true;
		}
		reader->position++;
	}
	return false;
}

static bool is_in_object(const struct json_reader *reader)
{
	return reader->depth > 0 && (reader->is_object >> (reader->depth - 1) & 1) != 0;
}

static void value_done(struct json_reader *reader)
{
	reader->expect = reader->depth == 0 ? EXPECT_END : EXPECT_COMMA;
}

/* ---- strings ---- */

static bool read_hex4(struct str text, size_t at, uint32_t *value)
{
	uint64_t number;
	if (at + 4 > text.len || !str_to_hex64(str_slice(text, at, at + 4), &number)) {
		return false;
	}
	*value = (uint32_t)number;
	return true;
}

/*
 * \uXXXX, with a low surrogate behind a high one. raw: from the backslash. Returns: bytes read; 0:
 * not one.
 */
static size_t read_unicode(struct str raw, uint32_t *point, bool *is_loose)
{
	uint32_t low;
	if (!read_hex4(raw, 2, point)) {
		return 0;
	}
	bool is_high = *point >= 0xd800 && *point < 0xdc00;
	if (is_high && str_starts(str_skip(raw, 6), STR("\\u")) && read_hex4(raw, 8, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
		return 12;
	}
	if (*point >= 0xd800 && *point < 0xe000) {
		*point = 0xfffd;
		*is_loose = true;
	}
	return 6;
}

/* What \X stands for; 0: nothing. */
static char simple_escape(char byte)
{
	switch (byte) {
	case '"':
	case '\\':
	case '/':
		return byte;
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	default:
		return '\0';
	}
}

/* Decode one escape. raw: from the backslash. Returns: bytes read. */
static size_t decode_escape(struct str raw, char *text, size_t *len, bool *is_loose)
{
	uint32_t point;
	size_t used = raw.len > 1 && raw.ptr[1] == 'u' ? read_unicode(raw, &point, is_loose) : 0;
	if (used > 0) {
		*len += text_encode(point, text + *len);
		return used;
	}
	char byte = raw.len > 1 ? simple_escape(raw.ptr[1]) : '\0';
	if (byte != '\0') {
		text[(*len)++] = byte;
		return 2;
	}
	*is_loose = true;
	text[(*len)++] = '\\';
	return 1;
}

/*
 * The part of a cut string before an escape that its end may have cut: "\", "\u12", a high
 * surrogate that may have had a low one, followed by nothing else.
 */
static struct str without_cut_escape(struct str raw)
{
	size_t from = raw.len > 11 ? raw.len - 11 : 0, at = raw.len;
	while (from > 0 && raw.ptr[from - 1] == '\\') {
		from--;
	}
	for (size_t i = from; i < raw.len; i++) {
		uint32_t point;
		if (raw.ptr[i] != '\\') {
			continue;
		}
		struct str rest = str_skip(raw, i);
		bool is_unicode = rest.len > 1 && rest.ptr[1] == 'u';
		bool is_high = is_unicode && read_hex4(rest, 2, &point) && point >= 0xd800 &&
		               point < 0xdc00;
		if (rest.len == 1 || (is_unicode && rest.len < 6) ||
		    (is_high && rest.len < 12 && str_starts(STR("\\u"), str_slice(rest, 6, 8)))) {
			at = i;
			break;
		}
		i++;
	}
	return str_slice(raw, 0, at);
}

/* Escapes resolved. raw: between the quotes. */
static struct str unescape(struct json_reader *reader, struct str raw)
{
	const char *slash = raw.len == 0 ? NULL : memchr(raw.ptr, '\\', raw.len);
	if (slash == NULL) {
		return raw;
	}
	char *text = arena_alloc(reader->tmp, raw.len, 1);
	size_t len = 0;
	for (size_t i = 0; i < raw.len;) {
		size_t end = slash == NULL ? raw.len : (size_t)(slash - raw.ptr);
		memcpy(text + len, raw.ptr + i, end - i);
		len += end - i;
		i = end;
		if (i < raw.len) {
			i += decode_escape(str_skip(raw, i), text, &len, &reader->is_loose);
		}
		slash = i < raw.len ? memchr(raw.ptr + i, '\\', raw.len - i) : NULL;
	}
	return (struct str){text, len};
}

/* Reader stands behind the opening quote. value: NULL when not wanted. Returns: whether the closing
 * one was found. */
static bool read_string(struct json_reader *reader, struct str *value)
{
	size_t start = reader->position;
	const char *text = reader->text.ptr;
	while (reader->position < reader->text.len) {
		const char *quote =
			memchr(text + reader->position, '"', reader->text.len - reader->position);
		if (quote == NULL) {
			break;
		}
		size_t end = (size_t)(quote - text), slashes = 0;
		while (end - slashes > start && text[end - slashes - 1] == '\\') {
			slashes++;
		}
		reader->position = end + 1;
		if (slashes % 2 == 0) {
			if (value != NULL) {
				*value = unescape(reader, str_slice(reader->text, start, end));
			}
			return true;
		}
	}
	reader->position = reader->text.len;
	if (value != NULL) {
		*value = unescape(reader, without_cut_escape(str_skip(reader->text, start)));
	}
	return false;
}

/* ---- tokens ---- */

static enum json_token fail(struct json_reader *reader)
{
	reader->expect = EXPECT_ERROR;
	return JSON_TOKEN_ERROR;
}

static enum json_token cut(struct json_reader *reader)
{
	reader->expect = EXPECT_CUT;
	return JSON_TOKEN_CUT;
}

static enum json_token open_level(struct json_reader *reader, bool is_object)
{
	if (reader->depth == JSON_DEPTH_MAX) {
		return fail(reader);
	}
	uint64_t bit = UINT64_C(1) << reader->depth;
	reader->is_object = is_object ? reader->is_object | bit : reader->is_object & ~bit;
	reader->depth++;
	reader->expect = is_object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ITEM;
	return is_object ? JSON_TOKEN_OBJECT_BEGIN : JSON_TOKEN_ARRAY_BEGIN;
}

static enum json_token close_level(struct json_reader *reader)
{
	bool was_object = is_in_object(reader);
	reader->position++;
	reader->depth--;
	value_done(reader);
	return was_object ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END;
}

static enum json_token read_word(struct json_reader *reader)
{
	static const struct {
		struct str word;
		enum json_token token;
	} words[] = {{STR_INIT("true"), JSON_TOKEN_TRUE},
	             {STR_INIT("false"), JSON_TOKEN_FALSE},
	             {STR_INIT("null"), JSON_TOKEN_NULL}};
	struct str rest = str_skip(reader->text, reader->position);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_starts(rest, words[i].word)) {
			reader->position += words[i].word.len;
			value_done(reader);
			return words[i].token;
		}
		if (str_starts(words[i].word, rest)) {
			reader->position = reader->text.len;
			return cut(reader);
		}
	}
	return fail(reader);
}

static size_t skip_digits(struct str text, size_t at)
{
	while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9') {
		at++;
	}
	return at;
}

/* Whether it is written as RFC 8259 wants it. */
static bool is_strict_number(struct str text)
{
	size_t start = text.len > 0 && text.ptr[0] == '-' ? 1 : 0, at = skip_digits(text, start);
	if (at == start || (text.ptr[start] == '0' && at > start + 1)) {
		return false;
	}
	if (at < text.len && text.ptr[at] == '.') {
		start = at + 1;
		at = skip_digits(text, start);
		if (at == start) {
			return false;
		}
	}
	if (at < text.len && (text.ptr[at] | 0x20) == 'e') {
		start = at + 1;
		start += start < text.len && (text.ptr[start] == '+' || text.ptr[start] == '-') ? 1
		                                                                                : 0;
		at = skip_digits(text, start);
		if (at == start) {
			return false;
		}
	}
	return at == text.len;
}

static bool is_number_byte(char byte)
{
	return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' ||
	       byte == 'e' || byte == 'E';
}

static enum json_token read_number(struct json_reader *reader, struct str *value)
{
	size_t start = reader->position;
	char first = reader->text.ptr[start];
	if (first != '-' && (first < '0' || first > '9')) {
		return fail(reader);
	}
	while (reader->position < reader->text.len &&
	       is_number_byte(reader->text.ptr[reader->position])) {
		reader->position++;
	}
	struct str number = str_slice(reader->text, start, reader->position);
	if (value != NULL) {
		*value = number;
	}
	if (reader->position == reader->text.len && reader->depth > 0) {
		return cut(reader);
	}
	reader->is_loose = reader->is_loose || !is_strict_number(number);
	value_done(reader);
	return JSON_TOKEN_NUMBER;
}

static enum json_token read_value(struct json_reader *reader, struct str *value)
{
	char byte = reader->text.ptr[reader->position];
	switch (byte) {
	case '{':
	case '[':
		reader->position++;
		return open_level(reader, byte == '{');
	case '"':
		reader->position++;
		if (!read_string(reader, value)) {
			return cut(reader);
		}
		value_done(reader);
		return JSON_TOKEN_STRING;
	case 't':
	case 'f':
	case 'n':
		return read_word(reader);
	default:
		return read_number(reader, value);
	}
}

static enum json_token read_key(struct json_reader *reader, struct str *value)
{
	if (reader->text.ptr[reader->position] != '"') {
		return fail(reader);
	}
	reader->position++;
	if (!read_string(reader, value)) {
		return cut(reader);
	}
	if (!skip_blanks(reader)) {
		return cut(reader);
	}
	if (reader->text.ptr[reader->position] != ':') {
		return fail(reader);
	}
	reader->position++;
	reader->expect = EXPECT_VALUE;
	return JSON_TOKEN_KEY;
}

/* What comes where the reader stands, at a byte that is no blank. */
static enum json_token read_token(struct json_reader *reader, struct str *value)
{
	char byte = reader->text.ptr[reader->position];
	switch ((enum expect)reader->expect) {
	case EXPECT_FIRST_KEY:
		return byte == '}' ? close_level(reader) : read_key(reader, value);
	case EXPECT_KEY:
		return read_key(reader, value);
	case EXPECT_FIRST_ITEM:
		return byte == ']' ? close_level(reader) : read_value(reader, value);
	case EXPECT_COMMA:
		return byte == (is_in_object(reader) ? '}' : ']') ? close_level(reader)
		                                                  : fail(reader);
	case EXPECT_TOP:
	case EXPECT_VALUE:
		return read_value(reader, value);
	case EXPECT_END:
	case EXPECT_ERROR:
	case EXPECT_CUT:
		break;
	}
	return JSON_TOKEN_ERROR;
}

static enum json_token next(struct json_reader *reader, struct str *value)
{
	if (reader->expect >= EXPECT_END) {
		return reader->expect == EXPECT_END     ? JSON_TOKEN_END
		       : reader->expect == EXPECT_ERROR ? JSON_TOKEN_ERROR
		                                        : JSON_TOKEN_CUT;
	}
	bool has_more = skip_blanks(reader);
	if (has_more && reader->expect == EXPECT_COMMA &&
	    reader->text.ptr[reader->position] == ',') {
		reader->position++;
		reader->expect = is_in_object(reader) ? EXPECT_KEY : EXPECT_VALUE;
		has_more = skip_blanks(reader);
	}
	if (!has_more) {
		return reader->expect == EXPECT_TOP ? JSON_TOKEN_END : cut(reader);
	}
	return read_token(reader, value);
}

enum json_token json_reader_next(struct json_reader *reader, struct str *value)
{
	*value = (struct str){NULL, 0};
	return next(reader, value);
}

/* Go to the first byte of a value that may be skipped. Returns: whether there is one. */
static bool find_value(struct json_reader *reader)
{
	bool has_more = skip_blanks(reader);
	char byte = has_more ? reader->text.ptr[reader->position] : '\0';
	if (reader->expect == EXPECT_COMMA && !is_in_object(reader) && byte == ',') {
		reader->position++;
		reader->expect = EXPECT_VALUE;
		has_more = skip_blanks(reader);
	}
	return has_more && (reader->expect == EXPECT_TOP || reader->expect == EXPECT_VALUE ||
	                    (reader->expect == EXPECT_FIRST_ITEM && byte != ']'));
}

struct str json_reader_skip(struct json_reader *reader)
{
	if (!find_value(reader)) {
		return (struct str){NULL, 0};
	}
	size_t start = reader->position;
	unsigned depth = reader->depth;
	enum json_token token;
	do {
		token = next(reader, NULL);
	} while (token > JSON_TOKEN_CUT && reader->depth > depth);
	return str_slice(reader->text, start, reader->position);
}
