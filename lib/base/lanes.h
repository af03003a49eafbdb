/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Many bytes at a time, to pass quickly over text that holds nothing of interest. Vectors as GCC
 * and Clang have them on any CPU; where one has none they are taken apart.
 */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	LANES = 16,
	LANES_STRIDE = 4 * LANES /* so many at once need one branch */
};

typedef unsigned char lanes __attribute__((vector_size(LANES)));

/** LANES bytes from anywhere. */
static inline lanes lanes_load(const char *at)
{
	lanes bytes;
	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/** Whether a bit is set in any lane. */
static inline bool lanes_any(lanes bytes)
{
	uint64_t halves[LANES / sizeof(uint64_t)];
	memcpy(halves, &bytes, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}
