/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "input/feed.h"

#include <string.h>

enum { PIECE_BYTES = 256 << 10 };

struct memory {
	struct feed feed;
	struct buf bytes;
	size_t at;
};

static size_t memory_read(struct feed *feed, char *buffer, size_t size)
{
	struct memory *memory = (struct memory *)feed;
	size_t count = memory->bytes.len - memory->at;
	count = count < size ? count : size;
	if (count > 0) {
		memcpy(buffer, memory->bytes.ptr + memory->at, count);
	}
	memory->at += count;
	return count;
}

static bool memory_seek(struct feed *feed, uint64_t offset)
{
	struct memory *memory = (struct memory *)feed;
	if (offset > memory->bytes.len) {
		return false;
	}
	memory->at = (size_t)offset;
	return true;
}

static void memory_close(struct feed *feed)
{
	struct memory *memory = (struct memory *)feed;
	buf_finish(&memory->bytes);
	memory_free(memory);
}

struct feed *feed_memory_open(struct feed *under)
{
	static const struct feed_type type = {
		.read = memory_read, .seek = memory_seek, .close = memory_close};
	struct account *account = under->account;
	struct memory *memory = memory_resize(NULL, sizeof(*memory));
	*memory = (struct memory){0};
	feed_init(&memory->feed, &type, account, under->path);
	size_t count = 1;
	while (count > 0 && memory->bytes.len <= account->limits.max_memory) {
		char *space = buf_reserve(&memory->bytes, PIECE_BYTES);
		count = feed_read(under, space, PIECE_BYTES);
		memory->bytes.len += count;
	}
	if (count > 0) {
		account_note(account, INPUT_LIMIT, under->path,
		             "not read: more than %llu bytes would have to be held in memory; "
		             "unpack it first",
		             (unsigned long long)account->limits.max_memory);
		memory_close(&memory->feed);
		return NULL;
	}
	memory->feed.size_bytes = memory->bytes.len;
	return &memory->feed;
}
