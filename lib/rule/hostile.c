/* SPDX-License-Identifier: Apache-2.0 */

/* Texts that make a careless pattern go back and forth: a promising head, then the same thing over
 * and over. */

#include "rule/pack.h"

enum { HOSTILE_SIZE = 4096, HOSTILE_SAMPLES = 2 };

static const struct str fillers[] = {
	STR_INIT("a"),      STR_INIT("0"),        STR_INIT("f"),      STR_INIT(" "),
	STR_INIT("a "),     STR_INIT("0."),       STR_INIT("1:"),     STR_INIT("("),
	STR_INIT("["),      STR_INIT("{\""),      STR_INIT("\\\""),   STR_INIT("a="),
	STR_INIT("a,"),     STR_INIT("-"),        STR_INIT("a/"),     STR_INIT("\""),
	STR_INIT("1s"),     STR_INIT("\xc3\xa9"), STR_INIT("\xff"),   STR_INIT("\n"),
	STR_INIT("x\n"),    STR_INIT("\na"),      STR_INIT("[a=b] "), STR_INIT("k:\"v\" "),
	STR_INIT("aaaa: "),
};

struct trial {
	const struct rule_entry *entry;
	const struct rule_match *match;
	const struct rule_pattern *pattern;
	const struct regex *regex;
	struct regex_match *regex_match;
	struct buf subject;
};

/** Returns: whether all fillers behind a head stay within the limits. */
static bool try_head(struct trial *trial, struct str head)
{
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		bool is_over_limit = false;
		buf_clear(&trial->subject);
		buf_add(&trial->subject, head);
		while (trial->subject.len < head.len + HOSTILE_SIZE) {
			buf_add(&trial->subject, fillers[i]);
		}
		regex_search(trial->regex, buf_str(&trial->subject), trial->regex_match,
		             &is_over_limit);
		if (is_over_limit) {
			return false;
		}
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
	       (subject.len == 0 || try_head(trial, str_slice(subject, 0, subject.len - 1)));
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
	bool is_good = try_head(trial, (struct str){0}) && try_head(trial, trial->match->anchor);
	const struct rule *rule = &trial->entry->rule;
	for (size_t i = 0; i < rule->sample_count && i < HOSTILE_SAMPLES && is_good; i++) {
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
