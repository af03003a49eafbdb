/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/source_name.h"

struct str scan_source_name(const struct line_source *from, struct arena *keep)
{
	if (from->pod.len > 0 && from->container.len > 0 &&
	    !str_contains(from->pod, from->container)) {
		return arena_printf(keep, STR_FMT "/" STR_FMT, STR_ARG(from->pod),
		                    STR_ARG(from->container));
	}
	if (from->pod.len > 0) {
		return from->pod;
	}
	if (from->container.len > 0) {
		return from->container;
	}
	return from->unit.len > 0 && from->host.len > 0
	               ? arena_printf(keep, STR_FMT "@" STR_FMT, STR_ARG(from->unit),
	                              STR_ARG(from->host))
	               : from->unit;
}
