/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <string.h>

/* struct json is cJSON under another name; only this file knows. */
static const cJSON *as_cjson(const struct json *value)
{
	return (const cJSON *)(const void *)value;
}

static struct json *as_json(cJSON *value)
{
	return (struct json *)(void *)value;
}

struct json *json_parse(struct str text, struct error *err)
{
	const char *end = NULL;
	if (str_starts(text, STR("\xef\xbb\xbf"))) {
		text = str_skip(text, 3);
	}
	cJSON *document = cJSON_ParseWithLengthOpts(text.ptr == NULL ? "" : text.ptr, text.len, &end, false);
	if (document == NULL) {
		size_t at = end == NULL || end < text.ptr ? 0 : (size_t)(end - text.ptr), line = 1;
		for (size_t i = 0; i < at && i < text.len; i++) {
			line += text.ptr[i] == '\n' ? 1 : 0;
		}
		error_set(err, "not valid JSON at line %zu", line);
		return NULL;
	}
	if (end != NULL && str_trim(str_skip(text, (size_t)(end - text.ptr))).len > 0) {
		error_set(err, "something follows the JSON document");
		cJSON_Delete(document);
		return NULL;
	}
	return as_json(document);
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
	return json_type(object) != JSON_OBJECT ? NULL : as_json(cJSON_GetObjectItemCaseSensitive(as_cjson(object), key));
}

const struct json *json_first(const struct json *container)
{
	enum json_type type = json_type(container);
	return type == JSON_ARRAY || type == JSON_OBJECT ? as_json(as_cjson(container)->child) : NULL;
}

const struct json *json_next(const struct json *element)
{
	return element == NULL ? NULL : as_json(as_cjson(element)->next);
}

size_t json_count(const struct json *container)
{
	size_t count = 0;
	for (const struct json *item = json_first(container); item != NULL; item = json_next(item)) {
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
	return json_type(value) == JSON_STRING ? str_from(as_cjson(value)->valuestring) : (struct str){NULL, 0};
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
