/* SPDX-License-Identifier: Apache-2.0 */

/* Milvus's text and JSON, its banner and its REST server. */

#include "test_format.h"

static void text_of_all_versions_is_read(void **state)
{
	(void)state;
	assert_record(
		"[2024/03/05 20:02:09.405 +00:00] [WARN] [etcd/etcd_kv.go:656] "
		"[\"Slow etcd operation save\"] [\"time spent\"=7.000908158s] [key=by-dev/kv]",
		"milvus-text 2024-03-05T20:02:09.405Z W milvus etcd/etcd_kv.go:656 "
		"'Slow etcd operation save' {time spent=7.000908158s} {key=by-dev/kv}");
	assert_record("[2021/07/24 14:32:27.115 +08:00] [DEBUG] [session_util.go:441] [retry] "
	              "[retried=0] [\"Server Id\"=27] [\"heapuse \"=84]",
	              "milvus-text 2021-07-24T06:32:27.115Z D milvus session_util.go:441 'retry' "
	              "{retried=0} {Server Id=27} {heapuse =84}");
	assert_record("[2024/03/05 20:02:09.405 -05:00] [FATAL] [<unknown>] [\"a=b\"]",
	              "milvus-text 2024-03-06T01:02:09.405Z F milvus <unknown> 'a=b'");
	assert_record(
		"[2024/03/05 20:02:09.405 +00:00] [INFO] [grpc] [zapgrpc/zapgrpc.go:174] [x]",
		"milvus-text 2024-03-05T20:02:09.405Z I milvus <grpc> zapgrpc/zapgrpc.go:174 'x'");
	assert_record(
		"[2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [WatchService] [nodeID=3]",
		"milvus-text 2024-03-05T20:02:09.405Z I milvus a/b.go:1 'WatchService' {nodeID=3}");
	/* no message at all */
	assert_record("[2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [nodeID=3] [k=v]",
	              "milvus-text 2024-03-05T20:02:09.405Z I milvus a/b.go:1 '' {nodeID=3} {k=v}");
}

static void quotes_and_escapes_come_off(void **state)
{
	(void)state;
	assert_record("[INFO] [a/b.go:1] [\"say \\\"hi\\\"\\n\"]",
	              "milvus-text - I milvus a/b.go:1 'say \"hi\"\n'");
	assert_record("[INFO] [a/b.go:1] [x] [v=] [e=\"a\\\\b\\tc\\u0001\\ufffd\"]",
	              "milvus-text - I milvus a/b.go:1 'x' {v=} {e=a\\b\tc\001\xef\xbf\xbd}");
	assert_record(
		"[INFO] [a/b.go:1] [x] [r=\"{\\\"ServerID\\\":27}\"] [keys=\"[a,b]\"] [o=\"[]\"]",
		"milvus-text - I milvus a/b.go:1 'x' {r={\"ServerID\":27}} {keys=[a,b]} {o=[]}");
	assert_record(
		"[INFO] [a/b.go:1] [x] [\"k]ey\"=\"v=[1] [2]\"] [t=350\xc2\xb5s] [n=+Inf]",
		"milvus-text - I milvus a/b.go:1 'x' {k]ey=v=[1] [2]} {t=350\xc2\xb5s} {n=+Inf}");
	assert_record("[INFO] [a/b.go:1] [x] [u=\"\\u00e4 \\ud83d \\q\"]",
	              "milvus-text - I milvus a/b.go:1 'x' {u=\xc3\xa4 \xef\xbf\xbd q}");
}

static void errors_keep_their_stacks_as_fields(void **state)
{
	(void)state;
	assert_record(
		"[ERROR] [a/b.go:1] [x] [error=\"y z\"] [errorVerbose=\"y z\\n(1) attached\"] "
		"[stack=\"a.f\\n\\t/a/b.go:1\"]",
		"milvus-text - E milvus a/b.go:1 'x' {error=y z} {errorVerbose=y z\n(1) attached} "
		"{stack=a.f\n\t/a/b.go:1}");
}

static void trimmed_pastes_are_read(void **state)
{
	(void)state;
	assert_record("[\"Slow etcd operation save\"] [\"time spent\"=7.0s]",
	              "milvus-text - - milvus 'Slow etcd operation save' {time spent=7.0s}");
	assert_record("[\"DataCoord startGrpc failed\"]",
	              "milvus-text - - milvus 'DataCoord startGrpc failed'");
	assert_record("[WARN] [etcd/etcd_kv.go:656] [\"Slow etcd operation save\"]",
	              "milvus-text - W milvus etcd/etcd_kv.go:656 'Slow etcd operation save'");
	assert_record("[etcd_kv.go:656] [retry] [k=v]",
	              "milvus-text - - milvus etcd_kv.go:656 'retry' {k=v}");
	assert_record("[2024/03/05 20:02:09.405] [INFO] [a/b.go:1] [x]",
	              "milvus-text 2024-03-05T20:02:09.405Z local I milvus a/b.go:1 'x'");
	assert_record("2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [x] [k=v]",
	              "milvus-text 2024-03-05T20:02:09.405Z I milvus a/b.go:1 'x' {k=v}");
	assert_record("r.go:123] [\"session keepalive channel closed\"] [k=v]",
	              "milvus-text - - milvus 'session keepalive channel closed' {k=v}");
	assert_record("623:[2024/03/05 20:02:09.405 +08:00] [INFO] [a/b.go:1] [x] [k=v]",
	              "milvus-text 2024-03-05T12:02:09.405Z I milvus a/b.go:1 'x' {k=v}");
}

static void what_is_retold_by_hand_is_read(void **state)
{
	(void)state;
	assert_record(
		"WARN sessionutil/session_util.go:575: session keepalive channel closed",
		"none - W ? sessionutil/session_util.go:575 'session keepalive channel closed'");
	assert_record(
		"\"failed to update tso\" [error=\"etcdserver: request timed out\"]",
		"none - - milvus 'failed to update tso' {error=etcdserver: request timed out}");
	assert_record("Slow etcd operation save [\"time spent\"=7.0s] [key=a/b]",
	              "none - - milvus 'Slow etcd operation save' {time spent=7.0s} {key=a/b}");
	assert_record("FATAL: [2024/03/12 08:21:04.512 +00:00] [WARN] [a/b.go:1] [slow] [key=a/b]",
	              "milvus-text 2024-03-12T08:21:04.512Z W milvus a/b.go:1 'slow' {key=a/b}");
	assert_record("Etcd MultiSave error [kvs=1] [len=2] [error=x]",
	              "milvus-text - - milvus 'Etcd MultiSave error' {kvs=1} {len=2} {error=x}");
	assert_record("slow fdatasync took=1.2s expected-duration=1s",
	              "none - - ? 'slow fdatasync' {took=1.2s} {expected-duration=1s}");
	assert_record("apply request took too long {\"took\":\"107.9ms\"}",
	              "none - - ? 'apply request took too long' {took=107.9ms}");
	assert_record("`connection lost detected, shuting down`",
	              "none - - ? 'connection lost detected, shuting down'");
	assert_record("10:02:03.500 WARN session keepalive channel closed",
	              "none - W ? 'session keepalive channel closed'");
	assert_record("failed to update tso: etcdserver: request timed out",
	              "none - - ? 'failed to update tso' {error=etcdserver: request timed out}");
	assert_record("the errors = none, if a == b", "none - - ? 'the errors = none, if a == b'");
	assert_record("error sending signal", "none - - ? 'error sending signal'");
	assert_record("first a=b\nsecond", "none - - ? 'first a=b\nsecond'");
	assert_record("slow fdatasync, took: 2.5s, expected: 1s",
	              "none - - ? 'slow fdatasync' {took=2.5s} {expected-duration=1s}");
	assert_record("apply request took too long, took 2.6s",
	              "none - - ? 'apply request took too long' {took=2.6s}");
	assert_record("Slow etcd operation save time spent=2.7s",
	              "none - - ? 'Slow etcd operation save' {time spent=2.7s}");
	assert_record("warn wal/wal.go:808 slow fdatasync {\"took\": \"2.5s\"}",
	              "none - W ? wal/wal.go:808 'slow fdatasync' {took=2.5s}");
	assert_record("warn: slow fdatasync (took=2.5s)",
	              "none - W ? 'slow fdatasync' {took=2.5s}");
	assert_record("it took 5 tries", "none - - ? 'it took 5 tries'");
}

static void lost_brackets_cost_one_field(void **state)
{
	(void)state;
	assert_record(
		"[WARN] [a/b.go:1] [\"x y\"] [bucket=milvus [error=\"Get \\\"http\\\"\"] [k=v]",
		"milvus-text - W milvus a/b.go:1 'x y' {bucket=milvus} {error=Get \"http\"} {k=v}");
	assert_record("[WARN] [a/b.go:1] [\"x y\"] scope=Handle,intent=Open [k=v]",
	              "milvus-text - W milvus a/b.go:1 'x y' {k=v}");
}

static void cut_text_keeps_what_was_read(void **state)
{
	(void)state;
	assert_record("[2024/03/05 20:02:09.405 +00:00] [WARN] [a/b.go:1] [\"x y\"] [k=v] "
	              "[error=\"rpc err",
	              "milvus-text 2024-03-05T20:02:09.405Z W milvus a/b.go:1 'x y' {k=v} "
	              "{error=rpc err} cut");
	/* half a duration would be a wrong one */
	assert_record("[WARN] [a/b.go:1] [\"x y\"] [\"time spent\"=7.0009",
	              "milvus-text - W milvus a/b.go:1 'x y' cut");
	assert_record("[WARN] [a/b.go:1] [\"Slow etcd opera",
	              "milvus-text - W milvus a/b.go:1 'Slow etcd opera' cut");
	assert_record("[2024/03/05 20:02:09.405 +00:00] [WA",
	              "milvus-text 2024-03-05T20:02:09.405Z - milvus 'WA' cut");
	assert_record("[WARN] [a/b.go:1] [\"x y\"] [k=a[2024/03/05 20:02:09.405 +00:00] [INFO] "
	              "[c/d.go:1] [z]",
	              "milvus-text - W milvus a/b.go:1 'x y' {k=a[2024/03/05 20:02:09.405 +00:00}");
}

static void wrapped_text_is_joined(void **state)
{
	(void)state;
	assert_record("[WARN] [a/b.go:1] [\"Slow etcd operation\n save\"] [\"time "
	              "spent\"=7.00\n09s] [k=v]",
	              "milvus-text - W milvus a/b.go:1 'Slow etcd operation save' {time "
	              "spent=7.0009s} {k=v}");
	/* a whole record is not joined with what follows */
	assert_record("[WARN] [a/b.go:1] [\"x y\"]\n[k=v]",
	              "milvus-text - W milvus a/b.go:1 'x y'");
}

static void json_is_told_from_etcds(void **state)
{
	(void)state;
	assert_record("{\"level\":\"WARN\",\"time\":\"2024/03/05 20:02:09.405 +00:00\",\"caller\":"
	              "\"etcd/etcd_kv.go:656\",\"message\":\"Slow etcd operation save\",\"time "
	              "spent\":\"7.0s\"}",
	              "milvus-json 2024-03-05T20:02:09.405Z W milvus etcd/etcd_kv.go:656 "
	              "'Slow etcd operation save' {time spent=7.0s}");
	assert_record("{\"caller\":\"a/b.go:1\",\"message\":\"x\",\"time\":\"2024/03/05 "
	              "20:02:09.405 +08:00\","
	              "\"level\":\"INFO\",\"ts\":454159082037182465}",
	              "milvus-json 2024-03-05T12:02:09.405Z I milvus a/b.go:1 'x' "
	              "{ts=454159082037182465}");
	assert_record("{\"level\":\"WARN\",\"caller\":\"a/"
	              "b.go:1\",\"message\":\"x\",\"id\":9007199254740993}",
	              "milvus-json - W milvus a/b.go:1 'x' {id=9007199254740993}");
	assert_record("ler\":\"a/b.go:1\",\"message\":\"x\",\"k\":\"v\"}",
	              "milvus-json - - milvus 'x' {k=v}");
}

static void banner_and_start_lines_are_undated(void **state)
{
	(void)state;
	assert_record("Welcome to use Milvus!",
	              "milvus-banner - I milvus 'Welcome to use Milvus!'");
	assert_record("Version:   v2.4.15", "milvus-banner - I milvus 'Version:   v2.4.15'");
	assert_record("open pid file: /run/milvus/standalone.pid",
	              "milvus-banner - I milvus 'open pid file: /run/milvus/standalone.pid'");
	assert_record("subprocess exit,  signal: killed",
	              "milvus-banner - E milvus 'subprocess exit,  signal: killed'");
	assert_record(
		"2024/03/05 20:02:19 subprocess exit,  exit status 1",
		"go-log 2024-03-05T20:02:19Z local - milvus 'subprocess exit,  exit status 1'");
}

static void rest_server_lines_are_gins(void **state)
{
	(void)state;
	assert_record(
		"[GIN] 2023/08/01 - 08:04:28 | 200 |      1.2ms |  10.0.0.1 | POST     \"/v1/x\"",
		"gin 2023-08-01T08:04:28Z local I milvus 'POST     \"/v1/x\"' {code=200} "
		"{latency=1.2ms} {client=10.0.0.1}");
	assert_record(
		"[2024/11/05 20:02:09.405 Z] [GIN] [/v2/x] [traceID=1] [code=200] [error=]",
		"gin 2024-11-05T20:02:09.405Z I milvus '/v2/x' {traceID=1} {code=200} {error=}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_all_versions_is_read),
		cmocka_unit_test(quotes_and_escapes_come_off),
		cmocka_unit_test(errors_keep_their_stacks_as_fields),
		cmocka_unit_test(trimmed_pastes_are_read),
		cmocka_unit_test(what_is_retold_by_hand_is_read),
		cmocka_unit_test(lost_brackets_cost_one_field),
		cmocka_unit_test(cut_text_keeps_what_was_read),
		cmocka_unit_test(wrapped_text_is_joined),
		cmocka_unit_test(json_is_told_from_etcds),
		cmocka_unit_test(banner_and_start_lines_are_undated),
		cmocka_unit_test(rest_server_lines_are_gins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
