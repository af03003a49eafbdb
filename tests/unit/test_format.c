/* SPDX-License-Identifier: Apache-2.0 */

/* What all formats have in common: who gets a line, what belongs together, the sample lines. */

#include "test_format.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_SIZE_MAX = 1 << 16 };

/* ---- samples ---- */

struct samples {
	const struct format *format;
	bool is_dated;
	size_t count;
};

static void check_sample(struct str line, struct samples *samples)
{
	struct arena tmp;
	struct record record;
	enum clock_zone zone;
	arena_init(&tmp);
	const struct format *format = format_of(line, NULL);
	format_decode(format, line, &tmp, &record);
	bool is_good = format == samples->format && record.format == format &&
	               (record.message.ptr != NULL || record.field_count > 0) &&
	               (record.time_ns != TIME_NONE) == samples->is_dated &&
	               format->date(line, &zone) == record.time_ns && zone == record.zone;
	if (!is_good) {
		print_error("%s: not %s: " STR_FMT "\n", samples->format->name,
		            format == NULL ? "none" : format->name, STR_ARG(line));
	}
	assert_true(is_good);
	samples->count++;
	arena_finish(&tmp);
}

static void check_file(struct samples *samples)
{
	const char *folder = getenv("TESTDATA");
	struct buf path = {0}, text = {0};
	buf_printf(&path, "%s/lines/%s%s.log", folder == NULL ? "testdata" : folder,
	           samples->format->name, samples->is_dated ? "" : ".undated");
	buf_byte(&path, '\0');
	FILE *file = fopen(path.ptr, "re");
	if (file != NULL) {
		text.len = fread(buf_reserve(&text, FILE_SIZE_MAX), 1, FILE_SIZE_MAX, file);
		fclose(file);
	}
	struct str rest = buf_str(&text), line;
	while (str_cut(rest, STR("\n"), &line, &rest)) {
		check_sample(line, samples);
	}
	buf_finish(&text);
	buf_finish(&path);
}

static void samples_are_read_by_their_format(void **state)
{
	(void)state;
	for (size_t i = 0; format_table[i] != NULL; i++) {
		struct samples samples = {format_table[i], true, 0};
		check_file(&samples);
		samples.is_dated = false;
		check_file(&samples);
		if (samples.count == 0) {
			print_error("no samples of %s\n", format_table[i]->name);
		}
		assert_true(samples.count > 0);
	}
}

/* ---- who gets a line ---- */

static const char *name_of(const char *line, const struct format *guess)
{
	const struct format *format = format_of(str_from(line), guess);
	return format == NULL ? "" : format->name;
}

static void lines_that_begin_no_record_are_nobodys(void **state)
{
	(void)state;
	assert_string_equal(name_of("", NULL), "");
	assert_string_equal(name_of("goroutine 12 [running]:", NULL), "");
	assert_string_equal(name_of("\t/go/src/a/b.go:12 +0x1d", NULL), "");
	assert_string_equal(name_of("github.com/a/b.(*T).Run(0xc0000, 0x1)", NULL), "");
	assert_string_equal(name_of("created by a/b.Start in goroutine 5", NULL), "");
	assert_string_equal(name_of("[signal SIGSEGV: segmentation violation code=0x1]", NULL), "");
	assert_string_equal(name_of("\tat org.apache.A.b(A.java:12) ~[a.jar:1]", NULL), "");
	assert_string_equal(name_of("Caused by: java.io.IOException: x", NULL), "");
	assert_string_equal(name_of("    @     0x7f google::LogMessage::Fail()", NULL), "");
	assert_string_equal(name_of("some words that nobody knows", NULL), "");
	assert_string_equal(name_of("server is likely overloaded", NULL), "");
	assert_string_equal(name_of("{}", NULL), "");
	assert_string_equal(name_of("[", NULL), "");
	assert_string_equal(name_of("\xff\xfe\x01", NULL), "");
	assert_string_equal(name_of("{\"a\":1}", NULL), "");
	assert_string_equal(name_of("NAME   READY   STATUS    RESTARTS   AGE", NULL), "");
}

static void guess_does_not_change_the_answer(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"[2024/03/05 20:02:09.405 +00:00] [GIN] [/v2] [code=200]",
		"[2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [x]",
		"{\"level\":\"warn\",\"ts\":\"2022-03-21T12:37:54.625Z\",\"msg\":\"x\"}",
		"2022-12-05 18:55:49,703 | WARNING | default | x",
		"words",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *want = name_of(lines[i], NULL);
		for (size_t j = 0; format_table[j] != NULL; j++) {
			assert_string_equal(name_of(lines[i], format_table[j]), want);
		}
	}
}

/* ---- what belongs together ---- */

static bool goes_on(const char *text, const char *line)
{
	struct str record = str_from(text), next = str_from(line), head;
	str_cut(record, STR("\n"), &head, NULL);
	return format_continues(format_of(head, NULL), record, next, format_of(next, NULL));
}

static void dump_belongs_to_its_panic(void **state)
{
	(void)state;
	assert_true(goes_on("panic: x", ""));
	assert_true(goes_on("panic: x", "\tpanic: y"));
	assert_true(goes_on("panic: x [recovered]",
	                    "panic: x")); /* its tab was taken for that of a list */
	assert_false(goes_on("panic: x", "panic: x"));
	assert_true(goes_on("panic: x", "[signal SIGSEGV: segmentation violation code=0x1]"));
	assert_true(goes_on("panic: x", "goroutine 12 [running]:"));
	assert_true(goes_on("panic: x\n\ngoroutine 12 [running]:", "main.f(0x1)"));
	assert_true(goes_on("terminate called recursively", "  what():  std::bad_alloc"));
	assert_false(goes_on("panic: x", "[2024/03/05 20:02:09.405 +00:00] [INFO] [a.go:1] [x]"));
	assert_false(goes_on("panic: x", "exit status 2"));
}

static void dump_does_not_belong_to_a_record_inside_it(void **state)
{
	(void)state;
	const char *record = "[2024/03/05 20:02:09.405 +00:00] [INFO] [a.go:1] [x]";
	assert_false(goes_on(record, "main.f(0x1)"));
	assert_false(goes_on(record, "\t/go/src/a.go:1 +0x1"));
	assert_false(goes_on(record, "goroutine 12 [running]:"));
	/* frames without their head stay together */
	assert_true(goes_on("main.f(0x1)", "\t/go/src/a.go:1 +0x1"));
	assert_true(goes_on("main.f(0x1)", "github.com/a/b.(*T).Run(0xc0000, 0x1)"));
	assert_true(goes_on("goroutine 1 [running]:", "panic({0x49b4380?, 0x7632d90?})"));
	assert_false(goes_on("words", "server is likely overloaded"));
}

static void rest_of_a_wrapped_record_belongs_to_it(void **state)
{
	(void)state;
	const char *json = "{\"level\":\"warn\",\"ts\":\"2022-03-21T12:37:54.625Z\",\"caller\":\"w";
	const char *text = "[2024/03/05 20:02:09.405 +00:00] [WARN] [a.go:1] [\"Slow etcd";
	assert_true(goes_on(json, "al/wal.go:1\",\"msg\":\"slow fdatasync\",\"took\":\"1s\"}"));
	assert_true(goes_on(json, "al/wal.go:1\""));
	assert_true(goes_on(text, " operation save\"] [key=a] [b=c]"));
	assert_true(goes_on(text, "save\"] [key=a] [b=c]"));
	assert_false(goes_on(text, "[etcd/etcd_kv.go:656] [\"Slow etcd operation save\"]"));
	assert_false(goes_on("{\"level\":\"warn\",\"ts\":1,\"msg\":\"x\"}", "words"));
	assert_false(goes_on("[2024/03/05 20:02:09.405 +00:00] [INFO] [a.go:1] [x]", "words"));
}

static void only_one_line_records_are_open(void **state)
{
	(void)state;
	const struct format *format = format_of(STR("[WARN] [a/b.go:1] [x"), NULL);
	assert_true(format_is_open(format, STR("[WARN] [a/b.go:1] [x")));
	assert_false(format_is_open(format, STR("[WARN] [a/b.go:1] [x] ")));
	assert_false(format_is_open(NULL, STR("words")));
	assert_false(format_is_open(format_of(STR("panic: x"), NULL), STR("panic: x")));
}

static size_t split_at(const char *line)
{
	return format_split(str_from(line), format_of(str_from(line), NULL));
}

static void records_on_one_line_are_split(void **state)
{
	(void)state;
	const char *two = "[2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [k"
			  "[2024/03/05 20:02:09.406 +00:00] [WARN] [a/b.go:2] [x]";
	assert_int(split_at(two), 53);
	assert_int(split_at("{\"level\":\"wa[2024/03/05 20:02:09.406 +00:00] [WARN] [a/b.go:2]"),
	           12);
	assert_int(split_at("[2024/03/05 20:02:09.405 +00:00] [INFO] [a.go:1] "
	                    "[x]{\"level\":\"warn\",\"ts\":1,"
	                    "\"msg\":\"x\"}"),
	           52);
	/* what stands before the only record is no record */
	const char *one = "4740:[2024/03/05 20:02:09.405 +00:00] [INFO] [a/b.go:1] [x]";
	assert_int(split_at(one), (int64_t)strlen(one));
	const char *quoted =
		"[2024/03/05 20:02:09.405 +00:00] [INFO] [a.go:1] [x] "
		"[s=\"2024/03/05 20:02:09.405 +00:00\"] [j=\"{\\\"level\\\":\\\"warn\\\"}\"]";
	assert_int(split_at(quoted), (int64_t)strlen(quoted));
	assert_int(split_at("words"), 5);
}

static void records_that_a_collector_joined_are_split(void **state)
{
	(void)state;
	const char *two = "{\"caller\":\"a/b.go:1\",\"message\":\"x\",,\"severity\":\"info\"} "
			  "{\"message\":\"y\",\"severity\":\"info\"}";
	assert_int(split_at(two), 55);
	assert_int(split_at("4\",\"severity\":\"info\"} {\"message\":\"y\"}"), 22);
	const char *nested = "{\"level\":\"info\",\"msg\":\"x\",\"a\":[{\"b\":1}, {\"b\":2}],"
			     "\"text\":\"} {\\\"c\\\"\"}";
	assert_int(split_at(nested), (int64_t)strlen(nested));
}

/* ---- records ---- */

static void unknown_text_is_its_own_message(void **state)
{
	(void)state;
	assert_record("server is likely overloaded", "none - - ? 'server is likely overloaded'");
	assert_record("", "none - - ? ''");
}

static void first_of_duplicate_fields_is_given(void **state)
{
	(void)state;
	struct arena tmp;
	struct record record;
	arena_init(&tmp);
	struct str text = STR("[INFO] [a/b.go:1] [x] [k=1] [k=2] [e=]");
	format_decode(format_of(text, NULL), text, &tmp, &record);
	assert_int(record.field_count, 3);
	assert_str(record_field(&record, STR("k")), "1");
	assert_str(record_field(&record, STR("e")), "");
	assert_non_null(record_field(&record, STR("e")).ptr);
	assert_null(record_field(&record, STR("none")).ptr);
	arena_finish(&tmp);
}

static int64_t at(const char *text)
{
	enum clock_zone zone;
	return clock_parse(str_from(text), &zone, NULL);
}

static void a_year_that_is_not_said_is_the_nearest(void **state)
{
	(void)state;
	int64_t klog_ns = at("1972-12-31T23:59:00Z");
	assert_int(format_infer_year(klog_ns, at("2024-01-01T00:00:10Z"), false),
	           at("2023-12-31T23:59:00Z"));
	assert_int(format_infer_year(klog_ns, at("2024-11-01T00:00:10Z"), false),
	           at("2024-12-31T23:59:00Z"));
	assert_int(format_infer_year(klog_ns, at("2024-11-01T00:00:10Z"), true),
	           at("2023-12-31T23:59:00Z"));
	assert_int(format_infer_year(klog_ns, TIME_NONE, false), TIME_NONE);
	assert_int(format_infer_year(at("2021-02-03T04:05:06Z"), at("2024-11-01T00:00:10Z"), false),
	           at("2021-02-03T04:05:06Z"));
	assert_int(format_infer_year(at("1972-02-29T04:05:06Z"), at("2023-03-01T00:00:00Z"), false),
	           at("2024-02-29T04:05:06Z"));
}

static void what_is_left_of_a_dump_is_known(void **state)
{
	(void)state;
	assert_ptr_equal(format_of_rest(STR("goroutine 1 gp=0x40 m=8 mp=0x41 [running]:")),
	                 format_of(STR("panic: a"), NULL));
	assert_ptr_equal(
		format_of_rest(STR("github.com/milvus-io/milvus/internal/a.(*b).c(0x1, 0x2)")),
		format_of(STR("panic: a"), NULL));
	assert_null(format_of_rest(STR("goroutine pool is full")));
	assert_null(format_of_rest(STR("see github.com/a/b (here)")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_that_is_not_said_is_the_nearest),
		cmocka_unit_test(what_is_left_of_a_dump_is_known),
		cmocka_unit_test(samples_are_read_by_their_format),
		cmocka_unit_test(lines_that_begin_no_record_are_nobodys),
		cmocka_unit_test(guess_does_not_change_the_answer),
		cmocka_unit_test(dump_belongs_to_its_panic),
		cmocka_unit_test(dump_does_not_belong_to_a_record_inside_it),
		cmocka_unit_test(rest_of_a_wrapped_record_belongs_to_it),
		cmocka_unit_test(only_one_line_records_are_open),
		cmocka_unit_test(records_on_one_line_are_split),
		cmocka_unit_test(records_that_a_collector_joined_are_split),
		cmocka_unit_test(unknown_text_is_its_own_message),
		cmocka_unit_test(first_of_duplicate_fields_is_given),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
