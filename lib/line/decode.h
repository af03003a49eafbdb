/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Bytes of any encoding to UTF-8: UTF-8, UTF-16 with and without byte order mark, and files that
 * change between them. Runs of NUL are left out. Bytes that are not UTF-8 stay.
 */

#include "base/buf.h"
#include "line/line.h"

enum decode_encoding {
	DECODE_UTF8,
	DECODE_UTF8_MARK,
	DECODE_UTF16LE,
	DECODE_UTF16BE,
	DECODE_COUNT
};

/** From a place in the text on: where it comes from. */
struct decode_segment {
	size_t at;       /* in text */
	uint64_t offset; /* in the stream */
	bool is_wide;    /* UTF-16 */
};

struct decoder {
	line_read *read;
	void *context;
	struct buf text; /* decoded; what was not used yet starts at `used` */
	size_t used;
	uint64_t offset; /* of text[used], in the stream */
	bool is_wide;    /* text[used] was UTF-16 */
	struct buf raw;  /* UTF-16 not decoded yet */
	enum decode_encoding encoding;
	bool has[DECODE_COUNT];
	bool keeps_nul;       /* the journal's export format has binary lengths */
	bool is_end;          /* all bytes were read */
	bool is_line_start;   /* what comes next begins a line */
	unsigned switches;    /* to UTF-16 */
	uint64_t bytes;       /* read */
	uint64_t undecodable; /* code units replaced */
	struct {
		struct decode_segment *items;
		size_t count, capacity;
	} segments;
};

void decoder_init(struct decoder *decoder, line_read *read, void *context);
void decoder_finish(struct decoder *decoder);
/** Text that was not used yet. Valid until the next decoder_fill. */
struct str decoder_text(const struct decoder *decoder);
/** Read size bytes more (fewer at the end). Returns: false when there was nothing left to read. */
bool decoder_fill(struct decoder *decoder, size_t size);
/** Go on behind count bytes of the text. */
void decoder_use(struct decoder *decoder, size_t count);
/** Whether offsets jump in the text that was not used: its encoding changes, or NULs were left out.
 */
bool decoder_changes(const struct decoder *decoder);
/** The encodings met: "UTF-8", "UTF-8,UTF-16LE". Lifetime: static */
struct str decoder_name(const struct decoder *decoder);
