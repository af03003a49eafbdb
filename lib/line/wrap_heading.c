/* SPDX-License-Identifier: Apache-2.0 */
/* A line that names what follows: "==> etcd [bf68981c7152] <==" of minikube, "==> etcd.log <==" of
 * tail. */
#include "line/shape.h"
#include "line/wrapper.h"

/* "/var/log/etcd.log" -> "etcd" */
static struct str base_name(struct str path)
{
	ptrdiff_t slash = str_find_last_byte(path, '/');
	struct str name = slash < 0 ? path : str_skip(path, (size_t)slash + 1);
	if (str_ends(name, STR(".log")) || str_ends(name, STR(".txt"))) {
		name.len -= 4;
	}
	return name;
}

static bool read_heading(struct str line, struct str *name)
{
	enum { NAME_MAX = 512 };
	if (line.len > NAME_MAX) {
		return false;
	}
	if (str_starts(line, STR("==> ")) && str_ends(line, STR(" <=="))) {
		struct str inside = str_slice(line, 4, line.len - 4);
		str_cut(inside, STR(" "), &inside, NULL);
		*name = base_name(inside);
		return name->len > 0;
	}
	for (size_t i = 0; i < line.len; i++) {
		if (!shape_is_name_byte(line.ptr[i])) {
			return false;
		}
	}
	*name = base_name(line);
	return line.len > 4 && str_ends(line, STR(".log"));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct str name;
	return read_heading(line, &name) ? 60 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct line_source source = {0};
	if (!read_heading(wrap->text, &source.container)) {
		return WRAP_REFUSED;
	}
	wrap_set_heading(context, &source);
	return WRAP_DROPPED;
}

const struct wrapper wrapper_heading = {
	.name = "heading", .first = "=a-zA-Z", .bid = bid, .bid_max = 60, .peel = peel};
