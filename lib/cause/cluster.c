/* SPDX-License-Identifier: Apache-2.0 */
/* Which etcds belong together, how many members they have, and which of them a stop is about. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>
#include <string.h>

enum {
	SILENT_S = 86400, /* etcd prints more often than that: its compactions */
	MEMBERS_MAX = 16,
	IDENTITIES_MAX = 4 /* clusters that one member says it is in, one after the other */
};

/* ---- who is who ---- */

static bool tells_identity(const struct episode *episode)
{
	static const struct str kinds[] = {
		STR_INIT("etcd.start.fresh"),     STR_INIT("etcd.start.restart"),
		STR_INIT("etcd.start.published"), STR_INIT("etcd.raft.started"),
		STR_INIT("etcd.start.server"),    STR_INIT("etcd.voters"),
	};
	return str_is_any(episode->kind->id, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static struct process *etcd_of(struct reason *reason, const struct episode *episode)
{
	struct str instance = episode_instance(reason, episode);
	vec_foreach (struct process, process, &reason->processes) {
		if (str_equals(process->component, STR("etcd")) &&
		    str_equals(process->instance, instance)) {
			return process;
		}
	}
	return NULL;
}

/* A cluster that a member says it is in, and since when. */
struct identity {
	struct str cluster_id, member_id;
	int64_t since_ns;
};

struct identities {
	struct identity items[IDENTITIES_MAX]; /* ascending */
	size_t count;
};

static void identity_add(struct identities *identities, const struct event *event)
{
	struct identity new = {event_field_text(event, STR("cluster_id")),
	                       event_field_text(event, STR("member")), event->time_ns};
	for (size_t i = 0; i < identities->count; i++) {
		struct identity *known = &identities->items[i];
		if (str_equals(known->cluster_id, new.cluster_id)) {
			known->since_ns =
				new.since_ns < known->since_ns ? new.since_ns : known->since_ns;
			known->member_id =
				known->member_id.len > 0 ? known->member_id : new.member_id;
			return;
		}
	}
	if (identities->count < IDENTITIES_MAX) {
		identities->items[identities->count++] = new;
	}
}

static int compare_identities(const void *a, const void *b)
{
	const struct identity *left = a, *right = b;
	return left->since_ns != right->since_ns
	               ? (left->since_ns > right->since_ns) - (left->since_ns < right->since_ns)
	               : str_compare(left->cluster_id, right->cluster_id);
}

/* All clusters that an etcd says it was in. */
static struct identities identities_of(const struct reason *reason, const struct process *process)
{
	struct identities identities = {.count = 0};
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_it = tells_identity(episode) &&
		             str_equals(episode_instance(reason, episode), process->instance);
		for (size_t i = 0; is_it && i < episode->member_count; i++) {
			if (event_field_text(episode->members[i], STR("cluster_id")).len > 0) {
				identity_add(&identities, episode->members[i]);
			}
		}
	}
	qsort(identities.items, identities.count, sizeof(identities.items[0]), compare_identities);
	return identities;
}

/* How many other etcds say that they are in that cluster, too. */
static size_t count_others(const struct identities *all, size_t count, size_t own,
                           struct str cluster_id)
{
	size_t others = 0;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; i != own && j < all[i].count; j++) {
			others += str_equals(all[i].items[j].cluster_id, cluster_id) ? 1 : 0;
		}
	}
	return others;
}

/* Of several clusters the one with most others in it, then the first: what comes back with a new
 * id is still a member of the old one that is missed there. */
static void settle_identity(struct process *process, const struct identities *all, size_t count,
                            size_t own)
{
	const struct identities *identities = &all[own];
	size_t best = 0, most = 0;
	for (size_t i = 0; identities->count > 1 && i < identities->count; i++) {
		size_t others = count_others(all, count, own, identities->items[i].cluster_id);
		best = others > most ? i : best;
		most = others > most ? others : most;
	}
	process->of_cluster = (struct window){TIME_NONE, TIME_NONE};
	if (identities->count > 0) {
		process->cluster_id = identities->items[best].cluster_id;
		process->member_id = identities->items[best].member_id;
	}
	if (identities->count > 0 && best > 0) {
		process->of_cluster.from_ns = identities->items[best].since_ns;
	}
	if (best + 1 < identities->count) {
		process->of_cluster.to_ns = identities->items[best + 1].since_ns;
	}
}

static void settle_identities(struct reason *reason)
{
	size_t count = reason->processes.count;
	struct identities *all = arena_array(reason->keep, struct identities, count + 1);
	for (size_t i = 0; i < count; i++) {
		if (process_is_etcd(&reason->processes.items[i])) {
			all[i] = identities_of(reason, &reason->processes.items[i]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (process_is_etcd(&reason->processes.items[i])) {
			settle_identity(&reason->processes.items[i], all, count, i);
		}
	}
}

/* Where only lines without a cluster tell who it is. */
static void note_member(struct reason *reason, const struct episode *episode)
{
	struct process *process = etcd_of(reason, episode);
	for (size_t i = 0; process != NULL && i < episode->member_count; i++) {
		struct str member = event_field_text(episode->members[i], STR("member"));
		process->member_id = process->member_id.len == 0 ? member : process->member_id;
	}
}

/* ---- clusters ---- */

static bool runs_at_same_time(const struct process *a, const struct process *b)
{
	return a->first_ns != TIME_NONE && b->first_ns != TIME_NONE && a->first_ns < b->last_ns &&
	       b->first_ns < a->last_ns;
}

/* One member id twice at the same time: ids follow from addresses, and those of single etcds are
 * often alike. */
static bool is_twin(const struct process *a, const struct process *b)
{
	return str_equals(a->cluster_id, b->cluster_id) && a->member_id.len > 0 &&
	       str_equals(a->member_id, b->member_id) && runs_at_same_time(a, b);
}

static bool is_same_cluster(const struct process *a, const struct process *b)
{
	return a->cluster_id.len > 0 && str_equals(a->cluster_id, b->cluster_id) && !is_twin(a, b);
}

/* Whether one of the etcds before it is in a cluster that it cannot be in, too. */
static bool has_twin(const struct reason *reason, size_t index, int cluster)
{
	for (size_t i = 0; i < index; i++) {
		const struct process *other = &reason->processes.items[i];
		if (process_is_etcd(other) && other->cluster == cluster &&
		    is_twin(other, &reason->processes.items[index])) {
			return true;
		}
	}
	return false;
}

/* Those of Kubernetes that do not say to which they belong are one cluster. */
static void find_kubernetes(struct reason *reason)
{
	int number = 0;
	vec_foreach (struct process, process, &reason->processes) {
		process->is_of_kubernetes =
			process_is_etcd(process) && reason_is_of_kubernetes(reason, process);
		if (process->is_of_kubernetes && process->cluster == 0) {
			number = number == 0 ? ++reason->clusters : number;
			process->cluster = number;
		}
	}
}

/* Numbers from 1; 0 for an etcd that does not say to which it belongs. */
static void number_clusters(struct reason *reason)
{
	int count = 0;
	for (size_t i = 0; i < reason->processes.count; i++) {
		struct process *process = &reason->processes.items[i];
		process->cluster = 0;
		if (!process_is_etcd(process) || process->cluster_id.len == 0) {
			continue;
		}
		for (size_t j = 0; j < i && process->cluster == 0; j++) {
			const struct process *other = &reason->processes.items[j];
			bool is_it = process_is_etcd(other) && is_same_cluster(other, process) &&
			             !has_twin(reason, i, other->cluster);
			process->cluster = is_it ? other->cluster : 0;
		}
		if (process->cluster == 0) {
			process->cluster = ++count;
		}
	}
	reason->clusters = count;
	find_kubernetes(reason);
}

/* NULL: no etcd wrote it. */
static const struct process *etcd_of_source(const struct reason *reason, uint32_t source)
{
	struct str instance = reason->digest->sources[source].instance;
	vec_foreach (struct process, process, &reason->processes) {
		if (process_is_etcd(process) && str_equals(process->instance, instance)) {
			return process;
		}
	}
	return NULL;
}

static int cluster_of_source(const struct reason *reason, uint32_t source)
{
	const struct process *etcd = etcd_of_source(reason, source);
	return etcd == NULL ? 0 : etcd->cluster;
}

void reason_clusters(struct reason *reason)
{
	settle_identities(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (tells_identity(episode)) {
			note_member(reason, episode);
		}
	}
	number_clusters(reason);
	int most = reason->clusters;
	vec_foreach (struct process, process, &reason->processes) {
		if (reason->clusters > 0 && str_equals(process->component, STR("milvus"))) {
			process->cluster = cluster_of_milvus(reason, process);
			most = process->cluster > most ? process->cluster : most;
		}
	}
	reason->clusters = most;
}

/* ---- looking at one of them ---- */

static int cluster_of(const struct reason *reason, struct str component, struct str instance)
{
	const struct process *process = process_find(reason, component, instance);
	return process == NULL ? 0 : process->cluster;
}

/* Whether a member of a cluster printed something while a run went on that a stop ended, or not too
 * long before: one that is well may be silent for hours. */
static bool is_of_time(const struct reason *reason, int cluster, const struct stop *stop)
{
	int64_t start_ns = run_start(reason, stop, stop->time_ns);
	int64_t from_ns = start_ns == TIME_NONE ? stop->time_ns : start_ns;
	bool is_it = false;
	vec_foreach (struct process, etcd, &reason->processes) {
		is_it |= process_is_etcd(etcd) && etcd->cluster == cluster &&
		         etcd->first_ns != TIME_NONE && etcd->first_ns <= stop->time_ns &&
		         etcd->last_ns >= from_ns - SILENT_S * NS_PER_SEC;
	}
	return is_it;
}

/* The cluster that a stop is about. A name may come back with another one, weeks later: then it is
 * the one whose logs are of that time. */
static int cluster_of_stop(const struct reason *reason, const struct stop *stop)
{
	int cluster = cluster_of(reason, stop->component, stop->instance), of_time = 0, count = 0;
	if (cluster_logs(reason, cluster) == 0 || stop->time_ns == TIME_NONE || cluster == 0 ||
	    is_of_time(reason, cluster, stop)) {
		return cluster;
	}
	const struct process *process = process_find(reason, stop->component, stop->instance);
	for (int other = 1; other <= reason->clusters; other++) {
		if (is_of_time(reason, other, stop) &&
		    !cluster_is_refuted(reason, process, other)) {
			of_time = other;
			count++;
		}
	}
	return count == 0 ? cluster : count == 1 ? of_time : 0;
}

/* Without a stop: the cluster of Milvus where all of them use one. */
static int cluster_of_all(const struct reason *reason)
{
	int found = -1;
	vec_foreach (struct process, process, &reason->processes) {
		if (str_equals(process->component, STR("milvus"))) {
			found = found == -1 || found == process->cluster ? process->cluster : 0;
		}
	}
	return found > 0 ? found : 0;
}

bool stop_is_foreign(const struct reason *reason, const struct stop *stop)
{
	int cluster = cluster_of_stop(reason, stop);
	return reason->focus > 0 && cluster > 0 && cluster != reason->focus;
}

/* Whether no Milvus uses the cluster of an etcd that stopped, though it is known which they use. */
bool stop_is_of_others(const struct reason *reason, const struct stop *stop)
{
	int cluster = cluster_of(reason, stop->component, stop->instance);
	bool has_milvus = false;
	vec_foreach (struct process, process, &reason->processes) {
		if (str_equals(process->component, STR("milvus"))) {
			if (process->cluster == 0 || process->cluster == cluster) {
				return false;
			}
			has_milvus = true;
		}
	}
	return has_milvus && str_equals(stop->component, STR("etcd")) && cluster > 0;
}

void reason_focus(struct reason *reason)
{
	struct digest *whole = reason->digest;
	reason->focus = 0;
	if (reason->clusters < 2) {
		return;
	}
	reason->focus = reason->stop == NULL ? cluster_of_all(reason)
	                                     : cluster_of_stop(reason, reason->stop);
	if (reason->focus == 0) {
		return;
	}
	reason->view = *whole;
	reason->view.sources = arena_array(reason->keep, struct source, whole->source_count);
	memcpy(reason->view.sources, whole->sources, whole->source_count * sizeof(struct source));
	reason->view.episodes = (struct episode_list){0};
	for (uint32_t i = 0; i < whole->source_count; i++) {
		int cluster = cluster_of_source(reason, i);
		if (cluster > 0 && cluster != reason->focus) {
			reason->view.sources[i].component = STR("etcd of others");
			reason->view.sources[i].by_program[FORMAT_ETCD] = 0;
		}
	}
	vec_foreach (struct episode, episode, &whole->episodes) {
		if (!str_equals(reason->view.sources[episode->source].component,
		                STR("etcd of others"))) {
			vec_push(&reason->view.episodes, *episode);
		}
	}
	reason->digest = &reason->view;
	reason_note_sides(reason);
}

void reason_unfocus(struct reason *reason, struct digest *whole)
{
	if (reason->digest == &reason->view) {
		vec_finish(&reason->view.episodes);
		reason->digest = whole;
		reason_note_sides(reason);
	}
	reason->focus = 0;
}

/* ---- members ---- */

/* Of how many members there are logs. cluster: 0: of all */
unsigned cluster_logs(const struct reason *reason, int cluster)
{
	unsigned logs = 0;
	vec_foreach (struct process, process, &reason->processes) {
		logs += process_is_etcd(process) && (cluster == 0 || process->cluster == cluster)
		                ? 1
		                : 0;
	}
	return logs;
}

static void add_member(struct str *members, unsigned *count, struct str member)
{
	for (unsigned i = 0; i < *count; i++) {
		if (str_equals(members[i], member)) {
			return;
		}
	}
	if (member.len > 0 && *count < MEMBERS_MAX) {
		members[(*count)++] = member;
	}
}

/* Whether a member said something while it was in the cluster that it is counted to. */
static bool is_of_cluster(const struct process *etcd, const struct event *event)
{
	const struct window *window = &etcd->of_cluster;
	return event->time_ns == TIME_NONE ||
	       ((window->from_ns == TIME_NONE || event->time_ns >= window->from_ns) &&
	        (window->to_ns == TIME_NONE || event->time_ns < window->to_ns));
}

/* Those that an event names. */
static void add_members(struct str *members, unsigned *count, const struct event *event)
{
	static const struct str fields[] = {STR_INIT("peer"), STR_INIT("to"), STR_INIT("from"),
	                                    STR_INIT("member")};
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct event_field *field = event_field(event, fields[i]);
		if (field != NULL && field->type == EVENT_MEMBER &&
		    !str_equals(field->text, STR("0"))) {
			add_member(members, count, field->text);
		}
	}
}

/* Members of a cluster as far as its lines name them; 0: not known. cluster 0: of all etcds. */
unsigned reason_member_count(const struct reason *reason, int cluster)
{
	struct str members[MEMBERS_MAX];
	unsigned count = 0;
	bool is_single = false, has_peers = false;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_about_members = episode_is(episode, STR("etcd.member.added")) ||
		                        episode_is(episode, STR("etcd.vote.*")) ||
		                        (episode_is(episode, STR("etcd.peer.*")) &&
		                         !episode_is(episode, STR("etcd.peer.id_mismatch"))) ||
		                        episode_is(episode, STR("etcd.leader.changed")) ||
		                        episode_is(episode, STR("etcd.heartbeat.late")) ||
		                        episode_is(episode, STR("etcd.term.*"));
		const struct process *etcd = etcd_of_source(reason, episode->source);
		if (cluster > 0 && (etcd == NULL || etcd->cluster != cluster)) {
			continue;
		}
		is_single |= episode_is(episode, STR("etcd.start.single_node"));
		has_peers |= episode_is(episode, STR("etcd.peer.*"));
		for (size_t i = 0; is_about_members && i < episode->member_count; i++) {
			if (etcd == NULL || is_of_cluster(etcd, episode->members[i])) {
				add_members(members, &count, episode->members[i]);
			}
		}
	}
	unsigned logs = cluster_logs(reason, cluster);
	count = count > logs ? count : logs;
	/* one that starts again knows its members a moment later */
	is_single = (is_single && !has_peers) || count == 1;
	/* two that are named have a third: clusters of two are not run */
	return count == 2 && logs < 2 ? 3 : is_single ? 1 : count;
}

unsigned reason_missing_members(const struct reason *reason)
{
	unsigned logs = cluster_logs(reason, reason->focus);
	unsigned members = reason_member_count(reason, reason->focus);
	return logs > 0 && logs < members && members > 1 ? members - logs : 0;
}
