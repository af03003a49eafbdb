/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Text slices. A str never owns its bytes and is never NUL-terminated; it is passed by value. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr; /* may be NULL when len is 0 */
	size_t len;      /* bytes */
};

/** A str of a string literal. */
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/** The same as an initialiser of static tables. */
#define STR_INIT(literal)                                                                          \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

/** printf: printf("path " STR_FMT "\n", STR_ARG(path)). */
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

/** A str of a NUL-terminated text; empty for NULL. */
struct str str_from(const char *text);

/** Bytes [from, to) of s; both are cut to its length. */
static inline struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len) {
		to = s.len;
	}
	if (from > to) {
		from = to;
	}
	return (struct str){from > 0 ? s.ptr + from : s.ptr, to - from};
}

/** s without its first count bytes (empty when it has fewer). */
static inline struct str str_skip(struct str s, size_t count)
{
	return str_slice(s, count, s.len);
}

/** s without blanks (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);

static inline bool str_equals(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); /* NOLINT */
}
bool str_equals_ignore_case(struct str a, struct str b);
static inline bool str_starts(struct str s, struct str prefix)
{
	return str_equals(str_slice(s, 0, prefix.len), prefix);
}
static inline bool str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_equals(str_skip(s, s.len - suffix.len), suffix);
}
bool str_contains(struct str s, struct str needle);
/** Whether s is one of count items. */
bool str_is_any(struct str s, const struct str *items, size_t count);
/** Whether s begins with one of count items, none of them empty. */
bool str_starts_any(struct str s, const struct str *items, size_t count);

/**
 * Whether s begins with digits where pattern has 'd' and the same bytes elsewhere: "dddd/dd/dd".
 *
 * pattern: best a literal: the compiler then takes the loop apart; each line of each log is asked
 */
static inline bool str_looks_like(struct str s, const char *pattern)
{
	size_t len = strlen(pattern);
	if (s.len < len) {
		return false;
	}
#pragma GCC unroll 32
	for (size_t i = 0; i < len; i++) {
		char byte = s.ptr[i];
		if (pattern[i] == 'd' ? byte < '0' || byte > '9' : byte != pattern[i]) {
			return false;
		}
	}
	return true;
}

/** Position of the first needle in s; -1 when there is none. */
ptrdiff_t str_find(struct str s, struct str needle);

/** Position of the first byte in s; -1 when there is none. */
static inline ptrdiff_t str_find_byte(struct str s, char byte)
{
	const char *at = s.len == 0 ? NULL : memchr(s.ptr, byte, s.len);
	return at == NULL ? -1 : at - s.ptr;
}

/** Position of the last byte in s; -1 when there is none. */
ptrdiff_t str_find_last_byte(struct str s, char byte);

/**
 * Split at the first separator.
 *
 * left, right: what stands before and after it; without a separator all of s and nothing. May point
 *              to the variable that s was copied from; NULL when not wanted
 *
 * Returns: whether the separator was there
 */
bool str_cut(struct str s, struct str separator, struct str *left, struct str *right);

/** Order by bytes, shorter first: < 0, 0, > 0. */
int str_compare(struct str a, struct str b);

/** 64-bit hash (FNV-1a with a final mix); the same on every machine. */
uint64_t str_hash(struct str s);

/**
 * Read a whole decimal number.
 *
 * Returns: whether all of s is a number that fits; *out is untouched if not
 */
bool str_to_uint64(struct str s, uint64_t *out);
bool str_to_int64(struct str s, int64_t *out);
/** Hexadecimal without 0x, 1 to 16 digits. */
bool str_to_hex64(struct str s, uint64_t *out);
/** Decimal fraction or exponent form ("1.5", "2.7e+07"), independent of the locale. */
bool str_to_double(struct str s, double *out);
