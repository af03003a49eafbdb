/* SPDX-License-Identifier: Apache-2.0 */
/* Whole texts in memory, of any encoding. */
#include "line/decode.h"
#include "line/line.h"

#include <string.h>

size_t line_read_memory(void *context, char *buffer, size_t size)
{
	struct str *rest = context;
	size_t count = rest->len < size ? rest->len : size;
	if (count > 0) {
		memcpy(buffer, rest->ptr, count);
	}
	*rest = str_skip(*rest, count);
	return count;
}

static unsigned mark_bytes(struct str bytes)
{
	bool is_wide = str_starts(bytes, STR("\xff\xfe")) || str_starts(bytes, STR("\xfe\xff"));
	return is_wide ? 2 : str_starts(bytes, STR("\xef\xbb\xbf")) ? 3 : 0;
}

struct str line_text(struct str bytes, struct buf *space, struct line_encoding *encoding)
{
	enum { PIECE = 1 << 16 };
	struct decoder decoder;
	struct str rest = bytes;
	decoder_init(&decoder, line_read_memory, &rest);
	bool has_more = decoder_fill(&decoder, PIECE);
	while (has_more) {
		has_more = decoder_fill(&decoder, PIECE);
	}
	bool is_wide = decoder.has[DECODE_UTF16LE] || decoder.has[DECODE_UTF16BE];
	*encoding = (struct line_encoding){.name = decoder_name(&decoder),
	                                   .unit_bytes = is_wide ? 2 : 1,
	                                   .mark_bytes = mark_bytes(bytes)};
	struct str text = decoder_text(&decoder);
	buf_clear(space);
	buf_add(space, text);
	decoder_finish(&decoder);
	return buf_str(space);
}
