/* SPDX-License-Identifier: Apache-2.0 */
/* Episodes in the JSON report, and the kinds that they are of. */
#include "base/vec.h"
#include "report/reporters.h"
#include "report/shapes.h"
#include "report/view.h"

#include <stdlib.h>

static struct str answer_severity(size_t severity)
{
	return report_severity_name((enum event_severity)severity);
}

static void write_severity(struct shape_writer *to, const void *base)
{
	json_write_text(&to->json,
	                report_severity_name(((const struct event_kind *)base)->severity));
}

static bool read_severity(struct shape_reader *from, void *base)
{
	size_t severity = 0;
	bool is_read = shapes_read_name(from, &severity, answer_severity, EVENT_SEVERITY_COUNT);
	((struct event_kind *)base)->severity = (enum event_severity)(is_read ? severity : 0);
	return is_read;
}

static const struct shape_member kind_members[] = {
	{.key = "id", .type = SHAPE_TEXT, .offset = offsetof(struct event_kind, id)},
	{.key = "title", .type = SHAPE_BOTH, .offset = offsetof(struct event_kind, title)},
	{.key = "meaning",
         .type = SHAPE_BOTH_OR_NULL,
         .offset = offsetof(struct event_kind, meaning)},
	{.key = "severity", .type = SHAPE_OWN, .write = write_severity, .read = read_severity},
	{.key = "harm", .type = SHAPE_BOOL, .offset = offsetof(struct event_kind, is_harm)},
	{.key = "sampled", .type = SHAPE_BOOL, .offset = offsetof(struct event_kind, is_sampled)},
	{.key = "over_ms", .type = SHAPE_MS, .offset = offsetof(struct event_kind, threshold_ns)},
};
const struct shape shapes_kind = SHAPE(event_kind, kind_members);

static int compare_kinds(const void *a, const void *b)
{
	const struct event_kind *left = *(const struct event_kind *const *)a,
				*right = *(const struct event_kind *const *)b;
	return str_compare(left->id, right->id);
}

void shapes_write_kinds(struct shape_writer *to, const void *base)
{
	const struct episode_list *episodes = &((const struct shapes_root *)base)->digest->episodes;
	struct map seen = {0};
	const struct event_kind **kinds =
		arena_array(&to->tmp, const struct event_kind *, episodes->count + 1);
	size_t count = 0;
	vec_foreach (const struct episode, episode, episodes) {
		void **place = map_put(&seen, episode->kind->id);
		if (*place == NULL) {
			*place = (void *)(uintptr_t)episode->kind;
			kinds[count++] = episode->kind;
		}
	}
	map_finish(&seen);
	qsort(kinds, count, sizeof(kinds[0]), compare_kinds);
	json_array_begin(&to->json);
	size_t len = to->place.len;
	for (size_t i = 0; i < count; i++) {
		buf_printf(&to->place, "/%zu", i);
		shape_write(to, &shapes_kind, kinds[i]);
		to->place.len = len;
	}
	json_array_end(&to->json);
}

static const struct shape_member point_members[] = {
	{.key = "time", .type = SHAPE_TIME, .offset = offsetof(struct event, time_ns)},
	{.key = "ms", .type = SHAPE_MS, .offset = offsetof(struct event, took_ns)},
	{.key = "path", .type = SHAPE_TEXT, .offset = offsetof(struct event, origin.path)},
	{.key = "line", .type = SHAPE_COUNT, .offset = offsetof(struct event, origin.line)},
};
static const struct shape point_shape = SHAPE(event, point_members);

/* An episode as it is read, before its parts are put together. */
struct read_episode {
	struct episode episode;
	struct event_list {
		struct event *items;
		size_t count, capacity;
	} points, evidence;
};

static void write_histogram(struct shape_writer *to, const struct histogram *histogram)
{
	unsigned indent = to->json.indent;
	json_array_begin(&to->json);
	to->json.indent = 0;
	for (size_t i = 0; histogram->buckets != NULL && i < HISTOGRAM_BUCKETS; i++) {
		if (histogram->buckets[i] > 0) {
			json_array_begin(&to->json);
			json_write_ms(&to->json, histogram_bucket_start(i));
			json_write_int(&to->json, histogram->buckets[i]);
			json_array_end(&to->json);
		}
	}
	json_array_end(&to->json);
	to->json.indent = indent;
}

static bool read_histogram(struct shape_reader *from, struct histogram *histogram)
{
	struct str value;
	enum json_token token;
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while ((token = json_reader_next(&from->json, &value)) == JSON_TOKEN_ARRAY_BEGIN) {
		int64_t start_ns;
		uint64_t count;
		if (!shape_read_ms(from, &start_ns) || !shape_read_count(from, &count) ||
		    !shape_expect(from, JSON_TOKEN_ARRAY_END, NULL)) {
			return false;
		}
		if (count > UINT32_MAX) {
			return shape_fail(from, "a count that is too large");
		}
		histogram_add_many(histogram, start_ns, (uint32_t)count);
	}
	return token == JSON_TOKEN_ARRAY_END || shape_fail(from, "a histogram is a list of pairs");
}

static void write_episode(struct shape_writer *to, const struct episode *episode,
                          const struct digest *digest)
{
	const struct event *evidence[VIEW_EVIDENCE_MAX];
	unsigned indent = to->json.indent;
	json_object_begin(&to->json);
	json_member_text(&to->json, "kind", episode->kind->id);
	json_member_text(&to->json, "instance", view_instance(digest, episode));
	json_write_key(&to->json, "start");
	json_write_time(&to->json, episode->first_ns);
	json_write_key(&to->json, "end");
	json_write_time(&to->json, episode->last_ns);
	shape_write_count(to, "count", episode->count);
	json_write_key(&to->json, "max_ms");
	json_write_ms(&to->json, episode->max_took_ns);
	json_write_key(&to->json, "harm");
	json_write_bool(&to->json, episode->kind->is_harm);
	json_member_text(&to->json, "title", text_in(&episode->kind->title, to->lang));
	json_write_key(&to->json, "histogram");
	write_histogram(to, &episode->took);
	json_write_key(&to->json, "points");
	json_array_begin(&to->json);
	to->json.indent = 0;
	for (size_t i = 0; i < episode->member_count; i++) {
		shape_write(to, &point_shape, episode->members[i]);
	}
	json_array_end(&to->json);
	to->json.indent = indent;
	json_write_key(&to->json, "evidence");
	shapes_write_events(to, evidence, view_evidence(episode, evidence));
	json_object_end(&to->json);
}

void shapes_write_episodes(struct shape_writer *to, const void *base)
{
	const struct digest *digest = ((const struct shapes_root *)base)->digest;
	json_array_begin(&to->json);
	vec_foreach (const struct episode, episode, &digest->episodes) {
		write_episode(to, episode, digest);
	}
	json_array_end(&to->json);
}

static bool read_episode_kind(struct shape_reader *from, void *base)
{
	struct str id;
	if (!shape_expect(from, JSON_TOKEN_STRING, &id)) {
		return false;
	}
	const struct event_kind *kind = map_get(from->kinds, id);
	((struct read_episode *)base)->episode.kind = kind;
	return kind != NULL || shape_fail(from, "an episode of a kind that is not among \"kinds\"");
}

static bool read_episode_histogram(struct shape_reader *from, void *base)
{
	return read_histogram(from, &((struct read_episode *)base)->episode.took);
}

static const struct shape_member episode_members[] = {
	{.key = "kind", .type = SHAPE_OWN, .read = read_episode_kind},
	{.key = "instance",
         .type = SHAPE_TEXT,
         .offset = offsetof(struct read_episode, episode.instance)},
	{.key = "start",
         .type = SHAPE_TIME,
         .offset = offsetof(struct read_episode, episode.first_ns)},
	{.key = "end",
         .type = SHAPE_TIME,
         .offset = offsetof(struct read_episode, episode.last_ns)},
	{.key = "count",
         .type = SHAPE_COUNT,
         .offset = offsetof(struct read_episode, episode.count)},
	{.key = "max_ms",
         .type = SHAPE_MS,
         .offset = offsetof(struct read_episode, episode.max_took_ns)},
	{.key = "histogram", .type = SHAPE_OWN, .read = read_episode_histogram},
	{.key = "points",
         .type = SHAPE_LIST,
         .offset = offsetof(struct read_episode, points),
         .shape = &point_shape},
	{.key = "evidence",
         .type = SHAPE_LIST,
         .offset = offsetof(struct read_episode, evidence),
         .shape = &shapes_origin},
};
static const struct shape episode_shape = SHAPE(read_episode, episode_members);

/* The event that a point stands for: with its text where that is among the evidence. */
static struct event *event_of_point(const struct read_episode *read, const struct event *point)
{
	struct event event = *point;
	event.kind = read->episode.kind;
	event.start_ns = point->time_ns;
	vec_foreach (const struct event, proof, &read->evidence) {
		if (proof->origin.line == point->origin.line &&
		    str_equals(proof->origin.path, point->origin.path)) {
			event.origin = proof->origin;
		}
	}
	return event_copy(&event);
}

static void put_together(struct read_episode *read, struct digest *digest)
{
	struct episode *episode = &read->episode;
	episode->took.max_ns = episode->max_took_ns == DURATION_NONE ? 0 : episode->max_took_ns;
	episode->members = memory_resize(NULL, read->points.count * sizeof(struct event *));
	vec_foreach (const struct event, point, &read->points) {
		episode->members[episode->member_count++] = event_of_point(read, point);
	}
	vec_push(&digest->episodes, *episode);
}

static bool read_episode(struct shape_reader *from, struct digest *digest)
{
	struct read_episode read = {0};
	bool is_read = shape_read(from, &episode_shape, &read);
	if (is_read && (read.points.count == 0 || read.points.count > EPISODE_MEMBERS_MAX)) {
		is_read = shape_fail(from, "an episode without points, or with too many");
	}
	if (is_read) {
		put_together(&read, digest);
	} else {
		histogram_finish(&read.episode.took);
	}
	vec_finish(&read.points);
	vec_finish(&read.evidence);
	return is_read;
}

bool shapes_read_episodes(struct shape_reader *from, void *base)
{
	struct digest *digest = ((struct shapes_root *)base)->digest;
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while (shape_next_object(from)) {
		if (!read_episode(from, digest)) {
			return false;
		}
	}
	return !from->err->is_set;
}
