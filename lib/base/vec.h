/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Growing arrays. A list is any struct with the members `T *items; size_t count, capacity;`, zeroed at first; these
 * macros work on all of them. Items are on the heap: vec_finish gives them back.
 */

#include "base/arena.h"

#define VEC(type)              \
	struct {               \
		type *items;   \
		size_t count;  \
		size_t capacity; \
	}

/** Make room for one more item. */
#define vec_reserve(vec)                                                                              \
	((vec)->count < (vec)->capacity                                                               \
	         ? (void)0                                                                            \
	         : (void)((vec)->capacity = (vec)->capacity ? (vec)->capacity * 2 : 8,                \
	                  (vec)->items = memory_resize((vec)->items,                                  \
	                                               (vec)->capacity * sizeof((vec)->items[0]))))

/** Append a copy of an item; the item's expression is evaluated after the list has grown. */
#define vec_push(vec, ...) (vec_reserve(vec), (void)((vec)->items[(vec)->count++] = (__VA_ARGS__)))

#define vec_last(vec) (&(vec)->items[(vec)->count - 1])

#define vec_finish(vec) (memory_free((vec)->items), (vec)->items = NULL, (vec)->count = (vec)->capacity = 0)

/** vec_foreach(struct event, event, &list) { ... } */
#define vec_foreach(type, item, vec) \
	for (type *item = (vec)->items, *item##_end = (vec)->count > 0 ? item + (vec)->count : item; \
	     item != item##_end; item++)
