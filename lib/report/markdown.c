/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for GitHub issues. Log text is hostile: it stands in code only, where nothing is
 * markup and nobody is mentioned. Sections are written whole or not at all, so that the limit on
 * length never cuts one open.
 */
#include "report/reporters.h"
#include "report/view.h"

#include <math.h>

enum {
	MARKDOWN_MAX = 65000, /* bytes: GitHub refuses bodies above 65,536 characters */
	MARKDOWN_TAIL = 1000, /* room for the last lines */
	SENTENCE_MAX = 1000,  /* bytes of a sentence */
	LINE_MAX_BYTES = 600, /* of a log line */
	CODE_MAX = 200,       /* of a path or name */
	ROWS_BYTES = 12000,   /* of a list or table, so that one cannot take the room of all */
	ROWS_MAX = 40,
	LOG_LINES_MAX = 40
};

struct markdown {
	struct view view;
	struct buf *out;
	struct buf section; /* being written */
	const char *title;  /* of the section, in English */
	struct buf left;    /* titles of those that had no room */
};

#define MD_PICK(en) view_pick(&md->view, (en))

/* ---- text made harmless ---- */

static size_t longest_run(struct str text, char byte)
{
	size_t longest = 0, run = 0;
	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == byte ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

static void repeat(struct buf *out, char byte, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_byte(out, byte);
	}
}

/* A code span. In a table a pipe would end the cell, also inside code and behind two backslashes:
 * it is a broken bar there. */
static void add_code(struct markdown *md, struct str text, bool is_in_table)
{
	struct str safe = text_safe(&md->view.tmp, text_cut_bytes(text, CODE_MAX));
	size_t ticks = longest_run(safe, '`') + 1;
	if (str_trim(safe).len == 0) {
		return;
	}
	repeat(&md->section, '`', ticks);
	buf_byte(&md->section, ' ');
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.ptr[i] == '|' && is_in_table) {
			buf_add(&md->section, STR("\xc2\xa6"));
		} else {
			buf_byte(&md->section, safe.ptr[i]);
		}
	}
	buf_byte(&md->section, ' ');
	repeat(&md->section, '`', ticks);
}

/* Whether a word could become a link or a mention: an address, @name, #12, a commit's hash. */
static bool is_telling(struct str word)
{
	size_t hex = 0, longest = 0;
	for (size_t i = 0; i < word.len; i++) {
		char byte = word.ptr[i];
		bool is_hex = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
		              (byte >= 'A' && byte <= 'F');
		hex = is_hex ? hex + 1 : 0;
		longest = hex > longest ? hex : longest;
	}
	return longest >= 7 || str_find_byte(word, '@') >= 0 || str_find_byte(word, '#') >= 0 ||
	       str_contains(word, STR("://")) || str_contains(word, STR("www.")) ||
	       str_contains(word, STR("GH-")) || str_contains(word, STR("gh-"));
}

/* Whether a byte, as it stands in a word, could be markup. */
static bool is_markup(struct str word, size_t at)
{
	static const char always[] = "\\`*_{}[]()<>#!|~&$^", alone[] = "-+=";
	uint64_t number;
	if (str_find_byte(STR(always), word.ptr[at]) >= 0) {
		return true;
	}
	if (str_find_byte(STR(alone), word.ptr[at]) >= 0) {
		return at == 0 && longest_run(word, word.ptr[0]) == word.len; /* "-", "---" */
	}
	return word.ptr[at] == '.' && at + 1 == word.len &&
	       str_to_uint64(str_slice(word, 0, at), &number); /* "1." */
}

static void add_escaped(struct markdown *md, struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (is_markup(word, i)) {
			buf_byte(&md->section, '\\');
		}
		buf_byte(&md->section, word.ptr[i]);
	}
}

static void add_words(struct markdown *md, struct str text, bool is_in_table)
{
	while (text.len > 0) {
		ptrdiff_t blank = str_find_byte(text, ' ');
		struct str word = blank < 0 ? text : str_slice(text, 0, (size_t)blank);
		if (is_telling(word)) {
			add_code(md, word, is_in_table);
		} else {
			add_escaped(md, word);
		}
		text = str_skip(text, word.len);
		if (text.len > 0) {
			buf_byte(&md->section, ' ');
			text = str_skip(text, 1);
		}
	}
}

/* A sentence: what it quotes in back-ticks is code, the rest is plain text. */
static void add_text(struct markdown *md, struct str text, bool is_in_table)
{
	struct str safe = text_safe(&md->view.tmp, text_cut_bytes(text, SENTENCE_MAX));
	while (safe.len > 0) {
		ptrdiff_t open = str_find_byte(safe, '`');
		ptrdiff_t close =
			open < 0 ? -1 : str_find_byte(str_skip(safe, (size_t)open + 1), '`');
		if (close <= 0) {
			add_words(md, safe, is_in_table);
			return;
		}
		add_words(md, str_slice(safe, 0, (size_t)open), is_in_table);
		add_code(md, str_slice(safe, (size_t)open + 1, (size_t)(open + 1 + close)),
		         is_in_table);
		safe = str_skip(safe, (size_t)(open + close) + 2);
	}
}

static void add_plain(struct markdown *md, const char *text)
{
	buf_add(&md->section, str_from(text));
}

static void add_both(struct markdown *md, const struct text_both *both, bool is_in_table)
{
	add_text(md, view_text(&md->view, both), is_in_table);
}

/* ---- sections ---- */

static void heading(struct markdown *md, const char *en)
{
	buf_printf(&md->section, "\n### %s\n\n", MD_PICK(en));
	md->title = en;
}

/* Whether a list goes on with its item number i. */
static bool has_room(const struct markdown *md, size_t i)
{
	return i < ROWS_MAX && md->section.len < ROWS_BYTES;
}

/* What a list or table has no room for. */
static void say_more(struct markdown *md, size_t shown, size_t count)
{
	if (shown < count) {
		buf_printf(&md->section, MD_PICK("\n... and %zu more\n"), count - shown);
	}
}

static void add_comma(struct markdown *md, struct buf *list)
{
	if (list->len > 0) {
		buf_add(list, str_from(MD_PICK(", ")));
	}
}

/* Put the section behind the others, if there is room. */
static void end_section(struct markdown *md)
{
	if (md->out->len + md->section.len + MARKDOWN_TAIL <= MARKDOWN_MAX) {
		buf_add(md->out, buf_str(&md->section));
	} else if (md->title != NULL) {
		struct str title = str_from(MD_PICK(md->title));
		if (!str_ends(buf_str(&md->left), title)) {
			add_comma(md, &md->left);
			buf_add(&md->left, title);
		}
	}
	buf_clear(&md->section);
}

static void end_list(struct markdown *md, size_t shown, size_t count)
{
	say_more(md, shown, count);
	end_section(md);
}

static void brief_line(struct markdown *md, const char *en, struct str text)
{
	if (text.len > 0) {
		buf_printf(&md->section, "- **%s** ", MD_PICK(en));
		add_text(md, text, false);
		add_plain(md, "\n");
	}
}

static void write_answer(struct markdown *md)
{
	const struct view_brief *brief = &md->view.brief;
	add_plain(md, "## ");
	add_text(md, brief->what, false);
	add_plain(md, "\n\n");
	brief_line(md, "When:", brief->when);
	brief_line(md, "Why:", brief->why);
	brief_line(md, "How sure:", brief->sure);
	brief_line(md, "First:", brief->first);
	if (md->view.findings->verdict.is_excerpt &&
	    md->view.findings->named.reasons_for.count > 0) {
		buf_printf(
			&md->section, "\n%s\n",
			MD_PICK("These are pieces of a log: what is not in them proves nothing."));
	}
	end_section(md);
}

static void environment_row(struct markdown *md, const char *name, struct str value)
{
	buf_printf(&md->section, "| %s | ", name);
	if (value.len > 0) {
		add_code(md, value, true);
	} else {
		add_plain(md, MD_PICK("not known"));
	}
	add_plain(md, " |\n");
}

static void write_environment(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	heading(md, "Environment");
	add_plain(md, "| | |\n|---|---|\n");
	environment_row(md, MD_PICK("Milvus version"), findings->environment.milvus_version);
	environment_row(md, MD_PICK("Deployment mode (standalone or cluster)"),
	                findings->environment.deployment);
	environment_row(md, MD_PICK("Message queue"), findings->environment.message_queue);
	environment_row(md, MD_PICK("etcd version"), findings->environment.etcd_version);
	end_section(md);
}

static void write_rows(struct markdown *md)
{
	struct view *view = &md->view;
	if (view->rows.count == 0) {
		return;
	}
	heading(md, "Timeline");
	buf_printf(&md->section, "| # | %s | %s | %s |\n|---|---|---|---|\n", MD_PICK("Time"),
	           MD_PICK("Instance"), MD_PICK("What"));
	size_t i = 0;
	for (; i < view->rows.count && has_room(md, i); i++) {
		const struct view_row *row = &view->rows.items[i];
		if (row->step > 0) {
			buf_printf(&md->section, "| %zu | ", row->step);
		} else {
			add_plain(md, "| | ");
		}
		add_text(md, view_time(view, row->time_ns), true);
		add_plain(md, " | ");
		add_code(md, view->lanes.items[row->lane], true);
		add_plain(md, row->is_end ? " | **" : " | ");
		add_text(md, row->text, true);
		if (row->count > 1) {
			buf_printf(&md->section, " × %llu", (unsigned long long)row->count);
		}
		add_plain(md, row->is_inferred ? MD_PICK(" \\(inferred\\)") : "");
		add_plain(md, row->is_end ? "** |\n" : " |\n");
	}
	end_list(md, i, view->rows.count + view->left_out);
}

static struct str fold_line(struct markdown *md, const struct event *event)
{
	struct str safe = text_safe(&md->view.tmp, event->origin.text);
	struct str cut = text_cut_bytes(safe, LINE_MAX_BYTES);
	return cut.len < safe.len ? arena_printf(&md->view.tmp, STR_FMT "…", STR_ARG(cut)) : cut;
}

/* Lines of a fold: a fence that is longer than any run of back-ticks in it. */
static void write_fold(struct markdown *md, const struct chain_step *step, size_t number)
{
	size_t ticks = 3;
	buf_printf(&md->section, "\n<details><summary>[%zu] ", number);
	buf_printf(&md->section,
	           step->evidence.count == 1 ? MD_PICK("%zu line") : MD_PICK("%zu lines"),
	           step->evidence.count);
	add_plain(md, "</summary>\n\n");
	for (size_t i = 0; i < step->evidence.count; i++) {
		const struct event_origin *origin = &step->evidence.items[i]->origin;
		size_t run = longest_run(origin->text, '`');
		size_t in_path = longest_run(origin->path, '`');
		run = run > in_path ? run : in_path;
		ticks = run >= ticks ? run + 1 : ticks;
	}
	repeat(&md->section, '`', ticks);
	add_plain(md, "text\n");
	for (size_t i = 0; i < step->evidence.count; i++) {
		const struct event *event = step->evidence.items[i];
		text_add_safe(&md->section, view_where(&md->view, &event->origin));
		add_plain(md, "\n    ");
		buf_add(&md->section, fold_line(md, event));
		add_plain(md, "\n");
	}
	repeat(&md->section, '`', ticks);
	add_plain(md, "\n\n</details>\n");
}

static void write_proof(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	if (findings->chain.count == 0) {
		return;
	}
	heading(md, view_chain_head(&md->view, TEXT_MARK("Lines that prove it")));
	end_section(md);
	size_t i = 0;
	for (; i < findings->chain.count && i < LOG_LINES_MAX; i++) {
		if (findings->chain.items[i].evidence.count > 0) {
			write_fold(md, &findings->chain.items[i], i + 1);
			end_section(md);
		}
	}
	end_list(md, i, findings->chain.count);
}

static void write_sentences(struct markdown *md, const char *sign, const struct sentence_list *list)
{
	size_t i = 0;
	for (; i < list->count && has_room(md, i); i++) {
		buf_printf(&md->section, "- %s ", sign);
		add_both(md, &list->items[i], false);
		add_plain(md, "\n");
	}
	say_more(md, i, list->count);
}

static void write_reasons(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	if (findings->named.reasons_for.count + findings->named.reasons_against.count > 0) {
		heading(md, "Why");
		write_sentences(md, MD_PICK("for:"), &findings->named.reasons_for);
		write_sentences(md, MD_PICK("against:"), &findings->named.reasons_against);
		end_section(md);
	}
	size_t i = 0;
	for (; i < findings->rivals.count && i < ROWS_MAX; i++) {
		const struct hypothesis *rival = &findings->rivals.items[i];
		if (i == 0) {
			heading(md, "What else was considered");
		}
		add_code(md, rival->cause, false);
		buf_printf(&md->section, ", %d %%\n\n", view_percent(rival->confidence));
		write_sentences(md, MD_PICK("for:"), &rival->reasons_for);
		write_sentences(md, MD_PICK("against:"), &rival->reasons_against);
		add_plain(md, "\n");
		end_section(md);
	}
	end_list(md, i, findings->rivals.count);
}

static void write_settle(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	size_t i = 0;
	for (; i < findings->settle.count && has_room(md, i); i++) {
		if (i == 0) {
			heading(md, "What would settle it");
		}
		add_plain(md, "- **");
		add_both(md, &findings->settle.items[i].what, false);
		add_plain(md, "** ");
		add_both(md, &findings->settle.items[i].how, false);
		add_plain(md, "\n");
	}
	end_list(md, i, findings->settle.count);
}

static void write_stops(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	if (findings->stops.count < 2) {
		return;
	}
	heading(md, "Stops");
	buf_printf(&md->section, "| %s | %s | %s | %s | |\n|---|---|---|---|---|\n",
	           MD_PICK("Time"), MD_PICK("Instance"), MD_PICK("How"), MD_PICK("Cause"));
	size_t i = 0;
	for (; i < findings->stops.count && has_room(md, i); i++) {
		const struct stop *stop = &findings->stops.items[i];
		add_plain(md, "| ");
		add_text(md, view_time(&md->view, stop->time_ns), true);
		if (stop->count > 1) {
			buf_printf(&md->section, " × %llu", (unsigned long long)stop->count);
		}
		add_plain(md, " | ");
		add_code(md, stop->instance, true);
		add_plain(md, " | ");
		add_text(md, stop_how_name(stop->how), true);
		add_plain(md, " | ");
		add_code(md, stop->cause, true);
		buf_printf(&md->section, " %d %% | ", view_percent(stop->confidence));
		add_both(md, &stop->summary, true);
		add_plain(md, " |\n");
	}
	end_list(md, i, findings->stops.count);
}

static void write_measured(struct markdown *md)
{
	enum { LATENCIES_MAX = 12 };
	const struct findings *findings = md->view.findings;
	for (size_t i = 0; i < findings->latency.count && i < LATENCIES_MAX; i++) {
		const struct latency *item = &findings->latency.items[i];
		if (i == 0) {
			heading(md, "Slow operations");
			buf_printf(&md->section,
			           "| %s | %s | n | p50 | p99 | max |\n|---|---|--:|--:|--:|--:|\n",
			           MD_PICK("Instance"), MD_PICK("What"));
		}
		add_plain(md, "| ");
		add_code(md, item->instance, true);
		add_plain(md, " | ");
		add_both(md, &item->what, true);
		buf_printf(&md->section, " | %llu | " STR_FMT " | " STR_FMT " | " STR_FMT " |\n",
		           (unsigned long long)item->count,
		           STR_ARG(view_duration(&md->view, item->p50_ns)),
		           STR_ARG(view_duration(&md->view, item->p99_ns)),
		           STR_ARG(view_duration(&md->view, item->max_ns)));
	}
	end_section(md);
	size_t shown = 0, count = 0;
	for (size_t i = 0; i < findings->facts.count; i++) {
		const struct finding_fact *item = &findings->facts.items[i];
		count += isnan(item->threshold) ? 0 : 1;
		if (isnan(item->threshold) || !has_room(md, shown)) {
			continue;
		}
		if (shown++ == 0) {
			heading(md, "Measured");
		}
		add_plain(md, item->is_ok ? "- ok " : "- **BAD** ");
		add_code(md, item->fact.id, false);
		add_plain(md, " ");
		add_text(md, view_fact(&md->view, item), false);
		add_plain(md, "\n");
	}
	end_list(md, shown, count);
}

/* ---- coverage ---- */

static void write_input(struct markdown *md, const struct source *source)
{
	add_plain(md, "| ");
	add_code(md, source->path, true);
	if (source->container.len > 0) {
		add_plain(md, " ");
		add_code(md, source->container, true);
	}
	add_plain(md, " | ");
	add_code(md, source->component, true);
	buf_printf(&md->section, " | %llu / %llu | ", (unsigned long long)source->recognised,
	           (unsigned long long)source->records);
	add_text(md, view_time(&md->view, source->first_ns), true);
	add_plain(md, " | ");
	add_text(md, view_time(&md->view, source->last_ns), true);
	add_plain(md, " | ");
	add_text(md, view_words(&md->view, source->damage), true);
	add_plain(md, " |\n");
}

static void write_coverage(struct markdown *md)
{
	const struct digest *digest = md->view.findings->digest;
	heading(md, "What was read");
	buf_printf(&md->section, "| %s | | %s | %s | %s | %s |\n|---|---|--:|---|---|---|\n",
	           MD_PICK("Log"), MD_PICK("recognised / records"), MD_PICK("first time"),
	           MD_PICK("last time"), MD_PICK("damage"));
	size_t i = 0;
	for (; i < digest->input_count && has_room(md, i); i++) {
		write_input(md, &digest->inputs[i]);
	}
	end_list(md, i, digest->input_count);
	for (i = 0; i < digest->document_count && has_room(md, i); i++) {
		add_plain(md, i == 0 ? "\n- " : "- ");
		add_code(md, digest->documents[i].path, false);
		add_plain(md, " ");
		add_text(md, view_words(&md->view, digest->documents[i].what), false);
		add_plain(md, " ");
		add_text(md, view_words(&md->view, digest->documents[i].damage), false);
		add_plain(md, "\n");
	}
	end_list(md, i, digest->document_count);
	for (i = 0; i < md->view.findings->missing.count && has_room(md, i); i++) {
		const struct missing *item = &md->view.findings->missing.items[i];
		if (i == 0) {
			heading(md, "What is missing");
		}
		add_plain(md, "- **");
		add_both(md, &item->what, false);
		add_plain(md, "** ");
		add_both(md, &item->why, false);
		add_plain(md, MD_PICK("\\. "));
		add_both(md, &item->how, false);
		add_plain(md, "\n");
	}
	end_list(md, i, md->view.findings->missing.count);
}

static void write_advice(struct markdown *md)
{
	const struct findings *findings = md->view.findings;
	size_t i = 0;
	for (; i < findings->advice.count && has_room(md, i); i++) {
		if (i == 0) {
			heading(md, "What to do");
		}
		buf_printf(&md->section, "%zu. ", i + 1);
		add_both(md, &findings->advice.items[i].text, false);
		add_plain(md, "\n");
	}
	end_list(md, i, findings->advice.count);
}

static void write_tail(struct markdown *md)
{
	if (md->left.len > 0) {
		struct str left = buf_str(&md->left);
		buf_printf(md->out,
		           MD_PICK("\nLeft out, because GitHub takes 65,536 characters: %.*s.\n"),
		           STR_ARG(left));
	}
	if (text_in(&md->view.options->sensitive, md->view.options->lang).len > 0) {
		add_plain(md, MD_PICK("\nNot redacted: this report holds "));
		add_both(md, &md->view.options->sensitive, false);
		add_plain(md, MD_PICK(". `--redact` replaces them.\n"));
	}
	add_plain(md, "\n<sub>whydown ");
	add_text(md, str_slice(md->view.options->version, 0, 40), false);
	add_plain(md, MD_PICK(", "));
	add_text(md, str_slice(md->view.options->rules, 0, 60), false);
	add_plain(md, "</sub>\n");
	buf_add(md->out, buf_str(&md->section));
}

static bool write_markdown(const struct findings *findings, const struct report_options *options,
                           struct buf *out, struct error *err)
{
	(void)err;
	struct buf text = {0};
	struct markdown md = {.out = &text};
	view_init(&md.view, findings, options);
	write_answer(&md);
	write_environment(&md);
	write_rows(&md);
	write_reasons(&md);
	write_stops(&md);
	write_settle(&md);
	write_advice(&md);
	write_coverage(&md);
	write_measured(&md);
	write_proof(&md);
	write_tail(&md);
	buf_add(out, buf_str(&text));
	buf_finish(&text);
	buf_finish(&md.section);
	buf_finish(&md.left);
	view_finish(&md.view);
	return true;
}

const struct reporter reporter_markdown = {.name = "md", .write = write_markdown};
