/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What is kept of the inputs: sources (streams of one program), their episodes, and facts. Memory depends on
 * episodes, not on lines. The result does not depend on the order in which events are added or digests are merged.
 */

#include "base/histogram.h"
#include "base/map.h"
#include "event/event.h"

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
	struct str container;    /* from wrappers or the path: container, pod; empty */
	struct str instance;     /* "milvus-etcd-0", "standalone"; never empty once the digest is closed */
	struct str component;    /* "etcd", "milvus", "minio", ...; empty: not known */
	struct str role;         /* of Milvus: "standalone", "rootcoord" ...; empty */
	bool is_previous;        /* log of the container's run before */
	struct str formats;      /* names of formats seen, most frequent first */
	struct str wrappers;
	struct str encoding;
	struct str archive;
	uint64_t bytes, lines, records, dated, recognised;
	bool is_sampled;         /* records and dated were measured on samples */
	uint64_t by_program[FORMAT_PROGRAM_COUNT];
	uint64_t by_level[FORMAT_LEVEL_COUNT];
	uint64_t by_zone[3];     /* records by enum clock_zone */
	uint64_t backwards;      /* times that a stamp lay more than a second before the one before it */
	int64_t first_ns, last_ns; /* of dated records; TIME_NONE */
	int64_t outer_delta_ns;  /* wrapper's stamp less the record's own where that has no zone; TIME_NONE */
	struct source_gap gaps[SOURCE_GAPS_MAX]; /* longest first */
	size_t gap_count;
	struct str damage;       /* what was wrong with the bytes; empty */
	struct map minutes;      /* "minute" -> struct source_minute: count and sum of record hashes, to find duplicates */
};

/** A typed statement: a configuration value, a measured latency, an exit code. */
struct fact {
	struct str id;        /* "fio.sync.p99_ms", "etcd.config.heartbeat_ms" */
	struct str instance;
	double value;         /* NAN when it is text */
	struct str text;      /* value as text */
	struct str unit;
	int64_t time_ns;      /* TIME_NONE */
	struct event_origin origin;
};

struct fact_list {
	struct fact *items;
	size_t count, capacity;
};

/** An input that is no log: side files and what was skipped. */
struct document {
	struct str path;
	struct str what;   /* "fio output", "docker inspect", "image" ... */
	struct str damage;
	uint64_t bytes;
	bool is_lost;      /* could not be read at all */
};

struct digest {
	struct source *sources;
	size_t source_count, source_capacity;
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
void digest_gap(struct digest *digest, uint32_t source, int64_t from_ns, int64_t to_ns, uint64_t line);

/** Move all of `from` into `into`; from is empty then. */
void digest_merge(struct digest *into, struct digest *from);

/** Sort episodes, facts and sources: call once after the last event, before reasoning. */
void digest_close(struct digest *digest);

/** A copy of an event in one block of heap memory; memory_free gives it back. */
struct event *event_copy(const struct event *event);
