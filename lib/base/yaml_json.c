/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml_json.h"

#include <yaml.h>

enum { YAML_VALUES_MAX = 500000 };

/* One level of the document that is being written. */
struct level {
	bool is_mapping;
	bool is_key_next; /* of a mapping */
};

struct converter {
	struct json_writer writer;
	struct arena tmp;
	struct level levels[JSON_DEPTH_MAX];
	unsigned depth;
	size_t values;
	bool is_done, has_value;
};

static bool is_number(struct str text)
{
	double number;
	if (text.len == 0 || text.len > 32 || !str_to_double(text, &number)) {
		return false;
	}
	char last = text.ptr[text.len - 1], first = text.ptr[0];
	return ((first >= '0' && first <= '9') || first == '-') && last >= '0' && last <= '9';
}

static void write_plain(struct converter *to, struct str text)
{
	static const struct str yes[] = {STR_INIT("true"), STR_INIT("True"), STR_INIT("TRUE")};
	static const struct str no[] = {STR_INIT("false"), STR_INIT("False"), STR_INIT("FALSE")};
	static const struct str none[] = {STR_INIT(""), STR_INIT("~"), STR_INIT("null"),
	                                  STR_INIT("Null"), STR_INIT("NULL")};
	double number;
	if (str_is_any(text, yes, 3) || str_is_any(text, no, 3)) {
		json_write_bool(&to->writer, str_is_any(text, yes, 3));
	} else if (str_is_any(text, none, 5)) {
		json_write_null(&to->writer);
	} else if (is_number(text) && str_to_double(text, &number)) {
		json_write_double(&to->writer, number, 9);
	} else {
		json_write_text(&to->writer, text);
	}
}

/* Whether the next scalar is a key; after it comes the value. */
static bool takes_key(struct converter *to)
{
	struct level *level = to->depth == 0 ? NULL : &to->levels[to->depth - 1];
	if (level == NULL || !level->is_mapping) {
		return false;
	}
	level->is_key_next = !level->is_key_next;
	return !level->is_key_next;
}

static void take_scalar(struct converter *to, const yaml_event_t *event)
{
	struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	if (takes_key(to)) {
		json_write_key(&to->writer, arena_cstr(&to->tmp, text));
	} else if (event->data.scalar.plain_implicit) {
		write_plain(to, text);
	} else {
		json_write_text(&to->writer, text);
	}
}

/* Returns: false when it is too deep, or stands where a key should. */
static bool open_level(struct converter *to, bool is_mapping)
{
	if (to->depth + 1 >= JSON_DEPTH_MAX || takes_key(to)) {
		return false;
	}
	to->levels[to->depth++] = (struct level){is_mapping, is_mapping};
	to->has_value = true;
	if (is_mapping) {
		json_object_begin(&to->writer);
	} else {
		json_array_begin(&to->writer);
	}
	return true;
}

static void close_level(struct converter *to)
{
	const struct level *level = &to->levels[--to->depth];
	if (level->is_mapping && !level->is_key_next) {
		json_write_null(&to->writer);
	}
	if (level->is_mapping) {
		json_object_end(&to->writer);
	} else {
		json_array_end(&to->writer);
	}
	to->is_done = to->depth == 0;
}

/* Returns: false when it cannot go on. */
static bool take(struct converter *to, const yaml_event_t *event)
{
	if (to->values++ > YAML_VALUES_MAX) {
		return false;
	}
	switch (event->type) {
	case YAML_MAPPING_START_EVENT:
		return open_level(to, true);
	case YAML_SEQUENCE_START_EVENT:
		return open_level(to, false);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_level(to);
		return true;
	case YAML_SCALAR_EVENT:
		if (to->depth > 0) {
			take_scalar(to, event);
		}
		return to->depth > 0;
	case YAML_ALIAS_EVENT:
		if (to->depth == 0 || takes_key(to)) {
			return false;
		}
		json_write_null(&to->writer);
		return true;
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return false;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	default:
		return true;
	}
}

static void convert(struct converter *to, struct str text)
{
	yaml_parser_t parser;
	if (yaml_parser_initialize(&parser) == 0) {
		memory_fail(sizeof(parser));
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
	bool goes_on = true;
	while (goes_on && !to->is_done) {
		yaml_event_t event;
		if (yaml_parser_parse(&parser, &event) == 0) {
			break;
		}
		goes_on = take(to, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

struct json *yaml_parse(struct str text, bool *is_cut)
{
	struct buf out = {0};
	struct converter to = {0};
	struct json *document = NULL;
	arena_init(&to.tmp);
	json_writer_init(&to.writer, &out, 0);
	if (text.len > 0) {
		convert(&to, str_slice(text, 0, YAML_SIZE_MAX));
	}
	if (is_cut != NULL) {
		*is_cut = to.depth > 0;
	}
	while (to.depth > 0) {
		close_level(&to);
	}
	if (to.has_value) {
		document = json_parse(buf_str(&out), NULL);
	}
	arena_finish(&to.tmp);
	buf_finish(&out);
	return document;
}
