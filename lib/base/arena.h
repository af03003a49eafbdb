/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Arenas: memory that is given back all at once. The name of an arena variable says how long it
 * lives: run (the whole program), keep (one case), tmp (one record or less). Out of memory ends the
 * program (see memory_fail).
 */

#include "base/str.h"

#include <stdalign.h>
#include <stdarg.h>

struct arena_block;

struct arena {
	struct arena_block *head;
	char *next; /* free part of head */
	char *end;
};

void arena_init(struct arena *arena);
/** Give all memory back to the system. */
void arena_finish(struct arena *arena);
/** Make all memory of the arena free again; keeps one block. */
void arena_reset(struct arena *arena);

/** Zeroed memory that lives as long as the arena. align: a power of two. */
void *arena_alloc(struct arena *arena, size_t size, size_t align);

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type), alignof(type)))
#define arena_array(arena, type, count)                                                            \
	((type *)arena_alloc((arena), sizeof(type) * (count), alignof(type)))

/** A copy of s. */
struct str arena_str(struct arena *arena, struct str s);
/** A NUL-terminated copy of s. */
char *arena_cstr(struct arena *arena, struct str s);
struct str arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/** malloc/realloc/free for base/ and vec.h; never NULL. size > 0. */
void *memory_resize(void *memory, size_t size);
void memory_free(void *memory);
/** The one place where running out of memory ends the program; for libraries that report it. */
_Noreturn void memory_fail(size_t size);
