/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka inside Milvus, syslog levels, seconds since 1970:
 *   %3|1691234567.123|FAIL|rdkafka#producer-1| [thrd:kafka:9092/bootstrap]: ... refused
 * Source: librdkafka src/rdlog.c (rd_kafka_log_print)
 */
#include "format/formats.h"
#include "format/reading.h"

static int bid(struct str line)
{
	return str_looks_like(line, "%d|dddddddddd.ddd|") ? FORMAT_BID_SURE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_UTC;
	return clock_parse_epoch(str_slice(line, 3, 17));
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	static const enum format_level levels[] = {FORMAT_FATAL, FORMAT_FATAL, FORMAT_FATAL,
	                                           FORMAT_ERROR, FORMAT_WARN,  FORMAT_INFO,
	                                           FORMAT_INFO,  FORMAT_DEBUG};
	struct str kind, name, rest = str_skip(text, 18);
	str_cut(rest, STR("|"), &kind, &rest);
	str_cut(rest, STR("| "), &name, &rest);
	unsigned severity = (unsigned)(text.ptr[1] - '0');
	record->time_ns = date(text, &record->zone);
	record->level = severity < FORMAT_COUNT(levels) ? levels[severity] : FORMAT_LEVEL_NONE;
	record->program = FORMAT_OTHER;
	record->logger = name;
	record->message = rest;
	format_add_field(record, tmp, STR("kind"), kind);
	return true;
}

const struct format format_librdkafka = {
	.name = "librdkafka",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
