/* SPDX-License-Identifier: Apache-2.0 */
/* The report for a terminal: verdict, timeline, reasons, rivals, coverage, advice. */
#include "report/layout.h"

#include "base/clock.h"
#include "base/duration.h"
#include "report/view.h"

static const char *const color_codes[LAYOUT_STYLE_COUNT] = {
        [LAYOUT_PLAIN] = "",       [LAYOUT_HEAD] = "\x1b[1m",  [LAYOUT_BAD] = "\x1b[1;31m",
        [LAYOUT_GOOD] = "\x1b[32m", [LAYOUT_DIM] = "\x1b[2m", [LAYOUT_WARN] = "\x1b[33m",
};

static void styled(struct layout *to, enum layout_style style, struct str text)
{
	bool has_color = to->options->has_color && style != LAYOUT_PLAIN;
	if (has_color) {
		buf_add(to->out, str_from(color_codes[style]));
	}
	text_add_safe(to->out, text);
	if (has_color) {
		buf_add(to->out, STR("\x1b[0m"));
	}
}

/* Text wrapped at blanks (and between CJK characters), lines after the first indented. */
void layout_wrap(struct layout *to, enum layout_style style, size_t first_indent, size_t indent, struct str text)
{
	struct str safe = text_safe(&to->tmp, text);
	size_t used = first_indent;
	for (size_t i = 0; i < first_indent; i++) {
		buf_byte(to->out, ' ');
	}
	while (safe.len > 0) {
		size_t room = to->columns > used + 8 ? to->columns - used : 8;
		struct str line = text_fit(safe, room);
		if (line.len < safe.len) {
			ptrdiff_t blank = str_find_last_byte(line, ' ');
			if (blank > 0 && safe.ptr[line.len] != ' ') {
				line = str_slice(line, 0, (size_t)blank);
			}
		}
		if (line.len == 0) {
			break;
		}
		styled(to, style, line);
		safe = str_skip(safe, line.len);
		while (safe.len > 0 && safe.ptr[0] == ' ') {
			safe = str_skip(safe, 1);
		}
		buf_byte(to->out, '\n');
		for (size_t i = 0; safe.len > 0 && i < indent; i++) {
			buf_byte(to->out, ' ');
		}
		used = indent;
	}
}

static void head(struct layout *to, const char *en, const char *zh)
{
	buf_byte(to->out, '\n');
	styled(to, LAYOUT_HEAD, str_from(to->options->lang == TEXT_ZH ? zh : en));
	buf_byte(to->out, '\n');
}

static struct str both(const struct layout *to, const struct text_both *text)
{
	return text_in(text, to->options->lang);
}

static const char *pick(const struct layout *to, const char *en, const char *zh)
{
	return to->options->lang == TEXT_ZH ? zh : en;
}

/* ---- verdict ---- */

static void write_verdict(struct layout *to)
{
	const struct findings *findings = to->findings;
	struct str cause = report_cause_name(findings);
	bool is_fine = findings->verdict.cause.len == 0;
	bool is_unknown = str_equals(cause, STR("unknown"));
	enum layout_style style = is_fine ? LAYOUT_GOOD : is_unknown ? LAYOUT_WARN : LAYOUT_BAD;
	layout_wrap(to, style, 0, 0, both(to, &findings->verdict.summary));
	const char *stopped = findings->verdict.stopped == ANSWER_YES  ? pick(to, "stopped", "已停止")
	                      : findings->verdict.stopped == ANSWER_NO ? pick(to, "did not stop", "未停止")
	                                                               : pick(to, "stop not visible", "看不出是否停止");
	struct str line = arena_printf(&to->tmp, pick(to, "%s: " STR_FMT ", confidence %d %%", "%s:" STR_FMT ",置信度 %d %%"), stopped,
	                               STR_ARG(cause), view_percent(findings->verdict.confidence));
	layout_wrap(to, LAYOUT_PLAIN, 2, 2, line);
	if (findings->verdict.is_excerpt) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            str_from(pick(to, "These are pieces of a log: what is not in them proves nothing.",
		                          "这些只是日志片段:其中没有的内容不能说明问题。")));
	}
}

/* ---- chain ---- */

static void write_evidence_line(struct layout *to, const struct event *event, size_t indent)
{
	struct str where = arena_printf(&to->tmp, STR_FMT ":%llu", STR_ARG(event->origin.path), (unsigned long long)event->origin.line);
	layout_wrap(to, LAYOUT_DIM, indent, indent + 2, where);
	size_t room = to->columns > indent + 2 ? to->columns - indent - 2 : 20;
	struct str safe = text_safe(&to->tmp, text_cut_bytes(event->origin.text, 512));
	struct str shown = text_fit(safe, room * 2);
	layout_wrap(to, LAYOUT_PLAIN, indent + 2, indent + 2,
	            shown.len < safe.len ? arena_printf(&to->tmp, STR_FMT "...", STR_ARG(text_fit(safe, room * 2 - 3))) : shown);
}

static void write_chain(struct layout *to)
{
	const struct findings *findings = to->findings;
	if (findings->chain.count == 0) {
		return;
	}
	head(to, "How it came about", "经过");
	for (size_t i = 0; i < findings->chain.count; i++) {
		const struct chain_step *step = &findings->chain.items[i];
		struct str time = step->start_ns == TIME_NONE ? STR("            ")
		                                              : clock_format_short(&to->tmp, step->start_ns, to->options->zone);
		struct str line = arena_printf(&to->tmp, STR_FMT "  " STR_FMT ": " STR_FMT "%s", STR_ARG(time), STR_ARG(step->instance),
		                               STR_ARG(both(to, &step->summary)),
		                               step->is_inferred ? pick(to, " [inferred]", " [推断]") : "");
		layout_wrap(to, i + 1 == findings->chain.count && findings->stops.count > 0 ? LAYOUT_BAD : LAYOUT_PLAIN, 2, 16, line);
		if (step->evidence.count > 0 && to->options->verbosity >= 0) {
			write_evidence_line(to, step->evidence.items[0], 16);
		}
	}
	if (findings->chain.items[0].start_ns != TIME_NONE) {
		struct str date = clock_format_in(&to->tmp, findings->chain.items[0].start_ns, to->options->zone);
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->tmp, pick(to, "(from " STR_FMT "; a duration's time is when it began)",
		                                        "(自 " STR_FMT " 起;时间为开始时刻)"),
		                         STR_ARG(date)));
	}
}

/* ---- reasons ---- */

static void write_sentences(struct layout *to, const char *sign, const struct sentence_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		layout_wrap(to, LAYOUT_PLAIN, 2, 4, arena_printf(&to->tmp, "%s " STR_FMT, sign, STR_ARG(both(to, &list->items[i]))));
	}
}

static void write_reasons(struct layout *to)
{
	const struct findings *findings = to->findings;
	if (findings->named.reasons_for.count + findings->named.reasons_against.count > 0) {
		head(to, "Why", "理由");
		write_sentences(to, "+", &findings->named.reasons_for);
		write_sentences(to, "-", &findings->named.reasons_against);
	}
	for (size_t i = 0; i < findings->rivals.count; i++) {
		const struct hypothesis *rival = &findings->rivals.items[i];
		if (i == 0) {
			head(to, "What else was considered", "其他可能");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4, rival->cause);
		write_sentences(to, "  +", &rival->reasons_for);
		write_sentences(to, "  -", &rival->reasons_against);
	}
	for (size_t i = 0; i < findings->contributing.count; i++) {
		const struct contribution *item = &findings->contributing.items[i];
		if (i == 0) {
			head(to, "It also saw", "此外还有");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->tmp, STR_FMT ": " STR_FMT, STR_ARG(item->cause), STR_ARG(both(to, &item->why))));
	}
}

static void write_settle(struct layout *to)
{
	for (size_t i = 0; i < to->findings->settle.count; i++) {
		const struct settle *item = &to->findings->settle.items[i];
		if (i == 0) {
			head(to, "What would settle it", "如何确认");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->tmp, STR_FMT ": " STR_FMT, STR_ARG(both(to, &item->what)), STR_ARG(both(to, &item->how))));
	}
}

/* ---- latencies ---- */

static void write_latency(struct layout *to)
{
	enum { LATENCIES_MAX = 8 };
	for (size_t i = 0; i < to->findings->latency.count && i < LATENCIES_MAX; i++) {
		const struct latency *item = &to->findings->latency.items[i];
		if (i == 0) {
			head(to, "Slow operations", "慢操作");
		}
		struct str line = arena_printf(&to->tmp, pick(to, STR_FMT " (" STR_FMT "): %llu, median " STR_FMT ", p99 " STR_FMT ", max " STR_FMT,
		                                              STR_FMT "(" STR_FMT "):%llu 次,中位数 " STR_FMT ",p99 " STR_FMT ",最大 " STR_FMT),
		                               STR_ARG(both(to, &item->what)), STR_ARG(item->instance), (unsigned long long)item->count,
		                               STR_ARG(duration_format(&to->tmp, view_rounded(item->p50_ns))),
		                               STR_ARG(duration_format(&to->tmp, view_rounded(item->p99_ns))),
		                               STR_ARG(duration_format(&to->tmp, view_rounded(item->max_ns))));
		layout_wrap(to, LAYOUT_PLAIN, 2, 4, line);
	}
}

static void write_facts(struct layout *to)
{
	bool has_head = false;
	for (size_t i = 0; i < to->findings->facts.count; i++) {
		const struct finding_fact *item = &to->findings->facts.items[i];
		if (item->threshold != item->threshold) {
			continue;
		}
		if (!has_head) {
			head(to, "Measured", "测量值");
			has_head = true;
		}
		struct str line = arena_printf(&to->tmp, "%s " STR_FMT ": %.2f " STR_FMT " (%s %.0f)", item->is_ok ? "ok " : "BAD",
		                               STR_ARG(item->fact.id), item->fact.value, STR_ARG(item->fact.unit),
		                               item->is_below ? pick(to, "should be below", "应低于") : pick(to, "should be at least", "应不低于"),
		                               item->threshold);
		layout_wrap(to, item->is_ok ? LAYOUT_PLAIN : LAYOUT_BAD, 2, 4, line);
	}
}

/* ---- coverage ---- */

static void write_source(struct layout *to, const struct source *source)
{
	struct str what = source->component.len > 0 ? source->component : str_from(pick(to, "not recognised", "未识别"));
	struct str form = source->formats.len > 0 ? source->formats : str_from(pick(to, "no known format", "未知格式"));
	struct str line = arena_printf(&to->tmp, STR_FMT "%s" STR_FMT "%s: " STR_FMT ", " STR_FMT, STR_ARG(source->path),
	                               source->container.len > 0 ? " (" : "", STR_ARG(source->container),
	                               source->container.len > 0 ? ")" : "", STR_ARG(what), STR_ARG(form));
	layout_wrap(to, LAYOUT_PLAIN, 2, 4, line);
	struct str span = STR("");
	if (source->first_ns != TIME_NONE) {
		span = arena_printf(&to->tmp, ", " STR_FMT " - " STR_FMT, STR_ARG(clock_format_in(&to->tmp, source->first_ns, to->options->zone)),
		                    STR_ARG(clock_format_in(&to->tmp, source->last_ns, to->options->zone)));
	}
	line = arena_printf(&to->tmp, pick(to, "%llu records, %llu dated, %llu recognised" STR_FMT, "%llu 条记录,%llu 条有时间,%llu 条被识别" STR_FMT),
	                    (unsigned long long)source->records, (unsigned long long)source->dated,
	                    (unsigned long long)source->recognised, STR_ARG(span));
	layout_wrap(to, LAYOUT_DIM, 4, 4, line);
	if (source->damage.len > 0) {
		layout_wrap(to, LAYOUT_WARN, 4, 4, arena_printf(&to->tmp, pick(to, "damaged: " STR_FMT, "已损坏:" STR_FMT), STR_ARG(source->damage)));
	}
	if (source->copy_of.len > 0) {
		layout_wrap(to, LAYOUT_DIM, 4, 4,
		            arena_printf(&to->tmp, pick(to, "counted once: it says what " STR_FMT " says", "只计一次:内容与 " STR_FMT " 相同"),
		                         STR_ARG(source->copy_of)));
	}
}

static void write_coverage(struct layout *to)
{
	const struct digest *digest = to->findings->digest;
	enum { SOURCES_MAX = 20 };
	if (to->options->verbosity < 0) {
		return;
	}
	head(to, "What was read", "读取内容");
	for (size_t i = 0; i < digest->input_count && (i < SOURCES_MAX || to->options->verbosity > 0); i++) {
		write_source(to, &digest->inputs[i]);
	}
	if (digest->input_count > SOURCES_MAX && to->options->verbosity == 0) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->tmp, pick(to, "... and %zu more (-v shows all)", "……另有 %zu 个(-v 显示全部)"),
		                         digest->input_count - SOURCES_MAX));
	}
	for (size_t i = 0; i < digest->document_count; i++) {
		const struct document *document = &digest->documents[i];
		layout_wrap(to, LAYOUT_PLAIN, 2, 4,
		            arena_printf(&to->tmp, STR_FMT ": " STR_FMT "%s" STR_FMT, STR_ARG(document->path), STR_ARG(document->what),
		                         document->damage.len > 0 ? ", " : "", STR_ARG(document->damage)));
	}
	for (size_t i = 0; i < to->findings->clocks.count; i++) {
		const struct clock_note *note = &to->findings->clocks.items[i];
		struct str offset = duration_format(&to->tmp, view_rounded(note->offset_ns));
		layout_wrap(to, LAYOUT_DIM, 2, 4,
		            arena_printf(&to->tmp, STR_FMT ": " STR_FMT " (%s" STR_FMT ")", STR_ARG(note->instance), STR_ARG(both(to, &note->how)),
		                         note->offset_ns > 0 ? "+" : "", STR_ARG(offset)));
	}
	for (size_t i = 0; i < to->findings->missing.count; i++) {
		const struct missing *item = &to->findings->missing.items[i];
		if (i == 0) {
			head(to, "What is missing", "缺少内容");
		}
		layout_wrap(to, LAYOUT_WARN, 2, 4,
		            arena_printf(&to->tmp, STR_FMT ": " STR_FMT, STR_ARG(both(to, &item->what)), STR_ARG(both(to, &item->why))));
		layout_wrap(to, LAYOUT_DIM, 4, 6, both(to, &item->how));
	}
}

static void write_advice(struct layout *to)
{
	for (size_t i = 0; i < to->findings->advice.count; i++) {
		const struct advice *item = &to->findings->advice.items[i];
		if (i == 0) {
			head(to, "What to do", "建议");
		}
		layout_wrap(to, LAYOUT_PLAIN, 2, 5, arena_printf(&to->tmp, "%zu. " STR_FMT, i + 1, STR_ARG(both(to, &item->text))));
	}
}

struct str report_cause_name(const struct findings *findings)
{
	return findings->verdict.cause.len > 0 ? findings->verdict.cause : STR("none");
}

static bool write_text(const struct findings *findings, const struct report_options *options, struct buf *out, struct error *err)
{
	(void)err;
	struct layout to = {.findings = findings,
	                    .options = options,
	                    .out = out,
	                    .columns = options->columns > 0 ? options->columns : 80};
	if (!options->is_verdict_last) {
		write_verdict(&to);
	}
	write_chain(&to);
	write_reasons(&to);
	write_settle(&to);
	write_latency(&to);
	write_facts(&to);
	write_coverage(&to);
	write_advice(&to);
	if (options->is_verdict_last) {
		buf_byte(out, '\n');
		write_verdict(&to);
	}
	arena_finish(&to.tmp);
	return true;
}

const struct reporter reporter_text = {.name = "text", .write = write_text};
