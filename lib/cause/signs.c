/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a sign is seen: the "when" of cause files (docs/schema/cause.schema.json) against episodes and facts. */
#include "cause/reason.h"

#include "base/vec.h"

#include <math.h>
#include <string.h>

enum {
	LIFT_SHARE = 3,     /* all day at a third of the rate in the window: no lift */
	LIFT_MAX_SHARE = 2, /* ... and half the duration */
	LIFT_SPAN = 4,      /* outside must be this much longer than the window to say anything */
	KINDS_SLOTS = 128
};

/* ---- comparisons: ">=2", ">1s", "<0.5" ---- */

static bool read_number(struct str text, double *number)
{
	int64_t duration = duration_parse(text);
	if (str_to_double(text, number)) {
		return true;
	}
	if (duration == DURATION_NONE) {
		return false;
	}
	*number = (double)duration;
	return true;
}

static bool compares(double value, struct str condition)
{
	double bound;
	bool is_or_equal = condition.len > 1 && condition.ptr[1] == '=';
	struct str number = str_skip(condition, is_or_equal ? 2 : 1);
	if (condition.len < 2 || isnan(value) || !read_number(number, &bound)) {
		return false;
	}
	switch (condition.ptr[0]) {
	case '>':
		return is_or_equal ? value >= bound : value > bound;
	case '<':
		return is_or_equal ? value <= bound : value < bound;
	case '=':
		return value == bound;
	default:
		return false;
	}
}

static bool is_named(struct str text, const struct json *names, bool (*fits)(struct str, struct str))
{
	if (json_type(names) == JSON_STRING) {
		return fits(text, json_text(names));
	}
	for (const struct json *name = json_first(names); name != NULL; name = json_next(name)) {
		if (fits(text, json_text(name))) {
			return true;
		}
	}
	return false;
}

/* Names of kinds, and which kinds they were found to name: episodes are many, kinds are few. */
struct named_kinds {
	const struct json *names;
	const struct event_kind *kinds[KINDS_SLOTS];
	bool is_named[KINDS_SLOTS];
};

static bool names_kind(struct named_kinds *named, const struct event_kind *kind)
{
	size_t slot = ((uintptr_t)kind / sizeof(*kind)) % KINDS_SLOTS;
	if (named->kinds[slot] != kind) {
		named->kinds[slot] = kind;
		named->is_named[slot] = is_named(kind->id, named->names, kind_is);
	}
	return named->is_named[slot];
}

/* ---- episodes ---- */

/* Field conditions: {"field": NAME, "contains": [...]} or {"field": NAME, "value": ">10"}; a list means all. */
static bool field_holds(const struct event *event, const struct json *condition)
{
	struct str name = json_get_text(condition, "field");
	const struct event_field *field = event_field(event, name);
	if (json_get(condition, "missing") != NULL) {
		return (field == NULL || field->text.len == 0) == json_bool(json_get(condition, "missing"), true);
	}
	if (field == NULL) {
		return false;
	}
	struct str value = json_get_text(condition, "value");
	if (value.len > 0) {
		double number;
		bool has_number = field->type != EVENT_TEXT && field->number != INT64_MIN;
		if (!has_number && !str_to_double(field->text, &number)) {
			return false;
		}
		return compares(has_number ? (double)field->number : number, value);
	}
	const struct json *not_contains = json_get(condition, "lacks");
	if (not_contains != NULL && is_named(field->text, not_contains, str_contains)) {
		return false;
	}
	const struct json *contains = json_get(condition, "contains");
	return contains == NULL || is_named(field->text, contains, str_contains);
}

static bool fields_hold(const struct event *event, const struct json *conditions)
{
	if (conditions == NULL) {
		return true;
	}
	if (json_type(conditions) == JSON_OBJECT) {
		return field_holds(event, conditions);
	}
	for (const struct json *condition = json_first(conditions); condition != NULL; condition = json_next(condition)) {
		if (!field_holds(event, condition)) {
			return false;
		}
	}
	return true;
}

struct tally {
	double count;
	double max_ns;
	double inside;
	unsigned sources;
};

static void tally_episode(struct tally *tally, const struct episode *episode, const struct json *conditions)
{
	double count = 0;
	for (size_t i = 0; i < episode->member_count; i++) {
		if (fields_hold(episode->members[i], conditions)) {
			count++;
			if ((double)episode->members[i]->took_ns > tally->max_ns) {
				tally->max_ns = (double)episode->members[i]->took_ns;
			}
			tally->inside += episode->members[i]->inside;
		}
	}
	/* without conditions all events count, with them those that were kept */
	tally->count += conditions == NULL ? (double)episode->count : count;
}

static bool is_in_scope(const struct reason *reason, const struct episode *episode, const struct json *when)
{
	struct str scope = json_get_text(when, "in");
	if (str_equals(scope, STR("case"))) {
		return true;
	}
	if (str_equals(scope, STR("before-stop")) && reason->stop != NULL && reason->stop->time_ns != TIME_NONE &&
	    episode->first_ns != TIME_NONE && episode->first_ns > reason->stop->time_ns + NS_PER_SEC / 2) {
		return false;
	}
	if (str_equals(scope, STR("near-stop")) && free_end_watch(reason) != TIME_NONE &&
	    episode->last_ns != TIME_NONE && episode->last_ns < free_end_watch(reason)) {
		return false;
	}
	return episode_in_window(reason, episode);
}

static bool tally_holds(const struct tally *tally, const struct json *when)
{
	struct str count = json_get_text(when, "count"), max = json_get_text(when, "max");
	struct str inside = json_get_text(when, "inside");
	return (count.len > 0 ? compares(tally->count, count) : tally->count > 0) &&
	       (max.len == 0 || compares(tally->max_ns, max)) && (inside.len == 0 || compares(tally->inside, inside));
}

static void result_add(struct sign_result *result, const struct episode *episode)
{
	enum { EVIDENCE_MAX = 12 };
	if (result->evidence.count < EVIDENCE_MAX) {
		evidence_add(&result->evidence, episode);
	}
	vec_push(&result->episodes, episode);
	if (episode->first_ns != TIME_NONE && (result->time_ns == TIME_NONE || episode->first_ns < result->time_ns)) {
		result->time_ns = episode->first_ns;
	}
}

/* Whether what is seen in the window is more than the same log shows all day. */
static bool has_lift(const struct reason *reason, const struct tally *in, const struct tally *out)
{
	int64_t first_ns = TIME_NONE, last_ns = TIME_NONE;
	if (reason->window.from_ns == TIME_NONE || out->count == 0) {
		return true;
	}
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (source->first_ns != TIME_NONE) {
			first_ns = first_ns == TIME_NONE || source->first_ns < first_ns ? source->first_ns : first_ns;
			last_ns = source->last_ns > last_ns ? source->last_ns : last_ns;
		}
	}
	double inside_s = (double)(reason->window.to_ns - reason->window.from_ns) / (double)NS_PER_SEC;
	double outside_s = (double)(last_ns - first_ns) / (double)NS_PER_SEC - inside_s;
	if (outside_s < inside_s * LIFT_SPAN) {
		return true;
	}
	double rate_in = in->count / inside_s, rate_out = out->count / outside_s;
	return rate_out * LIFT_SHARE < rate_in || out->max_ns * LIFT_MAX_SHARE < in->max_ns;
}

/* Whether one of several kinds would show. */
static bool can_show_any(const struct reason *reason, const struct json *kinds)
{
	if (json_type(kinds) == JSON_STRING) {
		return reason_can_show(reason, json_text(kinds));
	}
	for (const struct json *kind = json_first(kinds); kind != NULL; kind = json_next(kind)) {
		if (reason_can_show(reason, json_text(kind))) {
			return true;
		}
	}
	return false;
}

/* What a tool says of an etcd, as an alarm that is raised. */
static bool is_state_of_etcd(const struct reason *reason, const struct episode *episode)
{
	return episode->first_ns == TIME_NONE && str_starts(episode->kind->id, STR("etcd.")) &&
	       reason->digest->sources[episode->source].by_program[FORMAT_ETCD] == 0;
}

static bool see_episode(const struct reason *reason, const struct json *when, struct sign_result *result)
{
	const struct json *conditions = json_get(when, "where");
	struct tally in = {0}, out = {0};
	size_t before = result->episodes.count;
	bool had_happened = result->has_happened;
	struct named_kinds named = {.names = json_get(when, "episode")};
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!names_kind(&named, episode->kind)) {
			continue;
		}
		double count = in.count;
		bool is_inside = is_in_scope(reason, episode, when);
		tally_episode(is_inside ? &in : &out, episode, conditions);
		if (is_inside && in.count > count) {
			result_add(result, episode);
			bool is_state = is_state_of_etcd(reason, episode);
			result->is_measured |= is_state;
			result->has_happened |= !is_state;
		}
	}
	bool is_seen = tally_holds(&in, when);
	if (!is_seen) {
		result->episodes.count = before;
		result->has_happened = had_happened;
		result->is_observable = in.count > 0 || can_show_any(reason, json_get(when, "episode"));
		return false;
	}
	if (!json_bool(json_get(when, "chronic"), false)) {
		result->has_lift &= has_lift(reason, &in, &out);
	}
	return true;
}

/* ---- absence ---- */

static bool overlaps_any(const struct reason *reason, const struct event *event, uint32_t source, const struct json *kinds)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_named(episode->kind->id, kinds, kind_is) && episode->source == source &&
		    episode_overlaps(episode, event->start_ns, event->time_ns)) {
			return true;
		}
	}
	return false;
}

/* Long stalls of the `covering` kinds that no episode of the `absent` kinds lies over. */
static bool see_uncovered(const struct reason *reason, const struct json *when, struct sign_result *result)
{
	int64_t longer_ns = duration_parse(json_get_text(when, "longer"));
	bool is_seen = false;
	struct named_kinds covering = {.names = json_get(when, "covering")};
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (!names_kind(&covering, episode->kind) || !episode_in_window(reason, episode)) {
			continue;
		}
		for (size_t i = 0; i < episode->member_count; i++) {
			const struct event *event = episode->members[i];
			if (event->took_ns > longer_ns &&
			    !overlaps_any(reason, event, episode->source, json_get(when, "absent"))) {
				is_seen = true;
			}
		}
		if (is_seen) {
			result_add(result, episode);
		}
	}
	return is_seen;
}

static bool see_absent(const struct reason *reason, const struct json *when, struct sign_result *result)
{
	if (json_get(when, "covering") != NULL) {
		return see_uncovered(reason, when, result);
	}
	const struct json *kinds = json_get(when, "absent");
	struct str first = json_type(kinds) == JSON_ARRAY ? json_text(json_first(kinds)) : json_text(kinds);
	struct str component;
	str_cut(first, STR("."), &component, NULL);
	result->is_observable = reason_covers(reason, component, str_equals(json_get_text(when, "level"), STR("info")));
	struct named_kinds named = {.names = kinds};
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (names_kind(&named, episode->kind) && is_in_scope(reason, episode, when)) {
			return false;
		}
	}
	return result->is_observable;
}

/* ---- facts, stops, combinations ---- */

static bool see_fact(const struct reason *reason, const struct json *when, struct sign_result *result)
{
	struct str id = json_get_text(when, "fact"), value = json_get_text(when, "value"), text = json_get_text(when, "text");
	const struct derived_fact *derived = derived_find(reason, id);
	if (derived != NULL) {
		bool is_seen = value.len > 0 ? compares(derived->value, value) : text.len == 0 || str_equals(derived->text, text);
		result->is_derived |= is_seen;
		result->has_happened |= is_seen && derived->episode != NULL;
		if (is_seen && derived->episode != NULL) {
			result_add(result, derived->episode);
			result->is_relation |= derived->is_relation;
		}
		result->is_observable = is_seen || reason_can_show(reason, id);
		return is_seen;
	}
	result->is_observable =
		(str_starts(id, STR("clock.")) || str_starts(id, STR("silence."))) && reason_can_show(reason, id);
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		if (!str_equals(fact->id, id)) {
			continue;
		}
		result->is_observable = true;
		if (value.len > 0 ? compares(fact->value, value) : text.len == 0 || str_equals(fact->text, text)) {
			result->is_measured = true;
			return true;
		}
	}
	return false;
}

static bool see_stop(const struct reason *reason, const struct json *when)
{
	if (str_equals(json_get_text(when, "stop"), STR("none"))) {
		return reason->stop == NULL;
	}
	return reason->stop != NULL && is_named(stop_how_name(reason->stop->how), json_get(when, "stop"), str_equals);
}

static bool see(const struct reason *reason, const struct json *when, struct sign_result *result);

static bool see_all(const struct reason *reason, const struct json *list, struct sign_result *result)
{
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		if (!see(reason, item, result)) {
			return false;
		}
	}
	return true;
}

static bool see_any(const struct reason *reason, const struct json *list, struct sign_result *result)
{
	bool is_seen = false;
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		is_seen |= see(reason, item, result);
	}
	return is_seen;
}

static bool see(const struct reason *reason, const struct json *when, struct sign_result *result)
{
	if (json_get(when, "all") != NULL) {
		return see_all(reason, json_get(when, "all"), result);
	}
	if (json_get(when, "any") != NULL) {
		return see_any(reason, json_get(when, "any"), result);
	}
	if (json_get(when, "not") != NULL) {
		return !condition_holds(reason, json_get(when, "not"));
	}
	if (json_get(when, "episode") != NULL) {
		return see_episode(reason, when, result);
	}
	if (json_get(when, "absent") != NULL) {
		return see_absent(reason, when, result);
	}
	if (json_get(when, "fact") != NULL) {
		return see_fact(reason, when, result);
	}
	if (json_get(when, "stop") != NULL) {
		return see_stop(reason, when);
	}
	if (json_get(when, "exit_code") != NULL) {
		return reason->stop != NULL &&
		       compares(reason->stop->exit_code, json_get_text(when, "exit_code"));
	}
	return false;
}

bool condition_holds(const struct reason *reason, const struct json *when)
{
	struct sign_result result = {.is_observable = true, .has_lift = true, .time_ns = TIME_NONE};
	bool is_met = when == NULL || see(reason, when, &result);
	sign_result_finish(&result);
	return is_met;
}

void sign_evaluate(const struct reason *reason, const struct sign *sign, struct sign_result *result)
{
	*result = (struct sign_result){.is_observable = true, .has_lift = true, .time_ns = TIME_NONE};
	result->is_seen = see(reason, sign->when, result);
}

void sign_result_finish(struct sign_result *result)
{
	vec_finish(&result->evidence);
	vec_finish(&result->episodes);
}
