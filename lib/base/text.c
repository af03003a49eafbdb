/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/catalogue.h"

/* ---- languages ---- */

/* Of messages; English until text_speak. */
static enum text_lang spoken;

static struct str look_up(struct str en)
{
	size_t from = 0, to = catalogue_zh_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_compare(en, catalogue_zh[middle].id);
		if (order == 0) {
			return catalogue_zh[middle].text;
		}
		if (order < 0) {
			to = middle;
		} else {
			from = middle + 1;
		}
	}
	return en;
}

struct str text_in(const struct text_both *both, enum text_lang lang)
{
	return both->in[lang].len > 0 ? both->in[lang]
	       : lang == TEXT_EN      ? both->in[TEXT_EN]
	                              : look_up(both->in[TEXT_EN]);
}

const char *text_translate(enum text_lang lang, const char *en)
{
	return lang == TEXT_EN ? en : look_up(str_from(en)).ptr;
}

void text_speak(enum text_lang lang)
{
	spoken = lang;
}

enum text_lang text_spoken(void)
{
	return spoken;
}

const char *text_said(const char *en)
{
	return text_translate(spoken, en);
}

/* ---- UTF-8 ---- */

uint32_t text_point(struct str text, size_t len)
{
	static const unsigned char masks[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t point = len == 0 ? 0 : (unsigned char)text.ptr[0] & masks[len];
	for (size_t i = 1; i < len; i++) {
		point = point << 6 | ((unsigned char)text.ptr[i] & 0x3f);
	}
	return point;
}

size_t text_character(struct str text)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	if (text.len == 0) {
		return 0;
	}
	unsigned char first = (unsigned char)text.ptr[0];
	size_t len = first < 0x80   ? 1
	             : first < 0xc2 ? 0
	             : first < 0xe0 ? 2
	             : first < 0xf0 ? 3
	             : first < 0xf5 ? 4
	                            : 0;
	if (len == 0 || len > text.len) {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	uint32_t point = text_point(text, len);
	return point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0
	                                                                                     : len;
}

size_t text_encode(uint32_t point, char *to)
{
	if (point < 0x80) {
		to[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		to[0] = (char)(0xc0 | point >> 6);
		to[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		to[0] = (char)(0xe0 | point >> 12);
		to[1] = (char)(0x80 | (point >> 6 & 0x3f));
		to[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | point >> 18);
	to[1] = (char)(0x80 | (point >> 12 & 0x3f));
	to[2] = (char)(0x80 | (point >> 6 & 0x3f));
	to[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

bool text_is_hidden(uint32_t point)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{0, 0x1f},          /* C0 */
		{0x7f, 0x9f},       /* DEL, C1 */
		{0xad, 0xad},       /* soft hyphen */
		{0x61c, 0x61c},     /* Arabic letter mark */
		{0x115f, 0x1160},   /* Hangul fillers */
		{0x17b4, 0x17b5},   /* Khmer inherent vowels */
		{0x180e, 0x180e},   /* Mongolian vowel separator */
		{0x200b, 0x200f},   /* zero width, direction marks */
		{0x2028, 0x202e},   /* line ends, direction overrides */
		{0x2060, 0x206f},   /* word joiner, direction isolates */
		{0x3164, 0x3164},   /* Hangul filler */
		{0xfeff, 0xfeff},   /* byte order mark */
		{0xffa0, 0xffa0},   /* Hangul filler */
		{0xfff9, 0xfffb},   /* annotations */
		{0x1d173, 0x1d17a}, /* musical controls */
		{0xe0000, 0xe0fff}, /* tags */
	};
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]) && point >= hidden[i].from; i++) {
		if (point <= hidden[i].to) {
			return true;
		}
	}
	return false;
}

/* Bytes at the start that are visible ASCII. */
static size_t plain_length(struct str text)
{
	size_t len = 0;
	while (len < text.len && text.ptr[len] >= ' ' && text.ptr[len] < 0x7f) {
		len++;
	}
	return len;
}

/* One character that is not plain, or one bad byte. Returns: bytes read. */
static size_t add_safe_character(struct buf *out, struct str text)
{
	size_t len = text_character(text);
	if (len == 0) {
		buf_add(out, STR("\xef\xbf\xbd"));
		return 1;
	}
	uint32_t point = text_point(text, len);
	if (point == '\t') {
		buf_byte(out, ' ');
	} else if (text_is_hidden(point)) {
		buf_printf(out, point < 0x100 ? "\\x%02x" : "\\u{%x}", point);
	} else {
		buf_add(out, str_slice(text, 0, len));
	}
	return len;
}

void text_add_safe(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t plain = plain_length(text);
		buf_add(out, str_slice(text, 0, plain));
		text = str_skip(text, plain);
		if (text.len > 0) {
			text = str_skip(text, add_safe_character(out, text));
		}
	}
}

struct str text_safe(struct arena *arena, struct str text)
{
	struct buf safe = {0};
	if (plain_length(text) == text.len) {
		return arena_str(arena, text);
	}
	text_add_safe(&safe, text);
	struct str copy = arena_str(arena, buf_str(&safe));
	buf_finish(&safe);
	return copy;
}

struct str text_cut_bytes(struct str text, size_t max)
{
	if (text.len <= max) {
		return text;
	}
	size_t end = max;
	while (end > 0 && max - end < 3 && ((unsigned char)text.ptr[end] & 0xc0) == 0x80) {
		end--;
	}
	/* bytes that belong to no character are cut anywhere */
	return str_slice(text, 0, text_character(str_skip(text, end)) > 0 ? end : max);
}
