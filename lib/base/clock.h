/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Points in time: int64_t nanoseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds; the range is
 * the years 1677 to 2262. Independent of TZ and locale.
 */

#include "base/arena.h"

#define TIME_NONE INT64_MIN

#define NS_PER_US  INT64_C(1000)
#define NS_PER_MS  INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_SEC)

/** How a zone was written. */
enum clock_zone { CLOCK_ZONE_NONE, CLOCK_ZONE_UTC, CLOCK_ZONE_OFFSET };

struct clock_civil {
	int year, month, day, hour, minute, second; /* month and day from 1 */
	int64_t nanosecond;
};

/** Time of civil fields taken as UTC; TIME_NONE when a field is out of range (second 60 is taken as 59.999999999). */
int64_t clock_from_civil(const struct clock_civil *civil);
void clock_to_civil(int64_t time_ns, struct clock_civil *civil);

/**
 * Read a date and time: YYYY-MM-DD or YYYY/MM/DD, then T or one or more blanks, HH:MM:SS, optional fraction of 1 to 9
 * digits after . or ',', optional zone Z, +hh, +hhmm, +hh:mm (or -), with or without a blank before it.
 *
 * text:  may go on behind the time
 * zone:  set to what was written; time is returned as UTC with the offset taken off; without a zone as if UTC
 * used:  bytes that the time takes; may be NULL
 * Returns: TIME_NONE when text does not begin with a time
 */
int64_t clock_parse(struct str text, enum clock_zone *zone, size_t *used);

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told by magnitude; fraction allowed. TIME_NONE if not. */
int64_t clock_parse_epoch(struct str text);

/**
 * Read a zone for --tz and --assume-tz: "UTC", "Z", "+08:00", "+0800", "-5" or a name from the system's zone files.
 * Names are resolved by clock_zone_offset for each time.
 */
struct clock_zone_rule;
struct clock_zone_rule *clock_zone_open(struct arena *run, struct str name);
/** Seconds east of UTC at a time (UTC). zone NULL is UTC. */
int clock_zone_offset(const struct clock_zone_rule *zone, int64_t time_ns);

/** RFC 3339 in UTC, fraction trimmed of zeros: "2024-05-01T10:02:03.123Z". */
struct str clock_format(struct arena *arena, int64_t time_ns);
/** The same in a zone with its offset: "2024-05-01T18:02:03.123+08:00"; Z where it is UTC. */
struct str clock_format_in(struct arena *arena, int64_t time_ns, const struct clock_zone_rule *zone);
/** Time of day for people, milliseconds: "10:02:03.123". */
struct str clock_format_short(struct arena *arena, int64_t time_ns, const struct clock_zone_rule *zone);

/**
 * Read a point for --since/--until: an absolute time as clock_parse takes it (date alone too), or "-2h", "-90s",
 * "-1h30m", relative to the last line.
 *
 * is_relative: set; the result is then a negative duration
 * Returns:     TIME_NONE when it is neither
 */
int64_t clock_parse_point(struct str text, bool *is_relative);
