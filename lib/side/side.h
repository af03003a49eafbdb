/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whole documents that are evidence: fio, iostat, metrics, endpoint status, docker inspect, kubectl describe,
 * configuration ... Recognised by content, read to typed facts.
 */

#include "event/digest.h"

enum { SIDE_HEAD_SIZE = 64 << 10, SIDE_SIZE_MAX = 16 << 20 };

/** Where a reader puts what it finds. */
struct side_sink {
	struct digest *digest;
	struct str path;
	int64_t modified_ns; /* of the file; TIME_NONE */
	struct arena *tmp;
};

/** A kind of document. */
struct side {
	const char *name; /* "fio-text", "docker-inspect": stable, shown in coverage */
	const char *what; /* for people: "fio result" */
	/** How sure: 0 not mine, up to 100. head: the first SIDE_HEAD_SIZE bytes, decoded to UTF-8. */
	int (*bid)(struct str head, struct str path);
	/** Add facts; text: all of it, up to SIDE_SIZE_MAX. */
	void (*read)(struct str text, const struct side_sink *sink);
};

/** All kinds. Ends with NULL. */
extern const struct side *const side_table[];

/** The kind with the highest bid; NULL: none, it is a log or noise. */
const struct side *side_of(struct str head, struct str path);

/** Add a number as a fact. line: from 1, of the line that states it; 0: not known. */
void side_fact(const struct side_sink *sink, const char *id, double value, const char *unit, uint64_t line, struct str text);
/** Add a text as a fact. */
void side_fact_text(const struct side_sink *sink, const char *id, struct str value, uint64_t line, struct str text);
