/* SPDX-License-Identifier: Apache-2.0 */
#include "base/duration.h"

#include "base/clock.h"

#define FRACTION_SCALE_MAX INT64_C(1000000000000000000)

/* Units, the longer ones first where one begins another. µ as it comes through wrong code pages. */
static const struct {
	struct str name;
	int64_t ns;
} units[] = {
	{STR_INIT("ms"), NS_PER_MS},
	{STR_INIT("s"), NS_PER_SEC},
	{STR_INIT("\xc2\xb5s"), NS_PER_US}, /* U+00B5 */
	{STR_INIT("\xce\xbcs"), NS_PER_US}, /* U+03BC */
	{STR_INIT("us"), NS_PER_US},
	{STR_INIT("ns"), 1},
	{STR_INIT("m"), NS_PER_MIN},
	{STR_INIT("h"), 60 * NS_PER_MIN},
	{STR_INIT("d"), 24 * 60 * NS_PER_MIN},
	{STR_INIT("\\u00b5s"), NS_PER_US},
	{STR_INIT("\\u00B5s"), NS_PER_US},
	{STR_INIT("\\u03bcs"), NS_PER_US},
	{STR_INIT("\\u03BCs"), NS_PER_US},
	{STR_INIT("\xc3\x82\xc2\xb5s"), NS_PER_US},         /* U+00B5 read as Latin-1 */
	{STR_INIT("\xc3\x8e\xc2\xbcs"), NS_PER_US},         /* U+03BC read as Latin-1 */
	{STR_INIT("\xe2\x94\xac\xe2\x95\xa1s"), NS_PER_US}, /* U+00B5 read as code page 437 */
	{STR_INIT("\xe7\xa2\x8cs"), NS_PER_US},             /* U+00B5 read as GBK */
	{STR_INIT("\xe6\xb8\xads"), NS_PER_US},             /* U+03BC read as GBK */
	{STR_INIT("\xef\xbf\xbds"), NS_PER_US},             /* lost */
	{STR_INIT("\xef\xbf\xbd\xef\xbf\xbds"), NS_PER_US},
	{STR_INIT("\xb5s"), NS_PER_US}, /* Latin-1 */
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The unit that text begins with, taken off; 0: none. */
static int64_t take_unit(struct str *text)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (str_starts(*text, units[i].name)) {
			*text = str_skip(*text, units[i].name.len);
			return units[i].ns;
		}
	}
	return 0;
}

/* Add one number and unit, such as "2.3s", and take it off. */
static bool take_part(struct str *text, int64_t *total)
{
	int64_t whole = 0, fraction = 0, scale = 1, part;
	size_t i = 0, digits = 0;
	for (; i < text->len && is_digit(text->ptr[i]); i++, digits++) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, text->ptr[i] - '0', &whole)) {
			return false;
		}
	}
	if (i < text->len && text->ptr[i] == '.') {
		for (i++; i < text->len && is_digit(text->ptr[i]); i++, digits++) {
			if (scale < FRACTION_SCALE_MAX) {
				fraction = fraction * 10 + (text->ptr[i] - '0');
				scale *= 10;
			}
		}
	}
	*text = str_skip(*text, i);
	int64_t unit = digits > 0 ? take_unit(text) : 0;
	return unit > 0 && !__builtin_mul_overflow(whole, unit, &part) &&
	       !__builtin_add_overflow(part, (int64_t)((__int128)fraction * unit / scale), &part) &&
	       !__builtin_add_overflow(*total, part, total);
}

int64_t duration_parse(struct str text)
{
	bool is_negative = str_starts(text, STR("-"));
	int64_t total = 0;
	text = str_skip(text, is_negative || str_starts(text, STR("+")) ? 1 : 0);
	if (str_equals(text, STR("0"))) {
		return 0;
	}
	if (text.len == 0) {
		return DURATION_NONE;
	}
	while (text.len > 0) {
		if (!take_part(&text, &total)) {
			return DURATION_NONE;
		}
	}
	return is_negative ? -total : total;
}

/* ---- formatting ---- */

/* Without overflow for INT64_MIN. */
static uint64_t magnitude(int64_t duration_ns)
{
	return duration_ns < 0 ? -(uint64_t)duration_ns : (uint64_t)duration_ns;
}

struct str duration_write_ms(char text[DURATION_TEXT_MAX], int64_t duration_ns)
{
	uint64_t us = (magnitude(duration_ns) + NS_PER_US / 2) / NS_PER_US, left = us / 1000;
	char *end = text + DURATION_TEXT_MAX, *at = end;
	for (unsigned i = 0; i < 3; i++, us /= 10) {
		*--at = (char)('0' + us % 10);
		end -= end == at + 1 && *at == '0' ? 1 : 0;
	}
	if (end > at) {
		*--at = '.';
	}
	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	bool is_zero = end == at + 1 && *at == '0';
	if (duration_ns < 0 && !is_zero) {
		*--at = '-';
	}
	return (struct str){at, (size_t)(end - at)};
}

struct str duration_format_ms(struct arena *arena, int64_t duration_ns)
{
	char text[DURATION_TEXT_MAX];
	return arena_str(arena, duration_write_ms(text, duration_ns));
}

/* Three figures of ns / unit, which is below 1000; "1000" when it rounds up to that. */
static struct str figures(struct arena *arena, uint64_t ns, uint64_t unit, const char *name)
{
	uint64_t hundredths = (ns * 100 + unit / 2) / unit;
	if (hundredths < 1000) {
		return arena_printf(arena, "%u.%02u %s", (unsigned)(hundredths / 100),
		                    (unsigned)(hundredths % 100), name);
	}
	uint64_t tenths = (ns * 10 + unit / 2) / unit;
	if (tenths < 1000) {
		return arena_printf(arena, "%u.%u %s", (unsigned)(tenths / 10),
		                    (unsigned)(tenths % 10), name);
	}
	return arena_printf(arena, "%u %s", (unsigned)((ns + unit / 2) / unit), name);
}

struct str duration_format(struct arena *arena, int64_t duration_ns)
{
	uint64_t ns = magnitude(duration_ns), seconds = (ns + NS_PER_SEC / 2) / NS_PER_SEC;
	if (duration_ns < 0) {
		struct str positive =
			duration_format(arena, duration_ns == INT64_MIN ? INT64_MAX : -duration_ns);
		return arena_printf(arena, "-" STR_FMT, STR_ARG(positive));
	}
	if (ns == 0) {
		return STR("0 s");
	}
	/* 999.5 of a unit is shown as 1.00 of the next */
	if (ns < NS_PER_US) {
		return arena_printf(arena, "%u ns", (unsigned)ns);
	}
	if (ns < NS_PER_MS - NS_PER_US / 2) {
		return figures(arena, ns, NS_PER_US, "\xc2\xb5s");
	}
	if (ns < NS_PER_SEC - NS_PER_MS / 2) {
		return figures(arena, ns, NS_PER_MS, "ms");
	}
	if (seconds < 100) {
		return figures(arena, ns, NS_PER_SEC, "s");
	}
	if (seconds < 6000) {
		return arena_printf(arena, "%u min %u s", (unsigned)(seconds / 60),
		                    (unsigned)(seconds % 60));
	}
	uint64_t minutes = (seconds + 30) / 60;
	if (minutes < 100 * 60) {
		return arena_printf(arena, "%u h %u min", (unsigned)(minutes / 60),
		                    (unsigned)(minutes % 60));
	}
	uint64_t hours = (minutes + 30) / 60;
	return arena_printf(arena, "%u d %u h", (unsigned)(hours / 24), (unsigned)(hours % 24));
}
