/* SPDX-License-Identifier: Apache-2.0 */
/* Swim lanes: what there is to show of each instance, of sessions and of leaders. */
#include "base/vec.h"
#include "report/html_page.h"

#include <stdlib.h>

enum {
	LANES_MAX = 128,
	TRACKS_MAX = 6,    /* of stalls in a lane */
	LABELLED_MAX = 16, /* stalls of a lane that are given room for a label */
	HEAD_HEIGHT = 20,  /* a lane's name */
	LANE_GAP = 8,
	NEAR_MARGIN_S = 5, /* shown before and after what the chain spans, and a sixth of that */
	NEAR_SHARE = 12    /* a chain shorter than this part of all is shown by itself, too */
};

struct lane {
	struct str name;
	struct html_mark_list runs, stalls[TRACKS_MAX], stops;
	size_t stall_count;
	bool is_instance;
};

struct lanes {
	struct html *html;
	struct lane *items;
	size_t count;
	size_t left_out; /* marks of instances beyond LANES_MAX */
};

static void lane_finish(struct lane *lane)
{
	vec_finish(&lane->runs);
	vec_finish(&lane->stops);
	for (size_t i = 0; i < TRACKS_MAX; i++) {
		vec_finish(&lane->stalls[i]);
	}
}

static bool is_shown(const struct html *html, int64_t from_ns, int64_t to_ns)
{
	return from_ns <= html->to_ns && to_ns >= html->from_ns;
}

/* ---- instances ---- */

static struct lane *lane_of(struct lanes *lanes, struct str name)
{
	for (size_t i = 0; i < lanes->count; i++) {
		if (str_equals(lanes->items[i].name, name)) {
			return &lanes->items[i];
		}
	}
	if (lanes->count == LANES_MAX || name.len == 0) {
		lanes->left_out += name.len > 0;
		return NULL;
	}
	lanes->items[lanes->count].name = name;
	lanes->items[lanes->count].is_instance = true;
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
		struct str label =
			arena_printf(&html->view.tmp, STR_FMT "%s" STR_FMT, STR_ARG(run->component),
		                     run->version.len > 0 ? " " : "", STR_ARG(run->version));
		struct str end = run->has_ended ? view_how(&html->view, run->how) : STR("");
		struct str text =
			arena_printf(&html->view.tmp, STR_FMT "%s" STR_FMT, STR_ARG(label),
		                     end.len > 0 ? view_pick(&html->view, ", ") : "", STR_ARG(end));
		vec_push(&lane->runs, (struct html_mark){.from = html_position(html, run->start_ns),
		                                         .to = html_position(html, end_ns),
		                                         .style = HTML_RUN,
		                                         .label = label,
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
		struct str how = view_how(&html->view, stop->how);
		struct str times = stop->count > 1 ? arena_printf(&html->view.tmp, " × %llu",
		                                                  (unsigned long long)stop->count)
		                                   : STR("");
		struct str label = arena_printf(&html->view.tmp, STR_FMT STR_FMT, STR_ARG(how),
		                                STR_ARG(times));
		struct str text =
			arena_printf(&html->view.tmp, "%s " STR_FMT "%s" STR_FMT "%s" STR_FMT,
		                     view_pick(&html->view, "Stop"),
		                     STR_ARG(view_time(&html->view, stop->time_ns)),
		                     view_pick(&html->view, ": "), STR_ARG(label),
		                     stop->cause.len > 0 ? view_pick(&html->view, "; ") : "",
		                     STR_ARG(stop->cause));
		vec_push(&lane->stops,
		         (struct html_mark){.from = html_position(html, stop->time_ns),
		                            .style = HTML_STOP,
		                            .label = label,
		                            .text = text});
	}
}

static void join(struct html_mark *mark, const struct html_mark *other)
{
	mark->count++;
	mark->to = other->to > mark->to ? other->to : mark->to;
}

/* apart: from the beginning of the mark before */
static bool add_behind(struct lane *lane, const struct html_mark *mark, unsigned apart)
{
	for (size_t i = 0; i < TRACKS_MAX; i++) {
		struct html_mark_list *track = &lane->stalls[i];
		struct html_mark *last = track->count > 0 ? vec_last(track) : NULL;
		if (last == NULL ||
		    (mark->from >= last->to + HTML_NEAR && mark->from >= last->from + apart)) {
			vec_push(track, *mark);
			return true;
		}
		if (apart == HTML_NEAR && mark->from < last->from + HTML_NEAR &&
		    mark->to <= last->to + HTML_NEAR) {
			join(last, mark);
			return true;
		}
	}
	return false;
}

/* Into the first track where it has room; what is as good as at the same place is one mark. */
static void add_stall(struct lane *lane, const struct html_mark *mark)
{
	bool is_added =
		lane->stall_count++ < LABELLED_MAX && add_behind(lane, mark, HTML_LABEL_ROOM);
	if (!is_added && !add_behind(lane, mark, HTML_NEAR)) {
		join(vec_last(&lane->stalls[TRACKS_MAX - 1]), mark);
	}
}

/* Number of the chain's step that an episode is; 0: none. */
static size_t step_of(const struct findings *findings, const struct episode *episode,
                      struct str instance)
{
	for (size_t i = 0; i < findings->chain.count; i++) {
		const struct chain_step *step = &findings->chain.items[i];
		if (step->kind == episode->kind && str_equals(step->instance, instance) &&
		    step->start_ns <= episode->last_ns && step->end_ns >= episode->first_ns) {
			return i + 1;
		}
	}
	return 0;
}

static void add_stall_of(struct lanes *lanes, const struct episode *episode, size_t number)
{
	struct html *html = lanes->html;
	struct arena *tmp = &html->view.tmp;
	struct str instance = view_instance(html->view.findings->digest, episode);
	struct lane *lane = lane_of(lanes, instance);
	size_t step = step_of(html->view.findings, episode, instance);
	if (lane == NULL) {
		return;
	}
	struct str title = view_text(&html->view, &episode->kind->title);
	if (episode->count > 1) {
		title = arena_printf(tmp, STR_FMT " × %llu", STR_ARG(title),
		                     (unsigned long long)episode->count);
	}
	struct str took = STR("");
	if (episode->max_took_ns != DURATION_NONE) {
		took = arena_printf(tmp, ", %s" STR_FMT,
		                    episode->count > 1 ? view_pick(&html->view, "up to ") : "",
		                    STR_ARG(view_duration(&html->view, episode->max_took_ns)));
	}
	struct str shown =
		step > 0 ? arena_printf(tmp, "[%zu] " STR_FMT STR_FMT, step, STR_ARG(title),
	                                STR_ARG(took))
			 : arena_printf(tmp, STR_FMT STR_FMT, STR_ARG(title), STR_ARG(took));
	add_stall(
		lane,
		&(struct html_mark){
			.from = html_position(html, episode->first_ns),
			.to = html_position(html, episode->last_ns),
			.style = episode->kind->severity >= EVENT_ERROR ? HTML_ERROR : HTML_TROUBLE,
			.episode = number,
			.count = 1,
			.label = shown,
			.text = arena_printf(tmp, STR_FMT ": " STR_FMT,
	                                     STR_ARG(view_time(&html->view, episode->first_ns)),
	                                     STR_ARG(shown))});
}

static void add_stalls(struct lanes *lanes)
{
	const struct html *html = lanes->html;
	const struct digest *digest = html->view.findings->digest;
	for (size_t i = 0; i < digest->episodes.count; i++) {
		const struct episode *episode = &digest->episodes.items[i];
		if (episode->kind->is_harm && episode->first_ns != TIME_NONE &&
		    is_shown(html, episode->first_ns, episode->last_ns)) {
			add_stall_of(lanes, episode, i + 1);
		}
	}
}

/* Returns: where the next lane begins. */
static unsigned write_lane(struct html *html, const struct lane *lane, unsigned y)
{
	unsigned top = y;
	html_lane_name(html, y + HEAD_HEIGHT - 6, lane->name, lane->is_instance);
	y += HEAD_HEIGHT;
	if (lane->runs.count > 0) {
		html_track(html, &lane->runs, y);
		y += HTML_TRACK_STEP;
	}
	for (size_t i = 0; i < TRACKS_MAX && lane->stalls[i].count > 0; i++) {
		html_track(html, &lane->stalls[i], y);
		y += HTML_TRACK_STEP;
	}
	html_stops(html, &lane->stops, top + HEAD_HEIGHT, y);
	return y + LANE_GAP;
}

/* ---- sessions ---- */

static bool is_gone(const struct lease *lease)
{
	return str_equals(lease->state, STR("lost")) || str_equals(lease->state, STR("expired"));
}

/* When its owner's process ended after that: of the only Milvus, or of the one named after the
 * owner. TIME_NONE: it did not, or that cannot be told. */
static int64_t owner_end(const struct findings *findings, const struct lease *lease)
{
	struct str only = STR("");
	bool is_one = true;
	vec_foreach (const struct run, run, &findings->runs) {
		if (str_equals(run->component, STR("milvus"))) {
			is_one = is_one && (only.len == 0 || str_equals(only, run->instance));
			only = run->instance;
		}
	}
	int64_t end_ns = TIME_NONE;
	vec_foreach (const struct run, run, &findings->runs) {
		bool is_owner = is_one ? str_equals(run->component, STR("milvus"))
		                       : str_contains(run->instance, lease->owner);
		if (is_owner && run->has_ended && run->end_ns != TIME_NONE &&
		    run->end_ns >= lease->time_ns &&
		    (end_ns == TIME_NONE || run->end_ns < end_ns)) {
			end_ns = run->end_ns;
		}
	}
	return end_ns;
}

/* From its first word to its end, or the picture's. */
static struct html_mark session_mark(struct html *html, const struct lease *first)
{
	int64_t end_ns = owner_end(html->view.findings, first);
	bool is_lost = false;
	vec_foreach (const struct lease, lease, &html->view.findings->leases) {
		if (!is_lost && is_gone(lease) && lease->time_ns != TIME_NONE &&
		    lease->time_ns >= first->time_ns && str_equals(lease->owner, first->owner) &&
		    (lease->id.len == 0 || str_equals(lease->id, first->id)) &&
		    (end_ns == TIME_NONE || lease->time_ns <= end_ns)) {
			end_ns = lease->time_ns;
			is_lost = true;
		}
	}
	struct str text = arena_printf(&html->view.tmp, "%s " STR_FMT " " STR_FMT "%s",
	                               view_pick(&html->view, "Session of"), STR_ARG(first->owner),
	                               STR_ARG(first->id),
	                               is_lost ? view_pick(&html->view, ", lost at the end") : "");
	return (struct html_mark){.from = html_position(html, first->time_ns),
	                          .to = end_ns == TIME_NONE ? HTML_POSITION_MAX
	                                                    : html_position(html, end_ns),
	                          .style = is_lost ? HTML_SESSION_LOST : HTML_SESSION,
	                          .label = first->owner,
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

static bool is_near(unsigned a, unsigned b)
{
	return a < b + 4 * HTML_NEAR && b < a + 4 * HTML_NEAR;
}

/* Sessions that begin and end together are one mark with all their names. */
static void add_session(struct html *html, struct html_mark_list *sessions,
                        const struct html_mark *mark)
{
	vec_foreach (struct html_mark, other, sessions) {
		if (other->style == mark->style && is_near(other->from, mark->from) &&
		    is_near(other->to, mark->to)) {
			other->label = arena_printf(&html->view.tmp, STR_FMT ", " STR_FMT,
			                            STR_ARG(other->label), STR_ARG(mark->label));
			other->text = arena_printf(
				&html->view.tmp, STR_FMT "%s" STR_FMT, STR_ARG(other->text),
				view_pick(&html->view, "; "), STR_ARG(mark->text));
			return;
		}
	}
	vec_push(sessions, *mark);
}

static int compare_marks(const void *a, const void *b)
{
	const struct html_mark *left = a, *right = b;
	if (left->from != right->from) {
		return left->from < right->from ? -1 : 1;
	}
	return str_compare(left->label, right->label);
}

static unsigned write_sessions(struct html *html, unsigned y)
{
	const struct findings *findings = html->view.findings;
	struct html_mark_list sessions = {0};
	struct lane lane = {0};
	vec_foreach (const struct lease, lease, &findings->leases) {
		if (is_first_of_session(findings, lease)) {
			struct html_mark mark = session_mark(html, lease);
			add_session(html, &sessions, &mark);
		}
	}
	if (sessions.count > 0) {
		qsort(sessions.items, sessions.count, sizeof(struct html_mark), compare_marks);
		vec_foreach (const struct html_mark, mark, &sessions) {
			add_stall(&lane, mark);
		}
		lane.name = str_from(view_pick(&html->view, "Sessions"));
		y = write_lane(html, &lane, y);
	}
	vec_finish(&sessions);
	lane_finish(&lane);
	return y;
}

/* ---- terms ---- */

/* The instance of that member, or its id. */
static struct str member_name(const struct findings *findings, struct str id)
{
	vec_foreach (const struct finding_fact, item, &findings->facts) {
		if (str_equals(item->fact.id, STR("etcd.member_id")) &&
		    str_equals(item->fact.text, id) && item->fact.instance.len > 0) {
			return item->fact.instance;
		}
	}
	return id;
}

/* next_ns: when the next one began; TIME_NONE: none is known */
static void add_term(struct html *html, struct html_mark_list *track, const struct term *term,
                     int64_t next_ns)
{
	int64_t last_ns = next_ns != TIME_NONE ? next_ns : html->to_ns;
	int64_t end_ns = term->end_ns != TIME_NONE ? term->end_ns : last_ns;
	struct str leader = member_name(html->view.findings, term->leader);
	struct str label = arena_printf(
		&html->view.tmp, "%s %llu%s" STR_FMT, view_pick(&html->view, "Term"),
		(unsigned long long)term->number, view_pick(&html->view, ": "), STR_ARG(leader));
	struct str why = view_text(&html->view, &term->why);
	if (is_shown(html, term->start_ns, end_ns)) {
		vec_push(track,
		         (struct html_mark){.from = html_position(html, term->start_ns),
		                            .to = html_position(html, end_ns),
		                            .style = HTML_TERM,
		                            .label = label,
		                            .text = arena_printf(
						    &html->view.tmp, STR_FMT "%s" STR_FMT,
						    STR_ARG(label),
						    why.len > 0 ? view_pick(&html->view, "; ") : "",
						    STR_ARG(why))});
	}
	unsigned from = html_position(html, end_ns), to = html_position(html, next_ns);
	if (next_ns != TIME_NONE && to > from + HTML_NEAR && is_shown(html, end_ns, next_ns)) {
		struct str none = str_from(view_pick(&html->view, "no leader"));
		vec_push(track, (struct html_mark){.from = from,
		                                   .to = to,
		                                   .style = HTML_NO_LEADER,
		                                   .label = none,
		                                   .text = none});
	}
}

static unsigned write_terms(struct html *html, unsigned y)
{
	const struct findings *findings = html->view.findings;
	struct html_mark_list track = {0};
	for (size_t i = 0; i < findings->terms.count; i++) {
		const struct term *term = &findings->terms.items[i];
		bool has_next = i + 1 < findings->terms.count && term[1].start_ns != TIME_NONE;
		if (term->start_ns != TIME_NONE) {
			add_term(html, &track, term, has_next ? term[1].start_ns : TIME_NONE);
		}
	}
	if (track.count > 0) {
		html_lane_name(html, y + HEAD_HEIGHT - 6,
		               str_from(view_pick(&html->view, "Leader terms")), false);
		html_track(html, &track, y + HEAD_HEIGHT);
		y += HEAD_HEIGHT + HTML_TRACK_STEP + LANE_GAP;
	}
	vec_finish(&track);
	return y;
}

/* ---- the section ---- */

static void lanes_finish(struct lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		lane_finish(&lanes->items[i]);
	}
	memory_free(lanes->items);
}

static void write_picture(struct lanes *lanes)
{
	struct html *html = lanes->html;
	struct buf *page = html->out, body = {0};
	unsigned y = 4 + HTML_AXIS_HEIGHT;
	html->out = &body;
	for (size_t i = 0; i < lanes->count; i++) {
		y = write_lane(html, &lanes->items[i], y);
	}
	y = write_sessions(html, y);
	y = write_terms(html, y);
	y += HTML_AXIS_HEIGHT;
	html->out = page;
	buf_printf(
		html->out,
		"<svg class=\"lanes\" width=\"100%%\" height=\"%u\" role=\"group\" aria-label=\"",
		y);
	html_pick(html, "Swim lanes");
	html_raw(html, "\">\n");
	html_axis(html, y);
	buf_add(html->out, buf_str(&body));
	html_raw(html, "</svg>\n");
	buf_finish(&body);
}

/* Returns: how many marks had no room. */
static size_t write_lanes(struct html *html)
{
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
	html_element(html, "p", view_span(&html->view, html->from_ns, html->to_ns));
	html_raw(html, "\n");
	write_picture(&lanes);
	lanes_finish(&lanes);
	return lanes.left_out;
}

/* What the chain spans, and a margin; whether that is so little of what is shown that its order
 * cannot be seen there. */
static bool find_near(const struct html *html, int64_t *from_ns, int64_t *to_ns)
{
	*from_ns = *to_ns = TIME_NONE;
	vec_foreach (const struct chain_step, step, &html->view.findings->chain) {
		if (step->start_ns == TIME_NONE) {
			continue;
		}
		int64_t end_ns = step->end_ns > step->start_ns ? step->end_ns : step->start_ns;
		*from_ns = *from_ns == TIME_NONE || step->start_ns < *from_ns ? step->start_ns
		                                                              : *from_ns;
		*to_ns = end_ns > *to_ns ? end_ns : *to_ns;
	}
	if (*from_ns == TIME_NONE || *from_ns < html->from_ns || *to_ns > html->to_ns) {
		return false;
	}
	int64_t margin_ns = (*to_ns - *from_ns) / 6 + NEAR_MARGIN_S * NS_PER_SEC;
	*from_ns -= margin_ns;
	*to_ns += margin_ns;
	return (html->to_ns - html->from_ns) / NEAR_SHARE > *to_ns - *from_ns;
}

/* What it is about, where that would be a stroke in the whole. */
static void write_near(struct html *html)
{
	int64_t whole_from_ns = html->from_ns, whole_to_ns = html->to_ns, from_ns, to_ns;
	if (!find_near(html, &from_ns, &to_ns)) {
		return;
	}
	html_element(html, "h3", str_from(view_pick(&html->view, "The incident")));
	html->from_ns = from_ns;
	html->to_ns = to_ns;
	write_lanes(html);
	html->from_ns = whole_from_ns;
	html->to_ns = whole_to_ns;
	html_element(html, "h3", str_from(view_pick(&html->view, "The whole time")));
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
	write_near(html);
	size_t left_out = write_lanes(html);
	html_key(html);
	html_raw(html, "<p id=\"mark\" class=\"point\" aria-live=\"polite\">");
	html_pick(html, "Point at a mark to see its line; a click leads to its event.");
	html_raw(html, "</p>\n");
	if (left_out > 0) {
		html_element(
			html, "p",
			str_from(view_pick(&html->view, "Other instances had no room here; the "
		                                        "events below have them all.")));
	}
	html_raw(html, "</section>\n");
}
