/* SPDX-License-Identifier: Apache-2.0 */
#include "line/items.h"

#include "line/shape.h"

#include <string.h>

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static struct str skip_blanks(struct str text)
{
	size_t i = 0;
	while (i < text.len && is_blank(text.ptr[i])) {
		i++;
	}
	return str_skip(text, i);
}

/* First keys of the answers of log stores: Elasticsearch, Kibana, CloudWatch, Loki, Log Analytics.
 */
static bool is_answer(struct str text)
{
	static const struct str keys[] = {
		STR_INIT("\"hits\""),
		STR_INIT("\"took\""),
		STR_INIT("\"events\""),
		STR_INIT("\"rawResponse\""),
		STR_INIT("\"_scroll_id\""),
		STR_INIT("\"searchedLogStreams\""),
		STR_INIT("\"nextToken\""),
		STR_INIT("\"nextForwardToken\""),
		STR_INIT("\"nextBackwardToken\""),
		STR_INIT("\"entries\""),
		STR_INIT("\"data\""),
		STR_INIT("\"logs\""),
		STR_INIT("\"responses\""),
		STR_INIT("\"results\""),
		STR_INIT("\"queryLanguage\""),
		STR_INIT("\"statistics\""),
		STR_INIT("\"tables\""),
	};
	if (str_starts(text, STR("\"status\""))) {
		text = skip_blanks(str_skip(text, 8));
		return str_starts(text, STR(":")) &&
		       str_starts(skip_blanks(str_skip(text, 1)), STR("\"success\""));
	}
	return str_starts_any(text, keys, sizeof(keys) / sizeof(keys[0]));
}

/* An answer of several searches holds others: [{"took":1,"hits":{... */
static bool is_inner_answer(struct str text)
{
	static const struct str keys[] = {STR_INIT("\"took\""), STR_INIT("\"hits\"")};
	return str_starts_any(skip_blanks(str_skip(text, 1)), keys, sizeof(keys) / sizeof(keys[0]));
}

/* A row of CloudWatch Insights: [{"field":"@message","value":"text"},... */
static bool is_row(struct str text)
{
	struct str inside = skip_blanks(str_skip(text, 1));
	return str_starts(inside, STR("{")) &&
	       str_starts(skip_blanks(str_skip(inside, 1)), STR("\"field\""));
}

bool items_begin(struct items *items, struct str text, bool is_stream_start)
{
	*items = (struct items){0};
	if (text.len == 0 || (text.ptr[0] != '[' && text.ptr[0] != '{')) {
		return false;
	}
	struct str head = str_slice(text, 0, 4096), inside = skip_blanks(str_skip(head, 1));
	bool is_line_end = inside.ptr > text.ptr + 1 &&
	                   memchr(text.ptr, '\n', (size_t)(inside.ptr - text.ptr)) != NULL;
	if (inside.len == 0) {
		return false;
	}
	if (text.ptr[0] == '[') {
		return is_stream_start && inside.ptr[0] == '{' &&
		       str_starts(skip_blanks(str_skip(inside, 1)), STR("\""));
	}
	if (is_stream_start && is_answer(inside)) {
		return true;
	}
	items->is_alone = true;
	return is_line_end && inside.ptr[0] == '"';
}

static bool may_begin_line(char byte)
{
	return is_blank(byte) || (byte >= '0' && byte <= '9') ||
	       str_find_byte(STR("\"{}[],-tfn:"), byte) >= 0;
}

/* A record of a program at the start of a line is no part of an object that is printed over several
 * lines. */
static bool is_foreign(const struct items *items, struct str text)
{
	return items->is_alone && shape_starts_strongly(str_skip(text, items->at));
}

static bool is_array(const struct items *items, unsigned depth)
{
	return depth > 0 && (items->arrays >> (depth - 1) & 1) != 0;
}

/* text: begins with the bracket */
static void open_level(struct items *items, struct str text)
{
	char byte = text.ptr[0];
	bool may_be = items->item_depth == 0 && (items->is_alone || is_array(items, items->depth));
	bool is_record = may_be && (byte == '{' ? !is_inner_answer(text) : is_row(text));
	uint64_t bit = UINT64_C(1) << items->depth;
	items->arrays = byte == '[' ? items->arrays | bit : items->arrays & ~bit;
	items->depth++;
	if (is_record) {
		items->item_depth = items->depth;
		items->start = items->at;
	}
}

/* Inside a string: to its end, or to the end of the text. False: a line ends in it. */
static bool pass_string(struct items *items, struct str text)
{
	while (items->at < text.len) {
		char byte = text.ptr[items->at++];
		if (byte == '\n') {
			return false;
		}
		if (items->is_escaped) {
			items->is_escaped = false;
		} else if (byte == '\\') {
			items->is_escaped = true;
		} else if (byte == '"') {
			items->in_string = false;
			return true;
		}
	}
	return true;
}

/* Returns: whether the level that ended was the record's. */
static bool close_level(struct items *items)
{
	items->depth--;
	if (items->item_depth == 0 || items->depth >= items->item_depth) {
		return false;
	}
	items->item_depth = 0;
	items->has_item = true;
	return true;
}

enum items_result items_scan(struct items *items, struct str text, size_t *start, size_t *end)
{
	if (items->has_item && items->depth == 0) {
		*end = items->at;
		return ITEMS_DONE;
	}
	while (items->at < text.len) {
		char byte = text.ptr[items->at];
		if (items->in_string) {
			if (!pass_string(items, text)) {
				return ITEMS_WRONG;
			}
			continue;
		}
		bool is_line_start = items->at > 0 && text.ptr[items->at - 1] == '\n';
		if (is_line_start && (!may_begin_line(byte) || is_foreign(items, text))) {
			return ITEMS_WRONG;
		}
		if (byte == '"') {
			items->in_string = true;
		} else if (byte == '{' || byte == '[') {
			if (items->depth >= ITEMS_DEPTH_MAX) {
				return ITEMS_WRONG;
			}
			open_level(items, str_skip(text, items->at));
		} else if ((byte == '}' || byte == ']') && close_level(items)) {
			items->at++;
			*start = items->start;
			*end = items->at;
			return ITEMS_ITEM;
		}
		items->at++;
		if (items->depth == 0) {
			*end = items->at;
			return items->has_item ? ITEMS_DONE : ITEMS_WRONG;
		}
	}
	return ITEMS_MORE;
}

void items_shift(struct items *items, size_t count)
{
	items->at -= count;
	items->start -= items->item_depth > 0 ? count : 0;
}
