/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Time zones of the system's zone files; used by clock*.c. */

#include "base/arena.h"

/** When a zone changes its offset each year, in the words of POSIX TZ. */
struct zone_change {
	char kind; /* 'M': weekday `day` (0 Sunday) of week `week` (5 is the last) of `month`;
	              'J': day 1 to 365 without 29 February; 'N': day 0 to 365 */
	int month, week, day;
	int time_s; /* local time of day; may be negative or above 24 h */
};

/** A rule for all times, such as "CET-1CEST,M3.5.0,M10.5.0/3". */
struct zone_posix {
	int standard_s, summer_s; /* east of UTC */
	bool has_summer;
	struct zone_change to_summer, to_standard;
};

struct clock_zone_rule {
	int offset_s;           /* before the first change, or always */
	const int64_t *since_s; /* changes, ascending, seconds since 1970 */
	const int *offsets_s;
	size_t count;
	bool has_rule;
	struct zone_posix rule; /* from the last change on */
};

/**
 * Load a zone by name ("Asia/Shanghai").
 *
 * Returns: false when there is no such zone file or it is damaged
 * Source:  RFC 8536 (TZif): the 64-bit block and the footer
 */
bool zone_load(struct arena *run, struct str name, struct clock_zone_rule *rule);

/**
 * Read a zone file's bytes.
 *
 * Returns: false when they are damaged
 */
bool zone_read(struct arena *run, struct str bytes, struct clock_zone_rule *rule);

/**
 * Read the footer of a zone file.
 *
 * Returns: false when it is none
 * Source:  POSIX.1-2017, 8.3, TZ; RFC 8536 3.3.1 (hours from -167 to 167)
 */
bool zone_posix_read(struct str text, struct zone_posix *rule);
int zone_posix_offset(const struct zone_posix *rule, int64_t time_s);
