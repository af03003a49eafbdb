/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of the swim lanes as SVG: positions are percents, so that the picture fits any width and
 * letters keep their size. */
#include "base/vec.h"
#include "report/html_page.h"

enum { TICKS_MAX = 9, WIDTH_MIN = 30, LABEL_ROOM_MIN = 300, GAP = 40 /* between labels */ };

static const struct {
	const char *style, *en;
} styles[HTML_MARK_STYLE_COUNT] = {
	[HTML_RUN] = {"run", TEXT_MARK("run")},
	[HTML_TROUBLE] = {"stall", TEXT_MARK("trouble")},
	[HTML_ERROR] = {"stall worst", TEXT_MARK("error")},
	[HTML_SESSION] = {"session", TEXT_MARK("session")},
	[HTML_SESSION_LOST] = {"session lost", TEXT_MARK("session that is lost")},
	[HTML_TERM] = {"term", TEXT_MARK("leader term")},
	[HTML_NO_LEADER] = {"leaderless", TEXT_MARK("no leader")},
	[HTML_STOP] = {"stop", TEXT_MARK("stop")},
};

unsigned html_position(const struct html *html, int64_t time_ns)
{
	int64_t span = html->to_ns - html->from_ns;
	if (time_ns == TIME_NONE || time_ns <= html->from_ns) {
		return 0;
	}
	if (time_ns >= html->to_ns || span <= 0) {
		return HTML_POSITION_MAX;
	}
	return (unsigned)((double)(time_ns - html->from_ns) / (double)span * HTML_POSITION_MAX);
}

static void write_percent(struct html *html, const char *name, unsigned hundredths)
{
	buf_printf(html->out, " %s=\"%u.%02u%%\"", name, hundredths / 100, hundredths % 100);
}

/* ---- marks ---- */

static void write_title(struct html *html, const struct html_mark *mark)
{
	html_text(html, mark->text);
	if (mark->count > 1) {
		buf_printf(html->out, view_pick(&html->view, " (and %llu more near it)"),
		           (unsigned long long)(mark->count - 1));
	}
}

/* Where a label stands: behind the mark's beginning up to the next one or, if that is too little
 * and there is enough, before it. */
struct place {
	unsigned from, to;
	bool is_before;
};

/* What a label needs on a desktop; where it gets less it is clipped. */
static unsigned label_need(const struct html_mark *mark)
{
	enum { LETTER = 58, AROUND = 120 };
	size_t width = text_width(mark->label) * LETTER + AROUND;
	return width < HTML_POSITION_MAX ? (unsigned)width : HTML_POSITION_MAX;
}

/* free_from: where what stands before it ends */
static struct place place_label(const struct html_mark_list *track, size_t number,
                                unsigned free_from)
{
	const struct html_mark *mark = &track->items[number];
	unsigned need = label_need(mark);
	unsigned end = number + 1 < track->count ? mark[1].from : HTML_POSITION_MAX;
	bool is_before = mark->from + need > end && mark->from >= free_from + need;
	return is_before ? (struct place){mark->from - need, mark->from, true}
	                 : (struct place){mark->from, end, false};
}

static void write_label_text(struct html *html, const struct html_mark *mark, const char *style,
                             const char *x)
{
	buf_printf(html->out, "<text class=\"%s\" y=\"%d\" x=\"%s\">", style, HTML_TRACK_HEIGHT - 5,
	           x);
	html_text(html, mark->label);
	html_raw(html, "</text>");
}

/* Of a label before its mark the end is seen where there is room, else the beginning. */
static void write_label(struct html *html, const struct html_mark *mark, const struct place *place,
                        unsigned y)
{
	unsigned width = mark->to > mark->from ? mark->to - mark->from : 0;
	if (mark->label.len == 0 || place->to < place->from + LABEL_ROOM_MIN) {
		return;
	}
	buf_printf(html->out, "<svg y=\"%u\" height=\"%d\"", y, HTML_TRACK_HEIGHT);
	write_percent(html, "x", place->from);
	write_percent(html, "width", place->to - place->from);
	html_raw(html, ">");
	if (place->is_before) {
		write_label_text(html, mark, "inner end", "100%\" dx=\"-4\" text-anchor=\"end");
		write_label_text(html, mark, "inner start", "3");
	} else {
		write_label_text(html, mark, "inner", width > LABEL_ROOM_MIN ? "5" : "8");
	}
	html_raw(html, "</svg>");
}

static void write_mark(struct html *html, const struct html_mark *mark, const struct place *place,
                       unsigned y)
{
	unsigned width = mark->to > mark->from ? mark->to - mark->from : 0;
	html->marks_used |= 1U << mark->style;
	if (mark->episode > 0) {
		buf_printf(html->out, "<a href=\"#e%zu\" aria-label=\"", mark->episode);
		write_title(html, mark);
		html_raw(html, "\">");
	} else {
		html_raw(html, "<g>");
	}
	html_raw(html, "<title>");
	write_title(html, mark);
	buf_printf(html->out, "</title><rect class=\"%s\" y=\"%u\" height=\"%d\" rx=\"2\"",
	           styles[mark->style].style, y, HTML_TRACK_HEIGHT);
	write_percent(html, "x", mark->from);
	write_percent(html, "width", width > WIDTH_MIN ? width : WIDTH_MIN);
	html_raw(html, "/>");
	write_label(html, mark, place, y);
	html_raw(html, mark->episode > 0 ? "</a>\n" : "</g>\n");
}

void html_track(struct html *html, const struct html_mark_list *track, unsigned y)
{
	struct place next = {0};
	for (size_t i = 0; i < track->count; i++) {
		const struct html_mark *mark = &track->items[i];
		struct place place = i == 0 ? place_label(track, 0, 0) : next;
		unsigned end =
			mark->to > mark->from + WIDTH_MIN ? mark->to : mark->from + WIDTH_MIN;
		if (!place.is_before && mark->from + label_need(mark) > end) {
			end = mark->from + label_need(mark);
		}
		if (i + 1 < track->count) {
			next = place_label(track, i + 1, end);
			unsigned limit = next.from > GAP ? next.from - GAP : 0;
			place.to = !place.is_before && limit < place.to ? limit : place.to;
		}
		write_mark(html, mark, &place, y);
	}
}

void html_lane_name(struct html *html, unsigned y, struct str name, bool is_instance)
{
	size_t left_out = is_instance ? html->view.common_len : 0;
	buf_printf(html->out, "<text class=\"lane\" x=\"4\" y=\"%u\">", y);
	if (left_out > 0) {
		html_element(html, "title", name);
		html_raw(html, "…");
	}
	html_text(html, str_skip(name, left_out));
	html_raw(html, "</text>\n");
}

/* Words end at their line, since most stops are at the right; they must not cover the lane's name,
 * nor the words before. */
void html_stops(struct html *html, const struct html_mark_list *stops, unsigned from, unsigned to)
{
	enum { ROOM = 2500 };
	unsigned free_from = 0;
	vec_foreach (const struct html_mark, mark, stops) {
		html->marks_used |= 1U << HTML_STOP;
		html_raw(html, "<g><title>");
		html_text(html, mark->text);
		html_raw(html, "</title><line class=\"stop\"");
		write_percent(html, "x1", mark->from);
		write_percent(html, "x2", mark->from);
		buf_printf(html->out, " y1=\"%u\" y2=\"%u\"/><svg overflow=\"visible\" y=\"%u\"",
		           from, to, from);
		write_percent(html, "x", mark->from);
		html_raw(html, "><path class=\"stop\" d=\"M-7 -5 L7 -5 L0 6 Z\"/></svg>");
		if (mark->from >= free_from + ROOM) {
			buf_printf(html->out, "<svg overflow=\"visible\" y=\"%u\"", from - 4);
			write_percent(html, "x", mark->from);
			html_raw(html, "><text class=\"ending\" x=\"-10\" text-anchor=\"end\">");
			html_text(html, mark->label);
			html_raw(html, "</text></svg>");
			free_from = mark->from;
		}
		html_raw(html, "</g>\n");
	}
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

/* "16:54:30", "16:54", and the date at midnight and for whole days. */
static struct str tick_text(struct html *html, int64_t at, int64_t step)
{
	enum {
		DAY_FROM = sizeof("2024-") - 1,
		DAY_TO = sizeof("2024-05-01") - 1,
		MINUTES = 5,
		SECONDS = 8
	};
	struct str text = clock_format_short(&html->view.tmp, at, html->view.options->zone);
	if (step >= 86400 * NS_PER_SEC || str_starts(text, STR("00:00:00"))) {
		return str_slice(view_time(&html->view, at), DAY_FROM, DAY_TO);
	}
	return str_slice(text, 0, step < 60 * NS_PER_SEC ? SECONDS : MINUTES);
}

/* Whole steps of the time that is shown, not of UTC. */
static int64_t first_tick(const struct html *html, int64_t step)
{
	int64_t offset =
		clock_zone_offset(html->view.options->zone, html->from_ns) * NS_PER_SEC % step;
	int64_t past = (html->from_ns % step + offset) % step;
	return html->from_ns - past + (past >= 0 ? step : 0);
}

/* is_spare: on a narrow screen there is no room for it */
static void write_tick_text(struct html *html, struct str text, unsigned x, unsigned y,
                            bool is_spare)
{
	buf_printf(html->out, "<text class=\"tick%s\" text-anchor=\"middle\"",
	           is_spare ? " spare" : "");
	write_percent(html, "x", x);
	buf_printf(html->out, " y=\"%u\">", y);
	html_text(html, text);
	html_raw(html, "</text>");
}

static bool is_inside(unsigned x, unsigned margin)
{
	return x > margin && x < HTML_POSITION_MAX - margin;
}

void html_axis(struct html *html, unsigned height)
{
	int64_t step = tick_step(html->to_ns - html->from_ns);
	bool is_odd = false;
	for (int64_t at = first_tick(html, step); at < html->to_ns; at += step, is_odd = !is_odd) {
		unsigned x = html_position(html, at);
		html_raw(html, "<line class=\"tick\"");
		write_percent(html, "x1", x);
		write_percent(html, "x2", x);
		buf_printf(html->out, " y1=\"%d\" y2=\"%u\"/>", HTML_AXIS_HEIGHT - 4,
		           height - HTML_AXIS_HEIGHT + 4);
		if (is_inside(x, HTML_POSITION_MAX * 3 / 100)) {
			struct str text = tick_text(html, at, step);
			bool is_spare = is_odd || !is_inside(x, HTML_POSITION_MAX * 8 / 100);
			write_tick_text(html, text, x, HTML_AXIS_HEIGHT - 7, is_spare);
			write_tick_text(html, text, x, height - 5, is_spare);
		}
		html_raw(html, "\n");
	}
}

/* ---- key ---- */

void html_key(struct html *html)
{
	html_raw(html, "<ul class=\"key\">\n");
	for (size_t i = 0; i < HTML_MARK_STYLE_COUNT; i++) {
		if ((html->marks_used & 1U << i) == 0) {
			continue;
		}
		html_raw(html, "<li><svg width=\"16\" height=\"16\" aria-hidden=\"true\">");
		if (i == HTML_STOP) {
			html_raw(html, "<path class=\"stop\" d=\"M1 3 L15 3 L8 14 Z\"/>");
		} else {
			buf_printf(html->out,
			           "<rect class=\"%s\" x=\"1\" y=\"1\" width=\"14\" height=\"14\" "
			           "rx=\"2\"/>",
			           styles[i].style);
		}
		html_raw(html, "</svg> ");
		html_pick(html, styles[i].en);
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ul>\n");
}
