/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How a redactor finds what is sensitive, and what it writes instead. Private to report/. */

#include "base/keyed_hash.h"
#include "base/map.h"
#include "report/report.h"

/** Words that name nobody: of messages and of the program's own prose. Sorted, in lower case. */
extern const char *const redact_words[];
extern const size_t redact_word_count;

struct redactor {
	unsigned char key[KEYED_HASH_BYTES];
	struct map learned; /* what was found, in lower case -> enum redact_kind + 1 */
	struct map encoded; /* what was found, in base64 -> the same in learned's spelling */
	struct map labels;  /* names whose words are all in the dictionary */
	struct map counted; /* all that was replaced, each once */
	size_t counts[REDACT_KIND_COUNT];
	struct arena keep, tmp;
	unsigned depth; /* of texts in texts */
	bool is_log; /* what is read is no prose of the program: words that are in no dictionary go,
	                and those in it that were found to be names */
	bool is_free; /* a label is of free text: what of it is not ASCII may be several words */
	bool has_far; /* names were found that are not ASCII */
};

/** What a value is, by the key before it. */
enum redact_class {
	CLASS_FREE,   /* free text: words that are in no dictionary stay */
	CLASS_VALUE,  /* of a key that says nothing: such words go */
	CLASS_NAME,   /* of a host, pod, container ...: all but names of components goes */
	CLASS_DATA,   /* of a collection, bucket ...: goes as a whole */
	CLASS_USER,   /* the same */
	CLASS_ID,     /* numbers go, too */
	CLASS_PATH,   /* of a file or an etcd key: segment by segment */
	CLASS_SECRET, /* becomes a constant */
	CLASS_CUT,    /* filters and payloads: left out */
	CLASS_PLAIN   /* stays as it is */
};

/** By the last part of a key, whatever it is spelled like; CLASS_VALUE when it says nothing. */
enum redact_class redact_class_of_key(struct str key);
/** Whether a key names where something runs: its value is a name wherever it stands. */
bool redact_is_place_key(struct str key);
/** By the folder it stands in; class_ when that says nothing. */
enum redact_class redact_class_behind(struct str folder, enum redact_class class_);
/** By a noun of free text: "user alice"; CLASS_FREE when it is none. */
enum redact_class redact_class_of_noun(struct str word);

/** Whether a word is in the dictionary: as a whole or in parts, with up to three digits behind it.
 */
bool redact_is_word(struct str word);
/** The same, but without digits that are not in the dictionary or behind a component's name. */
bool redact_is_plain_word(struct str word);
/** Whether a word names a component of Milvus or what it depends on. */
bool redact_is_component(struct str word);
bool redact_is_extension(struct str word);

/** Note that something was replaced. */
void redact_count(struct redactor *redactor, enum redact_kind kind, struct str text);
/** Whether a text was found to be sensitive, and as what. A word of the dictionary only in logs. */
bool redact_find(const struct redactor *redactor, struct str text, enum redact_kind *kind);
void redact_learn(struct redactor *redactor, enum redact_kind kind, struct str text);
/** Learn a value that is one word, if its key names a place. */
void redact_learn_place(struct redactor *redactor, struct str key, struct str value);

/** Add what stands for a text. */
void redact_add_name(struct redactor *redactor, enum redact_kind kind, struct str text,
                     struct buf *out);
/** The same of a number, in hex or decimal as it is written. Returns: false when it is none. */
bool redact_add_id(struct redactor *redactor, struct str text, struct buf *out);
/** The same of an address, with its port; a network's stay one network. Returns: false when it is
 * none. */
bool redact_add_address(struct redactor *redactor, struct str text, struct buf *out);
/** An address written as 10-20-0-13 at the start of text. Returns: its length; 0: there is none. */
size_t redact_add_dashed(struct redactor *redactor, struct str text, struct buf *out);
/** A name of words joined by - and _. */
void redact_add_label(struct redactor *redactor, struct str label, enum redact_class class_,
                      struct buf *out);
/** What stands between blanks, brackets and quotes. */
void redact_add_token(struct redactor *redactor, struct str token, enum redact_class class_,
                      struct buf *out);
/** Text of a class. */
void redact_add_text(struct redactor *redactor, struct str text, enum redact_class class_,
                     struct buf *out);
