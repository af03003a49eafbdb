/* SPDX-License-Identifier: Apache-2.0 */
/* Several stops: each is explained by itself; then what they have in common, and which one the
 * verdict is about. */
#include "base/buf.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	EXPLAINED_MAX = 48, /* of many stops the last ones are explained */
	LOOP_RUN_S = 45,    /* a run that ends so soon after its start never served ... */
	LOOP_GAP_S = 900,   /* ... and is tried again after at most so long */
	AGAIN_S = 180,      /* a stop so soon after a start is part of the trouble before it */
	TOGETHER_S = 120,   /* and the session's time to live: processes that stop together */
	CAUSES_SAID_MAX = 4
};

static bool is_milvus(const struct stop *stop)
{
	return str_equals(stop->component, STR("milvus"));
}

static bool is_wanted(const struct stop *stop)
{
	return stop->how == STOP_ASKED || stop->how == STOP_CLEAN;
}

static bool is_same_process(const struct stop *a, const struct stop *b)
{
	return str_equals(a->component, b->component) && str_equals(a->instance, b->instance);
}

/* Ends that nobody wanted come before ends that were asked for. */
static int stop_weight(const struct stop *stop)
{
	return (is_milvus(stop) ? 4 : 0) + (is_wanted(stop) ? 0 : 2);
}

static int compare_stops(const void *a, const void *b)
{
	const struct stop *left = a, *right = b;
	if (left->time_ns != right->time_ns) {
		return left->time_ns < right->time_ns ? -1 : 1;
	}
	int order = str_compare(left->component, right->component);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

void stops_sort(struct reason *reason)
{
	if (reason->findings->stops.count > 0) {
		qsort(reason->findings->stops.items, reason->findings->stops.count,
		      sizeof(struct stop), compare_stops);
	}
}

/* ---- restart loops ---- */

/* It gave up by itself, in whichever words. One that ended without a word did not, and may have run
 * on for long after what it printed last. */
static bool is_failure(enum stop_how how)
{
	return how == STOP_PANIC || how == STOP_FATAL || how == STOP_START_FAILED;
}

static bool is_loop(const struct reason *reason, const struct stop *before, const struct stop *stop)
{
	int64_t before_ns = run_start(reason, before, before->time_ns),
		start_ns = run_start(reason, stop, stop->time_ns);
	bool is_short = start_ns != TIME_NONE && start_ns >= before->last_ns &&
	                stop->time_ns - start_ns < LOOP_RUN_S * NS_PER_SEC &&
	                (before->count > 1 || before_ns == TIME_NONE ||
	                 before->time_ns - before_ns < LOOP_RUN_S * NS_PER_SEC);
	bool is_alike =
		stop->how == before->how || (is_failure(stop->how) && is_failure(before->how));
	return !is_wanted(stop) && is_alike && is_short &&
	       stop->time_ns - before->last_ns < LOOP_GAP_S * NS_PER_SEC;
}

/* Starts that fail one after the other in the same way are one stop with a count. */
static void collapse_loops(struct reason *reason)
{
	struct stop *items = reason->findings->stops.items;
	size_t kept = 0;
	for (size_t i = 0; i < reason->findings->stops.count; i++) {
		struct stop *before = NULL;
		items[i].count = 1;
		items[i].last_ns = items[i].time_ns;
		for (size_t j = kept; j > 0 && before == NULL; j--) {
			before = is_same_process(&items[j - 1], &items[i]) ? &items[j - 1] : NULL;
		}
		if (before != NULL && items[i].time_ns != TIME_NONE &&
		    is_loop(reason, before, &items[i])) {
			before->count++;
			before->last_ns = items[i].time_ns;
			vec_finish(&items[i].evidence);
			continue;
		}
		items[kept++] = items[i];
	}
	reason->findings->stops.count = kept;
}

/* ---- each by itself ---- */

static void explain_alone(const struct reason *reason, struct stop *stop)
{
	struct findings own = *reason->findings;
	struct reason alone = *reason;
	alone.findings = &own;
	alone.stop = stop;
	alone.is_alone = true;
	reason_focus(&alone);
	reason_window(&alone);
	reason_derive(&alone);
	reason_verdict(&alone, NULL);
	reason_chain(&alone);
	vec_foreach (struct chain_step, step, &own.chain) {
		vec_push(&stop->chain, *step);
	}
	vec_finish(&own.chain);
	vec_foreach (struct hypothesis, rival, &own.rivals) {
		hypothesis_finish(rival);
	}
	vec_finish(&own.rivals);
	hypothesis_finish(&own.named);
	vec_finish(&own.contributing);
	vec_finish(&alone.roots);
	vec_finish(&alone.derived);
	reason_unfocus(&alone, reason->digest);
}

static void explain_each(struct reason *reason)
{
	size_t count = reason->findings->stops.count;
	for (size_t i = 0; i < count; i++) {
		struct stop *stop = &reason->findings->stops.items[i];
		stop->cause = STR("unknown");
		stop->confidence = 0.5;
		if (count > 1 && i + EXPLAINED_MAX >= count) {
			explain_alone(reason, stop);
		}
	}
}

/* ---- which one ---- */

/* Whether a stop belongs to the trouble that an earlier one began: started again and ended at once,
 * or at the same time. */
static bool is_part_of(const struct reason *reason, const struct stop *stop,
                       const struct stop *earlier)
{
	int64_t distance = stop->time_ns - earlier->last_ns;
	if (!is_same_process(stop, earlier)) {
		return distance <= TOGETHER_S * NS_PER_SEC + reason->ttl_ns;
	}
	int64_t start_ns = run_start(reason, stop, stop->time_ns);
	return start_ns != TIME_NONE && stop->time_ns - start_ns < AGAIN_S * NS_PER_SEC &&
	       distance < LOOP_GAP_S * NS_PER_SEC;
}

/* What a stop's cause adds to that of the one before it: nothing when it is the same, not known, or
 * "etcd is not there". */
static bool is_explained_by(const struct stop *stop, const struct stop *earlier)
{
	bool is_named = !str_equals(earlier->cause, STR("unknown"));
	if (str_equals(stop->cause, STR("etcd-unreachable"))) {
		return true;
	}
	return is_named &&
	       (str_equals(stop->cause, earlier->cause) || str_equals(stop->cause, STR("unknown")));
}

static struct stop *choose(const struct reason *reason)
{
	struct stop *best = NULL;
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		if (!stop_is_of_service(reason, stop)) {
			continue;
		}
		if (best == NULL || stop_weight(stop) >= stop_weight(best)) {
			best = stop;
		}
	}
	for (struct stop *at = best; at != NULL && at > reason->findings->stops.items;) {
		at--;
		bool is_alike = stop_weight(at) == stop_weight(best) && at->time_ns != TIME_NONE;
		if (is_alike && is_part_of(reason, best, at) && is_explained_by(best, at)) {
			best = at;
		}
	}
	return best;
}

/* ---- in words ---- */

/* The etcd whose end a stop of Milvus followed, and that was not back by then; NULL. */
static const struct stop *etcd_before(const struct reason *reason, const struct stop *stop)
{
	const struct stop *found = NULL;
	vec_foreach (struct stop, other, &reason->findings->stops) {
		bool is_before = is_milvus(stop) && !is_milvus(other) &&
		                 other->time_ns != TIME_NONE && other->time_ns <= stop->time_ns &&
		                 stop->time_ns - other->time_ns <= LOOP_GAP_S * NS_PER_SEC;
		if (is_before && stop_is_of_service(reason, other)) {
			found = other;
		}
	}
	return found;
}

static void add(struct buf *to, struct str text, enum text_lang lang)
{
	if (text.len > 0) {
		buf_add(to, to->len == 0 ? STR("") : str_from(text_translate(lang, "; ")));
		buf_add(to, text);
	}
}

/* What went before and what followed: "41 s after etcd had ended; 3 s later it started again; 14
 * times in a row". */
static void say_links(const struct reason *reason, struct stop *stop)
{
	const struct stop *etcd = etcd_before(reason, stop);
	bool is_quorum = etcd != NULL && etcd->how == STOP_QUORUM_LOST;
	int64_t start_ns = run_next_start(reason, stop->component, stop->instance, stop->last_ns);
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		struct buf text = {0};
		enum text_lang in = (enum text_lang)lang;
		if (etcd != NULL) {
			struct str took =
				duration_format(reason->keep, stop->time_ns - etcd->time_ns);
			add(&text,
			    arena_printf(
				    reason->keep,
				    is_quorum
					    ? text_translate(
						      in,
						      "%.*s after etcd (%.*s) had lost its quorum")
					    : text_translate(in, "%.*s after %.*s had ended"),
				    STR_ARG(took), STR_ARG(etcd->instance)),
			    (enum text_lang)lang);
		}
		if (stop->count > 1) {
			add(&text,
			    arena_printf(reason->keep,
			                 text_translate(in, "it was started again and ended in the "
			                                    "same way, %llu times in all"),
			                 (unsigned long long)stop->count),
			    (enum text_lang)lang);
		}
		if (start_ns != TIME_NONE) {
			struct str took = duration_format(reason->keep, start_ns - stop->last_ns);
			add(&text,
			    arena_printf(reason->keep,
			                 text_translate(in, "started again %.*s later"),
			                 STR_ARG(took)),
			    (enum text_lang)lang);
		}
		stop->summary.in[lang] = arena_str(reason->keep, buf_str(&text));
		buf_finish(&text);
	}
}

void reason_stops(struct reason *reason)
{
	collapse_loops(reason);
	explain_each(reason);
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		say_links(reason, stop);
	}
	reason->stop = choose(reason);
	if (reason->stop != NULL) {
		reason->stop->is_main = true;
		vec_foreach (struct chain_step, step, &reason->stop->chain) {
			vec_finish(&step->evidence);
		}
		vec_finish(&reason->stop->chain);
	}
}

/* ---- together ---- */

struct tally {
	struct str cause;
	unsigned times;
};

static struct str title_of(const struct reason *reason, struct str cause, enum text_lang lang)
{
	const struct text_both *title = cause_title(reason->set, cause);
	return title != NULL ? text_in(title, lang)
	                     : str_from(text_translate(lang, "no cause could be named"));
}

/* How often which cause: processes that stopped together count once. */
static size_t tally_stops(const struct reason *reason, struct tally *tallies, unsigned *times,
                          uint64_t *loops)
{
	size_t count = 0;
	const struct stop *before = NULL;
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		if (is_milvus(stop) != is_milvus(reason->stop)) {
			continue;
		}
		*loops += stop->count - 1;
		if (before != NULL && is_part_of(reason, stop, before) &&
		    is_explained_by(stop, before)) {
			*loops += is_same_process(stop, before) ? 1 : 0;
			continue;
		}
		before = stop;
		(*times)++;
		if ((size_t)(stop - reason->findings->stops.items) + EXPLAINED_MAX <
		    reason->findings->stops.count) {
			continue; /* too long ago to have been looked at */
		}
		size_t at = 0;
		while (at < count && !str_equals(tallies[at].cause, stop->cause)) {
			at++;
		}
		if (at < CAUSES_SAID_MAX) {
			tallies[at] =
				(struct tally){stop->cause, at < count ? tallies[at].times + 1 : 1};
			count = at < count ? count : at + 1;
		}
	}
	return count;
}

/* The other stops' causes with how often: "etcd's disk answered too slowly (2 times); Milvus
 * panicked (once)". */
static struct str say_others(const struct reason *reason, const struct tally *tallies, size_t count,
                             enum text_lang lang)
{
	struct buf text = {0};
	for (size_t i = 0; i < count; i++) {
		unsigned times = tallies[i].times -
		                 (str_equals(tallies[i].cause, reason->stop->cause) ? 1 : 0);
		if (times > 0) {
			const char *often = times == 1 ? text_translate(lang, " (once)")
			                               : text_translate(lang, " (%u times)");
			add(&text, title_of(reason, tallies[i].cause, lang), lang);
			buf_add(&text, arena_printf(reason->keep, often, times));
		}
	}
	struct str said = arena_str(reason->keep, buf_str(&text));
	buf_finish(&text);
	return said;
}

/* How often it stopped, and for what reasons. */
static struct str say_times(const struct reason *reason, const struct tally *tallies, size_t count,
                            unsigned times, enum text_lang lang)
{
	const char *who = is_milvus(reason->stop) ? "Milvus" : "etcd";
	struct str main_title = title_of(reason, reason->stop->cause, lang);
	if (count == 1) {
		return arena_printf(reason->keep,
		                    text_translate(lang, "%s stopped %u times, each time: %.*s."),
		                    who, times, STR_ARG(main_title));
	}
	return arena_printf(
		reason->keep,
		text_translate(
			lang,
			"%s stopped %u times. The one explained here: %.*s. The others: %.*s."),
		who, times, STR_ARG(main_title), STR_ARG(say_others(reason, tallies, count, lang)));
}

void reason_stops_together(struct reason *reason)
{
	struct tally tallies[CAUSES_SAID_MAX];
	unsigned times = 0;
	uint64_t loops = 0;
	if (reason->stop == NULL) {
		return;
	}
	size_t count = tally_stops(reason, tallies, &times, &loops);
	struct text_both *summary = &reason->findings->verdict.summary;
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		enum text_lang in = (enum text_lang)lang;
		struct str text = summary->in[lang];
		if (times > 1) {
			text = say_times(reason, tallies, count, times, (enum text_lang)lang);
		}
		if (loops > 0) {
			const char *often =
				loops == 1
					? text_translate(in, " It was restarted and ended again.")
					: text_translate(
						  in,
						  " It was restarted and ended again %llu times.");
			text = arena_printf(reason->keep, STR_FMT STR_FMT, STR_ARG(text),
			                    STR_ARG(arena_printf(reason->keep, often,
			                                         (unsigned long long)loops)));
		}
		summary->in[lang] = text;
	}
}
