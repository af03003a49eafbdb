/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/text.h"

#include <cjson/cJSON.h>

/* struct json is cJSON under another name; only this file knows. */
static const cJSON *as_cjson(const struct json *value)
{
	return (const cJSON *)(const void *)value;
}

static struct json *as_json(cJSON *value)
{
	return (struct json *)(void *)value;
}

/* Say what is wrong, with the line and column, from 1, of a position. */
static void set_position_error(struct error *err, struct str text, size_t position,
                               const char *what)
{
	size_t line = 1, start = 0;
	for (size_t i = 0; i < position && i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	error_set(err, "line %zu, column %zu: %s", line, position - start + 1, text_said(what));
}

/*
 * What is wrong with a text that cJSON refused, which itself gives a position only. The pull reader
 * says more, but is more patient with strings and numbers.
 */
static void explain(struct str text, size_t position, struct error *err)
{
	struct json_reader reader;
	struct str value;
	enum json_token token;
	struct arena tmp;
	arena_init(&tmp);
	json_reader_init(&reader, text, &tmp);
	do {
		arena_reset(&tmp);
		token = json_reader_next(&reader, &value);
	} while (token > JSON_TOKEN_CUT && !reader.is_loose);
	arena_finish(&tmp);
	const char *what = TEXT_MARK("not JSON from here on");
	if (reader.is_loose) {
		what = TEXT_MARK("the string or number before this is not valid JSON");
	} else if (token == JSON_TOKEN_CUT) {
		what = TEXT_MARK("the text ends inside a value");
	} else if (token == JSON_TOKEN_END && position == 0) {
		what = TEXT_MARK("there is no value");
	}
	set_position_error(err, text, token == JSON_TOKEN_END ? position : reader.position, what);
}

static bool is_too_deep(const cJSON *value, unsigned depth)
{
	if (depth > JSON_DEPTH_MAX && (value->type & (cJSON_Array | cJSON_Object)) != 0) {
		return true;
	}
	for (const cJSON *item = value->child; item != NULL; item = item->next) {
		if (is_too_deep(item, depth + 1)) {
			return true;
		}
	}
	return false;
}

struct json *json_parse(struct str text, struct error *err)
{
	const char *end = NULL;
	struct str body = str_skip(text, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0);
	body = body.len > 0 ? body : STR("");
	cJSON *document = cJSON_ParseWithLengthOpts(body.ptr, body.len, &end, false);
	size_t used = end == NULL ? 0 : (size_t)(end - body.ptr);
	if (document == NULL) {
		explain(body, used, err);
		return NULL;
	}
	struct str rest = str_trim(str_skip(body, used));
	if (rest.len > 0) {
		set_position_error(err, body, (size_t)(rest.ptr - body.ptr),
		                   "something follows the value");
	} else if (is_too_deep(document, 1)) {
		error_set(err, "deeper than %d levels", JSON_DEPTH_MAX);
	} else {
		return as_json(document);
	}
	cJSON_Delete(document);
	return NULL;
}

void json_destroy(struct json *document)
{
	cJSON_Delete((cJSON *)(void *)document);
}

enum json_type json_type(const struct json *value)
{
	if (value == NULL) {
		return JSON_NONE;
	}
	switch (as_cjson(value)->type & 0xff) {
	case cJSON_NULL:
		return JSON_NULL;
	case cJSON_False:
	case cJSON_True:
		return JSON_BOOL;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NONE;
	}
}

const struct json *json_get(const struct json *object, const char *key)
{
	return json_type(object) != JSON_OBJECT
	               ? NULL
	               : as_json(cJSON_GetObjectItemCaseSensitive(as_cjson(object), key));
}

const struct json *json_first(const struct json *container)
{
	enum json_type type = json_type(container);
	return type == JSON_ARRAY || type == JSON_OBJECT ? as_json(as_cjson(container)->child)
	                                                 : NULL;
}

const struct json *json_next(const struct json *element)
{
	return element == NULL ? NULL : as_json(as_cjson(element)->next);
}

size_t json_count(const struct json *container)
{
	size_t count = 0;
	for (const struct json *item = json_first(container); item != NULL;
	     item = json_next(item)) {
		count++;
	}
	return count;
}

struct str json_key(const struct json *member)
{
	return member == NULL ? (struct str){NULL, 0} : str_from(as_cjson(member)->string);
}

struct str json_text(const struct json *value)
{
	return json_type(value) == JSON_STRING ? str_from(as_cjson(value)->valuestring)
	                                       : (struct str){NULL, 0};
}

struct str json_get_text(const struct json *object, const char *key)
{
	return json_text(json_get(object, key));
}

double json_number(const struct json *value, double otherwise)
{
	return json_type(value) == JSON_NUMBER ? as_cjson(value)->valuedouble : otherwise;
}

bool json_bool(const struct json *value, bool otherwise)
{
	return json_type(value) == JSON_BOOL ? cJSON_IsTrue(as_cjson(value)) : otherwise;
}
