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

/* "623:", "623-", but not the year of "2024-05-01". Returns: its length; 0: none. */
static size_t number_length(struct str text)
{
	size_t i = 0;
	if (str_looks_like(text, "dddd-dd-dd")) {
		return 0;
	}
	while (i < text.len && i < DIGITS_MAX && shape_is_digit(text.ptr[i])) {
		i++;
	}
	return i > 0 && i < text.len && (text.ptr[i] == ':' || text.ptr[i] == '-') ? i + 1 : 0;
}

/* The end of a path of this length, with what rotation put behind it ("etcd.log.1"), and ':' or
 * '-'. Returns: its length with the separator; 0: it is none. */
static size_t path_end(struct str head, size_t end)
{
	while (end < head.len && (shape_is_digit(head.ptr[end]) || head.ptr[end] == '.')) {
		end++;
	}
	return end < head.len && (head.ptr[end] == ':' || head.ptr[end] == '-') ? end + 1 : 0;
}

/* A path with the ending of a log, and ':' or '-' behind it. The ending may stand inside the path
 * too, as in "var.log.pods.etcd-0.log:". */
static size_t path_length(struct str text)
{
	struct str head = str_slice(text, 0, PATH_MAX_LENGTH), ending = STR(".log");
	for (size_t i = 0; i < head.len; i++) {
		if (!shape_is_name_byte(head.ptr[i]) && head.ptr[i] != '/') {
			return 0;
		}
		size_t used = i > 0 && str_starts(str_skip(head, i), ending)
		                      ? path_end(head, i + ending.len)
		                      : 0;
		if (used > 0) {
			return used;
		}
	}
	return 0;
}

static bool read_prefix(struct str line, struct prefix *prefix)
{
	size_t path = path_length(line), number = number_length(str_skip(line, path));
	*prefix = (struct prefix){str_slice(line, 0, path > 0 ? path - 1 : 0), number > 0,
	                          path + number};
	return prefix->used > 0;
}

/* A record, or in the files of containers the stamp before one. */
static bool is_record_behind(struct str line, const struct prefix *prefix)
{
	struct str rest = str_skip(line, prefix->used);
	return shape_starts_record(rest) ||
	       (prefix->path.len > 0 && str_looks_like(rest, "dddd-dd-ddTdd:dd:dd."));
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
	bool is_time = str_looks_like(line, "dd:dd:dd");
	bool is_like_others = (prefix.path.len > 0) == grep->has_paths;
	return grep->is_known && is_like_others && (prefix.has_number || grep->has_paths) &&
	                       !is_time
	               ? 30
	               : 0;
}

/* What stands before the last ".log" of a file's name. */
static size_t stem_length(struct str name)
{
	for (size_t i = name.len; i > 0; i--) {
		if (str_starts(str_skip(name, i - 1), STR(".log"))) {
			return i - 1;
		}
	}
	return name.len;
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
		wrap->source.container = str_slice(name, 0, stem_length(name));
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
	.bid_max = 50,
	.peel = peel,
};
