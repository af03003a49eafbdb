/* SPDX-License-Identifier: Apache-2.0 */
#include "line/gather.h"

#include "base/vec.h"
#include "line/clean.h"
#include "line/shape.h"

#include <string.h>

enum { OUTPUTS = 3 };

void gather_init(struct gather *gather, struct arena *keep)
{
	*gather = (struct gather){.keep = keep};
}

void gather_finish(struct gather *gather)
{
	vec_foreach (struct gather_piece, piece, &gather->pieces) {
		buf_finish(&piece->text);
	}
	vec_finish(&gather->pieces);
	vec_finish(&gather->lines);
	vec_finish(&gather->sources);
	map_finish(&gather->source_numbers);
	buf_finish(&gather->text);
	buf_finish(&gather->turned);
}

/* ---- sources ---- */

/* The names of a source in a row. Returns: bytes written. */
static size_t source_key(const struct line_source *source, char *key, size_t size)
{
	const struct str parts[] = {source->container, source->pod, source->space, source->host,
	                            source->unit};
	size_t len = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct str part = str_slice(parts[i], 0, size - len - 1);
		if (part.len > 0) {
			/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
			memcpy(key + len, part.ptr, part.len);
		}
		len += part.len;
		if (len + 1 < size) {
			key[len++] = '\n';
		}
	}
	return len;
}

static bool is_same_source(const struct line_source *a, const struct line_source *b)
{
	return str_equals(a->container, b->container) && str_equals(a->pod, b->pod) &&
	       str_equals(a->space, b->space) && str_equals(a->host, b->host) &&
	       str_equals(a->unit, b->unit);
}

/* The last place is that of all that there is no place for. */
static uint32_t others(struct gather *gather)
{
	if (!gather->has_others) {
		gather->has_others = true;
		vec_push(&gather->sources, (struct line_source){0});
	}
	return (uint32_t)gather->sources.count - 1;
}

static struct line_source copy_source(struct arena *keep, const struct line_source *source)
{
	return (struct line_source){arena_str(keep, source->container),
	                            arena_str(keep, source->pod), arena_str(keep, source->space),
	                            arena_str(keep, source->host), arena_str(keep, source->unit)};
}

/* A paste's first line lost what stood before it, when the second line has it. */
static bool is_after_bare_line(const struct gather *gather)
{
	static const struct line_source none = {0};
	return gather->sources.count == 1 && is_same_source(&gather->sources.items[0], &none) &&
	       gather->lines.count == 1 && gather->lines.items[0].number == 1;
}

/* The first line's place becomes this source's. */
static void take_first_place(struct gather *gather, const struct line_source *source)
{
	char key[1024];
	struct line_source *first = &gather->sources.items[0];
	struct str name = {key, source_key(first, key, sizeof(key))};
	*map_put(&gather->source_numbers, name) = NULL;
	*first = copy_source(gather->keep, source);
}

static uint32_t find_source(struct gather *gather, const struct line_source *source)
{
	char key[1024];
	struct str name = {key, source_key(source, key, sizeof(key))};
	const void *known = map_get(&gather->source_numbers, name);
	if (known != NULL) {
		return (uint32_t)((uintptr_t)known - 1);
	}
	if (gather->sources.count + 1 >= LINE_SOURCES_MAX) {
		return others(gather);
	}
	if (is_after_bare_line(gather)) {
		take_first_place(gather, source);
	} else {
		vec_push(&gather->sources, copy_source(gather->keep, source));
	}
	*map_put(&gather->source_numbers, name) = (void *)(uintptr_t)gather->sources.count;
	return (uint32_t)gather->sources.count - 1;
}

uint32_t gather_source(struct gather *gather, const struct line_source *source)
{
	uint32_t last = gather->last_source;
	if (last < gather->sources.count && is_same_source(source, &gather->sources.items[last])) {
		return last;
	}
	gather->last_source = find_source(gather, source);
	return gather->last_source;
}

/* ---- lines ---- */

static void put_line(struct gather *gather, const struct line *line, struct str text)
{
	struct line put = *line;
	put.text = (struct str){(const char *)(uintptr_t)gather->text.len, text.len};
	put.first_len = put.first_len < text.len ? put.first_len : text.len;
	buf_add(&gather->text, text);
	buf_byte(&gather->text, '\n');
	vec_push(&gather->lines, put);
}

static struct gather_piece *piece_of(struct gather *gather, const struct line *line)
{
	size_t index = (size_t)line->source * OUTPUTS + (size_t)line->output;
	while (gather->pieces.count <= index) {
		vec_push(&gather->pieces, (struct gather_piece){0});
	}
	return &gather->pieces.items[index];
}

static void close_piece(struct gather *gather, struct gather_piece *piece, struct arena *tmp,
                        bool is_cut)
{
	piece->is_open = false;
	piece->line.is_cut |= is_cut;
	gather->open_pieces--;
	put_line(gather, &piece->line,
	         clean_repair(buf_str(&piece->text), tmp, &gather->undecodable));
}

static void open_piece(struct gather *gather, struct gather_piece *piece, const struct line *line)
{
	gather->open_pieces++;
	piece->is_open = true;
	piece->line = *line;
	buf_clear(&piece->text);
}

/* A piece that is shorter than any buffer was the last word of a container, if a record begins
 * behind it. */
static bool is_last_word(const struct gather_piece *piece, struct str next)
{
	enum { BUFFER_MIN = 4096 };
	return piece->is_open &&
	       (piece->text.len < BUFFER_MIN || shape_is_closed(buf_str(&piece->text))) &&
	       shape_starts_record(next);
}

void gather_add(struct gather *gather, const struct wrap *wrap, struct arena *tmp)
{
	struct line line = {.first_len = wrap->text.len,
	                    .number = wrap->number,
	                    .offset = wrap->offset,
	                    .outer_ns = wrap->outer_ns,
	                    .outer_zone = wrap->outer_zone,
	                    .source = gather_source(gather, &wrap->source),
	                    .output = wrap->output,
	                    .is_cut = wrap->is_cut};
	struct gather_piece *piece =
		wrap->is_partial || gather->open_pieces > 0 ? piece_of(gather, &line) : NULL;
	if (piece != NULL && is_last_word(piece, wrap->text)) {
		close_piece(gather, piece, tmp, false);
	}
	if (piece == NULL || (!piece->is_open && !wrap->is_partial)) {
		put_line(gather, &line, clean_repair(wrap->text, tmp, &gather->undecodable));
		return;
	}
	if (!piece->is_open) {
		open_piece(gather, piece, &line);
	}
	piece->line.is_cut |= wrap->is_cut;
	if (piece->text.len + wrap->text.len <= LINE_LENGTH_MAX) {
		buf_add(&piece->text, wrap->text);
	} else {
		piece->line.is_cut = true;
	}
	if (!wrap->is_partial) {
		close_piece(gather, piece, tmp, false);
	}
}

bool gather_waits(const struct gather *gather, uint32_t source)
{
	size_t index = (size_t)source * OUTPUTS + LINE_OUTPUT_UNKNOWN;
	return index < gather->pieces.count && gather->pieces.items[index].is_open;
}

void gather_end(struct gather *gather)
{
	struct arena tmp;
	arena_init(&tmp);
	vec_foreach (struct gather_piece, piece, &gather->pieces) {
		if (piece->is_open) {
			close_piece(gather, piece, &tmp, true);
		}
	}
	arena_finish(&tmp);
}

void gather_clear(struct gather *gather)
{
	buf_clear(&gather->text);
	gather->lines.count = 0;
}

/* ---- order ---- */

static struct str text_of(const struct gather *gather, const struct line *line)
{
	size_t at = (size_t)(uintptr_t)line->text.ptr;
	return str_slice(buf_str(&gather->text), at, at + line->text.len);
}

bool gather_descends(const struct gather *gather)
{
	enum { STEPS_MIN = 2, TIMES_MORE = 4 };
	size_t up = 0, down = 0;
	int64_t *before = memory_resize(NULL, (gather->sources.count + 1) * sizeof(*before));
	for (size_t i = 0; i <= gather->sources.count; i++) {
		before[i] = TIME_NONE;
	}
	vec_foreach (const struct line, line, &gather->lines) {
		struct stamp stamp;
		int64_t time_ns = line->outer_ns;
		if (time_ns == TIME_NONE && stamp_find(text_of(gather, line), &stamp)) {
			time_ns = stamp.time_ns;
		}
		if (time_ns == TIME_NONE) {
			continue;
		}
		int64_t last_ns = before[line->source];
		up += last_ns != TIME_NONE && time_ns > last_ns ? 1 : 0;
		down += last_ns != TIME_NONE && time_ns < last_ns ? 1 : 0;
		before[line->source] = time_ns;
	}
	memory_free(before);
	return down >= STEPS_MIN && down >= up * TIMES_MORE;
}

/* Where lines[index] is one of several of an entry, in their own order: the first one of them. */
static size_t first_of_entry(const struct gather *gather, size_t index, bool is_stamped)
{
	const struct line *lines = gather->lines.items;
	while (index > 0 && (lines[index].offset == lines[index - 1].offset ||
	                     (is_stamped && lines[index].outer_ns == TIME_NONE))) {
		index--;
	}
	return index;
}

static bool is_stamped(const struct gather *gather)
{
	size_t stamped = 0;
	vec_foreach (const struct line, line, &gather->lines) {
		stamped += line->outer_ns != TIME_NONE ? 1 : 0;
	}
	return stamped * 2 > gather->lines.count;
}

/* From the last entry to the first. */
static void turn(struct gather *gather)
{
	size_t count = gather->lines.count, done = 0;
	struct line *turned = memory_resize(NULL, (count + 1) * sizeof(*turned));
	bool by_stamp = is_stamped(gather);
	buf_clear(&gather->turned);
	for (size_t end = count; end > 0;) {
		size_t first = first_of_entry(gather, end - 1, by_stamp);
		for (size_t i = first; i < end; i++) {
			struct line line = gather->lines.items[i];
			struct str text = text_of(gather, &line);
			line.text.ptr = (const char *)(uintptr_t)gather->turned.len;
			buf_add(&gather->turned, text);
			buf_byte(&gather->turned, '\n');
			turned[done++] = line;
		}
		end = first;
	}
	memory_free(gather->lines.items);
	gather->lines.items = turned;
	gather->lines.capacity = count + 1;
	struct buf text = gather->text;
	gather->text = gather->turned;
	gather->turned = text;
}

void gather_block(struct gather *gather, struct line_block *block)
{
	if (gather->is_descending) {
		turn(gather);
	}
	vec_foreach (struct line, line, &gather->lines) {
		line->text.ptr = gather->text.ptr + (uintptr_t)line->text.ptr;
	}
	*block = (struct line_block){.text = buf_str(&gather->text),
	                             .lines = gather->lines.items,
	                             .count = gather->lines.count};
}
