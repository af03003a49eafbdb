/* SPDX-License-Identifier: Apache-2.0 */
/* Processes, their runs and how they ended; versions and settings that the logs state. */
#include "cause/reason.h"

#include "base/vec.h"

#include <stdlib.h>

enum { STOP_JOIN_S = 90 };

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
        {STR_INIT("etcd.discovery.failed"), STOP_START_FAILED, 1},
        {STR_INIT("etcd.start.port_in_use"), STOP_START_FAILED, 1},
        {STR_INIT("etcd.storage.failed"), STOP_FATAL, 1},
        {STR_INIT("host.docker.exited"), STOP_ABRUPT, -1},
        {STR_INIT("host.k8s.oom_killed"), STOP_KILLED, 137},
};

static const struct str milvus_starts[] = {STR_INIT("milvus.start.banner"), STR_INIT("milvus.start.version"),
                                           STR_INIT("milvus.start.running")};
static const struct str etcd_starts[] = {STR_INIT("etcd.start.banner"), STR_INIT("etcd.start.restart"),
                                         STR_INIT("etcd.start.fresh")};

static bool is_one_of(const struct episode *episode, const struct str *kinds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (episode_is(episode, kinds[i])) {
			return true;
		}
	}
	return false;
}

static bool is_start(const struct episode *episode)
{
	return is_one_of(episode, milvus_starts, sizeof(milvus_starts) / sizeof(milvus_starts[0])) ||
	       is_one_of(episode, etcd_starts, sizeof(etcd_starts) / sizeof(etcd_starts[0]));
}

static bool is_fatal(const struct episode *episode)
{
	return episode->members[episode->member_count - 1]->level == FORMAT_FATAL;
}

/* How an episode ends a run; false when it does not. */
static bool ending_of(const struct episode *episode, struct ending *ending)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (episode_is(episode, endings[i].kind)) {
			*ending = endings[i];
			return true;
		}
	}
	struct str component = episode_component(episode);
	if (is_fatal(episode) && (str_equals(component, STR("etcd")) || str_equals(component, STR("milvus")))) {
		*ending = (struct ending){episode->kind->id, STOP_FATAL, 1};
		return true;
	}
	return false;
}

static struct process *process_of(struct reason *reason, struct str component, struct str instance)
{
	vec_foreach (struct process, process, &reason->processes) {
		if (str_equals(process->component, component) && str_equals(process->instance, instance)) {
			return process;
		}
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
		bool is_both = str_equals(source->component, STR("milvus")) && source->by_program[FORMAT_ETCD] > 0;
		if (source->component.len == 0 || source->dated == 0) {
			continue;
		}
		for (int j = 0; j <= (is_both ? 1 : 0); j++) {
			struct process *process =
			        process_of(reason, j == 0 ? source->component : STR("etcd"), source->instance);
			if (process->first_ns == TIME_NONE || source->first_ns < process->first_ns) {
				process->first_ns = source->first_ns;
			}
			if (process->last_ns == TIME_NONE || source->last_ns > process->last_ns) {
				process->last_ns = source->last_ns;
			}
		}
	}
}

/* ---- stops ---- */

static int exit_code_of(const struct episode *episode, int otherwise)
{
	const struct event_field *field = event_field(episode->members[0], STR("code"));
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
	case 2:
		return STOP_PANIC;
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

/* The process an ending belongs to: tools name it in a field, programs speak for themselves. */
static struct process *process_of_ending(struct reason *reason, const struct episode *episode)
{
	struct str component = episode_component(episode);
	if (!str_equals(component, STR("host"))) {
		return process_of(reason, component, episode_instance(reason, episode));
	}
	struct str name = event_field_text(episode->members[0], STR("name"));
	vec_foreach (struct process, process, &reason->processes) {
		if (name.len > 0 && (str_contains(process->instance, name) || str_contains(name, process->instance))) {
			return process;
		}
	}
	if (str_contains(name, STR("milvus")) && !str_contains(name, STR("etcd")) && !str_contains(name, STR("minio"))) {
		return process_of(reason, STR("milvus"), name);
	}
	return str_contains(name, STR("etcd")) ? process_of(reason, STR("etcd"), name) : NULL;
}

static struct stop *last_stop_of(struct reason *reason, const struct process *process)
{
	for (size_t i = reason->findings->stops.count; i > 0; i--) {
		struct stop *stop = &reason->findings->stops.items[i - 1];
		if (str_equals(stop->instance, process->instance) && str_equals(stop->component, process->component)) {
			return stop;
		}
	}
	return NULL;
}

static bool is_weak(enum stop_how how)
{
	return how == STOP_ABRUPT || how == STOP_CLEAN;
}

static void note_ending(struct reason *reason, struct process *process, const struct episode *episode,
                        const struct ending *ending)
{
	int code = exit_code_of(episode, ending->exit_code);
	enum stop_how how = ending->how == STOP_ABRUPT ? how_of_exit(code, STOP_ABRUPT) : ending->how;
	struct stop *stop = process->is_running_at_end ? NULL : last_stop_of(reason, process);
	bool is_same = stop != NULL && (stop->time_ns == TIME_NONE || episode->first_ns == TIME_NONE ||
	                                episode->first_ns - stop->time_ns <= STOP_JOIN_S * NS_PER_SEC);
	if (!is_same) {
		struct stop fresh = {.time_ns = episode->first_ns,
		                     .component = process->component,
		                     .instance = process->instance,
		                     .how = how,
		                     .exit_code = code};
		vec_push(&reason->findings->stops, fresh);
		stop = vec_last(&reason->findings->stops);
	} else {
		if (is_weak(stop->how) && !is_weak(how)) {
			stop->how = how;
		}
		if (stop->exit_code < 0 || episode_is(episode, STR("host.docker.exited"))) {
			stop->exit_code = code;
		}
		/* the process is gone when its last words are said */
		if (episode_is(episode, STR("milvus.exit.disconnected"))) {
			stop->time_ns = episode->first_ns;
		}
	}
	evidence_add(&stop->evidence, episode);
	process->is_running_at_end = false;
}

/* The stamp of the last record before a start, where the silence between them is known. */
static int64_t silence_before(const struct reason *reason, const struct episode *start)
{
	const struct source *source = &reason->digest->sources[start->source];
	for (size_t i = 0; i < source->gap_count; i++) {
		int64_t distance = start->first_ns - source->gaps[i].to_ns;
		if (distance > -3 * NS_PER_SEC && distance < 3 * NS_PER_SEC) {
			return source->gaps[i].from_ns;
		}
	}
	return start->first_ns;
}

/* A start behind records of a run that did not end: that run ended without a word. */
static void note_start(struct reason *reason, struct process *process, const struct episode *start)
{
	bool has_run = process->first_ns != TIME_NONE && start->first_ns != TIME_NONE &&
	               start->first_ns - process->first_ns > 15 * NS_PER_SEC;
	const struct source *source = &reason->digest->sources[start->source];
	bool is_repeat = false;
	vec_foreach (struct run, run, &reason->findings->runs) {
		is_repeat |= str_equals(run->instance, process->instance) && str_equals(run->component, process->component) &&
		             run->start_ns != TIME_NONE && !run->has_ended && start->first_ns - run->start_ns < 15 * NS_PER_SEC;
	}
	if (is_repeat) {
		return;
	}
	if (process->is_running_at_end && has_run && source->dated > 5) {
		struct stop abrupt = {.time_ns = silence_before(reason, start),
		                      .component = process->component,
		                      .instance = process->instance,
		                      .how = STOP_ABRUPT,
		                      .exit_code = -1};
		vec_push(&reason->findings->stops, abrupt);
		evidence_add(&vec_last(&reason->findings->stops)->evidence, start);
		process->is_running_at_end = false;
	}
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (str_equals(run->instance, process->instance) && str_equals(run->component, process->component)) {
			run->has_ended = true;
		}
	}
	vec_push(&reason->findings->runs, (struct run){.component = process->component,
	                                               .instance = process->instance,
	                                               .version = process->version,
	                                               .start_ns = start->first_ns,
	                                               .end_ns = TIME_NONE});
	process->starts++;
	process->is_running_at_end = true;
}

/* ---- what the lines state ---- */

static void note_version(struct reason *reason, struct process *process, const struct episode *episode)
{
	static const struct str names[] = {STR_INIT("version"), STR_INIT("etcd_version"), STR_INIT("local_server_version")};
	const struct event *event = episode->members[episode->member_count - 1];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str version = event_field_text(event, names[i]);
		if (version.len > 0 && version.ptr[0] == 'v') {
			version = str_skip(version, 1);
		}
		if (version.len == 0 || version.ptr[0] < '0' || version.ptr[0] > '9' || version.len > 64) {
			continue;
		}
		process->version = version;
		if (str_equals(process->component, STR("milvus"))) {
			reason->findings->environment.milvus_version = version;
		} else if (str_equals(process->component, STR("etcd"))) {
			reason->findings->environment.etcd_version = version;
		}
		return;
	}
}

static void note_duration(const struct event *event, const char *name, int64_t *into)
{
	const struct event_field *field = event_field(event, str_from(name));
	if (field == NULL) {
		return;
	}
	int64_t value = field->type == EVENT_DURATION ? field->number : duration_parse(field->text);
	if (value > 0) {
		*into = value;
	}
}

static void note_settings(struct reason *reason, const struct episode *episode)
{
	if (!str_starts(episode->kind->id, STR("etcd."))) {
		return;
	}
	const struct event *event = episode->members[episode->member_count - 1];
	note_duration(event, "heartbeat_interval", &reason->heartbeat_ns);
	note_duration(event, "election_timeout", &reason->election_ns);
}

/* Session TTL by version: milvus.yaml's common.session.ttl at each release. */
static int64_t ttl_of_version(struct str version)
{
	uint64_t part[3] = {0};
	for (int i = 0; i < 3 && version.len > 0; i++) {
		struct str number;
		str_cut(version, STR("."), &number, &version);
		size_t digits = 0;
		while (digits < number.len && number.ptr[digits] >= '0' && number.ptr[digits] <= '9') {
			digits++;
		}
		str_to_uint64(str_slice(number, 0, digits), &part[i]);
	}
	uint64_t release = part[0] * 10000 + part[1] * 100 + part[2];
	if (release == 0) {
		return 30 * NS_PER_SEC;
	}
	static const struct {
		uint64_t below;
		int64_t ttl_s;
	} table[] = {{20204, 60}, {20300, 20}, {20303, 60}, {20600, 30}, {20606, 10}, {UINT64_MAX, 30}};
	size_t i = 0;
	while (release >= table[i].below) {
		i++;
	}
	return table[i].ttl_s * NS_PER_SEC;
}

static void close_runs(struct reason *reason)
{
	vec_foreach (struct stop, stop, &reason->findings->stops) {
		struct run *of = NULL;
		vec_foreach (struct run, run, &reason->findings->runs) {
			if (str_equals(run->instance, stop->instance) && str_equals(run->component, stop->component) &&
			    (run->start_ns == TIME_NONE || run->start_ns <= stop->time_ns)) {
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

static int compare_stops(const void *a, const void *b)
{
	const struct stop *left = a, *right = b;
	if (left->time_ns != right->time_ns) {
		return left->time_ns < right->time_ns ? -1 : 1;
	}
	int order = str_compare(left->component, right->component);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

void reason_runs(struct reason *reason)
{
	collect_processes(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		struct ending ending;
		struct str component = episode_component(episode);
		note_settings(reason, episode);
		if (is_start(episode)) {
			struct process *process = process_of(reason, component, episode_instance(reason, episode));
			note_version(reason, process, episode);
			note_start(reason, process, episode);
		} else if (ending_of(episode, &ending)) {
			struct process *process = process_of_ending(reason, episode);
			if (process != NULL) {
				note_ending(reason, process, episode, &ending);
			}
		} else if (episode_is(episode, STR("milvus.session.registered")) ||
		           episode_is(episode, STR("etcd.start.ready"))) {
			note_version(reason, process_of(reason, component, episode_instance(reason, episode)), episode);
		}
	}
	close_runs(reason);
	if (reason->findings->stops.count > 0) {
		qsort(reason->findings->stops.items, reason->findings->stops.count, sizeof(struct stop), compare_stops);
	}
	reason->ttl_ns = ttl_of_version(reason->findings->environment.milvus_version);
}
