/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints of streams: what makes two of them one log. */
#include "event/profile.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { START_S = 1728122400 };

/* Records number `from` to `to`, `step_ms` apart; `stride`: every how manyth is there. */
static void fill(struct profile *profile, unsigned from, unsigned to, int64_t step_ms,
                 unsigned stride)
{
	profile_init(profile);
	for (unsigned i = from; i < to; i += stride) {
		char text[64];
		int len = snprintf(text, sizeof(text), "record %u says something", i);
		profile_add(profile, i % 3, START_S * NS_PER_SEC + i * step_ms * NS_PER_MS, true,
		            profile_hash_line((struct str){text, (size_t)len}));
	}
}

/* Records 0 to 1000 are the whole. Returns: how many of the part's agree in 1000. */
static unsigned agreed(unsigned from, unsigned to, unsigned stride, struct profile_match *match)
{
	struct profile whole, part;
	fill(&whole, 0, 1000, 700, 1);
	fill(&part, from, to, 700, stride);
	*match = profile_compare(&whole, &part);
	profile_finish(&whole);
	profile_finish(&part);
	return match->compared == 0 ? 0 : (unsigned)(match->agreed * 1000 / match->compared);
}

static void copies_agree_wholly(void **state)
{
	struct profile_match match;
	(void)state;
	assert_int_equal(agreed(0, 1000, 1, &match), 1000);
	assert_int_equal(match.agreed, 1000);
	assert_true(match.is_inside);
}

static void extracts_agree_inside(void **state)
{
	struct profile_match match;
	(void)state;
	assert_int_equal(agreed(333, 667, 1, &match), 1000);
	assert_true(match.is_inside);
	assert_true(match.agreed > 300);
}

static void overlaps_agree_where_both_are(void **state)
{
	struct profile_match match;
	(void)state;
	assert_int_equal(agreed(900, 1200, 1, &match), 1000);
	assert_false(match.is_inside);
	assert_int_equal(match.from_ns, START_S * NS_PER_SEC + INT64_C(900) * 700 * NS_PER_MS);
}

static void picked_lines_are_known_one_by_one(void **state)
{
	struct profile whole, part;
	(void)state;
	fill(&whole, 0, 1000, 50, 1);
	fill(&part, 0, 1000, 50, 2);
	struct profile_match match = profile_compare(&whole, &part);
	assert_int_equal(match.agreed, 0);
	assert_true(profile_is_picked(&whole, &part));
	assert_false(profile_is_picked(&part, &whole));
	profile_finish(&whole);
	profile_finish(&part);
}

static void few_of_many_are_known(void **state)
{
	struct profile whole, part;
	(void)state;
	fill(&whole, 0, 100000, 50, 1);
	fill(&part, 0, 100000, 50, 500);
	assert_true(whole.sample.count <= PROFILE_SAMPLE_MAX);
	assert_true(profile_is_picked(&whole, &part));
	profile_finish(&part);
	fill(&part, 100000, 100200, 50, 1);
	assert_false(profile_is_picked(&whole, &part));
	profile_finish(&whole);
	profile_finish(&part);
}

static void later_records_have_nothing_in_common(void **state)
{
	struct profile_match match;
	(void)state;
	assert_int_equal(agreed(2000, 2100, 1, &match), 0);
	assert_int_equal(match.agreed, 0);
}

/* A day of records is kept in wider spans than an hour of them. */
static void spans_of_other_width_agree(void **state)
{
	struct profile whole, part;
	(void)state;
	fill(&whole, 0, 40000, 2000, 1);
	fill(&part, 10000, 12000, 2000, 1);
	struct profile_match match = profile_compare(&whole, &part);
	assert_true(whole.width_log2 > part.width_log2);
	assert_true(whole.count <= PROFILE_CELLS_MAX);
	assert_true(match.agreed > 1900);
	assert_int_equal(match.agreed, match.compared);
	profile_finish(&whole);
	profile_finish(&part);
}

static void line_ends_do_not_matter(void **state)
{
	(void)state;
	assert_true(profile_hash(STR("a\nb")) == profile_hash(STR("a \r\nb\r\n")));
	assert_true(profile_hash(STR("a\n")) == profile_hash_line(STR("a")));
	assert_true(profile_hash(STR("a")) != profile_hash(STR("b")));
}

static void every_byte_counts(void **state)
{
	char text[100];
	(void)state;
	for (size_t len = 1; len < sizeof(text); len++) {
		memset(text, 'x', sizeof(text));
		uint64_t whole = profile_hash_line((struct str){text, len});
		assert_true(whole != profile_hash_line((struct str){text, len - 1}));
		for (size_t i = 0; i < len; i++) {
			text[i] = 'y';
			assert_true(whole != profile_hash_line((struct str){text, len}));
			text[i] = 'x';
		}
	}
	/* words in another order are another record */
	assert_true(profile_hash_line(STR("0123456789abcdefABCDEFGHIJKLMNOP")) !=
	            profile_hash_line(STR("ABCDEFGHIJKLMNOP0123456789abcdef")));
}

static void any_times_are_bounded(void **state)
{
	struct profile profile;
	(void)state;
	profile_init(&profile);
	for (uint64_t i = 1, time = 1; i < 20000; i++) {
		time = time * 6364136223846793005u + 1442695040888963407u;
		profile_add(&profile, (unsigned)i, (int64_t)time, true, i);
	}
	assert_true(profile.count <= PROFILE_CELLS_MAX);
	struct profile_match match = profile_compare(&profile, &profile);
	assert_true(match.is_inside);
	profile_finish(&profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_agree_wholly),
		cmocka_unit_test(extracts_agree_inside),
		cmocka_unit_test(overlaps_agree_where_both_are),
		cmocka_unit_test(picked_lines_are_known_one_by_one),
		cmocka_unit_test(few_of_many_are_known),
		cmocka_unit_test(later_records_have_nothing_in_common),
		cmocka_unit_test(spans_of_other_width_agree),
		cmocka_unit_test(line_ends_do_not_matter),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(any_times_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
