/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers that are JSON objects, one a line: docker json-file, and exports of log stores. */
#include "base/json.h"

#include "line/reader.h"

static int64_t time_of(struct str text, enum clock_zone *zone)
{
	int64_t time_ns = clock_parse(text, zone, NULL);
	if (time_ns == TIME_NONE) {
		time_ns = clock_parse_epoch(text);
		*zone = time_ns == TIME_NONE ? CLOCK_ZONE_NONE : CLOCK_ZONE_UTC;
	}
	return time_ns;
}

/* ---- docker json-file: {"log":"text\n","stream":"stderr","time":"..."} ---- */

static int bid_docker(struct str line)
{
	return str_starts(line, STR("{\"log\":\"")) ? 60 : 0;
}

static bool peel_docker(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	struct json_reader reader;
	struct str key, value;
	bool has_log = false;
	json_reader_init(&reader, line, tmp);
	json_reader_next(&reader, &value);
	while (json_reader_next(&reader, &key) == JSON_TOKEN_KEY) {
		if (str_equals(key, STR("log"))) {
			enum json_token token = json_reader_next(&reader, rest);
			has_log = token == JSON_TOKEN_STRING || token == JSON_TOKEN_CUT;
		} else if (str_equals(key, STR("stream"))) {
			json_reader_next(&reader, &value);
			info->output = str_equals(value, STR("stderr")) ? LINE_STDERR : LINE_STDOUT;
		} else if (str_equals(key, STR("time"))) {
			json_reader_next(&reader, &value);
			info->outer_ns = time_of(value, &info->outer_zone);
		} else {
			json_reader_skip(&reader);
		}
	}
	if (!has_log) {
		return false;
	}
	info->is_partial = !str_ends(*rest, STR("\n"));
	while (rest->len > 0 && (rest->ptr[rest->len - 1] == '\n' || rest->ptr[rest->len - 1] == '\r')) {
		rest->len--;
	}
	return true;
}

const struct wrapper wrapper_docker_json = {.name = "docker-json", .bid = bid_docker, .peel = peel_docker};

/* ---- exports: an object with the line under one of several names, and no message of ours beside a level ---- */

static const struct str payload_keys[] = {STR_INIT("log"),         STR_INIT("message"), STR_INIT("line"), STR_INIT("content"),
                                          STR_INIT("textPayload"), STR_INIT("MESSAGE"), STR_INIT("__CONTENT__")};
static const struct str stamp_keys[] = {STR_INIT("@timestamp"), STR_INIT("timestamp"), STR_INIT("_time_"), STR_INIT("date"),
                                        STR_INIT("__REALTIME_TIMESTAMP"), STR_INIT("time"), STR_INIT("__time__")};

static bool is_any(struct str key, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(key, names[i])) {
			return true;
		}
	}
	return false;
}

static int bid_export(struct str line)
{
	if (line.len < 12 || line.ptr[0] != '{') {
		return 0;
	}
	bool has_payload = false;
	for (size_t i = 0; i < sizeof(payload_keys) / sizeof(payload_keys[0]); i++) {
		char name[32] = "\"";
		size_t len = 1;
		for (size_t j = 0; j < payload_keys[i].len; j++) {
			name[len++] = payload_keys[i].ptr[j];
		}
		name[len++] = '"';
		has_payload |= str_contains(line, (struct str){name, len});
	}
	bool is_record = str_contains(line, STR("\"caller\"")) && (str_contains(line, STR("\"msg\"")) || str_contains(line, STR("\"level\"")));
	return has_payload && !is_record && !str_starts(line, STR("{\"level\"")) ? 15 : 0;
}

static void take_member(struct json_reader *reader, struct str key, struct str *payload, struct wrap_info *info)
{
	struct json_reader at = *reader;
	struct str value;
	enum json_token token = json_reader_next(reader, &value);
	if (token == JSON_TOKEN_OBJECT_BEGIN) {
		return; /* its members are looked at like the others */
	}
	if (token == JSON_TOKEN_ARRAY_BEGIN) {
		*reader = at;
		json_reader_skip(reader);
		return;
	}
	if (token == JSON_TOKEN_STRING && payload->ptr == NULL && is_any(key, payload_keys, sizeof(payload_keys) / sizeof(payload_keys[0]))) {
		*payload = value;
	} else if (info->outer_ns == TIME_NONE && is_any(key, stamp_keys, sizeof(stamp_keys) / sizeof(stamp_keys[0]))) {
		info->outer_ns = time_of(value, &info->outer_zone);
	} else if (str_equals(key, STR("pod_name")) || str_equals(key, STR("podName")) || str_equals(key, STR("_pod_name_")) ||
	           str_equals(key, STR("pod"))) {
		info->source.pod = value;
	} else if (str_equals(key, STR("container_name")) || str_equals(key, STR("containerName")) ||
	           str_equals(key, STR("_container_name_")) || str_equals(key, STR("CONTAINER_NAME")) || str_equals(key, STR("container"))) {
		info->source.container = value;
	} else if (str_equals(key, STR("_HOSTNAME"))) {
		info->source.host = value;
	} else if (str_equals(key, STR("SYSLOG_IDENTIFIER")) || str_equals(key, STR("_SYSTEMD_UNIT"))) {
		info->source.unit = value;
	}
}

static bool peel_export(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	struct json_reader reader;
	struct str key, payload = {NULL, 0};
	json_reader_init(&reader, line, tmp);
	enum json_token token = json_reader_next(&reader, &key);
	while (token != JSON_TOKEN_END && token != JSON_TOKEN_ERROR && token != JSON_TOKEN_CUT) {
		token = json_reader_next(&reader, &key);
		if (token == JSON_TOKEN_KEY) {
			take_member(&reader, key, &payload, info);
		}
	}
	if (payload.ptr == NULL) {
		return false;
	}
	while (payload.len > 0 && (payload.ptr[payload.len - 1] == '\n' || payload.ptr[payload.len - 1] == '\r')) {
		payload.len--;
	}
	*rest = payload;
	return true;
}

const struct wrapper wrapper_json_export = {.name = "json-export", .bid = bid_export, .peel = peel_export};
