/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2, xz, zstd, lz4: one stream each, by libarchive. */
#include "input/archived.h"
#include "input/kind.h"

#include <string.h>

struct filter {
	struct feed feed;
	struct archived *archived;
	const char *name;
	bool has_stream; /* false: empty, or damaged in its first block */
	bool is_noted;
};

static void note_fault(struct filter *filter)
{
	const char *text;
	if (!filter->is_noted && archived_fault(filter->archived, &text) != ARCHIVED_FINE) {
		archived_note(filter->archived, filter->name, filter->feed.path,
		              filter->feed.position);
		filter->is_noted = true;
	}
}

static size_t filter_read(struct feed *feed, char *buffer, size_t size)
{
	struct filter *filter = (struct filter *)feed;
	size_t count = filter->has_stream ? archived_read(filter->archived, buffer, size) : 0;
	if (count == 0) {
		note_fault(filter);
	}
	return count;
}

static void filter_close(struct feed *feed)
{
	struct filter *filter = (struct filter *)feed;
	archived_close(filter->archived);
	memory_free(filter);
}

static struct feed *filter_open(enum archived_format format, const char *name, struct feed *under)
{
	static const struct feed_type type = {.read = filter_read, .close = filter_close};
	struct filter *filter = memory_resize(NULL, sizeof(*filter));
	*filter = (struct filter){.name = name, .archived = archived_open(format, under)};
	feed_init(&filter->feed, &type, under->account, under->path);
	filter->feed.is_unfolded = true;
	struct archived_member member;
	filter->has_stream = archived_next(filter->archived, &member) == NEXT_ITEM;
	return &filter->feed;
}

static unsigned magic_bid(struct str head, struct str magic)
{
	return str_starts(head, magic) ? (unsigned)(8 * magic.len) : 0;
}

static unsigned bzip2_bid(struct str head, struct feed *feed)
{
	(void)feed;
	bool is_level = head.len >= 10 && head.ptr[3] >= '1' && head.ptr[3] <= '9';
	if (!is_level || !str_starts(head, STR("BZh"))) {
		return 0;
	}
	struct str block = str_slice(head, 4, 10);
	bool is_block = str_equals(block, STR("1AY&SY")) ||
	                str_equals(block, STR("\x17\x72\x45\x38\x50\x90"));
	return is_block ? 75 : 0;
}

static struct feed *bzip2_unpack(struct feed *under)
{
	return filter_open(ARCHIVED_BZIP2, "bzip2", under);
}

static unsigned xz_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return magic_bid(head, STR("\xfd"
	                           "7zXZ\0"));
}

/*
 * Dictionary of the first block of an xz file; 0 when it is not told.
 *
 * Source: The .xz File Format 1.1.0, sections 2.1 and 3.1; LZMA2's property byte in 5.3.1
 */
static uint64_t xz_dictionary(struct str head)
{
	const unsigned char *bytes = (const unsigned char *)head.ptr;
	size_t at = 14; /* stream header 12, block header size 1, flags 1 */
	if (head.len < 64 || bytes[12] == 0) {
		return 0;
	}
	for (unsigned flag = 0x40; flag <= 0x80; flag <<= 1) {
		/* the sizes that may come first, as numbers of up to nine bytes */
		while ((bytes[13] & flag) != 0 && at < 40 && (bytes[at] & 0x80) != 0) {
			at++;
		}
		at += (bytes[13] & flag) != 0 ? 1 : 0;
	}
	for (unsigned filter = 0; filter <= (bytes[13] & 3u) && at + 2 < 60; filter++) {
		unsigned bits = bytes[at + 2] & 0x3fu;
		if (bytes[at] == 0x21 && bytes[at + 1] == 1 && bits <= 40) {
			return bits == 40 ? UINT32_MAX
			                  : (uint64_t)(2 | (bits & 1)) << (bits / 2 + 11);
		}
		at += 2u + bytes[at + 1];
	}
	return 0;
}

static struct feed *xz_unpack(struct feed *under)
{
	uint64_t dictionary = xz_dictionary(feed_peek(under, 64));
	if (dictionary > under->account->limits.max_memory) {
		account_note(under->account, INPUT_LIMIT, under->path,
		             "not read: it needs %llu bytes of memory to unpack; unpack it first",
		             (unsigned long long)dictionary);
		return NULL;
	}
	return filter_open(ARCHIVED_XZ, "xz", under);
}

static unsigned zstd_bid(struct str head, struct feed *feed)
{
	(void)feed;
	bool is_skippable = head.len >= 8 && ((unsigned char)head.ptr[0] & 0xf0) == 0x50 &&
	                    memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0;
	return is_skippable ? 28 : magic_bid(head, STR("\x28\xb5\x2f\xfd"));
}

/*
 * Window of a zstd frame; 0 when it is not told.
 *
 * Source: RFC 8878, 3.1.1.1
 */
static uint64_t zstd_window(struct str head)
{
	const unsigned char *bytes = (const unsigned char *)head.ptr;
	if (head.len < 6 || bytes[0] != 0x28 || (bytes[4] & 0x20) != 0) {
		return 0;
	}
	uint64_t base = UINT64_C(1) << (10 + (bytes[5] >> 3));
	return base + (base / 8) * (bytes[5] & 7);
}

static struct feed *zstd_unpack(struct feed *under)
{
	uint64_t window = zstd_window(feed_peek(under, 16));
	if (window > under->account->limits.max_memory) {
		account_note(under->account, INPUT_LIMIT, under->path,
		             "not read: it needs %llu bytes of memory to unpack; unpack it first",
		             (unsigned long long)window);
		return NULL;
	}
	return filter_open(ARCHIVED_ZSTD, "zstd", under);
}

static unsigned lz4_bid(struct str head, struct feed *feed)
{
	(void)feed;
	unsigned bid = magic_bid(head, STR("\x04\x22\x4d\x18"));
	return bid > 0 ? bid : magic_bid(head, STR("\x02\x21\x4c\x18"));
}

static struct feed *lz4_unpack(struct feed *under)
{
	return filter_open(ARCHIVED_LZ4, "lz4", under);
}

const struct input_kind kind_bzip2 = {.name = "bz2", .bid = bzip2_bid, .unpack = bzip2_unpack};
const struct input_kind kind_xz = {.name = "xz", .bid = xz_bid, .unpack = xz_unpack};
const struct input_kind kind_zstd = {.name = "zst", .bid = zstd_bid, .unpack = zstd_unpack};
const struct input_kind kind_lz4 = {.name = "lz4", .bid = lz4_bid, .unpack = lz4_unpack};
