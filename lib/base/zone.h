/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Time zones of the system's zone files; used by clock.c. */

#include "base/arena.h"

struct clock_zone_rule {
	int offset_s;        /* before the first change, or always */
	const int64_t *since_s; /* changes, ascending, seconds since 1970 */
	const int *offsets_s;
	size_t count;
};

/**
 * Load a zone by name ("Asia/Shanghai").
 *
 * Returns: false when there is no such zone file or it is damaged
 * Source:  RFC 8536 (TZif), version 2 block
 */
bool zone_load(struct arena *run, struct str name, struct clock_zone_rule *rule);
