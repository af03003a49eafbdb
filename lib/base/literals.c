/* SPDX-License-Identifier: Apache-2.0 */
#include "base/literals.h"

#include "base/map.h"

#include <assert.h>
#include <hs/hs.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
	LITERALS_SCRATCH_SIZE = 64 << 10, /* roughly, for the message */
	PART_LEN = 12,                    /* longer parts are found no faster */
	TAIL_LEN = 8,                     /* bytes of a part that the search begins with */
	GRAM_LEN = 3,
	GRAM_SLOTS = 1 << 16
};

/* What is searched for of a literal; several ones may share it. */
struct place {
	uint32_t part;
	uint32_t offset; /* in the literal */
	uint32_t item;
};

struct literals {
	hs_database_t *database; /* of the parts; NULL: the set is empty */
	const struct str *items;
	struct place *places; /* one for each item, by part */
	size_t count;
	uint32_t *part_starts; /* place of the first one of each part, and the end */
	size_t part_count;
};

struct literals_scratch {
	hs_scratch_t *scratch;
};

static size_t part_len(struct str item)
{
	return item.len < PART_LEN ? item.len : PART_LEN;
}

/* ---- the rarest part of a literal ---- */

static uint32_t gram_slot(const char *at)
{
	uint32_t gram = (unsigned char)at[0] | (uint32_t)(unsigned char)at[1] << 8 |
	                (uint32_t)(unsigned char)at[2] << 16;
	return (gram * UINT32_C(2654435761)) >> 16;
}

static void count_grams(uint32_t *grams, struct str text)
{
	for (size_t i = 0; i + GRAM_LEN <= text.len; i++) {
		grams[gram_slot(text.ptr + i)]++;
	}
}

/* About four times the binary logarithm. */
static unsigned weight(uint32_t count)
{
	unsigned value = count < UINT32_MAX >> 3 ? (unsigned)count + 1 : UINT32_MAX >> 3;
	unsigned bits = 31 - (unsigned)__builtin_clz(value);
	return bits * 4 + (((value << 2) >> bits) & 3);
}

/* How ordinary the last bytes of a part are. */
static unsigned weight_of_tail(const uint32_t *grams, struct str part)
{
	unsigned sum = 0;
	for (size_t i = part.len - TAIL_LEN; i + GRAM_LEN <= part.len; i++) {
		sum += weight(grams[gram_slot(part.ptr + i)]);
	}
	return sum;
}

/* Where the part of an item begins whose last bytes are the rarest. */
static uint32_t find_part(const uint32_t *grams, struct str item)
{
	size_t best = 0;
	unsigned least = UINT_MAX;
	for (size_t from = 0; item.len > PART_LEN && from + PART_LEN <= item.len; from++) {
		unsigned sum = weight_of_tail(grams, str_slice(item, from, from + PART_LEN));
		if (sum < least) {
			least = sum;
			best = from;
		}
	}
	return (uint32_t)best;
}

/* Choose the part of each item. parts: room for as many. Returns: how many there are. */
static size_t choose_parts(struct literals *literals, struct str ordinary, struct str *parts)
{
	uint32_t *grams = memory_resize(NULL, GRAM_SLOTS * sizeof(uint32_t));
	struct map numbers = {0};
	size_t count = 0;
	memset(grams, 0, GRAM_SLOTS * sizeof(uint32_t));
	count_grams(grams, ordinary);
	for (size_t i = 0; i < literals->count; i++) {
		struct str item = literals->items[i];
		uint32_t offset = find_part(grams, item);
		struct str part = str_slice(item, offset, offset + part_len(item));
		void **number = map_put(&numbers, part);
		if (*number == NULL) {
			parts[count++] = part;
			*number = (void *)(uintptr_t)count;
		}
		literals->places[i] =
			(struct place){(uint32_t)((uintptr_t)*number - 1), offset, (uint32_t)i};
	}
	map_finish(&numbers);
	memory_free(grams);
	return count;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	if (left->part != right->part) {
		return left->part < right->part ? -1 : 1;
	}
	return (left->item > right->item) - (left->item < right->item);
}

/* Find the places of each part. */
static void index_parts(struct literals *literals, size_t part_count)
{
	literals->part_count = part_count;
	literals->part_starts = memory_resize(NULL, (part_count + 1) * sizeof(uint32_t));
	qsort(literals->places, literals->count, sizeof(struct place), compare_places);
	size_t at = 0;
	for (size_t part = 0; part <= part_count; part++) {
		while (at < literals->count && literals->places[at].part < part) {
			at++;
		}
		literals->part_starts[part] = (uint32_t)at;
	}
}

static struct literals *literals_new(const struct str *items, size_t count)
{
	struct literals *literals = memory_resize(NULL, sizeof(*literals));
	*literals = (struct literals){.items = items, .count = count};
	literals->places = memory_resize(NULL, (count + 1) * sizeof(struct place));
	return literals;
}

/* ---- the search for parts ---- */

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

struct literals *literals_create(const struct str *items, size_t count, struct str ordinary,
                                 struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].len == 0) {
			error_set(err, "literal %zu is empty", i + 1);
			return NULL;
		}
	}
	struct literals *literals = literals_new(items, count);
	if (count == 0) {
		return literals;
	}
	struct arena tmp;
	arena_init(&tmp);
	struct str *parts = arena_array(&tmp, struct str, count);
	size_t part_count = choose_parts(literals, ordinary, parts);
	index_parts(literals, part_count);
	literals->database = compile(parts, part_count, &tmp, err);
	arena_finish(&tmp);
	if (literals->database == NULL) {
		literals_destroy(literals);
		return NULL;
	}
	return literals;
}

/* ---- as bytes: the number of items and of parts, the places, the database ---- */

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
	const uint32_t counts[2] = {(uint32_t)literals->count, (uint32_t)literals->part_count};
	size_t places_size = literals->count * sizeof(struct place);
	char *all = arena_alloc(arena, sizeof(counts) + places_size + len, 1);
	memcpy(all, counts, sizeof(counts));
	memcpy(all + sizeof(counts), literals->places, places_size);
	memcpy(all + sizeof(counts) + places_size, text, len);
	memory_free(text);
	*bytes = (struct str){all, sizeof(counts) + places_size + len};
	return true;
}

static bool is_place_good(const struct literals *literals, const struct place *place,
                          size_t part_count)
{
	return place->part < part_count && place->item < literals->count &&
	       place->offset + part_len(literals->items[place->item]) <=
	               literals->items[place->item].len;
}

static bool read_places(struct literals *literals, struct str bytes, size_t part_count)
{
	memcpy(literals->places, bytes.ptr, literals->count * sizeof(struct place));
	for (size_t i = 0; i < literals->count; i++) {
		if (!is_place_good(literals, &literals->places[i], part_count)) {
			return false;
		}
	}
	index_parts(literals, part_count);
	return true;
}

struct literals *literals_load(struct str bytes, const struct str *items, size_t count)
{
	uint32_t counts[2];
	size_t places_size = count * sizeof(struct place);
	if (bytes.len <= sizeof(counts) + places_size || count == 0) {
		return NULL;
	}
	memcpy(counts, bytes.ptr, sizeof(counts));
	struct str database = str_skip(bytes, sizeof(counts) + places_size);
	struct literals *literals = literals_new(items, count);
	bool is_good = counts[0] == count && counts[1] <= count &&
	               read_places(literals, str_skip(bytes, sizeof(counts)), counts[1]);
	/* it checks magic, version, platform and a checksum */
	if (!is_good || hs_deserialize_database(database.ptr, database.len, &literals->database) !=
	                        HS_SUCCESS) {
		literals_destroy(literals);
		return NULL;
	}
	return literals;
}

void literals_destroy(struct literals *literals)
{
	if (literals != NULL) {
		hs_free_database(literals->database);
		memory_free(literals->places);
		memory_free(literals->part_starts);
		memory_free(literals);
	}
}

/* ---- searching ---- */

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

struct search {
	const struct literals *literals;
	struct str text;
	literals_hit *hit;
	void *context;
};

/* A part ends there: report the items that stand around it. */
static int look_around(unsigned part, unsigned long long from, unsigned long long to,
                       unsigned flags, void *context)
{
	const struct search *search = context;
	const struct literals *literals = search->literals;
	(void)from;
	(void)flags;
	for (uint32_t i = literals->part_starts[part]; i < literals->part_starts[part + 1]; i++) {
		const struct place *place = &literals->places[i];
		struct str item = literals->items[place->item];
		size_t before = place->offset + part_len(item);
		if (to < before || search->text.len - (to - before) < item.len) {
			continue;
		}
		size_t start = (size_t)to - before;
		if (memcmp(search->text.ptr + start, item.ptr, item.len) == 0 &&
		    search->hit(search->context, place->item, start + item.len)) {
			return 1;
		}
	}
	return 0;
}

void literals_scan(const struct literals *literals, struct literals_scratch *scratch,
                   struct str text, literals_hit *hit, void *context)
{
	struct search search = {literals, text, hit, context};
	assert(text.len <= UINT_MAX);
	if (literals->database == NULL || text.len == 0) {
		return;
	}
	hs_error_t result = hs_scan(literals->database, text.ptr, (unsigned)text.len, 0,
	                            scratch->scratch, look_around, &search);
	/* anything else is a scratch of another set or one in use */
	assert(result == HS_SUCCESS || result == HS_SCAN_TERMINATED);
	(void)result;
}
