/* SPDX-License-Identifier: Apache-2.0 */
/* The machine before each line: talosctl's "10.5.0.2: text", and "(member-1) (19804): text" of
 * etcd's own tests. */
#include "line/shape.h"
#include "line/wrapper.h"

enum { NODES_MAX = 64, NAME_MAX = 128 };

struct nodes {
	struct str names[NODES_MAX];
	size_t count;
};

/* "10.5.0.2: ", "node-3: ". Returns: length of the prefix; 0: none. */
static size_t read_plain(struct str line, struct str *name)
{
	size_t i = 0, dots = 0, dashes = 0, digits = 0;
	for (; i < line.len && i < NAME_MAX && shape_is_name_byte(line.ptr[i]); i++) {
		dots += line.ptr[i] == '.' ? 1 : 0;
		dashes += line.ptr[i] == '-' ? 1 : 0;
		digits += shape_is_digit(line.ptr[i]) ? 1 : 0;
	}
	*name = str_slice(line, 0, i);
	bool is_address = dots == 3 && digits + dots == i;
	return i > 1 && (is_address || dashes > 0) && str_starts(str_skip(line, i), STR(": "))
	               ? i + 2
	               : 0;
}

/* "(member-1) (19804): " */
static size_t read_member(struct str line, struct str *name)
{
	struct str head = str_slice(line, 1, NAME_MAX);
	ptrdiff_t end = str_find(head, STR(") ("));
	if (!str_starts(line, STR("(")) || end < 1) {
		return 0;
	}
	size_t at = (size_t)end + 4;
	while (at < line.len && shape_is_digit(line.ptr[at])) {
		at++;
	}
	*name = str_slice(head, 0, (size_t)end);
	return str_starts(str_skip(line, at), STR("): ")) ? at + 3 : 0;
}

static size_t read_prefix(struct str line, struct str *name)
{
	return str_starts(line, STR("(")) ? read_member(line, name) : read_plain(line, name);
}

static bool is_known(const struct nodes *nodes, struct str name)
{
	for (size_t i = 0; i < nodes->count; i++) {
		if (str_equals(nodes->names[i], name)) {
			return true;
		}
	}
	return false;
}

static void note(struct wrap_context *context, struct nodes *nodes, struct str name)
{
	if (!is_known(nodes, name) && nodes->count < NODES_MAX) {
		nodes->names[nodes->count++] = arena_str(context->keep, name);
	}
}

static bool is_message(struct str text)
{
	return shape_starts_dated(text) || str_looks_like(text, "dddd-dd-ddTdd:dd:dd.dddd");
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	struct str name;
	size_t used = read_prefix(line, &name);
	if (used > 0 && is_message(str_skip(line, used))) {
		note(context, state, name);
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	struct str name;
	size_t used = read_prefix(line, &name);
	struct str rest = str_skip(line, used);
	return used > 0 && (is_message(rest) || is_known(state, name)) ? 48 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct nodes *nodes = state;
	struct str name;
	size_t used = read_prefix(wrap->text, &name);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	note(context, nodes, name);
	bool is_member = wrap->text.ptr[0] == '(';
	*(is_member ? &wrap->source.container : &wrap->source.host) = name;
	wrap->text = str_skip(wrap->text, used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_node = {
	.name = "node",
	.first = "(0-9a-zA-Z",
	.state_size = sizeof(struct nodes),
	.learn = learn,
	.bid = bid,
	.bid_max = 48,
	.peel = peel,
};
