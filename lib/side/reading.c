/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, words and values of documents. */
#include "base/text.h"
#include "side/readers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { JSON_FAULTS_MAX = 32, JSON_CUTS_MAX = 3 /* each was read to the end of the text */ };

/* ---- lines and words ---- */

bool side_line(struct str *rest, struct str *line)
{
	enum { TURNS_MAX = 8 };
	size_t len = 0, behind;
	if (rest->len == 0) {
		return false;
	}
	while (len < rest->len && rest->ptr[len] != '\n' && rest->ptr[len] != '\r') {
		len++;
	}
	/* CRs before a LF belong to one end; a lone CR is one by itself */
	for (behind = len;
	     behind < rest->len && behind < len + TURNS_MAX && rest->ptr[behind] == '\r';
	     behind++) {
	}
	bool is_end = behind < rest->len && rest->ptr[behind] == '\n';
	*line = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, is_end ? behind + 1 : len + 1);
	return true;
}

struct str side_line_starts(struct str text, struct str prefix)
{
	struct str rest = text;
	for (;;) {
		ptrdiff_t at = str_find(rest, prefix);
		if (at < 0) {
			return (struct str){NULL, 0};
		}
		const char *from = rest.ptr + at;
		while (from > text.ptr && (from[-1] == ' ' || from[-1] == '\t')) {
			from--;
		}
		if (from == text.ptr || from[-1] == '\n' || from[-1] == '\r') {
			struct str line, found = str_skip(rest, (size_t)at);
			side_line(&found, &line);
			return str_trim(line);
		}
		rest = str_skip(rest, (size_t)at + prefix.len);
	}
}

struct str side_line_of(const struct side_sink *sink, struct str *from, struct str needle)
{
	ptrdiff_t at = needle.len == 0 ? -1 : str_find(*from, needle);
	struct str where = *from;
	if (at < 0 && needle.len > 0) {
		where = sink->text;
		at = str_find(where, needle);
	}
	if (at < 0) {
		return STR("");
	}
	*from = str_skip(where, (size_t)at + needle.len);
	return str_slice(where, (size_t)at, (size_t)at + needle.len);
}

struct str side_word(struct str *rest)
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

size_t side_words(struct str line, struct str *words)
{
	size_t count = 0;
	for (struct str word = side_word(&line); word.len > 0 && count < SIDE_COLUMNS_MAX;
	     word = side_word(&line)) {
		words[count++] = word;
	}
	return count;
}

bool side_between(struct str text, struct str before, struct str after, struct str *what)
{
	struct str rest;
	return str_cut(text, before, NULL, &rest) && str_cut(rest, after, what, NULL);
}

/* ---- values ---- */

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Bytes of the number that text begins with. */
static size_t number_len(struct str text, char point)
{
	size_t len = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+') ? 1 : 0, digits = 0;
	for (; len < text.len && is_digit(text.ptr[len]); len++) {
		digits++;
	}
	if (len + 1 < text.len && (text.ptr[len] == '.' || text.ptr[len] == point) &&
	    is_digit(text.ptr[len + 1])) {
		for (len++; len < text.len && is_digit(text.ptr[len]); len++) {
			digits++;
		}
	}
	if (digits == 0) {
		return 0;
	}
	size_t exponent = len;
	if (exponent < text.len && (text.ptr[exponent] == 'e' || text.ptr[exponent] == 'E')) {
		exponent++;
		if (exponent < text.len &&
		    (text.ptr[exponent] == '+' || text.ptr[exponent] == '-')) {
			exponent++;
		}
		if (exponent < text.len && is_digit(text.ptr[exponent])) {
			while (exponent < text.len && is_digit(text.ptr[exponent])) {
				exponent++;
			}
			return exponent;
		}
	}
	return len;
}

static size_t read_number(struct str text, char point, double *number)
{
	char plain[64];
	size_t len = number_len(text, point);
	if (len == 0 || len >= sizeof(plain)) {
		return 0;
	}
	for (size_t i = 0; i < len; i++) {
		plain[i] = text.ptr[i] == ',' ? '.' : text.ptr[i];
	}
	size_t sign = plain[0] == '+' ? 1 : 0;
	return str_to_double((struct str){plain + sign, len - sign}, number) ? len : 0;
}

bool side_number(struct str text, double *number)
{
	return read_number(str_trim(text), '.', number) > 0;
}

bool side_number_local(struct str text, double *number)
{
	return read_number(str_trim(text), ',', number) > 0;
}

bool side_number_after(struct str text, struct str mark, double *number)
{
	ptrdiff_t at = str_find(text, mark);
	return at >= 0 && side_number(str_skip(text, (size_t)at + mark.len), number);
}

bool side_bytes(struct str text, bool is_binary, double *bytes)
{
	static const char letters[] = "kmgtp";
	text = str_trim(text);
	size_t len = read_number(text, ',', bytes);
	if (len == 0) {
		return false;
	}
	struct str unit = str_trim(str_skip(text, len));
	char letter = unit.len > 0 ? (char)(unit.ptr[0] | 0x20) : '\0';
	const char *at = letter == '\0' ? NULL : strchr(letters, letter);
	if (at == NULL) {
		return true;
	}
	double base = is_binary || (unit.len > 1 && unit.ptr[1] == 'i') ? 1024 : 1000;
	for (const char *i = letters; i <= at; i++) {
		*bytes *= base;
	}
	return true;
}

int64_t side_time_rfc1123(struct str text)
{
	struct str rest = str_trim(text);
	enum clock_zone zone;
	uint64_t day = 0, year = 0;
	if (!str_cut(rest, STR(", "), NULL, &rest)) {
		return TIME_NONE;
	}
	struct str day_text = side_word(&rest);
	int month = clock_month(side_word(&rest));
	struct str year_text = side_word(&rest);
	struct str clock = side_word(&rest), offset = side_word(&rest);
	bool is_date = str_to_uint64(day_text, &day) && day >= 1 && day <= 31 && month > 0 &&
	               str_to_uint64(year_text, &year) && year >= 1970 && year < 2200 &&
	               clock.len < 16 && offset.len < 8;
	if (!is_date) {
		return TIME_NONE;
	}
	char plain[64];
	int len = snprintf(plain, sizeof(plain), "%04d-%02d-%02dT" STR_FMT STR_FMT, (int)year,
	                   month, (int)day, STR_ARG(clock), STR_ARG(offset));
	return clock_parse((struct str){plain, (size_t)len}, &zone, NULL);
}

int64_t side_time(struct str text)
{
	enum clock_zone zone;
	return str_starts(text, STR("0001-01-01")) ? TIME_NONE : clock_parse(text, &zone, NULL);
}

/* ---- tables ---- */

static size_t characters(struct str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		count += ((unsigned char)text.ptr[i] & 0xc0) == 0x80 ? 0 : 1;
	}
	return count;
}

/* Byte at which a character begins; the text's length behind its end. */
static size_t byte_of(struct str text, size_t character)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
			if (count == character) {
				return i;
			}
			count++;
		}
	}
	return text.len;
}

static void add_column(struct side_table_columns *columns, struct str name, size_t start)
{
	if (columns->count < SIDE_COLUMNS_MAX) {
		columns->names[columns->count] = str_trim(name);
		columns->starts[columns->count++] = start;
	}
}

static bool is_bar(struct str text, size_t at, size_t *len)
{
	*len = text.ptr[at] == '|' ? 1 : str_starts(str_skip(text, at), STR("│")) ? 3 : 0;
	return *len > 0;
}

/* Cells between bars. Returns: their number. */
static size_t split_bars(struct str line, struct str *cells)
{
	size_t count = 0, from = 0, len;
	bool is_inside = false;
	for (size_t i = 0; i < line.len; i++) {
		if (!is_bar(line, i, &len)) {
			continue;
		}
		if (is_inside && count < SIDE_COLUMNS_MAX) {
			cells[count++] = str_trim(str_slice(line, from, i));
		}
		is_inside = true;
		from = i + len;
	}
	return count;
}

void side_columns_read(struct side_table_columns *columns, struct str line)
{
	size_t len;
	struct str trimmed = str_trim(line);
	columns->count = 0;
	columns->has_bars = trimmed.len > 0 && is_bar(trimmed, 0, &len);
	if (columns->has_bars) {
		columns->count = split_bars(line, columns->names);
		return;
	}
	size_t at = 0;
	while (at < line.len) {
		while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t')) {
			at++;
		}
		size_t from = at;
		while (at < line.len && line.ptr[at] != '\t' &&
		       !str_starts(str_skip(line, at), STR("  "))) {
			at++;
		}
		if (at > from) {
			add_column(columns, str_slice(line, from, at),
			           characters(str_slice(line, 0, from)));
		}
	}
}

/* Cells parted by two blanks or tabs; for tables whose columns were moved. */
static size_t split_blanks(struct str line, struct str *cells)
{
	struct side_table_columns row;
	side_columns_read(&row, line);
	for (size_t i = 0; i < row.count; i++) {
		cells[i] = row.names[i];
	}
	return row.count;
}

bool side_columns_row(const struct side_table_columns *columns, struct str line, struct str *cells)
{
	if (columns->has_bars) {
		return split_bars(line, cells) == columns->count;
	}
	for (size_t i = 0; i < columns->count; i++) {
		size_t from = byte_of(line, columns->starts[i]);
		size_t to =
			i + 1 < columns->count ? byte_of(line, columns->starts[i + 1]) : line.len;
		if (i > 0 && from > 0 && from < line.len && line.ptr[from - 1] != ' ') {
			return split_blanks(line, cells) == columns->count;
		}
		cells[i] = str_trim(str_slice(line, from, to));
	}
	return columns->count > 0;
}

struct str side_cell(const struct side_table_columns *columns, const struct str *cells,
                     const char *name)
{
	for (size_t i = 0; i < columns->count; i++) {
		if (str_equals_ignore_case(columns->names[i], str_from(name))) {
			return cells[i];
		}
	}
	return STR("");
}

/* ---- trees ---- */

/* A '{' or '[' that is the first thing of its line. Returns: its place in text; -1 */
static ptrdiff_t find_value(struct str text)
{
	bool is_start = true;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];
		if (is_start && (byte == '{' || byte == '[')) {
			return (ptrdiff_t)i;
		}
		is_start = byte == '\n' || byte == '\r' ||
		           (is_start && (byte == ' ' || byte == '\t' || byte == '>'));
	}
	return -1;
}

struct json *side_json_next(struct side_sink *sink, struct str *rest, struct str *raw)
{
	int cuts = 0;
	for (int faults = 0; faults < JSON_FAULTS_MAX && cuts < JSON_CUTS_MAX; faults++) {
		ptrdiff_t at = find_value(*rest);
		if (at < 0) {
			break;
		}
		struct str from = str_skip(*rest, (size_t)at), value;
		struct json_reader reader;
		json_reader_init(&reader, from, sink->tmp);
		enum json_token token = json_reader_next(&reader, &value);
		while (token > JSON_TOKEN_CUT) {
			token = json_reader_next(&reader, &value);
		}
		if (token == JSON_TOKEN_END) {
			*raw = str_slice(from, 0, reader.position);
			*rest = str_skip(from, reader.position);
			struct json *document = json_parse(*raw, NULL);
			if (document != NULL) {
				side_claim(sink, *raw);
				return document;
			}
			continue;
		}
		if (token == JSON_TOKEN_CUT) {
			sink->damage = STR(TEXT_MARK("the text ends inside a JSON value"));
			cuts++;
		}
		struct str line;
		*rest = from;
		side_line(rest, &line);
	}
	*rest = STR("");
	return NULL;
}

const struct json *side_json_path(const struct json *value, ...)
{
	va_list names;
	va_start(names, value);
	for (const char *name = va_arg(names, const char *); name != NULL;
	     name = va_arg(names, const char *)) {
		value = json_get(value, name);
	}
	va_end(names);
	return value;
}
