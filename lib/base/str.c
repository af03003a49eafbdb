/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct str str_from(const char *text)
{
	return (struct str){text, text == NULL ? 0 : strlen(text)};
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
		s.len--;
	}
	while (s.len > 0 && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	return s;
}

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

bool str_is_any(struct str s, const struct str *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(s, items[i])) {
			return true;
		}
	}
	return false;
}

bool str_starts_any(struct str s, const struct str *items, size_t count)
{
	for (size_t i = 0; i < count && s.len > 0; i++) {
		/* the first byte tells nearly all apart */
		if (s.ptr[0] == items[i].ptr[0] && str_starts(s, items[i])) {
			return true;
		}
	}
	return false;
}

bool str_equals_ignore_case(struct str a, struct str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.ptr[i]) != lower(b.ptr[i])) {
			return false;
		}
	}
	return true;
}

bool str_contains(struct str s, struct str needle)
{
	return str_find(s, needle) >= 0;
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.len == 0) {
		return 0;
	}
	if (s.len < needle.len) {
		return -1;
	}
	if (needle.len == 1) {
		return str_find_byte(s, needle.ptr[0]);
	}
	const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return at == NULL ? -1 : at - s.ptr;
}

ptrdiff_t str_find_last_byte(struct str s, char byte)
{
	const char *at = s.len == 0 ? NULL : memrchr(s.ptr, byte, s.len);
	return at == NULL ? -1 : at - s.ptr;
}

bool str_cut(struct str s, struct str separator, struct str *left, struct str *right)
{
	ptrdiff_t at = str_find(s, separator);
	size_t end = at < 0 ? s.len : (size_t)at;
	if (left != NULL) {
		*left = str_slice(s, 0, end);
	}
	if (right != NULL) {
		*right = at < 0 ? (struct str){NULL, 0} : str_skip(s, end + separator.len);
	}
	return at >= 0;
}

int str_compare(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);
	if (order != 0) {
		return order;
	}
	return (a.len > b.len) - (a.len < b.len);
}

uint64_t str_hash(struct str s)
{
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < s.len; i++) {
		hash = (hash ^ (unsigned char)s.ptr[i]) * 0x100000001b3u;
	}
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93u;
	return hash ^ (hash >> 32);
}

bool str_to_uint64(struct str s, uint64_t *out)
{
	uint64_t value = 0;
	if (s.len == 0) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value)) {
			return false;
		}
	}
	*out = value;
	return true;
}

bool str_to_int64(struct str s, int64_t *out)
{
	bool is_negative = s.len > 0 && s.ptr[0] == '-';
	uint64_t value = 0;
	if (!str_to_uint64(is_negative ? str_skip(s, 1) : s, &value) || value > INT64_MAX) {
		return false;
	}
	*out = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

bool str_to_hex64(struct str s, uint64_t *out)
{
	uint64_t value = 0;
	if (s.len == 0 || s.len > 16) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		char byte = lower(s.ptr[i]);
		bool is_letter = byte >= 'a' && byte <= 'f';
		if (!is_letter && (byte < '0' || byte > '9')) {
			return false;
		}
		value = value << 4 | (uint64_t)(is_letter ? byte - 'a' + 10 : byte - '0');
	}
	*out = value;
	return true;
}

/* Digits of a decimal number, without its exponent: value is digits * 10^exponent. */
struct decimal {
	uint64_t digits; /* the first 19 that count; exact in all numbers that people write */
	int64_t exponent;
	bool has_digits;
};

static bool read_mantissa(struct str text, struct decimal *decimal)
{
	bool is_fraction = false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '.' && !is_fraction) {
			is_fraction = true;
			continue;
		}
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
		bool has_room = decimal->digits < UINT64_MAX / 10 - 1;
		decimal->has_digits = true;
		if (has_room) {
			decimal->digits = decimal->digits * 10 + (uint64_t)(text.ptr[i] - '0');
		}
		decimal->exponent += (has_room ? 0 : 1) - (is_fraction ? 1 : 0);
	}
	return decimal->has_digits;
}

static double scale(const struct decimal *decimal)
{
	/* digits up to 2^53 and powers of ten up to 10^22 are exact: one operation rounds once */
	static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
	                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
	                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	enum { EXACT_MAX = sizeof(powers) / sizeof(powers[0]) - 1 };
	int64_t exponent = decimal->exponent;
	if (decimal->digits <= UINT64_C(1) << 53 && exponent >= -EXACT_MAX &&
	    exponent <= EXACT_MAX) {
		double value = (double)decimal->digits;
		return exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
	}
	/* without a decimal point no locale matters */
	char text[64];
	snprintf(text, sizeof(text), "%llue%lld", (unsigned long long)decimal->digits,
	         (long long)exponent);
	return strtod(text, NULL);
}

bool str_to_double(struct str s, double *out)
{
	struct decimal decimal = {0};
	struct str mantissa = s;
	int64_t exponent = 0;
	ptrdiff_t at = str_find_byte(s, 'e') >= 0 ? str_find_byte(s, 'e') : str_find_byte(s, 'E');
	if (at >= 0) {
		struct str digits = str_skip(s, (size_t)at + 1);
		mantissa = str_slice(s, 0, (size_t)at);
		digits = str_skip(digits, digits.len > 0 && digits.ptr[0] == '+' ? 1 : 0);
		if (!str_to_int64(digits, &exponent) || exponent > 400 || exponent < -400) {
			return false;
		}
	}
	bool is_negative = mantissa.len > 0 && mantissa.ptr[0] == '-';
	if (!read_mantissa(str_skip(mantissa, is_negative ? 1 : 0), &decimal)) {
		return false;
	}
	decimal.exponent += exponent;
	*out = is_negative ? -scale(&decimal) : scale(&decimal);
	return true;
}
