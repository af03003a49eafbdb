/* SPDX-License-Identifier: Apache-2.0 */
/* Processes, their runs and how they ended. */
#include "base/vec.h"
#include "cause/layout.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	STOP_JOIN_S = 90,       /* last words of one end */
	START_LINES = 200,      /* lines of one start stand so close together ... */
	START_AGAIN_LINES = 12, /* ... and those of one kind so close */
	START_S = 15,
	START_LONG_S =
		3600 /* a start may take minutes, as for a large database, but not that long */
};

struct ending {
	struct str kind;
	enum stop_how how;
	int exit_code; /* -1: not known from this line */
};

/* Order: the first that fits wins. */
static const struct ending endings[] = {
	{STR_INIT("milvus.exit.disconnected"), STOP_SESSION_LOST, 1},
	{STR_INIT("milvus.session.lost"), STOP_SESSION_LOST, -1},
	{STR_INIT("milvus.exit.signal"), STOP_ASKED, -1},
	{STR_INIT("milvus.exit.triggered"), STOP_ASKED, -1},
	{STR_INIT("milvus.exit.stop_timeout"), STOP_ASKED, 1},
	{STR_INIT("milvus.exit.graceful"), STOP_CLEAN, 0},
	{STR_INIT("milvus.exit.cleanup_done"), STOP_CLEAN, 0},
	{STR_INIT("milvus.exit.watch_closed"), STOP_FATAL, -1},
	{STR_INIT("milvus.exit.subprocess_killed"), STOP_KILLED, 137},
	{STR_INIT("milvus.exit.subprocess"), STOP_ABRUPT, -1},
	{STR_INIT("milvus.panic.*"), STOP_PANIC, 2},
	{STR_INIT("milvus.native.*"), STOP_NATIVE, 134},
	{STR_INIT("milvus.oom.go"), STOP_FATAL, 2},
	{STR_INIT("milvus.fatal.*"), STOP_FATAL, 1},
	{STR_INIT("milvus.start.failed"), STOP_START_FAILED, -1},
	{STR_INIT("milvus.start.port_in_use"), STOP_START_FAILED, -1},
	{STR_INIT("milvus.start.config_invalid"), STOP_START_FAILED, -1},
	{STR_INIT("etcd.stop.signal"), STOP_ASKED, -1},
	{STR_INIT("etcd.stop.closed"), STOP_CLEAN, 0},
	{STR_INIT("etcd.panic"), STOP_PANIC, 2},
	{STR_INIT("etcd.oom"), STOP_FATAL, 2},
	{STR_INIT("etcd.oom.cut"), STOP_FATAL, 2},
	{STR_INIT("etcd.discovery.failed"), STOP_START_FAILED, 1},
	{STR_INIT("etcd.start.port_in_use"), STOP_START_FAILED, 1},
	{STR_INIT("etcd.storage.failed"), STOP_FATAL, 1},
	{STR_INIT("host.docker.exited"), STOP_ABRUPT, -1},
	{STR_INIT("host.docker.oom"), STOP_KILLED, 137},
	{STR_INIT("host.k8s.oom_killed"), STOP_KILLED, 137},
	{STR_INIT("host.k8s.terminated"), STOP_ABRUPT, -1},
	{STR_INIT("host.k8s.evicted"), STOP_KILLED, -1},
	{STR_INIT("host.kernel.oom_kill"), STOP_KILLED, 137},
};

static const struct str starts[] = {
	STR_INIT("milvus.start.banner"),  STR_INIT("milvus.start.version"),
	STR_INIT("milvus.start.running"), STR_INIT("etcd.start.banner"),
	STR_INIT("etcd.start.restart"),   STR_INIT("etcd.start.fresh"),
};

/* Last words of an etcd whose level was lost, as in a journal. */
static const struct str last_words[] = {
	STR_INIT("etcd.corrupt.wal"),          STR_INIT("etcd.corrupt.db"),
	STR_INIT("etcd.corrupt.raftlog"),      STR_INIT("etcd.start.permission"),
	STR_INIT("etcd.start.config_invalid"), STR_INIT("etcd.start.bootstrapped"),
	STR_INIT("etcd.start.downgrade"),
};

/* A line that begins or ends a run. */
struct mark {
	const struct episode *episode;
	const struct event *event;
	int64_t time_ns;
	bool is_start;
	struct ending ending;
};

struct marks {
	struct mark *items;
	size_t count, capacity;
};

static bool is_start(const struct episode *episode)
{
	return str_is_any(episode->kind->id, starts, sizeof(starts) / sizeof(starts[0]));
}

/* Who an event is about; what etcd or Milvus say of something else, they say as themselves. */
static struct str speaker_of(const struct reason *reason, const struct episode *episode)
{
	struct str component = episode_component(episode);
	bool is_known = str_equals(component, STR("etcd")) ||
	                str_equals(component, STR("milvus")) || str_equals(component, STR("host"));
	return is_known ? component : reason->digest->sources[episode->source].component;
}

static bool is_last_word(const struct episode *episode, const struct event *event)
{
	return event->level == FORMAT_LEVEL_NONE &&
	       str_is_any(episode->kind->id, last_words,
	                  sizeof(last_words) / sizeof(last_words[0]));
}

/* How an event ends a run; false when it does not. */
static bool ending_of(const struct reason *reason, const struct episode *episode,
                      const struct event *event, struct ending *ending)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (episode_is(episode, endings[i].kind)) {
			*ending = endings[i];
			return true;
		}
	}
	struct str component = speaker_of(reason, episode);
	bool is_fatal = event->level == FORMAT_FATAL || is_last_word(episode, event);
	if (is_fatal &&
	    (str_equals(component, STR("etcd")) || str_equals(component, STR("milvus")))) {
		*ending = (struct ending){episode->kind->id, STOP_FATAL, 1};
		return true;
	}
	return false;
}

/* ---- processes ---- */

bool process_is_etcd(const struct process *process)
{
	return str_equals(process->component, STR("etcd"));
}

const struct process *process_find(const struct reason *reason, struct str component,
                                   struct str instance)
{
	vec_foreach (struct process, process, &reason->processes) {
		if (str_equals(process->component, component) &&
		    str_equals(process->instance, instance)) {
			return process;
		}
	}
	return NULL;
}

struct process *process_of(struct reason *reason, struct str component, struct str instance)
{
	const struct process *known = process_find(reason, component, instance);
	if (known != NULL) {
		return &reason->processes.items[known - reason->processes.items];
	}
	vec_push(&reason->processes, (struct process){.component = component,
	                                              .instance = instance,
	                                              .first_ns = TIME_NONE,
	                                              .last_ns = TIME_NONE,
	                                              .is_running_at_end = true});
	return vec_last(&reason->processes);
}

static void collect_processes(struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		bool is_both = str_equals(source->component, STR("milvus")) &&
		               source->by_program[FORMAT_ETCD] > 0;
		if (source->component.len == 0 || source->dated == 0) {
			continue;
		}
		for (int j = 0; j <= (is_both ? 1 : 0); j++) {
			struct process *process = process_of(
				reason, j == 0 ? source->component : STR("etcd"), source->instance);
			if (process->first_ns == TIME_NONE ||
			    source->first_ns < process->first_ns) {
				process->first_ns = source->first_ns;
			}
			if (process->last_ns == TIME_NONE || source->last_ns > process->last_ns) {
				process->last_ns = source->last_ns;
			}
		}
	}
}

/* The process that a container or pod runs: it bears its name, or is the only one of its kind. */
static struct process *process_of_name(struct reason *reason, struct str component, struct str name)
{
	struct process *only = NULL;
	size_t count = 0;
	vec_foreach (struct process, process, &reason->processes) {
		if (!str_equals(process->component, component)) {
			continue;
		}
		if (str_contains(process->instance, name) ||
		    str_contains(name, process->instance)) {
			return process;
		}
		only = process;
		count++;
	}
	bool is_it = count == 1 && only->first_ns != TIME_NONE;
	return is_it ? only : process_of(reason, component, name);
}

/* The process an ending belongs to: tools name it in a field, programs speak for themselves. */
static struct process *process_of_mark(struct reason *reason, const struct mark *mark)
{
	struct str component = speaker_of(reason, mark->episode);
	if (!str_equals(component, STR("host"))) {
		return process_of(reason, component, episode_instance(reason, mark->episode));
	}
	struct str name = event_field_text(mark->event, STR("name"));
	name = name.len > 0 ? name : event_field_text(mark->event, STR("pod"));
	if (episode_is(mark->episode, STR("host.kernel.*"))) {
		/* the kernel names threads too, and tools: only the programs themselves count */
		name = event_field_text(mark->event, STR("process"));
		bool is_program = str_equals(name, STR("milvus")) || str_equals(name, STR("etcd"));
		name = is_program ? name : STR("");
	}
	component = layout_component(name);
	bool is_ours = str_equals(component, STR("milvus")) || str_equals(component, STR("etcd"));
	return is_ours ? process_of_name(reason, component, name) : NULL;
}

/* ---- ends ---- */

static int exit_code_of(const struct event *event, int otherwise)
{
	const struct event_field *field = event_field(event, STR("code"));
	int64_t code;
	if (field != NULL && str_to_int64(field->text, &code) && code >= 0 && code < 256) {
		return (int)code;
	}
	return otherwise;
}

static enum stop_how how_of_exit(int code, enum stop_how otherwise)
{
	switch (code) {
	case 0:
		return STOP_CLEAN;
	case 1:
		return STOP_FATAL;
	case 2:
		return STOP_PANIC;
	case 80: /* Milvus: its session in etcd expired */
		return STOP_SESSION_LOST;
	case 137:
		return STOP_KILLED;
	case 132:
	case 134:
	case 135:
	case 136:
	case 139:
		return STOP_NATIVE;
	case 143:
		return STOP_ASKED;
	default:
		return otherwise;
	}
}

static struct stop *last_stop_of(struct reason *reason, const struct process *process)
{
	for (size_t i = reason->findings->stops.count; i > 0; i--) {
		struct stop *stop = &reason->findings->stops.items[i - 1];
		if (str_equals(stop->instance, process->instance) &&
		    str_equals(stop->component, process->component)) {
			return stop;
		}
	}
	return NULL;
}

static bool is_weak(enum stop_how how)
{
	return how == STOP_ABRUPT || how == STOP_CLEAN;
}

static void stop_add(struct reason *reason, struct process *process, const struct stop *fresh)
{
	vec_push(&reason->findings->stops, *fresh);
	struct stop *stop = vec_last(&reason->findings->stops);
	stop->component = process->component;
	stop->instance = process->instance;
}

/* Whether the kernel's words of an end of one process are among the evidence of a stop. */
static bool is_killed_by_kernel(const struct stop *stop, const struct event *event)
{
	struct str pid = event_field_text(event, STR("pid"));
	for (size_t i = 0; i < stop->evidence.count; i++) {
		const struct event *other = stop->evidence.items[i];
		if (str_starts(other->kind->id, STR("host.kernel.")) &&
		    str_equals(event_field_text(other, STR("pid")), pid)) {
			return true;
		}
	}
	return false;
}

/* The last end without a word, where the kernel says that it killed the process and not when: a run
 * that goes on is not the one. NULL: none. */
static struct stop *stop_of_kernel(const struct reason *reason, const struct process *process,
                                   const struct mark *mark)
{
	if (mark->time_ns != TIME_NONE || !episode_is(mark->episode, STR("host.kernel.*"))) {
		return NULL;
	}
	for (size_t i = reason->findings->stops.count; i > 0; i--) {
		struct stop *stop = &reason->findings->stops.items[i - 1];
		if (str_equals(stop->instance, process->instance) &&
		    str_equals(stop->component, process->component) &&
		    (stop->how == STOP_ABRUPT || is_killed_by_kernel(stop, mark->event))) {
			return stop;
		}
	}
	return NULL;
}

static void note_ending(struct reason *reason, struct process *process, const struct mark *mark)
{
	const struct event *event = mark->event;
	int code = exit_code_of(event, mark->ending.exit_code);
	enum stop_how how =
		mark->ending.how == STOP_ABRUPT ? how_of_exit(code, STOP_ABRUPT) : mark->ending.how;
	struct stop *before = stop_of_kernel(reason, process, mark);
	struct stop *stop = before != NULL               ? before
	                    : process->is_running_at_end ? NULL
	                                                 : last_stop_of(reason, process);
	bool is_same = stop != NULL && (stop->time_ns == TIME_NONE || event->time_ns == TIME_NONE ||
	                                event->time_ns - stop->time_ns <= STOP_JOIN_S * NS_PER_SEC);
	if (!is_same) {
		/* undated: at the earliest when it printed its last record */
		bool is_undated = event->time_ns == TIME_NONE &&
		                  str_equals(episode_component(mark->episode), STR("host"));
		int64_t time_ns = is_undated ? process->last_ns : event->time_ns;
		stop_add(reason, process,
		         &(struct stop){.time_ns = time_ns, .how = how, .exit_code = code});
		stop = vec_last(&reason->findings->stops);
	} else {
		if (is_weak(stop->how) && !is_weak(how)) {
			stop->how = how;
		}
		if (stop->exit_code < 0 ||
		    (code >= 0 && episode_is(mark->episode, STR("host.*")))) {
			stop->exit_code = code;
		}
		/* the process is gone when its last words are said */
		if (episode_is(mark->episode, STR("milvus.exit.disconnected"))) {
			stop->time_ns = event->time_ns;
		}
	}
	enum { EVIDENCE_MAX = 8 };
	if (stop->evidence.count < EVIDENCE_MAX) {
		vec_push(&stop->evidence, event);
	}
	process->is_running_at_end = process->is_running_at_end && before != NULL;
}

/* ---- starts ---- */

/* The stamp of the last record before a start, where the silence between them is known. */
static int64_t silence_before(const struct reason *reason, const struct mark *start)
{
	const struct source *source = &reason->digest->sources[start->episode->source];
	for (size_t i = 0; i < source->gap_count; i++) {
		int64_t distance = start->time_ns - source->gaps[i].to_ns;
		if (distance > -3 * NS_PER_SEC && distance < 3 * NS_PER_SEC) {
			return source->gaps[i].from_ns;
		}
	}
	return start->time_ns;
}

/* Milvus prints its banner without a time. */
static bool is_dated_start(const struct event_kind *kind)
{
	return !str_equals(kind->id, STR("milvus.start.banner")) &&
	       !str_equals(kind->id, STR("milvus.start.version"));
}

/* The lines of one start: banner, version, the first dated line. A banner has the stamp of what was
 * printed before it. */
static bool is_same_start(const struct process *process, const struct mark *mark)
{
	const struct event *event = mark->event, *first = process->start;
	if (first == NULL || !process->is_running_at_end) {
		return false;
	}
	if (!str_equals(first->origin.path, event->origin.path) ||
	    event->origin.line < first->origin.line) {
		return event->time_ns - first->time_ns < START_S * NS_PER_SEC &&
		       event->kind != first->kind;
	}
	bool has_own_stamp = first->time_ns != TIME_NONE && is_dated_start(first->kind);
	uint64_t distance = event->origin.line - first->origin.line;
	if (has_own_stamp && event->time_ns - first->time_ns > START_LONG_S * NS_PER_SEC) {
		return false;
	}
	return distance <= (event->kind == first->kind ? START_AGAIN_LINES : START_LINES);
}

static struct run *last_run_of(struct reason *reason, const struct process *process)
{
	for (size_t i = reason->findings->runs.count; i > 0; i--) {
		struct run *run = &reason->findings->runs.items[i - 1];
		if (str_equals(run->instance, process->instance) &&
		    str_equals(run->component, process->component)) {
			return run;
		}
	}
	return NULL;
}

static void run_add(struct reason *reason, const struct process *process, int64_t start_ns)
{
	vec_push(&reason->findings->runs, (struct run){.component = process->component,
	                                               .instance = process->instance,
	                                               .version = process->version,
	                                               .start_ns = start_ns,
	                                               .end_ns = TIME_NONE});
}

/* A start behind records of a run that did not end: that run ended without a word. */
static void note_start(struct reason *reason, struct process *process, const struct mark *mark)
{
	int64_t time_ns = mark->time_ns;
	struct run *run = last_run_of(reason, process);
	if (is_same_start(process, mark)) {
		if (run != NULL && time_ns != TIME_NONE &&
		    (run->start_ns == TIME_NONE ||
		     time_ns - run->start_ns > START_S * NS_PER_SEC)) {
			run->start_ns = time_ns;
		}
		return;
	}
	bool has_run =
		process->starts > 0 || (process->first_ns != TIME_NONE && time_ns != TIME_NONE &&
	                                time_ns - process->first_ns > START_S * NS_PER_SEC);
	if (process->is_running_at_end && has_run &&
	    reason->digest->sources[mark->episode->source].dated > 5) {
		stop_add(reason, process,
		         &(struct stop){.time_ns = silence_before(reason, mark),
		                        .how = STOP_ABRUPT,
		                        .exit_code = -1});
		vec_push(&vec_last(&reason->findings->stops)->evidence, mark->event);
	}
	run_add(reason, process, time_ns);
	process->start = mark->event;
	process->starts++;
	process->is_running_at_end = true;
}

/* ---- runs ---- */

int64_t run_start(const struct reason *reason, const struct stop *stop, int64_t time_ns)
{
	int64_t start_ns = TIME_NONE;
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (str_equals(run->component, stop->component) &&
		    str_equals(run->instance, stop->instance) && run->start_ns != TIME_NONE &&
		    run->start_ns <= time_ns && run->start_ns > start_ns) {
			start_ns = run->start_ns;
		}
	}
	return start_ns;
}

int64_t run_next_start(const struct reason *reason, struct str component, struct str instance,
                       int64_t after_ns)
{
	int64_t next_ns = TIME_NONE;
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (str_equals(run->component, component) && str_equals(run->instance, instance) &&
		    run->start_ns > after_ns && (next_ns == TIME_NONE || run->start_ns < next_ns)) {
			next_ns = run->start_ns;
		}
	}
	return next_ns;
}

/* The run that a stop ended: the last one that had begun, and was not ended before. */
static void close_runs(struct reason *reason)
{
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		struct run *of = NULL;
		vec_foreach (struct run, run, &reason->findings->runs) {
			if (str_equals(run->instance, stop->instance) &&
			    str_equals(run->component, stop->component) && !run->has_ended &&
			    (run->start_ns == TIME_NONE || run->start_ns <= stop->time_ns) &&
			    (of == NULL || run->start_ns >= of->start_ns)) {
				of = run;
			}
		}
		if (of == NULL) {
			vec_push(&reason->findings->runs, (struct run){.component = stop->component,
			                                               .instance = stop->instance,
			                                               .start_ns = TIME_NONE});
			of = vec_last(&reason->findings->runs);
		}
		of->has_ended = true;
		of->end_ns = stop->time_ns;
		of->how = stop->how;
	}
}

/* Logs that begin in the middle of a run show it too. */
static void add_open_runs(struct reason *reason)
{
	vec_foreach (struct process, process, &reason->processes) {
		bool is_known = str_equals(process->component, STR("milvus")) ||
		                str_equals(process->component, STR("etcd"));
		if (is_known && process->first_ns != TIME_NONE &&
		    last_run_of(reason, process) == NULL) {
			run_add(reason, process, TIME_NONE);
		}
	}
}

static int compare_runs(const void *a, const void *b)
{
	const struct run *left = a, *right = b;
	if (left->start_ns != right->start_ns) {
		return left->start_ns < right->start_ns ? -1 : 1;
	}
	if (left->end_ns != right->end_ns) {
		return left->end_ns < right->end_ns ? -1 : 1;
	}
	int order = str_compare(left->component, right->component);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

/* A banner has the stamp of the line before it; at the top of a file, where there is none, that of
 * the start it belongs to. */
static void date_banner(const struct marks *marks, struct mark *banner)
{
	const struct event_origin *origin = &banner->event->origin;
	uint64_t nearest = START_LINES + 1;
	vec_foreach (const struct mark, mark, marks) {
		uint64_t distance = mark->event->origin.line - origin->line;
		if (mark->is_start && mark->event->time_ns != TIME_NONE && distance < nearest &&
		    str_equals(mark->event->origin.path, origin->path)) {
			banner->time_ns = mark->event->time_ns;
			nearest = distance;
		}
	}
}

/* In time, and as the lines stand. What the host says without a time (docker ps, kubectl get pods)
 * is how things are in the end. */
static int64_t order_of_mark(const struct mark *mark)
{
	bool is_last = mark->time_ns == TIME_NONE &&
	               str_equals(episode_component(mark->episode), STR("host"));
	return is_last ? INT64_MAX : mark->time_ns;
}

static int compare_marks(const void *a, const void *b)
{
	const struct mark *left = a, *right = b;
	int64_t left_ns = order_of_mark(left), right_ns = order_of_mark(right);
	if (left_ns != right_ns) {
		return left_ns < right_ns ? -1 : 1;
	}
	int order = str_compare(left->event->origin.path, right->event->origin.path);
	if (order != 0) {
		return order;
	}
	if (left->event->origin.line != right->event->origin.line) {
		return left->event->origin.line < right->event->origin.line ? -1 : 1;
	}
	return str_compare(left->event->kind->id, right->event->kind->id);
}

static void collect_marks(const struct reason *reason, struct marks *marks)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; i < episode->member_count; i++) {
			struct mark mark = {.episode = episode,
			                    .event = episode->members[i],
			                    .time_ns = episode->members[i]->time_ns,
			                    .is_start = is_start(episode)};
			if (mark.is_start || ending_of(reason, episode, mark.event, &mark.ending)) {
				vec_push(marks, mark);
			}
		}
	}
	vec_foreach (struct mark, mark, marks) {
		if (mark->is_start && mark->time_ns == TIME_NONE) {
			date_banner(marks, mark);
		}
	}
	if (marks->count > 0) {
		qsort(marks->items, marks->count, sizeof(struct mark), compare_marks);
	}
}

void reason_runs(struct reason *reason)
{
	struct findings *findings = reason->findings;
	struct marks marks = {0};
	collect_processes(reason);
	reason_settings(reason);
	collect_marks(reason, &marks);
	vec_foreach (struct mark, mark, &marks) {
		struct process *process = process_of_mark(reason, mark);
		if (process != NULL && mark->is_start) {
			note_start(reason, process, mark);
		} else if (process != NULL) {
			note_ending(reason, process, mark);
		}
	}
	vec_finish(&marks);
	stops_sort(reason);
	close_runs(reason);
	add_open_runs(reason);
	reason_run_versions(reason);
	if (findings->runs.count > 0) {
		qsort(findings->runs.items, findings->runs.count, sizeof(struct run), compare_runs);
	}
}
