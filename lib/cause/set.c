/* SPDX-License-Identifier: Apache-2.0 */
#include "cause/set.h"

#include "base/duration.h"
#include "base/vec.h"

#include <stdlib.h>

static const struct str strength_names[STRENGTH_COUNT] = {
	[STRENGTH_HINT] = STR_INIT("hint"),         [STRENGTH_SUPPORTING] = STR_INIT("supporting"),
	[STRENGTH_STRONG] = STR_INIT("strong"),     [STRENGTH_DECISIVE] = STR_INIT("decisive"),
	[STRENGTH_EXCLUDES] = STR_INIT("excludes"),
};

static struct text_both read_both(const struct json *value)
{
	return (struct text_both){.in = {[TEXT_EN] = json_get_text(value, "en"),
	                                 [TEXT_ZH] = json_get_text(value, "zh")}};
}

struct str strength_name(enum strength strength)
{
	return strength_names[strength];
}

bool kind_is(struct str id, struct str name)
{
	if (str_ends(name, STR(".*"))) {
		return str_starts(id, str_slice(name, 0, name.len - 1)) ||
		       str_equals(id, str_slice(name, 0, name.len - 2));
	}
	return str_equals(id, name);
}

static bool strength_read(struct str text, enum strength *strength)
{
	for (int i = 0; i < STRENGTH_COUNT; i++) {
		if (str_equals(text, strength_names[i])) {
			*strength = (enum strength)i;
			return true;
		}
	}
	return false;
}

static bool load_sign(const struct json *json, struct sign *sign, struct error *err)
{
	struct str against = json_get_text(json, "against"), supports = json_get_text(json, "for");
	sign->is_against = against.len > 0;
	if (!strength_read(sign->is_against ? against : supports, &sign->strength)) {
		return error_set(err, "a sign needs \"for\" or \"against\" with hint, supporting, "
		                      "strong, decisive or excludes");
	}
	sign->group = json_get_text(json, "group");
	sign->when = json_get(json, "when");
	sign->say = read_both(json_get(json, "say"));
	if (sign->group.len == 0 || json_type(sign->when) != JSON_OBJECT ||
	    sign->say.in[TEXT_EN].len == 0) {
		return error_set(err, "a sign needs \"group\", \"when\" and \"say\"");
	}
	return true;
}

static struct str *load_ids(struct arena *keep, const struct json *list, size_t *count)
{
	*count = json_count(list);
	struct str *ids = arena_array(keep, struct str, *count + 1);
	size_t i = 0;
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		ids[i++] = json_text(item);
	}
	return ids;
}

/* One kind, or several of one entry. */
static size_t kind_count(const struct json *kind)
{
	return json_type(kind) == JSON_ARRAY ? json_count(kind) : 1;
}

static void load_link(struct cause *cause, const struct json *item)
{
	const struct json *kind = json_get(item, "kind");
	struct cause_link link = {.kind = json_text(kind),
	                          .within_ns = duration_parse(json_get_text(item, "within")),
	                          .because = read_both(json_get(item, "because"))};
	if (json_type(kind) != JSON_ARRAY) {
		cause->links[cause->link_count++] = link;
		return;
	}
	for (const struct json *name = json_first(kind); name != NULL; name = json_next(name)) {
		link.kind = json_text(name);
		cause->links[cause->link_count++] = link;
	}
}

static bool is_linked_before(const struct cause *cause, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (str_equals(cause->links[i].kind, cause->links[index].kind)) {
			return true;
		}
	}
	return false;
}

static bool load_links(struct arena *keep, const struct json *list, struct cause *cause,
                       struct error *err)
{
	size_t most = 0;
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		most += kind_count(json_get(item, "kind"));
	}
	cause->links = arena_array(keep, struct cause_link, most + 1);
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		load_link(cause, item);
	}
	for (size_t i = 0; i < cause->link_count; i++) {
		if (cause->links[i].kind.len == 0 || cause->links[i].within_ns == DURATION_NONE) {
			return error_set(err, "leads_to: an entry needs \"kind\" and \"within\" (a "
			                      "duration such as 10s)");
		}
		if (is_linked_before(cause, i)) {
			return error_set(err, "leads_to: \"%.*s\" has two entries",
			                 STR_ARG(cause->links[i].kind));
		}
	}
	return true;
}

static bool load_cause(struct cause_set *set, const struct json *json, struct cause *cause,
                       struct error *err)
{
	struct arena *keep = &set->keep;
	cause->id = json_get_text(json, "id");
	cause->title = read_both(json_get(json, "title"));
	cause->prior = (int)json_number(json_get(json, "prior"), 0);
	cause->told_by = json_get_text(json, "told_by");
	if (cause->id.len == 0 || cause->title.in[TEXT_EN].len == 0) {
		return error_set(err, "a cause needs \"id\" and \"title\"");
	}
	const struct json *signs = json_get(json, "signs");
	cause->sign_count = json_count(signs);
	cause->signs = arena_array(keep, struct sign, cause->sign_count + 1);
	size_t i = 0;
	for (const struct json *item = json_first(signs); item != NULL;
	     item = json_next(item), i++) {
		if (!load_sign(item, &cause->signs[i], err)) {
			return error_prefix(err, "%.*s: sign %zu", STR_ARG(cause->id), i + 1);
		}
	}
	cause->advice = load_ids(keep, json_get(json, "advice"), &cause->advice_count);
	cause->settle = load_ids(keep, json_get(json, "settle"), &cause->settle_count);
	if (!load_links(keep, json_get(json, "leads_to"), cause, err)) {
		return error_prefix(err, "%.*s", STR_ARG(cause->id));
	}
	return true;
}

static void load_notes(struct cause_set *set, const struct json *list)
{
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		const struct cause_note note = {.id = json_get_text(item, "id"),
		                                .text = read_both(json_get(item, "text")),
		                                .how = read_both(json_get(item, "how")),
		                                .when = json_get(item, "when")};
		vec_push(&set->notes, note);
	}
}

static bool load_text(struct cause_set *set, struct str text, struct error *err)
{
	struct json *document = json_parse(text, err);
	if (document == NULL) {
		return false;
	}
	vec_push(&set->documents, document);
	if (json_get(document, "notes") != NULL) {
		load_notes(set, json_get(document, "notes"));
		return true;
	}
	struct cause cause = {.document = document};
	if (!load_cause(set, document, &cause, err)) {
		return false;
	}
	vec_push(&set->causes, cause);
	return true;
}

static int compare_causes(const void *a, const void *b)
{
	return str_compare(((const struct cause *)a)->id, ((const struct cause *)b)->id);
}

struct cause_set *cause_set_create(struct error *err)
{
	struct cause_set *set = memory_resize(NULL, sizeof(*set));
	*set = (struct cause_set){0};
	for (size_t i = 0; i < cause_file_count; i++) {
		if (!load_text(set, (struct str){cause_files[i].text, cause_files[i].len}, err)) {
			error_prefix(err, "rules/causes/%s", cause_files[i].name);
			cause_set_destroy(set);
			return NULL;
		}
	}
	if (set->causes.count > 0) {
		qsort(set->causes.items, set->causes.count, sizeof(struct cause), compare_causes);
	}
	return set;
}

void cause_set_destroy(struct cause_set *set)
{
	if (set == NULL) {
		return;
	}
	for (size_t i = 0; i < set->documents.count; i++) {
		json_destroy(set->documents.items[i]);
	}
	vec_finish(&set->documents);
	vec_finish(&set->causes);
	vec_finish(&set->notes);
	arena_finish(&set->keep);
	memory_free(set);
}

const struct cause *cause_set_find(const struct cause_set *set, struct str id)
{
	for (size_t i = 0; i < set->causes.count; i++) {
		if (str_equals(set->causes.items[i].id, id)) {
			return &set->causes.items[i];
		}
	}
	return NULL;
}

const struct cause_note *cause_set_note(const struct cause_set *set, struct str id)
{
	for (size_t i = 0; i < set->notes.count; i++) {
		if (str_equals(set->notes.items[i].id, id)) {
			return &set->notes.items[i];
		}
	}
	return NULL;
}

const struct text_both *cause_title(const struct cause_set *set, struct str id)
{
	const struct cause *cause = cause_set_find(set, id);
	return cause == NULL ? NULL : &cause->title;
}

size_t cause_set_count(const struct cause_set *set)
{
	return set->causes.count;
}

struct kind_visit {
	cause_kind_visit *visit;
	void *context;
	struct str cause;
};

static void visit_names(const struct kind_visit *to, const struct json *value, enum cause_role role)
{
	if (json_type(value) == JSON_STRING) {
		to->visit(to->context, to->cause, json_text(value), role);
	}
	for (const struct json *item = json_type(value) == JSON_ARRAY ? json_first(value) : NULL;
	     item != NULL; item = json_next(item)) {
		to->visit(to->context, to->cause, json_text(item), role);
	}
}

/* What the absence of a kind says, or its opposite. */
static enum cause_role turned(enum cause_role role)
{
	return role == CAUSE_SIGN_FOR       ? CAUSE_SIGN_AGAINST
	       : role == CAUSE_SIGN_AGAINST ? CAUSE_SIGN_FOR
	                                    : role;
}

static void visit_when(const struct kind_visit *to, const struct json *when, enum cause_role role)
{
	visit_names(to, json_get(when, "episode"), role);
	visit_names(to, json_get(when, "absent"), turned(role));
	visit_names(to, json_get(when, "covering"), CAUSE_SIGN_CONTEXT);
	const struct json *inner[] = {json_get(when, "all"), json_get(when, "any")};
	for (size_t i = 0; i < 2; i++) {
		for (const struct json *item = json_first(inner[i]); item != NULL;
		     item = json_next(item)) {
			visit_when(to, item, role);
		}
	}
	if (json_get(when, "not") != NULL) {
		visit_when(to, json_get(when, "not"), turned(role));
	}
}

void cause_set_kinds(const struct cause_set *set, cause_kind_visit *visit, void *context)
{
	for (size_t i = 0; i < set->causes.count; i++) {
		const struct cause *cause = &set->causes.items[i];
		struct kind_visit to = {visit, context, cause->id};
		for (size_t j = 0; j < cause->sign_count; j++) {
			visit_when(&to, cause->signs[j].when,
			           cause->signs[j].is_against ? CAUSE_SIGN_AGAINST
			                                      : CAUSE_SIGN_FOR);
		}
		for (size_t j = 0; j < cause->link_count; j++) {
			visit(context, cause->id, cause->links[j].kind, CAUSE_EFFECT);
		}
	}
}
