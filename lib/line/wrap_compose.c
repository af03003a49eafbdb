/* SPDX-License-Identifier: Apache-2.0 */
/* docker compose logs: "milvus-etcd        | text", and goreman's "19:25:07 etcd3 | text". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { NAMES_MAX = 256, NAME_LENGTH_MAX = 96, COLUMNS_MAX = 8, PADDING_MAX = 64 };

/* The names of a file recur, and all bars stand in one column until a longer name joins. */
struct compose {
	struct str names[NAMES_MAX];
	size_t name_count;
	struct str candidates[NAMES_MAX]; /* stood before something that is no record */
	unsigned seen[NAMES_MAX];         /* so often */
	size_t candidate_count;
	size_t columns[COLUMNS_MAX];
	size_t column_count;
};

struct prefix {
	struct str name;
	struct str rest;
	size_t bar;
};

/* Tables have heads and logs have levels in capitals. */
static bool is_capitals(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] < 'A' || name.ptr[i] > 'Z') {
			return false;
		}
	}
	return true;
}

/* '@' stands in the names of docker service logs: "milvus_etcd.1.k3j4h5@node-1    | text" */
static bool is_name_byte(char byte)
{
	return shape_is_name_byte(byte) || byte == '@';
}

static bool read_prefix(struct str line, struct prefix *prefix)
{
	size_t at = str_looks_like(line, "dd:dd:dd ") ? 9 : 0, start = at;
	while (at < line.len && at < start + NAME_LENGTH_MAX && is_name_byte(line.ptr[at])) {
		at++;
	}
	prefix->name = str_slice(line, start, at);
	size_t end = at;
	while (at < line.len && at < end + PADDING_MAX && line.ptr[at] == ' ') {
		at++;
	}
	if (at >= line.len || line.ptr[at] != '|' ||
	    (at + 1 < line.len && line.ptr[at + 1] != ' ')) {
		return false;
	}
	prefix->bar = at;
	prefix->rest = str_skip(line, at + 2);
	return at > end && prefix->name.len > 1 && !shape_is_digit(prefix->name.ptr[0]) &&
	       prefix->name.ptr[0] != '-' && !is_capitals(prefix->name);
}

static bool is_name(const struct compose *compose, struct str name)
{
	for (size_t i = 0; i < compose->name_count; i++) {
		if (str_equals(compose->names[i], name)) {
			return true;
		}
	}
	return false;
}

static bool is_column(const struct compose *compose, size_t column)
{
	for (size_t i = 0; i < compose->column_count; i++) {
		if (compose->columns[i] == column) {
			return true;
		}
	}
	return false;
}

static void accept(struct wrap_context *context, struct compose *compose,
                   const struct prefix *prefix)
{
	if (!is_name(compose, prefix->name) && compose->name_count < NAMES_MAX) {
		compose->names[compose->name_count++] = arena_str(context->keep, prefix->name);
	}
	if (!is_column(compose, prefix->bar) && compose->column_count < COLUMNS_MAX) {
		compose->columns[compose->column_count++] = prefix->bar;
	}
}

/* A record or the stamp of --timestamps. */
static bool is_plausible(struct str rest)
{
	return shape_starts_record(rest) || str_looks_like(rest, "dddd-dd-ddTdd:dd:dd.ddddddddd");
}

/* A name that comes again and again is one, whatever stands behind it. */
static bool recurs(struct wrap_context *context, struct compose *compose, struct str name)
{
	enum { TIMES_MIN = 3 };
	size_t i = 0;
	while (i < compose->candidate_count && !str_equals(compose->candidates[i], name)) {
		i++;
	}
	if (i == compose->candidate_count) {
		if (i == NAMES_MAX) {
			return false;
		}
		compose->candidates[compose->candidate_count++] = arena_str(context->keep, name);
	}
	return ++compose->seen[i] >= TIMES_MIN;
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	struct prefix prefix;
	if (read_prefix(line, &prefix) &&
	    (is_plausible(prefix.rest) || recurs(context, state, prefix.name))) {
		accept(context, state, &prefix);
	}
}

/* "milvus-etcd exited with code 2": what compose itself says of one of them. Returns: its name;
 * empty. */
static struct str exited_name(const struct compose *compose, struct str line)
{
	struct str name;
	bool is_end = str_cut(str_slice(line, 0, NAME_LENGTH_MAX), STR(" exited with code "), &name,
	                      NULL);
	return is_end && is_name(compose, name) ? name : STR("");
}

static bool is_attaching(const struct compose *compose, struct str line)
{
	return compose->name_count > 0 && str_starts(line, STR("Attaching to "));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	struct prefix prefix;
	if (!read_prefix(line, &prefix)) {
		return exited_name(state, line).len > 0 || is_attaching(state, line) ? 60 : 0;
	}
	if (is_name(state, prefix.name)) {
		return 60;
	}
	return is_plausible(prefix.rest) ? 55 : is_column(state, prefix.bar) ? 40 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct prefix prefix;
	if (!read_prefix(wrap->text, &prefix)) {
		if (is_attaching(state, wrap->text)) {
			return WRAP_DROPPED;
		}
		wrap->source.container = exited_name(state, wrap->text);
		wrap->is_bare = true;
		return wrap->source.container.len > 0 ? WRAP_PEELED : WRAP_REFUSED;
	}
	accept(context, state, &prefix);
	wrap->source.container = prefix.name;
	wrap->text = prefix.rest;
	return WRAP_PEELED;
}

const struct wrapper wrapper_compose = {
	.name = "compose",
	.first = "A-Za-z0-9_",
	.state_size = sizeof(struct compose),
	.learn = learn,
	.bid = bid,
	.bid_max = 60,
	.peel = peel,
};
