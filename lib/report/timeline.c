/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline on a terminal. */
#include "report/layout.h"

enum {
	TIME_WIDTH = 12, /* "16:52:47.941" */
	DAY_LEN = 10,    /* of "2026-11-24 16:52:47.941 UTC" */
	LANE_MIN = 20,   /* columns of a lane; with less, lanes stand below each other */
	LANE_MAX = 84,
	CELL_LINES_MAX = 6,
	NAME_MAX_SHOWN = 24,
	NAME_SHARE_PERCENT = 30 /* of the columns, at most */
};

static const struct {
	const char *sign, *ascii;
	enum layout_style style;
} states[VIEW_STATE_COUNT] = {
	[VIEW_UNKNOWN] = {" ", " ", LAYOUT_PLAIN},
	[VIEW_RUNNING] = {"│", "|", LAYOUT_GOOD},
	[VIEW_TROUBLE] = {"!", "!", LAYOUT_WARN},
	[VIEW_DOWN] = {"×", "x", LAYOUT_BAD},
};

static void add_state(struct layout *to, enum view_state state)
{
	layout_add(to, states[state].style,
	           str_from(layout_sign(to, states[state].sign, states[state].ascii)));
}

static const char *dots(const struct layout *to)
{
	return layout_sign(to, "…", "...");
}

/* Without what all names begin with. */
static struct str lane_name(struct layout *to, size_t lane)
{
	struct str name = to->view.lanes.items[lane];
	if (to->view.common_len > 0) {
		name = arena_printf(&to->view.tmp, "%s" STR_FMT, dots(to),
		                    STR_ARG(str_skip(name, to->view.common_len)));
	}
	return text_safe(&to->view.tmp, name);
}

static struct str row_text(struct layout *to, const struct view_row *row)
{
	struct arena *tmp = &to->view.tmp;
	struct str number = row->step > 0 ? arena_printf(tmp, "[%zu] ", row->step) : STR("");
	struct str again = row->count > 1
	                           ? arena_printf(tmp, " × %llu", (unsigned long long)row->count)
	                           : STR("");
	struct str text = arena_printf(tmp, STR_FMT STR_FMT STR_FMT "%s", STR_ARG(number),
	                               STR_ARG(row->text), STR_ARG(again),
	                               row->is_inferred ? view_pick(&to->view, " (inferred)") : "");
	if (row->others > 0) {
		struct str end =
			clock_format_short(tmp, row->others_end_ns, to->view.options->zone);
		text = arena_printf(tmp, view_pick(&to->view, "%.*s; %zu others did so by %.*s"),
		                    STR_ARG(text), row->others, STR_ARG(end));
	}
	return text_safe(tmp, text);
}

static enum layout_style row_style(const struct view_row *row)
{
	return row->is_end ? LAYOUT_BAD : row->kind == VIEW_START ? LAYOUT_DIM : LAYOUT_PLAIN;
}

static void add_time(struct layout *to, const struct view_row *row, bool is_first)
{
	struct str time =
		row->time_ns == TIME_NONE || !is_first
			? STR("")
			: clock_format_short(&to->view.tmp, row->time_ns, to->view.options->zone);
	layout_blanks(to, 2);
	layout_add(to, LAYOUT_DIM, time);
	layout_blanks(to, TIME_WIDTH - text_width(time));
}

static struct str day_of(struct layout *to, const struct view_row *row)
{
	return row->time_ns == TIME_NONE
	               ? STR("")
	               : str_slice(view_time(&to->view, row->time_ns), 0, DAY_LEN);
}

static bool has_days(struct layout *to)
{
	struct str first = STR("");
	for (size_t i = 0; i < to->view.rows.count; i++) {
		struct str day = day_of(to, &to->view.rows.items[i]);
		if (first.len > 0 && day.len > 0 && !str_equals(first, day)) {
			return true;
		}
		first = first.len > 0 ? first : day;
	}
	return false;
}

/* Where another day begins, if the rows are of several: its date. */
static void add_day(struct layout *to, const struct view_row *row, bool has_many, struct str *day)
{
	struct str next = has_many ? day_of(to, row) : STR("");
	if (next.len > 0 && !str_equals(*day, next)) {
		layout_blanks(to, 2);
		layout_add(to, LAYOUT_DIM, next);
		buf_byte(to->out, '\n');
		*day = next;
	}
}

/* One line of a row: the event's lane holds a piece of its text, the others their state. */
static void lane_line(struct layout *to, const struct view_row *row, struct str piece,
                      bool is_first, size_t width)
{
	size_t last = to->view.lanes.count - 1;
	add_time(to, row, is_first);
	for (size_t lane = 0; lane <= last; lane++) {
		bool is_here = lane == row->lane;
		layout_blanks(to, 1);
		add_state(to, view_state(&to->view, lane, row->time_ns));
		if (is_here) {
			layout_blanks(to, 1);
			layout_add(to, row_style(row), piece);
		}
		bool is_rest_empty = lane == last;
		if (!is_rest_empty) {
			layout_blanks(to, width - 2 - (is_here ? 1 + text_width(piece) : 0));
		}
	}
	while (to->out->len > 0 && to->out->ptr[to->out->len - 1] == ' ') {
		to->out->len--;
	}
	buf_byte(to->out, '\n');
}

static void lanes_head(struct layout *to, size_t width)
{
	layout_blanks(to, 2 + TIME_WIDTH);
	for (size_t lane = 0; lane < to->view.lanes.count; lane++) {
		layout_blanks(to, 1);
		size_t used = layout_fit_name(to, LAYOUT_HEAD, width - 2, lane_name(to, lane));
		if (lane + 1 < to->view.lanes.count) {
			layout_blanks(to, width - 1 - used);
		}
	}
	buf_byte(to->out, '\n');
}

static void side_by_side(struct layout *to, size_t width)
{
	bool has_many = has_days(to);
	struct str day = STR("");
	lanes_head(to, width);
	for (size_t i = 0; i < to->view.rows.count; i++) {
		const struct view_row *row = &to->view.rows.items[i];
		struct str text = row_text(to, row);
		add_day(to, row, has_many, &day);
		for (size_t line = 0; text.len > 0 && line < CELL_LINES_MAX; line++) {
			lane_line(to, row, text_line(&text, width - 3), line == 0, width);
		}
	}
}

/* Too many lanes for the width: the instance stands before the text. */
static void one_below_another(struct layout *to)
{
	size_t widest = 0;
	for (size_t lane = 0; lane < to->view.lanes.count; lane++) {
		size_t width = text_width(lane_name(to, lane));
		widest = width > widest ? width : widest;
	}
	size_t most = to->columns * NAME_SHARE_PERCENT / 100;
	most = most < NAME_MAX_SHOWN ? most : NAME_MAX_SHOWN;
	widest = widest < most ? widest : most;
	size_t indent = 2 + TIME_WIDTH + 2 + widest + 3;
	bool has_many = has_days(to);
	struct str day = STR("");
	for (size_t i = 0; i < to->view.rows.count; i++) {
		const struct view_row *row = &to->view.rows.items[i];
		struct str text = row_text(to, row);
		add_day(to, row, has_many, &day);
		add_time(to, row, true);
		layout_blanks(to, 2);
		layout_blanks(to, widest - layout_fit_name(to, LAYOUT_HEAD, widest,
		                                           lane_name(to, row->lane)));
		layout_blanks(to, 1);
		add_state(to, view_state(&to->view, row->lane, row->time_ns));
		layout_blanks(to, 1);
		for (size_t line = 0; text.len > 0 && line < CELL_LINES_MAX; line++) {
			layout_blanks(to, line == 0 ? 0 : indent);
			layout_add(
				to, row_style(row),
				text_line(&text, to->columns > indent ? to->columns - indent : 1));
			buf_byte(to->out, '\n');
		}
	}
}

static void add_signs(struct layout *to)
{
	struct str date = STR("");
	for (size_t i = 0; i < to->view.rows.count && date.len == 0; i++) {
		date = view_time(&to->view, to->view.rows.items[i].time_ns);
	}
	if (date.len == 0) {
		return;
	}
	struct str signs = arena_printf(&to->view.tmp,
	                                view_pick(&to->view, "%s running, ! in trouble, %s down"),
	                                layout_sign(to, "│", "|"), layout_sign(to, "×", "x"));
	layout_wrap(
		to, LAYOUT_DIM, 2, 2,
		arena_printf(&to->view.tmp,
	                     view_pick(&to->view,
	                               "(%.*s; from %.*s; an operation's time is when it began)"),
	                     STR_ARG(signs), STR_ARG(date)));
}

static void add_legend(struct layout *to)
{
	add_signs(to);
	if (to->view.common_len > 0) {
		struct str common = str_slice(to->view.lanes.items[0], 0, to->view.common_len);
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->view.tmp,
		                         view_pick(&to->view, "(%s stands for %.*s)"), dots(to),
		                         STR_ARG(common)));
	}
	if (to->view.left_out > 0) {
		layout_wrap(to, LAYOUT_DIM, 2, 2,
		            arena_printf(&to->view.tmp,
		                         view_pick(&to->view, "(%zu more starts and ends)"),
		                         to->view.left_out));
	}
}

void layout_timeline(struct layout *to)
{
	if (to->view.rows.count == 0) {
		return;
	}
	layout_head(to, "Timeline");
	size_t width = (to->columns - 2 - TIME_WIDTH) / to->view.lanes.count;
	if (width >= LANE_MIN) {
		side_by_side(to, width < LANE_MAX ? width : LANE_MAX);
	} else {
		one_below_another(to);
	}
	add_legend(to);
}
