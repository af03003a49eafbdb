/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iostat -x as text: the columns are told by each head line. The first report is the mean since
 * boot: it counts only when it is alone. With -h the device stands last and blocks of columns
 * follow each other. Source: sysstat 10.x to 12.7, iostat.c
 */
#include "side/readers.h"

/* The worst value of a column, and where it stands. */
struct worst {
	double value; /* negative: none */
	struct str line, device;
};

static const struct {
	const char *id, *unit;
	struct str column;
} wanted[] = {
	{"iostat.util_percent", "%", STR_INIT("%util")},
	{"iostat.w_await_ms", "ms", STR_INIT("w_await")},
	{"iostat.f_await_ms", "ms", STR_INIT("f_await")},
	{"iostat.await_ms", "ms", STR_INIT("await")},
	{"iostat.iowait_percent", "%", STR_INIT("%iowait")},
	{"iostat.steal_percent", "%", STR_INIT("%steal")},
};

struct report {
	struct str names[SIDE_COLUMNS_MAX];
	size_t count;
	bool has_device; /* false: the columns are of avg-cpu */
	struct str first_head;
	size_t samples;
	struct worst first[SIDE_COUNT(wanted)], later[SIDE_COUNT(wanted)];
};

static bool is_head(struct str line)
{
	bool has_device = str_starts(line, STR("Device")) || str_ends(line, STR(" Device")) ||
	                  str_ends(line, STR(" Device:"));
	return has_device && (str_contains(line, STR("/s")) || str_contains(line, STR("%util")));
}

static int bid(struct str text)
{
	struct str rest = text, line;
	ptrdiff_t at = str_find(text, STR("%util"));
	if (at < 0) {
		return 0;
	}
	while (side_line(&rest, &line)) {
		if (is_head(str_trim(line))) {
			return 90;
		}
	}
	return 0;
}

static void note(struct worst *worst, double value, struct str line, struct str device)
{
	if (value > worst->value) {
		*worst = (struct worst){value, line, device};
	}
}

static void read_row(struct report *report, struct str line)
{
	struct str values[SIDE_COLUMNS_MAX], device = STR("");
	size_t count = side_words(line, values);
	size_t offset = report->has_device ? 0 : 1; /* "avg-cpu:" is a name without a value */
	if (count + offset != report->count) {
		return;
	}
	for (size_t i = 0; report->has_device && i < count; i++) {
		if (str_starts(report->names[i], STR("Device"))) {
			device = values[i];
		}
	}
	struct worst *into = report->samples > 1 ? report->later : report->first;
	for (size_t i = 0; i < count; i++) {
		double value;
		for (size_t j = 0; j < SIDE_COUNT(wanted); j++) {
			if (str_equals(report->names[i + offset], wanted[j].column) &&
			    side_number_local(values[i], &value)) {
				note(&into[j], value, line, device);
			}
		}
	}
}

/* A report begins with the head of the processor, or of devices where it was not asked for. */
static void read_head(struct report *report, struct str line, bool has_device)
{
	report->count = side_words(line, report->names);
	report->has_device = has_device;
	if (report->first_head.len == 0) {
		report->first_head = line;
	}
	report->samples += str_equals(report->first_head, line) ? 1 : 0;
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct report report = {0};
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		report.first[i].value = report.later[i].value = -1;
	}
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (is_head(trimmed)) {
			read_head(&report, trimmed, true);
		} else if (str_starts(trimmed, STR("avg-cpu:"))) {
			read_head(&report, trimmed, false);
		} else if (trimmed.len == 0) {
			report.count = 0;
		} else if (report.count > 0) {
			read_row(&report, line);
		}
	}
	const struct worst *worst = report.samples > 1 ? report.later : report.first;
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		if (worst[i].value >= 0) {
			sink->instance = worst[i].device;
			side_fact(sink, wanted[i].id, worst[i].value, wanted[i].unit,
			          worst[i].line);
		}
	}
	side_fact(sink, "iostat.samples", (double)report.samples, "", report.first_head);
}

const struct side side_iostat_text = {
	.name = "iostat",
	.what = "iostat -x",
	.bid = bid,
	.read = read,
};
