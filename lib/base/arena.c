/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_SIZE = 64 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	alignas(max_align_t) char data[];
};

_Noreturn void memory_fail(size_t size)
{
	fprintf(stderr, "whydown: out of memory (%zu more bytes were needed)\n", size);
	exit(4);
}

void *memory_resize(void *memory, size_t size)
{
	assert(size > 0);
	memory = realloc(memory, size);
	if (memory == NULL) {
		memory_fail(size);
	}
	return memory;
}

void memory_free(void *memory)
{
	free(memory);
}

void arena_init(struct arena *arena)
{
	*arena = (struct arena){0};
}

void arena_finish(struct arena *arena)
{
	for (struct arena_block *block = arena->head, *next; block != NULL; block = next) {
		next = block->next;
		memory_free(block);
	}
	*arena = (struct arena){0};
}

void arena_reset(struct arena *arena)
{
	struct arena_block *first = arena->head;
	if (first == NULL) {
		return;
	}
	arena->head = first->next;
	first->next = NULL;
	arena_finish(arena);
	if (first->size > ARENA_BLOCK_SIZE * 16) {
		memory_free(first);
		return;
	}
	arena->head = first;
	arena->next = first->data;
	arena->end = first->data + first->size;
}

static void arena_grow(struct arena *arena, size_t size)
{
	size_t room = size > ARENA_BLOCK_SIZE ? size : ARENA_BLOCK_SIZE;
	struct arena_block *block = memory_resize(NULL, sizeof(*block) + room);
	block->next = arena->head;
	block->size = room;
	arena->head = block;
	arena->next = block->data;
	arena->end = block->data + room;
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
	size_t padding = -(uintptr_t)arena->next & (align - 1);
	if (arena->head == NULL || size + padding > (size_t)(arena->end - arena->next)) {
		arena_grow(arena, size + align);
		padding = -(uintptr_t)arena->next & (align - 1);
	}
	char *memory = arena->next + padding;
	arena->next = memory + size;
	return memset(memory, 0, size);
}

struct str arena_str(struct arena *arena, struct str s)
{
	return (struct str){arena_cstr(arena, s), s.len};
}

char *arena_cstr(struct arena *arena, struct str s)
{
	char *copy = arena_alloc(arena, s.len + 1, 1);
	if (s.len > 0) {
		memcpy(copy, s.ptr, s.len);
	}
	return copy;
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, format, arguments);
	assert(len >= 0);
	char *text = arena_alloc(arena, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, format, again);
	va_end(again);
	va_end(arguments);
	return (struct str){text, (size_t)len};
}
