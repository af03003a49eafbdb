/* SPDX-License-Identifier: Apache-2.0 */
/* Which inputs are one log: copies, rotated parts, the run before; and which only have the same
 * name. */
#include "base/vec.h"
#include "cause/layout.h"
#include "cause/reason.h"

#include <stdlib.h>
#include <string.h>

enum {
	COMPARED_MAX = 2048,     /* sources that are compared with each other */
	RECORDS_MIN = 8,         /* that must agree of logs that are not wholly the same */
	AGREED_MIN_PERCENT = 90, /* damage, cuts and lines split in other ways spoil some */
	FOLDERS_MAX = 6,
};

/* ---- copies ---- */

/* What is kept of two that say the same: what has more, then what tells more, then the first path.
 */
static int compare_worth(const void *a, const void *b)
{
	const struct source *left = *(const struct source *const *)a,
			    *right = *(const struct source *const *)b;
	if (left->dated != right->dated) {
		return left->dated > right->dated ? -1 : 1;
	}
	bool has_left = left->outer_delta_ns != TIME_NONE,
	     has_right = right->outer_delta_ns != TIME_NONE;
	if (has_left != has_right) {
		return has_left ? -1 : 1;
	}
	if (left->archive.len != right->archive.len) {
		return left->archive.len < right->archive.len ? -1 : 1;
	}
	if (left->records != right->records) {
		return left->records > right->records ? -1 : 1;
	}
	int order = str_compare(left->path, right->path);
	return order != 0 ? order : str_compare(left->container, right->container);
}

static uint64_t record_count(const struct profile *profile)
{
	uint64_t count = 0;
	vec_foreach (const struct profile_cell, cell, profile) {
		count += cell->count;
	}
	return count;
}

static bool is_agreed(const struct profile_match *match, uint64_t records)
{
	bool is_all = match->agreed == records && records > 0;
	return is_all || (match->agreed >= RECORDS_MIN &&
	                  match->agreed * 100 >= match->compared * AGREED_MIN_PERCENT);
}

/* Whether `part` holds nothing that `whole` lacks. */
static bool is_copy(struct source *whole, struct source *part)
{
	struct profile_match match = profile_compare(&whole->profile, &part->profile);
	if (match.is_inside && profile_is_picked(&whole->profile, &part->profile)) {
		return true;
	}
	return match.is_inside && is_agreed(&match, record_count(&part->profile)) &&
	       match.only[1] * 100 <= match.agreed * (100 - AGREED_MIN_PERCENT);
}

static bool is_overlap(const struct source *left, const struct source *right,
                       struct profile_match *match)
{
	*match = profile_compare(&left->profile, &right->profile);
	return match->from_ns != TIME_NONE && is_agreed(match, UINT64_MAX);
}

struct ranked {
	struct source **items; /* best first */
	size_t count;
};

static struct ranked rank(const struct digest *digest, struct arena *tmp)
{
	struct ranked ranked = {arena_array(tmp, struct source *, digest->source_count + 1), 0};
	for (size_t i = 0; i < digest->source_count; i++) {
		if (digest->sources[i].profile.count > 0) {
			ranked.items[ranked.count++] = &digest->sources[i];
		}
	}
	if (ranked.count > 1) {
		qsort(ranked.items, ranked.count, sizeof(ranked.items[0]), compare_worth);
	}
	ranked.count = ranked.count < COMPARED_MAX ? ranked.count : COMPARED_MAX;
	return ranked;
}

/* A name that is told by Kubernetes or docker is worth more than that of a file. */
static void take_identity(struct source *into, const struct source *from)
{
	if ((into->is_weak && !from->is_weak) || into->component.len == 0) {
		into->instance = from->instance;
		into->is_weak = from->is_weak;
		into->component = from->component.len > 0 ? from->component : into->component;
		into->role = from->role.len > 0 ? from->role : into->role;
	}
}

static struct source *original_of(const struct ranked *ranked, struct source *source)
{
	for (size_t i = 0; i < ranked->count; i++) {
		struct source *other = ranked->items[i];
		if (other != source && other->copy_of.len == 0 && source->copy_of.len == 0 &&
		    other->profile.count > 0 && compare_worth(&other, &source) < 0 &&
		    is_copy(other, source)) {
			return other;
		}
	}
	return NULL;
}

/* Ends of what was marked: for each source the one that it is a copy of, itself otherwise. */
static void mark_copies(struct digest *digest, const struct ranked *ranked, uint32_t *original)
{
	for (uint32_t i = 0; i < digest->source_count; i++) {
		original[i] = i;
	}
	for (size_t i = 0; i < ranked->count; i++) {
		struct source *source = ranked->items[i], *of = original_of(ranked, source);
		if (of == NULL) {
			continue;
		}
		source->copy_of = of->path;
		original[source - digest->sources] = (uint32_t)(of - digest->sources);
		take_identity(of, source);
	}
}

void cause_overlaps(struct digest *digest, struct overlap_list *overlaps)
{
	struct arena tmp;
	arena_init(&tmp);
	struct ranked ranked = rank(digest, &tmp);
	for (size_t i = 0; i < ranked.count; i++) {
		for (size_t j = i + 1; j < ranked.count; j++) {
			struct profile_match match;
			struct source *left = ranked.items[i], *right = ranked.items[j];
			if (!is_overlap(left, right, &match) || is_copy(left, right) ||
			    is_copy(right, left)) {
				continue;
			}
			/* what holds more kinds of records is kept whole */
			bool is_left_kept = match.only[0] >= match.only[1];
			const struct source *cut = is_left_kept ? right : left,
					    *kept = is_left_kept ? left : right;
			vec_push(overlaps, (struct overlap){(uint32_t)(cut - digest->sources),
			                                    (uint32_t)(kept - digest->sources),
			                                    match.from_ns, match.to_ns});
		}
	}
	arena_finish(&tmp);
}

/* ---- names ---- */

static bool is_same_name(const struct source *left, const struct source *right)
{
	return str_equals(left->instance, right->instance) &&
	       str_equals(left->component, right->component);
}

/* Parts of one log may share a little; what shares more are two logs. */
static bool is_at_same_time(const struct source *left, const struct source *right)
{
	if (left->first_ns == TIME_NONE || right->first_ns == TIME_NONE) {
		return false;
	}
	int64_t begin = left->first_ns > right->first_ns ? left->first_ns : right->first_ns;
	int64_t end = left->last_ns < right->last_ns ? left->last_ns : right->last_ns;
	int64_t one = left->last_ns - left->first_ns, other = right->last_ns - right->first_ns;
	int64_t shorter = one < other ? one : other;
	return end - begin > 0 && end - begin >= shorter / 10;
}

/* What tells files or containers of one name apart: a folder, from the nearest on; at last the
 * file. */
static struct str telling_name(const struct source *source, unsigned n)
{
	return n <= FOLDERS_MAX ? layout_folder(source->path, n)
	                        : layout_numbered_name(source->path);
}

/* Returns: n of telling_name that is another one; 0: none is. */
static unsigned telling_number(const struct source *left, const struct source *right)
{
	for (unsigned n = 1; n <= FOLDERS_MAX + 1; n++) {
		struct str one = telling_name(left, n), other = telling_name(right, n);
		if (one.len > 0 && other.len > 0 && !str_equals(one, other)) {
			return n;
		}
	}
	return 0;
}

/* What the namesakes of a source are told apart by; 0: they are one. */
static unsigned number_of_group(const struct digest *digest, const struct source *source,
                                const uint32_t *original)
{
	unsigned found = 0;
	for (uint32_t i = 0; i < digest->source_count; i++) {
		const struct source *other = &digest->sources[i];
		if (other != source && original[i] == i && other->is_weak &&
		    is_same_name(source, other) && is_at_same_time(source, other)) {
			unsigned n = telling_number(source, other);
			found = n > found ? n : found;
		}
	}
	return found;
}

static struct str full_name(const struct source *source, unsigned n, struct arena *keep)
{
	struct str telling = telling_name(source, n);
	bool is_file = n > FOLDERS_MAX && source->container.len == 0;
	return is_file ? telling
	               : arena_printf(keep, STR_FMT "/" STR_FMT, STR_ARG(telling),
	                              STR_ARG(source->instance));
}

/*
 * Logs of one name that were written at the same time and say different things are of several
 * processes. Where two are told apart, so are all of that name: older parts go with the newer ones.
 */
static void tell_namesakes_apart(struct reason *reason, const uint32_t *original)
{
	struct digest *digest = reason->digest;
	uint32_t count =
		digest->source_count < COMPARED_MAX ? (uint32_t)digest->source_count : COMPARED_MAX;
	struct str *names = arena_array(reason->keep, struct str, count + 1);
	struct map groups = {0};
	for (uint32_t i = 0; i < count; i++) {
		const struct source *source = &digest->sources[i];
		uintptr_t n = source->is_weak && original[i] == i
		                      ? number_of_group(digest, source, original)
		                      : 0;
		if (n > 0) {
			uintptr_t *most = (uintptr_t *)map_put(&groups, source->instance);
			*most = n > *most ? n : *most;
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct source *source = &digest->sources[i];
		uintptr_t n = source->is_weak ? (uintptr_t)map_get(&groups, source->instance) : 0;
		bool is_told = n > 0 && telling_name(source, (unsigned)n).len > 0;
		names[i] = is_told ? full_name(source, (unsigned)n, reason->keep) : STR("");
	}
	for (uint32_t i = 0; i < count; i++) {
		if (names[i].len > 0) {
			digest->sources[i].instance = names[i];
		}
	}
	map_finish(&groups);
}

/* Parts of one log that share records have one name. */
static void name_overlapping(struct digest *digest)
{
	struct overlap_list overlaps = {0};
	cause_overlaps(digest, &overlaps);
	vec_foreach (struct overlap, overlap, &overlaps) {
		struct source *cut = &digest->sources[overlap->source],
			      *kept = &digest->sources[overlap->other];
		take_identity(kept, cut);
		cut->instance = kept->instance;
		cut->component = kept->component;
	}
	vec_finish(&overlaps);
}

/* ---- joining ---- */

static bool is_zoneless(const struct source *source)
{
	return source->by_zone[CLOCK_ZONE_NONE] >
	       source->by_zone[CLOCK_ZONE_UTC] + source->by_zone[CLOCK_ZONE_OFFSET];
}

/* The log that an input becomes a part of: inputs of one process whose stamps are of one kind are
 * one. */
static struct str key_of_log(const struct source *source, struct arena *tmp)
{
	return arena_printf(tmp, "%d" STR_FMT "/" STR_FMT,
	                    source->dated > 0 && is_zoneless(source) ? 1 : 0,
	                    STR_ARG(source->component), STR_ARG(source->instance));
}

static void group(struct digest *digest, const uint32_t *original, uint32_t *into,
                  struct arena *tmp)
{
	struct map logs = {0};
	for (uint32_t i = 0; i < digest->source_count; i++) {
		if (original[i] == i) {
			void **place = map_put(&logs, key_of_log(&digest->sources[i], tmp));
			*place = *place != NULL ? *place : (void *)(uintptr_t)logs.count;
			into[i] = (uint32_t)((uintptr_t)*place - 1);
		}
	}
	for (uint32_t i = 0; i < digest->source_count; i++) {
		uint32_t of = original[i];
		while (original[of] != of) {
			of = original[of];
		}
		into[i] = into[of];
		digest->sources[i].instance = digest->sources[of].instance;
		digest->sources[i].component = digest->sources[of].component;
	}
	map_finish(&logs);
}

void reason_streams(struct reason *reason)
{
	struct digest *digest = reason->digest;
	struct arena tmp;
	arena_init(&tmp);
	struct ranked ranked = rank(digest, &tmp);
	uint32_t *original = arena_array(&tmp, uint32_t, digest->source_count + 1);
	uint32_t *into = arena_array(&tmp, uint32_t, digest->source_count + 1);
	mark_copies(digest, &ranked, original);
	tell_namesakes_apart(reason, original);
	name_overlapping(digest);
	group(digest, original, into, &tmp);
	digest_regroup(digest, into);
	arena_finish(&tmp);
}
