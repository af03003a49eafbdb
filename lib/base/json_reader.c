/* SPDX-License-Identifier: Apache-2.0 */
/* The pull reader: raw number text, duplicate keys, cut records. Source: RFC 8259. */
#include "base/json.h"

#include <string.h>

enum expect { EXPECT_VALUE, EXPECT_FIRST_KEY, EXPECT_KEY, EXPECT_FIRST_ITEM, EXPECT_COMMA, EXPECT_DONE };

void json_reader_init(struct json_reader *reader, struct str text, struct arena *tmp)
{
	*reader = (struct json_reader){.text = text, .expect = EXPECT_VALUE, .tmp = tmp};
}

static void skip_blanks(struct json_reader *reader)
{
	while (reader->position < reader->text.len) {
		char byte = reader->text.ptr[reader->position];
		if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
			break;
		}
		reader->position++;
	}
}

static bool is_in_object(const struct json_reader *reader)
{
	return reader->depth > 0 && (reader->is_object >> (reader->depth - 1) & 1) != 0;
}

static void value_done(struct json_reader *reader)
{
	reader->expect = reader->depth == 0 ? EXPECT_DONE : EXPECT_COMMA;
}

/* ---- strings ---- */

static size_t add_utf8(char *to, uint32_t point)
{
	if (point < 0x80) {
		to[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		to[0] = (char)(0xc0 | point >> 6);
		to[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		to[0] = (char)(0xe0 | point >> 12);
		to[1] = (char)(0x80 | (point >> 6 & 0x3f));
		to[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | point >> 18);
	to[1] = (char)(0x80 | (point >> 12 & 0x3f));
	to[2] = (char)(0x80 | (point >> 6 & 0x3f));
	to[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

static bool read_hex4(struct str text, size_t at, uint32_t *value)
{
	uint64_t number;
	if (at + 4 > text.len || !str_to_hex64(str_slice(text, at, at + 4), &number)) {
		return false;
	}
	*value = (uint32_t)number;
	return true;
}

/* \uXXXX at position `at` (of the 'u'), with a low surrogate behind a high one. Returns: bytes read, 0: not one. */
static size_t read_unicode(struct str raw, size_t at, uint32_t *point)
{
	uint32_t low;
	if (!read_hex4(raw, at + 1, point)) {
		return 0;
	}
	bool is_high = *point >= 0xd800 && *point < 0xdc00;
	if (is_high && at + 6 < raw.len && raw.ptr[at + 5] == '\\' && raw.ptr[at + 6] == 'u' && read_hex4(raw, at + 7, &low) &&
	    low >= 0xdc00 && low < 0xe000) {
		*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
		return 11;
	}
	if (*point >= 0xd800 && *point < 0xe000) {
		*point = 0xfffd;
	}
	return 5;
}

static char simple_escape(char byte)
{
	switch (byte) {
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
		return byte;
	}
}

/* Escapes resolved. raw: between the quotes, or what is there of a cut string. */
static struct str unescape(struct arena *tmp, struct str raw)
{
	if (str_find_byte(raw, '\\') < 0) {
		return raw;
	}
	char *text = arena_alloc(tmp, raw.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		uint32_t point;
		if (raw.ptr[i] != '\\' || i + 1 == raw.len) {
			text[len++] = raw.ptr[i];
			continue;
		}
		i++;
		size_t used = raw.ptr[i] == 'u' ? read_unicode(raw, i, &point) : 0;
		if (used > 0) {
			len += add_utf8(text + len, point);
			i += used - 1;
		} else {
			text[len++] = simple_escape(raw.ptr[i]);
		}
	}
	return (struct str){text, len};
}

/* Reader stands behind the opening quote. Returns: whether the closing one was found. */
static bool read_string(struct json_reader *reader, struct str *value)
{
	size_t start = reader->position;
	const char *text = reader->text.ptr;
	while (reader->position < reader->text.len) {
		const char *quote = memchr(text + reader->position, '"', reader->text.len - reader->position);
		if (quote == NULL) {
			break;
		}
		size_t end = (size_t)(quote - text), slashes = 0;
		while (end - slashes > start && text[end - slashes - 1] == '\\') {
			slashes++;
		}
		reader->position = end + 1;
		if (slashes % 2 == 0) {
			*value = unescape(reader->tmp, str_slice(reader->text, start, end));
			return true;
		}
	}
	reader->position = reader->text.len;
	*value = unescape(reader->tmp, str_skip(reader->text, start));
	return false;
}

/* ---- tokens ---- */

static enum json_token fail(struct json_reader *reader)
{
	reader->expect = EXPECT_DONE;
	return JSON_TOKEN_ERROR;
}

static enum json_token cut(struct json_reader *reader)
{
	reader->expect = EXPECT_DONE;
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

static enum json_token read_word(struct json_reader *reader, struct str *value)
{
	static const struct {
		struct str word;
		enum json_token token;
	} words[] = {{STR_INIT("true"), JSON_TOKEN_TRUE}, {STR_INIT("false"), JSON_TOKEN_FALSE}, {STR_INIT("null"), JSON_TOKEN_NULL}};
	struct str rest = str_skip(reader->text, reader->position);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_starts(rest, words[i].word)) {
			reader->position += words[i].word.len;
			*value = words[i].word;
			value_done(reader);
			return words[i].token;
		}
		if (str_starts(words[i].word, rest)) {
			return cut(reader);
		}
	}
	return fail(reader);
}

static enum json_token read_number(struct json_reader *reader, struct str *value)
{
	size_t start = reader->position;
	while (reader->position < reader->text.len) {
		char byte = reader->text.ptr[reader->position];
		if ((byte < '0' || byte > '9') && byte != '-' && byte != '+' && byte != '.' && byte != 'e' && byte != 'E') {
			break;
		}
		reader->position++;
	}
	*value = str_slice(reader->text, start, reader->position);
	if (value->len == 0 || value->ptr[0] == '+' || value->ptr[0] == '.' || value->ptr[0] == 'e' || value->ptr[0] == 'E') {
		return fail(reader);
	}
	if (reader->position == reader->text.len && reader->depth > 0) {
		return cut(reader);
	}
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
		return read_word(reader, value);
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
	skip_blanks(reader);
	if (reader->position == reader->text.len) {
		return cut(reader);
	}
	if (reader->text.ptr[reader->position] != ':') {
		return fail(reader);
	}
	reader->position++;
	reader->expect = EXPECT_VALUE;
	return JSON_TOKEN_KEY;
}

enum json_token json_reader_next(struct json_reader *reader, struct str *value)
{
	*value = (struct str){NULL, 0};
	if (reader->expect == EXPECT_DONE) {
		return JSON_TOKEN_END;
	}
	skip_blanks(reader);
	if (reader->position == reader->text.len) {
		return cut(reader);
	}
	char byte = reader->text.ptr[reader->position];
	if (reader->expect == EXPECT_COMMA) {
		if (byte == (is_in_object(reader) ? '}' : ']')) {
			return close_level(reader);
		}
		if (byte != ',') {
			return fail(reader);
		}
		reader->position++;
		reader->expect = is_in_object(reader) ? EXPECT_KEY : EXPECT_VALUE;
		return json_reader_next(reader, value);
	}
	if ((reader->expect == EXPECT_FIRST_KEY && byte == '}') || (reader->expect == EXPECT_FIRST_ITEM && byte == ']')) {
		return close_level(reader);
	}
	if (reader->expect == EXPECT_FIRST_KEY || reader->expect == EXPECT_KEY) {
		return read_key(reader, value);
	}
	return read_value(reader, value);
}

struct str json_reader_skip(struct json_reader *reader)
{
	struct str value;
	skip_blanks(reader);
	size_t start = reader->position;
	unsigned depth = reader->depth;
	for (;;) {
		enum json_token token = json_reader_next(reader, &value);
		bool is_end = token == JSON_TOKEN_END || token == JSON_TOKEN_ERROR || token == JSON_TOKEN_CUT;
		if (is_end || (reader->depth == depth && token != JSON_TOKEN_KEY)) {
			return str_slice(reader->text, start, reader->position);
		}
	}
}
