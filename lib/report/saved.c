/* SPDX-License-Identifier: Apache-2.0 */
/* A saved JSON report -> findings, so that it renders to any other format. */
#include "base/vec.h"
#include "report/report.h"
#include "report/shapes.h"

#include <string.h>

#define SCHEMA_STEM "whydown.report/"

static struct str skip_blanks(struct str text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t' || text.ptr[0] == '\n' ||
	                        text.ptr[0] == '\r')) {
		text = str_skip(text, 1);
	}
	return text;
}

/* Whether text begins with a word, behind blanks; it is taken off. */
static bool take(struct str *text, struct str word)
{
	*text = skip_blanks(*text);
	if (!str_starts(*text, word)) {
		return false;
	}
	*text = str_skip(*text, word.len);
	return true;
}

static struct str skip_mark(struct str text)
{
	return str_skip(text, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0);
}

static bool is_saved(struct str head)
{
	struct str at = skip_mark(head);
	if (!take(&at, STR("{"))) {
		return false;
	}
	struct str sorted = at;
	if (take(&at, STR("\"schema\"")) && take(&at, STR(":"))) {
		return take(&at, STR("\"" SCHEMA_STEM));
	}
	/* with its keys sorted, as `jq -S` leaves it */
	return take(&sorted, STR("\"advice\"")) && take(&sorted, STR(":")) &&
	       take(&sorted, STR("["));
}

/* Whether a line of the answer says how sure it is: "  sure   94 %, storage-latency (stopped)". */
static bool has_confidence(struct str answer, struct str before, const char *label)
{
	ptrdiff_t at = str_find(answer, before);
	while (at >= 0) {
		struct str line;
		answer = str_skip(answer, (size_t)at + before.len);
		str_cut(answer, STR("\n"), &line, NULL);
		if (str_starts(line, str_from(label)) && str_contains(line, STR(" %"))) {
			return true;
		}
		at = str_find(answer, before);
	}
	return false;
}

/* The lines that each begins with; a log that quotes one of them does not have them all. */
static bool is_printed(struct str head)
{
	enum { ANSWER_MAX = 2048 };
	struct str answer = str_slice(head, 0, ANSWER_MAX);
	for (enum text_lang lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		if (has_confidence(answer, STR("\n  "), text_translate(lang, "sure")) ||
		    (str_starts(answer, STR("## ")) &&
		     has_confidence(answer, STR("\n- **"), text_translate(lang, "How sure:")))) {
			return true;
		}
	}
	return str_contains(answer, STR("<!DOCTYPE html>")) &&
	       str_contains(answer, STR(" - whydown</title>"));
}

enum report_made report_recognise(struct str head)
{
	return is_saved(head) ? REPORT_SAVED : is_printed(head) ? REPORT_PRINTED : REPORT_NONE;
}

/* ---- what must be known first: schema, language, sentences, kinds ---- */

struct first_pass {
	struct shape_reader from;
	struct map texts, places; /* -> struct str * */
	struct map kinds;         /* -> struct event_kind * */
	struct str texts_json, places_json, kinds_json;
	bool has_schema;
};

static bool check_schema(struct first_pass *pass, struct str value)
{
	pass->has_schema = str_equals(value, STR(SHAPES_SCHEMA));
	if (pass->has_schema) {
		return true;
	}
	return error_set(pass->from.err,
	                 "is \"%.*s\", which this whydown does not read; use one that writes it",
	                 STR_ARG(str_slice(value, 0, 64)));
}

static bool look_at(struct first_pass *pass, struct str key)
{
	struct str value;
	if (str_equals(key, STR("schema"))) {
		return shape_expect(&pass->from, JSON_TOKEN_STRING, &value) &&
		       check_schema(pass, value);
	}
	if (str_equals(key, STR("lang"))) {
		if (!shape_expect(&pass->from, JSON_TOKEN_STRING, &value)) {
			return false;
		}
		pass->from.lang = str_equals(value, STR("zh")) ? TEXT_ZH : TEXT_EN;
		return true;
	}
	value = json_reader_skip(&pass->from.json);
	if (str_equals(key, STR("texts"))) {
		pass->texts_json = value;
	} else if (str_equals(key, STR("texts_at"))) {
		pass->places_json = value;
	} else if (str_equals(key, STR("kinds"))) {
		pass->kinds_json = value;
	}
	return true;
}

static bool look_over(struct first_pass *pass)
{
	struct str key;
	if (!shape_expect(&pass->from, JSON_TOKEN_OBJECT_BEGIN, NULL)) {
		return false;
	}
	enum json_token token;
	while ((token = json_reader_next(&pass->from.json, &key)) == JSON_TOKEN_KEY) {
		if (!look_at(pass, key)) {
			return false;
		}
	}
	if (token != JSON_TOKEN_OBJECT_END) {
		return shape_fail(&pass->from, token == JSON_TOKEN_ERROR ? "not JSON from here on"
		                                                         : "the report ends early");
	}
	if (skip_blanks(str_skip(pass->from.json.text, pass->from.json.position)).len > 0) {
		return shape_fail(&pass->from, "something follows the report");
	}
	return pass->has_schema ||
	       error_set(pass->from.err, "has no \"schema\"; this is not a report of whydown");
}

static bool read_texts(struct first_pass *pass, struct str json, struct map *texts)
{
	struct shape_reader *from = &pass->from;
	struct str key, value;
	enum json_token token;
	json_reader_init(&from->json, json, from->keep);
	if (!shape_expect(from, JSON_TOKEN_OBJECT_BEGIN, NULL)) {
		return false;
	}
	while ((token = json_reader_next(&from->json, &key)) == JSON_TOKEN_KEY) {
		if (!shape_read_text(from, &value, true)) {
			return false;
		}
		struct str *other = arena_new(from->keep, struct str);
		*other = value;
		*map_put(texts, key) = other;
	}
	return token == JSON_TOKEN_OBJECT_END || shape_fail(from, "\"texts\" is damaged");
}

static bool read_kinds(struct first_pass *pass)
{
	struct shape_reader *from = &pass->from;
	from->texts = &pass->texts;
	from->places = &pass->places;
	json_reader_init(&from->json, pass->kinds_json, from->keep);
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	for (size_t i = 0; shape_next_object(from); i++) {
		buf_clear(&from->place);
		buf_printf(&from->place, "/kinds/%zu", i);
		struct event_kind *kind = arena_new(from->keep, struct event_kind);
		if (!shape_read(from, &shapes_kind, kind)) {
			return false;
		}
		str_cut(kind->id, STR("."), &kind->component, NULL);
		*map_put(&pass->kinds, kind->id) = kind;
	}
	buf_clear(&from->place);
	return !from->err->is_set;
}

/* ---- the rest ---- */

/* Bytes at the start that are UTF-8. */
static size_t utf8_length(struct str text)
{
	size_t at = 0;
	while (at < text.len) {
		size_t len =
			(unsigned char)text.ptr[at] < 0x80 ? 1 : text_character(str_skip(text, at));
		if (len == 0) {
			break;
		}
		at += len;
	}
	return at;
}

static void fill_in(struct report_saved *saved, const struct first_pass *pass)
{
	struct findings *findings = &saved->findings;
	struct digest *digest = &saved->digest;
	findings->named.cause = findings->verdict.cause;
	findings->named.confidence = findings->verdict.confidence;
	vec_foreach (struct chain_step, step, &findings->chain) {
		step->kind = map_get(&pass->kinds, step->kind_id);
	}
	vec_foreach (struct stop, stop, &findings->stops) {
		vec_foreach (struct chain_step, step, &stop->chain) {
			step->kind = map_get(&pass->kinds, step->kind_id);
		}
	}
	vec_foreach (struct finding_fact, item, &findings->facts) {
		vec_push(&digest->facts, item->fact);
	}
}

static bool read_all(struct report_saved *saved, struct first_pass *pass, struct str text)
{
	struct shape_reader *from = &pass->from;
	struct shapes_root root = {.findings = &saved->findings, .digest = &saved->digest};
	from->json.position = utf8_length(text);
	if (from->json.position < text.len) {
		return shape_fail(from, "not UTF-8 from here on");
	}
	from->json.position = 0;
	if (!look_over(pass)) {
		return false;
	}
	if (pass->texts_json.ptr == NULL || pass->places_json.ptr == NULL ||
	    pass->kinds_json.ptr == NULL) {
		return shape_fail(from, "\"texts\", \"texts_at\" or \"kinds\" is missing");
	}
	if (!read_texts(pass, pass->texts_json, &pass->texts) ||
	    !read_texts(pass, pass->places_json, &pass->places) || !read_kinds(pass)) {
		return false;
	}
	from->kinds = &pass->kinds;
	json_reader_init(&from->json, text, from->keep);
	if (!shape_expect(from, JSON_TOKEN_OBJECT_BEGIN, NULL) ||
	    !shape_read(from, &shapes_report, &root)) {
		return false;
	}
	saved->version = root.version;
	saved->rules = root.rules;
	saved->is_redacted = root.is_redacted;
	return true;
}

bool report_saved_read(struct report_saved *saved, struct str text, struct error *err)
{
	struct error own = {0};
	*saved = (struct report_saved){0};
	digest_init(&saved->digest);
	saved->findings.digest = &saved->digest;
	struct str body = skip_mark(text);
	struct first_pass pass = {
		.from = {.whole = body, .keep = &saved->findings.keep, .err = &own}};
	json_reader_init(&pass.from.json, body, pass.from.keep);
	bool is_read = read_all(saved, &pass, body);
	if (is_read) {
		fill_in(saved, &pass);
	} else {
		report_saved_finish(saved);
		error_set(err, "%s", own.text);
	}
	buf_finish(&pass.from.place);
	map_finish(&pass.texts);
	map_finish(&pass.places);
	map_finish(&pass.kinds);
	return is_read;
}

void report_saved_finish(struct report_saved *saved)
{
	findings_finish(&saved->findings);
	digest_finish(&saved->digest);
	*saved = (struct report_saved){0};
}
