/* SPDX-License-Identifier: Apache-2.0 */

/* etcd's zap JSON and console, capnslog with its side lines, its client and etcdctl. */

#include "test_format.h"

#define HEAD                                                                                       \
	"{\"level\":\"warn\",\"ts\":\"2022-03-21T12:37:54.625Z\",\"caller\":\"wal/wal.go:806\","
#define HEAD_READ "etcd-json 2022-03-21T12:37:54.625Z W etcd wal/wal.go:806"

static void zap_json_is_read(void **state)
{
	(void)state;
	assert_record(HEAD
	              "\"msg\":\"slow fdatasync\",\"took\":\"7.4s\",\"expected-duration\":\"1s\"}",
	              HEAD_READ " 'slow fdatasync' {took=7.4s} {expected-duration=1s}");
	assert_record(
		"{\"level\":\"info\",\"ts\":\"2022-04-04T08:38:43.371+0800\",\"logger\":\"raft\","
		"\"caller\":\"etcdserver/zap_raft.go:77\",\"msg\":\"became leader\"}",
		"etcd-json 2022-04-04T00:38:43.371Z I etcd <raft> etcdserver/zap_raft.go:77 "
		"'became leader'");
	/* raw numbers, nested values as their text, other words */
	assert_record(
		HEAD
		"\"msg\":\"x\",\"id\":16022296778556595477,\"f\":1.28e-01,\"l\":[\"a\", {\"b\":1}],"
		"\"t\":true,\"n\":null}",
		HEAD_READ
		" 'x' {id=16022296778556595477} {f=1.28e-01} {l=[\"a\", {\"b\":1}]} {t=true} "
		"{n=null}");
	/* a field may be called as one of the head */
	assert_record(HEAD "\"msg\":\"x\",\"level\":\"a\",\"msg\":\"b\",\"ts\":7}",
	              HEAD_READ " 'x' {level=a} {msg=b} {ts=7}");
	assert_record(HEAD
	              "\"msg\":\"x\",\"request\":\"key:\\\"a{b}\\\" \",\"took\":\"138\xc2\xb5s\"}",
	              HEAD_READ " 'x' {request=key:\"a{b}\" } {took=138\xc2\xb5s}");
}

static void times_of_all_versions_are_read(void **state)
{
	(void)state;
#define LINE(ts) "{\"level\":\"warn\",\"ts\":" ts ",\"caller\":\"wal/wal.go:1\",\"msg\":\"x\"}"
	assert_record(LINE("\"2024-04-22T17:18:03.21381+0800\""),
	              "etcd-json 2024-04-22T09:18:03.21381Z W etcd wal/wal.go:1 'x'");
	assert_record(LINE("\"2024-04-22T17:18:03-0700\""),
	              "etcd-json 2024-04-23T00:18:03Z W etcd wal/wal.go:1 'x'");
	assert_record(LINE("\"2024-09-10T03:00:01.120000Z\""),
	              "etcd-json 2024-09-10T03:00:01.12Z W etcd wal/wal.go:1 'x'");
	assert_record(LINE("1619683441.5553212"),
	              "etcd-json 2021-04-29T08:04:01.5553212Z W etcd wal/wal.go:1 'x'");
	assert_record(LINE("1.6196834415553212e+09"),
	              "etcd-json 2021-04-29T08:04:01.5553212Z W etcd wal/wal.go:1 'x'");
	assert_record(LINE("\"xxxx-xx-xxTxx:0x:xx.xxxZ\""),
	              "etcd-json - W etcd wal/wal.go:1 'x' {ts=xxxx-xx-xxTxx:0x:xx.xxxZ}");
#undef LINE
}

static void keys_may_be_renamed_and_moved(void **state)
{
	(void)state;
	assert_record(
		"{\"message\":\"slow "
		"fdatasync\",\"severity\":\"warn\",\"took\":\"1s\",\"timestamp\":"
		"\"2024-01-01T02:00:00.1+02:00\",\"caller\":\"wal/wal.go:1\"}",
		"etcd-json 2024-01-01T00:00:00.1Z W etcd wal/wal.go:1 'slow fdatasync' {took=1s}");
	assert_record("{\"msg\":\"x\",\"caller\":\"mvcc/"
	              "a.go:1\",\"k\":\"v\",\"ts\":\"2024-01-01T00:00:00Z\","
	              "\"level\":\"info\"}",
	              "etcd-json 2024-01-01T00:00:00Z I etcd mvcc/a.go:1 'x' {k=v}");
}

static void client_lines_are_told_from_the_servers(void **state)
{
	(void)state;
	assert_record(
		"{\"level\":\"warn\",\"ts\":1619683441.5,\"logger\":\"etcd-client\",\"caller\":"
		"\"v3@v3.5.5/retry_interceptor.go:62\",\"msg\":\"x\",\"attempt\":0}",
		"etcd-json 2021-04-29T08:04:01.5Z W client <etcd-client> "
		"v3@v3.5.5/retry_interceptor.go:62 'x' {attempt=0}");
	assert_record("{\"level\":\"warn\",\"ts\":1619683441.5,\"caller\":\"clientv3/"
	              "a.go:62\",\"msg\":\"x\"}",
	              "etcd-json 2021-04-29T08:04:01.5Z W client clientv3/a.go:62 'x'");
	assert_record("{\"level\":\"warn\",\"ts\":1619683441.5,\"caller\":\"zap/"
	              "a.go:1\",\"msg\":\"retrying of "
	              "unary invoker failed\"}",
	              "etcd-json 2021-04-29T08:04:01.5Z W client zap/a.go:1 'retrying of unary "
	              "invoker failed'");
	assert_record("{\"level\":\"info\",\"ts\":1619683441.5,\"caller\":\"controllers/"
	              "pod.go:1\",\"msg\":\"x\"}",
	              "etcd-json 2021-04-29T08:04:01.5Z I other controllers/pod.go:1 'x'");
	assert_record("{\"level\":\"info\",\"ts\":1619683441.5,\"logger\":\"setup\",\"msg\":\"x\"}",
	              "etcd-json 2021-04-29T08:04:01.5Z I other <setup> 'x'");
}

static void cut_json_keeps_what_was_read(void **state)
{
	(void)state;
	assert_record(HEAD "\"msg\":\"x\",\"a\":\"b\",\"error\":\"rpc er",
	              HEAD_READ " 'x' {a=b} {error=rpc er} cut");
	/* half a duration would be a wrong one */
	assert_record(HEAD "\"msg\":\"x\",\"took\":\"1m2", HEAD_READ " 'x' cut");
	assert_record(HEAD "\"msg\":\"x\",\"n\":12", HEAD_READ " 'x' cut");
	assert_record(HEAD "\"msg\":\"apply requ", HEAD_READ " 'apply requ' cut");
	assert_record(HEAD "\"ms", HEAD_READ " '' cut");
	assert_record(HEAD "\"msg\":\"x\",\"l\":[\"a\",\"b", HEAD_READ " 'x' {l=[\"a\",\"b} cut");
	assert_record("{\"level\":\"warn\",\"ts\":\"2022-03-21T12:37:5",
	              "etcd-json - W etcd '' cut");
}

static void beginning_may_be_missing(void **state)
{
	(void)state;
	assert_record("ller\":\"wal/wal.go:1\",\"msg\":\"x\",\"took\":\"1s\"}",
	              "etcd-json - - etcd 'x' {took=1s}");
	assert_record("25Z\",\"caller\":\"wal/wal.go:1\",\"msg\":\"x\",\"took\":\"1s\"}",
	              "etcd-json - - etcd wal/wal.go:1 'x' {took=1s}");
	assert_record("\"msg\":\"x\",\"took\":\"1s\"}", "etcd-json - - etcd 'x' {took=1s}");
	assert_record("PUT: " HEAD "\"msg\":\"x\"}", HEAD_READ " 'x'");
}

static void damaged_json_goes_on_behind_the_damage(void **state)
{
	(void)state;
	assert_record(HEAD "\"msg\":\"x\",\"rev\":5x8zzz89,\"took\":\"1s\"}",
	              HEAD_READ " 'x' {took=1s}");
	assert_record(HEAD "\"msg\":\"x\",,\"took\":\"1s\"}", HEAD_READ " 'x' {took=1s}");
	assert_record(HEAD "\"msg\":\"x\",**\"a\":\"b\"**,\"took\":\"1s\"}",
	              HEAD_READ " 'x' {took=1s}");
}

static void wrapped_json_is_joined(void **state)
{
	(void)state;
	assert_record(HEAD "\"msg\":\"slow fdata\nsync\",\"took\":\"7.4\n39s\"}",
	              HEAD_READ " 'slow fdatasync' {took=7.439s}");
	assert_record(HEAD "\"msg\":\"x\"}\nwords", HEAD_READ " 'x'");
}

static void console_has_the_fields_of_json(void **state)
{
	(void)state;
	assert_record("2025-05-14T12:11:46.513000+0200\twarn\twal/wal.go:841\tslow fdatasync\t"
	              "{\"took\": \"2.2041s\", \"n\": 3}",
	              "zap-console 2025-05-14T10:11:46.513Z W etcd wal/wal.go:841 'slow fdatasync' "
	              "{took=2.2041s} {n=3}");
	assert_record("2024-10-31T13:15:13Z    info    backend/backend.go:497  defragmenting   "
	              "{\"path\": \"a b\"}",
	              "zap-console 2024-10-31T13:15:13Z I etcd backend/backend.go:497 "
	              "'defragmenting' {path=a b}");
	assert_record(
		"2025-05-14T12:11:46Z\terror\tetcd-client\tv3@v3.6.0/a.go:1\tx\ny\n\tz",
		"zap-console 2025-05-14T12:11:46Z E client <etcd-client> v3@v3.6.0/a.go:1 'x' "
		"{stacktrace=y\n\tz}");
	assert_record("2025-05-14T12:11:46Z\tINFO\tsetup\tstarting",
	              "zap-console 2025-05-14T12:11:46Z I ? "
	              "'setup\tstarting'");
}

static void capnslog_is_read(void **state)
{
	(void)state;
	assert_record(
		"2019-01-02 15:04:05.678901 W | wal: sync duration of 1.5s, expected less than 1s",
		"capnslog 2019-01-02T15:04:05.678901Z local W etcd wal "
		"'sync duration of 1.5s, expected less than 1s'");
	assert_record(
		"2019-08-09 10:57:50.500232 [pkg_logger.go:114] D | etcdserver/api/v3rpc: x: y",
		"capnslog 2019-08-09T10:57:50.500232Z local D etcd etcdserver/api/v3rpc 'x: y'");
	assert_record("2018-12-08T02:00:07.108783+11:00 N | auth: x",
	              "capnslog 2018-12-07T15:00:07.108783Z I etcd auth 'x'");
	assert_record("2019-01-02 15:04:05.678901 C | mvcc/backend: cannot commit tx",
	              "capnslog 2019-01-02T15:04:05.678901Z local F etcd mvcc/backend 'cannot "
	              "commit tx'");
	assert_record("2019-01-02 15:04:05.678901 W |etcdserver: x",
	              "capnslog 2019-01-02T15:04:05.678901Z local W etcd etcdserver 'x'");
	assert_record("2021-11-23 02:39:31.309997 I | retry func error: x",
	              "capnslog 2021-11-23T02:39:31.309997Z local I ? 'retry func error: x'");
}

static void capnslog_without_stamp_or_behind_another_is_read(void **state)
{
	(void)state;
	assert_record("W | wal: x", "capnslog - W etcd wal 'x'");
	assert_record(
		"etcdserver: publish error: etcdserver: request timed out",
		"capnslog - - etcd etcdserver 'publish error: etcdserver: request timed out'");
	assert_record("[WARNING] Deprecated '--logger=capnslog' flag is set",
	              "capnslog - W etcd '[WARNING] Deprecated '--logger=capnslog' flag is set'");
	assert_record("[etcd] Dec  7 16:54:08.428 INFO      | 10.0.0.1: state changed",
	              "capnslog - I etcd '10.0.0.1: state changed'");
	assert_record("23.04.2019 11:17:452019-04-23 08:17:45.555473 E | etcdhttp: x",
	              "capnslog 2019-04-23T08:17:45.555473Z local E etcd etcdhttp 'x'");
	assert_record("2019-04-23 11:17:45 | 2019-04-23 08:17:45.555473 E | etcdhttp: x",
	              "capnslog 2019-04-23T08:17:45.555473Z local E etcd etcdhttp 'x'");
}

static void side_lines_of_capnslog_are_read(void **state)
{
	(void)state;
	assert_record("raft2026/11/23 09:33:25 INFO: bdae9bbc11dd390d became leader at term 2",
	              "raft-line 2026-11-23T09:33:25Z local I etcd raft 'bdae9bbc11dd390d became "
	              "leader at term 2'");
	assert_record("raft 2024/02/17 09:53:15 WARN: x",
	              "raft-line 2024-02-17T09:53:15Z local W etcd raft 'x'");
	assert_record("WARNING: 2026/11/23 09:38:54 [core] grpc: x",
	              "grpc-line 2026-11-23T09:38:54Z local W ? grpc '[core] grpc: x'");
	assert_record("2026/11/23 09:38:54 http: TLS handshake error from 10.0.0.1:1: EOF",
	              "go-log 2026-11-23T09:38:54Z local - ? http 'TLS handshake error from "
	              "10.0.0.1:1: EOF'");
}

static void go_log_of_old_etcd_is_read(void **state)
{
	(void)state;
	assert_record("2015/08/21 02:04:22 etcdserver: text",
	              "go-log 2015-08-21T02:04:22Z local - etcd etcdserver 'text'");
	assert_record(
		"2017/06/20 12:53:52 wal.go:403: Warning: sync duration of 8.0s",
		"go-log 2017-06-20T12:53:52Z local W etcd wal.go:403 'sync duration of 8.0s'");
	assert_record("2021/06/30 21:12:19 [FATAL] etcd exited",
	              "go-log 2021-06-30T21:12:19Z local F ? 'etcd exited'");
}

static void etcdctl_is_a_client(void **state)
{
	(void)state;
	assert_record("http://127.0.0.1:2379 is unhealthy: failed to commit proposal: x",
	              "etcdctl - E client 'http://127.0.0.1:2379 is unhealthy: failed to commit "
	              "proposal: x'");
	assert_record("Error: unhealthy cluster", "etcdctl - E client 'Error: unhealthy cluster'");
}

static void members_may_stand_on_lines_of_their_own(void **state)
{
	(void)state;
	assert_record("level: warn\nts: \"2022-03-21T12:37:54.625Z\"\ncaller: wal/wal.go:806\n"
	              "msg: slow fdatasync\ntook: 7.4s\nexpected-duration: 1s",
	              "zap-members 2022-03-21T12:37:54.625Z W etcd wal/wal.go:806 'slow fdatasync' "
	              "{took=7.4s} {expected-duration=1s}");
	assert_record(
		"msg:\ntocommit(7) is out of range [lastIndex(0)]\nstacktrace:\n"
		"go.etcd.io/etcd/raft/v3.(*node).run\n\n  /go/src/raft/node.go:356",
		"zap-members - - etcd 'tocommit(7) is out of range [lastIndex(0)]' "
		"{stacktrace=go.etcd.io/etcd/raft/v3.(*node).run\n\n  /go/src/raft/node.go:356}");
	assert_record("level: info is what we set", "none - - ? 'level: info is what we set'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zap_json_is_read),
		cmocka_unit_test(times_of_all_versions_are_read),
		cmocka_unit_test(keys_may_be_renamed_and_moved),
		cmocka_unit_test(client_lines_are_told_from_the_servers),
		cmocka_unit_test(cut_json_keeps_what_was_read),
		cmocka_unit_test(beginning_may_be_missing),
		cmocka_unit_test(damaged_json_goes_on_behind_the_damage),
		cmocka_unit_test(wrapped_json_is_joined),
		cmocka_unit_test(console_has_the_fields_of_json),
		cmocka_unit_test(capnslog_is_read),
		cmocka_unit_test(capnslog_without_stamp_or_behind_another_is_read),
		cmocka_unit_test(side_lines_of_capnslog_are_read),
		cmocka_unit_test(go_log_of_old_etcd_is_read),
		cmocka_unit_test(etcdctl_is_a_client),
		cmocka_unit_test(members_may_stand_on_lines_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
