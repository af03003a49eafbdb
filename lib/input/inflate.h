/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Gzip, one member after the other; private to input/. */

#include "base/arena.h"

/** Gives compressed bytes; 0 at the end. */
typedef size_t inflate_source(void *context, char *buffer, size_t size);

enum inflate_end {
	INFLATE_RUNNING,
	INFLATE_DONE,     /* all members whole */
	INFLATE_CUT,      /* the bytes end inside a member */
	INFLATE_CORRUPT,  /* a member does not decode from here on */
	INFLATE_CHECKSUM, /* decoded, but CRC or length does not fit */
	INFLATE_TRAILING  /* something that is no gzip follows */
};

struct inflate;

struct inflate *inflate_create(inflate_source *source, void *context);
void inflate_destroy(struct inflate *inflate);
/** Decoded bytes, up to size; 0 at the end, whatever it is. Every byte that can be decoded is given. */
size_t inflate_read(struct inflate *inflate, char *buffer, size_t size);
enum inflate_end inflate_end(const struct inflate *inflate);
/** Bytes decoded and compressed bytes taken so far. */
uint64_t inflate_bytes_out(const struct inflate *inflate);
uint64_t inflate_bytes_in(const struct inflate *inflate);
