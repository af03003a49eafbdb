/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Lines out of memory, for the tests of line/. */

#include "base/buf.h"
#include "line/line.h"
#include "test.h"

/** What a reader gave of some bytes. */
struct test_lines {
	struct line_reader *reader;
	struct buf text;   /* all lines, LF after each */
	struct line first; /* the first one but for its text; zeroed: none */
	size_t count;
};

struct test_bytes {
	struct str rest;
	size_t piece; /* given at once; 0: all */
};

static inline size_t test_read(void *context, char *buffer, size_t size)
{
	struct test_bytes *from = context;
	size_t count = from->rest.len < size ? from->rest.len : size;
	count = from->piece > 0 && count > from->piece ? from->piece : count;
	if (count > 0) {
		memcpy(buffer, from->rest.ptr, count);
	}
	from->rest = str_skip(from->rest, count);
	return count;
}

/** Read all lines. piece: bytes given at once; 0: all */
static inline void test_lines_read(struct test_lines *lines, struct str input, size_t piece,
                                   const struct line_options *options)
{
	struct test_bytes bytes = {input, piece};
	struct line_block block;
	*lines = (struct test_lines){.reader = line_reader_create(test_read, &bytes, options)};
	while (line_reader_next(lines->reader, &block) == NEXT_ITEM) {
		struct line_cursor cursor = {0};
		struct line line;
		while (line_cursor_next(&cursor, &block, &line)) {
			lines->first = lines->count++ == 0 ? line : lines->first;
			buf_add(&lines->text, line.text);
			buf_byte(&lines->text, '\n');
		}
	}
}

static inline void test_lines_finish(struct test_lines *lines)
{
	buf_finish(&lines->text);
	line_reader_destroy(lines->reader);
}
