/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

/* A number of exactly `count` digits, zeros in front. Returns: behind it. */
static char *put_digits(char *to, unsigned number, unsigned count)
{
	for (unsigned i = count; i > 0; i--) {
		to[i - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	return to + count;
}

static char *put_time_of_day(char *to, const struct clock_civil *civil)
{
	to = put_digits(to, (unsigned)civil->hour, 2);
	*to++ = ':';
	to = put_digits(to, (unsigned)civil->minute, 2);
	*to++ = ':';
	return put_digits(to, (unsigned)civil->second, 2);
}

static char *put_date_time(char *to, const struct clock_civil *civil)
{
	to = put_digits(to, (unsigned)civil->year, 4);
	*to++ = '-';
	to = put_digits(to, (unsigned)civil->month, 2);
	*to++ = '-';
	to = put_digits(to, (unsigned)civil->day, 2);
	*to++ = 'T';
	to = put_time_of_day(to, civil);
	if (civil->nanosecond > 0) {
		*to++ = '.';
		to = put_digits(to, (unsigned)civil->nanosecond, 9);
		while (to[-1] == '0') {
			to--;
		}
	}
	return to;
}

static char *put_zone(char *to, int offset_s)
{
	unsigned minutes = (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 60;
	if (offset_s == 0) {
		*to++ = 'Z';
		return to;
	}
	*to++ = offset_s < 0 ? '-' : '+';
	to = put_digits(to, minutes / 60, 2);
	*to++ = ':';
	return put_digits(to, minutes % 60, 2);
}

/* Fields in the zone; the ends of the range stay in the range. */
static void local_civil(int64_t time_ns, int offset_s, struct clock_civil *civil)
{
	int64_t local_ns;
	if (__builtin_add_overflow(time_ns, offset_s * NS_PER_SEC, &local_ns)) {
		local_ns = time_ns;
	}
	clock_to_civil(local_ns, civil);
}

struct str clock_write(char text[CLOCK_TEXT_MAX], int64_t time_ns,
                       const struct clock_zone_rule *zone)
{
	struct clock_civil civil;
	int offset_s = clock_zone_offset(zone, time_ns);
	if (time_ns == TIME_NONE) {
		return STR("");
	}
	local_civil(time_ns, offset_s, &civil);
	char *end = put_zone(put_date_time(text, &civil), offset_s);
	return (struct str){text, (size_t)(end - text)};
}

struct str clock_format(struct arena *arena, int64_t time_ns)
{
	return clock_format_in(arena, time_ns, NULL);
}

struct str clock_format_in(struct arena *arena, int64_t time_ns, const struct clock_zone_rule *zone)
{
	char text[CLOCK_TEXT_MAX];
	return arena_str(arena, clock_write(text, time_ns, zone));
}

struct str clock_format_short(struct arena *arena, int64_t time_ns,
                              const struct clock_zone_rule *zone)
{
	struct clock_civil civil;
	char text[CLOCK_TEXT_MAX];
	if (time_ns == TIME_NONE) {
		return STR("");
	}
	local_civil(time_ns, clock_zone_offset(zone, time_ns), &civil);
	char *end = put_time_of_day(text, &civil);
	*end++ = '.';
	end = put_digits(end, (unsigned)(civil.nanosecond / NS_PER_MS), 3);
	return arena_str(arena, (struct str){text, (size_t)(end - text)});
}
