/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl get pods, get events and top, as tables. Source: kubernetes pkg/printers/internalversion;
 * kubectl pkg/cmd/events
 */
#include "side/readers.h"

typedef void read_row(struct side_sink *sink, const struct side_table_columns *table,
                      const struct str *cells, struct str line);

static bool has_head(struct str text, bool (*is_head)(struct str line))
{
	struct str rest = text, line;
	while (side_line(&rest, &line)) {
		if (is_head(str_trim(line))) {
			return true;
		}
	}
	return false;
}

static void read_table(struct str text, struct side_sink *sink, bool (*is_head)(struct str line),
                       read_row *row)
{
	struct str rest = text, line, cells[SIDE_COLUMNS_MAX];
	struct side_table_columns table = {0};
	while (side_line(&rest, &line)) {
		if (is_head(str_trim(line))) {
			side_columns_read(&table, line);
		} else if (str_trim(line).len == 0) {
			table.count = 0;
		} else if (table.count > 0 && side_columns_row(&table, line, cells)) {
			row(sink, &table, cells, line);
			sink->instance = STR("");
		}
	}
}

/* ---- get pods ---- */

static bool is_pods_head(struct str line)
{
	bool begins = str_starts(line, STR("NAME ")) || str_starts(line, STR("NAMESPACE "));
	return begins && str_contains(line, STR("READY ")) && str_contains(line, STR("STATUS ")) &&
	       str_contains(line, STR("RESTARTS "));
}

/* A row of such a table. */
struct pod {
	struct str name, status, restarts;
};

/* "1/1" */
static bool is_share(struct str word)
{
	struct str ready, all;
	double number;
	return str_cut(word, STR("/"), &ready, &all) && side_number(ready, &number) &&
	       side_number(all, &number);
}

/* Small letters, digits, dashes and dots. */
static bool is_pod_name(struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		char byte = word.ptr[i];
		if (!((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
		      byte == '.')) {
			return false;
		}
	}
	return word.len > 0;
}

/* A row whose head was left out (`kubectl get pods | grep etcd`), perhaps with the namespace first.
 */
static bool read_bare_pod(struct str line, struct pod *pod)
{
	double number;
	struct str rest = line;
	pod->name = side_word(&rest);
	struct str ready = side_word(&rest);
	if (!is_share(ready)) {
		pod->name = ready;
		ready = side_word(&rest);
	}
	pod->status = side_word(&rest);
	pod->restarts = side_word(&rest);
	struct str age = str_trim(rest);
	bool is_age = age.len > 1 && str_find_byte(STR("smhdy"), age.ptr[age.len - 1]) >= 0;
	return is_pod_name(pod->name) && is_share(ready) && side_number(pod->restarts, &number) &&
	       (is_age || str_find_byte(age, ' ') > 0);
}

static bool has_only_pods(struct str text)
{
	struct str rest = text, line;
	struct pod pod;
	size_t rows = 0;
	while (side_line(&rest, &line)) {
		if (str_trim(line).len > 0 && !read_bare_pod(line, &pod)) {
			return false;
		}
		rows += str_trim(line).len > 0 ? 1 : 0;
	}
	return rows > 0;
}

static int bid_pods(struct str text)
{
	if (str_contains(text, STR("RESTARTS")) && has_head(text, is_pods_head)) {
		return 85;
	}
	return has_only_pods(text) ? 80 : 0;
}

static void take_pod(struct side_sink *sink, const struct pod *pod, struct str line)
{
	double restarts;
	struct str status = pod->status;
	if (pod->name.len == 0 || status.len == 0) {
		return;
	}
	sink->instance = pod->name;
	side_fact_text(sink, "container.status", status, line);
	if (side_number(pod->restarts, &restarts)) {
		side_fact(sink, "container.restarts", restarts, "", line);
	}
	const char *kind = str_equals(status, STR("OOMKilled"))          ? "host.k8s.oom_killed"
	                   : str_equals(status, STR("Evicted"))          ? "host.k8s.evicted"
	                   : str_equals(status, STR("CrashLoopBackOff")) ? "host.k8s.backoff"
	                                                                 : NULL;
	if (kind != NULL) {
		struct side_event event;
		side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
		side_event_text(&event, "name", pod->name);
		side_event_end(&event, sink, kind, line);
	}
}

static void read_pod(struct side_sink *sink, const struct side_table_columns *table,
                     const struct str *cells, struct str line)
{
	struct pod pod = {side_cell(table, cells, "NAME"), side_cell(table, cells, "STATUS"),
	                  side_cell(table, cells, "RESTARTS")};
	take_pod(sink, &pod, line);
}

static void read_pods(struct str text, struct side_sink *sink)
{
	if (has_head(text, is_pods_head)) {
		read_table(text, sink, is_pods_head, read_pod);
		return;
	}
	struct str rest = text, line;
	struct pod pod;
	while (side_line(&rest, &line)) {
		if (read_bare_pod(line, &pod)) {
			take_pod(sink, &pod, line);
		}
	}
}

const struct side side_kube_pods = {
	.name = "kubectl-pods",
	.what = "kubectl get pods",
	.bid = bid_pods,
	.read = read_pods,
};

/* ---- get events ---- */

static bool is_events_head(struct str line)
{
	return str_contains(line, STR("LAST SEEN")) && str_contains(line, STR("REASON")) &&
	       str_contains(line, STR("OBJECT")) && str_contains(line, STR("MESSAGE"));
}

static int bid_events(struct str text)
{
	return str_contains(text, STR("LAST SEEN")) && has_head(text, is_events_head) ? 85 : 0;
}

/* Ages count from when it was collected: undated. */
static void read_event(struct side_sink *sink, const struct side_table_columns *table,
                       const struct str *cells, struct str line)
{
	struct side_event event;
	struct str object = side_cell(table, cells, "OBJECT"), pod;
	struct str said = arena_printf(sink->tmp, STR_FMT "   " STR_FMT "   " STR_FMT "   " STR_FMT,
	                               STR_ARG(side_cell(table, cells, "TYPE")),
	                               STR_ARG(side_cell(table, cells, "REASON")), STR_ARG(object),
	                               STR_ARG(side_cell(table, cells, "MESSAGE")));
	side_event_begin(&event, TIME_NONE, CLOCK_ZONE_NONE);
	if (str_cut(object, STR("/"), NULL, &pod)) {
		side_event_text(&event, "pod", pod);
	}
	side_event_say(&event, sink, said, line);
}

static void read_events(struct str text, struct side_sink *sink)
{
	read_table(text, sink, is_events_head, read_event);
}

const struct side side_kube_events = {
	.name = "kubectl-events",
	.what = "kubectl get events",
	.bid = bid_events,
	.read = read_events,
};

/* ---- top ---- */

static bool is_top_head(struct str line)
{
	return str_contains(line, STR("CPU(cores)")) && str_contains(line, STR("MEMORY(bytes)"));
}

static int bid_top(struct str text)
{
	return is_top_head(text) ? 85 : 0;
}

static void read_top_row(struct side_sink *sink, const struct side_table_columns *table,
                         const struct str *cells, struct str line)
{
	double value;
	struct str cores = side_cell(table, cells, "CPU(cores)");
	sink->instance = side_cell(table, cells, "NAME");
	if (side_number(cores, &value)) {
		value = str_ends(cores, STR("m")) ? value / 1000 : value;
		side_fact(sink, "container.cpu_cores", value, "", line);
	}
	if (side_bytes(side_cell(table, cells, "MEMORY(bytes)"), false, &value)) {
		side_fact(sink, "container.memory_bytes", value, "bytes", line);
	}
	if (side_number(side_cell(table, cells, "MEMORY%"), &value)) {
		side_fact(sink, "node.memory_percent", value, "%", line);
	}
	if (side_number(side_cell(table, cells, "CPU%"), &value)) {
		side_fact(sink, "node.cpu_percent", value, "%", line);
	}
}

static void read_top(struct str text, struct side_sink *sink)
{
	read_table(text, sink, is_top_head, read_top_row);
}

const struct side side_kube_top = {
	.name = "kubectl-top",
	.what = "kubectl top",
	.bid = bid_top,
	.read = read_top,
};
