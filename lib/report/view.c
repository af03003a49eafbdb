/* SPDX-License-Identifier: Apache-2.0 */
#include "report/view.h"

#include "base/vec.h"
#include "report/reporters.h"

#include <math.h>
#include <stdlib.h>

int64_t view_rounded(int64_t duration_ns)
{
	if (duration_ns == DURATION_NONE) {
		return duration_ns;
	}
	int64_t half = duration_ns < 0 ? -NS_PER_US / 2 : NS_PER_US / 2;
	return (duration_ns / NS_PER_US + (duration_ns % NS_PER_US + half) / NS_PER_US) * NS_PER_US;
}

int view_percent(double confidence)
{
	int permille = (int)(confidence * 1000 + 0.5);
	return (permille + 5) / 10;
}

struct str view_instance(const struct digest *digest, const struct episode *episode)
{
	/* a saved report has no sources: there an episode without an instance has none */
	bool has_own = episode->instance.len > 0 || episode->source >= digest->source_count;
	return has_own ? episode->instance : digest->sources[episode->source].instance;
}

size_t view_evidence(const struct episode *episode, const struct event *evidence[VIEW_EVIDENCE_MAX])
{
	const struct event *longest = episode->members[0];
	for (size_t i = 1; i < episode->member_count; i++) {
		if (view_rounded(episode->members[i]->took_ns) > view_rounded(longest->took_ns)) {
			longest = episode->members[i];
		}
	}
	evidence[0] = episode->members[0];
	evidence[1] = longest;
	return longest == episode->members[0] ? 1 : 2;
}

struct str report_zone(const struct source *source)
{
	const uint64_t *by = source->by_zone;
	if (source->dated == 0) {
		return STR("");
	}
	if (by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_UTC] &&
	    by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_OFFSET]) {
		return STR("none");
	}
	return by[CLOCK_ZONE_UTC] >= by[CLOCK_ZONE_OFFSET] ? STR("UTC") : STR("offset");
}

/* ---- words ---- */

struct str view_text(const struct view *view, const struct text_both *both)
{
	return text_in(both, view->options->lang);
}

const char *view_pick(const struct view *view, const char *en)
{
	return text_translate(view->options->lang, en);
}

struct str view_words(struct view *view, struct str en)
{
	return text_retell(view->options->lang, en, &view->tmp);
}

/* "did not stop" ... */
static const char *stopped_words(const struct view *view)
{
	enum answer stopped = view->findings->verdict.stopped;
	return stopped == ANSWER_YES  ? view_pick(view, "stopped")
	       : stopped == ANSWER_NO ? view_pick(view, "did not stop")
	                              : view_pick(view, "whether it stopped is not visible");
}

struct str view_time(struct view *view, int64_t time_ns)
{
	char text[CLOCK_TEXT_MAX];
	if (time_ns == TIME_NONE) {
		return STR("");
	}
	struct str full = clock_write(text, time_ns, view->options->zone);
	bool is_utc = str_ends(full, STR("Z"));
	struct str offset = is_utc ? STR(" UTC") : str_skip(full, full.len - sizeof("+08:00") + 1);
	return arena_printf(&view->tmp, STR_FMT " " STR_FMT STR_FMT,
	                    STR_ARG(str_slice(full, 0, sizeof("2024-05-01") - 1)),
	                    STR_ARG(clock_format_short(&view->tmp, time_ns, view->options->zone)),
	                    STR_ARG(offset));
}

struct str view_span(struct view *view, int64_t from_ns, int64_t to_ns)
{
	enum { DAY = sizeof("2024-05-01") - 1, CLOCK = sizeof("2024-05-01 10:02:03.123") - 1 };
	struct str from = view_time(view, from_ns), to = view_time(view, to_ns);
	if (from.len < CLOCK || to.len < CLOCK || from_ns == to_ns) {
		return from.len > 0 ? from : to;
	}
	if (str_equals(str_skip(from, CLOCK), str_skip(to, CLOCK))) {
		bool is_one_day = str_equals(str_slice(from, 0, DAY), str_slice(to, 0, DAY));
		from = str_slice(from, 0, CLOCK);
		to = str_skip(to, is_one_day ? DAY + 1 : 0);
	}
	return arena_printf(&view->tmp, view_pick(view, "%.*s to %.*s"), STR_ARG(from),
	                    STR_ARG(to));
}

struct str view_duration(struct view *view, int64_t duration_ns)
{
	return duration_format(&view->tmp, view_rounded(duration_ns));
}

struct str view_where(struct view *view, const struct event_origin *origin)
{
	return origin->line == 0 ? origin->path
	                         : arena_printf(&view->tmp, STR_FMT ":%llu", STR_ARG(origin->path),
	                                        (unsigned long long)origin->line);
}

/* Names between commas, said in the reader's language. */
static struct str list_of(struct view *view, struct str names)
{
	struct str name, listed = STR("");
	while (names.len > 0) {
		str_cut(names, STR(","), &name, &names);
		listed = arena_printf(&view->tmp, STR_FMT "%s" STR_FMT, STR_ARG(listed),
		                      listed.len > 0 ? view_pick(view, ", ") : "",
		                      STR_ARG(view_words(view, name)));
	}
	return listed;
}

/* What stood around its lines, how it was encoded and that its stamps have no zone, where that is
 * not the usual; each with a comma before it. */
static struct str source_remarks(struct view *view, const struct source *source)
{
	struct str remarks = STR("");
	bool is_plain = source->encoding.len == 0 || str_starts(source->encoding, STR("UTF-8"));
	if (source->wrappers.len > 0) {
		remarks = arena_printf(&view->tmp, view_pick(view, ", inside %.*s"),
		                       STR_ARG(list_of(view, source->wrappers)));
	}
	if (!is_plain) {
		remarks = arena_printf(&view->tmp, STR_FMT "%s" STR_FMT, STR_ARG(remarks),
		                       view_pick(view, ", "), STR_ARG(source->encoding));
	}
	if (source->by_zone[CLOCK_ZONE_NONE] >
	    source->by_zone[CLOCK_ZONE_UTC] + source->by_zone[CLOCK_ZONE_OFFSET]) {
		remarks = arena_printf(&view->tmp, STR_FMT "%s", STR_ARG(remarks),
		                       view_pick(view, ", stamps without zone"));
	}
	return remarks;
}

struct str view_source(struct view *view, const struct source *source)
{
	struct str component = source->component.len > 0
	                               ? source->component
	                               : str_from(view_pick(view, "not recognised"));
	struct str listed = list_of(view, source->formats);
	if (listed.len == 0) {
		listed = str_from(view_pick(view, "no known format"));
	}
	listed = arena_printf(&view->tmp, STR_FMT STR_FMT, STR_ARG(listed),
	                      STR_ARG(source_remarks(view, source)));
	return arena_printf(&view->tmp, view_pick(view, "%.*s (%.*s)"), STR_ARG(component),
	                    STR_ARG(listed));
}

/* At most three decimals, as it is after it was saved. */
static struct str number(struct view *view, double value)
{
	int64_t milli = fabs(value) < 1e15 ? (int64_t)llround(value * 1000) : 0;
	if (fabs(value) >= 1e15) {
		return STR("?");
	}
	struct str text = arena_printf(&view->tmp, "%s%lld.%03lld", milli < 0 ? "-" : "",
	                               llabs(milli) / 1000, llabs(milli) % 1000);
	while (str_ends(text, STR("0"))) {
		text.len--;
	}
	return str_ends(text, STR(".")) ? str_slice(text, 0, text.len - 1) : text;
}

struct str view_fact(struct view *view, const struct finding_fact *item)
{
	struct str value =
		isnan(item->fact.value) ? item->fact.text : number(view, item->fact.value);
	struct str text =
		arena_printf(&view->tmp, STR_FMT "%s" STR_FMT, STR_ARG(value),
	                     item->fact.unit.len > 0 ? " " : "", STR_ARG(item->fact.unit));
	if (isnan(item->threshold)) {
		return text;
	}
	const char *held = item->is_below ? view_pick(view, "should be below")
	                                  : view_pick(view, "should be at least");
	return arena_printf(&view->tmp, STR_FMT "%s%s " STR_FMT, STR_ARG(text),
	                    view_pick(view, ", "), held, STR_ARG(number(view, item->threshold)));
}

const char *view_chain_head(const struct view *view, const char *en)
{
	bool is_unknown = str_equals(view->findings->verdict.cause, STR("unknown"));
	return is_unknown ? TEXT_MARK("What was seen") : en;
}

/* ---- lanes ---- */

static size_t lane_of(struct view *view, struct str instance)
{
	for (size_t i = 0; i < view->lanes.count; i++) {
		if (str_equals(view->lanes.items[i], instance)) {
			return i;
		}
	}
	if (view->lanes.count == VIEW_LANES_MAX) {
		return VIEW_LANES_MAX - 1;
	}
	vec_push(&view->lanes, instance);
	return view->lanes.count - 1;
}

static bool is_harmed(const struct view *view, struct str instance, int64_t time_ns)
{
	const struct digest *digest = view->findings->digest;
	vec_foreach (const struct episode, episode, &digest->episodes) {
		if (episode->kind->is_harm && episode->first_ns != TIME_NONE &&
		    episode->first_ns <= time_ns && episode->last_ns >= time_ns &&
		    str_equals(view_instance(digest, episode), instance)) {
			return true;
		}
	}
	return false;
}

enum view_state view_state(const struct view *view, size_t lane, int64_t time_ns)
{
	struct str instance = view->lanes.items[lane];
	enum view_state state = VIEW_UNKNOWN;
	int64_t latest = INT64_MIN;
	if (time_ns == TIME_NONE) {
		return VIEW_UNKNOWN;
	}
	vec_foreach (const struct run, run, &view->findings->runs) {
		bool has_begun = run->start_ns == TIME_NONE || run->start_ns <= time_ns;
		if (!str_equals(run->instance, instance) || !has_begun || run->start_ns < latest) {
			continue;
		}
		latest = run->start_ns;
		state = run->has_ended && run->end_ns != TIME_NONE && run->end_ns <= time_ns
		                ? VIEW_DOWN
		                : VIEW_RUNNING;
	}
	return state != VIEW_DOWN && is_harmed(view, instance, time_ns) ? VIEW_TROUBLE : state;
}

/* ---- rows ---- */

/* "TITLE × 5, up to 36.0 s"; what is said of a step otherwise stays as it is. */
static struct str step_text(struct view *view, const struct chain_step *step)
{
	struct str summary = view_text(view, &step->summary);
	if (step->kind == NULL || !str_starts(summary, view_text(view, &step->kind->title)) ||
	    step->is_inferred) {
		return summary;
	}
	struct str title = view_text(view, &step->kind->title);
	struct str times = step->count > 1 ? arena_printf(&view->tmp, " × %llu",
	                                                  (unsigned long long)step->count)
	                                   : STR("");
	if (step->max_took_ns == DURATION_NONE) {
		return arena_printf(&view->tmp, STR_FMT STR_FMT, STR_ARG(title), STR_ARG(times));
	}
	const char *up_to = step->count > 1 ? view_pick(view, ", up to ") : view_pick(view, ", ");
	return arena_printf(&view->tmp, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(title),
	                    STR_ARG(times), up_to, STR_ARG(view_duration(view, step->max_took_ns)));
}

static void add_steps(struct view *view)
{
	const struct findings *findings = view->findings;
	for (size_t i = 0; i < findings->chain.count; i++) {
		const struct chain_step *step = &findings->chain.items[i];
		struct view_row row = {.kind = VIEW_STEP,
		                       .time_ns = step->start_ns,
		                       .lane = lane_of(view, step->instance),
		                       .text = step_text(view, step),
		                       .count = 1,
		                       .step = i + 1,
		                       .is_inferred = step->is_inferred,
		                       .is_end = i + 1 == findings->chain.count &&
		                                 findings->verdict.stopped == ANSWER_YES};
		vec_push(&view->rows, row);
	}
}

struct str view_how(const struct view *view, enum stop_how how)
{
	static const struct {
		const char *en;
	} texts[STOP_HOW_COUNT] = {
		[STOP_ASKED] = {TEXT_MARK("ended as asked")},
		[STOP_CLEAN] = {TEXT_MARK("ended in order")},
		[STOP_SESSION_LOST] = {TEXT_MARK("gave up: session lost")},
		[STOP_FATAL] = {TEXT_MARK("ended with a fatal error")},
		[STOP_PANIC] = {TEXT_MARK("panicked")},
		[STOP_NATIVE] = {TEXT_MARK("crashed in native code")},
		[STOP_KILLED] = {TEXT_MARK("was killed")},
		[STOP_ABRUPT] = {TEXT_MARK("ended without a word")},
		[STOP_START_FAILED] = {TEXT_MARK("did not come up")},
		[STOP_QUORUM_LOST] = {TEXT_MARK("lost its quorum")},
	};
	return str_from(view_pick(view, texts[how].en));
}

/* Whether the chain tells of something in that lane within a second. What a process complains of
 * does not tell that it then ended without a word. */
static bool is_told(const struct view *view, size_t lane, const struct run *run)
{
	vec_foreach (const struct view_row, row, &view->rows) {
		int64_t apart;
		if (row->kind == VIEW_STEP && row->lane == lane && row->time_ns != TIME_NONE &&
		    (row->is_end || run->how != STOP_ABRUPT) &&
		    !__builtin_sub_overflow(row->time_ns, run->end_ns, &apart) &&
		    llabs(apart) <= NS_PER_SEC) {
			return true;
		}
	}
	return false;
}

static void add_runs(struct view *view)
{
	vec_foreach (const struct run, run, &view->findings->runs) {
		size_t lane = lane_of(view, run->instance);
		if (run->start_ns != TIME_NONE) {
			struct str text = run->version.len == 0
			                          ? str_from(view_pick(view, "started"))
			                          : arena_printf(&view->tmp,
			                                         view_pick(view, "started (%.*s)"),
			                                         STR_ARG(run->version));
			vec_push(&view->rows, (struct view_row){.kind = VIEW_START,
			                                        .time_ns = run->start_ns,
			                                        .lane = lane,
			                                        .text = text,
			                                        .count = 1});
		}
		if (run->has_ended && run->end_ns != TIME_NONE && !is_told(view, lane, run)) {
			vec_push(&view->rows, (struct view_row){.kind = VIEW_END,
			                                        .time_ns = run->end_ns,
			                                        .lane = lane,
			                                        .text = view_how(view, run->how),
			                                        .count = 1,
			                                        .is_end = true});
		}
	}
}

static int compare_rows(const void *a, const void *b)
{
	const struct view_row *left = a, *right = b;
	if (left->time_ns != right->time_ns) {
		return left->time_ns < right->time_ns ? -1 : 1;
	}
	if (left->step != right->step) {
		return left->step < right->step ? -1 : 1;
	}
	return left->lane != right->lane ? (left->lane < right->lane ? -1 : 1)
	                                 : (int)left->kind - (int)right->kind;
}

static bool is_alike(const struct view_row *a, const struct view_row *b)
{
	return a->step == 0 && b->step == 0 && a->kind == b->kind && a->lane == b->lane &&
	       str_equals(a->text, b->text);
}

/* A restart loop: the same two rows again and again are these two, and how often. Once again is a
 * restart, whose time is told. */
static bool is_again(const struct view *view, size_t kept, size_t index)
{
	const struct view_row *row = &view->rows.items[index];
	for (size_t back = 1; back <= 2 && back <= kept; back++) {
		struct view_row *before = &view->rows.items[kept - back];
		bool goes_on = back == 1 || before->count > 1 ||
		               (index + 2 < view->rows.count &&
		                is_alike(row, &view->rows.items[index + 2]));
		if (is_alike(before, row) && goes_on) {
			before->count++;
			return true;
		}
	}
	return false;
}

static void collapse_rows(struct view *view)
{
	size_t kept = 0;
	for (size_t i = 0; i < view->rows.count; i++) {
		struct view_row row = view->rows.items[i];
		if (is_again(view, kept, i)) {
			continue;
		}
		if (kept >= VIEW_ROWS_MAX && row.step == 0) {
			view->left_out++;
			continue;
		}
		view->rows.items[kept++] = row;
	}
	view->rows.count = kept;
}

/* Many instances that start one after the other are one row. */
static void gather_starts(struct view *view)
{
	enum { STARTS_MIN = 6 };
	size_t kept = 0;
	for (size_t i = 0; i < view->rows.count;) {
		size_t end = i;
		while (end < view->rows.count && view->rows.items[end].kind == VIEW_START &&
		       view->rows.items[end].count == 1 &&
		       str_equals(view->rows.items[end].text, view->rows.items[i].text)) {
			end++;
		}
		if (end < i + STARTS_MIN) {
			end = i + 1;
		}
		struct view_row row = view->rows.items[i];
		if (end > i + 1) {
			row.others = end - i - 1;
			row.others_end_ns = view->rows.items[end - 1].time_ns;
		}
		view->rows.items[kept++] = row;
		i = end;
	}
	view->rows.count = kept;
}

/* Up to a sign that parts words. */
static void find_common(struct view *view)
{
	enum { LONG = 20, COMMON_MIN = 8, REST_MIN = 3 };
	size_t longest = 0, shortest = SIZE_MAX;
	struct str common = view->lanes.count > 1 ? view->lanes.items[0] : STR("");
	vec_foreach (const struct str, name, &view->lanes) {
		size_t same = 0;
		while (same < common.len && same < name->len &&
		       common.ptr[same] == name->ptr[same]) {
			same++;
		}
		common.len = same;
		longest = name->len > longest ? name->len : longest;
		shortest = name->len < shortest ? name->len : shortest;
	}
	while (common.len > 0 && (common.len + REST_MIN > shortest ||
	                          str_find_byte(STR("-_./"), common.ptr[common.len - 1]) < 0)) {
		common.len--;
	}
	view->common_len = longest > LONG && common.len >= COMMON_MIN ? common.len : 0;
}

/* ---- the answer in five lines ---- */

/* The stop that the verdict is about, or the first one; NULL: there is none. */
static const struct stop *main_stop(const struct findings *findings)
{
	vec_foreach (const struct stop, stop, &findings->stops) {
		if (stop->is_main) {
			return stop;
		}
	}
	return findings->stops.count > 0 ? &findings->stops.items[0] : NULL;
}

static void say_when(struct view *view)
{
	const struct stop *stop = main_stop(view->findings);
	if (stop != NULL) {
		struct str time = stop->time_ns == TIME_NONE
		                          ? str_from(view_pick(view, "time not known"))
		                          : view_time(view, stop->time_ns);
		view->brief.when =
			arena_printf(&view->tmp, view_pick(view, "%.*s, %.*s %.*s"), STR_ARG(time),
		                     STR_ARG(stop->instance), STR_ARG(view_how(view, stop->how)));
	} else if (view->from_ns != TIME_NONE) {
		view->brief.when = view_span(view, view->from_ns, view->to_ns);
	}
}

static void say_sure(struct view *view)
{
	const struct findings *findings = view->findings;
	struct str cause = findings->verdict.cause.len > 0
	                           ? findings->verdict.cause
	                           : str_from(view_pick(view, "nothing wrong"));
	struct str sure = arena_printf(&view->tmp, view_pick(view, "%d %%, %.*s (%s)"),
	                               view_percent(findings->verdict.confidence), STR_ARG(cause),
	                               stopped_words(view));
	if (findings->rivals.count > 0) {
		const struct hypothesis *rival = &findings->rivals.items[0];
		sure = arena_printf(&view->tmp, view_pick(view, "%.*s; next: %.*s %d %%"),
		                    STR_ARG(sure), STR_ARG(rival->cause),
		                    view_percent(rival->confidence));
	}
	view->brief.sure = sure;
}

static void say_brief(struct view *view)
{
	const struct findings *findings = view->findings;
	struct view_brief *brief = &view->brief;
	brief->what = view_text(view, &findings->verdict.summary);
	say_when(view);
	if (findings->named.reasons_for.count > 0) {
		brief->why = view_text(view, &findings->named.reasons_for.items[0]);
	} else if (findings->verdict.is_excerpt) {
		brief->why = str_from(view_pick(
			view, "these are pieces of a log: what is not in them proves nothing"));
	}
	say_sure(view);
	bool is_unknown = str_equals(findings->verdict.cause, STR("unknown"));
	if (is_unknown && findings->settle.count > 0) {
		brief->first = view_text(view, &findings->settle.items[0].how);
	} else if (findings->advice.count > 0) {
		brief->first = view_text(view, &findings->advice.items[0].text);
	} else if (findings->missing.count > 0) {
		brief->first = view_text(view, &findings->missing.items[0].how);
	}
}

static void find_span(struct view *view)
{
	view->from_ns = view->to_ns = TIME_NONE;
	vec_foreach (const struct episode, episode, &view->findings->digest->episodes) {
		if (!episode->kind->is_harm || episode->first_ns == TIME_NONE ||
		    episode->last_ns < episode->first_ns) {
			continue;
		}
		view->from_ns = view->from_ns == TIME_NONE || episode->first_ns < view->from_ns
		                        ? episode->first_ns
		                        : view->from_ns;
		view->to_ns = episode->last_ns > view->to_ns ? episode->last_ns : view->to_ns;
	}
	const struct stop *stop = main_stop(view->findings);
	int64_t stop_ns = stop == NULL ? TIME_NONE : stop->time_ns;
	view->to_ns = stop_ns > view->to_ns && view->to_ns != TIME_NONE ? stop_ns : view->to_ns;
}

void view_init(struct view *view, const struct findings *findings,
               const struct report_options *options)
{
	*view = (struct view){.findings = findings, .options = options};
	find_span(view);
	add_steps(view);
	add_runs(view);
	if (view->rows.count > 0) {
		qsort(view->rows.items, view->rows.count, sizeof(struct view_row), compare_rows);
	}
	collapse_rows(view);
	gather_starts(view);
	find_common(view);
	say_brief(view);
}

void view_finish(struct view *view)
{
	vec_finish(&view->lanes);
	vec_finish(&view->rows);
	arena_finish(&view->tmp);
}

/* ---- slow operations over time ---- */

static unsigned char height_of(int64_t took_ns)
{
	static const int limits_ms[] = {30, 100, 300, 1000, 3000, 10000, 30000};
	unsigned char height = 1;
	for (size_t i = 0; i < sizeof(limits_ms) / sizeof(limits_ms[0]); i++) {
		height += took_ns > limits_ms[i] * NS_PER_MS;
	}
	return height;
}

bool view_spark(const struct view *view, const struct latency *latency, unsigned char *heights,
                size_t count)
{
	int64_t span, at;
	bool has_any = false;
	for (size_t i = 0; i < count; i++) {
		heights[i] = 0;
	}
	if (view->from_ns == TIME_NONE ||
	    __builtin_sub_overflow(view->to_ns, view->from_ns, &span) || span <= 0) {
		return false;
	}
	vec_foreach (const struct episode, episode, &view->findings->digest->episodes) {
		if (!str_equals(episode->kind->id, latency->kind) ||
		    !str_equals(view_instance(view->findings->digest, episode),
		                latency->instance)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			if (event->took_ns == DURATION_NONE || event->time_ns == TIME_NONE ||
			    event->time_ns > view->to_ns ||
			    __builtin_sub_overflow(event->time_ns, view->from_ns, &at) || at < 0) {
				continue;
			}
			size_t column = (size_t)((double)at / (double)span * (double)count);
			unsigned char height = height_of(view_rounded(event->took_ns));
			column = column < count ? column : count - 1;
			heights[column] = height > heights[column] ? height : heights[column];
			has_any = true;
		}
	}
	return has_any;
}
