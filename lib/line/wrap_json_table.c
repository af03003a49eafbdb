/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as JSON, of which a record is
 *   a row of CloudWatch Insights:  [{"field":"@message","value":"text"},...]
 *   a table of Log Analytics:
 * {"name":"T","columns":[{"name":"LogMessage"},...],"rows":[["text",...],...]}
 */
#include "base/json.h"
#include "line/export.h"

enum { COLUMNS_MAX = 64 };

struct column {
	enum export_field field;
	unsigned rank;
};

static bool is_row(struct str line)
{
	struct str inside = export_skip_blanks(str_skip(line, 1));
	return str_starts(line, STR("[")) && str_starts(inside, STR("{")) &&
	       str_starts(export_skip_blanks(str_skip(inside, 1)), STR("\"field\""));
}

static bool is_table(struct str line)
{
	struct str inside = export_skip_blanks(str_skip(line, 1));
	return str_starts(line, STR("{")) &&
	       (str_starts(inside, STR("\"name\"")) || str_starts(inside, STR("\"columns\""))) &&
	       str_find(str_slice(line, 0, 256), STR("\"columns\"")) >= 0;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)state;
	return context->is_record && (is_row(line) || is_table(line)) ? 65 : 0;
}

static struct str without_end(struct str text)
{
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r')) {
		text.len--;
	}
	return text;
}

static bool is_value(enum json_token token)
{
	return token == JSON_TOKEN_STRING || token == JSON_TOKEN_NUMBER || token == JSON_TOKEN_CUT;
}

/* ---- rows of fields ---- */

/* One {"field":"@message","value":"text"}, of which the bracket was read. Returns: false when it is
 * not closed. */
static bool take_field(struct json_reader *reader, struct export_entry *entry)
{
	struct str key, value, name = {NULL, 0}, text = {NULL, 0};
	enum json_token token;
	while ((token = json_reader_next(reader, &key)) == JSON_TOKEN_KEY) {
		token = json_reader_next(reader, &value);
		if (!is_value(token)) {
			return false;
		}
		entry->wrap->is_cut |= token == JSON_TOKEN_CUT;
		name = str_equals(key, STR("field")) ? value : name;
		text = str_equals(key, STR("value")) ? value : text;
	}
	unsigned rank = 0;
	enum export_field field = export_field_of((struct str){NULL, 0}, name, &rank);
	if (field != EXPORT_OTHER) {
		export_set(entry, field, rank, text);
	}
	return token == JSON_TOKEN_OBJECT_END;
}

static enum wrap_result peel_row(struct wrap_context *context, struct wrap *wrap)
{
	struct json_reader reader;
	struct export_entry entry;
	struct wrap row = *wrap;
	struct str value;
	json_reader_init(&reader, wrap->text, context->tmp);
	export_begin(&entry, &row);
	json_reader_next(&reader, &value);
	while (json_reader_next(&reader, &value) == JSON_TOKEN_OBJECT_BEGIN &&
	       take_field(&reader, &entry)) {
	}
	if (entry.text.ptr == NULL) {
		return WRAP_REFUSED;
	}
	row.text = without_end(entry.text);
	*wrap = row;
	return WRAP_PEELED;
}

/* ---- tables ---- */

/* The array of columns, of which the bracket was read. Returns: how many */
static size_t read_columns(struct json_reader *reader, struct column *columns)
{
	size_t count = 0;
	struct str key, value;
	while (json_reader_next(reader, &value) == JSON_TOKEN_OBJECT_BEGIN) {
		struct column column = {EXPORT_OTHER, 0};
		while (json_reader_next(reader, &key) == JSON_TOKEN_KEY) {
			struct json_reader before = *reader;
			enum json_token token = json_reader_next(reader, &value);
			if (!is_value(token)) {
				*reader = before;
				json_reader_skip(reader);
			} else if (str_equals(key, STR("name"))) {
				column.field = export_field_of_head(value, &column.rank);
			}
		}
		if (count < COLUMNS_MAX) {
			columns[count++] = column;
		}
	}
	return count;
}

/* One row, of which the bracket was read. Returns: false when it is not closed. */
static bool give_row(struct wrap_context *context, struct json_reader *reader,
                     const struct wrap *table, const struct column *columns, size_t count)
{
	struct wrap row = *table;
	struct export_entry entry;
	struct str value;
	enum json_token token = JSON_TOKEN_END;
	export_begin(&entry, &row);
	row.offset += reader->position - 1;
	for (size_t i = 0;; i++) {
		struct json_reader before = *reader;
		token = json_reader_next(reader, &value);
		if (token == JSON_TOKEN_OBJECT_BEGIN || token == JSON_TOKEN_ARRAY_BEGIN) {
			*reader = before;
			json_reader_skip(reader);
		} else if (token == JSON_TOKEN_ARRAY_END || token == JSON_TOKEN_END ||
		           token == JSON_TOKEN_ERROR) {
			break;
		} else if (is_value(token) && i < count && columns[i].field != EXPORT_OTHER) {
			export_set(&entry, columns[i].field, columns[i].rank, value);
			row.is_cut |= token == JSON_TOKEN_CUT;
		}
	}
	if (entry.text.ptr != NULL) {
		row.text = without_end(entry.text);
		wrap_give(context, &row);
	}
	return token == JSON_TOKEN_ARRAY_END;
}

static enum wrap_result peel_table(struct wrap_context *context, const struct wrap *wrap)
{
	struct column columns[COLUMNS_MAX];
	struct json_reader reader;
	struct str key, value;
	size_t count = 0, given = context->given.count;
	json_reader_init(&reader, wrap->text, context->tmp);
	json_reader_next(&reader, &value);
	while (json_reader_next(&reader, &key) == JSON_TOKEN_KEY) {
		struct json_reader before = reader;
		bool is_array = json_reader_next(&reader, &value) == JSON_TOKEN_ARRAY_BEGIN;
		if (is_array && str_equals(key, STR("columns"))) {
			count = read_columns(&reader, columns);
		} else if (is_array && str_equals(key, STR("rows"))) {
			while (json_reader_next(&reader, &value) == JSON_TOKEN_ARRAY_BEGIN &&
			       give_row(context, &reader, wrap, columns, count)) {
			}
		} else {
			reader = before;
			json_reader_skip(&reader);
		}
	}
	return context->given.count > given ? WRAP_GIVEN : WRAP_REFUSED;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	return is_row(wrap->text)     ? peel_row(context, wrap)
	       : is_table(wrap->text) ? peel_table(context, wrap)
	                              : WRAP_REFUSED;
}

const struct wrapper wrapper_json_table = {
	.name = "json-table", .first = "[{", .bid = bid, .bid_max = 65, .peel = peel};
