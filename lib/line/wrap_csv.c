/* SPDX-License-Identifier: Apache-2.0 */
/* Exports as a table with a head: CSV, and Excel's with tabs. Cells may hold line ends (RFC 4180).
 */
#include "line/export.h"
#include "line/shape.h"

#include <string.h>

enum { COLUMNS_MAX = 64, ROW_LINES_MAX = 5000 };

struct column {
	enum export_field field;
	unsigned rank;
};

struct csv {
	bool is_on;          /* the first line is a head */
	bool has_begun;      /* the first line was looked at */
	bool wants_text;     /* no name in it told which column holds the lines */
	unsigned head_lines; /* not peeled yet */
	char separator;
	struct column columns[COLUMNS_MAX];
	size_t column_count;
	struct buf row;    /* the lines of a row so far */
	struct wrap first; /* its first one */
	size_t lines;
	bool is_open;
	bool in_quotes;
};

/* The cell at the start of a row, unquoted; the row goes on behind it. lines: line ends before the
 * cell are counted. */
static struct str take_cell(struct str *row, char separator, struct arena *tmp)
{
	if (!str_starts(*row, STR("\""))) {
		ptrdiff_t end = str_find_byte(*row, separator);
		struct str cell = str_slice(*row, 0, end < 0 ? row->len : (size_t)end);
		*row = end < 0 ? (struct str){NULL, 0} : str_skip(*row, (size_t)end + 1);
		return cell;
	}
	char *out = arena_alloc(tmp, row->len, 1);
	size_t len = 0, i = 1;
	for (; i < row->len; i++) {
		if (row->ptr[i] == '"' && (i + 1 >= row->len || row->ptr[i + 1] != '"')) {
			break;
		}
		i += row->ptr[i] == '"' ? 1 : 0;
		out[len++] = row->ptr[i];
	}
	struct str rest = str_skip(*row, i + 1);
	ptrdiff_t end = str_find_byte(rest, separator);
	*row = end < 0 ? (struct str){NULL, 0} : str_skip(rest, (size_t)end + 1);
	return (struct str){out, len};
}

/* Read a line of names. Returns: whether it is one with a time or a place in it. */
static bool read_head(struct csv *csv, struct str line, char separator, struct arena *tmp)
{
	enum { NAME_MAX = 64 };
	bool has_other = false;
	csv->separator = separator;
	csv->column_count = 0;
	csv->wants_text = true;
	if (str_find_byte(line, '{') >= 0 || str_contains(line, STR("\":"))) {
		return false; /* a record's members */
	}
	while (line.ptr != NULL && csv->column_count < COLUMNS_MAX) {
		struct str name = str_trim(take_cell(&line, separator, tmp));
		struct column *column = &csv->columns[csv->column_count++];
		if (name.len > NAME_MAX) {
			return false;
		}
		column->field = export_field_of_head(name, &column->rank);
		csv->wants_text &= column->field != EXPORT_TEXT;
		has_other |= column->field == EXPORT_TIME || column->field == EXPORT_POD;
	}
	return has_other && csv->column_count > 1;
}

/* The lines are in the column that holds a record. */
static void learn_text(struct csv *csv, struct str row, struct arena *tmp)
{
	for (size_t i = 0; i < csv->column_count && row.ptr != NULL; i++) {
		if (shape_starts_dated(take_cell(&row, csv->separator, tmp))) {
			csv->columns[i] = (struct column){.field = EXPORT_TEXT};
			csv->wants_text = false;
			csv->is_on = true;
			return;
		}
	}
}

static void learn_head(struct csv *csv, struct str line, struct arena *tmp)
{
	static const char separators[] = {',', '\t', ';'};
	if (line.len == 5 && str_starts(line, STR("sep="))) { /* for Excel */
		csv->head_lines++;
		return;
	}
	csv->has_begun = true;
	csv->head_lines++;
	for (size_t i = 0; i < sizeof(separators); i++) {
		if (read_head(csv, line, separators[i], tmp)) {
			csv->is_on = !csv->wants_text;
			return;
		}
	}
	csv->wants_text = false;
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	enum { HEAD_MAX = 4096 };
	struct csv *csv = state;
	if (!csv->has_begun) {
		learn_head(csv, str_slice(line, 0, HEAD_MAX), context->tmp);
	} else if (csv->wants_text) {
		learn_text(csv, line, context->tmp);
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)line;
	const struct csv *csv = state;
	return csv->is_on ? 95 : 0;
}

static void set_cell(struct export_entry *entry, const struct column *column, struct str cell,
                     struct arena *tmp)
{
	if (column->field == EXPORT_LABELS) {
		export_set_labels(entry, cell, tmp);
	} else {
		export_set(entry, column->field, column->rank, cell);
	}
}

static size_t count_ends(struct str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		count += text.ptr[i] == '\n' ? 1 : 0;
	}
	return count;
}

static void give_row(struct wrap_context *context, struct csv *csv)
{
	struct wrap wrap = csv->first;
	struct export_entry entry;
	struct str row = buf_str(&csv->row), all = row;
	size_t text_at = 0;
	csv->is_open = false;
	export_begin(&entry, &wrap);
	for (size_t i = 0; i < csv->column_count && row.ptr != NULL; i++) {
		size_t at = all.len - row.len;
		struct str cell = take_cell(&row, csv->separator, context->tmp);
		unsigned rank = entry.text_rank;
		set_cell(&entry, &csv->columns[i], cell, context->tmp);
		text_at = entry.text_rank != rank ? at : text_at;
	}
	bool has_text = entry.text.ptr != NULL;
	wrap.text = has_text ? entry.text : all;
	wrap.number += has_text ? count_ends(str_slice(all, 0, text_at)) : 0;
	wrap.is_cut |= context->is_ended;
	wrap_give(context, &wrap);
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct csv *csv = state;
	if (!csv->is_on || wrap->depth > 1) {
		return WRAP_REFUSED;
	}
	if (csv->head_lines > 0) {
		csv->head_lines--;
		return WRAP_DROPPED;
	}
	if (!csv->is_open) {
		csv->is_open = true;
		csv->in_quotes = false;
		csv->first = *wrap;
		csv->lines = 0;
		buf_clear(&csv->row);
	} else {
		buf_byte(&csv->row, '\n');
	}
	buf_add(&csv->row, wrap->text);
	csv->lines++;
	for (size_t i = 0; i < wrap->text.len; i++) {
		csv->in_quotes ^= wrap->text.ptr[i] == '"';
	}
	if (csv->in_quotes && csv->row.len < LINE_LENGTH_MAX && csv->lines < ROW_LINES_MAX) {
		return WRAP_HELD;
	}
	give_row(context, csv);
	return WRAP_GIVEN;
}

static void end(struct wrap_context *context, void *state)
{
	struct csv *csv = state;
	if (csv->is_open) {
		give_row(context, csv);
	}
}

static void finish(void *state)
{
	struct csv *csv = state;
	buf_finish(&csv->row);
}

const struct wrapper wrapper_csv = {
	.name = "csv",
	.state_size = sizeof(struct csv),
	.learn = learn,
	.bid = bid,
	.bid_max = 95,
	.peel = peel,
	.end = end,
	.finish = finish,
};
