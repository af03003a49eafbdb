/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "rule/pack.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off: needs those above */
#include <cmocka.h>
/* clang-format on */

#define TEXTS                                                                                      \
	"'title': {'en': 'T', 'zh': 'T'}, 'meaning': {'en': 'M', 'zh': 'M'}, 'versions': 'etcd', "
#define RULE(id, rest) "{'id': '" id "', " TEXTS rest "}"

/** Add rules to a pack; in them ' stands for ". */
static bool add(struct rule_pack *pack, const char *rules, struct error *err)
{
	struct buf text = {0};
	buf_printf(&text, "{\"rules\":[%s]}", rules);
	for (size_t i = 0; i < text.len; i++) {
		text.ptr[i] = text.ptr[i] == '\'' ? '"' : text.ptr[i];
	}
	bool is_added = rule_pack_add_text(pack, STR("test.json"), buf_str(&text), err);
	buf_finish(&text);
	return is_added;
}

static struct rule_pack *load(const char *rules, struct error *err)
{
	struct rule_pack *pack = rule_pack_create_empty();
	if (!add(pack, rules, err)) {
		rule_pack_destroy(pack);
		return NULL;
	}
	assert_true(rule_pack_compile(pack, err));
	return pack;
}

/** A pack, what it made of one line, and what all that lies in. */
struct match {
	struct rule_pack *pack;
	struct rule_matcher *matcher;
	struct arena tmp;
	struct record record;
	struct event event;
	const struct rule *rule;
};

static struct match match_open(const char *rules, const char *line)
{
	struct error error = {0};
	struct match match = {.pack = load(rules, &error)};
	if (match.pack == NULL) {
		fail_msg("%s", error.text);
	}
	match.matcher = rule_matcher_create(match.pack);
	arena_init(&match.tmp);
	match.rule = rule_match_text(match.matcher, str_from(line), &match.tmp, &match.record,
	                             &match.event);
	return match;
}

static void match_close(struct match *match)
{
	arena_finish(&match->tmp);
	rule_matcher_destroy(match->matcher);
	rule_pack_destroy(match->pack);
}

static void expect_owner(const char *rules, const char *line, const char *id)
{
	struct match match = match_open(rules, line);
	char owner[128];
	snprintf(owner, sizeof(owner), STR_FMT,
	         STR_ARG(match.rule == NULL ? STR("-") : match.rule->kind.id));
	assert_string_equal(owner, id);
	match_close(&match);
}

static void expect_text(const struct match *match, const char *name, const char *text)
{
	const struct event_field *field = event_field(&match->event, str_from(name));
	assert_non_null(field);
	assert_true(str_equals(field->text, str_from(text)));
}

static void expect_number(enum rule_type type, const char *text, int64_t number)
{
	struct arena tmp;
	arena_init(&tmp);
	struct event_field field = {0};
	rule_value(type, str_from(text), &tmp, &field);
	assert_int_equal(field.number, number);
	arena_finish(&tmp);
}

static void expect_id(enum rule_type type, const char *text, const char *id)
{
	struct arena tmp;
	arena_init(&tmp);
	struct event_field field = {0};
	rule_value(type, str_from(text), &tmp, &field);
	assert_true(str_equals(field.text, str_from(id)));
	arena_finish(&tmp);
}

static void expect_refused(const char *rules, const char *reason)
{
	struct error error = {0};
	struct rule_pack *pack = load(rules, &error);
	assert_null(pack);
	if (strstr(error.text, reason) == NULL) {
		fail_msg("'%s' does not say '%s'", error.text, reason);
	}
}

static void expect_fault(const char *rules, const char *fault)
{
	struct error error = {0};
	struct rule_pack *pack = load(rules, &error);
	assert_non_null(pack);
	struct buf report = {0};
	size_t faults = rule_pack_check(pack, &report);
	buf_byte(&report, '\0');
	if (strstr(report.ptr, fault) == NULL || faults == 0) {
		fail_msg("'%s' does not say '%s'", report.ptr, fault);
	}
	buf_finish(&report);
	rule_pack_destroy(pack);
}

static void expect_anchor(const char *pattern, const char *anchor)
{
	struct arena run;
	arena_init(&run);
	struct str found = rule_anchor_of_pattern(&run, str_from(pattern));
	if (!str_equals(found, str_from(anchor))) {
		fail_msg("'" STR_FMT "' is not '%s'", STR_ARG(found), anchor);
	}
	arena_finish(&run);
}

/* ---- anchors ---- */

static void anchor_is_the_longest_sure_run_of_a_pattern(void **state)
{
	(void)state;
	expect_anchor("^sync duration of (?<took>\\S+), expected", "sync duration of ");
	expect_anchor("took too long \\(\\d+\\) to execute", "took too long (");
	expect_anchor("abcdefs? xyz", "abcdef");
	expect_anchor("lost the [a-z\"]+ connection", " connection");
	expect_anchor("(some|thing) ends here", " ends here");
	expect_anchor("raft\\.node: \\w+ elected", "raft.node: ");
	expect_anchor("tick+ missed", " missed");
	expect_anchor("caf\xc3\xa9? opened", " opened");
	expect_anchor("a{2} request timed out", " request timed out");
}

static void anchor_avoids_what_quoting_changes(void **state)
{
	(void)state;
	expect_anchor("said \"never again\" loud", "never again");
	expect_anchor("a\\\\path longer", "path longer");
	expect_anchor("can't be reached", "t be reached");
}

static void anchor_is_not_guessed(void **state)
{
	(void)state;
	expect_anchor("first thing|second thing", "");
	expect_anchor("(?i)whatever case", "");
	expect_anchor("(?sx)with blanks off", "");
	expect_anchor("\\Qquoted literal\\E", "");
	expect_anchor("abcd", "");
}

/* ---- precedence ---- */

#define PLAIN(id, match) RULE(id, "'severity': 'info', 'match': [" match "]")

static void message_wins_over_prefix_and_prefix_over_pattern(void **state)
{
	(void)state;
	static const char rules[] =
		PLAIN("etcd.a", "{'pattern': 'server .*'  , 'anchor': 'server'}") "," PLAIN(
			"etcd.b",
			"{'prefix': 'server is'}") "," PLAIN("etcd.c",
	                                                     "{'message': 'server is down'}");
	expect_owner(rules, "server is down", "etcd.c");
	expect_owner(rules, "server is down again", "etcd.b");
	expect_owner(rules, "server was down", "etcd.a");
	expect_owner(rules, "nothing of it", "-");
}

static void rank_wins_over_kind(void **state)
{
	(void)state;
	static const char rules[] = RULE(
		"etcd.a",
		"'severity': 'info', 'rank': 1, 'match': "
		"[{'pattern': 'server is'}]") "," PLAIN("etcd.b", "{'message': 'server is down'}");
	expect_owner(rules, "server is down", "etcd.a");
}

static void condition_wins_over_none(void **state)
{
	(void)state;
	static const char rules[] = PLAIN("etcd.a", "{'prefix': 'server is'}") "," PLAIN(
		"etcd.b", "{'prefix': 'server is', 'where': {'message': 'down$'}}");
	expect_owner(rules, "server is down", "etcd.b");
	expect_owner(rules, "server is up", "etcd.a");
}

static void longer_prefix_wins(void **state)
{
	(void)state;
	static const char rules[] = PLAIN("etcd.a", "{'prefix': 'server'}") "," PLAIN(
		"etcd.b", "{'prefix': 'server is'}");
	expect_owner(rules, "server is up", "etcd.b");
}

static void trailing_blanks_of_a_message_do_not_matter(void **state)
{
	(void)state;
	expect_owner(PLAIN("etcd.a", "{'message': 'check the server '}"), "check the server",
	             "etcd.a");
}

static void continuation_belongs_only_behind_its_rule(void **state)
{
	(void)state;
	struct match match =
		match_open(PLAIN("milvus.exit", "{'message': 'goodbye'}") "," RULE(
				   "milvus.status", "'severity': 'info', 'after': 'milvus.exit', "
						    "'match': [{'pattern': '^x\\\\d$'}]"),
	                   "goodbye");
	assert_true(match.rule->is_followed);
	struct record record;
	struct event event;
	const struct rule_candidate *behind =
		rule_match_line(match.matcher, STR("x1"), match.rule, &match.tmp, &record, &event);
	assert_non_null(behind);
	assert_true(str_equals(behind->entry->rule.kind.id, STR("milvus.status")));
	assert_null(rule_match_line(match.matcher, STR("x1"), NULL, &match.tmp, &record, &event));
	match_close(&match);
}

/* ---- records ---- */

#define SLOW                                                                                       \
	RULE("etcd.fsync.slow", "'severity': 'warning', 'gap': '30s', 'interval': 'took', "        \
	                        "'program': ['etcd'], 'match': ["                                  \
	                        "{'message': 'slow fdatasync', 'fields': {'took': 'duration', "    \
	                        "'expected-duration': 'duration'},"                                \
	                        " 'set': {'what': 'wal'}}]")

static const char slow_line[] =
	"{\"level\":\"warn\",\"ts\":\"2024-05-01T10:02:03.000Z\",\"caller\":\"wal/"
	"wal.go:805\",\"msg\":\"slow "
	"fdatasync\",\"took\":\"1.5s\",\"expected-duration\":\"1s\",\"extra\":\"x\"}";

static void event_spans_the_interval_that_ended(void **state)
{
	(void)state;
	struct match match = match_open(SLOW, slow_line);
	assert_non_null(match.rule);
	assert_int_equal(match.event.took_ns, 1500 * NS_PER_MS);
	assert_int_equal(match.event.time_ns - match.event.start_ns, 1500 * NS_PER_MS);
	assert_int_equal(match.event.level, FORMAT_WARN);
	assert_int_equal(match.event.kind->gap_ns, 30 * NS_PER_SEC);
	assert_true(match.event.kind->is_harm);
	match_close(&match);
}

static void only_listed_fields_are_kept_under_their_event_names(void **state)
{
	(void)state;
	struct match match = match_open(SLOW, slow_line);
	assert_int_equal(match.event.field_count, 3);
	expect_text(&match, "took", "1.5s");
	expect_text(&match, "expected_duration", "1s");
	expect_text(&match, "what", "wal");
	match_close(&match);
}

#define STEPS                                                                                      \
	"{\"level\":\"info\",\"ts\":\"2024-05-01T10:02:03.123Z\",\"caller\":\"traceutil/"          \
	"trace.go:152\","                                                                          \
	"\"msg\":\"slow walk\",\"steps\":[\"'a' (took 9ms)\",\"'b' {x; } (took 1.5s)\",\"'c' "     \
	"(took 70ms)\"]}"

static void longest_step_is_found_among_all(void **state)
{
	(void)state;
	struct match match =
		match_open(RULE("etcd.a", "'severity': 'info', 'match': [{'message': 'slow walk', "
	                                  "'longest': {'steps': '[a-z]. .*?took (?<took>[^)]+)'}, "
	                                  "'fields': {'took': 'duration'}}]"),
	                   STEPS);
	expect_text(&match, "took", "1.5s");
	match_close(&match);
}

static void longest_needs_a_duration(void **state)
{
	(void)state;
	expect_refused(RULE("etcd.a", "'severity': 'info', 'match': [{'message': 'slow walk', "
	                              "'longest': {'steps': '(?<step>[a-z]+)'}}]"),
	               "no group of");
}

#define FACTS(id)                                                                                  \
	RULE("etcd.a", "'severity': 'info', 'facts': {'wait': '" id "'}, 'match': [{'message': "   \
	               "'slow walk', 'fields': {'wait': 'duration'}}]")

static void fact_says_its_unit(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *pack = load(FACTS("etcd.config.wait_ms"), &error);
	assert_non_null(pack);
	assert_int_equal(rule_pack_rule(pack, 0)->kind.fact_count, 1);
	rule_pack_destroy(pack);
	expect_refused(FACTS("etcd.config.wait"), "must end in _ms or _s");
	expect_refused(RULE("etcd.a", "'severity': 'info', 'facts': {'no': 'etcd.no'}, 'match': "
	                              "[{'message': 'slow walk'}]"),
	               "no match has");
}

static void program_filter_lets_the_unknown_pass(void **state)
{
	(void)state;
	expect_owner(SLOW, "slow fdatasync", "etcd.fsync.slow");
	expect_owner(
		SLOW,
		"[2024/05/01 10:02:03.000 +00:00] [WARN] [etcd/etcd_kv.go:1] [\"slow fdatasync\"]",
		"-");
}

static void start_field_gives_the_interval(void **state)
{
	(void)state;
	struct match match =
		match_open(RULE("etcd.trace", "'severity': 'info', 'start': 'start', 'match': "
	                                      "[{'prefix': 'trace[', 'anchor': 'trace[',"
	                                      "'fields': {'start': 'text'}}]"),
	                   "{\"level\":\"info\",\"ts\":\"2024-05-01T10:02:03.000Z\",\"caller\":"
	                   "\"traceutil/trace.go:171\",\"msg\":"
	                   "\"trace[1] put\",\"start\":\"2024-05-01T10:02:00.500Z\"}");
	assert_non_null(match.rule);
	assert_int_equal(match.event.took_ns, 2500 * NS_PER_MS);
	assert_int_equal(match.event.time_ns - match.event.start_ns, 2500 * NS_PER_MS);
	match_close(&match);
}

/* ---- fields ---- */

static void groups_conditions_and_extractions_give_fields(void **state)
{
	(void)state;
	struct match match =
		match_open(PLAIN("etcd.a", "{'pattern': 'saved (?<size>\\\\d+) bytes', 'fields': "
	                                   "{'size': 'bytes'}, 'as': {'size': 'len'},"
	                                   " 'where': {'message': 'at (?<member>[0-9a-f]+)'},"
	                                   " 'extract': {'message': 'in (?<took>\\\\S+)$', 'text': "
	                                   "'no such (?<thing>.)'}}"),
	                   "saved 12 bytes at 00ab in 3ms");
	assert_non_null(match.rule);
	assert_int_equal(match.event.field_count, 3);
	assert_int_equal(event_field(&match.event, STR("len"))->number, 12);
	expect_text(&match, "member", "00ab");
	expect_text(&match, "took", "3ms");
	match_close(&match);
}

static void bytes_are_read_with_their_unit(void **state)
{
	(void)state;
	expect_number(RULE_TYPE_BYTES, "2147483648", INT64_C(2147483648));
	expect_number(RULE_TYPE_BYTES, "2.1 GB", INT64_C(2100000000));
	expect_number(RULE_TYPE_BYTES, "12kB", 12000);
	expect_number(RULE_TYPE_BYTES, "8 MiB", 8 << 20);
	expect_number(RULE_TYPE_BYTES, "7 B", 7);
	expect_number(RULE_TYPE_BYTES, "lots", INT64_MIN);
	expect_number(RULE_TYPE_BYTES, "3 parsecs", INT64_MIN);
}

static void numbers_are_read_or_said_to_be_none(void **state)
{
	(void)state;
	expect_number(RULE_TYPE_COUNT, " 42 ", 42);
	expect_number(RULE_TYPE_COUNT, "-1", -1);
	expect_number(RULE_TYPE_COUNT, "many", INT64_MIN);
	expect_number(RULE_TYPE_COUNT, "1e300", INT64_MIN);
	expect_number(RULE_TYPE_DURATION, "7.000908158s", INT64_C(7000908158));
	expect_number(RULE_TYPE_DURATION, "soon", DURATION_NONE);
	expect_number(RULE_TYPE_DURATION_MS, "12.5", 12500000);
	expect_number(RULE_TYPE_DURATION_S, "2", 2 * NS_PER_SEC);
}

static void ids_are_the_same_however_written(void **state)
{
	(void)state;
	expect_id(RULE_TYPE_MEMBER, "8e9e05c52164694d", "8e9e05c52164694d");
	expect_id(RULE_TYPE_MEMBER, "00AB12", "ab12");
	expect_id(RULE_TYPE_MEMBER_DECIMAL, "10276657743932975437", "8e9e05c52164694d");
	expect_id(RULE_TYPE_LEASE, "0x694d", "694d");
	expect_id(RULE_TYPE_LEASE_DECIMAL, "26957", "694d");
	expect_id(RULE_TYPE_LEASE, "nobody", "nobody");
}

/* ---- bad packs ---- */

static void bad_pack_is_refused_with_rule_key_and_reason(void **state)
{
	(void)state;
	expect_refused("{'id': 'nonsense'}", "rule nonsense: id: must be lower-case words");
	expect_refused("{'id': 'mars.rover'}", "rule mars.rover: id: \"mars\" is no component");
	expect_refused("{'title': {'en': 'T'}}", "rule 1: id: must be");
	expect_refused("{'id': 'etcd.a'}", "rule etcd.a: title: is missing");
	expect_refused(RULE("etcd.a", "'match': []"), "severity: is missing");
	expect_refused(RULE("etcd.a", "'severity': 'bad'"),
	               "severity: \"bad\" is none of info, notice");
	expect_refused(RULE("etcd.a", "'severity': 'info'"), "match: needs a list");
	expect_refused(RULE("etcd.a", "'colour': 'red'"), "colour: no such key");
	expect_refused(RULE("etcd.a", "'severity': 'info', 'rank': 'x', 'match': []"),
	               "rank: must be a number");
	expect_refused(
		RULE("etcd.a", "'severity': 'info', 'gap': 'x', 'match': [{'message': 'abcde'}]"),
		"gap: must be");
	expect_refused(RULE("etcd.a",
	                    "'severity': 'info', 'interval': 'x', 'match': [{'message': 'abcde'}]"),
	               "interval: no match has");
	expect_refused("{'id': 'etcd.a'}}", "test.json: ");
}

static void bad_match_is_refused_with_its_number(void **state)
{
	(void)state;
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde'}, {'message': 'abc'}"),
	               "match 2: anchor: cannot be derived");
	expect_refused(PLAIN("etcd.a", "{}"), "match 1: needs one of");
	expect_refused(PLAIN("etcd.a", "{'message': 'a', 'prefix': 'b'}"), "match 1: needs one of");
	expect_refused(PLAIN("etcd.a", "{'pattern': 'broken (group'}"),
	               "rule etcd.a: match 1: pattern: ");
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde', 'where': {'x': '('}}"),
	               "match 1: where: ");
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde', 'fields': {'x': 'apples'}}"),
	               "fields: x: \"apples\" is no type");
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde', 'as': {'x': 'y'}}"),
	               "as: x: not in \"fields\"");
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde', 'anchor': 'abc'}"),
	               "anchor: needs 5 bytes");
}

static void id_given_twice_is_refused(void **state)
{
	(void)state;
	expect_refused(PLAIN("etcd.a", "{'message': 'abcde'}") "," PLAIN("etcd.a",
	                                                                 "{'message': 'abcdef'}"),
	               "rule etcd.a: id: given twice");
}

/* ---- user packs ---- */

static void user_rules_add_replace_and_silence(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *pack = load(
		PLAIN("etcd.a", "{'message': 'abcde'}") "," PLAIN("etcd.b", "{'message': 'fghij'}"),
		&error);
	assert_true(
		add(pack,
	            PLAIN("etcd.c", "{'message': 'klmno'}") "," PLAIN(
			    "etcd.b", "{'message': 'pqrst'}") ",{'id': 'etcd.a', 'silence': true}",
	            &error));
	assert_int_equal(rule_pack_count(pack), 2);
	assert_null(rule_pack_find(pack, STR("etcd.a")));
	assert_true(str_equals(rule_pack_find(pack, STR("etcd.b"))->matches[0].text, STR("pqrst")));
	assert_true(str_equals(rule_pack_rule(pack, 1)->kind.id, STR("etcd.c")));
	rule_pack_destroy(pack);
}

static void refused_pack_changes_nothing(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *pack = load(PLAIN("etcd.a", "{'message': 'abcde'}"), &error);
	struct str version = rule_pack_version(pack);
	assert_false(
		add(pack, PLAIN("etcd.b", "{'message': 'fghij'}") ",{'id': 'etcd.c'}", &error));
	assert_int_equal(rule_pack_count(pack), 1);
	assert_true(str_equals(rule_pack_version(pack), version));
	assert_false(rule_pack_add(pack, STR("/nonexistent/pack.json"), &error));
	assert_non_null(strstr(error.text, "/nonexistent/pack.json: cannot be opened"));
	rule_pack_destroy(pack);
}

static void version_tells_packs_apart(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *a = load(PLAIN("etcd.a", "{'message': 'abcde'}"), &error);
	struct rule_pack *b = load(PLAIN("etcd.a", "{'message': 'abcdf'}"), &error);
	assert_true(str_starts(rule_pack_version(a), STR("1 rules, ")));
	assert_false(str_equals(rule_pack_version(a), rule_pack_version(b)));
	rule_pack_destroy(a);
	rule_pack_destroy(b);
}

/* ---- check ---- */

static void check_finds_what_samples_disprove(void **state)
{
	(void)state;
	expect_fault(PLAIN("etcd.a", "{'message': 'abcde'}"), "samples: needs one");
	expect_fault(
		RULE("etcd.a",
	             "'severity': 'info', 'match': [{'message': 'abcde'}], 'samples': ['abcdefg']"),
		"sample 1: does not match");
	expect_fault(
		RULE("etcd.a",
	             "'severity': 'info', 'match': [{'message': 'abcde'}], 'samples': ['xyz']"),
		"sample 1: holds no anchor");
	expect_fault(RULE("etcd.a",
	                  "'severity': 'info', 'match': [{'prefix': 'abcde'}], 'not': ['abcdefg']"),
	             "not 1: matches all the same");
	expect_fault(RULE("etcd.a",
	                  "'severity': 'info', 'match': [{'prefix': 'abcde'}], 'samples': "
	                  "['abcdefg']") "," PLAIN("etcd.b", "{'message': 'abcdefg'}"),
	             "sample 1: belongs to rule etcd.b");
	expect_fault(
		RULE("etcd.a",
	             "'severity': 'info', 'match': [{'message': 'abcde'}, {'message': 'vwxyz'}],"
	             "'samples': ['abcde']"),
		"match 2: no sample needs it");
	expect_fault(RULE("etcd.a", "'severity': 'info', 'match': [{'pattern': 'took "
	                            "(?<n>\\\\S+)', 'fields': {'n': 'count'}}],"
	                            "'samples': ['took long']"),
	             "sample 1: field n: 'long' is not of its type");
}

static void check_finds_missing_languages_and_rules(void **state)
{
	(void)state;
	expect_fault("{'id': 'etcd.a', 'title': {'en': 'T'}, 'severity': 'info', 'match': "
	             "[{'message': 'abcde'}]}",
	             "title: needs the text \"zh\"");
	expect_fault(RULE("etcd.a",
	                  "'severity': 'info', 'after': 'etcd.x', 'match': [{'message': 'abcde'}]"),
	             "after: there is no rule etcd.x");
}

static void check_finds_catastrophic_patterns(void **state)
{
	(void)state;
	expect_fault(RULE("etcd.a", "'severity': 'info', 'match': [{'pattern': 'slow op (a+)+b "
	                            "(\\\\w+\\\\s?)+$'}],"
	                            "'samples': ['slow op aab x']"),
	             "takes too many steps");
}

/* ---- the built-in pack ---- */

static void builtin_anchors_are_those_of_the_builtin_pack(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *pack = rule_pack_create();
	assert_non_null(pack);
	assert_true(rule_pack_compile(pack, &error));
	uint64_t hash = 0;
	assert_true(str_to_hex64(str_slice(rule_builtin.anchors, 0, 16), &hash));
	assert_true(hash == rule_anchors_hash(pack));
	struct literals *literals = literals_load(str_skip(rule_builtin.anchors, 16), pack->anchors,
	                                          pack->anchor_count);
	assert_non_null(literals);
	literals_destroy(literals);
	rule_pack_destroy(pack);
}

static void samples_of_the_builtin_pack_come_when_asked_for(void **state)
{
	(void)state;
	struct rule_pack *pack = rule_pack_create();
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		assert_int_equal(rule_pack_rule(pack, i)->sample_count, 0);
	}
	rule_pack_read_samples(pack);
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		assert_true(rule_pack_rule(pack, i)->sample_count > 0);
	}
	rule_pack_destroy(pack);
}

/* ---- threads ---- */

static void *match_in_thread(void *context)
{
	struct rule_matcher *matcher = rule_matcher_create(context);
	struct arena tmp;
	arena_init(&tmp);
	size_t owned = 0;
	for (int i = 0; i < 100; i++) {
		struct record record;
		struct event event;
		owned += rule_match_text(matcher, STR("saved 12 bytes"), &tmp, &record, &event) !=
		         NULL;
		arena_reset(&tmp);
	}
	arena_finish(&tmp);
	rule_matcher_destroy(matcher);
	return (void *)owned;
}

static void threads_share_a_pack(void **state)
{
	(void)state;
	struct error error = {0};
	struct rule_pack *pack =
		load(PLAIN("etcd.a", "{'pattern': 'saved (?<n>\\\\d+) bytes'}"), &error);
	pthread_t threads[4];
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, match_in_thread, pack), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		void *owned = NULL;
		pthread_join(threads[i], &owned);
		assert_int_equal((size_t)owned, 100);
	}
	rule_pack_destroy(pack);
}

/* ---- hostile records ---- */

static void any_bytes_are_survived(void **state)
{
	(void)state;
	struct match match = match_open(
		SLOW "," PLAIN("etcd.a", "{'pattern': 'abcde(?<x>.*)', 'in': 'text'}"), "");
	assert_null(match.rule);
	char bytes[] = "\x00\xff\xfe{\"msg\":\"slow fdatasync\x00 abcde\xc3";
	struct str text = {bytes, sizeof(bytes) - 1};
	for (size_t i = 0; i <= text.len; i++) {
		rule_match_text(match.matcher, str_slice(text, 0, i), &match.tmp, &match.record,
		                &match.event);
	}
	match_close(&match);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anchor_is_the_longest_sure_run_of_a_pattern),
		cmocka_unit_test(anchor_avoids_what_quoting_changes),
		cmocka_unit_test(anchor_is_not_guessed),
		cmocka_unit_test(message_wins_over_prefix_and_prefix_over_pattern),
		cmocka_unit_test(rank_wins_over_kind),
		cmocka_unit_test(condition_wins_over_none),
		cmocka_unit_test(longer_prefix_wins),
		cmocka_unit_test(trailing_blanks_of_a_message_do_not_matter),
		cmocka_unit_test(continuation_belongs_only_behind_its_rule),
		cmocka_unit_test(event_spans_the_interval_that_ended),
		cmocka_unit_test(only_listed_fields_are_kept_under_their_event_names),
		cmocka_unit_test(longest_step_is_found_among_all),
		cmocka_unit_test(longest_needs_a_duration),
		cmocka_unit_test(fact_says_its_unit),
		cmocka_unit_test(program_filter_lets_the_unknown_pass),
		cmocka_unit_test(start_field_gives_the_interval),
		cmocka_unit_test(groups_conditions_and_extractions_give_fields),
		cmocka_unit_test(bytes_are_read_with_their_unit),
		cmocka_unit_test(numbers_are_read_or_said_to_be_none),
		cmocka_unit_test(ids_are_the_same_however_written),
		cmocka_unit_test(bad_pack_is_refused_with_rule_key_and_reason),
		cmocka_unit_test(bad_match_is_refused_with_its_number),
		cmocka_unit_test(id_given_twice_is_refused),
		cmocka_unit_test(user_rules_add_replace_and_silence),
		cmocka_unit_test(refused_pack_changes_nothing),
		cmocka_unit_test(version_tells_packs_apart),
		cmocka_unit_test(check_finds_what_samples_disprove),
		cmocka_unit_test(check_finds_missing_languages_and_rules),
		cmocka_unit_test(check_finds_catastrophic_patterns),
		cmocka_unit_test(builtin_anchors_are_those_of_the_builtin_pack),
		cmocka_unit_test(samples_of_the_builtin_pack_come_when_asked_for),
		cmocka_unit_test(threads_share_a_pack),
		cmocka_unit_test(any_bytes_are_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
