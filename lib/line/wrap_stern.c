/* SPDX-License-Identifier: Apache-2.0 */
/* stern: "etcd-0 etcd text", or with the namespace before; kubetail: "[etcd-0 etcd] text"; only
 * where the same names recur. */
#include "line/shape.h"
#include "line/wrapper.h"

enum { PAIRS_MAX = 256, NAME_MAX = 128 };

struct stern {
	struct str names[PAIRS_MAX]; /* "etcd-0 etcd": known as the start of lines */
	unsigned seen[PAIRS_MAX];    /* times before a record */
	size_t count;
};

struct prefix {
	struct str names; /* all words with the blanks between */
	struct str space, pod, container;
	size_t used;
};

/* A name as Kubernetes allows it. Returns: its length; 0: none. */
static size_t name_length(struct str text)
{
	size_t i = 0;
	while (i < text.len && i < NAME_MAX &&
	       (shape_is_digit(text.ptr[i]) || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z') ||
	        text.ptr[i] == '-' || text.ptr[i] == '.')) {
		i++;
	}
	bool is_word = i > 1 && i < text.len && (text.ptr[i] == ' ' || text.ptr[i] == ']');
	return is_word && text.ptr[0] != '-' && text.ptr[0] != '.' ? i : 0;
}

static bool is_pod(struct str name)
{
	return str_find_byte(name, '-') > 0;
}

static bool is_message(struct str text)
{
	return shape_starts_record(text) || str_looks_like(text, "dddd-dd-ddTdd:dd:dd.ddddddddd");
}

/* The words at the start of a line as pod and container, or namespace, pod and container. */
static bool read_prefix(struct str line, size_t words, struct prefix *prefix)
{
	struct str names[3];
	bool is_bracketed = str_starts(line, STR("["));
	size_t at = is_bracketed ? 1 : 0;
	for (size_t i = 0; i < words; i++) {
		size_t len = name_length(str_skip(line, at));
		bool is_last = is_bracketed && i + 1 == words;
		if (len == 0 || line.ptr[at + len] != (is_last ? ']' : ' ')) {
			return false;
		}
		names[i] = str_slice(line, at, at + len);
		at += len + 1;
	}
	if (is_bracketed && !str_starts(str_skip(line, at), STR(" "))) {
		return false;
	}
	at += is_bracketed ? 1 : 0;
	prefix->space = words == 3 ? names[0] : (struct str){NULL, 0};
	prefix->pod = names[words - 2];
	prefix->container = names[words - 1];
	prefix->names = str_slice(line, 0, at);
	prefix->used = at;
	return is_pod(prefix->pod);
}

static size_t find_names(const struct stern *stern, struct str names)
{
	size_t i = 0;
	while (i < stern->count && !str_equals(stern->names[i], names)) {
		i++;
	}
	return i;
}

/* A pod is named after what runs in it, or the same names stood before a record more than once. */
static bool is_known(const struct stern *stern, const struct prefix *prefix)
{
	size_t i = find_names(stern, prefix->names);
	return i < stern->count &&
	       (stern->seen[i] > 1 || str_contains(prefix->pod, prefix->container));
}

static bool find_prefix(const struct stern *stern, struct str line, struct prefix *prefix)
{
	for (size_t words = 2; words <= 3; words++) {
		if (!read_prefix(line, words, prefix)) {
			continue;
		}
		if (is_known(stern, prefix) || (is_message(str_skip(line, prefix->used)) &&
		                                str_contains(prefix->pod, prefix->container))) {
			return true;
		}
	}
	return false;
}

static void note(struct wrap_context *context, struct stern *stern, const struct prefix *prefix)
{
	size_t i = find_names(stern, prefix->names);
	if (i == stern->count && i < PAIRS_MAX) {
		stern->names[stern->count++] = arena_str(context->keep, prefix->names);
	}
	if (i < stern->count && stern->seen[i] < 2) {
		stern->seen[i]++;
	}
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	struct prefix prefix;
	for (size_t words = 2; words <= 3; words++) {
		if (read_prefix(line, words, &prefix) && is_message(str_skip(line, prefix.used))) {
			note(context, state, &prefix);
		}
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	struct prefix prefix;
	return find_prefix(state, line, &prefix) ? 50 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct prefix prefix;
	if (!find_prefix(state, wrap->text, &prefix)) {
		return WRAP_REFUSED;
	}
	note(context, state, &prefix);
	wrap->source.space = prefix.space.len > 0 ? prefix.space : wrap->source.space;
	wrap->source.pod = prefix.pod;
	wrap->source.container = prefix.container;
	wrap->text = str_skip(wrap->text, prefix.used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_stern = {
	.name = "stern",
	.first = "a-z0-9[",
	.state_size = sizeof(struct stern),
	.learn = learn,
	.bid = bid,
	.bid_max = 50,
	.peel = peel,
};
