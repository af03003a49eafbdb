/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Documents for the tests of side/: read one, ask for its facts and events. */

#include "side/side.h"
#include "test.h"

#include <math.h>
#include <stdio.h>

struct reading {
	struct digest digest;
	struct arena tmp;
	struct side_sink sink;
	struct str what;
	char events[4096]; /* "kind name code time\n" of each */
	size_t events_len;
};

static inline void reading_take(void *context, const struct side_sink *sink, const char *kind,
                                struct event *event)
{
	struct reading *reading = context;
	char time[CLOCK_TEXT_MAX];
	struct str when = clock_write(time, event->time_ns, NULL);
	struct str name = event_field_text(event, STR("name"));
	struct str code = event_field_text(event, STR("code"));
	(void)sink;
	int len = snprintf(reading->events + reading->events_len,
	                   sizeof(reading->events) - reading->events_len,
	                   "%s " STR_FMT " " STR_FMT " " STR_FMT "\n", kind, STR_ARG(name),
	                   STR_ARG(code), STR_ARG(when));
	reading->events_len += len > 0 ? (size_t)len : 0;
	assert_true(reading->events_len < sizeof(reading->events));
}

static inline void reading_take_line(void *context, const struct side_sink *sink, struct str line,
                                     struct event *event)
{
	char text[1024];
	snprintf(text, sizeof(text), "said: " STR_FMT, STR_ARG(line));
	reading_take(context, sink, text, event);
}

static inline void reading_init(struct reading *reading, struct str text)
{
	*reading = (struct reading){0};
	digest_init(&reading->digest);
	arena_init(&reading->tmp);
	reading->sink = (struct side_sink){.digest = &reading->digest,
	                                   .path = STR("document"),
	                                   .text = text,
	                                   .modified_ns = TIME_NONE,
	                                   .unit_bytes = 1,
	                                   .tmp = &reading->tmp,
	                                   .take_event = reading_take,
	                                   .take_line = reading_take_line,
	                                   .context = reading};
	side_read(&reading->sink, &reading->what);
	digest_close(&reading->digest);
}

static inline void reading_finish(struct reading *reading)
{
	digest_finish(&reading->digest);
	arena_finish(&reading->tmp);
}

/* The n-th fact of an id (from 0); NULL when there is none. */
static inline const struct fact *reading_fact(const struct reading *reading, const char *id,
                                              size_t n)
{
	for (size_t i = 0; i < reading->digest.facts.count; i++) {
		const struct fact *fact = &reading->digest.facts.items[i];
		if (str_equals(fact->id, str_from(id)) && n-- == 0) {
			return fact;
		}
	}
	return NULL;
}

static inline void reading_number(const struct reading *reading, const char *id, size_t n,
                                  double want, const char *file, int line)
{
	const struct fact *fact = reading_fact(reading, id, n);
	if (fact == NULL || fabs(fact->value - want) > 1e-6 * fabs(want) + 1e-9) {
		print_error("%s is %f, not %f\n", id, fact == NULL ? NAN : fact->value, want);
		_fail(file, line);
	}
}

static inline void reading_text(const struct reading *reading, const char *id, const char *want,
                                const char *file, int line)
{
	const struct fact *fact = reading_fact(reading, id, 0);
	test_str(fact == NULL ? STR("") : fact->text, want, file, line);
}

/** A document's first fact of that id has this value. */
#define assert_fact(reading, id, want) reading_number(reading, id, 0, want, __FILE__, __LINE__)
/** ... the n-th, from 0. */
#define assert_fact_n(reading, id, n, want) reading_number(reading, id, n, want, __FILE__, __LINE__)
#define assert_fact_text(reading, id, want) reading_text(reading, id, want, __FILE__, __LINE__)
/** Whether a fact's evidence stands in this line. */
#define assert_fact_line(reading, id, want)                                                        \
	assert_int(reading_fact(reading, id, 0) == NULL                                            \
	                   ? 0                                                                     \
	                   : reading_fact(reading, id, 0)->origin.line,                            \
	           want)
/** All events, as lines of kind, name, code, time. */
#define assert_events(reading, want)                                                               \
	test_str((struct str){(reading)->events, (reading)->events_len}, want, __FILE__, __LINE__)
