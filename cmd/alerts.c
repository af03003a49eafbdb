/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"
#include "command.h"

static int print_alerts(const struct options *options, const struct findings *findings)
{
	struct report_options report = {.lang = options->lang,
	                                .version = STR(WHYDOWN_VERSION),
	                                .is_redacted = options->is_redacted};
	struct error err = {0};
	struct buf out = {0};
	enum report_alerts_format format =
		str_equals(options->format, STR("md")) ? REPORT_ALERTS_PAGE : REPORT_ALERTS_YAML;
	int status = report_alerts(findings, &report, format, &out, &err)
	                     ? output_write(options, buf_str(&out))
	                     : complain(STATUS_FAILED, "%s", err.text);
	buf_finish(&out);
	return status;
}

static int print_of_report(const struct options *options, const struct scan_result *result)
{
	struct report_saved saved;
	struct error err = {0};
	if (result->whole.count != 1) {
		return complain_of(
			options, STATUS_USAGE, options->paths[0],
			"is no saved report; make one: whydown -f json LOGS > report.json");
	}
	const struct scan_whole *whole = &result->whole.items[0];
	if (whole->is_too_long) {
		return complain_of(options, STATUS_FAILED, whole->path,
		                   "is a saved report of more than %d MB", SCAN_WHOLE_MAX >> 20);
	}
	if (!report_saved_read(&saved, buf_str(&whole->text), &err)) {
		return complain_of(options, STATUS_FAILED, whole->path, "saved report: %s",
		                   err.text);
	}
	int status = print_alerts(options, &saved.findings);
	report_saved_finish(&saved);
	return status;
}

static enum scan_way way_with_saved(struct str head)
{
	return report_recognise(head) == REPORT_SAVED ? SCAN_WHOLE : SCAN_READ;
}

static int print_with_report(const struct options *options, const struct knowledge *knowledge)
{
	struct input_list list = {0};
	struct scan_result result;
	struct digest digest;
	size_t failed;
	inputs_expand(options, &list, &failed);
	if (failed > 0) {
		input_list_finish(&list);
		return STATUS_FAILED;
	}
	struct scan_options scan = scan_options_of(options, knowledge);
	scan.way = way_with_saved;
	digest_init(&digest);
	progress_scan(options, &list, &scan, &digest, &result);
	redaction_key(options, &digest, STR(""));
	int status = inputs_complain(options, &result, failed);
	if (status != STATUS_FAILED) {
		int printed = print_of_report(options, &result);
		status = printed != STATUS_OK ? printed : status;
	}
	digest_finish(&digest);
	scan_result_finish(&result);
	input_list_finish(&list);
	return status;
}

static int run(struct options *options)
{
	if (options->format.len > 0 && !str_equals(options->format, STR("yaml")) &&
	    !str_equals(options->format, STR("md"))) {
		return complain(STATUS_USAGE, "-f: '%.*s' is not known; write yaml or md",
		                STR_ARG(options->format));
	}
	if (options->path_count > 1) {
		return complain(STATUS_USAGE, "alerts: more than one REPORT given; name one");
	}
	if (options->path_count == 0) {
		return print_alerts(options, NULL);
	}
	struct knowledge knowledge;
	int status = knowledge_load(&knowledge, options);
	if (status == STATUS_OK) {
		status = print_with_report(options, &knowledge);
		knowledge_finish(&knowledge);
	}
	return status;
}

const struct command command_alerts = {
	.name = "alerts",
	.usage = "[OPTIONS] [REPORT]",
	.summary = TEXT_MARK("Prometheus alerting rules for early signs (yaml, md)"),
	.run = run,
};
