/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From findings to what people and machines read. */

#include "base/buf.h"
#include "cause/cause.h"

struct report_options {
	enum text_lang lang;
	const struct clock_zone_rule *zone; /* of shown times; NULL: UTC */
	size_t columns;                     /* of text; 0: 80 */
	bool has_color;
	bool is_ascii;        /* text: for a terminal that knows no other signs */
	bool is_verdict_last; /* text: on a terminal */
	int verbosity;        /* -1 quiet, 0, 1 verbose */
	struct str version;   /* of the program */
	struct str rules;     /* rule_pack_version */
	bool is_redacted;
	struct text_both sensitive; /* what is not redacted: "3 addresses, 1 secret"; empty: not
	                               known, or nothing */
};

/** A way to print findings. */
struct reporter {
	const char *name; /* "text", "json", "md", "html" */
	bool (*write)(const struct findings *findings, const struct report_options *options,
	              struct buf *out, struct error *err);
};

/** All reporters. Ends with NULL. */
extern const struct reporter *const reporter_table[];

/** NULL when there is none of that name. */
const struct reporter *reporter_find(struct str name);

/** A saved JSON report, read again. */
struct report_saved {
	struct findings findings;
	struct digest digest;
	struct str version; /* of the whydown that made it */
	struct str rules;   /* that it used */
	bool is_redacted;
};

/** What a document is to whydown itself. */
enum report_made {
	REPORT_NONE,
	REPORT_SAVED,  /* a JSON report, of any version */
	REPORT_PRINTED /* a report as text, Markdown or HTML: no log, though it quotes some */
};

/** head: the document's first bytes. */
enum report_made report_recognise(struct str head);
/**
 * Read a saved report. It renders to what the findings that it was written from render to.
 *
 * text:   all of it; must live as long as saved
 * Errors: another version, or what is damaged, with its line
 * Owner:  the caller, report_saved_finish
 */
bool report_saved_read(struct report_saved *saved, struct str text, struct error *err);
void report_saved_finish(struct report_saved *saved);

enum report_alerts_format {
	REPORT_ALERTS_YAML, /* a rule file of Prometheus */
	REPORT_ALERTS_PAGE  /* Markdown */
};

/**
 * Prometheus alerting rules for early signs.
 *
 * findings: whose heartbeat, election timeout, quota and TTL are put in, and whose causes are
 * marked; NULL: defaults
 */
bool report_alerts(const struct findings *findings, const struct report_options *options,
                   enum report_alerts_format format, struct buf *out, struct error *err);

/** One event as an NDJSON line (with line end). */
void report_event_ndjson(const struct event *event, struct str component, struct str instance,
                         struct buf *out);
struct json_writer;
/** The fields of an event as an object: durations in milliseconds, sizes and counts as numbers. */
void report_event_fields(const struct event *event, struct json_writer *json);
/** A quoted CSV cell; what a spreadsheet would take for a formula begins with an apostrophe. */
void report_csv_cell(struct buf *out, struct str text);
/** The CSV head line, and one event as a CSV line (RFC 4180; formulas made inert). */
void report_event_csv_head(struct buf *out);
void report_event_csv(const struct event *event, struct str component, struct str instance,
                      struct buf *out);

/** The CSV line of an event from its NDJSON line. */
void report_event_csv_from(struct str ndjson, struct buf *out);

/* ---- redaction ---- */

/** What is sensitive; in this order it is told. */
enum redact_kind {
	REDACT_SECRET,
	REDACT_USER,
	REDACT_DATA, /* collections, partitions, databases, aliases, fields, buckets */
	REDACT_NAME, /* hosts, pods, containers, namespaces, what else names somebody */
	REDACT_ADDRESS,
	REDACT_ID, /* leases, members, requests, collections by number */
	REDACT_KIND_COUNT
};

/**
 * Replaces what is sensitive by pseudonyms. The same thing is always replaced by the same, however
 * it is spelled; what that is depends on a key only. Learn all that will be printed, then print.
 */
struct redactor;

enum { REDACT_KEY_BYTES = 32 };

struct redactor *redactor_create(const unsigned char *key);
void redactor_destroy(struct redactor *redactor);
/** The key that follows from what was read: the same inputs, the same key. more: other text it is
 * to depend on. digest: NULL: only on that */
void redactor_derive_key(const struct digest *digest, struct str more, unsigned char *key);
/** Learn what is sensitive in a JSON document, the fields of events included. */
void redactor_learn_json(struct redactor *redactor, struct str json);
/** The same of all events in a digest. */
void redactor_learn_digest(struct redactor *redactor, const struct digest *digest);
/** The same of a file's name. */
void redactor_learn_path(struct redactor *redactor, struct str path);
/** Add a JSON document with all texts redacted. A report is marked. */
void redactor_json(struct redactor *redactor, struct str json, struct buf *out);
/** Add a redacted line of a log: words of it that are in no dictionary are names. */
void redactor_log(struct redactor *redactor, struct str text, struct buf *out);
/** Add a redacted line of the program's own. */
void redactor_text(struct redactor *redactor, struct str text, struct buf *out);
/** Add a redacted path. */
void redactor_path(struct redactor *redactor, struct str path, struct buf *out);
/** What was found: "12 addresses, 1 secret"; empty: nothing. Lifetime: keep's */
struct text_both redactor_summary(const struct redactor *redactor, struct arena *keep);
/** What was learned, for the map file: call next with a number from 0 on. Returns: false at the end
 */
bool redactor_learned(const struct redactor *redactor, size_t number, struct str *text,
                      enum redact_kind *kind);
/** Learn a text from the map file. */
void redactor_learn(struct redactor *redactor, struct str text, enum redact_kind kind);
