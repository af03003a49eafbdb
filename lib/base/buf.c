/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void buf_finish(struct buf *buf)
{
	memory_free(buf->ptr);
	*buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

char *buf_reserve(struct buf *buf, size_t more)
{
	if (buf->capacity - buf->len < more) {
		size_t capacity = buf->capacity * 2;
		if (capacity < buf->len + more) {
			capacity = buf->len + more;
		}
		buf->capacity = capacity < 256 ? 256 : capacity;
		buf->ptr = memory_resize(buf->ptr, buf->capacity);
	}
	return buf->ptr + buf->len;
}

void buf_add(struct buf *buf, struct str s)
{
	if (s.len > 0) {
		memcpy(buf_reserve(buf, s.len), s.ptr, s.len);
		buf->len += s.len;
	}
}

void buf_byte(struct buf *buf, char byte)
{
	*buf_reserve(buf, 1) = byte;
	buf->len++;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, format, arguments);
	assert(len >= 0);
	vsnprintf(buf_reserve(buf, (size_t)len + 1), (size_t)len + 1, format, again);
	buf->len += (size_t)len;
	va_end(again);
	va_end(arguments);
}

struct str buf_str(const struct buf *buf)
{
	return (struct str){buf->ptr, buf->len};
}
