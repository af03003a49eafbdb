/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* SHA-256 and HMAC-SHA256. The only user of Nettle. */

#include "base/str.h"

enum { KEYED_HASH_BYTES = 32 };

struct keyed_hash {
	unsigned char bytes[KEYED_HASH_BYTES];
};

/** HMAC-SHA256 of label, a NUL byte, and text. key: KEYED_HASH_BYTES bytes */
struct keyed_hash keyed_hash_of(const unsigned char *key, const char *label, struct str text);
/** SHA-256. */
struct keyed_hash keyed_hash_plain(struct str text);
