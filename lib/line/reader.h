/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Inside of line/: physical lines, and wrappers that are taken off them. */

#include "base/buf.h"
#include "line/line.h"

/** What a wrapper says of a line. Texts may point into the line or tmp. */
struct wrap_info {
	struct line_source source;
	enum line_output output;
	int64_t outer_ns; /* TIME_NONE */
	enum clock_zone outer_zone;
	bool is_partial;  /* the rest of the logical line follows in the next one of this source and output */
	int64_t modified_ns; /* given: of the file, to infer years; TIME_NONE */
	bool is_dropped;  /* the line is the wrapper's own (a head line, a separator) */
};

/** A wrapper: one file that exports one of these. */
struct wrapper {
	const char *name; /* "compose", "cri" ... stable, shown in coverage */
	/** Bytes of the line it vouches for; 0: not mine. Never allocates, never fails. */
	int (*bid)(struct str line);
	/** Take it off: *rest is what is inside. False: it was not one after all. */
	bool (*peel)(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info);
};

extern const struct wrapper wrapper_ansi;
extern const struct wrapper wrapper_compose;
extern const struct wrapper wrapper_cri;
extern const struct wrapper wrapper_docker_json;
extern const struct wrapper wrapper_docker_time;
extern const struct wrapper wrapper_kubectl;
extern const struct wrapper wrapper_syslog;
extern const struct wrapper wrapper_quote;
extern const struct wrapper wrapper_json_export;

/** In order of the table. Ends with NULL. */
extern const struct wrapper *const wrapper_table[];

/** Highest bid; NULL: nobody. */
const struct wrapper *wrapper_of(struct str line);
