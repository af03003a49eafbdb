/* SPDX-License-Identifier: Apache-2.0 */
#include "input/inflate.h"

#include <string.h>
#include <zlib.h>

static void *zlib_create(bool is_raw)
{
	z_stream *stream = memory_resize(NULL, sizeof(*stream));
	memset(stream, 0, sizeof(*stream));
	if (inflateInit2(stream, is_raw ? -MAX_WBITS : MAX_WBITS + 16) != Z_OK) {
		memory_fail(sizeof(*stream));
	}
	return stream;
}

static void zlib_destroy(void *state)
{
	inflateEnd(state);
	memory_free(state);
}

static void zlib_reset(void *state)
{
	inflateReset(state);
}

/* The trailer comes after all data: what was decoded is whole. */
static bool is_check_fault(const z_stream *stream)
{
	return stream->msg != NULL && (strcmp(stream->msg, "incorrect data check") == 0 ||
	                               strcmp(stream->msg, "incorrect length check") == 0);
}

static enum inflate_result zlib_step(void *state, struct inflate_window *window)
{
	enum { PIECE_MAX = 1 << 30 };
	z_stream *stream = state;
	unsigned in = window->in_len < PIECE_MAX ? (unsigned)window->in_len : PIECE_MAX;
	unsigned out = window->out_len < PIECE_MAX ? (unsigned)window->out_len : PIECE_MAX;
	stream->next_in = (unsigned char *)window->in;
	stream->avail_in = in;
	stream->next_out = window->out;
	stream->avail_out = out;
	int result = inflate(stream, Z_NO_FLUSH);
	window->in += in - stream->avail_in;
	window->in_len -= in - stream->avail_in;
	window->out += out - stream->avail_out;
	window->out_len -= out - stream->avail_out;
	switch (result) {
	case Z_STREAM_END:
		return INFLATE_END;
	case Z_OK:
	case Z_BUF_ERROR:
		return INFLATE_MORE;
	default:
		return is_check_fault(stream) ? INFLATE_BAD_CHECK : INFLATE_BAD_DATA;
	}
}

uint32_t inflate_crc(uint32_t crc, const char *bytes, size_t count)
{
	return (uint32_t)crc32_z(crc, (const unsigned char *)bytes, count);
}

const struct inflate_engine inflate_zlib = {.name = "zlib",
                                            .create = zlib_create,
                                            .destroy = zlib_destroy,
                                            .reset = zlib_reset,
                                            .step = zlib_step};
