/* SPDX-License-Identifier: Apache-2.0 */
#include "input/tape.h"

#include <assert.h>
#include <string.h>

enum { TAPE_BYTES = 2 * TAPE_BACK_BYTES + TAPE_AHEAD_BYTES };

/* One more piece from below. Returns: whether there was one. */
static bool grow(struct tape *tape)
{
	if (tape->is_under_ended) {
		return false;
	}
	if (tape->at > TAPE_BACK_BYTES && TAPE_BYTES - tape->kept_len < TAPE_BACK_BYTES) {
		size_t old = tape->at - TAPE_BACK_BYTES;
		memmove(tape->kept, tape->kept + old, tape->kept_len - old);
		tape->kept_len -= old;
		tape->at -= old;
		tape->begin += old;
	}
	size_t count =
		feed_read(tape->under, tape->kept + tape->kept_len, TAPE_BYTES - tape->kept_len);
	tape->kept_len += count;
	tape->is_under_ended = count == 0;
	return count > 0;
}

static size_t read_tape(struct feed *feed, char *buffer, size_t size)
{
	struct tape *tape = (struct tape *)feed;
	if (tape->at == tape->kept_len && !grow(tape)) {
		return 0;
	}
	size_t count = tape->kept_len - tape->at;
	count = count < size ? count : size;
	memcpy(buffer, tape->kept + tape->at, count);
	tape->at += count;
	return count;
}

static void close_tape(struct feed *feed)
{
	(void)feed;
}

void tape_init(struct tape *tape, struct feed *under)
{
	static const struct feed_type type = {.read = read_tape, .close = close_tape};
	*tape = (struct tape){.under = under,
	                      .kept = memory_resize(NULL, TAPE_BYTES),
	                      .under_begin = feed_offset(under)};
	feed_init(&tape->feed, &type, under->account, under->path);
}

void tape_finish(struct tape *tape)
{
	memory_free(tape->kept);
	tape->kept = NULL;
}

uint64_t tape_offset(const struct tape *tape)
{
	return tape->begin + tape->at;
}

uint64_t tape_earliest(const struct tape *tape)
{
	return tape->begin;
}

void tape_go(struct tape *tape, uint64_t offset)
{
	if (offset < tape->begin && feed_can_seek(tape->under) &&
	    feed_seek(tape->under, tape->under_begin + offset)) {
		tape->begin = offset;
		tape->kept_len = tape->at = 0;
		tape->is_under_ended = false;
	}
	uint64_t end = tape->begin + tape->kept_len;
	uint64_t target = offset < tape->begin ? tape->begin : offset < end ? offset : end;
	tape->at = (size_t)(target - tape->begin);
	tape->feed.is_ended = false;
}

struct str tape_ahead(struct tape *tape, size_t size)
{
	assert(size <= TAPE_AHEAD_BYTES);
	while (tape->kept_len - tape->at < size && grow(tape)) {
	}
	return (struct str){tape->kept + tape->at, tape->kept_len - tape->at};
}

void tape_skip(struct tape *tape, size_t count)
{
	assert(count <= tape->kept_len - tape->at);
	tape->at += count;
}
