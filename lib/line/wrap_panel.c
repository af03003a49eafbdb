/* SPDX-License-Identifier: Apache-2.0 */
/* A row of a table copied out of Grafana, or of a frame on a terminal. */
#include "line/cells.h"
#include "line/wrapper.h"

#include <string.h>

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct stamp stamp;
	return cells_before(line, &stamp) > 0 ? 50 : 0;
}

/* Markdown writes a bar in a cell as "\|". */
static struct str unescape(struct str text, struct arena *tmp)
{
	if (!str_contains(text, STR("\\|"))) {
		return text;
	}
	char *out = arena_alloc(tmp, text.len, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		bool is_bar = text.ptr[i] == '\\' && i + 1 < text.len && text.ptr[i + 1] == '|';
		i += is_bar ? 1 : 0;
		out[len++] = text.ptr[i];
	}
	return (struct str){out, len};
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct stamp stamp;
	size_t used = cells_before(wrap->text, &stamp);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	wrap_set_time(wrap, stamp.time_ns, stamp.zone);
	wrap->text = unescape(cells_strip_end(str_skip(wrap->text, used)), context->tmp);
	return WRAP_PEELED;
}

const struct wrapper wrapper_panel = {
	.name = "table", .first = " \t|\xe2", .bid = bid, .bid_max = 50, .peel = peel};
