/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/duration.h"
#include "base/json.h"
#include "test.h"

#include <math.h>

/* ---- documents ---- */

static void document_gives_its_values(void **state)
{
	(void)state;
	struct json *document = json_parse(STR("\xef\xbb\xbf {\"a\": [1, 2.5, true, null], \"b\": "
	                                       "\"µs\", \"A\": {}, \"b\": 2}\n"),
	                                   NULL);
	const struct json *list = json_get(document, "a");
	assert_int(json_type(document), JSON_OBJECT);
	assert_int((int64_t)json_count(document), 4);
	assert_int(json_type(list), JSON_ARRAY);
	assert_int((int64_t)json_count(list), 4);
	assert_true(json_number(json_next(json_first(list)), 0) == 2.5);
	assert_true(json_bool(json_next(json_next(json_first(list))), false));
	assert_str(json_get_text(document, "b"), "µs");
	assert_int(json_type(json_get(document, "A")), JSON_OBJECT);
	assert_str(json_key(json_first(document)), "a");
	assert_null(json_get(document, "c"));
	json_destroy(document);
}

static void what_is_not_there_is_accepted(void **state)
{
	(void)state;
	assert_int(json_type(NULL), JSON_NONE);
	assert_null(json_get(NULL, "a"));
	assert_null(json_first(NULL));
	assert_null(json_next(NULL));
	assert_int((int64_t)json_count(NULL), 0);
	assert_str(json_key(NULL), "");
	assert_str(json_get_text(NULL, "a"), "");
	assert_true(json_number(NULL, 7) == 7);
	assert_true(json_bool(NULL, true));
	json_destroy(NULL);
}

static void check_bad_document(struct str text, const char *want)
{
	struct error error = {0};
	assert_null(json_parse(text, &error));
	assert_string_equal(error.text, want);
}

static void bad_document_is_refused_with_position(void **state)
{
	(void)state;
	check_bad_document(STR("{\n  \"a\": 1,\n  }"), "line 3, column 3: not JSON from here on");
	check_bad_document(STR("{\"a\": [1"), "line 1, column 9: the text ends inside a value");
	check_bad_document(STR("{} {}"), "line 1, column 4: something follows the value");
	check_bad_document(STR("[\"\\x\"]"),
	                   "line 1, column 6: the string or number before this is not valid JSON");
	check_bad_document(STR(""), "line 1, column 1: there is no value");
	check_bad_document((struct str){NULL, 0}, "line 1, column 1: there is no value");
	assert_null(json_parse(STR("["), NULL));
}

static void document_has_a_deepest_level(void **state)
{
	(void)state;
	char text[2 * JSON_DEPTH_MAX + 2];
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	check_bad_document((struct str){text, sizeof(text)}, "deeper than 64 levels");
	struct json *document = json_parse((struct str){text + 1, sizeof(text) - 2}, NULL);
	assert_non_null(document);
	json_destroy(document);
}

/* ---- writer ---- */

static void write_sample(struct json_writer *writer)
{
	json_object_begin(writer);
	json_member_text(writer, "a", STR("x"));
	json_write_key(writer, "b");
	json_array_begin(writer);
	json_write_int(writer, -1);
	json_write_bool(writer, true);
	json_array_end(writer);
	json_write_key(writer, "c");
	json_object_begin(writer);
	json_object_end(writer);
	json_member_int(writer, "d", 2);
	json_object_end(writer);
}

static void writer_puts_commas_and_blanks(void **state)
{
	(void)state;
	struct buf out = {0};
	struct json_writer writer;
	json_writer_init(&writer, &out, 0);
	write_sample(&writer);
	assert_str(buf_str(&out), "{\"a\":\"x\",\"b\":[-1,true],\"c\":{},\"d\":2}");
	buf_clear(&out);
	json_writer_init(&writer, &out, 2);
	write_sample(&writer);
	assert_str(buf_str(&out), "{\n  \"a\": \"x\",\n  \"b\": [\n    -1,\n    true\n  ],\n  "
	                          "\"c\": {},\n  \"d\": 2\n}");
	buf_finish(&out);
}

static void check_text(struct str text, const char *want)
{
	struct buf out = {0};
	struct json_writer writer;
	json_writer_init(&writer, &out, 0);
	json_write_text(&writer, text);
	assert_str(buf_str(&out), want);
	buf_finish(&out);
}

static void texts_are_escaped(void **state)
{
	(void)state;
	check_text(STR("\"\\/\n\t\r\b\f"), "\"\\\"\\\\/\\n\\t\\r\\b\\f\"");
	check_text(STR("a\0\x1b\x7f"), "\"a\\u0000\\u001b\\u007f\"");
	check_text(STR("µs 落盘 😀"), "\"µs 落盘 😀\"");
	check_text(STR("\xe2\x80\xae\xc2\x9b\xf3\xa0\x81\x81"), "\"\\u202e\\u009b\\udb40\\udc41\"");
	check_text(STR("\xff"
	               "a\xe8\x90"),
	           "\"\xef\xbf\xbd"
	           "a\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void check_double(double number, unsigned decimals, const char *want)
{
	struct buf out = {0};
	struct json_writer writer;
	json_writer_init(&writer, &out, 0);
	json_write_double(&writer, number, decimals);
	assert_str(buf_str(&out), want);
	buf_finish(&out);
}

static void decimals_are_rounded_and_trimmed(void **state)
{
	(void)state;
	check_double(0.85, 2, "0.85");
	check_double(1.0 / 3, 3, "0.333");
	check_double(2.9996, 3, "3");
	check_double(-1.5, 3, "-1.5");
	check_double(-0.0001, 3, "0");
	check_double(0.05, 2, "0.05");
	check_double(1e15 + 0.5, 0, "1000000000000001");
	check_double(555555555555555, 3, "555555555555555");
	check_double(NAN, 3, "null");
	check_double(-INFINITY, 3, "null");
	check_double(1e300, 3, "null");
}

static void times_and_durations_may_be_none(void **state)
{
	(void)state;
	struct buf out = {0};
	struct json_writer writer;
	json_writer_init(&writer, &out, 0);
	json_array_begin(&writer);
	json_write_time(&writer, 1500 * NS_PER_MS);
	json_write_time(&writer, TIME_NONE);
	json_write_ms(&writer, 1500 * NS_PER_US);
	json_write_ms(&writer, DURATION_NONE);
	json_write_null(&writer);
	json_array_end(&writer);
	assert_str(buf_str(&out), "[\"1970-01-01T00:00:01.5Z\",null,1.5,null,null]");
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(document_gives_its_values),
		cmocka_unit_test(what_is_not_there_is_accepted),
		cmocka_unit_test(bad_document_is_refused_with_position),
		cmocka_unit_test(document_has_a_deepest_level),
		cmocka_unit_test(writer_puts_commas_and_blanks),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(decimals_are_rounded_and_trimmed),
		cmocka_unit_test(times_and_durations_may_be_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
