/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A hash map from text to pointers. Keys are copied. Iteration is in order of insertion. */

#include "base/arena.h"

struct map_entry {
	struct str key;
	uint64_t hash;
	void *value;
};

struct map {
	struct map_entry *items; /* in order of insertion */
	size_t count;
	size_t capacity;
	uint32_t *slots; /* index + 1 into items; 0: free */
	size_t slot_count;
	struct arena keys;
};

void map_finish(struct map *map);
/** The value of a key; NULL when it is not there. */
void *map_get(const struct map *map, struct str key);
/** The place for a key's value; NULL in it when the key is new. Valid until the next map_put. */
void **map_put(struct map *map, struct str key);
