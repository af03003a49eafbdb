/* SPDX-License-Identifier: Apache-2.0 */
#include "line/decode.h"

#include "base/text.h"
#include "base/vec.h"

#include <string.h>

enum {
	SAMPLE_MIN = 16,     /* bytes that tell UTF-16 in the middle of a stream */
	SAMPLE_MAX = 256,    /* that are looked at for it */
	SAMPLE_FIRST = 4096, /* at the start of a stream */
	SWITCHES_MAX = 64    /* from UTF-8 to UTF-16; more is noise */
};

void decoder_init(struct decoder *decoder, line_read *read, void *context)
{
	*decoder = (struct decoder){.read = read, .context = context};
}

void decoder_finish(struct decoder *decoder)
{
	buf_finish(&decoder->text);
	buf_finish(&decoder->raw);
	vec_finish(&decoder->segments);
}

struct str decoder_text(const struct decoder *decoder)
{
	if (decoder->text.len == 0) {
		return (struct str){NULL, 0};
	}
	return str_skip(buf_str(&decoder->text), decoder->used);
}

/* ---- where text comes from ---- */

static void add_segment(struct decoder *decoder, uint64_t offset, bool is_wide)
{
	vec_push(&decoder->segments, (struct decode_segment){decoder->text.len, offset, is_wide});
}

/* Bytes that decoded text had in UTF-16. */
static uint64_t wide_length(const char *text, size_t len)
{
	uint64_t units = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];
		units += byte >= 0xf0 ? 2 : (byte & 0xc0) != 0x80 ? 1 : 0;
	}
	return units * 2;
}

void decoder_use(struct decoder *decoder, size_t count)
{
	size_t end = decoder->used + count, done = 0;
	while (true) {
		struct decode_segment *segment =
			done < decoder->segments.count ? &decoder->segments.items[done] : NULL;
		size_t stop = segment != NULL && segment->at <= end ? segment->at : end;
		const char *from = decoder->text.ptr + decoder->used;
		size_t len = stop - decoder->used;
		decoder->offset += decoder->is_wide ? wide_length(from, len) : len;
		decoder->used = stop;
		if (segment == NULL || segment->at > end) {
			break;
		}
		decoder->offset = segment->offset;
		decoder->is_wide = segment->is_wide;
		done++;
	}
	if (done > 0) {
		decoder->segments.count -= done;
		memmove(decoder->segments.items, decoder->segments.items + done,
		        decoder->segments.count * sizeof(decoder->segments.items[0]));
	}
}

/* Move what was not used to the front. */
static void compact(struct decoder *decoder)
{
	if (decoder->used == 0) {
		return;
	}
	memmove(decoder->text.ptr, decoder->text.ptr + decoder->used,
	        decoder->text.len - decoder->used);
	decoder->text.len -= decoder->used;
	vec_foreach (struct decode_segment, segment, &decoder->segments) {
		segment->at -= decoder->used;
	}
	decoder->used = 0;
}

/* ---- UTF-16 ---- */

static void add_point(struct buf *out, uint32_t point)
{
	out->len += text_encode(point, buf_reserve(out, 4));
}

static bool is_utf16(const struct decoder *decoder)
{
	return decoder->encoding == DECODE_UTF16LE || decoder->encoding == DECODE_UTF16BE;
}

static bool is_mark(struct str text)
{
	return str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff"));
}

static uint32_t unit_at(const struct decoder *decoder, size_t at)
{
	uint32_t first = (unsigned char)decoder->raw.ptr[at];
	uint32_t second = (unsigned char)decoder->raw.ptr[at + 1];
	return decoder->encoding == DECODE_UTF16LE ? first | second << 8 : first << 8 | second;
}

/* Whether a line of what should be UTF-16 begins with bytes that are plain text. */
static bool is_narrow(struct str raw)
{
	size_t len = raw.len < SAMPLE_MIN ? raw.len : SAMPLE_MIN;
	for (size_t i = 0; i < len; i++) {
		char byte = raw.ptr[i];
		if ((byte < ' ' || byte > '~') && byte != '\t' && byte != '\r' && byte != '\n') {
			return false;
		}
	}
	return len > 2;
}

/* One character. Returns: bytes that it took; 0: its second half has not been read yet. */
static size_t decode_point(struct decoder *decoder, size_t at)
{
	uint32_t unit = unit_at(decoder, at);
	if (unit >= 0xd800 && unit < 0xdc00) {
		bool has_low = at + 4 <= decoder->raw.len;
		if (!has_low && !decoder->is_end) {
			return 0;
		}
		uint32_t low = has_low ? unit_at(decoder, at + 2) : 0;
		if (low >= 0xdc00 && low < 0xe000) {
			add_point(&decoder->text,
			          0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
			return 4;
		}
	}
	bool is_bad = unit >= 0xd800 && unit < 0xe000;
	decoder->undecodable += is_bad ? 1 : 0;
	add_point(&decoder->text, is_bad ? 0xfffd : unit);
	return 2;
}

/* A step takes bytes off the front of raw[at...]. */
enum step { STEP_DONE, STEP_NEEDS_MORE };

static bool is_sample(const struct decoder *decoder, struct str rest)
{
	return rest.len >= SAMPLE_MIN || decoder->is_end;
}

static void go_narrow(struct decoder *decoder, uint64_t offset)
{
	decoder->encoding = DECODE_UTF8;
	add_segment(decoder, offset, false);
}

/* Decode one line of UTF-16, or find that it is none. */
static enum step decode_wide(struct decoder *decoder, size_t *at)
{
	struct str rest = str_skip(buf_str(&decoder->raw), *at);
	uint64_t offset = decoder->bytes - rest.len;
	if (!is_sample(decoder, rest)) {
		return STEP_NEEDS_MORE;
	}
	if (decoder->is_line_start && is_mark(rest)) {
		*at += 2;
		add_segment(decoder, offset + 2, true);
		return STEP_DONE;
	}
	if (decoder->is_line_start && decoder->switches < SWITCHES_MAX && is_narrow(rest)) {
		go_narrow(decoder, offset);
		return STEP_DONE;
	}
	size_t used = 2;
	decoder->is_line_start = false;
	while (*at + 2 <= decoder->raw.len && !decoder->is_line_start) {
		used = decode_point(decoder, *at);
		if (used == 0) {
			return STEP_NEEDS_MORE;
		}
		decoder->is_line_start = decoder->text.ptr[decoder->text.len - 1] == '\n';
		*at += used;
	}
	if (*at + 1 == decoder->raw.len && decoder->is_end) {
		decoder->undecodable++;
		*at += 1;
	}
	return *at + 2 <= decoder->raw.len || *at == decoder->raw.len ? STEP_DONE : STEP_NEEDS_MORE;
}

/* ---- UTF-8 ---- */

/* Share of NUL bytes at even and odd places tells UTF-16. */
static enum decode_encoding guess_wide(struct str line, size_t max)
{
	if (is_mark(line)) {
		return line.ptr[0] == '\xff' ? DECODE_UTF16LE : DECODE_UTF16BE;
	}
	size_t zeros[2] = {0, 0}, len = (line.len < max ? line.len : max) & ~(size_t)1;
	for (size_t i = 0; i < len; i++) {
		zeros[i & 1] += line.ptr[i] == '\0' ? 1 : 0;
	}
	if (len < 4) {
		return DECODE_UTF8;
	}
	if (zeros[1] * 10 > len * 3 && zeros[0] * 20 <= len) {
		return DECODE_UTF16LE;
	}
	return zeros[0] * 10 > len * 3 && zeros[1] * 20 <= len ? DECODE_UTF16BE : DECODE_UTF8;
}

static void add_narrow(struct decoder *decoder, struct str text)
{
	buf_add(&decoder->text, text);
	decoder->has[DECODE_UTF8] |= text.len > 0;
	decoder->is_line_start =
		text.len > 0 ? text.ptr[text.len - 1] == '\n' : decoder->is_line_start;
}

static void go_wide(struct decoder *decoder, uint64_t offset, enum decode_encoding encoding)
{
	decoder->encoding = encoding;
	decoder->has[encoding] = true;
	decoder->switches++;
	add_segment(decoder, offset, true);
}

/* Take what there is up to a line with NUL, or such a line: it is UTF-16, or its NULs are left out.
 */
static enum step decode_narrow(struct decoder *decoder, size_t *at)
{
	struct str rest = str_skip(buf_str(&decoder->raw), *at);
	uint64_t offset = decoder->bytes - rest.len;
	ptrdiff_t nul = decoder->keeps_nul ? -1 : str_find_byte(rest, '\0');
	size_t line =
		nul < 0 ? rest.len
			: (size_t)(str_find_last_byte(str_slice(rest, 0, (size_t)nul), '\n') + 1);
	if (line > 0) {
		add_narrow(decoder, str_slice(rest, 0, line));
		*at += line;
		return STEP_DONE;
	}
	if (decoder->is_line_start && decoder->switches < SWITCHES_MAX) {
		if (!is_sample(decoder, rest)) {
			return STEP_NEEDS_MORE;
		}
		enum decode_encoding encoding =
			guess_wide(rest, offset == 0 ? SAMPLE_FIRST : SAMPLE_MAX);
		if (encoding != DECODE_UTF8) {
			go_wide(decoder, offset, encoding);
			return STEP_DONE;
		}
	}
	add_narrow(decoder, str_slice(rest, 0, (size_t)nul));
	size_t end = (size_t)nul;
	while (end < rest.len && rest.ptr[end] == '\0') {
		end++;
	}
	*at += end;
	add_segment(decoder, offset + end, false);
	return STEP_DONE;
}

static void decode(struct decoder *decoder)
{
	size_t at = 0;
	enum step step = STEP_DONE;
	while (at < decoder->raw.len && step == STEP_DONE) {
		step = is_utf16(decoder) ? decode_wide(decoder, &at) : decode_narrow(decoder, &at);
	}
	memmove(decoder->raw.ptr, decoder->raw.ptr + at, decoder->raw.len - at);
	decoder->raw.len -= at;
}

/* ---- reading ---- */

static void read_all(struct decoder *decoder, struct buf *into, size_t size)
{
	char *to = buf_reserve(into, size);
	size_t done = 0, count = 1;
	while (done < size && count > 0) {
		count = decoder->read(decoder->context, to + done, size - done);
		done += count;
	}
	into->len += done;
	decoder->bytes += done;
	decoder->is_end = count == 0;
}

/* The first bytes tell about marks, and whether NUL bytes are part of the format. */
static void look_at_head(struct decoder *decoder)
{
	struct str head = buf_str(&decoder->raw);
	decoder->is_line_start = true;
	decoder->keeps_nul = str_starts(head, STR("__CURSOR="));
	if (is_mark(head)) {
		go_wide(decoder, 0, head.ptr[0] == '\xff' ? DECODE_UTF16LE : DECODE_UTF16BE);
	} else if (str_starts(head, STR("\xef\xbb\xbf"))) {
		decoder->has[DECODE_UTF8_MARK] = true;
		decoder->raw.len -= 3;
		memmove(decoder->raw.ptr, decoder->raw.ptr + 3, decoder->raw.len);
		add_segment(decoder, 3, false);
	}
}

bool decoder_fill(struct decoder *decoder, size_t size)
{
	if (decoder->is_end) {
		return false;
	}
	compact(decoder);
	bool is_head = decoder->bytes == 0,
	     is_plain = !is_head && !is_utf16(decoder) && decoder->raw.len == 0;
	size_t from = decoder->text.len;
	read_all(decoder, is_plain ? &decoder->text : &decoder->raw, size);
	if (is_head) {
		look_at_head(decoder);
	}
	if (!is_plain) {
		decode(decoder);
		return true;
	}
	struct str fresh = str_skip(buf_str(&decoder->text), from);
	if (decoder->keeps_nul || str_find_byte(fresh, '\0') < 0) {
		decoder->is_line_start =
			str_ends(fresh, STR("\n")) || (fresh.len == 0 && decoder->is_line_start);
		return true;
	}
	buf_add(&decoder->raw, fresh);
	decoder->text.len = from;
	decode(decoder);
	return true;
}

bool decoder_changes(const struct decoder *decoder)
{
	return decoder->segments.count > 0;
}

struct str decoder_name(const struct decoder *decoder)
{
	static const struct str wide[2][2] = {
		{STR_INIT("UTF-8"), STR_INIT("UTF-16BE")},
		{STR_INIT("UTF-16LE"), STR_INIT("UTF-16LE,UTF-16BE")}};
	static const struct str mixed[2][2] = {
		{STR_INIT("UTF-8"), STR_INIT("UTF-8,UTF-16BE")},
		{STR_INIT("UTF-8,UTF-16LE"), STR_INIT("UTF-8,UTF-16LE,UTF-16BE")}};
	bool little = decoder->has[DECODE_UTF16LE], big = decoder->has[DECODE_UTF16BE];
	if (decoder->has[DECODE_UTF8_MARK] && !little && !big) {
		return STR("UTF-8 with BOM");
	}
	return decoder->has[DECODE_UTF8] ? mixed[little][big] : wide[little][big];
}
