/* SPDX-License-Identifier: Apache-2.0 */
/*
 * easylogging++ of Milvus's C++ core up to 2.2, local time:
 *   2022-12-05 18:55:49,703 | WARNING | default | [SERVER][operator()][milvus] text
 *   2022-12-15 15:39:03,866 INFO [default] text
 * Source: milvus configs/easylogging.yaml; easylogging++ default format
 */
#include "format/formats.h"
#include "format/reading.h"

/* Where the words behind the stamp begin, bars left out. */
static struct str next_column(struct str *rest)
{
	struct str word = format_word(rest);
	return str_equals(word, STR("|")) ? format_word(rest) : word;
}

static int bid(struct str line)
{
	if (!str_looks_like(line, "dddd-dd-dd dd:dd:dd,ddd ")) {
		return 0;
	}
	struct str rest = str_skip(line, 24);
	bool is_level = format_level_of(next_column(&rest)) != FORMAT_LEVEL_NONE;
	struct str logger = next_column(&rest);
	bool is_default =
		str_equals(logger, STR("default")) || str_equals(logger, STR("[default]"));
	return is_level && is_default ? FORMAT_BID_SHAPE : 0;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	record->time_ns = clock_parse(text, &record->zone, &used);
	struct str rest = str_skip(text, used);
	record->level = format_level_of(next_column(&rest));
	next_column(&rest);
	rest = format_skip_blanks(rest);
	record->message = format_skip_blanks(str_skip(rest, str_starts(rest, STR("| ")) ? 2 : 0));
	record->program = FORMAT_MILVUS;
	return record->time_ns != TIME_NONE;
}

const struct format format_easylogging = {
	.name = "easylogging",
	.first = FORMAT_FIRST_DIGIT,
	.bid = bid,
	.date = format_date_start,
	.decode = decode,
};
