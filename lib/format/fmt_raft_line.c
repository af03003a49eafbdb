/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd 3.4's raft logger beside capnslog, glued or with a blank, seconds only, local time:
 *   raft2026/11/23 09:33:25 INFO: bdae9bbc11dd390d became leader at term 2
 * Source: etcd 3.4 raft/logger.go (Go's log package with the prefix "raft")
 */
#include "format/formats.h"
#include "format/reading.h"

/* The line behind "raft". */
static struct str skip_prefix(struct str line)
{
	struct str rest = str_skip(line, 4);
	return str_starts(rest, STR(" ")) ? str_skip(rest, 1) : rest;
}

static int bid(struct str line)
{
	return str_starts(line, STR("raft")) &&
	                       str_looks_like(skip_prefix(line), "dddd/dd/dd dd:dd:dd ")
	               ? FORMAT_BID_SURE
	               : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	return format_date_start(skip_prefix(line), zone);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	struct str rest = skip_prefix(text), word;
	record->time_ns = clock_parse(rest, &record->zone, &used);
	record->program = FORMAT_ETCD;
	record->caller = STR("raft");
	record->message = format_skip_blanks(str_skip(rest, used));
	if (str_cut(record->message, STR(": "), &word, &rest)) {
		record->level = format_level_of(word);
		record->message = record->level == FORMAT_LEVEL_NONE ? record->message : rest;
	}
	return record->time_ns != TIME_NONE;
}

const struct format format_raft_line = {
	.name = "raft-line",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
