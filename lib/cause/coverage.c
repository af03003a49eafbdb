/* SPDX-License-Identifier: Apache-2.0 */
/* Latencies; facts against thresholds. */
#include "base/vec.h"
#include "cause/reason.h"

#include <math.h>
#include <stdlib.h>

/* Thresholds: etcd's documentation (hardware, tuning, FAQ), its metrics page and alert rules; docs/side-files.md. */
static const struct {
	struct str id;
	double threshold;
	bool is_below;
	struct str unit;
} limits[] = {
	{STR_INIT("fio.sync.p99_ms"), 10, true, STR_INIT("ms")},
	{STR_INIT("fio.sync.max_ms"), 500, true, STR_INIT("ms")},
	{STR_INIT("fio.write.iops"), 500, false, STR_INIT("1/s")},
	{STR_INIT("iostat.util_percent"), 95, true, STR_INIT("%")},
	{STR_INIT("iostat.w_await_ms"), 10, true, STR_INIT("ms")},
	{STR_INIT("iostat.f_await_ms"), 10, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.fsync_p99_ms"), 10, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.fsync_between_p99_ms"), 10, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.commit_p99_ms"), 25, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.commit_between_p99_ms"), 25, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.peer_rtt_p99_ms"), 150, true, STR_INIT("ms")},
	{STR_INIT("metrics.etcd.db_quota_percent"), 95, true, STR_INIT("%")},
	{STR_INIT("endpoint.db_quota_percent"), 95, true, STR_INIT("%")},
	{STR_INIT("metrics.etcd.has_leader"), 1, false, STR_INIT("")},
	{STR_INIT("endpoint.has_leader"), 1, false, STR_INIT("")},
	{STR_INIT("endpoint.healthy"), 1, false, STR_INIT("")},
	{STR_INIT("endpoint.alarm_nospace"), 1, true, STR_INIT("")},
	{STR_INIT("endpoint.alarm_corrupt"), 1, true, STR_INIT("")},
	{STR_INIT("members.unstarted"), 1, true, STR_INIT("")},
	{STR_INIT("container.oom_killed"), 1, true, STR_INIT("")},
	{STR_INIT("checkperf.slowest_ms"), 500, true, STR_INIT("ms")},
	{STR_INIT("checkperf.stddev_ms"), 100, true, STR_INIT("ms")},
	{STR_INIT("checkperf.passed"), 1, false, STR_INIT("")},
	{STR_INIT("metrics.cpu_throttled_percent"), 25, true, STR_INIT("%")},
	{STR_INIT("cgroup.throttled_percent"), 25, true, STR_INIT("%")},
	{STR_INIT("disk.used_percent"), 95, true, STR_INIT("%")},
	{STR_INIT("disk.inodes_used_percent"), 95, true, STR_INIT("%")},
};

static void judge_facts(struct reason *reason)
{
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		struct finding_fact judged = {.fact = *fact, .threshold = NAN, .is_ok = true};
		for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
			if (str_equals(limits[i].id, fact->id) && !isnan(fact->value)) {
				judged.threshold = limits[i].threshold;
				judged.is_below = limits[i].is_below;
				judged.is_ok = limits[i].is_below
				                       ? fact->value < limits[i].threshold
				                       : fact->value >= limits[i].threshold;
			}
		}
		vec_push(&reason->findings->facts, judged);
	}
}

/* ---- latencies ---- */

static int compare_latency(const void *a, const void *b)
{
	const struct latency *left = a, *right = b;
	if (left->max_ns != right->max_ns) {
		return left->max_ns > right->max_ns ? -1 : 1;
	}
	int order = str_compare(left->kind, right->kind);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

static void sum_latencies(struct reason *reason)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->took.count == 0 || !episode->kind->is_harm) {
			continue;
		}
		struct str instance = episode_instance(reason, episode);
		bool is_known = false;
		vec_foreach (struct latency, known, &reason->findings->latency) {
			is_known |= str_equals(known->kind, episode->kind->id) &&
			            str_equals(known->instance, instance);
		}
		if (is_known) {
			continue;
		}
		struct histogram all = {0};
		vec_foreach (struct episode, other, &reason->digest->episodes) {
			if (other->kind == episode->kind &&
			    str_equals(episode_instance(reason, other), instance)) {
				histogram_merge(&all, &other->took);
			}
		}
		vec_push(&reason->findings->latency,
		         (struct latency){.what = episode->kind->title,
		                          .kind = episode->kind->id,
		                          .instance = instance,
		                          .count = all.count,
		                          .p50_ns = histogram_quantile(&all, 0.5),
		                          .p99_ns = histogram_quantile(&all, 0.99),
		                          .max_ns = all.max_ns});
		histogram_finish(&all);
	}
	if (reason->findings->latency.count > 0) {
		qsort(reason->findings->latency.items, reason->findings->latency.count,
		      sizeof(struct latency), compare_latency);
	}
}

void reason_coverage(struct reason *reason)
{
	judge_facts(reason);
	sum_latencies(reason);
	reason_missing(reason);
}
