/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Search of many literals at once (Vectorscan). The only user of libhs. */

#include "base/arena.h"
#include "base/error.h"

struct literals;         /* a compiled set; used by many threads at once */
struct literals_scratch; /* working memory of one thread */

/**
 * Called for each hit. Hits that do not overlap come in order of end, others in any order.
 *
 * id:      index into the set
 * end:     offset behind the literal's last byte
 * Returns: true to stop
 */
typedef bool literals_hit(void *context, unsigned id, size_t end);

/**
 * Compile a set. Literals are bytes, matched exactly (case matters), at least 1 byte. A set may be
 * empty, and hold a literal twice.
 *
 * ordinary: text like most of what will be searched: of each literal the bytes that are rare in it
 *           are looked for, the others only where these are found; it changes how fast a scan is,
 *           never what it finds; may be empty
 * Owner:    the caller, literals_destroy
 * Lifetime: items must outlive the set
 */
struct literals *literals_create(const struct str *items, size_t count, struct str ordinary,
                                 struct error *err);
/** Write a compiled set as bytes that literals_load reads on the same kind of machine. */
bool literals_save(const struct literals *literals, struct arena *arena, struct str *bytes,
                   struct error *err);
/**
 * Read what literals_save wrote.
 *
 * items:   what the set was made of; must outlive it
 * Returns: NULL when that was another version, for another CPU, another number of items or an empty
 * set (then compile anew)
 */
struct literals *literals_load(struct str bytes, const struct str *items, size_t count);
void literals_destroy(struct literals *literals);

struct literals_scratch *literals_scratch_create(const struct literals *literals);
void literals_scratch_destroy(struct literals_scratch *scratch);

/** Report every hit in text, at most 4 GiB of it. Cost: O(text), a few GB/s. */
void literals_scan(const struct literals *literals, struct literals_scratch *scratch,
                   struct str text, literals_hit *hit, void *context);
