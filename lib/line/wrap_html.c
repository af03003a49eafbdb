/* SPDX-License-Identifier: Apache-2.0 */
/* Records whose quotes a page, a mail program or a word processor changed: {&quot;level&quot;:,
 * {“level”:, [&quot;text&quot;]. */
#include "line/shape.h"
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

static bool has_changed_quote(struct str text)
{
	const struct change *change = change_at(text);
	return change != NULL && change->to == '"';
}

/* A record of Milvus does not show at its beginning that it was changed, but then all of them were.
 */
static void learn(struct wrap_context *context, void *state, struct str line)
{
	enum { HEAD_MAX = 512 };
	(void)state;
	ptrdiff_t at = str_find_byte(line, '[');
	struct str head = at < 0 ? STR("") : str_slice(line, (size_t)at, (size_t)at + HEAD_MAX);
	context->has_entities |=
		shape_starts_strongly(head) && str_contains(head, STR("] [&quot;"));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)state;
	bool has_entity = context->has_entities &&
	                  (str_contains(line, STR("&quot;")) || str_contains(line, STR("&lt;")) ||
	                   str_contains(line, STR("&gt;")));
	return has_entity || (line.ptr[0] == '{' && has_changed_quote(str_skip(line, 1))) ? 60 : 0;
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
	.name = "html", .learn = learn, .bid = bid, .bid_max = 60, .peel = peel};
