/* SPDX-License-Identifier: Apache-2.0 */
#include "line/shape.h"

bool shape_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool shape_is_name_byte(char byte)
{
	return shape_is_digit(byte) || (byte >= 'a' && byte <= 'z') ||
	       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.';
}

/* `{"level":"warn","ts":` of etcd, `{"level":"WARN","time":"2024/` of Milvus. */
static bool starts_zap(struct str text)
{
	enum { LEVEL_MAX = 8 };
	if (!str_starts(text, STR("{\"level\":\""))) {
		return false;
	}
	struct str rest = str_skip(text, 10);
	size_t i = 0;
	while (i < rest.len && i < LEVEL_MAX && rest.ptr[i] != '"') {
		i++;
	}
	rest = str_skip(rest, i);
	return str_starts(rest, STR("\",\"ts\":")) || str_looks_like(rest, "\",\"time\":\"dddd/");
}

/* "[2024/03/12 08:21:04" */
static bool starts_milvus(struct str text)
{
	return text.len > 20 && text.ptr[1] == '2' && text.ptr[5] == '/' &&
	       str_looks_like(text, "[dddd/dd/dd dd:dd:dd");
}

/* "2018-10-25 16:20:35.185438 W | wal: ...", also with "[file.go:114]" before the letter. */
static bool starts_capnslog(struct str text)
{
	if (!str_looks_like(text, "dddd-dd-dd dd:dd:dd.dddddd ")) {
		return false;
	}
	struct str rest = str_skip(text, 27);
	if (str_starts(rest, STR("["))) {
		ptrdiff_t end = str_find(str_slice(rest, 0, 64), STR("] "));
		rest = end < 0 ? rest : str_skip(rest, (size_t)end + 2);
	}
	return rest.len > 3 && str_find_byte(STR("CEWNIDT"), rest.ptr[0]) >= 0 &&
	       rest.ptr[1] == ' ' && rest.ptr[2] == '|';
}

bool shape_is_plain(struct str text)
{
	if (text.len < 24) {
		return false;
	}
	switch (text.ptr[0]) {
	case '[':
		return starts_milvus(text);
	case '{':
		/* objects of a collector end in an object of names */
		return starts_zap(text) && text.ptr[text.len - 2] != '}';
	case '2':
		return starts_capnslog(text);
	default:
		return false;
	}
}

bool shape_starts_strongly(struct str text)
{
	return starts_zap(text) || starts_milvus(text) || starts_capnslog(text);
}

static bool looks_like_any(struct str text, const char *const *patterns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_looks_like(text, patterns[i])) {
			return true;
		}
	}
	return false;
}

static bool starts_glog(struct str text)
{
	return text.len > 16 && str_find_byte(STR("IWEF"), text.ptr[0]) >= 0 &&
	       (str_looks_like(str_skip(text, 1), "dddd dd:dd:dd.") ||
	        str_looks_like(str_skip(text, 1), "dddddddd dd:dd:dd."));
}

/* "2024-03-12T08:21:04.512Z<TAB>warn<TAB>" */
static bool starts_console(struct str text)
{
	if (!str_looks_like(text, "dddd-dd-ddTdd:dd:dd")) {
		return false;
	}
	ptrdiff_t tab = str_find_byte(str_slice(text, 0, 40), '\t');
	struct str rest = tab < 0 ? (struct str){NULL, 0} : str_skip(text, (size_t)tab + 1);
	static const struct str levels[] = {STR_INIT("debug\t"), STR_INIT("info\t"),
	                                    STR_INIT("warn\t"),  STR_INIT("error\t"),
	                                    STR_INIT("panic\t"), STR_INIT("fatal\t")};
	return str_starts_any(rest, levels, sizeof(levels) / sizeof(levels[0]));
}

bool shape_starts_dated(struct str text)
{
	static const char *const patterns[] = {
		"dddd/dd/dd dd:dd:dd ",     "raftdddd/dd/dd ",       "raft dddd/dd/dd ",
		"INFO: dddd/dd/dd ",        "WARNING: dddd/dd/dd ",  "ERROR: dddd/dd/dd ",
		"dddd-dd-dd dd:dd:dd,ddd ", "time=\"dddd-",          "[GIN] dddd/dd/dd ",
		"dddd/dd/dd-dd:dd:dd.dddd", "[dddd-dd-dd dd:dd:dd,", "dddd-dd-ddTdd:dd:dd,ddd+",
		"[GIN-debug] dddd/dd/dd ",
	};
	if (text.len < 16) {
		return false;
	}
	switch (text.ptr[0]) {
	case '{':
		return starts_zap(text) || str_starts(text, STR("{\"ts\":"));
	case '2':
		return starts_capnslog(text) || starts_console(text) ||
		       looks_like_any(text, patterns, sizeof(patterns) / sizeof(patterns[0]));
	case '[':
		return starts_milvus(text) ||
		       looks_like_any(text, patterns, sizeof(patterns) / sizeof(patterns[0]));
	default:
		return starts_glog(text) ||
		       looks_like_any(text, patterns, sizeof(patterns) / sizeof(patterns[0]));
	}
}

/* "SIGSEGV: segmentation violation" */
static bool starts_signal(struct str text)
{
	size_t i = 3;
	while (i < text.len && i < 12 && text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') {
		i++;
	}
	return str_starts(text, STR("SIG")) && i > 5 && str_starts(str_skip(text, i), STR(": "));
}

/* "etcd 08:21:04.32 INFO  ==> " of start scripts, "08:21:04.512 [main] INFO " of old Pulsar. */
static bool starts_script(struct str text)
{
	size_t i = 0;
	while (i < text.len && i < 24 && text.ptr[i] >= 'a' && text.ptr[i] <= 'z') {
		i++;
	}
	return (i > 0 && str_looks_like(str_skip(text, i), " dd:dd:dd.dd ")) ||
	       str_looks_like(text, "dd:dd:dd.ddd [");
}

bool shape_starts_record(struct str text)
{
	static const struct str words[] = {
		STR_INIT("panic: "),
		STR_INIT("fatal error: "),
		STR_INIT("goroutine "),
		STR_INIT("runtime: "),
		STR_INIT("[signal SIG"),
		STR_INIT("terminate called"),
		STR_INIT("*** Aborted at"),
		STR_INIT("{\""),
		STR_INIT("Exception in thread"),
	};
	return shape_starts_dated(text) ||
	       str_starts_any(text, words, sizeof(words) / sizeof(words[0])) ||
	       starts_signal(text) || starts_script(text);
}

/* ---- whole or not ---- */

static struct str without_blanks(struct str text)
{
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t')) {
		text.len--;
	}
	return text;
}

bool shape_is_closed(struct str text)
{
	struct str all = without_blanks(text);
	bool is_json = all.len > 0 && all.ptr[0] == '{', in_quotes = false;
	size_t depth = 0;
	for (size_t i = 0; i < all.len; i++) {
		char byte = all.ptr[i];
		if (in_quotes) {
			i += byte == '\\' ? 1 : 0;
			in_quotes = byte != '"';
		} else if (byte == '"') {
			in_quotes = true;
		} else if (byte == (is_json ? '{' : '[')) {
			depth++;
		} else if (byte == (is_json ? '}' : ']')) {
			depth -= depth > 0 ? 1 : 0;
		}
	}
	return all.len > 0 && !in_quotes && depth == 0 &&
	       all.ptr[all.len - 1] == (is_json ? '}' : ']');
}
