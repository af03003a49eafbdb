/* SPDX-License-Identifier: Apache-2.0 */
/* Which etcds belong together, how many members they have, and which of them Milvus used. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>
#include <string.h>

enum {
	SCORE_LEASE = 100,   /* a lease that Milvus held is known there: no doubt */
	SCORE_KEYS = 10,     /* keys below Milvus's root path are written there */
	SCORE_FOLDER = 2,    /* collected into the same folder */
	SCORE_NAME = 4,      /* names begin alike: one release or compose project */
	ANSWER_S = 2,        /* what comes so soon after an end may still have been under way */
	ANSWER_LATE_S = 120, /* ... or a matter of clocks, where names do not tell them apart */
	SILENT_S = 86400,    /* etcd prints more often than that: its compactions */
	MEMBERS_MAX = 16,
	LEASES_MAX = 128,
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
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_equals(episode->kind->id, kinds[i])) {
			return true;
		}
	}
	return false;
}

static bool is_etcd(const struct process *process)
{
	return str_equals(process->component, STR("etcd"));
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
		if (is_etcd(&reason->processes.items[i])) {
			all[i] = identities_of(reason, &reason->processes.items[i]);
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (is_etcd(&reason->processes.items[i])) {
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

/* "by-dev" of "by-dev/meta/session/rootcoord-7", "/registry" of "/registry/pods". */
static struct str root_of_key(struct str key)
{
	size_t begin = key.len > 0 && key.ptr[0] == '/' ? 1 : 0;
	ptrdiff_t slash = str_find_byte(str_skip(key, begin), '/');
	return slash < 0 ? (struct str){NULL, 0} : str_slice(key, 0, begin + (size_t)slash);
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
		if (is_etcd(other) && other->cluster == cluster &&
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
			is_etcd(process) && reason_is_of_kubernetes(reason, process);
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
		if (!is_etcd(process) || process->cluster_id.len == 0) {
			continue;
		}
		for (size_t j = 0; j < i && process->cluster == 0; j++) {
			const struct process *other = &reason->processes.items[j];
			bool is_it = is_etcd(other) && is_same_cluster(other, process) &&
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
		if (is_etcd(process) && str_equals(process->instance, instance)) {
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

/* ---- which one Milvus used ---- */

/* Leases that Milvus says it held. */
struct lease_ids {
	struct str items[LEASES_MAX];
	size_t count;
};

static void collect_leases(const struct reason *reason, const struct process *milvus,
                           struct lease_ids *leases)
{
	leases->count = 0;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!str_starts(episode->kind->id, STR("milvus.session.")) ||
		    !str_equals(episode_instance(reason, episode), milvus->instance)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count && leases->count < LEASES_MAX; i++) {
			struct str lease = event_field_text(episode->members[i], STR("lease"));
			if (lease.len > 0) {
				leases->items[leases->count++] = lease;
			}
		}
	}
}

static bool holds_lease(const struct lease_ids *leases, struct str lease)
{
	for (size_t i = 0; i < leases->count; i++) {
		if (str_equals(leases->items[i], lease)) {
			return true;
		}
	}
	return false;
}

static struct str root_of_milvus(const struct reason *reason, const struct process *milvus)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_own = str_equals(episode_component(episode), STR("milvus")) &&
		              str_equals(episode_instance(reason, episode), milvus->instance);
		for (size_t i = 0; is_own && i < episode->member_count; i++) {
			struct str key = event_field_text(episode->members[i], STR("key"));
			struct str root = root_of_key(key);
			if (root.len > 0) {
				return root;
			}
		}
	}
	return (struct str){NULL, 0};
}

/* What the events of an etcd say for it. */
static int score_events(const struct reason *reason, const struct process *milvus,
                        const struct process *etcd)
{
	struct str root = root_of_milvus(reason, milvus);
	struct lease_ids leases;
	int score = 0;
	collect_leases(reason, milvus, &leases);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_own = str_equals(episode_component(episode), STR("etcd")) &&
		              str_equals(episode_instance(reason, episode), etcd->instance);
		for (size_t i = 0; is_own && i < episode->member_count; i++) {
			struct str lease = event_field_text(episode->members[i], STR("lease"));
			struct str key = event_field_text(episode->members[i], STR("key"));
			if (lease.len > 0 && score < SCORE_LEASE && holds_lease(&leases, lease)) {
				score = SCORE_LEASE;
			}
			if (root.len > 0 && score < SCORE_KEYS &&
			    str_equals(root_of_key(key), root)) {
				score = SCORE_KEYS;
			}
		}
	}
	return score;
}

static struct str folder_of(struct str path)
{
	ptrdiff_t slash = str_find_last_byte(path, '/');
	return str_slice(path, 0, (size_t)(slash + 1));
}

/* Whether something of both was collected into one folder. */
static bool shares_folder(const struct digest *digest, struct str a, struct str b)
{
	for (size_t i = 0; i < digest->source_count; i++) {
		struct str folder = folder_of(digest->sources[i].path);
		for (size_t j = 0; folder.len > 0 && str_equals(digest->sources[i].instance, a) &&
		                   j < digest->source_count;
		     j++) {
			if (str_equals(digest->sources[j].instance, b) &&
			    str_equals(folder_of(digest->sources[j].path), folder)) {
				return true;
			}
		}
	}
	return false;
}

/* Bytes that two names begin with in common, up to a dash. */
static size_t common_words(struct str a, struct str b)
{
	size_t at = 0, whole = 0;
	while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at]) {
		at++;
		whole = a.ptr[at - 1] == '-' || a.ptr[at - 1] == '_' || a.ptr[at - 1] == '/'
		                ? at
		                : whole;
	}
	return whole;
}

/* Whether the logs of two processes are of different days. */
static bool are_days_apart(const struct process *a, const struct process *b)
{
	const int64_t apart_ns = SILENT_S * NS_PER_SEC;
	return a->first_ns != TIME_NONE && b->first_ns != TIME_NONE &&
	       (a->first_ns > b->last_ns + apart_ns || b->first_ns > a->last_ns + apart_ns);
}

static int score_of(const struct reason *reason, const struct process *milvus,
                    const struct process *etcd)
{
	if (are_days_apart(milvus, etcd)) {
		return 0;
	}
	int score = score_events(reason, milvus, etcd);
	score += shares_folder(reason->digest, milvus->instance, etcd->instance) ? SCORE_FOLDER : 0;
	return score + (common_words(milvus->instance, etcd->instance) > 0 ? SCORE_NAME : 0);
}

/* ---- which one it cannot have used ---- */

/* A complaint of etcd: it may have been gone for a while. */
static bool is_complaint(const struct episode *episode)
{
	return !episode_is_answer(episode) && (episode_is(episode, STR("etcd.client.*")) ||
	                                       episode_is(episode, STR("milvus.etcd.*")) ||
	                                       episode_is(episode, STR("milvus.kv.*")) ||
	                                       episode_is(episode, STR("milvus.tso.*")));
}

/* Of how many members there are logs. cluster: 0: of all */
static unsigned count_logs(const struct reason *reason, int cluster)
{
	unsigned logs = 0;
	vec_foreach (struct process, process, &reason->processes) {
		logs += is_etcd(process) && (cluster == 0 || process->cluster == cluster) ? 1 : 0;
	}
	return logs;
}

/* When the last member of a cluster ended for good; TIME_NONE: not seen. */
static int64_t end_of_cluster(const struct reason *reason, int cluster)
{
	int64_t end_ns = TIME_NONE;
	unsigned logs = count_logs(reason, cluster);
	vec_foreach (struct process, etcd, &reason->processes) {
		vec_foreach (struct run, run, &reason->findings->runs) {
			bool is_it = is_etcd(etcd) && etcd->cluster == cluster &&
			             str_equals(run->component, etcd->component) &&
			             str_equals(run->instance, etcd->instance);
			if (is_it && (!run->has_ended || run->end_ns == TIME_NONE)) {
				return TIME_NONE;
			}
			end_ns = is_it && run->end_ns > end_ns ? run->end_ns : end_ns;
		}
	}
	return logs >= reason_member_count(reason, cluster) ? end_ns : TIME_NONE;
}

/* When an etcd first answered Milvus after a time; TIME_NONE if Milvus had missed it by then. */
static int64_t first_answer(const struct reason *reason, const struct process *milvus,
                            int64_t after_ns)
{
	int64_t answer_ns = TIME_NONE, complaint_ns = TIME_NONE;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_known = episode_is_answer(episode) || is_complaint(episode);
		if (!is_known || !str_equals(episode_instance(reason, episode), milvus->instance)) {
			continue;
		}
		int64_t *first = episode_is_answer(episode) ? &answer_ns : &complaint_ns;
		for (size_t i = 0; i < episode->member_count; i++) {
			int64_t at_ns = episode->members[i]->time_ns;
			bool is_later = at_ns != TIME_NONE && at_ns > after_ns;
			*first = is_later && (*first == TIME_NONE || at_ns < *first) ? at_ns
			                                                             : *first;
		}
	}
	return complaint_ns == TIME_NONE || complaint_ns > answer_ns ? answer_ns : TIME_NONE;
}

/* Names that begin with different words: "billing-etcd", "vectors-milvus". */
static bool are_named_apart(struct str a, struct str b)
{
	return str_find_last_byte(a, '-') > 0 && str_find_last_byte(b, '-') > 0 &&
	       common_words(a, b) == 0;
}

/* Kubernetes uses it; or Milvus's own etcd still answered after that one had ended, and nothing
 * tells of a new start. */
static bool is_refuted(const struct reason *reason, const struct process *milvus, int cluster)
{
	int64_t end_ns = end_of_cluster(reason, cluster);
	int64_t answer_ns = end_ns == TIME_NONE ? TIME_NONE : first_answer(reason, milvus, end_ns);
	int64_t answer_s = ANSWER_LATE_S;
	bool is_of_kubernetes = false;
	vec_foreach (struct process, etcd, &reason->processes) {
		if (!is_etcd(etcd) || etcd->cluster != cluster) {
			continue;
		}
		answer_s = are_named_apart(etcd->instance, milvus->instance) ? ANSWER_S : answer_s;
		if (score_events(reason, milvus, etcd) > 0) {
			return false;
		}
		is_of_kubernetes |= etcd->is_of_kubernetes;
	}
	if (is_of_kubernetes) {
		return true;
	}
	return answer_ns != TIME_NONE && answer_ns > end_ns + answer_s * NS_PER_SEC;
}

/* Of the clusters that Milvus may have used: the only one, or one whose logs are not there; 0 when
 * nothing tells. */
static int cluster_left(const struct reason *reason, const struct process *milvus)
{
	int left = 0, count = 0;
	for (int cluster = 1; cluster <= reason->clusters; cluster++) {
		if (!is_refuted(reason, milvus, cluster)) {
			left = cluster;
			count++;
		}
	}
	return count == reason->clusters || count > 1 ? 0
	       : count == 1                           ? left
	                                              : reason->clusters + 1;
}

/* The cluster with the best reasons; 0 when two are alike. */
static int cluster_used(const struct reason *reason, const struct process *milvus)
{
	int best = 0, best_score = 0;
	bool is_tied = false;
	vec_foreach (struct process, etcd, &reason->processes) {
		if (!is_etcd(etcd) || etcd->cluster == 0) {
			continue;
		}
		int score = score_of(reason, milvus, etcd);
		is_tied = score == best_score ? is_tied || (score > 0 && etcd->cluster != best)
		                              : score < best_score && is_tied;
		if (score > best_score) {
			best_score = score;
			best = etcd->cluster;
		}
	}
	return is_tied ? 0 : best;
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
			int left = cluster_left(reason, process);
			process->cluster = left > 0               ? left
			                   : reason->clusters > 1 ? cluster_used(reason, process)
			                                          : 0;
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
	int64_t from_ns = stop->time_ns;
	bool is_it = false;
	vec_foreach (struct run, run, &reason->findings->runs) {
		if (str_equals(run->component, stop->component) && run->start_ns != TIME_NONE &&
		    str_equals(run->instance, stop->instance) && run->end_ns == stop->time_ns) {
			from_ns = run->start_ns;
		}
	}
	vec_foreach (struct process, etcd, &reason->processes) {
		is_it |= is_etcd(etcd) && etcd->cluster == cluster && etcd->first_ns != TIME_NONE &&
		         etcd->first_ns <= stop->time_ns &&
		         etcd->last_ns >= from_ns - SILENT_S * NS_PER_SEC;
	}
	return is_it;
}

/* The cluster that a stop is about. A name may come back with another one, weeks later: then it is
 * the one whose logs are of that time. */
static int cluster_of_stop(const struct reason *reason, const struct stop *stop)
{
	int cluster = cluster_of(reason, stop->component, stop->instance), of_time = 0, count = 0;
	if (count_logs(reason, cluster) == 0 || stop->time_ns == TIME_NONE || cluster == 0 ||
	    is_of_time(reason, cluster, stop)) {
		return cluster;
	}
	const struct process *process = process_find(reason, stop->component, stop->instance);
	for (int other = 1; other <= reason->clusters; other++) {
		if (is_of_time(reason, other, stop) && !is_refuted(reason, process, other)) {
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
	unsigned logs = count_logs(reason, cluster);
	count = count > logs ? count : logs;
	/* one that starts again knows its members a moment later */
	is_single = (is_single && !has_peers) || count == 1;
	/* two that are named have a third: clusters of two are not run */
	return count == 2 && logs < 2 ? 3 : is_single ? 1 : count;
}

unsigned reason_missing_members(const struct reason *reason)
{
	unsigned logs = count_logs(reason, reason->focus);
	unsigned members = reason_member_count(reason, reason->focus);
	return logs > 0 && logs < members && members > 1 ? members - logs : 0;
}
