/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From a digest to findings: runs and stops, hypotheses with signs for and against, the chain from the stop
 * backwards, coverage, advice. Works on episodes and facts, never on lines. Causes are data (rules/causes/).
 */

#include "base/error.h"
#include "event/digest.h"

/* ---- causes as data ---- */

struct cause_set; /* read-only once loaded */

/** The built-in causes. Owner: the caller, cause_set_destroy. */
struct cause_set *cause_set_create(struct error *err);
void cause_set_destroy(struct cause_set *set);
/** Title of a cause; NULL when there is no such cause. */
const struct text_both *cause_title(const struct cause_set *set, struct str id);
size_t cause_set_count(const struct cause_set *set);
/** What a kind of event is to a cause that names it. */
enum cause_role { CAUSE_SIGN_FOR, CAUSE_SIGN_AGAINST, CAUSE_SIGN_CONTEXT, CAUSE_EFFECT };
/** Gets a kind of event, or "PREFIX.*". */
typedef void cause_kind_visit(void *context, struct str cause, struct str kind, enum cause_role role);
/** Calls back for every event kind that a cause names, so that a caller who knows the rules can check that it is made. */
void cause_set_kinds(const struct cause_set *set, cause_kind_visit *visit, void *context);

/* ---- findings ---- */

/** A list of sentences. */
struct sentence_list {
	struct text_both *items;
	size_t count, capacity;
};

struct evidence_list {
	const struct event **items; /* events: origin, time, text */
	size_t count, capacity;
};

/** A rival, or the cause itself, with its reasons. */
struct hypothesis {
	struct str cause;
	uint64_t score; /* units of reason_calibration: higher is more likely */
	double confidence;
	struct sentence_list reasons_for;
	struct sentence_list reasons_against;
	struct evidence_list evidence;
};

enum stop_how {
	STOP_ASKED,        /* signal, rollout, HTTP request; ended as asked */
	STOP_CLEAN,        /* orderly end without a request seen */
	STOP_SESSION_LOST, /* gave itself up when its lease in etcd was gone */
	STOP_FATAL,        /* logged a fatal error and exited */
	STOP_PANIC,        /* Go panic */
	STOP_NATIVE,       /* signal inside native code */
	STOP_KILLED,       /* SIGKILL, OOM */
	STOP_ABRUPT,       /* ended without a word, and something else shows that it ended */
	STOP_START_FAILED, /* did not come up */
	STOP_QUORUM_LOST,  /* etcd could not serve */
	STOP_HOW_COUNT
};

/** "asked", "session-lost" ... as in the JSON report. */
struct str stop_how_name(enum stop_how how);

#define FINDING_LIST(type)       \
	struct {                 \
		struct type *items; \
		size_t count, capacity; \
	}

struct chain_step {
	const struct event_kind *kind; /* NULL for a step that is only inferred */
	struct str kind_id;
	struct str instance;
	int64_t start_ns;
	int64_t end_ns;
	uint64_t count;
	int64_t max_took_ns;  /* DURATION_NONE */
	struct text_both summary;
	bool is_inferred;
	struct text_both because; /* what links it with the step before it */
	struct evidence_list evidence;
};

struct stop {
	int64_t time_ns;
	int64_t last_ns;      /* of the last of several that are alike: a restart loop */
	uint64_t count;       /* how often: 1, or more in a restart loop */
	struct str component; /* "milvus", "etcd" */
	struct str instance;
	enum stop_how how;
	int exit_code; /* -1: not known */
	struct str cause;
	double confidence;
	struct evidence_list evidence;
	bool is_main; /* the verdict is about this one */
	struct text_both summary;        /* what brought it about and what followed: "41 s after etcd ended; ..." */
	FINDING_LIST(chain_step) chain;  /* of stops that are not the verdict's */
};

struct run {
	struct str component;
	struct str instance;
	struct str version;
	int64_t start_ns; /* TIME_NONE: before the log begins */
	int64_t end_ns;   /* TIME_NONE: not seen to end */
	bool has_ended;
	enum stop_how how; /* where it has ended */
};

struct lease {
	struct str id;
	struct str owner; /* component or server that held it */
	int64_t time_ns;
	struct str state; /* "granted", "renewed", "silent", "expired", "lost" */
	int64_t ttl_ns;   /* as configured, or by default in this version */
};

struct term {
	uint64_t number;
	struct str leader; /* member id */
	int64_t start_ns;
	int64_t end_ns;       /* when its leader was lost; TIME_NONE */
	struct text_both why; /* who was at fault for that; empty: not known */
};

struct finding_fact {
	struct fact fact;
	double threshold; /* NAN: there is none */
	bool is_below;    /* it should be below the threshold, not above */
	bool is_ok;
};

struct settle {
	struct text_both what;
	struct text_both how;
};

struct missing {
	struct text_both what;
	struct text_both why;
	struct text_both how;
};

struct advice {
	struct str id;
	struct text_both text;
	struct text_both because;
};

struct contribution {
	struct str cause;
	struct text_both why;
};

struct latency {
	struct text_both what;
	struct str kind;
	struct str instance;
	struct str key_prefix;
	uint64_t count;
	int64_t p50_ns, p99_ns, max_ns;
};

struct clock_note {
	struct str instance;
	int64_t offset_ns; /* added to its times */
	struct text_both how; /* how it is known */
};

/** true, false or cannot tell. */
enum answer { ANSWER_UNKNOWN = -1, ANSWER_NO, ANSWER_YES };

/** All that a report shows. Texts live in keep or in the digest. */
struct findings {
	struct arena keep;
	struct {
		struct str milvus_version, etcd_version, deployment, message_queue; /* empty: not known */
	} environment;
	struct {
		enum answer stopped;
		struct str cause; /* id, "unknown"; empty: nothing wrong */
		double confidence;
		struct text_both summary;
		bool is_excerpt; /* the lines are pieces of a log */
		struct str basis; /* "excerpt", "one side", "both sides", "side evidence" */
	} verdict;
	FINDING_LIST(hypothesis) rivals; /* best first; without the named cause */
	struct hypothesis named;         /* of the named cause; cause empty if none */
	FINDING_LIST(contribution) contributing;
	FINDING_LIST(settle) settle;
	FINDING_LIST(stop) stops;
	FINDING_LIST(chain_step) chain;
	FINDING_LIST(run) runs;
	FINDING_LIST(lease) leases;
	FINDING_LIST(term) terms;
	FINDING_LIST(finding_fact) facts;
	FINDING_LIST(clock_note) clocks;
	FINDING_LIST(missing) missing;
	FINDING_LIST(advice) advice;
	FINDING_LIST(latency) latency;
	const struct digest *digest; /* episodes, sources, documents */
};

struct cause_options {
	int64_t assume_offset_ns; /* of stamps without zone, east of UTC; TIME_NONE: infer */
	const char *why_not;      /* cause whose signs are all to be listed; NULL */
};

/**
 * The name of the process that wrote a source: its container or pod, as wrappers or the path tell, or the file's
 * name without endings.
 *
 * Lifetime: the source's and keep's
 */
struct str cause_instance(const struct source *source, struct arena *keep);

/** What two inputs both hold of one log: to be left out of the one named. */
struct overlap {
	uint32_t source; /* in the digest */
	uint32_t other;
	int64_t from_ns, to_ns; /* of the stamps as written; both ends are in it */
};

struct overlap_list {
	struct overlap *items;
	size_t count, capacity;
};

/** Logs that go on where another one has begun: their common parts, once each. digest: closed, not reasoned about. */
void cause_overlaps(struct digest *digest, struct overlap_list *overlaps);

/** One sign of a cause, for --why-not. */
struct sign_state {
	struct text_both say;
	struct str strength; /* "decisive" ... */
	bool is_against;
	enum { SIGN_SEEN, SIGN_ABSENT, SIGN_NOT_OBSERVABLE, SIGN_NO_LIFT } state;
	struct evidence_list evidence;
};

struct sign_list {
	struct sign_state *items;
	size_t count, capacity;
};

/**
 * Reason.
 *
 * digest:   closed; times of sources whose zone is inferred are shifted in place
 * findings: filled; findings_finish gives it back, before the digest
 * signs:    with options->why_not: the state of each of that cause's signs; may be NULL
 */
void cause_explain(const struct cause_set *set, struct digest *digest, const struct cause_options *options,
                   struct findings *findings, struct sign_list *signs);
void findings_finish(struct findings *findings);
