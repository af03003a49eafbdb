/* SPDX-License-Identifier: Apache-2.0 */
#include "input/zip_walk.h"

#include "base/text.h"

#include <string.h>

enum {
	HEADER_BYTES = 30,
	DESCRIPTOR_BYTES = 32, /* and what tells that it ends */
	SEARCH_BYTES = 64 << 10,
	NAME_LONGEST = 1024,
	NOTES_MAX = 16,
	GARBAGE_MAX = 1024, /* that data may inflate to where they do not begin */
	TRY_BYTES = 512, /* a header with its name and extra field, for finding where data begin */
	TRY_PACKED_BYTES = 4096,
	TRY_OUT_BYTES = 128,
	TRY_OUT_LEAST = 16,    /* of a member that is shorter than that */
	FLAG_ENCRYPTED = 0x41, /* in either of two ways */
	FLAG_DESCRIPTOR = 8,
	METHOD_STORED = 0,
	METHOD_DEFLATED = 8
};

/* Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local file header) and 4.3.9 (descriptor). */
static unsigned read_16(struct str bytes, size_t at)
{
	return (unsigned char)bytes.ptr[at] | (unsigned)(unsigned char)bytes.ptr[at + 1] << 8;
}

static uint32_t read_32(struct str bytes, size_t at)
{
	return read_16(bytes, at) | (uint32_t)read_16(bytes, at + 2) << 16;
}

static unsigned signature_bytes_right(struct str bytes)
{
	unsigned right = 0;
	for (size_t i = 0; i < 4; i++) {
		right += bytes.ptr[i] == "PK\3\4"[i];
	}
	return right;
}

bool zip_walk_is_header(struct str bytes, bool is_lenient)
{
	if (bytes.len < HEADER_BYTES || signature_bytes_right(bytes) < (is_lenient ? 3 : 4)) {
		return false;
	}
	unsigned version = read_16(bytes, 4) & 0xff;
	unsigned name_len = read_16(bytes, 26);
	return version <= 63 && name_len > 0 && name_len <= NAME_LONGEST;
}

/* Records that may stand behind the last member. */
static bool is_other_record(struct str bytes)
{
	static const char kinds[][3] = {"\1\2", "\5\6", "\6\6", "\6\7", "\6\10", "\5\5"};
	if (bytes.len < 4 || bytes.ptr[0] != 'P' || bytes.ptr[1] != 'K') {
		return false;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (memcmp(bytes.ptr + 2, kinds[i], 2) == 0) {
			return true;
		}
	}
	return false;
}

void zip_walk_init(struct zip_walk *walk, struct feed *under)
{
	memset(walk, 0, sizeof(*walk));
	tape_init(&walk->tape, under);
	walk->inflate = inflate_zlib.create(true);
	walk->is_finished = true;
}

void zip_walk_finish(struct zip_walk *walk)
{
	memory_free(walk->feed.peeked);
	tape_finish(&walk->tape);
	inflate_zlib.destroy(walk->inflate);
}

static void note_header(struct zip_walk *walk)
{
	if (++walk->notes <= NOTES_MAX) {
		account_note(walk->tape.feed.account, INPUT_CORRUPT, walk->tape.feed.path,
		             "a zip header is damaged at byte %llu of the archive",
		             (unsigned long long)tape_offset(&walk->tape));
	}
}

static void note_data(struct zip_walk *walk, enum input_damage_kind kind, const char *what)
{
	if (++walk->notes <= NOTES_MAX) {
		account_note(walk->tape.feed.account, kind, walk->feed.path,
		             "zip %s after %llu bytes", what, (unsigned long long)walk->out);
	}
}

/* ---- headers ---- */

/* Packed size, of zip64 too; 0 when not known. */
static uint64_t packed_bytes(struct str header, struct str extra)
{
	uint32_t packed = read_32(header, 18), size = read_32(header, 22);
	if (packed != UINT32_MAX) {
		return packed;
	}
	while (extra.len >= 4) {
		size_t len = read_16(extra, 2), at = size == UINT32_MAX ? 12 : 4;
		if (read_16(extra, 0) == 1 && len + 4 >= at + 8 && extra.len >= at + 8) {
			return read_32(extra, at) | (uint64_t)read_32(extra, at + 4) << 32;
		}
		extra = str_skip(extra, 4 + len);
	}
	return 0;
}

/* Whether data that begin here inflate to text. */
static bool is_text_deflated(struct zip_walk *walk, struct str data)
{
	unsigned char out[TRY_OUT_BYTES];
	struct inflate_window window = {(const unsigned char *)data.ptr, data.len, out,
	                                sizeof(out)};
	inflate_zlib.reset(walk->inflate);
	enum inflate_result result = inflate_zlib.step(walk->inflate, &window);
	size_t count = sizeof(out) - window.out_len;
	inflate_zlib.reset(walk->inflate);
	if (count < (result == INFLATE_END ? TRY_OUT_LEAST : sizeof(out))) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		bool is_control =
			out[i] < ' ' && (out[i] < '\t' || out[i] > '\r') && out[i] != 0x1b;
		if (is_control) {
			return false;
		}
	}
	return true;
}

/* Where the data of a damaged header begin: nothing in it is trusted. Returns: 0 when not found. */
static size_t find_data(struct zip_walk *walk, struct str bytes)
{
	for (size_t at = HEADER_BYTES + 1; at < TRY_BYTES && at < bytes.len; at++) {
		if (is_text_deflated(walk, str_skip(bytes, at))) {
			return at;
		}
	}
	return 0;
}

static void take_name(struct zip_walk *walk, struct str name)
{
	size_t len = name.len < sizeof(walk->name_bytes) ? name.len : sizeof(walk->name_bytes);
	memcpy(walk->name_bytes, name.ptr, len);
	walk->name = (struct str){walk->name_bytes, len};
}

/* A header that says something else of data that inflate to text is wrong. */
static void mend_header(struct zip_walk *walk, struct str data)
{
	if (is_text_deflated(walk, data)) {
		walk->header.method = METHOD_DEFLATED;
		walk->header.flags &= ~(unsigned)FLAG_ENCRYPTED;
		walk->header.is_mended = true;
		note_header(walk);
	}
}

/* Take the header that the tape is at. */
static void take_header(struct zip_walk *walk, struct str bytes)
{
	size_t name_len = read_16(bytes, 26), extra_len = read_16(bytes, 28);
	struct str extra =
		str_slice(bytes, HEADER_BYTES + name_len, HEADER_BYTES + name_len + extra_len);
	uint64_t begin = tape_offset(&walk->tape);
	walk->header = (struct zip_header){.begin = begin,
	                                   .data = begin + HEADER_BYTES + name_len + extra_len,
	                                   .flags = read_16(bytes, 6),
	                                   .method = read_16(bytes, 8),
	                                   .crc = read_32(bytes, 14),
	                                   .packed_bytes = packed_bytes(bytes, extra),
	                                   .size_bytes = read_32(bytes, 22)};
	bool is_odd =
		walk->header.method == METHOD_STORED && read_32(bytes, 18) != read_32(bytes, 22);
	walk->header.is_sized = (walk->header.flags & FLAG_DESCRIPTOR) == 0 && !is_odd;
	bool is_plain = (walk->header.flags & FLAG_ENCRYPTED) == 0;
	if (!is_plain || is_odd || walk->header.method != METHOD_DEFLATED) {
		mend_header(walk, str_skip(bytes, HEADER_BYTES + name_len + extra_len));
	}
	take_name(walk, str_slice(bytes, HEADER_BYTES, HEADER_BYTES + name_len));
	walk->is_tried = false;
}

/* The tape is where a header should be and is not: find out where its data begin. */
static bool take_damaged_header(struct zip_walk *walk, struct str bytes)
{
	size_t at = find_data(walk, bytes);
	if (at == 0) {
		return false;
	}
	size_t len = read_16(bytes, 26);
	struct str name = str_slice(bytes, HEADER_BYTES, HEADER_BYTES + len);
	for (size_t i = 0; i < name.len && name.len > 0; i++) {
		if ((unsigned char)name.ptr[i] < ' ' || len > at) {
			name.len = 0;
		}
	}
	uint64_t begin = tape_offset(&walk->tape);
	walk->header = (struct zip_header){
		.begin = begin, .data = begin + at, .method = METHOD_DEFLATED, .is_mended = true};
	take_name(walk, name.len > 0 ? name : STR("without-name"));
	walk->is_tried = true;
	return true;
}

/* Go to the next signature of a header. */
static bool find_header(struct zip_walk *walk)
{
	for (;;) {
		struct str bytes = tape_ahead(&walk->tape, SEARCH_BYTES);
		ptrdiff_t found = str_find(bytes, STR("PK\3\4"));
		size_t len = bytes.len > 3 ? bytes.len - 3 : bytes.len;
		tape_skip(&walk->tape, found >= 0 ? (size_t)found : len);
		if (found < 0 && bytes.len < SEARCH_BYTES) {
			return false;
		}
		bytes = tape_ahead(&walk->tape, HEADER_BYTES + NAME_LONGEST);
		if (found >= 0 && zip_walk_is_header(bytes, false)) {
			return true;
		}
		tape_skip(&walk->tape, found >= 0 ? 1 : 0);
	}
}

/* At a place where a header is expected. Returns: whether there is one, mended or not. */
static bool take_expected(struct zip_walk *walk, struct str bytes)
{
	if (zip_walk_is_header(bytes, false)) {
		take_header(walk, bytes);
		return true;
	}
	if (is_other_record(bytes) || bytes.len < HEADER_BYTES) {
		return false;
	}
	note_header(walk);
	if (zip_walk_is_header(bytes, true)) {
		take_header(walk, bytes);
		return true;
	}
	return take_damaged_header(walk, bytes);
}

bool zip_walk_next(struct zip_walk *walk)
{
	if (!walk->is_finished) {
		feed_drain(&walk->feed);
	}
	walk->is_finished = true;
	enum { LONGEST = HEADER_BYTES + NAME_LONGEST + UINT16_MAX + TRY_PACKED_BYTES };
	if (!walk->is_astray && take_expected(walk, tape_ahead(&walk->tape, LONGEST))) {
		return true;
	}
	walk->is_astray = false;
	if (!find_header(walk)) {
		return false;
	}
	take_header(walk, tape_ahead(&walk->tape, LONGEST));
	return true;
}

const char *zip_walk_refusal(const struct zip_walk *walk, enum input_damage_kind *kind)
{
	if ((walk->header.flags & FLAG_ENCRYPTED) != 0) {
		*kind = INPUT_ENCRYPTED;
		return TEXT_MARK(
			"encrypted: it cannot be read without its password; unpack it first");
	}
	*kind = INPUT_UNREADABLE;
	return walk->header.method == METHOD_STORED || walk->header.method == METHOD_DEFLATED
	               ? NULL
	               : TEXT_MARK("packed in a way that can only be read from a whole file; "
	                           "unpack it first");
}

/* ---- data ---- */

/* Behind a fault the next header is searched from the member's begin, as far back as it goes. */
static void finish_damaged(struct zip_walk *walk)
{
	walk->is_finished = true;
	walk->is_astray = true;
	tape_go(&walk->tape, walk->header.begin + 1);
}

/*
 * Data that do not inflate, or to something else than was packed: perhaps they begin elsewhere.
 * Only before anything was given.
 */
static bool try_elsewhere(struct zip_walk *walk)
{
	if (walk->is_tried || walk->feed.position > 0 || walk->out > GARBAGE_MAX) {
		return false;
	}
	walk->is_tried = true;
	uint64_t here = tape_offset(&walk->tape);
	tape_go(&walk->tape, walk->header.begin);
	struct str bytes = tape_ahead(&walk->tape, TRY_BYTES + TRY_PACKED_BYTES);
	size_t at = find_data(walk, bytes);
	if (at == 0 || walk->header.begin + at == walk->header.data) {
		tape_go(&walk->tape, here);
		return false;
	}
	note_header(walk);
	walk->header.data = walk->header.begin + at;
	walk->header.is_mended = true;
	walk->out = walk->again = 0;
	walk->crc = 0;
	tape_skip(&walk->tape, at);
	return true;
}

/* The checksum behind the data; the tape goes behind it. */
static uint32_t take_descriptor(struct zip_walk *walk)
{
	struct str bytes = tape_ahead(&walk->tape, DESCRIPTOR_BYTES);
	bool has_signature = bytes.len >= 8 && memcmp(bytes.ptr, "PK\7\10", 4) == 0;
	size_t at = has_signature ? 4 : 0;
	uint32_t crc = bytes.len >= at + 4 ? read_32(bytes, at) : ~walk->crc;
	for (size_t len = at + 12; len <= at + 20 && len <= bytes.len; len += 8) {
		/* sizes of four bytes each, or eight */
		struct str behind = str_skip(bytes, len);
		if (behind.len < 4 || memcmp(behind.ptr, "PK", 2) == 0) {
			tape_skip(&walk->tape, len);
			return crc;
		}
	}
	return crc;
}

/* All data came out. Returns: false when they have to be read again from elsewhere. */
static bool finish(struct zip_walk *walk)
{
	bool has_descriptor = (walk->header.flags & FLAG_DESCRIPTOR) != 0;
	uint32_t wanted = has_descriptor ? take_descriptor(walk) : walk->header.crc;
	if (wanted != walk->crc && try_elsewhere(walk)) {
		return false;
	}
	walk->is_finished = true;
	if (wanted != walk->crc && !walk->header.is_mended) {
		note_data(walk, INPUT_CHECKSUM, "checksum is wrong");
	}
	if (wanted != walk->crc) {
		finish_damaged(walk);
	}
	return true;
}

static void fail(struct zip_walk *walk, enum input_damage_kind kind, const char *what)
{
	note_data(walk, kind, what);
	finish_damaged(walk);
}

static size_t read_stored(struct zip_walk *walk, char *buffer, size_t size)
{
	struct str bytes = tape_ahead(&walk->tape, 1);
	size_t count = bytes.len < size ? bytes.len : size;
	count = count < walk->left ? count : (size_t)walk->left;
	memcpy(buffer, bytes.ptr, count);
	tape_skip(&walk->tape, count);
	walk->left -= count;
	if (walk->left > 0 && count == 0) {
		fail(walk, INPUT_CUT, TEXT_MARK("data are cut"));
	}
	return count;
}

/* Up to the next record: for stored data whose size is not known or cannot be right. */
static size_t read_unsized(struct zip_walk *walk, char *buffer, size_t size)
{
	struct str bytes = tape_ahead(&walk->tape, SEARCH_BYTES);
	size_t count = bytes.len >= SEARCH_BYTES ? bytes.len - 3 : bytes.len;
	ptrdiff_t found = str_find(bytes, STR("PK"));
	while (found >= 0) {
		struct str record = str_skip(bytes, (size_t)found);
		bool is_record = zip_walk_is_header(record, false) || is_other_record(record) ||
		                 (record.len >= 4 && memcmp(record.ptr + 2, "\7\10", 2) == 0);
		if (is_record || record.len < 4) {
			count = is_record || bytes.len >= SEARCH_BYTES ? (size_t)found : count;
			break;
		}
		ptrdiff_t next = str_find(str_skip(record, 2), STR("PK"));
		found = next >= 0 ? found + 2 + next : -1;
	}
	count = count < size ? count : size;
	memcpy(buffer, bytes.ptr, count);
	tape_skip(&walk->tape, count);
	return count;
}

static size_t read_deflated(struct zip_walk *walk, char *buffer, size_t size)
{
	struct str bytes = tape_ahead(&walk->tape, 1);
	struct inflate_window window = {(const unsigned char *)bytes.ptr, bytes.len,
	                                (unsigned char *)buffer, size};
	enum inflate_result result = inflate_zlib.step(walk->inflate, &window);
	size_t count = size - window.out_len;
	tape_skip(&walk->tape, bytes.len - window.in_len);
	walk->out += count;
	walk->crc = inflate_crc(walk->crc, buffer, count);
	bool is_cut = result == INFLATE_MORE && bytes.len == 0 && count == 0;
	if (result == INFLATE_MORE && !is_cut) {
		return count;
	}
	if (result == INFLATE_END) {
		return finish(walk) ? count : 0;
	}
	if (try_elsewhere(walk)) {
		return 0;
	}
	fail(walk, is_cut ? INPUT_CUT : INPUT_CORRUPT,
	     is_cut ? TEXT_MARK("data are cut") : TEXT_MARK("data are damaged"));
	return count;
}

static size_t read_any(struct zip_walk *walk, char *buffer, size_t size)
{
	if (walk->header.method == METHOD_DEFLATED) {
		return read_deflated(walk, buffer, size);
	}
	bool is_sized = walk->header.is_sized;
	size_t count =
		is_sized ? read_stored(walk, buffer, size) : read_unsized(walk, buffer, size);
	walk->out += count;
	walk->crc = inflate_crc(walk->crc, buffer, count);
	bool is_whole = is_sized ? walk->left == 0 : count == 0;
	if (is_whole && !walk->is_finished) {
		walk->is_tried = true; /* what is stored begins where it begins */
		finish(walk);
	}
	return count;
}

static size_t walk_read(struct feed *feed, char *buffer, size_t size)
{
	struct zip_walk *walk = (struct zip_walk *)feed;
	while (!walk->is_finished && size > 0) {
		size_t count = read_any(walk, buffer, size);
		if (walk->again >= count) {
			walk->again -= count;
		} else if (count > 0) {
			size_t old = (size_t)walk->again;
			walk->again = 0;
			memmove(buffer, buffer + old, count - old);
			return count - old;
		}
	}
	return 0;
}

static void walk_close(struct feed *feed)
{
	(void)feed;
}

void zip_walk_open(struct zip_walk *walk, struct str path, uint64_t given)
{
	static const struct feed_type type = {.read = walk_read, .close = walk_close};
	memory_free(walk->feed.peeked);
	feed_init(&walk->feed, &type, walk->tape.feed.account, path);
	walk->feed.is_unfolded = true;
	tape_go(&walk->tape, walk->header.data);
	inflate_zlib.reset(walk->inflate);
	walk->left = walk->header.packed_bytes;
	walk->again = walk->header.is_mended ? 0 : given;
	walk->out = 0;
	walk->crc = 0;
	walk->is_finished = false;
}

/* Data whose size is told behind them are decoded to find their end. */
static void pass_decoded(struct zip_walk *walk)
{
	zip_walk_open(walk, walk->tape.feed.path, 0);
	walk->feed.is_unfolded = false; /* they were counted when they were given */
	feed_drain(&walk->feed);
}

static void pass_sized(struct zip_walk *walk)
{
	uint64_t left = walk->header.packed_bytes;
	tape_go(&walk->tape, walk->header.data);
	while (left > 0) {
		struct str bytes = tape_ahead(&walk->tape, 1);
		size_t count = left < bytes.len ? (size_t)left : bytes.len;
		tape_skip(&walk->tape, count);
		left = count > 0 ? left - count : 0;
	}
	struct str behind = tape_ahead(&walk->tape, HEADER_BYTES);
	bool is_there = behind.len < HEADER_BYTES || is_other_record(behind) ||
	                signature_bytes_right(behind) >= 3;
	walk->is_finished = true;
	walk->is_astray = false;
	if (!is_there) {
		finish_damaged(walk);
	}
}

void zip_walk_pass(struct zip_walk *walk)
{
	bool is_plain = (walk->header.flags & FLAG_ENCRYPTED) == 0;
	if (walk->header.is_sized) {
		pass_sized(walk);
	} else if (is_plain && walk->header.method == METHOD_DEFLATED) {
		pass_decoded(walk);
	} else {
		finish_damaged(walk);
	}
}
