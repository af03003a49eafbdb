/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How a rule pack looks inside. Private to rule/ and its tests. */

#include "base/json.h"
#include "base/literals.h"
#include "base/map.h"
#include "base/regex.h"
#include "rule/rule.h"

enum {
	RULE_FILE_SIZE_MAX = 8 << 20,
	RULE_FILES_MAX = 1024, /* of one folder */
	RULE_RULES_MAX = 16384,
	RULE_MATCHES_MAX = 64, /* of one rule */
	RULE_PARTS_MAX = 24, /* fields, conditions, extractions and constants of one match, each */
	RULE_PATTERN_MAX = 4096,
	RULE_ANCHOR_MIN = 5
};

/** How a match looks at its subject; ascending by how specific it is. */
enum rule_how { RULE_PATTERN, RULE_PREFIX, RULE_MESSAGE };

/** What a pattern looks at. */
enum rule_subject { RULE_IN_MESSAGE, RULE_IN_TEXT, RULE_IN_CALLER, RULE_IN_FIELD };

/** Types as rules write them; more than an event's, for the ways a number is written. */
enum rule_type {
	RULE_TYPE_TEXT,
	RULE_TYPE_DURATION,
	RULE_TYPE_DURATION_MS, /* a plain number of milliseconds */
	RULE_TYPE_DURATION_S,
	RULE_TYPE_BYTES,
	RULE_TYPE_COUNT,
	RULE_TYPE_MEMBER,
	RULE_TYPE_MEMBER_DECIMAL,
	RULE_TYPE_LEASE,
	RULE_TYPE_LEASE_DECIMAL,
	RULE_TYPE_KEY,
	RULE_TYPE_ERROR,
	RULE_TYPE_COUNT_ALL
};

/** A field that is kept. */
struct rule_field {
	struct str key;  /* as the record or the group writes it */
	struct str name; /* as the event calls it */
	enum rule_type type;
};

struct rule_compiled;

/** A pattern, compiled when it is first needed. */
struct rule_pattern {
	enum rule_subject subject;
	struct str key; /* of a field */
	struct str source;
	_Atomic(struct rule_compiled *) *compiled;
};

/** A constant field. */
struct rule_constant {
	struct str name;
	struct str text;
};

struct rule_match {
	enum rule_how how;
	struct str text;             /* message or prefix */
	struct rule_pattern pattern; /* of RULE_PATTERN */
	struct rule_pattern *conditions;
	size_t condition_count;
	struct rule_pattern *extracts; /* fill fields, decide nothing */
	size_t extract_count;
	struct rule_pattern *longest; /* likewise, from where their duration is the longest */
	size_t longest_count;
	struct rule_field *fields;
	size_t field_count;
	struct rule_constant *constants;
	size_t constant_count;
	struct str anchor;     /* empty: an "after" rule without one */
	uint32_t anchor_index; /* of the compiled pack */
};

/** A rule with what only the matcher needs. */
struct rule_entry {
	struct rule rule; /* first: a struct rule of a pack is one of these */
	struct str file;  /* "PATH:LINE", or the path alone */
	bool is_builtin;
	struct str interval; /* event field; empty: none */
	struct str start;
	struct str after;
	unsigned programs;   /* bit n: enum format_program n may; 0: all */
	bool is_silence;     /* of a user pack: removes */
	uint32_t *followers; /* places in the order of matches of rules that come after this one */
	size_t follower_count;
};

/** One match in the order of precedence. */
struct rule_candidate {
	const struct rule_entry *entry;
	const struct rule_match *match;
};

struct rule_entry_list {
	struct rule_entry **items;
	size_t count, capacity;
};

struct rule_pack {
	struct arena run;
	struct {
		struct json **items;
		size_t count, capacity;
	} documents; /* texts of rules point into them */
	struct {
		_Atomic(struct rule_compiled *) **items;
		size_t count, capacity;
	} patterns;
	struct rule_entry_list entries; /* by id */
	struct {
		struct str *items;
		size_t count, capacity;
	} silenced; /* ids of rules that a later pack took away */
	uint64_t hash;
	struct str version;
	bool has_samples;
	/* once compiled */
	struct rule_candidate *order;
	size_t order_count;
	struct str *anchors; /* ascending */
	size_t anchor_count;
	uint32_t *anchor_starts; /* anchor_count + 1 places in by_anchor */
	uint32_t *by_anchor;     /* places in order, ascending for each anchor */
	struct literals *literals;
};

/** Bytes built into the program. */
struct rule_builtin {
	struct str rules;   /* of rule_packed_write */
	struct str samples; /* of rule_packed_write_samples */
	struct str anchors; /* 16 hex digits, rule_anchors_hash; then Vectorscan's set of them */
};
/** Empty in the program that makes it. */
extern const struct rule_builtin rule_builtin;

/* ---- pack.c ---- */

/** A pack without rules. */
struct rule_pack *rule_pack_create_empty(void);
/** rule_pack_add of a file's text. name: for errors. */
bool rule_pack_add_text(struct rule_pack *pack, struct str name, struct str text,
                        struct error *err);

/* ---- read.c ---- */

/** Where rules stand. */
struct rule_source {
	struct str file; /* for errors and rule_entry.file; lives as long as the pack */
	struct str text; /* the file's bytes, to tell lines; empty when they are not at hand */
};

/** Read the elements of an array of rules. Errors: "FILE:LINE: rule ID: KEY: what is wrong" */
bool rule_read_list(struct rule_pack *pack, const struct json *list,
                    const struct rule_source *source, struct rule_entry_list *entries,
                    struct error *err);
/** As rules write it: "etcd-client". */
const char *rule_program_name(enum format_program program);
/** Give a pattern of the pack its place for what it compiles to. */
void rule_pattern_enlist(struct rule_pack *pack, struct rule_pattern *pattern);

/* ---- packed.c ---- */

/** Append the rules of a pack, without samples, in the form that is built in. */
void rule_packed_write(struct rule_pack *pack, struct buf *out);
/** Rules for an empty pack. bytes: what rule_packed_write wrote, which the pack goes on using */
void rule_packed_read(struct rule_pack *pack, struct str bytes);
void rule_packed_write_samples(struct rule_pack *pack, struct buf *out);
/** Samples for rules that have none. bytes: likewise */
void rule_packed_read_samples(struct rule_pack *pack, struct str bytes);

/* ---- value.c ---- */

/** Returns: whether text names a type. */
bool rule_type_read(struct str text, enum rule_type *type);
/** What an event calls it. */
enum event_field_type rule_type_event(enum rule_type type);
const char *rule_type_name(enum rule_type type);
/** Type, text and number of an event's field from what the record says. */
void rule_value(enum rule_type type, struct str text, struct arena *tmp, struct event_field *field);

/* ---- anchor.c ---- */

/** The longest run of a literal that is the same however the record is quoted; empty when shorter
 * than RULE_ANCHOR_MIN. */
struct str rule_anchor_of_literal(struct str literal);
/** The same of what a pattern surely contains; empty when that cannot be told. */
struct str rule_anchor_of_pattern(struct arena *run, struct str pattern);
/** Whether a text can be an anchor. */
bool rule_anchor_is_sound(struct str anchor);

/* ---- compile.c ---- */

/** What a pattern becomes. */
struct rule_group {
	unsigned index;
	struct str name; /* the event's */
	enum rule_type type;
};

struct rule_compiled {
	struct regex *regex; /* NULL: the pattern is wrong */
	struct rule_group groups[REGEX_GROUPS_MAX];
	size_t group_count;
};

/** The declared field behind a group's name; NULL: the group is text of its own name. */
const struct rule_field *rule_match_field(const struct rule_match *match, struct str name);
/** Compile at first use; threads may race for it. Never NULL. */
const struct rule_compiled *rule_pattern_get(const struct rule_pattern *pattern,
                                             const struct rule_match *match, struct error *err);
void rule_compiled_destroy(struct rule_compiled *compiled);
/** Compile all patterns of a rule. Errors: "FILE: rule ID: match N: KEY: what". */
bool rule_entry_check_patterns(const struct rule_entry *entry, struct error *err);
/** Order of matches, anchors and followers; all but the search itself. */
void rule_pack_index(struct rule_pack *pack);
/** Tells one set of anchors from another. */
uint64_t rule_anchors_hash(const struct rule_pack *pack);

/* ---- match.c ---- */

/** Text decoded and matched as if it stood behind a record of previous. */
const struct rule_candidate *rule_match_line(struct rule_matcher *matcher, struct str text,
                                             const struct rule *previous, struct arena *tmp,
                                             struct record *record, struct event *event);
/** Text that a pattern looks at; ptr NULL when the record has no such field. */
struct str rule_subject_text(const struct rule_pattern *pattern, const struct record *record);

/* ---- nearest.c ---- */

/** Letters to insert, drop or change to make one word of the other; SIZE_MAX when one is too long
 * to tell. */
size_t rule_edit_distance(struct str a, struct str b);

/* ---- hostile.c ---- */

/**
 * Lets a rule's patterns search texts that are hard for careless patterns.
 *
 * Returns: faults, told in report
 */
size_t rule_check_hostile(const struct rule_entry *entry, struct regex_match *regex_match,
                          struct buf *report);
