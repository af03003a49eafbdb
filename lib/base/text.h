/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Prose in two languages, and text made safe to show. */

#include "base/arena.h"
#include "base/buf.h"

enum text_lang { TEXT_EN, TEXT_ZH, TEXT_LANG_COUNT };

/** A sentence in each language; a missing one is looked up by the English one, or is that. */
struct text_both {
	struct str in[TEXT_LANG_COUNT];
};

/** Initializer of a sentence of the program: English here, other languages in po/. */
#define TEXT_BOTH(en)                                                                              \
	{                                                                                          \
		.in = { [TEXT_EN] = STR_INIT(en) }                                                 \
	}
/** Marks a literal for xgettext that is translated where it is used. */
#define TEXT_MARK(en) en

struct str text_in(const struct text_both *both, enum text_lang lang);

/**
 * A sentence or printf format of the program in a language, from the catalogue that is built in:
 * neither files nor locales are needed.
 *
 * en:      the msgid; of po/zh_CN.po when it is to be found there
 * Returns: the translation; en when there is none
 */
const char *text_translate(enum text_lang lang, const char *en) __attribute__((format_arg(2)));

/** The language of messages to the user of this process, as setlocale() would set it: once, before
 * threads. */
void text_speak(enum text_lang lang);
enum text_lang text_spoken(void);
/** A message in that language. */
const char *text_said(const char *en) __attribute__((format_arg(1)));

/**
 * A sentence that was put together in English from texts of the catalogue, such as a note about
 * damage, in another language; what it is not known of stays English. Several are joined by "; ".
 *
 * Lifetime: en's or arena's
 */
struct str text_retell(enum text_lang lang, struct str en, struct arena *arena);

/** Bytes of the UTF-8 character that text begins with; 0 when it is none. Source: RFC 3629. */
size_t text_character(struct str text);
/** The code point of a character of len bytes. */
uint32_t text_point(struct str text, size_t len);
/** Write a code point as UTF-8. to: room for 4. Returns: how many bytes */
size_t text_encode(uint32_t point, char *to);

/** Whether a character is not seen, or changes how others are shown: controls, bidi overrides ...
 */
bool text_is_hidden(uint32_t point);

/**
 * Add text made safe to show: valid UTF-8 with bad bytes as U+FFFD, a tab as a blank, hidden
 * characters as \xNN or \u{NNNN}.
 */
void text_add_safe(struct buf *out, struct str text);
struct str text_safe(struct arena *arena, struct str text);

/** Columns on a terminal (CJK wide = 2, combining = 0); text must be valid UTF-8. */
size_t text_width(struct str text);
/** The longest prefix of whole characters that is at most `columns` wide. */
struct str text_fit(struct str text, size_t columns);
/**
 * The next line of a text that is made safe: what fits into `room` columns, up to a blank or a wide
 * character if there is one; a number stays with its unit. *text is what is left.
 *
 * Returns: never nothing of a text that is something; no blanks at its end
 */
struct str text_line(struct str *text, size_t room);
/**
 * Add text made safe and wrapped as by text_line.
 *
 * column: where the first line begins; the cursor is there already
 * indent: of the lines after it; the last one ends with LF
 */
void text_add_wrapped(struct buf *out, struct str text, size_t column, size_t indent,
                      size_t columns);
/** The longest prefix of at most max bytes that ends at a character's end. */
struct str text_cut_bytes(struct str text, size_t max);
