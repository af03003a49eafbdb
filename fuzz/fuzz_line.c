/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The line reader on any bytes. The first byte of the input says how they are handed over: all at
 * once or one by one, by themselves or behind records that are plain, so that the fast way has
 * something to do. What must hold:
 *
 * 1. Lines have no line end in them, are no longer than the limit, come from a source that is
 * there, and from a place in the stream.
 * 2. The fast way gives what the careful way gives.
 */

#include "base/buf.h"
#include "line/line.h"

#include <stdlib.h>
#include <string.h>

enum {
	ONE_BY_ONE = 1,     /* bit of the first byte */
	BEHIND_PLAIN = '2', /* the first byte but for that bit; rare, as it costs time */
	PLAIN_LINES = 700   /* enough for the fast way to begin */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

struct bytes {
	struct str rest;
	size_t piece; /* given at once */
};

static size_t read_bytes(void *context, char *buffer, size_t size)
{
	struct bytes *from = context;
	size_t count = from->rest.len < size ? from->rest.len : size;
	count = count < from->piece ? count : from->piece;
	if (count > 0) {
		memcpy(buffer, from->rest.ptr, count);
	}
	from->rest = str_skip(from->rest, count);
	return count;
}

static void check_line(const struct line_reader *reader, const struct line *line, size_t size)
{
	must(line->number > 0 && line->offset <= size);
	must(line->text.len <= 2 * LINE_LENGTH_MAX && line->first_len <= line->text.len);
	must(str_find_byte(line->text, '\n') < 0);
	must(line_reader_source(reader, line->source) != NULL);
	must(line->outer_ns != TIME_NONE || line->outer_zone == CLOCK_ZONE_NONE);
}

/* Write down everything that a reader gives. */
static void read_all(struct str input, size_t piece, bool is_careful, struct buf *out)
{
	struct line_options options = {.is_always_careful = is_careful,
	                               .modified_ns = INT64_C(1711929600) * NS_PER_SEC};
	struct bytes bytes = {input, piece};
	struct line_reader *reader = line_reader_create(read_bytes, &bytes, &options);
	struct line_block block;
	struct line_summary summary;
	while (line_reader_next(reader, &block) == NEXT_ITEM) {
		struct line_cursor cursor = {0};
		struct line line;
		while (line_cursor_next(&cursor, &block, &line)) {
			check_line(reader, &line, input.len);
			const struct line_source *source = line_reader_source(reader, line.source);
			buf_printf(out, "%llu %llu %lld %u %d %zu ",
			           (unsigned long long)line.number, (unsigned long long)line.offset,
			           (long long)line.outer_ns, line.source, line.is_cut,
			           line.first_len);
			buf_add(out, source->container);
			buf_add(out, source->pod);
			buf_add(out, line.text);
			buf_byte(out, '\n');
		}
	}
	line_reader_summary(reader, &summary);
	must(summary.bytes == input.len);
	buf_add(out, summary.encoding);
	buf_add(out, summary.wrappers);
	line_reader_destroy(reader);
}

static void add_plain(struct buf *to)
{
	for (unsigned i = 0; i < PLAIN_LINES; i++) {
		buf_printf(to,
		           "[2024/03/12 08:%02u:%02u.512 +00:00] [INFO] [a.go:1] [\"plain as it "
		           "stands\"] [n=%u]\n",
		           i / 60, i % 60, i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	struct buf input = {0}, fast = {0}, careful = {0};
	if ((data[0] & ~ONE_BY_ONE) == BEHIND_PLAIN) {
		add_plain(&input);
	}
	buf_add(&input, (struct str){(const char *)data + 1, size - 1});
	size_t piece = (data[0] & ONE_BY_ONE) != 0 ? 1 : SIZE_MAX;
	read_all(buf_str(&input), piece, false, &fast);
	read_all(buf_str(&input), SIZE_MAX, true, &careful);
	must(str_equals(buf_str(&fast), buf_str(&careful)));
	buf_finish(&input);
	buf_finish(&fast);
	buf_finish(&careful);
	return 0;
}
