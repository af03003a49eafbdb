/* SPDX-License-Identifier: Apache-2.0 */
/* From the stop backwards along declared links to the earliest episode that explains it. */
#include "cause/reason.h"

#include "base/vec.h"

#include <stdlib.h>

enum {
	CHAIN_STEPS_MAX = 14
};

static bool is_root(const struct reason *reason, const struct episode *episode)
{
	for (size_t i = 0; i < reason->roots.count; i++) {
		if (reason->roots.items[i] == episode) {
			return true;
		}
	}
	return false;
}

/* Position of the link that names a kind; -1 when the cause does not lead to it. */
static int link_of(const struct cause *cause, const struct episode *episode)
{
	for (size_t i = 0; i < cause->link_count; i++) {
		if (episode_is(episode, cause->links[i].kind)) {
			return (int)i;
		}
	}
	return -1;
}

static struct chain_step *step_of(struct reason *reason, const struct episode *episode)
{
	struct str instance = episode_instance(reason, episode);
	vec_foreach (struct chain_step, step, &reason->findings->chain) {
		if (step->kind == episode->kind && str_equals(step->instance, instance)) {
			return step;
		}
	}
	return NULL;
}

static void step_say(struct reason *reason, struct chain_step *step)
{
	struct arena *keep = reason->keep;
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		struct str title = text_in(&step->kind->title, (enum text_lang)lang);
		struct str more = {NULL, 0};
		if (step->max_took_ns > 0 && step->max_took_ns != DURATION_NONE) {
			struct str took = duration_format(keep, step->max_took_ns);
			more = step->count > 1 ? arena_printf(keep, lang == TEXT_EN ? ", %llu times, up to " STR_FMT : ",%llu 次,最长 " STR_FMT,
			                                      (unsigned long long)step->count, STR_ARG(took))
			                       : arena_printf(keep, lang == TEXT_EN ? ", " STR_FMT : "," STR_FMT, STR_ARG(took));
		} else if (step->count > 1) {
			more = arena_printf(keep, lang == TEXT_EN ? ", %llu times" : ",%llu 次", (unsigned long long)step->count);
		}
		step->summary.in[lang] = arena_printf(keep, STR_FMT STR_FMT, STR_ARG(title), STR_ARG(more));
	}
}

static void step_add(struct reason *reason, const struct episode *episode)
{
	struct chain_step *step = step_of(reason, episode);
	if (step == NULL) {
		if (reason->findings->chain.count == CHAIN_STEPS_MAX) {
			return;
		}
		vec_push(&reason->findings->chain, (struct chain_step){.kind = episode->kind,
		                                                       .kind_id = episode->kind->id,
		                                                       .instance = episode_instance(reason, episode),
		                                                       .start_ns = episode->first_ns,
		                                                       .end_ns = episode->last_ns,
		                                                       .max_took_ns = DURATION_NONE});
		step = vec_last(&reason->findings->chain);
	}
	step->count += episode->count;
	step->end_ns = episode->last_ns > step->end_ns ? episode->last_ns : step->end_ns;
	step->max_took_ns = episode->max_took_ns > step->max_took_ns ? episode->max_took_ns : step->max_took_ns;
	if (step->evidence.count < 6) {
		evidence_add(&step->evidence, episode);
	}
	step_say(reason, step);
}

/* Steps of one instant: the end of the process last. */
static int step_rank(const struct chain_step *step)
{
	return kind_is(step->kind_id, STR("milvus.exit.*")) || kind_is(step->kind_id, STR("stop")) ? 1 : 0;
}

static int compare_steps(const void *a, const void *b)
{
	const struct chain_step *left = a, *right = b;
	if (left->start_ns != right->start_ns) {
		return left->start_ns < right->start_ns ? -1 : 1;
	}
	if (step_rank(left) != step_rank(right)) {
		return step_rank(left) - step_rank(right);
	}
	if (left->end_ns != right->end_ns) {
		return left->end_ns < right->end_ns ? -1 : 1;
	}
	int order = str_compare(left->kind_id, right->kind_id);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

static bool is_before_stop(const struct reason *reason, const struct episode *episode)
{
	return reason->stop == NULL || reason->stop->time_ns == TIME_NONE || episode->first_ns == TIME_NONE ||
	       episode->first_ns <= reason->stop->time_ns;
}

/* Earliest start of the cause's own evidence. */
static int64_t root_start(const struct reason *reason)
{
	int64_t start = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_root(reason, episode) && is_before_stop(reason, episode) && episode->first_ns != TIME_NONE &&
		    (start == TIME_NONE || episode->first_ns < start)) {
			start = episode->first_ns;
		}
	}
	return start;
}

static void collect_steps(struct reason *reason, const struct cause *cause)
{
	int64_t root_ns = root_start(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_root(reason, episode) && is_before_stop(reason, episode)) {
			step_add(reason, episode);
		}
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		int link = link_of(cause, episode);
		if (link < 0 || is_root(reason, episode) || !episode->kind->is_harm || !episode_in_window(reason, episode) ||
		    !is_before_stop(reason, episode)) {
			continue;
		}
		bool is_late_enough = root_ns == TIME_NONE || episode->first_ns == TIME_NONE ||
		                      episode->last_ns >= root_ns;
		if (is_late_enough && (root_ns == TIME_NONE || episode->first_ns == TIME_NONE ||
		                       episode->first_ns - root_ns <= cause->links[link].within_ns + 600 * NS_PER_SEC)) {
			step_add(reason, episode);
		}
	}
}

/* An effect that seems to start just before the cause's first evidence starts with it. */
static void settle_order(struct reason *reason)
{
	int64_t root_ns = root_start(reason);
	vec_foreach (struct chain_step, step, &reason->findings->chain) {
		bool is_own = false;
		for (size_t i = 0; i < reason->roots.count; i++) {
			is_own |= reason->roots.items[i]->kind == step->kind;
		}
		if (!is_own && root_ns != TIME_NONE && step->start_ns != TIME_NONE && step->start_ns <= root_ns) {
			step->start_ns = root_ns + (step->end_ns > root_ns ? 1 : 0);
		}
	}
	if (reason->findings->chain.count > 0) {
		qsort(reason->findings->chain.items, reason->findings->chain.count, sizeof(struct chain_step), compare_steps);
	}
}

static bool has_step(const struct reason *reason, struct str kind)
{
	vec_foreach (struct chain_step, step, &reason->findings->chain) {
		if (kind_is(step->kind_id, kind)) {
			return true;
		}
	}
	return false;
}

static void stop_step(struct reason *reason)
{
	const struct stop *stop = reason->stop;
	vec_foreach (struct chain_step, known, &reason->findings->chain) {
		bool is_end = kind_is(known->kind_id, STR("milvus.exit.*")) || kind_is(known->kind_id, STR("milvus.panic.*")) ||
		              kind_is(known->kind_id, STR("etcd.stop.*")) || kind_is(known->kind_id, STR("etcd.panic"));
		if (is_end && str_equals(known->instance, stop->instance)) {
			return;
		}
	}
	struct chain_step step = {.kind_id = STR("stop"),
	                          .instance = stop->instance,
	                          .start_ns = stop->time_ns,
	                          .end_ns = stop->time_ns,
	                          .count = 1,
	                          .max_took_ns = DURATION_NONE,
	                          .is_inferred = stop->evidence.count == 0,
	                          .summary = both_printf(reason->keep, "the process ended", "进程结束")};
	for (size_t i = 0; i < stop->evidence.count && i < 3; i++) {
		vec_push(&step.evidence, stop->evidence.items[i]);
	}
	vec_push(&reason->findings->chain, step);
}

/* A session that was lost without a line that says so. */
static void infer_session(struct reason *reason)
{
	if (reason->stop->how != STOP_SESSION_LOST || has_step(reason, STR("milvus.session.*")) ||
	    reason->findings->chain.count == 0) {
		return;
	}
	const struct chain_step *before = vec_last(&reason->findings->chain);
	struct chain_step step = {.kind_id = STR("milvus.session.lost"),
	                          .instance = reason->stop->instance,
	                          .start_ns = before->start_ns,
	                          .end_ns = reason->stop->time_ns,
	                          .count = 1,
	                          .max_took_ns = DURATION_NONE,
	                          .is_inferred = true,
	                          .summary = both_printf(reason->keep, "the session's lease in etcd ran out (not seen, inferred)",
	                                                 "etcd 中的会话租约到期(未见日志,推断)")};
	vec_push(&reason->findings->chain, step);
}

void reason_chain(struct reason *reason)
{
	const struct cause *cause = cause_set_find(reason->set, reason->findings->verdict.cause);
	if (cause != NULL) {
		collect_steps(reason, cause);
		settle_order(reason);
	}
	if (reason->stop != NULL) {
		infer_session(reason);
		stop_step(reason);
		settle_order(reason);
	}
}
