/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Packed bytes on their way to a decoder, with some of those that it had already; private to
 * input/. */

#include "input/feed.h"

struct intake {
	struct feed *under; /* not owned */
	char *bytes;        /* [used, len) is not decoded yet; what lies before was */
	size_t used, len;
	bool is_ended; /* under gives no more */
};

void intake_init(struct intake *intake, struct feed *under);
void intake_finish(struct intake *intake);
/** At least `size` bytes, which are few, from `used` on, unless the end comes before. They stay; to
 * take some, add to `used`. Lifetime: until the next call. */
struct str intake_ahead(struct intake *intake, size_t size);
/** Where `used` is in under. */
uint64_t intake_offset(const struct intake *intake);
/** Go on from there. Returns: false where under cannot; nothing is changed then. */
bool intake_seek(struct intake *intake, uint64_t offset);
