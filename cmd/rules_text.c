/* SPDX-License-Identifier: Apache-2.0 */
/* A rule, told to people. */
#include "rules.h"

enum { LABEL_WIDTH = 11, FIELD_SHOWN_MAX = 600 };

static const struct text_both severity_names[EVENT_SEVERITY_COUNT] = {
	[EVENT_INFO] = TEXT_BOTH("info"),       [EVENT_NOTICE] = TEXT_BOTH("notice"),
	[EVENT_WARNING] = TEXT_BOTH("warning"), [EVENT_ERROR] = TEXT_BOTH("error"),
	[EVENT_FATAL] = TEXT_BOTH("fatal"),
};

static const struct text_both label_meaning = TEXT_BOTH("means");
static const struct text_both label_fields = TEXT_BOTH("fields");
static const struct text_both label_source = TEXT_BOTH("printed by");
static const struct text_both label_next = TEXT_BOTH("look next");
static const struct text_both role_labels[] = {[CAUSE_SIGN_FOR] = TEXT_BOTH("speaks for"),
                                               [CAUSE_SIGN_AGAINST] = TEXT_BOTH("against"),
                                               [CAUSE_EFFECT] = TEXT_BOTH("effect of")};
static const struct text_both many_causes[] = {
	[CAUSE_SIGN_FOR] = TEXT_BOTH("many causes"),
	[CAUSE_SIGN_AGAINST] = TEXT_BOTH("most other causes"),
	[CAUSE_EFFECT] = TEXT_BOTH("most causes: it shows that something went wrong, not what")};

/* Label of the first line of a paragraph. Returns: the column behind it. */
static size_t add_label(struct str label, struct buf *out)
{
	buf_add(out, STR("  "));
	buf_add(out, label);
	for (size_t width = text_width(label); width < LABEL_WIDTH; width++) {
		buf_byte(out, ' ');
	}
	return LABEL_WIDTH + 2;
}

void rules_add_line(const struct rules_view *view, const struct text_both *label, struct str text,
                    struct buf *out)
{
	size_t column = add_label(text_in(label, view->lang), out);
	text_add_wrapped(out, text, column, column, view->columns);
}

void rules_add_head(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	bool has_color = view->options->has_color;
	buf_printf(out, "%s" STR_FMT "%s: " STR_FMT " (" STR_FMT ")\n", has_color ? "\x1b[1m" : "",
	           STR_ARG(rule->kind.id), has_color ? "\x1b[0m" : "",
	           STR_ARG(text_in(&rule->kind.title, view->lang)),
	           STR_ARG(text_in(&severity_names[rule->kind.severity], view->lang)));
}

/* ---- fields ---- */

static struct str bytes_text(struct arena *run, int64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;
	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	return unit == 0 ? arena_printf(run, "%lld bytes", (long long)bytes)
	                 : arena_printf(run, "%.1f %s", size, units[unit]);
}

/* What a number means, where the text does not say it by itself; empty if there is nothing to add.
 */
static struct str unit_text(struct arena *run, const struct event_field *field)
{
	if (field->number == INT64_MIN) {
		return (struct str){0};
	}
	if (field->type == EVENT_DURATION) {
		return duration_format(run, field->number);
	}
	return field->type == EVENT_BYTES ? bytes_text(run, field->number) : (struct str){0};
}

void rules_add_fields(const struct rules_view *view, const struct event *event, struct buf *out)
{
	for (size_t i = 0; i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];
		struct str unit = unit_text(view->run, field),
			   text = text_cut_bytes(field->text, FIELD_SHOWN_MAX);
		bool has_unit = unit.len > 0 && !str_equals(unit, text);
		struct str line =
			arena_printf(view->run, STR_FMT " = " STR_FMT "%s" STR_FMT "%s",
		                     STR_ARG(field->name), STR_ARG(text), has_unit ? " (" : "",
		                     STR_ARG(has_unit ? unit : STR("")), has_unit ? ")" : "");
		size_t column =
			add_label(i == 0 ? text_in(&label_fields, view->lang) : STR(""), out);
		text_add_wrapped(out, line, column, column + 2, view->columns);
	}
}

/* The fields that there can be. */
static void add_field_names(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	const struct rule_field_info *fields;
	size_t count = rule_fields(rule, view->run, &fields);
	struct buf list = {0};
	for (size_t i = 0; i < count; i++) {
		buf_printf(&list, "%s" STR_FMT " (%s)", i == 0 ? "" : ", ", STR_ARG(fields[i].name),
		           fields[i].type);
	}
	if (count > 0) {
		rules_add_line(view, &label_fields, buf_str(&list), out);
	}
	buf_finish(&list);
}

/* ---- the rest ---- */

static void add_source(const struct rules_view *view, const struct rule *rule, struct buf *out)
{
	if (rule->versions.len > 0 || rule->source.len > 0) {
		bool has_both = rule->versions.len > 0 && rule->source.len > 0;
		struct str text =
			arena_printf(view->run, STR_FMT "%s" STR_FMT, STR_ARG(rule->versions),
		                     has_both ? "; " : "", STR_ARG(rule->source));
		rules_add_line(view, &label_source, text, out);
	}
}

static void add_causes(const struct rules_view *view, const struct rule *rule, enum cause_role role,
                       struct buf *out)
{
	struct rules_causes causes = rules_causes(view, rule->kind.id, role);
	struct buf list = {0};
	for (size_t i = 0; i < causes.count; i++) {
		buf_printf(&list, "%s" STR_FMT, i == 0 ? "" : ", ", STR_ARG(causes.items[i]));
	}
	if (causes.count > 0) {
		rules_add_line(view, &role_labels[role],
		               causes.count < RULES_CAUSES_MANY
		                       ? buf_str(&list)
		                       : text_in(&many_causes[role], view->lang),
		               out);
	}
	buf_finish(&list);
}

void rules_add_body(const struct rules_view *view, const struct rule *rule,
                    const struct event *event, struct buf *out)
{
	if (rule->kind.meaning.in[TEXT_EN].len > 0) {
		rules_add_line(view, &label_meaning, text_in(&rule->kind.meaning, view->lang), out);
	}
	if (event != NULL) {
		rules_add_fields(view, event, out);
	} else {
		add_field_names(view, rule, out);
	}
	add_source(view, rule, out);
	if (rule->next.in[TEXT_EN].len > 0) {
		rules_add_line(view, &label_next, text_in(&rule->next, view->lang), out);
	}
	add_causes(view, rule, CAUSE_SIGN_FOR, out);
	add_causes(view, rule, CAUSE_SIGN_AGAINST, out);
	add_causes(view, rule, CAUSE_EFFECT, out);
}
