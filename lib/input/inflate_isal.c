/* SPDX-License-Identifier: Apache-2.0 */
#include "input/inflate.h"

#include <isa-l/igzip_lib.h>

/* Only gzip: raw data of damaged archives are zlib's business. */
static void isal_reset(void *state)
{
	struct inflate_state *inflate = state;
	isal_inflate_reset(inflate);
	inflate->crc_flag = ISAL_GZIP;
}

static void *isal_create(bool is_raw)
{
	struct inflate_state *inflate = memory_resize(NULL, sizeof(*inflate));
	isal_inflate_init(inflate);
	inflate->crc_flag = is_raw ? ISAL_DEFLATE : ISAL_GZIP;
	return inflate;
}

static void isal_destroy(void *state)
{
	memory_free(state);
}

static enum inflate_result isal_step(void *state, struct inflate_window *window)
{
	enum { PIECE_MAX = 1 << 30 };
	struct inflate_state *inflate = state;
	uint32_t in = window->in_len < PIECE_MAX ? (uint32_t)window->in_len : PIECE_MAX;
	uint32_t out = window->out_len < PIECE_MAX ? (uint32_t)window->out_len : PIECE_MAX;
	inflate->next_in = (uint8_t *)window->in;
	inflate->avail_in = in;
	inflate->next_out = window->out;
	inflate->avail_out = out;
	int result = isal_inflate(inflate);
	window->in += in - inflate->avail_in;
	window->in_len -= in - inflate->avail_in;
	window->out += out - inflate->avail_out;
	window->out_len -= out - inflate->avail_out;
	if (result == ISAL_INCORRECT_CHECKSUM) {
		return INFLATE_BAD_CHECK;
	}
	if (result < 0) {
		return INFLATE_BAD_DATA;
	}
	return inflate->block_state == ISAL_BLOCK_FINISH ? INFLATE_END : INFLATE_MORE;
}

static const struct inflate_engine inflate_isal = {.name = "isal",
                                                   .create = isal_create,
                                                   .destroy = isal_destroy,
                                                   .reset = isal_reset,
                                                   .step = isal_step};

const struct inflate_engine *const inflate_fast = &inflate_isal;
