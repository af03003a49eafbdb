/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's log as dmesg, kern.log and the journal give it:
 *   [498038.547140] Memory cgroup out of memory: Killed process 14269 (milvus) ...  (since boot)
 *   [Tue Mar 12 16:21:04 2024] ...                                    (dmesg -T; local, no zone)
 *   2024-03-12T16:21:04,512883+08:00 ...                              (dmesg --time-format iso)
 *   <6>[ 1234.567890] ..., kern  :warn  : [ 1234.567890] ...          (dmesg -r, -x)
 *   Out of memory: Killed process ...                                 (only the text is left)
 * Source: util-linux dmesg.c; kernel printk
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str texts[] = {
	STR_INIT("Out of memory: Kill"),
	STR_INIT("Memory cgroup out of memory"),
	STR_INIT("oom-kill:constraint="),
	STR_INIT("oom_reaper: "),
	STR_INIT("Killed process "),
	STR_INIT("INFO: task "),
	STR_INIT("blk_update_request: "),
	STR_INIT("Buffer I/O error on dev"),
	STR_INIT("I/O error, dev "),
	STR_INIT("EXT4-fs "),
	STR_INIT("XFS ("),
	STR_INIT("nvme nvme"),
	STR_INIT("rcu: INFO: "),
	STR_INIT("watchdog: BUG: "),
	STR_INIT("clocksource: timekeeping watchdog"),
};

/* "<6>", "kern  :warn  : " before the bracket. */
static struct str skip_facility(struct str line)
{
	if (str_looks_like(line, "<d>[")) {
		return str_skip(line, 3);
	}
	if (str_starts(line, STR("kern"))) {
		ptrdiff_t at = str_find(str_slice(line, 0, 24), STR(": ["));
		return at < 0 ? line : str_skip(line, (size_t)at + 2);
	}
	return line;
}

/* "[ 1234.567890] ". Returns: its length; 0: it is not there. */
static size_t uptime_len(struct str line)
{
	if (line.len < 10 || line.ptr[0] != '[') {
		return 0;
	}
	size_t at = 1;
	while (at < line.len && line.ptr[at] == ' ') {
		at++;
	}
	size_t digits = at;
	while (at < line.len && format_is_digit(line.ptr[at])) {
		at++;
	}
	bool is_uptime = at > digits && str_looks_like(str_skip(line, at), ".dddddd] ");
	return is_uptime ? at + 9 : 0;
}

/* "[Tue Mar 12 16:21:04 2024] " */
static bool is_calendar(struct str line)
{
	bool is_day = line.len > 27 && line.ptr[0] == '[' && line.ptr[4] == ' ' &&
	              line.ptr[8] == ' ' && (line.ptr[9] == ' ' || format_is_digit(line.ptr[9]));
	return is_day && str_looks_like(str_skip(line, 10), "d dd:dd:dd dddd] ");
}

static bool is_iso(struct str line)
{
	return str_looks_like(line, "dddd-dd-ddTdd:dd:dd,dddddd+dd:dd ") ||
	       str_looks_like(line, "dddd-dd-ddTdd:dd:dd,dddddd-dd:dd ");
}

static int bid(struct str line)
{
	struct str rest = skip_facility(line);
	if (uptime_len(rest) > 0 || is_calendar(line) || is_iso(line)) {
		return FORMAT_BID_SHAPE + 2;
	}
	return str_starts_any(line, texts, FORMAT_COUNT(texts)) ? FORMAT_BID_LIKELY : 0;
}

static int number_at(struct str line, size_t at, size_t digits)
{
	int number = 0;
	for (size_t i = at; i < at + digits; i++) {
		number = number * 10 + (line.ptr[i] == ' ' ? 0 : line.ptr[i] - '0');
	}
	return number;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	if (is_iso(line)) {
		return format_date_start(line, zone);
	}
	if (!is_calendar(line)) {
		return TIME_NONE;
	}
	struct clock_civil civil = {
		.year = number_at(line, 21, 4),
		.month = clock_month(str_slice(line, 5, 8)),
		.day = number_at(line, 9, 2),
		.hour = number_at(line, 12, 2),
		.minute = number_at(line, 15, 2),
		.second = number_at(line, 18, 2),
	};
	return clock_from_civil(&civil);
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str rest = skip_facility(text);
	size_t uptime = uptime_len(rest);
	record->program = FORMAT_OTHER;
	record->time_ns = date(text, &record->zone);
	record->message = is_calendar(text) ? str_skip(text, 27) : rest;
	if (uptime > 0) {
		struct str seconds = str_trim(str_slice(rest, 1, uptime - 2));
		format_add_field(record, tmp, STR("uptime"), seconds);
		record->message = str_skip(rest, uptime);
	} else if (is_iso(text)) {
		record->message = str_skip(text, 33);
	}
	return true;
}

const struct format format_kernel = {
	.name = "kernel",
	.first = FORMAT_FIRST_BRACKET | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
