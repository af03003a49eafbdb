/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, replaced bit by bit: two that share a prefix share one afterwards, so subnets stay
 * subnets. Source: Xu, Fan, Ammar, Moon: Prefix-Preserving IP Address Anonymization (Crypto-PAn).
 */
#include "report/redact.h"

#include <arpa/inet.h>
#include <string.h>

enum { HOST_BITS_MIN = 16 };

/* Replace the bits of an address from a bit on. The first one is always flipped: what stands for an
 * address lies apart from its neighbours. */
static void replace_bits(const struct redactor *redactor, const char *label, unsigned char *bytes,
                         size_t count, size_t from)
{
	unsigned char was[17] = {0};
	memcpy(was + 1, bytes, count);
	for (size_t bit = from; bit < count * 8; bit++) {
		unsigned char prefix[17] = {(unsigned char)bit};
		memcpy(prefix + 1, was + 1, bit / 8);
		prefix[1 + bit / 8] = (unsigned char)(was[1 + bit / 8] & (0xff00 >> bit % 8));
		struct str text = {(const char *)prefix, 2 + bit / 8};
		bool is_flipped = bit == from ||
		                  (keyed_hash_of(redactor->key, label, text).bytes[0] & 1) != 0;
		bytes[bit / 8] ^= (unsigned char)(is_flipped ? 0x80 >> bit % 8 : 0);
	}
}

/* Bits that say of what sort an address is; count * 8: it names nobody. */
static size_t fixed_bits4(const unsigned char *bytes)
{
	bool is_kept = bytes[0] == 127 || bytes[0] == 0 || bytes[0] >= 224;
	bool is_near = (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 169 && bytes[1] == 254);
	return is_kept                                      ? 32
	       : is_near                                    ? HOST_BITS_MIN
	       : bytes[0] == 172 && (bytes[1] & 0xf0) == 16 ? 12
	       : bytes[0] == 10                             ? 8
	                                                    : 0;
}

static bool replace4(struct redactor *redactor, unsigned char *bytes)
{
	size_t fixed = fixed_bits4(bytes);
	if (fixed == 32) {
		return false;
	}
	/* one of the public ones becomes one of those that are never given out */
	replace_bits(redactor, "address", bytes, 4, fixed);
	bytes[0] = fixed == 0 ? bytes[0] | 0xf0 : bytes[0];
	if (bytes[0] == 192 && fixed == HOST_BITS_MIN) {
		/* 65,536 are so few that one would stand for another: theirs are of RFC 2544 */
		bytes[0] = 198;
		bytes[1] = 18;
	}
	if (bytes[0] == 0xff) {
		bytes[0] = 0xfe;
	}
	return true;
}

static bool replace6(struct redactor *redactor, unsigned char *bytes)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	static const unsigned char loopback[16] = {[15] = 1}, none[16] = {0};
	if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		return replace4(redactor, bytes + 12);
	}
	if (memcmp(bytes, loopback, 16) == 0 || memcmp(bytes, none, 16) == 0 || bytes[0] == 0xff) {
		return false;
	}
	bool is_link = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
	replace_bits(redactor, "address6", bytes, 16,
	             is_link                     ? 64
	             : (bytes[0] & 0xfe) == 0xfc ? 8
	                                         : 3);
	return true;
}

/* Whether text is nothing but an address of a family. */
static bool is_address(int family, struct str text, unsigned char *bytes)
{
	char copy[INET6_ADDRSTRLEN + 1];
	if (text.len == 0 || text.len >= sizeof(copy)) {
		return false;
	}
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return inet_pton(family, copy, bytes) == 1;
}

static bool add_of_family(struct redactor *redactor, int family, struct str text, struct buf *out)
{
	unsigned char bytes[16];
	char shown[INET6_ADDRSTRLEN + 1];
	if (!is_address(family, text, bytes)) {
		return false;
	}
	if (!(family == AF_INET ? replace4(redactor, bytes) : replace6(redactor, bytes))) {
		buf_add(out, text);
		return true;
	}
	inet_ntop(family, bytes, shown, sizeof(shown));
	redact_count(redactor, REDACT_ADDRESS, text);
	buf_add(out, str_from(shown));
	return true;
}

static bool is_digits(struct str text)
{
	uint64_t number;
	return str_to_uint64(text, &number);
}

/* Six pairs of hex digits. */
static bool add_mac(struct redactor *redactor, struct str text, struct buf *out)
{
	char low[17];
	char apart = text.len == 17 ? text.ptr[2] : '\0';
	if (apart != ':' && apart != '-') {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		low[i] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c == '-' ? ':' : c);
		bool is_hex = (c >= '0' && c <= '9') || (low[i] >= 'a' && low[i] <= 'f');
		if (i % 3 == 2 ? c != apart : !is_hex) {
			return false;
		}
	}
	struct keyed_hash hash = keyed_hash_of(redactor->key, "mac", (struct str){low, 17});
	/* locally administered */
	buf_printf(out, "02%c%02x%c%02x%c%02x%c%02x%c%02x", apart, hash.bytes[0], apart,
	           hash.bytes[1], apart, hash.bytes[2], apart, hash.bytes[3], apart, hash.bytes[4]);
	redact_count(redactor, REDACT_ADDRESS, (struct str){low, 17});
	return true;
}

bool redact_add_address(struct redactor *redactor, struct str text, struct buf *out)
{
	ptrdiff_t colon = str_find_last_byte(text, ':'), slash = str_find_byte(text, '/');
	ptrdiff_t percent = str_find_byte(text, '%');
	if (add_mac(redactor, text, out) || add_of_family(redactor, AF_INET, text, out) ||
	    add_of_family(redactor, AF_INET6, text, out)) {
		return true;
	}
	ptrdiff_t ends[] = {colon, slash, percent};
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends[i] <= 0) {
			continue;
		}
		struct str address = str_slice(text, 0, (size_t)ends[i]);
		struct str rest = str_skip(text, (size_t)ends[i]);
		bool is_rest = i == 2 || is_digits(str_skip(rest, 1));
		if (is_rest && (add_of_family(redactor, AF_INET, address, out) ||
		                (i > 0 && add_of_family(redactor, AF_INET6, address, out)))) {
			buf_add(out, rest);
			return true;
		}
	}
	return false;
}

size_t redact_add_dashed(struct redactor *redactor, struct str text, struct buf *out)
{
	char dotted[16];
	size_t len = 0, groups = 1;
	while (len < text.len && len < 15 &&
	       ((text.ptr[len] >= '0' && text.ptr[len] <= '9') ||
	        (text.ptr[len] == '-' && groups < 4))) {
		groups += text.ptr[len] == '-' ? 1 : 0;
		dotted[len] = (char)(text.ptr[len] == '-' ? '.' : text.ptr[len]);
		len++;
	}
	bool ends_here = len == text.len || text.ptr[len] == '-' || text.ptr[len] == '_' ||
	                 text.ptr[len] == '.';
	size_t start = out->len;
	if (groups != 4 || !ends_here ||
	    !add_of_family(redactor, AF_INET, (struct str){dotted, len}, out)) {
		return 0;
	}
	for (size_t i = start; i < out->len; i++) {
		out->ptr[i] = (char)(out->ptr[i] == '.' ? '-' : out->ptr[i]);
	}
	return len;
}
