/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The translations that are built in, made of po/ by po/embed.py. */

#include "base/str.h"

struct catalogue_entry {
	struct str id;   /* the English text */
	struct str text; /* NUL follows */
};

extern const struct catalogue_entry catalogue_zh[]; /* by id, in the order of str_compare */
extern const size_t catalogue_zh_count;
