/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [2024/03/05 20:02:09.405 +00:00] [WARN] [etcd/etcd_kv.go:656] ["Slow etcd operation save"] ["time spent"=7.0s] ...
 * and pieces of it from pastes, without the time or the level.
 * Source: Milvus log/zap_text_encoder.go
 */
#include "format/formats.h"

static const struct str levels[] = {STR_INIT("[DEBUG]"),  STR_INIT("[INFO]"),  STR_INIT("[WARN]"), STR_INIT("[ERROR]"),
                                    STR_INIT("[DPANIC]"), STR_INIT("[PANIC]"), STR_INIT("[FATAL]")};

static bool begins_with_level(struct str text)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_starts(text, levels[i])) {
			return true;
		}
	}
	return false;
}

/* "[etcd/etcd_kv.go:656] [" */
static bool begins_with_caller(struct str text)
{
	ptrdiff_t end = str_find(str_slice(text, 0, 96), STR("] ["));
	return text.len > 0 && text.ptr[0] == '[' && end > 0 && str_contains(str_slice(text, 0, (size_t)end), STR(".go:"));
}

static int bid_milvus(struct str line)
{
	if (line.len < 4 || line.ptr[0] != '[') {
		return 0;
	}
	if (format_looks_like(line, "[dddd/dd/dd dd:dd:dd.ddd ")) {
		ptrdiff_t end = str_find_byte(str_slice(line, 0, 40), ']');
		struct str rest = end < 0 ? (struct str){NULL, 0} : str_skip(line, (size_t)end + 1);
		return str_starts(rest, STR(" [GIN]")) ? 0 : 40;
	}
	if (begins_with_level(line) || begins_with_caller(line)) {
		return 20;
	}
	/* a message and fields alone: ["text"] [k=v] */
	return line.ptr[1] == '"' && str_contains(line, STR("] [")) ? 10 : 0;
}

static int64_t date_milvus(struct str line, enum clock_zone *zone)
{
	return clock_parse(str_skip(line, 1), zone, NULL);
}

/* ---- groups ---- */

static int hex_of(char byte)
{
	uint64_t value;
	return str_to_hex64((struct str){&byte, 1}, &value) ? (int)value : -1;
}

/* \uXXXX of the text encoder: control bytes and U+FFFD only. */
static size_t add_unicode(char *to, struct str raw, size_t at)
{
	uint64_t point;
	if (!str_to_hex64(str_slice(raw, at, at + 4), &point) || at + 4 > raw.len) {
		return 0;
	}
	if (point < 0x80) {
		to[0] = (char)point;
		return 1;
	}
	to[0] = (char)(0xe0 | point >> 12);
	to[1] = (char)(0x80 | (point >> 6 & 0x3f));
	to[2] = (char)(0x80 | (point & 0x3f));
	return 3;
}

static struct str unquote(struct arena *tmp, struct str raw)
{
	if (str_find_byte(raw, '\\') < 0) {
		return raw;
	}
	char *text = arena_alloc(tmp, raw.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.ptr[i] != '\\' || i + 1 == raw.len) {
			text[len++] = raw.ptr[i];
			continue;
		}
		char byte = raw.ptr[++i];
		if (byte == 'u' && i + 4 < raw.len && hex_of(raw.ptr[i + 1]) >= 0) {
			size_t used = add_unicode(text + len, raw, i + 1);
			len += used;
			i += used > 0 ? 4 : 0;
		} else {
			text[len++] = byte == 'n' ? '\n' : byte == 't' ? '\t' : byte == 'r' ? '\r' : byte;
		}
	}
	return (struct str){text, len};
}

/* One part of a group: quoted or bare, up to one of the stop bytes. Returns: false when the text ends inside. */
static bool read_part(struct str text, size_t *at, const char *stops, struct arena *tmp, struct str *part)
{
	size_t start = *at;
	if (start < text.len && text.ptr[start] == '"') {
		size_t i = start + 1;
		while (i < text.len && text.ptr[i] != '"') {
			i += text.ptr[i] == '\\' ? 2 : 1;
		}
		*part = unquote(tmp, str_slice(text, start + 1, i));
		*at = i < text.len ? i + 1 : text.len;
		return i < text.len;
	}
	size_t i = start;
	while (i < text.len && text.ptr[i] != stops[0] && text.ptr[i] != stops[1]) {
		i++;
	}
	*part = str_slice(text, start, i);
	*at = i;
	return i < text.len;
}

struct group {
	struct str key;
	struct str value;
	bool has_value;
	bool is_quoted;
};

/* "[key=value]" or "[text]" at *at. Returns: false when there is no group; *is_cut when it is not closed. */
static bool read_group(struct str text, size_t *at, struct arena *tmp, struct group *group, bool *is_cut)
{
	while (*at < text.len && text.ptr[*at] == ' ') {
		(*at)++;
	}
	if (*at >= text.len || text.ptr[*at] != '[') {
		return false;
	}
	(*at)++;
	*group = (struct group){.is_quoted = *at < text.len && text.ptr[*at] == '"'};
	if (!read_part(text, at, "=]", tmp, &group->key)) {
		*is_cut = true;
		return true;
	}
	if (*at < text.len && text.ptr[*at] == '=') {
		(*at)++;
		group->has_value = true;
		if (!read_part(text, at, "]]", tmp, &group->value)) {
			*is_cut = true;
			return true;
		}
	}
	/* a bare message may hold anything up to the bracket */
	while (*at < text.len && text.ptr[*at] != ']') {
		(*at)++;
	}
	*is_cut = *at >= text.len;
	(*at)++;
	return true;
}

static bool is_caller(struct str text)
{
	ptrdiff_t at = str_find(text, STR(".go:"));
	return (at > 0 && text.len < 128 && str_find_byte(text, ' ') < 0) || str_equals(text, STR("<unknown>")) ||
	       str_contains(text, STR(".cpp:"));
}

static enum format_program program_of(const struct record *record)
{
	(void)record;
	return FORMAT_MILVUS;
}

static bool decode_milvus(struct str text, struct arena *tmp, struct record *record)
{
	struct group group;
	size_t at = 0;
	bool has_message = false;
	while (!record->is_cut && read_group(text, &at, tmp, &group, &record->is_cut)) {
		if (group.has_value) {
			format_add_field(record, tmp, group.key, group.value);
		} else if (record->time_ns == TIME_NONE && record->level == FORMAT_LEVEL_NONE &&
		           format_looks_like(group.key, "dddd/dd/dd dd:dd:dd")) {
			record->time_ns = clock_parse(group.key, &record->zone, NULL);
		} else if (record->level == FORMAT_LEVEL_NONE && !has_message && !group.is_quoted &&
		           format_level_of(group.key) != FORMAT_LEVEL_NONE && group.key.len > 1) {
			record->level = format_level_of(group.key);
		} else if (record->caller.len == 0 && !has_message && !group.is_quoted && is_caller(group.key)) {
			record->caller = group.key;
		} else if (!has_message) {
			record->message = group.key;
			has_message = true;
		}
	}
	record->program = program_of(record);
	return has_message || record->field_count > 0 || record->time_ns != TIME_NONE;
}

static bool continues_nothing(struct str line)
{
	(void)line;
	return true;
}

const struct format format_milvus_text = {
        .name = "milvus-text",
        .bid = bid_milvus,
        .date = date_milvus,
        .decode = decode_milvus,
        .continues = continues_nothing,
};
