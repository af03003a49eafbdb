/* SPDX-License-Identifier: Apache-2.0 */
/* The report for a terminal: the answer in five lines, timeline, proof, reasons, rivals, what was
 * read, what to do. */
#include "report/layout.h"
#include "report/reporters.h"

#include <math.h>

enum {
	COLUMNS_DEFAULT = 80,
	COLUMNS_MIN = 40,
	COLUMNS_MAX = 1000,
	PROSE_MAX = 110,
	SPARK_WIDTH = 24
};

#define TO_PICK(en) view_pick(&to->view, (en))

/* ---- the answer ---- */

static void answer_line(struct layout *to, const char *en, struct str text)
{
	if (text.len == 0) {
		return;
	}
	struct str name = str_from(TO_PICK(en));
	layout_blanks(to, 2);
	layout_add(to, LAYOUT_DIM, name);
	layout_blanks(to, text_width(name) < 7 ? 7 - text_width(name) : 1);
	layout_fit(to, LAYOUT_PLAIN, to->columns - 9, text);
	buf_byte(to->out, '\n');
}

static void write_answer(struct layout *to)
{
	const struct findings *findings = to->view.findings;
	const struct view_brief *brief = &to->view.brief;
	enum layout_style style = findings->verdict.cause.len == 0 ? LAYOUT_GOOD
	                          : str_equals(findings->verdict.cause, STR("unknown"))
	                                  ? LAYOUT_WARN
	                                  : LAYOUT_BAD;
	layout_wrap(to, style, 0, 2, brief->what);
	answer_line(to, "when", brief->when);
	answer_line(to, "why", brief->why);
	answer_line(to, "sure", brief->sure);
	answer_line(to, "first", brief->first);
	if (findings->verdict.is_excerpt && findings->named.reasons_for.count > 0) {
		layout_wrap(
			to, LAYOUT_DIM, 2, 2,
			str_from(TO_PICK(
				"These are pieces of a log: what is not in them proves nothing.")));
	}
}

/* ---- proof ---- */

static void write_line_of_log(struct layout *to, const struct event *event, size_t indent)
{
	enum { LINES = 2 };
	size_t room = to->columns > indent ? to->columns - indent : 1;
	struct str safe = text_safe(&to->view.tmp, event->origin.text);
	for (size_t line = 0; safe.len > 0 && line < LINES; line++) {
		struct str piece = text_fit(safe, room);
		layout_blanks(to, indent);
		if (line + 1 == LINES) {
			layout_fit(to, LAYOUT_PLAIN, room, safe);
		} else {
			layout_add(to, LAYOUT_PLAIN, str_trim(piece));
		}
		buf_byte(to->out, '\n');
		safe = str_trim(str_skip(safe, piece.len));
	}
}

static void write_proof(struct layout *to)
{
	const struct findings *findings = to->view.findings;
	if (findings->chain.count == 0 || to->view.options->verbosity < 0) {
		return;
	}
	layout_head(to, "Proof");
	for (size_t i = 0; i < findings->chain.count; i++) {
		const struct chain_step *step = &findings->chain.items[i];
		size_t shown = to->view.options->verbosity > 0 ? step->evidence.count : 1;
		for (size_t j = 0; j < shown && j < step->evidence.count; j++) {
			const struct event *event = step->evidence.items[j];
			struct str where = view_where(&to->view, &event->origin);
			layout_wrap(to, LAYOUT_DIM, 2, 6,
			            arena_printf(&to->view.tmp, "[%zu] " STR_FMT, i + 1,
			                         STR_ARG(where)));
			write_line_of_log(to, event, 6);
		}
		if (step->evidence.count == 0) {
			layout_wrap(to, LAYOUT_DIM, 2, 6,
			            arena_printf(&to->view.tmp,
			                         TO_PICK("[%zu] no line shows it; it follows from "
			                                 "the others"),
			                         i + 1));
		}
	}
}

/* ---- reasons ---- */

static void write_sentences(struct layout *to, size_t indent, const char *sign,
                            const struct sentence_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct str text = view_text(&to->view, &list->items[i]);
		layout_wrap(to, LAYOUT_PLAIN, indent, indent + 2,
		            arena_printf(&to->view.tmp, "%s " STR_FMT, sign, STR_ARG(text)));
	}
}

static void write_rival(struct layout *to, const struct hypothesis *rival)
{
	struct str line = arena_printf(&to->view.tmp, STR_FMT ", %d %%", STR_ARG(rival->cause),
	                               view_percent(rival->confidence));
	layout_wrap(to, LAYOUT_PLAIN, 2, 4, line);
	write_sentences(to, 4, "+", &rival->reasons_for);
	write_sentences(to, 4, "-", &rival->reasons_against);
}

static void write_reasons(struct layout *to)
{
	const struct findings *findings = to->view.findings;
	if (findings->named.reasons_for.count + findings->named.reasons_against.count > 0) {
		layout_head(to, "Why");
		write_sentences(to, 2, "+", &findings->named.reasons_for);
		write_sentences(to, 2, "-", &findings->named.reasons_against);
	}
	for (size_t i = 0; i < findings->rivals.count; i++) {
		if (i == 0) {
			layout_head(to, "What else was considered");
		}
		write_rival(to, &findings->rivals.items[i]);
	}
	for (size_t i = 0; i < findings->contributing.count; i++) {
		const struct contribution *item = &findings->contributing.items[i];
		struct str why = view_text(&to->view, &item->why);
		if (i == 0) {
			layout_head(to, "It also saw");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT ": " STR_FMT, STR_ARG(item->cause),
		                         STR_ARG(why)));
	}
	for (size_t i = 0; i < findings->settle.count; i++) {
		const struct settle *item = &findings->settle.items[i];
		if (i == 0) {
			layout_head(to, "What would settle it");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT ": " STR_FMT,
		                         STR_ARG(view_text(&to->view, &item->what)),
		                         STR_ARG(view_text(&to->view, &item->how))));
	}
}

static void write_stop(struct layout *to, const struct stop *stop)
{
	struct arena *tmp = &to->view.tmp;
	struct str cause = stop->cause.len > 0 ? stop->cause : STR("-");
	struct str times = stop->count > 1
	                           ? arena_printf(tmp, " × %llu", (unsigned long long)stop->count)
	                           : STR("");
	struct str code = stop->exit_code >= 0
	                          ? arena_printf(tmp, TO_PICK(", exit code %d"), stop->exit_code)
	                          : STR("");
	struct str time =
		stop->time_ns == TIME_NONE ? STR("?") : view_time(&to->view, stop->time_ns);
	layout_wrap(to, LAYOUT_PLAIN, 2, 4,
	            arena_printf(tmp,
	                         STR_FMT STR_FMT "  " STR_FMT ": " STR_FMT STR_FMT ", " STR_FMT
	                                         " %d %%",
	                         STR_ARG(time), STR_ARG(times), STR_ARG(stop->instance),
	                         STR_ARG(stop_how_name(stop->how)), STR_ARG(code), STR_ARG(cause),
	                         view_percent(stop->confidence)));
	struct str summary = view_text(&to->view, &stop->summary);
	layout_wrap(to, LAYOUT_DIM, 4, 4, summary);
	for (size_t i = 0; i < stop->chain.count; i++) {
		const struct chain_step *step = &stop->chain.items[i];
		struct str at =
			step->start_ns == TIME_NONE
				? STR("")
				: clock_format_short(tmp, step->start_ns, to->view.options->zone);
		struct str where = step->evidence.count > 0
		                           ? view_where(&to->view, &step->evidence.items[0]->origin)
		                           : STR("");
		layout_wrap(to, LAYOUT_PLAIN, 4, 18,
		            arena_printf(tmp, STR_FMT "  " STR_FMT "  (" STR_FMT ")", STR_ARG(at),
		                         STR_ARG(view_text(&to->view, &step->summary)),
		                         STR_ARG(where)));
	}
}

static void write_stops(struct layout *to)
{
	const struct findings *findings = to->view.findings;
	enum { STOPS_MAX = 10 };
	if (findings->stops.count < 2 &&
	    (findings->stops.count == 0 || findings->stops.items[0].count < 2)) {
		return;
	}
	layout_head(to, "Stops");
	size_t shown = to->view.options->verbosity > 0 || findings->stops.count <= STOPS_MAX
	                       ? findings->stops.count
	                       : STOPS_MAX;
	for (size_t i = 0; i < shown; i++) {
		write_stop(to, &findings->stops.items[i]);
	}
	if (shown < findings->stops.count) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->view.tmp, TO_PICK("... and %zu more (-v shows all)"),
		                         findings->stops.count - shown));
	}
}

/* ---- what was measured ---- */

static void add_spark(struct layout *to, const struct latency *item)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[] = {" ", ".", ".", ":", "-", "=", "+", "*", "#"};
	unsigned char heights[SPARK_WIDTH];
	if (!view_spark(&to->view, item, heights, SPARK_WIDTH)) {
		layout_blanks(to, SPARK_WIDTH);
		return;
	}
	for (size_t i = 0; i < SPARK_WIDTH; i++) {
		buf_add(to->out, str_from(layout_sign(to, blocks[heights[i]], ascii[heights[i]])));
	}
}

static void write_latency(struct layout *to)
{
	enum { LATENCIES_MAX = 8 };
	struct arena *tmp = &to->view.tmp;
	const struct findings *findings = to->view.findings;
	if (findings->latency.count == 0) {
		return;
	}
	layout_head(to, "Slow operations");
	for (size_t i = 0; i < findings->latency.count && i < LATENCIES_MAX; i++) {
		const struct latency *item = &findings->latency.items[i];
		struct str numbers =
			arena_printf(tmp, TO_PICK(" × %llu, median %.*s, p99 %.*s, max %.*s"),
		                     (unsigned long long)item->count,
		                     STR_ARG(view_duration(&to->view, item->p50_ns)),
		                     STR_ARG(view_duration(&to->view, item->p99_ns)),
		                     STR_ARG(view_duration(&to->view, item->max_ns)));
		struct str name = arena_printf(tmp, STR_FMT ": " STR_FMT, STR_ARG(item->instance),
		                               STR_ARG(view_text(&to->view, &item->what)));
		layout_wrap(to, LAYOUT_PLAIN, 2, 4, name);
		layout_blanks(to, 4);
		add_spark(to, item);
		size_t room = to->columns > SPARK_WIDTH + 4 ? to->columns - SPARK_WIDTH - 4 : 1;
		layout_fit(to, LAYOUT_PLAIN, room, numbers);
		buf_byte(to->out, '\n');
	}
	if (to->view.from_ns != TIME_NONE) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(tmp,
		                         TO_PICK("(over time, from %.*s to %.*s; heights from 1 ms "
		                                 "to 16 s)"),
		                         STR_ARG(view_time(&to->view, to->view.from_ns)),
		                         STR_ARG(view_time(&to->view, to->view.to_ns))));
	}
}

static void write_facts(struct layout *to)
{
	bool has_head = false;
	for (size_t i = 0; i < to->view.findings->facts.count; i++) {
		const struct finding_fact *item = &to->view.findings->facts.items[i];
		if (isnan(item->threshold)) {
			continue;
		}
		if (!has_head) {
			layout_head(to, "Measured");
			has_head = true;
		}
		struct str line = arena_printf(&to->view.tmp, "%s " STR_FMT ": " STR_FMT,
		                               item->is_ok ? "ok " : "BAD", STR_ARG(item->fact.id),
		                               STR_ARG(view_fact(&to->view, item)));
		layout_wrap(to, item->is_ok ? LAYOUT_PLAIN : LAYOUT_BAD, 2, 6, line);
	}
}

/* ---- coverage ---- */

static void write_source(struct layout *to, const struct source *source)
{
	struct arena *tmp = &to->view.tmp;
	struct str what =
		source->component.len > 0 ? source->component : str_from(TO_PICK("not recognised"));
	struct str form = source->formats.len > 0 ? view_words(&to->view, source->formats)
	                                          : str_from(TO_PICK("no known format"));
	struct str container = source->container.len > 0 ? arena_printf(tmp, " (" STR_FMT ")",
	                                                                STR_ARG(source->container))
	                                                 : STR("");
	layout_wrap(to, LAYOUT_PLAIN, 2, 4,
	            arena_printf(tmp, STR_FMT STR_FMT ": " STR_FMT ", " STR_FMT,
	                         STR_ARG(source->path), STR_ARG(container), STR_ARG(what),
	                         STR_ARG(form)));
	struct str span = source->first_ns == TIME_NONE
	                          ? STR("")
	                          : arena_printf(tmp, TO_PICK(", %.*s to %.*s"),
	                                         STR_ARG(view_time(&to->view, source->first_ns)),
	                                         STR_ARG(view_time(&to->view, source->last_ns)));
	layout_wrap(to, LAYOUT_DIM, 4, 4,
	            arena_printf(tmp, TO_PICK("%llu records, %llu dated, %llu recognised%.*s"),
	                         (unsigned long long)source->records,
	                         (unsigned long long)source->dated,
	                         (unsigned long long)source->recognised, STR_ARG(span)));
	if (source->damage.len > 0) {
		layout_wrap(to, LAYOUT_WARN, 4, 4,
		            arena_printf(tmp, TO_PICK("damaged: %.*s"),
		                         STR_ARG(view_words(&to->view, source->damage))));
	}
	if (source->copy_of.len > 0) {
		layout_wrap(to, LAYOUT_DIM, 4, 4,
		            arena_printf(tmp, TO_PICK("counted once: it says what %.*s says"),
		                         STR_ARG(source->copy_of)));
	}
}

static void write_documents(struct layout *to)
{
	const struct digest *digest = to->view.findings->digest;
	for (size_t i = 0; i < digest->document_count; i++) {
		const struct document *document = &digest->documents[i];
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT ": " STR_FMT "%s" STR_FMT,
		                         STR_ARG(document->path),
		                         STR_ARG(view_words(&to->view, document->what)),
		                         document->damage.len > 0 ? ", " : "",
		                         STR_ARG(view_words(&to->view, document->damage))));
	}
	for (size_t i = 0; i < to->view.findings->clocks.count; i++) {
		const struct clock_note *note = &to->view.findings->clocks.items[i];
		layout_wrap(to, LAYOUT_DIM, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT ": " STR_FMT " (%s" STR_FMT ")",
		                         STR_ARG(note->instance),
		                         STR_ARG(view_text(&to->view, &note->how)),
		                         note->offset_ns > 0 ? "+" : "",
		                         STR_ARG(view_duration(&to->view, note->offset_ns))));
	}
}

static void write_coverage(struct layout *to)
{
	const struct digest *digest = to->view.findings->digest;
	enum { SOURCES_MAX = 20 };
	if (to->view.options->verbosity < 0) {
		return;
	}
	layout_head(to, "What was read");
	if (digest->input_count + digest->document_count == 0) {
		layout_wrap(to, LAYOUT_WARN, 2, 4,
		            str_from(TO_PICK("nothing: there is no file in what was named")));
	}
	for (size_t i = 0;
	     i < digest->input_count && (i < SOURCES_MAX || to->view.options->verbosity > 0); i++) {
		write_source(to, &digest->inputs[i]);
	}
	if (digest->input_count > SOURCES_MAX && to->view.options->verbosity == 0) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->view.tmp, TO_PICK("... and %zu more (-v shows all)"),
		                         digest->input_count - SOURCES_MAX));
	}
	write_documents(to);
	for (size_t i = 0; i < to->view.findings->missing.count; i++) {
		const struct missing *item = &to->view.findings->missing.items[i];
		if (i == 0) {
			layout_head(to, "What is missing");
		}
		layout_wrap(to, LAYOUT_WARN, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT ": " STR_FMT,
		                         STR_ARG(view_text(&to->view, &item->what)),
		                         STR_ARG(view_text(&to->view, &item->why))));
		layout_wrap(to, LAYOUT_DIM, 4, 6, view_text(&to->view, &item->how));
	}
}

static void write_advice(struct layout *to)
{
	for (size_t i = 0; i < to->view.findings->advice.count; i++) {
		const struct advice *item = &to->view.findings->advice.items[i];
		if (i == 0) {
			layout_head(to, "What to do");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 5,
		            arena_printf(&to->view.tmp, "%zu. " STR_FMT, i + 1,
		                         STR_ARG(view_text(&to->view, &item->text))));
	}
}

struct str report_cause_name(const struct findings *findings)
{
	return findings->verdict.cause.len > 0 ? findings->verdict.cause : STR("none");
}

static bool write_text(const struct findings *findings, const struct report_options *options,
                       struct buf *out, struct error *err)
{
	(void)err;
	size_t columns = options->columns > 0 ? options->columns : COLUMNS_DEFAULT;
	columns = columns < COLUMNS_MIN   ? COLUMNS_MIN
	          : columns > COLUMNS_MAX ? COLUMNS_MAX
	                                  : columns;
	struct layout to = {
		.out = out, .columns = columns, .prose = columns < PROSE_MAX ? columns : PROSE_MAX};
	view_init(&to.view, findings, options);
	if (!options->is_verdict_last) {
		write_answer(&to);
	}
	layout_timeline(&to);
	write_proof(&to);
	write_reasons(&to);
	write_stops(&to);
	write_latency(&to);
	write_facts(&to);
	write_coverage(&to);
	write_advice(&to);
	if (options->is_verdict_last) {
		buf_byte(out, '\n');
		write_answer(&to);
	}
	view_finish(&to.view);
	return true;
}

const struct reporter reporter_text = {.name = "text", .write = write_text};
