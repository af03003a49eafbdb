/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* When the latest records of one source were printed, to see whether a stalled process went on
 * printing. */

#include "event/event.h"
#include "format/format.h"

/** Begins as {0}. */
struct printed {
	struct printed_record *ring;
	size_t count; /* so far */
};

void printed_finish(struct printed *printed);
void printed_note(struct printed *printed, int64_t time_ns, enum format_program program);
/** Records of a program printed while an operation was going on; many are not counted on. */
uint32_t printed_inside(const struct printed *printed, const struct event *event,
                        enum format_program program);
