/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Decoders of compressed streams: bytes in, bytes out, as far as they go. Each gives all that it
 * can of a stream that was cut or damaged. Private to input/.
 */

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/** What is left of input and output; a step moves it on. */
struct unpack_window {
	const char *in;
	size_t in_len;
	char *out;
	size_t out_len;
};

enum unpack_result {
	UNPACK_MORE, /* it goes on with more input or more room */
	UNPACK_END,  /* of a stream; another one may follow */
	UNPACK_DAMAGED,
	UNPACK_BAD_CHECK,  /* decoded, but its checksum does not fit */
	UNPACK_TOO_LARGE,  /* it needs more memory than allowed */
	UNPACK_UNSUPPORTED /* packed in a way that this decoder does not know */
};

/** A kind of decoder. */
struct unpack_engine {
	const char *name; /* in messages: "xz" */
	struct str magic; /* that its streams begin with, mostly */
	/** Whether a stream begins with these bytes, of which there are 10 or all. */
	bool (*begins)(struct str head);
	/** Owner: the caller, destroy. max_memory: bytes for its window. */
	void *(*create)(uint64_t max_memory);
	/** Be ready for another stream. */
	void (*restart)(void *decoder);
	enum unpack_result (*step)(void *decoder, struct unpack_window *window);
	void (*destroy)(void *decoder);
};

extern const struct unpack_engine unpack_bzip2;
extern const struct unpack_engine unpack_xz;
extern const struct unpack_engine unpack_zstd;
