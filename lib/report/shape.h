/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How structs look in JSON, said once in tables: the JSON report is written by them and a saved one
 * is read by them, so that the two cannot drift apart. Private to report/.
 */

#include "base/json.h"
#include "base/map.h"
#include "report/report.h"

enum shape_type {
	SHAPE_TEXT,         /* struct str */
	SHAPE_TEXT_OR_NULL, /* struct str; null: empty */
	SHAPE_BOTH,         /* struct text_both, in the report's language */
	SHAPE_BOTH_OR_NULL, /* struct text_both; null: empty */
	SHAPE_SENTENCES,    /* struct sentence_list */
	SHAPE_TIME,         /* int64_t; null: TIME_NONE */
	SHAPE_MS,           /* int64_t, ns; null: DURATION_NONE */
	SHAPE_COUNT,        /* uint64_t */
	SHAPE_BOOL,         /* bool */
	SHAPE_NUMBER,       /* double, three decimals; null: NAN */
	SHAPE_SHARE,        /* double from 0 to 1, three decimals */
	SHAPE_OBJECT,       /* a struct at the offset; offset 0: members of the same struct */
	SHAPE_LIST,         /* items, count, capacity of structs */
	SHAPE_OWN           /* by functions */
};

struct shape_writer {
	struct json_writer json;
	enum text_lang lang;
	struct map texts;  /* sentence as shown -> const struct text_both *, the first */
	struct map places; /* JSON Pointer of a sentence that has another translation than the first
	                      -> the same */
	struct buf place;  /* JSON Pointer of what is being written */
	struct arena tmp;
};

struct shape_reader {
	struct json_reader json;
	struct str whole;         /* the document; json may read a part of it */
	struct arena *keep;       /* of what is read */
	const struct map *texts;  /* sentence as shown -> struct str *, the other language's */
	const struct map *places; /* JSON Pointer -> the same, where it is another */
	struct buf place;         /* JSON Pointer of what is being read */
	enum text_lang lang;      /* of the sentences in the document */
	const struct map *kinds;  /* id -> struct event_kind * */
	struct error *err;        /* never NULL */
};

struct shape;

struct shape_member {
	const char *key;
	size_t offset;
	const struct shape *shape; /* of an object, or of a list's items */
	void (*write)(struct shape_writer *to, const void *base);
	bool (*read)(struct shape_reader *from, void *base);
	size_t via; /* offset of a pointer in base: the member is in what it points to; 0: in base
	               itself */
	enum shape_type type;
	bool is_inline;   /* a list that is written on one line */
	bool is_rare;     /* a bool that is written only when it is true */
	bool is_optional; /* came after the first release: may be missing in a saved report */
};

enum { SHAPE_MEMBERS_MAX = 64 };

struct shape {
	const struct shape_member *members;
	size_t count; /* at most SHAPE_MEMBERS_MAX */
	size_t size;  /* of a list's item */
};

#define SHAPE(item_type, table)                                                                    \
	{                                                                                          \
		(table), sizeof(table) / sizeof((table)[0]), sizeof(struct item_type)              \
	}

/** A whole object with the members of base. */
void shape_write(struct shape_writer *to, const struct shape *shape, const void *base);
/** The sentence of the other language; empty when there is none, or it is the same. */
struct str shape_other(const struct text_both *both, enum text_lang lang);
void shape_write_count(struct shape_writer *to, const char *key, uint64_t count);

/**
 * Read an object into base, which is zeroed; its '{' is read already. Unknown members are passed
 * over.
 *
 * Errors: what is missing, of a wrong type or there twice, with its line
 */
bool shape_read(struct shape_reader *from, const struct shape *shape, void *base);
/** The next token, which must be of a type; for own functions. value: may be NULL. */
bool shape_expect(struct shape_reader *from, enum json_token wanted, struct str *value);
/** Inside an array: whether another object begins; its '{' is read then. false at the array's end,
 * and on failure. */
bool shape_next_object(struct shape_reader *from);
bool shape_read_count(struct shape_reader *from, uint64_t *count);
bool shape_read_ms(struct shape_reader *from, int64_t *duration_ns);
bool shape_read_text(struct shape_reader *from, struct str *text, bool can_be_null);
bool shape_read_number(struct shape_reader *from, double *number, bool can_be_null);
/** Say what is wrong at the reader's line. Returns: false. */
bool shape_fail(struct shape_reader *from, const char *what);
