/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcdctl's answers that are lists: endpoint health, alarm list, member list.
 * Source: etcdctl ctlv3/command/ep_command.go, printer_simple.go, printer_json.go
 */
#include "side/readers.h"

/* ---- endpoint health ---- */

static bool is_health_head(struct str line)
{
	return str_contains(line, STR("ENDPOINT")) && str_contains(line, STR("HEALTH")) &&
	       str_contains(line, STR("TOOK"));
}

static bool is_health_line(struct str line)
{
	struct str rest = line, first = side_word(&rest);
	return str_starts(rest, STR(" is healthy: successfully ")) ||
	       str_starts(rest, STR(" is unhealthy: failed to ")) ||
	       str_starts(first, STR("[{\"endpoint\":\"")) ||
	       (str_starts(first, STR("|")) && is_health_head(line));
}

static int bid_health(struct str text)
{
	struct str rest = text, line;
	if (!str_contains(text, STR("health")) && !str_contains(text, STR("HEALTH"))) {
		return 0;
	}
	while (side_line(&rest, &line)) {
		if (is_health_line(str_trim(line))) {
			return 70;
		}
	}
	return 0;
}

static void add_health(struct side_sink *sink, struct str endpoint, bool is_healthy,
                       struct str took, struct str line)
{
	int64_t took_ns = duration_parse(str_trim(took));
	sink->instance = endpoint;
	side_fact(sink, "endpoint.healthy", is_healthy ? 1 : 0, "", line);
	if (is_healthy && took_ns != DURATION_NONE) {
		side_fact(sink, "endpoint.health_took_ms", (double)took_ns / (double)NS_PER_MS,
		          "ms", line);
	}
	if (!is_healthy) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "endpoint", endpoint);
		side_event_end(&event, sink, "etcd.ctl.unhealthy", line);
	}
	sink->instance = STR("");
}

static void read_health_line(struct side_sink *sink, struct str line,
                             const struct side_table_columns *table)
{
	struct str endpoint, rest, took = STR(""), cells[SIDE_COLUMNS_MAX];
	if (str_cut(line, STR(" is healthy: "), &endpoint, &rest)) {
		str_cut(rest, STR("took = "), NULL, &took);
		add_health(sink, str_trim(endpoint), true, took, line);
	} else if (str_cut(line, STR(" is unhealthy: failed to "), &endpoint, NULL)) {
		add_health(sink, str_trim(endpoint), false, took, line);
	} else if (table->count > 0 && side_columns_row(table, line, cells)) {
		struct str health = side_cell(table, cells, "HEALTH");
		if (str_equals(health, STR("true")) || str_equals(health, STR("false"))) {
			add_health(sink, side_cell(table, cells, "ENDPOINT"),
			           str_equals(health, STR("true")), side_cell(table, cells, "TOOK"),
			           line);
		}
	}
}

static void read_health_json(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		for (const struct json *item = json_first(document); item != NULL;
		     item = json_next(item)) {
			if (json_type(json_get(item, "health")) == JSON_BOOL) {
				add_health(sink, json_get_text(item, "endpoint"),
				           json_bool(json_get(item, "health"), false),
				           json_get_text(item, "took"),
				           side_line_of(sink, &from, STR("\"endpoint\"")));
			}
		}
		json_destroy(document);
	}
}

static void read_health(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct side_table_columns table = {0};
	while (side_line(&rest, &line)) {
		if (is_health_head(line)) {
			side_columns_read(&table, line);
		} else if (str_trim(line).len == 0) {
			table.count = 0;
		} else {
			read_health_line(sink, line, &table);
		}
	}
	if (str_contains(text, STR("\"health\":"))) {
		read_health_json(text, sink);
	}
}

const struct side side_endpoint_health = {
	.name = "endpoint-health",
	.what = "etcdctl endpoint health",
	.bid = bid_health,
	.read = read_health,
};

/* ---- alarm list ---- */

void side_alarms(struct side_sink *sink, struct str names, struct str line)
{
	static const struct {
		struct str name;
		const char *fact, *kind;
	} alarms[] = {{STR_INIT("NOSPACE"), "endpoint.alarm_nospace", "etcd.alarm.nospace"},
	              {STR_INIT("CORRUPT"), "endpoint.alarm_corrupt", "etcd.alarm.corrupt"}};
	for (size_t i = 0; i < SIDE_COUNT(alarms); i++) {
		struct side_event event;
		if (!str_contains(names, alarms[i].name)) {
			continue;
		}
		side_fact(sink, alarms[i].fact, 1, "", line);
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "endpoint", sink->instance);
		side_event_end(&event, sink, alarms[i].kind, line);
	}
}

/* "memberID:13803658152347727308 alarm:NOSPACE ", alone in its line */
static bool read_alarm(struct str line, struct str *member, struct str *alarm)
{
	struct str rest = str_trim(line), first = side_word(&rest), second = side_word(&rest);
	if (!str_starts(first, STR("memberID:")) || !str_starts(second, STR("alarm:"))) {
		return false;
	}
	*member = str_skip(first, 9);
	*alarm = str_skip(second, 6);
	return true;
}

static int bid_alarms(struct str text)
{
	struct str line = side_line_starts(text, STR("memberID:")), member, alarm;
	return read_alarm(line, &member, &alarm) ? 75 : 0;
}

static void read_alarms(struct str text, struct side_sink *sink)
{
	struct str rest = text, line, member, alarm;
	while (side_line(&rest, &line)) {
		uint64_t id;
		if (!read_alarm(line, &member, &alarm) || !str_to_uint64(member, &id)) {
			continue;
		}
		sink->instance = arena_printf(sink->tmp, "%llx", (unsigned long long)id);
		side_alarms(sink, alarm, line);
	}
	sink->instance = STR("");
}

const struct side side_alarm_list = {
	.name = "alarm-list",
	.what = "etcdctl alarm list",
	.bid = bid_alarms,
	.read = read_alarms,
};

/* ---- member list ---- */

struct members {
	double count, unstarted, learners;
	struct str line;
};

/* "2e1259d415f2a040, started, m0, http://10.0.0.1:2380, http://10.0.0.1:2379, false" */
static bool read_member(struct str line, struct members *members)
{
	struct str id, state, rest;
	uint64_t number;
	if (!str_cut(str_trim(line), STR(", "), &id, &rest) || !str_to_hex64(id, &number)) {
		return false;
	}
	str_cut(rest, STR(","), &state, &rest);
	bool is_started = str_equals(state, STR("started"));
	if (!is_started && !str_equals(state, STR("unstarted"))) {
		return false;
	}
	members->count++;
	members->unstarted += is_started ? 0 : 1;
	members->learners += str_ends(str_trim(rest), STR(" true")) ? 1 : 0;
	members->line = line;
	return true;
}

static bool is_member_head(struct str line)
{
	return str_contains(line, STR("PEER ADDRS")) && str_contains(line, STR("CLIENT ADDRS"));
}

static bool is_member_json(struct str text)
{
	return str_contains(text, STR("\"peerURLs\"")) && str_contains(text, STR("\"clientURLs\""));
}

static int bid_members(struct str text)
{
	struct str rest = text, line;
	struct members members = {0};
	if (is_member_head(text) || is_member_json(text)) {
		return 75;
	}
	if (!str_contains(text, STR(", started, ")) && !str_contains(text, STR(", unstarted, "))) {
		return 0;
	}
	while (side_line(&rest, &line)) {
		if (read_member(line, &members)) {
			return 75;
		}
	}
	return 0;
}

static void read_member_row(struct str line, const struct side_table_columns *table,
                            struct members *members)
{
	struct str cells[SIDE_COLUMNS_MAX];
	if (table->count == 0 || !side_columns_row(table, line, cells)) {
		return;
	}
	struct str state = side_cell(table, cells, "STATUS");
	if (str_equals(state, STR("started")) || str_equals(state, STR("unstarted"))) {
		members->count++;
		members->unstarted += str_equals(state, STR("started")) ? 0 : 1;
		members->learners +=
			str_equals(side_cell(table, cells, "IS LEARNER"), STR("true")) ? 1 : 0;
		members->line = line;
	}
}

static void read_member_json(struct str text, struct side_sink *sink, struct members *members)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		for (const struct json *item = json_first(json_get(document, "members"));
		     item != NULL; item = json_next(item)) {
			if (json_get(item, "peerURLs") != NULL) {
				members->count++;
				members->unstarted += json_get_text(item, "name").len == 0 ? 1 : 0;
				members->learners +=
					json_bool(json_get(item, "isLearner"), false) ? 1 : 0;
				members->line = side_line_of(sink, &from, STR("\"peerURLs\""));
			}
		}
		json_destroy(document);
	}
}

static void read_members(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct members members = {0};
	struct side_table_columns table = {0};
	while (side_line(&rest, &line)) {
		if (is_member_head(line)) {
			side_columns_read(&table, line);
		} else if (!read_member(line, &members)) {
			read_member_row(line, &table, &members);
		}
	}
	if (is_member_json(text)) {
		read_member_json(text, sink, &members);
	}
	if (members.count > 0) {
		side_fact(sink, "members.count", members.count, "", members.line);
		side_fact(sink, "members.unstarted", members.unstarted, "", members.line);
		side_fact(sink, "members.learners", members.learners, "", members.line);
	}
}

const struct side side_member_list = {
	.name = "member-list",
	.what = "etcdctl member list",
	.bid = bid_members,
	.read = read_members,
};
