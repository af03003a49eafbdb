/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Runs the pipeline over one case: inputs -> lines -> records -> events -> digest. */

#include "base/buf.h"
#include "cause/cause.h"
#include "input/input.h"
#include "rule/rule.h"

/** A record, and what is known of it. */
struct scan_record {
	const struct record *record;
	const struct rule *rule;   /* NULL: no rule owns it */
	const struct event *event; /* without a rule only its origin is filled */
	const struct source *source;
};

enum scan_way {
	SCAN_READ,
	SCAN_WHOLE,    /* hand it over whole instead */
	SCAN_PASS_OVER /* a report of whydown: no log, though it quotes some */
};

/** How far reading is; changed by the workers, to be read by another thread (atomic, relaxed). */
struct scan_progress {
	uint64_t read_bytes;  /* as stored */
	uint64_t total_bytes; /* of all passes so far */
	uint64_t unknown;     /* inputs whose size is not known: there is no total */
};

struct scan_options {
	const struct rule_pack *pack;
	unsigned jobs;          /* worker threads; 0: one for each core */
	int64_t since_ns;       /* TIME_NONE: from the beginning; records before are left out */
	int64_t until_ns;       /* TIME_NONE: to the end */
	bool is_since_relative; /* since_ns, until_ns are durations before the last record */
	bool is_until_relative;
	int64_t assume_offset_ns; /* of stamps without zone; TIME_NONE */
	bool is_always_careful;   /* no shortcut for lines without wrappers */
	struct input_limits limits;
	struct scan_progress *progress; /* NULL: nobody looks */
	/** What is to be done with a stream, by its first bytes; NULL: all are read. */
	enum scan_way (*way)(struct str head);
	/** Gets each event in input order (one thread at a time); NULL if not wanted. */
	void (*event)(void *context, const struct event *event, const struct source *source);
	/** Gets each record in input order, known or not (one thread at a time); NULL if not
	 * wanted, and faster then. */
	void (*record)(void *context, const struct scan_record *record);
	void *context;
};

enum {
	SCAN_WHOLE_MAX = 128 << 20, /* bytes of one */
	SCAN_WHOLE_KEPT = 2         /* of one path; more are passed over */
};

/** A stream that was handed over whole. */
struct scan_whole {
	struct str path;
	struct buf text;  /* at most SCAN_WHOLE_MAX bytes */
	bool is_too_long; /* there is more */
};

struct scan_whole_list {
	struct scan_whole *items;
	size_t count, capacity;
};

/** What happened to the inputs. */
struct scan_result {
	size_t opened;                   /* inputs read */
	size_t failed;                   /* inputs that could not be opened */
	size_t damaged;                  /* inputs with damage */
	struct input_damage_list damage; /* texts in keep */
	struct scan_whole_list whole;    /* in order of paths */
	struct arena keep;
};

/**
 * Read all inputs into digest (initialised by the caller; closed here).
 *
 * The result is the same for any number of jobs and any order of the paths.
 */
void scan_inputs(const struct input_list *list, const struct scan_options *options,
                 struct digest *digest, struct scan_result *result);
/** The same for a text at hand, such as a line that somebody pasted. */
void scan_text(struct str text, const struct scan_options *options, struct digest *digest);
void scan_result_finish(struct scan_result *result);
