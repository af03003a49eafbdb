/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several etcds a Milvus used. */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	SCORE_LEASE = 100,   /* a lease that Milvus held is known there: no doubt */
	SCORE_KEYS = 10,     /* keys below Milvus's root path are written there */
	SCORE_FOLDER = 2,    /* collected into the same folder */
	SCORE_NAME = 4,      /* names begin alike: one release or compose project */
	ANSWER_S = 2,        /* what comes so soon after an end may still have been under way */
	ANSWER_LATE_S = 120, /* ... or a matter of clocks, where names do not tell them apart */
	APART_S = 86400,     /* logs that are farther apart are of different days */
	LEASES_MAX = 128
};

/* ---- what speaks for one ---- */

/* "by-dev" of "by-dev/meta/session/rootcoord-7", "/registry" of "/registry/pods". */
static struct str root_of_key(struct str key)
{
	size_t begin = key.len > 0 && key.ptr[0] == '/' ? 1 : 0;
	ptrdiff_t slash = str_find_byte(str_skip(key, begin), '/');
	return slash < 0 ? (struct str){NULL, 0} : str_slice(key, 0, begin + (size_t)slash);
}

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
	const int64_t apart_ns = APART_S * NS_PER_SEC;
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

/* When the last member of a cluster ended for good; TIME_NONE: not seen. */
static int64_t end_of_cluster(const struct reason *reason, int cluster)
{
	int64_t end_ns = TIME_NONE;
	unsigned logs = cluster_logs(reason, cluster);
	vec_foreach (struct process, etcd, &reason->processes) {
		vec_foreach (struct run, run, &reason->findings->runs) {
			bool is_it = process_is_etcd(etcd) && etcd->cluster == cluster &&
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
bool cluster_is_refuted(const struct reason *reason, const struct process *milvus, int cluster)
{
	int64_t end_ns = end_of_cluster(reason, cluster);
	int64_t answer_ns = end_ns == TIME_NONE ? TIME_NONE : first_answer(reason, milvus, end_ns);
	int64_t answer_s = ANSWER_LATE_S;
	bool is_of_kubernetes = false;
	vec_foreach (struct process, etcd, &reason->processes) {
		if (!process_is_etcd(etcd) || etcd->cluster != cluster) {
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
		if (!cluster_is_refuted(reason, milvus, cluster)) {
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
		if (!process_is_etcd(etcd) || etcd->cluster == 0) {
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

int cluster_of_milvus(const struct reason *reason, const struct process *milvus)
{
	int left = cluster_left(reason, milvus);
	return left > 0 ? left : reason->clusters > 1 ? cluster_used(reason, milvus) : 0;
}
