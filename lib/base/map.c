/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/vec.h"

#include <string.h>

void map_finish(struct map *map)
{
	arena_finish(&map->keys);
	memory_free(map->slots);
	memory_free(map->items);
	*map = (struct map){0};
}

/* The slot that holds the key, or the free one where it belongs. slot_count > 0 and a power of two. */
static uint32_t *find_slot(const struct map *map, struct str key, uint64_t hash)
{
	for (size_t i = hash & (map->slot_count - 1);; i = (i + 1) & (map->slot_count - 1)) {
		uint32_t *slot = &map->slots[i];
		if (*slot == 0 || (map->items[*slot - 1].hash == hash &&
				   str_equals(map->items[*slot - 1].key, key))) {
			return slot;
		}
	}
}

void *map_get(const struct map *map, struct str key)
{
	if (map->slot_count == 0) {
		return NULL;
	}
	uint32_t slot = *find_slot(map, key, str_hash(key));
	return slot == 0 ? NULL : map->items[slot - 1].value;
}

static void map_grow(struct map *map)
{
	map->slot_count = map->slot_count == 0 ? 16 : map->slot_count * 2;
	map->slots = memory_resize(map->slots, map->slot_count * sizeof(*map->slots));
	memset(map->slots, 0, map->slot_count * sizeof(*map->slots));
	for (size_t i = 0; i < map->count; i++) {
		*find_slot(map, map->items[i].key, map->items[i].hash) = (uint32_t)i + 1;
	}
}

void **map_put(struct map *map, struct str key)
{
	if ((map->count + 1) * 2 > map->slot_count) {
		map_grow(map);
	}
	uint64_t hash = str_hash(key);
	uint32_t *slot = find_slot(map, key, hash);
	if (*slot == 0) {
		vec_push(map, (struct map_entry){arena_str(&map->keys, key), hash, NULL});
		*slot = (uint32_t)map->count;
	}
	return &map->items[*slot - 1].value;
}
