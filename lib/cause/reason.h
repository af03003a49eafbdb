/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One piece of reasoning under way; private to cause/. Its steps, in order, are the functions
 * below. */

#include "cause/set.h"

/** A span of time; from_ns TIME_NONE: no bound. */
struct window {
	int64_t from_ns;
	int64_t to_ns;
};

/** A process that may have run several times: one Milvus role or one etcd member. */
struct process {
	struct str component;
	struct str instance;
	int64_t first_ns, last_ns; /* of its dated records; TIME_NONE */
	bool is_running_at_end;    /* nothing shows that its last run ended */
	struct str version;
	uint64_t starts;
	const struct event *start;        /* first line of the last start; NULL */
	struct str cluster_id, member_id; /* of etcd, hexadecimal; empty: not known */
	struct window of_cluster; /* while it said that id; it may come back with another one */
	bool is_of_kubernetes;    /* an etcd that Kubernetes itself uses */
	int cluster;              /* number of the etcd cluster it is in, or uses; 0: not known */
};

struct process_list {
	struct process *items;
	size_t count, capacity;
};

struct derived_fact {
	struct str id;
	double value;
	struct str text;
	const struct episode *episode; /* evidence; NULL */
	bool is_relation; /* between logs: no cause explains it away by what it leads to in one */
};

struct derived_list {
	struct derived_fact *items;
	size_t count, capacity;
};

struct reason {
	const struct cause_set *set;
	const struct cause_options *options;
	struct digest *digest;
	struct findings *findings;
	struct arena *keep;
	struct process_list processes;
	struct derived_list derived;
	struct window window; /* what is looked at for the main stop */
	struct stop *stop;    /* the stop that is explained; NULL */
	struct {
		const struct episode **items;
		size_t count, capacity;
	} roots;           /* evidence of the named cause's strong signs */
	int64_t free_ns;   /* when something ended that nothing had forced; TIME_NONE */
	int64_t passed_ns; /* what was over then is no cause of that */
	int64_t ttl_ns;    /* of Milvus's session, as seen or by version */
	int64_t heartbeat_ns, election_ns;
	bool has_milvus, has_etcd; /* logs of them are there */
	bool is_excerpt;
	bool is_alone; /* one of several stops is looked at by itself */
	int clusters;  /* of etcd: that their logs tell of, and one that Milvus used if none of
	                * these can be it */
	int focus;     /* number of the cluster that is looked at; 0: all */
	bool is_quorum_doubtful; /* a member had no leader, and the logs of most are not there */
	struct digest own;       /* the digest without what tools tell of other programs */
	struct digest view;      /* and without the etcds of others, where there is a focus */
};

/* identity.c: component, instance and role of sources; zones of stamps */
void reason_identify(struct reason *reason);
/** Whose logs are there: has_milvus, has_etcd. */
void reason_note_sides(struct reason *reason);
void reason_align(struct reason *reason);

/* streams.c: inputs that are copies or parts of one log become one source */
void reason_streams(struct reason *reason);

/* others.c: pods, containers and processes that have nothing to do with Milvus */
void reason_set_aside(struct reason *reason);
void reason_put_back(struct reason *reason, struct digest *whole);

/* clocks.c: offsets between hosts, and zones that only events tell */
void reason_clocks(struct reason *reason);
/** Whole quarters of an hour, where it is about that: a zone, not a clock. */
int64_t offset_snapped(int64_t offset_ns);
/** Say how far a clock was moved; a note on one that has one already is put right. */
void note_clock(struct reason *reason, uint32_t number, int64_t offset_ns, struct text_both how);
/** Move the times of a source, or of those of its stamps that have no zone. */
void source_shift(struct digest *digest, uint32_t number, int64_t offset_ns, bool is_zoneless_only);

/* member_clocks.c: puts right the stamps of members whose clocks are off; whether any was */
bool reason_align_members(struct reason *reason);

/* stated.c: facts that lines state, as rules declare */
void reason_stated(struct reason *reason);

/* runs.c: processes, runs, stops */
void reason_runs(struct reason *reason);
/** A process, which is added when it is not known yet. */
struct process *process_of(struct reason *reason, struct str component, struct str instance);
/** NULL: not known. */
const struct process *process_find(const struct reason *reason, struct str component,
                                   struct str instance);
bool process_is_etcd(const struct process *process);
/** When the run that a stop ended at a time had begun; TIME_NONE when that is not known. */
int64_t run_start(const struct reason *reason, const struct stop *stop, int64_t time_ns);
/** When it first started again after a time; TIME_NONE: not seen. */
int64_t run_next_start(const struct reason *reason, struct str component, struct str instance,
                       int64_t after_ns);

/* settings.c: versions, timeouts, the session's time to live */
void reason_timeouts(struct reason *reason);
void reason_settings(struct reason *reason);
void reason_run_versions(struct reason *reason);

/* window.c: what part of the log belongs to the stop; whether the logs are pieces */
void reason_window(struct reason *reason);
bool reason_looks_like_excerpt(const struct reason *reason);

/* stops.c: each stop by itself, and which one the verdict is about; afterwards what they have in
 * common */
void stops_sort(struct reason *reason);
void reason_stops(struct reason *reason);
void reason_stops_together(struct reason *reason);

/* cluster.c: etcds that belong together, and looking at those that a stop is about */
void reason_clusters(struct reason *reason);
/** Whether an etcd is that of Kubernetes itself, by its namespace, keys or certificates. */
bool reason_is_of_kubernetes(const struct reason *reason, const struct process *etcd);
void reason_focus(struct reason *reason);
void reason_unfocus(struct reason *reason, struct digest *whole);
bool stop_is_foreign(const struct reason *reason, const struct stop *stop);
bool stop_is_of_others(const struct reason *reason, const struct stop *stop);
unsigned reason_member_count(const struct reason *reason, int cluster);
/** Of how many members there are logs. cluster: 0: of all */
unsigned cluster_logs(const struct reason *reason, int cluster);
/** Members of the etcd that is looked at whose logs are not there, while others' are. */
unsigned reason_missing_members(const struct reason *reason);

/* cluster_used.c */
/** The etcd cluster that a Milvus used; one more than there are, where it can be none of them; 0 when
 * nothing tells. */
int cluster_of_milvus(const struct reason *reason, const struct process *milvus);
/** Whether it cannot have used a cluster. */
bool cluster_is_refuted(const struct reason *reason, const struct process *milvus, int cluster);

/* ends.c: when etcds ended that did not say so, as others saw it: where they were started again, and,
 * once the verdict is found, where they were not */
void reason_ends(struct reason *reason);
void reason_ends_at_last(struct reason *reason);

/* quorum.c: losses of quorum, which become stops, and whether an end stopped the service */
void reason_quorum(struct reason *reason);
bool stop_is_of_service(const struct reason *reason, const struct stop *stop);

/* history.c */
void reason_terms(struct reason *reason);
void reason_leases(struct reason *reason);

/* derive.c: facts computed from several episodes */
void reason_derive(struct reason *reason);

/* running.c: of these, the ones that tell whether a process got to run */
void reason_running(struct reason *reason);

/* free_end.c: ends that no trouble before them forced */
void reason_free_end(struct reason *reason);
/** Whether an episode is such a request to stop. */
bool free_end_is(const struct reason *reason, const struct episode *episode);
/** Whether what ended at a time was over before such an end. time_ns: TIME_NONE: long ago */
bool free_end_follows(const struct reason *reason, int64_t time_ns);
/** From when on trouble is near the end; TIME_NONE: nothing ended. */
int64_t free_end_watch(const struct reason *reason);

/* jumps.c: and clocks that were set, hosts that stood still */
void reason_jumps(struct reason *reason);
/* votes.c: ... whether members that ran heard each other */
void reason_votes(struct reason *reason);
/* path.c: ... whether the way between members was slow */
void reason_path(struct reason *reason);
/** Time that the steps of a trace that begin with name took, in ns. */
int64_t trace_step_ns(struct str steps, struct str name);

/* calibration.c: probabilities */
enum calibration {
	CALIBRATION_EXCERPT,
	CALIBRATION_ONE_SIDE,
	CALIBRATION_BOTH_SIDES,
	CALIBRATION_SIDE_EVIDENCE,
	CALIBRATION_COUNT
};
enum calibration reason_calibration(const struct reason *reason);
struct str calibration_name(enum calibration class);
/** Of the first of some scores, which is the greatest and the cause's, in thousandths; "none of
 * these" competes with a score of 0. Less than of whole logs where some of them are not there. */
int calibration_named(const struct reason *reason, const struct cause *cause, const int *scores,
                      size_t count);
int calibration_unknown(enum calibration class);
int calibration_null(enum calibration class);

/* verdict.c */
void reason_verdict(struct reason *reason, struct sign_list *signs);

/* chain.c */
void reason_chain(struct reason *reason);

/* coverage.c: latencies, facts against thresholds, what is missing */
void reason_coverage(struct reason *reason);
/* missing.c */
void reason_missing(struct reason *reason);

/* advice.c: advice and what would settle it */
void reason_advise_version(struct reason *reason);
void reason_advice(struct reason *reason);

/* documents.c: settings that documents state (before the logs, which know better), and facts of how
 * documents and logs lie to each other */
void reason_document_settings(struct reason *reason);
void reason_derive_documents(struct reason *reason);

/* ---- shared by the steps ---- */

/** A sentence with values for names in braces: settings ({ttl_s}) and facts ({fio.sync.p99_ms}). */
struct text_both reason_say(const struct reason *reason, const struct text_both *text);

bool episode_is(const struct episode *episode, struct str kind);
/** The episode's own instance, or its source's. */
struct str episode_instance(const struct reason *reason, const struct episode *episode);
/** "etcd", "milvus", "host" ...: who it tells about. */
struct str episode_component(const struct episode *episode);
/** Whether a client of etcd met nobody at its address. */
bool episode_meets_nobody(const struct episode *episode);
/** Whether only an etcd that lives can have answered that. */
bool episode_is_answer(const struct episode *episode);
bool episode_overlaps(const struct episode *episode, int64_t from_ns, int64_t to_ns);
bool episode_in_window(const struct reason *reason, const struct episode *episode);
/** First episode of a kind in the window, NULL if there is none. */
const struct episode *window_first(const struct reason *reason, struct str kind);
void evidence_add(struct evidence_list *list, const struct episode *episode);
void derived_add(struct reason *reason, const char *id, double value,
                 const struct episode *episode);
void derived_relate(struct reason *reason, const char *id, double value,
                    const struct episode *episode);
const struct derived_fact *derived_find(const struct reason *reason, struct str id);
void hypothesis_finish(struct hypothesis *hypothesis);
/** Whether an etcd of that source had just started: its first election is normal. */
bool event_is_at_start(const struct reason *reason, const struct event *event, uint32_t source);
/** A field as a number; otherwise when there is none. */
int64_t derived_number(const struct event *event, const char *name, int64_t otherwise);
double derived_seconds(int64_t ns);
/** A sentence in each language. en: a printf format that po/ translates. */
struct text_both both_printf(struct arena *keep, const char *en, ...)
	__attribute__((format(printf, 2, 3)));

/* Walks over the kept events of a kind in the window. */
#define each_event(reason, name, of, event)                                                        \
	for (struct episode *of = (reason)->digest->episodes.items,                                \
	                    *of##_end = of + (reason)->digest->episodes.count;                     \
	     of != of##_end; of++)                                                                 \
		if (episode_is(of, str_from(name)) && episode_in_window(reason, of))               \
			for (size_t event##_i = 0; event##_i < of->member_count; event##_i++)      \
				for (const struct event *event = of->members[event##_i];           \
				     event != NULL; event = NULL)

/* ---- observable.c ---- */

/** Whether a log of that component covers the time before the stop. */
bool reason_covers(const struct reason *reason, struct str component, bool needs_info);
/** Whether what a tool prints was given, by its name as a document's or a format's. */
bool reason_has_document(const struct reason *reason, struct str name);
/** Whether a kind of event, or a derived fact, would show in what was given. */
bool reason_can_show(const struct reason *reason, struct str name);

/* ---- signs.c ---- */

struct sign_result {
	bool is_seen;
	bool is_observable; /* whether its absence means something */
	bool has_lift;      /* more than all day long */
	bool is_relation;   /* rests on how logs relate, not only on what one of them shows */
	bool is_derived;    /* rests on what is computed of several lines */
	bool is_measured;   /* rests on what a document says of how things were at some time */
	bool has_happened;  /* rests on something that happened */
	int64_t time_ns;    /* earliest start of the evidence; TIME_NONE */
	struct evidence_list evidence;
	struct {
		const struct episode **items;
		size_t count, capacity;
	} episodes;
};

void sign_evaluate(const struct reason *reason, const struct sign *sign,
                   struct sign_result *result);
void sign_result_finish(struct sign_result *result);
/** Whether a condition of a cause file is met; of no condition (NULL), that it is. */
bool condition_holds(const struct reason *reason, const struct json *when);
