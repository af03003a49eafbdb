/* SPDX-License-Identifier: Apache-2.0 */
/* Advice, and what would settle a doubt: texts of rules/causes/notes.json with the values that were seen. */
#include "cause/reason.h"

#include "base/buf.h"
#include "base/vec.h"

enum { SETTLE_BELOW_PERMILLE = 800 };

/* Values that texts may name in braces: {ttl_s}, {heartbeat_ms} ... */
static struct str value_of(const struct reason *reason, struct str name)
{
	struct arena *keep = reason->keep;
	if (str_equals(name, STR("ttl_s"))) {
		return arena_printf(keep, "%lld", (long long)(reason->ttl_ns / NS_PER_SEC));
	}
	if (str_equals(name, STR("heartbeat_ms"))) {
		return arena_printf(keep, "%lld", (long long)(reason->heartbeat_ns / NS_PER_MS));
	}
	if (str_equals(name, STR("election_ms"))) {
		return arena_printf(keep, "%lld", (long long)(reason->election_ns / NS_PER_MS));
	}
	if (str_equals(name, STR("request_timeout_s"))) {
		return arena_printf(keep, "%lld", (long long)((5 * NS_PER_SEC + 2 * reason->election_ns) / NS_PER_SEC));
	}
	if (str_equals(name, STR("milvus_version")) && reason->findings->environment.milvus_version.len > 0) {
		return reason->findings->environment.milvus_version;
	}
	return STR("?");
}

static struct str fill(const struct reason *reason, struct str text)
{
	struct buf filled = {0};
	struct str before, rest, name;
	while (str_cut(text, STR("{"), &before, &rest) && str_cut(rest, STR("}"), &name, &text)) {
		buf_add(&filled, before);
		buf_add(&filled, value_of(reason, name));
	}
	buf_add(&filled, text);
	struct str copy = arena_str(reason->keep, buf_str(&filled));
	buf_finish(&filled);
	return copy;
}

static struct text_both fill_both(const struct reason *reason, const struct text_both *text)
{
	struct text_both filled;
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		filled.in[lang] = fill(reason, text_in(text, (enum text_lang)lang));
	}
	return filled;
}

static void settle_add(struct reason *reason, const struct cause *cause)
{
	for (size_t i = 0; cause != NULL && i < cause->settle_count; i++) {
		const struct cause_note *note = cause_set_note(reason->set, cause->settle[i]);
		bool is_known = note == NULL;
		vec_foreach (struct settle, known, &reason->findings->settle) {
			is_known |= note != NULL && str_equals(text_in(&known->what, TEXT_EN), text_in(&note->text, TEXT_EN));
		}
		if (!is_known) {
			vec_push(&reason->findings->settle,
			         (struct settle){fill_both(reason, &note->text), fill_both(reason, &note->how)});
		}
	}
}

void reason_advice(struct reason *reason)
{
	struct findings *findings = reason->findings;
	const struct cause *cause = cause_set_find(reason->set, findings->verdict.cause);
	for (size_t i = 0; cause != NULL && i < cause->advice_count; i++) {
		const struct cause_note *note = cause_set_note(reason->set, cause->advice[i]);
		if (note != NULL) {
			vec_push(&findings->advice,
			         (struct advice){note->id, fill_both(reason, &note->text), fill_both(reason, &note->how)});
		}
	}
	if (findings->verdict.cause.len == 0 || findings->verdict.confidence * 1000 >= SETTLE_BELOW_PERMILLE) {
		return;
	}
	settle_add(reason, cause);
	vec_foreach (struct hypothesis, rival, &findings->rivals) {
		if (findings->settle.count < 4) {
			settle_add(reason, cause_set_find(reason->set, rival->cause));
		}
	}
	if (findings->settle.count == 0) {
		const struct cause *general = cause_set_find(reason->set, STR("storage-latency"));
		settle_add(reason, general);
	}
}
