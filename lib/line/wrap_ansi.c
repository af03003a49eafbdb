/* SPDX-License-Identifier: Apache-2.0 */
/* Terminal escapes, and colours whose ESC was lost on the way: "[36mmilvus-etcd |[0m ". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { LOST_WITHIN = 64, BID = 90 };

/* ESC and what belongs to it. */
static size_t escape_at(struct str line, size_t at)
{
	size_t i = at + 1;
	if (i >= line.len) {
		return 1;
	}
	if (line.ptr[i] == ']') {
		while (i < line.len && line.ptr[i] != '\a' && line.ptr[i] != '\x1b') {
			i++;
		}
		return (i < line.len && line.ptr[i] == '\a' ? i + 1 : i) - at;
	}
	if (line.ptr[i] != '[') {
		return 2;
	}
	for (i++; i < line.len && line.ptr[i] >= ' ' && line.ptr[i] < '@'; i++) {
	}
	return (i < line.len ? i + 1 : i) - at;
}

static bool is_color(unsigned number)
{
	return number <= 4 || number == 7 || (number >= 30 && number <= 49) ||
	       (number >= 90 && number <= 97);
}

/* "[36m", "[1;31m", "[38;5;6m", "[0m" */
static size_t lost_at(struct str line, size_t at)
{
	size_t i = at + 1;
	unsigned number = 0, digits = 0;
	bool is_first = true;
	for (; i < line.len && i < at + 16; i++) {
		char byte = line.ptr[i];
		if (shape_is_digit(byte) && digits < 3) {
			number = number * 10 + (unsigned)(byte - '0');
			digits++;
			continue;
		}
		if (digits == 0 || (is_first && !is_color(number)) ||
		    (byte != ';' && byte != 'm')) {
			return 0;
		}
		if (byte == 'm') {
			return i + 1 - at;
		}
		number = digits = 0;
		is_first = false;
	}
	return 0;
}

static bool has_lost(struct str line)
{
	size_t count = 0, end = line.len < LOST_WITHIN ? line.len : LOST_WITHIN;
	for (size_t i = 0; i < end; i++) {
		if (line.ptr[i] == '[' && lost_at(line, i) > 0) {
			count += i == 0 ? 2 : 1;
		}
	}
	return count > 1;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return str_find_byte(line, '\x1b') >= 0 || has_lost(line) ? BID : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct str line = wrap->text;
	bool is_lost = str_find_byte(line, '\x1b') < 0;
	char *text = arena_alloc(context->tmp, line.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < line.len;) {
		size_t used = line.ptr[i] == '\x1b'           ? escape_at(line, i)
		              : is_lost && line.ptr[i] == '[' ? lost_at(line, i)
		                                              : 0;
		if (used == 0) {
			text[len++] = line.ptr[i++];
		}
		i += used;
	}
	wrap->text = (struct str){text, len};
	return WRAP_PEELED;
}

const struct wrapper wrapper_ansi = {.name = "ansi", .bid = bid, .bid_max = BID, .peel = peel};
