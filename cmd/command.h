/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The program: one file per command. */

#include "base/buf.h"
#include "base/clock.h"
#include "cause/cause.h"
#include "report/report.h"
#include "rule/rule.h"
#include "scan/scan.h"

#define WHYDOWN_VERSION "0.1.0"

/** Exit status; see whydown(1). */
enum status { STATUS_OK = 0, STATUS_FOUND = 1, STATUS_USAGE = 2, STATUS_DAMAGED = 3, STATUS_FAILED = 4 };

/** What was typed behind the command. */
struct options {
	struct str *paths;
	size_t path_count;
	struct str *rule_paths;
	size_t rule_path_count;
	struct str format;   /* empty: the command's default */
	const char *output;  /* NULL: stdout */
	bool is_careful;     /* --careful */
	const char *why_not; /* explain --why-not CAUSE */
	unsigned jobs;       /* 0: one for each core */
	int64_t since_ns, until_ns; /* TIME_NONE */
	bool is_since_relative, is_until_relative;
	const struct clock_zone_rule *zone; /* of shown times; NULL: UTC */
	int64_t assume_offset_ns;           /* TIME_NONE */
	enum text_lang lang;
	bool has_lang;      /* --lang was given */
	bool has_color;
	int progress;       /* --progress: -1 never, 0 auto, 1 always */
	int verbosity;      /* -1 quiet, 0, 1 verbose */
	int pager;          /* pipe to the pager; -1: there is none */
	bool fails_on_stop, fails_on_degraded;
	bool is_redacted;       /* --redact */
	const char *redact_map; /* --redact-map; NULL */
	struct redaction *redaction; /* NULL: nothing is redacted */
	struct input_limits limits; /* on what one path may unfold to */
	struct arena run;
};

struct command {
	const char *name;
	const char *usage;   /* behind the name */
	const char *summary; /* one line */
	int (*run)(struct options *options);
};

extern const struct command command_explain;
extern const struct command command_events;
extern const struct command command_rules;
extern const struct command command_alerts;

/** The language of messages: --lang, wherever it stands, or the environment's. */
enum text_lang options_language(int argc, char **argv);
/**
 * Read options and paths.
 *
 * Returns: STATUS_OK; STATUS_USAGE after one line on stderr
 */
int options_read(struct options *options, int argc, char **argv);
void options_finish(struct options *options);

/** One line on stderr: "whydown: ...". Returns: status. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** One line on stderr about an input: "whydown: PATH: ...". With --redact it is said at the end, its names replaced.
 * Returns: status. */
int complain_of(const struct options *options, int status, struct str path, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** Get ready for --redact, if it was given: read the map file. Returns: STATUS_OK, or another after a line on stderr. */
int redaction_begin(struct options *options);
/**
 * The redactor, once the inputs were read: its key follows from them if no map file gives it.
 *
 * digest: what was read, not yet reasoned about; NULL: nothing. more: other text the key is to depend on
 * Returns: NULL without --redact
 */
struct redactor *redaction_key(const struct options *options, const struct digest *digest, struct str more);
/** Say what waits to be said, and write the map file. Returns: status, or another when that failed. */
int redaction_end(struct options *options, int status);

/** Output under way. */
struct output {
	int fd;
	const char *path; /* NULL: standard output */
	char beside[4096]; /* what is written until it is whole */
	struct buf text;
	bool is_held; /* text is all there is to be, not written on from time to time */
	bool has_failed;
	int problem; /* errno */
};

/** Open options->output or stdout. Returns: STATUS_OK, or STATUS_FAILED after a line on stderr. */
int output_begin(struct output *output, const struct options *options);
/** Where to add text; written on from time to time. */
struct buf *output_text(struct output *output);
/** Write the rest. Returns: STATUS_OK, or STATUS_FAILED after a line on stderr; no half-written file is left. */
int output_end(struct output *output);
/** Give up: leave no file. */
void output_drop(struct output *output);

/** Write to options->output (atomically) or stdout. Returns: STATUS_OK or STATUS_FAILED after a line on stderr. */
int output_write(const struct options *options, struct str text);

/**
 * Make the pager of $PAGER (less if not set) ready, before the sandbox: it starts when something is written to it.
 *
 * Returns: a pipe to it; -1: none is wanted ($PAGER is empty or cat, TERM is dumb)
 */
int pager_begin(void);
/** Write a text to the pager. A reader who has seen enough is no failure. */
void pager_show(int pager, struct str text);
/** Wait until the pager was left; it never starts when nothing was written. pager: may be -1. */
void pager_end(int pager);

/**
 * scan_inputs, with a line on stderr that tells how far it is: on a terminal after a second, at once and whatever
 * stderr is with --progress always. It is wiped when the work is done.
 */
void progress_scan(const struct options *options, const struct input_list *list, const struct scan_options *scan,
                   struct digest *digest, struct scan_result *result);

/** Rules and causes, with those of --rules. */
struct knowledge {
	struct rule_pack *pack;
	struct cause_set *causes;
};

/** Returns: STATUS_OK, or STATUS_USAGE after a line on stderr. */
int knowledge_load(struct knowledge *knowledge, const struct options *options);
void knowledge_finish(struct knowledge *knowledge);

/** The paths of the command line, expanded; complains of each that cannot be opened. failed: how many. */
void inputs_expand(const struct options *options, struct input_list *list, size_t *failed);
/** Say on stderr what was damaged or could not be read. Returns: the status for the whole. */
int inputs_complain(const struct options *options, const struct scan_result *result, size_t failed);

struct scan_options scan_options_of(const struct options *options, const struct knowledge *knowledge);
