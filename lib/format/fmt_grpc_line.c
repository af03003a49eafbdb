/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grpc-go's own logger, in etcd and in its clients; local time, seconds:
 *   WARNING: 2026/11/23 09:38:54 [core] grpc: addrConn.createTransport failed to connect to {...}
 * Source: grpc-go grpclog/loggerv2.go
 */
#include "format/formats.h"
#include "format/reading.h"

/* The line behind "LEVEL: "; empty when it does not begin with a level. */
static struct str skip_level(struct str line)
{
	static const struct str levels[] = {STR_INIT("INFO: "), STR_INIT("WARNING: "),
	                                    STR_INIT("ERROR: "), STR_INIT("FATAL: ")};
	for (size_t i = 0; i < FORMAT_COUNT(levels); i++) {
		if (str_starts(line, levels[i])) {
			return str_skip(line, levels[i].len);
		}
	}
	return (struct str){NULL, 0};
}

static int bid(struct str line)
{
	return str_looks_like(skip_level(line), "dddd/dd/dd dd:dd:dd ") ? FORMAT_BID_SURE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	return format_date_start(skip_level(line), zone);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	struct str rest = skip_level(text), word;
	record->time_ns = clock_parse(rest, &record->zone, &used);
	str_cut(text, STR(":"), &word, NULL);
	record->level = format_level_of(word);
	record->caller = STR("grpc");
	record->message = format_skip_blanks(str_skip(rest, used));
	return record->time_ns != TIME_NONE;
}

const struct format format_grpc_line = {
	.name = "grpc-line",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
