/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and settings that the logs state, and what follows from them: the session's time to
 * live. */
#include "base/vec.h"
#include "cause/reason.h"

static bool is_version(struct str text)
{
	return text.len > 0 && text.len <= 64 && text.ptr[0] >= '0' && text.ptr[0] <= '9';
}

static struct str version_in(const struct event *event)
{
	static const struct str names[] = {STR_INIT("version"), STR_INIT("etcd_version"),
	                                   STR_INIT("local_server_version")};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct str version = event_field_text(event, names[i]);
		if (version.len > 0 && version.ptr[0] == 'v') {
			version = str_skip(version, 1);
		}
		if (is_version(version)) {
			return version;
		}
	}
	return (struct str){NULL, 0};
}

static bool tells_version(const struct episode *episode)
{
	static const struct str kinds[] = {
		STR_INIT("milvus.start.banner"),  STR_INIT("milvus.start.version"),
		STR_INIT("milvus.start.running"), STR_INIT("etcd.start.banner"),
		STR_INIT("etcd.start.restart"),   STR_INIT("etcd.start.fresh"),
		STR_INIT("etcd.start.ready"),     STR_INIT("milvus.session.registered"),
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_equals(episode->kind->id, kinds[i])) {
			return true;
		}
	}
	return false;
}

static void note_version(struct reason *reason, const struct episode *episode)
{
	struct str component = episode_component(episode);
	for (size_t i = 0; i < episode->member_count; i++) {
		struct str version = version_in(episode->members[i]);
		if (version.len == 0) {
			continue;
		}
		process_of(reason, component, episode_instance(reason, episode))->version = version;
		if (str_equals(component, STR("milvus"))) {
			reason->findings->environment.milvus_version = version;
		} else {
			reason->findings->environment.etcd_version = version;
		}
	}
}

/* The last version stated at or before a run's end counts; a later one only where there is none. */
static void take_version(struct run *run, const struct event *event)
{
	struct str version = version_in(event);
	bool is_later = run->has_ended && run->end_ns != TIME_NONE && event->time_ns > run->end_ns;
	if (version.len > 0 && (!is_later || run->version.len == 0)) {
		run->version = version;
	}
}

void reason_run_versions(struct reason *reason)
{
	vec_foreach (struct run, run, &reason->findings->runs) {
		run->version = (struct str){NULL, 0};
		vec_foreach (struct episode, episode, &reason->digest->episodes) {
			bool is_its = tells_version(episode) &&
			              str_equals(episode_component(episode), run->component) &&
			              str_equals(episode_instance(reason, episode), run->instance);
			for (size_t i = 0; is_its && i < episode->member_count; i++) {
				take_version(run, episode->members[i]);
			}
		}
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

static void note_timeouts(struct reason *reason, const struct episode *episode)
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
		while (digits < number.len && number.ptr[digits] >= '0' &&
		       number.ptr[digits] <= '9') {
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
	} table[] = {{20204, 60}, {20300, 20}, {20303, 60},
	             {20600, 30}, {20606, 10}, {UINT64_MAX, 30}};
	size_t i = 0;
	while (release >= table[i].below) {
		i++;
	}
	return table[i].ttl_s * NS_PER_SEC;
}

/* A configured time to live (milvus.yaml, a side file) goes before that of the version. */
static int64_t ttl_configured(const struct reason *reason)
{
	static const struct str names[] = {STR_INIT("milvus.config.session_ttl_s"),
	                                   STR_INIT("milvus.config.common.session.ttl")};
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (str_equals(fact->id, names[i]) && fact->value > 0 &&
			    fact->value < 86400) {
				return (int64_t)fact->value * NS_PER_SEC;
			}
		}
	}
	return 0;
}

void reason_timeouts(struct reason *reason)
{
	reason->heartbeat_ns = 100 * NS_PER_MS;
	reason->election_ns = NS_PER_SEC;
	reason_document_settings(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		note_timeouts(reason, episode);
	}
}

void reason_settings(struct reason *reason)
{
	reason_timeouts(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (tells_version(episode)) {
			note_version(reason, episode);
		}
	}
	int64_t configured = ttl_configured(reason);
	reason->ttl_ns = configured > 0
	                         ? configured
	                         : ttl_of_version(reason->findings->environment.milvus_version);
}
