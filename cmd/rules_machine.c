/* SPDX-License-Identifier: Apache-2.0 */
/* A rule, told to machines. */
#include "rules.h"

static void write_causes(struct json_writer *json, const char *key, struct rules_causes causes)
{
	json_write_key(json, key);
	json_array_begin(json);
	for (size_t i = 0; i < causes.count; i++) {
		json_write_text(json, causes.items[i]);
	}
	json_array_end(json);
}

static void write_wordings(const struct rule *rule, struct json_writer *json)
{
	json_write_key(json, "wordings");
	json_array_begin(json);
	for (size_t i = 0; i < rule->match_count; i++) {
		struct rule_wording wording = rule_wording(rule, i);
		json_object_begin(json);
		json_member_text(json, wording.how, wording.text);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_fields(const struct rules_view *view, const struct rule *rule,
                         struct json_writer *json)
{
	const struct rule_field_info *fields;
	size_t count = rule_fields(rule, view->run, &fields);
	json_write_key(json, "fields");
	json_object_begin(json);
	for (size_t i = 0; i < count; i++) {
		json_member_text(json, arena_cstr(view->run, fields[i].name),
		                 str_from(fields[i].type));
	}
	json_object_end(json);
}

void rules_write_rule(const struct rules_view *view, const struct rule *rule,
                      struct json_writer *json)
{
	json_member_text(json, "id", rule->kind.id);
	json_member_text(json, "component", rule->kind.component);
	json_member_text(json, "title", text_in(&rule->kind.title, view->lang));
	json_member_text(json, "meaning", text_in(&rule->kind.meaning, view->lang));
	json_member_text(json, "next", text_in(&rule->next, view->lang));
	json_member_text(json, "severity", str_from(rules_severities[rule->kind.severity]));
	json_write_key(json, "harm");
	json_write_bool(json, rule->kind.is_harm);
	json_member_text(json, "versions", rule->versions);
	json_member_text(json, "source", rule->source);
	write_causes(json, "causes", rules_causes(view, rule->kind.id, CAUSE_SIGN_FOR));
	write_causes(json, "against", rules_causes(view, rule->kind.id, CAUSE_SIGN_AGAINST));
	write_causes(json, "effect_of", rules_causes(view, rule->kind.id, CAUSE_EFFECT));
	write_wordings(rule, json);
	write_fields(view, rule, json);
}

void rules_add_csv_head(struct buf *out)
{
	buf_add(out,
	        STR("id,component,severity,harm,title,meaning,next,versions,source,causes\r\n"));
}

void rules_add_csv(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	struct rules_causes causes = rules_causes(view, rule->kind.id, CAUSE_SIGN_FOR);
	struct buf list = {0};
	for (size_t i = 0; i < causes.count; i++) {
		buf_printf(&list, "%s" STR_FMT, i == 0 ? "" : " ", STR_ARG(causes.items[i]));
	}
	const struct str cells[] = {rule->kind.id,
	                            rule->kind.component,
	                            str_from(rules_severities[rule->kind.severity]),
	                            rule->kind.is_harm ? STR("true") : STR("false"),
	                            text_in(&rule->kind.title, view->lang),
	                            text_in(&rule->kind.meaning, view->lang),
	                            text_in(&rule->next, view->lang),
	                            rule->versions,
	                            rule->source,
	                            buf_str(&list)};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_add(out, i == 0 ? STR("") : STR(","));
		report_csv_cell(out, text_safe(view->run, cells[i]));
	}
	buf_add(out, STR("\r\n"));
	buf_finish(&list);
}
