/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip: a whole file by libarchive, along its directory; what comes through another archive or a
 * pipe, and what libarchive stumbles over, by zip_walk from member to member.
 */
#include "base/clock.h"
#include "base/map.h"
#include "input/archived.h"
#include "input/kind.h"
#include "input/zip_walk.h"

#include <string.h>

struct zip {
	struct container container;
	struct archived *archived; /* NULL: walking */
	struct zip_walk walk;
	struct feed member; /* of libarchive; goes on by the walk when that fails */
	struct str name;    /* of that member */
	struct map given;   /* name -> how many members of that name libarchive gave */
	struct arena keep;
};

/* ---- what was given by libarchive ---- */

static uintptr_t count_given(struct zip *zip, struct str name, intptr_t change)
{
	void **place = map_put(&zip->given, name);
	uintptr_t before = (uintptr_t)*place;
	*place = (void *)(before + (uintptr_t)change);
	return before;
}

/* Whether the walk is at a member that was given already. */
static bool is_given(struct zip *zip)
{
	struct str name = zip->walk.name;
	return map_get(&zip->given, name) != NULL && count_given(zip, name, -1) > 0;
}

/* ---- from one to the other ---- */

static void start_walk(struct zip *zip)
{
	archived_close(zip->archived);
	zip->archived = NULL;
	zip_walk_init(&zip->walk, zip->container.under);
}

/* Give up on libarchive. Returns: whether one can go back to the begin. */
static bool leave_archived(struct zip *zip)
{
	if (!feed_seek(zip->container.under, 0)) {
		return false;
	}
	start_walk(zip);
	return true;
}

/* Go on with the member that libarchive failed in. */
static bool find_again(struct zip *zip)
{
	while (zip_walk_next(&zip->walk)) {
		bool is_it = str_equals(zip->walk.name, zip->name);
		enum input_damage_kind kind;
		if (!is_given(zip) && is_it && zip_walk_refusal(&zip->walk, &kind) == NULL) {
			zip_walk_open(&zip->walk, zip->member.path, zip->member.position);
			return true;
		}
		zip_walk_pass(&zip->walk);
	}
	return false;
}

static size_t member_read(struct feed *feed, char *buffer, size_t size)
{
	struct zip *zip = (struct zip *)((char *)feed - offsetof(struct zip, member));
	if (zip->archived == NULL) {
		return feed_read(&zip->walk.feed, buffer, size);
	}
	size_t count = archived_read(zip->archived, buffer, size);
	const char *text;
	enum archived_fault fault = archived_fault(zip->archived, &text);
	if (count > 0 || fault == ARCHIVED_FINE) {
		return count;
	}
	bool is_broken = fault == ARCHIVED_DAMAGED || fault == ARCHIVED_CUT;
	if (!is_broken || !feed_can_seek(zip->container.under)) {
		archived_note(zip->archived, "zip", feed->path, feed->position);
		return 0;
	}
	account_note(feed->account, fault == ARCHIVED_CUT ? INPUT_CUT : INPUT_CORRUPT,
	             zip->container.under->path,
	             "the zip is damaged, its members are read one by one (%s)",
	             text != NULL ? text : "cut");
	return leave_archived(zip) && find_again(zip) ? feed_read(&zip->walk.feed, buffer, size)
	                                              : 0;
}

static void member_close(struct feed *feed)
{
	(void)feed;
}

/* ---- members ---- */

/* The time is left out: zip mostly tells the local time of an unknown zone. */
static enum next take(struct zip *zip, struct str path, uint64_t size_bytes, struct feed *feed,
                      struct container_member *member)
{
	(void)zip;
	*member = (struct container_member){
		.path = path, .modified_ns = TIME_NONE, .stored_bytes = size_bytes, .feed = feed};
	return NEXT_ITEM;
}

static enum next next_walked(struct zip *zip, struct container_member *member)
{
	struct feed *under = zip->container.under;
	while (!under->account->is_spent && zip_walk_next(&zip->walk)) {
		bool is_folder = str_ends(zip->walk.name, STR("/"));
		if (is_given(zip) || is_folder) {
			zip_walk_pass(&zip->walk);
			continue;
		}
		if (!account_member(under)) {
			return NEXT_END;
		}
		struct str path = container_path(under, zip->walk.name);
		enum input_damage_kind kind;
		const char *refusal = zip_walk_refusal(&zip->walk, &kind);
		if (refusal != NULL) {
			account_note(under->account, kind, path, "%s", refusal);
			zip_walk_pass(&zip->walk);
			continue;
		}
		zip_walk_open(&zip->walk, path, 0);
		return take(zip, path, zip->walk.header.size_bytes, &zip->walk.feed, member);
	}
	return NEXT_END;
}

/* Whether a member that libarchive found is to be read; if not it is said. */
static bool is_wanted(struct zip *zip, const struct archived_member *found, struct str path)
{
	struct account *account = zip->container.under->account;
	if (found->is_encrypted) {
		account_note(account, INPUT_ENCRYPTED, path, ARCHIVED_ENCRYPTED_WHAT);
	} else if (found->type != ARCHIVED_FILE && found->type != ARCHIVED_FOLDER) {
		account_note(account, INPUT_SKIPPED, path, "skipped: a link");
	}
	return !found->is_encrypted && found->type == ARCHIVED_FILE;
}

static enum next next_archived(struct zip *zip, struct container_member *member)
{
	static const struct feed_type type = {.read = member_read, .close = member_close};
	struct feed *under = zip->container.under;
	struct archived_member found;
	enum next next;
	while ((next = archived_next(zip->archived, &found)) == NEXT_ITEM) {
		if (!account_member(under)) {
			return NEXT_END;
		}
		arena_reset(&zip->keep);
		zip->name = arena_str(&zip->keep, found.name);
		struct str path = container_path(under, found.name);
		if (is_wanted(zip, &found, path)) {
			feed_init(&zip->member, &type, under->account, path);
			zip->member.is_unfolded = true;
			return take(zip, path, found.size_bytes, &zip->member, member);
		}
		count_given(zip, zip->name, 1);
	}
	return next;
}

static enum next zip_next(struct container *container, struct container_member *member)
{
	struct zip *zip = (struct zip *)container;
	if (zip->archived == NULL) {
		return next_walked(zip, member);
	}
	if (zip->name.len > 0) {
		count_given(zip, zip->name, 1);
		zip->name = STR("");
	}
	enum next next = next_archived(zip, member);
	if (next != NEXT_ERROR) {
		return next;
	}
	archived_note(zip->archived, "zip", container->under->path, archived_offset(zip->archived));
	return leave_archived(zip) ? next_walked(zip, member) : NEXT_END;
}

static void zip_close(struct container *container)
{
	struct zip *zip = (struct zip *)container;
	if (zip->archived == NULL) {
		zip_walk_finish(&zip->walk);
	}
	archived_close(zip->archived);
	map_finish(&zip->given);
	arena_finish(&zip->keep);
	memory_free(zip);
}

static struct container *zip_open(struct feed *under)
{
	static const struct container_type type = {.next = zip_next, .close = zip_close};
	struct zip *zip = memory_resize(NULL, sizeof(*zip));
	memset(zip, 0, sizeof(*zip));
	zip->container = (struct container){.type = &type, .under = under};
	arena_init(&zip->keep);
	if (feed_can_seek(under)) {
		zip->archived = archived_open(ARCHIVED_ZIP, under);
	} else {
		start_walk(zip);
	}
	return &zip->container;
}

static unsigned zip_bid(struct str head, struct feed *feed)
{
	(void)feed;
	if (str_starts(head, STR("PK\3\4")) || str_starts(head, STR("PK\5\6"))) {
		return 32;
	}
	/* split archives of one part begin with a marker of their own */
	if (str_starts(head, STR("PK00PK\3\4")) || str_starts(head, STR("PK\7\10PK\3\4"))) {
		return 32;
	}
	return zip_walk_is_header(head, true) ? 24 : 0;
}

const struct input_kind kind_zip = {.name = "zip", .bid = zip_bid, .open = zip_open};
