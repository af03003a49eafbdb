/* SPDX-License-Identifier: Apache-2.0 */
#include "base/literals.h"
#include "base/regex.h"
#include "test.h"

/* ---- patterns ---- */

struct search {
	struct regex *regex;
	struct regex_match *match;
	bool is_found;
	bool is_over_limit;
};

static struct search search_open(const char *pattern, struct str subject)
{
	struct error error = {0};
	struct search search = {.regex = regex_create(str_from(pattern), &error),
	                        .match = regex_match_create()};
	assert_string_equal(error.text, "");
	search.is_found = regex_search(search.regex, subject, search.match, &search.is_over_limit);
	return search;
}

static void search_close(struct search *search)
{
	regex_destroy(search->regex);
	regex_match_destroy(search->match);
}

static bool is_found(const char *pattern, struct str subject)
{
	struct search search = search_open(pattern, subject);
	search_close(&search);
	assert_false(search.is_over_limit);
	return search.is_found;
}

static void groups_are_named_and_numbered(void **state)
{
	(void)state;
	struct search search =
		search_open("sync of (?<took>\\S+),( not)? expected (?<expected>\\S+)",
	                    STR("wal: sync of 1.2s, expected 1s"));
	assert_true(search.is_found);
	assert_int(regex_group_count(search.regex), 3);
	assert_string_equal(regex_group_name(search.regex, 1), "took");
	assert_null(regex_group_name(search.regex, 2));
	assert_string_equal(regex_group_name(search.regex, 3), "expected");
	assert_str(regex_match_group(search.match, 0), "sync of 1.2s, expected 1s");
	assert_str(regex_match_group(search.match, 1), "1.2s");
	assert_null(regex_match_group(search.match, 2).ptr);
	assert_str(regex_match_group(search.match, 3), "1s");
	assert_null(regex_match_group(search.match, 4).ptr);
	search_close(&search);
}

static void failed_search_leaves_no_groups(void **state)
{
	(void)state;
	struct search search = search_open("(a)b", STR("ab"));
	assert_false(regex_search(search.regex, STR("ac"), search.match, NULL));
	assert_null(regex_match_group(search.match, 0).ptr);
	assert_false(regex_search(search.regex, (struct str){NULL, 0}, search.match, NULL));
	search_close(&search);
}

static void anchors_are_the_ends_of_the_subject(void **state)
{
	(void)state;
	assert_false(is_found("^b", STR("a\nb")));
	assert_false(is_found("a$", STR("a\nb")));
	assert_false(is_found("a$", STR("a\n")));
	assert_false(is_found("a.b", STR("a\nb")));
	assert_true(is_found("a.b", STR("a\rb")));
	assert_true(is_found("^$", STR("")));
}

static void invalid_utf8_is_searched_too(void **state)
{
	(void)state;
	assert_true(is_found("took (\\S+)", STR("\xff\xfe took 1s")));
	assert_true(is_found("^.s", STR("µs")));
	assert_false(is_found("a.b", STR("a\xff"
	                                 "b")));
	assert_true(is_found("缓慢", STR("\x80落盘缓慢")));
}

static void hostile_subject_ends_at_a_limit(void **state)
{
	(void)state;
	char subject[4001];
	memset(subject, 'a', sizeof(subject));
	struct search search = search_open("^(a|a?)+$", (struct str){subject, 4000});
	assert_true(search.is_found || search.is_over_limit);
	subject[4000] = 'b';
	assert_false(regex_search(search.regex, (struct str){subject, 4001}, search.match,
	                          &search.is_over_limit));
	assert_true(search.is_over_limit);
	search_close(&search);
}

static void check_refused(struct str pattern, const char *reason)
{
	struct error error = {0};
	assert_null(regex_create(pattern, &error));
	assert_true(error.is_set);
	assert_non_null(strstr(error.text, reason));
}

static void wrong_patterns_are_refused(void **state)
{
	(void)state;
	char groups[33 * 2];
	for (size_t i = 0; i < sizeof(groups); i++) {
		groups[i] = i % 2 == 0 ? '(' : ')';
	}
	check_refused(STR("ab("), "at byte 4");
	check_refused(STR("a\\Cb"), "pattern, at byte");
	check_refused(STR("\xff"), "pattern, at byte");
	check_refused((struct str){groups, sizeof(groups)}, "33 groups");
	assert_null(regex_create(STR("("), NULL));
	regex_destroy(NULL);
	regex_match_destroy(NULL);
}

/* ---- literals ---- */

enum { HITS_MAX = 16 };

struct hits {
	size_t count, most;
	unsigned ids[HITS_MAX];
	size_t ends[HITS_MAX];
};

static bool note_hit(void *context, unsigned id, size_t end)
{
	struct hits *hits = context;
	assert_true(hits->count < HITS_MAX);
	hits->ids[hits->count] = id;
	hits->ends[hits->count] = end;
	hits->count++;
	return hits->count == hits->most;
}

static struct hits scan(const struct literals *literals, struct str text, size_t most)
{
	struct hits hits = {.most = most};
	struct literals_scratch *scratch = literals_scratch_create(literals);
	literals_scan(literals, scratch, text, note_hit, &hits);
	literals_scratch_destroy(scratch);
	return hits;
}

static bool has_hit(const struct hits *hits, unsigned id, size_t end)
{
	for (size_t i = 0; i < hits->count; i++) {
		if (hits->ids[i] == id && hits->ends[i] == end) {
			return true;
		}
	}
	return false;
}

static const struct str set[] = {
	STR_INIT("slow fdatasync"), STR_INIT("fdatasync"), STR_INIT("a.b*"),
	STR_INIT("\0\xff\n"),       STR_INIT("x"),         STR_INIT("fdatasync")};

enum { SET_COUNT = sizeof(set) / sizeof(set[0]) };

static struct literals *make_set_for(struct str ordinary)
{
	struct error error = {0};
	struct literals *literals = literals_create(set, SET_COUNT, ordinary, &error);
	assert_string_equal(error.text, "");
	return literals;
}

static struct literals *make_set(void)
{
	return make_set_for(STR(""));
}

static void every_literal_is_reported_at_its_end(void **state)
{
	(void)state;
	struct literals *literals = make_set();
	struct hits hits = scan(literals, STR("a slow fdatasync"), 0);
	assert_int((int64_t)hits.count, 3);
	assert_true(has_hit(&hits, 0, 16) && has_hit(&hits, 1, 16) && has_hit(&hits, 5, 16));
	hits = scan(literals, STR("xax"), 0);
	assert_true(hits.count == 2 && hits.ends[0] == 1 && hits.ends[1] == 3);
	hits = scan(literals, STR("a.b* \0\xff\n acb Slow FDATASYNC"), 0);
	assert_true(hits.count == 2 && has_hit(&hits, 2, 4) && has_hit(&hits, 3, 8));
	assert_int((int64_t)scan(literals, (struct str){NULL, 0}, 0).count, 0);
	literals_destroy(literals);
}

static void what_is_rare_changes_no_hit(void **state)
{
	(void)state;
	/* the parts at the ends are ordinary, that of both in the middle is looked for */
	static const struct str twins[] = {STR_INIT("failed to save 0x9Zq~77 of the key"),
	                                   STR_INIT("nobody may load 0x9Zq~77 of it"),
	                                   STR_INIT("short")};
	const struct str ordinary = STR("failed to save of the key nobody may load of it all day");
	struct error error = {0};
	struct literals *literals = literals_create(twins, 3, ordinary, &error);
	struct hits hits = scan(literals, STR("a failed to save 0x9Zq~77 of the key, short"), 0);
	assert_int((int64_t)hits.count, 2);
	assert_true(has_hit(&hits, 0, 36) && has_hit(&hits, 2, 43));
	assert_int((int64_t)scan(literals, STR("save 0x9Zq~77 of the key"), 0).count, 0);
	assert_int((int64_t)scan(literals, STR("failed to save 0x9Zq~77 of th"), 0).count, 0);
	hits = scan(literals, STR("nobody may load 0x9Zq~77 of it"), 0);
	assert_true(hits.count == 1 && has_hit(&hits, 1, 30));
	literals_destroy(literals);
}

static void scan_stops_when_told(void **state)
{
	(void)state;
	struct literals *literals = make_set();
	assert_int((int64_t)scan(literals, STR("x x x x"), 2).count, 2);
	literals_destroy(literals);
}

static void saved_set_is_loaded(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct str bytes;
	struct literals *literals = make_set();
	assert_true(literals_save(literals, &arena, &bytes, NULL));
	literals_destroy(literals);
	literals = literals_load(bytes, set, SET_COUNT);
	assert_non_null(literals);
	assert_int((int64_t)scan(literals, STR("slow fdatasync"), 0).count, 3);
	literals_destroy(literals);
	arena_finish(&arena);
}

static void damaged_set_is_not_loaded(void **state)
{
	(void)state;
	struct arena arena = {0};
	struct str bytes;
	struct literals *literals = make_set();
	assert_true(literals_save(literals, &arena, &bytes, NULL));
	assert_null(literals_load(str_slice(bytes, 0, bytes.len - 1), set, SET_COUNT));
	assert_null(literals_load(bytes, set, SET_COUNT - 1));
	char *copy = arena_cstr(&arena, bytes);
	copy[bytes.len / 2] ^= 1;
	assert_null(literals_load((struct str){copy, bytes.len}, set, SET_COUNT));
	memcpy(copy, bytes.ptr, bytes.len);
	memset(copy + 8, 0xff, 4); /* the part of the first place */
	assert_null(literals_load((struct str){copy, bytes.len}, set, SET_COUNT));
	assert_null(literals_load((struct str){NULL, 0}, set, SET_COUNT));
	literals_destroy(literals);
	arena_finish(&arena);
}

static void set_may_be_empty_but_no_literal(void **state)
{
	(void)state;
	struct error error = {0};
	struct literals *literals = literals_create(NULL, 0, STR(""), &error);
	assert_int((int64_t)scan(literals, STR("anything"), 0).count, 0);
	literals_destroy(literals);
	const struct str empty[] = {STR_INIT("a"), STR_INIT("")};
	assert_null(literals_create(empty, 2, STR(""), &error));
	assert_string_equal(error.text, "literal 2 is empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_named_and_numbered),
		cmocka_unit_test(failed_search_leaves_no_groups),
		cmocka_unit_test(anchors_are_the_ends_of_the_subject),
		cmocka_unit_test(invalid_utf8_is_searched_too),
		cmocka_unit_test(hostile_subject_ends_at_a_limit),
		cmocka_unit_test(wrong_patterns_are_refused),
		cmocka_unit_test(every_literal_is_reported_at_its_end),
		cmocka_unit_test(what_is_rare_changes_no_hit),
		cmocka_unit_test(scan_stops_when_told),
		cmocka_unit_test(saved_set_is_loaded),
		cmocka_unit_test(damaged_set_is_not_loaded),
		cmocka_unit_test(set_may_be_empty_but_no_literal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
