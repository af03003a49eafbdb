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
	BEGIN_MARGIN_S = 60, /* so shortly before a stop a log does not show what led to it */
};

/* Why something matters, and how to get it. */
struct remedy {
	struct text_both why, how;
};

static void add(struct reason *reason, struct text_both what, const struct remedy *remedy)
{
	vec_push(&reason->findings->missing, (struct missing){what, remedy->why, remedy->how});
}

/* en: with one %.*s for the path. */
static void add_path(struct reason *reason, const char *en, struct str path,
                     const struct remedy *remedy)
{
	add(reason, both_printf(reason->keep, en, STR_ARG(path)), remedy);
}

/* ---- whole logs ---- */

static void miss_logs(struct reason *reason)
{
	static const struct text_both etcd_log = TEXT_BOTH("etcd's log");
	static const struct text_both milvus_log = TEXT_BOTH("Milvus's log");
	static const struct remedy etcd = {
		TEXT_BOTH("only etcd's own lines tell a slow disk from a starved process or a lost "
	                  "connection"),
		TEXT_BOTH("docker logs -t milvus-etcd > etcd.log 2>&1 (Kubernetes: kubectl logs "
	                  "--timestamps POD, and again with --previous)")};
	static const struct remedy milvus = {
		TEXT_BOTH("it shows whether and when Milvus stopped, and which session was lost"),
		TEXT_BOTH("docker logs -t milvus-standalone > milvus.log 2>&1")};
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
		TEXT_BOTH("one member's log shows what it saw of the others, not why they were "
	                  "slow or gone"),
		TEXT_BOTH("collect the log of every etcd member over the time of the stop")};
	unsigned missing = reason_missing_members(reason);
	if (missing > 0) {
		add(reason,
		    both_printf(reason->keep, "logs of %u of the %u etcd members", missing,
		                reason_member_count(reason, reason->focus)),
		    &remedy);
	}
}

/* An etcd whose lines were not looked at is named, so that who knows better can say so. */
static void miss_foreign(struct reason *reason)
{
	static const struct text_both others = TEXT_BOTH(
		"whatever befell it is not what is explained here: Milvus used another etcd");
	static const struct text_both other_than = TEXT_BOTH(
		"whatever befell it is not what is explained here: Milvus's own etcd still "
		"answered after this one had ended");
	static const struct text_both kubernetes = TEXT_BOTH(
		"whatever befell it is not what is explained here: it is the etcd of Kubernetes");
	static const struct text_both own =
		TEXT_BOTH("hand over the log of the etcd that Milvus uses");
	static const struct text_both how = TEXT_BOTH(
		"if Milvus did use this one, hand over the logs of these two alone, with what etcd "
		"printed after its next start");
	vec_foreach (struct process, process, &reason->processes) {
		bool is_foreign = str_equals(process->component, STR("etcd")) &&
		                  reason->focus > 0 && process->cluster > 0 &&
		                  process->cluster != reason->focus;
		if (is_foreign) {
			struct remedy remedy = {reason->has_etcd ? others : other_than, how};
			if (process->is_of_kubernetes) {
				remedy = (struct remedy){kubernetes, own};
			}
			add_path(
				reason,
				"whether %.*s is Milvus's etcd; it was taken for another service's",
				process->instance, &remedy);
		}
	}
}

/* A single etcd that is paused prints nothing, then or later: its log alone cannot call itself
 * healthy. */
static void miss_pauses(struct reason *reason)
{
	static const struct text_both what = TEXT_BOTH("whether etcd got to run all the time");
	static const struct remedy remedy = {TEXT_BOTH("an etcd of one member prints nothing of a "
	                                               "pause, neither during it nor afterwards"),
	                                     TEXT_BOTH("collect Milvus's log of the same time, and "
	                                               "the host's CPU and steal time")};
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
		TEXT_BOTH("etcd and Go panics write to stderr: `docker logs` without `2>&1` loses "
	                  "it"),
		TEXT_BOTH("collect it again with `docker logs -t NAME > FILE 2>&1`")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		if (input->bytes == 0 && !input->is_previous) {
			add_path(reason, "%.*s is empty", input->path, &remedy);
			count++;
		}
	}
}

/* Instead of a log the file holds what kubectl or docker had to complain of. */
static void miss_complaints(struct reason *reason)
{
	static const struct remedy remedy = {
		TEXT_BOTH("the collecting tool did not get the log"),
		TEXT_BOTH("read the file; collect that log again, from the node (/var/log/pods) if "
	                  "the API no longer has it")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		bool is_complaint = str_equals(input->formats, STR("tool")) && input->dated == 0 &&
		                    input->recognised == 0 && input->container.len == 0 &&
		                    !input->is_previous;
		if (is_complaint && input->records <= COMPLAINT_RECORDS_MAX) {
			add_path(reason, "%.*s holds an error message, no log", input->path,
			         &remedy);
			count++;
		}
	}
}

static void miss_linked(struct reason *reason)
{
	static const struct remedy remedy = {
		TEXT_BOTH("links were collected without the files that they lead to"),
		TEXT_BOTH("collect /var/log/pods, or pack with `tar -h`, which follows links")};
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
		    both_printf(reason->keep, "what %zu links lead to, such as %.*s", count,
		                STR_ARG(first->path)),
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
		TEXT_BOTH("kubectl gives only the last 10 lines of each container when pods are "
	                  "selected by a label"),
		TEXT_BOTH("collect again with --tail=-1")};
	for (size_t i = 0; i < reason->digest->input_count;) {
		const struct source *input = &reason->digest->inputs[i];
		if (is_tail(reason->digest, i, &i)) {
			add_path(reason, "%.*s holds 10 lines of each container", input->path,
			         &remedy);
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
		TEXT_BOTH("what led to the stop was printed by the run before"),
		TEXT_BOTH("collect the previous container's log: kubectl logs --previous POD")};
	struct str late = duration_format(reason->keep, source->first_ns - stop_ns);
	add(reason,
	    both_printf(reason->keep, "%.*s starts %.*s after the stop", STR_ARG(source->path),
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

/* Numbers of lines at which viewers of log stores and --tail stop. A table has a head. */
static bool is_limit(uint64_t lines, bool is_table)
{
	static const uint64_t limits[] = {500, 1000, 2000, 5000, 10000};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (lines == limits[i] + (is_table ? 1 : 0)) {
			return true;
		}
	}
	return false;
}

/* An input of just so many lines that does not begin with a start. */
static void miss_limits(struct reason *reason)
{
	static const struct remedy remedy = {
		TEXT_BOTH("log viewers and --tail end at such a number"),
		TEXT_BOTH("collect it again without a limit: kubectl logs --tail=-1, docker logs "
	                  "without --tail, logcli --limit=0, a shorter time in Grafana or Kibana")};
	const struct digest *digest = reason->digest;
	unsigned count = 0;
	for (size_t i = 0, next; i < digest->input_count && count < SAME_MAX; i = next) {
		const struct source *first = &digest->inputs[i];
		uint64_t lines = 0;
		bool begins = false;
		for (next = i; next < digest->input_count &&
		               str_equals(digest->inputs[next].path, first->path);
		     next++) {
			lines += digest->inputs[next].lines;
			begins |= has_start(reason, &digest->inputs[next]);
		}
		bool is_table = str_starts(first->wrappers, STR("csv"));
		if (!begins && is_limit(lines, is_table)) {
			add(reason,
			    both_printf(reason->keep,
			                "what %.*s left out: it holds exactly %llu lines",
			                STR_ARG(first->path),
			                (unsigned long long)lines - (is_table ? 1 : 0)),
			    &remedy);
			count++;
		}
	}
}

static void miss_begin(struct reason *reason, const struct source *source, int64_t stop_ns)
{
	static const struct remedy remedy = {
		TEXT_BOTH("it begins in the middle of a run, and what led to the stop may have "
	                  "come before: logs are rotated away, kubectl gives only the newest file"),
		TEXT_BOTH("collect the rotated files: /var/log/pods/*/*/*.log* on the node, or "
	                  "docker's *-json.log.*")};
	struct str early = duration_format(reason->keep, stop_ns - source->first_ns);
	add(reason,
	    both_printf(reason->keep, "%.*s begins only %.*s before the stop",
	                STR_ARG(source->path), STR_ARG(early)),
	    &remedy);
}

static void miss_end(struct reason *reason, const struct source *source)
{
	static const struct remedy remedy = {
		TEXT_BOTH("etcd's lines of the time in question are not there"),
		TEXT_BOTH("collect etcd's log over the whole time of the stop")};
	add_path(reason, "%.*s ends before the stop", source->path, &remedy);
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
	static const struct text_both what = TEXT_BOTH("the log of the run before a restart");
	static const struct remedy remedy = {
		TEXT_BOTH("a pod was restarted; why, only the run before can tell"),
		TEXT_BOTH("kubectl logs --previous POD; or /var/log/pods on the node")};
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
	static const struct text_both whats[] = {TEXT_BOTH("etcd's info lines"),
	                                         TEXT_BOTH("Milvus's info lines")};
	static const struct remedy remedies[] = {
		{TEXT_BOTH("elections, traces and settings are printed at info level only"),
	         TEXT_BOTH("run etcd with --log-level=info")},
		{TEXT_BOTH("starts, sessions and orderly ends are printed at info level only"),
	         TEXT_BOTH("set log.level: info in milvus.yaml")}};
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
	static const struct text_both what = TEXT_BOTH("what Milvus wrote to stderr");
	static const struct remedy remedy = {
		TEXT_BOTH("panics and native crashes are not written to Milvus's log file, only to "
	                  "stderr"),
		TEXT_BOTH("docker logs -t NAME > milvus.log 2>&1, or kubectl logs --previous POD")};
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
		TEXT_BOTH("most of its records have no time: what came first cannot be told"),
		TEXT_BOTH("collect it with stamps: docker logs -t, kubectl logs --timestamps")};
	unsigned count = 0;
	for (size_t i = 0; i < reason->digest->input_count && count < SAME_MAX; i++) {
		const struct source *input = &reason->digest->inputs[i];
		bool is_service = is_of(input, "etcd") || is_of(input, "milvus");
		if (is_service && input->records >= LEVEL_RECORDS_MIN &&
		    input->dated * 2 < input->records) {
			add_path(reason, "the times of %.*s", input->path, &remedy);
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
	miss_limits(reason);
	miss_stamps(reason);
	miss_logs(reason);
	miss_foreign(reason);
	miss_pauses(reason);
	if (reason->findings->verdict.cause.len > 0) {
		miss_members(reason);
		miss_times(reason);
		miss_previous(reason);
		miss_stderr(reason);
		miss_levels(reason);
	}
}
