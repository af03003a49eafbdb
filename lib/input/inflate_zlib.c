/* SPDX-License-Identifier: Apache-2.0 */
#include "input/inflate.h"

#include "base/str.h"

#include <string.h>
#include <zlib.h>

enum { INFLATE_BUFFER = 64 << 10 };

struct inflate {
	inflate_source *source;
	void *context;
	z_stream stream;
	enum inflate_end end;
	bool is_source_done;
	bool has_checksum_fault; /* of a member before */
	uint64_t bytes_in, bytes_out;
	unsigned char buffer[INFLATE_BUFFER];
};

struct inflate *inflate_create(inflate_source *source, void *context)
{
	struct inflate *gz = memory_resize(NULL, sizeof(*gz));
	memset(gz, 0, sizeof(*gz));
	gz->source = source;
	gz->context = context;
	if (inflateInit2(&gz->stream, 15 + 16) != Z_OK) {
		gz->end = INFLATE_CORRUPT;
	}
	return gz;
}

void inflate_destroy(struct inflate *gz)
{
	if (gz != NULL) {
		inflateEnd(&gz->stream);
		memory_free(gz);
	}
}

static bool fill(struct inflate *gz)
{
	if (gz->stream.avail_in > 0) {
		return true;
	}
	if (!gz->is_source_done) {
		size_t count = gz->source(gz->context, (char *)gz->buffer, INFLATE_BUFFER);
		gz->is_source_done = count == 0;
		gz->stream.next_in = gz->buffer;
		gz->stream.avail_in = (unsigned)count;
		gz->bytes_in += count;
	}
	return gz->stream.avail_in > 0;
}

static int peek(struct inflate *gz, size_t at)
{
	return at < gz->stream.avail_in ? gz->stream.next_in[at] : -1;
}

/* Behind a member: another one, padding with zeros, the end, or something else. */
static void next_member(struct inflate *gz)
{
	enum inflate_end fine = gz->has_checksum_fault ? INFLATE_CHECKSUM : INFLATE_DONE;
	while (fill(gz) && peek(gz, 0) == 0) {
		gz->stream.next_in++;
		gz->stream.avail_in--;
	}
	if (gz->stream.avail_in == 0) {
		gz->end = fine;
		return;
	}
	bool is_gzip = peek(gz, 0) == 0x1f && (gz->stream.avail_in < 2 || peek(gz, 1) == 0x8b);
	if (!is_gzip) {
		gz->end = gz->has_checksum_fault ? INFLATE_CHECKSUM : INFLATE_TRAILING;
		return;
	}
	inflateReset(&gz->stream);
}

static void take_result(struct inflate *gz, int result)
{
	switch (result) {
	case Z_STREAM_END:
		next_member(gz);
		break;
	case Z_OK:
	case Z_BUF_ERROR:
		break;
	case Z_DATA_ERROR:
		/* the trailer comes after all data: what was decoded is whole */
		if (gz->stream.msg != NULL && (strstr(gz->stream.msg, "data check") != NULL ||
		                                    strstr(gz->stream.msg, "length check") != NULL)) {
			gz->has_checksum_fault = true;
			gz->end = INFLATE_CHECKSUM;
		} else {
			gz->end = INFLATE_CORRUPT;
		}
		break;
	default:
		gz->end = INFLATE_CORRUPT;
		break;
	}
}

size_t inflate_read(struct inflate *gz, char *buffer, size_t size)
{
	gz->stream.next_out = (unsigned char *)buffer;
	gz->stream.avail_out = (unsigned)(size < (1u << 30) ? size : 1u << 30);
	unsigned room = gz->stream.avail_out;
	while (gz->end == INFLATE_RUNNING && gz->stream.avail_out > 0) {
		if (!fill(gz)) {
			/* what zlib still holds comes out with no more input */
			int result = inflate(&gz->stream, Z_SYNC_FLUSH);
			if (result == Z_STREAM_END) {
				take_result(gz, result);
				continue;
			}
			gz->end = INFLATE_CUT;
			break;
		}
		take_result(gz, inflate(&gz->stream, Z_NO_FLUSH));
		if (gz->stream.avail_out < room) {
			break;
		}
	}
	size_t count = room - gz->stream.avail_out;
	gz->bytes_out += count;
	return count;
}

enum inflate_end inflate_end(const struct inflate *gz)
{
	return gz->end;
}

uint64_t inflate_bytes_out(const struct inflate *gz)
{
	return gz->bytes_out;
}

uint64_t inflate_bytes_in(const struct inflate *gz)
{
	return gz->bytes_in;
}
