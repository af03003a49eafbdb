/* SPDX-License-Identifier: Apache-2.0 */
#include "format/format.h"

#include "format/formats.h"
#include "format/reading.h"

const struct format *const format_table[] = {
	&format_milvus_text,   &format_milvus_json, &format_etcd_json,   &format_capnslog,
	&format_raft_line,     &format_grpc_line,   &format_go_panic,    &format_native_crash,
	&format_milvus_banner, &format_go_log,      &format_zap_console, &format_zap_members,
	&format_glog,          &format_easylogging, &format_spdlog,      &format_gin,
	&format_logrus,        &format_librdkafka,  &format_java,        &format_minio,
	&format_pymilvus,      &format_kernel,      &format_bitnami,     &format_etcdctl,
	&format_tool,          &format_json,        &format_dated,       NULL,
};

/* ---- who is asked ---- */

static unsigned first_of(struct str line)
{
	char byte = line.ptr[0];
	return byte == '['                   ? FORMAT_FIRST_BRACKET
	       : byte == '{'                 ? FORMAT_FIRST_BRACE
	       : byte == ' ' || byte == '\t' ? FORMAT_FIRST_BLANK
	       : format_is_digit(byte)       ? FORMAT_FIRST_DIGIT
	                                     : FORMAT_FIRST_OTHER;
}

const struct format *format_of(struct str line, const struct format *guess)
{
	if (line.len == 0) {
		return NULL;
	}
	if (guess != NULL && guess->bid(line) >= FORMAT_BID_SURE) {
		return guess;
	}
	const struct format *best = NULL;
	int highest = 0;
	unsigned first = first_of(line);
	for (const struct format *const *item = format_table; *item != NULL; item++) {
		bool may_be = (*item)->first == 0 || ((*item)->first & first) != 0;
		int bid = may_be ? (*item)->bid(line) : 0;
		if (bid > highest) {
			highest = bid;
			best = *item;
		}
		if (bid >= FORMAT_BID_SURE) {
			break;
		}
	}
	return best;
}

/* ---- what belongs together ---- */

/* Lines of a goroutine dump or a native trace: "\t/a.go:1 +0x1", "main.f(0x1)", "created by". */
static bool is_trace_line(struct str line)
{
	static const struct str starts[] = {
		STR_INIT("goroutine "),     STR_INIT("created by "), STR_INIT("panic("),
		STR_INIT("[signal "),       STR_INIT("PC="),         STR_INIT("signal arrived"),
		STR_INIT("runtime stack:"), STR_INIT("Caused by: "), STR_INIT("..."),
	};
	if (line.len == 0 || line.ptr[0] == '\t' || line.ptr[0] == ' ') {
		return true;
	}
	if (str_starts_any(line, starts, FORMAT_COUNT(starts))) {
		return true;
	}
	ptrdiff_t open = str_find_byte(line, '(');
	return open > 0 && str_ends(line, STR(")")) &&
	       str_find_byte(str_slice(line, 0, (size_t)open), ' ') < 0 &&
	       str_find_byte(str_slice(line, 0, (size_t)open), '.') > 0;
}

bool format_is_printed_as_line(const struct format *format)
{
	return format == &format_milvus_text || format == &format_milvus_json ||
	       format == &format_etcd_json || format == &format_json;
}

bool format_is_open(const struct format *format, struct str text)
{
	struct str rest = str_trim(str_skip(text, text.len > 64 ? text.len - 64 : 0));
	if (format == &format_milvus_text) {
		return !str_ends(rest, STR("]"));
	}
	if (format == &format_etcd_json || format == &format_milvus_json ||
	    format == &format_json) {
		return !str_ends(rest, STR("}")) && !str_ends(rest, STR("},"));
	}
	return false;
}

/* A panic on the way out of another one: "panic: a [recovered]", "\tpanic: b". */
static bool is_nested_panic(const struct format *format, struct str text, struct str line)
{
	bool is_recovered = str_ends(text, STR(" [recovered]")) ||
	                    str_ends(text, STR(" [recovered, repanicked]"));
	return format == &format_go_panic && is_recovered &&
	       str_starts(str_trim(line), STR("panic: "));
}

bool format_continues(const struct format *format, struct str text, struct str line,
                      const struct format *found)
{
	if (is_nested_panic(format, text, line)) {
		return true;
	}
	bool is_one_line = format_is_printed_as_line(format);
	if (is_one_line && !format_is_open(format, text)) {
		return false;
	}
	bool is_piece = found != NULL && found->bid(line) <= FORMAT_BID_PIECE;
	if (found != NULL && !is_piece) {
		return false;
	}
	if (is_one_line) {
		return format->continues(line);
	}
	if (is_piece) {
		return format == found && format->has_pieces;
	}
	if (format == NULL) {
		return is_trace_line(line);
	}
	return format->continues == NULL || format->continues(line);
}

const struct format *format_of_rest(struct str line)
{
	/* "goroutine 415 [running]:", "github.com/a/b.(*T).f(0x1)" */
	bool is_head = str_looks_like(line, "goroutine d") && str_ends(line, STR("]:"));
	bool is_frame =
		str_ends(line, STR(")")) && str_contains(line, STR("/")) && is_trace_line(line);
	return is_head || (is_frame && line.ptr[0] != ' ' && line.ptr[0] != '\t') ? &format_go_panic
	                                                                          : NULL;
}

/* ---- times ---- */

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

enum { UNKNOWN_DAYS = 730 /* from 1970 to FORMAT_YEAR_UNKNOWN */ };

bool format_lacks_year(int64_t time_ns)
{
	const int64_t day_ns = 24 * 60 * NS_PER_MIN;
	const int64_t unknown_ns = UNKNOWN_DAYS * day_ns;
	return time_ns != TIME_NONE && time_ns >= unknown_ns && time_ns < unknown_ns + 366 * day_ns;
}

int64_t format_infer_year(int64_t time_ns, int64_t near_ns, bool is_latest)
{
	const int64_t day_ns = 24 * 60 * NS_PER_MIN;
	struct clock_civil civil, near;
	if (!format_lacks_year(time_ns)) {
		return time_ns;
	}
	if (near_ns == TIME_NONE) {
		return TIME_NONE;
	}
	clock_to_civil(time_ns, &civil);
	clock_to_civil(near_ns, &near);
	int64_t best = TIME_NONE;
	for (int year = near.year - 1; year <= near.year + 1; year++) {
		civil.year = year;
		int64_t at_ns = clock_from_civil(&civil);
		bool may_be = at_ns != TIME_NONE && (!is_latest || at_ns <= near_ns + day_ns);
		if (may_be &&
		    (best == TIME_NONE || distance(at_ns, near_ns) < distance(best, near_ns))) {
			best = at_ns;
		}
	}
	return best;
}

/* ---- records ---- */

void format_decode(const struct format *format, struct str text, struct arena *tmp,
                   struct record *record)
{
	*record = (struct record){.text = text, .time_ns = TIME_NONE, .format = format};
	if (format != NULL && format->decode(text, tmp, record)) {
		return;
	}
	*record = (struct record){.text = text, .time_ns = TIME_NONE};
	format_decode_trimmed(text, tmp, record);
}

struct str record_field(const struct record *record, struct str key)
{
	for (size_t i = 0; i < record->field_count; i++) {
		if (str_equals(record->fields[i].key, key)) {
			return record->fields[i].value;
		}
	}
	return (struct str){NULL, 0};
}
