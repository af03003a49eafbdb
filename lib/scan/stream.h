/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One stream of bytes through lines, records and rules into a digest; private to scan/. */

#include "line/line.h"
#include "scan/scan.h"

/** What a worker needs for any number of streams. */
struct stream_tools {
	const struct scan_options *options;
	struct rule_matcher *matcher;
	struct rule_hits hits;
	struct arena tmp;
	int64_t since_ns, until_ns; /* absolute; TIME_NONE */
};

/**
 * Read a stream to its end.
 *
 * With options->event set events are handed over and not kept in the digest.
 */
void stream_read(struct stream_tools *tools, line_read *read, void *context, const struct input_stream *stream,
                 struct digest *digest);
