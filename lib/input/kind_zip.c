/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip: a whole file by libarchive, along its directory; what comes through another archive or a
 * pipe, and what libarchive stumbles over, by zip_walk from member to member.
 */
#include "base/clock.h"
#include "base/map.h"
#include "base/text.h"
#include "input/archived.h"
#include "input/kind.h"
#include "input/zip_walk.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

enum {
	DOUBTS_MAX = 4,
	END_LONGEST = 4096 /* of the end of the directory, with its comment, that are looked at */
};

struct zip {
	struct container container;
	struct archived *archived; /* NULL when walking */
	struct zip_walk walk;
	bool is_walking;
	struct feed member; /* of libarchive; goes on by the walk when that fails */
	struct str name;    /* of that member */
	struct map given;   /* name -> how many members of that name libarchive gave */
	struct map passed;  /* name -> how many of them the walk passed */
	unsigned ordinal;   /* of libarchive's current member, from 1 */
	unsigned doubts;    /* members that cannot be read and were looked at once more */
	struct arena keep;
};

/* ---- what was given by libarchive ---- */

static uintptr_t *count_of(struct map *map, struct str name)
{
	return (uintptr_t *)map_put(map, name);
}

/* Whether the walk is at a member that was given already. */
static bool is_given(struct zip *zip)
{
	struct str name = zip->walk.name;
	if (map_get(&zip->given, name) == NULL) {
		return false;
	}
	return (*count_of(&zip->passed, name))++ < *count_of(&zip->given, name);
}

/* ---- from one to the other ---- */

/* From the begin, or from where it stands when one cannot go there. */
static void start_walk(struct zip *zip)
{
	if (zip->is_walking) {
		zip_walk_finish(&zip->walk);
	}
	map_finish(&zip->passed);
	archived_close(zip->archived);
	zip->archived = NULL;
	feed_seek(zip->container.under, 0);
	zip_walk_init(&zip->walk, zip->container.under);
	zip->is_walking = true;
}

/* Walk to the member that libarchive could not read, by its name or by its place. */
static bool find_again(struct zip *zip, bool is_by_name)
{
	enum input_damage_kind kind;
	start_walk(zip);
	for (unsigned i = 1; zip_walk_next(&zip->walk); i++) {
		bool is_old = is_given(zip);
		bool is_it = is_by_name ? str_equals(zip->walk.name, zip->name) : i == zip->ordinal;
		if (!is_old && is_it && zip_walk_refusal(&zip->walk, &kind) == NULL) {
			return true;
		}
		zip_walk_pass(&zip->walk);
	}
	return false;
}

/* Go on with it. Returns: whether it was found; if not the walk is at the begin. */
static bool resume(struct zip *zip)
{
	if (find_again(zip, true) || find_again(zip, false)) {
		zip_walk_open(&zip->walk, zip->member.path, zip->member.position);
		return true;
	}
	start_walk(zip);
	return false;
}

static void note_damage(struct zip *zip, enum archived_fault fault)
{
	struct feed *under = zip->container.under;
	bool is_cut = fault == ARCHIVED_CUT;
	account_note(under->account, is_cut ? INPUT_CUT : INPUT_CORRUPT, under->path,
	             "the zip is %s: its members are read one by one",
	             is_cut ? TEXT_MARK("cut") : TEXT_MARK("damaged"));
}

/* Whether the walk's member holds lines: neither the target of a link nor nothing. */
static bool has_lines(struct zip_walk *walk, struct str path)
{
	char bytes[PATH_MAX];
	zip_walk_open(walk, path, 0);
	size_t count = feed_read(&walk->feed, bytes, sizeof(bytes));
	return str_find_byte((struct str){bytes, count}, '\n') >= 0;
}

/*
 * Whether what libarchive takes for encrypted, for no file, or for packed in an unknown way, is
 * only marked so by a wrong bit. A few members are looked at: of more, more than a bit would be
 * wrong.
 */
static bool is_doubtful(struct zip *zip)
{
	struct feed *under = zip->container.under;
	if (zip->doubts++ >= DOUBTS_MAX) {
		return false;
	}
	uint64_t here = feed_offset(under);
	struct zip_walk *walk = &zip->walk;
	enum input_damage_kind kind;
	unsigned ordinal = 0;
	feed_seek(under, 0);
	zip_walk_init(walk, under);
	while (zip_walk_next(walk) && ++ordinal < zip->ordinal) {
		zip_walk_pass(walk);
	}
	bool is_doubtful_member = ordinal == zip->ordinal &&
	                          zip_walk_refusal(walk, &kind) == NULL &&
	                          has_lines(walk, under->path);
	zip_walk_finish(walk);
	feed_seek(under, here);
	return is_doubtful_member;
}

static size_t member_read(struct feed *feed, char *buffer, size_t size)
{
	struct zip *zip = (struct zip *)((char *)feed - offsetof(struct zip, member));
	if (zip->is_walking) {
		return feed_read(&zip->walk.feed, buffer, size);
	}
	size_t count = archived_read(zip->archived, buffer, size);
	const char *text;
	enum archived_fault fault = archived_fault(zip->archived, &text);
	if (count > 0 || fault == ARCHIVED_FINE) {
		return count;
	}
	bool is_broken = fault == ARCHIVED_DAMAGED || fault == ARCHIVED_CUT ||
	                 (fault == ARCHIVED_UNSUPPORTED && feed->position == 0 && is_doubtful(zip));
	if (!is_broken) {
		archived_note(zip->archived, "zip", feed->path, feed->position);
		return 0;
	}
	note_damage(zip, fault);
	return resume(zip) ? feed_read(&zip->walk.feed, buffer, size) : 0;
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
		bool is_folder =
			str_ends(zip->walk.name, STR("/")) && zip->walk.header.size_bytes == 0;
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
		return false;
	}
	if (found->type != ARCHIVED_FILE && found->type != ARCHIVED_FOLDER) {
		account_note(account, INPUT_SKIPPED, path, "skipped: a link");
	}
	return found->type == ARCHIVED_FILE;
}

/*
 * How many members the end of the directory promises; 0 when it is not told. Damage of the
 * directory itself makes libarchive end early without a word.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, section 4.3.16
 */
static unsigned promised_members(struct feed *under)
{
	enum { END_BYTES = 22, COUNT_AT = 10, ZIP64 = 0xffff };
	char bytes[END_LONGEST];
	size_t len = 0, count = 1;
	uint64_t here = feed_offset(under);
	uint64_t from = under->size_bytes > sizeof(bytes) ? under->size_bytes - sizeof(bytes) : 0;
	if (!feed_seek(under, from)) {
		return 0;
	}
	while (len < sizeof(bytes) && count > 0) {
		count = feed_read(under, bytes + len, sizeof(bytes) - len);
		len += count;
	}
	feed_seek(under, here);
	for (size_t at = len; at >= END_BYTES; at--) {
		const unsigned char *end = (const unsigned char *)bytes + at - END_BYTES;
		if (memcmp(end, "PK\5\6", 4) == 0) {
			unsigned members = end[COUNT_AT] | (unsigned)end[COUNT_AT + 1] << 8;
			return members == ZIP64 ? 0 : members;
		}
	}
	return 0;
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
		zip->ordinal++;
		bool is_odd = found.is_encrypted || found.type != ARCHIVED_FILE;
		if (is_odd && is_doubtful(zip)) {
			return NEXT_ERROR;
		}
		if (is_wanted(zip, &found, path)) {
			feed_init(&zip->member, &type, under->account, path);
			zip->member.is_unfolded = true;
			return take(zip, path, found.size_bytes, &zip->member, member);
		}
		(*count_of(&zip->given, zip->name))++;
	}
	return next == NEXT_END && zip->ordinal < promised_members(under) ? NEXT_ERROR : next;
}

static enum next zip_next(struct container *container, struct container_member *member)
{
	struct zip *zip = (struct zip *)container;
	if (zip->is_walking) {
		return next_walked(zip, member);
	}
	if (zip->name.len > 0) {
		(*count_of(&zip->given, zip->name))++;
		zip->name = STR("");
	}
	enum next next = next_archived(zip, member);
	if (next != NEXT_ERROR) {
		return next;
	}
	const char *text;
	note_damage(zip, archived_fault(zip->archived, &text));
	start_walk(zip);
	return next_walked(zip, member);
}

static void zip_close(struct container *container)
{
	struct zip *zip = (struct zip *)container;
	if (zip->is_walking) {
		zip_walk_finish(&zip->walk);
	}
	archived_close(zip->archived);
	map_finish(&zip->given);
	map_finish(&zip->passed);
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
