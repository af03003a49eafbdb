/* SPDX-License-Identifier: Apache-2.0 */
#include "cause/cause.h"

#include "base/vec.h"
#include "cause/reason.h"

#include <stdarg.h>
#include <stdio.h>

static const struct str how_names[STOP_HOW_COUNT] = {
	[STOP_ASKED] = STR_INIT("asked"),
	[STOP_CLEAN] = STR_INIT("clean"),
	[STOP_SESSION_LOST] = STR_INIT("session-lost"),
	[STOP_FATAL] = STR_INIT("fatal"),
	[STOP_PANIC] = STR_INIT("panic"),
	[STOP_NATIVE] = STR_INIT("native-crash"),
	[STOP_KILLED] = STR_INIT("killed"),
	[STOP_ABRUPT] = STR_INIT("abrupt"),
	[STOP_START_FAILED] = STR_INIT("start-failed"),
	[STOP_QUORUM_LOST] = STR_INIT("quorum-lost"),
};

struct str stop_how_name(enum stop_how how)
{
	return how_names[how];
}

bool episode_meets_nobody(const struct episode *episode)
{
	static const struct str kinds[] = {
		STR_INIT("etcd.client.refused"), STR_INIT("etcd.client.eof"),
		STR_INIT("etcd.client.dial_refused"), STR_INIT("milvus.etcd.refused"),
		STR_INIT("milvus.etcd.eof")};
	return str_is_any(episode->kind->id, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

bool episode_is_answer(const struct episode *episode)
{
	static const struct str kinds[] = {
		STR_INIT("milvus.session.lease_lost"), STR_INIT("milvus.session.renewed"),
		STR_INIT("milvus.session.registered"), STR_INIT("milvus.etcd.lease_not_found"),
		STR_INIT("etcd.client.lease_not_found")};
	return str_is_any(episode->kind->id, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

bool episode_is(const struct episode *episode, struct str kind)
{
	return kind_is(episode->kind->id, kind);
}

struct str episode_instance(const struct reason *reason, const struct episode *episode)
{
	return episode->instance.len > 0 ? episode->instance
	                                 : reason->digest->sources[episode->source].instance;
}

struct str episode_component(const struct episode *episode)
{
	struct str component;
	str_cut(episode->kind->id, STR("."), &component, NULL);
	/* etcd's client library speaks inside Milvus */
	return str_starts(episode->kind->id, STR("etcd.client.")) ? STR("milvus") : component;
}

bool episode_overlaps(const struct episode *episode, int64_t from_ns, int64_t to_ns)
{
	if (episode->first_ns == TIME_NONE) {
		return true;
	}
	return (from_ns == TIME_NONE || episode->last_ns >= from_ns) &&
	       (to_ns == TIME_NONE || episode->first_ns <= to_ns);
}

/* The member that took longest, or the first one. */
static const struct event *most_telling(const struct episode *episode)
{
	const struct event *best = episode->members[0];
	for (size_t i = 1; i < episode->member_count; i++) {
		if (episode->members[i]->took_ns > best->took_ns) {
			best = episode->members[i];
		}
	}
	return best;
}

const struct episode *window_first(const struct reason *reason, struct str kind)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode_is(episode, kind) && episode_in_window(reason, episode)) {
			return episode;
		}
	}
	return NULL;
}

void evidence_add(struct evidence_list *list, const struct episode *episode)
{
	enum { EVIDENCE_OF_EPISODE_MAX = 3 };
	const struct event *telling = most_telling(episode);
	const struct event *picks[EVIDENCE_OF_EPISODE_MAX] = {
		telling, episode->members[0], episode->members[episode->member_count - 1]};
	for (size_t i = 0; i < EVIDENCE_OF_EPISODE_MAX; i++) {
		bool is_known = false;
		for (size_t j = 0; j < list->count; j++) {
			is_known |= list->items[j] == picks[i];
		}
		if (!is_known) {
			vec_push(list, picks[i]);
		}
	}
}

void derived_add(struct reason *reason, const char *id, double value, const struct episode *episode)
{
	struct derived_fact fact = {.id = str_from(id), .value = value, .episode = episode};
	vec_push(&reason->derived, fact);
}

void derived_relate(struct reason *reason, const char *id, double value,
                    const struct episode *episode)
{
	derived_add(reason, id, value, episode);
	vec_last(&reason->derived)->is_relation = true;
}

const struct derived_fact *derived_find(const struct reason *reason, struct str id)
{
	vec_foreach (struct derived_fact, fact, &reason->derived) {
		if (str_equals(fact->id, id)) {
			return fact;
		}
	}
	return NULL;
}

struct text_both both_printf(struct arena *keep, const char *en, ...)
{
	struct text_both both = {0};
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		char text[2048];
		va_list arguments;
		va_start(arguments, en);
		int len = vsnprintf(text, sizeof(text), text_translate((enum text_lang)lang, en),
		                    arguments);
		va_end(arguments);
		size_t used = len < 0                      ? 0
		              : (size_t)len < sizeof(text) ? (size_t)len
		                                           : sizeof(text) - 1;
		both.in[lang] = arena_str(keep, text_cut_bytes((struct str){text, used}, used));
	}
	return both;
}

void cause_explain(const struct cause_set *set, struct digest *digest,
                   const struct cause_options *options, struct findings *findings,
                   struct sign_list *signs)
{
	*findings = (struct findings){.digest = digest};
	struct reason reason = {.set = set,
	                        .options = options,
	                        .digest = digest,
	                        .findings = findings,
	                        .keep = &findings->keep,
	                        .ttl_ns = 30 * NS_PER_SEC};
	reason_identify(&reason);
	reason_streams(&reason);
	reason_align(&reason);
	reason_timeouts(&reason);
	reason_clocks(&reason);
	reason_stated(&reason);
	reason_set_aside(&reason);
	reason_runs(&reason);
	reason_clusters(&reason);
	reason_ends(&reason);
	reason_quorum(&reason);
	reason.is_excerpt = reason_looks_like_excerpt(&reason);
	findings->verdict.is_excerpt = reason.is_excerpt && digest->episodes.count > 0;
	reason_stops(&reason);
	reason_focus(&reason);
	reason_terms(&reason);
	reason_leases(&reason);
	reason_window(&reason);
	reason_derive(&reason);
	reason_verdict(&reason, signs);
	reason_stops_together(&reason);
	reason_chain(&reason);
	reason_coverage(&reason);
	reason_advice(&reason);
	reason_ends_at_last(&reason);
	reason_unfocus(&reason, &reason.own);
	reason_put_back(&reason, digest);
	vec_finish(&reason.roots);
	vec_finish(&reason.processes);
	vec_finish(&reason.derived);
}

void hypothesis_finish(struct hypothesis *hypothesis)
{
	vec_finish(&hypothesis->reasons_for);
	vec_finish(&hypothesis->reasons_against);
	vec_finish(&hypothesis->evidence);
}

void findings_finish(struct findings *findings)
{
	vec_foreach (struct hypothesis, rival, &findings->rivals) {
		hypothesis_finish(rival);
	}
	hypothesis_finish(&findings->named);
	vec_foreach (struct stop, stop, &findings->stops) {
		vec_finish(&stop->evidence);
		vec_foreach (struct chain_step, step, &stop->chain) {
			vec_finish(&step->evidence);
		}
		vec_finish(&stop->chain);
	}
	vec_foreach (struct chain_step, step, &findings->chain) {
		vec_finish(&step->evidence);
	}
	vec_finish(&findings->rivals);
	vec_finish(&findings->contributing);
	vec_finish(&findings->settle);
	vec_finish(&findings->stops);
	vec_finish(&findings->chain);
	vec_finish(&findings->runs);
	vec_finish(&findings->leases);
	vec_finish(&findings->terms);
	vec_finish(&findings->facts);
	vec_finish(&findings->clocks);
	vec_finish(&findings->missing);
	vec_finish(&findings->advice);
	vec_finish(&findings->latency);
	arena_finish(&findings->keep);
}
