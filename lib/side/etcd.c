/* SPDX-License-Identifier: Apache-2.0 */
/* etcd's metrics, endpoint status and check perf. Sources: etcd 3.4 to 3.6; Prometheus text format. */
#include "side/readers.h"

#include <math.h>

/* ---- metrics ---- */

static int bid_metrics(struct str head, struct str path)
{
	(void)path;
	if (!str_contains(head, STR("# TYPE ")) && !str_contains(head, STR("_bucket{"))) {
		return 0;
	}
	return str_contains(head, STR("etcd_")) || str_contains(head, STR("milvus_")) || str_contains(head, STR("go_gc_")) ? 90 : 0;
}

enum { BUCKETS_MAX = 64 };

struct buckets {
	struct str name; /* with _bucket */
	const char *p99_id, *slow_id;
	double le[BUCKETS_MAX], count[BUCKETS_MAX];
	size_t used;
	uint64_t line;
	struct str text;
};

static struct str label_le(struct str line)
{
	struct str value = {NULL, 0};
	ptrdiff_t at = str_find(line, STR("le=\""));
	if (at >= 0) {
		str_cut(str_skip(line, (size_t)at + 4), STR("\""), &value, NULL);
	}
	return value;
}

static void read_bucket(struct buckets *buckets, struct str line, uint64_t number)
{
	struct str le = label_le(line), rest;
	double bound = INFINITY, count;
	if (buckets->used == BUCKETS_MAX || !str_cut(line, STR("} "), NULL, &rest) || !side_number(rest, &count)) {
		return;
	}
	if (!str_equals(le, STR("+Inf")) && !side_number(le, &bound)) {
		return;
	}
	buckets->le[buckets->used] = bound;
	buckets->count[buckets->used++] = count;
	buckets->line = number;
	buckets->text = line;
}

/* 99 of 100 lie at or below this many seconds; linear inside the bucket. */
static double p99_of(const struct buckets *buckets)
{
	double total = buckets->count[buckets->used - 1], wanted = total * 0.99, below = 0, from = 0;
	for (size_t i = 0; i < buckets->used; i++) {
		if (buckets->count[i] >= wanted) {
			double inside = buckets->count[i] - below;
			return isinf(buckets->le[i]) ? from : inside <= 0 ? buckets->le[i] : from + (buckets->le[i] - from) * (wanted - below) / inside;
		}
		below = buckets->count[i];
		from = buckets->le[i];
	}
	return from;
}

static void add_buckets(const struct side_sink *sink, const struct buckets *buckets)
{
	if (buckets->used < 2 || buckets->count[buckets->used - 1] < 1) {
		return;
	}
	side_fact(sink, buckets->p99_id, p99_of(buckets) * 1000, "ms", buckets->line, buckets->text);
	for (size_t i = 0; i < buckets->used; i++) {
		if (buckets->le[i] >= 1.0 && buckets->le[i] < 1.1) {
			side_fact(sink, buckets->slow_id, buckets->count[buckets->used - 1] - buckets->count[i], "", buckets->line, buckets->text);
		}
	}
}

static void read_metrics(struct str text, const struct side_sink *sink)
{
	struct buckets all[] = {
	        {.name = STR_INIT("etcd_disk_wal_fsync_duration_seconds_bucket"),
	         .p99_id = "metrics.etcd.fsync_p99_ms",
	         .slow_id = "metrics.etcd.fsync_over_1s"},
	        {.name = STR_INIT("etcd_disk_backend_commit_duration_seconds_bucket"),
	         .p99_id = "metrics.etcd.commit_p99_ms",
	         .slow_id = "metrics.etcd.commit_over_1s"},
	};
	static const struct {
		struct str name;
		const char *id, *unit;
	} gauges[] = {
	        {STR_INIT("etcd_server_has_leader "), "metrics.etcd.has_leader", ""},
	        {STR_INIT("etcd_server_leader_changes_seen_total "), "metrics.etcd.leader_changes", ""},
	        {STR_INIT("etcd_server_heartbeat_send_failures_total "), "metrics.etcd.heartbeat_failures", ""},
	        {STR_INIT("etcd_server_slow_apply_total "), "metrics.etcd.slow_applies", ""},
	        {STR_INIT("etcd_server_proposals_failed_total "), "metrics.etcd.proposals_failed", ""},
	        {STR_INIT("etcd_server_quota_backend_bytes "), "metrics.etcd.quota_bytes", "B"},
	        {STR_INIT("etcd_mvcc_db_total_size_in_bytes "), "metrics.etcd.db_bytes", "B"},
	        {STR_INIT("process_resident_memory_bytes "), "metrics.resident_bytes", "B"},
	};
	struct str rest = text, line;
	uint64_t number = 0;
	double value;
	while (side_line(&rest, &line, &number)) {
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
			if (str_starts(line, all[i].name)) {
				read_bucket(&all[i], line, number);
			}
		}
		for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
			if (str_starts(line, gauges[i].name) && side_number(str_skip(line, gauges[i].name.len), &value)) {
				side_fact(sink, gauges[i].id, value, gauges[i].unit, number, line);
			}
		}
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		add_buckets(sink, &all[i]);
	}
}

const struct side side_metrics = {.name = "metrics", .what = "metrics", .bid = bid_metrics, .read = read_metrics};

/* ---- etcdctl endpoint status ---- */

static int bid_status(struct str head, struct str path)
{
	(void)path;
	return str_contains(head, STR("RAFT APPLIED INDEX")) || str_contains(head, STR("\"raftAppliedIndex\"")) ? 80 : 0;
}

static void read_status(struct str text, const struct side_sink *sink)
{
	struct str rest = text, line;
	uint64_t number = 0;
	while (side_line(&rest, &line, &number)) {
		if (str_contains(line, STR("alarm:NOSPACE"))) {
			side_fact(sink, "endpoint.alarm_nospace", 1, "", number, line);
		}
		if (str_contains(line, STR("alarm:CORRUPT"))) {
			side_fact(sink, "endpoint.alarm_corrupt", 1, "", number, line);
		}
	}
}

const struct side side_endpoint_status = {
        .name = "endpoint-status", .what = "etcdctl endpoint status", .bid = bid_status, .read = read_status};

/* ---- etcdctl check perf ---- */

static int bid_perf(struct str head, struct str path)
{
	(void)path;
	bool has_slowest = str_contains(head, STR("Slowest request took"));
	return has_slowest && (str_contains(head, STR("Throughput")) || str_contains(head, STR("Stddev"))) ? 85 : 0;
}

static void read_perf(struct str text, const struct side_sink *sink)
{
	struct str rest = text, line;
	uint64_t number = 0;
	double value;
	while (side_line(&rest, &line, &number)) {
		ptrdiff_t at = str_find(line, STR("Slowest request took"));
		if (at >= 0) {
			struct str tail = str_skip(line, (size_t)at + 20);
			ptrdiff_t digit = 0;
			while ((size_t)digit < tail.len && (tail.ptr[digit] < '0' || tail.ptr[digit] > '9')) {
				digit++;
			}
			if (side_number(str_skip(tail, (size_t)digit), &value)) {
				side_fact(sink, "checkperf.slowest_ms", value * 1000, "ms", number, line);
			}
		}
	}
}

const struct side side_check_perf = {.name = "check-perf", .what = "etcdctl check perf", .bid = bid_perf, .read = read_perf};
