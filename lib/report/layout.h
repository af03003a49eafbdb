/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Laying out text on a terminal: no line is wider than the columns. Private to report/. */

#include "report/view.h"

enum layout_style {
	LAYOUT_PLAIN,
	LAYOUT_HEAD,
	LAYOUT_BAD,
	LAYOUT_GOOD,
	LAYOUT_DIM,
	LAYOUT_WARN,
	LAYOUT_STYLE_COUNT
};

struct layout {
	struct view view;
	struct buf *out;
	size_t columns; /* of tables and the timeline */
	size_t prose;   /* of sentences: not wider than people like to read */
};

/** Text made safe, in a style. */
void layout_add(struct layout *to, enum layout_style style, struct str text);
void layout_blanks(struct layout *to, size_t count);
/** Text made safe and wrapped to the columns; the first line behind first_indent blanks, the others
 * behind indent. */
void layout_wrap(struct layout *to, enum layout_style style, size_t first_indent, size_t indent,
                 struct str text);
/**
 * A line that holds what fits of a text, with an ellipsis if that is not all.
 *
 * Returns: its width in columns
 */
size_t layout_fit(struct layout *to, enum layout_style style, size_t room, struct str text);
/** The same of a name: its middle is left out, since names differ at their end. */
size_t layout_fit_name(struct layout *to, enum layout_style style, size_t room, struct str name);
/** A heading behind an empty line. */
void layout_head(struct layout *to, const char *en);
/** A character that a terminal which knows only ASCII replaces. */
const char *layout_sign(const struct layout *to, const char *sign, const char *ascii);

/** The timeline, a lane for each instance; below each other where they have no room. */
void layout_timeline(struct layout *to);
