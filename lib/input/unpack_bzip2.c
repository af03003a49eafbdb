/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "input/unpack.h"

#include <bzlib.h>
#include <string.h>

static bool begins(struct str head)
{
	if (head.len < 10 || !str_starts(head, STR("BZh")) || head.ptr[3] < '1' ||
	    head.ptr[3] > '9') {
		return false;
	}
	struct str block = str_slice(head, 4, 10);
	return str_equals(block, STR("1AY&SY")) ||
	       str_equals(block, STR("\x17\x72\x45\x38\x50\x90"));
}

static void start(bz_stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	if (BZ2_bzDecompressInit(stream, 0, 0) != BZ_OK) {
		memory_fail(sizeof(*stream));
	}
}

static void *create(uint64_t max_memory)
{
	(void)max_memory; /* at most 4 MB */
	bz_stream *stream = memory_resize(NULL, sizeof(*stream));
	start(stream);
	return stream;
}

static void restart(void *decoder)
{
	BZ2_bzDecompressEnd(decoder);
	start(decoder);
}

/* The library does not say which byte of a checksum was wrong, only that data are. */
static enum unpack_result step(void *decoder, struct unpack_window *window)
{
	bz_stream *stream = decoder;
	char none = '\0';
	stream->next_in = window->in_len > 0 ? (char *)(uintptr_t)window->in : &none;
	stream->avail_in = (unsigned)window->in_len;
	stream->next_out = window->out;
	stream->avail_out = (unsigned)window->out_len;
	int result = BZ2_bzDecompress(stream);
	window->in += window->in_len - stream->avail_in;
	window->in_len = stream->avail_in;
	window->out = stream->next_out;
	window->out_len = stream->avail_out;
	return result == BZ_OK           ? UNPACK_MORE
	       : result == BZ_STREAM_END ? UNPACK_END
	                                 : UNPACK_DAMAGED;
}

static void destroy(void *decoder)
{
	BZ2_bzDecompressEnd(decoder);
	memory_free(decoder);
}

const struct unpack_engine unpack_bzip2 = {
	.name = "bzip2",
	.magic = STR_INIT("BZh"),
	.begins = begins,
	.create = create,
	.restart = restart,
	.step = step,
	.destroy = destroy,
};
