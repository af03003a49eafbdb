/* SPDX-License-Identifier: Apache-2.0 */
#include "input/inflate.h"
#include "input/intake.h"
#include "input/kind.h"

#include <string.h>

enum {
	HEADER_BYTES = 10,
	NOTES_MAX = 8,   /* of one file */
	RETURNS_MAX = 64 /* to a damaged member's begin; then the search only goes forward */
};

struct gzip {
	struct feed feed;
	struct intake in;
	const struct inflate_engine *engine;
	void *state;
	uint64_t member_begin; /* of the current member, in under */
	uint64_t member_out;   /* bytes that were decoded of it */
	uint64_t again;        /* bytes still to be decoded a second time */
	bool is_finished;
	unsigned notes, returns;
};

static unsigned char byte_at(struct str bytes, size_t at)
{
	return (unsigned char)bytes.ptr[at];
}

/* Flags, extra flags and system as real writers set them. Source: RFC 1952. */
static bool has_header_rest(struct str head)
{
	unsigned char flags = byte_at(head, 3), extra = byte_at(head, 8), system = byte_at(head, 9);
	return (flags & 0xe0) == 0 && (extra == 0 || extra == 2 || extra == 4) &&
	       (system <= 13 || system == 255);
}

static const unsigned char magic[3] = {0x1f, 0x8b, 0x08};

static unsigned magic_bytes_right(struct str head)
{
	unsigned right = 0;
	for (size_t i = 0; i < sizeof(magic); i++) {
		right += i < head.len && byte_at(head, i) == magic[i];
	}
	return right;
}

static bool is_header(struct str head)
{
	return head.len >= HEADER_BYTES && magic_bytes_right(head) == 3 && has_header_rest(head);
}

static uint64_t offset_out(const struct gzip *gz)
{
	return gz->feed.position;
}

static void note(struct gzip *gz, enum input_damage_kind kind, const char *what, uint64_t out)
{
	gz->notes++;
	if (gz->notes <= NOTES_MAX) {
		account_note(gz->feed.account, kind, gz->feed.path, "%s after %llu bytes", what,
		             (unsigned long long)out);
	} else if (gz->notes == NOTES_MAX + 1) {
		account_note(gz->feed.account, kind, gz->feed.path,
		             "gzip data are damaged in more places");
	}
}

static void begin_member(struct gzip *gz)
{
	gz->engine->reset(gz->state);
	gz->member_begin = intake_offset(&gz->in);
	gz->member_out = 0;
}

/* A member's header among the bytes that follow. Returns: whether one was found; used is at it. */
static bool find_member(struct gzip *gz)
{
	for (;;) {
		struct str bytes = intake_ahead(&gz->in, HEADER_BYTES);
		if (bytes.len < HEADER_BYTES) {
			gz->in.used = gz->in.len;
			return false;
		}
		size_t last = bytes.len - HEADER_BYTES;
		const char *found;
		size_t at = 0;
		while (at <= last &&
		       (found = memchr(bytes.ptr + at, magic[0], last - at + 1)) != NULL) {
			at = (size_t)(found - bytes.ptr);
			if (is_header(str_skip(bytes, at))) {
				gz->in.used += at;
				return true;
			}
			at++;
		}
		gz->in.used += last + 1;
	}
}

/* From just behind the header of the member that went wrong, where that can be reached. */
static void go_back_in_member(struct gzip *gz)
{
	uint64_t here = intake_offset(&gz->in), back = here - gz->member_begin;
	if (gz->returns++ >= RETURNS_MAX) {
		return;
	}
	if (back <= gz->in.used) {
		gz->in.used -= (size_t)(back > 0 ? back - 1 : 0);
	} else if (!feed_can_seek(gz->in.under) || !intake_seek(&gz->in, gz->member_begin + 1)) {
		gz->in.used = 0;
	}
}

static void resynchronise(struct gzip *gz)
{
	go_back_in_member(gz);
	if (find_member(gz)) {
		begin_member(gz);
	} else {
		gz->is_finished = true;
	}
}

/* Behind a member: padding with NULs, another one, the end, or something else. */
static void next_member(struct gzip *gz, bool was_right)
{
	while ((intake_ahead(&gz->in, 1).len > 0) && gz->in.bytes[gz->in.used] == 0) {
		gz->in.used++;
	}
	struct str head = intake_ahead(&gz->in, HEADER_BYTES);
	if (head.len == 0) {
		gz->is_finished = true;
	} else if (is_header(head) || (head.len < HEADER_BYTES && byte_at(head, 0) == magic[0] &&
	                               (head.len == 1 || byte_at(head, 1) == magic[1]))) {
		begin_member(gz);
	} else if (!was_right) {
		resynchronise(gz);
	} else {
		note(gz, INPUT_TRAILING, "something that is not gzip follows", offset_out(gz));
		if (find_member(gz)) {
			begin_member(gz);
		} else {
			gz->is_finished = true;
		}
	}
}

/* Read the member again with zlib: what it decodes, and what is wrong with it, is what counts. */
static bool decode_again(struct gzip *gz)
{
	if (gz->engine == &inflate_zlib || !intake_seek(&gz->in, gz->member_begin)) {
		return false;
	}
	gz->engine->destroy(gz->state);
	gz->engine = &inflate_zlib;
	gz->state = gz->engine->create(false);
	gz->again = gz->member_out;
	gz->member_out = 0;
	return true;
}

static void take_fault(struct gzip *gz, enum inflate_result result, uint64_t out)
{
	if (decode_again(gz)) {
		return;
	}
	gz->again = 0;
	if (result == INFLATE_BAD_CHECK) {
		note(gz, INPUT_CHECKSUM, "gzip checksum is wrong", out);
		/* of the trailer zlib took the CRC, and the length only if the CRC was right */
		struct str rest = intake_ahead(&gz->in, 4 + HEADER_BYTES);
		bool is_here = is_header(rest);
		gz->in.used += is_here || rest.len < 4 ? 0 : 4;
		next_member(gz, false);
	} else if (result == INFLATE_BAD_DATA) {
		note(gz, INPUT_CORRUPT, "gzip data are damaged", out);
		resynchronise(gz);
	} else {
		note(gz, INPUT_CUT, "gzip data are cut", out);
		gz->is_finished = true;
	}
}

/* Decode into buffer. Returns: bytes that are new. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static size_t decode(struct gzip *gz, char *buffer, size_t size)
{
	bool has_input = (intake_ahead(&gz->in, 1).len > 0);
	struct inflate_window window = {(unsigned char *)gz->in.bytes + gz->in.used,
	                                gz->in.len - gz->in.used, (unsigned char *)buffer, size};
	enum inflate_result result = gz->engine->step(gz->state, &window);
	size_t count = size - window.out_len;
	size_t taken = gz->in.len - gz->in.used - window.in_len;
	gz->in.used += taken;
	gz->member_out += count;
	uint64_t out = offset_out(gz) + (gz->again == 0 ? count : 0);
	if (result == INFLATE_END) {
		gz->again = 0;
		next_member(gz, true);
	} else if (result != INFLATE_MORE || (!has_input && count == 0)) {
		take_fault(gz, result, out);
	} else if (count == 0 && taken == 0) {
		take_fault(gz, INFLATE_BAD_DATA, out); /* it would stand still for ever */
	}
	return count;
}

/* Decode what was given before once more. Returns: bytes beyond it, in buffer. */
static size_t decode_given(struct gzip *gz, char *buffer, size_t size)
{
	uint64_t wanted = gz->again < size ? gz->again : size;
	uint64_t before = gz->again;
	size_t count = decode(gz, buffer, (size_t)wanted);
	if (gz->again == before) {
		gz->again -= count;
	}
	return 0;
}

static size_t gzip_read(struct feed *feed, char *buffer, size_t size)
{
	struct gzip *gz = (struct gzip *)feed;
	size_t count = 0;
	while (count == 0 && !gz->is_finished) {
		count = gz->again > 0 ? decode_given(gz, buffer, size) : decode(gz, buffer, size);
	}
	return count;
}

static void gzip_close(struct feed *feed)
{
	struct gzip *gz = (struct gzip *)feed;
	gz->engine->destroy(gz->state);
	intake_finish(&gz->in);
	memory_free(gz);
}

/* One byte of the three is wrong, all else is as it should be. */
static void mend_magic(struct gzip *gz)
{
	struct str head = intake_ahead(&gz->in, HEADER_BYTES);
	if (head.len >= HEADER_BYTES && magic_bytes_right(head) == 2) {
		note(gz, INPUT_CORRUPT, "the gzip header is damaged", 0);
		memcpy((unsigned char *)gz->in.bytes + gz->in.used, magic, sizeof(magic));
	}
}

struct feed *inflate_gzip_open(struct feed *under, const struct inflate_engine *engine)
{
	static const struct feed_type type = {.read = gzip_read, .close = gzip_close};
	struct gzip *gz = memory_resize(NULL, sizeof(*gz));
	*gz = (struct gzip){.engine = engine};
	feed_init(&gz->feed, &type, under->account, under->path);
	gz->feed.is_unfolded = true;
	intake_init(&gz->in, under);
	gz->engine = feed_can_seek(under) ? engine : &inflate_zlib;
	gz->member_begin = feed_offset(under);
	mend_magic(gz);
	if (gz->notes > 0) {
		gz->engine = &inflate_zlib; /* it cannot be read again: the bytes were changed */
	}
	gz->state = gz->engine->create(false);
	return &gz->feed;
}

static struct feed *gzip_unpack(struct feed *under)
{
	return inflate_gzip_open(under, inflate_fast);
}

static unsigned gzip_bid(struct str head, struct feed *feed)
{
	(void)feed;
	if (head.len < HEADER_BYTES) {
		/* cut within its header */
		return head.len > 0 && magic_bytes_right(head) == (head.len < 3 ? head.len : 3) ? 8
		                                                                                : 0;
	}
	unsigned right = magic_bytes_right(head);
	return right == 3 ? 24 : right == 2 && has_header_rest(head) ? 20 : 0;
}

const struct input_kind kind_gzip = {.name = "gz", .bid = gzip_bid, .unpack = gzip_unpack};
