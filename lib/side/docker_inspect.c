/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker inspect and docker's own config.v2.json. State tells of the run that ended, or of the one
 * that runs now: OOMKilled and ExitCode are reset by a restart, FinishedAt stays that of the run
 * before. Sources: moby api/types/container, container/state.go
 */
#include "side/readers.h"

static int bid(struct str text)
{
	return str_contains(text, STR("\"OOMKilled\"")) &&
	                       str_contains(text, STR("\"ExitCode\"")) &&
	                       str_contains(text, STR("\"State\""))
	               ? 95
	               : 0;
}

/* The service that compose knows a container as; or its name. */
static struct str name_of(const struct json *container)
{
	struct str name = json_get_text(container, "Name");
	return str_skip(name, str_starts(name, STR("/")) ? 1 : 0);
}

static void read_health(struct side_sink *sink, const struct json *state, struct str *from)
{
	const struct json *health = json_get(state, "Health");
	struct str status = json_get_text(health, "Status");
	if (status.len == 0 || str_equals(status, STR("none"))) {
		return;
	}
	struct str line = side_line_of(sink, from, STR("\"Health\""));
	side_fact_text(sink, "container.health", status, line);
	side_fact(sink, "container.health_failures",
	          json_number(json_get(health, "FailingStreak"), 0), "", line);
	if (str_equals(status, STR("unhealthy"))) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "name", sink->instance);
		side_event_end(&event, sink, "host.docker.unhealthy", line);
	}
}

static void read_limits(struct side_sink *sink, const struct json *container, struct str *from)
{
	const struct json *host = json_get(container, "HostConfig");
	double memory = json_number(json_get(host, "Memory"), 0);
	double cpus = json_number(json_get(host, "NanoCpus"), 0) / 1e9;
	double quota = json_number(json_get(host, "CpuQuota"), 0);
	double period = json_number(json_get(host, "CpuPeriod"), 0);
	if (memory > 0) {
		side_fact(sink, "container.memory_limit_bytes", memory, "bytes",
		          side_line_of(sink, from, STR("\"Memory\"")));
	}
	if (cpus > 0) {
		side_fact(sink, "container.cpu_limit", cpus, "",
		          side_line_of(sink, from, STR("\"NanoCpus\"")));
	} else if (quota > 0) {
		side_fact(sink, "container.cpu_limit", quota / (period > 0 ? period : 100000), "",
		          side_line_of(sink, from, STR("\"CpuQuota\"")));
	}
}

static void read_end(struct side_sink *sink, const struct json *container, struct str *from)
{
	const struct json *state = json_get(container, "State");
	bool is_running = json_bool(json_get(state, "Running"), false);
	double restarts = json_number(json_get(container, "RestartCount"), 0);
	int64_t finished_ns = side_time(json_get_text(state, "FinishedAt"));
	double code = json_number(json_get(state, "ExitCode"), -1);
	struct side_container_end end = {
		.name = sink->instance,
		.reason = json_get_text(state, "Error"),
		.line = side_line_of(sink, from, STR("\"OOMKilled\"")),
		.code = is_running || code < 0 || code > 255 ? -1 : (int)code,
		.is_oom = json_bool(json_get(state, "OOMKilled"), false),
		.is_oom_known = true,
		.time_ns = finished_ns,
	};
	/* one that runs and was never restarted by docker ended for somebody, long ago */
	bool has_ended = finished_ns != TIME_NONE && (!is_running || restarts > 0 || end.is_oom);
	if (has_ended) {
		side_container_ended(sink, &end);
	}
	int64_t started_ns = side_time(json_get_text(state, "StartedAt"));
	if (started_ns != TIME_NONE) {
		side_fact_text(sink, "container.started", clock_format(sink->tmp, started_ns),
		               side_line_of(sink, from, STR("\"StartedAt\"")));
	}
}

static void read_container(struct side_sink *sink, const struct json *container, struct str *from)
{
	const struct json *state = json_get(container, "State");
	if (json_type(state) != JSON_OBJECT) {
		return;
	}
	sink->instance = arena_str(sink->tmp, name_of(container));
	struct str id = json_get_text(container, "Id"), status = json_get_text(state, "Status");
	id = id.len > 0 ? id : json_get_text(container, "ID");
	if (sink->instance.len > 0) {
		struct str behind = *from;
		side_fact_text(sink, "container.id", id.len > 0 ? id : STR("?"),
		               side_line_of(sink, &behind, id.len > 0 ? id : STR("\"State\"")));
	}
	if (status.len > 0) {
		side_fact_text(sink, "container.status", status,
		               side_line_of(sink, from, STR("\"Status\"")));
	}
	read_end(sink, container, from);
	read_health(sink, state, from);
	const struct json *restarts = json_get(container, "RestartCount");
	if (json_type(restarts) == JSON_NUMBER) {
		side_fact(sink, "container.restarts", json_number(restarts, 0), "",
		          side_line_of(sink, from, STR("\"RestartCount\"")));
	}
	read_limits(sink, container, from);
	sink->instance = STR("");
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		if (json_type(document) == JSON_OBJECT) {
			read_container(sink, document, &from);
		}
		for (const struct json *item =
		             json_type(document) == JSON_ARRAY ? json_first(document) : NULL;
		     item != NULL; item = json_next(item)) {
			read_container(sink, item, &from);
		}
		json_destroy(document);
	}
}

const struct side side_docker_inspect = {
	.name = "docker-inspect",
	.what = "docker inspect",
	.bid = bid,
	.read = read,
};
