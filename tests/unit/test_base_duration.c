/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/duration.h"
#include "test.h"

static void check_duration(const char *text, int64_t want_ns)
{
	assert_int(duration_parse(str_from(text)), want_ns);
}

static void durations_of_go_are_read(void **state)
{
	(void)state;
	check_duration("0s", 0);
	check_duration("0", 0);
	check_duration("138.216µs", 138216);
	check_duration("7.000908158s", INT64_C(7000908158));
	check_duration("1m2.3s", 62300 * NS_PER_MS);
	check_duration("5h1m15.779133315s", INT64_C(18075779133315));
	check_duration("1h0m0s", 60 * NS_PER_MIN);
	check_duration("-1.5s", -1500 * NS_PER_MS);
	check_duration("+5ms", 5 * NS_PER_MS);
	check_duration(".5s", 500 * NS_PER_MS);
	check_duration("999ns", 999);
	check_duration("0.1234567890123456789h", INT64_C(444444440444));
}

static void micro_is_read_however_it_comes(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"5us",  "5\xc2\xb5s", "5\xce\xbcs", "5\\u00b5s",      "5\\u03BCs", "5Âµs",
		"5┬╡s", "5碌s",       "5渭s",       "5\xef\xbf\xbds", "5\xb5s"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_duration(texts[i], 5 * NS_PER_US);
	}
	check_duration("1ms5\\u00b5s", NS_PER_MS + 5 * NS_PER_US);
}

static void other_texts_are_no_duration(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "-",
	                                    "5",
	                                    "s",
	                                    "5 s",
	                                    "5s ",
	                                    "1.2.3s",
	                                    "5x",
	                                    "1e3s",
	                                    "99999999999h",
	                                    "9223372036854775807s",
	                                    "9223372036.854775808s",
	                                    "5s5"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_duration(texts[i], DURATION_NONE);
	}
}

static void check_written(int64_t duration_ns, const char *want_ms, const char *want)
{
	struct arena tmp = {0};
	assert_str(duration_format_ms(&tmp, duration_ns), want_ms);
	assert_str(duration_format(&tmp, duration_ns), want);
	arena_finish(&tmp);
}

static void durations_are_written(void **state)
{
	(void)state;
	check_written(0, "0", "0 s");
	check_written(400, "0", "400 ns");
	check_written(1500, "0.002", "1.50 µs");
	check_written(138216, "0.138", "138 µs");
	check_written(999600, "1", "1.00 ms");
	check_written(12345678, "12.346", "12.3 ms");
	check_written(INT64_C(7000908158), "7000.908", "7.00 s");
	check_written(-250 * NS_PER_MS, "-250", "-250 ms");
	check_written(99950 * NS_PER_MS, "99950", "1 min 40 s");
	check_written(125 * NS_PER_SEC, "125000", "2 min 5 s");
	check_written(192 * NS_PER_MIN, "11520000", "3 h 12 min");
	check_written(122 * 60 * NS_PER_MIN, "439200000", "5 d 2 h");
	check_written(INT64_MIN, "-9223372036854.776", "-106752 d 0 h");
}

static void rounding_carries_to_the_next_figure(void **state)
{
	(void)state;
	check_written(9996 * NS_PER_US, "9.996", "10.0 ms");
	check_written(99960 * NS_PER_US, "99.96", "100 ms");
	check_written(138900, "0.139", "139 µs");
	check_written(-400, "0", "-400 ns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_of_go_are_read),
		cmocka_unit_test(micro_is_read_however_it_comes),
		cmocka_unit_test(other_texts_are_no_duration),
		cmocka_unit_test(durations_are_written),
		cmocka_unit_test(rounding_carries_to_the_next_figure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
