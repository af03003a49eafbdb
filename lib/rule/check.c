/* SPDX-License-Identifier: Apache-2.0 */

/* Holds a pack against its own samples. */

#include "rule/pack.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 160 }; /* bytes of a text shown in a fault */

struct checker {
	const struct rule_pack *pack;
	struct rule_matcher *matcher;
	struct arena tmp;
	struct buf *report;
	size_t faults;
	const struct rule_entry *entry; /* the one at work */
	bool is_used[RULE_MATCHES_MAX]; /* its matches that a sample reached */
	bool has_interval;              /* a sample gave it */
	bool has_own; /* rules that are not built in: the others were checked when they were */
};

static void fault(struct checker *checker, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void fault(struct checker *checker, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buf_printf(checker->report, STR_FMT ": rule " STR_FMT ": %s\n",
	           STR_ARG(checker->entry->file), STR_ARG(checker->entry->rule.kind.id), text);
	checker->faults++;
}

static struct str shown(struct str text)
{
	return text_cut_bytes(text, SHOWN_MAX);
}

/* ---- what a rule says of itself ---- */

static void check_both(struct checker *checker, const char *key, const struct text_both *both)
{
	if (both->in[TEXT_EN].len == 0) {
		fault(checker, "%s: is missing", key);
	} else if (both->in[TEXT_ZH].len == 0) {
		fault(checker, "%s: needs the text \"zh\"", key);
	}
}

static void check_texts(struct checker *checker)
{
	const struct rule *rule = &checker->entry->rule;
	check_both(checker, "title", &rule->kind.title);
	check_both(checker, "meaning", &rule->kind.meaning);
	if (rule->next.in[TEXT_EN].len > 0) {
		check_both(checker, "next", &rule->next);
	}
	if (rule->versions.len == 0) {
		fault(checker, "versions: is missing");
	}
	struct str after = checker->entry->after;
	if (after.len > 0 && rule_pack_find(checker->pack, after) == NULL) {
		fault(checker, "after: there is no rule " STR_FMT, STR_ARG(after));
	}
	if (rule->sample_count == 0) {
		fault(checker, "samples: needs one for each wording");
	}
	if (rule->near_miss_count == 0) {
		fault(checker, "not: needs a near miss");
	}
}

/* ---- samples ---- */

/** Why nothing owns a sample. */
static void tell_unmatched(struct checker *checker, size_t number, struct str sample,
                           const struct record *record)
{
	const struct rule *rule = &checker->entry->rule;
	const char *format = record->format == NULL ? "no format" : record->format->name;
	bool has_anchor = checker->entry->after.len > 0;
	for (size_t i = 0; i < rule->match_count && !has_anchor; i++) {
		has_anchor = str_contains(sample, rule->matches[i].anchor);
	}
	if (!has_anchor) {
		fault(checker, "sample %zu: holds no anchor, such as '" STR_FMT "'", number,
		      STR_ARG(shown(rule->matches[0].anchor)));
		return;
	}
	fault(checker, "sample %zu: does not match; %s reads the message '" STR_FMT "' of %s",
	      number, format, STR_ARG(shown(record->message)), rule_program_name(record->program));
}

/** Numbers that could not be read. */
static void check_fields(struct checker *checker, size_t number, const struct event *event)
{
	for (size_t i = 0; i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];
		bool has_number = field->type == EVENT_DURATION || field->type == EVENT_BYTES ||
		                  field->type == EVENT_COUNT;
		if (has_number && field->number == INT64_MIN) {
			fault(checker,
			      "sample %zu: field " STR_FMT ": '" STR_FMT "' is not of its type",
			      number, STR_ARG(field->name), STR_ARG(shown(field->text)));
		}
	}
}

static const struct rule_candidate *match_sample(struct checker *checker, struct str sample,
                                                 struct record *record, struct event *event)
{
	struct str after = checker->entry->after;
	const struct rule *previous = after.len > 0 ? rule_pack_find(checker->pack, after) : NULL;
	return rule_match_line(checker->matcher, sample, previous, &checker->tmp, record, event);
}

static void check_sample(struct checker *checker, size_t number, struct str sample)
{
	struct record record;
	struct event event;
	const struct rule_candidate *owner = match_sample(checker, sample, &record, &event);
	if (owner == NULL) {
		tell_unmatched(checker, number, sample, &record);
	} else if (owner->entry != checker->entry) {
		fault(checker, "sample %zu: belongs to rule " STR_FMT, number,
		      STR_ARG(owner->entry->rule.kind.id));
	} else {
		checker->is_used[owner->match - checker->entry->rule.matches] = true;
		checker->has_interval |= event.took_ns != DURATION_NONE;
		check_fields(checker, number, &event);
	}
}

static void check_near_miss(struct checker *checker, size_t number, struct str line)
{
	struct record record;
	struct event event;
	const struct rule_candidate *owner = match_sample(checker, line, &record, &event);
	if (owner != NULL && owner->entry == checker->entry) {
		fault(checker, "not %zu: matches all the same", number);
	}
}

static void check_lines(struct checker *checker)
{
	const struct rule *rule = &checker->entry->rule;
	memset(checker->is_used, 0, sizeof(checker->is_used));
	checker->has_interval = false;
	for (size_t i = 0; i < rule->sample_count; i++) {
		check_sample(checker, i + 1, rule->samples[i]);
		arena_reset(&checker->tmp);
	}
	for (size_t i = 0; i < rule->near_miss_count; i++) {
		check_near_miss(checker, i + 1, rule->near_misses[i]);
		arena_reset(&checker->tmp);
	}
	for (size_t i = 0; i < rule->match_count && rule->sample_count > 0; i++) {
		if (!checker->is_used[i]) {
			fault(checker, "match %zu: no sample needs it", i + 1);
		}
	}
	if (checker->entry->interval.len > 0 && rule->sample_count > 0 && !checker->has_interval) {
		fault(checker, "interval: no sample gives it");
	}
}

static void check_rule(struct checker *checker, struct regex_match *regex_match)
{
	struct error error = {0};
	check_texts(checker);
	if (!rule_entry_check_patterns(checker->entry, &error)) {
		buf_printf(checker->report, "%s\n", error.text);
		checker->faults++;
	}
	check_lines(checker);
	if (!checker->has_own || !checker->entry->is_builtin) {
		checker->faults += rule_check_hostile(checker->entry, regex_match, checker->report);
	}
}

size_t rule_pack_check(struct rule_pack *pack, struct buf *report)
{
	rule_pack_read_samples(pack);
	struct checker checker = {.pack = pack,
	                          .matcher = rule_matcher_create(pack),
	                          .report = report,
	                          .has_own = pack->silenced.count > 0};
	struct regex_match *regex_match = regex_match_create();
	arena_init(&checker.tmp);
	for (size_t i = 0; i < pack->entries.count; i++) {
		checker.has_own |= !pack->entries.items[i]->is_builtin;
	}
	for (size_t i = 0; i < pack->entries.count; i++) {
		checker.entry = pack->entries.items[i];
		check_rule(&checker, regex_match);
	}
	arena_finish(&checker.tmp);
	regex_match_destroy(regex_match);
	rule_matcher_destroy(checker.matcher);
	return checker.faults;
}
