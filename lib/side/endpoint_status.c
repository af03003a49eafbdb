/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcdctl endpoint status, in each of its forms. Columns of the table are read by their heads, the
 * simple form has the same order: 3.4 and 3.5 have nine or ten columns, 3.6 has sixteen.
 * Source: etcdctl ctlv3/command/printer.go, makeEndpointStatusTable
 */
#include "side/readers.h"

/* What one endpoint says, in its own spelling; -1 and empty: not said. */
struct status {
	struct str line, endpoint, errors;
	struct str errors_line; /* where they end, if not in that line */
	double db_bytes, in_use_bytes, quota_bytes, term, index, applied;
	int has_leader; /* -1: not said */
};

/* What all endpoints say together. */
struct cluster {
	double low_term, high_term, count;
	struct str line;
};

static const struct str simple_heads_old[] = {
	STR_INIT("ENDPOINT"),  STR_INIT("ID"),         STR_INIT("VERSION"),
	STR_INIT("DB SIZE"),   STR_INIT("IS LEADER"),  STR_INIT("IS LEARNER"),
	STR_INIT("RAFT TERM"), STR_INIT("RAFT INDEX"), STR_INIT("RAFT APPLIED INDEX"),
	STR_INIT("ERRORS"),
};

static const struct str simple_heads_new[] = {
	STR_INIT("ENDPOINT"),
	STR_INIT("ID"),
	STR_INIT("VERSION"),
	STR_INIT("STORAGE VERSION"),
	STR_INIT("DB SIZE"),
	STR_INIT("IN USE"),
	STR_INIT("PERCENTAGE NOT IN USE"),
	STR_INIT("QUOTA"),
	STR_INIT("IS LEADER"),
	STR_INIT("IS LEARNER"),
	STR_INIT("RAFT TERM"),
	STR_INIT("RAFT INDEX"),
	STR_INIT("RAFT APPLIED INDEX"),
	STR_INIT("ERRORS"),
	STR_INIT("DOWNGRADE TARGET VERSION"),
	STR_INIT("DOWNGRADE ENABLED"),
};

static struct status status_new(struct str line)
{
	return (struct status){.line = line,
	                       .db_bytes = -1,
	                       .in_use_bytes = -1,
	                       .quota_bytes = -1,
	                       .term = -1,
	                       .index = -1,
	                       .applied = -1,
	                       .has_leader = -1};
}

static bool is_true(struct str cell)
{
	return str_equals(cell, STR("true")) || str_equals(cell, STR("false"));
}

/* "10.0.0.1:2379, 8e9e05c52164694d, 3.5.16, 4.3 GB, false, false, 38, 8736841, 8736838, " */
static size_t split_simple(struct str line, struct str *cells)
{
	struct str rest = line, cell;
	size_t count = 0;
	bool has_more = true;
	uint64_t id;
	while (has_more && count < SIDE_COLUMNS_MAX) {
		has_more = str_cut(rest, STR(","), &cell, &rest);
		cells[count++] = str_trim(cell);
	}
	bool is_status = count >= 9 && str_contains(cells[0], STR(":")) &&
	                 !str_contains(cells[0], STR(" ")) && str_to_hex64(cells[1], &id) &&
	                 cells[2].len > 0 && cells[2].ptr[0] >= '0' && cells[2].ptr[0] <= '9' &&
	                 (is_true(cells[4]) || (count > 9 && is_true(cells[8])));
	return is_status ? count : 0;
}

static int bid(struct str text)
{
	struct str rest = text, line, cells[SIDE_COLUMNS_MAX];
	if (str_contains(text, STR("RAFT APPLIED INDEX")) ||
	    (str_contains(text, STR("\"raftAppliedIndex\"")) &&
	     str_contains(text, STR("\"Endpoint\""))) ||
	    (side_line_starts(text, STR("\"RaftAppliedIndex\" :")).len > 0)) {
		return 90;
	}
	if (!str_contains(text, STR(", true, ")) && !str_contains(text, STR(", false, "))) {
		return 0;
	}
	while (side_line(&rest, &line)) {
		if (line.len < 400 && split_simple(line, cells) > 0) {
			return 80;
		}
	}
	return 0;
}

static void close_status(struct side_sink *sink, struct cluster *cluster,
                         const struct status *status)
{
	sink->instance = status->endpoint;
	if (status->db_bytes >= 0) {
		side_fact(sink, "endpoint.db_bytes", status->db_bytes, "bytes", status->line);
	}
	if (status->in_use_bytes >= 0) {
		side_fact(sink, "endpoint.db_in_use_bytes", status->in_use_bytes, "bytes",
		          status->line);
	}
	if (status->quota_bytes > 0 && status->db_bytes >= 0) {
		side_fact(sink, "endpoint.db_quota_percent",
		          status->db_bytes / status->quota_bytes * 100, "%", status->line);
	}
	if (status->index >= 0 && status->applied >= 0) {
		side_fact(sink, "endpoint.apply_lag", status->index - status->applied, "",
		          status->line);
	}
	if (status->has_leader >= 0) {
		side_fact(sink, "endpoint.has_leader", status->has_leader, "", status->line);
	}
	side_alarms(sink, status->errors,
	            status->errors_line.len > 0 ? status->errors_line : status->line);
	if (str_contains(status->errors, STR("no leader"))) {
		side_fact(sink, "endpoint.has_leader", 0, "", status->line);
	}
	sink->instance = STR("");
	if (status->term >= 0) {
		bool is_first = cluster->count == 0;
		cluster->low_term = is_first || status->term < cluster->low_term
		                            ? status->term
		                            : cluster->low_term;
		cluster->high_term = is_first || status->term > cluster->high_term
		                             ? status->term
		                             : cluster->high_term;
		cluster->line = status->line;
		cluster->count++;
	}
}

/* ---- table and simple ---- */

static void read_cell(struct status *status, struct str head, struct str cell)
{
	if (str_equals(head, STR("ENDPOINT"))) {
		status->endpoint = cell;
	} else if (str_equals(head, STR("DB SIZE"))) {
		side_bytes(cell, false, &status->db_bytes);
	} else if (str_equals(head, STR("IN USE"))) {
		side_bytes(cell, false, &status->in_use_bytes);
	} else if (str_equals(head, STR("QUOTA"))) {
		side_bytes(cell, false, &status->quota_bytes);
	} else if (str_equals(head, STR("RAFT TERM"))) {
		side_number(cell, &status->term);
	} else if (str_equals(head, STR("RAFT INDEX"))) {
		side_number(cell, &status->index);
	} else if (str_equals(head, STR("RAFT APPLIED INDEX"))) {
		side_number(cell, &status->applied);
	} else if (str_equals(head, STR("ERRORS"))) {
		status->errors = cell;
	}
}

/* A table, and its last row as far as it was read: etcdctl breaks long cells, "alarm:NOSPACE" is in
 * a row of its own without an endpoint. */
struct table {
	struct side_table_columns columns;
	struct status row; /* endpoint empty: there is none */
};

static void close_row(struct side_sink *sink, struct cluster *cluster, struct table *table)
{
	if (table->row.endpoint.len > 0) {
		close_status(sink, cluster, &table->row);
	}
	table->row = status_new(STR(""));
}

static void read_table_row(struct side_sink *sink, struct cluster *cluster, struct table *table,
                           const struct status *row)
{
	if (row->endpoint.len > 0) {
		close_row(sink, cluster, table);
		table->row = *row;
	} else if (table->row.endpoint.len > 0 && row->errors.len > 0) {
		table->row.errors = arena_printf(sink->tmp, STR_FMT " " STR_FMT,
		                                 STR_ARG(table->row.errors), STR_ARG(row->errors));
		table->row.errors_line = row->line;
	}
}

static void read_row(struct side_sink *sink, struct cluster *cluster, struct str line,
                     struct table *table)
{
	struct str cells[SIDE_COLUMNS_MAX];
	struct status status = status_new(line);
	if (table->columns.count > 0 && side_columns_row(&table->columns, line, cells)) {
		for (size_t i = 0; i < table->columns.count; i++) {
			read_cell(&status, table->columns.names[i], cells[i]);
		}
		read_table_row(sink, cluster, table, &status);
		return;
	}
	size_t count = split_simple(line, cells);
	bool is_new = count > 12;
	size_t known = is_new ? SIDE_COUNT(simple_heads_new) : SIDE_COUNT(simple_heads_old);
	for (size_t i = 0; i < count && i < known; i++) {
		read_cell(&status, is_new ? simple_heads_new[i] : simple_heads_old[i], cells[i]);
	}
	if (count > 0) {
		close_status(sink, cluster, &status);
	}
}

/* ---- json ---- */

static void read_json_status(struct side_sink *sink, struct cluster *cluster,
                             const struct json *item, struct str line)
{
	const struct json *of = json_get(item, "Status");
	struct status status = status_new(line);
	status.endpoint = json_get_text(item, "Endpoint");
	status.db_bytes = json_number(json_get(of, "dbSize"), -1);
	status.in_use_bytes = json_number(json_get(of, "dbSizeInUse"), -1);
	status.quota_bytes = json_number(json_get(of, "dbSizeQuota"), -1);
	status.index = json_number(json_get(of, "raftIndex"), -1);
	status.applied = json_number(json_get(of, "raftAppliedIndex"), -1);
	status.term = json_number(json_get(of, "raftTerm"), -1);
	/* protobuf's JSON leaves out what is zero */
	status.has_leader = json_number(json_get(of, "leader"), 0) > 0 ? 1 : 0;
	for (const struct json *text = json_first(json_get(of, "errors")); text != NULL;
	     text = json_next(text)) {
		status.errors =
			status.errors.len == 0
				? json_text(text)
				: arena_printf(sink->tmp, STR_FMT " " STR_FMT,
		                               STR_ARG(status.errors), STR_ARG(json_text(text)));
	}
	close_status(sink, cluster, &status);
}

static void read_json(struct str text, struct side_sink *sink, struct cluster *cluster)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		for (const struct json *item = json_first(document); item != NULL;
		     item = json_next(item)) {
			if (json_get(item, "Status") != NULL) {
				struct str line = side_line_of(sink, &from, STR("\"Endpoint\""));
				read_json_status(sink, cluster, item, line);
			}
		}
		json_destroy(document);
	}
}

/* ---- fields ---- */

/* "\"DBSize\" : 4294967296"; an endpoint ends with its "Endpoint". */
static void read_field(struct side_sink *sink, struct cluster *cluster, struct status *status,
                       struct str line)
{
	struct str name, value;
	if (!str_starts(line, STR("\"")) ||
	    !str_cut(str_skip(line, 1), STR("\" : "), &name, &value)) {
		return;
	}
	status->line = line;
	if (str_equals(name, STR("DBSize"))) {
		side_number(value, &status->db_bytes);
	} else if (str_equals(name, STR("DBSizeInUse"))) {
		side_number(value, &status->in_use_bytes);
	} else if (str_equals(name, STR("DBSizeQuota"))) {
		side_number(value, &status->quota_bytes);
	} else if (str_equals(name, STR("RaftTerm"))) {
		side_number(value, &status->term);
	} else if (str_equals(name, STR("RaftIndex"))) {
		side_number(value, &status->index);
	} else if (str_equals(name, STR("RaftAppliedIndex"))) {
		side_number(value, &status->applied);
	} else if (str_equals(name, STR("Leader"))) {
		status->has_leader = str_equals(str_trim(value), STR("0")) ? 0 : 1;
	} else if (str_equals(name, STR("Errors"))) {
		status->errors = value;
	} else if (str_equals(name, STR("Endpoint"))) {
		side_between(value, STR("\""), STR("\""), &status->endpoint);
		close_status(sink, cluster, status);
		*status = status_new(line);
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct cluster cluster = {0};
	struct status fields = status_new(STR(""));
	struct table table = {.row = status_new(STR(""))};
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (str_contains(line, STR("RAFT APPLIED INDEX"))) {
			close_row(sink, &cluster, &table);
			side_columns_read(&table.columns, line);
		} else if (trimmed.len == 0) {
			close_row(sink, &cluster, &table);
			table.columns.count = 0;
		} else {
			read_row(sink, &cluster, line, &table);
			read_field(sink, &cluster, &fields, trimmed);
		}
	}
	close_row(sink, &cluster, &table);
	if (str_contains(text, STR("\"raftAppliedIndex\""))) {
		read_json(text, sink, &cluster);
	}
	if (cluster.count > 1) {
		side_fact(sink, "endpoint.term_spread", cluster.high_term - cluster.low_term, "",
		          cluster.line);
	}
}

const struct side side_endpoint_status = {
	.name = "endpoint-status",
	.what = "etcdctl endpoint status",
	.bid = bid,
	.read = read,
};
