/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Milvus with log.format json: capital levels, a time with slashes, "message".
 * {"level":"WARN","time":"2024/03/05 20:02:09.405 +00:00","caller":"etcd/etcd_kv.go:656",...}
 * Source: milvus pkg/log/log.go (newZapTextEncoder's configuration with zapcore's JSON encoder)
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 600 };

static const struct str time_keys[] = {STR_INIT("time"), STR_INIT("")};
static const struct str level_keys[] = {STR_INIT("level"), STR_INIT("")};
static const struct str message_keys[] = {STR_INIT("message"), STR_INIT("")};
static const struct str caller_keys[] = {STR_INIT("caller"), STR_INIT("")};

static const struct format_json_names names = {time_keys, level_keys, message_keys, caller_keys};

/* "time":"2024/03/05 */
static bool has_stamp(struct str head)
{
	static const struct str key = STR_INIT("\"time\":\"");
	ptrdiff_t at = str_find(head, key);
	return at >= 0 && str_looks_like(str_skip(head, (size_t)at + key.len), "dddd/dd/dd ");
}

static bool has_capital_level(struct str head)
{
	static const struct str key = STR_INIT("\"level\":\"");
	ptrdiff_t at = str_find(head, key);
	struct str rest = str_skip(head, at < 0 ? head.len : (size_t)at + key.len);
	return rest.len > 0 && rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z';
}

static int bid(struct str line)
{
	struct str head = str_slice(line, 0, HEAD_MAX);
	bool is_object = line.len > 1 && line.ptr[0] == '{';
	if (is_object && str_starts(line, STR("{\"level\":\"")) && has_capital_level(head) &&
	    has_stamp(str_slice(line, 0, 64))) {
		return FORMAT_BID_SURE;
	}
	bool has_message =
		str_find_byte(head, '"') >= 0 && str_contains(head, STR("\"message\":\""));
	if (!has_message || str_contains(head, STR("\"errKind\":"))) {
		return 0;
	}
	if (is_object) {
		bool has_caller = str_contains(head, STR("\"caller\":\""));
		return has_stamp(head)                         ? FORMAT_BID_SHAPE + 1
		       : has_capital_level(head) && has_caller ? FORMAT_BID_LIKELY
		                                               : 0;
	}
	bool has_member = has_stamp(head) || str_contains(head, STR("\",\"message\":\"")) ||
	                  str_starts(head, STR("\"message\":\""));
	return has_member && line.ptr[0] != ' ' && line.ptr[0] != '\t' ? FORMAT_BID_PIECE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	return format_json_date(line, time_keys, zone);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	if (!format_json_members(text, &names, tmp, record)) {
		return false;
	}
	record->program = FORMAT_MILVUS;
	return record->message.len > 0 || record->time_ns != TIME_NONE || record->field_count > 0;
}

static bool continues(struct str line)
{
	return line.len > 0 && line.ptr[0] != '\t';
}

const struct format format_milvus_json = {
	.name = "milvus-json",
	.first =
		FORMAT_FIRST_BRACKET | FORMAT_FIRST_BRACE | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.continues = continues,
};
