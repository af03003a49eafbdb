/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Cells of tables that people copy out of Grafana and terminal programs: "|   | 2024-03-04
 * 14:32:44.664 | (no unique labels) | text |". */

#include "line/stamp.h"

/** Length of the cells before a record; 0: there are none. stamp: set to the time in them; time_ns
 * TIME_NONE: none. */
size_t cells_before(struct str line, struct stamp *stamp);
/** The line without empty cells, times and labels at its end. */
struct str cells_strip_end(struct str line);
