/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* PCRE2 with JIT, match limits and named groups. The only user of PCRE2. */

#include "base/arena.h"
#include "base/error.h"

struct regex;       /* a compiled pattern; used by many threads at once */
struct regex_match; /* match data of one thread */

enum { REGEX_GROUPS_MAX = 32 };

/**
 * Compile a pattern (PCRE2, UTF with invalid bytes allowed, no newline special-casing: ^ and $ at
 * the ends of the subject, . does not match LF). Where a machine allows no JIT it is interpreted.
 *
 * Returns: NULL when the pattern is wrong (err says where), too long, has more than
 *          REGEX_GROUPS_MAX groups, or JIT refuses it
 * Owner:   the caller, regex_destroy
 */
struct regex *regex_create(struct str pattern, struct error *err);
void regex_destroy(struct regex *regex);

/** Name of a group; NULL for an unnamed one. index: from 1 to regex_group_count. */
const char *regex_group_name(const struct regex *regex, unsigned index);
unsigned regex_group_count(const struct regex *regex);

struct regex_match *regex_match_create(void);
void regex_match_destroy(struct regex_match *match);

/**
 * Search the pattern in subject.
 *
 * Returns: whether it matches; a match that exceeds the limits counts as none and sets
 *          *is_over_limit (NULL allowed)
 */
bool regex_search(const struct regex *regex, struct str subject, struct regex_match *match,
                  bool *is_over_limit);

/**
 * A group of the last match, 0 the whole; ptr NULL when the group took no part.
 *
 * Lifetime: that of the subject
 */
struct str regex_match_group(const struct regex_match *match, unsigned index);
