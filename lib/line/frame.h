/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From decoded text to frames: physical lines, pieces between lone CRs, and records of JSON
 * documents. */

#include "line/decode.h"
#include "line/items.h"

struct frame {
	struct str text; /* without its end; as it came, but for encoding and NULs */
	uint64_t number; /* of its first physical line, from 1 */
	uint64_t offset; /* of its first byte in the stream */
	bool is_cut;     /* longer than LINE_LENGTH_MAX, or cut by the stream's end */
	bool is_record;  /* of a document: line ends that stood inside it are CRs now */
	bool has_end;    /* the physical line's end was read */
	bool is_piece;   /* a lone CR stands before or behind it */
};

struct framer {
	struct decoder decoder;
	uint64_t number; /* of the physical line at the decoder's place */
	uint64_t cut_lines;
	size_t pending;       /* bytes of the last frame, given back by the next call */
	size_t pending_lines; /* line ends among them */
	struct {
		bool is_known;
		size_t at; /* bytes from the decoder's place; behind the text: there is none */
	} cr, lf;          /* the next ones, so that no byte is searched twice */
	bool is_skipping;  /* the rest of an over-long line */
	bool is_mid_line;  /* a piece of this physical line was given before */
	bool is_open;      /* the last frame's line has no end */
	bool has_items;    /* a document is being read */
	unsigned failures; /* so often what looked like a document was none */
	struct items items;
};

void framer_init(struct framer *framer, line_read *read, void *context);
void framer_finish(struct framer *framer);
/** The next frame. Lifetime: until the next call. Returns: false at the end. */
bool framer_next(struct framer *framer, struct frame *frame);
/**
 * The next frame is a value with its length in eight bytes before it, little end first.
 *
 * Source: systemd, Journal Export Formats
 */
bool framer_next_value(struct framer *framer, struct frame *frame);
/** Read more behind the text. False: there is no more. Lifetime of the frame ends. */
bool framer_fill(struct framer *framer, size_t size);
/** The text's first count bytes, of which `lines` are line ends, were given as they are: the next
 * call goes on behind them. */
void framer_hold(struct framer *framer, size_t count, size_t lines);
/** Whether the place is in a document, or behind the start of a line. */
bool framer_is_inside(const struct framer *framer);
/** Physical lines so far. */
uint64_t framer_lines(const struct framer *framer);
/** Give the last frame's bytes back, so that the decoder stands at the start of the next line. */
void framer_settle(struct framer *framer);
