/* SPDX-License-Identifier: Apache-2.0 */
/* iostat -x, docker inspect, kubectl describe pod. Sources: sysstat 12.6 and 10.x; docker; kubectl. */
#include "base/json.h"

#include "side/readers.h"

enum { COLUMNS_MAX = 40 };

/* ---- iostat ---- */

static int bid_iostat(struct str head, struct str path)
{
	(void)path;
	return str_contains(head, STR("%util")) && str_contains(head, STR("Device")) ? 90 : 0;
}

struct worst {
	double value;
	uint64_t line;
	struct str text;
};

static void note_worst(struct worst *worst, double value, uint64_t line, struct str text)
{
	if (value > worst->value) {
		*worst = (struct worst){value, line, text};
	}
}

static size_t read_columns(struct str line, struct str *columns)
{
	size_t count = 0;
	for (struct str word = side_word(&line); word.len > 0 && count < COLUMNS_MAX; word = side_word(&line)) {
		columns[count++] = word;
	}
	return count;
}

static void read_device(struct str line, uint64_t number, const struct str *names, size_t count, struct worst *worst)
{
	static const struct str wanted[] = {STR_INIT("%util"), STR_INIT("w_await"), STR_INIT("f_await")};
	struct str values[COLUMNS_MAX];
	if (read_columns(line, values) != count) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		double value;
		for (size_t j = 0; j < 3; j++) {
			if (str_equals(names[i], wanted[j]) && side_number(values[i], &value)) {
				note_worst(&worst[j], value, number, line);
			}
		}
	}
}

/* The first sample is the mean since boot: it counts only when it is alone. */
static void read_iostat(struct str text, const struct side_sink *sink)
{
	struct str names[COLUMNS_MAX], rest = text, line;
	struct worst first[3] = {{-1, 0, {NULL, 0}}, {-1, 0, {NULL, 0}}, {-1, 0, {NULL, 0}}}, later[3] = {first[0], first[0], first[0]};
	uint64_t number = 0;
	size_t count = 0, samples = 0;
	while (side_line(&rest, &line, &number)) {
		if (str_starts(line, STR("Device"))) {
			count = read_columns(line, names);
			samples++;
		} else if (str_trim(line).len == 0) {
			count = 0;
		} else if (count > 0) {
			read_device(line, number, names, count, samples > 1 ? later : first);
		}
	}
	const struct worst *worst = samples > 1 ? later : first;
	static const char *const ids[] = {"iostat.util_percent", "iostat.w_await_ms", "iostat.f_await_ms"};
	static const char *const units[] = {"%", "ms", "ms"};
	for (size_t i = 0; i < 3; i++) {
		if (worst[i].value >= 0) {
			side_fact(sink, ids[i], worst[i].value, units[i], worst[i].line, worst[i].text);
		}
	}
}

const struct side side_iostat = {.name = "iostat", .what = "iostat -x", .bid = bid_iostat, .read = read_iostat};

/* ---- docker inspect ---- */

static int bid_inspect(struct str head, struct str path)
{
	(void)path;
	struct str start = str_trim(str_slice(head, 0, 200));
	bool is_json = start.len > 0 && (start.ptr[0] == '[' || start.ptr[0] == '{');
	return is_json && str_contains(head, STR("\"OOMKilled\"")) && str_contains(head, STR("\"ExitCode\"")) ? 95 : 0;
}

static void read_container(const struct json *container, const struct side_sink *sink)
{
	const struct json *state = json_get(container, "State");
	struct str name = json_get_text(container, "Name");
	struct str evidence = arena_printf(sink->tmp, STR_FMT ": ExitCode %d, OOMKilled %s", STR_ARG(name),
	                                   (int)json_number(json_get(state, "ExitCode"), -1),
	                                   json_bool(json_get(state, "OOMKilled"), false) ? "true" : "false");
	if (json_type(state) != JSON_OBJECT) {
		return;
	}
	side_fact(sink, "docker.oom_killed", json_bool(json_get(state, "OOMKilled"), false) ? 1 : 0, "", 0, evidence);
	side_fact(sink, "docker.exit_code", json_number(json_get(state, "ExitCode"), -1), "", 0, evidence);
	side_fact_text(sink, "docker.status", json_get_text(state, "Status"), 0, evidence);
	if (json_number(json_get(json_get(container, "HostConfig"), "Memory"), 0) > 0) {
		side_fact(sink, "docker.memory_limit_bytes", json_number(json_get(json_get(container, "HostConfig"), "Memory"), 0), "B", 0,
		          evidence);
	}
}

static void read_inspect(struct str text, const struct side_sink *sink)
{
	struct json *document = json_parse(text, NULL);
	if (json_type(document) == JSON_ARRAY) {
		for (const struct json *item = json_first(document); item != NULL; item = json_next(item)) {
			read_container(item, sink);
		}
	} else {
		read_container(document, sink);
	}
	json_destroy(document);
}

const struct side side_inspect = {.name = "docker-inspect", .what = "docker inspect", .bid = bid_inspect, .read = read_inspect};

/* ---- kubectl describe pod ---- */

static int bid_describe(struct str head, struct str path)
{
	(void)path;
	return str_contains(head, STR("\nContainers:")) && str_contains(head, STR("Restart Count:")) ? 90 : 0;
}

static void read_describe(struct str text, const struct side_sink *sink)
{
	struct str rest = text, line;
	uint64_t number = 0;
	bool is_last = false;
	double value;
	while (side_line(&rest, &line, &number)) {
		struct str trimmed = str_trim(line);
		is_last = str_starts(trimmed, STR("Last State:")) || (is_last && !str_starts(trimmed, STR("Ready:")));
		if (is_last && str_starts(trimmed, STR("Reason:"))) {
			struct str reason = str_trim(str_skip(trimmed, 7));
			side_fact_text(sink, "kubernetes.last_reason", reason, number, line);
			if (str_equals(reason, STR("OOMKilled"))) {
				side_fact(sink, "docker.oom_killed", 1, "", number, line);
			}
		} else if (is_last && str_starts(trimmed, STR("Exit Code:")) && side_number(str_skip(trimmed, 10), &value)) {
			side_fact(sink, "docker.exit_code", value, "", number, line);
		} else if (str_starts(trimmed, STR("Restart Count:")) && side_number(str_skip(trimmed, 14), &value)) {
			side_fact(sink, "kubernetes.restarts", value, "", number, line);
		} else if (str_contains(trimmed, STR("Liveness probe failed"))) {
			side_fact(sink, "kubernetes.liveness_failed", 1, "", number, line);
		}
	}
}

const struct side side_describe = {.name = "kubectl-describe", .what = "kubectl describe pod", .bid = bid_describe, .read = read_describe};
