/* SPDX-License-Identifier: Apache-2.0 */
#include "line/stamp.h"

#include "line/shape.h"

enum { YEAR_UNKNOWN = 1972 }; /* it has a 29 February, and is nobody's */

bool stamp_read(struct str text, struct stamp *stamp)
{
	if (text.len < 19 || text.ptr[0] < '1' || text.ptr[0] > '2' || text.ptr[4] == ':') {
		return false;
	}
	*stamp = (struct stamp){.is_iso = text.ptr[10] == 'T'};
	stamp->time_ns = clock_parse(text, &stamp->zone, &stamp->used);
	if (stamp->time_ns == TIME_NONE) {
		return false;
	}
	if (stamp->used > 20 && (text.ptr[19] == '.' || text.ptr[19] == ',')) {
		while (20 + stamp->digits < text.len &&
		       shape_is_digit(text.ptr[20 + stamp->digits])) {
			stamp->digits++;
		}
	}
	return true;
}

/* ---- words and numbers ---- */

/* A place in a text that is read from left to right; once something is missing, all fails. */
struct place {
	struct str text;
	size_t at;
	bool is_bad;
};

static char peek(const struct place *place)
{
	return place->at < place->text.len ? place->text.ptr[place->at] : '\0';
}

static void skip_blanks(struct place *place)
{
	while (peek(place) == ' ') {
		place->at++;
	}
}

static bool take_byte(struct place *place, char byte)
{
	bool is_there = peek(place) == byte;
	place->at += is_there ? 1 : 0;
	return is_there;
}

static void need_byte(struct place *place, char byte)
{
	place->is_bad |= !take_byte(place, byte);
}

static int take_number(struct place *place, unsigned digits_max)
{
	int number = 0;
	unsigned digits = 0;
	while (digits < digits_max && shape_is_digit(peek(place))) {
		number = number * 10 + (peek(place) - '0');
		place->at++;
		digits++;
	}
	place->is_bad |= digits == 0;
	return number;
}

static void take_time_of_day(struct place *place, struct clock_civil *civil)
{
	civil->hour = take_number(place, 2);
	need_byte(place, ':');
	civil->minute = take_number(place, 2);
	need_byte(place, ':');
	civil->second = take_number(place, 2);
	int64_t scale = NS_PER_SEC / 10;
	struct str rest = str_skip(place->text, place->at);
	if (str_looks_like(rest, ".d") || str_looks_like(rest, ",d")) {
		for (place->at++; shape_is_digit(peek(place)); place->at++) {
			civil->nanosecond += (peek(place) - '0') * scale;
			scale /= 10;
		}
	}
}

/* " AM", "pm" */
static void take_half(struct place *place, struct clock_civil *civil)
{
	struct str rest = str_skip(place->text, place->at);
	size_t blank = str_starts(rest, STR(" ")) ? 1 : 0;
	struct str word = str_slice(rest, blank, blank + 2);
	bool is_am = str_equals_ignore_case(word, STR("am"));
	if (!is_am && !str_equals_ignore_case(word, STR("pm"))) {
		return;
	}
	place->at += blank + 2;
	civil->hour = civil->hour % 12 + (is_am ? 0 : 12);
}

/* A month's name as loggers of several languages shorten it; 0: none. */
static int month_of(struct str word)
{
	static const struct {
		char name[4];
		int month;
	} months[] = {
		{"jan", 1},  {"feb", 2},  {"mar", 3},  {"apr", 4},  {"may", 5},  {"jun", 6},
		{"jul", 7},  {"aug", 8},  {"sep", 9},  {"oct", 10}, {"nov", 11}, {"dec", 12},
		{"ene", 1},  {"fev", 2},  {"mrz", 3},  {"abr", 4},  {"mai", 5},  {"maj", 5},
		{"mag", 5},  {"giu", 6},  {"lug", 7},  {"ago", 8},  {"set", 9},  {"ott", 10},
		{"out", 10}, {"okt", 10}, {"dez", 12}, {"dic", 12},
	};
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++) {
		if (str_equals_ignore_case(word, (struct str){months[i].name, 3})) {
			return months[i].month;
		}
	}
	return 0;
}

static int take_month(struct place *place)
{
	int month = month_of(str_slice(place->text, place->at, place->at + 3));
	place->at += 3;
	place->is_bad |= month == 0;
	take_byte(place, '.');
	return month;
}

static bool finish(const struct place *place, int64_t time_ns, struct stamp *stamp)
{
	*stamp = (struct stamp){.time_ns = time_ns, .used = place->at};
	return !place->is_bad && time_ns != TIME_NONE;
}

/* ---- without a year ---- */

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* The year that brings the time next to one that was seen, or else just before the file's. */
static int64_t with_year(struct clock_civil *civil, const struct stamp_years *years)
{
	const int64_t day_ns = 86400 * NS_PER_SEC;
	int64_t near_ns = years->seen_ns != TIME_NONE ? years->seen_ns : years->modified_ns;
	struct clock_civil near = {.year = YEAR_UNKNOWN};
	if (near_ns != TIME_NONE) {
		clock_to_civil(near_ns, &near);
	}
	int64_t best = TIME_NONE;
	for (int year = near.year + 1; year >= near.year - 1; year--) {
		civil->year = year;
		int64_t time_ns = clock_from_civil(civil);
		bool is_later = years->seen_ns == TIME_NONE && near_ns != TIME_NONE &&
		                time_ns > near_ns + day_ns;
		if (time_ns == TIME_NONE || is_later ||
		    (near_ns == TIME_NONE && year != YEAR_UNKNOWN)) {
			continue;
		}
		if (best == TIME_NONE || distance(time_ns, near_ns) < distance(best, near_ns)) {
			best = time_ns;
		}
	}
	return best;
}

bool stamp_read_month(struct str text, const struct stamp_years *years, struct stamp *stamp)
{
	struct place place = {.text = text};
	struct clock_civil civil = {0};
	bool is_day_first = text.len > 0 && shape_is_digit(text.ptr[0]);
	size_t blank = is_day_first && text.len > 1 && text.ptr[1] == ' ' ? 1
	               : is_day_first                                     ? 2
	                                                                  : 3;
	if (text.len < 14 || (text.ptr[blank] != ' ' && text.ptr[blank] != '.')) {
		return false;
	}
	if (is_day_first) {
		civil.day = take_number(&place, 2);
		need_byte(&place, ' ');
		civil.month = take_month(&place);
	} else {
		civil.month = take_month(&place);
		need_byte(&place, ' ');
		skip_blanks(&place);
		civil.day = take_number(&place, 2);
	}
	need_byte(&place, ' ');
	if (place.is_bad) {
		return false;
	}
	take_time_of_day(&place, &civil);
	return finish(&place, place.is_bad ? TIME_NONE : with_year(&civil, years), stamp);
}

bool stamp_find(struct str text, struct stamp *stamp)
{
	enum { PLACES_MAX = 3, HEAD = 64 };
	struct str rest = str_slice(text, 0, HEAD + CLOCK_TEXT_MAX);
	for (int i = 0; i < PLACES_MAX; i++) {
		ptrdiff_t at = str_find(rest, STR("20"));
		if (at < 0 || at > HEAD) {
			return false;
		}
		rest = str_skip(rest, (size_t)at);
		if (stamp_read(rest, stamp)) {
			return true;
		}
		rest = str_skip(rest, 1);
	}
	return false;
}

void stamp_learn_year(struct stamp_years *years, struct str text)
{
	struct stamp stamp;
	if (years->seen_ns == TIME_NONE && stamp_find(text, &stamp)) {
		years->seen_ns = stamp.time_ns;
	}
}

/* ---- consoles ---- */

/* "12.03.2024 08:21:04" */
static bool read_dots(struct str text, struct stamp *stamp)
{
	struct place place = {.text = text};
	struct clock_civil civil = {.day = take_number(&place, 2)};
	need_byte(&place, '.');
	civil.month = take_number(&place, 2);
	need_byte(&place, '.');
	civil.year = take_number(&place, 4);
	take_byte(&place, ',');
	need_byte(&place, ' ');
	take_time_of_day(&place, &civil);
	return finish(&place, clock_from_civil(&civil), stamp);
}

/* "3/12/2024 8:21:04 AM", "3/12/2024, 8:21:04 AM" */
static bool read_slashes(struct str text, struct stamp *stamp)
{
	struct place place = {.text = text};
	struct clock_civil civil = {.month = take_number(&place, 2)};
	need_byte(&place, '/');
	civil.day = take_number(&place, 2);
	need_byte(&place, '/');
	civil.year = take_number(&place, 4);
	take_byte(&place, ',');
	need_byte(&place, ' ');
	take_time_of_day(&place, &civil);
	take_half(&place, &civil);
	return finish(&place, clock_from_civil(&civil), stamp);
}

/* "Tue, Mar 12 2024 8:21:04 am", "Mar 12, 2024 @ 08:21:04.512" */
static bool read_words(struct str text, struct stamp *stamp)
{
	struct place place = {.text = text};
	struct clock_civil civil = {0};
	if (text.len > 5 && text.ptr[3] == ',') {
		place.at = 5;
	}
	civil.month = take_month(&place);
	need_byte(&place, ' ');
	civil.day = take_number(&place, 2);
	take_byte(&place, ',');
	need_byte(&place, ' ');
	civil.year = take_number(&place, 4);
	take_byte(&place, ',');
	need_byte(&place, ' ');
	if (take_byte(&place, '@')) {
		need_byte(&place, ' ');
	}
	take_time_of_day(&place, &civil);
	take_half(&place, &civil);
	return finish(&place, clock_from_civil(&civil), stamp);
}

bool stamp_read_console(struct str text, struct stamp *stamp)
{
	if (text.len < 16) {
		return false;
	}
	if (!shape_is_digit(text.ptr[0])) {
		return read_words(text, stamp);
	}
	return read_dots(text, stamp) || read_slashes(text, stamp);
}
