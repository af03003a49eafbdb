/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Durations: int64_t nanoseconds. */

#include "base/arena.h"

#define DURATION_NONE INT64_MIN

/**
 * Read a duration as Go prints it: "1m2.3s", "138.216µs" (µ as U+00B5, U+03BC, u, \u00b5 or mojibake), "7.000908158s",
 * "0s", "1h0m0s", negative ones too. All of text must be the duration.
 *
 * Returns: DURATION_NONE when it is not one
 * Source:  Go time.Duration.String, time.ParseDuration
 */
int64_t duration_parse(struct str text);

/** Milliseconds with up to three decimals, for JSON: "7000.908". */
struct str duration_format_ms(struct arena *arena, int64_t duration_ns);

/** For people, three figures: "7.00 s", "138 µs", "2 min 5 s", "3 h 12 min". */
struct str duration_format(struct arena *arena, int64_t duration_ns);
