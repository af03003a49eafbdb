/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyed_hash.h"

#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <string.h>

struct keyed_hash keyed_hash_of(const unsigned char *key, const char *label, struct str text)
{
	struct keyed_hash hash;
	struct hmac_sha256_ctx state;
	hmac_sha256_set_key(&state, KEYED_HASH_BYTES, key);
	hmac_sha256_update(&state, strlen(label) + 1, (const uint8_t *)label);
	hmac_sha256_update(&state, text.len, (const uint8_t *)text.ptr);
	hmac_sha256_digest(&state, KEYED_HASH_BYTES, hash.bytes);
	return hash;
}

struct keyed_hash keyed_hash_plain(struct str text)
{
	struct keyed_hash hash;
	struct sha256_ctx state;
	sha256_init(&state);
	sha256_update(&state, text.len, (const uint8_t *)text.ptr);
	sha256_digest(&state, KEYED_HASH_BYTES, hash.bytes);
	return hash;
}
