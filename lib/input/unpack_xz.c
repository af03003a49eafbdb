/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "input/unpack.h"

#include <lzma.h>

struct xz {
	lzma_stream stream;
	uint64_t max_memory;
};

static bool begins(struct str head)
{
	return str_starts(head, STR("\xfd"
	                            "7zXZ\0"));
}

/* Without LZMA_CONCATENATED: whether another stream follows is seen outside. */
static void restart(void *decoder)
{
	struct xz *xz = decoder;
	if (lzma_stream_decoder(&xz->stream, xz->max_memory, LZMA_TELL_UNSUPPORTED_CHECK) !=
	    LZMA_OK) {
		memory_fail(sizeof(*xz));
	}
}

static void *create(uint64_t max_memory)
{
	enum { BESIDES = 4 << 20 }; /* that the library counts besides the window */
	struct xz *xz = memory_resize(NULL, sizeof(*xz));
	*xz = (struct xz){.stream = LZMA_STREAM_INIT, .max_memory = max_memory + BESIDES};
	restart(xz);
	return xz;
}

static enum unpack_result result_of(lzma_ret result)
{
	if (result == LZMA_STREAM_END) {
		return UNPACK_END;
	}
	if (result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR) {
		return UNPACK_TOO_LARGE;
	}
	if (result == LZMA_OPTIONS_ERROR) {
		return UNPACK_UNSUPPORTED;
	}
	/* LZMA_BUF_ERROR: no input and nothing left to give */
	bool is_fine =
		result == LZMA_OK || result == LZMA_BUF_ERROR || result == LZMA_UNSUPPORTED_CHECK;
	return is_fine ? UNPACK_MORE : UNPACK_DAMAGED;
}

static enum unpack_result step(void *decoder, struct unpack_window *window)
{
	lzma_stream *stream = &((struct xz *)decoder)->stream;
	stream->next_in = (const uint8_t *)window->in;
	stream->avail_in = window->in_len;
	stream->next_out = (uint8_t *)window->out;
	stream->avail_out = window->out_len;
	lzma_ret result = lzma_code(stream, LZMA_RUN);
	window->in = (const char *)stream->next_in;
	window->in_len = stream->avail_in;
	window->out = (char *)stream->next_out;
	window->out_len = stream->avail_out;
	return result_of(result);
}

static void destroy(void *decoder)
{
	lzma_end(&((struct xz *)decoder)->stream);
	memory_free(decoder);
}

const struct unpack_engine unpack_xz = {
	.name = "xz",
	.magic = STR_INIT("\xfd"
                          "7zXZ"),
	.begins = begins,
	.create = create,
	.restart = restart,
	.step = step,
	.destroy = destroy,
};
