/* SPDX-License-Identifier: Apache-2.0 */
#include "base/zone.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>

enum {
	ZONE_FILE_MAX = 256 << 10,
	ZONE_HEADER = 44,
	ZONE_TYPE = 6,
	ZONE_NAME_MAX = 64,
	ZONE_OFFSET_MAX = 26 * 3600
};

static int64_t read_big(const unsigned char *bytes, size_t count)
{
	uint64_t value = bytes[0] & 0x80 ? ~UINT64_C(0) : 0;
	for (size_t i = 0; i < count; i++) {
		value = value << 8 | bytes[i];
	}
	return (int64_t)value;
}

/* Offset of a type; 0 when it is out of what RFC 8536 allows. */
static int read_offset(const unsigned char *type)
{
	int64_t offset_s = read_big(type, 4);
	return offset_s < -ZONE_OFFSET_MAX || offset_s > ZONE_OFFSET_MAX ? 0 : (int)offset_s;
}

struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool read_header(const unsigned char *bytes, size_t len, struct counts *counts)
{
	if (len < ZONE_HEADER || !str_equals((struct str){(const char *)bytes, 4}, STR("TZif"))) {
		return false;
	}
	size_t *into[] = {&counts->isut, &counts->isstd, &counts->leap,
	                  &counts->time, &counts->type,  &counts->chars};
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
	return counts->time * (time_size + 1) + counts->type * ZONE_TYPE + counts->chars +
	       counts->leap * (time_size + 4) + counts->isstd + counts->isut;
}

/* What stands between the two line feeds at the end of the file. */
static bool read_footer(struct str footer, struct zone_posix *rule)
{
	struct str text;
	return str_starts(footer, STR("\n")) &&
	       str_cut(str_skip(footer, 1), STR("\n"), &text, NULL) && zone_posix_read(text, rule);
}

bool zone_read(struct arena *run, struct str file, struct clock_zone_rule *rule)
{
	const unsigned char *bytes = (const unsigned char *)file.ptr;
	struct counts counts;
	if (!read_header(bytes, file.len, &counts)) {
		return false;
	}
	size_t skip = ZONE_HEADER + block_size(&counts, 4);
	if (bytes[4] < '2' || skip > file.len ||
	    !read_header(bytes + skip, file.len - skip, &counts) || counts.type == 0) {
		return false;
	}
	const unsigned char *block = bytes + skip + ZONE_HEADER;
	size_t left = file.len - skip - ZONE_HEADER, size = block_size(&counts, 8);
	if (size > left) {
		return false;
	}
	int64_t *since = arena_array(run, int64_t, counts.time + 1);
	int *offsets = arena_array(run, int, counts.time + 1);
	const unsigned char *types = block + counts.time * 9;
	for (size_t i = 0; i < counts.time; i++) {
		size_t type = block[counts.time * 8 + i];
		since[i] = read_big(block + i * 8, 8);
		offsets[i] = type < counts.type ? read_offset(types + type * ZONE_TYPE) : 0;
	}
	*rule = (struct clock_zone_rule){read_offset(types), since, offsets,
	                                 counts.time,        false, {0}};
	rule->has_rule = read_footer(str_skip(file, file.len - left + size), &rule->rule);
	return true;
}

static bool read_file(const char *path, struct buf *bytes)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	bytes->len = fread(buf_reserve(bytes, ZONE_FILE_MAX), 1, ZONE_FILE_MAX, file);
	fclose(file);
	return true;
}

/* Names are paths below the folder of zones: nothing may lead out of it. "right/" counts leap
 * seconds. */
static bool is_zone_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char byte = name.ptr[i];
		bool is_word = (byte >= '0' && byte <= '9') ||
		               ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
		if (!is_word && byte != '/' && byte != '_' && byte != '+' && byte != '-') {
			return false;
		}
	}
	return name.len > 0 && name.len <= ZONE_NAME_MAX && name.ptr[0] != '/' &&
	       !str_starts(name, STR("right/"));
}

bool zone_load(struct arena *run, struct str name, struct clock_zone_rule *rule)
{
	static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
	                                      "/usr/share/lib/zoneinfo"};
	struct buf bytes = {0};
	bool is_good = false;
	for (size_t i = 0;
	     i < sizeof(folders) / sizeof(folders[0]) && is_zone_name(name) && !is_good; i++) {
		struct str path = arena_printf(run, "%s/" STR_FMT, folders[i], STR_ARG(name));
		is_good = read_file(path.ptr, &bytes) && zone_read(run, buf_str(&bytes), rule);
	}
	buf_finish(&bytes);
	return is_good;
}

/* The last change at or before a time, counted from 1; 0 when there is none. */
static size_t find_change(const struct clock_zone_rule *zone, int64_t time_s)
{
	size_t low = 0, high = zone->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (zone->since_s[middle] <= time_s) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

int clock_zone_offset(const struct clock_zone_rule *zone, int64_t time_ns)
{
	if (zone == NULL) {
		return 0;
	}
	int64_t time_s = time_ns / NS_PER_SEC - (time_ns % NS_PER_SEC < 0 ? 1 : 0);
	size_t change = find_change(zone, time_s);
	if (change == zone->count && zone->has_rule) {
		return zone_posix_offset(&zone->rule, time_s);
	}
	return change == 0 ? zone->offset_s : zone->offsets_s[change - 1];
}
