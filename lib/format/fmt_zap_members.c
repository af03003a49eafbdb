/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zap record with a member on each line, as a viewer, a YAML printer or a person sets it:
 *   level: warn
 *   ts: 2024-03-12T08:21:04.512Z
 *   caller: etcdserver/util.go:166
 *   msg: apply request took too long
 *   took: 2.6s
 * A long value may stand on the lines below its key. A level begins the next record.
 */
#include "format/formats.h"
#include "format/reading.h"

enum { KEY_MAX = 40 };

/* The key that a line begins with; empty: none. *value: behind the colon, without quotes. */
static struct str read_key(struct str line, struct str *value)
{
	size_t at = 0;
	while (at < line.len && at < KEY_MAX &&
	       ((line.ptr[at] >= 'a' && line.ptr[at] <= 'z') || line.ptr[at] == '-')) {
		at++;
	}
	bool is_key = at > 1 && at < line.len && line.ptr[at] == ':' &&
	              (at + 1 == line.len || line.ptr[at + 1] == ' ' || line.ptr[at + 1] == '\t');
	if (!is_key) {
		return STR("");
	}
	*value = str_trim(str_skip(line, at + 1));
	char quote = value->len > 1 ? value->ptr[0] : '\0';
	if ((quote == '"' || quote == '\'') && value->ptr[value->len - 1] == quote) {
		*value = str_slice(*value, 1, value->len - 1);
	}
	return str_slice(line, 0, at);
}

static bool is_zap_level(struct str value)
{
	return value.len >= 4 && value.ptr[0] >= 'a' && value.ptr[0] <= 'z' &&
	       format_level_of(value) != FORMAT_LEVEL_NONE;
}

static bool is_member(struct str key, struct str value)
{
	static const struct str texts[] = {STR_INIT("msg"), STR_INIT("stacktrace")};
	ptrdiff_t place = str_find(value, STR(".go:"));
	return (str_equals(key, STR("caller")) && place > 0) ||
	       (str_equals(key, STR("ts")) && value.len > 0 && format_is_digit(value.ptr[0])) ||
	       str_is_any(key, texts, FORMAT_COUNT(texts));
}

static int bid(struct str line)
{
	struct str value = {NULL, 0}, key = read_key(line, &value);
	if (str_equals(key, STR("level")) && is_zap_level(value)) {
		return FORMAT_BID_LIKELY;
	}
	return key.len > 0 && is_member(key, value) ? FORMAT_BID_PIECE : 0;
}

/* Level, time, message or caller; false: it is a field. */
static bool take_known(struct record *record, struct str key, struct str value)
{
	if (str_equals(key, STR("level"))) {
		record->level = format_level_of(value);
	} else if (str_equals(key, STR("ts"))) {
		record->time_ns = clock_parse(value, &record->zone, NULL);
		if (record->time_ns == TIME_NONE) {
			record->time_ns = clock_parse_epoch(value);
			record->zone = CLOCK_ZONE_UTC;
		}
	} else if (str_equals(key, STR("msg"))) {
		record->message = value;
	} else if (str_equals(key, STR("caller"))) {
		record->caller = value;
	} else if (str_equals(key, STR("logger"))) {
		record->logger = value;
	} else {
		return false;
	}
	return true;
}

static void take(struct record *record, struct arena *tmp, struct str key, struct str value)
{
	if (key.len > 0 && !take_known(record, key, str_trim(value))) {
		format_add_field(record, tmp, key, str_trim(value));
	}
}

static void read_members(struct str text, struct arena *tmp, struct record *record)
{
	struct str rest = text, line, key = {NULL, 0}, value = {NULL, 0}, next;
	bool has_more = true;
	while (has_more) {
		has_more = str_cut(rest, STR("\n"), &line, &rest);
		struct str found = read_key(line, &next);
		if (found.len > 0) {
			take(record, tmp, key, value);
			key = found;
			value = next;
		} else {
			const char *from = value.len > 0 ? value.ptr : line.ptr;
			value = (struct str){from, (size_t)(line.ptr + line.len - from)};
		}
	}
	take(record, tmp, key, value);
}

/* Frames tell more than a record without caller. */
static enum format_program program_of(const struct record *record)
{
	struct str stack = record_field(record, STR("stacktrace"));
	if (record->caller.len > 0) {
		return format_etcd_program(record);
	}
	return str_contains(stack, STR("go.etcd.io/etcd/")) ? FORMAT_ETCD : FORMAT_PROGRAM_UNKNOWN;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	read_members(text, tmp, record);
	record->program = program_of(record);
	record->message = record->message.ptr == NULL ? text : record->message;
	return true;
}

static int64_t date(struct str text, enum clock_zone *zone)
{
	struct str rest = text, line, value = {NULL, 0};
	struct record record = {.time_ns = TIME_NONE};
	for (bool has_more = true; has_more && record.time_ns == TIME_NONE;) {
		has_more = str_cut(rest, STR("\n"), &line, &rest);
		struct str key = read_key(line, &value);
		if (str_equals(key, STR("ts"))) {
			take_known(&record, key, value);
		}
	}
	*zone = record.zone;
	return record.time_ns;
}

const struct format format_zap_members = {
	.name = "zap-members",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.is_multiline = true,
	.has_pieces = true,
};
