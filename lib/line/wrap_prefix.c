/* SPDX-License-Identifier: Apache-2.0 */
/* Something unknown and short before a record that cannot be mistaken: "39.826 ", "content:", "PUT:
 * ". One that stood before several records stands before other lines, too: "a=b,c=d ". */
#include "line/shape.h"
#include "line/wrapper.h"
enum { LENGTH_MAX = 96, LENGTH_MIN = 3, KNOWN_MAX = 8, TIMES_MIN = 3 };

struct known {
	struct str text;
	unsigned times;
};

struct prefixes {
	struct known known[KNOWN_MAX];
	size_t count;
};

/* Returns: bytes before the record; 0: none. */
static size_t find_record(struct str line, struct str never)
{
	bool is_bracketed = line.ptr[0] == '[';
	for (size_t i = 0; i < line.len && i < LENGTH_MAX; i++) {
		char byte = line.ptr[i];
		bool may_start = byte == '{' || byte == '[' || byte == '2';
		bool is_number = i > 0 && byte == '2' && shape_is_digit(line.ptr[i - 1]);
		if (may_start && !is_number && shape_starts_strongly(str_skip(line, i))) {
			return i;
		}
		if (str_find_byte(never, byte) >= 0 || (byte == ']' && !is_bracketed)) {
			return 0;
		}
	}
	return 0;
}

static size_t prefix_length(struct str line)
{
	return find_record(line, STR("\"{}\\="));
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	struct prefixes *prefixes = state;
	struct stamp stamp;
	struct str rest = stamp_read(line, &stamp) ? str_skip(line, stamp.used + 1) : line;
	struct str text = str_slice(rest, 0, rest.len > 0 ? find_record(rest, STR("\"{}\\")) : 0);
	size_t i = 0;
	if (text.len < LENGTH_MIN) {
		return;
	}
	while (i < prefixes->count && !str_equals(prefixes->known[i].text, text)) {
		i++;
	}
	if (i == prefixes->count && i < KNOWN_MAX) {
		prefixes->known[prefixes->count++].text = arena_str(context->keep, text);
	}
	if (i < prefixes->count) {
		prefixes->known[i].times++;
	}
}

/* Returns: bytes of a known prefix that the line begins with; 0: none. */
static size_t known_length(const struct prefixes *prefixes, struct str line)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		const struct known *known = &prefixes->known[i];
		if (known->times >= TIMES_MIN && str_starts(line, known->text)) {
			return known->text.len;
		}
	}
	return 0;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	return prefix_length(line) > 0 || known_length(state, line) > 0 ? 5 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context;
	struct stamp stamp;
	size_t used = prefix_length(wrap->text);
	used = used > 0 ? used : known_length(state, wrap->text);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	if (stamp_read(wrap->text, &stamp) && stamp.used <= used) {
		wrap_set_time(wrap, stamp.time_ns, stamp.zone);
	}
	wrap->text = str_skip(wrap->text, used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_prefix = {
	.name = "prefix",
	.state_size = sizeof(struct prefixes),
	.learn = learn,
	.bid = bid,
	.bid_max = 5,
	.peel = peel,
};
