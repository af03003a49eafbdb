/* SPDX-License-Identifier: Apache-2.0 */
/* What the inputs cover and what is missing; latencies; facts against thresholds. */
#include "cause/reason.h"

#include "base/vec.h"

#include <math.h>
#include <stdlib.h>

/* Thresholds: etcd's documentation (hardware, tuning, FAQ) and its metrics page. */
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
        {STR_INIT("metrics.etcd.commit_p99_ms"), 25, true, STR_INIT("ms")},
};

static void judge_facts(struct reason *reason)
{
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		struct finding_fact judged = {.fact = *fact, .threshold = NAN, .is_ok = true};
		for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
			if (str_equals(limits[i].id, fact->id) && !isnan(fact->value)) {
				judged.threshold = limits[i].threshold;
				judged.is_below = limits[i].is_below;
				judged.is_ok = limits[i].is_below ? fact->value < limits[i].threshold
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
			is_known |= str_equals(known->kind, episode->kind->id) && str_equals(known->instance, instance);
		}
		if (is_known) {
			continue;
		}
		struct histogram all = {0};
		vec_foreach (struct episode, other, &reason->digest->episodes) {
			if (other->kind == episode->kind && str_equals(episode_instance(reason, other), instance)) {
				histogram_merge(&all, &other->took);
			}
		}
		vec_push(&reason->findings->latency, (struct latency){.what = episode->kind->title,
		                                                      .kind = episode->kind->id,
		                                                      .instance = instance,
		                                                      .count = all.count,
		                                                      .p50_ns = histogram_quantile(&all, 0.5),
		                                                      .p99_ns = histogram_quantile(&all, 0.99),
		                                                      .max_ns = all.max_ns});
		histogram_finish(&all);
	}
	if (reason->findings->latency.count > 0) {
		qsort(reason->findings->latency.items, reason->findings->latency.count, sizeof(struct latency), compare_latency);
	}
}

/* ---- what is missing ---- */

static void missing_add(struct reason *reason, const char *const what[2], const char *const why[2], const char *const how[2])
{
	struct missing missing = {
	        .what = {.in = {[TEXT_EN] = str_from(what[0]), [TEXT_ZH] = str_from(what[1])}},
	        .why = {.in = {[TEXT_EN] = str_from(why[0]), [TEXT_ZH] = str_from(why[1])}},
	        .how = {.in = {[TEXT_EN] = str_from(how[0]), [TEXT_ZH] = str_from(how[1])}},
	};
	vec_push(&reason->findings->missing, missing);
}

static void miss_logs(struct reason *reason)
{
	if (!reason->has_etcd) {
		missing_add(reason, (const char *[]){"etcd's log", "etcd 的日志"},
		            (const char *[]){"only etcd's own lines tell a slow disk from a starved process or a lost connection",
		                             "只有 etcd 自己的日志才能区分磁盘慢、进程得不到运行和连接中断"},
		            (const char *[]){"docker logs -t milvus-etcd > etcd.log 2>&1 (Kubernetes: kubectl logs --timestamps "
		                             "POD, and again with --previous)",
		                             "docker logs -t milvus-etcd > etcd.log 2>&1(Kubernetes:kubectl logs --timestamps "
		                             "POD,再加 --previous 取一次)"});
	}
	if (!reason->has_milvus) {
		missing_add(reason, (const char *[]){"Milvus's log", "Milvus 的日志"},
		            (const char *[]){"it shows whether and when Milvus stopped, and which session was lost",
		                             "它能说明 Milvus 是否停止、何时停止以及哪个会话丢失"},
		            (const char *[]){"docker logs -t milvus-standalone > milvus.log 2>&1",
		                             "docker logs -t milvus-standalone > milvus.log 2>&1"});
	}
}

static void miss_empty(struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->input_count; i++) {
		const struct source *source = &reason->digest->inputs[i];
		if (source->bytes != 0) {
			continue;
		}
		struct text_both what = both_printf(reason->keep, STR_FMT " is empty", STR_FMT " 是空的", STR_ARG(source->path));
		struct missing missing = {
		        .what = what,
		        .why = both_printf(reason->keep, "etcd and Go panics write to stderr: `docker logs` without `2>&1` loses it",
		                           "etcd 和 Go panic 写到 stderr:`docker logs` 不带 `2>&1` 会丢失它们"),
		        .how = both_printf(reason->keep, "collect it again with `docker logs -t NAME > FILE 2>&1`",
		                           "用 `docker logs -t NAME > FILE 2>&1` 重新收集"),
		};
		vec_push(&reason->findings->missing, missing);
	}
}

/* A log that does not reach the stop, or begins behind it. */
static void miss_times(struct reason *reason)
{
	const struct stop *stop = reason->stop;
	if (stop == NULL || stop->time_ns == TIME_NONE) {
		return;
	}
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		bool is_etcd = str_equals(source->component, STR("etcd"));
		if (source->first_ns == TIME_NONE || !is_etcd) {
			continue;
		}
		if (source->first_ns > stop->time_ns) {
			int64_t late = source->first_ns - stop->time_ns;
			struct str text = duration_format(reason->keep, late);
			struct missing missing = {
			        .what = both_printf(reason->keep, STR_FMT " starts " STR_FMT " after the stop",
			                            STR_FMT " 在停止之后 " STR_FMT " 才开始", STR_ARG(source->path), STR_ARG(text)),
			        .why = both_printf(reason->keep, "what led to the stop was printed by the run before",
			                           "导致停止的日志在上一次运行中"),
			        .how = both_printf(reason->keep, "collect the previous container's log: kubectl logs --previous POD",
			                           "收集上一个容器的日志:kubectl logs --previous POD"),
			};
			vec_push(&reason->findings->missing, missing);
		} else if (source->last_ns < stop->time_ns - reason->ttl_ns) {
			struct missing missing = {
			        .what = both_printf(reason->keep, STR_FMT " ends before the stop", STR_FMT " 在停止之前就结束了",
			                            STR_ARG(source->path)),
			        .why = both_printf(reason->keep, "etcd's lines of the time in question are not there",
			                           "缺少关键时间段内 etcd 的日志"),
			        .how = both_printf(reason->keep, "collect etcd's log over the whole time of the stop",
			                           "收集覆盖停止时间的 etcd 日志"),
			};
			vec_push(&reason->findings->missing, missing);
		}
	}
}

static void miss_level(struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->by_program[FORMAT_ETCD] > 20 && source->by_level[FORMAT_INFO] == 0 && !reason->is_excerpt) {
			missing_add(reason, (const char *[]){"etcd's info lines", "etcd 的 info 级日志"},
			            (const char *[]){"elections, traces and settings are printed at info level only",
			                             "选举、trace 和配置只在 info 级别输出"},
			            (const char *[]){"run etcd with --log-level=info", "以 --log-level=info 运行 etcd"});
			return;
		}
	}
}

void reason_coverage(struct reason *reason)
{
	judge_facts(reason);
	sum_latencies(reason);
	miss_empty(reason);
	miss_logs(reason);
	if (reason->findings->verdict.cause.len > 0) {
		miss_times(reason);
		miss_level(reason);
	}
}
