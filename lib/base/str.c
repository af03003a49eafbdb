/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

struct str str_from(const char *text)
{
	return (struct str){text, text == NULL ? 0 : strlen(text)};
}

struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len) {
		to = s.len;
	}
	if (from > to) {
		from = to;
	}
	return (struct str){s.ptr == NULL ? NULL : s.ptr + from, to - from};
}

struct str str_skip(struct str s, size_t count)
{
	return str_slice(s, count, s.len);
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

bool str_equals(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_equals_ignore_case(struct str a, struct str b)
{
	if (a.len != b.len) {
		return false;
	}
	for (size_t i = 0; i < a.len; i++) {
		if (tolower((unsigned char)a.ptr[i]) != tolower((unsigned char)b.ptr[i])) {
			return false;
		}
	}
	return true;
}

bool str_starts(struct str s, struct str prefix)
{
	return str_equals(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_equals(str_skip(s, s.len - suffix.len), suffix);
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
	const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
	return at == NULL ? -1 : at - s.ptr;
}

ptrdiff_t str_find_byte(struct str s, char byte)
{
	const char *at = s.len == 0 ? NULL : memchr(s.ptr, byte, s.len);
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
		if (s.ptr[i] < '0' || s.ptr[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
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
		int digit = s.ptr[i];
		if (!isxdigit(digit)) {
			return false;
		}
		value = value << 4 | (uint64_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
	}
	*out = value;
	return true;
}

bool str_to_double(struct str s, double *out)
{
	struct str mantissa = s;
	int64_t exponent = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == 'e' || s.ptr[i] == 'E') {
			struct str digits = str_skip(s, i + 1);
			mantissa = str_slice(s, 0, i);
			if (digits.len > 0 && digits.ptr[0] == '+') {
				digits = str_skip(digits, 1);
			}
			if (!str_to_int64(digits, &exponent) || exponent > 400 || exponent < -400) {
				return false;
			}
			break;
		}
	}
	bool is_negative = mantissa.len > 0 && mantissa.ptr[0] == '-';
	mantissa = str_skip(mantissa, is_negative ? 1 : 0);
	double value = 0, scale = 0;
	size_t digits = 0;
	for (size_t i = 0; i < mantissa.len; i++) {
		if (mantissa.ptr[i] == '.' && scale == 0) {
			scale = 1;
			continue;
		}
		if (!isdigit((unsigned char)mantissa.ptr[i])) {
			return false;
		}
		value = value * 10 + (mantissa.ptr[i] - '0');
		scale *= 10;
		digits++;
	}
	if (digits == 0) {
		return false;
	}
	value = scale > 1 ? value / scale : value;
	value *= pow(10, (double)exponent);
	*out = is_negative ? -value : value;
	return true;
}
