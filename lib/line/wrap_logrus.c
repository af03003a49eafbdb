/* SPDX-License-Identifier: Apache-2.0 */
/* Host programs that print another's record: time="..." level=info msg="{\"level\":...}"
 * component=etcd. */
#include "line/shape.h"
#include "line/wrapper.h"

/* The message, still quoted, and what stands behind it. False: it is none, or no record is in it.
 */
static bool find_message(struct str line, struct str *message, struct str *behind)
{
	ptrdiff_t at = str_find(str_slice(line, 0, 256), STR(" msg=\""));
	if (!str_starts(line, STR("time=\"")) || at < 0) {
		return false;
	}
	struct str rest = str_skip(line, (size_t)at + 6);
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '"') {
		end += rest.ptr[end] == '\\' ? 2 : 1;
	}
	*message = str_slice(rest, 0, end);
	*behind = str_skip(rest, end + 1);
	return str_starts(*message, STR("{\\\"")) || shape_starts_dated(*message);
}

static struct str unquote(struct str text, struct arena *tmp)
{
	char *out = arena_alloc(tmp, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];
		if (byte == '\\' && i + 1 < text.len) {
			byte = text.ptr[++i];
			byte = byte == 'n' ? '\n' : byte == 't' ? '\t' : byte;
		}
		out[len++] = byte;
	}
	return (struct str){out, len};
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct str message, behind;
	return find_message(line, &message, &behind) ? 60 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct str message, behind, component;
	struct stamp stamp;
	if (!find_message(wrap->text, &message, &behind)) {
		return WRAP_REFUSED;
	}
	if (stamp_read(str_skip(wrap->text, 6), &stamp)) {
		wrap_set_time(wrap, stamp.time_ns, stamp.zone);
	}
	if (str_cut(behind, STR("component="), NULL, &component)) {
		str_cut(component, STR(" "), &wrap->source.container, NULL);
	}
	wrap->text = unquote(message, context->tmp);
	return WRAP_PEELED;
}

const struct wrapper wrapper_logrus = {
	.name = "logrus", .first = "t", .bid = bid, .bid_max = 60, .peel = peel};
