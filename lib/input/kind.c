/* SPDX-License-Identifier: Apache-2.0 */
#include "input/kind.h"

#include "base/text.h"

enum { NAME_MAX_BYTES = 1024 };

static const struct input_kind *const kinds[] = {
	&kind_gzip, &kind_tar,   &kind_zip, &kind_xz,      &kind_zstd,
	&kind_lz4,  &kind_bzip2, &kind_7z,  &kind_refused,
};

const struct input_kind *kind_of(struct feed *feed)
{
	struct str head = feed_peek(feed, KIND_HEAD);
	const struct input_kind *best = NULL;
	unsigned highest = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		unsigned bid = kinds[i]->bid(head, feed);
		if (bid > highest) {
			best = kinds[i];
			highest = bid;
		}
	}
	return best;
}

const char *kind_of_name(struct str path)
{
	static const struct {
		struct str ending;
		const char *name;
	} endings[] = {
		{STR_INIT(".gz"), "gzip"}, {STR_INIT(".tgz"), "gzip"},  {STR_INIT(".bz2"), "bzip2"},
		{STR_INIT(".xz"), "xz"},   {STR_INIT(".txz"), "xz"},    {STR_INIT(".zst"), "zstd"},
		{STR_INIT(".lz4"), "lz4"}, {STR_INIT(".tar"), "tar"},   {STR_INIT(".zip"), "zip"},
		{STR_INIT(".7z"), "7z"},   {STR_INIT(".tzst"), "zstd"},
	};
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (str_ends(path, endings[i].ending)) {
			return endings[i].name;
		}
	}
	return NULL;
}

struct str container_path(const struct feed *under, struct str name)
{
	struct arena *keep = &under->account->keep;
	struct str safe = text_safe(keep, text_cut_bytes(name, NAME_MAX_BYTES));
	return arena_printf(keep, STR_FMT "!" STR_FMT, STR_ARG(under->path), STR_ARG(safe));
}
