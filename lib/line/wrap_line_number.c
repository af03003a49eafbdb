/* SPDX-License-Identifier: Apache-2.0 */
/* Line numbers of an editor, less -N or cat -n before each line: "  12 text", "12<TAB>text". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { DIGITS_MAX = 7, RUN_MIN = 3 };

struct numbers {
	uint64_t learned; /* the number that should come next among the first lines */
	unsigned run;     /* lines whose number was the next one */
	bool is_known;
	uint64_t next; /* once known; 0: any */
};

/* Returns: length of the prefix; 0: none. */
static size_t read_prefix(struct str line, uint64_t *number)
{
	size_t start = 0;
	while (start < line.len && line.ptr[start] == ' ') {
		start++;
	}
	size_t end = start;
	while (end < line.len && end < start + DIGITS_MAX && shape_is_digit(line.ptr[end])) {
		end++;
	}
	bool has_end = end == line.len || line.ptr[end] == ' ' || line.ptr[end] == '\t';
	if (!str_to_uint64(str_slice(line, start, end), number) || !has_end) {
		return 0;
	}
	return end < line.len ? end + 1 : end;
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	(void)context;
	struct numbers *numbers = state;
	uint64_t number;
	if (numbers->is_known) {
		return;
	}
	if (read_prefix(line, &number) == 0) {
		numbers->run = 0;
		return;
	}
	numbers->run = numbers->run > 0 && number == numbers->learned ? numbers->run + 1 : 1;
	numbers->learned = number + 1;
	numbers->is_known = numbers->run >= RUN_MIN;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	const struct numbers *numbers = state;
	uint64_t number;
	size_t used = read_prefix(line, &number);
	if (used == 0) {
		return 0;
	}
	struct str rest = str_skip(line, used);
	while (rest.len > 0 && rest.ptr[0] == ' ') {
		rest = str_skip(rest, 1);
	}
	if (shape_starts_dated(rest)) {
		return 40;
	}
	return numbers->is_known && (numbers->next == 0 || number == numbers->next) ? 30 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context;
	struct numbers *numbers = state;
	uint64_t number;
	size_t used = read_prefix(wrap->text, &number);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	numbers->next = number + 1;
	wrap->text = str_skip(wrap->text, used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_line_number = {
	.name = "line-numbers",
	.first = " 0-9",
	.state_size = sizeof(struct numbers),
	.learn = learn,
	.bid = bid,
	.bid_max = 40,
	.peel = peel,
};
