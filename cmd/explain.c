/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns and rows of the terminal; COLUMNS and LINES win. 0: not known. */
static struct winsize terminal_size(void)
{
	struct winsize size = {0};
	const char *columns = getenv("COLUMNS"), *rows = getenv("LINES");
	uint64_t number;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
		size = (struct winsize){0};
	}
	if (columns != NULL && str_to_uint64(str_from(columns), &number) && number > 0 &&
	    number < 10000) {
		size.ws_col = (unsigned short)number;
	}
	if (rows != NULL && str_to_uint64(str_from(rows), &number) && number > 0 &&
	    number < 10000) {
		size.ws_row = (unsigned short)number;
	}
	return size;
}

/* Whether the terminal shows ASCII only. What goes elsewhere is the same whatever the locale. */
static bool is_ascii_terminal(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *term = getenv("TERM"), *locale = NULL;
	for (size_t i = 0;
	     i < sizeof(names) / sizeof(names[0]) && (locale == NULL || locale[0] == '\0'); i++) {
		locale = getenv(names[i]);
	}
	bool is_utf8 = locale != NULL &&
	               (strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL);
	return !is_utf8 || (term != NULL && strcmp(term, "dumb") == 0);
}

static void add_sign(const struct options *options, const struct sign_state *sign,
                     struct redactor *redactor, struct buf *out)
{
	struct str say = text_in(&sign->say, options->lang);
	if (redactor != NULL) {
		redactor_text(redactor, say, out);
	} else {
		buf_add(out, say);
	}
	buf_byte(out, '\n');
	for (size_t j = 0; j < sign->evidence.count && j < 2; j++) {
		const struct event_origin *origin = &sign->evidence.items[j]->origin;
		buf_printf(out, "                ");
		if (redactor != NULL) {
			redactor_path(redactor, origin->path, out);
		} else {
			buf_add(out, origin->path);
		}
		buf_printf(out, ":%llu\n", (unsigned long long)origin->line);
	}
}

static void print_signs(const struct options *options, const struct sign_list *signs,
                        struct redactor *redactor, struct buf *out)
{
	static const char *const states[] = {[SIGN_SEEN] = "seen",
	                                     [SIGN_ABSENT] = "absent",
	                                     [SIGN_NOT_OBSERVABLE] = "not observable",
	                                     [SIGN_NO_LIFT] = "seen all day"};
	for (size_t i = 0; i < signs->count; i++) {
		const struct sign_state *sign = &signs->items[i];
		buf_printf(out, "%-15s %s " STR_FMT ": ", states[sign->state],
		           sign->is_against ? "against," : "for,", STR_ARG(sign->strength));
		add_sign(options, sign, redactor, out);
	}
}

static struct report_options report_options_of(const struct options *options,
                                               const struct report_options *made_by,
                                               const struct reporter *reporter)
{
	bool is_terminal = options->output == NULL && isatty(STDOUT_FILENO);
	bool is_for_people = strcmp(reporter->name, "json") != 0;
	return (struct report_options){.lang = is_for_people || options->has_lang ? options->lang
	                                                                          : TEXT_EN,
	                               .zone = options->zone,
	                               .columns = is_terminal ? terminal_size().ws_col : 0,
	                               .has_color = options->has_color && options->output == NULL,
	                               .is_ascii = is_terminal && is_ascii_terminal(),
	                               .is_verdict_last = is_terminal,
	                               .verbosity = options->verbosity,
	                               .version = made_by->version,
	                               .rules = made_by->rules,
	                               .is_redacted = made_by->is_redacted};
}

static size_t count_lines(struct str text)
{
	size_t lines = 0;
	for (size_t i = 0; i < text.len; i++) {
		lines += text.ptr[i] == '\n' ? 1 : 0;
	}
	return lines;
}

/* On a terminal what does not fit is shown by the pager, from its beginning: so the verdict stands
 * there. */
static int print_report(const struct options *options, struct report_options *report,
                        const struct findings *findings, const struct reporter *reporter,
                        struct buf *out)
{
	struct error err = {0};
	if (!reporter->write(findings, report, out, &err)) {
		return complain(STATUS_FAILED, "%s", err.text);
	}
	if (options->pager < 0 || count_lines(buf_str(out)) < terminal_size().ws_row) {
		return output_write(options, buf_str(out));
	}
	buf_clear(out);
	report->is_verdict_last = false;
	if (!reporter->write(findings, report, out, &err)) {
		return complain(STATUS_FAILED, "%s", err.text);
	}
	pager_show(options->pager, buf_str(out));
	return STATUS_OK;
}

static bool is_found(const struct options *options, const struct findings *findings)
{
	bool is_stopped = findings->verdict.stopped == ANSWER_YES;
	bool is_degraded = findings->verdict.cause.len > 0 &&
	                   !str_equals(findings->verdict.cause, STR("unknown"));
	return (options->fails_on_stop && is_stopped) ||
	       (options->fails_on_degraded && is_degraded);
}

/* All that a report can show, as the JSON report tells it. */
static void tell_all(const struct options *options, const struct report_options *made_by,
                     const struct findings *findings, struct buf *out)
{
	struct report_options report = *made_by;
	report.lang = options->lang;
	reporter_find(STR("json"))->write(findings, &report, out, NULL);
}

/* Markdown and HTML are handed on: say what is in them. */
static void say_sensitive(const struct options *options, struct report_options *report,
                          const struct findings *findings, const struct reporter *reporter)
{
	static const unsigned char no_key[REDACT_KEY_BYTES] = {0};
	bool is_handed_on =
		strcmp(reporter->name, "md") == 0 || strcmp(reporter->name, "html") == 0;
	if (report->is_redacted || !is_handed_on) {
		return;
	}
	struct buf text = {0};
	struct redactor *redactor = redactor_create(no_key);
	tell_all(options, report, findings, &text);
	redactor_learn_json(redactor, buf_str(&text));
	report->sensitive = redactor_summary(redactor, (struct arena *)(uintptr_t)&options->run);
	struct str summary = text_in(&report->sensitive, options->lang);
	if (summary.len > 0 && options->verbosity >= 0) {
		complain(STATUS_OK, "the report holds %.*s; --redact replaces them",
		         STR_ARG(summary));
	}
	redactor_destroy(redactor);
	buf_finish(&text);
}

static int print_findings(const struct options *options, const struct report_options *made_by,
                          const struct findings *findings, const struct reporter *reporter)
{
	struct buf out = {0};
	struct report_options report = report_options_of(options, made_by, reporter);
	say_sensitive(options, &report, findings, reporter);
	int status = print_report(options, &report, findings, reporter, &out);
	buf_finish(&out);
	return status == STATUS_OK && is_found(options, findings) ? STATUS_FOUND : status;
}

static int print_why_not(const struct options *options, const struct sign_list *signs,
                         struct redactor *redactor)
{
	struct buf out = {0};
	print_signs(options, signs, redactor, &out);
	int status = output_write(options, buf_str(&out));
	buf_finish(&out);
	return status;
}

/* The redacted copy of a report, printed like any saved one. */
static int print_redacted(const struct options *options, const struct report_options *made_by,
                          struct str text, struct redactor *redactor,
                          const struct reporter *reporter)
{
	struct buf redacted = {0};
	struct report_saved saved;
	struct error err = {0};
	redactor_json(redactor, text, &redacted);
	if (!report_saved_read(&saved, buf_str(&redacted), &err)) {
		buf_finish(&redacted);
		return complain(STATUS_FAILED, "--redact: %s", err.text);
	}
	struct report_options by = *made_by;
	by.is_redacted = true;
	int status = print_findings(options, &by, &saved.findings, reporter);
	report_saved_finish(&saved);
	buf_finish(&redacted);
	return status;
}

static int print_all(const struct options *options, const struct report_options *made_by,
                     const struct findings *findings, const struct sign_list *signs,
                     const struct reporter *reporter)
{
	struct redactor *redactor = redaction_key(options, findings->digest, STR(""));
	struct buf text = {0};
	if (redactor != NULL) {
		tell_all(options, made_by, findings, &text);
		redactor_learn_digest(redactor, findings->digest);
		redactor_learn_json(redactor, buf_str(&text));
	}
	int status = options->why_not != NULL ? print_why_not(options, signs, redactor)
	             : redactor != NULL
	                     ? print_redacted(options, made_by, buf_str(&text), redactor, reporter)
	                     : print_findings(options, made_by, findings, reporter);
	buf_finish(&text);
	return status;
}

static int explain_digest(const struct options *options, const struct knowledge *knowledge,
                          struct digest *digest, const struct reporter *reporter)
{
	struct cause_options how = {.assume_offset_ns = options->assume_offset_ns,
	                            .why_not = options->why_not};
	struct report_options made_by = {.version = STR(WHYDOWN_VERSION),
	                                 .rules = rule_pack_version(knowledge->pack)};
	struct findings findings;
	struct sign_list signs = {0};
	redaction_key(options, digest, STR("")); /* while what was read is as it was read */
	cause_explain(knowledge->causes, digest, &how, &findings, &signs);
	int status = print_all(options, &made_by, &findings, &signs, reporter);
	vec_foreach (struct sign_state, sign, &signs) {
		vec_finish(&sign->evidence);
	}
	vec_finish(&signs);
	findings_finish(&findings);
	return status;
}

/* ---- saved reports ---- */

/* What was asked for that a saved report cannot give; NULL: nothing. */
static const char *needs_logs(const struct options *options)
{
	return options->why_not != NULL                 ? "--why-not"
	       : options->since_ns != TIME_NONE         ? "--since"
	       : options->until_ns != TIME_NONE         ? "--until"
	       : options->assume_offset_ns != TIME_NONE ? "--assume-tz"
	                                                : NULL;
}

/* Whether anything but the report was found; damage of the report itself is listed under its path.
 */
static bool is_alone(const struct scan_result *result, const struct digest *digest)
{
	for (size_t i = 0; i < digest->document_count; i++) {
		if (!str_equals(digest->documents[i].path, result->whole.items[0].path)) {
			return false;
		}
	}
	return result->whole.count == 1 && digest->source_count == 0;
}

static bool is_named(const struct options *options, struct str path)
{
	for (size_t i = 0; i < options->path_count; i++) {
		if (str_equals(options->paths[i], path)) {
			return true;
		}
	}
	return false;
}

/* Whether the reports only lay among the logs, in a folder or an archive: then they are no input.
 */
static bool pass_over(const struct options *options, const struct scan_result *result,
                      struct digest *digest)
{
	if (is_alone(result, digest) || digest->source_count == 0) {
		return false;
	}
	vec_foreach (const struct scan_whole, whole, &result->whole) {
		if (is_named(options, whole->path)) {
			return false;
		}
	}
	vec_foreach (const struct scan_whole, whole, &result->whole) {
		digest_document(digest,
		                &(struct document){.path = whole->path,
		                                   .what = STR(TEXT_MARK("saved whydown report, not read")),
		                                   .bytes = whole->text.len});
	}
	return true;
}

static enum scan_way way_with_saved(struct str head)
{
	enum report_made made = report_recognise(head);
	return made == REPORT_SAVED     ? SCAN_WHOLE
	       : made == REPORT_PRINTED ? SCAN_PASS_OVER
	                                : SCAN_READ;
}

static int explain_saved(const struct options *options, const struct scan_result *result,
                         const struct digest *digest, const struct reporter *reporter)
{
	const struct scan_whole *whole = &result->whole.items[0];
	const char *asked = needs_logs(options);
	struct report_saved saved;
	struct error err = {0};
	if (!is_alone(result, digest)) {
		return complain_of(options, STATUS_USAGE, whole->path,
		                   "is a saved report, which stands alone; leave it out, or "
		                   "name nothing else");
	}
	if (asked != NULL) {
		return complain_of(options, STATUS_USAGE, whole->path,
		                   "is a saved report, and %s needs the logs; name those", asked);
	}
	if (whole->is_too_long) {
		return complain_of(options, STATUS_FAILED, whole->path,
		                   "is a saved report of more than %d MB; render the logs",
		                   SCAN_WHOLE_MAX >> 20);
	}
	if (!report_saved_read(&saved, buf_str(&whole->text), &err)) {
		return complain_of(options, STATUS_FAILED, whole->path, "saved report: %s",
		                   err.text);
	}
	struct report_options made_by = {
		.version = saved.version, .rules = saved.rules, .is_redacted = saved.is_redacted};
	struct redactor *redactor =
		saved.is_redacted ? NULL : redaction_key(options, NULL, buf_str(&whole->text));
	if (redactor != NULL) {
		redactor_learn_json(redactor, buf_str(&whole->text));
	}
	int status = redactor != NULL
	                     ? print_redacted(options, &made_by, buf_str(&whole->text), redactor,
	                                      reporter)
	                     : print_findings(options, &made_by, &saved.findings, reporter);
	report_saved_finish(&saved);
	return status;
}

static int explain(const struct options *options, const struct knowledge *knowledge,
                   const struct reporter *reporter)
{
	struct input_list list = {0};
	size_t failed;
	inputs_expand(options, &list, &failed);
	if (list.count == 0 && failed > 0) {
		input_list_finish(&list);
		return STATUS_FAILED;
	}
	struct scan_options scan = scan_options_of(options, knowledge);
	scan.way = way_with_saved;
	struct scan_result result;
	struct digest digest;
	digest_init(&digest);
	progress_scan(options, &list, &scan, &digest, &result);
	int read = inputs_complain(options, &result, failed), status = STATUS_FAILED;
	if (read != STATUS_FAILED) {
		status = result.whole.count > 0 && !pass_over(options, &result, &digest)
		                 ? explain_saved(options, &result, &digest, reporter)
		                 : explain_digest(options, knowledge, &digest, reporter);
	}
	digest_finish(&digest);
	scan_result_finish(&result);
	input_list_finish(&list);
	return status == STATUS_OK || (status == STATUS_FOUND && read != STATUS_OK) ? read : status;
}

static int run(struct options *options)
{
	struct str format = options->format.len > 0 ? options->format : STR("text");
	const struct reporter *reporter = reporter_find(format);
	if (reporter == NULL) {
		return complain(STATUS_USAGE,
		                "-f: '%.*s' is not known; write text, md, html or json",
		                STR_ARG(format));
	}
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "explain: no PATH given; name log files, folders, "
		                              "archives, or - for standard input");
	}
	if (options->why_not == NULL && strcmp(reporter->name, "html") == 0 &&
	    options->output == NULL && isatty(STDOUT_FILENO)) {
		return complain(STATUS_USAGE,
		                "-f html: a terminal cannot show it; write it with -o FILE");
	}
	struct knowledge knowledge;
	bool is_long = options->why_not == NULL && strcmp(reporter->name, "text") == 0;
	options->pager =
		is_long && options->output == NULL && isatty(STDOUT_FILENO) ? pager_begin() : -1;
	int status = knowledge_load(&knowledge, options);
	if (status != STATUS_OK) {
		pager_end(options->pager);
		return status;
	}
	if (options->why_not != NULL &&
	    cause_title(knowledge.causes, str_from(options->why_not)) == NULL) {
		status = complain(STATUS_USAGE, "--why-not: there is no cause '%s'",
		                  options->why_not);
	} else {
		status = explain(options, &knowledge, reporter);
	}
	knowledge_finish(&knowledge);
	pager_end(options->pager);
	return status;
}

const struct command command_explain = {
	.name = "explain",
	.usage = "[OPTIONS] PATH...",
	.summary = TEXT_MARK("why did it stop (what is done without a command)"),
	.run = run,
};
