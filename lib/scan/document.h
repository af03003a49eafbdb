/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Streams that are documents, or that hold some between the lines of a log; private to scan/. */

#include "base/buf.h"
#include "scan/stream.h"

/** Read on until a buffer holds max bytes, or to the end. */
void document_fill(struct buf *buf, line_read *read, void *context, size_t max);

/**
 * Read the documents that a stream begins with or holds.
 *
 * head:    SIDE_HEAD_SIZE bytes of the stream, or all; filled with what else was read of it
 * Returns: whether that was all there is to it; false: read it as a log, head first
 */
bool document_read(struct stream_tools *tools, line_read *read, void *context,
                   const struct input_stream *stream, struct digest *digest, struct buf *head);
