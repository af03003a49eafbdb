/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics, and what etcdctl answers. */
#include "test_side.h"

static const char scrape[] = "# TYPE etcd_disk_wal_fsync_duration_seconds histogram\n"
			     "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.008\"} 900\n"
			     "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.016\"} 980\n"
			     "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.032\"} 1000\n"
			     "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"1.024\"} 1000\n"
			     "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"} 1000\n"
			     "etcd_server_has_leader 1\n"
			     "etcd_server_leader_changes_seen_total 3\n"
			     "etcd_server_heartbeat_send_failures_total 4.99e+02 1710231664512\n"
			     "etcd_server_quota_backend_bytes 4.294967296e+09\n"
			     "etcd_mvcc_db_total_size_in_bytes 4.2e+09\n"
			     "process_start_time_seconds 1.71023000061e+09\n";

static void quantiles_come_from_buckets(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, str_from(scrape));
	assert_str(reading.what, "metrics");
	assert_fact(&reading, "metrics.etcd.fsync_p99_ms", 24);
	assert_fact(&reading, "metrics.etcd.fsync_over_1s", 0);
	assert_fact(&reading, "metrics.etcd.heartbeat_failures", 499);
	assert_fact(&reading, "metrics.etcd.db_quota_percent", 4.2e9 / 4294967296 * 100);
	assert_fact_text(&reading, "metrics.process_start", "2024-03-12T07:53:20Z");
	assert_null(reading_fact(&reading, "metrics.etcd.leader_changes_between", 0));
	reading_finish(&reading);
}

static void the_open_bucket_gives_its_lower_bound(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("etcd_disk_backend_commit_duration_seconds_bucket{le=\"4.096\"} 50\n"
	                 "etcd_disk_backend_commit_duration_seconds_bucket{le=\"8.192\"} 60\n"
	                 "etcd_disk_backend_commit_duration_seconds_bucket{le=\"+Inf\"} 100\n"));
	assert_fact(&reading, "metrics.etcd.commit_p99_ms", 8192);
	reading_finish(&reading);
}

static void two_scrapes_give_what_lies_between(void **state)
{
	char text[4096];
	struct reading reading;
	(void)state;
	int len = snprintf(text, sizeof(text), "%s%s", scrape,
	                   "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.008\"} 900\n"
	                   "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.016\"} 980\n"
	                   "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"0.032\"} 1100\n"
	                   "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"1.024\"} 1100\n"
	                   "etcd_disk_wal_fsync_duration_seconds_bucket{le=\"+Inf\"} 1110\n"
	                   "etcd_server_leader_changes_seen_total 9\n"
	                   "process_start_time_seconds 1.71023100061e+09\n");
	reading_init(&reading, (struct str){text, (size_t)len});
	assert_fact(&reading, "metrics.etcd.fsync_over_1s", 10);
	assert_fact(&reading, "metrics.etcd.fsync_between_p99_ms", 1024);
	assert_fact(&reading, "metrics.etcd.leader_changes", 9);
	assert_fact(&reading, "metrics.etcd.leader_changes_between", 6);
	assert_fact(&reading, "metrics.restarted", 1);
	reading_finish(&reading);
}

static void the_slowest_set_of_labels_counts(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("milvus_meta_request_latency_bucket{meta_op_type=\"get\",le=\"1\"} 10\n"
	            "milvus_meta_request_latency_bucket{meta_op_type=\"get\",le=\"+Inf\"} 10\n"
	            "milvus_meta_request_latency_bucket{meta_op_type=\"put\",le=\"1\"} 0\n"
	            "milvus_meta_request_latency_bucket{meta_op_type=\"put\",le=\"1024\"} 8\n"
	            "milvus_meta_request_latency_bucket{meta_op_type=\"put\",le=\"2048\"} 10\n"
	            "milvus_meta_request_latency_bucket{meta_op_type=\"put\",le=\"+Inf\"} 10\n"));
	assert_fact(&reading, "metrics.milvus.meta_p99_ms", 1024 + 1024 * 0.95);
	assert_fact(&reading, "metrics.milvus.meta_over_1s", 2);
	reading_finish(&reading);
}

static void throttling_is_a_share_of_periods(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("container_cpu_cfs_periods_total{container=\"etcd\"} 1000\n"
	                 "container_cpu_cfs_throttled_periods_total{container=\"etcd\"} 430\n"
	                 "container_cpu_usage_seconds_total{container=\"etcd\"} 50\n"));
	assert_fact(&reading, "metrics.cpu_throttled_percent", 43);
	reading_finish(&reading);
}

#define RULER "+-----------------+------------------+---------+\n"

static void table_of_endpoint_status_is_read_by_its_heads(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("root@node:~# etcdctl endpoint status -w table\n" RULER
	            "|    ENDPOINT     |        ID        | VERSION | DB SIZE | IS LEADER | IS "
	            "LEARNER | RAFT TERM | RAFT INDEX | RAFT APPLIED INDEX | ERRORS |\n" RULER
	            "| 10.20.0.11:2379 | 8e9e05c52164694d |  3.5.16 |  4.3 GB |     false |      "
	            "false |        38 |    8736841 |            8736838 |  "
	            "memberID:10276657743932975437 |\n"
	            "|                 |                  |         |         |           |      "
	            "      |           |            |                    |                "
	            "alarm:NOSPACE  |\n"
	            "| 10.20.0.12:2379 | 9e9e05c52164694d |  3.5.16 |  20 kB |     true |      "
	            "false |        40 |    8736841 |            8736841 |    |\n" RULER));
	assert_str(reading.what, "etcdctl endpoint status");
	assert_fact(&reading, "endpoint.db_bytes", 4.3e9);
	assert_fact_n(&reading, "endpoint.db_bytes", 1, 20000);
	assert_fact(&reading, "endpoint.apply_lag", 3);
	assert_fact(&reading, "endpoint.alarm_nospace", 1);
	assert_fact_line(&reading, "endpoint.alarm_nospace", 6);
	assert_null(reading_fact(&reading, "endpoint.alarm_nospace", 1));
	assert_fact(&reading, "endpoint.term_spread", 2);
	assert_str(reading_fact(&reading, "endpoint.alarm_nospace", 0)->instance,
	           "10.20.0.11:2379");
	assert_events(&reading, "etcd.alarm.nospace   \n");
	reading_finish(&reading);
}

static void status_of_3_6_tells_the_quota(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("10.0.0.1:2379, 8e9e05c52164694d, 3.6.1, 3.6.0, 2.0 GB, 1.0 GB, 50%, "
	                 "2.1 GB, true, false, 2, 9, 9, , , false\n"));
	assert_fact(&reading, "endpoint.db_bytes", 2e9);
	assert_fact(&reading, "endpoint.db_in_use_bytes", 1e9);
	assert_fact(&reading, "endpoint.db_quota_percent", 2.0 / 2.1 * 100);
	reading_finish(&reading);
}

static void json_and_fields_say_the_same_as_the_table(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("[{\"Endpoint\":\"http://a:2379\",\"Status\":{\"header\":{\"member_id\":"
	                 "13803658152347727308},\"version\":\"3.5.16\",\"dbSize\":4294967296,"
	                 "\"raftIndex\":9,\"raftTerm\":2,\"raftAppliedIndex\":4,\"errors\":"
	                 "[\"etcdserver: no leader\"]}}]"));
	assert_fact(&reading, "endpoint.db_bytes", 4294967296);
	assert_fact(&reading, "endpoint.apply_lag", 5);
	assert_fact(&reading, "endpoint.has_leader", 0);
	reading_finish(&reading);
	reading_init(&reading, STR("\"MemberID\" : 13803658152347727308\n\"DBSize\" : 20480\n"
	                           "\"Leader\" : 443629905751424238\n\"RaftIndex\" : 4\n"
	                           "\"RaftAppliedIndex\" : 4\n\"Errors\" : []\n"
	                           "\"Endpoint\" : \"http://a:2379\"\n"));
	assert_fact(&reading, "endpoint.db_bytes", 20480);
	assert_fact(&reading, "endpoint.has_leader", 1);
	reading_finish(&reading);
}

static void health_alarms_and_members_are_lists(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("http://a:2379 is healthy: successfully committed proposal: took = 2.5ms\n"
	                 "http://b:2379 is unhealthy: failed to commit proposal: context deadline "
	                 "exceeded\n"
	                 "Error: unhealthy cluster\n"
	                 "memberID:13803658152347727308 alarm:NOSPACE \n"
	                 "2e1259d415f2a040, started, m0, http://a:2380, http://a:2379, false\n"
	                 "3e1259d415f2a040, unstarted, , http://b:2380, , false\n"));
	assert_fact(&reading, "endpoint.healthy", 1);
	assert_fact_n(&reading, "endpoint.healthy", 1, 0);
	assert_fact(&reading, "endpoint.health_took_ms", 2.5);
	assert_fact(&reading, "endpoint.alarm_nospace", 1);
	assert_str(reading_fact(&reading, "endpoint.alarm_nospace", 0)->instance,
	           "bf9071f4639c75cc");
	assert_fact(&reading, "members.count", 2);
	assert_fact(&reading, "members.unstarted", 1);
	reading_finish(&reading);
}

static void check_perf_is_read_behind_its_progress(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR(" 0 / 60 B   0.00%\r 59 / 60 Booooo!  98.33% 00m01s\r 60 / 60 100.00% 1m0s\n"
	            "FAIL: Throughput too low: 98 writes/s\n"
	            "Slowest request took too long: 1.556214s\n"
	            "Stddev too high: 0.109176s\nFAIL\n"));
	assert_str(reading.what, "etcdctl check perf");
	assert_fact(&reading, "checkperf.writes_per_s", 98);
	assert_fact(&reading, "checkperf.throughput_passed", 0);
	assert_fact(&reading, "checkperf.slowest_ms", 1556.214);
	assert_fact(&reading, "checkperf.stddev_ms", 109.176);
	assert_fact(&reading, "checkperf.passed", 0);
	assert_fact_line(&reading, "checkperf.slowest_ms", 3);
	reading_finish(&reading);
}

static void logs_are_no_documents(void **state)
{
	(void)state;
	assert_false(side_is_known(STR(
		"{\"level\":\"warn\",\"ts\":\"2024-03-12T08:21:03.771Z\",\"msg\":\"apply request "
		"took too long\",\"took\":\"2.6s\"}\n"
		"[2024/03/12 08:21:04.512 +00:00] [WARN] [etcd/etcd_kv.go:656] [\"Slow etcd "
		"operation save\"] [key=by-dev/kv/gid/timestamp]\n")));
	assert_false(side_is_known(STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_come_from_buckets),
		cmocka_unit_test(the_open_bucket_gives_its_lower_bound),
		cmocka_unit_test(two_scrapes_give_what_lies_between),
		cmocka_unit_test(the_slowest_set_of_labels_counts),
		cmocka_unit_test(throttling_is_a_share_of_periods),
		cmocka_unit_test(table_of_endpoint_status_is_read_by_its_heads),
		cmocka_unit_test(status_of_3_6_tells_the_quota),
		cmocka_unit_test(json_and_fields_say_the_same_as_the_table),
		cmocka_unit_test(health_alarms_and_members_are_lists),
		cmocka_unit_test(check_perf_is_read_behind_its_progress),
		cmocka_unit_test(logs_are_no_documents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
