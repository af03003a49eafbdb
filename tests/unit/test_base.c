/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/histogram.h"
#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"
#include "test.h"

#include <stdio.h>

/* ---- str ---- */

static void slices_stay_inside(void **state)
{
	(void)state;
	assert_str(str_slice(STR("abc"), 1, 2), "b");
	assert_str(str_slice(STR("abc"), 2, 9), "c");
	assert_str(str_slice(STR("abc"), 5, 9), "");
	assert_str(str_slice(STR("abc"), 2, 1), "");
	assert_str(str_skip((struct str){NULL, 0}, 3), "");
	assert_str(str_trim(STR(" \t a b\r\n")), "a b");
}

static void search_finds_first_and_last(void **state)
{
	(void)state;
	assert_int(str_find(STR("a::b::c"), STR("::")), 1);
	assert_int(str_find(STR("abc"), STR("abcd")), -1);
	assert_int(str_find(STR("abc"), STR("")), 0);
	assert_int(str_find_byte(STR("a:b:c"), ':'), 1);
	assert_int(str_find_last_byte(STR("a:b:c"), ':'), 3);
	assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
	assert_true(str_equals_ignore_case(STR("WARN"), STR("warn")));
	assert_false(str_equals_ignore_case(STR("[\xc3"), STR("{\xe3")));
}

static void cut_splits_at_the_first_separator(void **state)
{
	(void)state;
	struct str left, right = STR("k = v = w");
	assert_true(str_cut(right, STR(" = "), &left, &right));
	assert_str(left, "k");
	assert_str(right, "v = w");
	assert_false(str_cut(STR("plain"), STR("="), &left, &right));
	assert_str(left, "plain");
	assert_str(right, "");
}

static void integers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	uint64_t number = 7;
	int64_t integer = 7;
	assert_false(str_to_uint64(STR("18446744073709551616"), &number) ||
	             str_to_uint64(STR("1x"), &number) || str_to_uint64(STR(""), &number));
	assert_int((int64_t)number, 7);
	assert_true(str_to_uint64(STR("18446744073709551615"), &number) && number == UINT64_MAX);
	assert_true(str_to_int64(STR("-9223372036854775807"), &integer) && integer == -INT64_MAX);
	assert_true(str_to_hex64(STR("8e9e05c52164694d"), &number) && number == 0x8e9e05c52164694d);
	assert_false(str_to_hex64(STR("0x1"), &number) || str_to_hex64(STR("\xff"), &number));
	assert_false(str_to_hex64(STR("12345678901234567"), &number));
}

static void check_double(const char *text, double want)
{
	double number = -1;
	assert_true(str_to_double(str_from(text), &number));
	assert_true(number == want);
}

static void decimals_are_exact(void **state)
{
	(void)state;
	check_double("0.1", 0.1);
	check_double("2.7211701e+07", 27211701);
	check_double("99999999999999999", 99999999999999999.0);
	check_double("-0.004096", -0.004096);
	check_double("1E-7", 1e-7);
	check_double("000000000000000000000000000.5", 0.5);
	check_double("123456789012345678901234567890", 123456789012345678901234567890.0);
	check_double("0e400", 0);
	check_double("4444444444444444.5", 4444444444444444.5);
	check_double("9007199254740993", 9007199254740992.0);
	check_double("9223372036854.775", 9223372036854.775);
	check_double("1.7976931348623157e308", 1.7976931348623157e308);
	check_double("5e-324", 5e-324);
	double number = 0;
	assert_false(str_to_double(STR("NaN"), &number) || str_to_double(STR("."), &number) ||
	             str_to_double(STR("1.2.3"), &number) || str_to_double(STR("1e"), &number));
}

static void order_is_by_bytes_then_length(void **state)
{
	(void)state;
	assert_true(str_compare(STR("a"), STR("ab")) < 0);
	assert_true(str_compare(STR("\xff"), STR("a")) > 0);
	assert_true(str_compare(STR(""), (struct str){NULL, 0}) == 0);
	assert_true(str_hash(STR("a")) != str_hash(STR("b")));
	assert_true(str_hash(STR("etcd")) == UINT64_C(0xe988123d3f0086ec));
}

/* ---- arena, buf, vec, map ---- */

static void arena_gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	for (int round = 0; round < 3; round++) {
		assert_str(arena_printf(&arena, "%d", round), round == 0   ? "0"
		                                              : round == 1 ? "1"
		                                                           : "2");
		uint64_t *numbers = arena_array(&arena, uint64_t, 20000);
		assert_int((int64_t)((uintptr_t)numbers % alignof(uint64_t)), 0);
		assert_true(numbers[0] == 0 && numbers[19999] == 0);
		memset(numbers, 0xff, 20000 * sizeof(*numbers));
		arena_reset(&arena);
	}
	assert_int(arena_cstr(&arena, STR("text"))[4], 0);
	arena_finish(&arena);
}

static void buffer_grows(void **state)
{
	(void)state;
	struct buf buf = {0};
	for (int i = 0; i < 1000; i++) {
		buf_printf(&buf, "%03d", i);
	}
	buf_byte(&buf, '!');
	assert_int((int64_t)buf.len, 3001);
	assert_str(str_skip(buf_str(&buf), 2994), "998999!");
	buf_clear(&buf);
	buf_add(&buf, (struct str){NULL, 0});
	assert_str(buf_str(&buf), "");
	buf_finish(&buf);
}

static void list_keeps_what_is_pushed(void **state)
{
	(void)state;
	VEC(int) list = {0};
	int sum = 0;
	for (int i = 1; i <= 100; i++) {
		vec_push(&list, i);
	}
	vec_foreach (int, item, &list) {
		sum += *item;
	}
	assert_int(sum, 5050);
	assert_int(*vec_last(&list), 100);
	vec_finish(&list);
}

static void map_finds_keys_in_order_of_insertion(void **state)
{
	(void)state;
	struct map map = {0};
	int values[200];
	char key[8];
	assert_null(map_get(&map, STR("none")));
	for (int i = 0; i < 200; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		*map_put(&map, str_from(key)) = &values[i];
	}
	assert_ptr_equal(map_get(&map, STR("k137")), &values[137]);
	assert_null(map_get(&map, STR("k200")));
	assert_int((int64_t)map.count, 200);
	assert_str(map.items[42].key, "k42");
	assert_ptr_equal(*map_put(&map, STR("k42")), &values[42]);
	map_finish(&map);
}

static void error_gets_prefixes_on_its_way_up(void **state)
{
	(void)state;
	struct error error = {0};
	assert_false(error_set(&error, "rule %d", 3));
	assert_false(error_prefix(&error, "%s", "disk.json"));
	assert_str(str_from(error.text), "disk.json: rule 3");
	assert_false(error_set(NULL, "nobody asks"));
	for (int i = 0; i < 200; i++) {
		error_prefix(&error, "a long prefix");
	}
	assert_true(strlen(error.text) < sizeof(error.text));
}

/* ---- histogram ---- */

static void check_near(int64_t got_ns, int64_t want_ns)
{
	assert_in_range(got_ns, want_ns - want_ns / 20, want_ns + want_ns / 20);
}

static void a_histogram_is_told_by_its_buckets(void **state)
{
	(void)state;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		struct histogram histogram = {0};
		histogram_add_many(&histogram, histogram_bucket_start(i), 3);
		assert_int(histogram.buckets[i], 3);
		assert_int(histogram.count, 3);
		assert_int(histogram_bucket_start(i) % 1000, 0);
		histogram_finish(&histogram);
	}
}

static void quantiles_are_within_five_percent(void **state)
{
	(void)state;
	struct histogram histogram = {0};
	assert_int(histogram_quantile(&histogram, 0.5), 0);
	for (int64_t ms = 1; ms <= 1000; ms++) {
		histogram_add(&histogram, ms * 1000000);
	}
	check_near(histogram_quantile(&histogram, 0.5), 500000000);
	check_near(histogram_quantile(&histogram, 0.99), 990000000);
	check_near(histogram_quantile(&histogram, 0.001), 1000000);
	assert_int(histogram_quantile(&histogram, 1), 1000000000);
	histogram_finish(&histogram);
}

/* Read a duration back from a histogram that also holds a longer one. */
static int64_t through_bucket(int64_t duration_ns)
{
	struct histogram histogram = {0};
	histogram_add(&histogram, duration_ns);
	histogram_add(&histogram, INT64_MAX);
	int64_t median_ns = histogram_quantile(&histogram, 0.5);
	histogram_finish(&histogram);
	return median_ns;
}

static void every_duration_has_a_bucket(void **state)
{
	(void)state;
	const int64_t month_ns = INT64_C(2592000000000000);
	for (int64_t ns = 16000; ns < month_ns; ns += ns / 20) {
		check_near(through_bucket(ns), ns);
	}
	assert_true(through_bucket(0) < 1000);
	assert_true(through_bucket(-5) < 1000);
	assert_true(through_bucket(INT64_MAX) > month_ns);
}

static void merging_is_adding(void **state)
{
	(void)state;
	struct histogram a = {0}, b = {0}, both = {0};
	for (int64_t ms = 1; ms < 100; ms++) {
		histogram_add(ms % 3 == 0 ? &a : &b, ms * 1000000);
		histogram_add(&both, ms * 1000000);
	}
	histogram_merge(&b, &a);
	assert_true(b.count == both.count && b.max_ns == both.max_ns);
	assert_memory_equal(b.buckets, both.buckets, HISTOGRAM_BUCKETS * sizeof(*b.buckets));
	a.buckets[5] = UINT32_MAX;
	histogram_merge(&a, &a);
	assert_true(a.buckets[5] == UINT32_MAX);
	histogram_finish(&a);
	histogram_finish(&b);
	histogram_finish(&both);
}

/* ---- text ---- */

static void missing_translation_is_english(void **state)
{
	(void)state;
	struct text_both both = {{STR_INIT("disk"), STR_INIT("磁盘")}},
			 english = {{STR_INIT("disk")}};
	assert_str(text_in(&both, TEXT_ZH), "磁盘");
	assert_str(text_in(&both, TEXT_EN), "disk");
	assert_str(text_in(&english, TEXT_ZH), "disk");
}

static void check_safe(struct str text, const char *want)
{
	struct arena tmp = {0};
	assert_str(text_safe(&tmp, text), want);
	arena_finish(&tmp);
}

static void hidden_characters_are_shown(void **state)
{
	(void)state;
	check_safe(STR("took 1\tµs 落盘 😀"), "took 1 µs 落盘 😀");
	check_safe(STR("\x1b[31mred\r\n"), "\\x1b[31mred\\x0d\\x0a");
	check_safe(STR("a\0b"), "a\\x00b");
	check_safe(STR("\xc2\x9b"), "\\x9b");
	check_safe(STR("\xe2\x80\xaetxt.exe"), "\\u{202e}txt.exe");
	check_safe(STR("\xf3\xa0\x81\x81"), "\\u{e0041}");
}

static void bad_bytes_are_replaced_one_by_one(void **state)
{
	(void)state;
	check_safe(STR("\xff"), "\xef\xbf\xbd");
	check_safe(STR("a\xe8\x90"), "a\xef\xbf\xbd\xef\xbf\xbd");               /* cut */
	check_safe(STR("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
	check_safe(STR("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* surrogate */
	check_safe(STR("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void width_counts_columns(void **state)
{
	(void)state;
	assert_int((int64_t)text_width(STR("etcd")), 4);
	assert_int((int64_t)text_width(STR("落盘缓慢")), 8);
	assert_int((int64_t)text_width(STR("e\xcc\x81")), 1);
	assert_int((int64_t)text_width(STR("😀ｱ한、")), 2 + 1 + 2 + 2);
	assert_str(text_fit(STR("a落b"), 2), "a");
	assert_str(text_fit(STR("a落b"), 3), "a落");
	assert_str(text_fit(STR("e\xcc\x81x"), 1), "e\xcc\x81");
}

/* lines: with "|" between them */
static void check_lines(struct str text, size_t room, const char *lines)
{
	struct buf out = {0};
	while (text.len > 0) {
		buf_add(&out, text_line(&text, room));
		buf_add(&out, text.len > 0 ? STR("|") : STR(""));
	}
	assert_str(buf_str(&out), lines);
	buf_finish(&out);
}

static void lines_break_at_blanks(void **state)
{
	(void)state;
	check_lines(STR("the disk of etcd"), 8, "the disk|of etcd");
	check_lines(STR("the disk"), 8, "the disk");
	check_lines(STR("up to  (etcd.log:7)"), 14, "up to|(etcd.log:7)");
	check_lines(STR("etcd_disk_wal"), 5, "etcd_|disk_|wal");
}

static void a_number_stays_with_its_unit(void **state)
{
	(void)state;
	check_lines(STR("it took up to 36.0 s"), 18, "it took up to|36.0 s");
	check_lines(STR("(now 100 ms), then"), 8, "(now|100 ms),|then");
	check_lines(STR("slow × 5"), 7, "slow|× 5");
	check_lines(STR("over 95 % busy"), 8, "over|95 %|busy");
	check_lines(STR("of 3 members"), 4, "of 3|memb|ers");
	check_lines(STR("1000 ms"), 5, "1000|ms");
}

static void chinese_breaks_between_characters(void **state)
{
	(void)state;
	check_lines(STR("磁盘响应过慢"), 8, "磁盘响应|过慢");
	check_lines(STR("etcd 的磁盘过慢"), 9, "etcd 的磁|盘过慢");
	check_lines(STR("磁盘过慢，停止"), 8, "磁盘过|慢，停止");
	check_lines(STR("停止（磁盘）"), 6, "停止|（磁|盘）");
}

static void bytes_are_cut_between_characters(void **state)
{
	(void)state;
	assert_str(text_cut_bytes(STR("落盘"), 5), "落");
	assert_str(text_cut_bytes(STR("落盘"), 3), "落");
	assert_str(text_cut_bytes(STR("落盘"), 6), "落盘");
	assert_str(text_cut_bytes(STR("落盘"), 2), "");
	assert_str(text_cut_bytes(STR("\x80\x80\x80\x80\x80"), 4), "\x80\x80\x80\x80");
}

static void is_retold(const char *en, const char *zh)
{
	struct arena arena;
	arena_init(&arena);
	assert_str(text_retell(TEXT_ZH, str_from(en), &arena), zh);
	assert_str(text_retell(TEXT_EN, str_from(en), &arena), en);
	arena_finish(&arena);
}

static void sentences_are_retold(void **state)
{
	(void)state;
	is_retold("gzip data are cut", "gzip 数据不完整");
	is_retold("gzip data are cut after 12 bytes", "gzip 数据在 12 字节之后不完整");
	is_retold("gzip data are cut after 1 bytes; skipped: a FIFO",
	          "gzip 数据在 1 字节之后不完整；已跳过：FIFO");
	is_retold("gzip checksum is wrong after 9 bytes", "gzip 校验和不符（9 字节之后）");
	is_retold("xz data are damaged after 7 bytes (odd)", "xz 数据在 7 字节之后已损坏 (odd)");
	is_retold("not read: packed more than 6 times; unpack it first",
	          "未读取：嵌套压缩超过 6 层；请先解压");
	is_retold("skipped: a RAR archive; unpack it first", "已跳过：RAR 压缩包；请先解压");
	is_retold("skipped: a RAR archive; unpack it first; skipped: a FIFO",
	          "已跳过：RAR 压缩包；请先解压；已跳过：FIFO");
	is_retold("zip data are cut after many bytes", "zip data are cut after many bytes");
	is_retold("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_stay_inside),
		cmocka_unit_test(search_finds_first_and_last),
		cmocka_unit_test(cut_splits_at_the_first_separator),
		cmocka_unit_test(integers_are_read_whole_or_not_at_all),
		cmocka_unit_test(decimals_are_exact),
		cmocka_unit_test(order_is_by_bytes_then_length),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(list_keeps_what_is_pushed),
		cmocka_unit_test(map_finds_keys_in_order_of_insertion),
		cmocka_unit_test(error_gets_prefixes_on_its_way_up),
		cmocka_unit_test(a_histogram_is_told_by_its_buckets),
		cmocka_unit_test(quantiles_are_within_five_percent),
		cmocka_unit_test(every_duration_has_a_bucket),
		cmocka_unit_test(merging_is_adding),
		cmocka_unit_test(missing_translation_is_english),
		cmocka_unit_test(hidden_characters_are_shown),
		cmocka_unit_test(bad_bytes_are_replaced_one_by_one),
		cmocka_unit_test(width_counts_columns),
		cmocka_unit_test(lines_break_at_blanks),
		cmocka_unit_test(a_number_stays_with_its_unit),
		cmocka_unit_test(chinese_breaks_between_characters),
		cmocka_unit_test(bytes_are_cut_between_characters),
		cmocka_unit_test(sentences_are_retold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
