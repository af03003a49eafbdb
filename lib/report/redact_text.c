/* SPDX-License-Identifier: Apache-2.0 */
/* Free text, log lines among it: keys and the values behind them, nouns and the names behind them.
 */
#include "base/text.h"
#include "report/redact.h"

#include <string.h>

enum { DEPTH_MAX = 6, OPENERS_MAX = 16, ESCAPES_MAX = 8, FAR_MAX = 24 };

struct scan {
	struct redactor *redactor;
	struct str text;
	size_t at;
	enum redact_class class_; /* of the whole text */
	enum redact_class noun;   /* of the word behind it */
	bool is_option;           /* that word is behind --noun */
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

/* The character that a byte is part of; U+FFFD: there is none. */
static uint32_t far_char(const struct scan *scan, size_t at)
{
	size_t start = at;
	while (start > 0 && at - start < 3 &&
	       ((unsigned char)char_at(scan, start) & 0xc0) == 0x80) {
		start--;
	}
	struct str rest = str_skip(scan->text, start);
	size_t len = text_character(rest);
	return at - start < len ? text_point(rest, len) : 0xfffd;
}

/* Letters beyond ASCII: all of them in a name and in logs, those of Latin, Greek and Cyrillic in
 * prose, which may be Chinese. */
static bool is_far_letter(const struct scan *scan, size_t at)
{
	unsigned char c = (unsigned char)char_at(scan, at);
	if (c < 0x80 || scan->class_ != CLASS_FREE) {
		return c >= 0x80;
	}
	uint32_t code = far_char(scan, at);
	bool is_near = code >= 0xc0 && code < 0x530 && code != 0xd7 && code != 0xf7;
	bool is_mark = code < 0xc0 || code == 0xd7 || code == 0xf7 ||
	               (code >= 0x2000 && code < 0x2c00) || (code >= 0x3000 && code < 0x3005) ||
	               (code >= 0x3008 && code < 0x3021) || (code >= 0xfe30 && code < 0xfe50) ||
	               (code >= 0xff00 && code < 0xff10) || code >= 0xfff0;
	bool is_emoji = code >= 0x10000 && code < 0x110000;
	return is_near || (scan->redactor->is_log && (!is_mark || is_emoji));
}

static bool is_lead(const struct scan *scan, size_t at)
{
	return (unsigned char)char_at(scan, at) >= 0xc0;
}

/* A name that is not ASCII and was found to be one, in a script without blanks between words.
 * Returns: its length; 0: none begins here */
static size_t far_name(const struct scan *scan, size_t at, enum redact_kind *kind)
{
	size_t found = 0, end = at;
	enum redact_kind other;
	if (!scan->redactor->has_far || scan->class_ != CLASS_FREE || !is_lead(scan, at) ||
	    far_char(scan, at) < 0x2e80) {
		return 0;
	}
	for (size_t i = 0; i < FAR_MAX && end < scan->text.len; i++) {
		for (end++; ((unsigned char)char_at(scan, end) & 0xc0) == 0x80; end++) {
		}
		if (redact_find(scan->redactor, str_slice(scan->text, at, end), &other) &&
		    (found == 0 || other != REDACT_NAME || *kind == REDACT_NAME)) {
			found = end - at;
			*kind = other;
		}
	}
	return found;
}

static bool is_token_char(const struct scan *scan, size_t at)
{
	char c = char_at(scan, at);
	return is_word_char(c) || is_far_letter(scan, at) ||
	       (c != '\0' && strchr("-.:/@%+~", c) != NULL);
}

/* ---- escapes: \n, \u003c, \240, \xf0 ---- */

/* The four digits of \u. Returns: false when there are others */
static bool escaped_unit(const struct scan *scan, size_t at, uint64_t *unit)
{
	struct str hex = str_slice(scan->text, at + 1, at + 5);
	return char_at(scan, at) == 'u' && hex.len == 4 && str_to_hex64(hex, unit);
}

/* The byte that an escape stands for, behind its backslashes, or the character of \u. Returns: its
 * length; 0: it is another */
static size_t escaped_char(const struct scan *scan, size_t at, size_t slashes, uint64_t *code)
{
	char c = char_at(scan, at);
	uint64_t second;
	if (c >= '0' && c <= '3' && char_at(scan, at + 1) >= '0' && char_at(scan, at + 1) <= '7' &&
	    char_at(scan, at + 2) >= '0' && char_at(scan, at + 2) <= '7') {
		*code = (uint64_t)(c - '0') * 64 + (uint64_t)(char_at(scan, at + 1) - '0') * 8 +
		        (uint64_t)(char_at(scan, at + 2) - '0');
		return 3;
	}
	if (c == 'x' && str_slice(scan->text, at + 1, at + 3).len == 2) {
		return str_to_hex64(str_slice(scan->text, at + 1, at + 3), code) ? 3 : 0;
	}
	if (!escaped_unit(scan, at, code)) {
		return 0;
	}
	bool is_high = *code >= 0xd800 && *code < 0xdc00;
	if (is_high && char_at(scan, at + 5) == '\\' &&
	    escaped_unit(scan, at + 5 + slashes, &second) && second >= 0xdc00 && second < 0xe000) {
		*code = 0x10000 + ((*code - 0xd800) << 10) + (second - 0xdc00);
		return 10 + slashes;
	}
	return 5;
}

static size_t count_backslashes(const struct scan *scan, size_t at)
{
	size_t count = 0;
	while (char_at(scan, at + count) == '\\') {
		count++;
	}
	return count;
}

static void add_code(struct buf *plain, uint32_t code, bool is_unit)
{
	bool is_half = code >= 0xd800 && code < 0xe000;
	if (is_unit) {
		plain->len += text_encode(is_half ? 0xfffd : code, buf_reserve(plain, 4));
	} else {
		buf_byte(plain, (char)code);
	}
}

/* A word in which bytes are escaped, decoded. Returns: its length as written; 0: it is none */
static size_t decode_escapes(const struct scan *scan, struct buf *plain, bool *is_readable)
{
	size_t at = scan->at;
	uint64_t code;
	bool has_any = false;
	*is_readable = true;
	while (at < scan->text.len) {
		size_t slashes = count_backslashes(scan, at);
		size_t len = slashes > 0 && slashes <= ESCAPES_MAX
		                     ? escaped_char(scan, at + slashes, slashes, &code)
		                     : 0;
		if (len > 0) {
			bool is_mark = code == '<' || code == '>' || code == '&' || code == '"' ||
			               code == '\'' || code == '=';
			if (is_mark) {
				break;
			}
			bool is_unit = char_at(scan, at + slashes) == 'u';
			*is_readable &= code >= ' ' && (code <= '~' || (is_unit && code >= 0xc0));
			add_code(plain, (uint32_t)code, is_unit);
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
	static const char *const values[] = {
		"",      "true", "false",  "null",   "nil", "minioadmin",
		"<nil>", "***",  "******", "simple", "jwt"}; /* kinds of etcd's tokens */
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (str_equals(value, str_from(values[i]))) {
			return true;
		}
	}
	return false;
}

static void add_value(struct scan *scan, struct str key, struct str value, enum redact_class class_)
{
	redact_learn_place(scan->redactor, key, value);
	bool has_blank = str_find_byte(value, ' ') >= 0;
	enum redact_kind kind;
	bool is_name = class_ == CLASS_PLAIN && redact_find(scan->redactor, value, &kind);
	if (is_name || (has_blank && (class_ == CLASS_VALUE || class_ == CLASS_PLAIN))) {
		class_ = CLASS_FREE; /* whatever the key promises, as in a broken line */
	}
	if (class_ == CLASS_SECRET && !is_harmless_secret(value)) {
		redact_count(scan->redactor, REDACT_SECRET, value);
		buf_add(scan->out, STR("<secret>"));
	} else if (class_ == CLASS_CUT && value.len > 0) {
		redact_count(scan->redactor, REDACT_DATA, value);
		buf_add(scan->out, STR("<cut>"));
	} else if (class_ == CLASS_SECRET || class_ == CLASS_CUT || class_ == CLASS_PLAIN) {
		buf_add(scan->out, value);
	} else {
		redact_add_text(scan->redactor, value, class_, scan->out);
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
	add_value(scan, word, str_slice(scan->text, inner, end), class_);
	scan->at = end;
	return true;
}

/* ---- words ---- */

static size_t token_end(const struct scan *scan)
{
	size_t end = scan->at;
	bool is_url = false;
	enum redact_kind kind;
	while (end < scan->text.len) {
		char c = scan->text.ptr[end];
		if (end > scan->at && far_name(scan, end, &kind) > 0) {
			break;
		}
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
	if (class_ == CLASS_FREE && scan->noun != CLASS_FREE &&
	    (scan->is_option || !redact_is_word(token))) {
		class_ = scan->noun;
	}
	redact_add_token(scan->redactor, token, class_, scan->out);
	scan->noun = redact_class_of_noun(token);
	scan->is_option = scan->redactor->is_log && scan->at > 1 &&
	                  scan->text.ptr[scan->at - 1] == '-' &&
	                  scan->text.ptr[scan->at - 2] == '-';
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
	bool is_sure = scan->redactor->is_log && (class_ == CLASS_DATA || class_ == CLASS_USER);
	redact_add_token(scan->redactor, token,
	                 class_ != CLASS_VALUE && redact_is_word(token) && !is_sure ? CLASS_VALUE
	                                                                            : class_,
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

/* ---- paths of Windows ---- */

/* Where a folder or file begins at `at` ends: before a backslash, or where the path does. A blank
 * is part of it where a backslash comes later: "Program Files". */
static size_t folder_end(const struct scan *scan, size_t at)
{
	size_t end = at, last = at;
	while (end < scan->text.len && strchr("\"'`,;]|<>*?:\n", scan->text.ptr[end]) == NULL) {
		if (scan->text.ptr[end] == '\\') {
			return end;
		}
		if (scan->text.ptr[end] == ' ' && last == at) {
			last = end;
		}
		end++;
	}
	return last > at ? last : end;
}

/* C:\FOLDER\FILE, \\HOST\SHARE; with each backslash doubled in strings. */
static bool add_windows_path(struct scan *scan)
{
	size_t at = scan->at, slashes = count_backslashes(scan, at);
	bool has_letter = is_word_char(char_at(scan, at)) && char_at(scan, at + 1) == ':' &&
	                  (at == 0 || !is_word_char(scan->text.ptr[at - 1]));
	size_t start = has_letter ? at + 2 : at + slashes;
	size_t apart = has_letter ? count_backslashes(scan, start) : slashes / 2;
	struct str host = str_slice(scan->text, start, folder_end(scan, start));
	bool is_share = slashes >= 2 && slashes % 2 == 0 && host.len > 1 &&
	                count_backslashes(scan, start + host.len) == apart;
	if (apart == 0 || apart > ESCAPES_MAX || (!has_letter && !is_share) ||
	    char_at(scan, start + (has_letter ? apart : 0)) == '\0') {
		return false;
	}
	bool was_log = scan->redactor->is_log;
	enum redact_class class_ = is_share ? CLASS_NAME : CLASS_VALUE;
	scan->redactor->is_log = true;
	buf_add(scan->out, str_slice(scan->text, at, start));
	while (char_at(scan, start) == '\\' || is_share) {
		size_t from = start + (is_share ? 0 : count_backslashes(scan, start));
		size_t end = folder_end(scan, from);
		struct str folder = str_slice(scan->text, from, end);
		buf_add(scan->out, str_slice(scan->text, start, from));
		redact_add_text(scan->redactor, folder, class_, scan->out);
		class_ = redact_class_behind(folder, CLASS_VALUE);
		is_share = false;
		start = end;
	}
	scan->redactor->is_log = was_log;
	scan->at = start;
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

static bool add_far_name(struct scan *scan)
{
	enum redact_kind kind;
	size_t len = far_name(scan, scan->at, &kind);
	if (len > 0) {
		redact_add_name(scan->redactor, kind,
		                str_slice(scan->text, scan->at, scan->at + len), scan->out);
		scan->at += len;
		scan->noun = CLASS_FREE;
	}
	return len > 0;
}

static void add_next(struct scan *scan)
{
	char c = scan->text.ptr[scan->at];
	bool is_six = c == ':' && char_at(scan, scan->at + 1) == ':';
	if (c == '-' && add_pem(scan)) {
		return;
	}
	if (add_quoted(scan) || add_far_name(scan) || add_windows_path(scan)) {
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
