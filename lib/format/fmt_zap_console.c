/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zap's console layout, columns by tabs (blanks in pastes), the fields as one JSON object:
 *   2025-05-14T12:11:46.513000+0200  info  etcdmain/etcd.go:72  Running:   {"args": ["./etcd"]}
 * A named logger stands before the caller; a stack stands on the lines below.
 * Source: zapcore console_encoder.go; etcd 3.6 --log-format=console; etcdutl 3.5
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str none[] = {STR_INIT("")};
static const struct format_json_names names = {none, none, none, none};

static bool is_level(struct str word)
{
	static const struct str levels[] = {
		STR_INIT("debug"), STR_INIT("info"),   STR_INIT("warn"), STR_INIT("error"),
		STR_INIT("fatal"), STR_INIT("dpanic"), STR_INIT("panic")};
	for (size_t i = 0; i < FORMAT_COUNT(levels); i++) {
		if (str_equals_ignore_case(word, levels[i])) {
			return true;
		}
	}
	return false;
}

static int bid(struct str line)
{
	if (!str_looks_like(line, "dddd-dd-ddTdd:dd:dd")) {
		return 0;
	}
	struct str rest = line;
	format_word(&rest);
	bool is_tab = str_starts(rest, STR("\t"));
	struct str level = format_word(&rest);
	bool is_lower = level.len > 0 && level.ptr[0] >= 'a';
	return is_level(level) && rest.len > 1 && (is_tab || is_lower) ? FORMAT_BID_SHAPE + 1 : 0;
}

/* Where the object of fields begins; text.len when there is none. */
static size_t find_fields(struct str text)
{
	ptrdiff_t at = str_find(text, STR("\t{\""));
	at = at < 0 ? str_find(text, STR(" {\"")) : at;
	return at < 0 ? text.len : (size_t)at + 1;
}

static bool is_caller(struct str word)
{
	ptrdiff_t at = str_find(word, STR(".go:"));
	return at > 0 && (size_t)at + 4 < word.len && format_is_digit(word.ptr[at + 4]);
}

static void take_origin(struct record *record, struct str *rest)
{
	struct str after = *rest, first = format_word(&after), behind = after;
	struct str second = format_word(&behind);
	if (is_caller(first)) {
		record->caller = first;
		*rest = after;
	} else if (is_caller(second)) {
		record->logger = first;
		record->caller = second;
		*rest = behind;
	}
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str line = format_first_line(text), rest = line;
	size_t fields = find_fields(line);
	if (fields < line.len) {
		format_json_members(str_skip(line, fields), &names, tmp, record);
	}
	if (line.len < text.len) {
		format_add_field(record, tmp, STR("stacktrace"), str_skip(text, line.len + 1));
	}
	rest = str_slice(line, 0, fields);
	format_word(&rest);
	record->time_ns = format_date_start(line, &record->zone);
	record->level = format_level_of(format_word(&rest));
	take_origin(record, &rest);
	record->message = str_trim(rest);
	record->program =
		record->caller.len > 0 ? format_etcd_program(record) : FORMAT_PROGRAM_UNKNOWN;
	return record->time_ns != TIME_NONE;
}

const struct format format_zap_console = {
	.name = "zap-console",
	.first = FORMAT_FIRST_DIGIT,
	.bid = bid,
	.date = format_date_start,
	.decode = decode,
	.is_multiline = true,
};
