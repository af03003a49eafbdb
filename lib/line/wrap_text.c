/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers that are a prefix of the line: compose, CRI, docker logs -t, kubectl, syslog, quotes, colours. */
#include "line/reader.h"

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_name(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.';
}

static bool looks_like(struct str text, const char *pattern)
{
	size_t i = 0;
	for (; pattern[i] != '\0'; i++) {
		if (i >= text.len || (pattern[i] == 'd' ? !is_digit(text.ptr[i]) : text.ptr[i] != pattern[i])) {
			return false;
		}
	}
	return true;
}

/* ---- colours, whole (ESC[32m) and with the ESC lost ([32m) ---- */

static size_t color_at(struct str line, size_t at)
{
	size_t i = at;
	if (i < line.len && line.ptr[i] == '\x1b') {
		i++;
	}
	bool has_escape = i > at;
	if (i >= line.len || line.ptr[i] != '[') {
		return 0;
	}
	size_t start = ++i;
	while (i < line.len && (is_digit(line.ptr[i]) || line.ptr[i] == ';')) {
		i++;
	}
	bool is_end = i < line.len && (has_escape ? (line.ptr[i] >= '@' && line.ptr[i] <= '~') : line.ptr[i] == 'm');
	return is_end && (has_escape || (i > start && i - start <= 12)) ? i + 1 - at : 0;
}

static int bid_ansi(struct str line)
{
	struct str head = str_slice(line, 0, 4096);
	if (str_find_byte(head, '\x1b') >= 0) {
		return 60;
	}
	return color_at(line, 0) > 0 ? 60 : 0;
}

static bool peel_ansi(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)info;
	bool has_escape = str_find_byte(line, '\x1b') >= 0;
	char *text = arena_alloc(tmp, line.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < line.len;) {
		bool may_be = line.ptr[i] == '\x1b' || (!has_escape && line.ptr[i] == '[');
		size_t used = may_be ? color_at(line, i) : 0;
		if (used == 0 && line.ptr[i] == '\x1b') {
			used = 1;
		}
		if (used == 0) {
			text[len++] = line.ptr[i++];
		}
		i += used;
	}
	*rest = (struct str){text, len};
	return true;
}

const struct wrapper wrapper_ansi = {.name = "ansi", .bid = bid_ansi, .peel = peel_ansi};

/* ---- docker compose: "milvus-etcd        | text" ---- */

/* Length of the prefix up to and with the bar and its blank; 0: none. */
static size_t compose_prefix(struct str line, struct str *name)
{
	size_t i = 0;
	while (i < line.len && i < 96 && is_name(line.ptr[i])) {
		i++;
	}
	size_t end = i;
	if (end < 2 || is_digit(line.ptr[0])) {
		return 0;
	}
	while (i < line.len && i < 128 && line.ptr[i] == ' ') {
		i++;
	}
	bool has_bar = i > end && i < line.len && line.ptr[i] == '|';
	if (!has_bar || (i + 1 < line.len && line.ptr[i + 1] != ' ')) {
		return 0;
	}
	*name = str_slice(line, 0, end);
	return i + (i + 1 < line.len ? 2 : 1);
}

static int bid_compose(struct str line)
{
	struct str name;
	size_t used = line.len > 4 && is_name(line.ptr[0]) ? compose_prefix(line, &name) : 0;
	return used > 0 ? 45 : 0;
}

static bool peel_compose(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	struct str name;
	size_t used = compose_prefix(line, &name);
	if (used == 0) {
		return false;
	}
	info->source.container = name;
	*rest = str_skip(line, used);
	return true;
}

const struct wrapper wrapper_compose = {.name = "compose", .bid = bid_compose, .peel = peel_compose};

/* ---- CRI: 2024-03-12T08:21:04.512883107Z stderr F text ---- */

static size_t cri_prefix(struct str line, struct wrap_info *info)
{
	size_t used = 0;
	if (!looks_like(line, "dddd-dd-ddTdd:dd:dd")) {
		return 0;
	}
	info->outer_ns = clock_parse(line, &info->outer_zone, &used);
	struct str rest = str_skip(line, used);
	bool is_error = str_starts(rest, STR(" stderr "));
	if (info->outer_ns == TIME_NONE || (!is_error && !str_starts(rest, STR(" stdout ")))) {
		return 0;
	}
	used += 8;
	char tag = used < line.len ? line.ptr[used] : ' ';
	size_t end = used + 1;
	while (end < line.len && end < used + 24 && line.ptr[end] != ' ') {
		end++;
	}
	if ((tag != 'F' && tag != 'P') || (end > used + 1 && line.ptr[used + 1] != ':')) {
		return 0;
	}
	info->output = is_error ? LINE_STDERR : LINE_STDOUT;
	info->is_partial = tag == 'P';
	return end < line.len ? end + 1 : end;
}

static int bid_cri(struct str line)
{
	struct wrap_info info = {.outer_ns = TIME_NONE};
	return line.len > 30 && line.ptr[0] == '2' && cri_prefix(line, &info) > 0 ? 50 : 0;
}

static bool peel_cri(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	size_t used = cri_prefix(line, info);
	*rest = str_skip(line, used);
	return used > 0;
}

const struct wrapper wrapper_cri = {.name = "cri", .bid = bid_cri, .peel = peel_cri};

/* ---- docker logs -t, kubectl logs --timestamps: a stamp and a blank before a record that has its own ---- */

static bool starts_record(struct str text)
{
	return looks_like(text, "[dddd/dd/dd ") || str_starts(text, STR("{\"")) || looks_like(text, "dddd-dd-dd dd:dd:dd.dddddd ") ||
	       looks_like(text, "dddd/dd/dd dd:dd:dd ") || str_starts(text, STR("panic: ")) || str_starts(text, STR("goroutine ")) ||
	       str_starts(text, STR("raft20")) || looks_like(text, "Idddddddd ") || looks_like(text, "Edddddddd ") ||
	       str_starts(text, STR("\x1b[")) || str_starts(text, STR("[3"));
}

static size_t time_prefix(struct str line, struct wrap_info *info)
{
	size_t used = 0;
	if (!looks_like(line, "dddd-dd-dd")) {
		return 0;
	}
	info->outer_ns = clock_parse(line, &info->outer_zone, &used);
	if (info->outer_ns == TIME_NONE || used >= line.len) {
		return 0;
	}
	size_t blanks = used;
	while (blanks < line.len && (line.ptr[blanks] == ' ' || line.ptr[blanks] == '\t')) {
		blanks++;
	}
	/* nanoseconds are docker's alone; any other stamp must stand before a record */
	bool is_docker = looks_like(line, "dddd-dd-ddTdd:dd:dd.ddddddddd") && line.ptr[used] == ' ';
	if (!is_docker && !starts_record(str_skip(line, blanks))) {
		return 0;
	}
	return is_docker ? used + 1 : blanks;
}

static int bid_time(struct str line)
{
	struct wrap_info info = {.outer_ns = TIME_NONE};
	return line.len > 20 && line.ptr[0] == '2' && time_prefix(line, &info) > 0 ? 35 : 0;
}

static bool peel_time(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	size_t used = time_prefix(line, info);
	*rest = str_skip(line, used);
	return used > 0;
}

const struct wrapper wrapper_docker_time = {.name = "timestamps", .bid = bid_time, .peel = peel_time};

/* ---- kubectl logs --prefix: [pod/NAME/CONTAINER] text ---- */

static int bid_kubectl(struct str line)
{
	return str_starts(line, STR("[pod/")) && str_contains(str_slice(line, 0, 400), STR("] ")) ? 50 : 0;
}

static bool peel_kubectl(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	struct str names;
	if (!str_cut(str_skip(line, 5), STR("] "), &names, rest)) {
		return false;
	}
	str_cut(names, STR("/"), &info->source.pod, &info->source.container);
	return true;
}

const struct wrapper wrapper_kubectl = {.name = "kubectl", .bid = bid_kubectl, .peel = peel_kubectl};

/* ---- syslog and journalctl: "Mar 12 16:21:04 node-3 etcd[998]: text", short-iso, "<30>" ---- */

/* 1 to 12; 0: text does not begin with a month's name. */
static int month_of(struct str text)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++) {
		if (str_starts(text, (struct str){names + i * 3, 3})) {
			return i + 1;
		}
	}
	return 0;
}

static int two_digits(struct str text, size_t at)
{
	int tens = text.ptr[at] == ' ' ? 0 : text.ptr[at] - '0';
	return tens * 10 + (text.ptr[at + 1] - '0');
}

/* "Mar 12 16:21:04": the year is the last one that does not put it behind the file's own time. */
static int64_t time_without_year(struct str text, int64_t modified_ns)
{
	enum { YEAR_UNKNOWN = 2000 };
	struct clock_civil civil = {.year = YEAR_UNKNOWN};
	if (modified_ns != TIME_NONE) {
		clock_to_civil(modified_ns, &civil);
	}
	civil.month = month_of(text);
	civil.day = two_digits(text, 4);
	civil.hour = two_digits(text, 7);
	civil.minute = two_digits(text, 10);
	civil.second = two_digits(text, 13);
	civil.nanosecond = 0;
	int64_t time_ns = clock_from_civil(&civil);
	if (modified_ns != TIME_NONE && time_ns != TIME_NONE && time_ns > modified_ns + 24 * 60 * NS_PER_MIN) {
		civil.year--;
		time_ns = clock_from_civil(&civil);
	}
	return time_ns;
}

/* "host tag[pid]: " at `at`; 0: not there. */
static size_t syslog_tag(struct str line, size_t at, struct wrap_info *info)
{
	size_t host = at;
	while (at < line.len && line.ptr[at] != ' ' && at < host + 128) {
		at++;
	}
	size_t host_end = at, tag = at + 1;
	at = tag;
	while (at < line.len && line.ptr[at] != ' ' && line.ptr[at] != ':' && line.ptr[at] != '[' && at < tag + 96) {
		at++;
	}
	size_t tag_end = at;
	if (at < line.len && line.ptr[at] == '[') {
		at++;
		while (at < line.len && is_digit(line.ptr[at])) {
			at++;
		}
		at += at < line.len && line.ptr[at] == ']' ? 1 : 0;
	}
	if (host_end == host || tag_end == tag || at >= line.len || line.ptr[at] != ':') {
		return 0;
	}
	info->source.host = str_slice(line, host, host_end);
	info->source.unit = str_slice(line, tag, tag_end);
	return at + (at + 1 < line.len && line.ptr[at + 1] == ' ' ? 2 : 1);
}

static size_t syslog_prefix(struct str line, struct wrap_info *info)
{
	size_t at = 0;
	if (line.len > 4 && line.ptr[0] == '<') {
		ptrdiff_t end = str_find_byte(str_slice(line, 0, 6), '>');
		at = end > 1 ? (size_t)end + 1 : 0;
	}
	struct str rest = str_skip(line, at);
	size_t used = 0;
	if (month_of(rest) > 0 && (looks_like(str_skip(rest, 3), " dd dd:dd:dd") || looks_like(str_skip(rest, 3), "  d dd:dd:dd"))) {
		info->outer_ns = time_without_year(rest, info->modified_ns);
		info->outer_zone = CLOCK_ZONE_NONE;
		at += 15;
		while (at < line.len && (is_digit(line.ptr[at]) || line.ptr[at] == '.')) {
			at++;
		}
	} else if (looks_like(rest, "dddd-dd-ddTdd:dd:dd") && clock_parse(rest, &info->outer_zone, &used) != TIME_NONE) {
		info->outer_ns = clock_parse(rest, &info->outer_zone, NULL);
		at += used;
	} else {
		return 0;
	}
	return at < line.len && line.ptr[at] == ' ' ? syslog_tag(line, at + 1, info) : 0;
}

static int bid_syslog(struct str line)
{
	struct wrap_info info = {.outer_ns = TIME_NONE, .modified_ns = TIME_NONE};
	bool may_be = line.len > 20 && (line.ptr[0] == '<' || line.ptr[0] == '2' || month_of(line) > 0);
	return may_be && syslog_prefix(line, &info) > 0 ? 42 : 0;
}

static bool peel_syslog(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	size_t used = syslog_prefix(line, info);
	*rest = str_skip(line, used);
	return used > 0;
}

const struct wrapper wrapper_syslog = {.name = "syslog", .bid = bid_syslog, .peel = peel_syslog};

/* ---- quotes of mails and issues, indented pastes, fences ---- */

static int bid_quote(struct str line)
{
	if (str_starts(line, STR("```"))) {
		return 40;
	}
	if (str_starts(line, STR("> ")) && line.len > 8) {
		return 20;
	}
	size_t blanks = 0;
	while (blanks < line.len && blanks < 16 && line.ptr[blanks] == ' ') {
		blanks++;
	}
	return blanks > 0 && starts_record(str_skip(line, blanks)) ? 20 : 0;
}

static bool peel_quote(struct str line, struct arena *tmp, struct str *rest, struct wrap_info *info)
{
	(void)tmp;
	if (str_starts(line, STR("```"))) {
		info->is_dropped = true;
		*rest = (struct str){NULL, 0};
		return true;
	}
	*rest = str_starts(line, STR("> ")) ? str_skip(line, 2) : str_trim(line);
	return true;
}

const struct wrapper wrapper_quote = {.name = "quote", .bid = bid_quote, .peel = peel_quote};
