/* SPDX-License-Identifier: Apache-2.0 */

/* What a rule looks for, told to people. */

#include "base/vec.h"
#include "rule/pack.h"

struct rule_wording rule_wording(const struct rule *rule, size_t index)
{
	static const char *const names[] = {
		[RULE_PATTERN] = "pattern", [RULE_PREFIX] = "prefix", [RULE_MESSAGE] = "message"};
	const struct rule_match *match = &rule->matches[index];
	return (struct rule_wording){names[match->how], match->how == RULE_PATTERN
	                                                        ? match->pattern.source
	                                                        : match->text};
}

struct field_list {
	struct rule_field_info *items;
	size_t count, capacity;
};

static void add_field(struct field_list *list, struct str name, enum rule_type type)
{
	vec_foreach (struct rule_field_info, item, list) {
		if (str_equals(item->name, name)) {
			return;
		}
	}
	vec_push(list, (struct rule_field_info){name, rule_type_name(type)});
}

/** Named groups, read off the source: the pattern need not be compiled for that. */
static void add_groups(struct field_list *list, const struct rule_match *match, struct str source)
{
	struct str name, rest = source;
	while (str_cut(rest, STR("(?<"), NULL, &rest)) {
		if (!str_starts(rest, STR("=")) && !str_starts(rest, STR("!")) &&
		    str_cut(rest, STR(">"), &name, NULL)) {
			const struct rule_field *field = rule_match_field(match, name);
			add_field(list, field == NULL ? name : field->name,
			          field == NULL ? RULE_TYPE_TEXT : field->type);
		}
	}
}

static void add_match(struct field_list *list, const struct rule_match *match)
{
	for (size_t i = 0; i < match->field_count; i++) {
		add_field(list, match->fields[i].name, match->fields[i].type);
	}
	add_groups(list, match, match->pattern.source);
	for (size_t i = 0; i < match->condition_count; i++) {
		add_groups(list, match, match->conditions[i].source);
	}
	for (size_t i = 0; i < match->extract_count; i++) {
		add_groups(list, match, match->extracts[i].source);
	}
	for (size_t i = 0; i < match->longest_count; i++) {
		add_groups(list, match, match->longest[i].source);
	}
	for (size_t i = 0; i < match->constant_count; i++) {
		add_field(list, match->constants[i].name, RULE_TYPE_TEXT);
	}
}

size_t rule_fields(const struct rule *rule, struct arena *arena,
                   const struct rule_field_info **fields)
{
	struct field_list list = {0};
	for (size_t i = 0; i < rule->match_count; i++) {
		add_match(&list, &rule->matches[i]);
	}
	struct rule_field_info *kept = arena_array(arena, struct rule_field_info, list.count);
	for (size_t i = 0; i < list.count; i++) {
		kept[i] = list.items[i];
	}
	*fields = kept;
	size_t count = list.count;
	vec_finish(&list);
	return count;
}

/* ---- versions: "PROGRAM RANGE, RANGE"; a range is ">=2.3", "2.0-2.2", "2.0 - 2.2" or "not 2.6"
 * ---- */

/** Compares as far as both go: 2.2 and 2.2.16 are equal. */
static int compare_versions(struct str left, struct str right)
{
	while (left.len > 0 && right.len > 0) {
		struct str a, b;
		int64_t x = 0, y = 0;
		str_cut(left, STR("."), &a, &left);
		str_cut(right, STR("."), &b, &right);
		if (!str_to_int64(a, &x) || !str_to_int64(b, &y)) {
			return 0;
		}
		if (x != y) {
			return x < y ? -1 : 1;
		}
	}
	return 0;
}

static bool is_in_range(struct str range, struct str version)
{
	struct str low, high;
	if (str_starts(range, STR(">="))) {
		return compare_versions(version, str_skip(range, 2)) >= 0;
	}
	if (str_cut(range, STR("-"), &low, &high)) {
		return compare_versions(version, str_trim(low)) >= 0 &&
		       compare_versions(version, str_trim(high)) <= 0;
	}
	return compare_versions(version, range) == 0;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/** Part "milvus >=2.0" of a rule's versions. */
static bool is_part_of(struct str part, struct str program, struct str version, bool *is_denied)
{
	size_t at = 0;
	while (at < part.len && !is_digit(part.ptr[at]) && part.ptr[at] != '>') {
		at++;
	}
	struct str name = str_trim(str_slice(part, 0, at)), range = str_skip(part, at);
	if (str_equals(name, STR("not"))) {
		*is_denied |= compare_versions(version, range) == 0;
		return false;
	}
	return (program.len == 0 || name.len == 0 || str_equals(name, program)) &&
	       (range.len == 0 || is_in_range(range, version));
}

bool rule_is_of_version(const struct rule *rule, struct str program, struct str version)
{
	struct str part, rest = rule->versions;
	bool is_member = rest.len == 0, is_denied = false;
	if (program.len > 0 && rest.len > 0 && !str_starts(rest, program)) {
		return false;
	}
	version = str_starts(version, STR("v")) ? str_skip(version, 1) : version;
	while (rest.len > 0) {
		str_cut(rest, STR(","), &part, &rest);
		is_member |= is_part_of(str_trim(part), program, version, &is_denied);
	}
	return is_member && !is_denied;
}
