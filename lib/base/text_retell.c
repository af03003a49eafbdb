/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences that were put together from texts of the catalogue, as they are kept in reports. */
#include "base/catalogue.h"
#include "base/text.h"

enum { ARGUMENTS_MAX = 8, DEPTH_MAX = 4, LITERAL_MIN = 4, SENTENCE_MAX = 512 };

struct match {
	struct str arguments[ARGUMENTS_MAX];
	size_t count;
	size_t literal; /* bytes of the pattern's own that were found */
};

/* A conversion of printf at the start of format. is_number: what it stands for are digits. order:
 * its argument, from 0. Returns: its length; 0: there is none */
static size_t conversion(struct str format, bool *is_number, size_t *order)
{
	size_t at = 1;
	if (format.len < 2 || format.ptr[0] != '%') {
		return 0;
	}
	if (format.len > 3 && format.ptr[1] >= '1' && format.ptr[1] <= '8' &&
	    format.ptr[2] == '$') {
		*order = (size_t)(format.ptr[1] - '1');
		at = 3;
	}
	at += str_starts(str_skip(format, at), STR(".*")) ? 2 : 0;
	while (at < format.len && (format.ptr[at] == 'l' || format.ptr[at] == 'z')) {
		at++;
	}
	char last = at < format.len ? format.ptr[at] : '\0';
	*is_number = last == 'u' || last == 'd';
	return last == 's' || *is_number ? at + 1 : 0;
}

static bool begins_with_digits(struct str text, size_t *len)
{
	for (*len = 0; *len < text.len && text.ptr[*len] >= '0' && text.ptr[*len] <= '9';) {
		(*len)++;
	}
	return *len > 0;
}

/* Whether a sentence is as a pattern says. */
static bool fits(struct str format, struct str sentence, struct match *match)
{
	while (format.len > 0) {
		bool is_number = false;
		size_t order = match->count, len = conversion(format, &is_number, &order), digits;
		if (len == 0) {
			size_t sign = str_starts(format, STR("%%")) ? 2 : 1;
			if (sentence.len == 0 || sentence.ptr[0] != format.ptr[0]) {
				return false;
			}
			match->literal++;
			format = str_skip(format, sign);
			sentence = str_skip(sentence, 1);
			continue;
		}
		if (match->count == ARGUMENTS_MAX || order != match->count) {
			return false;
		}
		format = str_skip(format, len);
		if (is_number) {
			if (!begins_with_digits(sentence, &digits)) {
				return false;
			}
			match->arguments[match->count++] = str_slice(sentence, 0, digits);
			sentence = str_skip(sentence, digits);
			continue;
		}
		struct match before = *match;
		size_t number = match->count++;
		for (size_t end = format.len == 0 ? sentence.len : 0; end <= sentence.len; end++) {
			match->arguments[number] = str_slice(sentence, 0, end);
			if (fits(format, str_skip(sentence, end), match)) {
				return true;
			}
			*match = before;
			match->count++;
		}
		return false;
	}
	return sentence.len == 0;
}

static void retell(struct str en, unsigned depth, struct buf *out);

/* The translation of a pattern, with what the sentence had in its gaps. */
static void fill(struct str format, const struct match *match, unsigned depth, struct buf *out)
{
	size_t next = 0;
	for (size_t at = 0; at < format.len;) {
		bool is_number;
		size_t order = next, len = conversion(str_skip(format, at), &is_number, &order);
		if (len > 0 && order < match->count) {
			retell(match->arguments[order], depth + 1, out);
			next = order + 1;
		} else {
			buf_byte(out, format.ptr[at]);
			len = str_starts(str_skip(format, at), STR("%%")) ? 2 : 1;
		}
		at += len;
	}
}

static bool is_entry(struct str en)
{
	struct text_both both = {.in = {[TEXT_EN] = en}};
	return text_in(&both, TEXT_ZH).ptr != en.ptr;
}

/* Whether no gap holds several sentences, unless they are one text of the catalogue. */
static bool is_one_sentence(const struct match *match)
{
	for (size_t i = 0; i < match->count; i++) {
		if (str_contains(match->arguments[i], STR("; ")) &&
		    !is_entry(match->arguments[i])) {
			return false;
		}
	}
	return true;
}

/* The pattern of which a sentence has the most. */
static const struct catalogue_entry *find(struct str en, struct match *best)
{
	const struct catalogue_entry *found = NULL;
	for (size_t i = 0; i < catalogue_zh_count; i++) {
		const struct catalogue_entry *entry = &catalogue_zh[i];
		struct match match = {.count = 0};
		if (str_find_byte(entry->id, '%') >= 0 && fits(entry->id, en, &match) &&
		    match.literal >= LITERAL_MIN && is_one_sentence(&match) &&
		    (found == NULL || match.literal > best->literal)) {
			found = entry;
			*best = match;
		}
	}
	return found;
}

/* The longest of the sentences that en begins with which is known. Returns: its length; 0: none is
 */
static size_t first_known(struct str en)
{
	struct match match;
	for (size_t at = en.len; at-- > 1;) {
		struct str head = str_slice(en, 0, at);
		if (str_starts(str_skip(en, at), STR("; ")) &&
		    (is_entry(head) || find(head, &match) != NULL)) {
			return at;
		}
	}
	return 0;
}

static void retell(struct str en, unsigned depth, struct buf *out)
{
	struct text_both both = {.in = {[TEXT_EN] = en}};
	struct match match;
	const struct catalogue_entry *entry = NULL;
	size_t first = 0;
	if (!is_entry(en) && depth <= DEPTH_MAX && en.len <= SENTENCE_MAX) {
		entry = find(en, &match);
		first = entry == NULL ? first_known(en) : 0;
	}
	if (entry != NULL) {
		fill(entry->text, &match, depth, out);
	} else if (first > 0) {
		retell(str_slice(en, 0, first), depth + 1, out);
		buf_add(out, str_from(text_translate(TEXT_ZH, "; ")));
		retell(str_skip(en, first + 2), depth, out);
	} else {
		buf_add(out, text_in(&both, TEXT_ZH));
	}
}

struct str text_retell(enum text_lang lang, struct str en, struct arena *arena)
{
	struct buf out = {0};
	if (lang == TEXT_EN) {
		return en;
	}
	retell(en, 0, &out);
	struct str said = arena_str(arena, buf_str(&out));
	buf_finish(&out);
	return said;
}
