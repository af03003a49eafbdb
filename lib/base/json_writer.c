/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/duration.h"
#include "base/json.h"
#include "base/text.h"

#include <math.h>

enum { WRITER_DECIMALS_MAX = 15 };

#define WRITER_NUMBER_MAX 1e19

void json_writer_init(struct json_writer *writer, struct buf *out, unsigned indent)
{
	*writer = (struct json_writer){.out = out, .indent = indent};
}

static void new_line(struct json_writer *writer)
{
	if (writer->indent == 0) {
		return;
	}
	buf_byte(writer->out, '\n');
	for (unsigned i = 0; i < writer->depth * writer->indent; i++) {
		buf_byte(writer->out, ' ');
	}
}

/* What stands before a value or key. */
static void begin(struct json_writer *writer)
{
	if (writer->is_after_key) {
		writer->is_after_key = false;
		return;
	}
	if (writer->needs_comma) {
		buf_byte(writer->out, ',');
	}
	if (writer->depth > 0) {
		new_line(writer);
	}
}

static void open_level(struct json_writer *writer, char bracket)
{
	begin(writer);
	buf_byte(writer->out, bracket);
	writer->depth++;
	writer->needs_comma = false;
}

static void close_level(struct json_writer *writer, char bracket)
{
	writer->depth--;
	if (writer->needs_comma) {
		new_line(writer);
	}
	buf_byte(writer->out, bracket);
	writer->needs_comma = true;
}

void json_object_begin(struct json_writer *writer)
{
	open_level(writer, '{');
}

void json_object_end(struct json_writer *writer)
{
	close_level(writer, '}');
}

void json_array_begin(struct json_writer *writer)
{
	open_level(writer, '[');
}

void json_array_end(struct json_writer *writer)
{
	close_level(writer, ']');
}

static void write_unit(struct buf *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	buf_add(out, STR("\\u"));
	for (int shift = 12; shift >= 0; shift -= 4) {
		buf_byte(out, digits[unit >> shift & 15]);
	}
}

/* One character that cannot stay as it is, or one bad byte. Returns: bytes read. */
static size_t write_character(struct buf *out, struct str text)
{
	static const char short_escapes[] = "\"\\\n\t\r\b\f", letters[] = "\"\\ntrbf";
	size_t len = text_character(text);
	if (len == 0) {
		buf_add(out, STR("\xef\xbf\xbd"));
		return 1;
	}
	ptrdiff_t at = str_find_byte(STR(short_escapes), text.ptr[0]);
	uint32_t point = text_point(text, len);
	if (at >= 0) {
		buf_byte(out, '\\');
		buf_byte(out, letters[at]);
	} else if (!text_is_hidden(point)) {
		buf_add(out, str_slice(text, 0, len));
	} else if (point < 0x10000) {
		write_unit(out, point);
	} else {
		write_unit(out, 0xd800 + ((point - 0x10000) >> 10));
		write_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
	}
	return len;
}

static void write_escaped(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t plain = 0;
		while (plain < text.len && text.ptr[plain] >= ' ' && text.ptr[plain] < 0x7f &&
		       text.ptr[plain] != '"' && text.ptr[plain] != '\\') {
			plain++;
		}
		buf_add(out, str_slice(text, 0, plain));
		text = str_skip(text, plain);
		if (text.len > 0) {
			text = str_skip(text, write_character(out, text));
		}
	}
}

void json_write_key(struct json_writer *writer, const char *key)
{
	json_write_key_text(writer, str_from(key));
}

void json_write_key_text(struct json_writer *writer, struct str key)
{
	begin(writer);
	buf_byte(writer->out, '"');
	write_escaped(writer->out, key);
	buf_add(writer->out, writer->indent > 0 ? STR("\": ") : STR("\":"));
	writer->is_after_key = true;
}

void json_write_text(struct json_writer *writer, struct str text)
{
	begin(writer);
	buf_byte(writer->out, '"');
	write_escaped(writer->out, text);
	buf_byte(writer->out, '"');
	writer->needs_comma = true;
}

static void write_raw(struct json_writer *writer, struct str text)
{
	begin(writer);
	buf_add(writer->out, text);
	writer->needs_comma = true;
}

void json_write_raw(struct json_writer *writer, struct str value)
{
	begin(writer);
	buf_add(writer->out, value);
	writer->needs_comma = true;
}

void json_write_int(struct json_writer *writer, int64_t number)
{
	begin(writer);
	buf_printf(writer->out, "%lld", (long long)number);
	writer->needs_comma = true;
}

void json_write_double(struct json_writer *writer, double number, unsigned decimals)
{
	double magnitude = fabs(number);
	if (!isfinite(number) || magnitude >= WRITER_NUMBER_MAX) {
		json_write_null(writer);
		return;
	}
	uint64_t scale = 1;
	for (unsigned i = 0; i < decimals && i < WRITER_DECIMALS_MAX; i++) {
		scale *= 10;
	}
	/* the whole part is taken off first: large numbers have no bits left for decimals */
	uint64_t whole = (uint64_t)magnitude;
	uint64_t fraction = (uint64_t)((magnitude - (double)whole) * (double)scale + 0.5);
	whole += fraction / scale;
	fraction %= scale;
	begin(writer);
	buf_printf(writer->out, "%s%llu", number < 0 && whole + fraction > 0 ? "-" : "",
	           (unsigned long long)whole);
	if (fraction > 0) {
		buf_byte(writer->out, '.');
		for (uint64_t digit = scale / 10; fraction > 0; digit /= 10) {
			buf_byte(writer->out, (char)('0' + fraction / digit));
			fraction %= digit;
		}
	}
	writer->needs_comma = true;
}

void json_write_bool(struct json_writer *writer, bool value)
{
	write_raw(writer, value ? STR("true") : STR("false"));
}

void json_write_null(struct json_writer *writer)
{
	write_raw(writer, STR("null"));
}

void json_write_time(struct json_writer *writer, int64_t time_ns)
{
	char text[CLOCK_TEXT_MAX];
	if (time_ns == TIME_NONE) {
		json_write_null(writer);
	} else {
		json_write_text(writer, clock_write(text, time_ns, NULL));
	}
}

void json_write_ms(struct json_writer *writer, int64_t duration_ns)
{
	char text[DURATION_TEXT_MAX];
	if (duration_ns == DURATION_NONE) {
		json_write_null(writer);
	} else {
		write_raw(writer, duration_write_ms(text, duration_ns));
	}
}

void json_member_text(struct json_writer *writer, const char *key, struct str text)
{
	json_write_key(writer, key);
	json_write_text(writer, text);
}

void json_member_int(struct json_writer *writer, const char *key, int64_t number)
{
	json_write_key(writer, key);
	json_write_int(writer, number);
}
