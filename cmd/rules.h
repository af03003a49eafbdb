/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the verbs of `whydown rules` share; private to them. */

#include "base/json.h"
#include "command.h"

enum { RULES_CAUSES_MANY = 10 }; /* an effect of so many causes tells none of them */

struct rules_view {
	const struct options *options;
	const struct knowledge *knowledge;
	enum text_lang lang; /* of what is printed */
	size_t columns;      /* of the terminal, or 80 */
	struct arena *run;
};

extern const char *const rules_severities[EVENT_SEVERITY_COUNT];

int rules_list(const struct rules_view *view);
int rules_show(const struct rules_view *view);
int rules_match(const struct rules_view *view);

/** Ids of causes, ascending. Owner: view->run. */
struct rules_causes {
	const struct str *items;
	size_t count;
};

/** Causes that a kind speaks for or against, or that bring it about. */
struct rules_causes rules_causes(const struct rules_view *view, struct str kind,
                                 enum cause_role role);

/** Whether -f was one of the names (the last is NULL); *place: which; 0 when it was not given. */
bool rules_format(const struct rules_view *view, const char *const *names, size_t *place);

/* ---- rules_text.c ---- */

/** Head line of a rule: id, title, severity. */
void rules_add_head(const struct rules_view *view, const struct rule *rule, struct buf *out);
/** What it means, who prints it, what to look at next. event: whose fields are told; NULL: which
 * there can be. */
void rules_add_body(const struct rules_view *view, const struct rule *rule,
                    const struct event *event, struct buf *out);
/** Fields of an event with their units. */
void rules_add_fields(const struct rules_view *view, const struct event *event, struct buf *out);
/** A label and a text behind it, wrapped. */
void rules_add_line(const struct rules_view *view, const struct text_both *label, struct str text,
                    struct buf *out);

/* ---- rules_machine.c ---- */

/** Members of an object that tells of a rule. */
void rules_write_rule(const struct rules_view *view, const struct rule *rule,
                      struct json_writer *json);
void rules_add_csv_head(struct buf *out);
void rules_add_csv(const struct rules_view *view, const struct rule *rule, struct buf *out);

/* ---- rules_page.c ---- */

/** docs/rules.md. rules: in order of id. */
void rules_add_page(const struct rules_view *view, const struct rule *const *rules, size_t count,
                    struct buf *out);
