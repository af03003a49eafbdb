/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people leave of a record when they retell it by hand: no brackets or braces around it,
 * perhaps the level and the caller before the message, perhaps the fields behind it.
 *
 *   WARN sessionutil/session_util.go:575: session keepalive channel closed
 *   "failed to update tso" [error="etcdserver: request timed out"]
 *   slow fdatasync took=1.2s expected-duration=1s
 *   apply request took too long {"took":"107.9ms"}
 *   warn wal/wal.go:808 slow fdatasync, took: 1.2s, expected: 1s
 */
#include "format/formats.h"
#include "format/reading.h"

enum {
	TRIMMED_MAX = 4 << 10, /* bytes; nobody retells more by hand */
	HEAD_WORDS_MAX = 5,
	KEY_MAX = 64,
	LEVEL_MIN = 4 /* shorter words may be anything */
};

/** A word without the brackets and the colon that stand around it. */
static struct str bare_word(struct str word)
{
	while (word.len > 0 && str_find_byte(STR("[(*-"), word.ptr[0]) >= 0) {
		word = str_skip(word, 1);
	}
	while (word.len > 0 && str_find_byte(STR("])*:|"), word.ptr[word.len - 1]) >= 0) {
		word = str_slice(word, 0, word.len - 1);
	}
	return word;
}

/* raw: as it stands; in brackets it may be in small letters */
static bool is_level(struct str raw, struct str word)
{
	bool is_bracketed =
		raw.len == word.len + 2 && raw.ptr[0] == '[' && raw.ptr[raw.len - 1] == ']';
	if (is_bracketed && word.len >= LEVEL_MIN) {
		return format_level_of(word) != FORMAT_LEVEL_NONE;
	}
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < 'A' || word.ptr[i] > 'Z') {
			return false;
		}
	}
	return word.len >= LEVEL_MIN && format_level_of(word) != FORMAT_LEVEL_NONE;
}

static bool is_caller(struct str word)
{
	ptrdiff_t at = str_find(word, STR(".go:"));
	return at > 0 && (size_t)at + 4 < word.len && format_is_digit(word.ptr[at + 4]);
}

/* In small letters only in front of a caller, or in front of all and marked: "warn:". */
static bool is_small_level(struct str raw, struct str word, struct str behind, bool is_first)
{
	struct str next = format_word(&behind);
	bool is_marked = is_first && raw.len == word.len + 1 && raw.ptr[word.len] == ':';
	return word.len >= LEVEL_MIN && format_level_of(word) != FORMAT_LEVEL_NONE &&
	       (is_marked || is_caller(bare_word(next)));
}

/** A date or a time of day, whatever the program that stamped it. */
static bool is_stamp(struct str word)
{
	return str_looks_like(word, "dddd-dd-dd") || str_looks_like(word, "dddd/dd/dd") ||
	       str_looks_like(word, "dd:dd:dd");
}

/** Date, time, level and caller, in any order, and marks of a list. Returns: what follows. */
static struct str take_head(struct str text, struct record *record)
{
	struct str rest = format_skip_blanks(text);
	for (int i = 0; i < HEAD_WORDS_MAX; i++) {
		struct str behind = rest, raw = format_word(&behind), word = bare_word(raw);
		bool is_of_message =
			str_equals(raw, STR("msg:")) || str_equals(raw, STR("message:"));
		if (record->level == FORMAT_LEVEL_NONE &&
		    (is_level(raw, word) || is_small_level(raw, word, behind, i == 0))) {
			record->level = format_level_of(word);
		} else if (is_caller(word) && record->caller.len == 0) {
			record->caller = word;
		} else if (is_stamp(word) || is_of_message) {
			rest = format_skip_blanks(behind);
			continue;
		} else if (raw.len == 0 || word.len > 0 || behind.len == 0) {
			break;
		}
		rest = format_skip_blanks(behind);
	}
	return rest;
}

/** Whether text begins like a field, "took=" or `"time spent"=`. */
static bool begins_field(struct str text)
{
	size_t at = 0;
	bool is_quoted = text.len > 0 && text.ptr[0] == '"';
	for (at = is_quoted ? 1 : 0; at < text.len && at < KEY_MAX; at++) {
		char byte = text.ptr[at];
		bool is_key = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
		              format_is_digit(byte) || byte == '_' || byte == '-' || byte == '(' ||
		              byte == ')';
		if (!is_key && !(is_quoted && byte == ' ')) {
			break;
		}
	}
	if (is_quoted) {
		return at > 1 && str_starts(str_skip(text, at), STR("\"="));
	}
	return at > 0 && str_starts(str_skip(text, at), STR("=")) && at + 1 < text.len &&
	       text.ptr[at + 1] != ' ' && text.ptr[at + 1] != '=';
}

/** Whether a group of Milvus's layout begins a text: "[key=value]", then the end or another group.
 */
static bool begins_group(struct str text)
{
	if (!str_starts(text, STR("[")) || !begins_field(str_skip(text, 1))) {
		return false;
	}
	bool is_quoted = false;
	for (size_t at = 1; at < text.len; at++) {
		is_quoted =
			text.ptr[at] == '"' && text.ptr[at - 1] != '\\' ? !is_quoted : is_quoted;
		if (text.ptr[at] == ']' && !is_quoted) {
			struct str rest = str_skip(text, at + 1);
			return rest.len == 0 || str_starts(rest, STR(" ["));
		}
	}
	return true; /* cut */
}

/** Where the fields begin: " [key=", " {\"" or " key="; text.len when there are none. */
static size_t find_fields(struct str text)
{
	for (size_t at = 0; at + 1 < text.len; at++) {
		if (text.ptr[at] != ' ' && text.ptr[at] != '\t') {
			continue;
		}
		struct str rest = str_skip(text, at + 1);
		if (begins_group(rest) || str_starts(rest, STR("{\"")) || begins_field(rest)) {
			return at + 1;
		}
	}
	return text.len;
}

/* ---- durations behind the message ---- */

/* What says at the start of a text how long something took or might take, and how records name it.
 * Returns: its length; 0: nothing does */
static size_t duration_key(struct str text, struct str *name)
{
	static const struct str words[][2] = {
		{STR_INIT("took"), STR_INIT("took")},
		{STR_INIT("time spent"), STR_INIT("time spent")},
		{STR_INIT("expected-duration"), STR_INIT("expected-duration")},
		{STR_INIT("expected"), STR_INIT("expected-duration")},
	};
	for (size_t i = 0; i < FORMAT_COUNT(words); i++) {
		if (str_starts(text, words[i][0])) {
			*name = words[i][1];
			return words[i][0].len;
		}
	}
	return 0;
}

/* "took 2.6s", "took: 2.6s", "took=2.6s". Returns: its length; 0: it is none */
static size_t duration_field(struct str text, struct str *name, struct str *value)
{
	size_t at = duration_key(text, name), from = at;
	while (at > 0 && at < text.len && str_find_byte(STR(" =:"), text.ptr[at]) >= 0) {
		at++;
	}
	if (at == from || at >= text.len || !format_is_digit(text.ptr[at])) {
		return 0;
	}
	struct str rest = str_skip(text, at);
	size_t len = 0;
	while (len < rest.len && str_find_byte(STR(" ,;)]}"), rest.ptr[len]) < 0) {
		len++;
	}
	*value = str_slice(rest, 0, len);
	return format_is_digit(value->ptr[len - 1]) ? 0 : at + len; /* it has a unit */
}

/* Where the first of them begins behind the message; text.len when there is none. */
static size_t find_durations(struct str text)
{
	struct str name, value;
	for (size_t at = 1; at < text.len; at++) {
		if (str_find_byte(STR(" ,({["), text.ptr[at - 1]) >= 0 &&
		    duration_field(str_skip(text, at), &name, &value) > 0) {
			return at;
		}
	}
	return text.len;
}

static void take_durations(struct str text, struct arena *tmp, struct record *record)
{
	struct str name, value;
	for (size_t at = 0; at < text.len; at++) {
		size_t len = duration_field(str_skip(text, at), &name, &value);
		if (len > 0) {
			format_add_field(record, tmp, name, value);
			at += len;
		}
	}
}

/* The message in front of them, without the marks between. */
static struct str before_durations(struct str text)
{
	text = str_trim(text);
	while (text.len > 0 && str_find_byte(STR(" ,;:({[-"), text.ptr[text.len - 1]) >= 0) {
		text = str_slice(text, 0, text.len - 1);
	}
	return text;
}

/** "failed to update tso: etcdserver: request timed out": where the error begins; text.len when
 * nowhere. */
static size_t find_error(struct str text)
{
	static const struct str starts[] = {
		STR_INIT(": etcdserver: "),
		STR_INIT(": context deadline exceeded"),
		STR_INIT(": context canceled"),
		STR_INIT(": rpc error: "),
	};
	size_t first = text.len;
	for (size_t i = 0; i < FORMAT_COUNT(starts); i++) {
		ptrdiff_t at = str_find(str_slice(text, 0, first), starts[i]);
		first = at > 0 ? (size_t)at : first;
	}
	return first;
}

/** Where the next field behind a value without quotes begins; text.len: there is none. */
static size_t end_of_value(struct str text)
{
	for (size_t at = 0; at + 1 < text.len; at++) {
		if (text.ptr[at] == ' ' && begins_field(str_skip(text, at + 1))) {
			return at;
		}
	}
	return text.len;
}

/** key=value, where an error may be several words without quotes around them. */
static void take_pairs(struct str text, struct arena *tmp, struct record *record)
{
	static const struct str key = STR_INIT("error=");
	ptrdiff_t found = str_starts(text, key) ? 0 : str_find(text, STR(" error="));
	size_t start = found < 0 ? text.len : (size_t)found + (found > 0 ? 1 : 0);
	struct str value = str_skip(text, start < text.len ? start + key.len : text.len);
	size_t end = end_of_value(value);
	if (value.len == 0 || value.ptr[0] == '"' ||
	    str_find_byte(str_slice(value, 0, end), ' ') < 0) {
		format_pairs(text, tmp, record);
		return;
	}
	format_pairs(str_slice(text, 0, start), tmp, record);
	format_add_field(record, tmp, STR("error"), str_slice(value, 0, end));
	format_pairs(str_skip(value, end), tmp, record);
}

static void take_fields(struct str text, struct arena *tmp, struct record *record)
{
	static const struct str none[] = {STR_INIT("")};
	static const struct format_json_names names = {none, none, none, none};
	if (text.ptr[0] == '[') {
		record->program = FORMAT_MILVUS; /* nobody else writes fields so */
		format_milvus_groups(text, 0, tmp, record);
	} else if (text.ptr[0] == '{') {
		format_json_members(text, &names, tmp, record);
	} else {
		take_pairs(text, tmp, record);
	}
}

/** A message in quotes. Returns: whether it was one; *rest is what stands behind it. */
static bool take_quoted(struct str *rest, struct arena *tmp, struct record *record)
{
	size_t at = 0;
	struct str value;
	char quote = rest->len > 1 ? rest->ptr[0] : '\0';
	if (quote == '"' && format_quoted(*rest, &at, tmp, &value)) {
		struct str behind = str_skip(*rest, at);
		if (behind.len > 0 && behind.ptr[0] != ' ' && behind.ptr[0] != ',') {
			return false;
		}
		record->message = value;
		*rest = behind;
		return true;
	}
	ptrdiff_t end =
		quote == '\'' || quote == '`' ? str_find_byte(str_skip(*rest, 1), quote) : -1;
	if (end <= 0 || (size_t)end + 2 != rest->len) {
		return false;
	}
	record->message = str_slice(*rest, 1, (size_t)end + 1);
	*rest = (struct str){0};
	return true;
}

void format_decode_trimmed(struct str text, struct arena *tmp, struct record *record)
{
	record->message = text;
	if (text.len > TRIMMED_MAX || str_find_byte(str_trim(text), '\n') >= 0) {
		return;
	}
	struct str rest = str_trim(take_head(text, record));
	if (take_quoted(&rest, tmp, record)) {
		struct str fields = format_skip_blanks(rest);
		if (fields.len > 0 &&
		    (begins_group(fields) || fields.ptr[0] == '{' || begins_field(fields))) {
			take_fields(fields, tmp, record);
		}
		return;
	}
	size_t fields = find_fields(rest), durations = find_durations(rest);
	if (durations < fields || (durations == fields + 1 && rest.ptr[fields] == '(')) {
		record->message = before_durations(str_slice(rest, 0, durations));
		take_durations(str_skip(rest, durations), tmp, record);
		return;
	}
	size_t error = fields < rest.len ? rest.len : find_error(rest);
	record->message = str_trim(str_slice(rest, 0, fields < error ? fields : error));
	if (fields < rest.len) {
		take_fields(str_skip(rest, fields), tmp, record);
	} else if (error < rest.len) {
		format_add_field(record, tmp, STR("error"), str_skip(rest, error + 2));
	}
	if (record->message.len == 0) {
		record->message = text;
	}
}
