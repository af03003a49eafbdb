/* SPDX-License-Identifier: Apache-2.0 */

/* Crashes, and the formats of the programs around Milvus and etcd. */

#include "test_format.h"

static void panic_is_one_record_with_its_dump(void **state)
{
	(void)state;
	assert_record("panic: a [recovered]\n\tpanic: b\n[signal SIGSEGV: x code=0x1]\n\ngoroutine "
	              "7 [running]:\n"
	              "github.com/milvus-io/milvus/a.f(0x1)\n\t/a/b.go:1 +0x1",
	              "go-panic - F milvus 'panic: a [recovered]\n\tpanic: b\n[signal SIGSEGV: x "
	              "code=0x1]' "
	              "{stack=goroutine 7 "
	              "[running]:\ngithub.com/milvus-io/milvus/a.f(0x1)\n\t/a/b.go:1 +0x1}");
	assert_record("fatal error: fault\n\ngoroutine 1 [running]:\ngo.etcd.io/bbolt.(*DB).x(0x1)",
	              "go-panic - F etcd 'fatal error: fault' "
	              "{stack=goroutine 1 [running]:\ngo.etcd.io/bbolt.(*DB).x(0x1)}");
	assert_record(
		"SIGABRT: abort\nPC=0x7f m=7 sigcode=1\n\nruntime stack:\nx",
		"go-panic - F ? 'SIGABRT: abort\nPC=0x7f m=7 sigcode=1' {stack=runtime stack:\nx}");
	/* the message alone does not tell whose it is */
	assert_record("panic: etcdserver: request timed out",
	              "go-panic - F ? 'panic: etcdserver: request timed out'");
	assert_record("panic: a goroutine 12 [running]: main.f()",
	              "go-panic - F ? 'panic: a' {stack=goroutine 12 [running]: main.f()}");
	assert_record("exit status 2", "go-panic - F ? 'exit status 2'");
}

static void native_crashes_are_read(void **state)
{
	(void)state;
	assert_record("terminate called after throwing an instance of 'milvus::SegcoreError'\n  "
	              "what():  x",
	              "native-crash - F milvus 'terminate called after throwing an instance of "
	              "'milvus::SegcoreError'\n  what():  x'");
	assert_record("*** Aborted at 1 (unix time)\nPC: @ 0x0\n    @     0x7f a::b()",
	              "native-crash - F ? '*** Aborted at 1 (unix time)\nPC: @ 0x0' {stack=@     "
	              "0x7f a::b()}");
	assert_record("malloc(): corrupted top size",
	              "native-crash - F ? 'malloc(): corrupted top size'");
}

static void glog_and_klog_are_read(void **state)
{
	(void)state;
	assert_record("I20240305 20:02:09.405123    42 SegmentSealedImpl.cpp:51] [SERVER][F][t]x",
	              "glog 2024-03-05T20:02:09.405123Z local I milvus SegmentSealedImpl.cpp:51 "
	              "'[SERVER][F][t]x'");
	assert_record(
		"E0312 16:21:04.512883    1123 prober.go:239] \"Probe failed\" pod=\"a/b\" n=3",
		"glog 1972-03-12T16:21:04.512883Z local E other prober.go:239 'Probe failed' {pod=a/b} {n=3}");
	assert_record("I1111 23:01:03.925756 1326491 trace.go:205] Trace[9]: \"Get\" x",
	              "glog 1972-11-11T23:01:03.925756Z local I other trace.go:205 'Trace[9]: \"Get\" x'");
	assert_record("F20240305 20:02:09 12 x.cc:1] y",
	              "none - - ? 'F20240305 20:02:09 12 x.cc:1] y'");
}

static void easylogging_is_read(void **state)
{
	(void)state;
	assert_record("2022-12-05 18:55:49,703 | WARNING | default | [SERVER] x | y",
	              "easylogging 2022-12-05T18:55:49.703Z local W milvus '[SERVER] x | y'");
	assert_record("2022-12-15 15:39:03,866 INFO [default] x",
	              "easylogging 2022-12-15T15:39:03.866Z local I milvus 'x'");
}

static void logrus_is_read_and_etcd_inside_it(void **state)
{
	(void)state;
	assert_record("time=\"2023-08-01T08:04:28Z\" level=warning msg=\"[Failed] \\\"x\\\"\" "
	              "error=\"a b\" n=3",
	              "logrus 2023-08-01T08:04:28Z W other '[Failed] \"x\"' {error=a b} {n=3}");
	assert_record("time=\"2022-01-25T06:42:39Z\" level=info "
	              "msg=\"{\\\"level\\\":\\\"warn\\\",\\\"ts\\\":"
	              "\\\"2022-01-25T06:42:38Z\\\",\\\"caller\\\":\\\"wal/"
	              "wal.go:806\\\",\\\"msg\\\":\\\"y\\\"}\"",
	              "logrus 2022-01-25T06:42:39Z W etcd wal/wal.go:806 'y'");
	assert_record("time=\"2023-08-01T08:04:28Z\" level=info msg=\"cut",
	              "logrus 2023-08-01T08:04:28Z I other "
	              "'cut' cut");
}

static void librdkafka_is_read(void **state)
{
	(void)state;
	assert_record("%3|1691234567.123|FAIL|rdkafka#producer-1| [thrd:k]: refused",
	              "librdkafka 2023-08-05T11:22:47.123Z E other <rdkafka#producer-1> '[thrd:k]: "
	              "refused' "
	              "{kind=FAIL}");
}

static void java_is_read_with_its_trace(void **state)
{
	(void)state;
	assert_record("2024-03-12T08:21:04,512+0000 [main] INFO  o.a.p.Broker - ready",
	              "java 2024-03-12T08:21:04.512Z I other <o.a.p.Broker> 'ready'");
	assert_record("08:21:04.512 [main] ERROR o.a.p.Broker - x\njava.io.IOException: y\n\tat "
	              "a.B.c(B.java:1)",
	              "java - E other <o.a.p.Broker> 'x' {stack=java.io.IOException: y\n\tat "
	              "a.B.c(B.java:1)}");
	assert_record(
		"2024-03-12 08:21:04,512 [myid:1] - WARN  [SyncThread:1:FileTxnLog@378] - slow",
		"java 2024-03-12T08:21:04.512Z local W other <[SyncThread:1:FileTxnLog@378]> "
	        "'slow'");
	assert_record(
		"[2024-03-12 08:21:04,512] INFO started (kafka.server.KafkaServer)",
		"java 2024-03-12T08:21:04.512Z local I other 'started (kafka.server.KafkaServer)'");
}

static void minio_is_read(void **state)
{
	(void)state;
	assert_record("API: SYSTEM()\nTime: 08:21:04 UTC 03/12/2024\nError: drive not found\n      "
	              " 1: a.go:1",
	              "minio 2024-03-12T08:21:04Z E other 'drive not found'");
	assert_record("{\"level\":\"ERROR\",\"errKind\":\"ALL\",\"time\":\"2024-03-12T08:21:04."
	              "5Z\",\"message\":\"x\"}",
	              "minio 2024-03-12T08:21:04.5Z E other 'x' {errKind=ALL}");
}

static void python_clients_are_named(void **state)
{
	(void)state;
	assert_record("[2022-03-16 11:56:32,267] [   ERROR] - x (decorators.py:108)",
	              "pymilvus 2022-03-16T11:56:32.267Z local E other 'x (decorators.py:108)'");
	assert_record("2024-03-05 20:02:09,405 [ERROR][handler]: RPC error: [search], <x>",
	              "pymilvus 2024-03-05T20:02:09.405Z local E other '[handler]: RPC error: "
	              "[search], <x>'");
	assert_record("2021-01-05 03:26:48,006 \xef\xbd\x9c ERROR \xef\xbd\x9c decorators.py",
	              "pymilvus 2021-01-05T03:26:48.006Z local E other 'decorators.py'");
	assert_record("Traceback (most recent call last):\n  File \"a.py\", line 1\nE: x",
	              "pymilvus - E other 'Traceback (most recent call last):' {stack=  File "
	              "\"a.py\", line 1\nE: x}");
}

static void kernel_is_read_in_all_forms(void **state)
{
	(void)state;
	assert_record("[498038.547140] oom_reaper: x",
	              "kernel - - other 'oom_reaper: x' {uptime=498038.547140}");
	assert_record("<6>[ 1234.567890] x", "kernel - - other 'x' {uptime=1234.567890}");
	assert_record("kern  :warn  : [ 1234.567890] x",
	              "kernel - - other 'x' {uptime=1234.567890}");
	assert_record("[Sat Mar  2 06:01:04 2024] x",
	              "kernel 2024-03-02T06:01:04Z local - other 'x'");
	assert_record("[Tue Mar 12 16:21:04 2024] x",
	              "kernel 2024-03-12T16:21:04Z local - other 'x'");
	assert_record("2024-03-12T16:21:04,512883+08:00 x",
	              "kernel 2024-03-12T08:21:04.512883Z - other 'x'");
	assert_record("Out of memory: Killed process 998 (etcd)",
	              "kernel - - other 'Out of memory: Killed process 998 (etcd)'");
	assert_record("[Tue Foo 12 16:21:04 2024] x", "kernel - - other 'x'");
}

static void scripts_and_tools_are_read(void **state)
{
	(void)state;
	assert_record("etcd 08:21:04.32 INFO  ==> ** Starting etcd **",
	              "bitnami - I other '** Starting etcd **'");
	assert_record(
		"milvus-standalone exited with code 137",
		"tool - - other 'milvus-standalone exited with code 137' {name=milvus-standalone}");
	assert_record("2024-03-12T16:21:09.2+08:00 container die 4f1e (exitCode=137)",
	              "tool 2024-03-12T08:21:09.2Z - other 'container die 4f1e (exitCode=137)'");
	assert_record("a process exited with code 1", "none - - ? 'a process exited with code 1'");
}

static void other_json_is_read(void **state)
{
	(void)state;
	assert_record("{\"timestamp\":\"2024-03-12T08:21:04.5Z\",\"level\":\"info\",\"message\":"
	              "\"x\",\"k\":{\"a\":1}}",
	              "json 2024-03-12T08:21:04.5Z I other 'x' {k={\"a\":1}}");
	assert_record("{\"a\":1}", "none - - ? '{\"a\":1}'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panic_is_one_record_with_its_dump),
		cmocka_unit_test(native_crashes_are_read),
		cmocka_unit_test(glog_and_klog_are_read),
		cmocka_unit_test(easylogging_is_read),
		cmocka_unit_test(logrus_is_read_and_etcd_inside_it),
		cmocka_unit_test(librdkafka_is_read),
		cmocka_unit_test(java_is_read_with_its_trace),
		cmocka_unit_test(minio_is_read),
		cmocka_unit_test(python_clients_are_named),
		cmocka_unit_test(kernel_is_read_in_all_forms),
		cmocka_unit_test(scripts_and_tools_are_read),
		cmocka_unit_test(other_json_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
