/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Whether text is clean as it stands, many bytes at a time, and making it so. */

#include "line/line.h"

/** Position of the first control byte other than TAB and LF, from `from` on; text.len: none. */
size_t clean_find_control(struct str text, size_t from);
/** Position of the first bytes that are not UTF-8, or that clean_repair would take away; text.len:
 * none. */
size_t clean_find_foreign(struct str text);
/** Position of the first "](" as in a link of Markdown; text.len: none. */
size_t clean_find_link(struct str text);
size_t clean_count_lines(struct str text);

/**
 * Text with NUL and invisible characters (zero width, byte order marks) taken away, no-break spaces
 * made spaces, and bytes that are not UTF-8 made U+FFFD.
 *
 * undecodable: count of bytes replaced is added; NULL: these bytes stay, as pieces of a split line
 *              may end inside a character
 *
 * Returns:     text itself when there is nothing to do
 */
struct str clean_repair(struct str text, struct arena *tmp, uint64_t *undecodable);
