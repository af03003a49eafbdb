/* SPDX-License-Identifier: Apache-2.0 */
/* Swim lanes as SVG: positions are percents, so that the picture fits any width and letters keep
 * their size. */
#include "base/vec.h"
#include "report/html_page.h"

#include <stdlib.h>

enum {
	LANES_MAX = 24,
	TRACKS_MAX = 6,   /* of stalls in a lane */
	OWNERS_MAX = 16,  /* of sessions */
	HEAD_HEIGHT = 20, /* a lane's name */
	TRACK_HEIGHT = 14,
	TRACK_STEP = 17,
	LANE_GAP = 10,
	AXIS_HEIGHT = 22,
	TICKS_MAX = 5,
	POSITION_MAX = 10000, /* hundredths of a percent */
	NEAR = 12             /* marks that are closer are drawn as one */
};

struct mark {
	unsigned from, to; /* hundredths of a percent */
	const char *style; /* class */
	size_t episode;    /* number of the first one, from 1; 0: none */
	uint64_t count;    /* of episodes that it stands for */
	struct str text;
};

struct mark_list {
	struct mark *items;
	size_t count, capacity;
};

struct lane {
	struct str name;
	struct mark_list runs, stalls[TRACKS_MAX], stops;
};

struct lanes {
	struct html *html;
	struct lane *items;
	size_t count;
};

static unsigned position(const struct html *html, int64_t time_ns)
{
	int64_t span = html->to_ns - html->from_ns;
	if (time_ns == TIME_NONE || time_ns <= html->from_ns) {
		return 0;
	}
	if (time_ns >= html->to_ns || span <= 0) {
		return POSITION_MAX;
	}
	return (unsigned)((double)(time_ns - html->from_ns) / (double)span * POSITION_MAX);
}

static bool is_shown(const struct html *html, int64_t from_ns, int64_t to_ns)
{
	return from_ns <= html->to_ns && to_ns >= html->from_ns;
}

/* ---- what there is to show ---- */

static struct lane *lane_of(struct lanes *lanes, struct str name)
{
	for (size_t i = 0; i < lanes->count; i++) {
		if (str_equals(lanes->items[i].name, name)) {
			return &lanes->items[i];
		}
	}
	if (lanes->count == LANES_MAX || name.len == 0) {
		return NULL;
	}
	lanes->items[lanes->count].name = name;
	return &lanes->items[lanes->count++];
}

static void add_runs(struct lanes *lanes)
{
	struct html *html = lanes->html;
	vec_foreach (const struct run, run, &html->view.findings->runs) {
		struct lane *lane = lane_of(lanes, run->instance);
		int64_t end_ns =
			run->has_ended && run->end_ns != TIME_NONE ? run->end_ns : html->to_ns;
		if (lane == NULL ||
		    (run->start_ns != TIME_NONE && !is_shown(html, run->start_ns, end_ns))) {
			continue;
		}
		struct str text = arena_printf(
			&html->view.tmp, STR_FMT " " STR_FMT "%s" STR_FMT, STR_ARG(run->component),
			STR_ARG(run->version), run->has_ended ? ", " : "",
			STR_ARG(run->has_ended ? stop_how_name(run->how) : STR("")));
		vec_push(&lane->runs, (struct mark){.from = position(html, run->start_ns),
		                                    .to = position(html, end_ns),
		                                    .style = "run",
		                                    .text = text});
	}
}

static void add_stops(struct lanes *lanes)
{
	struct html *html = lanes->html;
	vec_foreach (const struct stop, stop, &html->view.findings->stops) {
		struct lane *lane = lane_of(lanes, stop->instance);
		if (lane == NULL || stop->time_ns == TIME_NONE ||
		    !is_shown(html, stop->time_ns, stop->time_ns)) {
			continue;
		}
		struct str text =
			arena_printf(&html->view.tmp, "%s " STR_FMT " (" STR_FMT ", " STR_FMT ")",
		                     view_pick(&html->view, "Stop"),
		                     STR_ARG(view_time(&html->view, stop->time_ns)),
		                     STR_ARG(stop_how_name(stop->how)), STR_ARG(stop->cause));
		vec_push(&lane->stops, (struct mark){.from = position(html, stop->time_ns),
		                                     .style = "stop",
		                                     .text = text});
	}
}

/* Into the first track where it has room; what is as good as at the same place is one mark. */
static void add_stall(struct lane *lane, const struct mark *mark)
{
	for (size_t i = 0; i < TRACKS_MAX; i++) {
		struct mark_list *track = &lane->stalls[i];
		struct mark *last = track->count > 0 ? vec_last(track) : NULL;
		if (last == NULL || mark->from >= last->to + NEAR) {
			vec_push(track, *mark);
			return;
		}
		if (mark->from < last->from + NEAR && mark->to <= last->to + NEAR) {
			last->count++;
			last->to = mark->to > last->to ? mark->to : last->to;
			return;
		}
	}
	struct mark *last = vec_last(&lane->stalls[TRACKS_MAX - 1]);
	last->count++;
	last->to = mark->to > last->to ? mark->to : last->to;
}

static const char *stall_style(const struct event_kind *kind)
{
	return kind->severity >= EVENT_ERROR ? "stall worst" : "stall";
}

static void add_stalls(struct lanes *lanes)
{
	struct html *html = lanes->html;
	const struct digest *digest = html->view.findings->digest;
	for (size_t i = 0; i < digest->episodes.count; i++) {
		const struct episode *episode = &digest->episodes.items[i];
		if (!episode->kind->is_harm || episode->first_ns == TIME_NONE ||
		    !is_shown(html, episode->first_ns, episode->last_ns)) {
			continue;
		}
		struct lane *lane = lane_of(lanes, view_instance(digest, episode));
		if (lane == NULL) {
			continue;
		}
		struct str text = view_text(&html->view, &episode->kind->title);
		if (episode->count > 1) {
			text = arena_printf(&html->view.tmp, STR_FMT " × %llu", STR_ARG(text),
			                    (unsigned long long)episode->count);
		}
		if (episode->max_took_ns != DURATION_NONE) {
			text = arena_printf(
				&html->view.tmp, STR_FMT ", %s" STR_FMT, STR_ARG(text),
				view_pick(&html->view, "up to "),
				STR_ARG(view_duration(&html->view, episode->max_took_ns)));
		}
		text = arena_printf(&html->view.tmp, STR_FMT ": " STR_FMT,
		                    STR_ARG(view_time(&html->view, episode->first_ns)),
		                    STR_ARG(text));
		add_stall(lane, &(struct mark){.from = position(html, episode->first_ns),
		                               .to = position(html, episode->last_ns),
		                               .style = stall_style(episode->kind),
		                               .episode = i + 1,
		                               .count = 1,
		                               .text = text});
	}
}

/* ---- drawing ---- */

static void write_percent(struct html *html, const char *name, unsigned hundredths)
{
	buf_printf(html->out, " %s=\"%u.%02u%%\"", name, hundredths / 100, hundredths % 100);
}

static void write_title(struct html *html, const struct mark *mark)
{
	html_text(html, mark->text);
	if (mark->count > 1) {
		buf_printf(html->out, view_pick(&html->view, " (and %llu more near it)"),
		           (unsigned long long)(mark->count - 1));
	}
}

static void write_mark(struct html *html, const struct mark *mark, unsigned y)
{
	unsigned width = mark->to > mark->from ? mark->to - mark->from : 0;
	if (mark->episode > 0) {
		buf_printf(html->out, "<a href=\"#e%zu\" aria-label=\"", mark->episode);
		write_title(html, mark);
		html_raw(html, "\">");
	}
	buf_printf(html->out, "<rect class=\"%s\" y=\"%u\" height=\"%d\" rx=\"2\"", mark->style, y,
	           TRACK_HEIGHT);
	write_percent(html, "x", mark->from);
	write_percent(html, "width", width > 30 ? width : 30);
	html_raw(html, "><title>");
	write_title(html, mark);
	html_raw(html, "</title></rect>");
	html_raw(html, mark->episode > 0 ? "</a>\n" : "\n");
}

static void write_label(struct html *html, const char *style, unsigned y, struct str text)
{
	buf_printf(html->out, "<text class=\"%s\" x=\"2\" y=\"%u\">", style, y);
	html_text(html, text);
	html_raw(html, "</text>\n");
}

static void write_track(struct html *html, const struct mark_list *track, unsigned y)
{
	vec_foreach (const struct mark, mark, track) {
		write_mark(html, mark, y);
	}
}

static void write_stop_mark(struct html *html, const struct mark *mark, unsigned from, unsigned to)
{
	html_raw(html, "<g><title>");
	html_text(html, mark->text);
	html_raw(html, "</title><line class=\"stop\"");
	write_percent(html, "x1", mark->from);
	write_percent(html, "x2", mark->from);
	buf_printf(html->out, " y1=\"%u\" y2=\"%u\"/><svg overflow=\"visible\" y=\"%u\"", from, to,
	           from);
	write_percent(html, "x", mark->from);
	html_raw(html, "><path class=\"stop\" d=\"M-6 -4 L6 -4 L0 6 Z\"/></svg></g>\n");
}

/* Returns: where the next lane begins. */
static unsigned write_lane(struct html *html, const struct lane *lane, unsigned y)
{
	unsigned top = y;
	write_label(html, "lane", y + HEAD_HEIGHT - 6, lane->name);
	y += HEAD_HEIGHT;
	if (lane->runs.count > 0) {
		write_track(html, &lane->runs, y);
		y += TRACK_STEP;
	}
	for (size_t i = 0; i < TRACKS_MAX && lane->stalls[i].count > 0; i++) {
		write_track(html, &lane->stalls[i], y);
		y += TRACK_STEP;
	}
	vec_foreach (const struct mark, mark, &lane->stops) {
		write_stop_mark(html, mark, top + HEAD_HEIGHT, y);
	}
	return y + LANE_GAP;
}

/* ---- sessions and terms ---- */

static bool is_gone(const struct lease *lease)
{
	return str_equals(lease->state, STR("lost")) || str_equals(lease->state, STR("expired"));
}

/* From its first word to its end, or the picture's. */
static struct mark session_mark(struct html *html, const struct lease *first)
{
	int64_t end_ns = html->to_ns;
	bool has_ended = false;
	vec_foreach (const struct lease, lease, &html->view.findings->leases) {
		if (!has_ended && is_gone(lease) && lease->time_ns != TIME_NONE &&
		    lease->time_ns >= first->time_ns && str_equals(lease->owner, first->owner) &&
		    (lease->id.len == 0 || str_equals(lease->id, first->id))) {
			end_ns = lease->time_ns;
			has_ended = true;
		}
	}
	struct str text = arena_printf(
		&html->view.tmp, "%s " STR_FMT " " STR_FMT "%s",
		view_pick(&html->view, "Session of"), STR_ARG(first->owner), STR_ARG(first->id),
		has_ended ? view_pick(&html->view, ", lost at the end") : "");
	return (struct mark){.from = position(html, first->time_ns),
	                     .to = position(html, end_ns),
	                     .style = has_ended ? "session lost" : "session",
	                     .text = text};
}

static bool is_first_of_session(const struct findings *findings, const struct lease *lease)
{
	if (lease->time_ns == TIME_NONE || lease->id.len == 0 || is_gone(lease)) {
		return false;
	}
	for (const struct lease *before = findings->leases.items; before < lease; before++) {
		if (str_equals(before->owner, lease->owner) && str_equals(before->id, lease->id) &&
		    !is_gone(before)) {
			return false;
		}
	}
	return true;
}

static unsigned write_sessions(struct html *html, unsigned y)
{
	const struct findings *findings = html->view.findings;
	struct str owners[OWNERS_MAX];
	size_t count = 0;
	vec_foreach (const struct lease, lease, &findings->leases) {
		bool is_known = false;
		for (size_t i = 0; i < count; i++) {
			is_known = is_known || str_equals(owners[i], lease->owner);
		}
		if (!is_known && count < OWNERS_MAX && is_first_of_session(findings, lease)) {
			owners[count++] = lease->owner;
		}
	}
	if (count == 0) {
		return y;
	}
	write_label(html, "lane", y + HEAD_HEIGHT - 6,
	            str_from(view_pick(&html->view, "Sessions")));
	y += HEAD_HEIGHT;
	for (size_t i = 0; i < count; i++, y += TRACK_STEP) {
		vec_foreach (const struct lease, lease, &findings->leases) {
			if (str_equals(lease->owner, owners[i]) &&
			    is_first_of_session(findings, lease)) {
				struct mark mark = session_mark(html, lease);
				write_mark(html, &mark, y);
			}
		}
		write_label(html, "inner", y + TRACK_HEIGHT - 3, owners[i]);
	}
	return y + LANE_GAP;
}

static unsigned write_terms(struct html *html, unsigned y)
{
	const struct findings *findings = html->view.findings;
	if (findings->terms.count == 0) {
		return y;
	}
	write_label(html, "lane", y + HEAD_HEIGHT - 6,
	            str_from(view_pick(&html->view, "Leader terms")));
	y += HEAD_HEIGHT;
	for (size_t i = 0; i < findings->terms.count; i++) {
		const struct term *term = &findings->terms.items[i];
		int64_t end_ns = term->end_ns;
		if (end_ns == TIME_NONE) {
			end_ns = i + 1 < findings->terms.count ? term[1].start_ns : html->to_ns;
		}
		if (term->start_ns == TIME_NONE || !is_shown(html, term->start_ns, end_ns)) {
			continue;
		}
		struct str text = arena_printf(
			&html->view.tmp, "%s %llu: " STR_FMT "%s" STR_FMT,
			view_pick(&html->view, "Term"), (unsigned long long)term->number,
			STR_ARG(term->leader), term->why.in[TEXT_EN].len > 0 ? "; " : "",
			STR_ARG(view_text(&html->view, &term->why)));
		write_mark(html,
		           &(struct mark){.from = position(html, term->start_ns),
		                          .to = position(html, end_ns),
		                          .style = i % 2 == 0 ? "term" : "term other",
		                          .text = text},
		           y);
	}
	return y + TRACK_STEP + LANE_GAP;
}

/* ---- axis ---- */

static int64_t tick_step(int64_t span_ns)
{
	static const int seconds[] = {1,     2,     5,     10,    15,     30,    60,
	                              120,   300,   600,   900,   1800,   3600,  7200,
	                              10800, 21600, 43200, 86400, 172800, 604800};
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		if (span_ns / (seconds[i] * NS_PER_SEC) < TICKS_MAX) {
			return seconds[i] * NS_PER_SEC;
		}
	}
	return span_ns / TICKS_MAX;
}

static void write_axis(struct html *html, unsigned height)
{
	int64_t step = tick_step(html->to_ns - html->from_ns);
	int64_t day = 86400 * NS_PER_SEC;
	for (int64_t at = html->from_ns - html->from_ns % step + step; at < html->to_ns;
	     at += step) {
		unsigned x = position(html, at);
		struct str text = clock_format_short(&html->view.tmp, at, html->view.options->zone);
		text = step >= day ? str_slice(view_time(&html->view, at), 5, 10)
		                   : str_slice(text, 0, step < 60 * NS_PER_SEC ? 8 : 5);
		html_raw(html, "<line class=\"tick\"");
		write_percent(html, "x1", x);
		write_percent(html, "x2", x);
		buf_printf(html->out, " y1=\"0\" y2=\"%u\"/>", height - AXIS_HEIGHT + 4);
		if (x > 500 && x < POSITION_MAX - 500) {
			html_raw(html, "<text class=\"tick\" text-anchor=\"middle\"");
			write_percent(html, "x", x);
			buf_printf(html->out, " y=\"%u\">", height - 5);
			html_text(html, text);
			html_raw(html, "</text>");
		}
		html_raw(html, "\n");
	}
}

/* ---- the section ---- */

static void lanes_finish(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->items[i];
		vec_finish(&lane->runs);
		vec_finish(&lane->stops);
		for (size_t j = 0; j < TRACKS_MAX; j++) {
			vec_finish(&lane->stalls[j]);
		}
	}
	memory_free(lanes->items);
}

static void write_picture(struct lanes *lanes)
{
	struct html *html = lanes->html;
	struct buf *page = html->out, body = {0};
	unsigned y = 4;
	html->out = &body;
	for (size_t i = 0; i < lanes->count; i++) {
		y = write_lane(html, &lanes->items[i], y);
	}
	y = write_sessions(html, y);
	y = write_terms(html, y);
	y += AXIS_HEIGHT;
	html->out = page;
	buf_printf(
		html->out,
		"<svg class=\"lanes\" width=\"100%%\" height=\"%u\" role=\"group\" aria-label=\"",
		y);
	html_pick(html, "Swim lanes");
	html_raw(html, "\">\n");
	write_axis(html, y);
	buf_add(html->out, buf_str(&body));
	html_raw(html, "</svg>\n");
	buf_finish(&body);
}

static void write_key(struct html *html)
{
	static const struct {
		const char *style, *en;
	} keys[] = {
		{"run", TEXT_MARK("run")},
		{"stall", TEXT_MARK("trouble")},
		{"stall worst", TEXT_MARK("error")},
		{"session", TEXT_MARK("session")},
		{"session lost", TEXT_MARK("session that is lost")},
		{"term", TEXT_MARK("leader term")},
		{"stop", TEXT_MARK("stop")},
	};
	html_raw(html, "<ul class=\"key\">\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		buf_printf(html->out,
		           "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
		           "class=\"%s\" "
		           "width=\"14\" height=\"14\" rx=\"2\"/></svg> ",
		           keys[i].style);
		html_pick(html, keys[i].en);
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ul>\n");
}

void html_lanes(struct html *html)
{
	html_section(html, "lanes", "Timeline");
	if (html->from_ns == TIME_NONE || html->to_ns <= html->from_ns) {
		html_element(html, "p",
		             str_from(view_pick(&html->view, "Nothing that was read is dated.")));
		html_raw(html, "</section>\n");
		return;
	}
	struct lanes lanes = {.html = html,
	                      .items = memory_resize(NULL, LANES_MAX * sizeof(struct lane))};
	for (size_t i = 0; i < LANES_MAX; i++) {
		lanes.items[i] = (struct lane){0};
	}
	for (size_t i = 0; i < html->view.lanes.count; i++) {
		lane_of(&lanes, html->view.lanes.items[i]);
	}
	add_runs(&lanes);
	add_stalls(&lanes);
	add_stops(&lanes);
	html_raw(html, "<p>");
	html_time(html, html->from_ns);
	html_raw(html, " – ");
	html_time(html, html->to_ns);
	html_raw(html, "</p>\n");
	write_picture(&lanes);
	write_key(html);
	html_raw(html, "</section>\n");
	lanes_finish(&lanes);
}
