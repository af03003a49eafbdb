/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A feed that remembers its last bytes, so that one can go back a little after something turned out
 * to be damaged, and look ahead for where it goes on. Private to input/.
 */

#include "input/feed.h"

enum {
	TAPE_BACK_BYTES = 128 << 10, /* that far back at least */
	TAPE_AHEAD_BYTES = 128 << 10
};

struct tape {
	struct feed feed; /* reads the tape; never ends for good: see tape_go */
	struct feed *under;
	char *kept;
	size_t kept_len, at;
	uint64_t begin;       /* offset of kept[0]; offset 0 is where under stood at first */
	uint64_t under_begin; /* that, in under */
	bool is_under_ended;
};

void tape_init(struct tape *tape, struct feed *under);
void tape_finish(struct tape *tape);
uint64_t tape_offset(const struct tape *tape);
/** The earliest offset that tape_go can reach without going back in under. */
uint64_t tape_earliest(const struct tape *tape);
/**
 * Go to an offset, not beyond what was read or looked at; before tape_earliest only where under can
 * seek, else to tape_earliest.
 */
void tape_go(struct tape *tape, uint64_t offset);
/**
 * The next bytes, fewer than size only at the end.
 *
 * size:     TAPE_AHEAD_BYTES at most
 *
 * Lifetime: until the next call
 */
struct str tape_ahead(struct tape *tape, size_t size);
/** Take bytes that tape_ahead showed. */
void tape_skip(struct tape *tape, size_t count);
