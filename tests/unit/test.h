/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* cmocka with all that must come before it, and what it lacks for struct str. */

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* clang-format off: needs those above */
#include <cmocka.h>
/* clang-format on */

static inline void test_str(struct str got, const char *want, const char *file, int line)
{
	if (!str_equals(got, str_from(want))) {
		print_error("\"" STR_FMT "\" is not \"%s\"\n", (int)got.len,
		            got.ptr == NULL ? "" : got.ptr, want);
		_fail(file, line);
	}
}

static inline void test_int(int64_t got, int64_t want, const char *file, int line)
{
	if (got != want) {
		print_error("%lld is not %lld\n", (long long)got, (long long)want);
		_fail(file, line);
	}
}

/** A struct str holds exactly this text. */
#define assert_str(got, want) test_str((got), (want), __FILE__, __LINE__)
/** Signed numbers, also negative ones, are shown as such. */
#define assert_int(got, want) test_int((got), (want), __FILE__, __LINE__)
