/* SPDX-License-Identifier: Apache-2.0 */
/* Something unknown and short before a record that cannot be mistaken: "39.826 ", "content:", "PUT:
 * ". */
#include "line/shape.h"
#include "line/wrapper.h"

#include <string.h>

enum { LENGTH_MAX = 96 };

/* Returns: bytes before the record; 0: none. */
static size_t prefix_length(struct str line)
{
	bool is_bracketed = line.ptr[0] == '[';
	for (size_t i = 0; i < line.len && i < LENGTH_MAX; i++) {
		char byte = line.ptr[i];
		bool may_start = byte == '{' || byte == '[' || byte == '2';
		bool is_number = i > 0 && byte == '2' && shape_is_digit(line.ptr[i - 1]);
		if (may_start && !is_number && shape_starts_strongly(str_skip(line, i))) {
			return i;
		}
		if (memchr("\"{}\\=", byte, 5) != NULL || (byte == ']' && !is_bracketed)) {
			return 0;
		}
	}
	return 0;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return prefix_length(line) > 0 ? 5 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context, (void)state;
	struct stamp stamp;
	size_t used = prefix_length(wrap->text);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	if (stamp_read(wrap->text, &stamp) && stamp.used <= used) {
		wrap_set_time(wrap, stamp.time_ns, stamp.zone);
	}
	wrap->text = str_skip(wrap->text, used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_prefix = {.name = "prefix", .bid = bid, .bid_max = 5, .peel = peel};
