/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Orders of numbers: for qsort, and for what compares several fields. */

#include <stdint.h>

/** Returns: below, at or above 0 as a is before, the same as or behind b. */
static inline int order_int64(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/** The same of two int64_t in memory: qsort's order, ascending. */
static inline int order_int64_at(const void *a, const void *b)
{
	return order_int64(*(const int64_t *)a, *(const int64_t *)b);
}
