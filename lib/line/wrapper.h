/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Wrappers: what collectors, consoles and people put around the lines of a program. Private to
 * line/. */

#include "base/buf.h"
#include "line/line.h"
#include "line/stamp.h"

enum {
	WRAPPERS_MAX = 40, /* in the table */
	WRAP_DEPTH_MAX = 8 /* around one line */
};

/** A line on its way to be clean, and what is known of it so far. Texts point into the frame, tmp
 * or a state. */
struct wrap {
	struct str text;
	uint64_t number;
	uint64_t offset;
	struct line_source source;
	enum line_output output;
	int64_t outer_ns; /* TIME_NONE */
	enum clock_zone outer_zone;
	bool is_partial; /* the next one of this source and output goes on with it */
	bool is_cut;
	bool is_bare;                  /* nothing is around text: look for no more wrappers */
	uint8_t depth;                 /* wrappers taken off */
	uint8_t stack[WRAP_DEPTH_MAX]; /* their numbers in the table, outermost first */
};

enum wrap_result {
	WRAP_REFUSED, /* it was not one after all; *wrap as it was */
	WRAP_PEELED,  /* *wrap holds what was inside */
	WRAP_DROPPED, /* the line is the wrapper's own: a head, a separator */
	WRAP_HELD,    /* kept in the state; the next line comes here too */
	WRAP_GIVEN    /* what was inside was given by wrap_give: several lines, or held ones */
};

/** What wrappers of one stream share. */
struct wrap_context {
	struct arena *tmp;  /* until the next line */
	struct arena *keep; /* as long as the stream; for things whose number is bounded */
	struct stamp_years years;
	struct {
		struct wrap *items;
		size_t count, capacity;
	} given;
	struct line_source heading; /* of lines that have no source of their own: "==> etcd <==" */
	size_t headings;            /* made so far */
	bool is_record;             /* the line is a record of a document; its line ends are CRs */
	bool wants_value;           /* the next line is a binary value */
	bool is_ended;              /* nothing follows */
	bool has_entities;          /* marks of all records are written as those of HTML */
};

/** A wrapper: one file that exports one of these, listed in the table. */
struct wrapper {
	const char *name;  /* "compose", "cri" ... stable, shown in coverage */
	const char *first; /* bytes that its lines begin with, "a-z" for a range; NULL: any */
	bool is_sure;      /* its peel alone tells its lines from all others */
	size_t state_size; /* of zeroed memory for each stream */
	/** Look at one of the first lines of a stream before any is peeled. NULL: need not. */
	void (*learn)(struct wrap_context *context, void *state, struct str line);
	/** How sure it is that the line is its own, up to 100; 0: not mine. Never allocates. */
	int (*bid)(const struct wrap_context *context, const void *state, struct str line);
	int bid_max; /* it never bids more: not asked when another one did */
	enum wrap_result (*peel)(struct wrap_context *context, void *state, struct wrap *wrap);
	/** The stream has ended: give what is held. NULL: never holds. */
	void (*end)(struct wrap_context *context, void *state);
	/** Free what the state owns. NULL: nothing. */
	void (*finish)(void *state);
};

extern const struct wrapper wrapper_ansi;
extern const struct wrapper wrapper_compose;
extern const struct wrapper wrapper_cri;
extern const struct wrapper wrapper_csv;
extern const struct wrapper wrapper_docker_json;
extern const struct wrapper wrapper_grafana_text;
extern const struct wrapper wrapper_grep;
extern const struct wrapper wrapper_heading;
extern const struct wrapper wrapper_html;
extern const struct wrapper wrapper_journal_export;
extern const struct wrapper wrapper_json_export;
extern const struct wrapper wrapper_json_table;
extern const struct wrapper wrapper_kubectl;
extern const struct wrapper wrapper_line_number;
extern const struct wrapper wrapper_link;
extern const struct wrapper wrapper_logcli;
extern const struct wrapper wrapper_loki;
extern const struct wrapper wrapper_logrus;
extern const struct wrapper wrapper_markdown;
extern const struct wrapper wrapper_node;
extern const struct wrapper wrapper_panel;
extern const struct wrapper wrapper_powershell;
extern const struct wrapper wrapper_prefix;
extern const struct wrapper wrapper_quoted;
extern const struct wrapper wrapper_stern;
extern const struct wrapper wrapper_syslog;
extern const struct wrapper wrapper_timestamps;
extern const struct wrapper wrapper_tsv;

/** All wrappers, in order of the table. Ends with NULL. */
extern const struct wrapper *const wrapper_table[];

/** Add a line to context->given. */
void wrap_give(struct wrap_context *context, const struct wrap *wrap);
/** Let a source stand for lines that follow and have none of their own. Texts are copied. */
void wrap_set_heading(struct wrap_context *context, const struct line_source *source);
/** The wrapper's stamp; one with a zone is not replaced by one without. */
void wrap_set_time(struct wrap *wrap, int64_t time_ns, enum clock_zone zone);
/** Container, pod and namespace from a path such as "/var/log/pods/NS_POD_UID/CONTAINER/0.log".
 * False: none is in it. */
bool wrap_source_from_path(struct line_source *source, struct str path);
/** A time as text, or a number since 1970. Returns: TIME_NONE when it is neither. */
int64_t wrap_parse_time(struct str text, enum clock_zone *zone);

/** The wrappers of one stream with their states. */
struct wrappers {
	struct wrap_context context;
	void *states[WRAPPERS_MAX];
	uint64_t by_first[256];    /* bit n: wrapper n of the table may begin with the byte */
	int guess[WRAP_DEPTH_MAX]; /* won at this depth last time; -1: none */
	int owner;                 /* holds lines, gets the next one; -1: none */
};

void wrappers_init(struct wrappers *wrappers, struct arena *tmp, struct arena *keep,
                   int64_t modified_ns);
void wrappers_finish(struct wrappers *wrappers);
void wrappers_learn(struct wrappers *wrappers, struct str line);
/** Whether any wrapper bids for a line, in which no control bytes and no links are. */
bool wrappers_bid(const struct wrappers *wrappers, struct str line);
/** Take one wrapper off. Returns: WRAP_REFUSED when there is none. */
enum wrap_result wrappers_peel(struct wrappers *wrappers, struct wrap *wrap);
/** The stream has ended: held lines are in context.given. */
void wrappers_end(struct wrappers *wrappers);
