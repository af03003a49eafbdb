/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, const char *format, ...)
{
	if (err == NULL) {
		return false;
	}
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(err->text, sizeof(err->text), text_said(format), arguments);
	va_end(arguments);
	err->is_set = true;
	return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
	if (err == NULL) {
		return false;
	}
	char old[ERROR_TEXT_MAX];
	memcpy(old, err->text, sizeof(old));
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(err->text, sizeof(err->text), text_said(format), arguments);
	va_end(arguments);
	size_t used = len < 0 ? 0 : (size_t)len;
	if (used + 3 < sizeof(err->text)) {
		size_t room = sizeof(err->text) - used - 3;
		size_t kept = strnlen(old, sizeof(old) - 1);
		memcpy(err->text + used, ": ", 2);
		memcpy(err->text + used + 2, old, kept < room ? kept : room);
		err->text[used + 2 + (kept < room ? kept : room)] = '\0';
	}
	return false;
}

/* What the C library says of the errors that files have; marked, so that it can be translated. */
static const char *const known[] __attribute__((unused)) = {
	TEXT_MARK("No such file or directory"),
	TEXT_MARK("Permission denied"),
	TEXT_MARK("Operation not permitted"),
	TEXT_MARK("Is a directory"),
	TEXT_MARK("Not a directory"),
	TEXT_MARK("File exists"),
	TEXT_MARK("File name too long"),
	TEXT_MARK("Too many levels of symbolic links"),
	TEXT_MARK("Too many open files"),
	TEXT_MARK("Too many open files in system"),
	TEXT_MARK("No space left on device"),
	TEXT_MARK("Disk quota exceeded"),
	TEXT_MARK("Read-only file system"),
	TEXT_MARK("Input/output error"),
	TEXT_MARK("Broken pipe"),
	TEXT_MARK("Cannot allocate memory"),
	TEXT_MARK("Device or resource busy"),
	TEXT_MARK("No such device or address"),
	TEXT_MARK("No such device"),
	TEXT_MARK("Invalid argument"),
	TEXT_MARK("File too large"),
	TEXT_MARK("Stale file handle"),
	TEXT_MARK("Text file busy"),
	TEXT_MARK("Success"),
};

const char *error_system(int number)
{
	return text_said(strerror(number));
}
