/* SPDX-License-Identifier: Apache-2.0 */
#include "base/literals.h"

#include <assert.h>
#include <hs/hs.h>
#include <limits.h>

enum { LITERALS_SCRATCH_SIZE = 64 << 10 /* roughly, for the message */ };

struct literals {
	hs_database_t *database; /* NULL: the set is empty */
};

struct literals_scratch {
	hs_scratch_t *scratch;
};

static struct literals *wrap(hs_database_t *database)
{
	struct literals *literals = memory_resize(NULL, sizeof(*literals));
	literals->database = database;
	return literals;
}

/* A literal as a pattern, byte for byte: the compiler's literal interface stops at a NUL. */
static const char *escape(struct str literal, struct arena *tmp)
{
	static const char digits[] = "0123456789abcdef";
	char *pattern = arena_array(tmp, char, literal.len * 4 + 1);
	for (size_t i = 0; i < literal.len; i++) {
		unsigned char byte = (unsigned char)literal.ptr[i];
		char *to = pattern + i * 4;
		to[0] = '\\';
		to[1] = 'x';
		to[2] = digits[byte >> 4];
		to[3] = digits[byte & 15];
	}
	return pattern;
}

static hs_database_t *compile(const struct str *items, size_t count, struct arena *tmp,
                              struct error *err)
{
	const char **patterns = arena_array(tmp, const char *, count);
	unsigned *ids = arena_array(tmp, unsigned, count);
	unsigned *flags = arena_array(tmp, unsigned, count);
	for (size_t i = 0; i < count; i++) {
		patterns[i] = escape(items[i], tmp);
		ids[i] = (unsigned)i;
	}
	hs_database_t *database = NULL;
	hs_compile_error_t *problem = NULL;
	if (hs_compile_multi(patterns, flags, ids, (unsigned)count, HS_MODE_BLOCK, NULL, &database,
	                     &problem) != HS_SUCCESS) {
		error_set(err, "literals cannot be compiled: %s",
		          problem != NULL ? problem->message : "no reason given");
		hs_free_compile_error(problem);
	}
	return database;
}

struct literals *literals_create(const struct str *items, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].len == 0) {
			error_set(err, "literal %zu is empty", i + 1);
			return NULL;
		}
	}
	if (count == 0) {
		return wrap(NULL);
	}
	struct arena tmp;
	arena_init(&tmp);
	hs_database_t *database = compile(items, count, &tmp, err);
	arena_finish(&tmp);
	return database == NULL ? NULL : wrap(database);
}

bool literals_save(const struct literals *literals, struct arena *arena, struct str *bytes,
                   struct error *err)
{
	char *text;
	size_t len;
	*bytes = (struct str){NULL, 0};
	if (literals->database == NULL) {
		return true;
	}
	if (hs_serialize_database(literals->database, &text, &len) != HS_SUCCESS) {
		return error_set(err, "literals cannot be written");
	}
	*bytes = arena_str(arena, (struct str){text, len});
	memory_free(text);
	return true;
}

struct literals *literals_load(struct str bytes)
{
	hs_database_t *database = NULL;
	/* it checks magic, version, platform and a checksum */
	if (bytes.len == 0 ||
	    hs_deserialize_database(bytes.ptr, bytes.len, &database) != HS_SUCCESS) {
		return NULL;
	}
	return wrap(database);
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
	scratch->scratch = NULL;
	if (literals->database != NULL &&
	    hs_alloc_scratch(literals->database, &scratch->scratch) != HS_SUCCESS) {
		memory_fail(LITERALS_SCRATCH_SIZE);
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

static int forward_hit(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                       void *context)
{
	(void)from;
	(void)flags;
	const struct forward *forward = context;
	return forward->hit(forward->context, id, (size_t)to) ? 1 : 0;
}

void literals_scan(const struct literals *literals, struct literals_scratch *scratch,
                   struct str text, literals_hit *hit, void *context)
{
	struct forward forward = {hit, context};
	assert(text.len <= UINT_MAX);
	if (literals->database == NULL || text.len == 0) {
		return;
	}
	hs_error_t result = hs_scan(literals->database, text.ptr, (unsigned)text.len, 0,
	                            scratch->scratch, forward_hit, &forward);
	/* anything else is a scratch of another set or one in use */
	assert(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
	(void)result;
}
