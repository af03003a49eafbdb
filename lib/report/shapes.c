/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shapes.h"

#include "base/vec.h"
#include "report/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

static struct str answer_how(size_t how)
{
	return stop_how_name((enum stop_how)how);
}

/* The number of a name; count when there is none. */
static size_t number_of(struct str name, struct str (*name_of)(size_t number), size_t count)
{
	size_t number = 0;
	while (number < count && !str_equals(name, name_of(number))) {
		number++;
	}
	return number;
}

bool shapes_read_name(struct shape_reader *from, size_t *number,
                      struct str (*name_of)(size_t number), size_t count)
{
	struct str name;
	if (!shape_expect(from, JSON_TOKEN_STRING, &name)) {
		return false;
	}
	*number = number_of(name, name_of, count);
	return *number < count || shape_fail(from, "a name that is not known");
}

/* ---- evidence ---- */

static const struct shape_member origin_members[] = {
	{.key = "path", .type = SHAPE_TEXT, .offset = offsetof(struct event, origin.path)},
	{.key = "line", .type = SHAPE_COUNT, .offset = offsetof(struct event, origin.line)},
	{.key = "offset", .type = SHAPE_COUNT, .offset = offsetof(struct event, origin.offset)},
	{.key = "time", .type = SHAPE_TIME, .offset = offsetof(struct event, time_ns)},
	{.key = "text", .type = SHAPE_TEXT, .offset = offsetof(struct event, origin.text)},
};
const struct shape shapes_origin = SHAPE(event, origin_members);

void shapes_write_events(struct shape_writer *to, const struct event *const *events, size_t count)
{
	json_array_begin(&to->json);
	for (size_t i = 0; i < count; i++) {
		shape_write(to, &shapes_origin, events[i]);
	}
	json_array_end(&to->json);
}

static void write_evidence(struct shape_writer *to, const struct evidence_list *list)
{
	shapes_write_events(to, list->items, list->count);
}

static bool read_evidence(struct shape_reader *from, struct evidence_list *list)
{
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while (shape_next_object(from)) {
		struct event *event = arena_new(from->keep, struct event);
		event->took_ns = DURATION_NONE;
		if (!shape_read(from, &shapes_origin, event)) {
			return false;
		}
		event->start_ns = event->time_ns;
		vec_push(list, event);
	}
	return !from->err->is_set;
}

/* ---- verdict ---- */

static const struct shape_member case_members[] = {
	{.key = "milvus_version",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct findings, environment.milvus_version)},
	{.key = "etcd_version",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct findings, environment.etcd_version)},
	{.key = "deployment",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct findings, environment.deployment)},
	{.key = "message_queue",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct findings, environment.message_queue)},
};
static const struct shape case_shape = SHAPE(findings, case_members);

static void write_stopped(struct shape_writer *to, const void *base)
{
	enum answer stopped = ((const struct findings *)base)->verdict.stopped;
	if (stopped == ANSWER_UNKNOWN) {
		json_write_null(&to->json);
	} else {
		json_write_bool(&to->json, stopped == ANSWER_YES);
	}
}

static bool read_stopped(struct shape_reader *from, void *base)
{
	struct str value;
	enum json_token token = json_reader_next(&from->json, &value);
	((struct findings *)base)->verdict.stopped = token == JSON_TOKEN_TRUE    ? ANSWER_YES
	                                             : token == JSON_TOKEN_FALSE ? ANSWER_NO
	                                                                         : ANSWER_UNKNOWN;
	return token == JSON_TOKEN_TRUE || token == JSON_TOKEN_FALSE || token == JSON_TOKEN_NULL ||
	       shape_fail(from, "\"stopped\" is neither true, false nor null");
}

static const struct shape_member rival_members[] = {
	{.key = "cause", .type = SHAPE_TEXT, .offset = offsetof(struct hypothesis, cause)},
	{.key = "confidence",
         .type = SHAPE_SHARE,
         .offset = offsetof(struct hypothesis, confidence)},
	{.key = "score", .type = SHAPE_COUNT, .offset = offsetof(struct hypothesis, score)},
	{.key = "for", .type = SHAPE_SENTENCES, .offset = offsetof(struct hypothesis, reasons_for)},
	{.key = "against",
         .type = SHAPE_SENTENCES,
         .offset = offsetof(struct hypothesis, reasons_against)},
};
static const struct shape rival_shape = SHAPE(hypothesis, rival_members);

static const struct shape_member contribution_members[] = {
	{.key = "cause", .type = SHAPE_TEXT, .offset = offsetof(struct contribution, cause)},
	{.key = "why", .type = SHAPE_BOTH, .offset = offsetof(struct contribution, why)},
};
static const struct shape contribution_shape = SHAPE(contribution, contribution_members);

static const struct shape_member settle_members[] = {
	{.key = "what", .type = SHAPE_BOTH, .offset = offsetof(struct settle, what)},
	{.key = "how", .type = SHAPE_BOTH, .offset = offsetof(struct settle, how)},
};
static const struct shape settle_shape = SHAPE(settle, settle_members);

static const struct shape_member verdict_members[] = {
	{.key = "stopped", .type = SHAPE_OWN, .write = write_stopped, .read = read_stopped},
	{.key = "cause",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct findings, verdict.cause)},
	{.key = "confidence",
         .type = SHAPE_SHARE,
         .offset = offsetof(struct findings, verdict.confidence)},
	{.key = "score", .type = SHAPE_COUNT, .offset = offsetof(struct findings, named.score)},
	{.key = "basis", .type = SHAPE_TEXT, .offset = offsetof(struct findings, verdict.basis)},
	{.key = "summary",
         .type = SHAPE_BOTH,
         .offset = offsetof(struct findings, verdict.summary)},
	{.key = "excerpt",
         .type = SHAPE_BOOL,
         .offset = offsetof(struct findings, verdict.is_excerpt)},
	{.key = "for",
         .type = SHAPE_SENTENCES,
         .offset = offsetof(struct findings, named.reasons_for)},
	{.key = "against",
         .type = SHAPE_SENTENCES,
         .offset = offsetof(struct findings, named.reasons_against)},
	{.key = "rivals",
         .type = SHAPE_LIST,
         .offset = offsetof(struct findings, rivals),
         .shape = &rival_shape},
	{.key = "contributing",
         .type = SHAPE_LIST,
         .offset = offsetof(struct findings, contributing),
         .shape = &contribution_shape},
	{.key = "settle",
         .type = SHAPE_LIST,
         .offset = offsetof(struct findings, settle),
         .shape = &settle_shape},
};
static const struct shape verdict_shape = SHAPE(findings, verdict_members);

/* ---- stops and the chain ---- */

static void write_step_evidence(struct shape_writer *to, const void *base)
{
	write_evidence(to, &((const struct chain_step *)base)->evidence);
}

static bool read_step_evidence(struct shape_reader *from, void *base)
{
	return read_evidence(from, &((struct chain_step *)base)->evidence);
}

static const struct shape_member step_members[] = {
	{.key = "kind", .type = SHAPE_TEXT, .offset = offsetof(struct chain_step, kind_id)},
	{.key = "instance", .type = SHAPE_TEXT, .offset = offsetof(struct chain_step, instance)},
	{.key = "start", .type = SHAPE_TIME, .offset = offsetof(struct chain_step, start_ns)},
	{.key = "end", .type = SHAPE_TIME, .offset = offsetof(struct chain_step, end_ns)},
	{.key = "count", .type = SHAPE_COUNT, .offset = offsetof(struct chain_step, count)},
	{.key = "max_ms", .type = SHAPE_MS, .offset = offsetof(struct chain_step, max_took_ns)},
	{.key = "summary", .type = SHAPE_BOTH, .offset = offsetof(struct chain_step, summary)},
	{.key = "inferred", .type = SHAPE_BOOL, .offset = offsetof(struct chain_step, is_inferred)},
	{.key = "because",
         .type = SHAPE_BOTH_OR_NULL,
         .offset = offsetof(struct chain_step, because)},
	{.key = "evidence",
         .type = SHAPE_OWN,
         .write = write_step_evidence,
         .read = read_step_evidence},
};
static const struct shape step_shape = SHAPE(chain_step, step_members);

static void write_stop_how(struct shape_writer *to, const void *base)
{
	json_write_text(&to->json, stop_how_name(((const struct stop *)base)->how));
}

static bool read_stop_how(struct shape_reader *from, void *base)
{
	size_t how = 0;
	bool is_read = shapes_read_name(from, &how, answer_how, STOP_HOW_COUNT);
	((struct stop *)base)->how = (enum stop_how)(is_read ? how : 0);
	return is_read;
}

static void write_exit_code(struct shape_writer *to, const void *base)
{
	int code = ((const struct stop *)base)->exit_code;
	if (code >= 0) {
		json_write_int(&to->json, code);
	} else {
		json_write_null(&to->json);
	}
}

static bool read_exit_code(struct shape_reader *from, void *base)
{
	double code;
	if (!shape_read_number(from, &code, true)) {
		return false;
	}
	if (!isnan(code) && !(code >= 0 && code <= 255)) {
		return shape_fail(from, "an exit code above 255");
	}
	((struct stop *)base)->exit_code = isnan(code) ? -1 : (int)code;
	return true;
}

static void write_stop_evidence(struct shape_writer *to, const void *base)
{
	write_evidence(to, &((const struct stop *)base)->evidence);
}

static bool read_stop_evidence(struct shape_reader *from, void *base)
{
	return read_evidence(from, &((struct stop *)base)->evidence);
}

static const struct shape_member stop_members[] = {
	{.key = "time", .type = SHAPE_TIME, .offset = offsetof(struct stop, time_ns)},
	{.key = "last", .type = SHAPE_TIME, .offset = offsetof(struct stop, last_ns)},
	{.key = "count", .type = SHAPE_COUNT, .offset = offsetof(struct stop, count)},
	{.key = "component", .type = SHAPE_TEXT, .offset = offsetof(struct stop, component)},
	{.key = "instance", .type = SHAPE_TEXT, .offset = offsetof(struct stop, instance)},
	{.key = "how", .type = SHAPE_OWN, .write = write_stop_how, .read = read_stop_how},
	{.key = "exit_code", .type = SHAPE_OWN, .write = write_exit_code, .read = read_exit_code},
	{.key = "cause", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct stop, cause)},
	{.key = "confidence", .type = SHAPE_SHARE, .offset = offsetof(struct stop, confidence)},
	{.key = "summary", .type = SHAPE_BOTH_OR_NULL, .offset = offsetof(struct stop, summary)},
	{.key = "evidence",
         .type = SHAPE_OWN,
         .write = write_stop_evidence,
         .read = read_stop_evidence},
	{.key = "chain",
         .type = SHAPE_LIST,
         .offset = offsetof(struct stop, chain),
         .shape = &step_shape},
	{.key = "main",
         .type = SHAPE_BOOL,
         .offset = offsetof(struct stop, is_main),
         .is_optional = true},
};
static const struct shape stop_shape = SHAPE(stop, stop_members);

static void write_run_how(struct shape_writer *to, const void *base)
{
	const struct run *run = base;
	if (run->has_ended) {
		json_write_text(&to->json, stop_how_name(run->how));
	} else {
		json_write_null(&to->json);
	}
}

static bool read_run_how(struct shape_reader *from, void *base)
{
	struct run *run = base;
	struct str name;
	if (!shape_read_text(from, &name, true)) {
		return false;
	}
	size_t how = number_of(name, answer_how, STOP_HOW_COUNT);
	run->has_ended = name.ptr != NULL;
	run->how = how < STOP_HOW_COUNT ? (enum stop_how)how : STOP_ASKED;
	return !run->has_ended || how < STOP_HOW_COUNT ||
	       shape_fail(from, "a name that is not known");
}

static const struct shape_member run_members[] = {
	{.key = "component", .type = SHAPE_TEXT, .offset = offsetof(struct run, component)},
	{.key = "instance", .type = SHAPE_TEXT, .offset = offsetof(struct run, instance)},
	{.key = "version", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct run, version)},
	{.key = "start", .type = SHAPE_TIME, .offset = offsetof(struct run, start_ns)},
	{.key = "end", .type = SHAPE_TIME, .offset = offsetof(struct run, end_ns)},
	{.key = "how", .type = SHAPE_OWN, .write = write_run_how, .read = read_run_how},
};
static const struct shape run_shape = SHAPE(run, run_members);

static void write_ttl(struct shape_writer *to, const void *base)
{
	json_write_int(&to->json, ((const struct lease *)base)->ttl_ns / NS_PER_SEC);
}

static bool read_ttl(struct shape_reader *from, void *base)
{
	uint64_t seconds;
	if (!shape_read_count(from, &seconds)) {
		return false;
	}
	((struct lease *)base)->ttl_ns = (int64_t)(seconds % UINT32_MAX) * NS_PER_SEC;
	return true;
}

static const struct shape_member lease_members[] = {
	{.key = "id", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct lease, id)},
	{.key = "owner", .type = SHAPE_TEXT, .offset = offsetof(struct lease, owner)},
	{.key = "time", .type = SHAPE_TIME, .offset = offsetof(struct lease, time_ns)},
	{.key = "state", .type = SHAPE_TEXT, .offset = offsetof(struct lease, state)},
	{.key = "ttl_s", .type = SHAPE_OWN, .write = write_ttl, .read = read_ttl},
};
static const struct shape lease_shape = SHAPE(lease, lease_members);

static const struct shape_member term_members[] = {
	{.key = "term", .type = SHAPE_COUNT, .offset = offsetof(struct term, number)},
	{.key = "leader", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct term, leader)},
	{.key = "start", .type = SHAPE_TIME, .offset = offsetof(struct term, start_ns)},
	{.key = "end", .type = SHAPE_TIME, .offset = offsetof(struct term, end_ns)},
	{.key = "why", .type = SHAPE_BOTH_OR_NULL, .offset = offsetof(struct term, why)},
};
static const struct shape term_shape = SHAPE(term, term_members);

/* ---- what was measured ---- */

static void write_fact_value(struct shape_writer *to, const void *base)
{
	const struct fact *fact = &((const struct finding_fact *)base)->fact;
	if (isnan(fact->value)) {
		json_write_text(&to->json, fact->text);
	} else {
		json_write_double(&to->json, fact->value, 3);
	}
}

static bool read_fact_value(struct shape_reader *from, void *base)
{
	struct fact *fact = &((struct finding_fact *)base)->fact;
	enum json_token token = json_reader_next(&from->json, &fact->text);
	fact->value = NAN;
	if (token == JSON_TOKEN_NUMBER && str_to_double(fact->text, &fact->value)) {
		return true;
	}
	if (token == JSON_TOKEN_NULL) {
		fact->value = INFINITY; /* beyond what JSON can say, but a number */
	}
	return token == JSON_TOKEN_STRING || token == JSON_TOKEN_NULL ||
	       shape_fail(from, "a fact without a value");
}

static void write_fact_evidence(struct shape_writer *to, const void *base)
{
	const struct fact *fact = &((const struct finding_fact *)base)->fact;
	const struct event event = {.time_ns = fact->time_ns, .origin = fact->origin};
	const struct event *events[] = {&event};
	shapes_write_events(to, events, 1);
}

static bool read_fact_evidence(struct shape_reader *from, void *base)
{
	struct fact *fact = &((struct finding_fact *)base)->fact;
	struct evidence_list list = {0};
	bool is_read = read_evidence(from, &list);
	const struct event *event = list.count == 1 && list.items != NULL ? list.items[0] : NULL;
	if (event != NULL) {
		fact->origin = event->origin;
		fact->time_ns = event->time_ns;
	}
	vec_finish(&list);
	return is_read && (event != NULL || shape_fail(from, "a fact has one line of evidence"));
}

static const struct shape_member fact_members[] = {
	{.key = "id", .type = SHAPE_TEXT, .offset = offsetof(struct finding_fact, fact.id)},
	{.key = "instance",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct finding_fact, fact.instance)},
	{.key = "value", .type = SHAPE_OWN, .write = write_fact_value, .read = read_fact_value},
	{.key = "unit",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct finding_fact, fact.unit)},
	{.key = "threshold",
         .type = SHAPE_NUMBER,
         .offset = offsetof(struct finding_fact, threshold)},
	{.key = "below", .type = SHAPE_BOOL, .offset = offsetof(struct finding_fact, is_below)},
	{.key = "ok", .type = SHAPE_BOOL, .offset = offsetof(struct finding_fact, is_ok)},
	{.key = "evidence",
         .type = SHAPE_OWN,
         .write = write_fact_evidence,
         .read = read_fact_evidence},
};
static const struct shape fact_shape = SHAPE(finding_fact, fact_members);

static const struct shape_member clock_members[] = {
	{.key = "instance", .type = SHAPE_TEXT, .offset = offsetof(struct clock_note, instance)},
	{.key = "offset_ms", .type = SHAPE_MS, .offset = offsetof(struct clock_note, offset_ns)},
	{.key = "how", .type = SHAPE_BOTH, .offset = offsetof(struct clock_note, how)},
};
static const struct shape clock_shape = SHAPE(clock_note, clock_members);

static const struct shape_member latency_members[] = {
	{.key = "what", .type = SHAPE_BOTH, .offset = offsetof(struct latency, what)},
	{.key = "kind", .type = SHAPE_TEXT, .offset = offsetof(struct latency, kind)},
	{.key = "instance", .type = SHAPE_TEXT, .offset = offsetof(struct latency, instance)},
	{.key = "key_prefix",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct latency, key_prefix)},
	{.key = "count", .type = SHAPE_COUNT, .offset = offsetof(struct latency, count)},
	{.key = "p50_ms", .type = SHAPE_MS, .offset = offsetof(struct latency, p50_ns)},
	{.key = "p99_ms", .type = SHAPE_MS, .offset = offsetof(struct latency, p99_ns)},
	{.key = "max_ms", .type = SHAPE_MS, .offset = offsetof(struct latency, max_ns)},
};
static const struct shape latency_shape = SHAPE(latency, latency_members);

static const struct shape_member advice_members[] = {
	{.key = "id", .type = SHAPE_TEXT, .offset = offsetof(struct advice, id)},
	{.key = "text", .type = SHAPE_BOTH, .offset = offsetof(struct advice, text)},
	{.key = "because", .type = SHAPE_BOTH, .offset = offsetof(struct advice, because)},
};
static const struct shape advice_shape = SHAPE(advice, advice_members);

/* ---- the whole ---- */

static void write_or_null(struct shape_writer *to, struct str text)
{
	if (text.len > 0) {
		json_write_text(&to->json, text);
	} else {
		json_write_null(&to->json);
	}
}

static void write_schema(struct shape_writer *to, const void *base)
{
	(void)base;
	json_write_text(&to->json, STR(SHAPES_SCHEMA));
}

static void write_lang(struct shape_writer *to, const void *base)
{
	(void)base;
	json_write_text(&to->json, to->lang == TEXT_ZH ? STR("zh") : STR("en"));
}

static void write_name(struct shape_writer *to, const void *base)
{
	(void)base;
	json_write_text(&to->json, STR("whydown"));
}

static void write_translations(struct shape_writer *to, const struct map *texts)
{
	json_object_begin(&to->json);
	for (size_t i = 0; i < texts->count; i++) {
		json_write_key_text(&to->json, texts->items[i].key);
		write_or_null(to, shape_other(texts->items[i].value, to->lang));
	}
	json_object_end(&to->json);
}

/* Each sentence in the other language. */
static void write_texts(struct shape_writer *to, const void *base)
{
	(void)base;
	write_translations(to, &to->texts);
}

/* Sentences that are translated otherwise at one place. */
static void write_places(struct shape_writer *to, const void *base)
{
	(void)base;
	write_translations(to, &to->places);
}

/* What is read beforehand. */
static bool read_nothing(struct shape_reader *from, void *base)
{
	(void)base;
	return json_reader_skip(&from->json).ptr != NULL ||
	       shape_fail(from, "the report ends early");
}

/* A list of the findings; an object or function of them. */
#define OF_FINDINGS(list, item_shape)                                                              \
	.type = SHAPE_LIST, .via = offsetof(struct shapes_root, findings),                         \
	.offset = offsetof(struct findings, list), .shape = &(item_shape)
#define IN_FINDINGS(object_shape)                                                                  \
	.type = SHAPE_OBJECT, .via = offsetof(struct shapes_root, findings),                       \
	.shape = &(object_shape)

static const struct shape_member generator_members[] = {
	{.key = "name", .type = SHAPE_OWN, .write = write_name, .read = read_nothing},
	{.key = "version", .type = SHAPE_TEXT, .offset = offsetof(struct shapes_root, version)},
	{.key = "rules", .type = SHAPE_TEXT, .offset = offsetof(struct shapes_root, rules)},
};
static const struct shape generator_shape = SHAPE(shapes_root, generator_members);

static const struct shape_member report_members[] = {
	{.key = "schema", .type = SHAPE_OWN, .write = write_schema, .read = read_nothing},
	{.key = "lang", .type = SHAPE_OWN, .write = write_lang, .read = read_nothing},
	{.key = "generator", .type = SHAPE_OBJECT, .shape = &generator_shape},
	{.key = "case", IN_FINDINGS(case_shape)},
	{.key = "verdict", IN_FINDINGS(verdict_shape)},
	{.key = "stops", OF_FINDINGS(stops, stop_shape)},
	{.key = "chain", OF_FINDINGS(chain, step_shape)},
	{.key = "runs", OF_FINDINGS(runs, run_shape)},
	{.key = "leases", OF_FINDINGS(leases, lease_shape)},
	{.key = "terms", OF_FINDINGS(terms, term_shape)},
	{.key = "episodes",
         .type = SHAPE_OWN,
         .write = shapes_write_episodes,
         .read = shapes_read_episodes},
	{.key = "kinds", .type = SHAPE_OWN, .write = shapes_write_kinds, .read = read_nothing},
	{.key = "facts", OF_FINDINGS(facts, fact_shape)},
	{.key = "clocks", OF_FINDINGS(clocks, clock_shape)},
	{.key = "coverage", .type = SHAPE_OBJECT, .shape = &shapes_coverage},
	{.key = "latency", OF_FINDINGS(latency, latency_shape)},
	{.key = "advice", OF_FINDINGS(advice, advice_shape)},
	{.key = "texts", .type = SHAPE_OWN, .write = write_texts, .read = read_nothing},
	{.key = "texts_at", .type = SHAPE_OWN, .write = write_places, .read = read_nothing},
	{.key = "redacted",
         .type = SHAPE_BOOL,
         .offset = offsetof(struct shapes_root, is_redacted),
         .is_optional = true,
         .is_rare = true},
};
const struct shape shapes_report = SHAPE(shapes_root, report_members);
