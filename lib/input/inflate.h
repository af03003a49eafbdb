/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Decoders of gzip members and raw deflate data: zlib, the reference, and ISA-L where it is built
 * in. Private to input/.
 */

#include "input/feed.h"

enum inflate_result {
	INFLATE_MORE,      /* wants more input or more room */
	INFLATE_END,       /* the member's end, trailer included and right */
	INFLATE_BAD_CHECK, /* all data of the member came out, CRC or length do not fit */
	INFLATE_BAD_DATA   /* does not decode from here on */
};

/** What is left to decode and where it goes; a step moves both on. */
struct inflate_window {
	const unsigned char *in;
	size_t in_len;
	unsigned char *out;
	size_t out_len;
};

struct inflate_engine {
	const char *name;
	/** is_raw: deflate data without gzip's header and trailer. */
	void *(*create)(bool is_raw);
	void (*destroy)(void *state);
	/** Forget all; a new member follows. */
	void (*reset)(void *state);
	enum inflate_result (*step)(void *state, struct inflate_window *window);
};

extern const struct inflate_engine inflate_zlib;
/** The fastest that is built in. */
extern const struct inflate_engine *const inflate_fast;

/** CRC-32 as in gzip and zip, of more bytes. */
uint32_t inflate_crc(uint32_t crc, const char *bytes, size_t count);

/**
 * What comes out of gzip data: all members, and of a damaged one every byte that zlib can give.
 *
 * engine: another one than zlib is used only when under can seek: what it stumbles over is read
 *         again with zlib
 */
struct feed *inflate_gzip_open(struct feed *under, const struct inflate_engine *engine);
