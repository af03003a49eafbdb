/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcd's zap JSON, of the server and of the client library inside other programs:
 * {"level":"warn","ts":"2022-03-21T12:37:54.625Z","caller":"wal/wal.go:806","msg":"slow fdatasync"}
 * Collectors rename the keys or change their order; pastes lose the beginning or the end.
 * Sources: zapcore json_encoder.go; etcd 3.4 to 3.6 server/embed/config_logging.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum {
	HEAD_MAX = 600, /* bytes in which the keys of a record are looked for */
	ORIGIN_LEN_MAX = 64
};

static const struct str time_keys[] = {STR_INIT("ts"), STR_INIT("timestamp"),
                                       STR_INIT("@timestamp"), STR_INIT("time"), STR_INIT("")};
static const struct str level_keys[] = {STR_INIT("level"), STR_INIT("severity"), STR_INIT("L"),
                                        STR_INIT("")};
static const struct str message_keys[] = {STR_INIT("msg"), STR_INIT("message"), STR_INIT("M"),
                                          STR_INIT("")};
static const struct str caller_keys[] = {STR_INIT("caller"), STR_INIT("C"), STR_INIT("")};

static const struct format_json_names names = {time_keys, level_keys, message_keys, caller_keys};

/* ---- whose record it is ---- */

/* "wal/wal.go:806", or a capnslog package. */
static bool is_etcd_caller(struct str caller)
{
	/* folders of the server's callers and packages of its old text log */
	static const struct str folders[] = {
		STR_INIT("etcdserver"), STR_INIT("raft"),        STR_INIT("rafthttp"),
		STR_INIT("mvcc"),       STR_INIT("wal"),         STR_INIT("embed"),
		STR_INIT("etcdmain"),   STR_INIT("membership"),  STR_INIT("traceutil"),
		STR_INIT("backend"),    STR_INIT("v3rpc"),       STR_INIT("snap"),
		STR_INIT("lease"),      STR_INIT("auth"),        STR_INIT("txn"),
		STR_INIT("apply"),      STR_INIT("api"),         STR_INIT("etcdhttp"),
		STR_INIT("osutil"),     STR_INIT("flags"),       STR_INIT("fileutil"),
		STR_INIT("schema"),     STR_INIT("compactor"),   STR_INIT("v3compactor"),
		STR_INIT("transport"),  STR_INIT("hashkv"),      STR_INIT("bootstrap"),
		STR_INIT("storage"),    STR_INIT("netutil"),     STR_INIT("v3election"),
		STR_INIT("verify"),     STR_INIT("zapgrpc"),     STR_INIT("snapshot"),
		STR_INIT("etcdutl"),    STR_INIT("logutil"),     STR_INIT("pkg"),
		STR_INIT("discovery"),  STR_INIT("v3discovery"), STR_INIT("leasehttp"),
		STR_INIT("proxy"),      STR_INIT("tcpproxy"),    STR_INIT("grpcproxy"),
		STR_INIT("etcd"),       STR_INIT("store"),       STR_INIT("idutil"),
		STR_INIT("version"),    STR_INIT("v2store"),     STR_INIT("etcdutil"),
		STR_INIT("v3alarm"),    STR_INIT("v3lock"),      STR_INIT("v2stats"),
		STR_INIT("v2http"),     STR_INIT("v2discovery"), STR_INIT("v2auth"),
		STR_INIT("cindex"),     STR_INIT("schedule"),    STR_INIT("bbolt"),
	};
	struct str folder;
	str_cut(str_slice(caller, 0, ORIGIN_LEN_MAX), STR("/"), &folder, NULL);
	str_cut(folder, STR("@"), &folder, NULL); /* "bbolt@v1.4.0/db.go" */
	return str_is_any(folder, folders, FORMAT_COUNT(folders));
}

static bool is_client(const struct record *record)
{
	return str_equals(record->logger, STR("etcd-client")) ||
	       str_starts(record->caller, STR("v3@v3")) ||
	       str_starts(record->caller, STR("clientv3/")) ||
	       str_starts(record->message, STR("retrying of unary invoker failed")) ||
	       str_starts(record->message, STR("retrying of streaming invoker failed")) ||
	       str_starts(record->message, STR("lease keepalive response queue is full"));
}

enum format_program format_etcd_program(const struct record *record)
{
	if (is_client(record)) {
		return FORMAT_ETCD_CLIENT;
	}
	if (record->caller.len > 0 && str_find_byte(record->caller, '/') < 0) {
		return FORMAT_PROGRAM_UNKNOWN; /* its folder was taken off */
	}
	if (record->caller.len > 0) {
		return is_etcd_caller(record->caller) ? FORMAT_ETCD : FORMAT_OTHER;
	}
	static const struct str loggers[] = {STR_INIT("raft"), STR_INIT("bbolt")};
	bool is_others = record->logger.len > 0 &&
	                 !str_is_any(record->logger, loggers, FORMAT_COUNT(loggers));
	return is_others ? FORMAT_OTHER : FORMAT_ETCD;
}

/* ---- the format ---- */

/* Whether it has the keys of a zap record under their own or usual other names. */
static int bid_keys(struct str line)
{
	struct str head = str_slice(line, 0, HEAD_MAX);
	bool has_caller = str_contains(head, STR("\"caller\":"));
	if (str_contains(head, STR("\"msg\":"))) {
		return has_caller || str_contains(head, STR("\"ts\":")) ? FORMAT_BID_SHAPE : 0;
	}
	if (has_caller && line.len > head.len && str_contains(line, STR("\"msg\":"))) {
		return FORMAT_BID_SHAPE; /* its keys are sorted */
	}
	bool has_severity = str_contains(head, STR("\"severity\":"));
	return has_caller && has_severity && str_contains(head, STR("\"message\":"))
	               ? FORMAT_BID_LIKELY
	               : 0;
}

/* The beginning is missing, or something stands before it. */
static int bid_piece(struct str line)
{
	if (line.len == 0 || line.ptr[0] == ' ' || line.ptr[0] == '\t') {
		return 0;
	}
	struct str head = str_slice(line, 0, HEAD_MAX);
	if (str_find_byte(head, '"') < 0) {
		return 0;
	}
	bool has_message = str_contains(head, STR("\"msg\":\""));
	bool has_record = has_message && str_contains(head, STR("{\"level\":\""));
	bool has_member = has_message && (str_contains(head, STR("\",\"msg\":\"")) ||
	                                  str_starts(head, STR("\"msg\":\"")) ||
	                                  str_starts(head, STR("\"caller\":\"")));
	return has_record || has_member ? FORMAT_BID_PIECE : 0;
}

static int bid(struct str line)
{
	if (line.len < 2 || line.ptr[0] != '{') {
		return bid_piece(line);
	}
	static const struct str start = STR_INIT("{\"level\":\"");
	if (!str_starts(line, start)) {
		return bid_keys(line);
	}
	struct str rest = str_skip(line, start.len);
	bool is_lower = rest.len > 0 && rest.ptr[0] >= 'a' && rest.ptr[0] <= 'z';
	if (!is_lower) {
		return 0;
	}
	ptrdiff_t end = str_find_byte(str_slice(rest, 0, 8), '"');
	if (end > 0 && str_starts(str_skip(rest, (size_t)end), STR("\",\"ts\":"))) {
		return FORMAT_BID_SURE;
	}
	/* cut early, or the time was taken off */
	return rest.len < 16 || bid_keys(line) > 0 ? FORMAT_BID_LIKELY : 0;
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
	record->program = format_etcd_program(record);
	return record->message.len > 0 || record->time_ns != TIME_NONE || record->field_count > 0 ||
	       record->level != FORMAT_LEVEL_NONE;
}

/* The rest of a wrapped record. */
static bool continues(struct str line)
{
	return line.len > 0 && line.ptr[0] != '\t';
}

const struct format format_etcd_json = {
	.name = "etcd-json",
	.first =
		FORMAT_FIRST_BRACKET | FORMAT_FIRST_BRACE | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.continues = continues,
};
