/* SPDX-License-Identifier: Apache-2.0 */
/* Free text, log lines among it: keys and the values behind them, nouns and the names behind them.
 */
#include "report/redact.h"

#include <string.h>

enum { DEPTH_MAX = 6, OPENERS_MAX = 16, ESCAPES_MAX = 8 };

struct scan {
	struct redactor *redactor;
	struct str text;
	size_t at;
	enum redact_class class_; /* of the whole text */
	enum redact_class noun;   /* of the word behind it */
	struct buf *out;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char char_at(const struct scan *scan, size_t at)
{
	return at < scan->text.len ? scan->text.ptr[at] : '\0';
}

/* Letters beyond ASCII: all of them in a name, those of Latin, Greek and Cyrillic in prose. */
static bool is_far_letter(const struct scan *scan, size_t at)
{
	unsigned char c = (unsigned char)char_at(scan, at);
	if (c < 0x80 || scan->class_ != CLASS_FREE) {
		return c >= 0x80;
	}
	bool is_behind = c < 0xc0;
	unsigned char lead = is_behind && at > 0 ? (unsigned char)scan->text.ptr[at - 1] : c;
	unsigned char next = is_behind ? c : (unsigned char)char_at(scan, at + 1);
	bool is_sign = lead == 0xc3 && (next == 0x97 || next == 0xb7);
	return lead >= 0xc3 && lead <= 0xd4 && !is_sign;
}

static bool is_token_char(const struct scan *scan, size_t at)
{
	char c = char_at(scan, at);
	return is_word_char(c) || is_far_letter(scan, at) ||
	       (c != '\0' && strchr("-.:/@%+~", c) != NULL);
}

/* ---- escapes: \n, \u003c, \240, \xf0 ---- */

/* The byte that an escape stands for, behind its backslashes. Returns: its length; 0: it is another
 */
static size_t escaped_byte(const struct scan *scan, size_t at, uint64_t *byte)
{
	char c = char_at(scan, at);
	if (c >= '0' && c <= '3' && char_at(scan, at + 1) >= '0' && char_at(scan, at + 1) <= '7' &&
	    char_at(scan, at + 2) >= '0' && char_at(scan, at + 2) <= '7') {
		*byte = (uint64_t)(c - '0') * 64 + (uint64_t)(char_at(scan, at + 1) - '0') * 8 +
		        (uint64_t)(char_at(scan, at + 2) - '0');
		return 3;
	}
	size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
	struct str hex = str_slice(scan->text, at + 1, at + 1 + digits);
	return digits > 0 && hex.len == digits && str_to_hex64(hex, byte) && *byte < 256
	               ? digits + 1
	               : 0;
}

static size_t count_backslashes(const struct scan *scan, size_t at)
{
	size_t count = 0;
	while (char_at(scan, at + count) == '\\') {
		count++;
	}
	return count;
}

/* A word in which bytes are escaped, decoded. Returns: its length as written; 0: it is none */
static size_t decode_escapes(const struct scan *scan, struct buf *plain, bool *is_readable)
{
	size_t at = scan->at;
	uint64_t byte;
	bool has_any = false;
	*is_readable = true;
	while (at < scan->text.len) {
		size_t slashes = count_backslashes(scan, at);
		size_t len = slashes > 0 && slashes <= ESCAPES_MAX
		                     ? escaped_byte(scan, at + slashes, &byte)
		                     : 0;
		if (len > 0) {
			bool is_mark = byte == '<' || byte == '>' || byte == '&' || byte == '"' ||
			               byte == '\'' || byte == '=';
			if (is_mark) {
				break;
			}
			*is_readable &= byte >= ' ' && byte <= '~';
			buf_byte(plain, (char)byte);
			at += slashes + len;
			has_any = true;
		} else if (slashes == 0 && is_token_char(scan, at)) {
			buf_byte(plain, scan->text.ptr[at++]);
		} else {
			break;
		}
	}
	return has_any ? at - scan->at : 0;
}

static bool add_escaped(struct scan *scan)
{
	struct buf plain = {0};
	bool is_readable;
	size_t len = decode_escapes(scan, &plain, &is_readable);
	if (len > 0 && is_readable) {
		redact_add_token(scan->redactor, buf_str(&plain), scan->class_, scan->out);
	} else if (len > 0) {
		redact_add_name(scan->redactor, REDACT_NAME, buf_str(&plain), scan->out);
	}
	buf_finish(&plain);
	scan->at += len;
	return len > 0;
}

/* ---- keys and values ---- */

/* What stands between a key and its value. Returns: where the value begins; 0: it is no key */
static size_t behind_key(const struct scan *scan, size_t at, bool *is_sure)
{
	size_t start = at;
	at += count_backslashes(scan, at);
	bool is_quoted = char_at(scan, at) == '"' || char_at(scan, at) == '\'';
	if (!is_quoted && at > start) {
		return 0;
	}
	at += is_quoted ? 1 : 0;
	at += char_at(scan, at) == ' ' ? 1 : 0;
	char mark = char_at(scan, at);
	if ((mark != '=' && mark != ':') || str_starts(str_skip(scan->text, at), STR("://"))) {
		return 0;
	}
	at++;
	at += char_at(scan, at) == '=' || char_at(scan, at) == '>' ? 1 : 0;
	char next = char_at(scan, at);
	*is_sure = mark == '=' || is_quoted || next == '"' || next == '\\';
	while (char_at(scan, at) == ' ' || char_at(scan, at) == '\t') {
		at++;
	}
	return at;
}

/* The end of a value in quotes, or in brackets, or up to a blank. inner: where it begins without
 * them. */
static size_t value_end(const struct scan *scan, size_t at, size_t *inner, enum redact_class class_)
{
	size_t slashes = count_backslashes(scan, at);
	char quote = char_at(scan, at + slashes);
	bool is_whole = class_ == CLASS_CUT || class_ == CLASS_SECRET;
	if (quote == '"' || quote == '\'' || quote == '`') {
		*inner = at + slashes + 1;
		for (size_t end = *inner; end < scan->text.len; end++) {
			size_t before = 0;
			while (before < end - *inner && scan->text.ptr[end - 1 - before] == '\\') {
				before++;
			}
			if (scan->text.ptr[end] == quote &&
			    (before == slashes || (before < slashes && quote == '"'))) {
				return end - before;
			}
		}
		return scan->text.len;
	}
	*inner = at;
	char close = quote == '['               ? ']'
	             : quote == '{' && is_whole ? '}'
	             : quote == '(' && is_whole ? ')'
	                                        : '\0';
	unsigned depth = 0;
	for (size_t end = at; end < scan->text.len; end++) {
		char c = scan->text.ptr[end];
		depth += close != '\0' && c == quote ? 1 : 0;
		depth -= close != '\0' && c == close ? 1 : 0;
		if (close != '\0' ? depth == 0
		                  : c == ' ' || c == ']' || c == ',' || c == ';' || c == ')' ||
		                            c == '}' || c == '>' || c == '"' || c == '&' ||
		                            c == '\'' || c == '\t' || c == '\\' || c == '|') {
			return end;
		}
	}
	return scan->text.len;
}

static bool is_harmless_secret(struct str value)
{
	static const char *const values[] = {"",           "true",  "false", "null",  "nil",
	                                     "minioadmin", "<nil>", "***",   "******"};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (str_equals(value, str_from(values[i]))) {
			return true;
		}
	}
	return false;
}

static void add_value(struct scan *scan, struct str value, enum redact_class class_)
{
	bool has_blank = str_find_byte(value, ' ') >= 0;
	if (class_ == CLASS_SECRET && !is_harmless_secret(value)) {
		redact_count(scan->redactor, REDACT_SECRET, value);
		buf_add(scan->out, STR("<secret>"));
	} else if (class_ == CLASS_CUT && value.len > 0) {
		redact_count(scan->redactor, REDACT_DATA, value);
		buf_add(scan->out, STR("<cut>"));
	} else if (class_ == CLASS_SECRET || class_ == CLASS_CUT || class_ == CLASS_PLAIN) {
		buf_add(scan->out, value);
	} else {
		redact_add_text(scan->redactor, value,
		                class_ == CLASS_VALUE && has_blank ? CLASS_FREE : class_,
		                scan->out);
	}
}

/* Bearer and Basic, and what they carry. */
static size_t end_of_credentials(const struct scan *scan, size_t at, size_t end)
{
	struct str value = str_slice(scan->text, at, end);
	if (str_equals_ignore_case(value, STR("Bearer")) ||
	    str_equals_ignore_case(value, STR("Basic")) ||
	    str_equals_ignore_case(value, STR("AWS4-HMAC-SHA256"))) {
		end += char_at(scan, end) == ' ' ? 1 : 0;
		while (end < scan->text.len && strchr(" ]\"'\t", scan->text.ptr[end]) == NULL) {
			end++;
		}
	}
	return end;
}

/* A key with its value. Returns: false when the word is no key */
static bool add_pair(struct scan *scan, struct str word)
{
	bool is_sure = false;
	size_t start = behind_key(scan, scan->at + word.len, &is_sure), inner;
	bool is_number = true;
	for (size_t i = 0; i < word.len && is_number; i++) {
		is_number = is_digit(word.ptr[i]) || word.ptr[i] == '.' || word.ptr[i] == '-';
	}
	if (start == 0 || is_number) {
		return false;
	}
	enum redact_class class_ = redact_class_of_key(word);
	if (!is_sure && (class_ == CLASS_VALUE || class_ == CLASS_FREE || class_ == CLASS_PLAIN)) {
		return false;
	}
	bool is_option = scan->at >= 2 && scan->text.ptr[scan->at - 1] == '-' &&
	                 scan->text.ptr[scan->at - 2] == '-';
	if (is_option && (class_ == CLASS_NAME || class_ == CLASS_PATH)) {
		class_ = CLASS_VALUE; /* of a command, which advice gives, too */
	}
	size_t end = value_end(scan, start, &inner, class_);
	end = class_ == CLASS_SECRET ? end_of_credentials(scan, inner, end) : end;
	char first = char_at(scan, start);
	redact_add_token(scan->redactor, word, scan->class_ == CLASS_NAME ? CLASS_NAME : CLASS_FREE,
	                 scan->out);
	size_t from = scan->at + word.len;
	buf_add(scan->out, str_slice(scan->text, from, inner));
	scan->at = inner;
	bool is_object = first == '{' || first == '<' || first == '(';
	if (is_object && class_ != CLASS_SECRET && class_ != CLASS_CUT) {
		return true;
	}
	if (!is_sure && end > start && class_ != CLASS_SECRET && class_ != CLASS_CUT &&
	    redact_is_word(str_slice(scan->text, inner, end)) && first != '"') {
		return true; /* prose: "host: connection refused" */
	}
	add_value(scan, str_slice(scan->text, inner, end), class_);
	scan->at = end;
	return true;
}

/* ---- words ---- */

static size_t token_end(const struct scan *scan)
{
	size_t end = scan->at;
	bool is_url = false;
	while (end < scan->text.len) {
		char c = scan->text.ptr[end];
		is_url |= c == '/' && end > scan->at + 2 && scan->text.ptr[end - 1] == '/' &&
		          scan->text.ptr[end - 2] == ':';
		if (!is_token_char(scan, end) && !(is_url && strchr("?&=#*$!;", c) != NULL)) {
			break;
		}
		end++;
	}
	while (end > scan->at + 1 && strchr("-.:/@%+~?&", scan->text.ptr[end - 1]) != NULL) {
		end--;
	}
	return end;
}

/* The word that a token begins with, which may be a key. */
static struct str first_word(const struct scan *scan)
{
	size_t end = scan->at;
	while (is_word_char(char_at(scan, end)) || char_at(scan, end) == '-' ||
	       char_at(scan, end) == '.') {
		end++;
	}
	return str_slice(scan->text, scan->at, end);
}

static void add_word(struct scan *scan)
{
	struct str word = first_word(scan);
	bool is_kept_class = scan->class_ == CLASS_FREE || scan->class_ == CLASS_VALUE;
	if (word.len > 0 && (is_kept_class || scan->class_ == CLASS_NAME) && add_pair(scan, word)) {
		scan->noun = CLASS_FREE;
		return;
	}
	size_t end = token_end(scan);
	struct str token = str_slice(scan->text, scan->at, end);
	enum redact_class class_ = scan->class_;
	if (class_ == CLASS_FREE && scan->noun != CLASS_FREE && !redact_is_word(token)) {
		class_ = scan->noun;
	}
	redact_add_token(scan->redactor, token, class_, scan->out);
	scan->noun = redact_class_of_noun(token);
	scan->at = end;
}

/* 'alice': a word in quotes is a name, if it is no word. */
static bool add_quoted(struct scan *scan)
{
	char quote = scan->text.ptr[scan->at];
	if ((quote != '\'' && quote != '"' && quote != '`') || scan->class_ != CLASS_FREE) {
		return false;
	}
	size_t end = scan->at + 1;
	while (is_token_char(scan, end)) {
		end++;
	}
	struct str token = str_slice(scan->text, scan->at + 1, end);
	bool is_pair = char_at(scan, end) == quote &&
	               (char_at(scan, end + 1) == ':' || char_at(scan, end + 1) == '=');
	if (token.len < 2 || char_at(scan, end) != quote || is_pair) {
		return false;
	}
	buf_byte(scan->out, quote);
	enum redact_class class_ = scan->noun != CLASS_FREE ? scan->noun : CLASS_VALUE;
	redact_add_token(scan->redactor, token,
	                 class_ != CLASS_VALUE && redact_is_word(token) ? CLASS_VALUE : class_,
	                 scan->out);
	buf_byte(scan->out, quote);
	scan->at = end + 1;
	scan->noun = CLASS_FREE;
	return true;
}

/* A PEM block, to its end. */
static bool add_pem(struct scan *scan)
{
	struct str rest = str_skip(scan->text, scan->at);
	if (!str_starts(rest, STR("-----BEGIN "))) {
		return false;
	}
	ptrdiff_t end = str_find(rest, STR("-----END "));
	ptrdiff_t close = end >= 0 ? str_find(str_skip(rest, (size_t)end + 9), STR("-----")) : -1;
	size_t len = close >= 0 ? (size_t)end + 9 + (size_t)close + 5 : rest.len;
	redact_count(scan->redactor, REDACT_SECRET, str_slice(rest, 0, len));
	buf_add(scan->out, STR("<secret>"));
	scan->at += len;
	return true;
}

/* \n before a word: the letter is no part of it, except where the word with it is known. */
static void add_backslash(struct scan *scan)
{
	size_t slashes = count_backslashes(scan, scan->at);
	for (size_t i = 0; i < slashes; i++) {
		buf_byte(scan->out, '\\');
	}
	scan->at += slashes;
	char c = char_at(scan, scan->at);
	enum redact_kind kind;
	if ((c == 'n' || c == 't' || c == 'r') &&
	    !redact_find(scan->redactor, first_word(scan), &kind)) {
		buf_byte(scan->out, c);
		scan->at++;
	}
}

static void add_next(struct scan *scan)
{
	char c = scan->text.ptr[scan->at];
	bool is_six = c == ':' && char_at(scan, scan->at + 1) == ':';
	if (c == '-' && add_pem(scan)) {
		return;
	}
	if (add_quoted(scan)) {
		return;
	}
	if ((c == '\\' || is_word_char(c)) && add_escaped(scan)) {
		return;
	}
	if (c == '\\') {
		add_backslash(scan);
	} else if (is_word_char(c) || c == '/' || c == '%' || is_six ||
	           is_far_letter(scan, scan->at)) {
		add_word(scan);
	} else {
		bool is_between = c == ' ' || c == '\n' || c == '"' || c == '\'' || c == '[' ||
		                  c == '(' || c == '`' || c == ':' || c == '=';
		scan->noun = is_between ? scan->noun : CLASS_FREE;
		buf_byte(scan->out, c);
		scan->at++;
	}
}

void redact_add_text(struct redactor *redactor, struct str text, enum redact_class class_,
                     struct buf *out)
{
	struct scan scan = {.redactor = redactor,
	                    .text = text,
	                    .class_ = class_,
	                    .noun = CLASS_FREE,
	                    .out = out};
	if (redactor->depth >= DEPTH_MAX) {
		redact_add_name(redactor, REDACT_NAME, text, out);
		return;
	}
	redactor->depth++;
	while (scan.at < text.len) {
		add_next(&scan);
	}
	redactor->depth--;
}
