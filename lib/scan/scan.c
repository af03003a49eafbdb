/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/scan.h"

#include "base/vec.h"
#include "scan/stream.h"
#include "side/side.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { JOBS_MAX = 256, DAMAGE_TEXT_MAX = 400 };

/* What came out of one path. Kept until all are done, then merged in order of paths. */
struct part {
	struct digest digest;
	struct input *input; /* owns paths and damage texts */
	struct error error;
	struct scan_whole_list whole;
	struct input_damage_list damage; /* of lines; texts in digest */
	bool is_opened;
};

struct work {
	const struct input_list *list;
	const struct scan_options *options;
	struct part *parts;
	int64_t since_ns, until_ns;
	VEC(struct stream_part) left_out;
	size_t next; /* atomic */
};

static size_t read_input(void *context, char *buffer, size_t size)
{
	return input_read(context, buffer, size);
}

static void read_path(const struct work *work, struct stream_tools *tools, size_t index)
{
	struct part *part = &work->parts[index];
	digest_init(&part->digest);
	tools->whole = &part->whole;
	tools->damage = &part->damage;
	part->input = input_open(&work->list->items[index], &work->options->limits, &part->error);
	if (part->input == NULL) {
		return;
	}
	if (work->options->progress != NULL) {
		input_count_to(part->input, &work->options->progress->read_bytes);
	}
	struct input_stream stream;
	enum next next;
	while ((next = input_next(part->input, &stream, &part->error)) == NEXT_ITEM) {
		part->is_opened = true;
		stream_read(tools, read_input, part->input, &stream, &part->digest);
	}
	part->is_opened |= next == NEXT_END;
}

static void *work_run(void *context)
{
	struct work *work = context;
	struct stream_tools tools = {.options = work->options,
	                             .matcher = rule_matcher_create(work->options->pack),
	                             .since_ns = work->since_ns,
	                             .until_ns = work->until_ns,
	                             .left_out = work->left_out.items,
	                             .left_out_count = work->left_out.count};
	arena_init(&tools.tmp);
	for (;;) {
		size_t index = __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED);
		if (index >= work->list->count) {
			break;
		}
		read_path(work, &tools, index);
	}
	vec_finish(&tools.hits);
	vec_finish(&tools.stated);
	arena_finish(&tools.tmp);
	rule_matcher_destroy(tools.matcher);
	return NULL;
}

static size_t job_count(const struct work *work)
{
	if (work->options->event != NULL || work->options->record != NULL) {
		return 1; /* events come in order of paths and lines */
	}
	long cores =
		work->options->jobs > 0 ? (long)work->options->jobs : sysconf(_SC_NPROCESSORS_ONLN);
	size_t jobs = cores < 1 ? 1 : cores > JOBS_MAX ? JOBS_MAX : (size_t)cores;
	return jobs < work->list->count ? jobs : work->list->count;
}

/* Every pass reads all of it. */
static void expect_pass(const struct work *work)
{
	struct scan_progress *progress = work->options->progress;
	for (size_t i = 0; progress != NULL && i < work->list->count; i++) {
		uint64_t size_bytes = work->list->items[i].size_bytes;
		__atomic_fetch_add(&progress->total_bytes, size_bytes, __ATOMIC_RELAXED);
		bool is_known = size_bytes > 0 || input_can_reopen(&work->list->items[i]);
		__atomic_fetch_add(&progress->unknown, is_known ? 0 : 1, __ATOMIC_RELAXED);
	}
}

static void run_jobs(struct work *work)
{
	expect_pass(work);
	pthread_t threads[JOBS_MAX];
	size_t jobs = job_count(work), started = 0;
	for (; started + 1 < jobs; started++) {
		if (pthread_create(&threads[started], NULL, work_run, work) != 0) {
			break;
		}
	}
	work_run(work);
	for (size_t i = 0; i < started; i++) {
		pthread_join(threads[i], NULL);
	}
}

static void note_failure(struct scan_result *result, const struct part *part,
                         const struct input_path *path)
{
	result->failed++;
	vec_push(&result->damage,
	         (struct input_damage){INPUT_UNREADABLE, arena_str(&result->keep, path->path),
	                               arena_str(&result->keep, str_from(part->error.text))});
}

/* Say with a source what was wrong with its bytes. Returns: whether there is a source of that path.
 */
static bool note_with_source(struct digest *digest, const struct input_damage *item)
{
	bool is_found = false;
	for (size_t i = 0; i < digest->source_count; i++) {
		struct source *source = &digest->sources[i];
		if (!str_equals(source->path, item->path)) {
			continue;
		}
		is_found = true;
		if (source->damage.len == 0) {
			source->damage = arena_str(&digest->keep, item->what);
		} else if (source->damage.len < DAMAGE_TEXT_MAX) {
			source->damage = arena_printf(&digest->keep, STR_FMT "; " STR_FMT,
			                              STR_ARG(source->damage), STR_ARG(item->what));
		}
	}
	return is_found;
}

/* What is no stream of its own: an archive, or what was left out. */
static void note_with_document(struct digest *digest, const struct input_damage *item)
{
	bool is_left_out = item->kind == INPUT_SKIPPED || item->kind == INPUT_ENCRYPTED;
	digest_document(digest,
	                &(struct document){.path = item->path,
	                                   .what = is_left_out ? item->what : STR("damaged"),
	                                   .damage = is_left_out ? STR("") : item->what});
}

/* Returns: whether something may be missing. */
static bool note_damage(struct scan_result *result, struct part *part,
                        const struct input_damage_list *damage)
{
	bool is_damaged = false;
	vec_foreach (const struct input_damage, item, damage) {
		is_damaged |= input_is_loss(item->kind);
		vec_push(&result->damage,
		         (struct input_damage){item->kind, arena_str(&result->keep, item->path),
		                               arena_str(&result->keep, item->what)});
		if (!note_with_source(&part->digest, item)) {
			note_with_document(&part->digest, item);
		}
	}
	return is_damaged;
}

/* Its last time in UTC, as far as the user, or the collector's stamps, tell the zone. */
static int64_t last_of(const struct scan_options *options, const struct source *source)
{
	bool is_zoneless = source->by_zone[CLOCK_ZONE_NONE] >
	                   source->by_zone[CLOCK_ZONE_UTC] + source->by_zone[CLOCK_ZONE_OFFSET];
	if (source->last_ns == TIME_NONE || !is_zoneless) {
		return source->last_ns;
	}
	if (options->assume_offset_ns != TIME_NONE) {
		return source->last_ns - options->assume_offset_ns;
	}
	return source->last_ns + (source->outer_delta_ns == TIME_NONE
	                                  ? 0
	                                  : clock_round_offset(source->outer_delta_ns));
}

static int64_t last_time(const struct work *work)
{
	int64_t last_ns = TIME_NONE;
	for (size_t i = 0; i < work->list->count; i++) {
		for (size_t j = 0; j < work->parts[i].digest.source_count; j++) {
			int64_t time_ns = last_of(work->options, &work->parts[i].digest.sources[j]);
			last_ns = time_ns > last_ns ? time_ns : last_ns;
		}
	}
	return last_ns;
}

static void whole_finish(struct scan_whole_list *list)
{
	vec_foreach (struct scan_whole, whole, list) {
		buf_finish(&whole->text);
	}
	vec_finish(list);
}

/* Hand over the streams that were wanted whole. */
static void move_whole(struct scan_result *result, struct part *part)
{
	vec_foreach (struct scan_whole, whole, &part->whole) {
		whole->path = arena_str(&result->keep, whole->path);
		vec_push(&result->whole, *whole);
	}
	vec_finish(&part->whole);
}

static void part_finish(struct part *part)
{
	whole_finish(&part->whole);
	vec_finish(&part->damage);
	digest_finish(&part->digest);
	input_close(part->input);
	*part = (struct part){0};
}

/* Points relative to the last record need a first pass that only finds that record. */
static void resolve_points(struct work *work)
{
	const struct scan_options *options = work->options;
	work->since_ns = options->is_since_relative ? TIME_NONE : options->since_ns;
	work->until_ns = options->is_until_relative ? TIME_NONE : options->until_ns;
	if (!options->is_since_relative && !options->is_until_relative) {
		return;
	}
	const struct scan_options quiet = {.pack = options->pack,
	                                   .jobs = options->jobs,
	                                   .limits = options->limits,
	                                   .progress = options->progress,
	                                   .assume_offset_ns = options->assume_offset_ns,
	                                   .way = options->way};
	work->options = &quiet;
	run_jobs(work);
	work->options = options;
	int64_t last_ns = last_time(work);
	for (size_t i = 0; i < work->list->count; i++) {
		part_finish(&work->parts[i]);
	}
	work->next = 0;
	if (last_ns != TIME_NONE) {
		work->since_ns =
			options->is_since_relative ? last_ns + options->since_ns : work->since_ns;
		work->until_ns =
			options->is_until_relative ? last_ns + options->until_ns : work->until_ns;
	}
}

static void read_all(struct work *work, struct digest *digest, struct scan_result *result)
{
	const struct input_list *list = work->list;
	*result = (struct scan_result){0};
	work->next = 0;
	run_jobs(work);
	for (size_t i = 0; i < list->count; i++) {
		struct part *part = &work->parts[i];
		if (part->is_opened) {
			result->opened++;
			bool is_damaged = note_damage(result, part, input_damage(part->input));
			is_damaged |= note_damage(result, part, &part->damage);
			result->damaged += is_damaged ? 1 : 0;
		} else {
			note_failure(result, part, &list->items[i]);
		}
		move_whole(result, part);
		digest_merge(digest, &part->digest);
		part_finish(part);
	}
	vec_foreach (struct input_damage, item, &list->damage) {
		vec_push(&result->damage,
		         (struct input_damage){item->kind, arena_str(&result->keep, item->path),
		                               arena_str(&result->keep, item->what)});
		digest_document(digest, &(struct document){.path = item->path, .what = item->what});
		result->damaged += input_is_loss(item->kind) ? 1 : 0;
	}
	side_relate(digest);
	digest_close(digest);
}

/* Find what two inputs share of one log. Returns: whether there is something, and it can be left
 * out. */
static bool find_shared(struct work *work, struct digest *digest, struct arena *keep)
{
	struct overlap_list overlaps = {0};
	bool is_once = work->options->event != NULL;
	for (size_t i = 0; i < work->list->count; i++) {
		is_once |= !input_can_reopen(&work->list->items[i]);
	}
	if (!is_once) {
		cause_overlaps(digest, &overlaps);
	}
	vec_foreach (struct overlap, overlap, &overlaps) {
		const struct source *source = &digest->sources[overlap->source];
		const struct profile *other = &digest->sources[overlap->other].profile;
		vec_push(&work->left_out,
		         (struct stream_part){.path = arena_str(keep, source->path),
		                              .container = arena_str(keep, source->container),
		                              .from_ns = overlap->from_ns,
		                              .to_ns = overlap->to_ns,
		                              .begin = other->begin,
		                              .end = other->end});
	}
	vec_finish(&overlaps);
	return work->left_out.count > 0;
}

void scan_inputs(const struct input_list *list, const struct scan_options *options,
                 struct digest *digest, struct scan_result *result)
{
	struct arena keep;
	arena_init(&keep);
	struct work work = {.list = list,
	                    .options = options,
	                    .parts = arena_array(&keep, struct part, list->count + 1)};
	resolve_points(&work);
	read_all(&work, digest, result);
	if (find_shared(&work, digest, &keep)) {
		digest_finish(digest);
		scan_result_finish(result);
		digest_init(digest);
		read_all(&work, digest, result);
	}
	vec_finish(&work.left_out);
	arena_finish(&keep);
}

void scan_text(struct str text, const struct scan_options *options, struct digest *digest)
{
	const struct input_stream stream = {.modified_ns = TIME_NONE};
	struct stream_tools tools = {.options = options,
	                             .matcher = rule_matcher_create(options->pack),
	                             .since_ns = TIME_NONE,
	                             .until_ns = TIME_NONE};
	arena_init(&tools.tmp);
	stream_read(&tools, line_read_memory, &text, &stream, digest);
	digest_close(digest);
	vec_finish(&tools.hits);
	vec_finish(&tools.stated);
	arena_finish(&tools.tmp);
	rule_matcher_destroy(tools.matcher);
}

void scan_result_finish(struct scan_result *result)
{
	whole_finish(&result->whole);
	vec_finish(&result->damage);
	arena_finish(&result->keep);
}
