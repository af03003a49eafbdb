/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A fingerprint of a stream of records that can be laid over another one: per span of time and
 * class of records their count and the sum of their hashes. Two streams that agree where both have
 * records are copies of one log, whatever they were wrapped in and wherever they were cut.
 */

#include "base/clock.h"
#include "base/str.h"

enum { PROFILE_CELLS_MAX = 4096, PROFILE_EDGE_MAX = 16, PROFILE_SAMPLE_MAX = 8192 };

struct profile_cell {
	int64_t index; /* of the span: floor(seconds / width) */
	uint32_t class_number;
	uint32_t count;
	uint64_t sum;
};

/** The first or the last records, of one stamp: where a part was cut, stamps do not tell on which
 * side one is. */
struct profile_edge {
	int64_t time_ns; /* TIME_NONE: nothing is dated */
	uint64_t hashes[PROFILE_EDGE_MAX];
	unsigned count;
};

/**
 * Hashes of dated records up to a limit, which falls as they become too many. The same records are
 * sampled in every stream, so what was picked out of another log (by grep) is known by it.
 */
struct profile_sample {
	uint64_t *items;
	size_t count, capacity;
	uint64_t limit;
	bool is_sorted;
};

struct profile {
	struct profile_cell *items; /* by index, then class */
	size_t count, capacity;
	unsigned width_log2; /* spans are 2^this seconds long; grows when there are too many */
	size_t last;         /* cell that the last record went to */
	struct profile_edge begin, end;
	struct profile_sample sample;
};

void profile_init(struct profile *profile);
void profile_finish(struct profile *profile);
/**
 * Hash of a record, the same on every machine. Line ends and blanks at the ends of lines do not
 * matter.
 *
 * text: clean
 */
uint64_t profile_hash(struct str text);
/** The same for a record of one line; saves the search for line ends. */
uint64_t profile_hash_line(struct str line);
/**
 * Add a record.
 *
 * time_ns: TIME_NONE if none
 * is_own:  the time is the record's own
 * hash:    of its text, by profile_hash
 */
void profile_add(struct profile *profile, unsigned class_number, int64_t time_ns, bool is_own,
                 uint64_t hash);

bool profile_edge_has(const struct profile_edge *edge, uint64_t hash);

/** What two profiles have in common. */
struct profile_match {
	uint64_t compared; /* records of the second one in spans that both cover wholly, and in
	                      others that agree */
	uint64_t agreed;   /* those in spans that agree */
	uint64_t only[2];  /* records of either, in the time of both, in classes that the other one
	                      lacks there */
	int64_t from_ns, to_ns; /* what both cover; TIME_NONE */
	bool is_inside;         /* the second one covers no time that the first one does not */
};

/** Lay `part` over `whole`. Cost: O(cells of both) */
struct profile_match profile_compare(const struct profile *whole, const struct profile *part);

/** Whether each sampled record of `part`, and some there are, is one of `whole`. Sorts their
 * samples. */
bool profile_is_picked(struct profile *whole, struct profile *part);
