/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct events_output {
	struct output output;
	bool is_csv;
	FILE *spool; /* with --redact: all events, until it is known what must go. Has no name. */
	struct arena tmp;
};

static void add_event(void *context, const struct event *event, const struct source *source)
{
	struct events_output *to = context;
	struct str component;
	str_cut(event->kind->id, STR("."), &component, NULL);
	struct str instance = event->instance.len > 0 ? event->instance : cause_instance(source, &to->tmp);
	if (to->spool != NULL) {
		struct buf line = {0};
		report_event_ndjson(event, component, instance, &line);
		fwrite(line.ptr, 1, line.len, to->spool);
		buf_finish(&line);
	} else if (to->is_csv) {
		report_event_csv(event, component, instance, output_text(&to->output));
	} else {
		report_event_ndjson(event, component, instance, output_text(&to->output));
	}
	arena_reset(&to->tmp);
}

/* A line of the spool, redacted. */
static void add_redacted(struct events_output *to, struct redactor *redactor, struct str line)
{
	struct buf redacted = {0};
	redactor_json(redactor, line, &redacted);
	if (to->is_csv) {
		report_event_csv_from(buf_str(&redacted), output_text(&to->output));
	} else {
		buf_add(output_text(&to->output), buf_str(&redacted));
		buf_byte(output_text(&to->output), '\n');
	}
	buf_finish(&redacted);
}

/* All that was spooled: what is sensitive in it is learned first. Returns: STATUS_OK, or STATUS_FAILED after a line on
 * stderr. */
static int print_spool(const struct options *options, struct digest *digest, struct events_output *to)
{
	struct redactor *redactor = redaction_key(options, digest, STR(""));
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;
	for (int pass = 0; pass < 2; pass++) {
		rewind(to->spool);
		while ((len = getline(&line, &capacity, to->spool)) > 0) {
			struct str text = str_trim((struct str){line, (size_t)len});
			if (pass == 0) {
				redactor_learn_json(redactor, text);
			} else {
				add_redacted(to, redactor, text);
			}
		}
	}
	free(line); /* of getline */
	return ferror(to->spool) != 0 ? complain(STATUS_FAILED, "--redact: the temporary file cannot be used; check TMPDIR")
	                              : STATUS_OK;
}

static int print_events(const struct options *options, const struct knowledge *knowledge, struct events_output *to)
{
	struct input_list list = {0};
	struct scan_result result;
	struct digest digest;
	size_t failed;
	digest_init(&digest);
	inputs_expand(options, &list, &failed);
	struct scan_options scan = scan_options_of(options, knowledge);
	scan.event = add_event;
	scan.context = to;
	if (to->is_csv) {
		report_event_csv_head(output_text(&to->output));
	}
	progress_scan(options, &list, &scan, &digest, &result);
	int status = inputs_complain(options, &result, failed);
	if (to->spool != NULL && print_spool(options, &digest, to) != STATUS_OK) {
		status = STATUS_FAILED;
	}
	scan_result_finish(&result);
	digest_finish(&digest);
	input_list_finish(&list);
	return status;
}

static int run(struct options *options)
{
	struct events_output to = {.is_csv = str_equals(options->format, STR("csv"))};
	if (options->format.len > 0 && !to.is_csv && !str_equals(options->format, STR("ndjson"))) {
		return complain(STATUS_USAGE, "-f: '%.*s' is not known; write ndjson or csv", STR_ARG(options->format));
	}
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "events: no PATH given; name log files, folders, archives, or - for standard input");
	}
	struct knowledge knowledge;
	int status = knowledge_load(&knowledge, options);
	if (status == STATUS_OK && options->redaction != NULL && (to.spool = tmpfile()) == NULL) {
		status = complain(STATUS_FAILED, "--redact: no temporary file: %s; check TMPDIR", error_system(errno));
	}
	if (status == STATUS_OK) {
		status = output_begin(&to.output, options);
	}
	if (status == STATUS_OK) {
		status = print_events(options, &knowledge, &to);
		if (status == STATUS_FAILED) {
			output_drop(&to.output);
		} else {
			int written = output_end(&to.output);
			status = written != STATUS_OK ? written : status;
		}
	}
	if (to.spool != NULL) {
		fclose(to.spool);
	}
	knowledge_finish(&knowledge);
	arena_finish(&to.tmp);
	return status;
}

const struct command command_events = {
        .name = "events",
        .usage = "[OPTIONS] PATH...",
        .summary = TEXT_MARK("every recognised event, one a line (ndjson, csv)"),
        .run = run,
};
