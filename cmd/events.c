/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <string.h>

struct events_output {
	struct buf text;
	bool is_csv;
};

static void add_event(void *context, const struct event *event, const struct source *source)
{
	struct events_output *to = context;
	struct str component;
	str_cut(event->kind->id, STR("."), &component, NULL);
	struct str instance = event->instance.len > 0 ? event->instance : source->container.len > 0 ? source->container : source->instance;
	if (to->is_csv) {
		report_event_csv(event, component, instance, &to->text);
	} else {
		report_event_ndjson(event, component, instance, &to->text);
	}
}

static int run(struct options *options)
{
	struct events_output to = {.is_csv = str_equals(options->format, STR("csv"))};
	if (options->format.len > 0 && !to.is_csv && !str_equals(options->format, STR("ndjson"))) {
		return complain(STATUS_USAGE, "-f: '" STR_FMT "' is not known; write ndjson or csv", STR_ARG(options->format));
	}
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "events: no PATH given; name log files, folders, archives, or - for standard input");
	}
	struct knowledge knowledge;
	int status = knowledge_load(&knowledge, options);
	if (status != STATUS_OK) {
		return status;
	}
	struct input_list list = {0};
	struct scan_result result;
	struct digest digest;
	size_t failed;
	digest_init(&digest);
	inputs_expand(options, &list, &failed);
	struct scan_options scan = scan_options_of(options, &knowledge);
	scan.event = add_event;
	scan.context = &to;
	if (to.is_csv) {
		report_event_csv_head(&to.text);
	}
	scan_inputs(&list, &scan, &digest, &result);
	status = inputs_complain(options, &result, failed);
	int written = status == STATUS_FAILED ? STATUS_OK : output_write(options, buf_str(&to.text));
	buf_finish(&to.text);
	scan_result_finish(&result);
	digest_finish(&digest);
	input_list_finish(&list);
	knowledge_finish(&knowledge);
	return written != STATUS_OK ? written : status;
}

const struct command command_events = {
        .name = "events",
        .usage = "[OPTIONS] PATH...",
        .summary = "every recognised event, one a line (ndjson, csv)",
        .run = run,
};
