/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON records: etcd's zap ({"level":"warn","ts":"...","caller":"...","msg":"..."}), Milvus's
 * ({"level":"WARN","time":"...","message":"..."}), and those of collectors that renamed the keys.
 * Sources: zapcore JSON encoder; etcd 3.4 to 3.6; Milvus log.format json
 */
#include "base/json.h"

#include "format/formats.h"

/* Milvus writes levels in capitals. */
static bool is_milvus_shape(struct str line)
{
	return str_starts(line, STR("{\"level\":\"")) && line.len > 10 && line.ptr[10] >= 'A' && line.ptr[10] <= 'Z';
}

static int bid_milvus_json(struct str line)
{
	return is_milvus_shape(line) ? 40 : 0;
}

static int bid_json(struct str line)
{
	if (line.len < 8 || line.ptr[0] != '{' || line.ptr[1] != '"' || is_milvus_shape(line)) {
		return 0;
	}
	struct str head = str_slice(line, 0, 512);
	if (str_starts(line, STR("{\"level\":\""))) {
		return 40;
	}
	bool has_message = str_contains(head, STR("\"msg\":")) || str_contains(head, STR("\"message\":"));
	bool has_more = str_contains(head, STR("\"ts\":")) || str_contains(head, STR("\"level\":")) ||
	                str_contains(head, STR("\"caller\":")) || str_contains(head, STR("\"timestamp\":")) ||
	                str_contains(head, STR("\"severity\":"));
	return has_message && has_more ? 30 : has_message || has_more ? 12 : 0;
}

/* "2024-...", "2024/...", or seconds since 1970. */
static int64_t parse_time(struct str text, enum clock_zone *zone)
{
	int64_t time_ns = clock_parse(text, zone, NULL);
	if (time_ns == TIME_NONE) {
		time_ns = clock_parse_epoch(text);
		*zone = time_ns == TIME_NONE ? CLOCK_ZONE_NONE : CLOCK_ZONE_UTC;
	}
	return time_ns;
}

static const struct str time_keys[] = {STR_INIT("\"ts\":"), STR_INIT("\"time\":"), STR_INIT("\"timestamp\":"),
                                       STR_INIT("\"@timestamp\":")};

static int64_t date_json(struct str line, enum clock_zone *zone)
{
	struct str head = str_slice(line, 0, 400);
	for (size_t i = 0; i < sizeof(time_keys) / sizeof(time_keys[0]); i++) {
		ptrdiff_t at = str_find(head, time_keys[i]);
		if (at < 0) {
			continue;
		}
		struct str value = str_skip(line, (size_t)at + time_keys[i].len);
		while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '"')) {
			value = str_skip(value, 1);
		}
		size_t len = 0;
		while (len < value.len && value.ptr[len] != '"' && value.ptr[len] != ',' && value.ptr[len] != '}') {
			len++;
		}
		int64_t time_ns = parse_time(str_slice(value, 0, len), zone);
		if (time_ns != TIME_NONE) {
			return time_ns;
		}
	}
	return TIME_NONE;
}

static bool is_any(struct str key, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(key, names[i])) {
			return true;
		}
	}
	return false;
}

struct marks {
	bool is_milvus; /* "time" with slashes, "message", level in capitals */
	bool has_msg;
};

static void take_member(struct record *record, struct arena *tmp, struct marks *marks, struct str key, struct str value)
{
	static const struct str times[] = {STR_INIT("ts"), STR_INIT("time"), STR_INIT("timestamp"), STR_INIT("@timestamp")};
	static const struct str messages[] = {STR_INIT("msg"), STR_INIT("message"), STR_INIT("M")};
	static const struct str levels[] = {STR_INIT("level"), STR_INIT("severity"), STR_INIT("L")};
	static const struct str callers[] = {STR_INIT("caller"), STR_INIT("C")};
	if (record->time_ns == TIME_NONE && is_any(key, times, 4)) {
		record->time_ns = parse_time(value, &record->zone);
		marks->is_milvus |= format_looks_like(value, "dddd/dd/dd");
		if (record->time_ns != TIME_NONE) {
			return;
		}
	}
	if (record->level == FORMAT_LEVEL_NONE && is_any(key, levels, 3)) {
		record->level = format_level_of(value);
		marks->is_milvus |= value.len > 0 && value.ptr[0] >= 'A' && value.ptr[0] <= 'Z' && str_equals(key, STR("level"));
	} else if (record->message.len == 0 && is_any(key, messages, 3)) {
		record->message = value;
		marks->has_msg = str_equals(key, STR("msg"));
	} else if (record->caller.len == 0 && is_any(key, callers, 2)) {
		record->caller = value;
	} else if (record->logger.len == 0 && str_equals(key, STR("logger"))) {
		record->logger = value;
	} else {
		format_add_field(record, tmp, key, value);
	}
}

static bool is_client(const struct record *record)
{
	return str_equals(record->logger, STR("etcd-client")) || str_equals(record->logger, STR("client")) ||
	       str_starts(record->caller, STR("v3@v3")) || str_starts(record->caller, STR("clientv3/")) ||
	       str_contains(record->message, STR("unary invoker")) ||
	       str_starts(record->message, STR("lease keepalive response queue is full"));
}

/* Folders of etcd's server code; a record whose caller is elsewhere is another program's. */
static bool is_server(const struct record *record)
{
	static const struct str folders[] = {
	        STR_INIT("etcdserver/"), STR_INIT("raft/"),     STR_INIT("wal/"),        STR_INIT("mvcc/"),       STR_INIT("backend/"),
	        STR_INIT("rafthttp/"),   STR_INIT("embed/"),    STR_INIT("etcdmain/"),   STR_INIT("v3rpc/"),      STR_INIT("lease/"),
	        STR_INIT("membership/"), STR_INIT("traceutil/"), STR_INIT("txn/"),       STR_INIT("auth/"),       STR_INIT("api/"),
	        STR_INIT("snap/"),       STR_INIT("osutil/"),   STR_INIT("flags/"),      STR_INIT("fileutil/"),   STR_INIT("schema/"),
	        STR_INIT("etcdhttp/"),   STR_INIT("v3compactor/"), STR_INIT("compactor/"), STR_INIT("transport/"), STR_INIT("hashkv/"),
	        STR_INIT("apply/"),      STR_INIT("bootstrap"), STR_INIT("storage/"),    STR_INIT("netutil/"),    STR_INIT("v3election/"),
	        STR_INIT("pkg/"),        STR_INIT("verify/"),   STR_INIT("config/"),     STR_INIT("version/"),    STR_INIT("zapgrpc/"),
	        STR_INIT("grpclog/"),    STR_INIT("maintenance"), STR_INIT("server/"),   STR_INIT("etcdutl/"),    STR_INIT("logutil/"),
	};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (str_starts(record->caller, folders[i])) {
			return true;
		}
	}
	return record->caller.len == 0 || str_equals(record->logger, STR("raft"));
}

static bool decode_json(struct str text, struct arena *tmp, struct record *record)
{
	struct json_reader reader;
	struct marks marks = {0};
	struct str key, value;
	json_reader_init(&reader, text, tmp);
	if (json_reader_next(&reader, &value) != JSON_TOKEN_OBJECT_BEGIN) {
		return false;
	}
	for (;;) {
		enum json_token token = json_reader_next(&reader, &key);
		record->is_cut = token == JSON_TOKEN_CUT || token == JSON_TOKEN_ERROR;
		if (token != JSON_TOKEN_KEY) {
			break;
		}
		struct json_reader inside = reader;
		token = json_reader_next(&reader, &value);
		if (token == JSON_TOKEN_OBJECT_BEGIN || token == JSON_TOKEN_ARRAY_BEGIN) {
			reader = inside;
			value = json_reader_skip(&reader);
		}
		take_member(record, tmp, &marks, key, value);
		if (token == JSON_TOKEN_CUT || token == JSON_TOKEN_ERROR) {
			record->is_cut = true;
			break;
		}
	}
	bool is_etcd_shape = marks.has_msg || !marks.is_milvus;
	record->program = is_client(record)                    ? FORMAT_ETCD_CLIENT
	                  : marks.is_milvus                    ? FORMAT_MILVUS
	                  : is_etcd_shape && is_server(record) ? FORMAT_ETCD
	                                                       : FORMAT_OTHER;
	return record->message.len > 0 || record->time_ns != TIME_NONE || record->field_count > 0;
}

const struct format format_json = {.name = "etcd-json", .bid = bid_json, .date = date_json, .decode = decode_json};
const struct format format_milvus_json = {
        .name = "milvus-json", .bid = bid_milvus_json, .date = date_json, .decode = decode_json};
