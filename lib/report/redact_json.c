/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents, digests and lines through the redactor. */
#include "base/json.h"
#include "base/vec.h"
#include "report/redact.h"

#include <string.h>

enum { NUMBER_MAX = 15 };

/* Keys of reports and events whose values are of the program's own vocabulary. */
static const char *const own_keys[] = {
	"schema", "lang",     "kind",     "cause",     "how",     "state",   "unit",      "basis",
	"format", "wrappers", "encoding", "severity",  "time",    "start",   "end",       "first",
	"last",   "from",     "to",       "settle_id", "archive", "took_ms", "component", "exit"};

struct walk {
	struct redactor *redactor;
	struct json_reader from;
	struct json_writer to;
	struct str section; /* member of the whole */
	struct str key;     /* of the value that comes */
	bool is_report;
};

static bool is_own(const struct walk *walk)
{
	bool is_id = str_equals(walk->key, STR("id")) && !str_equals(walk->section, STR("leases"));
	bool is_maker = str_equals(walk->section, STR("generator"));
	for (size_t i = 0; i < sizeof(own_keys) / sizeof(own_keys[0]); i++) {
		if (str_equals(walk->key, str_from(own_keys[i])) &&
		    !str_equals(walk->section, STR("fields"))) {
			return true;
		}
	}
	return is_maker || (walk->is_report && is_id);
}

/* Whether a text is of a log, not of the program's own prose. */
static bool is_log(const struct walk *walk)
{
	return str_equals(walk->section, STR("fields")) ||
	       (str_equals(walk->key, STR("text")) && !str_equals(walk->section, STR("advice")));
}

static void write_string(struct walk *walk, struct str text)
{
	struct buf out = {0};
	walk->redactor->is_log = is_log(walk);
	redact_learn_place(walk->redactor, walk->key, text);
	enum redact_class class_ = walk->key.len > 0 ? redact_class_of_key(walk->key) : CLASS_FREE;
	bool is_value =
		str_equals(walk->section, STR("fields")) || str_equals(walk->key, STR("value"));
	if (class_ == CLASS_VALUE && !is_value) {
		class_ = CLASS_FREE;
	}
	if (class_ == CLASS_SECRET && text.len > 0) {
		redact_count(walk->redactor, REDACT_SECRET, text);
		buf_add(&out, STR("<secret>"));
	} else if (class_ == CLASS_CUT && text.len > 0) {
		buf_add(&out, STR("<cut>"));
	} else if (str_equals(walk->key, STR("path")) || str_equals(walk->key, STR("copy_of"))) {
		redactor_path(walk->redactor, text, &out);
	} else {
		class_ = class_ == CLASS_VALUE && str_find_byte(text, ' ') >= 0 ? CLASS_FREE
		                                                                : class_;
		redact_add_text(walk->redactor, text, class_ == CLASS_PLAIN ? CLASS_FREE : class_,
		                &out);
	}
	walk->redactor->is_log = false;
	json_write_text(&walk->to, buf_str(&out));
	buf_finish(&out);
	arena_reset(&walk->redactor->tmp);
}

static void write_key(struct walk *walk, struct str key)
{
	bool is_text = str_equals(walk->section, STR("texts"));
	if (walk->from.depth == 1) {
		walk->section = key;
		walk->is_report |= str_equals(key, STR("schema"));
	}
	walk->key = is_text && walk->from.depth > 1 ? (struct str){NULL, 0} : key;
	if (str_starts(walk->section, STR("texts")) && walk->from.depth > 1) {
		walk->key = (struct str){NULL, 0};
	}
	if (is_text && walk->from.depth > 1) {
		struct buf out = {0};
		redact_add_text(walk->redactor, key, CLASS_FREE, &out);
		json_write_key_text(&walk->to, buf_str(&out));
		buf_finish(&out);
	} else {
		json_write_key_text(&walk->to, key);
	}
	if (str_equals(key, STR("rule")) && !walk->is_report) {
		/* what a rule says of itself */
		json_write_raw(&walk->to, json_reader_skip(&walk->from));
	}
}

static void write_number(struct walk *walk, struct str text)
{
	struct buf out = {0};
	bool is_id = text.len > NUMBER_MAX && str_find_byte(text, '.') < 0 &&
	             redact_add_id(walk->redactor, text, &out);
	json_write_raw(&walk->to, is_id ? buf_str(&out) : text);
	buf_finish(&out);
}

static void write_token(struct walk *walk, enum json_token token, struct str value)
{
	switch (token) {
	case JSON_TOKEN_OBJECT_BEGIN:
		json_object_begin(&walk->to);
		break;
	case JSON_TOKEN_OBJECT_END:
		if (walk->from.depth == 0 && walk->is_report) {
			json_write_key(&walk->to, "redacted");
			json_write_bool(&walk->to, true);
		}
		json_object_end(&walk->to);
		break;
	case JSON_TOKEN_ARRAY_BEGIN:
		json_array_begin(&walk->to);
		break;
	case JSON_TOKEN_ARRAY_END:
		json_array_end(&walk->to);
		break;
	case JSON_TOKEN_KEY:
		write_key(walk, value);
		break;
	case JSON_TOKEN_STRING:
		if (is_own(walk)) {
			json_write_text(&walk->to, value);
		} else {
			write_string(walk, value);
		}
		break;
	case JSON_TOKEN_NUMBER:
		write_number(walk, value);
		break;
	case JSON_TOKEN_TRUE:
	case JSON_TOKEN_FALSE:
		json_write_bool(&walk->to, token == JSON_TOKEN_TRUE);
		break;
	case JSON_TOKEN_NULL:
		json_write_null(&walk->to);
		break;
	case JSON_TOKEN_END:
	case JSON_TOKEN_ERROR:
	case JSON_TOKEN_CUT:
		break;
	}
}

void redactor_json(struct redactor *redactor, struct str json, struct buf *out)
{
	struct arena keep;
	struct walk walk = {.redactor = redactor};
	struct str value;
	enum json_token token;
	arena_init(&keep);
	json_reader_init(&walk.from, json, &keep);
	json_writer_init(&walk.to, out, 0);
	while ((token = json_reader_next(&walk.from, &value)) != JSON_TOKEN_END &&
	       token != JSON_TOKEN_ERROR && token != JSON_TOKEN_CUT) {
		write_token(&walk, token, value);
	}
	arena_finish(&keep);
}

/* ---- learning ---- */

void redactor_learn_json(struct redactor *redactor, struct str json)
{
	struct buf out = {0};
	redactor_json(redactor, json, &out);
	buf_finish(&out);
}

void redactor_learn_path(struct redactor *redactor, struct str path)
{
	struct buf out = {0};
	redactor_path(redactor, path, &out);
	buf_finish(&out);
}

static enum redact_class class_of_field(const struct event_field *field)
{
	return field->type == EVENT_MEMBER || field->type == EVENT_LEASE ? CLASS_ID
	       : field->type == EVENT_KEY                                ? CLASS_PATH
	       : field->type == EVENT_REASON                             ? CLASS_FREE
	                                     : redact_class_of_key(field->name);
}

static void learn_event(struct redactor *redactor, const struct event *event, struct buf *out)
{
	for (size_t i = 0; i < event->field_count; i++) {
		enum redact_class class_ = class_of_field(&event->fields[i]);
		if (class_ != CLASS_SECRET && class_ != CLASS_CUT && class_ != CLASS_PLAIN) {
			redact_add_text(redactor, event->fields[i].text, class_, out);
		}
	}
	redact_add_text(redactor, event->origin.text, CLASS_FREE, out);
	redact_add_text(redactor, event->instance, CLASS_NAME, out);
	buf_clear(out);
	arena_reset(&redactor->tmp);
}

void redactor_learn_digest(struct redactor *redactor, const struct digest *digest)
{
	struct buf out = {0};
	redactor->is_log = true;
	vec_foreach (const struct episode, episode, &digest->episodes) {
		for (size_t i = 0; i < episode->member_count; i++) {
			learn_event(redactor, episode->members[i], &out);
		}
	}
	redactor->is_log = false;
	buf_finish(&out);
}

/* ---- lines and paths ---- */

void redactor_log(struct redactor *redactor, struct str text, struct buf *out)
{
	redactor->is_log = true;
	redactor_text(redactor, text, out);
	redactor->is_log = false;
}

void redactor_text(struct redactor *redactor, struct str text, struct buf *out)
{
	redact_add_text(redactor, text, CLASS_FREE, out);
	arena_reset(&redactor->tmp);
}

void redactor_path(struct redactor *redactor, struct str path, struct buf *out)
{
	redact_add_text(redactor, path, CLASS_PATH, out);
	arena_reset(&redactor->tmp);
}
