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
	STAMP_MAX = 48,
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

/* Where the level letter stands; line.len when this is not the layout. */
static size_t find_level(struct str line)
{
	enum clock_zone zone;
	size_t at = 0;
	if (format_looks_like(line, "dddd-dd-dd")) {
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
	       format_looks_like(str_skip(line, 14), "dd:dd:dd.ddd ");
}

/* A package of etcd's server stands where the stamp should. */
static bool begins_with_package(struct str line)
{
	static const struct str packages[] = {
		STR_INIT("etcdserver: "),   STR_INIT("etcdserver/"),  STR_INIT("etcdmain: "),
		STR_INIT("rafthttp: "),     STR_INIT("wal: "),        STR_INIT("mvcc: "),
		STR_INIT("mvcc/backend: "), STR_INIT("pkg/osutil: "),
	};
	return format_starts_any(line, packages, FORMAT_COUNT(packages)) &&
	       str_contains(str_slice(line, 0, PACKAGE_MAX), STR(": "));
}

static int bid(struct str line)
{
	if (line.len < 6) {
		return 0;
	}
	if (format_is_digit(line.ptr[0])) {
		return find_level(line) < line.len ? FORMAT_BID_SURE : 0;
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

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->program = FORMAT_ETCD;
	size_t at = find_level(format_first_line(text));
	if (is_oldest(text)) {
		decode_oldest(text, record);
	} else if (at < text.len && level_len(text, at) > 0) {
		record->time_ns = format_date_start(text, &record->zone);
		record->level = format_level_of(str_slice(text, at, at + 1));
		take_package(record, str_skip(text, at + level_len(text, at)));
	} else if (str_starts(text, STR("[WARNING] "))) {
		record->level = FORMAT_WARN;
		record->message = text;
	} else {
		take_package(record, text);
	}
	return true;
}

const struct format format_capnslog = {
	.name = "capnslog",
	.bid = bid,
	.date = format_date_start,
	.decode = decode,
};
