/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A growing buffer of bytes, for output and for decoding. */

#include "base/str.h"

struct buf {
	char *ptr;
	size_t len;
	size_t capacity;
};

void buf_finish(struct buf *buf);
/** Empty it; the memory stays. */
void buf_clear(struct buf *buf);
/** Make room for at least `more` bytes behind len. Returns: where they start. */
char *buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, struct str s);
void buf_byte(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
/** What it holds; valid until the next change. */
struct str buf_str(const struct buf *buf);
