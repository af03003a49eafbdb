/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The types that the rest speaks: events, the kinds they are of, and what is kept of a stream
 * (digest.h). */

#include "base/arena.h"
#include "base/clock.h"
#include "base/duration.h"
#include "base/text.h"
#include "format/format.h"

enum event_severity {
	EVENT_INFO,
	EVENT_NOTICE,
	EVENT_WARNING,
	EVENT_ERROR,
	EVENT_FATAL,
	EVENT_SEVERITY_COUNT
};

enum event_field_type {
	EVENT_TEXT,
	EVENT_DURATION, /* number: ns */
	EVENT_BYTES,    /* number: bytes */
	EVENT_COUNT,    /* number */
	EVENT_MEMBER,   /* text: hex without leading zeros, whatever it was written as */
	EVENT_LEASE,    /* text: hex, likewise */
	EVENT_KEY,      /* an etcd key */
	EVENT_REASON,   /* an error's text */
	EVENT_FIELD_TYPE_COUNT
};

struct event_field {
	struct str name; /* with '_' for '-' and blanks: expected_duration */
	enum event_field_type type;
	struct str text;
	int64_t number; /* of the types that have one; INT64_MIN when it could not be read */
};

/** Where the proof stands. */
struct event_origin {
	struct str path;
	uint64_t line;   /* from 1 */
	uint64_t offset; /* from 0 */
	struct str text; /* the record's first physical line, wrappers off, at most EVENT_TEXT_MAX
	                    bytes */
};

enum { EVENT_TEXT_MAX = 2048 };

/** A field of a kind that states a fact: a setting, an identity. */
struct event_fact {
	struct str field; /* the event's */
	struct str id;    /* "etcd.config.heartbeat_ms": ends in the unit */
};

/** What is declared about a kind of event; made by rule/, read by cause/ and report/. */
struct event_kind {
	struct str id;        /* "etcd.fsync.slow" */
	struct str component; /* "etcd", "milvus", "host", "minio" ...: the first part of id */
	struct text_both title;
	struct text_both meaning;
	enum event_severity severity;
	int64_t gap_ns;          /* events closer than this are one episode; 0: each is its own */
	int64_t threshold_ns;    /* printed only for durations over this; 0: always */
	enum format_level level; /* it is printed at; not observable in a log that lacks that */
	bool is_sampled;         /* counts are lower bounds */
	bool is_harm;            /* something was wrong, as opposed to a plain statement */
	const struct event_fact *facts;
	size_t fact_count;
};

struct event {
	const struct event_kind *kind;
	int64_t time_ns;         /* when it was printed: its end. TIME_NONE: not known */
	int64_t start_ns;        /* time_ns less took_ns, or what the record says */
	int64_t took_ns;         /* DURATION_NONE */
	enum clock_zone zone;    /* CLOCK_ZONE_NONE: times are local, taken as UTC */
	bool is_time_lent;       /* its record has none: that of the record before */
	enum format_level level; /* of the record */
	struct str instance;     /* etcd member or Milvus role and pod; empty: the stream's */
	struct event_field *fields;
	size_t field_count;
	uint32_t inside; /* dated lines of the same stream strictly inside the interval; see
	                    digest.h */
	struct event_origin origin;
};

/** NULL when the event has no such field. */
const struct event_field *event_field(const struct event *event, struct str name);
/** Text of a field; empty if not there. */
struct str event_field_text(const struct event *event, struct str name);
/** Total order: time, kind, path, line, offset. */
int event_compare(const struct event *a, const struct event *b);
