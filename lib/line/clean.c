/* SPDX-License-Identifier: Apache-2.0 */
#include "line/clean.h"

#include "base/lanes.h"
#include "base/text.h"

#include <string.h>

static bool is_control(char byte)
{
	return (unsigned char)byte < 0x20 && byte != '\t' && byte != '\n';
}

LANES_INLINE lanes find_controls(const char *at)
{
	lanes bytes = lanes_load(at);
	return (lanes)(bytes < 0x20) & (lanes)(bytes != '\t') & (lanes)(bytes != '\n');
}

LANES_BEST size_t clean_find_control(struct str text, size_t from)
{
	size_t i = from;
	for (; i + LANES_STRIDE <= text.len; i += LANES_STRIDE) {
		const char *at = text.ptr + i;
		if (lanes_any((find_controls(at) | find_controls(at + LANES)) |
		              (find_controls(at + 2 * LANES) | find_controls(at + 3 * LANES)))) {
			break;
		}
	}
	while (i < text.len && !is_control(text.ptr[i])) {
		i++;
	}
	return i < text.len ? i : text.len;
}

/* Whether LANES_STRIDE bytes hold one that is not ASCII. */
LANES_INLINE bool has_high(const char *at)
{
	lanes bytes = (lanes_load(at) | lanes_load(at + LANES)) |
	              (lanes_load(at + 2 * LANES) | lanes_load(at + 3 * LANES));
	return lanes_any(bytes & 0x80);
}

/* What word processors and chats make of '"'. */
static bool is_curly_quote(struct str text)
{
	return str_starts(text, STR("\xe2\x80\x9c")) || str_starts(text, STR("\xe2\x80\x9d"));
}

/* Bytes at `at` that are to be taken away or replaced; 0: a good character, whose length is set. */
static size_t foreign_at(struct str text, size_t at, size_t *len)
{
	struct str rest = str_skip(text, at);
	*len = text_character(rest);
	if (*len == 0) {
		return 1;
	}
	bool is_invisible =
		str_starts(rest, STR("\xe2\x80\x8b")) || str_starts(rest, STR("\xef\xbb\xbf"));
	return is_invisible || is_curly_quote(rest) || str_starts(rest, STR("\xc2\xa0")) ? *len : 0;
}

LANES_BEST size_t clean_find_foreign(struct str text)
{
	size_t i = 0;
	while (i < text.len) {
		if (i + LANES_STRIDE <= text.len && !has_high(text.ptr + i)) {
			i += LANES_STRIDE;
			continue;
		}
		size_t end = i + LANES_STRIDE < text.len ? i + LANES_STRIDE : text.len;
		while (i < end) {
			size_t len = 1;
			if ((text.ptr[i] & 0x80) != 0 && foreign_at(text, i, &len) > 0) {
				return i;
			}
			i += len;
		}
	}
	return text.len;
}

LANES_INLINE lanes find_links(const char *at)
{
	return (lanes)(lanes_load(at) == ']') & (lanes)(lanes_load(at + 1) == '(');
}

LANES_BEST size_t clean_find_link(struct str text)
{
	size_t i = 0;
	for (; i + LANES_STRIDE + 1 <= text.len; i += LANES_STRIDE) {
		const char *at = text.ptr + i;
		if (lanes_any((find_links(at) | find_links(at + LANES)) |
		              (find_links(at + 2 * LANES) | find_links(at + 3 * LANES)))) {
			break;
		}
	}
	while (i + 1 < text.len && (text.ptr[i] != ']' || text.ptr[i + 1] != '(')) {
		i++;
	}
	return i + 1 < text.len ? i : text.len;
}

LANES_BEST size_t clean_count_lines(struct str text)
{
	enum { ROUNDS = 255 };
	size_t count = 0, i = 0;
	while (i + LANES <= text.len) {
		lanes sums = {0};
		for (int round = 0; round < ROUNDS && i + LANES <= text.len; round++, i += LANES) {
			sums -= (lanes)(lanes_load(text.ptr + i) == '\n');
		}
		for (int lane = 0; lane < LANES; lane++) {
			count += sums[lane];
		}
	}
	for (; i < text.len; i++) {
		count += text.ptr[i] == '\n' ? 1 : 0;
	}
	return count;
}

static size_t replace(char *out, char byte, uint64_t *undecodable)
{
	if (undecodable == NULL) {
		*out = byte;
		return 1;
	}
	++*undecodable;
	*out++ = '\xef';
	*out++ = '\xbf';
	*out = '\xbd';
	return 3;
}

struct str clean_repair(struct str text, struct arena *tmp, uint64_t *undecodable)
{
	if (clean_find_foreign(text) == text.len && str_find_byte(text, '\0') < 0) {
		return text;
	}
	char *out = arena_alloc(tmp, text.len * 3, 1);
	size_t len = 0;
	bool has_quotes = str_find_byte(text, '"') >= 0; /* then curly ones are text */
	for (size_t i = 0; i < text.len;) {
		size_t character, foreign = foreign_at(text, i, &character);
		bool is_quote = foreign > 1 && is_curly_quote(str_skip(text, i));
		if (is_quote && has_quotes) {
			foreign = 0;
		} else if (is_quote) {
			out[len++] = '"';
			i += foreign;
			continue;
		}
		if (foreign == 0 && text.ptr[i] != '\0') {
			memcpy(out + len, text.ptr + i, character);
			len += character;
		} else if (foreign > 0 && character == 0) {
			len += replace(out + len, text.ptr[i], undecodable);
		} else if (foreign == 2) {
			out[len++] = ' ';
		}
		i += foreign > 0 ? foreign : character;
	}
	return (struct str){out, len};
}
