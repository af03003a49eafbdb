/* SPDX-License-Identifier: Apache-2.0 */

/* Texts that make a careless pattern go back and forth: a promising head, then the same thing over
 * and over. */

#include "rule/pack.h"

#include <string.h>

enum {
	LONG_SIZE = 4096, /* shows what grows with a power of the length */
	SHORT_SIZE = 96,  /* shows what doubles with each byte, in a moment */
	SAMPLES = 2,
	OWN_FILLERS_MAX = 24,
	CUTS_MAX = 12 /* of a sample */
};

static const struct str fillers[] = {
	STR_INIT("a"),      STR_INIT("0"),        STR_INIT("f"),      STR_INIT(" "),
	STR_INIT("a "),     STR_INIT("0."),       STR_INIT("1:"),     STR_INIT("("),
	STR_INIT("["),      STR_INIT("{\""),      STR_INIT("\\\""),   STR_INIT("a="),
	STR_INIT("a,"),     STR_INIT("-"),        STR_INIT("a/"),     STR_INIT("\""),
	STR_INIT("1s"),     STR_INIT("\xc3\xa9"), STR_INIT("\xff"),   STR_INIT("\n"),
	STR_INIT("x\n"),    STR_INIT("\na"),      STR_INIT("[a=b] "), STR_INIT("k:\"v\" "),
	STR_INIT("aaaa: "), STR_INIT("a-"),
};

struct trial {
	const struct rule_entry *entry;
	const struct rule_match *match;
	const struct rule_pattern *pattern;
	const struct regex *regex;
	struct regex_match *regex_match;
	struct buf subject;
};

/* Returns: whether head, filler over and over, and tail stay within the limits. */
static bool try_text(struct trial *trial, struct str head, struct str filler, struct str tail,
                     size_t size)
{
	bool is_over_limit = false;
	buf_clear(&trial->subject);
	buf_add(&trial->subject, head);
	while (trial->subject.len < head.len + size) {
		buf_add(&trial->subject, filler);
	}
	buf_add(&trial->subject, tail);
	regex_search(trial->regex, buf_str(&trial->subject), trial->regex_match, &is_over_limit);
	return !is_over_limit;
}

/* What does not end as the pattern wants it: with a byte that it hardly knows, behind which all its
 * own bytes stand, or PCRE2 would see at once that one is missing. */
static bool try_short(struct trial *trial, struct str head, struct str filler)
{
	struct str source = trial->pattern->source;
	struct str tails[] = {STR("!"), STR("\x01"), source, STR("")};
	struct buf with_own = {0};
	buf_add(&with_own, STR("!\x01"));
	buf_add(&with_own, source);
	buf_add(&with_own, trial->match->anchor);
	tails[3] = buf_str(&with_own);
	bool is_good = true;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]) && is_good; i++) {
		is_good = try_text(trial, head, filler, tails[i], SHORT_SIZE);
	}
	buf_finish(&with_own);
	return is_good;
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static size_t add_filler(struct str *own, size_t count, struct str text)
{
	if (count < OWN_FILLERS_MAX && !str_is_any(text, own, count)) {
		own[count++] = text;
	}
	return count;
}

/* Words of the pattern itself, then its letters, digits and marks. Returns: how many */
static size_t own_fillers(struct str source, struct str *own)
{
	size_t count = 0, from = 0;
	for (size_t i = 0; i <= source.len; i++) {
		if (i < source.len && is_letter(source.ptr[i])) {
			continue;
		}
		if (i > from + 1 && count < OWN_FILLERS_MAX / 2) {
			count = add_filler(own, count, str_slice(source, from, i));
		}
		from = i + 1;
	}
	for (size_t i = 0; i < source.len; i++) {
		count = add_filler(own, count, str_slice(source, i, i + 1));
	}
	return count;
}

/* Returns: whether all short texts behind a head stay within the limits. */
static bool try_head_short(struct trial *trial, struct str head)
{
	struct str own[OWN_FILLERS_MAX];
	size_t own_count = own_fillers(trial->pattern->source, own);
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		if (!try_short(trial, head, fillers[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < own_count; i++) {
		if (!try_short(trial, head, own[i])) {
			return false;
		}
	}
	return true;
}

/* Returns: whether all fillers behind a head stay within the limits. */
static bool try_head(struct trial *trial, struct str head)
{
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		if (!try_text(trial, head, fillers[i], STR(""), LONG_SIZE)) {
			return false;
		}
	}
	return try_head_short(trial, head);
}

/* Heads that end where words do: there a pattern begins to repeat something. */
static bool try_cuts(struct trial *trial, struct str subject)
{
	size_t cuts = 0;
	for (size_t i = 1; i < subject.len && cuts < CUTS_MAX; i++) {
		bool is_end = subject.ptr[i - 1] == ' ' || subject.ptr[i - 1] == '=' ||
		              subject.ptr[i - 1] == ':' || subject.ptr[i - 1] == '"';
		if (is_end && !try_head_short(trial, str_slice(subject, 0, i))) {
			return false;
		}
		cuts += is_end ? 1 : 0;
	}
	return true;
}

static bool try_sample(struct trial *trial, struct str sample, struct arena *tmp)
{
	struct record record;
	struct str head;
	str_cut(sample, STR("\n"), &head, NULL);
	format_decode(format_of(head, NULL), sample, tmp, &record);
	struct str subject = rule_subject_text(trial->pattern, &record);
	return try_head(trial, str_slice(subject, 0, subject.len / 2)) &&
	       (subject.len == 0 || try_head(trial, str_slice(subject, 0, subject.len - 1))) &&
	       try_cuts(trial, subject);
}

/* What a pattern begins with, up to its first byte that may mean something else. */
static void add_literal_head(struct str source, struct buf *head)
{
	for (size_t i = 0; i < source.len; i++) {
		char byte = source.ptr[i];
		if (byte == '\\' && i + 1 < source.len && !is_letter(source.ptr[i + 1])) {
			byte = source.ptr[++i]; /* itself, as in "\[" */
		} else if (strchr("\\^$.[]|()?*+{}", byte) != NULL) {
			return;
		}
		buf_byte(head, byte);
	}
}

static bool try_pattern(struct trial *trial)
{
	const struct rule_compiled *compiled = rule_pattern_get(trial->pattern, trial->match, NULL);
	if (compiled->regex == NULL) {
		return true; /* told elsewhere */
	}
	trial->regex = compiled->regex;
	struct arena tmp;
	arena_init(&tmp);
	struct buf literal = {0};
	add_literal_head(trial->pattern->source, &literal);
	bool is_good = try_head(trial, (struct str){0}) && try_head(trial, trial->match->anchor) &&
	               try_head_short(trial, buf_str(&literal));
	buf_finish(&literal);
	const struct rule *rule = &trial->entry->rule;
	for (size_t i = 0; i < rule->sample_count && i < SAMPLES && is_good; i++) {
		is_good = try_sample(trial, rule->samples[i], &tmp);
		arena_reset(&tmp);
	}
	arena_finish(&tmp);
	return is_good;
}

static size_t check_pattern(struct trial *trial, const struct rule_pattern *pattern,
                            struct buf *report)
{
	trial->pattern = pattern;
	if (try_pattern(trial)) {
		return 0;
	}
	buf_printf(report,
	           STR_FMT ": rule " STR_FMT ": the pattern '" STR_FMT
	                   "' takes too many steps on hostile text\n",
	           STR_ARG(trial->entry->file), STR_ARG(trial->entry->rule.kind.id),
	           STR_ARG(pattern->source));
	return 1;
}

size_t rule_check_hostile(const struct rule_entry *entry, struct regex_match *regex_match,
                          struct buf *report)
{
	struct trial trial = {.entry = entry, .regex_match = regex_match};
	size_t faults = 0;
	for (size_t i = 0; i < entry->rule.match_count; i++) {
		const struct rule_match *match = &entry->rule.matches[i];
		trial.match = match;
		faults += match->how == RULE_PATTERN
		                  ? check_pattern(&trial, &match->pattern, report)
		                  : 0;
		for (size_t j = 0; j < match->condition_count; j++) {
			faults += check_pattern(&trial, &match->conditions[j], report);
		}
		for (size_t j = 0; j < match->extract_count; j++) {
			faults += check_pattern(&trial, &match->extracts[j], report);
		}
		for (size_t j = 0; j < match->longest_count; j++) {
			faults += check_pattern(&trial, &match->longest[j], report);
		}
	}
	buf_finish(&trial.subject);
	return faults;
}
