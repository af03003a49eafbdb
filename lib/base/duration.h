/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Durations: int64_t nanoseconds. */

#include "base/arena.h"

#define DURATION_NONE INT64_MIN

enum { DURATION_TEXT_MAX = 32 };

/**
 * Read a duration as Go prints it: "1m2.3s", "138.216µs" (µ as U+00B5, U+03BC, u, \u00b5 or what
 * wrong code pages make of it), "7.000908158s", "0s", "1h0m0s", negative ones too; and days, "2d".
 * All of text must be the duration.
 *
 * Returns: DURATION_NONE when it is not one, or does not fit
 * Source:  Go time.Duration.String, time.ParseDuration
 */
int64_t duration_parse(struct str text);

/** Milliseconds with up to three decimals, rounded, for JSON: "7000.908". */
struct str duration_format_ms(struct arena *arena, int64_t duration_ns);
/** The same without an arena. text: where it is written. */
struct str duration_write_ms(char text[DURATION_TEXT_MAX], int64_t duration_ns);

/** For people, three figures: "7.00 s", "138 µs", "2 min 5 s", "3 h 12 min", "5 d 2 h". */
struct str duration_format(struct arena *arena, int64_t duration_ns);
