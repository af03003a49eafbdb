/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is kept of the inputs: sources (streams of one program), their episodes, and facts. Memory
 * depends on episodes, not on lines. The result does not depend on the order in which events are
 * added or digests are merged.
 */

#include "base/histogram.h"
#include "base/map.h"
#include "event/event.h"
#include "event/profile.h"

enum {
	EPISODE_MEMBERS_MAX = 24, /* events kept of an episode */
	SOURCE_GAPS_MAX = 64,     /* longest silences kept of a source */
	SERIES_EPISODES_MAX = 4096
};

/** Events of one kind and instance with gaps below the kind's. */
struct episode {
	const struct event_kind *kind;
	struct str instance;
	uint32_t source;
	int64_t first_ns; /* first start; TIME_NONE: undated */
	int64_t last_ns;  /* last end */
	uint64_t count;   /* a lower bound where the kind is sampled */
	int64_t max_took_ns;
	struct histogram took;
	struct event **members; /* by time; the first, the last and those that took longest */
	size_t member_count;
};

struct episode_list {
	struct episode *items;
	size_t count, capacity;
};

/** A span without a dated record. */
struct source_gap {
	int64_t from_ns;
	int64_t to_ns;
	uint64_t line; /* of the record behind it */
};

/** One program's log in one stream. */
struct source {
	struct str path;
	struct str container; /* from wrappers or the path: container, pod; empty */
	struct str instance;  /* "milvus-etcd-0"; never empty once the digest is closed */
	struct str component; /* "etcd", "milvus", "minio", ...; empty: not known */
	struct str role;      /* of Milvus: "standalone", "rootcoord" ...; empty */
	bool is_previous;     /* log of the container's run before */
	bool is_weak;         /* instance is only a file's name */
	struct str formats;   /* names of formats seen, most frequent first */
	struct str wrappers;
	struct str encoding;
	struct str archive;
	uint64_t bytes, lines, records, dated, recognised;
	uint64_t asked_for; /* dated records in the time that was asked for, and in no other input */
	bool is_sampled; /* records and dated were measured on samples */
	uint64_t by_program[FORMAT_PROGRAM_COUNT];
	uint64_t by_level[FORMAT_LEVEL_COUNT];
	uint64_t by_zone[3]; /* records by enum clock_zone */
	uint64_t backwards; /* times that a stamp lay more than a second before the one before it */
	int64_t first_ns, last_ns; /* of dated records; TIME_NONE */
	int64_t outer_delta_ns;    /* wrapper's stamp less the record's own where that has no zone;
	                              TIME_NONE */
	struct source_gap gaps[SOURCE_GAPS_MAX]; /* longest first */
	size_t gap_count;
	struct str damage;      /* what was wrong with the bytes; empty */
	struct profile profile; /* fingerprint, to find copies */
	/* ---- of inputs, once it is known which of them are one log ---- */
	struct str copy_of; /* path of the input that it is a copy or a part of; empty */
	uint32_t log;       /* number of the source that it is a part of */
};

/** A typed statement: a configuration value, a measured latency, an exit code. */
struct fact {
	struct str id; /* "fio.sync.p99_ms", "etcd.config.heartbeat_ms" */
	struct str instance;
	double value;    /* NAN when it is text */
	struct str text; /* value as text */
	struct str unit;
	int64_t time_ns; /* TIME_NONE */
	struct event_origin origin;
};

struct fact_list {
	struct fact *items;
	size_t count, capacity;
};

/** An input that is no log: side files and what was skipped. */
struct document {
	struct str path;
	struct str what; /* "fio output", "docker inspect", "image" ... */
	struct str damage;
	uint64_t bytes;
	bool is_lost; /* could not be read at all */
};

struct digest {
	struct source *sources; /* logs, once digest_regroup was called; what was read before */
	size_t source_count, source_capacity;
	struct source *inputs; /* what was read, by digest_regroup; NULL before */
	size_t input_count;
	struct episode_list episodes; /* sorted once closed */
	struct fact_list facts;
	struct document *documents;
	size_t document_count, document_capacity;
	struct map series; /* private */
	struct arena keep; /* texts */
};

void digest_init(struct digest *digest);
void digest_finish(struct digest *digest);

/** A new source; fill it through digest_source(). Returns: its number. */
uint32_t digest_source_add(struct digest *digest, struct str path);
struct source *digest_source(struct digest *digest, uint32_t source);

/** Add an event of a source; it is copied. */
void digest_event(struct digest *digest, uint32_t source, const struct event *event);
/** Add a fact; its texts are copied. */
void digest_fact(struct digest *digest, const struct fact *fact);
void digest_document(struct digest *digest, const struct document *document);

/** Note a span without records; the longest are kept. */
void digest_gap(struct digest *digest, uint32_t source, int64_t from_ns, int64_t to_ns,
                uint64_t line);

/**
 * Make sources of inputs: what was read stays in digest->inputs, digest->sources are joined anew,
 * and the episodes with them. Call once, on a closed digest; it is closed again.
 *
 * into: for each source the number of the one it becomes a part of, without holes; its episodes are
 * dropped where its copy_of is set
 */
void digest_regroup(struct digest *digest, const uint32_t *into);

/** Move all of `from` into `into`; from is empty then. */
void digest_merge(struct digest *into, struct digest *from);

/** Put facts in order; digest_close does it, too. */
void digest_sort_facts(struct digest *digest);

/** Sort episodes, facts and sources: call once after the last event, before reasoning. */
void digest_close(struct digest *digest);

/** A copy of an event in one block of heap memory; memory_free gives it back. */
struct event *event_copy(const struct event *event);
