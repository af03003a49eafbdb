/* SPDX-License-Identifier: Apache-2.0 */
#include "input/zip_walk.h"

#include <string.h>

enum {
	HEADER_BYTES = 30,
	DESCRIPTOR_BYTES = 32, /* and what tells that it ends */
	SEARCH_BYTES = 64 << 10,
	NAME_LONGEST = 1024,
	NOTES_MAX = 16,
	TRY_BYTES = 512, /* a header with its name and extra field, for finding where data begin */
	TRY_OUT_BYTES = 128,
	TRY_OUT_LEAST = 16, /* of a member that is shorter than that */
	FLAG_ENCRYPTED = 1,
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
	unsigned version = read_16(bytes, 4) & 0xff, method = read_16(bytes, 8);
	unsigned name_len = read_16(bytes, 26);
	return version <= 63 && method <= 99 && name_len > 0 && name_len <= NAME_LONGEST;
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

/* Whether data that begin here inflate to text, or to something that begins like a packed file. */
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
		.begin = begin, .data = begin + at, .method = METHOD_DEFLATED, .is_damaged = true};
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
	enum { LONGEST = HEADER_BYTES + 2 * NAME_LONGEST + UINT16_MAX };
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
		return "encrypted: it cannot be read without its password; unpack it first";
	}
	*kind = INPUT_UNREADABLE;
	return walk->header.method == METHOD_STORED || walk->header.method == METHOD_DEFLATED
	               ? NULL
	               : "packed in a way that can only be read from a whole file; unpack it first";
}

/* ---- data ---- */

/* Behind a fault the next header is searched from where the data began, as far back as it goes. */
static void finish_damaged(struct zip_walk *walk)
{
	walk->is_finished = true;
	walk->is_astray = true;
	tape_go(&walk->tape, walk->header.data);
}

static void finish(struct zip_walk *walk)
{
	uint32_t wanted = walk->header.crc;
	walk->is_finished = true;
	if ((walk->header.flags & FLAG_DESCRIPTOR) != 0) {
		struct str bytes = tape_ahead(&walk->tape, DESCRIPTOR_BYTES);
		bool has_signature = bytes.len >= 8 && memcmp(bytes.ptr, "PK\7\10", 4) == 0;
		size_t at = has_signature ? 4 : 0;
		wanted = bytes.len >= at + 4 ? read_32(bytes, at) : ~walk->crc;
		for (size_t len = at + 12; len <= at + 20; len += 8) {
			/* sizes of four bytes each, or eight */
			struct str behind = str_skip(bytes, len);
			if (bytes.len >= len &&
			    (behind.len < 4 || memcmp(behind.ptr, "PK", 2) == 0)) {
				tape_skip(&walk->tape, len);
				break;
			}
		}
	}
	if (wanted != walk->crc && !walk->header.is_damaged) {
		note_data(walk, INPUT_CHECKSUM, "checksum is wrong");
		finish_damaged(walk);
	}
}

void zip_walk_pass(struct zip_walk *walk)
{
	tape_go(&walk->tape, walk->header.data);
	uint64_t left = walk->header.is_sized ? walk->header.packed_bytes : 0;
	walk->is_astray = !walk->header.is_sized;
	walk->is_finished = true;
	while (left > 0) {
		struct str bytes = tape_ahead(&walk->tape, 1);
		size_t count = left < bytes.len ? (size_t)left : bytes.len;
		tape_skip(&walk->tape, count);
		left = count > 0 ? left - count : 0;
	}
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
		note_data(walk, INPUT_CUT, "data are cut");
		walk->is_finished = true;
	}
	return count;
}

/* Up to the next record: for stored data whose size is not known or cannot be right. */
static size_t read_unsized(struct zip_walk *walk, char *buffer, size_t size)
{
	struct str bytes = tape_ahead(&walk->tape, SEARCH_BYTES);
	size_t count = bytes.len > 3 && bytes.len >= SEARCH_BYTES ? bytes.len - 3 : bytes.len;
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
	walk->is_finished = count == 0;
	return count;
}

/* Data that do not inflate from their first byte on: perhaps they begin elsewhere. */
static bool try_elsewhere(struct zip_walk *walk)
{
	if (walk->is_tried || walk->out > 0) {
		return false;
	}
	walk->is_tried = true;
	tape_go(&walk->tape, walk->header.begin);
	size_t at = find_data(walk, tape_ahead(&walk->tape, SEARCH_BYTES));
	if (at == 0) {
		return false;
	}
	tape_skip(&walk->tape, at);
	walk->header.data = walk->header.begin + at;
	walk->header.is_damaged = true;
	inflate_zlib.reset(walk->inflate);
	return true;
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
	if (result == INFLATE_END) {
		finish(walk);
	} else if (result != INFLATE_MORE && !try_elsewhere(walk)) {
		note_data(walk, INPUT_CORRUPT, "data are damaged");
		finish_damaged(walk);
	} else if (bytes.len == 0 && count == 0) {
		note_data(walk, INPUT_CUT, "data are cut");
		walk->is_finished = true;
	}
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
	if ((is_sized && walk->left == 0) || walk->is_finished) {
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
	walk->again = given;
	walk->out = 0;
	walk->crc = 0;
	walk->is_finished = false;
}
