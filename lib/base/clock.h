/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Points in time: int64_t nanoseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap
 * seconds; the range is the years 1678 to 2261. Independent of TZ and locale.
 */

#include "base/arena.h"

#define TIME_NONE INT64_MIN

enum {
	CLOCK_YEAR_MIN = 1678,
	CLOCK_YEAR_MAX = 2261,
	CLOCK_OFFSET_HOURS_MAX = 15, /* of a zone */
	CLOCK_TEXT_MAX = 40          /* bytes that a formatted time takes at most */
};

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

/**
 * Time of civil fields taken as UTC. Second 60 is taken as 59.999999999.
 *
 * Returns: TIME_NONE when a field is out of range
 */
int64_t clock_from_civil(const struct clock_civil *civil);
void clock_to_civil(int64_t time_ns, struct clock_civil *civil);
/**
 * Days since 1970-01-01 of a date.
 *
 * Source: H. Hinnant, chrono-compatible low-level date algorithms
 */
int64_t clock_days(int year, int month, int day);
/** The nearest whole quarter of an hour: zones lie so far apart. */
int64_t clock_round_offset(int64_t delta_ns);
/** 1 to 12 of "Jan" to "Dec"; 0: it is none. */
int clock_month(struct str name);

/**
 * Read a date and time: YYYY-MM-DD or YYYY/MM/DD, then T, '-', '_' or one or more blanks, HH:MM:SS,
 * optional fraction of any number of digits (nine count) after . or ',', optional zone: Z, UTC,
 * GMT, +hhmm, +hh:mm (or -), with or without a blank before it, or +hh without one.
 *
 * text:  may go on behind the time
 * zone:  set to what was written; the time is returned as UTC with the offset taken off, without a
 *        zone as if it were UTC
 * used:  bytes that the time takes; may be NULL
 * Returns: TIME_NONE when text does not begin with a time
 */
int64_t clock_parse(struct str text, enum clock_zone *zone, size_t *used);

/**
 * Seconds, milliseconds, microseconds or nanoseconds since 1970, told by magnitude; a fraction and
 * the exponent form are allowed. All of text must be the number.
 *
 * Returns: TIME_NONE when it is not one, or before 1973
 */
int64_t clock_parse_epoch(struct str text);

struct clock_zone_rule;

/**
 * Read a zone for --tz and --assume-tz: "UTC", "Z", "+08:00", "+0800", "-5", "UTC+8" (east of UTC,
 * not as in POSIX) or a name from the system's zone files, which are read here and not again.
 *
 * Returns: NULL when there is no such zone
 */
struct clock_zone_rule *clock_zone_open(struct arena *run, struct str name);
/** Seconds east of UTC at a time (UTC). zone NULL is UTC. */
int clock_zone_offset(const struct clock_zone_rule *zone, int64_t time_ns);

/**
 * RFC 3339 in a zone (NULL: UTC), as clock_format_in.
 *
 * text:    where it is written
 * Returns: what was written; empty for TIME_NONE, as all of these
 */
struct str clock_write(char text[CLOCK_TEXT_MAX], int64_t time_ns,
                       const struct clock_zone_rule *zone);
/** RFC 3339 in UTC, fraction trimmed of zeros: "2024-05-01T10:02:03.123Z". */
struct str clock_format(struct arena *arena, int64_t time_ns);
/** The same in a zone with its offset: "2024-05-01T18:02:03.123+08:00"; Z where it is UTC. */
struct str clock_format_in(struct arena *arena, int64_t time_ns,
                           const struct clock_zone_rule *zone);
/** Time of day for people, milliseconds: "10:02:03.123". */
struct str clock_format_short(struct arena *arena, int64_t time_ns,
                              const struct clock_zone_rule *zone);

/**
 * Read a point for --since/--until: an absolute time as clock_parse takes it (without seconds or
 * time of day too), or "-2h", "-90s", "-1h30m", "-2d", relative to the last line.
 *
 * is_relative: set; the result is then a negative duration
 * Returns:     TIME_NONE when it is neither
 */
int64_t clock_parse_point(struct str text, bool *is_relative);
