/* SPDX-License-Identifier: Apache-2.0 */
/* Columns by tabs without a head, of which one is a time and the last one the line:
 * "node<TAB>pod<TAB>time<TAB>text". Or fluentd's, the last one the entry as JSON:
 * "time<TAB>kube.var.log.containers.POD_NS_CONTAINER-ID.log<TAB>{...}", or on a console
 * "time kube.var.log.containers.POD_NS_CONTAINER-ID.log: {...}". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { COLUMNS_MAX = 8, COLUMN_LENGTH_MAX = 384 };

struct row {
	struct stamp stamp;
	struct str names[COLUMNS_MAX];
	size_t name_count;
	size_t used;
};

static bool read_row(struct str line, struct row *row)
{
	size_t at = 0;
	*row = (struct row){.stamp = {.time_ns = TIME_NONE}};
	for (size_t i = 0; i < COLUMNS_MAX; i++) {
		struct str rest = str_skip(line, at);
		ptrdiff_t tab = str_find_byte(str_slice(rest, 0, COLUMN_LENGTH_MAX), '\t');
		if (tab < 1 || shape_starts_dated(rest)) {
			return false;
		}
		struct str cell = str_slice(rest, 0, (size_t)tab);
		struct stamp stamp;
		if (stamp_read(cell, &stamp) && stamp.used == cell.len) {
			row->stamp = stamp;
		} else {
			row->names[row->name_count++] = cell;
		}
		at += (size_t)tab + 1;
		struct str left = str_skip(line, at);
		bool is_entry = row->name_count > 0 && str_starts(left, STR("{\""));
		if (row->stamp.time_ns != TIME_NONE && (is_entry || shape_starts_dated(left))) {
			row->used = at;
			return row->name_count > 0;
		}
	}
	return false;
}

static bool read_console(struct str line, struct row *row)
{
	*row = (struct row){.stamp = {.time_ns = TIME_NONE}};
	if (!stamp_read(line, &row->stamp) ||
	    !str_starts(str_skip(line, row->stamp.used), STR(" "))) {
		return false;
	}
	struct str rest = str_skip(line, row->stamp.used + 1);
	ptrdiff_t end = str_find(str_slice(rest, 0, COLUMN_LENGTH_MAX), STR(": {\""));
	struct str tag = str_slice(rest, 0, end < 0 ? 0 : (size_t)end);
	if (str_find_byte(tag, '.') < 1 || str_find_byte(tag, ' ') >= 0) {
		return false;
	}
	row->names[row->name_count++] = tag;
	row->used = row->stamp.used + 1 + tag.len + 2;
	return true;
}

/* Names from fluentd's tag, in which '.' stands for '/'. */
static bool source_from_tag(struct line_source *source, struct str tag, struct arena *tmp)
{
	static const struct str folder = STR_INIT("var.log.containers.");
	ptrdiff_t at = str_find(tag, folder);
	return at >= 0 &&
	       wrap_source_from_path(source,
	                             arena_printf(tmp, "/var/log/containers/" STR_FMT,
	                                          STR_ARG(str_skip(tag, (size_t)at + folder.len))));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct row row;
	return read_row(line, &row) || read_console(line, &row) ? 50 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct row row;
	if (!read_row(wrap->text, &row) && !read_console(wrap->text, &row)) {
		return WRAP_REFUSED;
	}
	wrap_set_time(wrap, row.stamp.time_ns, row.stamp.zone);
	struct str name = row.names[row.name_count - 1];
	if (!source_from_tag(&wrap->source, name, context->tmp)) {
		wrap->source.pod = name;
		wrap->source.host = row.name_count > 1 ? row.names[0] : wrap->source.host;
	}
	wrap->text = str_skip(wrap->text, row.used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_tsv = {
	.name = "tsv", .first = "0-9A-Za-z", .bid = bid, .bid_max = 50, .peel = peel};
