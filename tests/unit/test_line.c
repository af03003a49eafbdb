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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends_of_all_kinds_are_taken_off),
		cmocka_unit_test(utf16_is_read_with_and_without_mark),
		cmocka_unit_test(cri_pieces_are_joined),
		cmocka_unit_test(a_piece_without_its_end_is_not_lost),
		cmocka_unit_test(docker_json_is_unescaped_and_joined),
		cmocka_unit_test(a_line_without_end_is_cut_at_the_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
