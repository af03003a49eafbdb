/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One stream of bytes through lines, records and rules into a digest; private to scan/. */

#include "line/line.h"
#include "scan/scan.h"

/** A part of a stream whose events another one has too; by stamps as written. */
struct stream_part {
	struct str path, container;
	int64_t from_ns, to_ns;
	struct profile_edge begin, end; /* of the other one */
};

/** What a worker needs for any number of streams. */
struct stream_tools {
	const struct scan_options *options;
	struct rule_matcher *matcher;
	struct rule_hits hits;
	struct arena tmp;
	int64_t since_ns, until_ns; /* absolute; TIME_NONE */
	struct {
		uint64_t *items;
		size_t count, capacity;
	} stated; /* lines of the stream whose events a document gave already */
	const struct stream_part *left_out;
	size_t left_out_count;
	struct scan_whole_list *whole;    /* where streams that are wanted whole go */
	struct input_damage_list *damage; /* what was lost of lines; texts in the digest. NULL */
};

/** Whether a document around that line gave its event already. */
bool stream_is_stated(const struct stream_tools *tools, uint64_t line);

/**
 * Read a stream to its end.
 *
 * With options->event set events are handed over and not kept in the digest.
 */
void stream_read(struct stream_tools *tools, line_read *read, void *context,
                 const struct input_stream *input, struct digest *digest);
