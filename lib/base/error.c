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
