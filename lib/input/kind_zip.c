/* SPDX-License-Identifier: Apache-2.0 */
/* zip, by libarchive: by its central directory where one can go there, else from member to member.
 */
#include "input/archived.h"
#include "input/kind.h"

struct zip {
	struct container container;
	struct archived *archived;
	struct archived_feed member;
};

static enum next zip_next(struct container *container, struct container_member *member)
{
	struct zip *zip = (struct zip *)container;
	struct account *account = container->under->account;
	struct archived_member found;
	while (!archived_is_dead(zip->archived)) {
		enum next next = archived_next(zip->archived, &found);
		if (next == NEXT_ERROR) {
			archived_note(zip->archived, "zip", container->under->path,
			              archived_offset(zip->archived));
		}
		if (next != NEXT_ITEM || !account_member(container->under)) {
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
		archived_feed_init(&zip->member, zip->archived, "zip", account, path);
		zip->member.feed.is_unfolded = true;
		*member = (struct container_member){.path = path,
		                                    .modified_ns = found.modified_ns,
		                                    .stored_bytes = found.size_bytes,
		                                    .feed = &zip->member.feed};
		return NEXT_ITEM;
	}
	return NEXT_END;
}

static void zip_close(struct container *container)
{
	struct zip *zip = (struct zip *)container;
	archived_close(zip->archived);
	memory_free(zip);
}

static struct container *zip_open(struct feed *under)
{
	static const struct container_type type = {.next = zip_next, .close = zip_close};
	struct zip *zip = memory_resize(NULL, sizeof(*zip));
	*zip = (struct zip){.container = {.type = &type, .under = under},
	                    .archived = archived_open(ARCHIVED_ZIP, under)};
	return &zip->container;
}

static unsigned zip_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return str_starts(head, STR("PK\3\4")) || str_starts(head, STR("PK\5\6")) ? 32 : 0;
}

const struct input_kind kind_zip = {.name = "zip", .bid = zip_bid, .open = zip_open};
