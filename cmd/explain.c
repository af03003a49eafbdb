/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "base/vec.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static size_t terminal_columns(void)
{
	struct winsize size;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 0;
}

static void print_signs(const struct options *options, const struct sign_list *signs, struct buf *out)
{
	static const char *const states[] = {[SIGN_SEEN] = "seen", [SIGN_ABSENT] = "absent",
	                                     [SIGN_NOT_OBSERVABLE] = "not observable", [SIGN_NO_LIFT] = "seen all day"};
	for (size_t i = 0; i < signs->count; i++) {
		const struct sign_state *sign = &signs->items[i];
		buf_printf(out, "%-15s %s " STR_FMT ": " STR_FMT "\n", states[sign->state], sign->is_against ? "against," : "for,",
		           STR_ARG(sign->strength), STR_ARG(text_in(&sign->say, options->lang)));
		for (size_t j = 0; j < sign->evidence.count && j < 2; j++) {
			const struct event_origin *origin = &sign->evidence.items[j]->origin;
			buf_printf(out, "                " STR_FMT ":%llu\n", STR_ARG(origin->path), (unsigned long long)origin->line);
		}
	}
}

static bool print_report(const struct options *options, const struct knowledge *knowledge, const struct findings *findings,
                         const struct reporter *reporter, struct buf *out, struct error *err)
{
	bool is_terminal = options->output == NULL && isatty(STDOUT_FILENO);
	bool is_for_people = strcmp(reporter->name, "json") != 0;
	struct report_options report = {.lang = is_for_people || options->has_lang ? options->lang : TEXT_EN,
	                                .zone = options->zone,
	                                .columns = is_terminal ? terminal_columns() : 0,
	                                .has_color = options->has_color && options->output == NULL,
	                                .is_verdict_last = is_terminal,
	                                .verbosity = options->verbosity,
	                                .version = STR(WHYDOWN_VERSION),
	                                .rules = rule_pack_version(knowledge->pack)};
	return reporter->write(findings, &report, out, err);
}

static bool is_found(const struct options *options, const struct findings *findings)
{
	bool is_stopped = findings->verdict.stopped == ANSWER_YES;
	bool is_degraded = findings->verdict.cause.len > 0 && !str_equals(findings->verdict.cause, STR("unknown"));
	return (options->fails_on_stop && is_stopped) || (options->fails_on_degraded && is_degraded);
}

static int explain(const struct options *options, const struct knowledge *knowledge, const struct reporter *reporter)
{
	struct input_list list = {0};
	size_t failed;
	inputs_expand(options, &list, &failed);
	if (list.count == 0 && failed > 0) {
		input_list_finish(&list);
		return STATUS_FAILED;
	}
	struct scan_options scan = scan_options_of(options, knowledge);
	struct scan_result result;
	struct digest digest;
	digest_init(&digest);
	scan_inputs(&list, &scan, &digest, &result);
	int status = inputs_complain(options, &result, failed);
	struct cause_options how = {.assume_offset_ns = options->assume_offset_ns, .why_not = options->why_not};
	struct findings findings;
	struct sign_list signs = {0};
	struct buf out = {0};
	struct error err = {0};
	cause_explain(knowledge->causes, &digest, &how, &findings, &signs);
	if (options->why_not != NULL) {
		print_signs(options, &signs, &out);
	} else if (!print_report(options, knowledge, &findings, reporter, &out, &err)) {
		status = complain(STATUS_FAILED, "%s", err.text);
	}
	int written = status == STATUS_FAILED ? STATUS_OK : output_write(options, buf_str(&out));
	status = written != STATUS_OK ? written : status;
	if (status == STATUS_OK && is_found(options, &findings)) {
		status = STATUS_FOUND;
	}
	vec_foreach (struct sign_state, sign, &signs) {
		vec_finish(&sign->evidence);
	}
	vec_finish(&signs);
	buf_finish(&out);
	findings_finish(&findings);
	digest_finish(&digest);
	scan_result_finish(&result);
	input_list_finish(&list);
	return status;
}

static int run(struct options *options)
{
	struct str format = options->format.len > 0 ? options->format : STR("text");
	const struct reporter *reporter = reporter_find(format);
	if (reporter == NULL) {
		return complain(STATUS_USAGE, "-f: '" STR_FMT "' is not known; write text or json", STR_ARG(format));
	}
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "explain: no PATH given; name log files, folders, archives, or - for standard input");
	}
	struct knowledge knowledge;
	int status = knowledge_load(&knowledge, options);
	if (status != STATUS_OK) {
		return status;
	}
	if (options->why_not != NULL && cause_title(knowledge.causes, str_from(options->why_not)) == NULL) {
		status = complain(STATUS_USAGE, "--why-not: there is no cause '%s'", options->why_not);
	} else {
		status = explain(options, &knowledge, reporter);
	}
	knowledge_finish(&knowledge);
	return status;
}

const struct command command_explain = {
        .name = "explain",
        .usage = "[OPTIONS] PATH...",
        .summary = "why did it stop (what is done without a command)",
        .run = run,
};
