/* SPDX-License-Identifier: Apache-2.0 */
/* Who wrote a source, and which zone its stamps are in. */
#include "base/vec.h"
#include "cause/layout.h"
#include "cause/reason.h"

#include <stdlib.h>

static struct str component_of(const struct source *source, struct str name)
{
	uint64_t etcd = source->by_program[FORMAT_ETCD];
	uint64_t milvus =
		source->by_program[FORMAT_MILVUS] + source->by_program[FORMAT_ETCD_CLIENT];
	if (etcd + milvus > 0) {
		return milvus > 0 && (milvus * 20 > etcd || source->by_program[FORMAT_MILVUS] > 0)
		               ? STR("milvus")
		               : STR("etcd");
	}
	return layout_component(name);
}

/* Text that no format knows is of the program whose messages it holds, a kernel's of the host. */
static struct str component_of_events(const struct digest *digest, uint32_t number)
{
	struct str component = {NULL, 0};
	bool is_other = digest->sources[number].by_program[FORMAT_OTHER] > 0;
	vec_foreach (const struct episode, episode, &digest->episodes) {
		struct str told = episode->kind->component;
		if (episode->source != number) {
			continue;
		}
		bool is_known = str_equals(told, STR("host")) ||
		                (!is_other && (str_equals(told, STR("etcd")) ||
		                               str_equals(told, STR("milvus"))));
		if (!is_known || (component.len > 0 && !str_equals(told, component))) {
			return (struct str){NULL, 0};
		}
		component = told;
	}
	return component;
}

struct str cause_instance(const struct source *source, struct arena *keep)
{
	if (source->instance.len > 0) {
		return source->instance;
	}
	struct str name = source->container.len > 0 ? source->container
	                                            : layout_of(source->path, keep).instance;
	return name.len > 0 ? name : STR("log");
}

/* The container's name, as docker's own description in the same folder, or of that id, tells. */
static struct str docker_name(const struct digest *digest, struct str id)
{
	vec_foreach (const struct fact, fact, &digest->facts) {
		bool is_it = str_equals(fact->id, STR("container.id")) &&
		             (str_starts(fact->text, id) || str_contains(fact->origin.path, id));
		if (is_it && fact->instance.len > 0 && fact->instance.len < 128) {
			return fact->instance;
		}
	}
	return STR("");
}

static void identify(struct reason *reason, uint32_t number)
{
	struct source *source = &reason->digest->sources[number];
	struct layout layout = layout_of(source->path, reason->keep);
	source->is_weak =
		source->container.len == 0 ? layout.is_weak : !layout_is_pod(source->container);
	if (source->instance.len == 0 && source->container.len == 0 && layout.docker_id.len > 0) {
		source->instance = docker_name(reason->digest, layout.docker_id);
	}
	source->instance = cause_instance(source, reason->keep);
	if (source->component.len == 0) {
		source->component = component_of(source, source->instance);
	}
	if (source->component.len == 0) {
		source->component = component_of_events(reason->digest, number);
	}
	if (source->role.len == 0 && str_equals(source->component, STR("milvus"))) {
		source->role = layout_role(source->instance);
	}
	source->is_previous |= layout.is_previous;
}

void reason_note_sides(struct reason *reason)
{
	reason->has_milvus = false;
	reason->has_etcd = false;
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		reason->has_milvus |=
			str_equals(source->component, STR("milvus")) && source->dated > 0;
		reason->has_etcd |= source->by_program[FORMAT_ETCD] > 0;
	}
}

void reason_identify(struct reason *reason)
{
	for (uint32_t i = 0; i < reason->digest->source_count; i++) {
		identify(reason, i);
	}
	reason_note_sides(reason);
}

/* ---- zones ---- */

static bool is_zoneless(const struct source *source)
{
	return source->by_zone[CLOCK_ZONE_NONE] >
	       source->by_zone[CLOCK_ZONE_UTC] + source->by_zone[CLOCK_ZONE_OFFSET];
}

static bool is_trouble(const struct episode *episode)
{
	return episode->kind->is_harm && episode->first_ns != TIME_NONE;
}

/* How many troubles of a source lie on troubles of sources with zones when its stamps are moved by
 * offset. */
static unsigned count_meetings(const struct digest *digest, uint32_t source, int64_t offset_ns)
{
	unsigned count = 0;
	vec_foreach (struct episode, episode, &digest->episodes) {
		if (episode->source != source || !is_trouble(episode)) {
			continue;
		}
		vec_foreach (struct episode, other, &digest->episodes) {
			if (other->source != source && is_trouble(other) &&
			    !is_zoneless(&digest->sources[other->source]) &&
			    episode_overlaps(other, episode->first_ns + offset_ns - 2 * NS_PER_SEC,
			                     episode->last_ns + offset_ns + 2 * NS_PER_SEC)) {
				count++;
				break;
			}
		}
	}
	return count;
}

/* The offset in whole quarters of an hour that makes most troubles meet; zero unless another is
 * clearly better. */
static int64_t infer_offset(const struct digest *digest, uint32_t source)
{
	int64_t quarter = 15 * NS_PER_MIN, best = 0;
	unsigned most = count_meetings(digest, source, 0);
	for (int64_t i = -56; i <= 48; i++) {
		/* whole and half hours first; odd quarters exist in few places */
		unsigned count = i % 2 == 0 ? count_meetings(digest, source, i * quarter) : 0;
		if (count > most * 2 || (most == 0 && count > 0)) {
			most = count;
			best = i * quarter;
		}
	}
	return best;
}

static int compare_starts(const void *a, const void *b)
{
	const struct episode *left = a, *right = b;
	if (left->first_ns != right->first_ns) {
		return left->first_ns < right->first_ns ? -1 : 1;
	}
	return event_compare(left->members[0], right->members[0]);
}

void reason_align(struct reason *reason)
{
	struct digest *digest = reason->digest;
	for (uint32_t i = 0; i < digest->source_count; i++) {
		struct source *source = &digest->sources[i];
		if (source->dated == 0 || !is_zoneless(source)) {
			continue;
		}
		struct clock_note note = {.instance = source->instance};
		if (reason->options->assume_offset_ns != TIME_NONE) {
			note.offset_ns = -reason->options->assume_offset_ns;
			note.how = both_printf(
				reason->keep, "its stamps have no zone; taken as --assume-tz says");
		} else if (source->outer_delta_ns != TIME_NONE) {
			note.offset_ns = clock_round_offset(source->outer_delta_ns);
			note.how = both_printf(
				reason->keep,
				"its stamps have no zone; compared with the collector's stamps");
		} else {
			note.offset_ns = infer_offset(digest, i);
			note.how =
				note.offset_ns != 0
					? both_printf(reason->keep,
			                              "its stamps have no zone; so its events meet "
			                              "those of the other logs")
					: both_printf(reason->keep,
			                              "its stamps have no zone; assumed to be UTC");
		}
		source_shift(digest, i, note.offset_ns, true);
		vec_push(&reason->findings->clocks, note);
	}
	if (digest->episodes.count > 0) {
		qsort(digest->episodes.items, digest->episodes.count, sizeof(struct episode),
		      compare_starts);
	}
}
