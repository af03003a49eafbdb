/* SPDX-License-Identifier: Apache-2.0 */
/* The report for a terminal: the answer in five lines, timeline, proof, reasons, rivals, what was
 * read, what to do. */
#include "base/vec.h"
#include "report/layout.h"
#include "report/reporters.h"

#include <math.h>

enum {
	COLUMNS_DEFAULT = 80,
	COLUMNS_MIN = 40,
	COLUMNS_MAX = 1000,
	PROSE_MAX = 110,
	SPARK_WIDTH = 24,
	NUMBER_WIDTH = 10
};

#define TO_PICK(en) view_pick(&to->view, (en))

/* ---- the answer ---- */

static void answer_line(struct layout *to, const char *en, struct str text)
{
	enum { LINES_MAX = 4, INDENT = 9 };
	struct str name = str_from(TO_PICK(en)), rest = text_safe(&to->view.tmp, text);
	size_t room = to->prose - INDENT;
	for (size_t line = 1; rest.len > 0; line++) {
		layout_blanks(to, line == 1 ? 2 : INDENT);
		if (line == 1) {
			layout_add(to, LAYOUT_DIM, name);
			layout_blanks(to, text_width(name) < 7 ? 7 - text_width(name) : 1);
		}
		if (line == LINES_MAX) {
			layout_fit(to, LAYOUT_PLAIN, room, rest);
			rest.len = 0;
		} else {
			layout_add(to, LAYOUT_PLAIN, text_line(&rest, room));
		}
		buf_byte(to->out, '\n');
	}
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
		struct str rest = safe, piece = text_line(&rest, room);
		layout_blanks(to, indent);
		if (line + 1 == LINES) {
			layout_fit(to, LAYOUT_PLAIN, room, safe);
		} else if (text_width(piece) > room * 2 / 3) {
			layout_add(to, LAYOUT_PLAIN, piece);
		} else {
			piece = text_fit(safe, room);
			layout_add(to, LAYOUT_PLAIN, piece);
			rest = str_trim(str_skip(safe, piece.len));
		}
		buf_byte(to->out, '\n');
		safe = rest;
	}
}

static void write_proof(struct layout *to)
{
	const struct findings *findings = to->view.findings;
	if (findings->chain.count == 0 || to->view.options->verbosity < 0) {
		return;
	}
	layout_head(to, view_chain_head(&to->view, TEXT_MARK("Proof")));
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
		            arena_printf(&to->view.tmp, STR_FMT "%s" STR_FMT, STR_ARG(item->cause),
		                         view_pick(&to->view, ": "), STR_ARG(why)));
	}
	for (size_t i = 0; i < findings->settle.count; i++) {
		const struct settle *item = &findings->settle.items[i];
		if (i == 0) {
			layout_head(to, "What would settle it");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->view.tmp, STR_FMT "%s" STR_FMT,
		                         STR_ARG(view_text(&to->view, &item->what)),
		                         view_pick(&to->view, ": "),
		                         STR_ARG(view_text(&to->view, &item->how))));
	}
}

static bool is_same_step(const struct chain_step *a, const struct chain_step *b)
{
	return a->kind == b->kind && a->start_ns == b->start_ns &&
	       str_equals(a->instance, b->instance) &&
	       str_equals(a->summary.in[TEXT_EN], b->summary.in[TEXT_EN]);
}

/* Whether the chain, or a stop before, shows the step. */
static bool is_told(const struct findings *findings, const struct stop *stop,
                    const struct chain_step *step)
{
	vec_foreach (const struct chain_step, other, &findings->chain) {
		if (is_same_step(other, step)) {
			return true;
		}
	}
	for (const struct stop *before = findings->stops.items; before < stop; before++) {
		vec_foreach (const struct chain_step, other, &before->chain) {
			if (is_same_step(other, step)) {
				return true;
			}
		}
	}
	return false;
}

static void write_stop_step(struct layout *to, const struct chain_step *step)
{
	struct arena *tmp = &to->view.tmp;
	struct str at = step->start_ns == TIME_NONE
	                        ? STR("")
	                        : clock_format_short(tmp, step->start_ns, to->view.options->zone);
	struct str where =
		step->evidence.count > 0
			? arena_printf(
				  tmp, " (" STR_FMT ")",
				  STR_ARG(view_where(&to->view, &step->evidence.items[0]->origin)))
			: STR("");
	layout_wrap(to, LAYOUT_PLAIN, 4, 18,
	            arena_printf(tmp, STR_FMT "  " STR_FMT STR_FMT, STR_ARG(at),
	                         STR_ARG(view_text(&to->view, &step->summary)), STR_ARG(where)));
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
	            arena_printf(
			    tmp,
			    STR_FMT STR_FMT "  " STR_FMT "%s" STR_FMT STR_FMT "%s" STR_FMT " %d %%",
			    STR_ARG(time), STR_ARG(times), STR_ARG(stop->instance),
			    view_pick(&to->view, ": "), STR_ARG(view_how(&to->view, stop->how)),
			    STR_ARG(code), view_pick(&to->view, "; "), STR_ARG(cause),
			    view_percent(stop->confidence)));
	layout_wrap(to, LAYOUT_DIM, 4, 4, view_text(&to->view, &stop->summary));
	vec_foreach (const struct chain_step, step, &stop->chain) {
		if (!is_told(to->view.findings, stop, step)) {
			write_stop_step(to, step);
		}
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

static const char *spark_sign(const struct layout *to, size_t height)
{
	static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[] = {" ", "1", "2", "3", "4", "5", "6", "7", "8"};
	return layout_sign(to, blocks[height], ascii[height]);
}

static void add_spark(struct layout *to, const struct latency *item)
{
	unsigned char heights[SPARK_WIDTH] = {0};
	view_spark(&to->view, item, heights, SPARK_WIDTH);
	buf_byte(to->out, '|');
	for (size_t i = 0; i < SPARK_WIDTH; i++) {
		buf_add(to->out, str_from(spark_sign(to, heights[i])));
	}
	buf_byte(to->out, '|');
}

static void add_number(struct layout *to, enum layout_style style, struct str text)
{
	size_t width = text_width(text);
	layout_blanks(to, width < NUMBER_WIDTH ? NUMBER_WIDTH - width : 1);
	layout_add(to, style, text);
}

static struct str latency_name(struct layout *to, const struct latency *item)
{
	struct str name = arena_printf(&to->view.tmp, STR_FMT "%s" STR_FMT, STR_ARG(item->instance),
	                               view_pick(&to->view, ": "),
	                               STR_ARG(view_text(&to->view, &item->what)));
	return text_safe(&to->view.tmp, name);
}

/* name: columns of the names before the numbers; 0: they stand on lines of their own. */
static void write_latency_line(struct layout *to, const struct latency *item, size_t name)
{
	if (name > 0) {
		struct str text = latency_name(to, item);
		layout_blanks(to, 2);
		layout_add(to, LAYOUT_PLAIN, text);
		layout_blanks(to, name - text_width(text) + 2);
	} else {
		layout_wrap(to, LAYOUT_PLAIN, 2, 4, latency_name(to, item));
		layout_blanks(to, 4);
	}
	add_spark(to, item);
	add_number(to, LAYOUT_PLAIN,
	           arena_printf(&to->view.tmp, "%llu", (unsigned long long)item->count));
	add_number(to, LAYOUT_PLAIN, view_duration(&to->view, item->p50_ns));
	add_number(to, LAYOUT_PLAIN, view_duration(&to->view, item->p99_ns));
	add_number(to, LAYOUT_PLAIN, view_duration(&to->view, item->max_ns));
	buf_byte(to->out, '\n');
}

/* Where a table has no room. */
static void write_latency_words(struct layout *to, const struct latency *item)
{
	layout_wrap(to, LAYOUT_PLAIN, 2, 4,
	            arena_printf(&to->view.tmp,
	                         TO_PICK("%.*s × %llu, median %.*s, p99 %.*s, max %.*s"),
	                         STR_ARG(latency_name(to, item)), (unsigned long long)item->count,
	                         STR_ARG(view_duration(&to->view, item->p50_ns)),
	                         STR_ARG(view_duration(&to->view, item->p99_ns)),
	                         STR_ARG(view_duration(&to->view, item->max_ns))));
}

static void write_spark_key(struct layout *to)
{
	static const char *const limits[] = {"30 ms", "100 ms", "300 ms", "1 s",
	                                     "3 s",   "10 s",   "30 s"};
	struct buf key = {0};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		buf_printf(&key, "%s=%s, ", spark_sign(to, i + 1), limits[i]);
	}
	layout_wrap(to, LAYOUT_DIM, 2, 2,
	            arena_printf(&to->view.tmp, TO_PICK("(|...| %.*s; up to %.*s%s=more)"),
	                         STR_ARG(view_span(&to->view, to->view.from_ns, to->view.to_ns)),
	                         STR_ARG(buf_str(&key)), spark_sign(to, 8)));
	buf_finish(&key);
}

static void write_latency_head(struct layout *to, size_t indent)
{
	layout_blanks(to, indent);
	add_number(to, LAYOUT_DIM, str_from(TO_PICK("count")));
	add_number(to, LAYOUT_DIM, str_from(TO_PICK("median")));
	add_number(to, LAYOUT_DIM, STR("p99"));
	add_number(to, LAYOUT_DIM, str_from(TO_PICK("max")));
	buf_byte(to->out, '\n');
}

/* Columns of the names, if they and the numbers fit on one line; else 0. */
static size_t latency_names(struct layout *to, size_t count, size_t numbers)
{
	size_t widest = 0;
	for (size_t i = 0; i < count; i++) {
		size_t width = text_width(latency_name(to, &to->view.findings->latency.items[i]));
		widest = width > widest ? width : widest;
	}
	return 2 + widest + 2 + numbers <= to->columns ? widest : 0;
}

static void write_latency(struct layout *to)
{
	enum { LATENCIES_MAX = 8, DRAWN = SPARK_WIDTH + 2, NUMBERS = DRAWN + 4 * NUMBER_WIDTH };
	const struct findings *findings = to->view.findings;
	bool has_table = 4 + NUMBERS <= to->columns;
	size_t shown = to->view.options->verbosity > 0 || findings->latency.count < LATENCIES_MAX
	                       ? findings->latency.count
	                       : LATENCIES_MAX;
	if (shown == 0) {
		return;
	}
	size_t names = latency_names(to, shown, NUMBERS);
	layout_head(to, "Slow operations");
	if (has_table) {
		write_latency_head(to, (names > 0 ? 2 + names + 2 : 4) + DRAWN);
	}
	for (size_t i = 0; i < shown; i++) {
		if (has_table) {
			write_latency_line(to, &findings->latency.items[i], names);
		} else {
			write_latency_words(to, &findings->latency.items[i]);
		}
	}
	if (shown < findings->latency.count) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->view.tmp, TO_PICK("... and %zu more (-v shows all)"),
		                         findings->latency.count - shown));
	}
	if (has_table && to->view.from_ns != TIME_NONE) {
		write_spark_key(to);
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
		struct str line = arena_printf(&to->view.tmp, "%s " STR_FMT "%s" STR_FMT,
		                               item->is_ok ? "ok " : "BAD", STR_ARG(item->fact.id),
		                               view_pick(&to->view, ": "),
		                               STR_ARG(view_fact(&to->view, item)));
		layout_wrap(to, item->is_ok ? LAYOUT_PLAIN : LAYOUT_BAD, 2, 6, line);
	}
}

/* ---- coverage ---- */

static void write_source(struct layout *to, const struct source *source)
{
	struct arena *tmp = &to->view.tmp;
	struct str container = source->container.len > 0
	                               ? arena_printf(tmp, "%s" STR_FMT "%s", TO_PICK(" ("),
	                                              STR_ARG(source->container), TO_PICK(")"))
	                               : STR("");
	struct str span = view_span(&to->view, source->first_ns, source->last_ns);
	layout_wrap(to, LAYOUT_PLAIN, 2, 4,
	            arena_printf(tmp, TO_PICK("%.*s%.*s: %.*s%s%.*s"), STR_ARG(source->path),
	                         STR_ARG(container), STR_ARG(view_source(&to->view, source)),
	                         span.len > 0 ? TO_PICK(", ") : "", STR_ARG(span)));
	layout_wrap(to, LAYOUT_DIM, 4, 4,
	            arena_printf(tmp, TO_PICK("%llu records, %llu dated, %llu recognised"),
	                         (unsigned long long)source->records,
	                         (unsigned long long)source->dated,
	                         (unsigned long long)source->recognised));
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
		            arena_printf(&to->view.tmp, TO_PICK("%.*s: %.*s%s%.*s"),
		                         STR_ARG(document->path),
		                         STR_ARG(view_words(&to->view, document->what)),
		                         document->damage.len > 0 ? TO_PICK(", ") : "",
		                         STR_ARG(view_words(&to->view, document->damage))));
	}
	for (size_t i = 0; i < to->view.findings->clocks.count; i++) {
		const struct clock_note *note = &to->view.findings->clocks.items[i];
		layout_wrap(to, LAYOUT_DIM, 2, 4,
		            arena_printf(&to->view.tmp, TO_PICK("%.*s: %.*s (%s%.*s)"),
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
		            arena_printf(&to->view.tmp, STR_FMT "%s" STR_FMT,
		                         STR_ARG(view_text(&to->view, &item->what)),
		                         view_pick(&to->view, ": "),
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
