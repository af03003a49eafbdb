/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of the programs around: glog, spdlog, logrus, Java, gin, pymilvus, the kernel, start scripts. */
#include "format/formats.h"

static int64_t date_start(struct str line, enum clock_zone *zone)
{
	return clock_parse(line, zone, NULL);
}

static int64_t date_bracket(struct str line, enum clock_zone *zone)
{
	return clock_parse(str_skip(line, 1), zone, NULL);
}

static struct str next_word(struct str *rest)
{
	*rest = str_trim(*rest);
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t') {
		len++;
	}
	struct str word = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return word;
}

/* ---- glog and klog: I20240305 20:02:09.405123 42 File.cpp:51] msg; E0312 16:21:04.512883 1123 prober.go:239] ... ---- */

static int bid_glog(struct str line)
{
	if (line.len < 20 || str_find_byte(STR("IWEF"), line.ptr[0]) < 0) {
		return 0;
	}
	struct str rest = str_skip(line, 1);
	bool is_stamp = format_looks_like(rest, "dddddddd dd:dd:dd.") || format_looks_like(rest, "dddd dd:dd:dd.");
	return is_stamp && str_contains(str_slice(line, 0, 160), STR("] ")) ? 30 : 0;
}

static int64_t date_glog(struct str line, enum clock_zone *zone)
{
	char text[40];
	struct str rest = str_skip(line, 1);
	*zone = CLOCK_ZONE_NONE;
	if (!format_looks_like(rest, "dddddddd ")) {
		return TIME_NONE; /* no year */
	}
	size_t len = 0;
	for (size_t i = 0; i < 24 && i < rest.len; i++) {
		text[len++] = rest.ptr[i];
		if (i == 3 || i == 5) {
			text[len++] = '-';
		}
	}
	return clock_parse((struct str){text, len}, zone, NULL);
}

static bool decode_glog(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str head, rest;
	str_cut(text, STR("] "), &head, &rest);
	ptrdiff_t blank = str_find_last_byte(head, ' ');
	record->time_ns = date_glog(text, &record->zone);
	record->level = format_level_of(str_slice(text, 0, 1));
	record->caller = str_skip(head, (size_t)(blank + 1));
	record->message = rest;
	record->program = str_contains(record->caller, STR(".cpp")) || str_contains(record->caller, STR(".cc")) ? FORMAT_MILVUS : FORMAT_OTHER;
	return true;
}

const struct format format_glog = {.name = "glog", .bid = bid_glog, .date = date_glog, .decode = decode_glog};

/* ---- easylogging and spdlog: 2022-12-05 18:55:49,703 | WARNING | default | text; 2022-12-15 15:39:03,866 INFO [default] ---- */

static int bid_spdlog(struct str line)
{
	if (!format_looks_like(line, "dddd-dd-dd dd:dd:dd,ddd ")) {
		return 0;
	}
	struct str rest = str_skip(line, 24);
	struct str word = next_word(&rest);
	word = str_equals(word, STR("|")) ? next_word(&rest) : word;
	return format_level_of(word) != FORMAT_LEVEL_NONE ? 25 : 5;
}

static bool decode_spdlog(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	size_t used = 0;
	record->time_ns = clock_parse(text, &record->zone, &used);
	struct str rest = str_skip(text, used), word = next_word(&rest);
	word = str_equals(word, STR("|")) ? next_word(&rest) : word;
	record->level = format_level_of(word);
	record->message = str_trim(rest);
	record->program = str_contains(text, STR("[default]")) || str_contains(text, STR("| default |")) ? FORMAT_MILVUS : FORMAT_OTHER;
	return true;
}

const struct format format_spdlog = {.name = "spdlog", .bid = bid_spdlog, .date = date_start, .decode = decode_spdlog};

/* ---- logrus: time="..." level=warning msg="..." key=value ---- */

static int bid_logrus(struct str line)
{
	return str_starts(line, STR("time=\"")) && str_contains(str_slice(line, 0, 120), STR(" level=")) ? 30 : 0;
}

static int64_t date_logrus(struct str line, enum clock_zone *zone)
{
	return clock_parse(str_skip(line, 6), zone, NULL);
}

static struct str read_value(struct str *rest)
{
	if (rest->len > 0 && rest->ptr[0] == '"') {
		size_t i = 1;
		while (i < rest->len && rest->ptr[i] != '"') {
			i += rest->ptr[i] == '\\' ? 2 : 1;
		}
		struct str value = str_slice(*rest, 1, i);
		*rest = str_skip(*rest, i + 1);
		return value;
	}
	return next_word(rest);
}

static bool decode_logrus(struct str text, struct arena *tmp, struct record *record)
{
	record->time_ns = date_logrus(text, &record->zone);
	record->program = FORMAT_OTHER;
	struct str rest = text, key;
	while (rest.len > 0 && str_cut(rest, STR("="), &key, &rest)) {
		struct str value = read_value(&rest);
		key = str_trim(key);
		if (str_equals(key, STR("level"))) {
			record->level = format_level_of(value);
		} else if (str_equals(key, STR("msg"))) {
			record->message = value;
		} else if (!str_equals(key, STR("time"))) {
			format_add_field(record, tmp, key, value);
		}
	}
	return true;
}

const struct format format_logrus = {.name = "logrus", .bid = bid_logrus, .date = date_logrus, .decode = decode_logrus};

/* ---- Java: 2024-03-12T08:21:04,512+0000 [main] INFO  o.a.p - text; [2024-03-12 08:21:04,512] INFO text (kafka...) ---- */

static int bid_java(struct str line)
{
	if (format_looks_like(line, "[dddd-dd-dd dd:dd:dd,ddd] ") && line.len > 26 && line.ptr[26] != '[') {
		return 26;
	}
	return format_looks_like(line, "dddd-dd-ddTdd:dd:dd,ddd") || format_looks_like(line, "dddd-dd-ddTdd:dd:dd.ddd+dddd [") ? 22 : 0;
}

static int64_t date_java(struct str line, enum clock_zone *zone)
{
	return line.len > 0 && line.ptr[0] == '[' ? date_bracket(line, zone) : date_start(line, zone);
}

static bool decode_java(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->time_ns = date_java(text, &record->zone);
	static const struct str levels[] = {STR_INIT(" INFO "), STR_INIT(" WARN "), STR_INIT(" ERROR "), STR_INIT(" DEBUG "), STR_INIT(" FATAL ")};
	struct str head = str_slice(text, 0, 160);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (str_contains(head, levels[i])) {
			record->level = format_level_of(str_trim(levels[i]));
		}
	}
	record->message = text;
	record->program = FORMAT_OTHER;
	return true;
}

const struct format format_java = {.name = "java", .bid = bid_java, .date = date_java, .decode = decode_java, .is_multiline = true};

/* ---- pymilvus: [2022-03-16 11:56:32,267] [   ERROR] - text; 2024-.. [ERROR][handler]: text (decorators.py:108) ---- */

static int bid_pymilvus(struct str line)
{
	if (format_looks_like(line, "[dddd-dd-dd dd:dd:dd,ddd] [") || format_looks_like(line, "[dddd-dd-dd dd:dd:dd - ")) {
		return 28;
	}
	return format_looks_like(line, "dddd-dd-dd dd:dd:dd,ddd [") && str_contains(str_slice(line, 0, 60), STR("][")) ? 28 : 0;
}

static bool decode_pymilvus(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	static const struct str levels[] = {STR_INIT("INFO"), STR_INIT("WARNING"), STR_INIT("ERROR"), STR_INIT("DEBUG")};
	record->time_ns = date_java(text, &record->zone);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (record->level == FORMAT_LEVEL_NONE && str_contains(str_slice(text, 0, 60), levels[i])) {
			record->level = format_level_of(levels[i]);
		}
	}
	record->message = text;
	record->program = FORMAT_OTHER;
	return true;
}

const struct format format_pymilvus = {.name = "pymilvus", .bid = bid_pymilvus, .date = date_java, .decode = decode_pymilvus};

/* ---- gin: [GIN] 2023/08/01 - 08:04:28 | 200 | ...; [2024/11/05 20:02:09.405 +00:00] [GIN] [/v2/..] ---- */

static int bid_gin(struct str line)
{
	if (str_starts(line, STR("[GIN] ")) || str_starts(line, STR("[GIN-debug]"))) {
		return 20;
	}
	return format_looks_like(line, "[dddd/dd/dd dd:dd:dd.ddd ") && str_contains(str_slice(line, 0, 48), STR("] [GIN] ")) ? 42 : 0;
}

static int64_t date_gin(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	return str_starts(line, STR("[GIN")) ? TIME_NONE : date_bracket(line, zone);
}

static bool decode_gin(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->time_ns = date_gin(text, &record->zone);
	record->message = text;
	record->level = FORMAT_INFO;
	record->program = FORMAT_MILVUS;
	return true;
}

const struct format format_gin = {.name = "gin", .bid = bid_gin, .date = date_gin, .decode = decode_gin};

/* ---- kernel: [498038.547140] text; [Tue Mar 12 16:21:04 2024] text ---- */

static int bid_kernel(struct str line)
{
	if (line.len < 10 || line.ptr[0] != '[') {
		return 0;
	}
	size_t i = 1;
	while (i < line.len && line.ptr[i] == ' ') {
		i++;
	}
	size_t digits = i;
	while (digits < line.len && format_is_digit(line.ptr[digits])) {
		digits++;
	}
	if (digits > i && format_looks_like(str_skip(line, digits), ".dddddd] ")) {
		return 20;
	}
	return format_looks_like(str_skip(line, 12), "dd:dd:dd dddd] ") || format_looks_like(str_skip(line, 11), "dd:dd:dd dddd] ") ? 20 : 0;
}

static int month_of(struct str name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++) {
		if (str_equals(name, (struct str){names + i * 3, 3})) {
			return i + 1;
		}
	}
	return 0;
}

/* "[Tue Mar 12 16:21:04 2024]": local, no zone */
static int64_t date_kernel(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	int month = month_of(str_slice(line, 5, 8));
	struct str rest = str_skip(line, 8), day = next_word(&rest), time = next_word(&rest), year = str_slice(str_trim(rest), 0, 4);
	if (month == 0 || day.len == 0 || day.len > 2 || year.len != 4 || time.len != 8) {
		return TIME_NONE;
	}
	char text[24];
	struct str parts[] = {year, STR("-"), {NULL, 0}, STR("-"), day.len == 1 ? STR("0") : STR(""), day, STR("T"), time};
	char month_text[2] = {(char)('0' + month / 10), (char)('0' + month % 10)};
	parts[2] = (struct str){month_text, 2};
	size_t len = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (size_t j = 0; j < parts[i].len && len < sizeof(text); j++) {
			text[len++] = parts[i].ptr[j];
		}
	}
	return clock_parse((struct str){text, len}, zone, NULL);
}

static bool decode_kernel(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->time_ns = date_kernel(text, &record->zone);
	str_cut(text, STR("] "), NULL, &record->message);
	record->program = FORMAT_OTHER;
	return true;
}

const struct format format_kernel = {.name = "kernel", .bid = bid_kernel, .date = date_kernel, .decode = decode_kernel};

/* ---- bitnami scripts: etcd 08:21:04.32 INFO  ==> text ---- */

static int bid_script(struct str line)
{
	ptrdiff_t arrow = str_find(str_slice(line, 0, 60), STR(" ==> "));
	return arrow > 0 && format_level_of(str_trim(str_slice(line, (size_t)arrow < 6 ? 0 : (size_t)arrow - 6, (size_t)arrow))) != FORMAT_LEVEL_NONE ? 15 : 0;
}

static int64_t date_none(struct str line, enum clock_zone *zone)
{
	(void)line;
	*zone = CLOCK_ZONE_NONE;
	return TIME_NONE;
}

static bool decode_script(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str head;
	str_cut(text, STR(" ==> "), &head, &record->message);
	head = str_trim(head);
	ptrdiff_t blank = str_find_last_byte(head, ' ');
	record->level = format_level_of(str_skip(head, (size_t)(blank + 1)));
	record->program = FORMAT_OTHER;
	return true;
}

const struct format format_script = {.name = "script", .bid = bid_script, .date = date_none, .decode = decode_script};
