/* SPDX-License-Identifier: Apache-2.0 */
/* Each shape of record, decoded. */
#include "test.h"

#include "format/format.h"

static struct arena tmp;

static struct record decoded(const char *text)
{
	struct record record;
	struct str line = str_from(text), head;
	str_cut(line, STR("\n"), &head, NULL);
	format_decode(format_of(head, NULL), line, &tmp, &record);
	return record;
}

static void assert_record(const char *text, const char *format, const char *time, enum format_level level, const char *message)
{
	struct record record = decoded(text);
	assert_non_null(record.format);
	assert_string_equal(record.format->name, format);
	struct str shown = record.time_ns == TIME_NONE ? STR("") : clock_format(&tmp, record.time_ns);
	assert_str(shown, time);
	assert_int_equal(record.level, level);
	assert_str(record.message, message);
}

static void milvus_text_is_read_in_all_quotings(void **state)
{
	(void)state;
	assert_record("[2024/03/05 20:02:09.405 +08:00] [WARN] [etcd/etcd_kv.go:656] [\"Slow etcd operation save\"] [\"time spent\"=7.0s]",
	              "milvus-text", "2024-03-05T12:02:09.405Z", FORMAT_WARN, "Slow etcd operation save");
	assert_record("[2024/03/05 20:02:09.405 +00:00] [INFO] [retry.go:40] [retry] [retried=0]", "milvus-text",
	              "2024-03-05T20:02:09.405Z", FORMAT_INFO, "retry");
	assert_record("[etcd/etcd_kv.go:663] [\"Slow etcd operation save\"] [\"time spent\"=7.0s]", "milvus-text", "",
	              FORMAT_LEVEL_NONE, "Slow etcd operation save");
}

static void milvus_fields_are_unquoted(void **state)
{
	(void)state;
	struct record record = decoded("[2024/03/05 20:02:09.405 +00:00] [WARN] [a/b.go:1] [m] [\"Server Id\"=27] [empty=] "
	                               "[value=\"{\\\"a\\\":\\\"x y\\\"}\"] [keys=\"[a,b]\"] [e=\"l1\\nl2\"]");
	assert_str(record_field(&record, STR("Server Id")), "27");
	assert_str(record_field(&record, STR("empty")), "");
	assert_str(record_field(&record, STR("value")), "{\"a\":\"x y\"}");
	assert_str(record_field(&record, STR("keys")), "[a,b]");
	assert_str(record_field(&record, STR("e")), "l1\nl2");
	assert_null(record_field(&record, STR("none")).ptr);
}

static void a_cut_milvus_record_keeps_what_is_there(void **state)
{
	(void)state;
	struct record record = decoded("[2024/03/05 20:02:09.405 +00:00] [WARN] [a/b.go:1] [\"message\"] [k=v] [e=\"cut he");
	assert_true(record.is_cut);
	assert_str(record.message, "message");
	assert_str(record_field(&record, STR("k")), "v");
}

static void milvus_json_and_etcd_json_are_told_apart(void **state)
{
	(void)state;
	assert_record("{\"level\":\"WARN\",\"time\":\"2024/03/05 20:02:09.405 +00:00\",\"caller\":\"a/b.go:1\",\"message\":\"hello\"}",
	              "milvus-json", "2024-03-05T20:02:09.405Z", FORMAT_WARN, "hello");
	assert_record("{\"level\":\"warn\",\"ts\":\"2022-04-04T08:38:43.371+0800\",\"caller\":\"wal/wal.go:1\",\"msg\":\"slow fdatasync\"}",
	              "etcd-json", "2022-04-04T00:38:43.371Z", FORMAT_WARN, "slow fdatasync");
	assert_int_equal(decoded("{\"level\":\"warn\",\"ts\":\"2022-04-04T08:38:43Z\",\"logger\":\"etcd-client\",\"msg\":\"x\"}").program,
	                 FORMAT_ETCD_CLIENT);
}

static void etcds_times_are_read_in_all_shapes(void **state)
{
	(void)state;
	assert_record("{\"level\":\"info\",\"ts\":1619683441.5553212,\"msg\":\"x\"}", "etcd-json", "2021-04-29T08:04:01.5553212Z",
	              FORMAT_INFO, "x");
	assert_record("{\"level\":\"info\",\"ts\":\"2024-04-22T17:18:03Z\",\"msg\":\"x\"}", "etcd-json", "2024-04-22T17:18:03Z",
	              FORMAT_INFO, "x");
	assert_record("{\"level\":\"info\",\"ts\":\"2024-09-10T03:00:01.120000Z\",\"msg\":\"x\"}", "etcd-json",
	              "2024-09-10T03:00:01.12Z", FORMAT_INFO, "x");
}

static void a_cut_json_record_keeps_what_is_there(void **state)
{
	(void)state;
	struct record record = decoded("{\"level\":\"warn\",\"ts\":\"2024-04-22T17:18:03Z\",\"msg\":\"slow\",\"took\":\"1.5s\",\"re");
	assert_true(record.is_cut);
	assert_str(record_field(&record, STR("took")), "1.5s");
}

static void capnslog_loses_its_package(void **state)
{
	(void)state;
	assert_record("2019-01-02 15:04:05.678901 W | wal: sync duration of 1.5s, expected less than 1s", "capnslog",
	              "2019-01-02T15:04:05.678901Z", FORMAT_WARN, "sync duration of 1.5s, expected less than 1s");
	assert_record("2019-08-09 10:57:50.500232 [pkg_logger.go:114] C | etcdserver/api/v3rpc: text: more", "capnslog",
	              "2019-08-09T10:57:50.500232Z", FORMAT_FATAL, "text: more");
	assert_int_equal(decoded("2019-01-02 15:04:05.678901 W | wal: x").zone, CLOCK_ZONE_NONE);
}

static void lines_between_capnslog_lines_are_read(void **state)
{
	(void)state;
	assert_record("raft2026/11/23 09:33:25 INFO: bdae became leader at term 2", "raft-line", "2026-11-23T09:33:25Z", FORMAT_INFO,
	              "bdae became leader at term 2");
	assert_record("raft 2024/02/17 09:53:15 WARN: x", "raft-line", "2024-02-17T09:53:15Z", FORMAT_WARN, "x");
	assert_record("WARNING: 2026/11/23 09:38:54 [core] grpc: x", "grpc-line", "2026-11-23T09:38:54Z", FORMAT_WARN, "[core] grpc: x");
	assert_record("2015/08/21 02:04:22 etcdserver: text", "go-log", "2015-08-21T02:04:22Z", FORMAT_LEVEL_NONE, "text");
}

static void a_panic_is_one_record_with_its_dump_apart(void **state)
{
	(void)state;
	struct record record = decoded("panic: boom\n[signal SIGSEGV]\n\ngoroutine 1 [running]:\n"
	                               "github.com/milvus-io/milvus/internal.f()\n\t/go/x.go:1");
	assert_str(record.message, "panic: boom\n[signal SIGSEGV]");
	assert_int_equal(record.program, FORMAT_MILVUS);
	assert_int_equal(record.level, FORMAT_FATAL);
	assert_true(record_field(&record, STR("stack")).len > 0);
}

static void noise_is_nobodys(void **state)
{
	(void)state;
	const char *const lines[] = {"", "hello world", "\tat frame", "goroutine 5 [select]:", "{}", "[", "\xff\xfe\x01", "{\"a\":1}"};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_null(format_of(str_from(lines[i]), NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(milvus_text_is_read_in_all_quotings),
	        cmocka_unit_test(milvus_fields_are_unquoted),
	        cmocka_unit_test(a_cut_milvus_record_keeps_what_is_there),
	        cmocka_unit_test(milvus_json_and_etcd_json_are_told_apart),
	        cmocka_unit_test(etcds_times_are_read_in_all_shapes),
	        cmocka_unit_test(a_cut_json_record_keeps_what_is_there),
	        cmocka_unit_test(capnslog_loses_its_package),
	        cmocka_unit_test(lines_between_capnslog_lines_are_read),
	        cmocka_unit_test(a_panic_is_one_record_with_its_dump_apart),
	        cmocka_unit_test(noise_is_nobodys),
	};
	arena_init(&tmp);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_finish(&tmp);
	return failed;
}
