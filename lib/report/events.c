/* SPDX-License-Identifier: Apache-2.0 */
/* Events, one a line: docs/schema/event.schema.json. */
#include "base/json.h"
#include "report/reporters.h"

static const struct str severity_names[EVENT_SEVERITY_COUNT] = {
	[EVENT_INFO] = STR_INIT("info"),       [EVENT_NOTICE] = STR_INIT("notice"),
	[EVENT_WARNING] = STR_INIT("warning"), [EVENT_ERROR] = STR_INIT("error"),
	[EVENT_FATAL] = STR_INIT("fatal"),
};

struct str report_severity_name(enum event_severity severity)
{
	return severity_names[severity];
}

static void write_field(struct json_writer *json, const struct event_field *field)
{
	char name[128];
	size_t len = field->name.len < sizeof(name) ? field->name.len : sizeof(name) - 1;
	for (size_t i = 0; i < len; i++) {
		name[i] = field->name.ptr[i];
	}
	name[len] = '\0';
	json_write_key(json, name);
	if (field->type == EVENT_DURATION && field->number != INT64_MIN) {
		json_write_ms(json, field->number);
	} else if ((field->type == EVENT_COUNT || field->type == EVENT_BYTES) &&
	           field->number != INT64_MIN && field->number < INT64_C(1) << 53) {
		json_write_int(json, field->number);
	} else {
		json_write_text(json, field->text);
	}
}

void report_event_fields(const struct event *event, struct json_writer *json)
{
	json_object_begin(json);
	for (size_t i = 0; i < event->field_count; i++) {
		write_field(json, &event->fields[i]);
	}
	json_object_end(json);
}

void report_event_ndjson(const struct event *event, struct str component, struct str instance,
                         struct buf *out)
{
	struct json_writer json;
	json_writer_init(&json, out, 0);
	json_object_begin(&json);
	json_member_text(&json, "kind", event->kind->id);
	json_write_key(&json, "time");
	json_write_time(&json, event->time_ns);
	json_write_key(&json, "start");
	json_write_time(&json, event->start_ns);
	json_write_key(&json, "took_ms");
	json_write_ms(&json, event->took_ns);
	json_member_text(&json, "component", component);
	json_member_text(&json, "instance", instance);
	json_member_text(&json, "severity", severity_names[event->kind->severity]);
	json_write_key(&json, "fields");
	report_event_fields(event, &json);
	json_member_text(&json, "path", event->origin.path);
	json_member_int(&json, "line", (int64_t)event->origin.line);
	json_member_int(&json, "offset", (int64_t)event->origin.offset);
	json_member_text(&json, "text", event->origin.text);
	json_object_end(&json);
	buf_byte(out, '\n');
}

void report_event_csv_head(struct buf *out)
{
	buf_add(out, STR("kind,time,start,took_ms,component,instance,severity,path,line,offset,"
	                 "text\r\n"));
}

void report_csv_cell(struct buf *out, struct str text)
{
	buf_byte(out, '"');
	if (text.len > 0 && str_find_byte(STR("=+-@\t\r"), text.ptr[0]) >= 0) {
		buf_byte(out, '\'');
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"') {
			buf_byte(out, '"');
		}
		buf_byte(out, text.ptr[i]);
	}
	buf_byte(out, '"');
}

void report_event_csv(const struct event *event, struct str component, struct str instance,
                      struct buf *out)
{
	struct arena tmp;
	arena_init(&tmp);
	struct str cells[] = {
		event->kind->id,
		event->time_ns == TIME_NONE ? STR("") : clock_format(&tmp, event->time_ns),
		event->start_ns == TIME_NONE ? STR("") : clock_format(&tmp, event->start_ns),
		event->took_ns == DURATION_NONE ? STR("")
						: duration_format_ms(&tmp, event->took_ns),
		component,
		instance,
		severity_names[event->kind->severity],
		event->origin.path,
		arena_printf(&tmp, "%llu", (unsigned long long)event->origin.line),
		arena_printf(&tmp, "%llu", (unsigned long long)event->origin.offset),
		text_safe(&tmp, event->origin.text),
	};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		if (i > 0) {
			buf_byte(out, ',');
		}
		report_csv_cell(out, cells[i]);
	}
	buf_add(out, STR("\r\n"));
	arena_finish(&tmp);
}

void report_event_csv_from(struct str ndjson, struct buf *out)
{
	static const char *const columns[] = {"kind",      "time",     "start",    "took_ms",
	                                      "component", "instance", "severity", "path",
	                                      "line",      "offset",   "text"};
	struct str cells[sizeof(columns) / sizeof(columns[0])] = {0}, key, value;
	struct arena tmp;
	struct json_reader from;
	enum json_token token;
	arena_init(&tmp);
	json_reader_init(&from, ndjson, &tmp);
	json_reader_next(&from, &value);
	while (json_reader_next(&from, &key) == JSON_TOKEN_KEY) {
		if (str_equals(key, STR("fields"))) {
			json_reader_skip(&from);
			continue;
		}
		token = json_reader_next(&from, &value);
		for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]) && token != JSON_TOKEN_NULL;
		     i++) {
			cells[i] = str_equals(key, str_from(columns[i])) ? text_safe(&tmp, value)
			                                                 : cells[i];
		}
	}
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_add(out, i > 0 ? STR(",") : STR(""));
		report_csv_cell(out, cells[i]);
	}
	buf_add(out, STR("\r\n"));
	arena_finish(&tmp);
}
