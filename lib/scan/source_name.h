/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What lines of one source are called. Private to scan/. */

#include "line/line.h"

/** The name of a pod, a container or a unit, whatever wrappers told; empty: nothing. Lifetime: the
 * source's or keep's. */
struct str scan_source_name(const struct line_source *from, struct arena *keep);
