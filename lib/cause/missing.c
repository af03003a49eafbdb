/* SPDX-License-Identifier: Apache-2.0 */
/* What was not handed over, or was cut off, why that matters, and how to get it. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	SAME_MAX = 5,      /* of one kind; a bundle may lack the same thing a hundred times */
	TAIL_DEFAULT = 10, /* lines that kubectl gives of each container when pods are selected by a
	                      label */
	LEVEL_RECORDS_MIN = 20, /* below it a log may have no info lines by chance */
	COMPLAINT_RECORDS_MAX = 5,
	BEGIN_MARGIN_S =
		60, /* a log that begins so shortly before a stop does not show what led to it */
};

#define LITERAL(en, zh)                                                                            \
	{                                                                                          \
		.in = { [TEXT_EN] = STR_INIT(en), [TEXT_ZH] = STR_INIT(zh) }                       \
	}

/* Why something matters, and how to get it. */
struct remedy {
	struct text_both why, how;
};

static void add(struct reason *reason, struct text_both what, const struct remedy *remedy)
{
	vec_push(&reason->findings->missing, (struct missing){what, remedy->why, remedy->how});
}

/* what: with one %s-like STR_FMT for the path. */
static void add_path(struct reason *reason, const char *en, const char *zh, struct str path,
                     const struct remedy *remedy)
{
	add(reason, both_printf(reason->keep, en, zh, STR_ARG(path)), remedy);
}

/* ---- whole logs ---- */

static void miss_logs(struct reason *reason)
{
	static const struct text_both etcd_log = LITERAL("etcd's log", "etcd 的日志");
	static const struct text_both milvus_log = LITERAL("Milvus's log", "Milvus 的日志");
	static const struct remedy etcd = {
		LITERAL("only etcd's own lines tell a slow disk from a starved process or a lost "
	                "connection",
	                "只有 etcd 自己的日志才能区分磁盘慢、进程得不到运行和连接中断"),
		LITERAL("docker logs -t milvus-etcd > etcd.log 2>&1 (Kubernetes: kubectl logs "
	                "--timestamps POD, and again with "
	                "--previous)",
	                "docker logs -t milvus-etcd > etcd.log 2>&1(Kubernetes:kubectl logs "
	                "--timestamps POD,再加 --previous "
	                "取一次)")};
	static const struct remedy milvus = {
		LITERAL("it shows whether and when Milvus stopped, and which session was lost",
	                "它能说明 Milvus 是否停止、何时停止以及哪个会话丢失"),
		LITERAL("docker logs -t milvus-standalone > milvus.log 2>&1",
	                "docker logs -t milvus-standalone > milvus.log 2>&1")};
	if (!reason->has_etcd) {
		add(reason, etcd_log, &etcd);
	}
	if (!reason->has_milvus) {
		add(reason, milvus_log, &milvus);
	}
}

/* A cluster of three is told of by three logs. */
static void miss_members(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("one member's log shows what it saw of the others, not why they were slow "
	                "or gone",
	                "一个成员的日志只能说明它看到的情况,不能说明其他成员为何变慢或消失"),
		LITERAL("collect the log of every etcd member over the time of the stop",
	                "收集每个 etcd 成员覆盖停止时间的日志")};
	unsigned logs = 0, members = reason_member_count(reason, reason->focus);
	vec_foreach (struct process, process, &reason->processes) {
		bool is_of_cluster = reason->focus == 0 || process->cluster == reason->focus;
		logs += str_equals(process->component, STR("etcd")) && is_of_cluster ? 1 : 0;
	}
	if (logs > 0 && logs < members && members > 1) {
		add(reason,
		    both_printf(reason->keep, "logs of %u of the %u etcd members",
		                "%2$u 个 etcd 成员中 %1$u 个的日志", members - logs, members),
		    &remedy);
	}
}

/* A single etcd that is paused prints nothing, then or later: its log alone cannot call itself
 * healthy. */
static void miss_pauses(struct reason *reason)
{
	static const struct text_both what =
		LITERAL("whether etcd got to run all the time", "etcd 是否一直得到运行");
	static const struct remedy remedy = {
		LITERAL("an etcd of one member prints nothing of a pause, neither during it nor "
	                "afterwards",
	                "单成员 etcd 被暂停时和恢复后都不会输出任何日志"),
		LITERAL("collect Milvus's log of the same time, and the host's CPU and steal time",
	                "收集同一时间段 Milvus 的日志以及主机的 CPU 和 steal 时间")};
	if (reason->has_etcd && !reason->has_milvus && !reason->is_excerpt &&
	    reason->findings->verdict.cause.len == 0 &&
	    reason_member_count(reason, reason->focus) < 2) {
		add(reason, what, &remedy);
	}
}

/* An empty log of a run before is nothing odd: collectors write one whether there was such a run or
 * not. */
static void miss_empty(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("etcd and Go panics write to stderr: `docker logs` without `2>&1` loses it",
	                "etcd 和 Go panic 写到 stderr:`docker logs` 不带 `2>&1` 会丢失它们"),
		LITERAL("collect it again with `docker logs -t NAME > FILE 2>&1`",
	                "用 `docker logs -t NAME > FILE 2>&1` 重新收集")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		if (input->bytes == 0 && !input->is_previous) {
			add_path(reason, STR_FMT " is empty", STR_FMT " 是空的", input->path,
			         &remedy);
			count++;
		}
	}
}

/* Instead of a log the file holds what kubectl or docker had to complain of. */
static void miss_complaints(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("the collecting tool did not get the log", "收集工具没有取到日志"),
		LITERAL("read the file; collect that log again, from the node (/var/log/pods) if "
	                "the API no longer has it",
	                "查看该文件;重新收集,若 API 已取不到,则从节点的 /var/log/pods 收集")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		bool is_complaint = str_equals(input->formats, STR("tool")) && input->dated == 0 &&
		                    input->recognised == 0 && input->container.len == 0 &&
		                    !input->is_previous;
		if (is_complaint && input->records <= COMPLAINT_RECORDS_MAX) {
			add_path(reason, STR_FMT " holds an error message, no log",
			         STR_FMT " 里只有报错,没有日志", input->path, &remedy);
			count++;
		}
	}
}

static void miss_linked(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("links were collected without the files that they lead to",
	                "只收集了链接,没有收集它指向的文件"),
		LITERAL("collect /var/log/pods, or pack with `tar -h`, which follows links",
	                "收集 /var/log/pods,或用 `tar -h` 打包")};
	static const struct str broken[] = {STR_INIT("skipped: a link to nothing"),
	                                    STR_INIT("skipped: a symbolic link"),
	                                    STR_INIT("skipped: a link")};
	const struct document *first = NULL;
	size_t count = 0;
	for (size_t i = 0; i < reason->digest->document_count; i++) {
		const struct document *document = &reason->digest->documents[i];
		for (size_t j = 0; j < sizeof(broken) / sizeof(broken[0]); j++) {
			if (str_equals(document->what, broken[j])) {
				first = first != NULL ? first : document;
				count++;
				break;
			}
		}
	}
	if (count > 0) {
		add(reason,
		    both_printf(reason->keep, "what %zu links lead to, such as " STR_FMT,
		                "%zu 个链接所指的文件,例如 " STR_FMT, count, STR_ARG(first->path)),
		    &remedy);
	}
}

/* ---- parts of logs ---- */

/* Several containers in one input, none with more lines than kubectl gives of itself. */
static bool is_tail(const struct digest *digest, size_t first, size_t *next)
{
	const struct source *inputs = digest->inputs;
	size_t full = 0, i = first;
	bool is_short = true;
	for (; i < digest->input_count && str_equals(inputs[i].path, inputs[first].path); i++) {
		is_short &= inputs[i].container.len > 0 && inputs[i].lines <= TAIL_DEFAULT;
		full += inputs[i].lines == TAIL_DEFAULT;
	}
	*next = i;
	return is_short && i - first >= 2 && full * 2 > i - first;
}

static void miss_tails(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("kubectl gives only the last 10 lines of each container when pods are "
	                "selected by a label",
	                "按标签选择 pod 时,kubectl 默认每个容器只取最后 10 行"),
		LITERAL("collect again with --tail=-1", "加 --tail=-1 重新收集")};
	for (size_t i = 0; i < reason->digest->input_count;) {
		const struct source *input = &reason->digest->inputs[i];
		if (is_tail(reason->digest, i, &i)) {
			add_path(reason, STR_FMT " holds 10 lines of each container",
			         STR_FMT " 中每个容器只有 10 行", input->path, &remedy);
		}
	}
}

static bool is_of(const struct source *source, const char *component)
{
	return str_equals(source->component, str_from(component));
}

static void miss_after(struct reason *reason, const struct source *source, int64_t stop_ns)
{
	static const struct remedy remedy = {
		LITERAL("what led to the stop was printed by the run before",
	                "导致停止的日志在上一次运行中"),
		LITERAL("collect the previous container's log: kubectl logs --previous POD",
	                "收集上一个容器的日志:kubectl logs --previous POD")};
	struct str late = duration_format(reason->keep, source->first_ns - stop_ns);
	add(reason,
	    both_printf(reason->keep, STR_FMT " starts " STR_FMT " after the stop",
	                STR_FMT " 在停止之后 " STR_FMT " 才开始", STR_ARG(source->path),
	                STR_ARG(late)),
	    &remedy);
}

/* Whether one of its runs was seen to begin. */
static bool has_start(const struct reason *reason, const struct source *source)
{
	vec_foreach (const struct run, run, &reason->findings->runs) {
		if (str_equals(run->instance, source->instance) &&
		    str_equals(run->component, source->component) && run->start_ns != TIME_NONE) {
			return true;
		}
	}
	return false;
}

static void miss_begin(struct reason *reason, const struct source *source, int64_t stop_ns)
{
	static const struct remedy remedy = {
		LITERAL("it begins in the middle of a run, and what led to the stop may have come "
	                "before: logs are rotated away, "
	                "kubectl gives only the newest file",
	                "日志从运行中途开始,导致停止的原因可能在此之前:日志已被轮转,kubectl "
	                "只给出最新的文件"),
		LITERAL("collect the rotated files: /var/log/pods/*/*/*.log* on the node, or "
	                "docker's *-json.log.*",
	                "收集轮转的文件:节点上的 /var/log/pods/*/*/*.log*,或 docker 的 "
	                "*-json.log.*")};
	struct str early = duration_format(reason->keep, stop_ns - source->first_ns);
	add(reason,
	    both_printf(reason->keep, STR_FMT " begins only " STR_FMT " before the stop",
	                STR_FMT " 在停止前 " STR_FMT " 才开始", STR_ARG(source->path),
	                STR_ARG(early)),
	    &remedy);
}

static void miss_end(struct reason *reason, const struct source *source)
{
	static const struct remedy remedy = {
		LITERAL("etcd's lines of the time in question are not there",
	                "缺少关键时间段内 etcd 的日志"),
		LITERAL("collect etcd's log over the whole time of the stop",
	                "收集覆盖停止时间的 etcd 日志")};
	add_path(reason, STR_FMT " ends before the stop", STR_FMT " 在停止之前就结束了",
	         source->path, &remedy);
}

/* A log that does not reach the stop, begins behind it or shortly before it. */
static void miss_times(struct reason *reason)
{
	const struct stop *stop = reason->stop;
	unsigned count = 0;
	if (stop == NULL || stop->time_ns == TIME_NONE) {
		return;
	}
	for (size_t i = 0; i < reason->digest->source_count && count < SAME_MAX; i++) {
		const struct source *source = &reason->digest->sources[i];
		bool is_asked_for =
			is_of(source, "etcd") ||
			(is_of(source, "milvus") && str_equals(source->instance, stop->instance));
		if (source->first_ns == TIME_NONE || !is_asked_for) {
			continue;
		}
		size_t before = reason->findings->missing.count;
		int64_t lead_ns = stop->time_ns - source->first_ns;
		if (lead_ns < 0) {
			miss_after(reason, source, stop->time_ns);
		} else if (lead_ns < BEGIN_MARGIN_S * NS_PER_SEC && !has_start(reason, source) &&
		           !reason->is_excerpt) {
			miss_begin(reason, source, stop->time_ns);
		} else if (is_of(source, "etcd") &&
		           source->last_ns < stop->time_ns - reason->ttl_ns) {
			miss_end(reason, source);
		}
		count += reason->findings->missing.count > before ? 1 : 0;
	}
}

/* Pods were restarted, and no log of a run before is there. */
static void miss_previous(struct reason *reason)
{
	static const struct text_both what =
		LITERAL("the log of the run before a restart", "重启之前那次运行的日志");
	static const struct remedy remedy = {
		LITERAL("a pod was restarted; why, only the run before can tell",
	                "pod 曾重启;原因只在上一次运行的日志里"),
		LITERAL("kubectl logs --previous POD; or /var/log/pods on the node",
	                "kubectl logs --previous POD;或节点上的 /var/log/pods")};
	bool is_restarted = false, has_previous = false;
	vec_foreach (const struct fact, fact, &reason->digest->facts) {
		is_restarted |= str_ends(fact->id, STR(".restarts")) && fact->value > 0;
	}
	for (size_t i = 0; i < reason->digest->input_count; i++) {
		has_previous |= reason->digest->inputs[i].is_previous &&
		                reason->digest->inputs[i].dated > 0;
	}
	vec_foreach (const struct run, run, &reason->findings->runs) {
		has_previous |= run->end_ns != TIME_NONE;
	}
	if (is_restarted && !has_previous) {
		add(reason, what, &remedy);
	}
}

/* ---- what a log leaves out ---- */

static void miss_level(struct reason *reason, const struct source *source)
{
	static const struct text_both whats[] = {
		LITERAL("etcd's info lines", "etcd 的 info 级日志"),
		LITERAL("Milvus's info lines", "Milvus 的 info 级日志")};
	static const struct remedy remedies[] = {
		{LITERAL("elections, traces and settings are printed at info level only",
	                 "选举、trace 和配置只在 info 级别输出"),
	         LITERAL("run etcd with --log-level=info", "以 --log-level=info 运行 etcd")},
		{LITERAL("starts, sessions and orderly ends are printed at info level only",
	                 "启动、会话和正常退出只在 info 级别输出"),
	         LITERAL("set log.level: info in milvus.yaml",
	                 "在 milvus.yaml 中设置 log.level: info")}};
	bool is_etcd = source->by_program[FORMAT_ETCD] > LEVEL_RECORDS_MIN;
	bool is_milvus = source->by_program[FORMAT_MILVUS] > LEVEL_RECORDS_MIN;
	if (source->by_level[FORMAT_INFO] == 0 && source->by_level[FORMAT_DEBUG] == 0 &&
	    (is_etcd || is_milvus)) {
		add(reason, whats[is_etcd ? 0 : 1], &remedies[is_etcd ? 0 : 1]);
	}
}

static void miss_levels(struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count && !reason->is_excerpt; i++) {
		size_t before = reason->findings->missing.count;
		miss_level(reason, &reason->digest->sources[i]);
		if (reason->findings->missing.count > before) {
			return;
		}
	}
}

/* Milvus's own file ends without a word: a panic is only in the container's log. */
static void miss_stderr(struct reason *reason)
{
	static const struct text_both what =
		LITERAL("what Milvus wrote to stderr", "Milvus 写到 stderr 的内容");
	static const struct remedy remedy = {
		LITERAL("panics and native crashes are not written to Milvus's log file, only to "
	                "stderr",
	                "panic 和原生崩溃不会写入 Milvus 的日志文件,只写到 stderr"),
		LITERAL("docker logs -t NAME > milvus.log 2>&1, or kubectl logs --previous POD",
	                "docker logs -t NAME > milvus.log 2>&1,或 kubectl logs --previous POD")};
	const struct stop *stop = reason->stop;
	if (stop == NULL || stop->how != STOP_ABRUPT ||
	    !str_equals(stop->component, STR("milvus"))) {
		return;
	}
	for (size_t i = 0; i < reason->digest->input_count; i++) {
		const struct source *input = &reason->digest->inputs[i];
		bool is_file = str_equals(input->formats, STR("milvus-text")) ||
		               str_equals(input->formats, STR("milvus-json"));
		if (str_equals(input->instance, stop->instance) &&
		    (!is_file || input->wrappers.len > 0)) {
			return;
		}
	}
	add(reason, what, &remedy);
}

static void miss_stamps(struct reason *reason)
{
	static const struct remedy remedy = {
		LITERAL("most of its records have no time: what came first cannot be told",
	                "大部分记录没有时间:无法判断先后"),
		LITERAL("collect it with stamps: docker logs -t, kubectl logs --timestamps",
	                "带时间戳收集:docker logs -t,kubectl logs --timestamps")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		bool is_service = is_of(input, "etcd") || is_of(input, "milvus");
		if (is_service && input->records >= LEVEL_RECORDS_MIN &&
		    input->dated * 2 < input->records) {
			add_path(reason, "the times of " STR_FMT, STR_FMT " 的时间", input->path,
			         &remedy);
			count++;
		}
	}
}

void reason_missing(struct reason *reason)
{
	miss_empty(reason);
	miss_complaints(reason);
	miss_linked(reason);
	miss_tails(reason);
	miss_stamps(reason);
	miss_logs(reason);
	miss_pauses(reason);
	if (reason->findings->verdict.cause.len > 0) {
		miss_members(reason);
		miss_times(reason);
		miss_previous(reason);
		miss_stderr(reason);
		miss_levels(reason);
	}
}
