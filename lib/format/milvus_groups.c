/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "[time] [LEVEL] [logger?] [file.go:1] [message] [key=value] ...": keys, values and messages are
 * quoted when they hold a blank, a control byte or one of \ " [ ] =.
 * Source: milvus pkg/log/zap_text_encoder.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { CALLER_MAX = 128 /* longer groups are messages */ };

struct group {
	struct str key; /* all of it where there is no '=' */
	struct str value;
	bool has_value;
	bool is_quoted; /* its key */
};

/* Where a bare key or value ends: at a stop byte, or before " [", where a bracket was lost. */
static size_t bare_end(struct str text, size_t at, char stop)
{
	while (at < text.len && text.ptr[at] != ']' && text.ptr[at] != stop) {
		bool is_lost = text.ptr[at] == ' ' && at + 1 < text.len && text.ptr[at + 1] == '[';
		if (is_lost) {
			break;
		}
		at++;
	}
	return at;
}

/* Returns: whether it has an end. */
static bool read_part(struct str text, size_t *at, char stop, struct arena *tmp, struct str *part)
{
	if (*at < text.len && text.ptr[*at] == '"') {
		return format_quoted(text, at, tmp, part);
	}
	size_t end = bare_end(text, *at, stop);
	*part = str_slice(text, *at, end);
	*at = end;
	return end < text.len;
}

/* Move to the next group's bracket: over blanks, or over text outside of brackets. */
static bool find_group(struct str text, size_t *at)
{
	while (*at < text.len && text.ptr[*at] == ' ') {
		(*at)++;
	}
	if (*at < text.len && text.ptr[*at] != '[') {
		ptrdiff_t next = str_find(str_skip(text, *at), STR(" ["));
		*at = next < 0 ? text.len : *at + (size_t)next + 1;
	}
	return *at < text.len;
}

/* Read the group at *at, which stands on its bracket. Returns: whether it is closed. */
static bool read_group(struct str text, size_t *at, struct arena *tmp, struct group *group)
{
	(*at)++;
	*group = (struct group){.is_quoted = *at < text.len && text.ptr[*at] == '"'};
	if (!read_part(text, at, '=', tmp, &group->key)) {
		return false;
	}
	if (*at < text.len && text.ptr[*at] == '=') {
		(*at)++;
		group->has_value = true;
		if (!read_part(text, at, ']', tmp, &group->value)) {
			return false;
		}
	}
	size_t end = bare_end(text, *at, ']'); /* nothing but the bracket, if it is well formed */
	*at = end < text.len && text.ptr[end] == ']' ? end + 1 : end;
	return end < text.len;
}

/* ---- what a group is ---- */

/* How far the head of the record was read. */
enum place { PLACE_TIME, PLACE_LEVEL, PLACE_LOGGER, PLACE_MESSAGE, PLACE_FIELDS };

static bool is_stamp(const struct group *group)
{
	return !group->has_value && !group->is_quoted &&
	       str_looks_like(group->key, "dddd/dd/dd dd:dd:dd");
}

static bool is_level(const struct group *group)
{
	static const struct str levels[] = {
		STR_INIT("DEBUG"), STR_INIT("INFO"),   STR_INIT("WARN"),  STR_INIT("ERROR"),
		STR_INIT("FATAL"), STR_INIT("DPANIC"), STR_INIT("PANIC"), STR_INIT("TRACE"),
	};
	return !group->has_value && !group->is_quoted &&
	       str_is_any(group->key, levels, FORMAT_COUNT(levels));
}

/* "etcd/etcd_kv.go:656", "session_util.go:441", "<unknown>" */
static bool is_caller(const struct group *group)
{
	struct str text = group->key;
	if (group->has_value || group->is_quoted || text.len > CALLER_MAX) {
		return false;
	}
	ptrdiff_t colon = str_find_last_byte(text, ':');
	bool has_line = colon > 0 && (size_t)colon + 1 < text.len &&
	                format_is_digit(text.ptr[colon + 1]) &&
	                str_ends(str_slice(text, 0, (size_t)colon), STR(".go"));
	return has_line || str_equals(text, STR("<unknown>"));
}

/* A word that stands before the caller is the logger's name. */
static bool is_logger(const struct group *group, struct str rest)
{
	if (group->has_value || group->is_quoted || !str_starts(rest, STR(" ["))) {
		return false;
	}
	ptrdiff_t end = str_find_byte(str_slice(rest, 0, CALLER_MAX), ']');
	struct group next = {.key = str_slice(rest, 2, end < 0 ? 2 : (size_t)end)};
	return is_caller(&next);
}

static void take_head(struct record *record, enum place *place, const struct group *group,
                      struct str rest)
{
	if (*place == PLACE_TIME && is_stamp(group)) {
		*place = PLACE_LEVEL;
	} else if (*place <= PLACE_LEVEL && is_level(group)) {
		record->level = format_level_of(group->key);
		*place = PLACE_LOGGER;
	} else if (*place <= PLACE_LOGGER && is_caller(group)) {
		record->caller = group->key;
		*place = PLACE_MESSAGE;
	} else if (*place <= PLACE_LOGGER && is_logger(group, rest)) {
		record->logger = group->key;
	} else {
		record->message = group->key;
		*place = PLACE_FIELDS;
	}
}

bool format_milvus_groups(struct str text, size_t from, struct arena *tmp, struct record *record)
{
	enum place place = PLACE_TIME;
	struct group group;
	size_t at = from;
	while (find_group(text, &at)) {
		bool is_closed = read_group(text, &at, tmp, &group);
		if (is_closed && place > PLACE_TIME && is_stamp(&group)) {
			return false; /* another record without a line end between */
		}
		if (!group.has_value && place < PLACE_FIELDS) {
			take_head(record, &place, &group, str_skip(text, at));
		} else if (group.has_value && is_closed) {
			format_add_field(record, tmp, group.key, group.value);
			place = PLACE_FIELDS;
		} else if (group.has_value) {
			format_add_cut_field(record, tmp, group.key, group.value);
		}
		if (!is_closed) {
			return true;
		}
	}
	return false;
}
