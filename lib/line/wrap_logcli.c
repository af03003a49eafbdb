/* SPDX-License-Identifier: Apache-2.0 */
/* logcli: "2024-03-12T16:21:04+08:00 {pod="my-release-etcd-0"} text". */
#include "line/shape.h"
#include "line/wrapper.h"

struct prefix {
	struct stamp stamp;
	struct str labels;
	size_t used;
};

static bool read_prefix(struct str line, struct prefix *prefix)
{
	enum { LABELS_MAX = 2048 };
	if (!stamp_read(line, &prefix->stamp) || !prefix->stamp.is_iso ||
	    prefix->stamp.zone == CLOCK_ZONE_NONE) {
		return false;
	}
	struct str rest = str_skip(line, prefix->stamp.used);
	if (!str_starts(rest, STR(" {"))) {
		return false;
	}
	struct str inside = str_slice(rest, 2, 2 + LABELS_MAX);
	ptrdiff_t end = str_find(inside, STR("} "));
	ptrdiff_t equals = str_find(str_slice(inside, 0, 64), STR("=\""));
	if (end < 0 || (end > 0 && (equals < 1 || inside.ptr[0] == '"'))) {
		return false;
	}
	prefix->labels = str_slice(inside, 0, (size_t)end);
	prefix->used = prefix->stamp.used + 2 + (size_t)end + 2;
	return true;
}

static void take_label(struct line_source *source, struct str name, struct str value)
{
	if (str_equals(name, STR("pod")) || str_equals(name, STR("pod_name"))) {
		source->pod = value;
	} else if (str_equals(name, STR("container")) || str_equals(name, STR("container_name")) ||
	           str_equals(name, STR("compose_service"))) {
		source->container = value;
	} else if (str_equals(name, STR("namespace"))) {
		source->space = value;
	} else if (str_equals(name, STR("host")) || str_equals(name, STR("hostname")) ||
	           str_equals(name, STR("node_name"))) {
		source->host = value;
	} else if (str_equals(name, STR("unit"))) {
		source->unit = value;
	}
}

static void take_labels(struct line_source *source, struct str labels)
{
	struct str name, value;
	while (str_cut(labels, STR("=\""), &name, &labels) &&
	       str_cut(labels, STR("\""), &value, &labels)) {
		while (name.len > 0 && (name.ptr[0] == ',' || name.ptr[0] == ' ')) {
			name = str_skip(name, 1);
		}
		take_label(source, name, value);
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct prefix prefix;
	return read_prefix(line, &prefix) ? 60 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context, (void)state;
	struct prefix prefix;
	if (!read_prefix(wrap->text, &prefix)) {
		return WRAP_REFUSED;
	}
	wrap_set_time(wrap, prefix.stamp.time_ns, prefix.stamp.zone);
	take_labels(&wrap->source, prefix.labels);
	wrap->text = str_skip(wrap->text, prefix.used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_logcli = {
	.name = "logcli", .first = "12", .bid = bid, .bid_max = 60, .peel = peel};
