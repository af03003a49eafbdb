/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "base/duration.h"
#include "base/zone.h"

#include <limits.h>

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Days since 1970-01-01 of a civil date. Source: H. Hinnant, chrono-compatible low-level date algorithms. */
static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

int64_t clock_from_civil(const struct clock_civil *civil)
{
	if (civil->year < 1678 || civil->year > 2261 || civil->month < 1 || civil->month > 12 || civil->day < 1 ||
	    civil->day > 31 || civil->hour < 0 || civil->hour > 23 || civil->minute < 0 || civil->minute > 59 ||
	    civil->second < 0 || civil->second > 60 || civil->nanosecond < 0 || civil->nanosecond >= NS_PER_SEC) {
		return TIME_NONE;
	}
	bool is_leap = civil->second == 60;
	int64_t days = days_from_civil(civil->year, civil->month, civil->day);
	int64_t seconds = days * 86400 + civil->hour * 3600 + civil->minute * 60 + (is_leap ? 59 : civil->second);
	return seconds * NS_PER_SEC + (is_leap ? NS_PER_SEC - 1 : civil->nanosecond);
}

void clock_to_civil(int64_t time_ns, struct clock_civil *civil)
{
	int64_t seconds = time_ns / NS_PER_SEC, rest = time_ns % NS_PER_SEC;
	if (rest < 0) {
		rest += NS_PER_SEC;
		seconds--;
	}
	int64_t days = seconds / 86400, of_day = seconds % 86400;
	if (of_day < 0) {
		of_day += 86400;
		days--;
	}
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	civil->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	civil->month = (int)(month < 10 ? month + 3 : month - 9);
	civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2 ? 1 : 0));
	civil->hour = (int)(of_day / 3600);
	civil->minute = (int)(of_day / 60 % 60);
	civil->second = (int)(of_day % 60);
	civil->nanosecond = rest;
}

/* ---- parsing ---- */

/* A number of exactly `digits` digits; -1 if not. */
static int read_digits(struct str text, size_t at, size_t digits)
{
	int value = 0;
	if (at + digits > text.len) {
		return -1;
	}
	for (size_t i = at; i < at + digits; i++) {
		if (!is_digit(text.ptr[i])) {
			return -1;
		}
		value = value * 10 + (text.ptr[i] - '0');
	}
	return value;
}

static bool read_date(struct str text, struct clock_civil *civil)
{
	if (text.len < 10 || (text.ptr[4] != '-' && text.ptr[4] != '/') || text.ptr[7] != text.ptr[4]) {
		return false;
	}
	civil->year = read_digits(text, 0, 4);
	civil->month = read_digits(text, 5, 2);
	civil->day = read_digits(text, 8, 2);
	return civil->year >= 0 && civil->month >= 0 && civil->day >= 0;
}

static size_t read_fraction(struct str text, size_t at, int64_t *nanosecond)
{
	*nanosecond = 0;
	if (at + 1 >= text.len || (text.ptr[at] != '.' && text.ptr[at] != ',') || !is_digit(text.ptr[at + 1])) {
		return at;
	}
	int64_t scale = NS_PER_SEC / 10;
	for (at++; at < text.len && is_digit(text.ptr[at]); at++) {
		*nanosecond += (text.ptr[at] - '0') * scale;
		scale /= 10;
	}
	return at;
}

/* Seconds east of UTC of "+08:00", "+0800", "+08"; false if it is none. */
static bool read_offset(struct str text, size_t at, int *offset_s, size_t *end)
{
	if (at >= text.len || (text.ptr[at] != '+' && text.ptr[at] != '-')) {
		return false;
	}
	int hours = read_digits(text, at + 1, 2), minutes = 0;
	size_t next = at + 3;
	if (hours < 0 || hours > 15) {
		return false;
	}
	bool has_colon = next < text.len && text.ptr[next] == ':';
	int more = read_digits(text, next + (has_colon ? 1 : 0), 2);
	if (more >= 0 && more < 60) {
		minutes = more;
		next += has_colon ? 3 : 2;
	}
	*offset_s = (hours * 3600 + minutes * 60) * (text.ptr[at] == '-' ? -1 : 1);
	*end = next;
	return true;
}

static size_t read_zone(struct str text, size_t at, enum clock_zone *zone, int *offset_s)
{
	*zone = CLOCK_ZONE_NONE;
	*offset_s = 0;
	size_t start = at < text.len && text.ptr[at] == ' ' ? at + 1 : at, end = at;
	if (at < text.len && text.ptr[at] == 'Z') {
		*zone = CLOCK_ZONE_UTC;
		return at + 1;
	}
	if (!read_offset(text, start, offset_s, &end)) {
		return at;
	}
	*zone = *offset_s == 0 ? CLOCK_ZONE_UTC : CLOCK_ZONE_OFFSET;
	return end;
}

int64_t clock_parse(struct str text, enum clock_zone *zone, size_t *used)
{
	struct clock_civil civil = {0};
	if (!read_date(text, &civil) || text.len < 19 ||
	    (text.ptr[10] != 'T' && text.ptr[10] != ' ' && text.ptr[10] != '-' && text.ptr[10] != '_')) {
		return TIME_NONE;
	}
	size_t at = 11;
	while (at < text.len && text.ptr[at] == ' ') {
		at++;
	}
	civil.hour = read_digits(text, at, 2);
	civil.minute = read_digits(text, at + 3, 2);
	civil.second = read_digits(text, at + 6, 2);
	if (at + 8 > text.len || text.ptr[at + 2] != ':' || text.ptr[at + 5] != ':') {
		return TIME_NONE;
	}
	at = read_fraction(text, at + 8, &civil.nanosecond);
	int offset_s;
	at = read_zone(text, at, zone, &offset_s);
	int64_t time_ns = clock_from_civil(&civil);
	if (time_ns == TIME_NONE) {
		return TIME_NONE;
	}
	if (used != NULL) {
		*used = at;
	}
	return time_ns - offset_s * NS_PER_SEC;
}

int64_t clock_parse_epoch(struct str text)
{
	struct str whole, fraction;
	uint64_t number;
	bool has_fraction = str_cut(text, STR("."), &whole, &fraction);
	if (!str_to_uint64(whole, &number) || number < 100000000 || number > (uint64_t)INT64_MAX) {
		return TIME_NONE;
	}
	int64_t unit = number < 100000000000 ? NS_PER_SEC : number < 100000000000000 ? NS_PER_MS : number < 100000000000000000 ? NS_PER_US : 1;
	int64_t time_ns;
	if (__builtin_mul_overflow((int64_t)number, unit, &time_ns)) {
		return TIME_NONE;
	}
	int64_t scale = unit / 10;
	for (size_t i = 0; has_fraction && i < fraction.len; i++) {
		if (!is_digit(fraction.ptr[i])) {
			return TIME_NONE;
		}
		time_ns += (fraction.ptr[i] - '0') * scale;
		scale /= 10;
	}
	return time_ns;
}

int64_t clock_parse_point(struct str text, bool *is_relative)
{
	enum clock_zone zone;
	struct clock_civil civil = {0};
	*is_relative = text.len > 1 && text.ptr[0] == '-';
	if (*is_relative) {
		int64_t duration = duration_parse(str_skip(text, 1));
		return duration == DURATION_NONE || duration < 0 ? TIME_NONE : -duration;
	}
	size_t used = 0;
	int64_t time_ns = clock_parse(text, &zone, &used);
	if (time_ns != TIME_NONE) {
		return used == text.len ? time_ns : TIME_NONE;
	}
	return text.len == 10 && read_date(text, &civil) ? clock_from_civil(&civil) : TIME_NONE;
}

/* ---- formatting ---- */

static struct str format_with(struct arena *arena, int64_t time_ns, int offset_s, const char *zone)
{
	struct clock_civil civil;
	clock_to_civil(time_ns + offset_s * NS_PER_SEC, &civil);
	char fraction[12] = "";
	if (civil.nanosecond > 0) {
		int64_t rest = civil.nanosecond;
		size_t len = 10;
		fraction[0] = '.';
		for (size_t i = 9; i > 0; i--) {
			fraction[i] = (char)('0' + rest % 10);
			rest /= 10;
		}
		while (fraction[len - 1] == '0') {
			len--;
		}
		fraction[len] = '\0';
	}
	return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", civil.year, civil.month, civil.day, civil.hour,
	                    civil.minute, civil.second, fraction, zone);
}

struct str clock_format(struct arena *arena, int64_t time_ns)
{
	return format_with(arena, time_ns, 0, "Z");
}

struct str clock_format_in(struct arena *arena, int64_t time_ns, const struct clock_zone_rule *zone)
{
	int offset_s = clock_zone_offset(zone, time_ns);
	if (offset_s == 0) {
		return clock_format(arena, time_ns);
	}
	int distance = offset_s < 0 ? -offset_s : offset_s;
	struct str name = arena_printf(arena, "%c%02d:%02d", offset_s < 0 ? '-' : '+', distance / 3600, distance / 60 % 60);
	return format_with(arena, time_ns, offset_s, name.ptr);
}

struct str clock_format_short(struct arena *arena, int64_t time_ns, const struct clock_zone_rule *zone)
{
	struct clock_civil civil;
	clock_to_civil(time_ns + clock_zone_offset(zone, time_ns) * NS_PER_SEC, &civil);
	return arena_printf(arena, "%02d:%02d:%02d.%03d", civil.hour, civil.minute, civil.second,
	                    (int)(civil.nanosecond / NS_PER_MS));
}

/* ---- zones ---- */

struct clock_zone_rule *clock_zone_open(struct arena *run, struct str name)
{
	struct clock_zone_rule *rule = arena_new(run, struct clock_zone_rule);
	size_t end = 0;
	if (str_equals(name, STR("UTC")) || str_equals(name, STR("Z")) || str_equals(name, STR("GMT"))) {
		return rule;
	}
	if (read_offset(name, 0, &rule->offset_s, &end) && end == name.len) {
		return rule;
	}
	/* "-5", "+8" */
	int64_t hours;
	if (name.len == 2 && (name.ptr[0] == '+' || name.ptr[0] == '-') && str_to_int64(str_skip(name, 1), &hours)) {
		rule->offset_s = (int)hours * (name.ptr[0] == '-' ? -3600 : 3600);
		return rule;
	}
	return zone_load(run, name, rule) ? rule : NULL;
}

int clock_zone_offset(const struct clock_zone_rule *zone, int64_t time_ns)
{
	if (zone == NULL) {
		return 0;
	}
	int offset_s = zone->offset_s;
	for (size_t i = 0; i < zone->count && zone->since_s[i] <= time_ns / NS_PER_SEC; i++) {
		offset_s = zone->offsets_s[i];
	}
	return offset_s;
}
