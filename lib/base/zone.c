/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone.h"

#include <stdio.h>

enum { ZONE_FILE_MAX = 256 << 10, ZONE_HEADER = 44, ZONE_TYPE = 6 };

static int64_t read_big(const unsigned char *bytes, size_t count)
{
	uint64_t value = bytes[0] & 0x80 ? ~UINT64_C(0) : 0;
	for (size_t i = 0; i < count; i++) {
		value = value << 8 | bytes[i];
	}
	return (int64_t)value;
}

struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool read_header(const unsigned char *bytes, size_t len, struct counts *counts)
{
	if (len < ZONE_HEADER || !str_equals((struct str){(const char *)bytes, 4}, STR("TZif"))) {
		return false;
	}
	size_t *into[] = {&counts->isut, &counts->isstd, &counts->leap, &counts->time, &counts->type, &counts->chars};
	for (size_t i = 0; i < 6; i++) {
		*into[i] = (size_t)read_big(bytes + 20 + i * 4, 4);
		if (*into[i] > ZONE_FILE_MAX) {
			return false;
		}
	}
	return true;
}

static size_t block_size(const struct counts *counts, size_t time_size)
{
	return counts->time * (time_size + 1) + counts->type * ZONE_TYPE + counts->chars + counts->leap * (time_size + 4) +
	       counts->isstd + counts->isut;
}

static bool read_rule(struct arena *run, const unsigned char *bytes, size_t len, struct clock_zone_rule *rule)
{
	struct counts counts;
	if (!read_header(bytes, len, &counts)) {
		return false;
	}
	size_t skip = ZONE_HEADER + block_size(&counts, 4);
	if (bytes[4] < '2' || skip > len || !read_header(bytes + skip, len - skip, &counts) || counts.type == 0) {
		return false;
	}
	const unsigned char *block = bytes + skip + ZONE_HEADER;
	if (block_size(&counts, 8) > len - skip - ZONE_HEADER) {
		return false;
	}
	int64_t *since = arena_array(run, int64_t, counts.time + 1);
	int *offsets = arena_array(run, int, counts.time + 1);
	const unsigned char *types = block + counts.time * 9;
	for (size_t i = 0; i < counts.time; i++) {
		size_t type = block[counts.time * 8 + i];
		since[i] = read_big(block + i * 8, 8);
		offsets[i] = type < counts.type ? (int)read_big(types + type * ZONE_TYPE, 4) : 0;
	}
	*rule = (struct clock_zone_rule){(int)read_big(types, 4), since, offsets, counts.time};
	return true;
}

bool zone_load(struct arena *run, struct str name, struct clock_zone_rule *rule)
{
	if (name.len == 0 || name.len > 64 || name.ptr[0] == '/' || str_contains(name, STR(".."))) {
		return false;
	}
	struct str path = arena_printf(run, "/usr/share/zoneinfo/" STR_FMT, STR_ARG(name));
	FILE *file = fopen(path.ptr, "re");
	if (file == NULL) {
		return false;
	}
	unsigned char *bytes = arena_alloc(run, ZONE_FILE_MAX, 1);
	size_t len = fread(bytes, 1, ZONE_FILE_MAX, file);
	fclose(file);
	return read_rule(run, bytes, len, rule);
}
