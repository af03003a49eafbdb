/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts from made-up episodes: the mechanism, not the wording of lines. */
#include "cause/cause.h"
#include "test.h"

enum { START_S = 1728122400 }; /* 2024-10-05T10:00:00Z */

static const struct event_kind kinds[] = {
	{.id = STR_INIT("etcd.fsync.slow"),
         .severity = EVENT_WARNING,
         .gap_ns = 30 * NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("etcd.heartbeat.late"),
         .severity = EVENT_WARNING,
         .gap_ns = 30 * NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("milvus.kv.slow"),
         .severity = EVENT_WARNING,
         .gap_ns = 30 * NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("milvus.session.keepalive_closed"),
         .severity = EVENT_WARNING,
         .gap_ns = NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("milvus.session.lease_lost"),
         .severity = EVENT_ERROR,
         .gap_ns = NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("milvus.exit.disconnected"),
         .severity = EVENT_FATAL,
         .gap_ns = NS_PER_SEC,
         .is_harm = true},
	{.id = STR_INIT("milvus.exit.signal"), .severity = EVENT_NOTICE},
	{.id = STR_INIT("milvus.start.running"), .severity = EVENT_INFO},
	{.id = STR_INIT("etcd.start.banner"), .severity = EVENT_INFO},
	{.id = STR_INIT("etcd.start.fresh"), .severity = EVENT_INFO},
	{.id = STR_INIT("milvus.etcd.refused"), .severity = EVENT_WARNING, .is_harm = true},
	{.id = STR_INIT("etcd.disk.full"), .severity = EVENT_FATAL, .is_harm = true},
	{.id = STR_INIT("milvus.panic"), .severity = EVENT_FATAL, .is_harm = true},
};

struct world {
	struct digest digest;
	uint32_t etcd, milvus;
	struct cause_set *set;
	struct findings findings;
};

static int64_t at(double second)
{
	return START_S * NS_PER_SEC + (int64_t)(second * 1e9);
}

static uint32_t add_log(struct world *world, const char *path, enum format_program program,
                        double from, double to)
{
	uint32_t number = digest_source_add(&world->digest, str_from(path));
	struct source *source = digest_source(&world->digest, number);
	source->records = source->dated = source->asked_for = 1000;
	source->by_program[program] = 1000;
	source->by_level[FORMAT_INFO] = 1000;
	source->by_zone[CLOCK_ZONE_UTC] = 1000;
	source->first_ns = at(from);
	source->last_ns = at(to);
	return number;
}

static int set_up(void **state)
{
	static struct world world;
	world = (struct world){0};
	digest_init(&world.digest);
	struct error err = {0};
	world.set = cause_set_create(&err);
	assert_non_null(world.set);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;
	findings_finish(&world->findings);
	digest_finish(&world->digest);
	cause_set_destroy(world->set);
	return 0;
}

/* An event of a kind that ended at `second` and took so long (0: has no duration). */
static void add(struct world *world, const char *kind, double second, double took_s,
                const char *field, const char *value)
{
	static uint64_t line;
	struct event_field fields[1] = {{.name = str_from(field),
	                                 .type = EVENT_TEXT,
	                                 .text = str_from(value),
	                                 .number = INT64_MIN}};
	struct event event = {
		.time_ns = at(second),
		.start_ns = at(second - took_s),
		.took_ns = took_s > 0 ? (int64_t)(took_s * 1e9) : DURATION_NONE,
		.zone = CLOCK_ZONE_UTC,
		.fields = fields,
		.field_count = field == NULL ? 0 : 1,
		.origin = {.path = STR("x.log"), .line = ++line, .text = STR("text")}};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_equals(kinds[i].id, str_from(kind))) {
			event.kind = &kinds[i];
		}
	}
	assert_non_null(event.kind);
	digest_event(&world->digest,
	             str_starts(event.kind->id, STR("etcd.")) ? world->etcd : world->milvus,
	             &event);
}

static void add_both_logs(struct world *world)
{
	world->etcd = add_log(world, "etcd.log", FORMAT_ETCD, -3600, 700);
	world->milvus = add_log(world, "milvus.log", FORMAT_MILVUS, -3600, 600);
	add(world, "etcd.start.banner", -3600, 0, NULL, "");
	add(world, "milvus.start.running", -3600, 0, NULL, "");
}

static void explain(struct world *world)
{
	struct cause_options options = {.assume_offset_ns = TIME_NONE};
	digest_close(&world->digest);
	cause_explain(world->set, &world->digest, &options, &world->findings, NULL);
}

static void assert_cause(const struct world *world, const char *cause)
{
	struct str got = world->findings.verdict.cause;
	if (!str_equals(got, str_from(cause))) {
		fail_msg("cause: want '%s', got '" STR_FMT "'", cause, STR_ARG(got));
	}
}

static void lose_session(struct world *world, double second)
{
	add(world, "milvus.session.keepalive_closed", second, 0, NULL, "");
	add(world, "milvus.session.lease_lost", second + 1, 0, NULL, "");
	add(world, "milvus.exit.disconnected", second + 1.1, 0, NULL, "");
}

static void add_slow_disk(struct world *world)
{
	add_both_logs(world);
	add(world, "etcd.fsync.slow", 510, 12, NULL, "");
	add(world, "etcd.fsync.slow", 540, 28, NULL, "");
	add(world, "milvus.kv.slow", 519, 7.0009, NULL, "");
}

/* Slow, and its session lost, with no log of etcd. */
static void explain_milvus_alone(struct world *world)
{
	world->milvus = add_log(world, "milvus.log", FORMAT_MILVUS, -3600, 600);
	add(world, "milvus.start.running", -3600, 0, NULL, "");
	add(world, "milvus.kv.slow", 519, 7.0009, NULL, "");
	lose_session(world, 541);
	explain(world);
}

static void slow_fsyncs_that_lose_the_session_are_storage_latency(void **state)
{
	struct world *world = *state;
	add_slow_disk(world);
	lose_session(world, 541);
	explain(world);
	assert_cause(world, "storage-latency");
	assert_int_equal(world->findings.verdict.stopped, ANSWER_YES);
	assert_true(world->findings.verdict.confidence >= 0.8);
	assert_true(world->findings.chain.count >= 4);
	assert_true(str_equals(world->findings.chain.items[0].kind_id, STR("etcd.fsync.slow")));
	for (size_t i = 1; i < world->findings.chain.count; i++) {
		assert_true(world->findings.chain.items[i - 1].start_ns <=
		            world->findings.chain.items[i].start_ns);
	}
}

static const struct chain_step *step_from_end(const struct world *world, size_t back)
{
	assert_true(world->findings.chain.count > back);
	return &world->findings.chain.items[world->findings.chain.count - 1 - back];
}

static void a_session_that_no_line_lost_is_inferred_before_the_end(void **state)
{
	struct world *world = *state;
	add_slow_disk(world);
	add(world, "milvus.exit.disconnected", 542.1, 0, NULL, "");
	explain(world);
	assert_cause(world, "storage-latency");
	assert_true(str_equals(step_from_end(world, 0)->kind_id, STR("milvus.exit.disconnected")));
	assert_true(str_equals(step_from_end(world, 1)->kind_id, STR("milvus.session.lost")));
	assert_true(step_from_end(world, 1)->is_inferred);
}

static void what_nobody_can_name_is_told_without_a_because(void **state)
{
	struct world *world = *state;
	explain_milvus_alone(world);
	assert_cause(world, "unknown");
	assert_true(world->findings.chain.count >= 3);
	assert_true(str_equals(world->findings.chain.items[0].kind_id, STR("milvus.kv.slow")));
	assert_true(str_equals(step_from_end(world, 0)->kind_id, STR("milvus.exit.disconnected")));
	for (size_t i = 0; i < world->findings.chain.count; i++) {
		assert_int_equal(world->findings.chain.items[i].because.in[TEXT_EN].len, 0);
		assert_false(world->findings.chain.items[i].is_inferred);
	}
}

static void late_heartbeats_without_slow_fsync_are_starvation(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	/* at one phase of 100 ms, but not at one interval */
	static const double seconds[] = {500, 504.1, 507.3, 512.9, 515, 521.2};
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		add(world, "etcd.heartbeat.late", seconds[i], 2.5, "to", "a1");
	}
	explain(world);
	assert_cause(world, "cpu-starvation");
}

static void what_comes_at_one_interval_shares_a_phase_by_itself(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	for (int i = 0; i < 6; i++) {
		add(world, "etcd.heartbeat.late", 500 + i * 4, 2.5, "to", "a1");
	}
	explain(world);
	assert_cause(world, "unknown");
}

static void a_signal_is_an_operators_stop(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	add(world, "milvus.exit.signal", 590, 0, "signal", "terminated");
	explain(world);
	assert_cause(world, "operator-stop");
}

static void a_signal_after_a_lost_session_is_not_an_operators_stop(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	add(world, "etcd.fsync.slow", 540, 28, NULL, "");
	lose_session(world, 541);
	add(world, "milvus.exit.signal", 545, 0, "signal", "interrupt");
	explain(world);
	assert_cause(world, "storage-latency");
}

static void slow_all_day_did_not_stop_it_today(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	for (int i = 0; i < 40; i++) {
		add(world, "etcd.fsync.slow", -3500 + i * 100, 1.2, NULL, "");
	}
	add(world, "milvus.exit.signal", 590, 0, "signal", "terminated");
	explain(world);
	assert_cause(world, "operator-stop");
}

static void a_full_disk_explains_the_panic_behind_it(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	add(world, "etcd.disk.full", 500, 0, NULL, "");
	add(world, "milvus.panic", 520, 0, NULL, "");
	explain(world);
	assert_cause(world, "disk-full");
}

static void a_quiet_log_that_simply_ends_is_fine(void **state)
{
	struct world *world = *state;
	add_both_logs(world);
	explain(world);
	assert_cause(world, "");
	assert_int_equal(world->findings.verdict.stopped, ANSWER_NO);
}

static void no_input_is_no_all_clear(void **state)
{
	struct world *world = *state;
	explain(world);
	assert_cause(world, "unknown");
	assert_int_equal(world->findings.verdict.stopped, ANSWER_UNKNOWN);
}

static void milvus_alone_is_not_enough_for_a_cause(void **state)
{
	struct world *world = *state;
	explain_milvus_alone(world);
	assert_cause(world, "unknown");
	assert_int_equal(world->findings.verdict.stopped, ANSWER_YES);
	assert_true(world->findings.missing.count > 0);
	assert_true(world->findings.settle.count > 0);
}

/* An etcd that ends at 500, and a Milvus that finds nobody there at `seen`. */
static void etcd_ends(struct world *world, double seen)
{
	world->etcd = add_log(world, "etcd.log", FORMAT_ETCD, -3600, 500);
	world->milvus = add_log(world, "milvus.log", FORMAT_MILVUS, -3600, 600);
	add(world, "etcd.start.fresh", -3600, 0, NULL, "");
	add(world, "milvus.start.running", -3590, 0, NULL, "");
	add(world, "etcd.disk.full", 500, 0, NULL, "");
	add(world, "milvus.etcd.refused", seen, 0, NULL, "");
	explain(world);
}

static void an_end_that_is_seen_later_moves_no_clock(void **state)
{
	struct world *world = *state;
	etcd_ends(world, 512);
	assert_int_equal(world->findings.clocks.count, 0);
}

static void an_end_that_is_seen_before_it_moves_the_clock(void **state)
{
	struct world *world = *state;
	etcd_ends(world, 488);
	assert_int_equal(world->findings.clocks.count, 1);
	assert_true(world->findings.clocks.items[0].offset_ns < -10 * NS_PER_SEC);
}

static void a_run_bears_the_version_that_it_stated(void **state)
{
	struct world *world = *state;
	world->milvus = add_log(world, "milvus.log", FORMAT_MILVUS, 0, 600);
	add(world, "milvus.start.running", 0, 0, "version", "2.3.1");
	add(world, "milvus.exit.signal", 100, 0, "signal", "terminated");
	add(world, "milvus.start.running", 110, 0, "version", "v2.4.0");
	explain(world);
	assert_int_equal(world->findings.runs.count, 2);
	assert_true(str_equals(world->findings.runs.items[0].version, STR("2.3.1")));
	assert_true(str_equals(world->findings.runs.items[1].version, STR("2.4.0")));
	assert_true(str_equals(world->findings.environment.milvus_version, STR("2.4.0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			slow_fsyncs_that_lose_the_session_are_storage_latency, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_session_that_no_line_lost_is_inferred_before_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_nobody_can_name_is_told_without_a_because,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(late_heartbeats_without_slow_fsync_are_starvation,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_at_one_interval_shares_a_phase_by_itself,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_signal_is_an_operators_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_signal_after_a_lost_session_is_not_an_operators_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(slow_all_day_did_not_stop_it_today, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_explains_the_panic_behind_it, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(a_quiet_log_that_simply_ends_is_fine, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(no_input_is_no_all_clear, set_up, tear_down),
		cmocka_unit_test_setup_teardown(milvus_alone_is_not_enough_for_a_cause, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(an_end_that_is_seen_later_moves_no_clock, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(an_end_that_is_seen_before_it_moves_the_clock,
	                                        set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_run_bears_the_version_that_it_stated, set_up,
	                                        tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
