/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar, by libarchive as long as the headers are right. Behind a damaged header the next right one
 * is searched, at any offset (bits that flip in compressed data shift what follows); the bytes up
 * to it are given as a member of their own.
 */
#include "base/clock.h"
#include "base/text.h"
#include "input/archived.h"
#include "input/kind.h"
#include "input/tape.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 512,
	NAME_BYTES = 100,
	MODE_AT = 100,
	CHECKSUM_AT = 148,
	CHECKSUM_END = 156,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	NOTES_MAX = 16,
	SEARCH_BYTES = 64 << 10,
	STARTS_MAX = 10000 /* of libarchive, in one archive */
};

struct tar {
	struct container container;
	struct tape tape;
	struct archived *archived; /* NULL while bytes without a right header are given */
	uint64_t archived_begin;   /* where it began on the tape */
	uint64_t floor;            /* where the last right header ended */
	struct archived_feed member;
	struct feed lost;
	unsigned notes, starts;
	bool is_ended;
};

/* ---- headers ---- */

/* Octal digits between blanks and NULs. Returns: -1 when it is something else. */
static int64_t read_octal(const char *field, size_t len)
{
	int64_t value = 0;
	size_t i = 0, digits = 0;
	while (i < len && field[i] == ' ') {
		i++;
	}
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++, digits++) {
		value = value * 8 + (field[i] - '0');
	}
	return digits > 0 && (i == len || field[i] == ' ' || field[i] == '\0') ? value : -1;
}

/* Old writers summed signed bytes. Source: POSIX.1-2017 pax, ustar; GNU tar manual, "Basic Tar
 * Format". */
static bool has_right_checksum(const char *block)
{
	int64_t wanted = read_octal(block + CHECKSUM_AT, CHECKSUM_END - CHECKSUM_AT);
	int64_t plain = 0, with_sign = 0;
	for (unsigned i = 0; i < BLOCK; i++) {
		char byte = i >= CHECKSUM_AT && i < CHECKSUM_END ? ' ' : block[i];
		plain += (unsigned char)byte;
		with_sign += (signed char)byte;
	}
	return wanted > 0 && (wanted == plain || wanted == with_sign);
}

static bool has_magic(const char *block)
{
	return memcmp(block + MAGIC_AT, "ustar", 5) == 0;
}

static bool is_right_header(const char *block)
{
	return has_right_checksum(block) && block[0] != '\0';
}

/* Offset of the first right header with a magic; -1 when there is none. */
static ptrdiff_t find_header(struct str bytes)
{
	size_t at = MAGIC_AT;
	while (at < bytes.len) {
		ptrdiff_t found = str_find(str_skip(bytes, at), STR("ustar"));
		if (found < 0) {
			return -1;
		}
		at += (size_t)found;
		bool is_whole = at - MAGIC_AT + BLOCK <= bytes.len;
		if (is_whole && is_right_header(bytes.ptr + at - MAGIC_AT)) {
			return (ptrdiff_t)(at - MAGIC_AT);
		}
		at++;
	}
	return -1;
}

static unsigned tar_bid(struct str head, struct feed *feed)
{
	(void)feed;
	if (head.len < BLOCK || head.ptr[0] == '\0') {
		return 0;
	}
	bool is_right = has_right_checksum(head.ptr);
	char type = head.ptr[TYPE_AT];
	bool is_type = type == '\0' || (type >= '0' && type <= '7') || (type >= 'A' && type <= 'x');
	if (has_magic(head.ptr)) {
		return is_right ? 88 : is_type ? 38 : 0;
	}
	bool is_mode = read_octal(head.ptr + MODE_AT, 8) >= 0;
	return is_right && is_type && is_mode ? 48 : 0;
}

/* ---- bytes without a right header ---- */

static size_t lost_read(struct feed *feed, char *buffer, size_t size)
{
	struct tar *tar = (struct tar *)((char *)feed - offsetof(struct tar, lost));
	struct str bytes = tape_ahead(&tar->tape, SEARCH_BYTES);
	ptrdiff_t header = find_header(bytes);
	size_t count = bytes.len;
	if (header >= 0) {
		count = (size_t)header;
	} else if (bytes.len >= SEARCH_BYTES) {
		count = bytes.len - (BLOCK - 1); /* the rest may be a part of a header */
	}
	count = count < size ? count : size;
	memcpy(buffer, bytes.ptr, count);
	tape_skip(&tar->tape, count);
	return count;
}

static void lost_close(struct feed *feed)
{
	(void)feed;
}

/* The name that a damaged header still has, or where it is. */
static struct str path_of_lost(struct tar *tar, struct str block)
{
	size_t len = 0;
	while (len < NAME_BYTES && len < block.len && (unsigned char)block.ptr[len] > ' ') {
		len++;
	}
	bool is_name =
		len > 0 && (len == NAME_BYTES || (len < block.len && block.ptr[len] == '\0'));
	char made[48];
	int count = snprintf(made, sizeof(made), "without-name-at-%llu",
	                     (unsigned long long)tape_offset(&tar->tape));
	struct str name = is_name ? str_slice(block, 0, len) : (struct str){made, (size_t)count};
	return container_path(tar->container.under, name);
}

static void lost_init(struct tar *tar, struct str path)
{
	static const struct feed_type type = {.read = lost_read, .close = lost_close};
	feed_init(&tar->lost, &type, tar->container.under->account, path);
}

static enum next give_lost(struct tar *tar, struct container_member *member)
{
	struct str block = str_slice(tape_ahead(&tar->tape, BLOCK), 0, BLOCK);
	bool is_header = block.len == BLOCK && has_magic(block.ptr);
	struct str path = path_of_lost(tar, is_header ? block : STR(""));
	*member = (struct container_member){
		.path = path, .modified_ns = TIME_NONE, .feed = &tar->lost};
	if (is_header) {
		tape_skip(&tar->tape, BLOCK);
	}
	lost_init(tar, path);
	return NEXT_ITEM;
}

/* ---- members ---- */

static void note(struct tar *tar, enum input_damage_kind kind, const char *what, uint64_t offset)
{
	if (++tar->notes <= NOTES_MAX) {
		account_note(tar->container.under->account, kind, tar->container.under->path,
		             "%s at byte %llu of the archive", what, (unsigned long long)offset);
	}
}

static void stop_archived(struct tar *tar)
{
	archived_close(tar->archived);
	tar->archived = NULL;
}

/* At a right header. */
static void start_archived(struct tar *tar)
{
	if (++tar->starts > STARTS_MAX) {
		tar->is_ended = true;
		return;
	}
	tar->archived_begin = tape_offset(&tar->tape);
	tar->floor = tar->archived_begin + BLOCK;
	tar->archived = archived_open(ARCHIVED_TAR, &tar->tape.feed);
}

/* Go behind NULs. Returns: whether something follows. */
static bool pass_padding(struct tar *tar)
{
	for (;;) {
		struct str bytes = tape_ahead(&tar->tape, 1);
		size_t count = 0;
		while (count < bytes.len && bytes.ptr[count] == '\0') {
			count++;
		}
		tape_skip(&tar->tape, count);
		if (bytes.len == 0 || count < bytes.len) {
			return bytes.len > 0;
		}
	}
}

/*
 * Bytes that went missing in the last member shift what follows: its header was read as a part of
 * that member. Returns: whether a right header stands before this place; it is gone to.
 */
static bool go_back_to_header(struct tar *tar)
{
	uint64_t here = tape_offset(&tar->tape), back = tape_earliest(&tar->tape);
	back = back > tar->floor ? back : tar->floor;
	if (back >= here) {
		return false;
	}
	tape_go(&tar->tape, back);
	struct str bytes = tape_ahead(&tar->tape, 1);
	ptrdiff_t header = find_header(str_slice(bytes, 0, (size_t)(here - back) + BLOCK - 1));
	if (header >= 0) {
		tape_skip(&tar->tape, (size_t)header);
	} else {
		tape_go(&tar->tape, here);
	}
	return header >= 0;
}

/* At what should be a header: go on at the next right one (END) or give what stands before it. */
static enum next go_on(struct tar *tar, struct container_member *member)
{
	stop_archived(tar);
	struct str block = tape_ahead(&tar->tape, BLOCK);
	bool is_in_place = block.len >= BLOCK && has_magic(block.ptr);
	if (block.len == 0 || (!is_in_place && !go_back_to_header(tar) && !pass_padding(tar))) {
		tar->is_ended = true;
		return NEXT_END;
	}
	block = tape_ahead(&tar->tape, BLOCK);
	bool is_right = block.len >= BLOCK && has_magic(block.ptr) && is_right_header(block.ptr);
	if (is_right && tape_offset(&tar->tape) >= tar->floor) {
		start_archived(tar);
		return NEXT_END;
	}
	return give_lost(tar, member);
}

/* Behind the last member that could be read: the end, or something is wrong. */
static enum next stop_at(struct tar *tar, enum next last, bool was_dead,
                         struct container_member *member)
{
	uint64_t taken = tar->archived_begin + archived_offset(tar->archived);
	uint64_t header = tar->archived_begin + archived_header_offset(tar->archived);
	if (last == NEXT_END || was_dead) {
		tape_go(&tar->tape, taken);
	} else {
		header = header > tar->floor ? header : tar->floor;
		note(tar, INPUT_CORRUPT, "a tar header is damaged", header);
		tape_go(&tar->tape, header);
	}
	if (last == NEXT_END && !pass_padding(tar)) {
		tar->is_ended = true;
		return NEXT_END;
	}
	enum next next = go_on(tar, member);
	if (last == NEXT_END && next == NEXT_ITEM) {
		note(tar, INPUT_TRAILING, "something follows the end", tape_offset(&tar->tape));
	}
	return next;
}

static bool take_member(struct tar *tar, const struct archived_member *found,
                        struct container_member *member)
{
	static const char *const odd_types[] = {
		[ARCHIVED_LINK] = TEXT_MARK("skipped: a symbolic link"),
		[ARCHIVED_HARDLINK] =
			TEXT_MARK("skipped: a hard link; its bytes are in another member"),
		[ARCHIVED_SPECIAL] = TEXT_MARK("skipped: a device, FIFO or socket"),
	};
	struct feed *under = tar->container.under;
	tar->floor = tar->archived_begin + archived_offset(tar->archived);
	if (found->type == ARCHIVED_FOLDER) {
		return false;
	}
	struct str path = container_path(under, found->name);
	if (found->type != ARCHIVED_FILE) {
		account_note(under->account, INPUT_SKIPPED, path, "%s", odd_types[found->type]);
		return false;
	}
	archived_feed_init(&tar->member, tar->archived, "tar", under->account, path);
	*member = (struct container_member){.path = path,
	                                    .modified_ns = found->modified_ns,
	                                    .stored_bytes = found->size_bytes,
	                                    .feed = &tar->member.feed};
	return true;
}

/* Behind bytes without a right header: the end, or such a header. */
static void leave_lost(struct tar *tar)
{
	feed_drain(&tar->lost);
	if (tape_ahead(&tar->tape, 1).len == 0) {
		tar->is_ended = true;
	} else {
		start_archived(tar);
	}
}

static enum next tar_next(struct container *container, struct container_member *member)
{
	struct tar *tar = (struct tar *)container;
	while (!tar->is_ended && !container->under->account->is_spent) {
		if (tar->archived == NULL) {
			leave_lost(tar);
			continue;
		}
		bool was_dead = archived_is_dead(tar->archived);
		struct archived_member found;
		enum next next = archived_next(tar->archived, &found);
		if (next == NEXT_ITEM && !account_member(container->under)) {
			return NEXT_END;
		}
		if (next == NEXT_ITEM ? take_member(tar, &found, member)
		                      : stop_at(tar, next, was_dead, member) == NEXT_ITEM) {
			return NEXT_ITEM;
		}
	}
	return NEXT_END;
}

static void tar_close(struct container *container)
{
	struct tar *tar = (struct tar *)container;
	stop_archived(tar);
	feed_close(&tar->lost);
	tape_finish(&tar->tape);
	memory_free(tar);
}

static struct container *tar_open(struct feed *under)
{
	static const struct container_type type = {.next = tar_next, .close = tar_close};
	struct tar *tar = memory_resize(NULL, sizeof(*tar));
	memset(tar, 0, sizeof(*tar));
	tar->container = (struct container){.type = &type, .under = under};
	tape_init(&tar->tape, under);
	lost_init(tar, under->path);
	start_archived(tar);
	tar->floor = 0;
	return &tar->container;
}

const struct input_kind kind_tar = {.name = "tar", .bid = tar_bid, .open = tar_open};
