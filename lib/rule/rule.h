/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Rule packs: load, compile, match a record. docs/writing-rules.md is the user's view. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "event/event.h"
#include "format/format.h"

struct rule_pack;    /* rules and anchors; read-only once made, used by many threads */
struct rule_matcher; /* one thread's working memory */

/** The built-in pack. Owner: the caller, rule_pack_destroy. */
struct rule_pack *rule_pack_create(void);
void rule_pack_destroy(struct rule_pack *pack);

/**
 * A pack of these files alone, for checking them. An id that two of them give is an error.
 *
 * Owner: the caller, rule_pack_destroy
 */
struct rule_pack *rule_pack_load(const struct str *paths, size_t count, struct error *err);

/**
 * Add the rules of a file or of all *.json of a folder: a new id adds, a known one replaces,
 * "silence": true removes.
 *
 * Errors: "PATH: rule ID: KEY: what is wrong"; the pack is unchanged then
 */
bool rule_pack_add(struct rule_pack *pack, struct str path, struct error *err);

/** Make it ready to match. Call after the last rule_pack_add. */
bool rule_pack_compile(struct rule_pack *pack, struct error *err);

/** Read the samples of the built-in rules; until then these have none. For `rules check`, `rules
 * show`. */
void rule_pack_read_samples(struct rule_pack *pack);

/** Text that tells one state of the rules from another: "421 rules, 9f2c11a0". */
struct str rule_pack_version(const struct rule_pack *pack);

size_t rule_pack_count(const struct rule_pack *pack);
/** Rules in order of id. */
const struct rule *rule_pack_rule(const struct rule_pack *pack, size_t index);
/** NULL when there is none. */
const struct rule *rule_pack_find(const struct rule_pack *pack, struct str id);
/** Ids of rules that a pack silenced; ptr NULL behind the last one. */
struct str rule_pack_silenced(const struct rule_pack *pack, size_t index);

/** What is public of a rule. */
struct rule {
	struct event_kind kind;
	struct str versions;   /* "etcd >=3.4" */
	struct str source;     /* upstream file: "wal/wal.go" */
	struct text_both next; /* what to look at next; may be empty */
	const struct str *samples;
	size_t sample_count;
	const struct str *near_misses;
	size_t near_miss_count;
	struct rule_match *matches; /* private */
	size_t match_count;
	int rank;         /* higher wins a line that two rules claim */
	bool is_followed; /* an "after" rule may own the record behind: call rule_match for it also
	                     without hits */
};

struct rule_matcher *rule_matcher_create(const struct rule_pack *pack);
void rule_matcher_destroy(struct rule_matcher *matcher);
/** A stream begins: what was given up in the one before is tried again. */
void rule_matcher_begin(struct rule_matcher *matcher);
/** The rules that took too many steps on several records of this stream, so that one of their
 * matches is no longer tried, in the order in which that happened; NULL behind the last one. */
const struct rule *rule_matcher_given_up(const struct rule_matcher *matcher, size_t index);

/** An anchor found in clean text. */
struct rule_hit {
	size_t end; /* offset behind its last byte */
	uint32_t anchor;
};

struct rule_hits {
	struct rule_hit *items; /* ascending by end */
	size_t count, capacity;
};

/** Find all anchors in clean text; hits is cleared first. */
void rule_scan(struct rule_matcher *matcher, struct str text, struct rule_hits *hits);

/** A record whose owner is sought, and what stands around it. */
struct rule_view {
	const struct record *record;
	const struct rule_hit *hits; /* those that lie in the record; from rule_scan */
	size_t hit_count;
	const struct rule *previous; /* of the record before it in the same source, for "after"
	                                rules; NULL */
};

/**
 * The rule that owns a record.
 *
 * tmp:     holds event's fields; their texts may point into record
 * event:   kind, times, level, fields; instance and origin are the caller's to fill
 * Returns: the rule; NULL when none matches
 */
const struct rule *rule_match(struct rule_matcher *matcher, const struct rule_view *view,
                              struct arena *tmp, struct event *event);

/** The same for one line or record by itself: decodes, scans, matches. For `rules match` and for
 * samples. */
const struct rule *rule_match_text(struct rule_matcher *matcher, struct str text, struct arena *tmp,
                                   struct record *record, struct event *event);

/** One wording of a rule, for people. */
struct rule_wording {
	const char *how; /* "message", "prefix" or "pattern" */
	struct str text;
};

/** index: below rule->match_count */
struct rule_wording rule_wording(const struct rule *rule, size_t index);

/** A field that events of a rule can have. */
struct rule_field_info {
	struct str name;
	const char *type; /* as rules write it: "duration" */
};

/** Fields of all wordings, each once, in order of their appearance. Owner: arena. */
size_t rule_fields(const struct rule *rule, struct arena *arena,
                   const struct rule_field_info **fields);

/**
 * Whether a program's version prints it, as far as rule->versions tells.
 *
 * program: "milvus"; empty: any
 * version: "2.3", "v2.3.4"; a short one stands for all that begin with it
 */
bool rule_is_of_version(const struct rule *rule, struct str program, struct str version);

/** Words of all wordings, to find rules that sound like a text. */
struct rule_index;
struct rule_index *rule_index_create(const struct rule_pack *pack);
void rule_index_destroy(struct rule_index *index);
/** The rules whose wordings share most with a text, best first. Returns: how many, at most max. */
size_t rule_index_nearest(struct rule_index *index, struct str text, const struct rule **rules,
                          size_t max);
/** The rule whose id is most like a mistyped one; NULL when none is near. */
const struct rule *rule_pack_suggest(const struct rule_pack *pack, struct str id);

/**
 * Check a compiled pack: samples match their rule and nothing of higher rank, near misses do not,
 * patterns stay within limits on hostile text, texts exist in both languages.
 *
 * pack:    its samples are read if they were not
 * report:  a line for each fault: "FILE: rule ID: sample N: what is wrong"
 * Returns: number of faults
 */
size_t rule_pack_check(struct rule_pack *pack, struct buf *report);
