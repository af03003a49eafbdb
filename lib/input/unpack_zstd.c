/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "input/unpack.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { WINDOW_LOG_MIN = 10, WINDOW_LOG_MAX = 31, FRAME_HEAD_BYTES = 5 };

struct zstd {
	ZSTD_DCtx *context;
	size_t wanted; /* bytes up to the end of a block or a checksum */
	bool is_full;  /* there was no room for all that it had decoded */
};

static bool begins(struct str head)
{
	bool is_skippable = head.len >= 8 && ((unsigned char)head.ptr[0] & 0xf0) == 0x50 &&
	                    memcmp(head.ptr + 1, "\x2a\x4d\x18", 3) == 0;
	return is_skippable || str_starts(head, STR("\x28\xb5\x2f\xfd"));
}

static void *create(uint64_t max_memory)
{
	struct zstd *zstd = memory_resize(NULL, sizeof(*zstd));
	*zstd = (struct zstd){.context = ZSTD_createDCtx(), .wanted = FRAME_HEAD_BYTES};
	int window_log = WINDOW_LOG_MIN;
	if (zstd->context == NULL) {
		memory_fail(sizeof(*zstd));
	}
	while (window_log < WINDOW_LOG_MAX && UINT64_C(2) << window_log <= max_memory) {
		window_log++;
	}
	ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, window_log);
	return zstd;
}

static void restart(void *decoder)
{
	struct zstd *zstd = decoder;
	ZSTD_DCtx_reset(zstd->context, ZSTD_reset_session_only);
	zstd->wanted = FRAME_HEAD_BYTES;
	zstd->is_full = false;
}

static enum unpack_result result_of(size_t result)
{
	if (!ZSTD_isError(result)) {
		return result == 0 ? UNPACK_END : UNPACK_MORE;
	}
	ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
	if (code == ZSTD_error_checksum_wrong) {
		return UNPACK_BAD_CHECK;
	}
	if (code == ZSTD_error_frameParameter_windowTooLarge ||
	    code == ZSTD_error_memory_allocation) {
		return UNPACK_TOO_LARGE;
	}
	bool is_unknown = code == ZSTD_error_frameParameter_unsupported ||
	                  code == ZSTD_error_version_unsupported ||
	                  code == ZSTD_error_dictionary_wrong;
	return is_unknown ? UNPACK_UNSUPPORTED : UNPACK_DAMAGED;
}

static enum unpack_result decode(struct zstd *zstd, struct unpack_window *window, size_t count)
{
	ZSTD_inBuffer in = {window->in, count, 0};
	ZSTD_outBuffer out = {window->out, window->out_len, 0};
	size_t result = ZSTD_decompressStream(zstd->context, &out, &in);
	window->in += in.pos;
	window->in_len -= in.pos;
	window->out += out.pos;
	window->out_len -= out.pos;
	zstd->wanted = ZSTD_isError(result) || result == 0 ? FRAME_HEAD_BYTES : result;
	zstd->is_full = out.pos == out.size;
	return result_of(result);
}

/* Where it fails it does not say how much it had decoded before. So it gets no more than it asks
 * for, and nothing as long as it has something to give. */
static enum unpack_result step(void *decoder, struct unpack_window *window)
{
	struct zstd *zstd = decoder;
	size_t room = window->out_len;
	enum unpack_result result = zstd->is_full ? decode(zstd, window, 0) : UNPACK_MORE;
	if (result != UNPACK_MORE || window->out_len < room) {
		return result;
	}
	return decode(zstd, window, window->in_len < zstd->wanted ? window->in_len : zstd->wanted);
}

static void destroy(void *decoder)
{
	struct zstd *zstd = decoder;
	ZSTD_freeDCtx(zstd->context);
	memory_free(zstd);
}

const struct unpack_engine unpack_zstd = {
	.name = "zstd",
	.magic = STR_INIT("\x28\xb5\x2f\xfd"),
	.begins = begins,
	.create = create,
	.restart = restart,
	.step = step,
	.destroy = destroy,
};
