/* SPDX-License-Identifier: Apache-2.0 */
#include "event/digest.h"

#include "base/order.h"
#include "base/vec.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Episodes of one source, kind and instance, ascending, gaps between them above gap_ns. */
struct series {
	struct episode_list episodes;
	int64_t gap_ns;
};

void digest_init(struct digest *digest)
{
	*digest = (struct digest){0};
}

static void episode_finish(struct episode *episode)
{
	for (size_t i = 0; i < episode->member_count; i++) {
		memory_free(episode->members[i]);
	}
	memory_free(episode->members);
	histogram_finish(&episode->took);
}

static void finish_series(struct digest *digest)
{
	for (size_t i = 0; i < digest->series.count; i++) {
		struct series *series = digest->series.items[i].value;
		vec_foreach (struct episode, episode, &series->episodes) {
			episode_finish(episode);
		}
		vec_finish(&series->episodes);
		memory_free(series);
	}
	map_finish(&digest->series);
}

void digest_finish(struct digest *digest)
{
	vec_foreach (struct episode, episode, &digest->episodes) {
		episode_finish(episode);
	}
	vec_finish(&digest->episodes);
	finish_series(digest);
	for (size_t i = 0; i < digest->source_count; i++) {
		profile_finish(&digest->sources[i].profile);
	}
	for (size_t i = 0; i < digest->input_count; i++) {
		profile_finish(&digest->inputs[i].profile);
	}
	memory_free(digest->sources);
	memory_free(digest->inputs);
	memory_free(digest->documents);
	vec_finish(&digest->facts);
	arena_finish(&digest->keep);
	*digest = (struct digest){0};
}

uint32_t digest_source_add(struct digest *digest, struct str path)
{
	struct {
		struct source *items;
		size_t count, capacity;
	} list = {digest->sources, digest->source_count, digest->source_capacity};
	vec_push(&list, (struct source){.path = arena_str(&digest->keep, path),
	                                .first_ns = TIME_NONE,
	                                .last_ns = TIME_NONE,
	                                .outer_delta_ns = TIME_NONE});
	profile_init(&vec_last(&list)->profile);
	digest->sources = list.items;
	digest->source_count = list.count;
	digest->source_capacity = list.capacity;
	return (uint32_t)list.count - 1;
}

struct source *digest_source(struct digest *digest, uint32_t source)
{
	return &digest->sources[source];
}

/* ---- copies of events: one block holds the event, its fields and all texts ---- */

static size_t event_texts_len(const struct event *event)
{
	size_t len = event->instance.len + event->origin.path.len + event->origin.text.len;
	for (size_t i = 0; i < event->field_count; i++) {
		len += event->fields[i].name.len + event->fields[i].text.len;
	}
	return len;
}

static struct str pack_text(char **at, struct str text)
{
	if (text.len == 0) {
		return text;
	}
	char *copy = *at;
	memcpy(copy, text.ptr, text.len);
	*at += text.len;
	return (struct str){copy, text.len};
}

struct event *event_copy(const struct event *event)
{
	size_t fields_size = event->field_count * sizeof(struct event_field);
	char *block =
		memory_resize(NULL, sizeof(struct event) + fields_size + event_texts_len(event));
	struct event *copy = (struct event *)(void *)block;
	*copy = *event;
	copy->fields = (struct event_field *)(void *)(block + sizeof(struct event));
	char *texts = block + sizeof(struct event) + fields_size;
	copy->instance = pack_text(&texts, event->instance);
	copy->origin.path = pack_text(&texts, event->origin.path);
	copy->origin.text = pack_text(&texts, event->origin.text);
	for (size_t i = 0; i < event->field_count; i++) {
		copy->fields[i] = event->fields[i];
		copy->fields[i].name = pack_text(&texts, event->fields[i].name);
		copy->fields[i].text = pack_text(&texts, event->fields[i].text);
	}
	return copy;
}

/* ---- episodes ---- */

enum { EPISODE_MEMBERS_STEP = 5 /* places come in steps; the last one has a place to spare */ };
_Static_assert((EPISODE_MEMBERS_MAX + 1) % EPISODE_MEMBERS_STEP == 0, "a place to spare");

static int compare_members(const void *a, const void *b)
{
	return event_compare(*(struct event *const *)a, *(struct event *const *)b);
}

/* Longest first, then in total order. */
static int compare_took(const void *a, const void *b)
{
	const struct event *left = *(struct event *const *)a, *right = *(struct event *const *)b;
	if (left->took_ns != right->took_ns) {
		return left->took_ns > right->took_ns ? -1 : 1;
	}
	return event_compare(left, right);
}

/* The member to go when there are too many: neither the first nor the last one, and the least
 * telling of the others. */
static size_t find_least(const struct episode *episode)
{
	size_t least = 1;
	for (size_t i = 2; i + 1 < episode->member_count; i++) {
		if (compare_took(&episode->members[i], &episode->members[least]) > 0) {
			least = i;
		}
	}
	return least;
}

/* Put an event among the members, in order. Returns: the one that there is no more place for; NULL
 */
static struct event *members_put(struct episode *episode, struct event *event)
{
	if (episode->member_count % EPISODE_MEMBERS_STEP == 0) {
		episode->members = memory_resize(episode->members,
		                                 (episode->member_count + EPISODE_MEMBERS_STEP) *
		                                         sizeof(struct event *));
	}
	size_t at = episode->member_count++;
	for (; at > 0 && compare_members(&episode->members[at - 1], &event) > 0; at--) {
		episode->members[at] = episode->members[at - 1];
	}
	episode->members[at] = event;
	if (episode->member_count <= EPISODE_MEMBERS_MAX) {
		return NULL;
	}
	size_t least = find_least(episode);
	struct event *gone = episode->members[least];
	episode->member_count--;
	memmove(&episode->members[least], &episode->members[least + 1],
	        (episode->member_count - least) * sizeof(struct event *));
	return gone;
}

/* The same for an event that is not ours: a copy of it, if it stays. */
static void members_put_copy(struct episode *episode, const struct event *event)
{
	struct event *borrowed = (struct event *)(uintptr_t)event;
	struct event *gone = members_put(episode, borrowed);
	for (size_t i = 0; gone != borrowed && i < episode->member_count; i++) {
		if (episode->members[i] == borrowed) {
			episode->members[i] = event_copy(event);
		}
	}
	if (gone != borrowed) {
		memory_free(gone);
	}
}

/* Let a reach over b, and count what is in it. */
static void cover(struct episode *a, const struct episode *b)
{
	a->first_ns = b->first_ns < a->first_ns ? b->first_ns : a->first_ns;
	a->last_ns = b->last_ns > a->last_ns ? b->last_ns : a->last_ns;
	a->count += b->count;
	a->max_took_ns = b->max_took_ns > a->max_took_ns ? b->max_took_ns : a->max_took_ns;
}

/* Put b into a; b is empty then. */
static void episode_join(struct episode *a, struct episode *b)
{
	cover(a, b);
	histogram_merge(&a->took, &b->took);
	for (size_t i = 0; i < b->member_count; i++) {
		memory_free(members_put(a, b->members[i]));
	}
	b->member_count = 0;
	episode_finish(b);
	*b = (struct episode){0};
}

/* An episode of an event, without the event. */
static struct episode episode_of(const struct event *event, uint32_t source)
{
	return (struct episode){.kind = event->kind,
	                        .instance = event->instance,
	                        .source = source,
	                        .first_ns = event->start_ns,
	                        .last_ns = event->time_ns,
	                        .count = 1,
	                        .max_took_ns = event->took_ns};
}

static void episode_put(struct episode *episode, const struct event *event)
{
	if (event->took_ns != DURATION_NONE) {
		histogram_add(&episode->took, event->took_ns);
	}
	members_put_copy(episode, event);
}

static bool is_near(const struct episode *a, const struct episode *b, int64_t gap_ns)
{
	assert(a != NULL && b != NULL);
	if (a->first_ns == TIME_NONE || b->first_ns == TIME_NONE) {
		return a->first_ns == b->first_ns && gap_ns > 0;
	}
	return gap_ns > 0 && a->first_ns <= b->last_ns + gap_ns &&
	       b->first_ns <= a->last_ns + gap_ns;
}

/* First episode that starts behind time. */
static size_t series_upper(const struct series *series, int64_t time_ns)
{
	size_t low = 0, high = series->episodes.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (series->episodes.items[middle].first_ns <= time_ns) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static void series_remove(struct series *series, size_t at)
{
	struct episode_list *list = &series->episodes;
	memmove(&list->items[at], &list->items[at + 1],
	        (list->count - at - 1) * sizeof(list->items[0]));
	list->count--;
}

/* Join what has come to lie within the gap, around position at. */
static void series_settle(struct series *series, size_t at)
{
	struct episode_list *list = &series->episodes;
	assert(list->items != NULL && at < list->count);
	while (at > 0 && is_near(&list->items[at - 1], &list->items[at], series->gap_ns)) {
		episode_join(&list->items[at - 1], &list->items[at]);
		series_remove(series, at);
		at--;
	}
	while (at + 1 < list->count &&
	       is_near(&list->items[at], &list->items[at + 1], series->gap_ns)) {
		episode_join(&list->items[at], &list->items[at + 1]);
		series_remove(series, at + 1);
	}
}

/* Too many: let larger gaps pass as one episode. */
static void series_coarsen(struct series *series)
{
	while (series->episodes.count > SERIES_EPISODES_MAX) {
		series->gap_ns = series->gap_ns == 0 ? NS_PER_SEC : series->gap_ns * 2;
		for (size_t i = 0; i < series->episodes.count; i++) {
			series_settle(series, i);
		}
	}
}

static void series_add(struct series *series, struct episode *episode)
{
	struct episode_list *list = &series->episodes;
	size_t at = series_upper(series, episode->first_ns);
	if (at > 0 && is_near(&list->items[at - 1], episode, series->gap_ns)) {
		episode_join(&list->items[at - 1], episode);
		series_settle(series, at - 1);
		return;
	}
	vec_reserve(list);
	memmove(&list->items[at + 1], &list->items[at],
	        (list->count - at) * sizeof(list->items[0]));
	list->items[at] = *episode;
	list->count++;
	series_settle(series, at);
	series_coarsen(series);
}

static struct series *series_of(struct digest *digest, uint32_t source,
                                const struct episode *episode)
{
	char key[512];
	int len =
		snprintf(key, sizeof(key), "%u/" STR_FMT "/" STR_FMT, source,
	                 STR_ARG(episode->kind->id), STR_ARG(str_slice(episode->instance, 0, 256)));
	void **place = map_put(
		&digest->series,
		(struct str){key, (size_t)len < sizeof(key) ? (size_t)len : sizeof(key) - 1});
	if (*place == NULL) {
		struct series *series = memory_resize(NULL, sizeof(*series));
		*series = (struct series){.gap_ns = episode->kind->gap_ns};
		*place = series;
	}
	return *place;
}

static void add_episode(struct digest *digest, uint32_t source, struct episode *episode)
{
	struct series *series = series_of(digest, source, episode);
	episode->source = source;
	episode->instance = series->episodes.count > 0
	                            ? series->episodes.items[0].instance
	                            : arena_str(&digest->keep, episode->instance);
	series_add(series, episode);
}

/* Most events belong to the episode before: it grows by them. Returns: false when it does not. */
static bool series_grow(struct series *series, const struct episode *one, const struct event *event)
{
	size_t at = series_upper(series, one->first_ns);
	struct episode *before = at > 0 ? &series->episodes.items[at - 1] : NULL;
	if (before == NULL || !is_near(before, one, series->gap_ns)) {
		return false;
	}
	cover(before, one);
	episode_put(before, event);
	series_settle(series, at - 1);
	return true;
}

void digest_event(struct digest *digest, uint32_t source, const struct event *event)
{
	struct episode episode = episode_of(event, source);
	if (!series_grow(series_of(digest, source, &episode), &episode, event)) {
		episode_put(&episode, event);
		add_episode(digest, source, &episode);
	}
}

void digest_fact(struct digest *digest, const struct fact *fact)
{
	struct arena *keep = &digest->keep;
	struct fact copy = *fact;
	copy.id = arena_str(keep, fact->id);
	copy.instance = arena_str(keep, fact->instance);
	copy.text = arena_str(keep, fact->text);
	copy.unit = arena_str(keep, fact->unit);
	copy.origin.path = arena_str(keep, fact->origin.path);
	copy.origin.text = arena_str(keep, fact->origin.text);
	vec_push(&digest->facts, copy);
}

void digest_document(struct digest *digest, const struct document *document)
{
	struct {
		struct document *items;
		size_t count, capacity;
	} list = {digest->documents, digest->document_count, digest->document_capacity};
	struct document copy = *document;
	copy.path = arena_str(&digest->keep, document->path);
	copy.what = arena_str(&digest->keep, document->what);
	copy.damage = arena_str(&digest->keep, document->damage);
	vec_push(&list, copy);
	digest->documents = list.items;
	digest->document_count = list.count;
	digest->document_capacity = list.capacity;
}

static void add_gap(struct source *into, struct source_gap gap)
{
	size_t at = into->gap_count;
	while (at > 0 &&
	       into->gaps[at - 1].to_ns - into->gaps[at - 1].from_ns < gap.to_ns - gap.from_ns) {
		at--;
	}
	if (at == SOURCE_GAPS_MAX) {
		return;
	}
	if (into->gap_count < SOURCE_GAPS_MAX) {
		into->gap_count++;
	}
	memmove(&into->gaps[at + 1], &into->gaps[at],
	        (into->gap_count - 1 - at) * sizeof(into->gaps[0]));
	into->gaps[at] = gap;
}

void digest_gap(struct digest *digest, uint32_t source, int64_t from_ns, int64_t to_ns,
                uint64_t line)
{
	add_gap(digest_source(digest, source), (struct source_gap){from_ns, to_ns, line});
}

/* ---- merging and closing ---- */

static uint32_t move_source(struct digest *into, struct source *from)
{
	uint32_t number = digest_source_add(into, from->path);
	struct source *copy = digest_source(into, number);
	struct str path = copy->path;
	*copy = *from;
	copy->path = path;
	struct str *texts[] = {&copy->container, &copy->instance, &copy->component,
	                       &copy->role,      &copy->formats,  &copy->wrappers,
	                       &copy->encoding,  &copy->archive,  &copy->damage};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = arena_str(&into->keep, *texts[i]);
	}
	profile_init(&from->profile);
	return number;
}

void digest_merge(struct digest *into, struct digest *from)
{
	uint32_t base = (uint32_t)into->source_count;
	for (size_t i = 0; i < from->source_count; i++) {
		move_source(into, &from->sources[i]);
	}
	for (size_t i = 0; i < from->series.count; i++) {
		struct series *series = from->series.items[i].value;
		vec_foreach (struct episode, episode, &series->episodes) {
			add_episode(into, base + episode->source, episode);
		}
		series->episodes.count = 0;
	}
	vec_foreach (struct fact, fact, &from->facts) {
		digest_fact(into, fact);
	}
	for (size_t i = 0; i < from->document_count; i++) {
		digest_document(into, &from->documents[i]);
	}
	digest_finish(from);
}

static int compare_episodes(const void *a, const void *b)
{
	const struct episode *left = a, *right = b;
	int order = order_int64(left->first_ns, right->first_ns);
	order = order != 0 ? order : order_int64(left->last_ns, right->last_ns);
	order = order != 0 ? order : str_compare(left->kind->id, right->kind->id);
	return order != 0 ? order : event_compare(left->members[0], right->members[0]);
}

static int compare_facts(const void *a, const void *b)
{
	const struct fact *left = a, *right = b;
	int order = str_compare(left->id, right->id);
	order = order != 0 ? order : str_compare(left->origin.path, right->origin.path);
	order = order != 0 ? order
	                   : order_int64((int64_t)left->origin.line, (int64_t)right->origin.line);
	return order != 0 ? order : str_compare(left->text, right->text);
}

static int compare_documents(const void *a, const void *b)
{
	const struct document *left = a, *right = b;
	int order = str_compare(left->path, right->path);
	return order != 0 ? order : str_compare(left->what, right->what);
}

void digest_sort_facts(struct digest *digest)
{
	if (digest->facts.count > 0) {
		qsort(digest->facts.items, digest->facts.count, sizeof(struct fact), compare_facts);
	}
}

void digest_close(struct digest *digest)
{
	for (size_t i = 0; i < digest->series.count; i++) {
		struct series *series = digest->series.items[i].value;
		vec_foreach (struct episode, episode, &series->episodes) {
			vec_push(&digest->episodes, *episode);
		}
		series->episodes.count = 0;
	}
	if (digest->episodes.count > 0) {
		qsort(digest->episodes.items, digest->episodes.count, sizeof(struct episode),
		      compare_episodes);
	}
	digest_sort_facts(digest);
	if (digest->document_count > 0) {
		qsort(digest->documents, digest->document_count, sizeof(struct document),
		      compare_documents);
	}
}

/* ---- joining sources ---- */

enum { SILENCES_MAX = SOURCE_GAPS_MAX + 2 };

static int compare_silences(const void *a, const void *b)
{
	return order_int64(((const struct source_gap *)a)->from_ns,
	                   ((const struct source_gap *)b)->from_ns);
}

/* When a source says nothing, from ever to ever; by time. Returns: how many spans. */
static size_t list_silences(const struct source *source, struct source_gap *silences)
{
	size_t count = source->gap_count;
	if (count > 0) {
		memcpy(silences, source->gaps, count * sizeof(silences[0]));
		qsort(silences, count, sizeof(silences[0]), compare_silences);
	}
	memmove(silences + 1, silences, count * sizeof(silences[0]));
	silences[0] = (struct source_gap){INT64_MIN, source->first_ns, 0};
	silences[count + 1] = (struct source_gap){source->last_ns, INT64_MAX, 0};
	return count + 2;
}

/* Both are silent where each of them is. */
static void join_gaps(struct source *into, const struct source *part)
{
	struct source_gap left[SILENCES_MAX], right[SILENCES_MAX];
	size_t left_count = list_silences(into, left), right_count = list_silences(part, right);
	into->gap_count = 0;
	for (size_t i = 0, j = 0; i < left_count && j < right_count;) {
		struct source_gap both = {
			left[i].from_ns > right[j].from_ns ? left[i].from_ns : right[j].from_ns,
			left[i].to_ns < right[j].to_ns ? left[i].to_ns : right[j].to_ns,
			left[i].to_ns < right[j].to_ns ? left[i].line : right[j].line};
		bool is_bounded = both.from_ns != INT64_MIN && both.to_ns != INT64_MAX;
		if (is_bounded && both.to_ns > both.from_ns) {
			add_gap(into, both);
		}
		if (left[i].to_ns < right[j].to_ns) {
			i++;
		} else {
			j++;
		}
	}
}

static void join_counts(struct source *into, const struct source *part)
{
	into->bytes += part->bytes;
	into->lines += part->lines;
	into->records += part->records;
	into->dated += part->dated;
	into->asked_for += part->asked_for;
	into->recognised += part->recognised;
	into->backwards += part->backwards;
	into->is_sampled |= part->is_sampled;
	for (size_t i = 0; i < FORMAT_PROGRAM_COUNT; i++) {
		into->by_program[i] += part->by_program[i];
	}
	for (size_t i = 0; i < FORMAT_LEVEL_COUNT; i++) {
		into->by_level[i] += part->by_level[i];
	}
	for (size_t i = 0; i < 3; i++) {
		into->by_zone[i] += part->by_zone[i];
	}
}

static void join_source(struct source *into, const struct source *part)
{
	join_counts(into, part);
	into->outer_delta_ns =
		into->outer_delta_ns == TIME_NONE ? part->outer_delta_ns : into->outer_delta_ns;
	into->role = into->role.len > 0 ? into->role : part->role;
	if (part->first_ns == TIME_NONE) {
		return;
	}
	if (into->first_ns == TIME_NONE) {
		into->first_ns = part->first_ns;
		into->last_ns = part->last_ns;
		into->gap_count = part->gap_count;
		memcpy(into->gaps, part->gaps, sizeof(into->gaps));
		return;
	}
	join_gaps(into, part);
	into->first_ns = part->first_ns < into->first_ns ? part->first_ns : into->first_ns;
	into->last_ns = part->last_ns > into->last_ns ? part->last_ns : into->last_ns;
}

/* The sources anew: parts joined, copies left out. */
static void join_sources(struct digest *digest, const uint32_t *into)
{
	struct source *inputs = digest->sources;
	size_t count = digest->source_count;
	digest->inputs = inputs;
	digest->input_count = count;
	digest->sources = NULL;
	digest->source_count = digest->source_capacity = 0;
	for (size_t i = 0; i < count; i++) {
		inputs[i].log = into[i];
		while (digest->source_count <= into[i]) {
			digest_source_add(digest, STR(""));
		}
		struct source *source = digest_source(digest, into[i]);
		if (inputs[i].copy_of.len > 0) {
			continue;
		}
		if (source->path.len > 0) {
			join_source(source, &inputs[i]);
		} else {
			*source = inputs[i];
			profile_init(&source->profile);
		}
	}
}

void digest_regroup(struct digest *digest, const uint32_t *into)
{
	join_sources(digest, into);
	struct episode_list episodes = digest->episodes;
	digest->episodes = (struct episode_list){0};
	finish_series(digest);
	vec_foreach (struct episode, episode, &episodes) {
		if (digest->inputs[episode->source].copy_of.len > 0) {
			episode_finish(episode);
		} else {
			add_episode(digest, into[episode->source], episode);
		}
	}
	vec_finish(&episodes);
	digest_close(digest);
}
