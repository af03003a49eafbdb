/* SPDX-License-Identifier: Apache-2.0 */
/* What is replaced in a line, what stays, and what stays the same as what. */
#include "report/report.h"
#include "test.h"

static const unsigned char key[REDACT_KEY_BYTES] = {1, 2, 3};

/* A text, redacted by one that has read `before`. */
static void redact(const char *before, const char *text, struct buf *out)
{
	struct redactor *redactor = redactor_create(key);
	redactor_log(redactor, str_from(before), out);
	buf_clear(out);
	redactor_log(redactor, str_from(text), out);
	redactor_destroy(redactor);
}

static void is_gone_after(const char *before, const char *text, const char *value)
{
	struct buf out = {0};
	redact(before, text, &out);
	if (str_contains(buf_str(&out), str_from(value))) {
		fail_msg("'%s' is still in: " STR_FMT, value, STR_ARG(buf_str(&out)));
	}
	buf_finish(&out);
}

static void is_gone(const char *text, const char *value)
{
	is_gone_after("", text, value);
}

static void becomes(const char *text, const char *wanted)
{
	struct buf out = {0};
	redact("", text, &out);
	assert_str(buf_str(&out), wanted);
	buf_finish(&out);
}

static void stays(const char *text)
{
	becomes(text, text);
}

/* Two texts become one. */
static void is_one(const char *before, const char *text, const char *other)
{
	struct buf out = {0}, out2 = {0};
	redact(before, text, &out);
	redact(before, other, &out2);
	if (!str_equals(buf_str(&out), buf_str(&out2)) ||
	    str_equals(buf_str(&out), str_from(text))) {
		fail_msg("'%s' and '%s' are '" STR_FMT "' and '" STR_FMT "'", text, other,
		         STR_ARG(buf_str(&out)), STR_ARG(buf_str(&out2)));
	}
	buf_finish(&out);
	buf_finish(&out2);
}

static void messages_stay(void **state)
{
	(void)state;
	stays("[WARN] [sessionutil/session_util.go:575] [\"session keepalive channel closed\"]");
	stays("apply request took too long, took=1.52s expected-duration=100ms size:5 count:17");
	stays("rpc error: code = Unavailable desc = etcdserver: request timed out");
	stays("dial tcp 127.0.0.1:2379: connect: connection refused");
	stays("2024/05/01 10:00:03.123 +00:00 v2.4.1 go1.19.5 kubelet status 137");
	stays("auth-token=simple quota-size-bytes=4294967296");
}

static void secrets_become_a_constant(void **state)
{
	(void)state;
	becomes("password=abc123", "password=<secret>");
	becomes("\"secretAccessKey\":\"a/b+c==\"", "\"secretAccessKey\":\"<secret>\"");
	becomes("Authorization: Bearer abc.def.ghi", "Authorization: <secret>");
	becomes("--token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln", "--token <secret>");
	is_gone("https://zorvik:hunter2@10.1.2.3/", "hunter2");
	is_gone("key=-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----", "MIIEvQ");
}

static void names_go_where_nothing_says_that_they_are(void **state)
{
	(void)state;
	is_gone("certificate is valid for zorvik, not melgar", "melgar");
	is_gone("dropped by zorvik", "zorvik");
	is_gone("no such host: zorvik-db.melgar.com", "melgar");
	is_gone("\xe7\x94\xa8\xe6\x88\xb7 is not loaded", "\xe7\x94\xa8");
	is_gone("user \\u7528\\u6237 was removed", "7528");
}

static void words_go_once_they_are_names(void **state)
{
	(void)state;
	is_gone_after("[collection=shards]", "[\"shards is not loaded\"]", "shards");
	is_gone_after("[namespace=monitoring]", "pod of monitoring was evicted", "monitoring");
	is_gone_after("[username=will]", "denied for will, who asked", "will");
	is_gone_after("[collection=zorvik]", "{\"level\":\"w zorvik a\"}", "zorvik");
	is_gone_after("[collection=zorvik]", "{\"level\":zorvik ,\"", "zorvik");
	is_gone("denied for user 'will' on collection 'shards'", "shards");
	stays("shards of the monitoring will follow");
}

static void paths_go_part_by_part(void **state)
{
	(void)state;
	is_gone("open /home/zorvik/melgar/db: no such file", "zorvik");
	is_gone("open C:\\\\Users\\\\zorvik\\\\Program Files\\\\melgar\\\\x.db: no", "melgar");
	is_gone("open \\\\\\\\zorvik\\\\melgar\\\\x.db", "zorvik");
	is_one("", "C:\\zorvik\\new", "C:\\ZORVIK\\new");
	is_gone("arn:aws:iam::123456789012:role/zorvik", "123456789012");
	stays("/var/lib/etcd/member/snap/db");
}

static void one_thing_has_one_pseudonym(void **state)
{
	(void)state;
	is_one("", "zorvik is", "Zorvik is");
	is_one("[user=zorvik]", "zorvik", "ZORVIK");
	is_one("", "by-dev%2Fzorvik", "by-dev/zorvik");
	is_one("", "\\u7528\\u6237", "\xe7\x94\xa8\xe6\x88\xb7");
	is_one("[collection=\xe7\x94\xa8\xe6\x88\xb7]", "\\347\\224\\250\\346\\210\\267",
	       "\xe7\x94\xa8\xe6\x88\xb7");
}

static void networks_stay_networks(void **state)
{
	struct buf out = {0};
	(void)state;
	redact("", "10.20.0.13 10.20.0.77 10.99.0.1", &out);
	struct str first, second, third;
	str_cut(buf_str(&out), STR(" "), &first, &second);
	str_cut(second, STR(" "), &second, &third);
	size_t net = (size_t)str_find_last_byte(first, '.');
	assert_true(str_starts(second, str_slice(first, 0, net)));
	assert_false(str_starts(third, str_slice(first, 0, net)));
	assert_true(str_starts(first, STR("10.")));
	is_gone("192.168.7.9", "192.168.");
	buf_finish(&out);
}

static void one_is_counted_as_one(void **state)
{
	struct arena keep;
	struct buf out = {0};
	struct redactor *redactor = redactor_create(key);
	(void)state;
	arena_init(&keep);
	redactor_log(redactor, STR("peer 10.20.0.13"), &out);
	assert_str(redactor_summary(redactor, &keep).in[TEXT_EN], "1 address");
	redactor_log(redactor, STR("peer 10.20.0.77"), &out);
	assert_str(redactor_summary(redactor, &keep).in[TEXT_EN], "2 addresses");
	redactor_destroy(redactor);
	arena_finish(&keep);
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_stay),
		cmocka_unit_test(secrets_become_a_constant),
		cmocka_unit_test(names_go_where_nothing_says_that_they_are),
		cmocka_unit_test(words_go_once_they_are_names),
		cmocka_unit_test(paths_go_part_by_part),
		cmocka_unit_test(one_thing_has_one_pseudonym),
		cmocka_unit_test(networks_stay_networks),
		cmocka_unit_test(one_is_counted_as_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
