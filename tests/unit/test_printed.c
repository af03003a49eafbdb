/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a program printed while one of its operations was going on. */
#include "scan/printed.h"
#include "test.h"

enum { START_S = 1700000000 };

static int64_t at_ms(int64_t ms)
{
	return START_S * NS_PER_SEC + ms * NS_PER_MS;
}

/* Records printed inside an operation that took took_ms and ended at end_ms. times_ms: of records
 * of etcd, -1 at the end; whole seconds are stamps without a fraction */
static uint32_t inside(const int *times_ms, int end_ms, int took_ms)
{
	struct printed printed = {0};
	for (; *times_ms >= 0; times_ms++) {
		printed_note(&printed, at_ms(*times_ms), FORMAT_ETCD);
	}
	struct event event = {.time_ns = at_ms(end_ms),
	                      .start_ns = at_ms(end_ms - took_ms),
	                      .took_ns = took_ms * NS_PER_MS};
	uint32_t count = printed_inside(&printed, &event, FORMAT_ETCD);
	printed_finish(&printed);
	return count;
}

#define assert_inside(want, end_ms, took_ms, ...)                                                  \
	assert_int(inside((const int[]){__VA_ARGS__, -1}, (end_ms), (took_ms)), (want))

static void a_record_between_is_inside(void **state)
{
	(void)state;
	assert_inside(1, 5211, 3000, 1100, 3400, 5211);
	assert_inside(0, 5211, 3000, 1100, 2250, 5150, 5211);
	assert_inside(0, 5211, 100, 5150, 5160, 5211);
}

/* Such stamps say only the second: the record was printed in it, before those that follow. */
static void a_stamp_of_whole_seconds_is_no_proof(void **state)
{
	(void)state;
	assert_inside(0, 5211, 2700, 1100, 5000, 5211);
	assert_inside(0, 5211, 2700, 1100, 5000, 5000, 5000, 5211);
	assert_inside(1, 5211, 2700, 1100, 4000, 5211);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_between_is_inside),
		cmocka_unit_test(a_stamp_of_whole_seconds_is_no_proof),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
