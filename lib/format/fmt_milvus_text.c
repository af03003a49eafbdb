/* SPDX-License-Identifier: Apache-2.0 */
/*
 * [2024/03/05 20:02:09.405 +00:00] [WARN] [etcd/etcd_kv.go:656] ["Slow etcd operation save"] ...
 * and what pastes leave of it: no time, no level, the beginning cut off.
 * Source: milvus pkg/log/zap_text_encoder.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 160 /* bytes in which the head of a trimmed record ends */ };

static const struct str levels[] = {
	STR_INIT("[INFO] ["),  STR_INIT("[WARN] ["),   STR_INIT("[ERROR] ["), STR_INIT("[DEBUG] ["),
	STR_INIT("[FATAL] ["), STR_INIT("[DPANIC] ["), STR_INIT("[PANIC] ["),
};

/* "[etcd/etcd_kv.go:656] [" */
static bool begins_with_caller(struct str line)
{
	ptrdiff_t end = str_find(str_slice(line, 0, HEAD_MAX), STR("] ["));
	return end > 0 && str_contains(str_slice(line, 0, (size_t)end), STR(".go:"));
}

/* ["Slow etcd operation save"] ["time spent"=7.0s], [ErrorCode=UnexpectedError] [Reason="..."] */
static bool begins_with_groups(struct str line)
{
	if (line.len < 2) {
		return false;
	}
	if (line.ptr[1] == '"') {
		return str_contains(line, STR("\"] [")) || str_contains(line, STR("\"=")) ||
		       (str_ends(line, STR("\"]")) && str_find_byte(line, ' ') > 0);
	}
	ptrdiff_t end = str_find(line, STR("] ["));
	struct str group = str_slice(line, 0, end < 0 ? 0 : (size_t)end);
	return str_find_byte(group, '=') > 0 && str_find_byte(group, ' ') < 0;
}

/* The beginning is missing, or is something else: `05 20:02:09.405 +00:00] [WARN] [etcd_kv.go:1]
 * [`, `save"] [key=a]` */
static size_t piece_start(struct str line)
{
	struct str head = str_slice(line, 0, HEAD_MAX);
	ptrdiff_t bracket = str_find(head, STR("] ["));
	if (bracket < 0 || (size_t)bracket + 4 >= line.len) {
		return 0;
	}
	struct str rest = str_skip(line, (size_t)bracket + 2);
	bool is_good = str_starts_any(rest, levels, FORMAT_COUNT(levels)) ||
	               begins_with_caller(rest) || begins_with_groups(rest);
	return is_good ? (size_t)bracket + 2 : 0;
}

static int bid_piece(struct str line)
{
	if (line.len == 0 || line.ptr[0] == '{' || line.ptr[0] == ' ' || line.ptr[0] == '\t') {
		return 0;
	}
	return piece_start(line) > 0 ? FORMAT_BID_PIECE : 0;
}

static int bid(struct str line)
{
	if (line.len == 0 || line.ptr[0] != '[') {
		/* the bracket alone is missing */
		bool is_stamp = str_looks_like(line, "dddd/dd/dd dd:dd:dd.ddd ") &&
		                str_find(str_slice(line, 0, 40), STR("] [")) > 0;
		return is_stamp ? FORMAT_BID_SHAPE : bid_piece(line);
	}
	if (str_looks_like(line, "[dddd/dd/dd dd:dd:dd")) {
		return format_is_gin(line) ? 0 : FORMAT_BID_SURE;
	}
	if (str_starts_any(line, levels, FORMAT_COUNT(levels)) || begins_with_caller(line)) {
		return FORMAT_BID_LIKELY;
	}
	return begins_with_groups(line) ? FORMAT_BID_PIECE + 1 : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	bool has_bracket = line.len > 0 && line.ptr[0] == '[';
	int64_t time_ns = format_date_start(str_skip(line, has_bracket ? 1 : 0), zone);
	if (time_ns != TIME_NONE || has_bracket) {
		return time_ns;
	}
	/* something stands before the record */
	ptrdiff_t at = str_find(str_slice(format_first_line(line), 0, HEAD_MAX), STR("[20"));
	return at < 0 ? TIME_NONE : format_date_start(str_skip(line, (size_t)at + 1), zone);
}

/* Returns: whether its end is there. */
static bool read_groups(struct str text, struct arena *tmp, struct record *record)
{
	*record = (struct record){.text = record->text,
	                          .time_ns = record->time_ns,
	                          .zone = record->zone,
	                          .program = FORMAT_MILVUS,
	                          .format = record->format};
	bool is_whole = text.len > 0 && text.ptr[0] == '[';
	record->is_cut = format_milvus_groups(text, is_whole ? 0 : piece_start(text), tmp, record);
	return !record->is_cut;
}

/* A message that lost its brackets, before groups that did not: `Slow etcd operation save [key=a]
 * [b=c]`. */
static bool is_bare_message(struct str line)
{
	ptrdiff_t end = str_find(line, STR(" ["));
	struct str head = str_slice(line, 0, end < 0 ? 0 : (size_t)end);
	return head.len > 0 && head.ptr[0] != '[' && str_find_byte(head, ']') < 0 &&
	       str_find_byte(head, '"') < 0 && date(line, &(enum clock_zone){0}) == TIME_NONE;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str line = format_first_line(text);
	if (is_bare_message(line)) {
		record->program = FORMAT_MILVUS;
		format_decode_trimmed(line, tmp, record);
		return true;
	}
	record->time_ns = date(line, &record->zone);
	bool is_whole = read_groups(line, tmp, record) && record->message.len > 0;
	if (!is_whole && line.len < text.len) {
		/* one record is one line: this one was wrapped, or has a group on each line */
		read_groups(format_join_lines(text, tmp), tmp, record);
	}
	return record->message.len > 0 || record->field_count > 0 || record->time_ns != TIME_NONE ||
	       record->level != FORMAT_LEVEL_NONE;
}

/* The rest of a wrapped record; frames of a dump that the record interrupted are not. */
static bool continues(struct str line)
{
	return line.len > 0 && line.ptr[0] != '\t' && !str_starts(line, STR("goroutine ")) &&
	       !str_starts(line, STR("created by ")) && !str_starts(line, STR("        /"));
}

const struct format format_milvus_text = {
	.name = "milvus-text",
	.first = FORMAT_FIRST_BRACKET | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.continues = continues,
};
