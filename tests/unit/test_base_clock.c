/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/zone.h"
#include "test.h"

/* ---- calendar ---- */

static int64_t civil(int year, int month, int day, int hour, int second)
{
	return clock_from_civil(&(struct clock_civil){year, month, day, hour, 0, second, 5});
}

static void calendar_goes_there_and_back(void **state)
{
	(void)state;
	assert_int(civil(1970, 1, 1, 0, 0), 5);
	assert_int(civil(2000, 3, 1, 0, 0), INT64_C(951868800000000005));
	assert_int(civil(1969, 12, 31, 23, 0), -INT64_C(3599999999995));
	for (int64_t time_ns = INT64_MIN + 1; time_ns < INT64_MAX - INT64_C(40000000000000000);
	     time_ns += INT64_C(31556952123456789)) {
		struct clock_civil fields;
		clock_to_civil(time_ns, &fields);
		if (fields.year >= CLOCK_YEAR_MIN && fields.year <= CLOCK_YEAR_MAX) {
			assert_int(clock_from_civil(&fields), time_ns);
		}
	}
}

static void impossible_dates_are_none(void **state)
{
	(void)state;
	assert_int(civil(2023, 2, 29, 0, 0), TIME_NONE);
	assert_true(civil(2024, 2, 29, 0, 0) != TIME_NONE);
	assert_int(civil(1900, 2, 29, 0, 0), TIME_NONE);
	assert_int(civil(2024, 13, 1, 0, 0), TIME_NONE);
	assert_int(civil(2024, 4, 31, 0, 0), TIME_NONE);
	assert_int(civil(2024, 1, 0, 0, 0), TIME_NONE);
	assert_int(civil(2024, 1, 1, 24, 0), TIME_NONE);
	assert_int(civil(1600, 1, 1, 0, 0), TIME_NONE);
	assert_int(civil(2016, 12, 31, 23, 61), TIME_NONE);
	assert_int(civil(2016, 12, 31, 23, 60), INT64_C(1483225259999999999));
}

/* ---- reading ---- */

static void check_time(const char *text, const char *want, enum clock_zone want_zone,
                       const char *rest)
{
	struct arena tmp = {0};
	enum clock_zone zone = CLOCK_ZONE_NONE;
	size_t used = 0;
	int64_t time_ns = clock_parse(str_from(text), &zone, &used);
	assert_str(clock_format(&tmp, time_ns), want);
	assert_int(zone, want_zone);
	assert_str(str_skip(str_from(text), used), rest);
	assert_int(clock_parse(str_from(text), &zone, NULL), time_ns);
	arena_finish(&tmp);
}

static void times_of_all_sources_are_read(void **state)
{
	(void)state;
	check_time("2024/05/01 10:02:03.123 +08:00] [WARN]", "2024-05-01T02:02:03.123Z",
	           CLOCK_ZONE_OFFSET, "] [WARN]");
	check_time("2024-05-01T10:02:03.123+0800\tinfo", "2024-05-01T02:02:03.123Z",
	           CLOCK_ZONE_OFFSET, "\tinfo");
	check_time("2024-03-12T08:21:04.512883107Z {", "2024-03-12T08:21:04.512883107Z",
	           CLOCK_ZONE_UTC, " {");
	check_time("2024-03-12 16:21:04.512883 W | wal: x", "2024-03-12T16:21:04.512883Z",
	           CLOCK_ZONE_NONE, " W | wal: x");
	check_time("2024/03/12 16:21:04 x.go:1: y", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE,
	           " x.go:1: y");
	check_time("2024-03-12T16:21:04,512883-03:30 kernel", "2024-03-12T19:51:04.512883Z",
	           CLOCK_ZONE_OFFSET, " kernel");
	check_time("2024-03-12  16:21:04 +0000 UTC m=+0.1", "2024-03-12T16:21:04Z", CLOCK_ZONE_UTC,
	           " UTC m=+0.1");
	check_time("2024/03/12-16:21:04.512883 7f3a", "2024-03-12T16:21:04.512883Z",
	           CLOCK_ZONE_NONE, " 7f3a");
	check_time("2024-03-12 16:21:04.5 UTC [71]", "2024-03-12T16:21:04.5Z", CLOCK_ZONE_UTC,
	           " [71]");
	check_time("2024-03-12 16:21:04+05", "2024-03-12T11:21:04Z", CLOCK_ZONE_OFFSET, "");
	check_time("2024-03-12 16:21:60Z", "2024-03-12T16:21:59.999999999Z", CLOCK_ZONE_UTC, "");
}

static void what_follows_a_time_is_no_zone(void **state)
{
	(void)state;
	check_time("2024-03-12 16:21:04 -12 entries", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE,
	           " -12 entries");
	check_time("2024-03-12 16:21:04 -12345", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE,
	           " -12345");
	check_time("2024-03-12 16:21:04 Zone", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE, " Zone");
	check_time("2024-03-12 16:21:04+99:00", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE, "+99:00");
	check_time("2024-03-12 16:21:04+0860", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE, "+0860");
	check_time("2024-03-12 16:21:04. Then", "2024-03-12T16:21:04Z", CLOCK_ZONE_NONE, ". Then");
	check_time("2024-03-12 16:21:04.1234567891234 x", "2024-03-12T16:21:04.123456789Z",
	           CLOCK_ZONE_NONE, " x");
}

static void what_is_no_time_is_none(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "2024-03-12",
	                                    "2024-03-12 16:21",
	                                    "2024-03-12 16:21:0",
	                                    "2024-03/12 16:21:04",
	                                    "2024-02-30 16:21:04",
	                                    "2024-03-12 16:61:04",
	                                    "2024-03-12 24:00:00",
	                                    "2024-0x-12 16:21:04",
	                                    "x024-03-12 16:21:04",
	                                    "2024-03-12x16:21:04",
	                                    "2024-03-12                   ",
	                                    "0000-00-00 00:00:00"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum clock_zone zone;
		assert_int(clock_parse(str_from(texts[i]), &zone, NULL), TIME_NONE);
	}
}

static void check_epoch(const char *text, int64_t want_ns)
{
	assert_int(clock_parse_epoch(str_from(text)), want_ns);
}

static void magnitude_tells_the_unit_of_an_epoch(void **state)
{
	(void)state;
	check_epoch("1710231664", INT64_C(1710231664000000000));
	check_epoch("1710231664.512883107", INT64_C(1710231664512883107));
	check_epoch("1710231664.5128831079999", INT64_C(1710231664512883107));
	check_epoch("1.710231664512e+09", INT64_C(1710231664512000000));
	check_epoch("1710231664512", INT64_C(1710231664512000000));
	check_epoch("1710231664512.25", INT64_C(1710231664512250000));
	check_epoch("1710231664512883", INT64_C(1710231664512883000));
	check_epoch("1710231664512883107", INT64_C(1710231664512883107));
}

static void other_numbers_are_no_epoch(void **state)
{
	(void)state;
	static const char *const texts[] = {"",
	                                    "0",
	                                    "12345",
	                                    "-1710231664",
	                                    "1710231664.",
	                                    ".5",
	                                    "1710231664x",
	                                    "99999999999999999999",
	                                    "9999999999999999999",
	                                    "1e9999999999",
	                                    "1710231664e",
	                                    "1.7.1",
	                                    "1710231664e-15"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		check_epoch(texts[i], TIME_NONE);
	}
}

static void check_point(const char *text, bool want_relative, int64_t want_ns)
{
	bool is_relative = !want_relative;
	assert_int(clock_parse_point(str_from(text), &is_relative), want_ns);
	assert_int(is_relative, want_relative);
}

static void points_are_absolute_or_relative(void **state)
{
	(void)state;
	check_point("2024-03-12", false, INT64_C(1710201600000000000));
	check_point("2024-03-12 16:21", false, INT64_C(1710260460000000000));
	check_point("2024-03-12T16:21+08:00", false, INT64_C(1710231660000000000));
	check_point("2024-03-12T16:21:04.5Z", false, INT64_C(1710260464500000000));
	check_point("-1h30m", true, -90 * NS_PER_MIN);
	check_point("-2d", true, -48 * 60 * NS_PER_MIN);
	check_point("2024-03-12T16:21:04Zulu", false, TIME_NONE);
	check_point("yesterday", false, TIME_NONE);
	check_point("-", false, TIME_NONE);
	check_point("--2h", true, TIME_NONE);
	check_point("-2", true, TIME_NONE);
}

/* ---- zones ---- */

static void check_offset(const char *name, const char *time, int want_s)
{
	struct arena run = {0};
	enum clock_zone written;
	struct clock_zone_rule *zone = clock_zone_open(&run, str_from(name));
	assert_non_null(zone);
	assert_int(clock_zone_offset(zone, clock_parse(str_from(time), &written, NULL)), want_s);
	arena_finish(&run);
}

static void fixed_zones_are_east_of_utc(void **state)
{
	(void)state;
	check_offset("UTC", "2024-03-12 00:00:00", 0);
	check_offset("z", "2024-03-12 00:00:00", 0);
	check_offset("+08:00", "2024-03-12 00:00:00", 8 * 3600);
	check_offset("-0330", "2024-03-12 00:00:00", -(3 * 3600 + 1800));
	check_offset("-5", "2024-03-12 00:00:00", -5 * 3600);
	check_offset("UTC+8", "2024-03-12 00:00:00", 8 * 3600);
	check_offset("GMT-10", "2024-03-12 00:00:00", -10 * 3600);
}

static void bad_zones_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = {
		"",          "+",    "+99:00", "Nowhere/Else", "../../etc/passwd", "/etc/localtime",
		"right/UTC", "UTC+", "Asia",   "tzdata.zi"};
	struct arena run = {0};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_null(clock_zone_open(&run, str_from(names[i])));
	}
	arena_finish(&run);
}

static void rule_of_a_zone_file_tells_summer(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *time;
		int want_s;
	} table[] = {
		{"CST-8", "2024-07-01 00:00:00", 8 * 3600},
		{"<-03>3", "2024-07-01 00:00:00", -3 * 3600},
		{"<+0530>-5:30", "2024-07-01 00:00:00", 5 * 3600 + 1800},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31 00:59:59", 3600},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2024-03-31 01:00:00", 7200},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27 00:59:59", 7200},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "2024-10-27 01:00:00", 3600},
		{"EST5EDT,M3.2.0,M11.1.0", "2024-03-10 06:59:59", -5 * 3600},
		{"EST5EDT,M3.2.0,M11.1.0", "2024-03-10 07:00:00", -4 * 3600},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2024-01-01 00:00:00", 11 * 3600},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2024-06-01 00:00:00", 10 * 3600},
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 00:59:59", -2 * 3600},
		{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 01:00:00", -3600},
		{"XXX0YYY,J60/0,J61/0", "2024-03-01 00:30:00", 3600},
		{"XXX0YYY,J59/0,J60/0", "2024-02-28 00:30:00", 3600},
		{"XXX0YYY,59/0,60/0", "2024-02-29 00:30:00", 3600},
		{"XXX0YYY,59/0,60/0", "2023-03-01 00:30:00", 3600},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct zone_posix rule;
		enum clock_zone zone;
		assert_true(zone_posix_read(str_from(table[i].rule), &rule));
		assert_int(
			zone_posix_offset(&rule, clock_parse(str_from(table[i].time), &zone, NULL) /
		                                         NS_PER_SEC),
			table[i].want_s);
	}
}

static void bad_rules_are_refused(void **state)
{
	(void)state;
	static const char *const rules[] = {"",
	                                    "8",
	                                    "CST",
	                                    "C8",
	                                    "<>8",
	                                    "<+03",
	                                    "CST-200",
	                                    "CST-8:60",
	                                    "CST-8:",
	                                    "EST5EDT",
	                                    "EST5EDT,M3.2.0",
	                                    "EST5EDT,M13.2.0,M1.1.1",
	                                    "EST5EDT,M3.0.0,M1.1.1",
	                                    "EST5EDT,M3.2.0,M11.1.0x",
	                                    "EST5EDT,M3.2.0,400"};
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct zone_posix rule;
		assert_false(zone_posix_read(str_from(rules[i]), &rule));
	}
}

/* A zone file of one change, at 1000 s, from +1 h to +2 h, and then the rule of its footer. */
#define HEADER(version)                                                                            \
	"TZif" version "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"                                            \
	"\0\0\0\0"                                                                                 \
	"\0\0\0\0"                                                                                 \
	"\0\0\0\0"
#define ZONE_FILE                                                                                  \
	HEADER("2")                                                                                \
	"\0\0\0\0"                                                                                 \
	"\0\0\0\1"                                                                                 \
	"\0\0\0\1"                                                                                 \
	"\0\0\0\0\0\0"                                                                             \
	"\0" HEADER("2") "\0\0\0\1"                                                                \
			 "\0\0\0\2"                                                                \
			 "\0\0\0\1"                                                                \
			 "\0\0\0\0\0\0\3\350"                                                      \
			 "\1"                                                                      \
			 "\0\0\016\020\0\0"                                                        \
			 "\0\0\034\040\0\0"                                                        \
			 "\0"                                                                      \
			 "\nCST-8\n"

static void zone_file_is_read(void **state)
{
	(void)state;
	struct arena run = {0};
	struct clock_zone_rule zone = {0};
	assert_true(zone_read(&run, STR(ZONE_FILE), &zone));
	assert_int(clock_zone_offset(&zone, 999 * NS_PER_SEC), 3600);
	assert_int(clock_zone_offset(&zone, 1000 * NS_PER_SEC), 8 * 3600);
	zone.has_rule = false;
	assert_int(clock_zone_offset(&zone, 1000 * NS_PER_SEC), 7200);
	assert_int(clock_zone_offset(&zone, TIME_NONE), 3600);
	size_t footer = sizeof("\nCST-8\n") - 1;
	for (size_t len = 0; len < sizeof(ZONE_FILE) - 1; len++) {
		bool is_whole = len >= sizeof(ZONE_FILE) - 1 - footer;
		assert_int(zone_read(&run, (struct str){ZONE_FILE, len}, &zone), is_whole);
	}
	arena_finish(&run);
}

/* ---- writing ---- */

static void times_are_written_in_a_zone(void **state)
{
	(void)state;
	struct arena run = {0};
	int64_t time_ns = INT64_C(1710231664512000000);
	struct clock_zone_rule *zone = clock_zone_open(&run, STR("-03:30"));
	assert_str(clock_format(&run, time_ns), "2024-03-12T08:21:04.512Z");
	assert_str(clock_format_in(&run, time_ns, zone), "2024-03-12T04:51:04.512-03:30");
	assert_str(clock_format_in(&run, time_ns, NULL), "2024-03-12T08:21:04.512Z");
	assert_str(clock_format_short(&run, time_ns + 999999, zone), "04:51:04.512");
	assert_str(clock_format(&run, 0), "1970-01-01T00:00:00Z");
	assert_str(clock_format(&run, -1), "1969-12-31T23:59:59.999999999Z");
	assert_str(clock_format(&run, TIME_NONE), "");
	assert_str(clock_format_in(&run, INT64_MIN + 1, zone),
	           "1677-09-21T00:12:43.145224193-03:30");
	arena_finish(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calendar_goes_there_and_back),
		cmocka_unit_test(impossible_dates_are_none),
		cmocka_unit_test(times_of_all_sources_are_read),
		cmocka_unit_test(what_follows_a_time_is_no_zone),
		cmocka_unit_test(what_is_no_time_is_none),
		cmocka_unit_test(magnitude_tells_the_unit_of_an_epoch),
		cmocka_unit_test(other_numbers_are_no_epoch),
		cmocka_unit_test(points_are_absolute_or_relative),
		cmocka_unit_test(fixed_zones_are_east_of_utc),
		cmocka_unit_test(bad_zones_are_refused),
		cmocka_unit_test(rule_of_a_zone_file_tells_summer),
		cmocka_unit_test(bad_rules_are_refused),
		cmocka_unit_test(zone_file_is_read),
		cmocka_unit_test(times_are_written_in_a_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
