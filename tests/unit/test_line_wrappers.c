/* SPDX-License-Identifier: Apache-2.0 */
/* Each wrapper: what it takes off, what it says of where and when, and what it leaves alone. */
#include "base/arena.h"
#include "test_line.h"

#define ETCD                                                                                       \
	"{\"level\":\"warn\",\"ts\":\"2024-03-12T08:21:03.771Z\",\"caller\":\"etcdserver/"         \
	"util.go:166\",\"msg\":\"slow\"}"
#define ETCD_ESCAPED                                                                               \
	"{\\\"level\\\":\\\"warn\\\",\\\"ts\\\":\\\"2024-03-12T08:21:03.771Z\\\",\\\"caller\\\":"  \
	"\\\"etcdserver/util.go:166\\\","                                                          \
	"\\\"msg\\\":\\\"slow\\\"}"
#define ETCD_DOUBLED                                                                               \
	"\"{\"\"level\"\":\"\"warn\"\",\"\"ts\"\":\"\"2024-03-12T08:21:03.771Z\"\","               \
	"\"\"caller\"\":\"\"etcdserver/util.go:166\"\","                                           \
	"\"\"msg\"\":\"\"slow\"\"}\""
#define MILVUS                                                                                     \
	"[2024/03/12 08:21:04.512 +00:00] [WARN] [etcd/etcd_kv.go:656] [\"Slow etcd operation "    \
	"save\"]"
#define MILVUS_ESCAPED                                                                             \
	"[2024/03/12 08:21:04.512 +00:00] [WARN] [etcd/etcd_kv.go:656] [\\\"Slow etcd operation "  \
	"save\\\"]"

struct want {
	const char *wrappers;
	const char *text;   /* of all lines, LF after each */
	const char *source; /* of the first line: container|pod|namespace|host|unit; NULL: do not
	                       look */
	const char *time;   /* the wrapper's stamp of the first line; NULL: do not look; "": none */
};

static void check(struct str input, const struct want *want, const char *file, int at)
{
	struct line_options options = {.modified_ns =
	                                       INT64_C(1711929600) * NS_PER_SEC}; /* 2024-04-01 */
	struct test_lines lines;
	struct line_summary summary;
	struct arena arena;
	arena_init(&arena);
	test_lines_read(&lines, input, 0, &options);
	line_reader_summary(lines.reader, &summary);
	test_str(buf_str(&lines.text), want->text, file, at);
	test_str(summary.wrappers, want->wrappers, file, at);
	if (want->source != NULL) {
		const struct line_source *source =
			line_reader_source(lines.reader, lines.first.source);
		test_str(arena_printf(&arena,
		                      STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT,
		                      STR_ARG(source->container), STR_ARG(source->pod),
		                      STR_ARG(source->space), STR_ARG(source->host),
		                      STR_ARG(source->unit)),
		         want->source, file, at);
	}
	if (want->time != NULL) {
		test_str(clock_format(&arena, lines.first.outer_ns), want->time, file, at);
	}
	test_lines_finish(&lines);
	arena_finish(&arena);
}

static void check_sources(struct str input, const char *text, size_t count, const char *file,
                          int at)
{
	struct line_options options = {.modified_ns = TIME_NONE};
	struct test_lines lines;
	test_lines_read(&lines, input, 0, &options);
	test_str(buf_str(&lines.text), text, file, at);
	_assert_int_equal(line_reader_source_count(lines.reader), count, file, at);
	test_lines_finish(&lines);
}

/** A stream of bytes (a literal) gives lines; wrappers, text, and for the first line source and
 * time. */
#define gives_all(input, ...)                                                                      \
	check(STR(input), &(const struct want){__VA_ARGS__}, __FILE__, __LINE__)
#define gives_from(input, around, inside, where)                                                   \
	gives_all(input, .wrappers = (around), .text = (inside), .source = (where))
#define gives(input, around, inside) gives_all(input, .wrappers = (around), .text = (inside))
/** Lines come out of so many sources, one of which may be nobody's. */
#define gives_sources(input, inside, count)                                                        \
	check_sources(STR(input), (inside), (count), __FILE__, __LINE__)
/** It has no wrapper. */
#define stays(input) gives(input, "", input)

static void docker_json_comes_off(void **state)
{
	(void)state;
	gives_all("{\"log\":\"" ETCD_ESCAPED
	          "\\n\",\"stream\":\"stderr\",\"time\":\"2024-03-12T08:21:04.512883107Z\"}\n",
	          "docker-json", ETCD "\n", "||||", "2024-03-12T08:21:04.512883107Z");
	gives_all("{\"log\":\"text "
	          "\\u003c\\u001b[0m\\n\",\"stream\":\"stdout\",\"attrs\":{\"a\":\"b\"},\"time\":"
	          "\"2024-03-12T08:21:04Z\"}\n",
	          "docker-json,ansi", "text <\n", "||||", "2024-03-12T08:21:04Z");
}

static void cri_comes_off(void **state)
{
	(void)state;
	gives_all("2024-03-12T16:21:04.5128831+08:00 stdout F " MILVUS "\n", "cri", MILVUS "\n",
	          "||||", "2024-03-12T08:21:04.5128831Z");
	gives("2024-03-12T08:21:04.512883107Z stderr F:tag \n2024-03-12T08:21:04Z stdout P "
	      "a\n2024-03-12T08:21:04Z stdout F b\n",
	      "cri", "\nab\n");
}

static void compose_comes_off(void **state)
{
	(void)state;
	gives_all("milvus-etcd        | " ETCD "\nmilvus-standalone  | " MILVUS
	          "\nmilvus-etcd        | text\n",
	          "compose", ETCD "\n" MILVUS "\ntext\n", "milvus-etcd||||", "");
	gives_all("\x1b[36metcd-1  | \x1b[0m2024-03-12T08:21:03.771884211Z " ETCD "\n",
	          "ansi,compose,timestamps", ETCD "\n", "etcd-1||||",
	          "2024-03-12T08:21:03.771884211Z");
	gives_from("[36mmilvus-etcd_1  |[0m " ETCD "\n", "ansi,compose", ETCD "\n",
	           "milvus-etcd_1||||");
	gives_from("minio  | a\nminio  | b | c\nminio  | \n", "compose", "a\nb | c\n\n",
	           "minio||||");
}

static void tables_and_capnslog_are_no_compose(void **state)
{
	(void)state;
	stays("2019-01-02 15:04:05.678901 W | wal: sync\n");
	stays("NAME  | READY\netcd  | 1/1\n");
	stays("2022-12-15 15:39:03,867 | INFO | default | [KNOWHERE] text\n");
}

static void kubectl_comes_off(void **state)
{
	(void)state;
	gives_all("[pod/my-release-etcd-0/etcd] 2024-03-12T08:21:04.512883107Z " ETCD "\n",
	          "kubectl,timestamps", ETCD "\n", "etcd|my-release-etcd-0|||",
	          "2024-03-12T08:21:04.512883107Z");
}

static void stern_comes_off_where_names_recur(void **state)
{
	(void)state;
	gives_from("my-release-etcd-0 etcd " ETCD "\nmy-release-etcd-0 etcd text\n", "stern",
	           ETCD "\ntext\n", "etcd|my-release-etcd-0|||");
	gives_all("team my-release-etcd-0 etcd 2024-03-12T08:21:04.512883107Z " ETCD "\n",
	          "stern,timestamps", ETCD "\n", "etcd|my-release-etcd-0|team||",
	          "2024-03-12T08:21:04.512883107Z");
	gives_from("{\"message\":\"" ETCD_ESCAPED
	           "\",\"nodeName\":\"n1\",\"namespace\":\"team\",\"podName\":\"etcd-0\","
	           "\"containerName\":\"etcd\"}\n",
	           "json-export", ETCD "\n", "etcd|etcd-0|team|n1|");
	gives_from("{\"pod\": \"etcd-0\", \"container\": \"etcd\", \"message\": " ETCD "}\n",
	           "json-export", ETCD "\n", "etcd|etcd-0|||");
	stays("some-words follow each other\nand some-more of them\n");
}

static void syslog_comes_off(void **state)
{
	(void)state;
	gives_all("<30>Mar 12 16:21:04 node-3 etcd[998]: " ETCD "\n", "syslog", ETCD "\n",
	          "|||node-3|etcd", "2024-03-12T16:21:04Z");
	gives_all("<30>1 2024-03-12T08:21:04.512Z node-3 etcd 998 - [x@1 a=\"b]\\\"\"] " ETCD "\n",
	          "syslog", ETCD "\n", "|||node-3|etcd", "2024-03-12T08:21:04.512Z");
	gives_from("Mar  2 16:21:04 node-3 etcd: panic: a#012#011b\n", "syslog", "panic: a\n\tb\n",
	           "|||node-3|etcd");
}

static void journalctl_comes_off(void **state)
{
	(void)state;
	gives_all("2024-03-12T16:21:04.512883+08:00 node-3 etcd[998]: " ETCD "\n", "syslog",
	          ETCD "\n", "|||node-3|etcd", "2024-03-12T08:21:04.512883Z");
	gives_all("1710231664.512883 node-3 etcd[998]: " ETCD "\n", "syslog", ETCD "\n",
	          "|||node-3|etcd", "2024-03-12T08:21:04.512883Z");
	gives_from("Tue 2024-03-12 16:21:04 CST node-3 etcd[998]: text\n", "syslog", "text\n",
	           "|||node-3|etcd");
	gives_all("{\"__REALTIME_TIMESTAMP\":\"1710231664512883\",\"_HOSTNAME\":\"node-3\","
	          "\"SYSLOG_IDENTIFIER\":\"etcd\","
	          "\"MESSAGE\":[104,105,27,91,48,109]}\n",
	          "json-export,ansi", "hi\n", "|||node-3|etcd", "2024-03-12T08:21:04.512883Z");
	gives_all("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1710231664512883\n_HOSTNAME=node-3\nSYSLOG_"
	          "IDENTIFIER=etcd\n"
	          "MESSAGE\n\x05\0\0\0\0\0\0\0a\nb c\n\n__CURSOR=s=2\nMESSAGE=d\n\n",
	          "journal-export", "a\nb c\nd\n", "|||node-3|etcd", "2024-03-12T08:21:04.512883Z");
}

static void the_year_of_a_stamp_without_one_is_the_records(void **state)
{
	(void)state;
	gives_all("Dec 31 23:59:59 node-3 etcd[998]: text\nDec 31 23:59:59 node-3 milvus[9]: "
	          "[2021/12/31 23:59:59.001 +00:00] [INFO] [a.go:1]\n",
	          "syslog", "text\n[2021/12/31 23:59:59.001 +00:00] [INFO] [a.go:1]\n", NULL,
	          "2021-12-31T23:59:59Z");
	gives_all("Dec 31 23:59:59 node-3 etcd[998]: text\n", "syslog", "text\n", NULL,
	          "2023-12-31T23:59:59Z");
}

static void grafana_and_loki_come_off(void **state)
{
	(void)state;
	gives_from("Common labels: {\"namespace\":\"team\",\"pod\":\"etcd-0\"}\nLine limit: \"1000 "
	           "(2 returned)\"\n\n\n"
	           "1710231664512\t2024-03-12T08:21:04.512Z\t" ETCD "\n",
	           "grafana-txt", "\n\n" ETCD "\n", "|etcd-0|team||");
	gives_all("[{\"line\":\"" ETCD_ESCAPED
	          "\",\"timestamp\":\"1710231664512883107\",\"date\":\"2024-03-12T08:21:04.512Z\","
	          "\"fields\":{\"pod\":\"etcd-0\",\"container\":\"etcd\"}}]",
	          "json-export", ETCD "\n", "etcd|etcd-0|||", "2024-03-12T08:21:04.512883107Z");
	gives_all("\"Date\",\"Line\",\"pod\"\n\"2024-03-12T08:21:04.512Z\"," ETCD_DOUBLED
	          ",etcd-0\n",
	          "csv", ETCD "\n", "|etcd-0|||", "2024-03-12T08:21:04.512Z");
	gives_all("  |   | 2024-03-12 16:21:04.664 | (no unique labels) | " MILVUS " |  \n",
	          "table", MILVUS "\n", "||||", "2024-03-12T16:21:04.664Z");
	gives_all("2024-03-12T16:21:04+08:00 {container=\"etcd\", pod=\"etcd-0\"} " ETCD "\n",
	          "logcli", ETCD "\n", "etcd|etcd-0|||", "2024-03-12T08:21:04Z");
	gives_all("{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{"
	          "\"stream\":{\"pod\":\"etcd-0\"},\"values\":"
	          "[[\"1710231664512883107\",\"" ETCD_ESCAPED "\"]]}]}}",
	          "loki", ETCD "\n", "|etcd-0|||", "2024-03-12T08:21:04.512883107Z");
}

static void log_stores_come_off(void **state)
{
	(void)state;
	gives_all("{\"hits\":{\"hits\":[{\"_index\":\"k8s\",\"_source\":{\"@timestamp\":\"2024-03-"
	          "12T08:21:04.512Z\",\"log\":\"" ETCD_ESCAPED
	          "\\n\",\"kubernetes\":{\"pod_name\":\"etcd-0\",\"namespace_name\":\"team\","
	          "\"container_name\":\"etcd\"}}}]}}",
	          "json-export", ETCD "\n", "etcd|etcd-0|team||", "2024-03-12T08:21:04.512Z");
	gives_all("\"@timestamp\",message\n\"Mar 12, 2024 @ 16:21:04.512\"," ETCD_DOUBLED "\n",
	          "csv", ETCD "\n", "||||", "2024-03-12T16:21:04.512Z");
	gives_all("{\n  \"events\": [\n    {\n      \"logStreamName\": \"etcd-0\",\n      "
	          "\"timestamp\": 1710231664512,\n      \"message\": \"" ETCD_ESCAPED
	          "\"\n    }\n  ]\n}\n",
	          "json-export", ETCD "\n", "|etcd-0|||", "2024-03-12T08:21:04.512Z");
	gives_all("{\"__time__\":\"1710231664\",\"_pod_name_\":\"etcd-0\",\"_source_\":\"stderr\","
	          "\"_time_\":\"2024-03-12T16:21:04.512883107+08:00\","
	          "\"content\":\"" ETCD_ESCAPED "\"}\n",
	          "json-export", ETCD "\n", "|etcd-0|||", "2024-03-12T08:21:04.512883107Z");
	gives_all("[{\"insertId\":\"a\",\"textPayload\":\"" MILVUS_ESCAPED
	          "\\n\",\"timestamp\":\"2024-03-12T08:21:04.512Z\","
	          "\"resource\":{\"labels\":{\"pod_name\":\"m-0\",\"container_name\":\"milvus\","
	          "\"namespace_name\":\"team\"}}}]",
	          "json-export", MILVUS "\n", "milvus|m-0|team||", "2024-03-12T08:21:04.512Z");
}

static void hosts_and_headings_come_off(void **state)
{
	(void)state;
	gives_from("10.5.0.2: 2024-03-12T08:21:04.512883107Z stderr F " ETCD "\n", "node,cri",
	           ETCD "\n", "|||10.5.0.2|");
	gives_from("==> etcd [bf68981c7152] <==\n" ETCD "\n", "", ETCD "\n", "etcd||||");
	gives_all("time=\"2024-03-12T08:21:04Z\" level=info msg=\"" ETCD_ESCAPED
	          "\" component=etcd\n",
	          "logrus", ETCD "\n", "etcd||||", "2024-03-12T08:21:04Z");
}

static void what_people_paste_comes_off(void **state)
{
	(void)state;
	gives("623:" ETCD "\n624-text\n", "grep", ETCD "\ntext\n");
	gives_from("logs/etcd.log:623:" ETCD "\n", "grep", ETCD "\n", "etcd||||");
	gives("a.log.d/etcd.log:2024-05-01 10:02:03.123456 W | wal: x\n", "grep",
	      "2024-05-01 10:02:03.123456 W | wal: x\n");
	gives("var.log.pods.etcd-0.log:2024-05-01T10:02:03.5+08:00 stderr F " ETCD "\n", "grep,cri",
	      ETCD "\n");
	gives("  12 " ETCD "\n", "line-numbers", ETCD "\n");
	gives("```text\n> " ETCD "\n> > " MILVUS "\n```\n", "markdown", ETCD "\n" MILVUS "\n");
	gives("    " ETCD "\n", "markdown", ETCD "\n");
	gives("[31m" ETCD "[0m\n", "ansi", ETCD "\n");
	gives("[2024/03/12 08:21:04.512 +00:00] [WARN] [a.go:1] [m] "
	      "[a=[10.0.0.1:2380](http://10.0.0.1:2380/)] [b=[c](d)]\n",
	      "links",
	      "[2024/03/12 08:21:04.512 +00:00] [WARN] [a.go:1] [m] [a=10.0.0.1:2380] "
	      "[b=[c](d)]\n");
}

static void powershell_comes_off(void **state)
{
	(void)state;
	gives("docker : " ETCD
	      "\r\nAt line:1 char:1\r\n+ docker logs etcd 2>&1 > a.log\r\n+ ~~~~~~~~~\r\n"
	      "    + CategoryInfo          : NotSpecified: (:String) [], RemoteException\r\n"
	      "    + FullyQualifiedErrorId : NativeCommandError\r\n \r\n" MILVUS "\r\n",
	      "powershell", ETCD "\n" MILVUS "\n");
}

static void long_lines_lose_the_stamps_inside(void **state)
{
	(void)state;
	enum { PIECE = 16384 };
	static char text[PIECE + 128];
	static const char stamp[] = "2024-03-12T08:21:04.512883107Z ";
	size_t len = sizeof(stamp) - 1;
	memset(text, 'x', sizeof(text));
	memcpy(text, stamp, len);
	memcpy(text + len + PIECE, stamp, len);
	struct line_options options = {.modified_ns = TIME_NONE};
	struct test_lines lines;
	test_lines_read(&lines, (struct str){text, sizeof(text)}, 0, &options);
	assert_int(lines.text.len, sizeof(text) - 2 * len + 1);
	assert_int(str_find_byte(buf_str(&lines.text), '2'), -1);
	test_lines_finish(&lines);
}

static void a_last_word_is_not_joined_to_a_record(void **state)
{
	(void)state;
	gives("2024-03-12T08:21:04Z stderr P last words\n2024-03-12T08:22:04Z stderr F " ETCD "\n",
	      "cri", "last words\n" ETCD "\n");
}

static void records_of_programs_stay(void **state)
{
	(void)state;
	stays(ETCD "\n" MILVUS "\n");
	stays("{\"level\":\"WARN\",\"time\":\"2024/03/12 08:21:04.512 "
	      "+00:00\",\"caller\":\"a.go:1\",\"message\":\"m\"}\n");
	stays("I20240312 08:21:04.512883   210 ConfigKnowhere.cpp:41] [SERVER] text\n");
	stays("2024-03-12T08:21:04.512Z\twarn\tetcdserver/util.go:166\tslow\t{\"took\":\"2s\"}\n");
	stays("2024/03/12 08:21:04 raft: text\n");
	stays("panic: a\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n");
	stays("[2024-03-12 08:21:04,512] INFO text (kafka.server)\n");
}

static void newest_first_is_turned(void **state)
{
	(void)state;
	gives("[2024/03/12 08:21:06.000 +00:00] [INFO] c\n[2024/03/12 08:21:05.000 +00:00] [INFO] "
	      "b\n"
	      "[2024/03/12 08:21:04.000 +00:00] [INFO] a\n",
	      "",
	      "[2024/03/12 08:21:04.000 +00:00] [INFO] a\n[2024/03/12 08:21:05.000 +00:00] [INFO] "
	      "b\n"
	      "[2024/03/12 08:21:06.000 +00:00] [INFO] c\n");
	gives("1710231666000\t2024-03-12T08:21:06Z\tc\nc2\n1710231665000\t2024-03-12T08:21:"
	      "05Z\tb\n1710231664000\t2024-03-12T08:21:04Z\ta\n",
	      "grafana-txt", "a\nb\nc\nc2\n");
}

static void compose_speaks_of_its_containers(void **state)
{
	(void)state;
	gives_from("Attaching to milvus-etcd\nmilvus-etcd  | " ETCD
	           "\nmilvus-etcd exited with code 2\n",
	           "compose", ETCD "\nmilvus-etcd exited with code 2\n", "milvus-etcd||||");
	gives_sources("milvus-etcd  | " ETCD "\nmilvus-etcd exited with code 2\n",
	              ETCD "\nmilvus-etcd exited with code 2\n", 1);
	gives_sources("milvus-etcd  | " ETCD "\nmilvus-minio exited with code 2\n",
	              ETCD "\nmilvus-minio exited with code 2\n", 2);
}

/* What a wrapped or cut line leaves behind belongs to the line before; text of others does not. */
static void rests_of_lines_keep_their_source(void **state)
{
	(void)state;
#define FIRST "Mar 12 08:21:04 node-3 etcd[998]: "
	gives_sources(FIRST "one\nMar 12 08:2", "one\nMar 12 08:2\n", 1);
	gives_sources(FIRST "one\nM", "one\nM\n", 1);
	gives_sources(FIRST "one\nThat is it", "one\nThat is it\n", 1);
	gives_sources(FIRST "one\n\nThat is it", "one\n\nThat is it\n", 2);
	gives_sources(FIRST "one\n" MILVUS "\n", "one\n" MILVUS "\n", 2);
	gives_sources("a-1  | {\"level\":\"warn\",\"ms\na-1  | x\nrest\na-1  | y\n",
	              "{\"level\":\"warn\",\"ms\nx\nrest\ny\n", 2);
	gives_sources("a-1  | {\"level\":\"warn\",\"ms\ng\":1}\na-1  | y\n",
	              "{\"level\":\"warn\",\"ms\ng\":1}\ny\n", 1);
	gives_sources("a-1  | x\na-1  | y\na-1  | z\na-2 exited with code 2",
	              "x\ny\nz\na-2 exited with code 2\n", 2);
#undef FIRST
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_json_comes_off),
		cmocka_unit_test(cri_comes_off),
		cmocka_unit_test(compose_comes_off),
		cmocka_unit_test(tables_and_capnslog_are_no_compose),
		cmocka_unit_test(kubectl_comes_off),
		cmocka_unit_test(stern_comes_off_where_names_recur),
		cmocka_unit_test(syslog_comes_off),
		cmocka_unit_test(journalctl_comes_off),
		cmocka_unit_test(the_year_of_a_stamp_without_one_is_the_records),
		cmocka_unit_test(grafana_and_loki_come_off),
		cmocka_unit_test(log_stores_come_off),
		cmocka_unit_test(hosts_and_headings_come_off),
		cmocka_unit_test(what_people_paste_comes_off),
		cmocka_unit_test(powershell_comes_off),
		cmocka_unit_test(long_lines_lose_the_stamps_inside),
		cmocka_unit_test(a_last_word_is_not_joined_to_a_record),
		cmocka_unit_test(records_of_programs_stay),
		cmocka_unit_test(newest_first_is_turned),
		cmocka_unit_test(rests_of_lines_keep_their_source),
		cmocka_unit_test(compose_speaks_of_its_containers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
