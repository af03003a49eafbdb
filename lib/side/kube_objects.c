/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods and events of Kubernetes as it stores them, in YAML or JSON, alone or in lists.
 * Sources: kubernetes api core/v1 types.go (ContainerStatus, Event); events.k8s.io/v1
 */
#include "base/text.h"
#include "base/yaml_json.h"
#include "side/readers.h"

static int bid(struct str text)
{
	bool has_status = str_contains(text, STR("containerStatuses")) ||
	                  str_contains(text, STR("involvedObject")) ||
	                  str_contains(text, STR("Evicted"));
	bool is_yaml = side_line_starts(text, STR("apiVersion: ")).len > 0 &&
	               side_line_starts(text, STR("kind: ")).len > 0;
	bool is_json =
		str_contains(text, STR("\"apiVersion\"")) && str_contains(text, STR("\"kind\""));
	return has_status && (is_yaml || is_json) ? 90 : 0;
}

/* A member's place behind *from, as evidence. */
static struct str place(const struct side_sink *sink, struct str *from, struct str value)
{
	return value.len == 0 ? STR("") : side_line_of(sink, from, value);
}

/* ---- pods ---- */

static void read_end(struct side_sink *sink, const struct json *status, const char *state,
                     struct str *from, bool is_init)
{
	const struct json *terminated = side_json_path(status, state, "terminated", NULL);
	double code = json_number(json_get(terminated, "exitCode"), -1);
	struct str finished = json_get_text(terminated, "finishedAt");
	if (json_type(terminated) != JSON_OBJECT) {
		return;
	}
	struct str reason = json_get_text(terminated, "reason");
	struct side_container_end end = {
		.name = sink->instance,
		.container = json_get_text(status, "name"),
		.reason = reason,
		.line = place(sink, from, finished),
		.code = code < 0 || code > 255 ? -1 : (int)code,
		.is_oom = str_equals(reason, STR("OOMKilled")),
		.is_kubernetes = true,
		.is_init = is_init,
		.time_ns = side_time(finished),
	};
	side_container_ended(sink, &end);
}

static void read_status(struct side_sink *sink, const struct json *status, struct str *from,
                        bool is_init)
{
	struct str name = json_get_text(status, "name");
	const struct json *restarts = json_get(status, "restartCount");
	read_end(sink, status, "lastState", from, is_init);
	if (json_type(restarts) == JSON_NUMBER) {
		struct str behind = *from;
		side_fact(sink, "container.restarts", json_number(restarts, 0), "",
		          side_line_of(sink, &behind, STR("restartCount")));
	}
	read_end(sink, status, "state", from, is_init);
	struct str waiting = json_text(side_json_path(status, "state", "waiting", "reason", NULL));
	if (waiting.len > 0) {
		struct str line = place(sink, from, waiting);
		side_fact_text(sink, "container.status", waiting, line);
		if (str_equals(waiting, STR("CrashLoopBackOff"))) {
			struct side_event event;
			side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
			side_event_text(&event, "name", sink->instance);
			side_event_text(&event, "container", name);
			side_event_end(&event, sink, "host.k8s.backoff", line);
		}
	}
}

static void read_limits(struct side_sink *sink, const struct json *pod, struct str from)
{
	for (const struct json *item = json_first(side_json_path(pod, "spec", "containers", NULL));
	     item != NULL; item = json_next(item)) {
		const struct json *memory =
			side_json_path(item, "resources", "limits", "memory", NULL);
		double bytes = json_number(memory, 0);
		if (bytes > 0 || side_bytes(json_text(memory), false, &bytes)) {
			struct str behind = from;
			side_fact(sink, "container.memory_limit_bytes", bytes, "bytes",
			          place(sink, &behind, json_text(memory)));
		}
	}
}

static void read_pod(struct side_sink *sink, const struct json *pod, struct str *from)
{
	const struct json *status = json_get(pod, "status");
	static const char *const lists[] = {"containerStatuses", "initContainerStatuses"};
	sink->instance =
		arena_str(sink->tmp, json_text(side_json_path(pod, "metadata", "name", NULL)));
	read_limits(sink, pod, *from);
	for (size_t i = 0; i < SIDE_COUNT(lists); i++) {
		for (const struct json *item = json_first(json_get(status, lists[i])); item != NULL;
		     item = json_next(item)) {
			read_status(sink, item, from, i == 1);
		}
	}
	struct str reason = json_get_text(status, "reason");
	if (str_equals(reason, STR("Evicted"))) {
		struct side_event event;
		struct str line = place(sink, from, reason),
			   message = json_get_text(status, "message");
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "pod", sink->instance);
		side_fact_text(sink, "container.status", reason, line);
		if (message.len > 0) {
			/* it tells of which resource */
			side_event_say(&event, sink, message, line);
		} else {
			side_event_end(&event, sink, "host.k8s.evicted", line);
		}
	}
	sink->instance = STR("");
}

/* ---- events ---- */

static int64_t event_time(const struct json *event)
{
	static const char *const names[] = {"lastTimestamp", "deprecatedLastTimestamp", "eventTime",
	                                    "firstTimestamp", "deprecatedFirstTimestamp"};
	int64_t time_ns =
		side_time(json_text(side_json_path(event, "series", "lastObservedTime", NULL)));
	for (size_t i = 0; i < SIDE_COUNT(names) && time_ns == TIME_NONE; i++) {
		time_ns = side_time(json_get_text(event, names[i]));
	}
	return time_ns;
}

/* In the words of the table that kubectl prints, which the rules know. */
static void read_event(struct side_sink *sink, const struct json *event, struct str *from)
{
	const struct json *object = json_get(event, "involvedObject");
	object = object != NULL ? object : json_get(event, "regarding");
	struct str name = json_get_text(object, "name");
	struct str message = json_get_text(event, "message");
	message = message.len > 0 ? message : json_get_text(event, "note");
	struct side_event said;
	struct str words = arena_printf(
		sink->tmp, STR_FMT "   " STR_FMT "   " STR_FMT "/" STR_FMT "   " STR_FMT,
		STR_ARG(json_get_text(event, "type")), STR_ARG(json_get_text(event, "reason")),
		STR_ARG(json_get_text(object, "kind")), STR_ARG(name), STR_ARG(message));
	side_event_begin(&said, event_time(event), CLOCK_ZONE_UTC);
	side_event_text(&said, "pod", name);
	side_event_say(&said, sink, words, place(sink, from, json_get_text(event, "reason")));
}

/* ---- documents ---- */

static void read_object(struct side_sink *sink, const struct json *object, struct str *from)
{
	const struct json *items = json_get(object, "items");
	struct str kind = json_get_text(object, "kind");
	if (json_type(items) == JSON_ARRAY) {
		for (const struct json *item = json_first(items); item != NULL;
		     item = json_next(item)) {
			bool is_event = json_get(item, "involvedObject") != NULL ||
			                json_get(item, "regarding") != NULL;
			if (is_event) {
				read_event(sink, item, from);
			} else if (json_get(item, "status") != NULL) {
				read_pod(sink, item, from);
			}
		}
	} else if (str_equals(kind, STR("Event"))) {
		read_event(sink, object, from);
	} else if (str_equals(kind, STR("Pod"))) {
		read_pod(sink, object, from);
	}
}

/* Documents of YAML begin with apiVersion and are parted by "---". */
static void read_yaml(struct str text, struct side_sink *sink)
{
	enum { DOCUMENTS_MAX = 2000 };
	struct str rest = text;
	for (int i = 0; i < DOCUMENTS_MAX; i++) {
		struct str head = side_line_starts(rest, STR("apiVersion: ")), part, next;
		if (head.ptr == NULL) {
			return;
		}
		rest = (struct str){head.ptr, (size_t)(text.ptr + text.len - head.ptr)};
		str_cut(rest, STR("\n---"), &part, &next);
		bool is_cut = false;
		struct json *document = yaml_parse(part, &is_cut);
		if (is_cut) {
			sink->damage = STR(TEXT_MARK("the YAML document is not whole"));
		}
		struct str from = part;
		read_object(sink, document, &from);
		side_claim(sink, part);
		json_destroy(document);
		rest = next;
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	if (side_line_starts(text, STR("apiVersion: ")).len > 0) {
		read_yaml(text, sink);
		return;
	}
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		read_object(sink, document, &from);
		json_destroy(document);
	}
}

const struct side side_kube_objects = {
	.name = "kubernetes-objects",
	.what = TEXT_MARK("pods or events of Kubernetes"),
	.bid = bid,
	.read = read,
};
