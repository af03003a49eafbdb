/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker events as JSON, docker ps and docker compose ps, docker stats. The text form of docker
 * events is a log: its lines are read as such. Sources: moby api/types/events; docker/cli
 * cli/command/formatter
 */
#include "side/readers.h"

/* ---- docker events --format '{{json .}}' ---- */

static int bid_events(struct str text)
{
	return str_contains(text, STR("\"Action\":\"")) && str_contains(text, STR("\"Actor\":{")) &&
	                       str_contains(text, STR("\"timeNano\":"))
	               ? 90
	               : 0;
}

static bool is_action(struct str action, struct str name)
{
	return str_starts(action, name) && (action.len == name.len || action.ptr[name.len] == ':');
}

/* The same words as the text form, which the rules know. */
static struct str event_words(struct side_sink *sink, const struct json *event, struct str action)
{
	const struct json *actor = json_get(event, "Actor");
	const struct json *attributes = json_get(actor, "Attributes");
	struct str id = json_get_text(actor, "ID"), name = json_get_text(attributes, "name");
	struct str code = json_get_text(attributes, "exitCode");
	struct str signal = json_get_text(attributes, "signal");
	return arena_printf(
		sink->tmp,
		"container " STR_FMT " " STR_FMT " (%s" STR_FMT "%sname=" STR_FMT "%s" STR_FMT ")",
		STR_ARG(action), STR_ARG(id.len > 0 ? id : STR("0000")),
		code.len > 0 ? "exitCode=" : "", STR_ARG(code), code.len > 0 ? ", " : "",
		STR_ARG(name), signal.len > 0 ? ", signal=" : "", STR_ARG(signal));
}

static int64_t event_time(const struct json *event)
{
	double nano = json_number(json_get(event, "timeNano"), 0);
	double second = json_number(json_get(event, "time"), 0);
	if (nano > 1e17 && nano < 9e18) {
		return (int64_t)(nano / 1e6) * NS_PER_MS; /* a double has no more digits */
	}
	return second > 1e8 && second < 9e9 ? (int64_t)second * NS_PER_SEC : TIME_NONE;
}

static void read_event(struct side_sink *sink, const struct json *event, struct str line)
{
	static const struct str actions[] = {STR_INIT("die"), STR_INIT("oom"), STR_INIT("kill"),
	                                     STR_INIT("stop"), STR_INIT("health_status")};
	struct str action = json_get_text(event, "Action"), type = json_get_text(event, "Type");
	for (size_t i = 0; i < SIDE_COUNT(actions); i++) {
		if (is_action(action, actions[i]) &&
		    (type.len == 0 || str_equals(type, STR("container")))) {
			struct side_event said;
			side_event_begin(&said, event_time(event), CLOCK_ZONE_UTC);
			side_event_say(&said, sink, event_words(sink, event, action), line);
		}
	}
}

static void read_events(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		read_event(sink, document, raw);
		json_destroy(document);
	}
}

const struct side side_docker_events = {
	.name = "docker-events",
	.what = "docker events",
	.bid = bid_events,
	.read = read_events,
};

/* ---- docker ps, docker compose ps ---- */

static bool is_ps_head(struct str line)
{
	bool is_docker = str_starts(line, STR("CONTAINER ID")) && str_contains(line, STR("STATUS"));
	bool is_compose = str_starts(line, STR("NAME")) && str_contains(line, STR("STATUS")) &&
	                  (str_contains(line, STR("SERVICE")) ||
	                   str_contains(line, STR("COMMAND")) || str_contains(line, STR("PORTS")));
	bool is_old = str_starts(line, STR("Name ")) && str_contains(line, STR(" State ")) &&
	              str_contains(line, STR("Command"));
	return is_docker || is_compose || is_old;
}

static int bid_ps(struct str text)
{
	struct str rest = text, line;
	if (!str_contains(text, STR("STATUS")) && !str_contains(text, STR(" State "))) {
		return 0;
	}
	while (side_line(&rest, &line)) {
		if (is_ps_head(str_trim(line))) {
			return 85;
		}
	}
	return 0;
}

/* "Exited (137) 5 minutes ago", "Exit 137", "exited (137)"; -1: it says no code. */
static int exit_code(struct str status)
{
	double code;
	struct str number = STR("");
	if (!str_starts(status, STR("Exit")) && !str_starts(status, STR("exited")) &&
	    !str_starts(status, STR("Restarting"))) {
		return -1;
	}
	if (!str_cut(status, STR("("), NULL, &number)) {
		str_cut(status, STR(" "), NULL, &number);
	}
	return side_number(number, &code) && code >= 0 && code <= 255 ? (int)code : -1;
}

static void read_ps_row(struct side_sink *sink, const struct side_table_columns *table,
                        struct str line)
{
	struct str cells[SIDE_COLUMNS_MAX];
	if (!side_columns_row(table, line, cells)) {
		return;
	}
	struct str name = side_cell(table, cells, "NAMES");
	name = name.len > 0 ? name : side_cell(table, cells, "NAME");
	struct str status = side_cell(table, cells, "STATUS");
	status = status.len > 0 ? status : side_cell(table, cells, "State");
	if (name.len == 0 || status.len == 0) {
		return;
	}
	sink->instance = name;
	side_fact_text(sink, "container.status", status, line);
	int code = exit_code(status);
	if (code >= 0) {
		struct side_container_end end = {
			.name = name, .line = line, .code = code, .time_ns = TIME_NONE};
		side_container_ended(sink, &end);
	}
	if (str_contains(status, STR("(unhealthy)"))) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "name", name);
		side_event_end(&event, sink, "host.docker.unhealthy", line);
	}
	sink->instance = STR("");
}

static void read_ps(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct side_table_columns table = {0};
	while (side_line(&rest, &line)) {
		if (is_ps_head(str_trim(line))) {
			side_columns_read(&table, line);
		} else if (str_trim(line).len == 0) {
			table.count = 0;
		} else if (table.count > 0) {
			read_ps_row(sink, &table, line);
		}
	}
}

const struct side side_docker_ps = {
	.name = "docker-ps",
	.what = "docker ps",
	.bid = bid_ps,
	.read = read_ps,
};

/* ---- docker stats ---- */

static bool is_stats_head(struct str line)
{
	return str_contains(line, STR("CPU %")) && str_contains(line, STR("MEM USAGE / LIMIT"));
}

static int bid_stats(struct str text)
{
	return is_stats_head(text) ? 85 : 0;
}

static void read_stats_row(struct side_sink *sink, const struct side_table_columns *table,
                           struct str line)
{
	struct str cells[SIDE_COLUMNS_MAX], used, limit;
	double value, bytes;
	if (!side_columns_row(table, line, cells)) {
		return;
	}
	struct str name = side_cell(table, cells, "NAME");
	sink->instance = name.len > 0 ? name : side_cell(table, cells, "CONTAINER ID");
	if (side_number(side_cell(table, cells, "CPU %"), &value)) {
		side_fact(sink, "container.cpu_percent", value, "%", line);
	}
	if (side_number(side_cell(table, cells, "MEM %"), &value)) {
		side_fact(sink, "container.memory_percent", value, "%", line);
	}
	str_cut(side_cell(table, cells, "MEM USAGE / LIMIT"), STR("/"), &used, &limit);
	if (side_bytes(used, false, &bytes)) {
		side_fact(sink, "container.memory_bytes", bytes, "bytes", line);
	}
	if (side_bytes(limit, false, &bytes)) {
		side_fact(sink, "container.memory_limit_bytes", bytes, "bytes", line);
	}
	sink->instance = STR("");
}

static void read_stats(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct side_table_columns table = {0};
	while (side_line(&rest, &line)) {
		if (is_stats_head(line)) {
			side_columns_read(&table, line);
		} else if (str_trim(line).len == 0) {
			table.count = 0;
		} else if (table.count > 0) {
			read_stats_row(sink, &table, line);
		}
	}
}

const struct side side_docker_stats = {
	.name = "docker-stats",
	.what = "docker stats",
	.bid = bid_stats,
	.read = read_stats,
};
