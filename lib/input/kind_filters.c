/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2, xz, zstd: streams of one file, one behind the other. */
#include "input/intake.h"
#include "input/kind.h"
#include "input/unpack.h"

#include <string.h>

enum { HEAD_BYTES = 10 };

struct filter {
	struct feed feed;
	struct intake in;
	const struct unpack_engine *engine;
	void *decoder;
	bool is_finished;
};

/* out: bytes that were decoded */
static void finish(struct filter *filter, enum input_damage_kind kind, const char *what,
                   uint64_t out)
{
	account_note(filter->feed.account, kind, filter->feed.path,
	             "%s data are %s after %llu bytes", filter->engine->name, what,
	             (unsigned long long)out);
	filter->is_finished = true;
}

static void take_fault(struct filter *filter, enum unpack_result result, uint64_t out)
{
	if (result == UNPACK_BAD_CHECK) {
		finish(filter, INPUT_CHECKSUM, "other than their checksum says", out);
	} else if (result == UNPACK_UNSUPPORTED) {
		finish(filter, INPUT_UNREADABLE, "packed in a way that cannot be read", out);
	} else if (result == UNPACK_TOO_LARGE) {
		account_note(filter->feed.account, INPUT_LIMIT, filter->feed.path,
		             "not read: it needs more than %llu bytes of memory to unpack; unpack "
		             "it first",
		             (unsigned long long)filter->feed.account->limits.max_memory);
		filter->is_finished = true;
	} else {
		finish(filter, INPUT_CORRUPT, "damaged", out);
	}
}

/* Whether most of a stream's first bytes are there: the others are damaged. */
static bool is_nearly(struct str magic, struct str head)
{
	size_t right = 0;
	for (size_t i = 0; i < magic.len && i < head.len; i++) {
		right += head.ptr[i] == magic.ptr[i] ? 1 : 0;
	}
	return right > magic.len / 2;
}

/* Behind a stream: padding with NULs, another one, the end, or something else. */
static void next_stream(struct filter *filter, uint64_t out)
{
	struct str head = intake_ahead(&filter->in, HEAD_BYTES);
	while (head.len > 0 && head.ptr[0] == '\0') {
		filter->in.used++;
		head = intake_ahead(&filter->in, HEAD_BYTES);
	}
	if (head.len == 0) {
		filter->is_finished = true;
	} else if (filter->engine->begins(head)) {
		filter->engine->restart(filter->decoder);
	} else if (is_nearly(filter->engine->magic, head)) {
		finish(filter, INPUT_CORRUPT, "damaged", out);
	} else {
		account_note(filter->feed.account, INPUT_TRAILING, filter->feed.path,
		             "something that is not %s follows after %llu bytes",
		             filter->engine->name, (unsigned long long)out);
		filter->is_finished = true;
	}
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written by way of the window */
static size_t decode(struct filter *filter, char *buffer, size_t size)
{
	struct str in = intake_ahead(&filter->in, 1);
	struct unpack_window window = {in.ptr, in.len, buffer, size};
	enum unpack_result result = filter->engine->step(filter->decoder, &window);
	size_t count = size - window.out_len, taken = in.len - window.in_len;
	uint64_t out = filter->feed.position + count;
	filter->in.used += taken;
	if (result == UNPACK_END) {
		next_stream(filter, out);
	} else if (result != UNPACK_MORE) {
		take_fault(filter, result, out);
	} else if (count == 0 && taken == 0) {
		bool is_cut = in.len == 0; /* otherwise it would stand still for ever */
		finish(filter, is_cut ? INPUT_CUT : INPUT_CORRUPT, is_cut ? "cut" : "damaged", out);
	}
	return count;
}

static size_t filter_read(struct feed *feed, char *buffer, size_t size)
{
	struct filter *filter = (struct filter *)feed;
	size_t count = 0;
	while (count == 0 && !filter->is_finished) {
		count = decode(filter, buffer, size);
	}
	return count;
}

static void filter_close(struct feed *feed)
{
	struct filter *filter = (struct filter *)feed;
	filter->engine->destroy(filter->decoder);
	intake_finish(&filter->in);
	memory_free(filter);
}

static struct feed *filter_open(const struct unpack_engine *engine, struct feed *under)
{
	static const struct feed_type type = {.read = filter_read, .close = filter_close};
	struct filter *filter = memory_resize(NULL, sizeof(*filter));
	*filter = (struct filter){.engine = engine};
	feed_init(&filter->feed, &type, under->account, under->path);
	filter->feed.is_unfolded = true;
	intake_init(&filter->in, under);
	filter->decoder = engine->create(under->account->limits.max_memory);
	return &filter->feed;
}

static unsigned bzip2_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return unpack_bzip2.begins(head) ? 75 : 0;
}

static struct feed *bzip2_unpack(struct feed *under)
{
	return filter_open(&unpack_bzip2, under);
}

static unsigned xz_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return unpack_xz.begins(head) ? 48 : 0;
}

static struct feed *xz_unpack(struct feed *under)
{
	return filter_open(&unpack_xz, under);
}

static unsigned zstd_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return !unpack_zstd.begins(head) ? 0 : head.ptr[0] == '\x28' ? 32 : 28;
}

static struct feed *zstd_unpack(struct feed *under)
{
	return filter_open(&unpack_zstd, under);
}

const struct input_kind kind_bzip2 = {.name = "bz2", .bid = bzip2_bid, .unpack = bzip2_unpack};
const struct input_kind kind_xz = {.name = "xz", .bid = xz_bid, .unpack = xz_unpack};
const struct input_kind kind_zstd = {.name = "zst", .bid = zstd_bid, .unpack = zstd_unpack};
