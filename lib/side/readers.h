/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The kinds of documents, and what they are read with; private to side/. */

#include "base/json.h"
#include "side/side.h"

#include <math.h>

extern const struct side side_fio_text;
extern const struct side side_fio_json;
extern const struct side side_iostat_text;
extern const struct side side_iostat_json;
extern const struct side side_metrics;
extern const struct side side_endpoint_status;
extern const struct side side_endpoint_health;
extern const struct side side_alarm_list;
extern const struct side side_member_list;
extern const struct side side_check_perf;
extern const struct side side_docker_inspect;
extern const struct side side_docker_events;
extern const struct side side_docker_ps;
extern const struct side side_docker_stats;
extern const struct side side_kube_objects;
extern const struct side side_kube_describe;
extern const struct side side_kube_pods;
extern const struct side side_kube_events;
extern const struct side side_kube_top;
extern const struct side side_etcd_config;
extern const struct side side_milvus_config;
extern const struct side side_df;
extern const struct side side_free;
extern const struct side side_vmstat;
extern const struct side side_top;
extern const struct side side_cpu_stat;
extern const struct side side_lscpu;

enum { SIDE_COLUMNS_MAX = 48 };

#define SIDE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what is found ---- */

/** Add a number as a fact. line: a part of the document, its evidence is the line that holds it. */
void side_fact(struct side_sink *sink, const char *id, double value, const char *unit,
               struct str line);
/** Add a text as a fact. */
void side_fact_text(struct side_sink *sink, const char *id, struct str value, struct str line);

/** An event under way: side_event_begin, fields, side_event_end. */
struct side_event {
	struct event event;
	struct event_field fields[SIDE_FIELDS_MAX];
};
void side_event_begin(struct side_event *event, int64_t time_ns, enum clock_zone zone);
void side_event_text(struct side_event *event, const char *name, struct str text);
/** A number; its text is written into the sink's arena. */
void side_event_count(struct side_event *event, struct side_sink *sink, const char *name,
                      int64_t number);
/** Hand it on as an event of a rule's kind. line: as in side_fact. */
void side_event_end(struct side_event *event, struct side_sink *sink, const char *kind,
                    struct str line);

/** Hand on what a document says in the words of a log, for the rules to tell what it means. */
void side_event_say(struct side_event *event, struct side_sink *sink, struct str said,
                    struct str line);

/** How a container ended. */
struct side_container_end {
	struct str name;      /* container or pod */
	struct str container; /* of the pod; empty */
	struct str reason;    /* "OOMKilled", "Error" ...; empty */
	struct str line;
	int code;          /* -1: not said */
	bool is_oom;       /* killed because memory ran out */
	bool is_oom_known; /* that it was not is known too */
	bool is_kubernetes;
	bool is_init;    /* one that is meant to end before the others start */
	int64_t time_ns; /* TIME_NONE */
};
/** Facts and events of it. */
void side_container_ended(struct side_sink *sink, const struct side_container_end *end);

/** Facts and events of the alarms that a text names: NOSPACE, CORRUPT. */
void side_alarms(struct side_sink *sink, struct str names, struct str line);

/** No log is to be looked for between two places of the text. */
void side_claim(struct side_sink *sink, struct str part);

/* ---- lines and words ---- */

/** The next line of *rest without its end; LF, CRLF and a lone CR end one. false at the end. */
bool side_line(struct str *rest, struct str *line);
/** The line of text, trimmed, that begins with prefix; ptr NULL when there is none. */
struct str side_line_starts(struct str text, struct str prefix);
/** The first line that holds needle at or behind *from in the sink's text, or anywhere in it; empty
 * when there is none. *from is moved behind it. */
struct str side_line_of(const struct side_sink *sink, struct str *from, struct str needle);
/** The next word of *rest; empty at the end. */
struct str side_word(struct str *rest);
/** Words of a line: at most SIDE_COLUMNS_MAX. Returns: how many */
size_t side_words(struct str line, struct str *words);
/** What stands between two marks of text; false when one is not there. */
bool side_between(struct str text, struct str before, struct str after, struct str *what);

/* ---- values ---- */

/** The number that text begins with, blanks passed over; false if there is none. */
bool side_number(struct str text, double *number);
/** The same where a comma may stand for the decimal point. */
bool side_number_local(struct str text, double *number);
/** The number behind a mark in text: "max=" in "min=1, max= 23". */
bool side_number_after(struct str text, struct str mark, double *number);
/** A size: "4.3 GB", "8Gi", "512Mi", "1.2k"; without unit it is bytes. binary: K, M, G are 1024. */
bool side_bytes(struct str text, bool is_binary, double *bytes);
/** A time as kubectl describe writes it: "Tue, 12 Mar 2024 16:03:11 +0800". TIME_NONE: none. */
int64_t side_time_rfc1123(struct str text);
/** A time of RFC 3339; TIME_NONE: none, or the year 1 that stands for none. */
int64_t side_time(struct str text);

/* ---- tables and trees ---- */

/** A table whose columns begin where their heads begin, or are parted by '|'. */
struct side_table_columns {
	struct str names[SIDE_COLUMNS_MAX];
	size_t starts[SIDE_COLUMNS_MAX]; /* characters from the line's begin */
	size_t count;
	bool has_bars;
};
/** Read a head line: names are parted by two blanks or by bars. */
void side_columns_read(struct side_table_columns *columns, struct str line);
/** Cells of a row; false when it does not fit the head. */
bool side_columns_row(const struct side_table_columns *columns, struct str line, struct str *cells);
/** The cell under a head; empty when there is no such column. */
struct str side_cell(const struct side_table_columns *columns, const struct str *cells,
                     const char *name);

/**
 * The next JSON value of *rest that begins a line; claims it.
 *
 * raw:     its text
 *
 * Returns: NULL at the end
 *
 * Owner:   the caller, json_destroy
 */
struct json *side_json_next(struct side_sink *sink, struct str *rest, struct str *raw);
/** A member of a member: side_json_path(v, "a", "b", NULL). */
const struct json *side_json_path(const struct json *value, ...) __attribute__((sentinel));
