/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The kinds of documents; private to side/. */

#include "side/side.h"

extern const struct side side_fio_text;
extern const struct side side_fio_json;
extern const struct side side_iostat;
extern const struct side side_metrics;
extern const struct side side_inspect;
extern const struct side side_describe;
extern const struct side side_endpoint_status;
extern const struct side side_check_perf;

/** The next line of *rest with its number counted on; false at the end. CR at its end is taken off. */
bool side_line(struct str *rest, struct str *line, uint64_t *number);
/** The number that text begins with, blanks passed over; false if there is none. A decimal comma is taken as a point. */
bool side_number(struct str text, double *number);
/** The next word of *rest; empty at the end. */
struct str side_word(struct str *rest);
