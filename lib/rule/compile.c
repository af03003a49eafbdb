/* SPDX-License-Identifier: Apache-2.0 */

/* Patterns at first use; the order of matches; the set of anchors. */

#include "base/vec.h"
#include "rule/pack.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- patterns ---- */

const struct rule_field *rule_match_field(const struct rule_match *match, struct str name)
{
	for (size_t i = 0; i < match->field_count; i++) {
		if (str_equals(match->fields[i].key, name) ||
		    str_equals(match->fields[i].name, name)) {
			return &match->fields[i];
		}
	}
	return NULL;
}

static void find_groups(struct rule_compiled *compiled, const struct rule_match *match)
{
	unsigned count = regex_group_count(compiled->regex);
	for (unsigned i = 1; i <= count && compiled->group_count < REGEX_GROUPS_MAX; i++) {
		const char *text = regex_group_name(compiled->regex, i);
		if (text == NULL) {
			continue;
		}
		const struct rule_field *field = rule_match_field(match, str_from(text));
		compiled->groups[compiled->group_count++] = (struct rule_group){
			.index = i,
			.name = field == NULL ? str_from(text) : field->name,
			.type = field == NULL ? RULE_TYPE_TEXT : field->type,
		};
	}
}

void rule_compiled_destroy(struct rule_compiled *compiled)
{
	if (compiled != NULL) {
		regex_destroy(compiled->regex);
		memory_free(compiled);
	}
}

const struct rule_compiled *rule_pattern_get(const struct rule_pattern *pattern,
                                             const struct rule_match *match, struct error *err)
{
	struct rule_compiled *known = atomic_load_explicit(pattern->compiled, memory_order_acquire);
	if (known != NULL) {
		return known;
	}
	struct rule_compiled *compiled = memory_resize(NULL, sizeof(*compiled));
	*compiled = (struct rule_compiled){.regex = regex_create(pattern->source, err)};
	if (compiled->regex != NULL) {
		find_groups(compiled, match);
	}
	if (!atomic_compare_exchange_strong_explicit(pattern->compiled, &known, compiled,
	                                             memory_order_acq_rel, memory_order_acquire)) {
		rule_compiled_destroy(compiled); /* another thread was faster */
		return known;
	}
	return compiled;
}

/* ---- order of matches ---- */

static int compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/** Higher rank, more specific kind, with conditions, longer text, then id and place in the rule. */
static int compare_candidates(const void *a, const void *b)
{
	const struct rule_candidate *left = a, *right = b;
	int order = compare_int(right->entry->rule.rank, left->entry->rule.rank);
	order = order != 0 ? order : compare_int(right->match->how, left->match->how);
	order = order != 0 ? order
	                   : compare_int(right->match->condition_count > 0,
	                                 left->match->condition_count > 0);
	order = order != 0 ? order
	                   : compare_int((int64_t)right->match->text.len,
	                                 (int64_t)left->match->text.len);
	order = order != 0 ? order
	                   : str_compare(left->entry->rule.kind.id, right->entry->rule.kind.id);
	return order != 0 ? order : (left->match > right->match) - (left->match < right->match);
}

static void order_matches(struct rule_pack *pack)
{
	size_t count = 0;
	for (size_t i = 0; i < pack->entries.count; i++) {
		count += pack->entries.items[i]->rule.match_count;
	}
	pack->order = arena_array(&pack->run, struct rule_candidate, count);
	pack->order_count = 0;
	for (size_t i = 0; i < pack->entries.count; i++) {
		const struct rule_entry *entry = pack->entries.items[i];
		for (size_t j = 0; j < entry->rule.match_count; j++) {
			pack->order[pack->order_count++] =
				(struct rule_candidate){entry, &entry->rule.matches[j]};
		}
	}
	if (count > 0) {
		qsort(pack->order, count, sizeof(struct rule_candidate), compare_candidates);
	}
}

/* ---- followers ---- */

static void link_followers(struct rule_pack *pack)
{
	for (size_t i = 0; i < pack->entries.count; i++) {
		struct rule_entry *entry = pack->entries.items[i];
		entry->rule.is_followed = false;
		entry->follower_count = 0;
	}
	for (size_t i = 0; i < pack->order_count; i++) {
		struct str after = pack->order[i].entry->after;
		if (after.len == 0 || pack->order[i].match->anchor.len > 0) {
			continue;
		}
		struct rule_entry *leader = (struct rule_entry *)rule_pack_find(pack, after);
		if (leader == NULL) {
			continue; /* silenced; rule_pack_check tells of a wrong name */
		}
		uint32_t *followers = arena_array(&pack->run, uint32_t, leader->follower_count + 1);
		if (leader->follower_count > 0) {
			memcpy(followers, leader->followers,
			       leader->follower_count * sizeof(uint32_t));
		}
		followers[leader->follower_count++] = (uint32_t)i;
		leader->followers = followers;
		leader->rule.is_followed = true;
	}
}

/* ---- anchors ---- */

struct use {
	struct str anchor;
	uint32_t place; /* in the order */
};

static int compare_uses(const void *a, const void *b)
{
	const struct use *left = a, *right = b;
	int order = str_compare(left->anchor, right->anchor);
	return order != 0 ? order : compare_int(left->place, right->place);
}

static void index_anchors(struct rule_pack *pack)
{
	struct use *uses = arena_array(&pack->run, struct use, pack->order_count);
	size_t count = 0;
	for (size_t i = 0; i < pack->order_count; i++) {
		if (pack->order[i].match->anchor.len > 0) {
			uses[count++] = (struct use){pack->order[i].match->anchor, (uint32_t)i};
		}
	}
	if (count > 0) {
		qsort(uses, count, sizeof(struct use), compare_uses);
	}
	pack->anchors = arena_array(&pack->run, struct str, count);
	pack->anchor_starts = arena_array(&pack->run, uint32_t, count + 1);
	pack->by_anchor = arena_array(&pack->run, uint32_t, count);
	pack->anchor_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || !str_equals(uses[i].anchor, uses[i - 1].anchor)) {
			pack->anchor_starts[pack->anchor_count] = (uint32_t)i;
			pack->anchors[pack->anchor_count++] = uses[i].anchor;
		}
		pack->by_anchor[i] = uses[i].place;
	}
	pack->anchor_starts[pack->anchor_count] = (uint32_t)count;
}

void rule_pack_index(struct rule_pack *pack)
{
	order_matches(pack);
	link_followers(pack);
	index_anchors(pack);
}

/* ---- the search ---- */

uint64_t rule_anchors_hash(const struct rule_pack *pack)
{
	uint64_t hash = pack->anchor_count;
	for (size_t i = 0; i < pack->anchor_count; i++) {
		hash = hash * UINT64_C(0x9e3779b97f4a7c15) + str_hash(pack->anchors[i]);
	}
	return hash;
}

/**
 * The built-in set, when it is of just these anchors. It begins with the 16 hex digits of their
 * hash.
 */
static struct literals *load_builtin(const struct rule_pack *pack)
{
	struct str bytes = rule_builtin.anchors;
	uint64_t made_of;
	if (bytes.len < 16 || !str_to_hex64(str_slice(bytes, 0, 16), &made_of) ||
	    made_of != rule_anchors_hash(pack)) {
		return NULL;
	}
	return literals_load(str_skip(bytes, 16), pack->anchors, pack->anchor_count);
}

bool rule_pack_compile(struct rule_pack *pack, struct error *err)
{
	rule_pack_index(pack);
	literals_destroy(pack->literals);
	pack->literals = NULL;
	if (pack->anchor_count == 0) {
		return true;
	}
	pack->literals = load_builtin(pack);
	if (pack->literals == NULL) {
		pack->literals = literals_create(pack->anchors, pack->anchor_count, STR(""), err);
	}
	return pack->literals != NULL || error_prefix(err, "anchors");
}
