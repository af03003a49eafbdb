/* SPDX-License-Identifier: Apache-2.0 */
/* Advice, and what would settle a doubt: texts of rules/causes/notes.json with the values that were
 * seen. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	SETTLE_BELOW_PERMILLE = 800,
	SETTLE_MAX = 4 /* questions that rivals ask */
};

/* Whether what would settle a doubt was given already. */
static bool is_given(const struct reason *reason, struct str note)
{
	static const struct {
		struct str note, fact; /* begin of a fact's id */
	} given[] = {
		{STR_INIT("fio"), STR_INIT("fio.sync.p99_ms")},
		{STR_INIT("etcd-metrics"), STR_INIT("metrics.etcd.fsync_p99_ms")},
		{STR_INIT("iostat"), STR_INIT("iostat.")},
		{STR_INIT("df"), STR_INIT("disk.")},
		{STR_INIT("inspect"), STR_INIT("container.exit_code")},
		{STR_INIT("endpoint-status"), STR_INIT("endpoint.db_bytes")},
		{STR_INIT("milvus-metrics"), STR_INIT("metrics.milvus.")},
		{STR_INIT("cpu-metrics"), STR_INIT("metrics.cpu_throttled_percent")},
	};
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		vec_foreach (struct fact, fact, &reason->digest->facts) {
			if (str_equals(given[i].note, note) &&
			    str_starts(fact->id, given[i].fact)) {
				return true;
			}
		}
	}
	return false;
}

static void settle_note(struct reason *reason, struct str id)
{
	const struct cause_note *note = cause_set_note(reason->set, id);
	bool is_known =
		note == NULL || is_given(reason, note->id) || !condition_holds(reason, note->when);
	vec_foreach (struct settle, known, &reason->findings->settle) {
		is_known |= note != NULL && str_equals(text_in(&known->what, TEXT_EN),
		                                       text_in(&note->text, TEXT_EN));
	}
	if (!is_known) {
		vec_push(&reason->findings->settle,
		         (struct settle){reason_say(reason, &note->text),
		                         reason_say(reason, &note->how)});
	}
}

static void settle_add(struct reason *reason, const struct cause *cause)
{
	for (size_t i = 0; cause != NULL && i < cause->settle_count; i++) {
		settle_note(reason, cause->settle[i]);
	}
}

/* Whether kinds of event that begin so were seen. */
static bool has_kind(const struct reason *reason, struct str begin)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (str_starts(episode->kind->id, begin)) {
			return true;
		}
	}
	return false;
}

/* What would settle the doubt for each rival comes before what more it asks for; a refuted one asks
 * for nothing. */
static void settle_rivals(struct reason *reason)
{
	struct findings *findings = reason->findings;
	bool has_more = true;
	for (size_t i = 0; has_more; i++) {
		has_more = false;
		vec_foreach (struct hypothesis, rival, &findings->rivals) {
			const struct cause *cause = cause_set_find(reason->set, rival->cause);
			bool asks = cause != NULL && rival->score > 0 && i < cause->settle_count;
			if (asks && findings->settle.count < SETTLE_MAX) {
				settle_note(reason, cause->settle[i]);
			}
			has_more |= asks;
		}
	}
}

/* Whether something had to wait for etcd, as it has for a slow disk, a process that does not get to
 * run and lost packets alike. */
static bool has_waited(const struct reason *reason)
{
	static const char *const waits[] = {"milvus.kv.slow", "milvus.session.lease_lost",
	                                    "milvus.session.keepalive_closed", "etcd.apply.slow",
	                                    "etcd.heartbeat.late"};
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (window_first(reason, str_from(waits[i])) != NULL) {
			return true;
		}
	}
	return false;
}

/* No cause has anything that speaks for it. Ask for what shows more: the log itself, how the
 * process ended, and where etcd has to do with it the disk; where its own lines were seen, the CPU
 * too. */
static void settle_general(struct reason *reason)
{
	bool is_about_etcd = has_kind(reason, STR("etcd.")) ||
	                     has_kind(reason, STR("milvus.kv.")) ||
	                     has_kind(reason, STR("milvus.session."));
	if (reason->is_excerpt || reason->digest->episodes.count == 0 || !is_about_etcd) {
		settle_note(reason, STR("whole-log"));
	}
	bool gave_up = reason->stop != NULL && reason->stop->how == STOP_SESSION_LOST;
	if ((reason->stop != NULL && !gave_up) || has_kind(reason, STR("host."))) {
		settle_note(reason, STR("inspect"));
	}
	if (is_about_etcd) {
		settle_add(reason, cause_set_find(reason->set, STR("storage-latency")));
	}
	if (reason->has_etcd && !reason->is_excerpt) {
		settle_note(reason, STR("cpu-metrics"));
	}
}

void reason_advice(struct reason *reason)
{
	struct findings *findings = reason->findings;
	const struct cause *cause = cause_set_find(reason->set, findings->verdict.cause);
	for (size_t i = 0; cause != NULL && i < cause->advice_count; i++) {
		const struct cause_note *note = cause_set_note(reason->set, cause->advice[i]);
		if (note != NULL && condition_holds(reason, note->when)) {
			vec_push(&findings->advice,
			         (struct advice){note->id, reason_say(reason, &note->text),
			                         reason_say(reason, &note->how)});
		}
	}
	if (cause != NULL) {
		reason_advise_version(reason);
	}
	bool is_unknown = str_equals(findings->verdict.cause, STR("unknown"));
	if (findings->verdict.cause.len == 0 ||
	    (!is_unknown && findings->verdict.confidence * 1000 >= SETTLE_BELOW_PERMILLE)) {
		return;
	}
	if (is_unknown && reason->has_milvus && !reason->has_etcd) {
		settle_note(reason, STR("etcd-log"));
	}
	settle_add(reason, cause);
	size_t before = findings->settle.count;
	settle_rivals(reason);
	if (findings->settle.count == before && is_unknown) {
		settle_general(reason);
	}
	if (is_unknown && !reason->is_excerpt && has_waited(reason)) {
		settle_note(reason, STR("cpu-metrics"));
		settle_note(reason, STR("ping"));
	}
}
