/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics of etcd, Milvus and containers in Prometheus' text format. Several scrapes of one target
 * in a document give what happened between the first and the last. Sources: Prometheus exposition
 * formats; etcd server/storage/wal/metrics.go, mvcc/backend/metrics.go; Milvus pkg/metrics
 */
#include "base/text.h"
#include "side/histogram.h"
#include "side/readers.h"

enum { SCALAR_SETS_MAX = 16, NAME_MAX_BYTES = 128 };

/* What one number of a scrape is called as a fact. Several sets of labels are added up. */
struct scalar_kind {
	struct str name;
	const char *id, *delta_id, *unit;
};

static const struct scalar_kind scalars[] = {
	{STR_INIT("etcd_server_has_leader"), "metrics.etcd.has_leader", NULL, ""},
	{STR_INIT("etcd_server_leader_changes_seen_total"), "metrics.etcd.leader_changes",
         "metrics.etcd.leader_changes_between", ""},
	{STR_INIT("etcd_server_heartbeat_send_failures_total"), "metrics.etcd.heartbeat_failures",
         "metrics.etcd.heartbeat_failures_between", ""},
	{STR_INIT("etcd_server_slow_apply_total"), "metrics.etcd.slow_applies",
         "metrics.etcd.slow_applies_between", ""},
	{STR_INIT("etcd_server_slow_read_indexes_total"), "metrics.etcd.slow_read_indexes",
         "metrics.etcd.slow_read_indexes_between", ""},
	{STR_INIT("etcd_server_proposals_failed_total"), "metrics.etcd.proposals_failed",
         "metrics.etcd.proposals_failed_between", ""},
	{STR_INIT("etcd_server_proposals_pending"), "metrics.etcd.proposals_pending", NULL, ""},
	{STR_INIT("etcd_server_proposals_committed_total"), "metrics.etcd.proposals_committed",
         "metrics.etcd.proposals_committed_between", ""},
	{STR_INIT("etcd_server_proposals_applied_total"), "metrics.etcd.proposals_applied", NULL,
         ""},
	{STR_INIT("etcd_network_peer_sent_failures_total"), "metrics.etcd.peer_sent_failures",
         "metrics.etcd.peer_sent_failures_between", ""},
	{STR_INIT("etcd_server_quota_backend_bytes"), "metrics.etcd.quota_bytes", NULL, "bytes"},
	{STR_INIT("etcd_mvcc_db_total_size_in_bytes"), "metrics.etcd.db_bytes", NULL, "bytes"},
	{STR_INIT("etcd_mvcc_db_total_size_in_use_in_bytes"), "metrics.etcd.db_in_use_bytes", NULL,
         "bytes"},
	{STR_INIT("process_resident_memory_bytes"), "metrics.resident_bytes", NULL, "bytes"},
	{STR_INIT("process_open_fds"), "metrics.open_files", NULL, ""},
	{STR_INIT("process_max_fds"), "metrics.max_files", NULL, ""},
	{STR_INIT("process_start_time_seconds"), NULL, NULL, ""},
	{STR_INIT("container_cpu_cfs_periods_total"), NULL, NULL, ""},
	{STR_INIT("container_cpu_cfs_throttled_periods_total"), NULL, NULL, ""},
};

/* A name and labels, and its values in the first and the last scrape. */
struct scalar_set {
	struct str labels, line;
	double first, last;
	unsigned scrapes;
};

struct scalar {
	struct scalar_set sets[SCALAR_SETS_MAX];
	size_t count;
};

#define FSYNC                                                                                      \
	"metrics.etcd.fsync_p99_ms", "metrics.etcd.fsync_over_1s",                                 \
		"metrics.etcd.fsync_between_p99_ms", "metrics.etcd.fsync_buckets", 1000
static const struct histogram_kind histograms[] = {
	{STR_INIT("etcd_disk_wal_fsync_duration_seconds"), FSYNC},
	{STR_INIT("etcd_disk_wal_fsync_durations_seconds"), FSYNC},
	{STR_INIT("etcd_wal_fsync_durations_seconds"), FSYNC},
	{STR_INIT("etcd_disk_backend_commit_duration_seconds"), "metrics.etcd.commit_p99_ms",
         "metrics.etcd.commit_over_1s", "metrics.etcd.commit_between_p99_ms",
         "metrics.etcd.commit_buckets", 1000},
	{STR_INIT("etcd_network_peer_round_trip_time_seconds"), "metrics.etcd.peer_rtt_p99_ms",
         NULL, "metrics.etcd.peer_rtt_between_p99_ms", NULL, 1000},
	{STR_INIT("milvus_meta_request_latency"), "metrics.milvus.meta_p99_ms",
         "metrics.milvus.meta_over_1s", "metrics.milvus.meta_between_p99_ms", NULL, 1},
};

struct scrape {
	struct scalar scalars[SIDE_COUNT(scalars)];
	struct histogram_sets *histograms[SIDE_COUNT(histograms)];
};

static bool is_metric_start(struct str line)
{
	static const struct str heads[] = {
		STR_INIT("etcd_"), STR_INIT("milvus_"),        STR_INIT("process_"),
		STR_INIT("go_"),   STR_INIT("container_cpu_"), STR_INIT("internal_"),
	};
	for (size_t i = 0; i < SIDE_COUNT(heads); i++) {
		if (str_starts(line, heads[i])) {
			return true;
		}
	}
	return false;
}

/* Name, labels and value of a sample. */
static bool split(struct str line, struct str *name, struct str *labels, double *value)
{
	size_t len = 0;
	while (len < line.len && line.ptr[len] != '{' && line.ptr[len] != ' ') {
		len++;
	}
	*name = str_slice(line, 0, len);
	*labels = STR("");
	struct str rest = str_skip(line, len);
	if (str_starts(rest, STR("{"))) {
		ptrdiff_t end = str_find_last_byte(rest, '}');
		if (end < 0) {
			return false;
		}
		*labels = str_slice(rest, 1, (size_t)end);
		rest = str_skip(rest, (size_t)end + 1);
	}
	return len > 0 && len < NAME_MAX_BYTES && str_starts(rest, STR(" ")) &&
	       side_number(rest, value);
}

/* Three samples that begin lines, or one with its type. */
static int bid(struct str text)
{
	struct str rest = text, line, name, labels;
	int count = 0;
	double value;
	if (!str_contains(text, STR("_total")) && !str_contains(text, STR("_bucket{")) &&
	    !str_contains(text, STR("# TYPE "))) {
		return 0;
	}
	while (side_line(&rest, &line) && count < 3) {
		struct str trimmed = str_trim(line);
		if (str_starts(trimmed, STR("# TYPE "))) {
			count++;
		} else if (is_metric_start(trimmed)) {
			count += split(trimmed, &name, &labels, &value) ? 1 : 0;
		}
	}
	return count >= 3 ? 90 : 0;
}

static void note_scalar(struct scalar *scalar, struct str labels, double value, struct str line)
{
	struct scalar_set *set = NULL;
	for (size_t i = 0; i < scalar->count && set == NULL; i++) {
		set = str_equals(scalar->sets[i].labels, labels) ? &scalar->sets[i] : NULL;
	}
	if (set == NULL) {
		if (scalar->count == SCALAR_SETS_MAX) {
			return;
		}
		set = &scalar->sets[scalar->count++];
		*set = (struct scalar_set){.labels = labels, .first = value};
	}
	set->last = value;
	set->line = line;
	set->scrapes++;
}

static void read_sample(struct scrape *scrape, struct side_sink *sink, struct str line)
{
	struct str name, labels;
	double value;
	if (!split(line, &name, &labels, &value)) {
		return;
	}
	for (size_t i = 0; i < SIDE_COUNT(scalars); i++) {
		if (str_equals(name, scalars[i].name)) {
			note_scalar(&scrape->scalars[i], labels, value, line);
			return;
		}
	}
	for (size_t i = 0; i < SIDE_COUNT(histograms); i++) {
		struct str kind = histograms[i].name;
		if (str_starts(name, kind) &&
		    str_equals(str_skip(name, kind.len), STR("_bucket"))) {
			if (scrape->histograms[i] == NULL) {
				scrape->histograms[i] = histogram_sets_create(sink->tmp);
			}
			histogram_sets_add(scrape->histograms[i], labels, value, line);
			return;
		}
	}
}

static const struct scalar *scalar_of(const struct scrape *scrape, const char *name)
{
	for (size_t i = 0; i < SIDE_COUNT(scalars); i++) {
		if (str_equals(scalars[i].name, str_from(name))) {
			return &scrape->scalars[i];
		}
	}
	return NULL;
}

static void add_scalar(struct side_sink *sink, const struct scalar_kind *kind,
                       const struct scalar *scalar)
{
	double sum = 0, delta = 0;
	bool has_between = false;
	for (size_t i = 0; i < scalar->count; i++) {
		const struct scalar_set *set = &scalar->sets[i];
		sum += set->last;
		/* a counter that fell began anew */
		delta += set->last >= set->first ? set->last - set->first : set->last;
		has_between |= set->scrapes > 1;
	}
	if (scalar->count > 0 && kind->id != NULL) {
		side_fact(sink, kind->id, sum, kind->unit, scalar->sets[0].line);
	}
	if (has_between && kind->delta_id != NULL) {
		side_fact(sink, kind->delta_id, delta, kind->unit, scalar->sets[0].line);
	}
}

static void add_share(struct side_sink *sink, const char *id, const struct scalar *part,
                      const struct scalar *whole)
{
	for (size_t i = 0; i < part->count; i++) {
		for (size_t j = 0; j < whole->count; j++) {
			const struct scalar_set *of = &whole->sets[j];
			if (str_equals(part->sets[i].labels, of->labels) && of->last > 0) {
				side_fact(sink, id, part->sets[i].last / of->last * 100, "%",
				          part->sets[i].line);
			}
		}
	}
}

static void add_start(struct side_sink *sink, const struct scalar *start)
{
	for (size_t i = 0; i < start->count; i++) {
		const struct scalar_set *set = &start->sets[i];
		if (set->last > 0 && set->last < 4e9) {
			struct str text = clock_format(sink->tmp, (int64_t)set->last * NS_PER_SEC);
			side_fact_text(sink, "metrics.process_start", text, set->line);
		}
		if (set->scrapes > 1 && set->last > set->first) {
			side_fact(sink, "metrics.restarted", 1, "", set->line);
		}
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct scrape *scrape = arena_new(sink->tmp, struct scrape);
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (is_metric_start(trimmed)) {
			read_sample(scrape, sink, trimmed);
		}
	}
	for (size_t i = 0; i < SIDE_COUNT(scalars); i++) {
		add_scalar(sink, &scalars[i], &scrape->scalars[i]);
	}
	for (size_t i = 0; i < SIDE_COUNT(histograms); i++) {
		if (scrape->histograms[i] != NULL) {
			histogram_sets_close(scrape->histograms[i], &histograms[i], sink);
		}
	}
	add_share(sink, "metrics.etcd.db_quota_percent",
	          scalar_of(scrape, "etcd_mvcc_db_total_size_in_bytes"),
	          scalar_of(scrape, "etcd_server_quota_backend_bytes"));
	add_share(sink, "metrics.cpu_throttled_percent",
	          scalar_of(scrape, "container_cpu_cfs_throttled_periods_total"),
	          scalar_of(scrape, "container_cpu_cfs_periods_total"));
	add_start(sink, scalar_of(scrape, "process_start_time_seconds"));
}

const struct side side_metrics = {
	.name = "metrics",
	.what = TEXT_MARK("metrics"),
	.bid = bid,
	.read = read,
};
