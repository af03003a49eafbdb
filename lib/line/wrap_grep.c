/* SPDX-License-Identifier: Apache-2.0 */
/* grep -n and grep over several files: "623:text", "623-text", "logs/etcd.log:623:text",
 * "etcd.log:text". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { PATH_MAX_LENGTH = 256, DIGITS_MAX = 9 };

struct grep {
	bool is_known;
	bool has_paths; /* all lines have one */
};

struct prefix {
	struct str path;
	bool has_number;
	size_t used;
};

/* "623:", "623-". Returns: its length; 0: none. */
static size_t number_length(struct str text)
{
	size_t i = 0;
	while (i < text.len && i < DIGITS_MAX && shape_is_digit(text.ptr[i])) {
		i++;
	}
	return i > 0 && i < text.len && (text.ptr[i] == ':' || text.ptr[i] == '-') ? i + 1 : 0;
}

/* A path with the ending of a log, and ':' or '-' behind it. */
static size_t path_length(struct str text)
{
	struct str head = str_slice(text, 0, PATH_MAX_LENGTH);
	ptrdiff_t dot = str_find(head, STR(".log"));
	size_t end = dot < 1 ? 0 : (size_t)dot + 4;
	for (size_t i = 0; i < end; i++) {
		if (!shape_is_name_byte(text.ptr[i]) && text.ptr[i] != '/') {
			return 0;
		}
	}
	while (end > 0 && end < head.len &&
	       (shape_is_digit(text.ptr[end]) || text.ptr[end] == '.')) {
		end++;
	}
	return end > 0 && end < head.len && (text.ptr[end] == ':' || text.ptr[end] == '-') ? end + 1
	                                                                                   : 0;
}

static bool read_prefix(struct str line, struct prefix *prefix)
{
	size_t path = path_length(line), number = number_length(str_skip(line, path));
	*prefix = (struct prefix){str_slice(line, 0, path > 0 ? path - 1 : 0), number > 0,
	                          path + number};
	return prefix->used > 0;
}

static bool is_record_behind(struct str line, const struct prefix *prefix)
{
	return shape_starts_record(str_skip(line, prefix->used));
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	(void)context;
	struct grep *grep = state;
	struct prefix prefix;
	if (read_prefix(line, &prefix) && is_record_behind(line, &prefix)) {
		grep->is_known = true;
		grep->has_paths = prefix.path.len > 0;
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	const struct grep *grep = state;
	struct prefix prefix;
	if (grep->is_known && str_equals(line, STR("--"))) {
		return 50;
	}
	if (!read_prefix(line, &prefix)) {
		return 0;
	}
	if (is_record_behind(line, &prefix)) {
		return 50;
	}
	/* "12:34:56 ..." is a time of day */
	bool is_time = shape_looks_like(line, "dd:dd:dd");
	bool is_like_others = (prefix.path.len > 0) == grep->has_paths;
	return grep->is_known && is_like_others && (prefix.has_number || grep->has_paths) &&
	                       !is_time
	               ? 30
	               : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct prefix prefix;
	if (str_equals(wrap->text, STR("--"))) {
		return WRAP_DROPPED;
	}
	if (!read_prefix(wrap->text, &prefix)) {
		return WRAP_REFUSED;
	}
	learn(context, state, wrap->text);
	if (prefix.path.len > 0) {
		ptrdiff_t slash = str_find_last_byte(prefix.path, '/');
		struct str name = str_skip(prefix.path, (size_t)(slash + 1));
		str_cut(name, STR(".log"), &wrap->source.container, NULL);
	}
	wrap->text = str_skip(wrap->text, prefix.used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_grep = {
	.name = "grep",
	.first = "0-9a-zA-Z./_\x2d",
	.state_size = sizeof(struct grep),
	.learn = learn,
	.bid = bid,
	.peel = peel,
};
