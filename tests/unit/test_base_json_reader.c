/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "test.h"

#include <stdio.h>

static void note_token(struct buf *out, enum json_token token, struct str value)
{
	static const char *const words[] = {"END", "ERROR", "CUT", "{",    "}",     "[",   "]",
	                                    "k:",  "s:",    "n:",  "true", "false", "null"};
	buf_printf(out, "%s%s" STR_FMT, out->len > 0 ? " " : "", words[token], STR_ARG(value));
}

/* All tokens of a text, blanks between them: "{ k:a n:1 } END". */
static void check_tokens(struct str text, const char *want)
{
	struct arena tmp = {0};
	struct buf tokens = {0};
	struct json_reader reader;
	struct str value;
	enum json_token token;
	json_reader_init(&reader, text, &tmp);
	do {
		token = json_reader_next(&reader, &value);
		note_token(&tokens, token, value);
	} while (token > JSON_TOKEN_CUT);
	assert_str(buf_str(&tokens), want);
	assert_int(json_reader_next(&reader, &value), token);
	assert_int((int64_t)value.len, 0);
	buf_finish(&tokens);
	arena_finish(&tmp);
}

static void tokens_come_in_order(void **state)
{
	(void)state;
	check_tokens(
		STR(" {\"a\" : [1, -2.50e+07,{}, []],\"b\":{\"c\":null}, \"d\":true,\"e\":false} "),
		"{ k:a [ n:1 n:-2.50e+07 { } [ ] ] k:b { k:c null } k:d true k:e false } END");
	check_tokens(STR("7811232487921392653"), "n:7811232487921392653 END");
	check_tokens(STR("{\"error\":\"a\",\"error\":\"b\"}"), "{ k:error s:a k:error s:b } END");
	check_tokens(STR("{\"a\":1}{\"b\":2}"), "{ k:a n:1 } END");
	check_tokens(STR(" \n"), "END");
	check_tokens((struct str){NULL, 0}, "END");
}

static void escapes_are_decoded(void **state)
{
	(void)state;
	check_tokens(STR("\"\\\"\\\\\\/\\t\\n\\r\\b\\f\""), "s:\"\\/\t\n\r\b\f END");
	check_tokens(STR("\"\\u00b5s \\u843d \\ud83d\\ude00\""), "s:µs 落 😀 END");
	check_tokens(STR("{\"\\u006bey\":\"C:\\\\\"}"), "{ k:key s:C:\\ } END");
	check_tokens(STR("\"\xff\xc3 raw\""), "s:\xff\xc3 raw END");
}

static void broken_escapes_stay_readable(void **state)
{
	(void)state;
	check_tokens(STR("\"C:\\dir \\u12 \\\""), "CUTC:\\dir \\u12 \"");
	check_tokens(STR("\"C:\\dir \\u12 x\""), "s:C:\\dir \\u12 x END");
	check_tokens(STR("\"\\ud83d \\ude00\""), "s:\xef\xbf\xbd \xef\xbf\xbd END");
	check_tokens(STR("\"\\ud83d\\u0041\""), "s:\xef\xbf\xbd"
	                                        "A END");
}

static void cut_text_is_told_from_wrong_text(void **state)
{
	(void)state;
	check_tokens(STR("{\"msg\":\"slow fdata"), "{ k:msg CUTslow fdata");
	check_tokens(STR("{\"msg\":\"a\\"), "{ k:msg CUTa");
	check_tokens(STR("{\"msg\":\"a\\u00b"), "{ k:msg CUTa");
	check_tokens(STR("{\"msg\":\"a\\\\\\ud83d\\u"), "{ k:msg CUTa\\");
	check_tokens(STR("{\"took\":12"), "{ k:took CUT12");
	check_tokens(STR("{\"too"), "{ CUTtoo");
	check_tokens(STR("{\"took\""), "{ CUTtook");
	check_tokens(STR("{\"took\":"), "{ k:took CUT");
	check_tokens(STR("[tr"), "[ CUT");
	check_tokens(STR("[1,"), "[ n:1 CUT");
	check_tokens(STR("["), "[ CUT");
}

static void wrong_text_is_an_error(void **state)
{
	(void)state;
	check_tokens(STR("[1,]"), "[ n:1 ERROR");
	check_tokens(STR("[1 2]"), "[ n:1 ERROR");
	check_tokens(STR("{\"a\" 1}"), "{ ERRORa");
	check_tokens(STR("{\"a\":}"), "{ k:a ERROR");
	check_tokens(STR("{a:1}"), "{ ERROR");
	check_tokens(STR("{\"a\":1]"), "{ k:a n:1 ERROR");
	check_tokens(STR("[2024/05/01 10:02]"), "[ n:2024 ERROR");
	check_tokens(STR("[trux]"), "[ ERROR");
	check_tokens(STR("[+1]"), "[ ERROR");
	check_tokens(STR("plain"), "ERROR");
}

static void levels_are_bounded(void **state)
{
	(void)state;
	char text[JSON_DEPTH_MAX + 1];
	struct arena tmp = {0};
	struct json_reader reader;
	struct str value;
	memset(text, '[', sizeof(text));
	json_reader_init(&reader, (struct str){text, sizeof(text)}, &tmp);
	for (int i = 0; i < JSON_DEPTH_MAX; i++) {
		assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ARRAY_BEGIN);
	}
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ERROR);
	arena_finish(&tmp);
}

static bool is_loose(struct str text)
{
	struct arena tmp = {0};
	struct json_reader reader;
	struct str value;
	json_reader_init(&reader, text, &tmp);
	while (json_reader_next(&reader, &value) > JSON_TOKEN_CUT) {
	}
	arena_finish(&tmp);
	return reader.is_loose;
}

static void looseness_is_told(void **state)
{
	(void)state;
	assert_false(is_loose(STR("[0, -0.5, 10, 1e5, 1.25E-07, \"\\u00b5\\ud83d\\ude00\\/\"]")));
	assert_true(is_loose(STR("[01]")) && is_loose(STR("[1.]")) && is_loose(STR("[-]")) &&
	            is_loose(STR("[1e]")));
	assert_true(is_loose(STR("[1-2]")) && is_loose(STR("[1.2.3]")));
	assert_true(is_loose(STR("[\"\\x\"]")) && is_loose(STR("[\"\\ud83d\"]")) &&
	            is_loose(STR("[\"\\u12\"]")));
}

static void skipping_gives_raw_text(void **state)
{
	(void)state;
	struct arena tmp = {0};
	struct json_reader reader;
	struct str value;
	json_reader_init(&reader,
	                 STR("{\"a\": {\"x\":[1,\"]\"]} , \"b\":[1, {\"c\":\"\\u00b5\"},true]}"),
	                 &tmp);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_OBJECT_BEGIN);
	assert_null(json_reader_skip(&reader).ptr);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_KEY);
	assert_str(json_reader_skip(&reader), "{\"x\":[1,\"]\"]}");
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_KEY);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ARRAY_BEGIN);
	assert_str(json_reader_skip(&reader), "1");
	assert_str(json_reader_skip(&reader), "{\"c\":\"\\u00b5\"}");
	assert_str(json_reader_skip(&reader), "true");
	assert_null(json_reader_skip(&reader).ptr);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ARRAY_END);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_OBJECT_END);
	arena_finish(&tmp);
}

static void skipping_does_not_hide_a_cut(void **state)
{
	(void)state;
	struct arena tmp = {0};
	struct json_reader reader;
	struct str value;
	json_reader_init(&reader, STR("[{\"a\":\"b"), &tmp);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ARRAY_BEGIN);
	assert_str(json_reader_skip(&reader), "{\"a\":\"b");
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_CUT);
	json_reader_init(&reader, STR("[{\"a\":x}]"), &tmp);
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ARRAY_BEGIN);
	assert_str(json_reader_skip(&reader), "{\"a\":");
	assert_int(json_reader_next(&reader, &value), JSON_TOKEN_ERROR);
	arena_finish(&tmp);
}

/* ---- reader against cJSON ---- */

/* What the tokens of a value of a document would be. */
static void note_document(struct buf *out, const struct json *value)
{
	enum json_type type = json_type(value);
	bool is_object = type == JSON_OBJECT, is_container = is_object || type == JSON_ARRAY;
	if (is_container) {
		note_token(out, is_object ? JSON_TOKEN_OBJECT_BEGIN : JSON_TOKEN_ARRAY_BEGIN,
		           STR(""));
		for (const struct json *item = json_first(value); item != NULL;
		     item = json_next(item)) {
			if (is_object) {
				note_token(out, JSON_TOKEN_KEY, json_key(item));
			}
			note_document(out, item);
		}
		note_token(out, is_object ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END, STR(""));
	} else if (type == JSON_STRING) {
		note_token(out, JSON_TOKEN_STRING, json_text(value));
	} else if (type == JSON_NUMBER) {
		char number[32];
		snprintf(number, sizeof(number), "%g", json_number(value, 0));
		note_token(out, JSON_TOKEN_NUMBER, str_from(number));
	} else {
		note_token(out,
		           type == JSON_NULL         ? JSON_TOKEN_NULL
		           : json_bool(value, false) ? JSON_TOKEN_TRUE
		                                     : JSON_TOKEN_FALSE,
		           STR(""));
	}
}

static void reader_agrees_with_cjson(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"{}",
		"[]",
		"[[[]],{}]",
		"null",
		"true",
		"-7",
		"\"\"",
		"{\"\":\"\"}",
		"{\"level\":\"warn\",\"ts\":\"2024-03-12T08:21:04.512Z\",\"took\":\"1.2s\",\"n\":["
		"1,2.5]}",
		"{\"a\":1,\"a\":2,\"A\":{\"a\":[null,false]}}",
		"[\"\\u0041\\u00b5\\u843d\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"raw \t "
		"tab\"]",
		"[\"\xff\xfe\", \"\xe8\x90\"]",
		"\n[ 1 ,\t2 ]\r\n",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf want = {0};
		struct json *document = json_parse(str_from(texts[i]), NULL);
		assert_non_null(document);
		note_document(&want, document);
		buf_add(&want, STR(" END"));
		buf_byte(&want, '\0');
		check_tokens(str_from(texts[i]), want.ptr);
		json_destroy(document);
		buf_finish(&want);
	}
}

static void reader_refuses_what_cjson_refuses(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",    "{",        "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}",      "[1 2]", "nul",
		"\"a", "[\"\\u12", "'a'",  "[}",      "{]",       "{\"a\":1,}", "+1",    ".5"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct arena tmp = {0};
		struct json_reader reader;
		struct str value;
		enum json_token token, last = JSON_TOKEN_END;
		assert_null(json_parse(str_from(texts[i]), NULL));
		json_reader_init(&reader, str_from(texts[i]), &tmp);
		while ((token = json_reader_next(&reader, &value)) > JSON_TOKEN_CUT) {
			last = token;
		}
		assert_true(token == JSON_TOKEN_ERROR || token == JSON_TOKEN_CUT ||
		            last == JSON_TOKEN_END);
		arena_finish(&tmp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_come_in_order),
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(broken_escapes_stay_readable),
		cmocka_unit_test(cut_text_is_told_from_wrong_text),
		cmocka_unit_test(wrong_text_is_an_error),
		cmocka_unit_test(levels_are_bounded),
		cmocka_unit_test(looseness_is_told),
		cmocka_unit_test(skipping_gives_raw_text),
		cmocka_unit_test(skipping_does_not_hide_a_cut),
		cmocka_unit_test(reader_agrees_with_cjson),
		cmocka_unit_test(reader_refuses_what_cjson_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
