/* SPDX-License-Identifier: Apache-2.0 */
/* 7z, by libarchive. Its index is at the end: where one cannot go there it is held in memory. */
#include "input/archived.h"
#include "input/kind.h"

struct seven {
	struct container container;
	struct feed *memory; /* NULL: under can seek */
	struct archived *archived;
	struct archived_feed member;
};

static enum next seven_end(struct seven *seven)
{
	archived_note(seven->archived, "7z", seven->container.under->path,
	              archived_offset(seven->archived));
	return NEXT_END;
}

static enum next seven_next(struct container *container, struct container_member *member)
{
	struct seven *seven = (struct seven *)container;
	struct account *account = container->under->account;
	struct archived_member found;
	while (!archived_is_dead(seven->archived)) {
		enum next next = archived_next(seven->archived, &found);
		if (next != NEXT_ITEM) {
			return next == NEXT_ERROR ? seven_end(seven) : NEXT_END;
		}
		if (!account_member(container->under)) {
			return NEXT_END;
		}
		if (found.type == ARCHIVED_FOLDER) {
			continue;
		}
		struct str path = container_path(container->under, found.name);
		if (found.type != ARCHIVED_FILE) {
			account_note(account, INPUT_SKIPPED, path, "skipped: a link");
			continue;
		}
		if (found.is_encrypted) {
			account_note(account, INPUT_ENCRYPTED, path, ARCHIVED_ENCRYPTED_WHAT);
			continue;
		}
		archived_feed_init(&seven->member, seven->archived, "7z", account, path);
		seven->member.feed.is_unfolded = true;
		*member = (struct container_member){.path = path,
		                                    .modified_ns = found.modified_ns,
		                                    .stored_bytes = found.size_bytes,
		                                    .feed = &seven->member.feed};
		return NEXT_ITEM;
	}
	return NEXT_END;
}

static void seven_close(struct container *container)
{
	struct seven *seven = (struct seven *)container;
	archived_close(seven->archived);
	feed_close(seven->memory);
	memory_free(seven);
}

static struct container *seven_open(struct feed *under)
{
	static const struct container_type type = {.next = seven_next, .close = seven_close};
	struct feed *memory = feed_can_seek(under) ? NULL : feed_memory_open(under);
	if (memory == NULL && !feed_can_seek(under)) {
		return NULL;
	}
	struct seven *seven = memory_resize(NULL, sizeof(*seven));
	*seven = (struct seven){.container = {.type = &type, .under = under}, .memory = memory};
	seven->archived = archived_open(ARCHIVED_7Z, memory != NULL ? memory : under);
	return &seven->container;
}

static unsigned seven_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return str_starts(head, STR("7z\xbc\xaf\x27\x1c")) ? 48 : 0;
}

const struct input_kind kind_7z = {.name = "7z", .bid = seven_bid, .open = seven_open};
