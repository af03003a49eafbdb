/* SPDX-License-Identifier: Apache-2.0 */
#include "line/decode.h"

#include "base/text.h"

#include <string.h>

enum { GUESS_MIN = 8 };

void decoder_init(struct decoder *decoder)
{
	*decoder = (struct decoder){0};
}

void decoder_finish(struct decoder *decoder)
{
	buf_finish(&decoder->input);
}

/* Share of NUL bytes at even and odd places tells UTF-16 without a mark. */
static enum decoder_encoding guess(struct str head)
{
	if (str_starts(head, STR("\xff\xfe"))) {
		return DECODER_UTF16LE;
	}
	if (str_starts(head, STR("\xfe\xff"))) {
		return DECODER_UTF16BE;
	}
	if (str_starts(head, STR("\xef\xbb\xbf"))) {
		return DECODER_UTF8_BOM;
	}
	size_t zeros[2] = {0, 0}, len = head.len < 4096 ? head.len : 4096;
	for (size_t i = 0; i < len; i++) {
		zeros[i & 1] += head.ptr[i] == '\0' ? 1 : 0;
	}
	if (len >= 4 && zeros[1] * 10 > len * 3 && zeros[0] * 20 < len) {
		return DECODER_UTF16LE;
	}
	return len >= 4 && zeros[0] * 10 > len * 3 && zeros[1] * 20 < len ? DECODER_UTF16BE : DECODER_UTF8;
}

static void add_point(struct buf *out, uint32_t point)
{
	char *to = buf_reserve(out, 4);
	if (point < 0x80) {
		to[0] = (char)point;
		out->len += 1;
	} else if (point < 0x800) {
		to[0] = (char)(0xc0 | point >> 6);
		to[1] = (char)(0x80 | (point & 0x3f));
		out->len += 2;
	} else if (point < 0x10000) {
		to[0] = (char)(0xe0 | point >> 12);
		to[1] = (char)(0x80 | (point >> 6 & 0x3f));
		to[2] = (char)(0x80 | (point & 0x3f));
		out->len += 3;
	} else {
		to[0] = (char)(0xf0 | point >> 18);
		to[1] = (char)(0x80 | (point >> 12 & 0x3f));
		to[2] = (char)(0x80 | (point >> 6 & 0x3f));
		to[3] = (char)(0x80 | (point & 0x3f));
		out->len += 4;
	}
}

static uint32_t unit_at(const struct decoder *decoder, size_t at)
{
	const unsigned char *bytes = (const unsigned char *)decoder->input.ptr + at;
	return decoder->encoding == DECODER_UTF16LE ? (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8
	                                            : (uint32_t)bytes[0] << 8 | (uint32_t)bytes[1];
}

static void decode_utf16(struct decoder *decoder, bool is_end, struct buf *out)
{
	size_t at = 0;
	while (at + 2 <= decoder->input.len) {
		uint32_t unit = unit_at(decoder, at);
		if (unit >= 0xd800 && unit < 0xdc00) {
			if (at + 4 > decoder->input.len && !is_end) {
				break;
			}
			uint32_t low = at + 4 <= decoder->input.len ? unit_at(decoder, at + 2) : 0;
			if (low >= 0xdc00 && low < 0xe000) {
				add_point(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
				at += 4;
				continue;
			}
		}
		bool is_bad = unit >= 0xd800 && unit < 0xe000;
		decoder->undecodable += is_bad ? 1 : 0;
		add_point(out, is_bad ? 0xfffd : unit);
		at += 2;
	}
	memmove(decoder->input.ptr, decoder->input.ptr + at, decoder->input.len - at);
	decoder->input.len -= at;
}

bool decoder_read(struct decoder *decoder, line_read *read, void *context, size_t size, struct buf *out)
{
	bool is_wide = decoder->encoding == DECODER_UTF16LE || decoder->encoding == DECODER_UTF16BE;
	struct buf *into = is_wide ? &decoder->input : out;
	char *to = buf_reserve(into, size);
	size_t count = read(context, to, size), more = count;
	/* the first bytes tell the encoding: have a few of them at once */
	while (decoder->encoding == DECODER_UNKNOWN && count < GUESS_MIN && more > 0) {
		more = read(context, to + count, size - count);
		count += more;
	}
	decoder->bytes += count;
	if (decoder->encoding == DECODER_UNKNOWN && count > 0) {
		struct str head = {to, count};
		decoder->encoding = guess(head);
		bool has_mark = str_starts(head, STR("\xff\xfe")) || str_starts(head, STR("\xfe\xff"));
		size_t skip = decoder->encoding == DECODER_UTF8_BOM ? 3 : has_mark ? 2 : 0;
		decoder->bom_bytes = skip;
		is_wide = decoder->encoding == DECODER_UTF16LE || decoder->encoding == DECODER_UTF16BE;
		if (is_wide) {
			buf_add(&decoder->input, str_skip(head, skip));
		} else {
			memmove(to, to + skip, count - skip);
			out->len += count - skip;
		}
	} else {
		into->len += count;
	}
	if (is_wide) {
		decode_utf16(decoder, count == 0, out);
	}
	return count > 0;
}

uint64_t decoder_source_bytes(struct decoder *decoder, struct str text)
{
	uint64_t bytes = text.len;
	if (decoder->encoding == DECODER_UTF16LE || decoder->encoding == DECODER_UTF16BE) {
		bytes = 0;
		for (size_t i = 0; i < text.len;) {
			size_t len = text_character(str_skip(text, i));
			bytes += len == 4 ? 4 : 2;
			i += len == 0 ? 1 : len;
		}
	}
	bytes += decoder->bom_bytes;
	decoder->bom_bytes = 0;
	return bytes;
}

struct str decoder_name(const struct decoder *decoder)
{
	switch (decoder->encoding) {
	case DECODER_UTF16LE:
		return STR("UTF-16LE");
	case DECODER_UTF16BE:
		return STR("UTF-16BE");
	case DECODER_UTF8_BOM:
		return STR("UTF-8 with BOM");
	case DECODER_UNKNOWN:
	case DECODER_UTF8:
	default:
		return STR("UTF-8");
	}
}
