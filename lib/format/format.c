/* SPDX-License-Identifier: Apache-2.0 */
#include "format/format.h"

#include "format/formats.h"

/* Nobody else can bid more for such a line. */
enum { BID_CERTAIN = 40 };

const struct format *const format_table[] = {
        &format_milvus_text, &format_json, &format_milvus_json,     &format_capnslog, &format_raft_line, &format_grpc_line, &format_go_panic,
        &format_zap_console, &format_milvus_banner, &format_glog, &format_spdlog,   &format_logrus,    &format_go_log,
        &format_java,        &format_pymilvus, &format_gin,      &format_kernel,    &format_script,    NULL,
};

bool format_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool format_looks_like(struct str text, const char *pattern)
{
	size_t i = 0;
	for (; pattern[i] != '\0'; i++) {
		if (i >= text.len || (pattern[i] == 'd' ? !format_is_digit(text.ptr[i]) : text.ptr[i] != pattern[i])) {
			return false;
		}
	}
	return true;
}

enum format_level format_level_of(struct str word)
{
	static const struct {
		struct str word;
		enum format_level level;
	} words[] = {
	        {STR_INIT("debug"), FORMAT_DEBUG}, {STR_INIT("d"), FORMAT_DEBUG},     {STR_INIT("trace"), FORMAT_DEBUG},
	        {STR_INIT("t"), FORMAT_DEBUG},     {STR_INIT("info"), FORMAT_INFO},   {STR_INIT("i"), FORMAT_INFO},
	        {STR_INIT("n"), FORMAT_INFO},      {STR_INIT("notice"), FORMAT_INFO}, {STR_INIT("warn"), FORMAT_WARN},
	        {STR_INIT("warning"), FORMAT_WARN}, {STR_INIT("w"), FORMAT_WARN},     {STR_INIT("error"), FORMAT_ERROR},
	        {STR_INIT("e"), FORMAT_ERROR},     {STR_INIT("err"), FORMAT_ERROR},   {STR_INIT("fatal"), FORMAT_FATAL},
	        {STR_INIT("panic"), FORMAT_FATAL}, {STR_INIT("dpanic"), FORMAT_FATAL}, {STR_INIT("critical"), FORMAT_FATAL},
	        {STR_INIT("c"), FORMAT_FATAL},     {STR_INIT("f"), FORMAT_FATAL},
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_equals_ignore_case(word, words[i].word)) {
			return words[i].level;
		}
	}
	return FORMAT_LEVEL_NONE;
}

void format_add_field(struct record *record, struct arena *tmp, struct str key, struct str value)
{
	/* room doubles at each power of two */
	if ((record->field_count & (record->field_count - 1)) == 0) {
		struct format_field *more = arena_array(tmp, struct format_field, record->field_count == 0 ? 1 : record->field_count * 2);
		for (size_t i = 0; i < record->field_count; i++) {
			more[i] = record->fields[i];
		}
		record->fields = more;
	}
	record->fields[record->field_count++] = (struct format_field){key, value};
}

const struct format *format_of(struct str line, const struct format *guess)
{
	int highest = guess != NULL ? guess->bid(line) : 0;
	const struct format *best = highest > 0 ? guess : NULL;
	if (highest >= BID_CERTAIN) {
		return guess;
	}
	for (size_t i = 0; format_table[i] != NULL; i++) {
		if (format_table[i] == guess) {
			continue;
		}
		int bid = format_table[i]->bid(line);
		if (bid > highest) {
			highest = bid;
			best = format_table[i];
		}
	}
	return best;
}

void format_decode(const struct format *format, struct str text, struct arena *tmp, struct record *record)
{
	*record = (struct record){.text = text, .time_ns = TIME_NONE, .format = format};
	if (format != NULL && format->decode(text, tmp, record)) {
		return;
	}
	*record = (struct record){.text = text, .time_ns = TIME_NONE, .message = text};
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
