/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The pull reader against cJSON. What must hold for any bytes:
 *
 * 1. A text that the reader reads to its end without is_loose is a document for cJSON too, with
 *    the same values.
 * 2. A document for json_parse is read to its end, except where cJSON takes a control byte for a
 *    blank, or behind a byte order mark.
 * 3. The beginning of a text that the reader reads to its end is cut, never wrong; its tokens are
 *    the same ones.
 * 4. Skipping ends where reading ends. ERROR and CUT stay. What the writer makes of the tokens is
 *    read again without is_loose, to the same bytes.
 */

#include "base/json.h"

#include <stdlib.h>

enum { CJSON_NUMBER_MAX = 63, CUTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* How the reading of a text ended. */
struct reading {
	enum json_token end;
	size_t position;
	size_t longest_number;
	bool is_loose;
	bool has_value;
};

static bool is_end(enum json_token token)
{
	return token == JSON_TOKEN_END || token == JSON_TOKEN_ERROR || token == JSON_TOKEN_CUT;
}

static void write_number(struct json_writer *writer, struct str text)
{
	double number = 0;
	(void)str_to_double(text, &number);
	json_write_double(writer, number, 3);
}

static void write_token(struct json_writer *writer, enum json_token token, struct str value,
                        struct arena *tmp)
{
	switch (token) {
	case JSON_TOKEN_OBJECT_BEGIN:
		json_object_begin(writer);
		break;
	case JSON_TOKEN_OBJECT_END:
		json_object_end(writer);
		break;
	case JSON_TOKEN_ARRAY_BEGIN:
		json_array_begin(writer);
		break;
	case JSON_TOKEN_ARRAY_END:
		json_array_end(writer);
		break;
	case JSON_TOKEN_KEY:
		json_write_key(writer, arena_cstr(tmp, value));
		break;
	case JSON_TOKEN_STRING:
		json_write_text(writer, value);
		break;
	case JSON_TOKEN_NUMBER:
		write_number(writer, value);
		break;
	case JSON_TOKEN_TRUE:
	case JSON_TOKEN_FALSE:
		json_write_bool(writer, token == JSON_TOKEN_TRUE);
		break;
	case JSON_TOKEN_NULL:
		json_write_null(writer);
		break;
	case JSON_TOKEN_END:
	case JSON_TOKEN_ERROR:
	case JSON_TOKEN_CUT:
		break;
	}
}

/* Read all tokens; writer: gets them, or NULL. */
static struct reading read_all(struct str text, struct arena *tmp, struct json_writer *writer)
{
	struct reading reading = {0};
	struct json_reader reader;
	struct str value;
	json_reader_init(&reader, text, tmp);
	enum json_token token;
	while (token = json_reader_next(&reader, &value), !is_end(token)) {
		reading.has_value = true;
		if (token == JSON_TOKEN_NUMBER && value.len > reading.longest_number) {
			reading.longest_number = value.len;
		}
		if (writer != NULL) {
			write_token(writer, token, value, tmp);
		}
	}
	reading.end = token;
	reading.position = reader.position;
	reading.is_loose = reader.is_loose;
	must(json_reader_next(&reader, &value) == token && value.len == 0);
	return reading;
}

/* Text up to its first NUL: what a cJSON string can hold. */
static struct str until_nul(struct str text)
{
	ptrdiff_t nul = str_find_byte(text, '\0');
	return nul < 0 ? text : str_slice(text, 0, (size_t)nul);
}

/* The reader gives what cJSON has. Depth is bounded by JSON_DEPTH_MAX. */
static void compare(struct json_reader *reader, const struct json *expected)
{
	struct str value;
	enum json_token token = json_reader_next(reader, &value);
	enum json_type type = json_type(expected);
	if (token == JSON_TOKEN_OBJECT_BEGIN || token == JSON_TOKEN_ARRAY_BEGIN) {
		bool is_object = token == JSON_TOKEN_OBJECT_BEGIN;
		must(type == (is_object ? JSON_OBJECT : JSON_ARRAY));
		for (const struct json *item = json_first(expected); item != NULL;
		     item = json_next(item)) {
			if (is_object) {
				must(json_reader_next(reader, &value) == JSON_TOKEN_KEY);
				must(str_equals(until_nul(value), json_key(item)));
			}
			compare(reader, item);
		}
		token = json_reader_next(reader, &value);
		must(token == (is_object ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END));
	} else if (token == JSON_TOKEN_STRING) {
		must(type == JSON_STRING && str_equals(until_nul(value), json_text(expected)));
	} else if (token == JSON_TOKEN_NUMBER) {
		must(type == JSON_NUMBER);
	} else if (token == JSON_TOKEN_NULL) {
		must(type == JSON_NULL);
	} else {
		must(type == JSON_BOOL && json_bool(expected, false) == (token == JSON_TOKEN_TRUE));
	}
}

static void check_cjson(struct str text, const struct reading *reading, struct arena *tmp)
{
	struct error error = {0};
	struct json *document = json_parse(text, &error);
	must(document != NULL || error.is_set);
	bool is_whole = reading->end == JSON_TOKEN_END && reading->has_value &&
	                str_trim(str_skip(text, reading->position)).len == 0;
	if (is_whole && !reading->is_loose && reading->longest_number <= CJSON_NUMBER_MAX) {
		must(document != NULL);
		struct json_reader reader;
		json_reader_init(&reader, text, tmp);
		compare(&reader, document);
	}
	if (document != NULL && !is_whole) {
		bool is_blank_for_cjson = reading->position < text.len &&
		                          (unsigned char)text.ptr[reading->position] < ' ';
		must(is_blank_for_cjson || str_starts(text, STR("\xef\xbb\xbf")));
	}
	json_destroy(document);
}

/* Property 3 for one cut. */
static void check_cut(struct str text, size_t len, struct arena *tmp)
{
	struct json_reader whole, part;
	struct str expected, value;
	json_reader_init(&whole, text, tmp);
	json_reader_init(&part, str_slice(text, 0, len), tmp);
	for (;;) {
		enum json_token token = json_reader_next(&whole, &expected);
		enum json_token cut = json_reader_next(&part, &value);
		must(cut != JSON_TOKEN_ERROR);
		if (cut == JSON_TOKEN_CUT) {
			must(str_starts(expected, value));
			return;
		}
		if (cut == JSON_TOKEN_END) {
			return;
		}
		must(token == cut && (str_equals(value, expected) || token == JSON_TOKEN_NUMBER));
	}
}

static void check_skip(struct str text, const struct reading *reading, struct arena *tmp)
{
	struct json_reader reader;
	json_reader_init(&reader, text, tmp);
	struct str raw = json_reader_skip(&reader);
	must(reader.position == reading->position);
	must((raw.ptr != NULL) == reading->has_value);
	must(str_ends(str_slice(text, 0, reading->position), raw));
}

/* Writes what the text holds. Returns: whether it is a whole value. */
static bool rewrite(struct str text, struct arena *tmp, struct buf *out, unsigned indent)
{
	struct json_writer writer;
	json_writer_init(&writer, out, indent);
	return read_all(text, tmp, &writer).end == JSON_TOKEN_END;
}

static void check_writer(struct str text, struct arena *tmp)
{
	struct buf first = {0}, second = {0};
	must(rewrite(text, tmp, &first, 0));
	must(!read_all(buf_str(&first), tmp, NULL).is_loose);
	must(rewrite(buf_str(&first), tmp, &second, 0) &&
	     str_equals(buf_str(&first), buf_str(&second)));
	buf_clear(&second);
	must(rewrite(text, tmp, &second, 2));
	must(read_all(buf_str(&second), tmp, NULL).position == second.len);
	buf_finish(&first);
	buf_finish(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena tmp;
	arena_init(&tmp);
	struct reading reading = read_all(text, &tmp, NULL);
	check_cjson(text, &reading, &tmp);
	if (reading.end == JSON_TOKEN_END && reading.has_value) {
		size_t step = reading.position / CUTS_MAX + 1;
		for (size_t len = 0; len < reading.position; len += step) {
			check_cut(text, len, &tmp);
			arena_reset(&tmp);
		}
		check_skip(text, &reading, &tmp);
		check_writer(text, &tmp);
	}
	arena_finish(&tmp);
	return 0;
}
