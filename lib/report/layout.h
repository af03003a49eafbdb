/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Laying out text on a terminal; private to report/. */

#include "report/reporters.h"

enum layout_style { LAYOUT_PLAIN, LAYOUT_HEAD, LAYOUT_BAD, LAYOUT_GOOD, LAYOUT_DIM, LAYOUT_WARN, LAYOUT_STYLE_COUNT };

struct layout {
	const struct findings *findings;
	const struct report_options *options;
	struct buf *out;
	size_t columns;
	struct arena tmp;
};

/** Text wrapped to the columns, made safe; the first line behind first_indent blanks, the others behind indent. */
void layout_wrap(struct layout *to, enum layout_style style, size_t first_indent, size_t indent, struct str text);
