/* SPDX-License-Identifier: Apache-2.0 */
/* JSON records of any other program: a level or message under one of the usual names. */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 600 };

static const struct str time_keys[] = {
	STR_INIT("ts"),      STR_INIT("time"), STR_INIT("timestamp"), STR_INIT("@timestamp"),
	STR_INIT("asctime"), STR_INIT("t"),    STR_INIT("")};
static const struct str level_keys[] = {STR_INIT("level"), STR_INIT("severity"),
                                        STR_INIT("levelname"), STR_INIT("lvl"), STR_INIT("")};
static const struct str message_keys[] = {STR_INIT("msg"), STR_INIT("message"), STR_INIT("")};
static const struct str caller_keys[] = {STR_INIT("caller"), STR_INIT("")};

static const struct format_json_names names = {time_keys, level_keys, message_keys, caller_keys};

static int bid(struct str line)
{
	if (line.len < 3 || line.ptr[0] != '{' || (line.ptr[1] != '"' && line.ptr[1] != ' ')) {
		return 0;
	}
	static const struct str keys[] = {STR_INIT("\"msg\":"), STR_INIT("\"message\":"),
	                                  STR_INIT("\"level\":"), STR_INIT("\"severity\":")};
	struct str head = str_slice(line, 0, HEAD_MAX);
	for (size_t i = 0; i < FORMAT_COUNT(keys); i++) {
		if (str_contains(head, keys[i])) {
			return FORMAT_BID_PIECE + 2;
		}
	}
	return 0;
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
	record->program = FORMAT_OTHER;
	return record->message.len > 0 || record->time_ns != TIME_NONE || record->field_count > 0;
}

static bool continues(struct str line)
{
	return line.len > 0 && line.ptr[0] != '\t';
}

const struct format format_json = {
	.name = "json",
	.first = FORMAT_FIRST_BRACE,
	.bid = bid,
	.date = date,
	.decode = decode,
	.continues = continues,
};
