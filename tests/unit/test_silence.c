/* SPDX-License-Identifier: Apache-2.0 */
/* Spans without a record, also where the parts of a log stand in no order. */
#include "scan/silence.h"
#include "test.h"

/* A log whose stamps are given in seconds, -1 at the end. Returns: its gaps, told to a digest. */
static size_t gaps_of(const int *seconds, struct source_gap *first)
{
	struct silence silence = {0};
	struct digest digest;
	digest_init(&digest);
	uint32_t source = digest_source_add(&digest, STR("a.log"));
	for (uint64_t line = 1; seconds[line - 1] >= 0; line++) {
		silence_note(&silence, seconds[line - 1] * NS_PER_SEC, line);
	}
	silence_give(&silence, &digest, source);
	size_t count = digest_source(&digest, source)->gap_count;
	*first = digest_source(&digest, source)->gaps[0];
	silence_finish(&silence);
	digest_finish(&digest);
	return count;
}

/** The longest gap of a log with these stamps lies so; from -1: it has none. */
static void check(const int *seconds, int from, int to, uint64_t line, int at)
{
	struct source_gap gap;
	size_t count = gaps_of(seconds, &gap);
	bool is_so = count > 0 && gap.from_ns == from * NS_PER_SEC &&
	             gap.to_ns == to * NS_PER_SEC && gap.line == line;
	if (from < 0 ? count > 0 : !is_so) {
		print_error("%zu gaps, the first from %lld s to %lld s before line %llu\n", count,
		            (long long)(gap.from_ns / NS_PER_SEC),
		            (long long)(gap.to_ns / NS_PER_SEC), (unsigned long long)gap.line);
		_fail(__FILE__, at);
	}
}

#define assert_gap(from, to, line, ...)                                                            \
	check((const int[]){__VA_ARGS__, -1}, from, to, line, __LINE__)
#define assert_no_gap(...) check((const int[]){__VA_ARGS__, -1}, -1, 0, 0, __LINE__)

static void a_long_pause_is_a_gap(void **state)
{
	(void)state;
	assert_gap(3, 60, 4, 1, 2, 3, 60, 61);
	assert_no_gap(1, 2, 3, 8, 9);
}

static void what_a_later_part_fills_is_no_gap(void **state)
{
	(void)state;
	assert_no_gap(1, 4, 40, 44, 4, 9, 14, 19, 24, 29, 34, 39);
}

static void what_no_part_fills_stays_a_gap(void **state)
{
	(void)state;
	assert_gap(4, 40, 3, 1, 4, 40, 44, 1, 3, 4);
	assert_gap(2, 42, 6, 1, 4, 40, 44, 2, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_pause_is_a_gap),
		cmocka_unit_test(what_a_later_part_fills_is_no_gap),
		cmocka_unit_test(what_no_part_fills_stays_a_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
