/* SPDX-License-Identifier: Apache-2.0 */
#include "base/literals.h"

#include <hs/hs.h>
#include <stdlib.h>

struct literals {
	hs_database_t *database;
};

struct literals_scratch {
	hs_scratch_t *scratch;
};

struct literals *literals_create(const struct str *items, size_t count, struct error *err)
{
	struct arena tmp;
	arena_init(&tmp);
	const char **texts = arena_array(&tmp, const char *, count + 1);
	size_t *lens = arena_array(&tmp, size_t, count + 1);
	unsigned *ids = arena_array(&tmp, unsigned, count + 1);
	unsigned *flags = arena_array(&tmp, unsigned, count + 1);
	for (size_t i = 0; i < count; i++) {
		texts[i] = arena_cstr(&tmp, items[i]);
		lens[i] = items[i].len;
		ids[i] = (unsigned)i;
	}
	struct literals *literals = memory_resize(NULL, sizeof(*literals));
	*literals = (struct literals){0};
	hs_compile_error_t *problem = NULL;
	if (hs_compile_lit_multi(texts, flags, ids, lens, (unsigned)count, HS_MODE_BLOCK, NULL, &literals->database,
	                         &problem) != HS_SUCCESS) {
		error_set(err, "anchors: %s", problem != NULL ? problem->message : "cannot be compiled");
		hs_free_compile_error(problem);
		memory_free(literals);
		literals = NULL;
	}
	arena_finish(&tmp);
	return literals;
}

bool literals_save(const struct literals *literals, struct arena *arena, struct str *bytes, struct error *err)
{
	char *text;
	size_t len;
	if (hs_serialize_database(literals->database, &text, &len) != HS_SUCCESS) {
		return error_set(err, "anchors: cannot be written");
	}
	*bytes = arena_str(arena, (struct str){text, len});
	free(text);
	return true;
}

struct literals *literals_load(struct str bytes)
{
	struct literals *literals = memory_resize(NULL, sizeof(*literals));
	*literals = (struct literals){0};
	if (hs_deserialize_database(bytes.ptr, bytes.len, &literals->database) != HS_SUCCESS) {
		memory_free(literals);
		return NULL;
	}
	return literals;
}

void literals_destroy(struct literals *literals)
{
	if (literals != NULL) {
		hs_free_database(literals->database);
		memory_free(literals);
	}
}

struct literals_scratch *literals_scratch_create(const struct literals *literals)
{
	struct literals_scratch *scratch = memory_resize(NULL, sizeof(*scratch));
	*scratch = (struct literals_scratch){0};
	if (hs_alloc_scratch(literals->database, &scratch->scratch) != HS_SUCCESS) {
		abort(); /* out of memory, or a database of another process: both are bugs of the caller */
	}
	return scratch;
}

void literals_scratch_destroy(struct literals_scratch *scratch)
{
	if (scratch != NULL) {
		hs_free_scratch(scratch->scratch);
		memory_free(scratch);
	}
}

struct forward {
	literals_hit *hit;
	void *context;
};

static int forward_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context)
{
	(void)from;
	(void)flags;
	const struct forward *forward = context;
	return forward->hit(forward->context, id, (size_t)to) ? 1 : 0;
}

void literals_scan(const struct literals *literals, struct literals_scratch *scratch, struct str text, literals_hit *hit,
                   void *context)
{
	struct forward forward = {hit, context};
	if (text.len > 0) {
		hs_scan(literals->database, text.ptr, (unsigned)text.len, 0, scratch->scratch, forward_hit, &forward);
	}
}
