/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Bytes of any encoding to UTF-8; private to line/. */

#include "base/buf.h"
#include "line/line.h"

enum decoder_encoding { DECODER_UNKNOWN, DECODER_UTF8, DECODER_UTF8_BOM, DECODER_UTF16LE, DECODER_UTF16BE };

struct decoder {
	enum decoder_encoding encoding;
	uint64_t bytes;       /* read */
	uint64_t undecodable; /* code units replaced */
	struct buf input;     /* bytes of UTF-16 not yet decoded */
	size_t bom_bytes;     /* to be counted with the first line */
};

void decoder_init(struct decoder *decoder);
void decoder_finish(struct decoder *decoder);
/** Read up to size bytes and append them as UTF-8. Returns: false at the end. */
bool decoder_read(struct decoder *decoder, line_read *read, void *context, size_t size, struct buf *out);
/** How many bytes of the stream a decoded line came from. */
uint64_t decoder_source_bytes(struct decoder *decoder, struct str text);
struct str decoder_name(const struct decoder *decoder);
