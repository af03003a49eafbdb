/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl describe pod. A line "Name:" without indent begins a pod; below "Containers:" a name with
 * two blanks before it begins a container; "State:" and "Last State:" are followed by deeper lines
 * that tell of them. Source: kubectl pkg/describe/describe.go, describePod
 */
#include "side/readers.h"

enum section { SECTION_NONE, SECTION_CONTAINERS, SECTION_EVENTS };

struct pod {
	enum section section;
	struct str name, container;
	struct str state;  /* "State", "Last State"; empty: another part of a container */
	struct str limits; /* "Limits" or "Requests" */
	struct side_container_end end;
	bool has_end;
	bool is_init; /* below "Init Containers:" */
};

static int bid(struct str text)
{
	return side_line_starts(text, STR("Restart Count:")).len > 0 &&
	                       side_line_starts(text, STR("Containers:")).len > 0
	               ? 90
	               : 0;
}

static void close_end(struct side_sink *sink, struct pod *pod)
{
	if (pod->has_end) {
		side_container_ended(sink, &pod->end);
	}
	pod->has_end = false;
	pod->state = STR("");
}

static void open_state(struct side_sink *sink, struct pod *pod, struct str name, struct str value,
                       struct str line)
{
	close_end(sink, pod);
	pod->state = name;
	pod->has_end = str_equals(value, STR("Terminated"));
	pod->end = (struct side_container_end){.name = pod->name,
	                                       .container = pod->container,
	                                       .line = line,
	                                       .code = -1,
	                                       .is_kubernetes = true,
	                                       .is_init = pod->is_init,
	                                       .time_ns = TIME_NONE};
}

static void read_state(struct side_sink *sink, struct pod *pod, struct str key, struct str value,
                       struct str line)
{
	double code;
	if (str_equals(key, STR("Reason"))) {
		pod->end.reason = value;
		pod->end.is_oom = str_equals(value, STR("OOMKilled"));
		if (!pod->has_end) {
			side_fact_text(sink, "container.status", value, line);
		}
		if (str_equals(value, STR("CrashLoopBackOff"))) {
			struct side_event event;
			side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
			side_event_text(&event, "name", pod->name);
			side_event_end(&event, sink, "host.k8s.backoff", line);
		}
	} else if (str_equals(key, STR("Exit Code")) && side_number(value, &code) && code >= 0 &&
	           code <= 255) {
		pod->end.code = (int)code;
		pod->end.line = line;
	} else if (str_equals(key, STR("Finished"))) {
		pod->end.time_ns = side_time_rfc1123(value);
	}
}

static void read_limit(struct side_sink *sink, const struct pod *pod, struct str key,
                       struct str value, struct str line)
{
	double number;
	if (!str_equals(pod->limits, STR("Limits"))) {
		return;
	}
	if (str_equals(key, STR("memory")) && side_bytes(value, false, &number)) {
		side_fact(sink, "container.memory_limit_bytes", number, "bytes", line);
	} else if (str_equals(key, STR("cpu")) && side_number(value, &number)) {
		bool is_milli = str_ends(value, STR("m"));
		side_fact(sink, "container.cpu_limit", is_milli ? number / 1000 : number, "", line);
	}
}

static size_t indent_of(struct str line)
{
	size_t indent = 0;
	while (indent < line.len && line.ptr[indent] == ' ') {
		indent++;
	}
	return indent;
}

static void read_container(struct side_sink *sink, struct pod *pod, struct str line)
{
	static const struct str parts[] = {STR_INIT("Ready"),    STR_INIT("Restart Count"),
	                                   STR_INIT("Limits"),   STR_INIT("Requests"),
	                                   STR_INIT("Liveness"), STR_INIT("Environment")};
	struct str key, value, trimmed = str_trim(line);
	double number;
	if (!str_cut(trimmed, STR(":"), &key, &value)) {
		return;
	}
	value = str_trim(value);
	if (indent_of(line) <= 2 && value.len == 0) {
		close_end(sink, pod);
		pod->container = key;
		return;
	}
	if (str_equals(key, STR("State")) || str_equals(key, STR("Last State"))) {
		open_state(sink, pod, key, value, line);
		return;
	}
	for (size_t i = 0; i < SIDE_COUNT(parts); i++) {
		if (str_equals(key, parts[i])) {
			close_end(sink, pod);
			pod->limits = key;
		}
	}
	if (str_equals(key, STR("Restart Count")) && side_number(value, &number)) {
		side_fact(sink, "container.restarts", number, "", line);
	} else if (pod->state.len > 0) {
		read_state(sink, pod, key, value, line);
	} else {
		read_limit(sink, pod, key, value, line);
	}
}

static void open_pod(struct pod *pod, struct str name, struct side_sink *sink)
{
	close_end(sink, pod);
	*pod = (struct pod){.name = name};
	sink->instance = name;
}

static void read_top(struct side_sink *sink, struct pod *pod, struct str line)
{
	struct str key, value;
	if (!str_cut(line, STR(":"), &key, &value)) {
		return;
	}
	value = str_trim(value);
	close_end(sink, pod);
	pod->section = str_equals(key, STR("Containers")) || str_equals(key, STR("Init Containers"))
	                       ? SECTION_CONTAINERS
	               : str_equals(key, STR("Events")) ? SECTION_EVENTS
	                                                : SECTION_NONE;
	pod->is_init = str_equals(key, STR("Init Containers"));
	if (str_equals(key, STR("Name")) && value.len > 0) {
		open_pod(pod, value, sink);
	} else if (str_equals(key, STR("Reason")) && str_equals(value, STR("Evicted"))) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "pod", pod->name);
		side_event_end(&event, sink, "host.k8s.evicted", line);
	} else if (str_equals(key, STR("Message")) && str_contains(value, STR("low on resource"))) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "pod", pod->name);
		side_event_say(&event, sink, value, line);
	}
}

/* "  Warning  Unhealthy  116s (x5 over 3m56s)   kubelet  Liveness probe failed: ..."; its age
 * counts from when it was collected, which nobody wrote down. */
static void read_event(struct side_sink *sink, const struct pod *pod, struct str line)
{
	struct str trimmed = str_trim(line);
	if (str_starts(trimmed, STR("Warning ")) || str_starts(trimmed, STR("Normal "))) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "pod", pod->name);
		side_event_say(&event, sink, trimmed, line);
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct pod pod = {0};
	while (side_line(&rest, &line)) {
		if (line.len == 0) {
			continue;
		}
		if (line.ptr[0] != ' ' && line.ptr[0] != '\t') {
			read_top(sink, &pod, line);
		} else if (pod.section == SECTION_CONTAINERS) {
			read_container(sink, &pod, line);
		} else if (pod.section == SECTION_EVENTS) {
			read_event(sink, &pod, line);
		}
	}
	close_end(sink, &pod);
	sink->instance = STR("");
}

const struct side side_kube_describe = {
	.name = "kubectl-describe",
	.what = "kubectl describe pod",
	.bid = bid,
	.read = read,
};
