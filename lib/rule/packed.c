/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The built-in pack as bytes: rules that the build has read and checked, to be taken in at each
 * start without doing so again. One walk both writes and reads, so the two cannot part.
 */

#include "base/vec.h"
#include "rule/pack.h"

#include <assert.h>
#include <string.h>

/** Writes when out is there, else reads. */
struct walk {
	struct buf *out;
	struct str in;
	struct rule_pack *pack; /* that is read */
};

/** Seven bits a byte, the lowest first. */
static uint64_t walk_number(struct walk *walk, uint64_t number)
{
	if (walk->out != NULL) {
		for (; number > 0x7f; number >>= 7) {
			buf_byte(walk->out, (char)(number | 0x80));
		}
		buf_byte(walk->out, (char)number);
		return number;
	}
	unsigned char byte;
	unsigned shift = 0;
	number = 0;
	do {
		assert(walk->in.len > 0 && shift < 64);
		byte = (unsigned char)walk->in.ptr[0];
		walk->in = str_skip(walk->in, 1);
		number |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte > 0x7f);
	return number;
}

/** A number, enum or bool; what is written stays as it is. */
#define WALK(walk, value)                                                                          \
	do {                                                                                       \
		uint64_t number_ = walk_number((walk), (uint64_t)(value));                         \
		if ((walk)->out == NULL) {                                                         \
			(value) = (__typeof__(value))number_;                                      \
		}                                                                                  \
	} while (0)

/** A list's length, and room for it when it is read. */
#define WALK_LIST(walk, list, count)                                                               \
	do {                                                                                       \
		WALK((walk), (count));                                                             \
		if ((walk)->out == NULL) {                                                         \
			size_t size_ = sizeof(*(list)) * (count);                                  \
			(list) = arena_alloc(&(walk)->pack->run, size_,                            \
			                     alignof(__typeof__(*(list))));                        \
			memset((list), 0, size_);                                                  \
		}                                                                                  \
	} while (0)

static void walk_text(struct walk *walk, struct str *text)
{
	size_t len = text->len;
	WALK(walk, len);
	if (walk->out != NULL) {
		buf_add(walk->out, *text);
		return;
	}
	*text = str_slice(walk->in, 0, len);
	walk->in = str_skip(walk->in, len);
}

static void walk_both(struct walk *walk, struct text_both *both)
{
	for (int i = 0; i < TEXT_LANG_COUNT; i++) {
		walk_text(walk, &both->in[i]);
	}
}

static void walk_pattern(struct walk *walk, struct rule_pattern *pattern)
{
	WALK(walk, pattern->subject);
	walk_text(walk, &pattern->key);
	walk_text(walk, &pattern->source);
	if (walk->out == NULL) {
		rule_pattern_enlist(walk->pack, pattern);
	}
}

static void walk_patterns(struct walk *walk, struct rule_pattern **patterns, size_t *count)
{
	WALK_LIST(walk, *patterns, *count);
	for (size_t i = 0; i < *count; i++) {
		walk_pattern(walk, &(*patterns)[i]);
	}
}

static void walk_match(struct walk *walk, struct rule_match *match)
{
	WALK(walk, match->how);
	walk_text(walk, &match->text);
	if (match->how == RULE_PATTERN) {
		walk_pattern(walk, &match->pattern);
	}
	walk_patterns(walk, &match->conditions, &match->condition_count);
	walk_patterns(walk, &match->extracts, &match->extract_count);
	walk_patterns(walk, &match->longest, &match->longest_count);
	WALK_LIST(walk, match->fields, match->field_count);
	for (size_t i = 0; i < match->field_count; i++) {
		walk_text(walk, &match->fields[i].key);
		walk_text(walk, &match->fields[i].name);
		WALK(walk, match->fields[i].type);
	}
	WALK_LIST(walk, match->constants, match->constant_count);
	for (size_t i = 0; i < match->constant_count; i++) {
		walk_text(walk, &match->constants[i].name);
		walk_text(walk, &match->constants[i].text);
	}
	walk_text(walk, &match->anchor);
}

static void walk_kind(struct walk *walk, struct event_kind *kind)
{
	walk_text(walk, &kind->id);
	walk_text(walk, &kind->component);
	walk_both(walk, &kind->title);
	walk_both(walk, &kind->meaning);
	WALK(walk, kind->severity);
	WALK(walk, kind->gap_ns);
	WALK(walk, kind->threshold_ns);
	WALK(walk, kind->level);
	WALK(walk, kind->is_sampled);
	WALK(walk, kind->is_harm);
	struct event_fact *facts = (struct event_fact *)kind->facts;
	WALK_LIST(walk, facts, kind->fact_count);
	for (size_t i = 0; i < kind->fact_count; i++) {
		walk_text(walk, &facts[i].field);
		walk_text(walk, &facts[i].id);
	}
	kind->facts = facts;
}

static void walk_entry(struct walk *walk, struct rule_entry *entry)
{
	struct rule *rule = &entry->rule;
	walk_kind(walk, &rule->kind);
	walk_text(walk, &rule->versions);
	walk_text(walk, &rule->source);
	walk_both(walk, &rule->next);
	WALK(walk, rule->rank);
	walk_text(walk, &entry->file);
	walk_text(walk, &entry->interval);
	walk_text(walk, &entry->start);
	walk_text(walk, &entry->after);
	WALK(walk, entry->programs);
	WALK_LIST(walk, rule->matches, rule->match_count);
	for (size_t i = 0; i < rule->match_count; i++) {
		walk_match(walk, &rule->matches[i]);
	}
}

static void walk_lines(struct walk *walk, const struct str **lines, size_t *count)
{
	struct str *list = (struct str *)*lines;
	WALK_LIST(walk, list, *count);
	for (size_t i = 0; i < *count; i++) {
		walk_text(walk, &list[i]);
	}
	*lines = list;
}

static void walk_samples(struct walk *walk, struct rule *rule)
{
	walk_lines(walk, &rule->samples, &rule->sample_count);
	walk_lines(walk, &rule->near_misses, &rule->near_miss_count);
}

/* ---- rules ---- */

void rule_packed_write(struct rule_pack *pack, struct buf *out)
{
	struct walk walk = {.out = out};
	WALK(&walk, pack->hash);
	WALK(&walk, pack->entries.count);
	for (size_t i = 0; i < pack->entries.count; i++) {
		walk_entry(&walk, pack->entries.items[i]);
	}
}

void rule_packed_read(struct rule_pack *pack, struct str bytes)
{
	struct walk walk = {.in = bytes, .pack = pack};
	struct rule_entry *entries = NULL;
	size_t count = 0;
	WALK(&walk, pack->hash);
	WALK_LIST(&walk, entries, count);
	for (size_t i = 0; i < count; i++) {
		walk_entry(&walk, &entries[i]);
		entries[i].is_builtin = true;
		vec_push(&pack->entries, &entries[i]);
	}
	assert(walk.in.len == 0);
}

/* ---- samples ---- */

void rule_packed_write_samples(struct rule_pack *pack, struct buf *out)
{
	struct walk walk = {.out = out};
	for (size_t i = 0; i < pack->entries.count; i++) {
		walk_text(&walk, &pack->entries.items[i]->rule.kind.id);
		walk_samples(&walk, &pack->entries.items[i]->rule);
	}
}

void rule_packed_read_samples(struct rule_pack *pack, struct str bytes)
{
	struct walk walk = {.in = bytes, .pack = pack};
	while (walk.in.len > 0) {
		struct str id = {NULL, 0};
		struct rule read = {0};
		walk_text(&walk, &id);
		walk_samples(&walk, &read);
		struct rule *rule = (struct rule *)rule_pack_find(pack, id);
		if (rule != NULL && rule->sample_count == 0) {
			rule->samples = read.samples;
			rule->sample_count = read.sample_count;
			rule->near_misses = read.near_misses;
			rule->near_miss_count = read.near_miss_count;
		}
	}
}
