/* SPDX-License-Identifier: Apache-2.0 */
/* Scores of all causes, and what may be said of them. All arithmetic is in whole units: same bytes
 * everywhere. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Units of a sign's strength. */
static const int strength_units[STRENGTH_COUNT] = {
	[STRENGTH_HINT] = 6,      [STRENGTH_SUPPORTING] = 14, [STRENGTH_STRONG] = 30,
	[STRENGTH_DECISIVE] = 60, [STRENGTH_EXCLUDES] = 1000,
};

enum {
	PASSED_MAX = 14,     /* score of what was over before an end that nothing forced */
	STANDING_MAX = 10,   /* and of how things are where something else shows what happened */
	PRICE_UNREACHED = 3, /* of each kind of trouble in the window that a cause leaves open */
	UNREACHED_MAX = 6,
	NAMED_MIN = 24, /* least score of a named cause: one strong sign in an unlikely family */
	LEAD_MIN = 15,  /* and least lead over the second */
	UNREAD_PERMILLE = 800, /* that nothing can be said of lines of which none was recognised */
	RIVALS_MAX = 3,
	LINK_SLACK_MS = 2000, /* an effect may seem to start so much before its cause */
	MINOR_TOOK_MS = 500,  /* slower than this is never a trifle */
	STEADY_COUNT = 8,     /* nor are so many in one episode ... */
	STEADY_TOOK_MS = 200, /* ... half of them slower than this; */
	STEADY_TIMES = 6,     /* nor so many in one ... */
	STEADY_APART_MS = 500 /* ... that are so far apart: what waits for one thing ends at once */
};

struct weighed {
	const struct cause *cause;
	struct sign_result *results;
	bool *is_explained; /* by another cause's links */
	int score;
	int own;         /* units of the strongest sign for it that nobody else explains */
	int64_t time_ns; /* earliest evidence of a strong sign; TIME_NONE */
	int64_t last_ns; /* and the latest */
	bool is_request; /* it is the request to stop itself */
	/* a disk that a test found slow ...: how things are, which nothing dates but its symptoms
	 */
	bool is_standing;
	bool is_excluded;
};

struct weighing {
	struct weighed *items;
	size_t count;
};

static int units_of(const struct sign *sign, const struct sign_result *result)
{
	if (!result->has_lift && sign->strength != STRENGTH_EXCLUDES) {
		return strength_units[STRENGTH_HINT] / 2;
	}
	return strength_units[sign->strength];
}

static bool is_for(const struct weighed *weighed, size_t index)
{
	return weighed->results[index].is_seen && !weighed->cause->signs[index].is_against;
}

/* A strong sign for it. */
static bool is_telling(const struct weighed *weighed, size_t index)
{
	return is_for(weighed, index) &&
	       units_of(&weighed->cause->signs[index], &weighed->results[index]) >=
	               strength_units[STRENGTH_STRONG];
}

/* Whether all that is strong for it, or all at all, is the number of a document. */
static bool is_only_measured(const struct weighed *weighed)
{
	bool has_telling = false, is_measured = false;
	for (size_t i = 0; i < weighed->cause->sign_count; i++) {
		has_telling |= is_telling(weighed, i);
	}
	for (size_t i = 0; i < weighed->cause->sign_count; i++) {
		const struct sign_result *result = &weighed->results[i];
		if (!(has_telling ? is_telling(weighed, i) : is_for(weighed, i))) {
			continue;
		}
		if (!result->is_measured || result->has_happened) {
			return false;
		}
		is_measured = true;
	}
	return is_measured;
}

static void note_times(const struct reason *reason, struct weighed *weighed,
                       const struct sign_result *result)
{
	for (size_t i = 0; i < result->episodes.count; i++) {
		const struct episode *episode = result->episodes.items[i];
		weighed->last_ns =
			episode->last_ns > weighed->last_ns ? episode->last_ns : weighed->last_ns;
		weighed->is_request |= free_end_is(reason, episode);
	}
	if (result->time_ns != TIME_NONE &&
	    (weighed->time_ns == TIME_NONE || result->time_ns < weighed->time_ns)) {
		weighed->time_ns = result->time_ns;
	}
}

static void weighed_evaluate(const struct reason *reason, struct weighed *weighed)
{
	const struct cause *cause = weighed->cause;
	weighed->results = arena_array(reason->keep, struct sign_result, cause->sign_count + 1);
	weighed->is_explained = arena_array(reason->keep, bool, cause->sign_count + 1);
	weighed->time_ns = TIME_NONE;
	weighed->last_ns = TIME_NONE;
	for (size_t i = 0; i < cause->sign_count; i++) {
		sign_evaluate(reason, &cause->signs[i], &weighed->results[i]);
		weighed->is_excluded |= weighed->results[i].is_seen && cause->signs[i].is_against &&
		                        cause->signs[i].strength == STRENGTH_EXCLUDES;
	}
	weighed->is_standing = is_only_measured(weighed);
	for (size_t i = 0; i < cause->sign_count; i++) {
		if (weighed->is_standing ? is_for(weighed, i) : is_telling(weighed, i)) {
			note_times(reason, weighed, &weighed->results[i]);
		}
	}
}

/* Whether a sign that is seen is the strongest of its group: ten lines of one stall are one reason.
 */
static bool is_strongest(const struct weighed *weighed, size_t index)
{
	const struct cause *cause = weighed->cause;
	const struct sign *sign = &cause->signs[index];
	int units = units_of(sign, &weighed->results[index]);
	for (size_t i = 0; i < cause->sign_count; i++) {
		const struct sign *other = &cause->signs[i];
		bool is_rival = i != index && other->is_against == sign->is_against &&
		                weighed->results[i].is_seen &&
		                weighed->is_explained[i] == weighed->is_explained[index] &&
		                str_equals(other->group, sign->group);
		int other_units = is_rival ? units_of(other, &weighed->results[i]) : 0;
		if (is_rival && (other_units > units || (other_units == units && i < index))) {
			return false;
		}
	}
	return true;
}

/* Units for (or against), the strongest sign of each group once. */
static int sum_groups(const struct weighed *weighed, bool is_against, int *strongest)
{
	const struct cause *cause = weighed->cause;
	int sum = 0;
	for (size_t i = 0; i < cause->sign_count; i++) {
		bool counts = cause->signs[i].is_against == is_against &&
		              weighed->results[i].is_seen && !weighed->is_explained[i];
		if (counts && is_strongest(weighed, i)) {
			int units = units_of(&cause->signs[i], &weighed->results[i]);
			sum += units;
			*strongest = units > *strongest ? units : *strongest;
		}
	}
	return sum;
}

/* When an episode began; what an etcd says at its start of having no leader yet is no trouble. */
static int64_t trouble_start(const struct reason *reason, const struct episode *episode)
{
	bool is_of_start = str_starts(episode->kind->id, STR("etcd.leader.")) ||
	                   str_starts(episode->kind->id, STR("etcd.election.")) ||
	                   str_starts(episode->kind->id, STR("etcd.peer."));
	for (size_t i = 0; is_of_start && i < episode->member_count; i++) {
		const struct event *event = episode->members[i];
		if (event->time_ns != TIME_NONE &&
		    !event_is_at_start(reason, event, episode->source)) {
			return event->start_ns;
		}
	}
	return episode->first_ns;
}

static bool leads_to(const struct reason *reason, const struct cause *cause,
                     const struct episode *episode, int64_t from_ns)
{
	for (size_t i = 0; i < cause->link_count; i++) {
		if (!episode_is(episode, cause->links[i].kind)) {
			continue;
		}
		if (from_ns == TIME_NONE || episode->first_ns == TIME_NONE) {
			return true;
		}
		if (trouble_start(reason, episode) >= from_ns - LINK_SLACK_MS * NS_PER_MS) {
			return true;
		}
	}
	return false;
}

/* Episodes of the digest that show the cause, one flag each. Owner: the caller, memory_free. */
static bool *mark_evidence(const struct reason *reason, const struct weighed *weighed)
{
	const struct episode *first = reason->digest->episodes.items;
	size_t count = reason->digest->episodes.count;
	bool *is_evidence = memory_resize(NULL, count + 1);
	memset(is_evidence, 0, count + 1);
	for (size_t i = 0; i < weighed->cause->sign_count; i++) {
		const struct sign_result *result = &weighed->results[i];
		for (size_t j = 0; is_for(weighed, i) && j < result->episodes.count; j++) {
			const struct episode *episode = result->episodes.items[j];
			if (episode >= first && episode < first + count) {
				is_evidence[episode - first] = true;
			}
		}
	}
	return is_evidence;
}

/* Kinds of trouble in the window that the cause neither shows nor leads to. */
static int count_unreached(const struct reason *reason, const struct weighed *weighed)
{
	const struct event_kind *seen[UNREACHED_MAX];
	int count = 0;
	bool *is_evidence = mark_evidence(reason, weighed);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_trouble =
			episode->kind->is_harm && episode->kind->severity >= EVENT_WARNING;
		bool is_known = is_evidence[episode - reason->digest->episodes.items];
		for (int i = 0; i < count; i++) {
			is_known |= seen[i] == episode->kind;
		}
		if (is_trouble && !is_known && count < UNREACHED_MAX &&
		    episode_in_window(reason, episode) &&
		    !leads_to(reason, weighed->cause, episode, weighed->time_ns)) {
			seen[count++] = episode->kind;
		}
	}
	memory_free(is_evidence);
	return count;
}

/* Its trouble was over when something ended that nothing had forced, or had not shown by then. */
static bool is_passed(const struct reason *reason, const struct weighed *weighed)
{
	if (weighed->is_standing && reason->free_ns != TIME_NONE) {
		return weighed->time_ns == TIME_NONE ||
		       weighed->time_ns > reason->free_ns - LINK_SLACK_MS * NS_PER_MS;
	}
	return !weighed->is_request && weighed->last_ns != TIME_NONE &&
	       free_end_follows(reason, weighed->last_ns);
}

static void weighed_score(const struct reason *reason, struct weighed *weighed)
{
	int ignored = 0;
	weighed->own = 0;
	weighed->score = sum_groups(weighed, false, &weighed->own);
	if (weighed->score > 0) {
		weighed->score += weighed->cause->prior - sum_groups(weighed, true, &ignored) -
		                  PRICE_UNREACHED * count_unreached(reason, weighed);
		bool is_capped = is_passed(reason, weighed) && weighed->score > PASSED_MAX;
		weighed->score = is_capped ? PASSED_MAX : weighed->score;
	}
	if (weighed->is_excluded) {
		weighed->score = 0;
		weighed->own = 0;
	}
}

static int compare_weighed(const void *a, const void *b)
{
	const struct weighed *left = a, *right = b;
	if (left->score != right->score) {
		return left->score > right->score ? -1 : 1;
	}
	return str_compare(left->cause->id, right->cause->id);
}

/* Whether all episodes of a sign are effects of a cause that showed itself no later. How things are
 * is not seen to have come first: it explains neither what decides for another cause nor what is
 * computed of several lines. */
static bool explains(const struct reason *reason, const struct weighed *by,
                     const struct weighed *of, size_t index)
{
	const struct sign_result *result = &of->results[index];
	bool is_firm = result->is_derived || units_of(&of->cause->signs[index], result) >=
	                                             strength_units[STRENGTH_DECISIVE];
	if (result->episodes.count == 0 || result->is_relation || is_passed(reason, by) ||
	    by->own < strength_units[STRENGTH_STRONG] ||
	    by->score < strength_units[STRENGTH_SUPPORTING] ||
	    (by->is_standing && is_firm && result->time_ns != TIME_NONE)) {
		return false;
	}
	for (size_t i = 0; i < result->episodes.count; i++) {
		if (!leads_to(reason, by->cause, result->episodes.items[i], by->time_ns)) {
			return false;
		}
	}
	return true;
}

/* Mark the signs for a cause that are effects of another one. */
static void mark_explained(const struct reason *reason, const struct weighed *by,
                           struct weighed *of)
{
	for (size_t i = 0; i < of->cause->sign_count; i++) {
		if (is_for(of, i) && !of->is_explained[i]) {
			of->is_explained[i] = explains(reason, by, of, i);
		}
	}
}

/* How things are is no reason for an end that has one. */
static void set_back_standing(struct weighing *weighing)
{
	bool is_decided = false;
	for (size_t i = 0; i < weighing->count; i++) {
		const struct weighed *weighed = &weighing->items[i];
		is_decided |= !weighed->is_standing && weighed->score >= NAMED_MIN &&
		              weighed->own >= strength_units[STRENGTH_STRONG];
	}
	for (size_t i = 0; is_decided && i < weighing->count; i++) {
		struct weighed *weighed = &weighing->items[i];
		if (weighed->is_standing && weighed->score > STANDING_MAX) {
			weighed->score = STANDING_MAX;
		}
	}
}

/* A cause is the earliest thing that explains the rest: take away signs that are effects of a
 * stronger or earlier one. */
static void explain_away(const struct reason *reason, struct weighing *weighing)
{
	qsort(weighing->items, weighing->count, sizeof(struct weighed), compare_weighed);
	for (size_t i = 0; i < weighing->count; i++) {
		for (size_t j = 0; j < weighing->count; j++) {
			if (j != i) {
				mark_explained(reason, &weighing->items[i], &weighing->items[j]);
			}
			weighed_score(reason, &weighing->items[j]);
		}
	}
	set_back_standing(weighing);
	qsort(weighing->items, weighing->count, sizeof(struct weighed), compare_weighed);
}

/* ---- what may be said ---- */

/* Whether it is a log of etcd or Milvus. A journal keeps of their lines nothing but the messages,
 * which rules know. */
static bool is_theirs(const struct source *source)
{
	bool is_named = str_equals(source->component, STR("etcd")) ||
	                str_equals(source->component, STR("milvus"));
	return source->by_program[FORMAT_ETCD] > 0 || source->by_program[FORMAT_MILVUS] > 0 ||
	       (is_named && source->recognised > 0);
}

static bool has_dated_record(const struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->asked_for > 0 && is_theirs(source)) {
			return true;
		}
	}
	return false;
}

/* Whether records of a log are there, not only documents. */
static bool has_log(const struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		if (reason->digest->sources[i].records > 0) {
			return true;
		}
	}
	return false;
}

/* How often something was slow, where what ended together counts once; members are in order of
 * time. */
static unsigned times_slow(const struct episode *episode)
{
	unsigned times = 0;
	int64_t last_ns = TIME_NONE;
	for (size_t i = 0; i < episode->member_count; i++) {
		int64_t time_ns = episode->members[i]->time_ns;
		if (time_ns != TIME_NONE &&
		    (last_ns == TIME_NONE || time_ns - last_ns >= STEADY_APART_MS * NS_PER_MS)) {
			times++;
			last_ns = time_ns;
		}
	}
	return times;
}

/* Something was wrong, and it was more than a trifle. Waits that end in step are no chance. */
static bool is_harmed(const struct reason *reason)
{
	const struct derived_fact *in_step = derived_find(reason, STR("print.few_in_phase"));
	if (in_step != NULL && in_step->value > 0) {
		return true;
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!episode->kind->is_harm) {
			continue;
		}
		bool is_slow = episode->max_took_ns != DURATION_NONE;
		bool is_much =
			episode->count >= STEADY_COUNT &&
			(histogram_quantile(&episode->took, 0.5) >= STEADY_TOOK_MS * NS_PER_MS ||
		         episode_is(episode, STR("etcd.heartbeat.late")));
		bool is_steady = is_slow && (is_much || times_slow(episode) >= STEADY_TIMES);
		if (episode->kind->severity >= EVENT_ERROR || is_steady ||
		    (is_slow && episode->max_took_ns >= MINOR_TOOK_MS * NS_PER_MS) ||
		    (!is_slow && episode->kind->severity >= EVENT_WARNING)) {
			return true;
		}
	}
	return false;
}

/* Warnings and errors that no rule knows: nothing may be called healthy over them when there is
 * little else. */
static bool has_unknown_trouble(const struct reason *reason)
{
	uint64_t loud = 0, recognised = 0, records = 0;
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		loud += source->by_level[FORMAT_WARN] + source->by_level[FORMAT_ERROR] +
		        source->by_level[FORMAT_FATAL];
		recognised += source->recognised;
		records += source->records;
	}
	return loud > recognised && loud * 10 > records;
}

/* The best one's confidence in thousandths, against the next best and against none of them. */
static int confidence_of(const struct reason *reason, const struct weighing *weighing)
{
	int scores[RIVALS_MAX + 1];
	size_t count = 0;
	while (count < weighing->count && count <= RIVALS_MAX && weighing->items[count].score > 0) {
		scores[count] = weighing->items[count].score;
		count++;
	}
	return calibration_named(reason, weighing->items[0].cause, scores, count);
}

static void say_signs(const struct reason *reason, const struct weighed *weighed,
                      struct hypothesis *hypothesis)
{
	hypothesis->cause = weighed->cause->id;
	hypothesis->score = weighed->score > 0 ? (uint64_t)weighed->score : 0;
	for (size_t i = 0; i < weighed->cause->sign_count; i++) {
		const struct sign *sign = &weighed->cause->signs[i];
		const struct sign_result *result = &weighed->results[i];
		if (!result->is_seen) {
			continue;
		}
		for (size_t j = 0; !sign->is_against && j < result->evidence.count; j++) {
			vec_push(&hypothesis->evidence, result->evidence.items[j]);
		}
		if (!is_strongest(weighed, i)) {
			continue;
		}
		if (sign->is_against) {
			vec_push(&hypothesis->reasons_against, reason_say(reason, &sign->say));
			continue;
		}
		struct text_both say = reason_say(reason, &sign->say);
		if (weighed->is_explained[i]) {
			for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
				say.in[lang] = arena_printf(
					reason->keep,
					text_translate((enum text_lang)lang,
				                       "(an effect of another cause) %.*s"),
					STR_ARG(text_in(&say, (enum text_lang)lang)));
			}
		}
		vec_push(&hypothesis->reasons_for, say);
	}
}

/* Something spoke for it, and something strong against it. */
static bool is_refuted(const struct weighed *weighed)
{
	int strongest = 0, ignored = 0;
	sum_groups(weighed, true, &strongest);
	return !weighed->is_excluded && strongest >= strength_units[STRENGTH_STRONG] &&
	       sum_groups(weighed, false, &ignored) > 0;
}

static void list_rivals(const struct reason *reason, const struct weighing *weighing,
                        const struct weighed *named, int rest_permille)
{
	struct findings *findings = reason->findings;
	int sum = 0;
	for (size_t i = 0; i < weighing->count; i++) {
		if (&weighing->items[i] != named && weighing->items[i].score > 0) {
			sum += weighing->items[i].score;
		}
	}
	for (size_t i = 0; i < weighing->count && findings->rivals.count < RIVALS_MAX; i++) {
		const struct weighed *weighed = &weighing->items[i];
		if (weighed == named ||
		    (weighed->score <= 0 && (named != NULL || !is_refuted(weighed)))) {
			continue;
		}
		int share = weighed->score > 0 ? rest_permille * weighed->score / (sum + 20) : 0;
		struct hypothesis rival = {.confidence = (double)share / 1000};
		say_signs(reason, weighed, &rival);
		vec_push(&findings->rivals, rival);
	}
}

static void list_contributions(const struct reason *reason, const struct weighing *weighing,
                               const struct weighed *named)
{
	for (size_t i = 0; i < weighing->count; i++) {
		const struct weighed *weighed = &weighing->items[i];
		for (size_t j = 0; weighed != named && j < weighed->cause->sign_count; j++) {
			const struct sign *sign = &weighed->cause->signs[j];
			if (is_telling(weighed, j) && !weighed->is_explained[j] &&
			    !weighed->is_excluded) {
				vec_push(&reason->findings->contributing,
				         (struct contribution){weighed->cause->id,
				                               reason_say(reason, &sign->say)});
				break;
			}
		}
	}
}

/* Whether Milvus stopped shows in its own log only. */
static enum answer has_stopped(const struct reason *reason)
{
	if (reason->stop != NULL) {
		return ANSWER_YES;
	}
	if (!has_dated_record(reason) || reason->is_excerpt || reason->is_quorum_doubtful) {
		return ANSWER_UNKNOWN;
	}
	return reason->has_milvus ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* What was measured, where that is all there is: the best reason of the best rival. */
static struct text_both summary_of_measures(const struct reason *reason)
{
	struct findings *findings = reason->findings;
	bool has_reason = findings->rivals.count > 0 &&
	                  findings->rivals.items[0].reasons_for.count > 0 &&
	                  findings->rivals.items[0].confidence > 0;
	if (!has_reason && has_log(reason)) {
		return both_printf(reason->keep, "The lines do not allow a cause to be named.");
	}
	if (!has_reason) {
		return both_printf(reason->keep, "Nothing here shows that anything stopped: it "
		                                 "holds measured or configured values only.");
	}
	const struct text_both *say = &findings->rivals.items[0].reasons_for.items[0];
	struct text_both summary;
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		summary.in[lang] = arena_printf(
			reason->keep,
			text_translate((enum text_lang)lang,
		                       "Nothing here shows that anything stopped, but %.*s."),
			STR_ARG(text_in(say, (enum text_lang)lang)));
	}
	return summary;
}

static struct text_both summary_of_unknown(const struct reason *reason)
{
	if (reason->stop != NULL) {
		return both_printf(reason->keep,
		                   "It stopped, but the lines do not allow a cause to be named.");
	}
	if (reason->digest->facts.count > 0 && !has_dated_record(reason)) {
		return summary_of_measures(reason);
	}
	if (reason->digest->episodes.count == 0) {
		return both_printf(
			reason->keep,
			"The lines do not tell what happened: nothing in them was recognised.");
	}
	if (has_stopped(reason) == ANSWER_NO && is_harmed(reason)) {
		return both_printf(reason->keep,
		                   "Nothing stopped, but something was slow or failed; "
		                   "the lines do not allow a cause to be named.");
	}
	return both_printf(reason->keep, "The lines do not allow a cause to be named.");
}

/* A trifle is told of, too. */
static struct text_both summary_of_health(const struct reason *reason)
{
	bool is_running = has_stopped(reason) == ANSWER_NO;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!episode->kind->is_harm || episode->max_took_ns == DURATION_NONE) {
			continue;
		}
		return is_running ? both_printf(reason->keep,
		                                "Nothing worse than short waits was found, and the "
		                                "service was running when the log ends.")
		                  : both_printf(reason->keep, "Nothing worse than short waits was "
		                                              "found in these lines.");
	}
	return is_running ? both_printf(reason->keep, "Nothing wrong was found, and the service "
	                                              "was running when the log ends.")
	                  : both_printf(reason->keep, "Nothing wrong was found in these lines.");
}

static void summarise(const struct reason *reason)
{
	struct findings *findings = reason->findings;
	struct arena *keep = reason->keep;
	struct str cause = findings->verdict.cause;
	if (cause.len == 0) {
		findings->verdict.summary = summary_of_health(reason);
		return;
	}
	if (str_equals(cause, STR("unknown"))) {
		findings->verdict.summary = summary_of_unknown(reason);
		return;
	}
	const struct text_both *title = cause_title(reason->set, cause);
	struct str who = reason->stop == NULL ? STR("") : reason->stop->component;
	bool is_milvus = str_equals(who, STR("milvus"));
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		enum text_lang in = (enum text_lang)lang;
		const char *format = text_translate(in, "etcd stopped: %.*s.");
		if (is_milvus) {
			format = text_translate(in, "Milvus stopped: %.*s.");
		} else if (reason->stop == NULL && has_stopped(reason) == ANSWER_NO) {
			format = text_translate(in, "Degraded: %.*s.");
		} else if (reason->stop == NULL) {
			format = text_translate(in, "Something went wrong: %.*s.");
		}
		findings->verdict.summary.in[lang] =
			arena_printf(keep, format, STR_ARG(text_in(title, in)));
	}
}

static void fill_signs(const struct reason *reason, const struct weighing *weighing,
                       struct sign_list *signs)
{
	struct str id = str_from(reason->options->why_not);
	for (size_t i = 0; i < weighing->count; i++) {
		const struct weighed *weighed = &weighing->items[i];
		for (size_t j = 0;
		     str_equals(weighed->cause->id, id) && j < weighed->cause->sign_count; j++) {
			const struct sign *sign = &weighed->cause->signs[j];
			const struct sign_result *result = &weighed->results[j];
			struct sign_state state = {.say = reason_say(reason, &sign->say),
			                           .strength = strength_name(sign->strength),
			                           .is_against = sign->is_against};
			state.state = result->is_seen
			                      ? (result->has_lift ? SIGN_SEEN : SIGN_NO_LIFT)
			                      : (result->is_observable ? SIGN_ABSENT
			                                               : SIGN_NOT_OBSERVABLE);
			for (size_t k = 0; result->is_seen && k < result->evidence.count; k++) {
				vec_push(&state.evidence, result->evidence.items[k]);
			}
			vec_push(signs, state);
		}
	}
}

/* The cause that may be named; NULL: none. */
static const struct weighed *pick(const struct weighing *weighing, int *lead)
{
	const struct weighed *best = weighing->count > 0 ? &weighing->items[0] : NULL;
	int second =
		weighing->count > 1 && weighing->items[1].score > 0 ? weighing->items[1].score : 0;
	if (best == NULL || best->score < NAMED_MIN ||
	    best->own < strength_units[STRENGTH_STRONG]) {
		return NULL;
	}
	*lead = best->score - second;
	return *lead >= LEAD_MIN ? best : NULL;
}

static void weigh(const struct reason *reason, struct weighing *weighing)
{
	weighing->count = reason->set->causes.count;
	weighing->items = arena_array(reason->keep, struct weighed, weighing->count + 1);
	for (size_t i = 0; i < weighing->count; i++) {
		weighing->items[i].cause = &reason->set->causes.items[i];
		weighed_evaluate(reason, &weighing->items[i]);
		weighed_score(reason, &weighing->items[i]);
	}
	explain_away(reason, weighing);
}

/* What the strong signs of the named cause rest on: there the chain begins. */
static void keep_roots(struct reason *reason, const struct weighed *named)
{
	for (size_t i = 0; i < named->cause->sign_count; i++) {
		const struct sign_result *result = &named->results[i];
		bool is_root = is_telling(named, i) && !named->is_explained[i];
		for (size_t j = 0; is_root && j < result->episodes.count; j++) {
			vec_push(&reason->roots, result->episodes.items[j]);
		}
	}
}

void reason_verdict(struct reason *reason, struct sign_list *signs)
{
	struct findings *findings = reason->findings;
	struct weighing weighing;
	int lead = 0;
	reason_free_end(reason);
	weigh(reason, &weighing);
	const struct weighed *named = pick(&weighing, &lead);
	bool is_wrong = reason->stop != NULL || is_harmed(reason);
	if (!is_wrong && !has_dated_record(reason)) {
		named = NULL; /* only measured: nothing shows that anything happened */
	}
	findings->verdict.stopped = has_stopped(reason);
	enum calibration class = reason_calibration(reason);
	int permille = 0;
	findings->verdict.basis = calibration_name(class);
	if (named != NULL) {
		permille = confidence_of(reason, &weighing);
		findings->verdict.cause = named->cause->id;
		say_signs(reason, named, &findings->named);
		keep_roots(reason, named);
	} else if (is_wrong || !has_dated_record(reason) || has_unknown_trouble(reason)) {
		findings->verdict.cause = STR("unknown");
		permille = reason->digest->episodes.count + reason->digest->facts.count == 0
		                   ? UNREAD_PERMILLE
		                   : calibration_unknown(class);
	} else {
		permille = calibration_null(class);
	}
	findings->verdict.confidence = (double)permille / 1000;
	findings->named.confidence = findings->verdict.confidence;
	list_rivals(reason, &weighing, named, 1000 - permille);
	list_contributions(reason, &weighing, named);
	if (reason->stop != NULL) {
		reason->stop->cause = findings->verdict.cause;
		reason->stop->confidence = findings->verdict.confidence;
	}
	summarise(reason);
	if (signs != NULL && reason->options->why_not != NULL) {
		fill_signs(reason, &weighing, signs);
	}
	for (size_t i = 0; i < weighing.count; i++) {
		for (size_t j = 0; j < weighing.items[i].cause->sign_count; j++) {
			sign_result_finish(&weighing.items[i].results[j]);
		}
	}
}
