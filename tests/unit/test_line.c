/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to clean lines: encodings, wrappers, joins, origins. */
#include "test_line.h"

struct expected {
	const char *text;
	uint64_t number, offset;
};

static void assert_lines_of(struct str input, size_t piece, const struct expected *expected,
                            size_t count)
{
	struct test_bytes bytes = {input, piece};
	struct line_options options = {.modified_ns = TIME_NONE};
	struct line_reader *reader = line_reader_create(test_read, &bytes, &options);
	struct line_block block;
	size_t seen = 0;
	while (line_reader_next(reader, &block) == NEXT_ITEM) {
		struct line_cursor cursor = {0};
		struct line line;
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
#define assert_lines(input, ...)                                                                   \
	do {                                                                                       \
		const struct expected lines[] = {__VA_ARGS__};                                     \
		assert_lines_of(input, 0, lines, sizeof(lines) / sizeof(lines[0]));                \
		assert_lines_of(input, 1, lines, sizeof(lines) / sizeof(lines[0]));                \
	} while (false)

static void line_ends_of_all_kinds_are_taken_off(void **state)
{
	(void)state;
	assert_lines(STR("a1\nb2\r\nlast"), {"a1", 1, 0}, {"b2", 2, 3}, {"last", 3, 7});
}

static void utf16_is_read_with_and_without_mark(void **state)
{
	(void)state;
	assert_lines(STR("\xff\xfe"
	                 "a\0b\0\n\0c\0"),
	             {"ab", 1, 2}, {"c", 2, 8});
	assert_lines(STR("a\0b\0c\0d\0\n\0e\0"), {"abcd", 1, 0}, {"e", 2, 10});
	assert_lines(STR("\xef\xbb\xbf"
	                 "ab\ncd"),
	             {"ab", 1, 3}, {"cd", 2, 6});
}

static void cri_pieces_are_joined(void **state)
{
	(void)state;
	assert_lines(STR("2024-03-12T08:21:04.51Z stdout P first \n2024-03-12T08:21:04.51Z stderr "
	                 "F other\n"
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
	assert_lines(STR("{\"log\":\"a \\\"b\\\" "
	                 "\",\"stream\":\"stdout\",\"time\":\"2024-03-12T08:21:04.5Z\"}\n"
	                 "{\"log\":\"c\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-12T08:21:04."
	                 "5Z\"}\n"),
	             {"a \"b\" c", 1, 0});
}

static void the_first_line_of_a_paste_comes_from_where_the_second_does(void **state)
{
	(void)state;
	struct test_lines lines;
	test_lines_read(&lines,
	                STR("panic: x\nAug  9 12:57:26 node1 etcd[7]: goroutine 1 [running]:\n"
	                    "Aug  9 12:57:26 node1 etcd[7]: main.main()\n"),
	                0, &(struct line_options){0});
	assert_int(lines.count, 3);
	assert_int(line_reader_source_count(lines.reader), 1);
	assert_int(lines.first.source, 0);
	assert_str(line_reader_source(lines.reader, 0)->unit, "etcd");
	test_lines_finish(&lines);
}

static void a_line_without_end_is_cut_at_the_limit(void **state)
{
	(void)state;
	static char text[LINE_LENGTH_MAX * 2 + 8];
	memset(text, 'x', sizeof(text));
	memcpy(text + sizeof(text) - 6, "\nnext\n", 6);
	struct test_bytes bytes = {{text, sizeof(text)}, 0};
	struct line_options options = {.modified_ns = TIME_NONE};
	struct line_reader *reader = line_reader_create(test_read, &bytes, &options);
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

static void sources_beyond_the_limit_share_the_last_one(void **state)
{
	(void)state;
	enum { PODS = LINE_SOURCES_MAX + 2 };
	struct line_options options = {.modified_ns = TIME_NONE};
	struct buf input = {0};
	struct line_summary summary;
	struct test_lines lines;
	for (unsigned i = 0; i < PODS; i++) {
		buf_printf(&input, "pod-%u | {\"level\":\"warn\",\"msg\":\"x\"}\n", i);
	}
	test_lines_read(&lines, buf_str(&input), 0, &options);
	line_reader_summary(lines.reader, &summary);
	assert_int(lines.count, PODS);
	assert_true(summary.has_others);
	assert_str(line_reader_source(lines.reader, 0)->container, "pod-0");
	assert_str(line_reader_source(lines.reader, LINE_SOURCES_MAX - 2)->container, "pod-4094");
	assert_str(line_reader_source(lines.reader, LINE_SOURCES_MAX - 1)->container, "");
	assert_int(line_reader_source_count(lines.reader), LINE_SOURCES_MAX);
	test_lines_finish(&lines);
	buf_finish(&input);
}

/* Everything that the reader gives, as text. Returns: blocks that were given in place. */
static size_t dump(struct str input, bool is_careful, struct buf *out)
{
	struct line_options options = {.is_always_careful = is_careful, .modified_ns = TIME_NONE};
	struct test_bytes bytes = {input, 100000};
	struct line_reader *reader = line_reader_create(test_read, &bytes, &options);
	struct line_block block;
	struct line_summary summary;
	size_t in_place = 0;
	while (line_reader_next(reader, &block) == NEXT_ITEM) {
		struct line_cursor cursor = {0};
		struct line line;
		in_place += block.lines == NULL ? 1 : 0;
		while (line_cursor_next(&cursor, &block, &line)) {
			buf_printf(out, "%llu %llu %lld %u %d %zu %d ",
			           (unsigned long long)line.number, (unsigned long long)line.offset,
			           (long long)line.outer_ns, line.source, line.is_cut,
			           line.first_len, line.output);
			buf_add(out, line.text);
			buf_byte(out, '\n');
		}
	}
	line_reader_summary(reader, &summary);
	buf_printf(out, STR_FMT "; " STR_FMT "; %llu\n", STR_ARG(summary.encoding),
	           STR_ARG(summary.wrappers), (unsigned long long)summary.lines);
	line_reader_destroy(reader);
	return in_place;
}

/* Plain records, and between them, each time after some hundred, something that only the careful
 * way may take. */
static void write_mixed(struct buf *to, size_t lines)
{
	static const char *const odd[] = {
		"etcd-1  | {\"level\":\"warn\",\"ts\":\"2024-03-12T08:21:03.771Z\"}",
		"a\rb\r",
		"\x1b[31mred\x1b[0m",
		"\xff\xfe bad",
		"2024-03-12T08:21:04Z stdout P first",
		"2024-03-12T08:21:04Z stdout F last",
		"{",
		"  \"a\": \"b\"",
		"}",
		"==> etcd <==",
		"\xe2\x80\x8b zero width",
		"{\"log\":\"text\\n\",\"stream\":\"stdout\",\"time\":\"2024-03-12T08:21:04Z\"}",
		"nul \t",
		"> quoted",
		"goroutine 1 [running]:",
		"[2024/03/12 08:21:04.512 +00:00] [INFO] [a=[b:1](http://b:1/)]",
		"623:{\"level\":\"warn\",\"ts\":1710231663.7}",
		"",
	};
	uint64_t random = 1;
	for (size_t i = 0; i < lines; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		buf_printf(to,
		           "[2024/03/12 08:%02zu:%02zu.512 +00:00] [INFO] [a.go:%u] [\"some text "
		           "that is plain\"]\n",
		           i / 60 % 60, i % 60, (unsigned)(random >> 40 & 1023));
		if ((random >> 33) % 1500 == 0) {
			buf_printf(to, "%s\n",
			           odd[(random >> 50) % (sizeof(odd) / sizeof(odd[0]))]);
		}
	}
}

static void the_fast_way_gives_what_the_careful_way_gives(void **state)
{
	(void)state;
	struct buf input = {0}, fast = {0}, careful = {0};
	write_mixed(&input, 100000);
	size_t in_place = dump(buf_str(&input), false, &fast);
	assert_true(in_place > 3);
	assert_int(dump(buf_str(&input), true, &careful), 0);
	assert_int(fast.len, careful.len);
	assert_memory_equal(fast.ptr, careful.ptr, fast.len);
	buf_finish(&input);
	buf_finish(&fast);
	buf_finish(&careful);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends_of_all_kinds_are_taken_off),
		cmocka_unit_test(utf16_is_read_with_and_without_mark),
		cmocka_unit_test(cri_pieces_are_joined),
		cmocka_unit_test(a_piece_without_its_end_is_not_lost),
		cmocka_unit_test(docker_json_is_unescaped_and_joined),
		cmocka_unit_test(the_first_line_of_a_paste_comes_from_where_the_second_does),
		cmocka_unit_test(a_line_without_end_is_cut_at_the_limit),
		cmocka_unit_test(sources_beyond_the_limit_share_the_last_one),
		cmocka_unit_test(the_fast_way_gives_what_the_careful_way_gives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
