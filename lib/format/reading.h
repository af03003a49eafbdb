/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Small readers that the formats share; private to format/. */

#include "format/format.h"

/** The number of items of a static table. */
#define FORMAT_COUNT(table) (sizeof(table) / sizeof((table)[0]))

bool format_is_digit(char byte);

/** Level of a word in any case: "WARN", "warning", "E"; FORMAT_LEVEL_NONE for other words. */
enum format_level format_level_of(struct str word);

/** Add a field; the list grows in tmp. */
void format_add_field(struct record *record, struct arena *tmp, struct str key, struct str value);
/** The same, but a value that breaks off and would be read as another number is left out. */
void format_add_cut_field(struct record *record, struct arena *tmp, struct str key,
                          struct str value);

/** The next word between blanks; *rest moves behind it. Empty at the end. */
struct str format_word(struct str *rest);

/** Text without blanks at its beginning. */
struct str format_skip_blanks(struct str text);

/** The first line of text. */
struct str format_first_line(struct str text);

/**
 * Read a quoted text at *at, which stands on the quote, and move behind it. The escapes \\ \" \n \r
 * \t \uXXXX are taken off, unknown ones keep their second byte.
 *
 * Returns: whether the closing quote was there
 */
bool format_quoted(struct str text, size_t *at, struct arena *tmp, struct str *value);

/** Read `key=value key="quoted value" ...` into fields. */
void format_pairs(struct str text, struct arena *tmp, struct record *record);

/** Times that stand at the beginning, or behind one byte; and none. For struct format. */
int64_t format_date_start(struct str line, enum clock_zone *zone);
int64_t format_date_bracket(struct str line, enum clock_zone *zone);
int64_t format_date_none(struct str line, enum clock_zone *zone);
