/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to clean lines: encodings, wrappers, joins, origins. */
#include "test.h"

#include "line/line.h"

#include <string.h>

struct bytes {
	struct str rest;
	size_t piece; /* given at once; 0: all */
};

static size_t read_bytes(void *context, char *buffer, size_t size)
{
	struct bytes *from = context;
	size_t count = from->rest.len < size ? from->rest.len : size;
	count = from->piece > 0 && count > from->piece ? from->piece : count;
	if (count > 0) {
		memcpy(buffer, from->rest.ptr, count);
	}
	from->rest = str_skip(from->rest, count);
	return count;
}

struct expected {
	const char *text;
	uint64_t number, offset;
};

static void assert_lines_of(struct str input, size_t piece, const struct expected *expected, size_t count)
{
	struct bytes bytes = {input, piece};
	struct line_options options = {.modified_ns = TIME_NONE};
	struct line_reader *reader = line_reader_create(read_bytes, &bytes, &options);
	struct line_block block;
	size_t seen = 0;
	while (line_reader_next(reader, &block) == NEXT_ITEM) {
		struct line_cursor cursor;
		struct line line;
		line_cursor_init(&cursor, &block);
		while (line_cursor_next(&cursor, &block, &line)) {
			assert_true(seen < count);
			assert_str(line.text, expected[seen].text);
			assert_int(line.number, expected[seen].number);
			assert_int(line.offset, expected[seen].offset);
			seen++;
		}
	}
	assert_int(seen, count);
	line_reader_destroy(reader);
}

/* The same lines must come out whether bytes come at once or one by one. */
#define assert_lines(input, ...)                                                                  \
	do {                                                                                      \
		const struct expected lines[] = {__VA_ARGS__};                                    \
		assert_lines_of(input, 0, lines, sizeof(lines) / sizeof(lines[0]));               \
		assert_lines_of(input, 1, lines, sizeof(lines) / sizeof(lines[0]));               \
	} while (false)

static void line_ends_of_all_kinds_are_taken_off(void **state)
{
	(void)state;
	assert_lines(STR("a1\nb2\r\nlast"), {"a1", 1, 0}, {"b2", 2, 3}, {"last", 3, 7});
}

static void utf16_is_read_with_and_without_mark(void **state)
{
	(void)state;
	assert_lines(STR("\xff\xfe" "a\0b\0\n\0c\0"), {"ab", 1, 0}, {"c", 2, 8});
	assert_lines(STR("a\0b\0c\0d\0\n\0e\0"), {"abcd", 1, 0}, {"e", 2, 10});
	assert_lines(STR("\xef\xbb\xbf" "ab\ncd"), {"ab", 1, 0}, {"cd", 2, 6});
}

static void compose_prefixes_come_off(void **state)
{
	(void)state;
	assert_lines(STR("milvus-etcd        | {\"level\":\"warn\"}\nmilvus-standalone  | [2024/03/12 08:21:04.512 +00:00] [WARN]\n"),
	             {"{\"level\":\"warn\"}", 1, 0}, {"[2024/03/12 08:21:04.512 +00:00] [WARN]", 2, 38});
}

static void capnslog_is_not_taken_for_compose(void **state)
{
	(void)state;
	assert_lines(STR("2019-01-02 15:04:05.678901 W | wal: sync\n"), {"2019-01-02 15:04:05.678901 W | wal: sync", 1, 0});
}

static void colours_come_off_whole_and_broken(void **state)
{
	(void)state;
	assert_lines(STR("\x1b[36metcd_1 |\x1b[0m text\n[36metcd_1 |[0m text\n"), {"text", 1, 0}, {"text", 2, 23});
}

static void cri_pieces_are_joined(void **state)
{
	(void)state;
	assert_lines(STR("2024-03-12T08:21:04.51Z stdout P first \n2024-03-12T08:21:04.51Z stderr F other\n"
	                 "2024-03-12T08:21:04.52Z stdout F last\n"),
	             {"other", 2, 40}, {"first last", 1, 0});
}

static void a_piece_without_its_end_is_not_lost(void **state)
{
	(void)state;
	assert_lines(STR("2024-03-12T08:21:04.51Z stdout P first\n"), {"first", 1, 0});
}

static void docker_json_is_unescaped_and_joined(void **state)
{
	(void)state;
	assert_lines(STR("{\"log\":\"a \\\"b\\\" \",\"stream\":\"stdout\",\"time\":\"2024-03-12T08:21:04.5Z\"}\n"
	                 "{\"log\":\"c\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-12T08:21:04.5Z\"}\n"),
	             {"a \"b\" c", 1, 0});
}

static void stamps_of_docker_and_kubectl_come_off(void **state)
{
	(void)state;
	assert_lines(STR("2024-03-12T08:21:04.512883107Z plain text\n[pod/my-etcd-0/etcd] 2024-03-12T08:21:04.512883107Z {\"level\":1}\n"),
	             {"plain text", 1, 0}, {"{\"level\":1}", 2, 42});
}

static void syslog_and_journald_come_off(void **state)
{
	(void)state;
	assert_lines(STR("Mar 12 16:21:04 node-3 etcd[998]: text\nMar  2 16:21:04 node-3 etcd: text\n"
	                 "2024-03-12T16:21:04+0800 node-3 etcd[998]: text\n"),
	             {"text", 1, 0}, {"text", 2, 39}, {"text", 3, 73});
}

static void wrappers_nest(void **state)
{
	(void)state;
	assert_lines(STR("etcd-1  | 2024-03-12T08:21:03.771884211Z stderr F {\"level\":\"warn\"}\n"), {"{\"level\":\"warn\"}", 1, 0});
}

static void a_line_without_end_is_cut_at_the_limit(void **state)
{
	(void)state;
	static char text[LINE_LENGTH_MAX * 2 + 8];
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 6, "\nnext\n", 6);
	struct bytes bytes = {{text, sizeof(text)}, 0};
	struct line_options options = {.modified_ns = TIME_NONE};
	struct line_reader *reader = line_reader_create(read_bytes, &bytes, &options);
	struct line_block block;
	struct line_summary summary;
	size_t lines = 0;
	while (line_reader_next(reader, &block) == NEXT_ITEM) {
		assert_true(block.lines[0].text.len <= LINE_LENGTH_MAX);
		lines += block.count;
	}
	line_reader_summary(reader, &summary);
	assert_int(lines, 2);
	assert_int(summary.cut_lines, 1);
	line_reader_destroy(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(line_ends_of_all_kinds_are_taken_off), cmocka_unit_test(utf16_is_read_with_and_without_mark),
	        cmocka_unit_test(compose_prefixes_come_off),            cmocka_unit_test(capnslog_is_not_taken_for_compose),
	        cmocka_unit_test(colours_come_off_whole_and_broken),    cmocka_unit_test(cri_pieces_are_joined),
	        cmocka_unit_test(a_piece_without_its_end_is_not_lost),  cmocka_unit_test(docker_json_is_unescaped_and_joined),
	        cmocka_unit_test(stamps_of_docker_and_kubectl_come_off), cmocka_unit_test(syslog_and_journald_come_off),
	        cmocka_unit_test(wrappers_nest),                        cmocka_unit_test(a_line_without_end_is_cut_at_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
