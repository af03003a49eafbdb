/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Go's log package, local time, mostly seconds:
 *   2015/08/21 02:04:22 etcdserver: text                       (etcd 2.0, 2.1)
 *   2017/06/20 12:53:52 wal.go:403: Warning: sync duration ... (embedder that prints file and
 * level) 2021/06/30 21:12:19 [FATAL] etcd exited                    (hashicorp/logutils and the
 * like) 2024/03/05 20:02:19 subprocess exit,  signal: killed       (milvus run
 * --run-with-subprocess) Source: Go log/log.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { ORIGIN_MAX = 64 /* bytes of a package or "file.go:12" */ };

static int bid(struct str line)
{
	if (!str_looks_like(line, "dddd/dd/dd dd:dd:dd") || line.len < 21) {
		return 0;
	}
	return line.ptr[19] == ' ' || line.ptr[19] == '.' ? FORMAT_BID_LIKELY + 5 : 0;
}

static enum format_program program_of(struct str caller, struct str message)
{
	static const struct str milvus[] = {
		STR_INIT("subprocess exit"), STR_INIT("run subprocess with cmd"),
		STR_INIT("clean session "),  STR_INIT("error sending signal"),
		STR_INIT("milvus "),         STR_INIT("maxprocs: "),
	};
	static const struct str etcd[] = {
		STR_INIT("etcdserver"), STR_INIT("etcdmain"),  STR_INIT("etcd"),
		STR_INIT("rafthttp"),   STR_INIT("raft"),      STR_INIT("wal"),
		STR_INIT("snap"),       STR_INIT("etcdhttp"),  STR_INIT("sender"),
		STR_INIT("store"),      STR_INIT("osutil"),    STR_INIT("wal.go"),
		STR_INIT("fileutil"),   STR_INIT("discovery"),
	};
	struct str folder;
	if (str_starts_any(message, milvus, FORMAT_COUNT(milvus))) {
		return FORMAT_MILVUS;
	}
	str_cut(caller, STR("/"), &folder, NULL);
	str_cut(folder, STR(":"), &folder, NULL);
	return str_is_any(folder, etcd, FORMAT_COUNT(etcd)) ? FORMAT_ETCD : FORMAT_PROGRAM_UNKNOWN;
}

/* "etcdserver: ", "wal.go:403: " */
static void take_origin(struct record *record)
{
	struct str origin, rest;
	bool has_origin = str_cut(record->message, STR(": "), &origin, &rest) && origin.len > 0 &&
	                  origin.len <= ORIGIN_MAX && str_find_byte(origin, ' ') < 0;
	if (has_origin && format_level_of(origin) == FORMAT_LEVEL_NONE) {
		record->caller = origin;
		record->message = rest;
	}
}

/* "[FATAL] ", "Warning: " */
static void take_level(struct record *record)
{
	struct str word, rest = record->message;
	bool is_bracket = str_starts(rest, STR("["));
	rest = str_skip(rest, is_bracket ? 1 : 0);
	if (!str_cut(rest, is_bracket ? STR("] ") : STR(": "), &word, &rest) || word.len < 4) {
		return;
	}
	enum format_level level = format_level_of(word);
	if (level != FORMAT_LEVEL_NONE) {
		record->level = level;
		record->message = rest;
	}
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	record->time_ns = clock_parse(text, &record->zone, &used);
	record->message = format_skip_blanks(str_skip(text, used));
	record->program = program_of((struct str){NULL, 0}, record->message);
	take_level(record);
	if (record->program == FORMAT_PROGRAM_UNKNOWN) {
		take_origin(record);
		take_level(record);
		record->program = program_of(record->caller, record->message);
	}
	return record->time_ns != TIME_NONE;
}

const struct format format_go_log = {
	.name = "go-log",
	.first = FORMAT_FIRST_DIGIT,
	.bid = bid,
	.date = format_date_start,
	.decode = decode,
};
