/* SPDX-License-Identifier: Apache-2.0 */
#include "input/feed.h"

#include "base/text.h"
#include "base/vec.h"

#include <stdio.h>
#include <string.h>

enum {
	RATIO_CHECK_BYTES = 100 << 20, /* below it any ratio is allowed */
	READ_AHEAD_BYTES = 512 << 10,  /* layers below may hold so much that counts as read */
	NOTES_MAX = 10000,             /* of one path */
	DRAIN_BYTES = 64 << 10
};

void account_finish(struct account *account)
{
	vec_finish(&account->damage);
	arena_finish(&account->keep);
}

void account_note(struct account *account, enum input_damage_kind kind, struct str path,
                  const char *format, ...)
{
	if (account->damage.count > NOTES_MAX) {
		return;
	}
	char text[ERROR_TEXT_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	bool is_last = account->damage.count == NOTES_MAX;
	struct str what =
		is_last ? STR(TEXT_MARK("more is wrong than can be listed")) : str_from(text);
	vec_push(&account->damage, (struct input_damage){kind, arena_str(&account->keep, path),
	                                                 arena_str(&account->keep, what)});
}

bool account_member(struct feed *archive)
{
	struct account *account = archive->account;
	if (account->is_spent || account->members < account->limits.max_members) {
		account->members++;
		return !account->is_spent;
	}
	account->is_spent = true;
	account_note(account, INPUT_LIMIT, archive->path, "not read further: more than %u members",
	             account->limits.max_members);
	return false;
}

void feed_init(struct feed *feed, const struct feed_type *type, struct account *account,
               struct str path)
{
	*feed = (struct feed){
		.type = type, .account = account, .path = path, .stored_before = account->stored};
}

/* Count what came out of compression. Returns: whether a limit was passed. */
static bool is_over_limit(struct feed *feed, size_t count)
{
	struct account *account = feed->account;
	account->unfolded += count;
	if (account->unfolded > account->limits.max_bytes) {
		account_note(account, INPUT_LIMIT, feed->path,
		             "not read further: all in all more than %llu bytes came out of it",
		             (unsigned long long)account->limits.max_bytes);
		account->is_spent = true;
		return true;
	}
	uint64_t ratio = account->limits.max_ratio;
	uint64_t stored = account->stored - feed->stored_before + READ_AHEAD_BYTES;
	bool is_all_over = account->file_bytes > 0 && account->unfolded > RATIO_CHECK_BYTES &&
	                   account->unfolded / ratio > account->file_bytes + READ_AHEAD_BYTES;
	account->is_spent |= is_all_over;
	if (is_all_over ||
	    (feed->position > RATIO_CHECK_BYTES && feed->position / ratio > stored)) {
		account_note(account, INPUT_LIMIT, feed->path,
		             "not read further: it unfolds to more than %llu times its size",
		             (unsigned long long)ratio);
		return true;
	}
	return false;
}

/* From the layer itself, past what was peeked at. */
static size_t read_new(struct feed *feed, char *buffer, size_t size)
{
	if (feed->is_ended || feed->account->is_spent || size == 0) {
		return 0;
	}
	size_t count = feed->type->read(feed, buffer, size);
	feed->position += count;
	feed->is_ended = count == 0 || (feed->is_unfolded && is_over_limit(feed, count));
	return feed->account->is_spent ? 0 : count;
}

size_t feed_read(struct feed *feed, char *buffer, size_t size)
{
	size_t count = feed->peeked_len - feed->peeked_used;
	if (count == 0) {
		return read_new(feed, buffer, size);
	}
	count = count < size ? count : size;
	memcpy(buffer, feed->peeked + feed->peeked_used, count);
	feed->peeked_used += count;
	return count;
}

struct str feed_peek(struct feed *feed, size_t size)
{
	if (feed->peeked == NULL) {
		feed->peeked = memory_resize(NULL, FEED_PEEK_MAX);
	}
	size_t len = feed->peeked_len - feed->peeked_used;
	memmove(feed->peeked, feed->peeked + feed->peeked_used, len);
	feed->peeked_used = 0;
	size_t count = 1;
	while (len < size && count > 0) {
		count = read_new(feed, feed->peeked + len, FEED_PEEK_MAX - len);
		len += count;
	}
	feed->peeked_len = len;
	return (struct str){feed->peeked, len < size ? len : size};
}

uint64_t feed_offset(const struct feed *feed)
{
	return feed->position - (feed->peeked_len - feed->peeked_used);
}

bool feed_can_seek(const struct feed *feed)
{
	return feed->type->seek != NULL;
}

bool feed_seek(struct feed *feed, uint64_t offset)
{
	if (feed->type->seek == NULL || !feed->type->seek(feed, offset)) {
		return false;
	}
	feed->peeked_len = feed->peeked_used = 0;
	feed->position = offset;
	feed->is_ended = false;
	return true;
}

void feed_drain(struct feed *feed)
{
	char *buffer = memory_resize(NULL, DRAIN_BYTES);
	while (feed_read(feed, buffer, DRAIN_BYTES) > 0) {
	}
	memory_free(buffer);
}

void feed_close(struct feed *feed)
{
	if (feed != NULL) {
		memory_free(feed->peeked);
		feed->peeked = NULL;
		feed->peeked_len = feed->peeked_used = 0;
		feed->type->close(feed);
	}
}
