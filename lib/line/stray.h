/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Lines without a wrapper in a stream whose lines have one, though they belong to one of these: the
 * rest of a line that a terminal wrapped at its width, and a last line that was cut inside its
 * wrapper.
 */

#include "line/wrapper.h"

enum { STRAY_HEAD_SIZE = 96 };

struct stray {
	char head[STRAY_HEAD_SIZE]; /* of the last physical line with a wrapper that says its source
	                             */
	size_t head_len;
	uint32_t source; /* of that line */
	uint8_t depth;   /* its wrappers; 0: there was no such line */
	bool is_open;    /* lines with fewer wrappers may go on with it */
};

/** A line with a wrapper. physical: as it came; source: its number */
void stray_note(struct stray *stray, struct str physical, const struct wrap *wrap, uint32_t source);
/**
 * Whether a line that names no source is of that of the last line that did.
 *
 * is_last: the stream ends in it, without a line end
 */
bool stray_belongs(struct stray *stray, const struct wrap *wrap, bool is_last);
