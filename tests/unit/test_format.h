/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One line of text that holds all of a record, for the tests of format/. */

#include "base/buf.h"
#include "format/format.h"
#include "test.h"

static inline void format_test_text(struct str text, struct buf *out)
{
	static const char *const levels[] = {"-", "D", "I", "W", "E", "F"};
	static const char *const programs[] = {"?", "etcd", "client", "milvus", "other"};
	struct arena tmp;
	struct record record;
	char time[CLOCK_TEXT_MAX];
	arena_init(&tmp);
	struct str head;
	str_cut(text, STR("\n"), &head, NULL);
	format_decode(format_of(head, NULL), text, &tmp, &record);
	struct str stamp =
		record.time_ns == TIME_NONE ? STR("-") : clock_write(time, record.time_ns, NULL);
	const char *name = record.format == NULL ? "none" : record.format->name;
	buf_printf(out, "%s " STR_FMT "%s %s %s", name, STR_ARG(stamp),
	           record.zone == CLOCK_ZONE_NONE && record.time_ns != TIME_NONE ? " local" : "",
	           levels[record.level], programs[record.program]);
	if (record.logger.len > 0) {
		buf_printf(out, " <" STR_FMT ">", STR_ARG(record.logger));
	}
	if (record.caller.len > 0) {
		buf_printf(out, " " STR_FMT, STR_ARG(record.caller));
	}
	buf_printf(out, " '" STR_FMT "'", STR_ARG(record.message));
	for (size_t i = 0; i < record.field_count; i++) {
		buf_printf(out, " {" STR_FMT "=" STR_FMT "}", STR_ARG(record.fields[i].key),
		           STR_ARG(record.fields[i].value));
	}
	buf_printf(out, "%s", record.is_cut ? " cut" : "");
	arena_finish(&tmp);
}

static inline void format_test_record(const char *text, const char *want, const char *file,
                                      int line)
{
	struct buf out = {0};
	format_test_text(str_from(text), &out);
	test_str(buf_str(&out), want, file, line);
	buf_finish(&out);
}

/**
 * A text is read as "FORMAT TIME[ local] LEVEL PROGRAM[ <LOGGER>][ CALLER] 'MESSAGE'", then
 * " {KEY=VALUE}" for each field and " cut".
 */
#define assert_record(text, want) format_test_record((text), (want), __FILE__, __LINE__)
