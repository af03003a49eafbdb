/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses that became links when a page was copied as Markdown:
 * [10.0.0.1:2380](http://10.0.0.1:2380/). */
#include "line/clean.h"
#include "line/wrapper.h"

#include <string.h>

enum { LINK_LENGTH_MAX = 512 };

/* A link at text[0], which is '['. *shown: what stands in its brackets. Returns: its length; 0:
 * none. */
static size_t link_at(struct str text, struct str *shown)
{
	struct str head = str_slice(text, 0, LINK_LENGTH_MAX);
	ptrdiff_t middle = str_find(head, STR("](http"));
	if (middle < 2) {
		return 0;
	}
	*shown = str_slice(text, 1, (size_t)middle);
	ptrdiff_t end = str_find_byte(str_skip(head, (size_t)middle), ')');
	if (end < 0 || str_find_byte(*shown, '[') >= 0 || str_find_byte(*shown, ' ') >= 0) {
		return 0;
	}
	/* the target is what is shown, with a scheme before and perhaps a slash behind */
	struct str target = str_slice(text, (size_t)middle + 2, (size_t)(middle + end));
	return str_contains(target, *shown) ? (size_t)(middle + end) + 1 : 0;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	size_t at = clean_find_link(line);
	return at < line.len && str_contains(str_skip(line, at), STR("](http")) ? 4 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct str line = wrap->text, shown;
	char *out = arena_alloc(context->tmp, line.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < line.len;) {
		size_t used = line.ptr[i] == '[' ? link_at(str_skip(line, i), &shown) : 0;
		if (used == 0) {
			out[len++] = line.ptr[i++];
			continue;
		}
		memcpy(out + len, shown.ptr, shown.len);
		len += shown.len;
		i += used;
	}
	if (len == line.len) {
		return WRAP_REFUSED;
	}
	wrap->text = (struct str){out, len};
	return WRAP_PEELED;
}

const struct wrapper wrapper_link = {.name = "links", .bid = bid, .bid_max = 4, .peel = peel};
