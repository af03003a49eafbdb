/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shape.h"

#include "base/vec.h"

#include <math.h>
#include <string.h>

/* Counts that every reader of JSON takes exactly. */
#define COUNT_MAX ((UINT64_C(1) << 53) - 1)

/* What all lists look like; see base/vec.h. */
struct any_list {
	char *items;
	size_t count, capacity;
};

/* Where a member stands. */
static const char *place_of(const struct shape_member *member, const void *base)
{
	const char *at = base;
	if (member->via > 0) {
		memcpy(&at, at + member->via, sizeof(at));
	}
	return at + member->offset;
}

/* ---- writing ---- */

void shape_write_count(struct shape_writer *to, const char *key, uint64_t count)
{
	json_member_int(&to->json, key, (int64_t)(count < COUNT_MAX ? count : COUNT_MAX));
}

/* Put a step of the way behind a JSON Pointer. Returns: its length before. */
static size_t step_into(struct buf *place, const char *key, size_t index)
{
	size_t len = place->len;
	if (key != NULL) {
		buf_printf(place, "/%s", key);
	} else {
		buf_printf(place, "/%zu", index);
	}
	return len;
}

struct str shape_other(const struct text_both *both, enum text_lang lang)
{
	struct str other = text_in(both, lang == TEXT_EN ? TEXT_ZH : TEXT_EN);
	return str_equals(other, text_in(both, lang)) ? (struct str){NULL, 0} : other;
}

static void write_both(struct shape_writer *to, const struct text_both *both, bool can_be_null)
{
	struct str shown = text_in(both, to->lang);
	if (shown.len == 0 && can_be_null) {
		json_write_null(&to->json);
		return;
	}
	json_write_text(&to->json, shown);
	void **place = map_put(&to->texts, shown);
	if (*place == NULL) {
		*place = (void *)(uintptr_t)both;
	} else if (!str_equals(shape_other(*place, to->lang), shape_other(both, to->lang))) {
		*map_put(&to->places, buf_str(&to->place)) = (void *)(uintptr_t)both;
	}
}

static void write_text(struct shape_writer *to, struct str text, bool can_be_null)
{
	if (text.len == 0 && can_be_null) {
		json_write_null(&to->json);
	} else {
		json_write_text(&to->json, text);
	}
}

static void write_list(struct shape_writer *to, const struct shape_member *member,
                       const struct any_list *list)
{
	unsigned indent = to->json.indent;
	json_array_begin(&to->json);
	to->json.indent = member->is_inline ? 0 : indent;
	for (size_t i = 0; i < list->count; i++) {
		size_t len = step_into(&to->place, NULL, i);
		shape_write(to, member->shape, list->items + i * member->shape->size);
		to->place.len = len;
	}
	json_array_end(&to->json);
	to->json.indent = indent;
}

static void write_sentences(struct shape_writer *to, const struct sentence_list *list)
{
	json_array_begin(&to->json);
	for (size_t i = 0; i < list->count; i++) {
		size_t len = step_into(&to->place, NULL, i);
		write_both(to, &list->items[i], false);
		to->place.len = len;
	}
	json_array_end(&to->json);
}

static void write_value(struct shape_writer *to, const struct shape_member *member, const void *at)
{
	switch (member->type) {
	case SHAPE_TEXT:
	case SHAPE_TEXT_OR_NULL:
		write_text(to, *(const struct str *)at, member->type == SHAPE_TEXT_OR_NULL);
		break;
	case SHAPE_BOTH:
	case SHAPE_BOTH_OR_NULL:
		write_both(to, at, member->type == SHAPE_BOTH_OR_NULL);
		break;
	case SHAPE_SENTENCES:
		write_sentences(to, at);
		break;
	case SHAPE_TIME:
		json_write_time(&to->json, *(const int64_t *)at);
		break;
	case SHAPE_MS:
		json_write_ms(&to->json, *(const int64_t *)at);
		break;
	case SHAPE_BOOL:
		json_write_bool(&to->json, *(const bool *)at);
		break;
	case SHAPE_NUMBER:
	case SHAPE_SHARE:
		json_write_double(&to->json, *(const double *)at, 3);
		break;
	case SHAPE_OBJECT:
		shape_write(to, member->shape, at);
		break;
	case SHAPE_LIST:
		write_list(to, member, at);
		break;
	case SHAPE_COUNT:
	case SHAPE_OWN:
		break;
	}
}

/* Key and value. */
static void write_member(struct shape_writer *to, const struct shape_member *member,
                         const void *base)
{
	const char *at = place_of(member, base);
	if (member->type == SHAPE_COUNT) {
		shape_write_count(to, member->key, *(const uint64_t *)(const void *)at);
		return;
	}
	if (member->is_rare && !*(const bool *)at) {
		return;
	}
	size_t len = step_into(&to->place, member->key, 0);
	json_write_key(&to->json, member->key);
	if (member->type == SHAPE_OWN) {
		member->write(to, base);
	} else {
		write_value(to, member, at);
	}
	to->place.len = len;
}

void shape_write(struct shape_writer *to, const struct shape *shape, const void *base)
{
	json_object_begin(&to->json);
	for (size_t i = 0; i < shape->count; i++) {
		write_member(to, &shape->members[i], base);
	}
	json_object_end(&to->json);
}

/* ---- reading ---- */

bool shape_fail(struct shape_reader *from, const char *what)
{
	size_t line = 1;
	for (const char *at = from->whole.ptr; at < from->json.text.ptr + from->json.position;
	     at++) {
		line += *at == '\n' ? 1 : 0;
	}
	return from->err->is_set ? false
	                         : error_set(from->err, "line %zu: %s", line, text_said(what));
}

/* Tells apart what is cut, what is no JSON and what is of a wrong type. */
static bool fail_token(struct shape_reader *from, enum json_token token)
{
	shape_fail(from, token == JSON_TOKEN_CUT || token == JSON_TOKEN_END
	                         ? TEXT_MARK("the report ends early")
	                 : token == JSON_TOKEN_ERROR ? TEXT_MARK("not JSON from here on")
	                                             : TEXT_MARK("a value of the wrong type"));
	return false;
}

bool shape_expect(struct shape_reader *from, enum json_token wanted, struct str *value)
{
	struct str text;
	enum json_token token = json_reader_next(&from->json, &text);
	if (value != NULL) {
		*value = text;
	}
	return token == wanted || fail_token(from, token);
}

bool shape_next_object(struct shape_reader *from)
{
	struct str value;
	enum json_token token = json_reader_next(&from->json, &value);
	if (token == JSON_TOKEN_OBJECT_BEGIN) {
		return true;
	}
	if (token != JSON_TOKEN_ARRAY_END) {
		fail_token(from, token);
	}
	return false;
}

/* A string, or null where that may be: empty then. */
bool shape_read_text(struct shape_reader *from, struct str *text, bool can_be_null)
{
	enum json_token token = json_reader_next(&from->json, text);
	if (token == JSON_TOKEN_NULL && can_be_null) {
		*text = (struct str){NULL, 0};
		return true;
	}
	return token == JSON_TOKEN_STRING || fail_token(from, token);
}

static void translate(const struct shape_reader *from, struct str shown, struct text_both *both)
{
	const struct str *other = map_get(from->places, buf_str(&from->place));
	if (other == NULL) {
		other = map_get(from->texts, shown);
	}
	both->in[TEXT_EN] = shown;
	both->in[from->lang] = shown;
	if (other != NULL && other->len > 0) {
		both->in[from->lang == TEXT_EN ? TEXT_ZH : TEXT_EN] = *other;
	}
}

static bool read_both(struct shape_reader *from, struct text_both *both, bool can_be_null)
{
	struct str shown;
	if (!shape_read_text(from, &shown, can_be_null)) {
		return false;
	}
	translate(from, shown, both);
	return true;
}

static bool read_sentences(struct shape_reader *from, struct sentence_list *list)
{
	struct str value;
	enum json_token token;
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while ((token = json_reader_next(&from->json, &value)) == JSON_TOKEN_STRING) {
		struct text_both both = {0};
		size_t len = step_into(&from->place, NULL, list->count);
		translate(from, value, &both);
		from->place.len = len;
		vec_push(list, both);
	}
	return token == JSON_TOKEN_ARRAY_END || fail_token(from, token);
}

static bool read_time(struct shape_reader *from, int64_t *time_ns)
{
	struct str text;
	enum clock_zone zone;
	size_t used;
	*time_ns = TIME_NONE;
	if (!shape_read_text(from, &text, true)) {
		return false;
	}
	if (text.ptr == NULL) {
		return true;
	}
	*time_ns = clock_parse(text, &zone, &used);
	return (*time_ns != TIME_NONE && used == text.len) ||
	       shape_fail(from, "a time is not as RFC 3339 wants it");
}

/* A number, or null where that may be: NAN then. */
bool shape_read_number(struct shape_reader *from, double *number, bool can_be_null)
{
	struct str text;
	enum json_token token = json_reader_next(&from->json, &text);
	*number = NAN;
	if (token == JSON_TOKEN_NULL && can_be_null) {
		return true;
	}
	if (token != JSON_TOKEN_NUMBER) {
		return fail_token(from, token);
	}
	return (str_to_double(text, number) && isfinite(*number)) ||
	       shape_fail(from, "a number that cannot be");
}

bool shape_read_ms(struct shape_reader *from, int64_t *duration_ns)
{
	double ms;
	*duration_ns = DURATION_NONE;
	if (!shape_read_number(from, &ms, true)) {
		return false;
	}
	if (isnan(ms)) {
		return true;
	}
	if (fabs(ms) > 9.0e12) {
		return shape_fail(from, "a duration of centuries");
	}
	*duration_ns = (int64_t)llround(ms * 1000) * NS_PER_US;
	return true;
}

bool shape_read_count(struct shape_reader *from, uint64_t *count)
{
	double number;
	if (!shape_read_number(from, &number, false)) {
		return false;
	}
	if (number < 0 || number > (double)COUNT_MAX || number != floor(number)) {
		return shape_fail(from, "a number that is no count");
	}
	*count = (uint64_t)number;
	return true;
}

static bool read_bool(struct shape_reader *from, bool *is_true)
{
	struct str value;
	enum json_token token = json_reader_next(&from->json, &value);
	*is_true = token == JSON_TOKEN_TRUE;
	return token == JSON_TOKEN_TRUE || token == JSON_TOKEN_FALSE || fail_token(from, token);
}

static void *list_add(struct any_list *list, size_t size)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity > 0 ? list->capacity * 2 : 8;
		list->items = memory_resize(list->items, list->capacity * size);
	}
	return memset(list->items + list->count++ * size, 0, size);
}

static bool read_list(struct shape_reader *from, const struct shape *shape, struct any_list *list)
{
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while (shape_next_object(from)) {
		size_t len = step_into(&from->place, NULL, list->count);
		if (!shape_read(from, shape, list_add(list, shape->size))) {
			return false;
		}
		from->place.len = len;
	}
	return !from->err->is_set;
}

static bool read_value(struct shape_reader *from, const struct shape_member *member, void *base)
{
	void *at = (void *)(uintptr_t)place_of(member, base);
	switch (member->type) {
	case SHAPE_TEXT:
	case SHAPE_TEXT_OR_NULL:
		return shape_read_text(from, at, member->type == SHAPE_TEXT_OR_NULL);
	case SHAPE_BOTH:
	case SHAPE_BOTH_OR_NULL:
		return read_both(from, at, member->type == SHAPE_BOTH_OR_NULL);
	case SHAPE_SENTENCES:
		return read_sentences(from, at);
	case SHAPE_TIME:
		return read_time(from, at);
	case SHAPE_MS:
		return shape_read_ms(from, at);
	case SHAPE_COUNT:
		return shape_read_count(from, at);
	case SHAPE_BOOL:
		return read_bool(from, at);
	case SHAPE_NUMBER:
		return shape_read_number(from, at, true);
	case SHAPE_SHARE:
		return shape_read_number(from, at, false) &&
		       ((*(double *)at >= 0 && *(double *)at <= 1) ||
		        shape_fail(from, "a share that is not from 0 to 1"));
	case SHAPE_OBJECT:
		return shape_expect(from, JSON_TOKEN_OBJECT_BEGIN, NULL) &&
		       shape_read(from, member->shape, at);
	case SHAPE_LIST:
		return read_list(from, member->shape, at);
	case SHAPE_OWN:
		return member->read(from, base);
	}
	return false;
}

static const struct shape_member *find(const struct shape *shape, struct str key)
{
	for (size_t i = 0; i < shape->count; i++) {
		if (str_equals(key, str_from(shape->members[i].key))) {
			return &shape->members[i];
		}
	}
	return NULL;
}

static bool fail_key(struct shape_reader *from, const char *key, const char *format)
{
	char text[128];
	struct buf buf = {0};
	buf_printf(&buf, text_said(format), key);
	size_t len = buf.len < sizeof(text) - 1 ? buf.len : sizeof(text) - 1;
	memcpy(text, buf.ptr, len);
	text[len] = '\0';
	buf_finish(&buf);
	return shape_fail(from, text);
}

bool shape_read(struct shape_reader *from, const struct shape *shape, void *base)
{
	uint64_t seen = 0;
	struct str key;
	enum json_token token;
	while ((token = json_reader_next(&from->json, &key)) == JSON_TOKEN_KEY) {
		const struct shape_member *member = find(shape, key);
		uint64_t bit = member == NULL ? 0 : UINT64_C(1) << (member - shape->members);
		if ((seen & bit) != 0) {
			return fail_key(from, member->key, TEXT_MARK("\"%s\" is there twice"));
		}
		seen |= bit;
		if (member == NULL) {
			json_reader_skip(&from->json);
			continue;
		}
		size_t len = step_into(&from->place, member->key, 0);
		if (!read_value(from, member, base)) {
			return fail_token(from, JSON_TOKEN_ERROR);
		}
		from->place.len = len;
	}
	if (token != JSON_TOKEN_OBJECT_END) {
		return fail_token(from, token);
	}
	for (size_t i = 0; i < shape->count; i++) {
		if ((seen >> i & 1) == 0 && !shape->members[i].is_optional) {
			return fail_key(from, shape->members[i].key,
			                TEXT_MARK("\"%s\" is missing"));
		}
	}
	return true;
}
