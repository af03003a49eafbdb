/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tools that run or collect the services say between their lines:
 *   milvus-standalone exited with code 137                        (docker compose)
 *   etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT        (systemd)
 *   Error from server (BadRequest): previous terminated container "a" in pod "b" not found
 *   2024-03-12T16:21:09.201334411+08:00 container die 4f1e... (exitCode=137, name=...)
 * Sources: docker compose cmd/formatter, pkg/compose; systemd core/service.c; kubectl; moby events
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str heads[] = {
	STR_INIT("Attaching to "),
	STR_INIT("Gracefully stopping..."),
	STR_INIT("Defaulted container \""),
	STR_INIT("unable to retrieve container logs for "),
	STR_INIT("Error from server ("),
	STR_INIT("failed to create fsnotify watcher"),
	STR_INIT("command terminated with exit code "),
	STR_INIT("error: a container name must be specified"),
	STR_INIT("-- Logs begin at "),
	STR_INIT("-- Journal begins at "),
	STR_INIT("-- Boot "),
	STR_INIT("-- Reboot --"),
	STR_INIT("-- No entries --"),
	STR_INIT("-- Subject: "),
	STR_INIT("Suppressed "),
};

/* Behind "etcd.service:". */
static const struct str unit_ends[] = {
	STR_INIT(" Main process exited, "),
	STR_INIT(" Failed with result "),
	STR_INIT(" Scheduled restart job"),
	STR_INIT(" Start request repeated too quickly"),
	STR_INIT(" State '"),
	STR_INIT(" Killing process "),
	STR_INIT(" A process of this unit has been killed"),
	STR_INIT(" Consumed "),
};

/* "2024-03-12T16:21:09.201334411+08:00 container die " of docker events */
static bool is_event(struct str line)
{
	struct str rest = line;
	if (!str_looks_like(line, "dddd-dd-ddTdd:dd:dd.")) {
		return false;
	}
	format_word(&rest);
	return str_starts(rest, STR(" container "));
}

/* The name of the service or container that a line begins with; empty when it is no such line. */
static struct str find_name(struct str line)
{
	struct str rest = line, name = format_word(&rest);
	if (str_starts(rest, STR(" exited with code "))) {
		return name;
	}
	bool is_unit = str_ends(name, STR(".service:")) &&
	               str_starts_any(rest, unit_ends, FORMAT_COUNT(unit_ends));
	return str_slice(name, 0, is_unit ? name.len - 9 : 0);
}

static int bid(struct str line)
{
	if (line.len < 8 || line.ptr[0] == ' ' || line.ptr[0] == '\t') {
		return 0;
	}
	if (is_event(line)) {
		return FORMAT_BID_SHAPE;
	}
	bool is_tool = str_starts_any(line, heads, FORMAT_COUNT(heads)) || find_name(line).len > 0;
	return is_tool ? FORMAT_BID_LIKELY : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	return is_event(line) ? format_date_start(line, zone) : TIME_NONE;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str line = format_first_line(text), rest = line;
	record->program = FORMAT_OTHER;
	record->message = line;
	record->time_ns = date(line, &record->zone);
	if (is_event(line)) {
		format_word(&rest);
		record->message = format_skip_blanks(rest);
		return true;
	}
	struct str name = find_name(line);
	if (name.len > 0) {
		format_add_field(record, tmp, STR("name"), name);
	}
	return true;
}

const struct format format_tool = {
	.name = "tool",
	.first =
		FORMAT_FIRST_BRACKET | FORMAT_FIRST_BRACE | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
