/* SPDX-License-Identifier: Apache-2.0 */
/* whydown rules list and show: rules that are asked for. */
#include "rules.h"

#include <string.h>

/* ---- conditions ---- */

/* A word behind `list`: KEY=VALUE, or a text to look for. */
struct condition {
	struct str key; /* empty: text */
	struct str value;
	enum event_severity severity;
	bool is_at_least; /* "severity=warning+" */
};

static const char *const keys[] = {"component", "severity", "cause", "version", "milvus",
                                   "etcd",      "source",   "field", NULL};

static int read_severity(struct condition *condition)
{
	struct str name = condition->value;
	condition->is_at_least = str_ends(name, STR("+"));
	name = condition->is_at_least ? str_slice(name, 0, name.len - 1) : name;
	for (size_t i = 0; i < EVENT_SEVERITY_COUNT; i++) {
		if (str_equals(name, str_from(rules_severities[i]))) {
			condition->severity = (enum event_severity)i;
			return STATUS_OK;
		}
	}
	return complain(STATUS_USAGE,
	                "rules list: severity=%.*s: write info, notice, warning, error or fatal, "
	                "or warning+",
	                STR_ARG(condition->value));
}

static int read_condition(const struct rules_view *view, struct str word,
                          struct condition *condition)
{
	*condition = (struct condition){.value = word};
	struct str key, value;
	if (!str_cut(word, STR("="), &key, &value)) {
		return STATUS_OK;
	}
	for (size_t i = 0; keys[i] != NULL; i++) {
		if (str_equals(key, str_from(keys[i]))) {
			condition->key = key;
			condition->value = value;
		}
	}
	if (str_equals(condition->key, STR("severity"))) {
		return read_severity(condition);
	}
	if (str_equals(condition->key, STR("cause")) &&
	    cause_title(view->knowledge->causes, value) == NULL) {
		return complain(
			STATUS_USAGE,
			"rules list: cause=%.*s: there is no such cause; see docs/causes.md",
			STR_ARG(value));
	}
	return STATUS_OK;
}

static bool has_cause(const struct rules_view *view, const struct rule *rule, struct str cause)
{
	struct rules_causes causes = rules_causes(view, rule->kind.id, CAUSE_SIGN_FOR);
	for (size_t i = 0; i < causes.count; i++) {
		if (str_equals(causes.items[i], cause)) {
			return true;
		}
	}
	return false;
}

static bool has_field(const struct rules_view *view, const struct rule *rule, struct str name)
{
	const struct rule_field_info *fields;
	size_t count = rule_fields(rule, view->run, &fields);
	for (size_t i = 0; i < count; i++) {
		if (str_equals(fields[i].name, name) ||
		    str_equals(str_from(fields[i].type), name)) {
			return true;
		}
	}
	return false;
}

static struct str lower(struct arena *run, struct str text)
{
	char *bytes = arena_cstr(run, text);
	for (size_t i = 0; i < text.len; i++) {
		bytes[i] = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char)(bytes[i] | 0x20) : bytes[i];
	}
	return (struct str){bytes, text.len};
}

/* Text in what people see of a rule: id, title, meaning, what it looks for. */
static bool has_text(const struct rules_view *view, const struct rule *rule, struct str text)
{
	struct str wanted = lower(view->run, text);
	for (size_t lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		if (str_contains(lower(view->run, rule->kind.title.in[lang]), wanted) ||
		    str_contains(lower(view->run, rule->kind.meaning.in[lang]), wanted)) {
			return true;
		}
	}
	for (size_t i = 0; i < rule->match_count; i++) {
		if (str_contains(lower(view->run, rule_wording(rule, i).text), wanted)) {
			return true;
		}
	}
	return str_contains(rule->kind.id, wanted);
}

static bool holds(const struct rules_view *view, const struct rule *rule,
                  const struct condition *condition)
{
	struct str key = condition->key, value = condition->value;
	if (key.len == 0) {
		return has_text(view, rule, value);
	}
	if (str_equals(key, STR("component"))) {
		return str_equals(rule->kind.component, value);
	}
	if (str_equals(key, STR("severity"))) {
		return rule->kind.severity == condition->severity ||
		       (condition->is_at_least && rule->kind.severity > condition->severity);
	}
	if (str_equals(key, STR("cause"))) {
		return has_cause(view, rule, value);
	}
	if (str_equals(key, STR("source"))) {
		return str_contains(rule->source, value);
	}
	if (str_equals(key, STR("field"))) {
		return has_field(view, rule, value);
	}
	return rule_is_of_version(rule, str_equals(key, STR("version")) ? STR("") : key, value);
}

/* ---- what is listed ---- */

struct selection {
	const struct rule **rules;
	size_t count;
};

static void add_table(const struct rules_view *view, const struct selection *selection,
                      struct buf *out)
{
	size_t id_width = 2, versions_width = 8;
	for (size_t i = 0; i < selection->count; i++) {
		const struct rule *rule = selection->rules[i];
		id_width = rule->kind.id.len > id_width ? rule->kind.id.len : id_width;
		versions_width =
			rule->versions.len > versions_width ? rule->versions.len : versions_width;
	}
	buf_printf(out, "%-*s  %-8s  %-*s  %s\n", (int)id_width, "ID", "SEVERITY",
	           (int)versions_width, "VERSIONS", "TITLE");
	for (size_t i = 0; i < selection->count; i++) {
		const struct rule *rule = selection->rules[i];
		buf_printf(out, "%-*.*s  %-8s  %-*.*s  ", (int)id_width, STR_ARG(rule->kind.id),
		           rules_severities[rule->kind.severity], (int)versions_width,
		           STR_ARG(rule->versions));
		text_add_safe(out, text_in(&rule->kind.title, view->lang));
		buf_byte(out, '\n');
	}
}

static void add_json(const struct rules_view *view, const struct selection *selection,
                     bool has_samples, struct buf *out)
{
	struct json_writer json;
	json_writer_init(&json, out, 2);
	json_array_begin(&json);
	for (size_t i = 0; i < selection->count; i++) {
		const struct rule *rule = selection->rules[i];
		json_object_begin(&json);
		rules_write_rule(view, rule, &json);
		if (has_samples) {
			json_write_key(&json, "samples");
			json_array_begin(&json);
			for (size_t j = 0; j < rule->sample_count; j++) {
				json_write_text(&json, rule->samples[j]);
			}
			json_array_end(&json);
		}
		json_object_end(&json);
	}
	json_array_end(&json);
	buf_byte(out, '\n');
}

static void add_csv(const struct rules_view *view, const struct selection *selection,
                    struct buf *out)
{
	rules_add_csv_head(out);
	for (size_t i = 0; i < selection->count; i++) {
		rules_add_csv(view, selection->rules[i], out);
	}
}

static int write_list(const struct rules_view *view, const struct selection *selection,
                      size_t format)
{
	struct buf out = {0};
	switch (format) {
	case 0:
		add_table(view, selection, &out);
		break;
	case 1:
		add_json(view, selection, false, &out);
		break;
	case 2:
		add_csv(view, selection, &out);
		break;
	default:
		rules_add_page(view, selection->rules, selection->count, &out);
	}
	int status = output_write(view->options, buf_str(&out));
	buf_finish(&out);
	return status;
}

int rules_list(const struct rules_view *view)
{
	static const char *const formats[] = {"table", "json", "csv", "md", NULL};
	const struct options *options = view->options;
	const struct rule_pack *pack = view->knowledge->pack;
	struct selection selection = {
		.rules = arena_array(view->run, const struct rule *, rule_pack_count(pack) + 1)};
	size_t format;
	if (!rules_format(view, formats, &format)) {
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		selection.rules[selection.count++] = rule_pack_rule(pack, i);
	}
	for (size_t i = 1; i < options->path_count; i++) {
		struct condition condition;
		size_t kept = 0;
		if (read_condition(view, options->paths[i], &condition) != STATUS_OK) {
			return STATUS_USAGE;
		}
		for (size_t j = 0; j < selection.count; j++) {
			if (holds(view, selection.rules[j], &condition)) {
				selection.rules[kept++] = selection.rules[j];
			}
		}
		selection.count = kept;
	}
	if (selection.count == 0 && format == 0) {
		return complain(STATUS_OK, "rules list: no rule is like that");
	}
	return write_list(view, &selection, format);
}

/* ---- show ---- */

static const struct text_both label_wording = TEXT_BOTH("looks for");
static const struct text_both label_sample = TEXT_BOTH("sample");
static const struct text_both label_none = {0};

static void add_shown(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	rules_add_head(view, rule, out);
	rules_add_body(view, rule, NULL, out);
	for (size_t i = 0; i < rule->match_count; i++) {
		struct rule_wording wording = rule_wording(rule, i);
		struct str text =
			arena_printf(view->run, "%s: " STR_FMT, wording.how, STR_ARG(wording.text));
		rules_add_line(view, i == 0 ? &label_wording : &label_none, text, out);
	}
	for (size_t i = 0; i < rule->sample_count; i++) {
		buf_printf(out, "  " STR_FMT " ", STR_ARG(text_in(&label_sample, view->lang)));
		text_add_safe(out, rule->samples[i]);
		buf_byte(out, '\n');
	}
}

static bool is_in_family(struct str id, struct str name)
{
	name = str_ends(name, STR(".*"))  ? str_slice(name, 0, name.len - 2)
	       : str_ends(name, STR(".")) ? str_slice(name, 0, name.len - 1)
	                                  : name;
	return str_starts(id, name) && (id.len == name.len || id.ptr[name.len] == '.');
}

/* The rule of an id, or all whose ids begin with it. */
static int select_shown(const struct rules_view *view, struct str name, struct selection *selection)
{
	const struct rule_pack *pack = view->knowledge->pack;
	size_t before = selection->count;
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		const struct rule *rule = rule_pack_rule(pack, i);
		if (str_equals(rule->kind.id, name)) {
			selection->count = before;
			selection->rules[selection->count++] = rule;
			return STATUS_OK;
		}
		if (is_in_family(rule->kind.id, name)) {
			selection->rules[selection->count++] = rule;
		}
	}
	if (selection->count > before) {
		return STATUS_OK;
	}
	const struct rule *near = rule_pack_suggest(pack, name);
	return near == NULL
	               ? complain(STATUS_USAGE,
	                          "rules show: there is no rule '%.*s'; see whydown rules list",
	                          STR_ARG(name))
	               : complain(STATUS_USAGE,
	                          "rules show: there is no rule '%.*s'; did you mean %.*s?",
	                          STR_ARG(name), STR_ARG(near->kind.id));
}

int rules_show(const struct rules_view *view)
{
	static const char *const formats[] = {"text", "json", NULL};
	const struct options *options = view->options;
	size_t names = options->path_count - 1, format;
	if (names == 0) {
		return complain(STATUS_USAGE, "rules show: no ID given; see whydown rules list");
	}
	if (!rules_format(view, formats, &format)) {
		return STATUS_USAGE;
	}
	struct selection selection = {
		.rules = arena_array(view->run, const struct rule *,
	                             (rule_pack_count(view->knowledge->pack) + 1) * names)};
	for (size_t i = 1; i < options->path_count; i++) {
		if (select_shown(view, options->paths[i], &selection) != STATUS_OK) {
			return STATUS_USAGE;
		}
	}
	struct buf out = {0};
	if (format == 1) {
		add_json(view, &selection, true, &out);
	}
	for (size_t i = 0; i < selection.count && format == 0; i++) {
		buf_add(&out, i == 0 ? STR("") : STR("\n"));
		add_shown(view, selection.rules[i], &out);
	}
	int status = output_write(options, buf_str(&out));
	buf_finish(&out);
	return status;
}
