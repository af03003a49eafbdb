/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the JSON layouts share. One record is one line; it may be wrapped, cut at its end, or cut at
 * its beginning.
 * Source: zapcore json_encoder.go
 */
#include "base/json.h"
#include "format/formats.h"
#include "format/reading.h"

#include <string.h>

enum {
	HEAD_MAX = 400, /* bytes in which the time nearly always stands */
	REPAIRS_MAX = 8 /* of one record */
};

/* ---- the time ---- */

static int64_t parse_time(struct str text, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	int64_t time_ns = clock_parse(text, zone, NULL);
	if (time_ns == TIME_NONE) {
		time_ns = clock_parse_epoch(text);
		*zone = time_ns == TIME_NONE ? CLOCK_ZONE_NONE : CLOCK_ZONE_UTC;
	}
	return time_ns;
}

/* The text of the value behind a key, without quotes; at: behind the key's closing quote. */
static struct str raw_value(struct str line, size_t at)
{
	while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == ':')) {
		at++;
	}
	struct str rest = str_skip(line, at);
	if (str_starts(rest, STR("\""))) {
		rest = str_skip(rest, 1);
		ptrdiff_t end = str_find_byte(rest, '"');
		return end < 0 ? rest : str_slice(rest, 0, (size_t)end);
	}
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '"' && rest.ptr[end] != ',' &&
	       rest.ptr[end] != '}') {
		end++;
	}
	return str_slice(rest, 0, end);
}

/* The time behind one key in the head of a line. */
static int64_t find_time(struct str head, struct str line, struct str key, enum clock_zone *zone)
{
	size_t at = 0;
	for (;;) {
		ptrdiff_t found = str_find(str_skip(head, at), key);
		if (found < 0) {
			return TIME_NONE;
		}
		size_t start = at + (size_t)found;
		at = start + key.len;
		bool is_key = start > 0 && line.ptr[start - 1] == '"' && at < line.len &&
		              line.ptr[at] == '"' && (start < 2 || line.ptr[start - 2] != '\\');
		if (is_key) {
			int64_t time_ns = parse_time(raw_value(line, at + 1), zone);
			if (time_ns != TIME_NONE) {
				return time_ns;
			}
		}
	}
}

/* The time as second member, behind the level, where zap puts it. */
static int64_t time_behind_level(struct str line, struct str key, enum clock_zone *zone)
{
	enum { LEVEL_MAX = 8, VALUE_MAX = 48 };
	static const struct str start = STR_INIT("{\"level\":\"");
	struct str rest = str_skip(line, start.len);
	ptrdiff_t level = str_find_byte(str_slice(rest, 0, LEVEL_MAX), '"');
	if (level < 0 || !str_starts(line, start)) {
		return TIME_NONE;
	}
	rest = str_skip(rest, (size_t)level);
	struct str behind = str_skip(rest, 3 + key.len);
	if (!str_starts(rest, STR("\",\"")) || !str_starts(str_skip(rest, 3), key) ||
	    !str_starts(behind, STR("\""))) {
		return TIME_NONE;
	}
	struct str value = raw_value(behind, 1);
	return value.len <= VALUE_MAX && str_find_byte(value, '\n') < 0 ? parse_time(value, zone)
	                                                                : TIME_NONE;
}

int64_t format_json_date(struct str line, const struct str *times, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	int64_t near_ns = time_behind_level(line, times[0], zone);
	if (near_ns != TIME_NONE) {
		return near_ns;
	}
	struct str first = format_first_line(line);
	for (size_t i = 0; times[i].len > 0; i++) {
		int64_t time_ns = find_time(str_slice(first, 0, HEAD_MAX), first, times[i], zone);
		if (time_ns == TIME_NONE && first.len > HEAD_MAX) {
			time_ns = find_time(first, first, times[i], zone);
		}
		if (time_ns != TIME_NONE) {
			return time_ns;
		}
	}
	return TIME_NONE;
}

/* ---- members ---- */

static bool is_named(struct str key, const struct str *names)
{
	for (size_t i = 0; names[i].len > 0; i++) {
		if (str_equals(key, names[i])) {
			return true;
		}
	}
	return false;
}

static void take_member(const struct format_json_names *names, struct arena *tmp,
                        struct record *record, struct str key, struct str value)
{
	enum clock_zone zone;
	if (is_named(key, names->times) && record->time_ns != TIME_NONE &&
	    parse_time(value, &zone) == record->time_ns) {
		return;
	}
	if (record->level == FORMAT_LEVEL_NONE && is_named(key, names->levels)) {
		record->level = format_level_of(value);
	} else if (record->message.len == 0 && is_named(key, names->messages)) {
		record->message = value;
	} else if (record->caller.len == 0 && is_named(key, names->callers)) {
		record->caller = value;
	} else if (record->logger.len == 0 && str_equals(key, STR("logger"))) {
		record->logger = value;
	} else {
		format_add_field(record, tmp, key, value);
	}
}

/* A value that breaks off. */
static void take_cut_member(const struct format_json_names *names, struct arena *tmp,
                            struct record *record, struct str key, struct str value)
{
	record->is_cut = true;
	if (value.len == 0 || is_named(key, names->times) || is_named(key, names->levels)) {
		return;
	}
	if (is_named(key, names->messages) || is_named(key, names->callers)) {
		take_member(names, tmp, record, key, value);
	} else {
		format_add_cut_field(record, tmp, key, value);
	}
}

/* Read the value behind a key. Returns: false when it breaks off. */
static bool read_value(struct json_reader *reader, struct str *value)
{
	struct json_reader before = *reader;
	enum json_token token = json_reader_next(reader, value);
	if (token == JSON_TOKEN_OBJECT_BEGIN || token == JSON_TOKEN_ARRAY_BEGIN) {
		*reader = before;
		*value = json_reader_skip(reader);
		return str_ends(*value, STR("}")) || str_ends(*value, STR("]"));
	}
	if (token == JSON_TOKEN_TRUE || token == JSON_TOKEN_FALSE) {
		*value = token == JSON_TOKEN_TRUE ? STR("true") : STR("false");
	} else if (token == JSON_TOKEN_NULL) {
		*value = STR("null");
	}
	if (token == JSON_TOKEN_NUMBER && reader->position < reader->text.len &&
	    str_find_byte(STR(",}] \t\n"), reader->text.ptr[reader->position]) < 0) {
		return false; /* "5x8": digits were blanked */
	}
	return token != JSON_TOKEN_CUT && token != JSON_TOKEN_ERROR;
}

/* Returns: what ended the members. */
static enum json_token read_members(struct json_reader *reader,
                                    const struct format_json_names *names, struct arena *tmp,
                                    struct record *record)
{
	struct str key, value;
	enum json_token token;
	while ((token = json_reader_next(reader, &key)) == JSON_TOKEN_KEY) {
		value = (struct str){NULL, 0};
		if (read_value(reader, &value)) {
			take_member(names, tmp, record, key, value);
		} else {
			take_cut_member(names, tmp, record, key, value);
		}
	}
	return token;
}

/* '{' and the text. */
static struct str with_brace(struct str text, struct arena *tmp)
{
	char *copy = arena_alloc(tmp, text.len + 1, 1);
	copy[0] = '{';
	memcpy(copy + 1, text.ptr, text.len);
	return (struct str){copy, text.len + 1};
}

/*
 * Read an object; where somebody edited it so that it is not JSON any more (ids blanked with x,
 * Markdown), go on behind the next comma.
 *
 * Returns: whether its end was seen
 */
static bool read_object(struct str text, const struct format_json_names *names, struct arena *tmp,
                        struct record *record)
{
	for (int i = 0; i < REPAIRS_MAX; i++) {
		struct json_reader reader;
		struct str unused;
		json_reader_init(&reader, text, tmp);
		if (json_reader_next(&reader, &unused) != JSON_TOKEN_OBJECT_BEGIN) {
			return false;
		}
		enum json_token token = read_members(&reader, names, tmp, record);
		record->is_cut = token != JSON_TOKEN_OBJECT_END;
		ptrdiff_t comma = str_find(str_skip(text, reader.position), STR(",\""));
		if (token != JSON_TOKEN_ERROR || comma < 0) {
			break;
		}
		text = with_brace(str_skip(text, reader.position + (size_t)comma + 1), tmp);
	}
	return !record->is_cut;
}

/* The object in a line, made whole where its beginning is missing: `ller":"a.go:1","msg":"b"}` */
static struct str find_object(struct str text, struct arena *tmp)
{
	if (str_starts(text, STR("{"))) {
		return text;
	}
	ptrdiff_t object = str_find(text, STR("{\"level\":"));
	if (object >= 0) {
		return str_skip(text, (size_t)object);
	}
	if (str_starts(text, STR("\""))) {
		return with_brace(text, tmp);
	}
	ptrdiff_t comma = str_find(text, STR("\",\""));
	return comma < 0 ? (struct str){NULL, 0}
	                 : with_brace(str_skip(text, (size_t)comma + 2), tmp);
}

static void reset(struct record *record)
{
	*record = (struct record){.text = record->text,
	                          .time_ns = record->time_ns,
	                          .zone = record->zone,
	                          .format = record->format};
}

bool format_json_members(struct str text, const struct format_json_names *names, struct arena *tmp,
                         struct record *record)
{
	struct str line = format_first_line(text);
	struct str object = find_object(line, tmp);
	record->time_ns = format_json_date(line, names->times, &record->zone);
	if (!read_object(object, names, tmp, record) && line.len < text.len) {
		reset(record);
		read_object(find_object(format_join_lines(text, tmp), tmp), names, tmp, record);
	}
	return object.len > 0;
}
