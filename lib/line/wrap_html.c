/* SPDX-License-Identifier: Apache-2.0 */
/* JSON whose quotes a mail program or a word processor changed: {&quot;level&quot;:, {“level”: */
#include "line/wrapper.h"

struct change {
	struct str from;
	char to;
};

static const struct change changes[] = {
	{STR_INIT("&quot;"), '"'},       {STR_INIT("&#34;"), '"'},        {STR_INIT("&lt;"), '<'},
	{STR_INIT("&gt;"), '>'},         {STR_INIT("&amp;"), '&'},        {STR_INIT("&#39;"), '\''},
	{STR_INIT("\xe2\x80\x9c"), '"'}, {STR_INIT("\xe2\x80\x9d"), '"'},
};

static const struct change *change_at(struct str text)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (str_starts(text, changes[i].from)) {
			return &changes[i];
		}
	}
	return NULL;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	const struct change *change = change_at(str_skip(line, 1));
	return change != NULL && change->to == '"' ? 60 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct str line = wrap->text;
	char *out = arena_alloc(context->tmp, line.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < line.len;) {
		bool may_be = line.ptr[i] == '&' || line.ptr[i] == '\xe2';
		const struct change *change = may_be ? change_at(str_skip(line, i)) : NULL;
		out[len++] = change != NULL ? change->to : line.ptr[i];
		i += change != NULL ? change->from.len : 1;
	}
	wrap->text = (struct str){out, len};
	return WRAP_PEELED;
}

const struct wrapper wrapper_html = {
	.name = "html", .first = "{", .bid = bid, .bid_max = 60, .peel = peel};
