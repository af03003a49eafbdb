/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Times as wrappers write them, also without a year or in the way of a web console. */

#include "line/line.h"

struct stamp {
	int64_t time_ns; /* UTC; as if UTC when zone is CLOCK_ZONE_NONE */
	enum clock_zone zone;
	size_t used;     /* bytes that it takes */
	unsigned digits; /* of the fraction */
	bool is_iso;     /* "T" between date and time */
};

/** What tells the year of stamps that have none. */
struct stamp_years {
	int64_t modified_ns; /* of the file: no line is younger; TIME_NONE */
	int64_t seen_ns;     /* a full time of a record in the stream; TIME_NONE */
};

/** "2024-03-12T08:21:04.512883107Z", "2024/03/12 08:21:04" ... False: text does not begin with one.
 */
bool stamp_read(struct str text, struct stamp *stamp);
/** "Mar 12 08:21:04", "mar  2 08:21:04.512883", "12 Mar 08:21:04". */
bool stamp_read_month(struct str text, const struct stamp_years *years, struct stamp *stamp);
/** "12.03.2024 08:21:04", "3/12/2024 8:21:04 AM", "Tue, Mar 12 2024 8:21:04 am", "Mar 12, 2024 @
 * 08:21:04.512". */
bool stamp_read_console(struct str text, struct stamp *stamp);
/** The first full time near the beginning of a text. */
bool stamp_find(struct str text, struct stamp *stamp);
/** Take the year from a record's text, if it begins with a full time. */
void stamp_learn_year(struct stamp_years *years, struct str text);
