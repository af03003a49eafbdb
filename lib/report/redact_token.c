/* SPDX-License-Identifier: Apache-2.0 */
/* Names, paths, URLs and numbers: what one token is. */
#include "base/vec.h"
#include "report/redact.h"

#include <string.h>

enum {
	SEGMENTS_MAX = 48,
	RUN_MAX = 8,
	ID_DIGITS_MIN = 15,
	HEX_MIN = 8,
	ENCODED_MIN = 16,
	ACCOUNT_DIGITS = 12 /* of AWS */
};

static const struct str secret = STR_INIT("<secret>");

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ascii(char c)
{
	return (unsigned char)c < 0x80;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_all(struct str text, bool (*is_one)(char c))
{
	size_t i = 0;
	while (i < text.len && is_one(text.ptr[i])) {
		i++;
	}
	return i == text.len && text.len > 0;
}

static enum redact_kind kind_of(enum redact_class class_)
{
	return class_ == CLASS_USER   ? REDACT_USER
	       : class_ == CLASS_DATA ? REDACT_DATA
	                              : REDACT_NAME;
}

static void add_secret(struct redactor *redactor, struct str text, struct buf *out)
{
	redact_count(redactor, REDACT_SECRET, text);
	buf_add(out, secret);
}

/* ---- labels: words joined by - and _ ---- */

/* Letters and digits mixed that are hex: a hash, an id. */
static bool is_hex_id(struct str text, size_t min)
{
	size_t digits = 0, letters = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool is_hex_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		if (!is_digit(c) && !is_hex_letter) {
			return false;
		}
		digits += is_digit(c) ? 1 : 0;
		letters += is_hex_letter ? 1 : 0;
	}
	return text.len >= min && digits > 0 && letters > 0;
}

/* 447123456789012345, also as in 447123456789012345v0. */
static size_t long_number(struct str text)
{
	size_t len = 0;
	while (len < text.len && is_digit(text.ptr[len])) {
		len++;
	}
	bool ends_here = len == text.len || (text.ptr[len] == 'v' && text.len - len <= 4);
	return len >= ID_DIGITS_MIN && ends_here ? len : 0;
}

struct segments {
	struct str items[SEGMENTS_MAX + 1];
	size_t count;
};

static void split_label(struct str label, struct segments *segments)
{
	size_t start = 0;
	segments->count = 0;
	for (size_t i = 0; i <= label.len; i++) {
		bool is_mark = i < label.len && (label.ptr[i] == '-' || label.ptr[i] == '_');
		if (i == label.len || (is_mark && segments->count < SEGMENTS_MAX)) {
			segments->items[segments->count++] = str_slice(label, start, i);
			start = i + 1;
		}
	}
}

static bool is_version_char(char c)
{
	return is_digit(c) || c == '.';
}

/* 100ms, 1h2m3.5s, 8.4MB, 12µs, 1.5e+07 */
static bool is_quantity(struct str text)
{
	static const char *const units[] = {
		"h",   "m",   "s",   "ms",  "us", "ns", "d",   "B",  "kB", "KB", "MB", "GB", "TB",
		"KiB", "MiB", "GiB", "TiB", "k",  "K",  "M",   "G",  "Mi", "Gi", "Ki", "x",  "e",
		"E",   "%",   "e+",  "e-",  "E+", "E-", "sec", "th", "st", "nd", "rd"};
	size_t at = 0, pairs = 0;
	while (at < text.len && pairs < 5) {
		size_t from = at;
		while (at < text.len && is_version_char(text.ptr[at])) {
			at++;
		}
		if (at == from) {
			return false;
		}
		size_t start = at;
		while (at < text.len && !is_version_char(text.ptr[at])) {
			at++;
		}
		struct str unit = str_slice(text, start, at);
		bool is_unit = unit.len == 0;
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && !is_unit; i++) {
			is_unit = str_equals(unit, str_from(units[i]));
		}
		if (!is_unit) {
			return false;
		}
		pairs++;
	}
	return at == text.len && pairs > 0;
}

/* Whether a part of a name says nothing about whose it is. */
static bool is_harmless(struct str segment, enum redact_class class_)
{
	if (segment.len <= 3 && is_all(segment, is_digit)) {
		return true;
	}
	if (class_ == CLASS_NAME) {
		return segment.len <= 1 || redact_is_component(segment);
	}
	return (class_ == CLASS_FREE ? redact_is_word(segment) : redact_is_plain_word(segment)) ||
	       is_quantity(segment) || (segment.len < ID_DIGITS_MIN && is_all(segment, is_digit));
}

static bool has_stranger(const struct segments *segments, enum redact_class class_)
{
	for (size_t i = 0; i < segments->count; i++) {
		if (!is_harmless(segments->items[i], class_)) {
			return true;
		}
	}
	return false;
}

/* From the start of one segment to the end of another. */
static struct str run_of(const struct segments *segments, size_t from, size_t to)
{
	const char *start = segments->items[from].ptr;
	return (struct str){start,
	                    (size_t)(segments->items[to].ptr + segments->items[to].len - start)};
}

static void learn_unit(struct redactor *redactor, enum redact_kind kind, struct str unit)
{
	bool is_prose = redactor->is_free && !is_all(unit, is_ascii);
	bool is_joined = str_find_byte(unit, '-') >= 0 || str_find_byte(unit, '_') >= 0;
	if (!is_prose && (is_joined || !redact_is_word(unit))) {
		redact_learn(redactor, kind, unit);
	}
}

/* Segments from one on that were found to be sensitive together. Returns: how many */
static size_t find_run(const struct redactor *redactor, const struct segments *segments,
                       size_t from, enum redact_kind *kind)
{
	size_t most = segments->count - from < RUN_MAX ? segments->count - from : RUN_MAX;
	for (size_t count = most; count > 0; count--) {
		if (redact_find(redactor, run_of(segments, from, from + count - 1), kind)) {
			return count;
		}
	}
	return 0;
}

/* Strangers that stand together, as one. Returns: how many */
static size_t add_unit(struct redactor *redactor, const struct segments *segments, size_t from,
                       enum redact_class class_, struct buf *out)
{
	struct str first = segments->items[from];
	size_t digits = long_number(first), to = from;
	enum redact_kind kind;
	if (digits > 0) {
		redact_add_id(redactor, str_slice(first, 0, digits), out);
		buf_add(out, str_skip(first, digits));
		return 1;
	}
	while (to + 1 < segments->count && !is_harmless(segments->items[to + 1], class_) &&
	       long_number(segments->items[to + 1]) == 0 &&
	       find_run(redactor, segments, to + 1, &kind) == 0) {
		to++;
	}
	struct str unit = run_of(segments, from, to);
	learn_unit(redactor, kind_of(class_), unit);
	redact_add_name(redactor, kind_of(class_), unit, out);
	return to - from + 1;
}

static void add_segments(struct redactor *redactor, const struct segments *segments,
                         enum redact_class class_, struct buf *out)
{
	size_t at = 0;
	while (at < segments->count) {
		const struct str *segment = &segments->items[at];
		struct str rest = {segment->ptr, (size_t)(segments->items[segments->count - 1].ptr +
		                                          segments->items[segments->count - 1].len -
		                                          segment->ptr)};
		enum redact_kind kind;
		size_t count = 1, dashed = redact_add_dashed(redactor, rest, out);
		if (dashed > 0) {
			count = 4;
		} else if ((count = find_run(redactor, segments, at, &kind)) > 0) {
			redact_add_name(redactor, kind, run_of(segments, at, at + count - 1), out);
		} else if (is_harmless(*segment, class_)) {
			buf_add(out, *segment);
			count = 1;
		} else {
			count = add_unit(redactor, segments, at, class_, out);
		}
		at += count;
		if (at < segments->count) {
			buf_byte(out, segments->items[at].ptr[-1]);
		}
	}
}

static bool is_everybodys(struct str name)
{
	static const char *const names[] = {"root",          "default",  "_default", "minioadmin",
	                                    "public",        "null",     "nil",      "none",
	                                    "true",          "false",    "unknown",  "admin",
	                                    "milvus-bucket", "a-bucket", "-",        "_"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (str_equals(name, str_from(names[i]))) {
			return true;
		}
	}
	return false;
}

void redact_learn_place(struct redactor *redactor, struct str key, struct str value)
{
	if (redact_is_place_key(key) && is_all(value, is_letter) && !redact_is_component(value) &&
	    !is_everybodys(value)) {
		redact_learn(redactor, REDACT_NAME, value);
	}
}

void redact_add_label(struct redactor *redactor, struct str label, enum redact_class class_,
                      struct buf *out)
{
	struct segments segments;
	enum redact_kind kind;
	if (label.len == 0) {
		return;
	}
	if (class_ == CLASS_DATA || class_ == CLASS_USER) {
		bool is_kept = is_everybodys(label) || (label.len <= 3 && is_all(label, is_digit));
		if (is_kept) {
			buf_add(out, label);
			return;
		}
		if (!redact_is_component(label)) {
			redact_learn(redactor, kind_of(class_), label);
		}
		redact_add_name(redactor, kind_of(class_), label, out);
		return;
	}
	if (redact_find(redactor, label, &kind) && kind != REDACT_NAME) {
		redact_add_name(redactor, kind, label, out);
		return;
	}
	split_label(label, &segments);
	redactor->is_free = class_ == CLASS_FREE;
	if (class_ == CLASS_FREE && is_all(label, is_letter)) {
		bool is_stranger = redactor->is_log && !redact_is_word(label);
		if (redact_find(redactor, label, &kind) || is_stranger) {
			learn_unit(redactor, REDACT_NAME, label);
			redact_add_name(redactor, REDACT_NAME, label, out);
		} else {
			buf_add(out, label);
		}
		return;
	}
	if (class_ == CLASS_NAME || has_stranger(&segments, class_)) {
		class_ = CLASS_NAME;
		if (segments.count > 1) {
			/* to be found in free text, where each of its words may be harmless */
			bool is_ours = true;
			for (size_t i = 0; i < segments.count; i++) {
				is_ours &= is_harmless(segments.items[i], CLASS_NAME);
			}
			if (!is_ours) {
				*map_put(&redactor->labels, label) = redactor;
			}
		}
	} else {
		class_ = map_get(&redactor->labels, label) != NULL ? CLASS_NAME : CLASS_FREE;
	}
	add_segments(redactor, &segments, class_, out);
}

/* ---- dotted names: hosts, files, packages, versions ---- */

/* 2.3.1, v3.5.16, v2.4.0-rc.1, go1.19.5 */
static bool is_version(struct str text)
{
	size_t at = str_starts(text, STR("v")) ? 1 : str_starts(text, STR("go")) ? 2 : 0;
	size_t from = at, dots = 0;
	while (at < text.len && is_version_char(text.ptr[at])) {
		dots += text.ptr[at] == '.' ? 1 : 0;
		at++;
	}
	struct str rest = str_skip(text, at);
	bool is_rest = rest.len == 0 || str_starts(rest, STR("-rc")) ||
	               str_starts(rest, STR("-beta")) || str_starts(rest, STR("-alpha")) ||
	               str_starts(rest, STR("-gpu")) || str_starts(rest, STR("-dev")) ||
	               str_starts(rest, STR("-pre"));
	return at > from && dots > 0 && is_rest && rest.len < 16;
}

static bool is_package(struct str text)
{
	static const char *const stems[] = {"org.apache.",   "io.netty.",
	                                    "io.grpc.",      "java.",
	                                    "javax.",        "sun.",
	                                    "com.google.",   "com.sun.",
	                                    "org.eclipse.",  "milvus.proto.",
	                                    "etcdserverpb.", "github.com",
	                                    "go.etcd.io",    "go.uber.org",
	                                    "golang.org",    "google.golang.org",
	                                    "gopkg.in",      "k8s.io",
	                                    "docker.io",     "gcr.io",
	                                    "quay.io",       "app.kubernetes.io"};
	for (size_t i = 0; i < sizeof(stems) / sizeof(stems[0]); i++) {
		if (str_starts(text, str_from(stems[i]))) {
			return true;
		}
	}
	return false;
}

static bool is_source_file(struct str text)
{
	static const char *const ends[] = {".go", ".cc",   ".cpp", ".hpp", ".c",
	                                   ".h",  ".java", ".py",  ".rs",  ".s"};
	struct str name;
	str_cut(text, STR(":"), &name, NULL);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (str_ends(name, str_from(ends[i]))) {
			return true;
		}
	}
	return false;
}

/* A name with dots in it, each part by itself: a host's first part is its short name. */
static void add_dotted(struct redactor *redactor, struct str text, enum redact_class class_,
                       struct buf *out)
{
	if (is_version(text) || (is_package(text) && class_ != CLASS_PATH) ||
	    is_source_file(text)) {
		buf_add(out, text);
		return;
	}
	struct segments segments;
	struct str rest = text, part;
	bool is_file =
		redact_is_extension(str_skip(text, (size_t)str_find_last_byte(text, '.') + 1));
	class_ = is_file && class_ == CLASS_NAME ? CLASS_VALUE : class_;
	bool is_host = class_ == CLASS_NAME || str_contains(text, STR(".svc"));
	bool has_more = true;
	while (has_more && !is_host) {
		has_more = str_cut(rest, STR("."), &part, &rest);
		split_label(part, &segments);
		is_host = has_stranger(&segments, CLASS_FREE) && part.len > 0;
	}
	has_more = true;
	bool was_log = redactor->is_log;
	redactor->is_log |= is_file;
	for (rest = text; has_more;) {
		has_more = str_cut(rest, STR("."), &part, &rest);
		bool is_end = part.len <= 3 && is_all(part, is_letter);
		if (part.ptr != text.ptr && (redact_is_extension(part) || is_end)) {
			buf_add(out, part);
		} else if (part.len > 0) {
			redact_add_token(redactor, part,
			                 class_ != CLASS_FREE ? class_
			                 : is_host            ? CLASS_NAME
			                                      : CLASS_FREE,
			                 out);
		}
		if (has_more) {
			buf_byte(out, '.');
		}
	}
	redactor->is_log = was_log;
}

/* ---- paths ---- */

enum redact_class redact_class_behind(struct str folder, enum redact_class class_)
{
	static const struct {
		const char *name;
		enum redact_class class_;
	} folders[] = {
		{"home", CLASS_USER},
		{"Users", CLASS_USER},
		{"users", CLASS_USER},
		{"user", CLASS_USER},
		{"user-role-mapping", CLASS_USER},
		{"roles", CLASS_DATA},
		{"grantee-privileges", CLASS_DATA},
		{"aliases", CLASS_DATA},
		{"alias", CLASS_DATA},
		{"pods", CLASS_NAME},
		{"namespaces", CLASS_NAME},
		{"containers", CLASS_NAME},
		{"db-info", CLASS_DATA},
		{"role", CLASS_DATA},
	};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (str_equals(folder, str_from(folders[i].name))) {
			return folders[i].class_;
		}
	}
	return class_;
}

static void add_path(struct redactor *redactor, struct str path, struct buf *out)
{
	struct str rest = path, part, folder = {NULL, 0};
	bool is_source = is_source_file(path), is_in_source = is_source && path.ptr[0] != '/';
	bool has_more = true, was_log = redactor->is_log;
	redactor->is_log |= !is_source;
	while (has_more) {
		has_more = str_cut(rest, STR("/"), &part, &rest);
		enum redact_class class_ = redact_class_behind(folder, CLASS_VALUE);
		is_in_source |= is_source && (is_package(part) || redact_is_component(part) ||
		                              str_equals(part, STR("src")) || !has_more);
		if (part.len > 0 && (is_in_source || is_package(part)) && class_ != CLASS_USER) {
			buf_add(out, part);
		} else if (part.len >= ACCOUNT_DIGITS && is_all(part, is_digit)) {
			redact_add_id(redactor, part, out);
		} else if (part.len > 0) {
			redact_add_token(redactor, part, class_, out);
		}
		if (has_more) {
			buf_byte(out, '/');
		}
		folder = part;
	}
	redactor->is_log = was_log;
}

/* scheme://user:password@host:port/path?key=value */
static void add_url(struct redactor *redactor, struct str url, struct buf *out)
{
	struct str scheme, rest, authority, query = {NULL, 0};
	str_cut(url, STR("://"), &scheme, &rest);
	bool is_asked = str_cut(rest, STR("?"), &rest, &query);
	ptrdiff_t slash = str_find_byte(rest, '/');
	authority = slash < 0 ? rest : str_slice(rest, 0, (size_t)slash);
	struct str path = str_skip(rest, authority.len);
	ptrdiff_t at = str_find_last_byte(authority, '@');
	buf_add(out, scheme);
	buf_add(out, STR("://"));
	if (at >= 0) {
		struct str user, password;
		bool has_password =
			str_cut(str_slice(authority, 0, (size_t)at), STR(":"), &user, &password);
		redact_add_label(redactor, user, CLASS_USER, out);
		if (has_password) {
			buf_byte(out, ':');
			add_secret(redactor, password, out);
		}
		buf_byte(out, '@');
		authority = str_skip(authority, (size_t)at + 1);
	}
	if (authority.len > 0) {
		redact_add_token(redactor, authority, CLASS_NAME, out);
	}
	if (path.len > 0) {
		add_path(redactor, path, out);
	}
	if (is_asked) {
		buf_byte(out, '?');
		redact_add_text(redactor, query, CLASS_FREE, out);
	}
}

/* ---- other tokens ---- */

static bool is_stamp_char(char c)
{
	return is_digit(c) || c == '-' || c == ':' || c == '.' || c == ',' || c == 'T' ||
	       c == 'Z' || c == '+' || c == '/';
}

/* Times, dates and plain numbers; ids among them are replaced. */
static bool add_stamp(struct redactor *redactor, struct str text, struct buf *out)
{
	if (!is_all(text, is_stamp_char) || !is_digit(text.ptr[0])) {
		return false;
	}
	for (size_t at = 0; at < text.len;) {
		size_t end = at;
		while (end < text.len && is_digit(text.ptr[end])) {
			end++;
		}
		bool is_fraction = at > 0 && text.ptr[at - 1] == '.';
		struct str digits = str_slice(text, at, end);
		if (digits.len < ID_DIGITS_MIN || is_fraction ||
		    !redact_add_id(redactor, digits, out)) {
			buf_add(out, digits);
		}
		if (end < text.len) {
			buf_byte(out, text.ptr[end]);
		}
		at = end + 1;
	}
	return true;
}

static bool is_secret_form(struct str text)
{
	static const char *const ids[] = {"AKIA", "ASIA",   "LTAI",  "AKID",
	                                  "ghp_", "glpat-", "xoxb-", "sk-"};
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (str_starts(text, str_from(ids[i])) && text.len >= 12) {
			return true;
		}
	}
	return str_starts(text, STR("eyJ")) && text.len >= 16;
}

static int base64_value(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : is_digit(c)          ? c - '0' + 52
	       : c == '+'             ? 62
	       : c == '/'             ? 63
	                              : -1;
}

/* Readable text in base64. Lifetime: tmp's; ptr NULL: it is none */
static struct str decode_base64(struct redactor *redactor, struct str text)
{
	char *plain = arena_array(&redactor->tmp, char, text.len + 1);
	size_t len = 0;
	uint32_t bits = 0, held = 0;
	if (text.len < ENCODED_MIN || text.len % 4 == 1) {
		return (struct str){NULL, 0};
	}
	for (size_t i = 0; i < text.len; i++) {
		int value = base64_value(text.ptr[i]);
		if (value < 0) {
			return (struct str){NULL, 0};
		}
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			plain[len] = (char)(bits >> held & 0xff);
			if (plain[len] < ' ' || plain[len] > '~') {
				return (struct str){NULL, 0};
			}
			len++;
		}
	}
	return (struct str){plain, len};
}

/* %2F -> /. ptr NULL: there is none */
static struct str decode_percent(struct redactor *redactor, struct str text)
{
	char *plain = arena_array(&redactor->tmp, char, text.len + 1);
	size_t len = 0;
	bool is_decoded = false;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t byte;
		plain[len] = text.ptr[i];
		if (text.ptr[i] == '%' && i + 2 < text.len &&
		    str_to_hex64(str_slice(text, i + 1, i + 3), &byte) && byte >= ' ' &&
		    byte <= '~') {
			plain[len] = (char)byte;
			i += 2;
			is_decoded = true;
		}
		len++;
	}
	return is_decoded ? (struct str){plain, len} : (struct str){NULL, 0};
}

/* Text that was encoded: what it says, redacted. Returns: whether it was */
static bool add_encoded(struct redactor *redactor, struct str token, enum redact_class class_,
                        struct buf *out)
{
	struct str plain = decode_percent(redactor, token);
	if (plain.ptr != NULL) {
		redact_add_text(redactor, plain, class_, out);
		return true;
	}
	const struct str *known = map_get(&redactor->encoded, token);
	if (known != NULL) {
		redact_add_label(redactor, *known, class_, out);
		return true;
	}
	plain = decode_base64(redactor, token);
	if (plain.ptr != NULL && !redact_is_word(token)) {
		redact_add_text(redactor, plain, CLASS_PATH, out);
		return true;
	}
	return false;
}

/* user@host, user:password@host, image@sha256:... */
static void add_at(struct redactor *redactor, struct str token, struct buf *out)
{
	ptrdiff_t at = str_find_last_byte(token, '@');
	struct str left = str_slice(token, 0, (size_t)at), password;
	bool has_password = str_cut(left, STR(":"), &left, &password);
	bool is_digest = str_starts(str_skip(token, (size_t)at + 1), STR("sha256"));
	if (is_digest) {
		redact_add_token(redactor, str_slice(token, 0, (size_t)at), CLASS_NAME, out);
	} else if (redact_is_component(left) && !has_password) {
		buf_add(out, left); /* etcd@HOST: an instance */
	} else {
		redact_add_label(redactor, left, CLASS_USER, out);
		if (has_password) {
			buf_byte(out, ':');
			add_secret(redactor, password, out);
		}
	}
	buf_byte(out, '@');
	redact_add_token(redactor, str_skip(token, (size_t)at + 1), CLASS_NAME, out);
}

static bool is_id(struct str token, enum redact_class class_)
{
	bool is_uuid = token.len == 36 && token.ptr[8] == '-' && token.ptr[13] == '-';
	bool is_number = class_ == CLASS_ID && token.len >= 6 && is_all(token, is_digit);
	bool is_pointer = str_starts(token, STR("0x")) && token.len >= 10;
	return is_uuid || is_number || is_pointer ||
	       is_hex_id(token, class_ == CLASS_ID ? 6 : HEX_MIN) ||
	       (token.len >= ID_DIGITS_MIN && is_all(token, is_digit));
}

/* What is joined by a mark, part by part. */
static void add_parts(struct redactor *redactor, struct str token, struct str mark,
                      enum redact_class class_, struct buf *out)
{
	struct str part;
	bool has_more = true;
	while (has_more) {
		has_more = str_cut(token, mark, &part, &token);
		if (part.len > 0) {
			redact_add_token(redactor, part, class_, out);
		}
		if (has_more) {
			buf_add(out, mark);
		}
	}
}

/* arn:aws:iam::ACCOUNT:role/NAME, arn:aws:s3:::BUCKET/FOLDER */
static void add_arn(struct redactor *redactor, struct str token, struct buf *out)
{
	struct str part;
	bool has_more = true, is_bucket = str_contains(token, STR(":s3:"));
	for (size_t number = 0; has_more; number++) {
		has_more = number < 5 && str_cut(token, STR(":"), &part, &token);
		part = has_more ? part : token;
		if (number < 4) {
			buf_add(out, part);
		} else if (number == 4) {
			redact_add_token(redactor, part, CLASS_ID, out);
		} else {
			struct str bucket;
			str_cut(part, STR("/"), &bucket, NULL);
			redact_add_token(redactor, bucket, is_bucket ? CLASS_DATA : CLASS_FREE,
			                 out);
			add_path(redactor, str_skip(part, bucket.len), out);
		}
		buf_add(out, has_more ? STR(":") : STR(""));
	}
}

void redact_add_token(struct redactor *redactor, struct str token, enum redact_class class_,
                      struct buf *out)
{
	if (class_ == CLASS_SECRET || is_secret_form(token) ||
	    str_starts(token, STR("root:Milvus"))) {
		add_secret(redactor, token, out);
	} else if (str_contains(token, STR("://"))) {
		add_url(redactor, token, out);
	} else if ((class_ == CLASS_USER || class_ == CLASS_DATA) && token.len < ID_DIGITS_MIN &&
	           is_all(token, is_digit)) {
		redact_add_label(redactor, token, class_, out);
	} else if (redact_add_address(redactor, token, out) ||
	           (class_ == CLASS_ID && is_all(token, is_digit) &&
	            redact_add_id(redactor, token, out)) ||
	           add_stamp(redactor, token, out)) {
		return;
	} else if (is_quantity(token) && class_ != CLASS_NAME) {
		buf_add(out, token);
	} else if (is_id(token, class_)) {
		redact_add_id(redactor, token, out);
	} else if (add_encoded(redactor, token, class_, out)) {
		return;
	} else if (str_starts(token, STR("arn:"))) {
		add_arn(redactor, token, out);
	} else if (str_find_byte(token, '@') > 0) {
		add_at(redactor, token, out);
	} else if (str_find_byte(token, '/') >= 0) {
		add_path(redactor, token, out);
	} else if (is_source_file(token)) {
		buf_add(out, token);
	} else if (str_find_byte(token, ':') >= 0) {
		add_parts(redactor, token, STR(":"), class_, out);
	} else if (str_find_byte(token, '.') >= 0) {
		add_dotted(redactor, token, class_, out);
	} else if (str_find_byte(token, '+') >= 0) {
		add_parts(redactor, token, STR("+"), class_, out);
	} else if (str_find_byte(token, '~') >= 0) {
		add_parts(redactor, token, STR("~"), class_, out);
	} else {
		redact_add_label(redactor, token, class_, out);
	}
}
