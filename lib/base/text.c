/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

struct str text_in(const struct text_both *both, enum text_lang lang)
{
	return both->in[lang].len > 0 ? both->in[lang] : both->in[TEXT_EN];
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
	size_t len = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
	if (len == 0 || len > text.len) {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	uint32_t point = text_point(text, len);
	return point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : len;
}

/* Characters that would not be seen, or that change how others are shown. */
static bool is_hidden(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad || point == 0x61c ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || (point >= 0xfff9 && point <= 0xfffb) ||
	       (point >= 0xe0000 && point <= 0xe0fff);
}

void text_add_safe(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len;) {
		size_t len = text_character(str_skip(text, i));
		if (len == 0) {
			buf_add(out, STR("\xef\xbf\xbd"));
			i++;
			continue;
		}
		uint32_t point = text_point(str_skip(text, i), len);
		if (point == '\t') {
			buf_byte(out, ' ');
		} else if (is_hidden(point)) {
			buf_printf(out, point < 0x100 ? "\\x%02x" : "\\u{%x}", point);
		} else {
			buf_add(out, str_slice(text, i, i + len));
		}
		i += len;
	}
}

struct str text_safe(struct arena *arena, struct str text)
{
	struct buf safe = {0};
	text_add_safe(&safe, text);
	struct str copy = arena_str(arena, buf_str(&safe));
	buf_finish(&safe);
	return copy;
}

/* ---- width ---- */

struct range {
	uint32_t from, to;
};

/* Source: Unicode 15 EastAsianWidth.txt, W and F, in broad ranges. */
static const struct range wide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
                                    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
                                    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
                                    {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
/* Source: UnicodeData.txt, Mn and Me that occur in practice. */
static const struct range combining[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},  {0x610, 0x61a},
                                         {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},
                                         {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};

static bool is_in(uint32_t point, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (point >= ranges[i].from && point <= ranges[i].to) {
			return true;
		}
	}
	return false;
}

static size_t point_width(uint32_t point)
{
	if (point < 0x300) {
		return 1;
	}
	if (is_in(point, combining, sizeof(combining) / sizeof(combining[0]))) {
		return 0;
	}
	return is_in(point, wide, sizeof(wide) / sizeof(wide[0])) ? 2 : 1;
}

struct str text_fit(struct str text, size_t columns)
{
	size_t used = 0, i = 0;
	while (i < text.len) {
		size_t len = text_character(str_skip(text, i));
		size_t width = len == 0 ? 1 : point_width(text_point(str_skip(text, i), len));
		if (used + width > columns) {
			break;
		}
		used += width;
		i += len == 0 ? 1 : len;
	}
	return str_slice(text, 0, i);
}

size_t text_width(struct str text)
{
	size_t used = 0;
	for (size_t i = 0; i < text.len;) {
		size_t len = text_character(str_skip(text, i));
		used += len == 0 ? 1 : point_width(text_point(str_skip(text, i), len));
		i += len == 0 ? 1 : len;
	}
	return used;
}

struct str text_cut_bytes(struct str text, size_t max)
{
	if (text.len <= max) {
		return text;
	}
	while (max > 0 && ((unsigned char)text.ptr[max] & 0xc0) == 0x80) {
		max--;
	}
	return str_slice(text, 0, max);
}
