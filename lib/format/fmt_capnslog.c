/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd's old text log:
 *   2019-01-02 15:04:05.678901 W | wal: sync duration of 1.5s, expected less than 1s
 *   2019-08-09 10:57:50.500232 [pkg_logger.go:114] W | etcdserver: ... (with --debug)
 *   2018-12-08T02:00:07.108783+11:00 N | etcdserver/api/v3rpc: ...     (rewritten by a collector)
 *   W | wal: ..., etcdserver: ...                                      (the stamp was taken off)
 *   [etcd] Dec  7 16:54:08.428 INFO      | 10.0.0.1: ...               (0.3, 0.4)
 * Source: coreos/pkg capnslog/formatters.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum {
	HEAD_MAX = 160, /* bytes in which a stamp behind something else is looked for */
	STAMP_MAX = 48,
	STAMP_LEN = 27, /* "2019-01-02 15:04:05.678901 " */
	BLOCK_MAX = 80, /* of "[file.go:12] " */
	PACKAGE_MAX = 64
};

/* "W | " at a position. Returns: bytes that it takes; 0: it is not there. */
static size_t level_len(struct str line, size_t at)
{
	if (at + 3 > line.len || str_find_byte(STR("CEWNIDT"), line.ptr[at]) < 0 ||
	    line.ptr[at + 1] != ' ' || line.ptr[at + 2] != '|') {
		return 0;
	}
	return at + 3 < line.len && line.ptr[at + 3] == ' ' ? 4 : 3;
}

/*
 * Where the stamp begins when something stands before it: a collector's columns, another stamp.
 * Returns: line.len when there is none
 */
static size_t find_stamp(struct str line)
{
	struct str head = str_slice(line, 0, HEAD_MAX);
	size_t at = STAMP_LEN + 1;
	ptrdiff_t bar;
	while ((bar = str_find(str_skip(head, at), STR(" | "))) >= 0) {
		at += (size_t)bar;
		struct str stamp = str_skip(line, at - 1 - STAMP_LEN);
		if (level_len(line, at - 1) > 0 &&
		    str_looks_like(stamp, "dddd-dd-dd dd:dd:dd.dddddd ")) {
			return at - 1 - STAMP_LEN;
		}
		at++;
	}
	return line.len;
}

/* Where the level letter stands; line.len when this is not the layout. */
static size_t find_level(struct str line)
{
	enum clock_zone zone;
	size_t at = 0;
	if (str_looks_like(line, "dddd-dd-dd")) {
		if (clock_parse(str_slice(line, 0, STAMP_MAX), &zone, &at) == TIME_NONE) {
			return line.len;
		}
		while (at < line.len && line.ptr[at] == ' ') {
			at++;
		}
		if (at < line.len && line.ptr[at] == '[') {
			ptrdiff_t end = str_find(str_slice(line, at, at + BLOCK_MAX), STR("] "));
			at = end < 0 ? line.len : at + (size_t)end + 2;
		}
	}
	return level_len(line, at) > 0 ? at : line.len;
}

/* "[etcd] Dec  7 16:54:08.428 INFO      | name: text" */
static bool is_oldest(struct str line)
{
	return str_starts(line, STR("[etcd] ")) &&
	       str_looks_like(str_skip(line, 14), "dd:dd:dd.ddd ");
}

/* A package of etcd's server stands where the stamp should. */
static bool begins_with_package(struct str line)
{
	static const struct str packages[] = {
		STR_INIT("etcdserver: "),   STR_INIT("etcdserver/"),  STR_INIT("etcdmain: "),
		STR_INIT("rafthttp: "),     STR_INIT("wal: "),        STR_INIT("mvcc: "),
		STR_INIT("mvcc/backend: "), STR_INIT("pkg/osutil: "),
	};
	return str_starts_any(line, packages, FORMAT_COUNT(packages)) &&
	       str_contains(str_slice(line, 0, PACKAGE_MAX), STR(": "));
}

static int bid(struct str line)
{
	if (line.len < 6) {
		return 0;
	}
	if (format_is_digit(line.ptr[0]) && find_level(line) < line.len) {
		return FORMAT_BID_SURE;
	}
	bool has_bar = str_find_byte(str_slice(line, 0, HEAD_MAX), '|') >= 0;
	if (has_bar && str_find_byte(STR(" \t{"), line.ptr[0]) < 0 && find_stamp(line) < line.len) {
		return FORMAT_BID_PIECE;
	}
	if (level_len(line, 0) > 0 || is_oldest(line)) {
		return FORMAT_BID_LIKELY;
	}
	return str_starts(line, STR("[WARNING] Deprecated '--logger=")) ? FORMAT_BID_LIKELY
	       : begins_with_package(line)                              ? FORMAT_BID_PIECE
	                                                                : 0;
}

/* The package, if the text before ": " looks like one. */
static void take_package(struct record *record, struct str text)
{
	struct str package, message;
	record->message = text;
	if (!str_cut(text, STR(": "), &package, &message) || package.len == 0 ||
	    package.len > PACKAGE_MAX) {
		return;
	}
	for (size_t i = 0; i < package.len; i++) {
		char byte = package.ptr[i];
		bool is_good = (byte >= 'a' && byte <= 'z') || format_is_digit(byte) ||
		               byte == '/' || byte == '-' || byte == '_';
		if (!is_good) {
			return;
		}
	}
	record->caller = package;
	record->message = message;
}

static void decode_oldest(struct str text, struct record *record)
{
	struct str head, rest;
	str_cut(text, STR("| "), &head, &rest);
	struct str words = str_skip(head, 26);
	record->level = format_level_of(format_word(&words));
	record->message = rest;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	struct str first = format_first_line(line);
	if (find_level(first) < first.len) {
		return format_date_start(first, zone);
	}
	return format_date_start(str_skip(first, find_stamp(first)), zone);
}

/* Where the level letter stands in any of the layouts; line.len when there is none. */
static size_t find_any_level(struct str line)
{
	size_t at = find_level(line);
	if (at < line.len) {
		return at;
	}
	at = find_stamp(line);
	return at < line.len ? at + STAMP_LEN : line.len;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->time_ns = date(text, &record->zone);
	struct str line = format_first_line(text);
	size_t at = find_any_level(line);
	if (is_oldest(text)) {
		decode_oldest(text, record);
	} else if (at < line.len) {
		record->level = format_level_of(str_slice(text, at, at + 1));
		take_package(record, str_skip(text, at + level_len(text, at)));
	} else if (str_starts(text, STR("[WARNING] "))) {
		record->level = FORMAT_WARN;
		record->message = text;
	} else {
		take_package(record, text);
	}
	bool has_origin = record->caller.len > 0 || record->time_ns == TIME_NONE;
	record->program = has_origin ? FORMAT_ETCD : FORMAT_PROGRAM_UNKNOWN;
	return true;
}

const struct format format_capnslog = {
	.name = "capnslog",
	.first = FORMAT_FIRST_BRACKET | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
