/* SPDX-License-Identifier: Apache-2.0 */
#include "base/duration.h"

#include "base/clock.h"

static const struct {
	struct str name;
	int64_t ns;
} units[] = {
        {STR_INIT("ns"), 1},
        {STR_INIT("us"), NS_PER_US},
        {STR_INIT("\xc2\xb5s"), NS_PER_US},         /* U+00B5 */
        {STR_INIT("\xce\xbcs"), NS_PER_US},         /* U+03BC */
        {STR_INIT("\xc3\x82\xc2\xb5s"), NS_PER_US}, /* U+00B5 read as Latin-1 */
        {STR_INIT("\xe2\x94\xac\xe2\x95\xa1s"), NS_PER_US}, /* read as code page 437 */
        {STR_INIT("\\u00b5s"), NS_PER_US},
        {STR_INIT("ms"), NS_PER_MS},
        {STR_INIT("s"), NS_PER_SEC},
        {STR_INIT("m"), NS_PER_MIN},
        {STR_INIT("h"), 60 * NS_PER_MIN},
        {STR_INIT("d"), 24 * 60 * NS_PER_MIN},
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The unit that text begins with: up to the next digit. */
static int64_t read_unit(struct str *text)
{
	size_t len = 0;
	while (len < text->len && !is_digit(text->ptr[len])) {
		len++;
	}
	/* \u00b5s holds digits */
	if (str_starts(*text, STR("\\u00b5s"))) {
		len = 7;
	}
	struct str name = str_slice(*text, 0, len);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (str_equals(name, units[i].name)) {
			*text = str_skip(*text, len);
			return units[i].ns;
		}
	}
	return 0;
}

/* One number and unit, such as "2.3s". */
static bool read_part(struct str *text, int64_t *total)
{
	struct str digits = *text;
	int64_t whole = 0, fraction = 0, scale = 1;
	size_t i = 0, count = 0;
	for (; i < digits.len && is_digit(digits.ptr[i]); i++, count++) {
		if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, digits.ptr[i] - '0', &whole)) {
			return false;
		}
	}
	if (i < digits.len && digits.ptr[i] == '.') {
		for (i++; i < digits.len && is_digit(digits.ptr[i]); i++, count++) {
			if (scale < 1000000000000) {
				fraction = fraction * 10 + (digits.ptr[i] - '0');
				scale *= 10;
			}
		}
	}
	*text = str_skip(digits, i);
	int64_t unit = count > 0 ? read_unit(text) : 0;
	int64_t part;
	if (unit == 0 || __builtin_mul_overflow(whole, unit, &part)) {
		return false;
	}
	part += (int64_t)((__int128)fraction * unit / scale);
	return !__builtin_add_overflow(*total, part, total);
}

int64_t duration_parse(struct str text)
{
	bool is_negative = text.len > 0 && text.ptr[0] == '-';
	int64_t total = 0;
	text = str_skip(text, is_negative ? 1 : 0);
	if (str_equals(text, STR("0"))) {
		return 0;
	}
	if (text.len == 0) {
		return DURATION_NONE;
	}
	while (text.len > 0) {
		if (!read_part(&text, &total)) {
			return DURATION_NONE;
		}
	}
	return is_negative ? -total : total;
}

struct str duration_format_ms(struct arena *arena, int64_t duration_ns)
{
	int64_t us = (duration_ns < 0 ? -duration_ns : duration_ns) / NS_PER_US;
	const char *sign = duration_ns < 0 && us > 0 ? "-" : "";
	struct str text = arena_printf(arena, "%s%lld.%03lld", sign, (long long)(us / 1000), (long long)(us % 1000));
	while (text.ptr[text.len - 1] == '0') {
		text.len--;
	}
	text.len -= text.ptr[text.len - 1] == '.' ? 1 : 0;
	return text;
}

/* Three figures of value / unit. */
static struct str figures(struct arena *arena, int64_t ns, int64_t unit, const char *name)
{
	int64_t hundredths = (ns * 100 + unit / 2) / unit;
	if (hundredths < 1000) {
		return arena_printf(arena, "%lld.%02lld %s", (long long)(hundredths / 100), (long long)(hundredths % 100), name);
	}
	if (hundredths < 10000) {
		return arena_printf(arena, "%lld.%lld %s", (long long)(hundredths / 100), (long long)(hundredths % 100 / 10), name);
	}
	return arena_printf(arena, "%lld %s", (long long)(hundredths / 100), name);
}

struct str duration_format(struct arena *arena, int64_t duration_ns)
{
	if (duration_ns < 0) {
		struct str positive = duration_format(arena, duration_ns == INT64_MIN ? INT64_MAX : -duration_ns);
		return arena_printf(arena, "-" STR_FMT, STR_ARG(positive));
	}
	if (duration_ns == 0) {
		return STR("0 s");
	}
	if (duration_ns < NS_PER_MS) {
		return figures(arena, duration_ns, NS_PER_US, "\xc2\xb5s");
	}
	if (duration_ns < NS_PER_SEC) {
		return figures(arena, duration_ns, NS_PER_MS, "ms");
	}
	int64_t seconds = (duration_ns + NS_PER_SEC / 2) / NS_PER_SEC;
	if (seconds < 100) {
		return figures(arena, duration_ns, NS_PER_SEC, "s");
	}
	if (seconds < 6000) {
		return arena_printf(arena, "%lld min %lld s", (long long)(seconds / 60), (long long)(seconds % 60));
	}
	return arena_printf(arena, "%lld h %lld min", (long long)(seconds / 3600), (long long)(seconds / 60 % 60));
}
