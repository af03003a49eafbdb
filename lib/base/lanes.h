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
	LANES = 32,
	LANES_STRIDE = 4 * LANES /* so many at once need one branch */
};

typedef unsigned char lanes __attribute__((vector_size(LANES)));

/*
 * In front of a function that walks with lanes: the loader chooses the body that the CPU does in
 * half the steps. Sanitizers cannot be called as early as it does that.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LANES_BEST __attribute__((target_clones("avx2", "default")))
#else
#define LANES_BEST
#endif

/* Of functions that take or give lanes. They are never called: how lanes would be passed depends on
 * the CPU. */
#define LANES_INLINE static inline __attribute__((always_inline))

/** LANES bytes from anywhere. */
LANES_INLINE lanes lanes_load(const char *at)
{
	lanes bytes;
	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/** Whether a bit is set in any lane. */
LANES_INLINE bool lanes_any(lanes bytes)
{
	uint64_t parts[LANES / sizeof(uint64_t)];
	memcpy(parts, &bytes, sizeof(parts));
	return ((parts[0] | parts[1]) | (parts[2] | parts[3])) != 0;
}
