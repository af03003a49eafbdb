/* SPDX-License-Identifier: Apache-2.0 */
/* lz4, also of its first format, by libarchive, which gives all blocks that are whole. */
#include "input/archived.h"
#include "input/kind.h"

struct filter {
	struct feed feed;
	struct archived *archived;
	bool has_stream; /* false: empty, or damaged in its first block */
	bool is_noted;
};

static void note_fault(struct filter *filter)
{
	const char *text;
	if (!filter->is_noted && archived_fault(filter->archived, &text) != ARCHIVED_FINE) {
		archived_note(filter->archived, "lz4", filter->feed.path, filter->feed.position);
		filter->is_noted = true;
	}
}

static size_t filter_read(struct feed *feed, char *buffer, size_t size)
{
	struct filter *filter = (struct filter *)feed;
	size_t count = filter->has_stream ? archived_read(filter->archived, buffer, size) : 0;
	if (count == 0) {
		note_fault(filter);
	}
	return count;
}

static void filter_close(struct feed *feed)
{
	struct filter *filter = (struct filter *)feed;
	archived_close(filter->archived);
	memory_free(filter);
}

static struct feed *lz4_unpack(struct feed *under)
{
	static const struct feed_type type = {.read = filter_read, .close = filter_close};
	struct filter *filter = memory_resize(NULL, sizeof(*filter));
	*filter = (struct filter){.archived = archived_open(ARCHIVED_LZ4, under)};
	feed_init(&filter->feed, &type, under->account, under->path);
	filter->feed.is_unfolded = true;
	struct archived_member member;
	filter->has_stream = archived_next(filter->archived, &member) == NEXT_ITEM;
	return &filter->feed;
}

static unsigned lz4_bid(struct str head, struct feed *feed)
{
	(void)feed;
	bool is_frame = str_starts(head, STR("\x04\x22\x4d\x18"));
	return is_frame || str_starts(head, STR("\x02\x21\x4c\x18")) ? 32 : 0;
}

const struct input_kind kind_lz4 = {.name = "lz4", .bid = lz4_bid, .unpack = lz4_unpack};
