/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What all reports for people show of the findings, so that none of them decides it by itself.
 * Everything here comes out the same for findings and for those read from their saved report. Texts
 * are as in the logs: each report makes them safe for what it writes. Private to report/.
 */

#include "report/report.h"

enum {
	VIEW_EVIDENCE_MAX = 2,
	VIEW_ROWS_MAX = 60, /* of a timeline */
	VIEW_LANES_MAX = 1024,
	VIEW_SPARK_MAX = 64
};

/** How an instance was at a time, and its sign where there is no colour. */
enum view_state { VIEW_UNKNOWN, VIEW_RUNNING, VIEW_TROUBLE, VIEW_DOWN, VIEW_STATE_COUNT };

/** What a row of the timeline is about. */
enum view_row_kind { VIEW_STEP, VIEW_START, VIEW_END };

struct view_row {
	enum view_row_kind kind;
	int64_t time_ns; /* TIME_NONE: not dated */
	size_t lane;
	struct str text; /* in the report's language: "WAL fsync was slow × 5, up to 36.0 s" */
	uint64_t count;  /* of rows that were alike and are this one now */
	size_t step;     /* number of the chain's step, from 1; 0: none */
	bool is_inferred;
	bool is_end;           /* something stopped here */
	size_t others;         /* instances that started soon after and have no rows of their own */
	int64_t others_end_ns; /* when the last of them did */
};

/** The answer in five lines; a line that has nothing to say is empty. */
struct view_brief {
	struct str what, when, why, sure, first;
};

struct view {
	const struct findings *findings;
	const struct report_options *options;
	struct arena tmp; /* of all texts; view_finish */
	struct {
		struct str *items; /* names of instances */
		size_t count, capacity;
	} lanes;
	size_t common_len; /* bytes at which long names of lanes all begin alike, which need not be
	                      repeated: "production-milvus-" */
	struct {
		struct view_row *items; /* by time */
		size_t count, capacity;
	} rows;
	size_t left_out;        /* rows beyond VIEW_ROWS_MAX */
	int64_t from_ns, to_ns; /* of what went wrong; TIME_NONE */
	struct view_brief brief;
};

void view_init(struct view *view, const struct findings *findings,
               const struct report_options *options);
void view_finish(struct view *view);

/** A text in the report's language. */
struct str view_text(const struct view *view, const struct text_both *both);
/** The same in the language of the report; en: as for text_translate. */
const char *view_pick(const struct view *view, const char *en) __attribute__((format_arg(2)));
/** Words of the program that came through a digest or a saved report: translated if the catalogue
 * knows them. */
struct str view_words(struct view *view, struct str en);
/** A time for people in the report's zone: "2024-05-01 10:02:03.123 UTC"; empty for TIME_NONE. */
struct str view_time(struct view *view, int64_t time_ns);
/** Two of them: "2024-05-01 10:02:03.123 to 10:04:00.000 UTC", the day once where it is one. */
struct str view_span(struct view *view, int64_t from_ns, int64_t to_ns);
struct str view_duration(struct view *view, int64_t duration_ns);
/** "file:line". */
struct str view_where(struct view *view, const struct event_origin *origin);
/** The heading of the chain's steps and lines: en where they prove a cause, "What was seen" where
 * none is named. English, to be translated. */
const char *view_chain_head(const struct view *view, const char *en);
/** How a run ended, in words: "gave up: session lost". */
struct str view_how(const struct view *view, enum stop_how how);
/** What a source is: "milvus (milvus-text, etcd-json)". */
struct str view_source(struct view *view, const struct source *source);
/** A fact's value with its unit and what it is held against: "27.3 ms, should be below 10". */
struct str view_fact(struct view *view, const struct finding_fact *item);
/** "storage-latency: etcd's disk ... (91 %)" has the percent of a probability as it is after it was
 * saved. */
int view_percent(double confidence);

/** The state of a lane's instance at a time. */
enum view_state view_state(const struct view *view, size_t lane, int64_t time_ns);

/**
 * How slow the operations of a latency were over time: heights 0 (nothing), 1 for up to 30 ms, 2
 * for up to 100 ms and so on by half a factor of ten, to 8 for more than 30 s.
 *
 * Returns: whether there is anything to draw
 */
bool view_spark(const struct view *view, const struct latency *latency, unsigned char *heights,
                size_t count);

/** The instance that an episode is of. */
struct str view_instance(const struct digest *digest, const struct episode *episode);
/**
 * The lines that stand for an episode: its first and, if that is another, the one that took
 * longest.
 *
 * Returns: how many
 */
size_t view_evidence(const struct episode *episode,
                     const struct event *evidence[VIEW_EVIDENCE_MAX]);
/** A duration as it is after it was saved: whole microseconds. */
int64_t view_rounded(int64_t duration_ns);
