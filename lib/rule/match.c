/* SPDX-License-Identifier: Apache-2.0 */

/* From a record and the anchors found in it to the rule that owns it, and its event. */

#include "base/vec.h"
#include "rule/pack.h"

#include <stdlib.h>
#include <string.h>

enum {
	CAPTURES_MAX = 3 * RULE_PARTS_MAX + REGEX_GROUPS_MAX,
	FINDS_MAX = 64, /* of a pattern of "longest" in one record */
	STRAINS_MAX = 3 /* records of a stream whose text was too hard; then a match is given up */
};

struct capture {
	struct str name;
	struct str text;
	enum rule_type type;
};

struct rule_matcher {
	const struct rule_pack *pack;
	struct literals_scratch *scratch;
	struct regex_match *regex_match;
	uint32_t *seen; /* of each place in the order: the record that it was last tried for */
	uint32_t record_number;
	struct {
		uint32_t *items;
		size_t count, capacity;
	} places; /* to try, of this record */
	struct capture captures[CAPTURES_MAX];
	size_t capture_count;
	unsigned char *strains; /* of each place in the order, in this stream */
	bool is_strained;       /* by the match at work */
	struct {
		const struct rule **items;
		size_t count, capacity;
	} given_up;
};

struct rule_matcher *rule_matcher_create(const struct rule_pack *pack)
{
	struct rule_matcher *matcher = memory_resize(NULL, sizeof(*matcher));
	*matcher = (struct rule_matcher){.pack = pack, .regex_match = regex_match_create()};
	matcher->scratch = pack->literals == NULL ? NULL : literals_scratch_create(pack->literals);
	matcher->seen = memory_resize(NULL, (pack->order_count + 1) * sizeof(uint32_t));
	memset(matcher->seen, 0, (pack->order_count + 1) * sizeof(uint32_t));
	matcher->strains = memory_resize(NULL, pack->order_count + 1);
	rule_matcher_begin(matcher);
	return matcher;
}

void rule_matcher_begin(struct rule_matcher *matcher)
{
	memset(matcher->strains, 0, matcher->pack->order_count + 1);
	matcher->given_up.count = 0;
}

const struct rule *rule_matcher_given_up(const struct rule_matcher *matcher, size_t index)
{
	return index < matcher->given_up.count ? matcher->given_up.items[index] : NULL;
}

void rule_matcher_destroy(struct rule_matcher *matcher)
{
	if (matcher == NULL) {
		return;
	}
	literals_scratch_destroy(matcher->scratch);
	regex_match_destroy(matcher->regex_match);
	memory_free(matcher->seen);
	memory_free(matcher->strains);
	vec_finish(&matcher->given_up);
	vec_finish(&matcher->places);
	memory_free(matcher);
}

/* ---- anchors ---- */

/* Sorted by end; they come nearly so. */
static bool keep_hit(void *context, unsigned id, size_t end)
{
	struct rule_hits *hits = context;
	vec_reserve(hits);
	size_t at = hits->count++;
	for (; at > 0 && hits->items[at - 1].end > end; at--) {
		hits->items[at] = hits->items[at - 1];
	}
	hits->items[at] = (struct rule_hit){.end = end, .anchor = id};
	return false;
}

void rule_scan(struct rule_matcher *matcher, struct str text, struct rule_hits *hits)
{
	hits->count = 0;
	if (matcher->pack->literals != NULL && text.len > 0) {
		literals_scan(matcher->pack->literals, matcher->scratch, text, keep_hit, hits);
	}
}

static int compare_places(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return (left > right) - (left < right);
}

static void add_place(struct rule_matcher *matcher, uint32_t place)
{
	if (matcher->seen[place] != matcher->record_number) {
		matcher->seen[place] = matcher->record_number;
		vec_push(&matcher->places, place);
	}
}

/** What may own the record, best first. */
static void find_places(struct rule_matcher *matcher, const struct rule_view *view)
{
	const struct rule_pack *pack = matcher->pack;
	matcher->places.count = 0;
	if (++matcher->record_number == 0) {
		memset(matcher->seen, 0, (pack->order_count + 1) * sizeof(uint32_t));
		matcher->record_number = 1;
	}
	for (size_t i = 0; i < view->hit_count; i++) {
		uint32_t anchor = view->hits[i].anchor;
		uint32_t from = pack->anchor_starts[anchor], to = pack->anchor_starts[anchor + 1];
		if (matcher->seen[pack->by_anchor[from]] == matcher->record_number) {
			continue; /* each place has one anchor: all of this one are in */
		}
		for (uint32_t j = from; j < to; j++) {
			add_place(matcher, pack->by_anchor[j]);
		}
	}
	const struct rule_entry *leader = (const struct rule_entry *)view->previous;
	for (size_t i = 0; leader != NULL && i < leader->follower_count; i++) {
		add_place(matcher, leader->followers[i]);
	}
	if (matcher->places.count > 1) {
		qsort(matcher->places.items, matcher->places.count, sizeof(uint32_t),
		      compare_places);
	}
}

/* ---- one match ---- */

struct str rule_subject_text(const struct rule_pattern *pattern, const struct record *record)
{
	switch (pattern->subject) {
	case RULE_IN_MESSAGE:
		return record->message;
	case RULE_IN_TEXT:
		return record->text;
	case RULE_IN_CALLER:
		return record->caller;
	case RULE_IN_FIELD:
		break;
	}
	return record_field(record, pattern->key);
}

static bool has_capture(const struct rule_matcher *matcher, struct str name)
{
	for (size_t i = 0; i < matcher->capture_count; i++) {
		if (str_equals(matcher->captures[i].name, name)) {
			return true;
		}
	}
	return false;
}

static void capture(struct rule_matcher *matcher, struct str name, enum rule_type type,
                    struct str text)
{
	if (text.ptr != NULL && matcher->capture_count < CAPTURES_MAX &&
	    !has_capture(matcher, name)) {
		matcher->captures[matcher->capture_count++] = (struct capture){name, text, type};
	}
}

static bool find(struct rule_matcher *matcher, const struct rule_compiled *compiled,
                 struct str subject)
{
	bool is_over_limit = false;
	bool is_found =
		regex_search(compiled->regex, subject, matcher->regex_match, &is_over_limit);
	matcher->is_strained |= is_over_limit;
	return is_found;
}

static bool search(struct rule_matcher *matcher, const struct rule_match *match,
                   const struct rule_pattern *pattern, const struct record *record)
{
	struct str subject = rule_subject_text(pattern, record);
	if (subject.ptr == NULL) {
		return false;
	}
	const struct rule_compiled *compiled = rule_pattern_get(pattern, match, NULL);
	if (compiled->regex == NULL) {
		return false;
	}
	/* where no format says what the message is, a pattern may find it itself */
	bool is_guess = pattern->subject == RULE_IN_MESSAGE && record->format == NULL;
	if (!(is_guess && find(matcher, compiled, record->text)) &&
	    !find(matcher, compiled, subject)) {
		return false;
	}
	for (size_t i = 0; i < compiled->group_count; i++) {
		const struct rule_group *group = &compiled->groups[i];
		capture(matcher, group->name, group->type,
		        regex_match_group(matcher->regex_match, group->index));
	}
	return true;
}

static bool match_subject(struct rule_matcher *matcher, const struct rule_match *match,
                          const struct record *record)
{
	switch (match->how) {
	case RULE_MESSAGE:
		return str_equals(str_trim(record->message), match->text) ||
		       (record->format == NULL && str_equals(str_trim(record->text), match->text));
	case RULE_PREFIX:
		return str_starts(record->message, match->text) ||
		       (record->format == NULL && str_starts(record->text, match->text));
	case RULE_PATTERN:
		return search(matcher, match, &match->pattern, record);
	}
	return false;
}

static bool is_owner(struct rule_matcher *matcher, const struct rule_candidate *candidate,
                     const struct rule_view *view)
{
	const struct rule_entry *entry = candidate->entry;
	const struct rule_match *match = candidate->match;
	const struct record *record = view->record;
	matcher->capture_count = 0;
	if (entry->programs != 0 && (entry->programs & 1U << record->program) == 0) {
		return false;
	}
	if (entry->after.len > 0 &&
	    (view->previous == NULL || !str_equals(view->previous->kind.id, entry->after))) {
		return false;
	}
	if (!match_subject(matcher, match, record)) {
		return false;
	}
	for (size_t i = 0; i < match->condition_count; i++) {
		if (!search(matcher, match, &match->conditions[i], record)) {
			return false;
		}
	}
	return true;
}

/* ---- the event ---- */

/** The duration that a pattern has just found; DURATION_NONE. */
static int64_t found_duration(const struct rule_matcher *matcher,
                              const struct rule_compiled *compiled)
{
	for (size_t i = 0; i < compiled->group_count; i++) {
		if (rule_type_event(compiled->groups[i].type) == EVENT_DURATION) {
			struct event_field field;
			rule_value(
				compiled->groups[i].type,
				regex_match_group(matcher->regex_match, compiled->groups[i].index),
				NULL, &field);
			return field.number;
		}
	}
	return DURATION_NONE;
}

/** Finds a pattern again and again; keeps the groups of where its duration is the longest. */
static void find_longest(struct rule_matcher *matcher, const struct rule_match *match,
                         const struct rule_pattern *pattern, const struct record *record)
{
	const struct rule_compiled *compiled = rule_pattern_get(pattern, match, NULL);
	struct str rest = rule_subject_text(pattern, record), best[REGEX_GROUPS_MAX];
	int64_t longest = DURATION_NONE;
	for (int i = 0; i < FINDS_MAX && compiled->regex != NULL && rest.len > 0 &&
	                find(matcher, compiled, rest);
	     i++) {
		int64_t duration = found_duration(matcher, compiled);
		for (size_t j = 0; duration > longest && j < compiled->group_count; j++) {
			best[j] =
				regex_match_group(matcher->regex_match, compiled->groups[j].index);
		}
		longest = duration > longest ? duration : longest;
		struct str whole = regex_match_group(matcher->regex_match, 0);
		size_t end = (size_t)(whole.ptr - rest.ptr) + whole.len;
		rest = str_skip(rest, end > 0 ? end : 1);
	}
	for (size_t i = 0; longest != DURATION_NONE && i < compiled->group_count; i++) {
		capture(matcher, compiled->groups[i].name, compiled->groups[i].type, best[i]);
	}
}

static void gather(struct rule_matcher *matcher, const struct rule_match *match,
                   const struct record *record)
{
	for (size_t i = 0; i < match->extract_count; i++) {
		search(matcher, match, &match->extracts[i], record);
	}
	for (size_t i = 0; i < match->longest_count; i++) {
		find_longest(matcher, match, &match->longest[i], record);
	}
	for (size_t i = 0; i < match->field_count; i++) {
		const struct rule_field *field = &match->fields[i];
		capture(matcher, field->name, field->type, record_field(record, field->key));
	}
	for (size_t i = 0; i < match->constant_count; i++) {
		capture(matcher, match->constants[i].name, RULE_TYPE_TEXT,
		        match->constants[i].text);
	}
}

/** A start that cannot be compared with the record's time, one of both being without zone, is none.
 */
static int64_t start_parse(struct str text, enum clock_zone record_zone)
{
	enum clock_zone zone = CLOCK_ZONE_NONE;
	int64_t time_ns = clock_parse(text, &zone, NULL);
	if (time_ns == TIME_NONE) {
		zone = CLOCK_ZONE_UTC;
		time_ns = clock_parse_epoch(text);
	}
	return (zone == CLOCK_ZONE_NONE) == (record_zone == CLOCK_ZONE_NONE) ? time_ns : TIME_NONE;
}

static void set_interval(const struct rule_entry *entry, struct event *event)
{
	const struct event_field *took = event_field(event, entry->interval);
	if (entry->interval.len > 0 && took != NULL && took->number >= 0) {
		event->took_ns = took->number;
	}
	if (event->time_ns == TIME_NONE) {
		return;
	}
	const struct event_field *start = event_field(event, entry->start);
	int64_t start_ns = entry->start.len > 0 && start != NULL
	                           ? start_parse(start->text, event->zone)
	                           : TIME_NONE;
	if (start_ns != TIME_NONE && start_ns <= event->time_ns) {
		event->start_ns = start_ns;
		event->took_ns = event->took_ns == DURATION_NONE ? event->time_ns - start_ns
		                                                 : event->took_ns;
	} else if (event->took_ns != DURATION_NONE &&
	           __builtin_sub_overflow(event->time_ns, event->took_ns, &event->start_ns)) {
		event->start_ns = event->time_ns;
	}
}

static void fill(const struct rule_matcher *matcher, const struct rule_entry *entry,
                 const struct record *record, struct arena *tmp, struct event *event)
{
	*event = (struct event){
		.kind = &entry->rule.kind,
		.time_ns = record->time_ns,
		.start_ns = record->time_ns,
		.took_ns = DURATION_NONE,
		.zone = record->zone,
		.level = record->level,
		.fields = arena_array(tmp, struct event_field, matcher->capture_count),
		.field_count = matcher->capture_count,
	};
	for (size_t i = 0; i < matcher->capture_count; i++) {
		const struct capture *item = &matcher->captures[i];
		event->fields[i].name = item->name;
		rule_value(item->type, item->text, tmp, &event->fields[i]);
	}
	set_interval(entry, event);
}

/* Hard text makes a careless pattern slow, record by record. */
static void note_strain(struct rule_matcher *matcher, uint32_t place)
{
	if (matcher->is_strained && ++matcher->strains[place] == STRAINS_MAX) {
		vec_push(&matcher->given_up, &matcher->pack->order[place].entry->rule);
	}
}

static const struct rule_candidate *match_candidate(struct rule_matcher *matcher,
                                                    const struct rule_view *view, struct arena *tmp,
                                                    struct event *event)
{
	find_places(matcher, view);
	for (size_t i = 0; i < matcher->places.count; i++) {
		uint32_t place = matcher->places.items[i];
		const struct rule_candidate *candidate = &matcher->pack->order[place];
		if (matcher->strains[place] >= STRAINS_MAX) {
			continue;
		}
		matcher->is_strained = false;
		bool is_found = is_owner(matcher, candidate, view);
		if (is_found) {
			gather(matcher, candidate->match, view->record);
		}
		note_strain(matcher, place);
		if (is_found) {
			fill(matcher, candidate->entry, view->record, tmp, event);
			return candidate;
		}
	}
	return NULL;
}

const struct rule *rule_match(struct rule_matcher *matcher, const struct rule_view *view,
                              struct arena *tmp, struct event *event)
{
	const struct rule_candidate *candidate = match_candidate(matcher, view, tmp, event);
	return candidate == NULL ? NULL : &candidate->entry->rule;
}

const struct rule_candidate *rule_match_line(struct rule_matcher *matcher, struct str text,
                                             const struct rule *previous, struct arena *tmp,
                                             struct record *record, struct event *event)
{
	struct str head;
	str_cut(text, STR("\n"), &head, NULL);
	format_decode(format_of(head, NULL), text, tmp, record);
	struct rule_hits hits = {0};
	rule_scan(matcher, text, &hits);
	const struct rule_view view = {record, hits.items, hits.count, previous};
	const struct rule_candidate *candidate = match_candidate(matcher, &view, tmp, event);
	vec_finish(&hits);
	return candidate;
}

const struct rule *rule_match_text(struct rule_matcher *matcher, struct str text, struct arena *tmp,
                                   struct record *record, struct event *event)
{
	const struct rule_candidate *candidate =
		rule_match_line(matcher, text, NULL, tmp, record, event);
	return candidate == NULL ? NULL : &candidate->entry->rule;
}
