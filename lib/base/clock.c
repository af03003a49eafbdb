/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include "base/duration.h"
#include "base/zone.h"

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* ---- calendar ---- */

int64_t clock_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

int64_t clock_round_offset(int64_t delta_ns)
{
	int64_t quarter = 15 * NS_PER_MIN, middle = delta_ns + quarter / 2;
	return (middle >= 0 ? middle / quarter : -((-middle + quarter - 1) / quarter)) * quarter;
}

int clock_month(struct str name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++) {
		if (str_equals(name, (struct str){names + (size_t)i * 3, 3})) {
			return i + 1;
		}
	}
	return 0;
}

static bool is_date(int year, int month, int day)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < CLOCK_YEAR_MIN || year > CLOCK_YEAR_MAX || month < 1 || month > 12 || day < 1) {
		return false;
	}
	bool is_leap_day =
		month == 2 && day == 29 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month - 1] || is_leap_day;
}

static bool is_time_of_day(int hour, int minute, int second)
{
	return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
}

int64_t clock_from_civil(const struct clock_civil *civil)
{
	if (!is_date(civil->year, civil->month, civil->day) ||
	    !is_time_of_day(civil->hour, civil->minute, civil->second) || civil->nanosecond < 0 ||
	    civil->nanosecond >= NS_PER_SEC) {
		return TIME_NONE;
	}
	bool is_leap = civil->second == 60;
	int64_t days = clock_days(civil->year, civil->month, civil->day);
	int64_t seconds = days * 86400 + civil->hour * 3600 + civil->minute * 60 +
	                  (is_leap ? 59 : civil->second);
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
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
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

/* Two digits; -1 if they are none. */
static int read_two(const char *text)
{
	unsigned tens = (unsigned)(text[0] - '0'), ones = (unsigned)(text[1] - '0');
	return tens > 9 || ones > 9 ? -1 : (int)(tens * 10 + ones);
}

/* "2024-05-01" or "2024/05/01". Returns: whether text begins with a date; its fields may still be
 * out of range. */
static bool read_date(struct str text, struct clock_civil *civil)
{
	if (text.len < 10 || (text.ptr[4] != '-' && text.ptr[4] != '/') ||
	    text.ptr[7] != text.ptr[4]) {
		return false;
	}
	int century = read_two(text.ptr), year = read_two(text.ptr + 2);
	civil->year = century * 100 + year;
	civil->month = read_two(text.ptr + 5);
	civil->day = read_two(text.ptr + 8);
	return century >= 0 && year >= 0;
}

/* "10:02:03". */
static bool read_time_of_day(struct str text, size_t at, struct clock_civil *civil)
{
	if (at + 8 > text.len || text.ptr[at + 2] != ':' || text.ptr[at + 5] != ':') {
		return false;
	}
	civil->hour = read_two(text.ptr + at);
	civil->minute = read_two(text.ptr + at + 3);
	civil->second = read_two(text.ptr + at + 6);
	return true;
}

/* ".123" or ",123"; digits behind the ninth are dropped. Returns: where it ends. */
static size_t read_fraction(struct str text, size_t at, int64_t *nanosecond)
{
	*nanosecond = 0;
	if (at + 1 >= text.len || (text.ptr[at] != '.' && text.ptr[at] != ',') ||
	    !is_digit(text.ptr[at + 1])) {
		return at;
	}
	int64_t scale = NS_PER_SEC / 10;
	for (at++; at < text.len && is_digit(text.ptr[at]); at++) {
		*nanosecond += (text.ptr[at] - '0') * scale;
		scale /= 10;
	}
	return at;
}

static size_t count_digits(struct str text, size_t at)
{
	size_t count = 0;
	while (at + count < text.len && is_digit(text.ptr[at + count])) {
		count++;
	}
	return count;
}

/* "+08:00", "+0800", "+08". Returns: bytes read; 0: it is none. */
static size_t read_offset(struct str text, int *offset_s)
{
	if (text.len < 3 || (text.ptr[0] != '+' && text.ptr[0] != '-')) {
		return 0;
	}
	size_t digits = count_digits(text, 1), len = 1 + digits;
	int minutes = 0;
	if (digits == 2 && len < text.len && text.ptr[len] == ':' && count_digits(text, 4) == 2) {
		minutes = read_two(text.ptr + 4);
		len += 3;
	} else if (digits == 4) {
		minutes = read_two(text.ptr + 3);
	} else if (digits != 2) {
		return 0;
	}
	int hours = read_two(text.ptr + 1);
	if (hours > CLOCK_OFFSET_HOURS_MAX || minutes > 59) {
		return 0;
	}
	*offset_s = (hours * 3600 + minutes * 60) * (text.ptr[0] == '-' ? -1 : 1);
	return len;
}

/* "Z", "UTC", "GMT" as a word of its own. Returns: bytes read. */
static size_t read_utc(struct str text)
{
	size_t len = str_starts(text, STR("Z"))                                     ? 1
	             : str_starts(text, STR("UTC")) || str_starts(text, STR("GMT")) ? 3
	                                                                            : 0;
	return len < text.len && (is_letter(text.ptr[len]) || is_digit(text.ptr[len])) ? 0 : len;
}

/* The zone behind a time. Returns: where it ends; `at` when there is none. */
static size_t read_zone(struct str text, size_t at, enum clock_zone *zone, int *offset_s)
{
	*zone = CLOCK_ZONE_NONE;
	*offset_s = 0;
	if (at >= text.len) {
		return at;
	}
	if (text.ptr[at] == 'Z') {
		*zone = CLOCK_ZONE_UTC;
		return at + 1;
	}
	bool has_blank = text.ptr[at] == ' ';
	struct str rest = str_skip(text, at + (has_blank ? 1 : 0));
	size_t len = read_offset(rest, offset_s);
	if (len == 3 && has_blank) {
		/* "10:02:03 -12 entries": a number rather than a zone */
		*offset_s = 0;
		return at;
	}
	if (len > 0) {
		*zone = *offset_s == 0 ? CLOCK_ZONE_UTC : CLOCK_ZONE_OFFSET;
	} else if ((len = read_utc(rest)) > 0) {
		*zone = CLOCK_ZONE_UTC;
	} else {
		return at;
	}
	return at + (has_blank ? 1 : 0) + len;
}

int64_t clock_parse(struct str text, enum clock_zone *zone, size_t *used)
{
	struct clock_civil civil;
	if (text.len < 19 || !read_date(text, &civil)) {
		return TIME_NONE;
	}
	char separator = text.ptr[10];
	size_t at = 11;
	if (separator == ' ') {
		while (at < text.len && text.ptr[at] == ' ') {
			at++;
		}
	} else if (separator != 'T' && separator != '-' && separator != '_') {
		return TIME_NONE;
	}
	if (!read_time_of_day(text, at, &civil)) {
		return TIME_NONE;
	}
	at = read_fraction(text, at + 8, &civil.nanosecond);
	int64_t time_ns = clock_from_civil(&civil);
	if (time_ns == TIME_NONE) {
		return TIME_NONE;
	}
	int offset_s;
	at = read_zone(text, at, zone, &offset_s);
	if (used != NULL) {
		*used = at;
	}
	return time_ns - offset_s * NS_PER_SEC;
}

/* ---- numbers ---- */

/* digits * 10^exponent */
struct decimal {
	uint64_t digits;
	int count; /* of digits, without leading zeros */
	int exponent;
};

/* "1710231664.512", "1.710231664512e+09". Decimals that do not fit are dropped. */
static bool read_decimal(struct str text, struct decimal *decimal)
{
	size_t i = 0;
	bool is_fraction = false;
	for (; i < text.len && (is_digit(text.ptr[i]) || (text.ptr[i] == '.' && !is_fraction));
	     i++) {
		if (text.ptr[i] == '.') {
			is_fraction = true;
		} else if (decimal->count < 19) {
			decimal->digits = decimal->digits * 10 + (uint64_t)(text.ptr[i] - '0');
			decimal->count += decimal->digits > 0 ? 1 : 0;
			decimal->exponent -= is_fraction ? 1 : 0;
		} else if (!is_fraction) {
			return false;
		}
	}
	if (i == 0 || !is_digit(text.ptr[0]) || !is_digit(text.ptr[i - 1])) {
		return false;
	}
	if (i == text.len) {
		return true;
	}
	int64_t exponent;
	struct str digits = str_skip(text, i + 1);
	digits = str_skip(digits, str_starts(digits, STR("+")) ? 1 : 0);
	if ((text.ptr[i] | 0x20) != 'e' || !str_to_int64(digits, &exponent) || exponent < -20 ||
	    exponent > 20) {
		return false;
	}
	decimal->exponent += (int)exponent;
	return true;
}

int64_t clock_parse_epoch(struct str text)
{
	struct decimal decimal = {0};
	if (!read_decimal(text, &decimal)) {
		return TIME_NONE;
	}
	/* digits of the whole part tell the unit: 9 to 11 are seconds of 1973 to 5138 */
	int whole = decimal.count + decimal.exponent;
	if (whole < 9 || whole > 19) {
		return TIME_NONE;
	}
	int power = decimal.exponent + (whole <= 11 ? 9 : whole <= 14 ? 6 : whole <= 17 ? 3 : 0);
	uint64_t time_ns = decimal.digits;
	for (; power > 0; power--) {
		if (__builtin_mul_overflow(time_ns, 10, &time_ns)) {
			return TIME_NONE;
		}
	}
	for (; power < 0; power++) {
		time_ns /= 10;
	}
	return time_ns > INT64_MAX ? TIME_NONE : (int64_t)time_ns;
}

/* ---- what users type ---- */

/* "2024-05-01 10:02" with a zone or without: seconds put in. */
static int64_t parse_minute(struct str text)
{
	enum clock_zone zone;
	char full[48];
	size_t used = 0, len = 0;
	if (text.len < 16 || text.len + 3 > sizeof(full)) {
		return TIME_NONE;
	}
	for (size_t i = 0; i < text.len; i++) {
		full[len++] = text.ptr[i];
		if (i == 15) {
			full[len++] = ':';
			full[len++] = '0';
			full[len++] = '0';
		}
	}
	int64_t time_ns = clock_parse((struct str){full, len}, &zone, &used);
	return used == len ? time_ns : TIME_NONE;
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
	if (text.len == 10 && read_date(text, &civil)) {
		return clock_from_civil(&civil);
	}
	size_t used = 0;
	int64_t time_ns = clock_parse(text, &zone, &used);
	return time_ns == TIME_NONE ? parse_minute(text) : used == text.len ? time_ns : TIME_NONE;
}

/* ---- zones ---- */

/* "UTC", "Z", "GMT", with an offset of hours behind it or without: "UTC+8", "-5", "+05:30". */
static bool read_fixed_zone(struct str name, int *offset_s)
{
	*offset_s = 0;
	if (str_equals_ignore_case(name, STR("Z"))) {
		return true;
	}
	if (str_equals_ignore_case(str_slice(name, 0, 3), STR("UTC")) ||
	    str_equals_ignore_case(str_slice(name, 0, 3), STR("GMT"))) {
		name = str_skip(name, 3);
		if (name.len == 0) {
			return true;
		}
	}
	if (name.len == 2 && (name.ptr[0] == '+' || name.ptr[0] == '-') && is_digit(name.ptr[1])) {
		*offset_s = (name.ptr[1] - '0') * (name.ptr[0] == '-' ? -3600 : 3600);
		return true;
	}
	return name.len > 0 && read_offset(name, offset_s) == name.len;
}

struct clock_zone_rule *clock_zone_open(struct arena *run, struct str name)
{
	struct clock_zone_rule *rule = arena_new(run, struct clock_zone_rule);
	return read_fixed_zone(name, &rule->offset_s) || zone_load(run, name, rule) ? rule : NULL;
}
