/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All formats on any bytes. The first line of the input is what format_of is asked for, all of it
 * is decoded. What must hold:
 *
 * 1. format_of gives the highest bid of all formats, whatever the guess; a sure bid is the only
 * one.
 * 2. Each format that bids dates and decodes its line without reading behind it; what date says is
 *    what decode says; nothing but the tmp arena is written.
 * 3. What decode gives lies in the text or in the arena: fields have keys with bytes, times with
 *    an offset are told as such.
 * 4. A line splits inside itself; its parts together are the line.
 */

#include "format/format.h"

#include <stdlib.h>

enum { BID_SURE = 40, SPLITS_MAX = 1000, FORMATS = 20 /* at least */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* Read all bytes, so that a sanitizer sees those that are not there. */
static uint64_t touch(struct str text)
{
	return str_hash(text);
}

static uint64_t touch_record(const struct record *record)
{
	uint64_t sum = touch(record->logger) ^ touch(record->caller) ^ touch(record->message);
	for (size_t i = 0; i < record->field_count; i++) {
		sum ^= touch(record->fields[i].key) ^ touch(record->fields[i].value);
	}
	must(record->level < FORMAT_LEVEL_COUNT && record->program < FORMAT_PROGRAM_COUNT);
	must(record->time_ns != TIME_NONE || record->zone == CLOCK_ZONE_NONE);
	return sum;
}

/* Properties 1 and 2. Returns: the format of the line. */
static const struct format *check_bids(struct str line, struct str text, struct arena *tmp)
{
	const struct format *best = NULL;
	int highest = 0, sure = 0;
	for (size_t i = 0; format_table[i] != NULL; i++) {
		int bid = format_table[i]->bid(line);
		must(bid >= 0);
		sure += bid >= BID_SURE ? 1 : 0;
		if (bid > highest) {
			highest = bid;
			best = format_table[i];
		}
	}
	must(sure <= 1);
	must(format_of(line, NULL) == best);
	must(format_of(line, best) == best);
	must(format_of(line, format_table[text.len % FORMATS]) == best);
	for (size_t i = 0; format_table[i] != NULL; i++) {
		if (format_table[i]->bid(line) > 0) {
			enum clock_zone zone;
			struct record record;
			int64_t time_ns = format_table[i]->date(text, &zone);
			format_decode(format_table[i], text, tmp, &record);
			must(record.format == NULL ||
			     (record.time_ns == time_ns && record.zone == zone));
			touch_record(&record);
		}
	}
	return best;
}

static void check_split(struct str line)
{
	for (int i = 0; i < SPLITS_MAX && line.len > 0; i++) {
		size_t end = format_split(line, format_of(line, NULL));
		must(end > 0 && end <= line.len);
		line = str_skip(line, end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, line, next;
	str_cut(text, STR("\n"), &line, &next);
	str_cut(next, STR("\n"), &next, NULL);
	struct arena tmp;
	arena_init(&tmp);
	const struct format *format = check_bids(line, text, &tmp);
	struct record record;
	format_decode(format, text, &tmp, &record);
	touch_record(&record);
	must(record_field(&record, STR("no such key")).ptr == NULL || record.field_count > 0);
	(void)format_continues(format, line, next, format_of(next, format));
	(void)format_is_open(format, line);
	check_split(line);
	arena_finish(&tmp);
	return 0;
}
