/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, level and text, as many programs and scripts write them; who did is not seen:
 *   2024-03-12 08:21:04 [WARN] text
 *   2024-03-12T08:21:04.512Z ERROR: text
 *   2024/03/12 08:21:04 | info | text
 */
#include "format/formats.h"
#include "format/reading.h"

enum { STAMP_MAX = 40, BID_LAST = FORMAT_BID_PIECE + 2 /* any that knows more is surer */ };

static bool is_mark(char byte)
{
	return str_find_byte(STR("[]|:-<>()* \t"), byte) >= 0;
}

static struct str skip_marks(struct str text)
{
	size_t at = 0;
	while (at < text.len && is_mark(text.ptr[at])) {
		at++;
	}
	return str_skip(text, at);
}

/* Where the word of a level ends; 0: it is none. */
static size_t level_length(struct str text, enum format_level *level)
{
	enum { LETTERS_MIN = 4, LETTERS_MAX = 8 };
	size_t len = 0;
	while (len < text.len && len <= LETTERS_MAX &&
	       ((text.ptr[len] | 0x20) >= 'a' && (text.ptr[len] | 0x20) <= 'z')) {
		len++;
	}
	*level = len < LETTERS_MIN ? FORMAT_LEVEL_NONE : format_level_of(str_slice(text, 0, len));
	bool is_whole = len == text.len || is_mark(text.ptr[len]);
	return *level != FORMAT_LEVEL_NONE && is_whole ? len : 0;
}

/* Behind the level; ptr NULL: the line is not of this kind. */
static struct str read_head(struct str line, int64_t *time_ns, enum clock_zone *zone,
                            enum format_level *level)
{
	size_t used = 0;
	const struct str none = {NULL, 0};
	*zone = CLOCK_ZONE_NONE;
	if (!str_looks_like(line, "dddd-dd-dd") && !str_looks_like(line, "dddd/dd/dd")) {
		return none;
	}
	*time_ns = clock_parse(str_slice(line, 0, STAMP_MAX), zone, &used);
	struct str rest = str_skip(line, used);
	if (*time_ns == TIME_NONE || rest.len == 0 || !is_mark(rest.ptr[0])) {
		return none;
	}
	rest = skip_marks(rest);
	size_t len = level_length(rest, level);
	return len == 0 ? none : skip_marks(str_skip(rest, len));
}

static int bid(struct str line)
{
	int64_t time_ns;
	enum clock_zone zone;
	enum format_level level;
	return read_head(line, &time_ns, &zone, &level).ptr == NULL ? 0 : BID_LAST;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->message = read_head(text, &record->time_ns, &record->zone, &record->level);
	return record->message.ptr != NULL;
}

const struct format format_dated = {
	.name = "dated",
	.first = FORMAT_FIRST_DIGIT,
	.bid = bid,
	.date = format_date_start,
	.decode = decode,
	.is_multiline = true,
};
