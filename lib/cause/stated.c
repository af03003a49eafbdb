/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that lines state: fields that rules declare as settings, identities, sizes. */
#include "base/map.h"
#include "cause/reason.h"

#include <math.h>

enum {
	VALUES_MAX = 8,    /* different values of one fact of one instance; the last ones */
	EVIDENCE_MAX = 200 /* bytes of a line that states many facts */
};

/* What is known of one fact of one instance. */
struct values {
	size_t count;
};

static struct str unit_of(const struct event_fact *stated, enum event_field_type type)
{
	switch (type) {
	case EVENT_DURATION:
		return str_ends(stated->id, STR("_ms")) ? STR("ms") : STR("s");
	case EVENT_BYTES:
		return STR("bytes");
	case EVENT_TEXT:
	case EVENT_COUNT:
	case EVENT_MEMBER:
	case EVENT_LEASE:
	case EVENT_KEY:
	case EVENT_REASON:
	case EVENT_FIELD_TYPE_COUNT:
		break;
	}
	return (struct str){NULL, 0};
}

/* The number that a field says, in the unit of the fact; NAN when it says none. */
static double number_of(const struct event_fact *stated, const struct event_field *field)
{
	double number;
	if (field->type == EVENT_TEXT) {
		return str_to_double(field->text, &number) ? number : (double)NAN;
	}
	if (field->number == INT64_MIN || field->type == EVENT_MEMBER ||
	    field->type == EVENT_LEASE) {
		return (double)NAN;
	}
	if (field->type != EVENT_DURATION) {
		return (double)field->number;
	}
	return (double)field->number /
	       (double)(str_ends(stated->id, STR("_ms")) ? NS_PER_MS : NS_PER_SEC);
}

static void add_stated(struct reason *reason, const struct episode *episode,
                       const struct event *event, const struct event_fact *stated,
                       struct map *known)
{
	const struct event_field *field = event_field(event, stated->field);
	if (field == NULL || str_trim(field->text).len == 0) {
		return;
	}
	struct str instance = episode_instance(reason, episode);
	struct str name = arena_printf(reason->keep, STR_FMT "\n" STR_FMT, STR_ARG(stated->id),
	                               STR_ARG(instance));
	void **seen = map_put(known, arena_printf(reason->keep, STR_FMT "\n" STR_FMT, STR_ARG(name),
	                                          STR_ARG(field->text)));
	if (*seen != NULL) {
		return;
	}
	*seen = reason;
	void **values = map_put(known, name);
	if (*values == NULL) {
		*values = arena_new(reason->keep, struct values);
	}
	if (((struct values *)*values)->count++ >= VALUES_MAX) {
		return;
	}
	struct fact fact = {.id = stated->id,
	                    .instance = instance,
	                    .value = number_of(stated, field),
	                    .text = str_trim(field->text),
	                    .unit = unit_of(stated, field->type),
	                    .time_ns = event->time_ns,
	                    .origin = event->origin};
	fact.origin.text = text_cut_bytes(fact.origin.text, EVIDENCE_MAX);
	digest_fact(reason->digest, &fact);
}

void reason_stated(struct reason *reason)
{
	struct map known = {0};
	struct episode_list *episodes = &reason->digest->episodes;
	for (size_t i = episodes->count; i > 0; i--) {
		const struct episode *episode = &episodes->items[i - 1];
		for (size_t j = episode->member_count; j > 0; j--) {
			for (size_t k = 0; k < episode->kind->fact_count; k++) {
				add_stated(reason, episode, episode->members[j - 1],
				           &episode->kind->facts[k], &known);
			}
		}
	}
	map_finish(&known);
	digest_sort_facts(reason->digest);
}
