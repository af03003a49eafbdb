/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One stream of bytes through lines, records and rules into a digest; private to scan/. */

#include "line/line.h"
#include "scan/scan.h"

/** An event with the source it belongs to, kept to be handed over in input order. */
struct stream_event {
	struct event *event;
	uint32_t source;
};

struct stream_events {
	struct stream_event *items;
	size_t count, capacity;
};

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
 * path, container, modified_ns: as in struct input_stream
 * events: every event in order of lines, when not NULL
 */
void stream_read(struct stream_tools *tools, line_read *read, void *context, const struct input_stream *stream,
                 struct digest *digest, struct stream_events *events);
