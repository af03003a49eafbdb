/* SPDX-License-Identifier: Apache-2.0 */
#include "line/frame.h"

#include "base/text.h"
#include "line/clean.h"

#include <string.h>

enum {
	READ_SIZE = 256 << 10,
	DOCUMENT_RECORD_MAX = 16 << 20, /* a stream of Loki's with all its lines is one */
	DOCUMENT_FAILURES_MAX = 8
};

void framer_init(struct framer *framer, line_read *read, void *context)
{
	*framer = (struct framer){.number = 1};
	decoder_init(&framer->decoder, read, context);
}

void framer_finish(struct framer *framer)
{
	decoder_finish(&framer->decoder);
}

/* ---- the place ---- */

static void use(struct framer *framer, size_t count)
{
	decoder_use(&framer->decoder, count);
	framer->cr.is_known = framer->cr.is_known && framer->cr.at >= count;
	framer->cr.at -= framer->cr.is_known ? count : 0;
	framer->lf.is_known = framer->lf.is_known && framer->lf.at >= count;
	framer->lf.at -= framer->lf.is_known ? count : 0;
}

static void use_lines(struct framer *framer, size_t count, size_t lines)
{
	use(framer, count);
	framer->number += lines;
}

void framer_hold(struct framer *framer, size_t count, size_t lines)
{
	framer->pending = count;
	framer->pending_lines = lines;
	framer->is_open = false;
}

bool framer_is_inside(const struct framer *framer)
{
	return framer->has_items || framer->is_skipping || framer->is_mid_line;
}

void framer_settle(struct framer *framer)
{
	use_lines(framer, framer->pending, framer->pending_lines);
	framer->pending = 0;
	framer->pending_lines = 0;
}

bool framer_fill(struct framer *framer, size_t size)
{
	framer->cr.is_known = false;
	framer->lf.is_known = false;
	return decoder_fill(&framer->decoder, size);
}

static bool fill(struct framer *framer)
{
	return framer_fill(framer, READ_SIZE);
}

uint64_t framer_lines(const struct framer *framer)
{
	return framer->number - 1 + (framer->is_open ? 1 : 0);
}

/* Position of the first CR, text.len when there is none. */
static size_t find_cr(struct framer *framer, struct str text)
{
	if (!framer->cr.is_known) {
		ptrdiff_t at = str_find_byte(text, '\r');
		framer->cr.at = at < 0 ? text.len : (size_t)at;
		framer->cr.is_known = true;
	}
	return framer->cr.at;
}

static size_t find_lf(struct framer *framer, struct str text, size_t from)
{
	if (!framer->lf.is_known) {
		ptrdiff_t at = str_find_byte(str_skip(text, from), '\n');
		framer->lf.at = at < 0 ? text.len : from + (size_t)at;
		framer->lf.is_known = true;
	}
	return framer->lf.at;
}

/* ---- lines ---- */

/* Pass over the rest of a line that was too long. False: the stream ended in it. */
static bool skip_line(struct framer *framer)
{
	while (framer->is_skipping) {
		struct str text = decoder_text(&framer->decoder);
		ptrdiff_t end = str_find_byte(text, '\n');
		use(framer, end < 0 ? text.len : (size_t)end + 1);
		framer->number += end < 0 ? 0 : 1;
		framer->is_skipping = end < 0;
		framer->is_open = end < 0;
		if (end < 0 && !fill(framer)) {
			return false;
		}
	}
	return true;
}

/* The text from the start of a line on, with its end in it, LINE_LENGTH_MAX bytes, or all there is.
 * *end: of the line. */
static struct str find_line(struct framer *framer, size_t *end)
{
	size_t searched = 0;
	while (true) {
		struct str text = decoder_text(&framer->decoder);
		*end = find_lf(framer, text, searched);
		searched = text.len;
		if (*end < text.len || text.len > LINE_LENGTH_MAX || !fill(framer)) {
			return text;
		}
	}
}

/* A CR alone ends a piece of the line, unless it stands before the line's end. *next: behind it and
 * the CRs that follow. Returns: where the piece ends. */
static size_t find_piece(struct framer *framer, struct str text, size_t end, size_t *next)
{
	size_t cr = find_cr(framer, text);
	*next = cr;
	while (*next < end && text.ptr[*next] == '\r') {
		++*next;
	}
	if (cr < end && *next < end) {
		return cr;
	}
	*next = end < text.len ? end + 1 : end;
	return cr < end ? cr : end;
}

static bool next_line(struct framer *framer, struct frame *frame)
{
	size_t end, next;
	if (!skip_line(framer)) {
		return false;
	}
	struct str text = find_line(framer, &end);
	if (text.len == 0) {
		return false;
	}
	bool has_end = end < text.len;
	size_t stop = find_piece(framer, text, end, &next);
	bool is_piece = next<end, is_long = stop> LINE_LENGTH_MAX;
	struct str all = str_slice(text, 0, stop);
	framer->cut_lines += is_long ? 1 : 0;
	framer->is_skipping = is_long && !has_end && !is_piece;
	framer->pending = next;
	framer->pending_lines = has_end && !is_piece ? 1 : 0;
	framer->is_open = !has_end;
	*frame = (struct frame){.text = is_long ? text_cut_bytes(all, LINE_LENGTH_MAX) : all,
	                        .number = framer->number,
	                        .offset = framer->decoder.offset,
	                        .is_cut = is_long,
	                        .has_end = has_end,
	                        .is_piece = is_piece || framer->is_mid_line};
	framer->is_mid_line = is_piece;
	return true;
}

/* ---- records of documents ---- */

/* Line ends inside become CR, so that the record is one line of JSON and says how many it stood on.
 */
static void mark_lines(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		text[i] = text[i] == '\r' ? ' ' : text[i] == '\n' ? '\r' : text[i];
	}
}

static void give_item(struct framer *framer, struct frame *frame, size_t start, size_t end)
{
	struct str text = decoder_text(&framer->decoder);
	size_t before = clean_count_lines(str_slice(text, 0, start));
	framer->pending_lines = clean_count_lines(str_slice(text, start, end));
	framer->pending = end - start;
	use_lines(framer, start, before);
	items_shift(&framer->items, end);
	struct str item = str_slice(text, start, end);
	mark_lines(framer->decoder.text.ptr + framer->decoder.used, item.len);
	framer->is_open = true;
	*frame = (struct frame){.text = item,
	                        .number = framer->number,
	                        .offset = framer->decoder.offset,
	                        .is_record = true,
	                        .has_end = true};
}

/* Behind a document: the rest of its last line, when nothing stands on it. */
static void leave_document(struct framer *framer, size_t end)
{
	struct str text = decoder_text(&framer->decoder), rest = str_skip(text, end);
	size_t i = 0;
	while (i < rest.len && (rest.ptr[i] == ' ' || rest.ptr[i] == '\r')) {
		i++;
	}
	bool is_line_end = i < rest.len && rest.ptr[i] == '\n';
	size_t used = end + (is_line_end ? i + 1 : i == rest.len ? i : 0);
	use_lines(framer, used, clean_count_lines(str_slice(text, 0, used)));
	framer->is_open = !is_line_end;
	framer->has_items = false;
}

/* The stream ended in a document. False: in none of its records. */
static bool give_last_item(struct framer *framer, struct frame *frame)
{
	struct str text = decoder_text(&framer->decoder);
	framer->has_items = false;
	if (framer->items.item_depth == 0 || text.len == 0) {
		return false;
	}
	give_item(framer, frame, framer->items.start, text.len);
	frame->is_cut = true;
	return true;
}

/* The next record of the document. False: there is none, or no document; then lines go on. */
static bool next_item(struct framer *framer, struct frame *frame)
{
	while (true) {
		size_t start, end;
		struct str text = decoder_text(&framer->decoder);
		enum items_result result = items_scan(&framer->items, text, &start, &end);
		if (result == ITEMS_ITEM) {
			give_item(framer, frame, start, end);
			return true;
		}
		if (result == ITEMS_DONE) {
			leave_document(framer, end);
			return false;
		}
		if (result == ITEMS_WRONG || text.len > DOCUMENT_RECORD_MAX) {
			framer->has_items = false;
			framer->failures++;
			return false;
		}
		if (!fill(framer)) {
			return give_last_item(framer, frame);
		}
	}
}

static void look_for_document(struct framer *framer)
{
	enum { HEAD_SIZE = 4096 };
	if (framer->failures >= DOCUMENT_FAILURES_MAX || framer->is_skipping ||
	    framer->is_mid_line) {
		return;
	}
	bool is_start = framer->number == 1;
	struct str text = decoder_text(&framer->decoder);
	if (text.len < (is_start ? HEAD_SIZE : 2) && fill(framer)) {
		text = decoder_text(&framer->decoder);
	}
	bool may_be =
		text.len > 1 && (text.ptr[0] == '{' || (text.ptr[0] == '[' && is_start)) &&
		(is_start || text.ptr[1] == '\n' || text.ptr[1] == '\r' || text.ptr[1] == ' ');
	if (may_be && text.len < HEAD_SIZE && fill(framer)) {
		text = decoder_text(&framer->decoder);
	}
	framer->has_items = may_be && items_begin(&framer->items, text, is_start);
}

bool framer_next(struct framer *framer, struct frame *frame)
{
	framer_settle(framer);
	while (true) {
		if (!framer->has_items) {
			look_for_document(framer);
		}
		if (!framer->has_items) {
			return next_line(framer, frame);
		}
		if (next_item(framer, frame)) {
			return true;
		}
	}
}

/* ---- binary values ---- */

bool framer_next_value(struct framer *framer, struct frame *frame)
{
	framer_settle(framer);
	struct str text = decoder_text(&framer->decoder);
	while (text.len < 8 && fill(framer)) {
		text = decoder_text(&framer->decoder);
	}
	uint64_t len = 0;
	for (size_t i = 0; i < 8 && i < text.len; i++) {
		len |= (uint64_t)(unsigned char)text.ptr[i] << (8 * i);
	}
	if (text.len < 8 || len > LINE_LENGTH_MAX) {
		return framer_next(framer, frame);
	}
	while (text.len < 8 + len + 1 && fill(framer)) {
		text = decoder_text(&framer->decoder);
	}
	struct str value = str_slice(text, 8, 8 + (size_t)len);
	framer->pending = text.len < 8 + len + 1 ? text.len : 8 + (size_t)len + 1;
	framer->pending_lines = clean_count_lines(str_slice(text, 0, framer->pending));
	framer->is_open = framer->pending == text.len;
	*frame = (struct frame){.text = value,
	                        .number = framer->number + clean_count_lines(str_slice(text, 0, 8)),
	                        .offset = framer->decoder.offset,
	                        .is_cut = value.len < len,
	                        .has_end = true};
	return true;
}
