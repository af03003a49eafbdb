/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object an entry, as log stores, journald and stern write them; the line is under one of
 * many names. */
#include "base/json.h"
#include "line/export.h"
#include "line/shape.h"

#include <string.h>

enum { DEPTH_MAX = 16 };

/* One object that is open. */
struct level {
	struct str parent; /* key that it is the value of */
	struct str key;    /* of the member that comes */
	size_t start;      /* of its first byte */
	bool has_message, has_level, has_clock, has_caller;
};

struct walk {
	struct json_reader reader;
	struct export_entry entry;
	struct arena *tmp;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	size_t text_at;    /* where the text's value ends */
	struct str record; /* an object inside that is a record of a program */
	size_t record_at;
	bool is_app; /* the entry itself is one */
};

static bool is_any(struct str key, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(key, names[i])) {
			return true;
		}
	}
	return false;
}

static void note_key(struct level *level, struct str key)
{
	static const struct str clocks[] = {STR_INIT("ts"), STR_INIT("time"), STR_INIT("timestamp"),
	                                    STR_INIT("@timestamp")};
	static const struct str levels[] = {STR_INIT("level"), STR_INIT("severity")};
	level->key = key;
	level->has_message |= str_equals(key, STR("msg")) || str_equals(key, STR("message"));
	level->has_level |= is_any(key, levels, sizeof(levels) / sizeof(levels[0]));
	level->has_clock |= is_any(key, clocks, sizeof(clocks) / sizeof(clocks[0]));
	level->has_caller |= str_equals(key, STR("caller"));
}

static bool is_record(const struct level *level)
{
	return level->has_message && (level->has_caller || (level->has_level && level->has_clock));
}

static void close_object(struct walk *walk)
{
	struct level *level = &walk->levels[--walk->depth];
	if (!is_record(level)) {
		return;
	}
	if (walk->depth == 0) {
		walk->is_app = true;
	} else if (walk->record.len == 0) {
		walk->record = str_slice(walk->reader.text, level->start, walk->reader.position);
		walk->record_at = level->start;
	}
}

/* journald writes what is not UTF-8 as an array of bytes, and a field that is there twice as an
 * array of texts; Elasticsearch each of the fields that were asked for as an array. */
static struct str decode_array(struct str raw, struct arena *tmp)
{
	struct json_reader reader;
	struct str value;
	char *out = arena_alloc(tmp, raw.len + 1, 1);
	size_t len = 0;
	json_reader_init(&reader, raw, tmp);
	enum json_token token = json_reader_next(&reader, &value);
	while (token != JSON_TOKEN_END && token != JSON_TOKEN_ERROR && token != JSON_TOKEN_CUT) {
		token = json_reader_next(&reader, &value);
		uint64_t byte;
		if (token == JSON_TOKEN_NUMBER && str_to_uint64(value, &byte) && byte < 256) {
			out[len++] = (char)byte;
		} else if (token == JSON_TOKEN_STRING && value.len > 0 &&
		           len + value.len + 1 < raw.len) {
			if (len > 0) {
				out[len++] = '\n';
			}
			memcpy(out + len, value.ptr, value.len);
			len += value.len;
		}
	}
	return (struct str){out, len};
}

/* A value whose type is told by the token that was read; `before` is the reader in front of it. */
static bool take_value(struct walk *walk, enum json_token token, struct str value,
                       const struct json_reader *before)
{
	struct level *level = &walk->levels[walk->depth - 1];
	unsigned rank = 0;
	enum export_field field = export_field_of(level->parent, level->key, &rank);
	if (token == JSON_TOKEN_OBJECT_BEGIN && walk->depth < DEPTH_MAX) {
		walk->levels[walk->depth++] =
			(struct level){.parent = level->key, .start = walk->reader.position - 1};
		return true;
	}
	if (token == JSON_TOKEN_ARRAY_BEGIN || token == JSON_TOKEN_OBJECT_BEGIN) {
		walk->reader = *before;
		struct str raw = json_reader_skip(&walk->reader);
		if (field == EXPORT_OTHER || token == JSON_TOKEN_OBJECT_BEGIN || raw.ptr == NULL) {
			return raw.ptr != NULL;
		}
		value = decode_array(raw, walk->tmp);
	}
	bool is_text = token == JSON_TOKEN_STRING || token == JSON_TOKEN_ARRAY_BEGIN ||
	               token == JSON_TOKEN_CUT;
	bool is_time = field == EXPORT_TIME && token == JSON_TOKEN_NUMBER;
	if ((is_text || is_time) && export_set(&walk->entry, field, rank, value)) {
		walk->text_at = walk->reader.position;
	}
	return true;
}

/* Go through all members. Returns: whether it was an object at all. */
static bool walk_entry(struct walk *walk)
{
	struct str value;
	if (json_reader_next(&walk->reader, &value) != JSON_TOKEN_OBJECT_BEGIN) {
		return false;
	}
	walk->depth = 1;
	while (walk->depth > 0) {
		enum json_token token = json_reader_next(&walk->reader, &value);
		if (token == JSON_TOKEN_OBJECT_END) {
			close_object(walk);
			continue;
		}
		if (token != JSON_TOKEN_KEY) {
			break;
		}
		note_key(&walk->levels[walk->depth - 1], value);
		struct json_reader before = walk->reader;
		token = json_reader_next(&walk->reader, &value);
		if (token == JSON_TOKEN_ERROR || !take_value(walk, token, value, &before)) {
			break;
		}
		walk->entry.wrap->is_cut |= token == JSON_TOKEN_CUT;
	}
	walk->is_app |= is_record(&walk->levels[0]);
	return true;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	if (line.ptr[0] != '{') {
		struct str rest = str_trim(line);
		return str_starts(rest, STR("\"MESSAGE\" : \"")) ? 40 : 0;
	}
	size_t i = 1;
	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t' || line.ptr[i] == '\r')) {
		i++;
	}
	return i < line.len && line.ptr[i] == '"' ? 40 : 0;
}

/* Line ends of a record of a document, before a place in it. */
static void move_down(struct wrap *wrap, struct str text, size_t at)
{
	struct str head = str_slice(text, 0, at);
	ptrdiff_t end;
	while ((end = str_find_byte(head, '\r')) >= 0) {
		wrap->number++;
		head = str_skip(head, (size_t)end + 1);
	}
}

static struct str without_end(struct str text)
{
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) {
		text.len--;
	}
	return text;
}

/* One member of `journalctl -o json-pretty` that was picked out with grep. */
static enum wrap_result peel_member(struct wrap_context *context, struct wrap *wrap)
{
	struct json_reader reader;
	struct str line = str_trim(wrap->text), value;
	json_reader_init(&reader, str_skip(line, 12), context->tmp);
	enum json_token token = json_reader_next(&reader, &value);
	if (token != JSON_TOKEN_STRING && token != JSON_TOKEN_CUT) {
		return WRAP_REFUSED;
	}
	wrap->is_cut |= token == JSON_TOKEN_CUT;
	wrap->text = without_end(value);
	return WRAP_PEELED;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	if (wrap->text.ptr[0] != '{') {
		return peel_member(context, wrap);
	}
	struct walk *walk = arena_new(context->tmp, struct walk);
	struct str line = wrap->text;
	walk->tmp = context->tmp;
	export_begin(&walk->entry, wrap);
	json_reader_init(&walk->reader, line, context->tmp);
	if (!walk_entry(walk)) {
		return WRAP_REFUSED;
	}
	struct str text = without_end(walk->entry.text);
	bool has_text = walk->entry.text.ptr != NULL;
	if (has_text && shape_starts_record(text)) {
		wrap->text = text;
		move_down(wrap, line, walk->text_at);
		return WRAP_PEELED;
	}
	if (walk->record.len > 0) {
		wrap->text = walk->record;
		move_down(wrap, line, walk->record_at);
		return WRAP_PEELED;
	}
	bool is_stored = has_text && walk->entry.has_source && !walk->levels[0].has_caller;
	if (walk->is_app && !is_stored) {
		wrap->is_bare = true;
		return walk->entry.has_source ? WRAP_PEELED : WRAP_REFUSED;
	}
	if (!has_text || (walk->levels[0].has_level && !walk->entry.has_source)) {
		return WRAP_REFUSED;
	}
	wrap->text = text;
	move_down(wrap, line, walk->text_at);
	return WRAP_PEELED;
}

const struct wrapper wrapper_json_export = {
	.name = "json-export", .first = "{\" \t", .bid = bid, .bid_max = 40, .peel = peel};
