/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one HTML file: verdict first, then how it came about, and everything that proves
 * it. */
#include "base/vec.h"
#include "report/html_page.h"
#include "report/reporters.h"

#include <math.h>

enum { EVIDENCE_BYTES_MAX = 1500 };

/* ---- writing ---- */

void html_raw(struct html *html, const char *markup)
{
	buf_add(html->out, str_from(markup));
}

void html_text(struct html *html, struct str text)
{
	struct str safe = text_safe(&html->view.tmp, text);
	for (size_t i = 0; i < safe.len; i++) {
		switch (safe.ptr[i]) {
		case '&':
			html_raw(html, "&amp;");
			break;
		case '<':
			html_raw(html, "&lt;");
			break;
		case '>':
			html_raw(html, "&gt;");
			break;
		case '"':
			html_raw(html, "&quot;");
			break;
		case '\'':
			html_raw(html, "&#39;");
			break;
		default:
			buf_byte(html->out, safe.ptr[i]);
		}
	}
}

void html_pick(struct html *html, const char *en)
{
	html_text(html, str_from(view_pick(&html->view, en)));
}

void html_element(struct html *html, const char *tag, struct str text)
{
	buf_printf(html->out, "<%s>", tag);
	html_text(html, text);
	buf_printf(html->out, "</%s>", tag);
}

void html_number(struct html *html, uint64_t number)
{
	buf_printf(html->out, "%llu", (unsigned long long)number);
}

void html_section(struct html *html, const char *id, const char *en)
{
	buf_printf(html->out, "<section id=\"%s\">\n", id);
	html_element(html, "h2", str_from(view_pick(&html->view, en)));
	html_raw(html, "\n");
}

void html_time(struct html *html, int64_t time_ns)
{
	char machine[CLOCK_TEXT_MAX];
	struct str shown = view_time(&html->view, time_ns);
	if (time_ns == TIME_NONE) {
		return;
	}
	html_raw(html, "<time datetime=\"");
	html_text(html, clock_write(machine, time_ns, NULL));
	html_raw(html, "\">");
	html_text(html, shown);
	html_raw(html, "</time>");
}

void html_evidence(struct html *html, const struct event *event)
{
	html_raw(html, "<div class=\"line\"><cite>");
	html_text(html, view_where(&html->view, &event->origin));
	html_raw(html, "</cite><code>");
	struct str text = text_cut_bytes(event->origin.text, EVIDENCE_BYTES_MAX);
	html_text(html, text);
	html_raw(html, text.len < event->origin.text.len ? "…</code></div>\n" : "</code></div>\n");
}

/* ---- verdict ---- */

static void write_brief(struct html *html, const char *en, struct str text)
{
	if (text.len == 0) {
		return;
	}
	html_raw(html, "<dt>");
	html_pick(html, en);
	html_raw(html, "</dt><dd>");
	html_text(html, text);
	html_raw(html, "</dd>\n");
}

static const char *verdict_class(const struct findings *findings)
{
	if (findings->verdict.cause.len == 0) {
		return "fine";
	}
	bool is_open = str_equals(findings->verdict.cause, STR("unknown")) ||
	               findings->verdict.stopped != ANSWER_YES;
	return is_open ? "open" : "bad";
}

static bool has_measured(const struct findings *findings)
{
	vec_foreach (const struct finding_fact, item, &findings->facts) {
		if (!isnan(item->threshold)) {
			return true;
		}
	}
	return false;
}

static bool has_advice(const struct findings *findings)
{
	return findings->advice.count + findings->settle.count > 0 || has_measured(findings);
}

static bool has_reasons(const struct findings *findings)
{
	return findings->named.reasons_for.count + findings->named.reasons_against.count +
	               findings->rivals.count + findings->contributing.count >
	       0;
}

static void write_verdict(struct html *html)
{
	const struct view_brief *brief = &html->view.brief;
	buf_printf(html->out, "<header class=\"verdict %s\" id=\"verdict\">\n",
	           verdict_class(html->view.findings));
	html_element(html, "h1", brief->what);
	html_raw(html, "\n<dl>\n");
	write_brief(html, "When", brief->when);
	write_brief(html, "Why", brief->why);
	write_brief(html, "How sure", brief->sure);
	write_brief(html, "First", brief->first);
	html_raw(html, "</dl>\n</header>\n");
}

static void write_contents(struct html *html)
{
	const struct findings *findings = html->view.findings;
	const struct {
		const char *id, *en;
		bool is_there;
	} sections[] = {
		{"chain", view_chain_head(&html->view, TEXT_MARK("How it came about")),
	         findings->chain.count > 0},
		{"stops", TEXT_MARK("All stops"), findings->stops.count > 1},
		{"lanes", TEXT_MARK("Timeline"), true},
		{"slow", TEXT_MARK("Slow operations"), findings->latency.count > 0},
		{"reasons", TEXT_MARK("Reasons"), has_reasons(findings)},
		{"advice", TEXT_MARK("What to do"), has_advice(findings)},
		{"coverage", TEXT_MARK("What was read"), true},
		{"events", TEXT_MARK("Events"), findings->digest->episodes.count > 0},
	};
	html_raw(html, "<nav aria-label=\"");
	html_pick(html, "Sections");
	html_raw(html, "\"><ul>\n");
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (sections[i].is_there) {
			buf_printf(html->out, "<li><a href=\"#%s\">", sections[i].id);
			html_pick(html, sections[i].en);
			html_raw(html, "</a></li>\n");
		}
	}
	html_raw(html, "</ul></nav>\n");
}

/* ---- chain ---- */

/* The first line, the others folded. */
static void write_lines(struct html *html, const struct evidence_list *evidence)
{
	for (size_t i = 0; i < evidence->count; i++) {
		if (i == 1) {
			html_raw(html, "<details class=\"more\"><summary>");
			html_text(html,
			          arena_printf(&html->view.tmp, view_pick(&html->view, "%zu more"),
			                       evidence->count - 1));
			html_raw(html, "</summary>\n");
		}
		html_evidence(html, evidence->items[i]);
	}
	html_raw(html, evidence->count > 1 ? "</details>\n" : "");
}

static void write_step(struct html *html, const struct chain_step *step, struct str summary,
                       bool is_end)
{
	buf_printf(html->out, "<li%s>", is_end ? " class=\"end\"" : "");
	html_time(html, step->start_ns);
	html_raw(html, " <b>");
	html_text(html, step->instance);
	html_raw(html, "</b> ");
	html_text(html, summary);
	if (step->is_inferred) {
		html_raw(html, " <em>[");
		html_pick(html, "inferred");
		html_raw(html, "]</em>");
	}
	struct str because = view_text(&html->view, &step->because);
	if (because.len > 0) {
		html_element(html, "p", because);
	}
	write_lines(html, &step->evidence);
	html_raw(html, "</li>\n");
}

static void write_chain(struct html *html)
{
	const struct findings *findings = html->view.findings;
	if (findings->chain.count == 0) {
		return;
	}
	html_section(html, "chain", view_chain_head(&html->view, "How it came about"));
	html_raw(html, "<ol class=\"steps\">\n");
	for (size_t i = 0; i < html->view.rows.count; i++) {
		const struct view_row *row = &html->view.rows.items[i];
		if (row->step > 0) {
			write_step(html, &findings->chain.items[row->step - 1], row->text,
			           row->is_end);
		}
	}
	html_raw(html, "</ol>\n</section>\n");
}

static void write_stops(struct html *html)
{
	const struct findings *findings = html->view.findings;
	if (findings->stops.count < 2) {
		return;
	}
	html_section(html, "stops", "All stops");
	html_raw(html, "<ol class=\"steps\">\n");
	for (size_t i = 0; i < findings->stops.count; i++) {
		const struct stop *stop = &findings->stops.items[i];
		html_raw(html, "<li>");
		html_time(html, stop->time_ns);
		html_raw(html, " <b>");
		html_text(html, stop->instance);
		html_raw(html, "</b> ");
		html_text(html, view_how(&html->view, stop->how));
		if (stop->count > 1) {
			buf_printf(html->out, " × %llu", (unsigned long long)stop->count);
		}
		html_pick(html, ": ");
		html_raw(html, "<b>");
		html_text(html, stop->cause);
		buf_printf(html->out, "</b> %d %%", view_percent(stop->confidence));
		struct str summary = view_text(&html->view, &stop->summary);
		if (summary.len > 0) {
			html_element(html, "p", summary);
		}
		write_lines(html, &stop->evidence);
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ol>\n</section>\n");
}

/* ---- reasons ---- */

static void write_sentences(struct html *html, const struct sentence_list *list, bool is_for)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_printf(html->out, "<li class=\"%s\"><span aria-hidden=\"true\">%s</span> ",
		           is_for ? "for" : "against", is_for ? "+" : "−");
		html_raw(html, "<span class=\"hidden\">");
		html_pick(html, is_for ? TEXT_MARK("For:") : TEXT_MARK("Against:"));
		html_raw(html, "</span> ");
		html_text(html, view_text(&html->view, &list->items[i]));
		html_raw(html, "</li>\n");
	}
}

static void write_hypothesis(struct html *html, const struct hypothesis *item)
{
	html_raw(html, "<h3>");
	html_text(html, item->cause);
	buf_printf(html->out, " <small>%d %%</small></h3>\n<ul class=\"signs\">\n",
	           view_percent(item->confidence));
	write_sentences(html, &item->reasons_for, true);
	write_sentences(html, &item->reasons_against, false);
	html_raw(html, "</ul>\n");
}

static void write_pairs(struct html *html, struct str what, struct str how)
{
	html_raw(html, "<dt>");
	html_text(html, what);
	html_raw(html, "</dt><dd>");
	html_text(html, how);
	html_raw(html, "</dd>\n");
}

static void write_reasons(struct html *html)
{
	const struct findings *findings = html->view.findings;
	if (!has_reasons(findings)) {
		return;
	}
	html_section(html, "reasons", "Reasons");
	if (findings->named.reasons_for.count + findings->named.reasons_against.count > 0) {
		write_hypothesis(html, &findings->named);
	}
	if (findings->rivals.count > 0) {
		html_element(html, "p",
		             str_from(view_pick(&html->view, "What else was considered:")));
	}
	for (size_t i = 0; i < findings->rivals.count; i++) {
		write_hypothesis(html, &findings->rivals.items[i]);
	}
	for (size_t i = 0; i < findings->contributing.count; i++) {
		const struct contribution *item = &findings->contributing.items[i];
		html_raw(html, i == 0 ? "<dl>\n" : "");
		write_pairs(html, item->cause, view_text(&html->view, &item->why));
		html_raw(html, i + 1 == findings->contributing.count ? "</dl>\n" : "");
	}
	html_raw(html, "</section>\n");
}

static void write_facts(struct html *html)
{
	const struct findings *findings = html->view.findings;
	bool has_any = false;
	for (size_t i = 0; i < findings->facts.count; i++) {
		const struct finding_fact *item = &findings->facts.items[i];
		if (isnan(item->threshold)) {
			continue;
		}
		if (!has_any) {
			html_element(html, "h3", str_from(view_pick(&html->view, "Measured")));
			html_raw(html, "<ul class=\"facts\">\n");
			has_any = true;
		}
		buf_printf(html->out, "<li class=\"%s\">", item->is_ok ? "for" : "against");
		html_text(html, item->fact.id);
		html_pick(html, ": ");
		html_text(html, view_fact(&html->view, item));
		html_pick(html, item->is_ok ? TEXT_MARK(" (ok)") : TEXT_MARK(" (too bad)"));
		html_raw(html, "</li>\n");
	}
	html_raw(html, has_any ? "</ul>\n" : "");
}

static void write_settle(struct html *html)
{
	const struct findings *findings = html->view.findings;
	for (size_t i = 0; i < findings->settle.count; i++) {
		const struct settle *item = &findings->settle.items[i];
		if (i == 0) {
			html_element(html, "h3",
			             str_from(view_pick(&html->view, "What would settle it")));
			html_raw(html, "<dl>\n");
		}
		write_pairs(html, view_text(&html->view, &item->what),
		            view_text(&html->view, &item->how));
		html_raw(html, i + 1 == findings->settle.count ? "</dl>\n" : "");
	}
}

static void write_advice(struct html *html)
{
	const struct findings *findings = html->view.findings;
	if (!has_advice(findings)) {
		return;
	}
	html_section(html, "advice", "What to do");
	write_settle(html);
	write_facts(html);
	html_raw(html, findings->advice.count > 0 ? "<ol class=\"advice\">\n" : "");
	for (size_t i = 0; i < findings->advice.count; i++) {
		const struct advice *item = &findings->advice.items[i];
		html_raw(html, "<li>");
		html_text(html, view_text(&html->view, &item->text));
		struct str because = view_text(&html->view, &item->because);
		if (because.len > 0) {
			html_element(html, "small", because);
		}
		html_raw(html, "</li>\n");
	}
	html_raw(html, findings->advice.count > 0 ? "</ol>\n</section>\n" : "</section>\n");
}

/* ---- the page ---- */

static void write_head(struct html *html)
{
	html_raw(html, "<!DOCTYPE html>\n<html lang=\"");
	html_raw(html, html->view.options->lang == TEXT_ZH ? "zh-CN" : "en");
	html_raw(html, "\">\n<head>\n<meta charset=\"utf-8\">\n"
	               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	               "base-uri 'none'; form-action 'none'; style-src '");
	buf_add(html->out, html_style_hash);
	html_raw(html, "'; script-src '");
	buf_add(html->out, html_script_hash);
	html_raw(html, "'\">\n<meta name=\"viewport\" content=\"width=device-width, "
	               "initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
	               "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	html_text(html, html->view.brief.what);
	html_raw(html, " - whydown</title>\n<style>");
	buf_add(html->out, html_style);
	html_raw(html, "</style>\n</head>\n<body>\n<main>\n");
}

static void write_foot(struct html *html)
{
	const struct report_options *options = html->view.options;
	html_raw(html, "</main>\n<footer>");
	if (text_in(&options->sensitive, options->lang).len > 0) {
		html_raw(html, view_pick(&html->view, "<p>Not redacted: this report holds "));
		html_text(html, text_in(&options->sensitive, options->lang));
		html_raw(html,
		         view_pick(&html->view, ". <code>--redact</code> replaces them.</p>\n"));
	}
	html_raw(html, "<p>whydown ");
	html_text(html, options->version);
	html_pick(html, ", ");
	html_text(html, options->rules);
	html_raw(html, "</p></footer>\n<script>");
	buf_add(html->out, html_script);
	html_raw(html, "</script>\n</body>\n</html>\n");
}

static void widen(int64_t *first_ns, int64_t *last_ns, int64_t from_ns, int64_t to_ns)
{
	if (from_ns != TIME_NONE) {
		*first_ns = *first_ns == TIME_NONE || from_ns < *first_ns ? from_ns : *first_ns;
		*last_ns = to_ns > *last_ns ? to_ns : *last_ns;
	}
}

/* What the lanes show: what went wrong with some time around it, else all that is dated. */
static void find_span(struct html *html)
{
	const struct digest *digest = html->view.findings->digest;
	int64_t first_ns = TIME_NONE, last_ns = TIME_NONE;
	vec_foreach (const struct episode, episode, &digest->episodes) {
		widen(&first_ns, &last_ns, episode->first_ns, episode->last_ns);
	}
	/* Inputs tell their own times, which are others where a clock was put right. */
	for (size_t i = 0; html->view.findings->clocks.count == 0 && i < digest->input_count; i++) {
		widen(&first_ns, &last_ns, digest->inputs[i].first_ns, digest->inputs[i].last_ns);
	}
	html->from_ns = first_ns;
	html->to_ns = last_ns;
	int64_t around;
	if (first_ns == TIME_NONE || html->view.from_ns == TIME_NONE ||
	    __builtin_sub_overflow(html->view.to_ns, html->view.from_ns, &around)) {
		return;
	}
	around = around / 6 + NS_PER_SEC;
	if (html->view.from_ns > first_ns && html->view.from_ns - first_ns > around) {
		html->from_ns = html->view.from_ns - around;
	}
	if (html->view.to_ns < last_ns && last_ns - html->view.to_ns > around) {
		html->to_ns = html->view.to_ns + around;
	}
	html->to_ns += (html->to_ns - html->from_ns) / 40; /* so that a stop at the end is seen */
}

static bool write_html(const struct findings *findings, const struct report_options *options,
                       struct buf *out, struct error *err)
{
	(void)err;
	struct html html = {.out = out};
	view_init(&html.view, findings, options);
	find_span(&html);
	write_head(&html);
	write_verdict(&html);
	write_contents(&html);
	write_chain(&html);
	write_stops(&html);
	html_lanes(&html);
	html_latencies(&html);
	write_reasons(&html);
	write_advice(&html);
	html_coverage(&html);
	html_episodes(&html);
	write_foot(&html);
	view_finish(&html.view);
	return true;
}

const struct reporter reporter_html = {.name = "html", .write = write_html};
