/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd's old text log and the lines that stand between its lines:
 *   2019-01-02 15:04:05.678901 W | wal: sync duration of 1.5s, expected less than 1s
 *   raft2026/11/23 09:33:25 INFO: bdae9bbc11dd390d became leader at term 2
 *   WARNING: 2026/11/23 09:38:54 [core] grpc: addrConn.createTransport failed ...
 *   2015/08/21 02:04:22 etcdserver: text
 * Sources: coreos/pkg/capnslog; etcd 3.4 raft logger; grpc-go grpclog; Go log
 */
#include "format/formats.h"

/* Position of the level letter; 0: this is not capnslog. */
static size_t level_at(struct str line)
{
	if (!format_looks_like(line, "dddd-dd-dd dd:dd:dd.dddddd ")) {
		return 0;
	}
	size_t at = 27;
	if (at < line.len && line.ptr[at] == '[') { /* --debug: [file.go:12] */
		ptrdiff_t end = str_find(str_slice(line, at, at + 80), STR("] "));
		at += end < 0 ? 0 : (size_t)end + 2;
	}
	bool is_level = at + 2 < line.len && str_find_byte(STR("CEWNIDT"), line.ptr[at]) >= 0 && line.ptr[at + 1] == ' ' &&
	                line.ptr[at + 2] == '|';
	return is_level ? at : 0;
}

static int bid_capnslog(struct str line)
{
	return level_at(line) > 0 ? 40 : 0;
}

static int64_t date_start(struct str line, enum clock_zone *zone)
{
	return clock_parse(line, zone, NULL);
}

/* "pkg/path: message" */
static void take_package(struct record *record, struct str text)
{
	ptrdiff_t colon = str_find(str_slice(text, 0, 64), STR(": "));
	struct str package = colon > 0 ? str_slice(text, 0, (size_t)colon) : (struct str){NULL, 0};
	bool is_package = package.len > 0;
	for (size_t i = 0; i < package.len; i++) {
		char byte = package.ptr[i];
		is_package &= (byte >= 'a' && byte <= 'z') || format_is_digit(byte) || byte == '/' || byte == '-' || byte == '_';
	}
	record->caller = is_package ? package : (struct str){NULL, 0};
	record->message = is_package ? str_skip(text, (size_t)colon + 2) : text;
}

static bool decode_capnslog(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t at = level_at(text);
	if (at == 0) {
		return false;
	}
	record->time_ns = clock_parse(text, &record->zone, NULL);
	record->level = format_level_of(str_slice(text, at, at + 1));
	record->program = FORMAT_ETCD;
	struct str rest = str_skip(text, at + 3);
	take_package(record, str_starts(rest, STR(" ")) ? str_skip(rest, 1) : rest);
	return true;
}

const struct format format_capnslog = {
        .name = "capnslog", .bid = bid_capnslog, .date = date_start, .decode = decode_capnslog};

/* ---- raft ---- */

static struct str raft_rest(struct str line)
{
	struct str rest = str_skip(line, 4);
	return str_starts(rest, STR(" ")) ? str_skip(rest, 1) : rest;
}

static int bid_raft(struct str line)
{
	return str_starts(line, STR("raft")) && format_looks_like(raft_rest(line), "dddd/dd/dd dd:dd:dd ") ? 30 : 0;
}

static int64_t date_raft(struct str line, enum clock_zone *zone)
{
	return clock_parse(raft_rest(line), zone, NULL);
}

/* "INFO: text" */
static void take_level(struct record *record, struct str text)
{
	struct str word, rest;
	if (str_cut(text, STR(": "), &word, &rest) && format_level_of(word) != FORMAT_LEVEL_NONE) {
		record->level = format_level_of(word);
		record->message = rest;
	} else {
		record->message = text;
	}
}

static bool decode_raft(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str rest = raft_rest(text);
	record->time_ns = clock_parse(rest, &record->zone, NULL);
	record->program = FORMAT_ETCD;
	record->caller = STR("raft");
	take_level(record, str_skip(rest, 20));
	return true;
}

const struct format format_raft_line = {.name = "raft-line", .bid = bid_raft, .date = date_raft, .decode = decode_raft};

/* ---- grpc ---- */

static const struct str grpc_levels[] = {STR_INIT("INFO: "), STR_INIT("WARNING: "), STR_INIT("ERROR: "), STR_INIT("FATAL: ")};

static struct str grpc_rest(struct str line)
{
	for (size_t i = 0; i < sizeof(grpc_levels) / sizeof(grpc_levels[0]); i++) {
		if (str_starts(line, grpc_levels[i])) {
			return str_skip(line, grpc_levels[i].len);
		}
	}
	return (struct str){NULL, 0};
}

static int bid_grpc(struct str line)
{
	return format_looks_like(grpc_rest(line), "dddd/dd/dd dd:dd:dd ") ? 30 : 0;
}

static int64_t date_grpc(struct str line, enum clock_zone *zone)
{
	return clock_parse(grpc_rest(line), zone, NULL);
}

static bool decode_grpc(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str rest = grpc_rest(text), word;
	str_cut(text, STR(":"), &word, NULL);
	record->level = format_level_of(word);
	record->time_ns = clock_parse(rest, &record->zone, NULL);
	record->message = str_skip(rest, 20);
	record->caller = STR("grpc");
	return true;
}

const struct format format_grpc_line = {.name = "grpc-line", .bid = bid_grpc, .date = date_grpc, .decode = decode_grpc};

/* ---- Go's own log ---- */

static int bid_go(struct str line)
{
	return format_looks_like(line, "dddd/dd/dd dd:dd:dd") && line.len > 20 && (line.ptr[19] == ' ' || line.ptr[19] == '.') ? 20 : 0;
}

static bool decode_go(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	record->time_ns = clock_parse(text, &record->zone, &used);
	take_package(record, str_trim(str_skip(text, used)));
	static const struct str packages[] = {STR_INIT("etcdserver"), STR_INIT("raft"), STR_INIT("rafthttp"), STR_INIT("wal"),
	                                      STR_INIT("etcdmain"),   STR_INIT("etcd"), STR_INIT("snap")};
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
		if (str_equals(record->caller, packages[i])) {
			record->program = FORMAT_ETCD;
		}
	}
	return true;
}

const struct format format_go_log = {.name = "go-log", .bid = bid_go, .date = date_start, .decode = decode_go};

/* ---- zap console: ts TAB level TAB caller TAB message TAB {fields} ---- */

static bool read_column(struct str *rest, struct str *column)
{
	*rest = str_trim(*rest);
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t') {
		len++;
	}
	*column = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return len > 0;
}

static int bid_console(struct str line)
{
	struct str rest = line, time, level, caller;
	if (!format_looks_like(line, "dddd-dd-ddTdd:dd:dd") || !read_column(&rest, &time) || !read_column(&rest, &level) ||
	    !read_column(&rest, &caller)) {
		return 0;
	}
	bool is_lower = level.len > 1 && level.ptr[0] >= 'a' && level.ptr[0] <= 'z';
	return is_lower && format_level_of(level) != FORMAT_LEVEL_NONE && str_contains(str_slice(rest, 0, 60), STR("")) &&
	                       (str_contains(caller, STR(".go:")) || caller.len > 0)
	               ? 25
	               : 0;
}

static bool decode_console(struct str text, struct arena *tmp, struct record *record)
{
	struct str rest = text, time, level, caller;
	read_column(&rest, &time);
	read_column(&rest, &level);
	read_column(&rest, &caller);
	if (!str_contains(caller, STR(".go:"))) { /* a named logger stands before the caller */
		record->logger = caller;
		read_column(&rest, &caller);
	}
	ptrdiff_t brace = str_find(rest, STR("\t{"));
	brace = brace >= 0 ? brace : str_find(rest, STR(" {\""));
	struct str object = brace >= 0 ? str_skip(rest, (size_t)brace + 1) : (struct str){NULL, 0};
	if (object.len > 0) {
		format_json.decode(object, tmp, record);
	}
	record->time_ns = clock_parse(time, &record->zone, NULL);
	record->level = format_level_of(level);
	record->caller = caller;
	record->message = str_trim(brace >= 0 ? str_slice(rest, 0, (size_t)brace) : rest);
	record->program = FORMAT_ETCD;
	return true;
}

const struct format format_zap_console = {
        .name = "zap-console", .bid = bid_console, .date = date_start, .decode = decode_console};
