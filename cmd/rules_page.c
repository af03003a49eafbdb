/* SPDX-License-Identifier: Apache-2.0 */
/* docs/rules.md: all rules as a page. */
#include "rules.h"

/* First `parts` words of an id: "milvus.session" of "milvus.session.lost". */
static struct str family_of(struct str id)
{
	ptrdiff_t first = str_find_byte(id, '.');
	struct str rest = str_skip(id, first < 0 ? id.len : (size_t)first + 1);
	ptrdiff_t second = str_find_byte(rest, '.');
	return second < 0 ? str_slice(id, 0, first < 0 ? id.len : (size_t)first + 1 + rest.len)
	                  : str_slice(id, 0, (size_t)first + 1 + (size_t)second);
}

/* Text that is no markup. */
static void add_plain(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		if (str_find_byte(STR("\\`*_<>[]|#"), text.ptr[i]) >= 0) {
			buf_byte(out, '\\');
		}
		buf_byte(out, text.ptr[i]);
	}
}

/* Code between as many backticks as it needs. */
static void add_code(struct str text, struct buf *out)
{
	bool has_tick = str_find_byte(text, '`') >= 0;
	buf_add(out, has_tick ? STR("`` ") : STR("`"));
	buf_add(out, text);
	buf_add(out, has_tick ? STR(" ``") : STR("`"));
}

static void add_wordings(const struct rule *rule, struct buf *out)
{
	static const struct {
		struct str how, text;
	} names[] = {{STR_INIT("message"), STR_INIT("")},
	             {STR_INIT("prefix"), STR_INIT("begins ")},
	             {STR_INIT("pattern"), STR_INIT("pattern ")}};
	for (size_t i = 0; i < rule->match_count; i++) {
		struct rule_wording wording = rule_wording(rule, i);
		buf_add(out, STR("- "));
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			buf_add(out, str_equals(names[j].how, str_from(wording.how)) ? names[j].text
			                                                             : STR(""));
		}
		add_code(wording.text, out);
		buf_byte(out, '\n');
	}
	buf_byte(out, '\n');
}

static void add_fields(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	const struct rule_field_info *fields;
	size_t count = rule_fields(rule, view->run, &fields);
	for (size_t i = 0; i < count; i++) {
		buf_add(out, i == 0 ? STR("Fields: ") : STR(", "));
		add_code(fields[i].name, out);
		buf_printf(out, " (%s)", fields[i].type);
	}
	buf_add(out, count > 0 ? STR(".\n\n") : STR(""));
}

static void add_causes(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	struct rules_causes causes = rules_causes(view, rule->kind.id, CAUSE_SIGN_FOR);
	for (size_t i = 0; i < causes.count; i++) {
		buf_add(out, i == 0 ? STR("Speaks for: ") : STR(", "));
		add_code(causes.items[i], out);
	}
	buf_add(out, causes.count > 0 ? STR(".\n\n") : STR(""));
}

static void add_rule(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	buf_printf(out, "### " STR_FMT "\n\n**", STR_ARG(rule->kind.id));
	add_plain(text_in(&rule->kind.title, view->lang), out);
	buf_printf(out, "** (%s", rules_severities[rule->kind.severity]);
	if (rule->versions.len > 0) {
		buf_add(out, STR("; "));
		add_plain(rule->versions, out);
	}
	if (rule->source.len > 0) {
		buf_add(out, STR("; "));
		add_code(rule->source, out);
	}
	buf_add(out, STR(")\n\n"));
	add_plain(text_in(&rule->kind.meaning, view->lang), out);
	buf_add(out, STR("\n\n"));
	add_wordings(rule, out);
	add_fields(view, rule, out);
	if (rule->next.in[TEXT_EN].len > 0) {
		buf_add(out, STR("Look next: "));
		add_plain(text_in(&rule->next, view->lang), out);
		buf_add(out, STR("\n\n"));
	}
	add_causes(view, rule, out);
}

/* A heading becomes a link target without its dots. */
static void add_target(struct str heading, struct buf *out)
{
	for (size_t i = 0; i < heading.len; i++) {
		if (heading.ptr[i] != '.') {
			buf_byte(out, heading.ptr[i]);
		}
	}
}

static void add_contents(const struct rule *const *rules, size_t count, struct buf *out)
{
	struct str family = {0}, component = {0};
	for (size_t i = 0; i < count; i++) {
		struct str next = family_of(rules[i]->kind.id);
		if (str_equals(next, family)) {
			continue;
		}
		if (!str_equals(rules[i]->kind.component, component)) {
			component = rules[i]->kind.component;
			buf_printf(out, "%s- " STR_FMT ":", i == 0 ? "" : "\n", STR_ARG(component));
		}
		family = next;
		struct str name = str_skip(family, component.len + 1);
		buf_printf(out, " [" STR_FMT "](#", STR_ARG(name));
		add_target(family, out);
		buf_byte(out, ')');
	}
	buf_add(out, STR("\n\n"));
}

void rules_add_page(const struct rules_view *view, const struct rule *const *rules, size_t count,
                    struct buf *out)
{
	buf_printf(out,
	           "<!-- Made by `whydown rules list -f md`; ./dev update writes it anew. -->\n"
	           "# What whydown recognises\n\n"
	           "%zu statements that etcd, Milvus, the services that Milvus needs and their "
	           "hosts make in their logs. Each is a rule,\n"
	           "and the kind of an event. `whydown rules match` finds the rule of a line, "
	           "`whydown rules show ID` tells the same as\n"
	           "this page, in English and Chinese, and [writing-rules.md](writing-rules.md) "
	           "tells how to add to it.\n\n",
	           count);
	add_contents(rules, count, out);
	struct str family = {0};
	for (size_t i = 0; i < count; i++) {
		struct str next = family_of(rules[i]->kind.id);
		if (!str_equals(next, family)) {
			family = next;
			buf_printf(out, "## " STR_FMT "\n\n", STR_ARG(family));
		}
		add_rule(view, rules[i], out);
	}
}
