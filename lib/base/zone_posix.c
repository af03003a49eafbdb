/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/zone.h"

enum { DAY_S = 86400, HOUR_S = 3600, HOURS_MAX = 167 };

/* What fits into nanoseconds. */
#define ZONE_SECONDS_MAX (INT64_MAX / NS_PER_SEC)

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool take_byte(struct str *text, char byte)
{
	bool is_there = text->len > 0 && text->ptr[0] == byte;
	*text = str_skip(*text, is_there ? 1 : 0);
	return is_there;
}

static bool take_number(struct str *text, int most, int *number)
{
	size_t len = 0;
	*number = 0;
	for (; len < text->len && is_digit(text->ptr[len]); len++) {
		*number = *number * 10 + (text->ptr[len] - '0');
		if (*number > most) {
			return false;
		}
	}
	*text = str_skip(*text, len);
	return len > 0;
}

/* "CST", "<+03>". */
static bool take_name(struct str *text)
{
	size_t len = 0;
	if (take_byte(text, '<')) {
		ptrdiff_t end = str_find_byte(*text, '>');
		*text = str_skip(*text, end < 0 ? 0 : (size_t)end + 1);
		return end > 0;
	}
	while (len < text->len &&
	       ((text->ptr[len] | 0x20) >= 'a' && (text->ptr[len] | 0x20) <= 'z')) {
		len++;
	}
	*text = str_skip(*text, len);
	return len >= 3;
}

/* "[+-]hh[:mm[:ss]]" */
static bool take_hms(struct str *text, int *seconds)
{
	bool is_negative = take_byte(text, '-');
	int hours = 0, minutes = 0, rest = 0;
	if (!is_negative) {
		(void)take_byte(text, '+');
	}
	if (!take_number(text, HOURS_MAX, &hours)) {
		return false;
	}
	if (take_byte(text, ':') && (!take_number(text, 59, &minutes) ||
	                             (take_byte(text, ':') && !take_number(text, 59, &rest)))) {
		return false;
	}
	*seconds = (hours * HOUR_S + minutes * 60 + rest) * (is_negative ? -1 : 1);
	return true;
}

/* ",M3.5.0/2" */
static bool take_change(struct str *text, struct zone_change *change)
{
	*change = (struct zone_change){.kind = 'N', .time_s = 2 * HOUR_S};
	if (!take_byte(text, ',')) {
		return false;
	}
	if (take_byte(text, 'M')) {
		change->kind = 'M';
		if (!take_number(text, 12, &change->month) || !take_byte(text, '.') ||
		    !take_number(text, 5, &change->week) || !take_byte(text, '.') ||
		    !take_number(text, 6, &change->day) || change->month == 0 ||
		    change->week == 0) {
			return false;
		}
	} else {
		change->kind = take_byte(text, 'J') ? 'J' : 'N';
		if (!take_number(text, 365, &change->day)) {
			return false;
		}
	}
	return !take_byte(text, '/') || take_hms(text, &change->time_s);
}

bool zone_posix_read(struct str text, struct zone_posix *rule)
{
	int west_s;
	*rule = (struct zone_posix){0};
	if (!take_name(&text) || !take_hms(&text, &west_s)) {
		return false;
	}
	rule->standard_s = -west_s;
	if (text.len == 0) {
		return true;
	}
	rule->has_summer = true;
	rule->summer_s = rule->standard_s + HOUR_S;
	if (!take_name(&text)) {
		return false;
	}
	if (text.len > 0 && text.ptr[0] != ',') {
		if (!take_hms(&text, &west_s)) {
			return false;
		}
		rule->summer_s = -west_s;
	}
	return take_change(&text, &rule->to_summer) && take_change(&text, &rule->to_standard) &&
	       text.len == 0;
}

static bool is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Seconds since 1970 of a change in a year, in local time. */
static int64_t change_time(const struct zone_change *change, int year)
{
	int64_t first = clock_days(year, 1, 1), day = first + change->day;
	if (change->kind == 'J') {
		day = first + change->day - (is_leap_year(year) && change->day >= 60 ? 0 : 1);
	} else if (change->kind == 'M') {
		int64_t start = clock_days(year, change->month, 1);
		int64_t end = change->month == 12 ? clock_days(year + 1, 1, 1)
		                                  : clock_days(year, change->month + 1, 1);
		/* 1970-01-01 was a Thursday; + 7000000: never negative in our range */
		int64_t weekday = (start + 4 + 7000000) % 7;
		day = start + (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
		day -= day >= end ? 7 : 0;
	}
	return day * DAY_S + change->time_s;
}

int zone_posix_offset(const struct zone_posix *rule, int64_t time_s)
{
	struct clock_civil civil;
	if (!rule->has_summer) {
		return rule->standard_s;
	}
	int64_t local_s = time_s + rule->standard_s;
	local_s = local_s > ZONE_SECONDS_MAX    ? ZONE_SECONDS_MAX
	          : local_s < -ZONE_SECONDS_MAX ? -ZONE_SECONDS_MAX
	                                        : local_s;
	clock_to_civil(local_s * NS_PER_SEC, &civil);
	int64_t start = change_time(&rule->to_summer, civil.year) - rule->standard_s;
	int64_t end = change_time(&rule->to_standard, civil.year) - rule->summer_s;
	bool is_summer =
		start < end ? time_s >= start && time_s < end : !(time_s >= end && time_s < start);
	return is_summer ? rule->summer_s : rule->standard_s;
}
