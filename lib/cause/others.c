/* SPDX-License-Identifier: Apache-2.0 */
/* What tools and the kernel tell of programs that have nothing to do with Milvus: a table of all
 * pods, a host that runs other things. It is listed, but nothing is reasoned from it. */
#include "base/vec.h"
#include "cause/layout.h"
#include "cause/reason.h"

#include <string.h>

enum { NAMES_MAX = 512, ID_MIN = 12 };

/* Names of pods and containers that run what Milvus consists of. */
struct names {
	struct {
		struct str name, component;
	} items[NAMES_MAX];
	size_t count;
	bool is_any_ours; /* something of Milvus or etcd is there at all */
};

static void names_add(struct names *names, struct str name)
{
	struct str component = layout_component(name);
	names->is_any_ours |=
		str_equals(component, STR("milvus")) || str_equals(component, STR("etcd"));
	for (size_t i = 0; i < names->count; i++) {
		if (str_equals(names->items[i].name, name)) {
			return;
		}
	}
	if (component.len > 0 && names->count < NAMES_MAX) {
		names->items[names->count].name = name;
		names->items[names->count++].component = component;
	}
}

/* A container's id in place of its name. */
static bool is_id(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		bool is_hex = (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
		              (name.ptr[i] >= 'a' && name.ptr[i] <= 'f');
		if (!is_hex) {
			return false;
		}
	}
	return name.len >= ID_MIN;
}

/* The pod or container that an event of a tool is about; empty: not told. */
static struct str subject_of(const struct event *event)
{
	static const struct str fields[] = {STR_INIT("pod"), STR_INIT("name"),
	                                    STR_INIT("containerName")};
	struct str subject = {NULL, 0};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && subject.len == 0; i++) {
		subject = event_field_text(event, fields[i]);
	}
	struct str pod;
	return str_cut(subject, STR("/"), NULL, &pod) ? pod : subject;
}

static bool is_of_tool(const struct event_kind *kind)
{
	return str_starts(kind->id, STR("host.k8s.")) || str_starts(kind->id, STR("host.docker."));
}

/* The words that two names begin with: "my-release-" of "my-release-milvus-0" and
 * "my-release-etcd-0". */
static bool shares_word(struct str a, struct str b)
{
	for (size_t at = 0; at < a.len && at < b.len && a.ptr[at] == b.ptr[at]; at++) {
		if (at > 0 && (a.ptr[at] == '-' || a.ptr[at] == '_')) {
			return true;
		}
	}
	return false;
}

/* Whether it bears the name of a release of Milvus. */
static bool is_of_release(const struct names *names, struct str name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (str_equals(names->items[i].component, STR("milvus")) &&
		    shares_word(names->items[i].name, name)) {
			return true;
		}
	}
	return false;
}

/* Whether Milvus has another one of that program, by its release's name, or a release's name that
 * this one lacks. */
static bool is_of_another(const struct names *names, struct str name, struct str component)
{
	for (size_t i = 0; i < names->count; i++) {
		struct str other = names->items[i].name;
		bool is_milvus = str_equals(names->items[i].component, STR("milvus"));
		bool is_named = is_milvus && !str_starts(other, STR("milvus")) &&
		                str_contains(other, STR("milvus"));
		if ((is_named && !str_starts(name, component)) ||
		    (str_equals(names->items[i].component, component) && !str_equals(other, name) &&
		     is_of_release(names, other))) {
			return true;
		}
	}
	return false;
}

/* A name that logs were given under. */
static bool has_log(const struct digest *digest, struct str name)
{
	for (size_t i = 0; i < digest->source_count; i++) {
		const struct source *source = &digest->sources[i];
		bool is_alike = str_contains(source->instance, name) ||
		                str_contains(name, source->instance);
		if (source->dated > 0 && source->instance.len > 0 &&
		    (source->is_weak ? str_equals(source->instance, name) : is_alike)) {
			return true;
		}
	}
	return false;
}

static bool is_others(const struct reason *reason, const struct names *names, struct str name)
{
	struct str component = layout_component(name);
	if (name.len == 0 || is_id(name) || !names->is_any_ours || has_log(reason->digest, name)) {
		return false;
	}
	return !str_equals(component, STR("milvus")) &&
	       (component.len == 0 ||
	        (!is_of_release(names, name) && is_of_another(names, name, component)));
}

/* The kernel names programs, or their threads; a thread of Milvus is known by what it runs. */
static bool is_others_process(const struct event *event)
{
	static const struct str ours[] = {STR_INIT("milvus"), STR_INIT("etcd"),
	                                  STR_INIT("knowhere"), STR_INIT("minio")};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (str_contains(event->origin.text, ours[i])) {
			return false;
		}
	}
	return event_field_text(event, STR("process")).len > 0;
}

/* Whether the OOM killer took programs of others only; what it prints before does not name them. */
static bool took_others(const struct reason *reason, uint32_t source)
{
	bool is_any = false;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_kill = episode->source == source &&
		               episode_is(episode, STR("host.kernel.oom_kill"));
		for (size_t i = 0; is_kill && i < episode->member_count; i++) {
			if (!is_others_process(episode->members[i])) {
				return false;
			}
			is_any = true;
		}
	}
	return is_any;
}

static bool is_others_kernel(const struct reason *reason, const struct event *event,
                             uint32_t source)
{
	struct str kind = event->kind->id;
	if (str_equals(kind, STR("host.kernel.oom_invoked"))) {
		return took_others(reason, source);
	}
	return (str_equals(kind, STR("host.kernel.oom_kill")) ||
	        str_equals(kind, STR("host.kernel.segfault"))) &&
	       is_others_process(event);
}

static bool is_others_event(const struct reason *reason, const struct names *names,
                            const struct event *event, uint32_t source)
{
	return is_of_tool(event->kind) ? is_others(reason, names, subject_of(event))
	                               : is_others_kernel(reason, event, source);
}

static void collect_names(const struct reason *reason, struct names *names)
{
	const struct digest *digest = reason->digest;
	*names = (struct names){.is_any_ours = false};
	for (size_t i = 0; i < digest->source_count; i++) {
		const struct source *source = &digest->sources[i];
		names->is_any_ours |= source->by_program[FORMAT_MILVUS] > 0 ||
		                      source->by_program[FORMAT_ETCD] > 0;
		if (!source->is_weak) {
			names_add(names, source->instance);
		}
	}
	vec_foreach (struct fact, fact, &digest->facts) {
		names_add(names, fact->instance);
	}
	vec_foreach (struct episode, episode, &digest->episodes) {
		for (size_t i = 0; is_of_tool(episode->kind) && i < episode->member_count; i++) {
			names_add(names, subject_of(episode->members[i]));
		}
	}
}

/* What a document says that was handed over twice; logs are told apart elsewhere. */
static bool is_copy(const struct reason *reason, const struct event *event)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		for (size_t i = 0; episode->kind == event->kind && i < episode->member_count; i++) {
			const struct event *other = episode->members[i];
			if (other->origin.line == event->origin.line &&
			    other->time_ns == event->time_ns &&
			    str_equals(other->origin.text, event->origin.text) &&
			    str_compare(other->origin.path, event->origin.path) < 0) {
				return true;
			}
		}
	}
	return false;
}

/* The episode without the events of others, and each once. Returns: false when nothing is left. */
static bool keep_own(const struct reason *reason, const struct names *names,
                     struct episode *episode)
{
	struct event **own = arena_array(reason->keep, struct event *, episode->member_count + 1);
	size_t count = 0;
	for (size_t i = 0; i < episode->member_count; i++) {
		struct event *event = episode->members[i];
		if (!is_others_event(reason, names, event, episode->source) &&
		    !is_copy(reason, event)) {
			own[count++] = event;
		}
	}
	if (count < episode->member_count && count > 0) {
		episode->first_ns = own[0]->start_ns;
		episode->last_ns = own[count - 1]->time_ns;
		episode->count = count;
		episode->members = own;
		episode->member_count = count;
	}
	return count > 0;
}

void reason_set_aside(struct reason *reason)
{
	const struct digest *whole = reason->digest;
	struct names names;
	collect_names(reason, &names);
	reason->own = *whole;
	reason->own.episodes = (struct episode_list){0};
	reason->own.facts = (struct fact_list){0};
	vec_foreach (struct episode, episode, &whole->episodes) {
		struct episode own = *episode;
		bool is_told = str_equals(episode_component(episode), STR("host")) ||
		               whole->sources[episode->source].dated == 0;
		if (!is_told || keep_own(reason, &names, &own)) {
			vec_push(&reason->own.episodes, own);
		}
	}
	vec_foreach (struct fact, fact, &whole->facts) {
		if (!str_starts(fact->id, STR("container.")) ||
		    !is_others(reason, &names, fact->instance)) {
			vec_push(&reason->own.facts, *fact);
		}
	}
	reason->digest = &reason->own;
}

void reason_put_back(struct reason *reason, struct digest *whole)
{
	vec_finish(&reason->own.episodes);
	vec_finish(&reason->own.facts);
	reason->digest = whole;
}
