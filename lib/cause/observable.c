/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a thing would show in what was given if it had happened: only then its absence says
 * something. */
#include "base/vec.h"
#include "cause/reason.h"

/* Whether a component's log covers the window, at a level that would show it. */
bool reason_covers(const struct reason *reason, struct str component, bool needs_info)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		bool is_it =
			str_equals(source->component, component) ||
			(str_equals(component, STR("etcd")) && source->by_program[FORMAT_ETCD] > 0);
		if (!is_it || source->first_ns == TIME_NONE || reason->is_excerpt ||
		    (needs_info && source->by_level[FORMAT_INFO] == 0)) {
			continue;
		}
		if (reason->stop == NULL || reason->stop->time_ns == TIME_NONE ||
		    (source->first_ns <= reason->stop->time_ns - reason->ttl_ns &&
		     source->last_ns >= reason->stop->time_ns - 2 * NS_PER_SEC)) {
			return true;
		}
	}
	return false;
}

bool reason_has_document(const struct reason *reason, struct str name)
{
	for (size_t i = 0; i < reason->digest->document_count; i++) {
		if (str_contains(reason->digest->documents[i].what, name)) {
			return true;
		}
	}
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		if (str_contains(reason->digest->sources[i].formats, name)) {
			return true;
		}
	}
	return false;
}

/* Something of that tool was given: "host.kernel.", "host.k8s.", "host.docker.". */
static bool has_tool(const struct reason *reason, struct str kind)
{
	struct str host, rest, tool;
	str_cut(kind, STR("."), &host, &rest);
	str_cut(rest, STR("."), &tool, NULL);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		struct str of;
		if (str_equals(episode_component(episode), STR("host"))) {
			str_cut(str_skip(episode->kind->id, host.len + 1), STR("."), &of, NULL);
			if (str_equals(of, tool)) {
				return true;
			}
		}
	}
	return reason_has_document(reason, str_equals(tool, STR("k8s")) ? STR("kubectl") : tool);
}

/* An etcd of one member has no peers, and prints nothing of them. */
static bool is_of_peers(const struct reason *reason, struct str name)
{
	static const struct str words[] = {STR_INIT("etcd.heartbeat."),
	                                   STR_INIT("etcd.peer."),
	                                   STR_INIT("etcd.message."),
	                                   STR_INIT("etcd.vote."),
	                                   STR_INIT("heartbeat."),
	                                   STR_INIT("peer."),
	                                   STR_INIT("path.")};
	const struct derived_fact *members = derived_find(reason, STR("etcd.members"));
	return members != NULL && members->value < 2 &&
	       str_starts_any(name, words, sizeof(words) / sizeof(words[0]));
}

bool reason_can_show(const struct reason *reason, struct str name)
{
	static const struct str of_etcd[] = {
		STR_INIT("etcd."),    STR_INIT("heartbeat."), STR_INIT("peer."),
		STR_INIT("path."),    STR_INIT("fsync."),     STR_INIT("trace."),
		STR_INIT("print."),   STR_INIT("took."),      STR_INIT("apply."),
		STR_INIT("silence."), STR_INIT("requests."),  STR_INIT("maintenance."),
		STR_INIT("bursts.")};
	/* what etcd's client complains of, Milvus prints */
	bool is_client = str_starts(name, STR("etcd.client."));
	if (!is_client && str_starts_any(name, of_etcd, sizeof(of_etcd) / sizeof(of_etcd[0]))) {
		return !is_of_peers(reason, name) && reason_covers(reason, STR("etcd"), false);
	}
	if (str_starts(name, STR("host."))) {
		return has_tool(reason, name);
	}
	/* storage and queues: what they fail to do, Milvus complains of */
	return reason_covers(reason, STR("milvus"), false);
}
