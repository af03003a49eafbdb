/* SPDX-License-Identifier: Apache-2.0 */
/* syslog (RFC 3164, RFC 5424) and journalctl -o short, short-iso, short-precise, short-full,
 * short-unix, cat. */
#include "line/shape.h"
#include "line/wrapper.h"

enum { HOST_MAX = 128, TAG_MAX = 96, CUT_MAX = 12 };

struct prefix {
	struct stamp stamp;
	struct str host, unit;
	size_t used;
};

static size_t word_end(struct str line, size_t at, size_t max)
{
	size_t end = at;
	while (end < line.len && end < at + max && line.ptr[end] != ' ') {
		end++;
	}
	return end;
}

static bool is_tag_byte(char byte)
{
	return shape_is_name_byte(byte) || str_find_byte(STR("/@()\\"), byte) >= 0;
}

/* "etcd[998]: ", and "etcd: " where a process number may be missing. Returns: whether it is there.
 */
static bool read_tag(struct str line, size_t at, bool needs_pid, struct prefix *prefix)
{
	size_t end = at;
	while (end < line.len && end < at + TAG_MAX && is_tag_byte(line.ptr[end])) {
		end++;
	}
	prefix->unit = str_slice(line, at, end);
	bool has_pid =
		end + 2 < line.len && line.ptr[end] == '[' && shape_is_digit(line.ptr[end + 1]);
	if (has_pid) {
		for (end++; end < line.len && shape_is_digit(line.ptr[end]);) {
			end++;
		}
		has_pid = end < line.len && line.ptr[end] == ']';
		end++;
	}
	if (prefix->unit.len == 0 || end >= line.len || line.ptr[end] != ':') {
		return false;
	}
	bool has_blank = end + 1 < line.len && line.ptr[end + 1] == ' ';
	prefix->used = end + (has_blank ? 2 : 1);
	return (has_pid || !needs_pid || str_equals(prefix->unit, STR("kernel"))) &&
	       (has_blank || end + 1 == line.len);
}

static bool read_host_and_tag(struct str line, size_t at, bool needs_pid, struct prefix *prefix)
{
	if (at >= line.len || line.ptr[at] != ' ') {
		return false;
	}
	size_t end = word_end(line, at + 1, HOST_MAX);
	prefix->host = str_slice(line, at + 1, end);
	return prefix->host.len > 0 && end < line.len && line.ptr[end] == ' ' &&
	       read_tag(line, end + 1, needs_pid, prefix);
}

/* "1710231664.512883", "Tue 2024-03-12 16:21:04 CST", "2024-03-12T16:21:04+0800" */
static bool read_stamp(struct str line, struct stamp *stamp)
{
	if (str_looks_like(line, "dddddddddd.dddddd ")) {
		*stamp = (struct stamp){clock_parse_epoch(str_slice(line, 0, 17)), CLOCK_ZONE_UTC,
		                        17, 6, false};
		return true;
	}
	bool has_day = str_looks_like(str_skip(line, 3), " dddd-dd-dd dd:dd:dd");
	if (!stamp_read(has_day ? str_skip(line, 4) : line, stamp) ||
	    (!has_day && !stamp->is_iso)) {
		return false;
	}
	if (has_day) {
		stamp->used += 4;
		size_t zone = stamp->used + 1;
		while (zone < line.len && line.ptr[zone] >= 'A' && line.ptr[zone] <= 'Z') {
			zone++;
		}
		stamp->used = zone > stamp->used + 1 && zone < line.len && line.ptr[zone] == ' '
		                      ? zone
		                      : stamp->used;
	}
	return true;
}

/* The stamp's start was cut off with the paste: "g 17 12:25:50 host etcd[9683]: ". */
static bool read_cut(struct str line, struct prefix *prefix)
{
	for (size_t at = 0; at + 9 < line.len && at < CUT_MAX; at++) {
		if (line.ptr[at] == ' ' && str_looks_like(str_skip(line, at + 1), "dd:dd:dd ")) {
			prefix->stamp.time_ns = TIME_NONE;
			return read_host_and_tag(line, at + 9, true, prefix);
		}
	}
	return false;
}

/* "<30>". Returns: its length; 0: none. */
static size_t priority_length(struct str line)
{
	ptrdiff_t end = str_find_byte(str_slice(line, 0, 6), '>');
	return str_starts(line, STR("<")) && end > 1 && shape_is_digit(line.ptr[1])
	               ? (size_t)end + 1
	               : 0;
}

/* Behind `[x@1 a="b"][y@2]`, in whose quotes anything may stand. */
static size_t skip_elements(struct str line, size_t at)
{
	while (at < line.len && line.ptr[at] == '[') {
		bool in_quotes = false;
		for (at++; at < line.len && (in_quotes || line.ptr[at] != ']'); at++) {
			in_quotes ^= line.ptr[at] == '"';
			at += line.ptr[at] == '\\' ? 1 : 0;
		}
		at++;
	}
	return at;
}

/* Behind "<30>": "1 2024-03-12T08:21:04.512Z host app 998 MSGID [sd@1 k="v"] text". */
static bool read_5424(struct str line, size_t at, struct prefix *prefix)
{
	struct str rest = str_skip(line, at);
	if (!str_starts(rest, STR("1 ")) || !stamp_read(str_skip(rest, 2), &prefix->stamp)) {
		return false;
	}
	struct str *words[4] = {&prefix->host, &prefix->unit, NULL, NULL};
	at += 2 + prefix->stamp.used;
	for (size_t i = 0; i < 4; i++) {
		if (at >= line.len || line.ptr[at] != ' ') {
			return false;
		}
		size_t end = word_end(line, at + 1, HOST_MAX);
		if (words[i] != NULL) {
			*words[i] = str_slice(line, at + 1, end);
		}
		at = end;
	}
	at++;
	if (at < line.len && line.ptr[at] == '-') {
		at++;
	}
	at = skip_elements(line, at);
	prefix->used = at < line.len && line.ptr[at] == ' ' ? at + 1 : at;
	return at <= line.len;
}

static bool read_prefix(const struct stamp_years *years, struct str line, struct prefix *prefix)
{
	*prefix = (struct prefix){.stamp = {.time_ns = TIME_NONE}};
	size_t at = priority_length(line);
	struct str rest = str_skip(line, at);
	if (at > 0 && read_5424(line, at, prefix)) {
		return true;
	}
	if (rest.len < 8) {
		return false;
	}
	if (stamp_read_month(rest, years, &prefix->stamp)) {
		return read_host_and_tag(line, at + prefix->stamp.used, false, prefix) ||
		       (at > 0 && read_tag(line, at + prefix->stamp.used + 1, false, prefix));
	}
	if (read_stamp(rest, &prefix->stamp)) {
		return read_host_and_tag(line, at + prefix->stamp.used, at == 0, prefix);
	}
	prefix->stamp = (struct stamp){.time_ns = TIME_NONE};
	prefix->host = (struct str){NULL, 0};
	return read_tag(line, 0, true, prefix) || (at == 0 && read_cut(line, prefix));
}

/* The year of the stamps is that of a record behind one of them. */
static void learn(struct wrap_context *context, void *state, struct str line)
{
	(void)state;
	struct prefix prefix;
	if (context->years.seen_ns == TIME_NONE && read_prefix(&context->years, line, &prefix)) {
		stamp_learn_year(&context->years, str_skip(line, prefix.used));
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)state;
	struct prefix prefix;
	return read_prefix(&context->years, line, &prefix) ? 58 : 0;
}

/* rsyslog writes a tab as #011 and a line end as #012. */
static struct str unescape(struct str text, struct arena *tmp)
{
	if (!str_contains(text, STR("#011")) && !str_contains(text, STR("#012"))) {
		return text;
	}
	char *out = arena_alloc(tmp, text.len, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_skip(text, i);
		bool is_tab = str_starts(rest, STR("#011")), is_end = str_starts(rest, STR("#012"));
		out[len++] = is_tab ? '\t' : is_end ? '\n' : text.ptr[i];
		i += is_tab || is_end ? 3 : 0;
	}
	return (struct str){out, len};
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct prefix prefix;
	if (!read_prefix(&context->years, wrap->text, &prefix)) {
		return WRAP_REFUSED;
	}
	learn(context, state, wrap->text);
	wrap_set_time(wrap, prefix.stamp.time_ns, prefix.stamp.zone);
	wrap->source.host = prefix.host.len > 0 ? prefix.host : wrap->source.host;
	wrap->source.unit = prefix.unit;
	wrap->text = unescape(str_skip(wrap->text, prefix.used), context->tmp);
	return WRAP_PEELED;
}

const struct wrapper wrapper_syslog = {.name = "syslog",
                                       .first = "<0-9A-Za-z",
                                       .learn = learn,
                                       .bid = bid,
                                       .bid_max = 58,
                                       .peel = peel};
