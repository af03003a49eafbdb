/* SPDX-License-Identifier: Apache-2.0 */
/* The report for machines: docs/schema/report.schema.json. */
#include "base/json.h"

#include "report/reporters.h"

#include <math.h>

struct printer {
	struct json_writer json;
	const struct findings *findings;
	const struct report_options *options;
};

static void text_of(struct printer *to, const char *key, const struct text_both *both)
{
	json_member_text(&to->json, key, text_in(both, to->options->lang));
}

static void text_or_null(struct printer *to, const char *key, struct str text)
{
	json_write_key(&to->json, key);
	if (text.len > 0) {
		json_write_text(&to->json, text);
	} else {
		json_write_null(&to->json);
	}
}

static void time_of(struct printer *to, const char *key, int64_t time_ns)
{
	json_write_key(&to->json, key);
	json_write_time(&to->json, time_ns);
}

static void ms_of(struct printer *to, const char *key, int64_t duration_ns)
{
	json_write_key(&to->json, key);
	json_write_ms(&to->json, duration_ns);
}

static void confidence_of(struct printer *to, double confidence)
{
	json_write_key(&to->json, "confidence");
	json_write_double(&to->json, confidence, 3);
}

static void cause_of(struct printer *to, struct str cause)
{
	text_or_null(to, "cause", cause);
}

static void origin(struct printer *to, const struct event_origin *from, int64_t time_ns)
{
	json_object_begin(&to->json);
	json_member_text(&to->json, "path", from->path);
	json_member_int(&to->json, "line", (int64_t)from->line);
	json_member_int(&to->json, "offset", (int64_t)from->offset);
	time_of(to, "time", time_ns);
	json_member_text(&to->json, "text", from->text);
	json_object_end(&to->json);
}

static void evidence(struct printer *to, const struct evidence_list *list)
{
	json_write_key(&to->json, "evidence");
	json_array_begin(&to->json);
	for (size_t i = 0; i < list->count; i++) {
		origin(to, &list->items[i]->origin, list->items[i]->time_ns);
	}
	json_array_end(&to->json);
}

static void sentences(struct printer *to, const char *key, const struct sentence_list *list)
{
	json_write_key(&to->json, key);
	json_array_begin(&to->json);
	for (size_t i = 0; i < list->count; i++) {
		json_write_text(&to->json, text_in(&list->items[i], to->options->lang));
	}
	json_array_end(&to->json);
}

/* Writes `"key": [ ... ]` around a body for each item of a list of the findings. */
#define each_item(to, key, type, item, list)                                                       \
	json_write_key(&(to)->json, (key));                                                        \
	json_array_begin(&(to)->json);                                                             \
	for (const struct type *item = (list)->items; item != (list)->items + (list)->count; item++)

static void end_items(struct printer *to)
{
	json_array_end(&to->json);
}

static void write_head(struct printer *to)
{
	const struct findings *findings = to->findings;
	json_member_text(&to->json, "schema", STR("whydown.report/1"));
	json_write_key(&to->json, "generator");
	json_object_begin(&to->json);
	json_member_text(&to->json, "name", STR("whydown"));
	json_member_text(&to->json, "version", to->options->version);
	json_member_text(&to->json, "rules", to->options->rules);
	json_object_end(&to->json);
	json_write_key(&to->json, "case");
	json_object_begin(&to->json);
	text_or_null(to, "milvus_version", findings->environment.milvus_version);
	text_or_null(to, "etcd_version", findings->environment.etcd_version);
	text_or_null(to, "deployment", findings->environment.deployment);
	text_or_null(to, "message_queue", findings->environment.message_queue);
	json_object_end(&to->json);
}

static void write_hypothesis(struct printer *to, const struct hypothesis *hypothesis)
{
	json_object_begin(&to->json);
	cause_of(to, hypothesis->cause);
	confidence_of(to, hypothesis->confidence);
	sentences(to, "for", &hypothesis->reasons_for);
	sentences(to, "against", &hypothesis->reasons_against);
	json_object_end(&to->json);
}

static void write_verdict(struct printer *to)
{
	const struct findings *findings = to->findings;
	json_write_key(&to->json, "verdict");
	json_object_begin(&to->json);
	json_write_key(&to->json, "stopped");
	if (findings->verdict.stopped == ANSWER_UNKNOWN) {
		json_write_null(&to->json);
	} else {
		json_write_bool(&to->json, findings->verdict.stopped == ANSWER_YES);
	}
	cause_of(to, findings->verdict.cause);
	confidence_of(to, findings->verdict.confidence);
	text_of(to, "summary", &findings->verdict.summary);
	json_write_key(&to->json, "excerpt");
	json_write_bool(&to->json, findings->verdict.is_excerpt);
	sentences(to, "for", &findings->named.reasons_for);
	sentences(to, "against", &findings->named.reasons_against);
	each_item(to, "rivals", hypothesis, rival, &findings->rivals)
	{
		write_hypothesis(to, rival);
	}
	end_items(to);
	each_item(to, "contributing", contribution, item, &findings->contributing)
	{
		json_object_begin(&to->json);
		cause_of(to, item->cause);
		text_of(to, "why", &item->why);
		json_object_end(&to->json);
	}
	end_items(to);
	each_item(to, "settle", settle, item, &findings->settle)
	{
		json_object_begin(&to->json);
		text_of(to, "what", &item->what);
		text_of(to, "how", &item->how);
		json_object_end(&to->json);
	}
	end_items(to);
	json_object_end(&to->json);
}

static void write_step(struct printer *to, const struct chain_step *step)
{
	json_object_begin(&to->json);
	json_member_text(&to->json, "kind", step->kind_id);
	json_member_text(&to->json, "instance", step->instance);
	time_of(to, "start", step->start_ns);
	time_of(to, "end", step->end_ns);
	json_member_int(&to->json, "count", (int64_t)step->count);
	ms_of(to, "max_ms", step->max_took_ns);
	text_of(to, "summary", &step->summary);
	json_write_key(&to->json, "inferred");
	json_write_bool(&to->json, step->is_inferred);
	text_or_null(to, "because", text_in(&step->because, to->options->lang));
	evidence(to, &step->evidence);
	json_object_end(&to->json);
}

static void write_stops(struct printer *to)
{
	each_item(to, "stops", stop, stop, &to->findings->stops)
	{
		json_object_begin(&to->json);
		time_of(to, "time", stop->time_ns);
		time_of(to, "last", stop->last_ns);
		json_member_int(&to->json, "count", (int64_t)stop->count);
		json_member_text(&to->json, "component", stop->component);
		json_member_text(&to->json, "instance", stop->instance);
		json_member_text(&to->json, "how", stop_how_name(stop->how));
		json_write_key(&to->json, "exit_code");
		if (stop->exit_code >= 0) {
			json_write_int(&to->json, stop->exit_code);
		} else {
			json_write_null(&to->json);
		}
		cause_of(to, stop->cause);
		confidence_of(to, stop->confidence);
		text_or_null(to, "summary", text_in(&stop->summary, to->options->lang));
		evidence(to, &stop->evidence);
		each_item(to, "chain", chain_step, step, &stop->chain)
		{
			write_step(to, step);
		}
		end_items(to);
		json_object_end(&to->json);
	}
	end_items(to);
}

static void write_chain(struct printer *to)
{
	each_item(to, "chain", chain_step, step, &to->findings->chain)
	{
		write_step(to, step);
	}
	end_items(to);
}

static void write_history(struct printer *to)
{
	each_item(to, "runs", run, run, &to->findings->runs)
	{
		json_object_begin(&to->json);
		json_member_text(&to->json, "component", run->component);
		json_member_text(&to->json, "instance", run->instance);
		text_or_null(to, "version", run->version);
		time_of(to, "start", run->start_ns);
		time_of(to, "end", run->end_ns);
		text_or_null(to, "how", run->has_ended ? stop_how_name(run->how) : STR(""));
		json_object_end(&to->json);
	}
	end_items(to);
	each_item(to, "leases", lease, lease, &to->findings->leases)
	{
		json_object_begin(&to->json);
		text_or_null(to, "id", lease->id);
		json_member_text(&to->json, "owner", lease->owner);
		time_of(to, "time", lease->time_ns);
		json_member_text(&to->json, "state", lease->state);
		json_member_int(&to->json, "ttl_s", lease->ttl_ns / NS_PER_SEC);
		json_object_end(&to->json);
	}
	end_items(to);
	each_item(to, "terms", term, term, &to->findings->terms)
	{
		json_object_begin(&to->json);
		json_member_int(&to->json, "term", (int64_t)term->number);
		text_or_null(to, "leader", term->leader);
		time_of(to, "start", term->start_ns);
		time_of(to, "end", term->end_ns);
		text_or_null(to, "why", text_in(&term->why, to->options->lang));
		json_object_end(&to->json);
	}
	end_items(to);
}

static void write_episodes(struct printer *to)
{
	const struct digest *digest = to->findings->digest;
	each_item(to, "episodes", episode, episode, &digest->episodes)
	{
		struct str instance = episode->instance.len > 0
		                              ? episode->instance
		                              : digest->sources[episode->source].instance;
		json_object_begin(&to->json);
		json_member_text(&to->json, "kind", episode->kind->id);
		json_member_text(&to->json, "instance", instance);
		time_of(to, "start", episode->first_ns);
		time_of(to, "end", episode->last_ns);
		json_member_int(&to->json, "count", (int64_t)episode->count);
		ms_of(to, "max_ms", episode->max_took_ns);
		json_write_key(&to->json, "harm");
		json_write_bool(&to->json, episode->kind->is_harm);
		text_of(to, "title", &episode->kind->title);
		json_write_key(&to->json, "evidence");
		json_array_begin(&to->json);
		origin(to, &episode->members[0]->origin, episode->members[0]->time_ns);
		json_array_end(&to->json);
		json_object_end(&to->json);
	}
	end_items(to);
}

static void write_facts(struct printer *to)
{
	each_item(to, "facts", finding_fact, item, &to->findings->facts)
	{
		json_object_begin(&to->json);
		json_member_text(&to->json, "id", item->fact.id);
		json_write_key(&to->json, "value");
		if (isnan(item->fact.value)) {
			json_write_text(&to->json, item->fact.text);
		} else {
			json_write_double(&to->json, item->fact.value, 3);
		}
		text_or_null(to, "unit", item->fact.unit);
		json_write_key(&to->json, "threshold");
		json_write_double(&to->json, item->threshold, 3);
		json_write_key(&to->json, "ok");
		json_write_bool(&to->json, item->is_ok);
		json_write_key(&to->json, "evidence");
		json_array_begin(&to->json);
		origin(to, &item->fact.origin, item->fact.time_ns);
		json_array_end(&to->json);
		json_object_end(&to->json);
	}
	end_items(to);
	each_item(to, "clocks", clock_note, clock, &to->findings->clocks)
	{
		json_object_begin(&to->json);
		json_member_text(&to->json, "instance", clock->instance);
		ms_of(to, "offset_ms", clock->offset_ns);
		text_of(to, "how", &clock->how);
		json_object_end(&to->json);
	}
	end_items(to);
}

struct str report_zone(const struct source *source)
{
	const uint64_t *by = source->by_zone;
	if (source->dated == 0) {
		return STR("");
	}
	if (by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_UTC] &&
	    by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_OFFSET]) {
		return STR("none");
	}
	return by[CLOCK_ZONE_UTC] >= by[CLOCK_ZONE_OFFSET] ? STR("UTC") : STR("offset");
}

static void write_source(struct printer *to, const struct source *source)
{
	json_object_begin(&to->json);
	json_member_text(&to->json, "path", source->path);
	text_or_null(to, "format", source->formats);
	text_or_null(to, "wrappers", source->wrappers);
	text_or_null(to, "archive", source->archive);
	text_or_null(to, "encoding", source->encoding);
	text_or_null(to, "component", source->component);
	text_or_null(to, "instance", source->instance);
	json_member_int(&to->json, "bytes", (int64_t)source->bytes);
	json_member_int(&to->json, "lines", (int64_t)source->lines);
	json_member_int(&to->json, "records", (int64_t)source->records);
	json_member_int(&to->json, "dated", (int64_t)source->dated);
	json_member_int(&to->json, "recognised", (int64_t)source->recognised);
	json_write_key(&to->json, "sampled");
	json_write_bool(&to->json, source->is_sampled);
	time_of(to, "first", source->first_ns);
	time_of(to, "last", source->last_ns);
	text_or_null(to, "zone", report_zone(source));
	text_or_null(to, "damage", source->damage);
	text_or_null(to, "copy_of", source->copy_of);
	json_object_end(&to->json);
}

static void write_document(struct printer *to, const struct document *document)
{
	json_object_begin(&to->json);
	json_member_text(&to->json, "path", document->path);
	json_member_text(&to->json, "format", document->what);
	json_member_int(&to->json, "bytes", (int64_t)document->bytes);
	json_member_int(&to->json, "lines", 0);
	json_member_int(&to->json, "records", 0);
	json_member_int(&to->json, "dated", 0);
	json_member_int(&to->json, "recognised", 0);
	text_or_null(to, "damage", document->damage);
	json_object_end(&to->json);
}

static void write_coverage(struct printer *to)
{
	const struct digest *digest = to->findings->digest;
	json_write_key(&to->json, "coverage");
	json_object_begin(&to->json);
	json_write_key(&to->json, "inputs");
	json_array_begin(&to->json);
	for (size_t i = 0; i < digest->input_count; i++) {
		write_source(to, &digest->inputs[i]);
	}
	for (size_t i = 0; i < digest->document_count; i++) {
		write_document(to, &digest->documents[i]);
	}
	json_array_end(&to->json);
	each_item(to, "missing", missing, item, &to->findings->missing)
	{
		json_object_begin(&to->json);
		text_of(to, "what", &item->what);
		text_of(to, "why_it_matters", &item->why);
		text_of(to, "how_to_get_it", &item->how);
		json_object_end(&to->json);
	}
	end_items(to);
	json_object_end(&to->json);
}

static void write_tail(struct printer *to)
{
	each_item(to, "latency", latency, item, &to->findings->latency)
	{
		json_object_begin(&to->json);
		text_of(to, "what", &item->what);
		json_member_text(&to->json, "kind", item->kind);
		json_member_text(&to->json, "instance", item->instance);
		text_or_null(to, "key_prefix", item->key_prefix);
		json_member_int(&to->json, "count", (int64_t)item->count);
		ms_of(to, "p50_ms", item->p50_ns);
		ms_of(to, "p99_ms", item->p99_ns);
		ms_of(to, "max_ms", item->max_ns);
		json_object_end(&to->json);
	}
	end_items(to);
	each_item(to, "advice", advice, item, &to->findings->advice)
	{
		json_object_begin(&to->json);
		json_member_text(&to->json, "id", item->id);
		text_of(to, "text", &item->text);
		text_of(to, "because", &item->because);
		json_object_end(&to->json);
	}
	end_items(to);
}

static bool write_json(const struct findings *findings, const struct report_options *options,
                       struct buf *out, struct error *err)
{
	(void)err;
	struct printer to = {.findings = findings, .options = options};
	json_writer_init(&to.json, out, 1);
	json_object_begin(&to.json);
	write_head(&to);
	write_verdict(&to);
	write_stops(&to);
	write_chain(&to);
	write_history(&to);
	write_episodes(&to);
	write_facts(&to);
	write_coverage(&to);
	write_tail(&to);
	json_object_end(&to.json);
	buf_byte(out, '\n');
	return true;
}

const struct reporter reporter_json = {.name = "json", .write = write_json};
