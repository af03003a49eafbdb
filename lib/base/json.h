/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * JSON in three shapes: documents (rules, causes, side files, saved reports; by cJSON, whose only
 * user is json.c), a pull reader for log records (raw number text, duplicate keys, cut records),
 * and a writer.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* ---- documents ---- */

struct json; /* a value inside a document; NULL stands for "not there" and is accepted everywhere */

enum json_type {
	JSON_NONE,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

enum { JSON_DEPTH_MAX = 64 };

/**
 * Read a document: one value, at most JSON_DEPTH_MAX levels deep; a byte order mark may stand
 * before it.
 *
 * Errors: line, column and what is wrong
 * Owner:  the caller, json_destroy on what was returned
 */
struct json *json_parse(struct str text, struct error *err);
void json_destroy(struct json *document);

enum json_type json_type(const struct json *value);
/** Member of an object, case-sensitive; the first of duplicates. */
const struct json *json_get(const struct json *object, const char *key);
/** First element of an array or first member of an object. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *element);
size_t json_count(const struct json *container);
/** Key of an object's member. */
struct str json_key(const struct json *member);
/** Text of a string, up to a \u0000 in it; empty for anything else. Lifetime: the document's. */
struct str json_text(const struct json *value);
/** Text of a member that is a string; empty if not. */
struct str json_get_text(const struct json *object, const char *key);
double json_number(const struct json *value, double otherwise);
bool json_bool(const struct json *value, bool otherwise);

/* ---- pull reader ---- */

enum json_token {
	JSON_TOKEN_END,   /* the top value is closed (position: behind it), or only blanks came */
	JSON_TOKEN_ERROR, /* not JSON from here on, but good so far; given again and again */
	JSON_TOKEN_CUT, /* the bytes end inside a value, given again and again; the first time with
	                   what is there of a string, key or number */
	JSON_TOKEN_OBJECT_BEGIN,
	JSON_TOKEN_OBJECT_END,
	JSON_TOKEN_ARRAY_BEGIN,
	JSON_TOKEN_ARRAY_END,
	JSON_TOKEN_KEY,
	JSON_TOKEN_STRING,
	JSON_TOKEN_NUMBER, /* text: as written */
	JSON_TOKEN_TRUE,
	JSON_TOKEN_FALSE,
	JSON_TOKEN_NULL
};

struct json_reader {
	struct str text; /* all of the input */
	size_t position; /* of the next byte */
	unsigned depth;
	uint64_t is_object; /* bit n: level n is an object */
	bool is_loose;      /* a string or number so far is not as RFC 8259 wants it */
	int expect;         /* private */
	struct arena *tmp;  /* decoded strings; plain ones point into text */
};

void json_reader_init(struct json_reader *reader, struct str text, struct arena *tmp);
/**
 * The next token. Deeper than JSON_DEPTH_MAX is an ERROR.
 *
 * Logs are read with patience: an unknown escape stays as it is, half a surrogate pair becomes
 * U+FFFD, a number is any run of digits and "+-.eE" that begins with a digit or '-', control bytes
 * in strings and invalid UTF-8 stay.
 *
 * value:    text of a key, string or number, decoded; empty for others
 *
 * Lifetime: of value: that of text and tmp
 */
enum json_token json_reader_next(struct json_reader *reader, struct str *value);
/**
 * Behind a KEY or inside an array: pass over one whole value. A value that is cut or wrong is told
 * by the next token.
 *
 * Returns: its raw text (from first to last byte); ptr NULL when no value comes
 */
struct str json_reader_skip(struct json_reader *reader);

/* ---- writer ---- */

struct json_writer {
	struct buf *out;
	unsigned depth;
	unsigned indent; /* blanks a level; 0: all on one line */
	bool needs_comma;
	bool is_after_key;
};

void json_writer_init(struct json_writer *writer, struct buf *out, unsigned indent);
void json_object_begin(struct json_writer *writer);
void json_object_end(struct json_writer *writer);
void json_array_begin(struct json_writer *writer);
void json_array_end(struct json_writer *writer);
void json_write_key(struct json_writer *writer, const char *key);
/** The same of any text. */
void json_write_key_text(struct json_writer *writer, struct str key);
/** A string; invalid UTF-8 becomes U+FFFD, hidden characters (text_is_hidden) are escaped. */
void json_write_text(struct json_writer *writer, struct str text);
void json_write_int(struct json_writer *writer, int64_t number);
/** A value as it is written: it must be JSON. */
void json_write_raw(struct json_writer *writer, struct str value);
/** Up to `decimals` (at most 15) decimals, trailing zeros off; null for NaN and from 1e19 on. */
void json_write_double(struct json_writer *writer, double number, unsigned decimals);
void json_write_bool(struct json_writer *writer, bool value);
void json_write_null(struct json_writer *writer);
/** RFC 3339, or null for TIME_NONE. */
void json_write_time(struct json_writer *writer, int64_t time_ns);
/** Milliseconds with up to three decimals, or null for DURATION_NONE. */
void json_write_ms(struct json_writer *writer, int64_t duration_ns);
/** Key and value at once. */
void json_member_text(struct json_writer *writer, const char *key, struct str text);
void json_member_int(struct json_writer *writer, const char *key, int64_t number);
