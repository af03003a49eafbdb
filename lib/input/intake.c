/* SPDX-License-Identifier: Apache-2.0 */
#include "input/intake.h"

#include <string.h>

enum { INTAKE_BYTES = 128 << 10 };

void intake_init(struct intake *intake, struct feed *under)
{
	*intake = (struct intake){.under = under, .bytes = memory_resize(NULL, INTAKE_BYTES)};
}

void intake_finish(struct intake *intake)
{
	memory_free(intake->bytes);
}

struct str intake_ahead(struct intake *intake, size_t size)
{
	while (intake->len - intake->used < size && !intake->is_ended) {
		intake->len -= intake->used;
		memmove(intake->bytes, intake->bytes + intake->used, intake->len);
		intake->used = 0;
		size_t count = feed_read(intake->under, intake->bytes + intake->len,
		                         INTAKE_BYTES - intake->len);
		intake->len += count;
		intake->is_ended = count == 0;
	}
	return (struct str){intake->bytes + intake->used, intake->len - intake->used};
}

uint64_t intake_offset(const struct intake *intake)
{
	return feed_offset(intake->under) - (intake->len - intake->used);
}

bool intake_seek(struct intake *intake, uint64_t offset)
{
	if (!feed_seek(intake->under, offset)) {
		return false;
	}
	intake->used = intake->len = 0;
	intake->is_ended = false;
	return true;
}
