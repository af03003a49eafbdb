/* SPDX-License-Identifier: Apache-2.0 */
/* What a mail or an issue puts around pasted lines: quotes, fences, bullets, indentation,
 * back-ticks. */
#include "line/shape.h"
#include "line/wrapper.h"

enum { FENCE_MAX = 64, INDENT_MAX = 32 };

struct markdown {
	unsigned bullets; /* lines that had one before a record */
	size_t indent;    /* that all first lines have, with a record among them */
	bool has_lines, has_record;
};

static bool is_fence(struct str line)
{
	struct str rest = str_skip(line, 3);
	if ((!str_starts(line, STR("```")) && !str_starts(line, STR("~~~"))) ||
	    line.len > FENCE_MAX) {
		return false;
	}
	for (size_t i = 0; i < rest.len; i++) {
		if (!shape_is_name_byte(rest.ptr[i]) && rest.ptr[i] != ' ' && rest.ptr[i] != ':' &&
		    rest.ptr[i] != '`' && rest.ptr[i] != '~') {
			return false;
		}
	}
	return true;
}

static size_t bullet_length(struct str line)
{
	if (str_starts(line, STR("* ")) || str_starts(line, STR("- ")) ||
	    str_starts(line, STR("+ "))) {
		return 2;
	}
	return str_starts(line, STR("\xe2\x80\xa2 ")) ? 4 : 0; /* U+2022 */
}

static size_t indent_length(struct str line)
{
	size_t i = 0;
	while (i < line.len && i < INDENT_MAX && (line.ptr[i] == ' ' || line.ptr[i] == '\t')) {
		i++;
	}
	return i;
}

static void learn_indent(struct markdown *markdown, struct str line)
{
	size_t indent = indent_length(line);
	if (indent == line.len) {
		return;
	}
	markdown->indent =
		!markdown->has_lines || indent < markdown->indent ? indent : markdown->indent;
	markdown->has_lines = true;
	markdown->has_record |= shape_starts_dated(str_skip(line, indent));
}

static void note_bullet(struct markdown *markdown, struct str line)
{
	size_t bullet = bullet_length(line);
	if (bullet > 0 && shape_starts_dated(str_skip(line, bullet))) {
		markdown->bullets++;
	}
}

static bool is_heading(struct str text)
{
	return str_starts(text, STR("==> "));
}

/* Returns: bytes to take off; 0: none. */
static size_t prefix_length(const struct markdown *markdown, struct str line)
{
	if (str_starts(line, STR("> ")) || str_equals(line, STR(">"))) {
		size_t at = 0;
		while (at < line.len && line.ptr[at] == '>') {
			at += at + 1 < line.len && line.ptr[at + 1] == ' ' ? 2 : 1;
		}
		return at;
	}
	size_t indent = indent_length(line), bullet = bullet_length(str_skip(line, indent));
	struct str rest = str_skip(line, indent + bullet);
	if (bullet > 0) {
		bool is_bullet =
			markdown->bullets > 1 || shape_starts_record(rest) || is_heading(rest);
		return is_bullet ? indent + bullet : 0;
	}
	if (str_starts(rest, STR("`")) && shape_starts_record(str_skip(rest, 1))) {
		return indent + 1;
	}
	if (indent > 0 && shape_starts_record(rest)) {
		return indent;
	}
	return markdown->has_record && indent >= markdown->indent ? markdown->indent : 0;
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	(void)context;
	struct markdown *markdown = state;
	learn_indent(markdown, line);
	note_bullet(markdown, line);
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	if (context->is_record) {
		return 0;
	}
	return is_fence(line) || prefix_length(state, line) > 0 ? 20 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	if (is_fence(wrap->text)) {
		return WRAP_DROPPED;
	}
	size_t used = prefix_length(state, wrap->text);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	(void)context;
	note_bullet(state, wrap->text);
	bool is_code = wrap->text.ptr[used - 1] == '`';
	wrap->text = str_skip(wrap->text, used);
	if (is_code && str_ends(wrap->text, STR("`"))) {
		wrap->text.len--;
	}
	return WRAP_PEELED;
}

const struct wrapper wrapper_markdown = {
	.name = "markdown",
	.first = ">`~ \t*+\x2d\xe2",
	.state_size = sizeof(struct markdown),
	.learn = learn,
	.bid = bid,
	.bid_max = 20,
	.peel = peel,
};
