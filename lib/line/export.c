/* SPDX-License-Identifier: Apache-2.0 */
#include "line/export.h"

#include "base/json.h"

#include <limits.h>

struct known {
	struct str parent; /* empty: any */
	struct str key;
	enum export_field field;
	unsigned rank;
};

#define ANY                                                                                        \
	{                                                                                          \
		NULL, 0                                                                            \
	}

/* Source: the exports of Elasticsearch (filebeat, fluent-bit, vector), Grafana, Loki, CloudWatch,
 * Aliyun SLS, Tencent CLS, Google Cloud, Azure, stern, journald. */
static const struct known known[] = {
	{ANY, STR_INIT("message"), EXPORT_TEXT, 0},
	{ANY, STR_INIT("log"), EXPORT_TEXT, 1},
	{ANY, STR_INIT("line"), EXPORT_TEXT, 2},
	{ANY, STR_INIT("Line"), EXPORT_TEXT, 2},
	{ANY, STR_INIT("content"), EXPORT_TEXT, 3},
	{ANY, STR_INIT("textPayload"), EXPORT_TEXT, 4},
	{ANY, STR_INIT("MESSAGE"), EXPORT_TEXT, 5},
	{ANY, STR_INIT("@message"), EXPORT_TEXT, 5},
	{ANY, STR_INIT("msg"), EXPORT_TEXT, 6},
	{ANY, STR_INIT("__CONTENT__"), EXPORT_TEXT, 7},
	{ANY, STR_INIT("_raw"), EXPORT_TEXT, 7},
	{ANY, STR_INIT("body"), EXPORT_TEXT, 8},
	{ANY, STR_INIT("LogMessage"), EXPORT_TEXT, 8},
	{ANY, STR_INIT("LogEntry"), EXPORT_TEXT, 8},
	{STR_INIT("event"), STR_INIT("original"), EXPORT_TEXT, 9},
	{ANY, STR_INIT("event.original"), EXPORT_TEXT, 9},
	{ANY, STR_INIT("tsNs"), EXPORT_TIME, 0},
	{ANY, STR_INIT("_time_"), EXPORT_TIME, 1},
	{ANY, STR_INIT("@timestamp"), EXPORT_TIME, 2},
	{ANY, STR_INIT("timestamp"), EXPORT_TIME, 3},
	{ANY, STR_INIT("time"), EXPORT_TIME, 4},
	{ANY, STR_INIT("Time"), EXPORT_TIME, 4},
	{ANY, STR_INIT("_time"), EXPORT_TIME, 4},
	{ANY, STR_INIT("date"), EXPORT_TIME, 5},
	{ANY, STR_INIT("Date"), EXPORT_TIME, 5},
	{ANY, STR_INIT("__REALTIME_TIMESTAMP"), EXPORT_TIME, 6},
	{ANY, STR_INIT("__time__"), EXPORT_TIME, 7},
	{ANY, STR_INIT("__TIMESTAMP__"), EXPORT_TIME, 7},
	{ANY, STR_INIT("ts"), EXPORT_TIME, 8},
	{ANY, STR_INIT("receiveTimestamp"), EXPORT_TIME, 9},
	{ANY, STR_INIT("TimeGenerated"), EXPORT_TIME, 9},
	{STR_INIT("pod"), STR_INIT("name"), EXPORT_POD, 0},
	{ANY, STR_INIT("pod_name"), EXPORT_POD, 0},
	{ANY, STR_INIT("podName"), EXPORT_POD, 0},
	{ANY, STR_INIT("PodName"), EXPORT_POD, 0},
	{ANY, STR_INIT("_pod_name_"), EXPORT_POD, 0},
	{ANY, STR_INIT("pod"), EXPORT_POD, 0},
	{ANY, STR_INIT("kubernetes.pod.name"), EXPORT_POD, 0},
	{ANY, STR_INIT("kubernetes.pod_name"), EXPORT_POD, 0},
	{ANY, STR_INIT("logStreamName"), EXPORT_POD, 1},
	{ANY, STR_INIT("@logStream"), EXPORT_POD, 1},
	{STR_INIT("container"), STR_INIT("name"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("container_name"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("containerName"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("ContainerName"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("_container_name_"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("CONTAINER_NAME"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("container"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("kubernetes.container.name"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("kubernetes.container_name"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("compose_service"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("com.docker.compose.service"), EXPORT_CONTAINER, 0},
	{ANY, STR_INIT("namespace"), EXPORT_SPACE, 0},
	{ANY, STR_INIT("namespace_name"), EXPORT_SPACE, 0},
	{ANY, STR_INIT("_namespace_"), EXPORT_SPACE, 0},
	{ANY, STR_INIT("kubernetes.namespace_name"), EXPORT_SPACE, 0},
	{ANY, STR_INIT("kubernetes.namespace"), EXPORT_SPACE, 0},
	{STR_INIT("host"), STR_INIT("name"), EXPORT_HOST, 0},
	{ANY, STR_INIT("_HOSTNAME"), EXPORT_HOST, 0},
	{ANY, STR_INIT("hostname"), EXPORT_HOST, 0},
	{ANY, STR_INIT("host"), EXPORT_HOST, 0},
	{ANY, STR_INIT("nodeName"), EXPORT_HOST, 0},
	{ANY, STR_INIT("node_name"), EXPORT_HOST, 0},
	{ANY, STR_INIT("__source__"), EXPORT_HOST, 0},
	{ANY, STR_INIT("SYSLOG_IDENTIFIER"), EXPORT_UNIT, 0},
	{ANY, STR_INIT("_SYSTEMD_UNIT"), EXPORT_UNIT, 1},
	{ANY, STR_INIT("stream"), EXPORT_OUTPUT, 0},
	{ANY, STR_INIT("_source_"), EXPORT_OUTPUT, 0},
	{STR_INIT("file"), STR_INIT("path"), EXPORT_PATH, 0},
	{ANY, STR_INIT("filename"), EXPORT_PATH, 0},
	{ANY, STR_INIT("log.file.path"), EXPORT_PATH, 0},
	{ANY, STR_INIT("__tag__:__path__"), EXPORT_PATH, 0},
	{ANY, STR_INIT("CONTAINER_PARTIAL_MESSAGE"), EXPORT_PARTIAL, 0},
	{ANY, STR_INIT("labels"), EXPORT_LABELS, 0},
};

void export_begin(struct export_entry *entry, struct wrap *wrap)
{
	*entry = (struct export_entry){.wrap = wrap,
	                               .text_rank = UINT_MAX,
	                               .time_rank = UINT_MAX,
	                               .pod_rank = UINT_MAX,
	                               .unit_rank = UINT_MAX};
}

enum export_field export_field_of(struct str parent, struct str key, unsigned *rank)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_equals(known[i].key, key) &&
		    (known[i].parent.len == 0 || str_equals(known[i].parent, parent))) {
			*rank = known[i].rank;
			return known[i].field;
		}
	}
	return EXPORT_OTHER;
}

/* Lower case letters and digits of a name; what stands in brackets is a unit or a zone. */
static struct str squeeze(struct str name, char *to, size_t size)
{
	size_t len = 0;
	for (size_t i = 0; i < name.len && len < size; i++) {
		char byte = name.ptr[i];
		if (byte == '[' || byte == '(') {
			break;
		}
		bool is_capital = byte >= 'A' && byte <= 'Z';
		if (is_capital || (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9')) {
			to[len++] = is_capital ? (char)(byte - 'A' + 'a') : byte;
		}
	}
	return (struct str){to, len};
}

enum export_field export_field_of_head(struct str name, unsigned *rank)
{
	static const struct known heads[] = {
		{ANY, STR_INIT("message"), EXPORT_TEXT, 0},
		{ANY, STR_INIT("log"), EXPORT_TEXT, 1},
		{ANY, STR_INIT("line"), EXPORT_TEXT, 2},
		{ANY, STR_INIT("content"), EXPORT_TEXT, 3},
		{ANY, STR_INIT("logmessage"), EXPORT_TEXT, 4},
		{ANY, STR_INIT("logentry"), EXPORT_TEXT, 5},
		{ANY, STR_INIT("logline"), EXPORT_TEXT, 6},
		{ANY, STR_INIT("timestamp"), EXPORT_TIME, 3},
		{ANY, STR_INIT("time"), EXPORT_TIME, 4},
		{ANY, STR_INIT("timegenerated"), EXPORT_TIME, 5},
		{ANY, STR_INIT("datetime"), EXPORT_TIME, 5},
		{ANY, STR_INIT("date"), EXPORT_TIME, 6},
		{ANY, STR_INIT("eventtime"), EXPORT_TIME, 7},
		{ANY, STR_INIT("podname"), EXPORT_POD, 0},
		{ANY, STR_INIT("pod"), EXPORT_POD, 0},
		{ANY, STR_INIT("instance"), EXPORT_POD, 2},
		{ANY, STR_INIT("logstream"), EXPORT_POD, 1},
		{ANY, STR_INIT("containername"), EXPORT_CONTAINER, 0},
		{ANY, STR_INIT("container"), EXPORT_CONTAINER, 0},
		{ANY, STR_INIT("service"), EXPORT_CONTAINER, 0},
		{ANY, STR_INIT("namespace"), EXPORT_SPACE, 0},
		{ANY, STR_INIT("host"), EXPORT_HOST, 0},
		{ANY, STR_INIT("hostname"), EXPORT_HOST, 0},
		{ANY, STR_INIT("node"), EXPORT_HOST, 0},
		{ANY, STR_INIT("computer"), EXPORT_HOST, 0},
	};
	char letters[64];
	enum export_field field = export_field_of((struct str){NULL, 0}, name, rank);
	struct str squeezed = squeeze(name, letters, sizeof(letters));
	for (size_t i = 0; field == EXPORT_OTHER && i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (str_equals(heads[i].key, squeezed)) {
			*rank = heads[i].rank;
			field = heads[i].field;
		}
	}
	return field;
}

/* The value goes where it belongs, unless a better one is there. */
static void set_ranked(struct str *to, unsigned *best, unsigned rank, struct str value)
{
	if (rank < *best && value.len > 0) {
		*best = rank;
		*to = value;
	}
}

static void set_time(struct export_entry *entry, unsigned rank, struct str value)
{
	enum clock_zone zone;
	int64_t time_ns = rank < entry->time_rank ? wrap_parse_time(value, &zone) : TIME_NONE;
	if (time_ns != TIME_NONE) {
		entry->time_rank = rank;
		entry->wrap->outer_ns = time_ns;
		entry->wrap->outer_zone = zone;
	}
}

static void set_output(struct wrap *wrap, struct str value)
{
	bool is_error = str_equals(value, STR("stderr"));
	if (is_error || str_equals(value, STR("stdout"))) {
		wrap->output = is_error ? LINE_STDERR : LINE_STDOUT;
	}
}

bool export_set(struct export_entry *entry, enum export_field field, unsigned rank,
                struct str value)
{
	struct wrap *wrap = entry->wrap;
	entry->has_source |= field >= EXPORT_POD && field <= EXPORT_PATH;
	switch (field) {
	case EXPORT_TEXT:
		if (rank >= entry->text_rank) {
			return false;
		}
		entry->text_rank = rank;
		entry->text = value;
		return true;
	case EXPORT_TIME:
		set_time(entry, rank, value);
		break;
	case EXPORT_POD:
		set_ranked(&wrap->source.pod, &entry->pod_rank, rank, value);
		break;
	case EXPORT_CONTAINER:
		wrap->source.container = str_starts(value, STR("/")) ? str_skip(value, 1) : value;
		break;
	case EXPORT_SPACE:
		wrap->source.space = value;
		break;
	case EXPORT_HOST:
		wrap->source.host = value;
		break;
	case EXPORT_UNIT:
		if (str_ends(value, STR(".service"))) {
			value.len -= 8;
		}
		set_ranked(&wrap->source.unit, &entry->unit_rank, rank, value);
		break;
	case EXPORT_OUTPUT:
		set_output(wrap, value);
		break;
	case EXPORT_PATH:
		wrap_source_from_path(&wrap->source, value);
		break;
	case EXPORT_PARTIAL:
		wrap->is_partial = str_equals(value, STR("true"));
		break;
	case EXPORT_LABELS:
	case EXPORT_OTHER:
		break;
	}
	return false;
}

struct str export_skip_blanks(struct str text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t' || text.ptr[0] == '\r')) {
		text = str_skip(text, 1);
	}
	return text;
}

void export_set_labels(struct export_entry *entry, struct str json, struct arena *tmp)
{
	struct json_reader reader;
	struct str key, value;
	json_reader_init(&reader, json, tmp);
	if (json_reader_next(&reader, &key) != JSON_TOKEN_OBJECT_BEGIN) {
		return;
	}
	while (json_reader_next(&reader, &key) == JSON_TOKEN_KEY) {
		struct json_reader at = reader;
		unsigned rank = 0;
		enum export_field field = export_field_of((struct str){NULL, 0}, key, &rank);
		bool is_name = field >= EXPORT_POD && field <= EXPORT_PATH;
		if (is_name && json_reader_next(&reader, &value) == JSON_TOKEN_STRING) {
			export_set(entry, field, rank, value);
		} else {
			reader = at;
			json_reader_skip(&reader);
		}
	}
}
