/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From a clean line to a record: time, level, caller, message, fields. */

#include "base/arena.h"
#include "base/clock.h"

enum format_level {
	FORMAT_LEVEL_NONE,
	FORMAT_DEBUG,
	FORMAT_INFO,
	FORMAT_WARN,
	FORMAT_ERROR,
	FORMAT_FATAL, /* fatal, panic, dpanic, critical */
	FORMAT_LEVEL_COUNT
};

/** Which program wrote a record, as far as its shape tells. */
enum format_program {
	FORMAT_PROGRAM_UNKNOWN,
	FORMAT_ETCD,
	FORMAT_ETCD_CLIENT, /* etcd's client library inside another program (Milvus, etcdctl) */
	FORMAT_MILVUS,
	FORMAT_OTHER, /* known to be something else: Pulsar, MinIO, kernel, kubelet, pymilvus ... */
	FORMAT_PROGRAM_COUNT
};

struct format_field {
	struct str key;
	struct str value; /* unquoted; nested JSON as its raw text */
};

struct record {
	struct str text; /* all of it, clean, lines joined by LF */
	int64_t time_ns; /* UTC; as if UTC when zone is CLOCK_ZONE_NONE; TIME_NONE */
	enum clock_zone zone;
	enum format_level level;
	enum format_program program;
	struct str logger;
	struct str caller;  /* "etcdserver/util.go:166" */
	struct str message; /* decoded; of a panic all its text up to the goroutine dump */
	struct format_field *fields;
	size_t field_count;
	const struct format *format; /* NULL: nobody's */
	bool is_cut;                 /* ends in the middle */
};

/** What the first byte of a line is. */
enum format_first {
	FORMAT_FIRST_BRACKET = 1, /* [ */
	FORMAT_FIRST_BRACE = 2,   /* { */
	FORMAT_FIRST_DIGIT = 4,
	FORMAT_FIRST_BLANK = 8, /* space or tab */
	FORMAT_FIRST_OTHER = 16
};

/** A kind of record. */
struct format {
	const char *name; /* "milvus-text", "etcd-json", "capnslog" ... stable, shown in coverage */
	/** How its lines begin, enum format_first, joined by |: it is not asked for others, for
	 * which it would bid 0. 0: they begin in any way. */
	unsigned first;
	/** Bytes of the line this format vouches for; 0: not mine. Never allocates, never fails. */
	int (*bid)(struct str line);
	/** Time of the line only, cheaper than decode. TIME_NONE: it has none. */
	int64_t (*date)(struct str line, enum clock_zone *zone);
	/** Fill *record. text: the head line and its continuation lines. False: it was not one
	 * after all. */
	bool (*decode)(struct str text, struct arena *tmp, struct record *record);
	/** Printed as several lines: a dump, a trace. Others are one line, unless something wrapped
	 * them. */
	bool is_multiline;
	bool is_dump;    /* of a crash: other threads may print into it */
	bool has_pieces; /* lines that only look like the start of another one go on with it */
	/** Whether a line that no format bids for belongs to a record of this format; NULL: any
	 * does. */
	bool (*continues)(struct str line);
};

/** All formats, in table order. Ends with NULL. */
extern const struct format *const format_table[];

/**
 * The format with the highest bid; the first of the table among equals.
 *
 * guess:   last winner of the stream, or NULL; asked first, which saves the others; never changes
 *          the answer
 * Returns: NULL when nobody bids: the line continues a record, or is noise
 */
const struct format *format_of(struct str line, const struct format *guess);

/**
 * Whether a line goes on with a record: frames of a dump, the rest of a record that was wrapped at
 * the width of a terminal (also where format_of takes that rest for a record without beginning).
 *
 * format:  of the record; NULL: nobody's
 * text:    of the record so far
 * found:   what format_of said of the line
 */
bool format_continues(const struct format *format, struct str text, struct str line,
                      const struct format *found);

/**
 * Whether the end of a record that its program prints as one line is missing: it was cut, or
 * wrapped over several lines.
 */
bool format_is_open(const struct format *format, struct str text);

/**
 * Where a second record begins in a line, without a line end between (two programs on one pipe,
 * files joined without a last line end, table cells).
 *
 * found:   what format_of said of the line
 * Returns: line.len when there is none; never 0 for a line that is not empty
 */
size_t format_split(struct str line, const struct format *found);

/**
 * Where in text of many lines the next place is that format_split may be asked about, at or behind
 * a position: it looks like the start of a record, and no line begins there.
 *
 * Returns: text.len when there is none
 */
size_t format_find_splice(struct str text, size_t from);

/** Of times whose record says no year, as date and decode give them (klog). */
enum { FORMAT_YEAR_UNKNOWN = 1972 };

/** Whether a time is of a record that does not say its year, before format_infer_year. */
bool format_lacks_year(int64_t time_ns);
/**
 * The time with the year that brings it next to another one.
 *
 * near_ns:   TIME_NONE: nothing is known of the year
 * is_latest: near_ns is the file's own time, which no record is more than a day behind
 * Returns:   the time as it is when its year is known; TIME_NONE when it cannot be told
 */
int64_t format_infer_year(int64_t time_ns, int64_t near_ns, bool is_latest);

/**
 * The format of a line that nobody bids for and that begins a record because nothing goes on with
 * it: what is left of a dump whose head is missing. NULL: it is none.
 */
const struct format *format_of_rest(struct str line);

/**
 * Decode a record. Of one that no format can read, what is left of a record that was trimmed by
 * hand is read; otherwise its text is the message.
 *
 * format: what format_of said of the head line; NULL allowed
 */
void format_decode(const struct format *format, struct str text, struct arena *tmp,
                   struct record *record);

/** Text without its line ends, in tmp: a record that was wrapped at some width, as it was printed.
 */
struct str format_join_lines(struct str text, struct arena *tmp);

/** Value of a field; empty when it is not there (ptr NULL). The first of duplicates. */
struct str record_field(const struct record *record, struct str key);
