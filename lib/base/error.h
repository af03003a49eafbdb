/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Failures of the work (no such file, bad rule): functions return bool or NULL and fill the `struct error *err` that
 * comes last. Damage in data is not an error. Text is one line without "whydown: " and without a full stop.
 */

#include <stdarg.h>
#include <stdbool.h>

enum { ERROR_TEXT_MAX = 1024 };

struct error {
	bool is_set;
	char text[ERROR_TEXT_MAX];
};

/** What an iterator gave. */
enum next { NEXT_ERROR = -1, NEXT_END, NEXT_ITEM };

/** Say what is wrong. err may be NULL. Returns: false, so that a failing function can `return error_set(...)`. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Put "PREFIX: " before the text on its way up. Returns: false. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** What the system says of an error number, in the language of messages. */
const char *error_system(int number);
