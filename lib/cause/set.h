/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Causes as they are loaded; private to cause/. */

#include "base/json.h"
#include "cause/cause.h"

enum strength {
	STRENGTH_HINT,
	STRENGTH_SUPPORTING,
	STRENGTH_STRONG,
	STRENGTH_DECISIVE,
	STRENGTH_EXCLUDES,
	STRENGTH_COUNT
};

struct sign {
	struct str group;
	enum strength strength;
	bool is_against;
	const struct json *when;
	struct text_both say;
};

/** What a cause brings about: a kind of event at most `within` after the cause's first evidence. */
struct cause_link {
	struct str kind; /* "etcd.apply.slow", "milvus.session.*" */
	int64_t within_ns;
	struct text_both because; /* why it follows; empty: the chain's own words for such a step */
};

struct cause {
	struct str id;
	struct text_both title;
	int prior;          /* of its family, in units of score */
	struct str told_by; /* whose log tells why ("etcd"); empty: that of whoever shows it */
	struct sign *signs;
	size_t sign_count;
	struct cause_link *links;
	size_t link_count;
	struct str *advice; /* ids */
	size_t advice_count;
	struct str *settle; /* ids */
	size_t settle_count;
	struct json *document;
};

/** A named piece of text: advice, or what would settle a doubt. */
struct cause_note {
	struct str id;
	struct text_both text;   /* advice: what to do; settle: what to get */
	struct text_both how;    /* settle: how to get it; advice: why */
	const struct json *when; /* advice: only then, as of a sign; NULL: always */
};

struct cause_set {
	struct {
		struct cause *items;
		size_t count, capacity;
	} causes; /* sorted by id */
	struct {
		struct cause_note *items;
		size_t count, capacity;
	} notes;
	struct arena keep;
	struct {
		struct json **items;
		size_t count, capacity;
	} documents;
};

/** As cause files write it: "strong". */
struct str strength_name(enum strength strength);
const struct cause *cause_set_find(const struct cause_set *set, struct str id);
const struct cause_note *cause_set_note(const struct cause_set *set, struct str id);
/** Whether a kind's id is meant by a name: equal, or "prefix.*". */
bool kind_is(struct str id, struct str name);

/* Made at build time from rules/causes/: the files' texts, one after the other. */
struct embedded_file {
	const char *name;
	const char *text;
	size_t len;
};
extern const struct embedded_file cause_files[];
extern const size_t cause_file_count;
