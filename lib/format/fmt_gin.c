/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Milvus's REST server:
 *   [GIN] 2023/08/01 - 08:04:28 | 200 |      1.2ms |       10.0.0.1 | POST     "/v1/vector/search"
 *   [2024/11/05 20:02:09.405 +00:00] [GIN] [/v2/..] [traceID=..] [code=200] [latency=1.2ms] ...
 * Sources: gin logger.go; milvus internal/distributed/proxy/httpserver
 */
#include "format/formats.h"
#include "format/reading.h"

enum { STAMP_MAX = 40 };

bool format_is_gin(struct str line)
{
	ptrdiff_t end = str_find_byte(str_slice(line, 0, STAMP_MAX), ']');
	return end > 0 && str_starts(str_skip(line, (size_t)end), STR("] [GIN]")) &&
	       str_looks_like(line, "[dddd/dd/dd dd:dd:dd");
}

static int bid(struct str line)
{
	if (str_starts(line, STR("[GIN] ")) || str_starts(line, STR("[GIN-debug]"))) {
		return FORMAT_BID_SHAPE;
	}
	return format_is_gin(line) ? FORMAT_BID_SURE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	if (str_looks_like(line, "[dddd/")) {
		return format_date_bracket(line, zone);
	}
	/* "[GIN] 2023/08/01 - 08:04:28 |" */
	struct str rest = str_skip(line, 6);
	if (!str_looks_like(rest, "dddd/dd/dd - dd:dd:dd")) {
		return TIME_NONE;
	}
	char text[19];
	for (size_t i = 0; i < 10; i++) {
		text[i] = rest.ptr[i];
	}
	text[10] = ' ';
	for (size_t i = 11; i < sizeof(text); i++) {
		text[i] = rest.ptr[i + 2];
	}
	return clock_parse((struct str){text, sizeof(text)}, zone, NULL);
}

static void add_column(struct record *record, struct arena *tmp, struct str key, struct str *rest)
{
	struct str column;
	str_cut(*rest, STR("|"), &column, rest);
	format_add_field(record, tmp, key, str_trim(column));
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	record->time_ns = date(text, &record->zone);
	record->level = FORMAT_INFO;
	record->program = FORMAT_MILVUS;
	struct str rest;
	if (format_is_gin(text)) {
		ptrdiff_t at = str_find(text, STR("] [GIN]"));
		record->is_cut = format_milvus_groups(text, (size_t)at + 7, tmp, record);
	} else if (record->time_ns != TIME_NONE && str_cut(text, STR("|"), NULL, &rest)) {
		add_column(record, tmp, STR("code"), &rest);
		add_column(record, tmp, STR("latency"), &rest);
		add_column(record, tmp, STR("client"), &rest);
		record->message = str_trim(rest);
	} else {
		record->message = str_trim(str_skip(text, 5));
	}
	return true;
}

const struct format format_gin = {
	.name = "gin",
	.first = FORMAT_FIRST_BRACKET,
	.bid = bid,
	.date = date,
	.decode = decode,
};
