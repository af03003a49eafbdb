/* SPDX-License-Identifier: Apache-2.0 */
#include "line/reader.h"

#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"
#include "line/decode.h"

#include <stdio.h>
#include <string.h>

enum { WRAPPERS_MAX = 8, READ_SIZE = 256 << 10, SOURCES_MAX = 4096 };

/* A logical line whose end has not come yet (CRI P, docker's 16 KiB pieces). */
struct pending {
	bool is_open;
	struct line line; /* text is in `text` */
	struct buf text;
};

struct line_list {
	struct line *items;
	size_t count, capacity;
};

struct line_reader {
	line_read *read;
	void *context;
	struct line_options options;
	struct decoder decoder;   /* bytes to UTF-8 */
	struct buf raw;           /* decoded, not yet cut into lines */
	size_t raw_used;
	bool is_at_end;
	struct buf block;         /* clean text of the block that was given last */
	struct line_list lines;
	struct line_source *sources;
	size_t source_count, source_capacity;
	struct map source_numbers;
	struct pending *pendings; /* by source * 3 + output */
	size_t pending_count, pending_capacity;
	struct map stacks;        /* names of wrappers, outermost first -> count */
	struct arena keep;
	struct arena tmp;
	uint64_t number;          /* of physical lines so far */
	uint64_t offset;          /* of the next line, in the stream's own bytes */
	uint64_t cut_lines;
	uint64_t plain_lines;     /* without any wrapper */
	bool has_plain_source;
	uint32_t plain_source;    /* source of lines that no wrapper tells about */
	bool is_skipping;         /* the rest of an over-long line */
};

struct line_reader *line_reader_create(line_read *read, void *context, const struct line_options *options)
{
	struct line_reader *reader = memory_resize(NULL, sizeof(*reader));
	*reader = (struct line_reader){.read = read, .context = context, .options = *options};
	decoder_init(&reader->decoder);
	return reader;
}

void line_reader_destroy(struct line_reader *reader)
{
	if (reader == NULL) {
		return;
	}
	for (size_t i = 0; i < reader->pending_count; i++) {
		buf_finish(&reader->pendings[i].text);
	}
	memory_free(reader->pendings);
	memory_free(reader->sources);
	map_finish(&reader->source_numbers);
	map_finish(&reader->stacks);
	decoder_finish(&reader->decoder);
	buf_finish(&reader->raw);
	buf_finish(&reader->block);
	vec_finish(&reader->lines);
	arena_finish(&reader->keep);
	arena_finish(&reader->tmp);
	memory_free(reader);
}

/* ---- sources ---- */

static uint32_t source_number(struct line_reader *reader, const struct line_source *source)
{
	const struct str parts[] = {source->container, source->pod, source->space, source->host, source->unit};
	char key[1024];
	size_t len = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t room = sizeof(key) - len - 1;
		size_t count = parts[i].len < room ? parts[i].len : room;
		if (count > 0) {
			memcpy(key + len, parts[i].ptr, count);
		}
		len += count;
		key[len++] = '\n';
		if (len >= sizeof(key) - 1) {
			break;
		}
	}
	void **place = map_put(&reader->source_numbers, (struct str){key, len});
	if (*place != NULL) {
		return (uint32_t)((uintptr_t)*place - 1);
	}
	if (reader->source_count >= SOURCES_MAX) {
		*place = (void *)(uintptr_t)1;
		return 0;
	}
	struct {
		struct line_source *items;
		size_t count, capacity;
	} list = {reader->sources, reader->source_count, reader->source_capacity};
	struct arena *keep = &reader->keep;
	vec_push(&list, (struct line_source){arena_str(keep, parts[0]), arena_str(keep, parts[1]), arena_str(keep, parts[2]),
	                                     arena_str(keep, parts[3]), arena_str(keep, parts[4])});
	reader->sources = list.items;
	reader->source_count = list.count;
	reader->source_capacity = list.capacity;
	*place = (void *)(uintptr_t)list.count;
	return (uint32_t)list.count - 1;
}

const struct line_source *line_reader_source(const struct line_reader *reader, uint32_t source)
{
	return source < reader->source_count ? &reader->sources[source] : NULL;
}

size_t line_reader_source_count(const struct line_reader *reader)
{
	return reader->source_count;
}

/* ---- output of lines ---- */

static void put_line(struct line_reader *reader, struct line *line, struct str text)
{
	size_t at = reader->block.len;
	buf_add(&reader->block, text);
	buf_byte(&reader->block, '\n');
	line->text = (struct str){(const char *)(uintptr_t)at, text.len}; /* made a pointer when the block is complete */
	vec_push(&reader->lines, *line);
}

static struct pending *pending_of(struct line_reader *reader, const struct line *line)
{
	size_t index = (size_t)line->source * 3 + (size_t)line->output;
	while (reader->pending_count <= index) {
		struct {
			struct pending *items;
			size_t count, capacity;
		} list = {reader->pendings, reader->pending_count, reader->pending_capacity};
		vec_push(&list, (struct pending){0});
		reader->pendings = list.items;
		reader->pending_count = list.count;
		reader->pending_capacity = list.capacity;
	}
	return &reader->pendings[index];
}

static void pending_flush(struct line_reader *reader, struct pending *pending, bool is_cut)
{
	if (pending->is_open) {
		pending->is_open = false;
		pending->line.is_cut |= is_cut;
		put_line(reader, &pending->line, buf_str(&pending->text));
	}
}

static void add_logical(struct line_reader *reader, struct line *line, struct str text, bool is_partial)
{
	struct pending *pending = pending_of(reader, line);
	if (!pending->is_open && !is_partial) {
		put_line(reader, line, text);
		return;
	}
	if (!pending->is_open) {
		pending->is_open = true;
		pending->line = *line;
		buf_clear(&pending->text);
	}
	if (pending->text.len + text.len <= LINE_LENGTH_MAX) {
		buf_add(&pending->text, text);
	} else {
		pending->line.is_cut = true;
	}
	if (!is_partial) {
		pending_flush(reader, pending, false);
	}
}

/* ---- wrappers ---- */

static void info_merge(struct wrap_info *into, const struct wrap_info *from)
{
	struct str *to[] = {&into->source.container, &into->source.pod, &into->source.space, &into->source.host, &into->source.unit};
	const struct str more[] = {from->source.container, from->source.pod, from->source.space, from->source.host, from->source.unit};
	for (size_t i = 0; i < 5; i++) {
		*to[i] = more[i].len > 0 ? more[i] : *to[i];
	}
	if (from->output != LINE_OUTPUT_UNKNOWN) {
		into->output = from->output;
	}
	if (from->outer_ns != TIME_NONE) {
		into->outer_ns = from->outer_ns;
		into->outer_zone = from->outer_zone;
	}
	into->is_partial |= from->is_partial;
	into->is_dropped |= from->is_dropped;
}

static void count_stack(struct line_reader *reader, const struct wrapper *const *stack, size_t depth)
{
	char name[256];
	size_t len = 0;
	for (size_t i = 0; i < depth; i++) {
		int count = snprintf(name + len, sizeof(name) - len, "%s%s", i > 0 ? "," : "", stack[i]->name);
		len = count < 0 || len + (size_t)count >= sizeof(name) ? sizeof(name) - 1 : len + (size_t)count;
	}
	void **place = map_put(&reader->stacks, (struct str){name, len});
	*place = (void *)((uintptr_t)*place + 1);
}

/* The usual case: a line as the program wrote it. */
static void take_plain(struct line_reader *reader, struct line *line, struct str text)
{
	if (!reader->has_plain_source) {
		reader->plain_source = source_number(reader, &(struct line_source){0});
		reader->has_plain_source = true;
	}
	reader->plain_lines++;
	line->first_len = text.len;
	line->outer_ns = TIME_NONE;
	line->source = reader->plain_source;
	add_logical(reader, line, text, false);
}

static void take_line(struct line_reader *reader, struct str text, uint64_t offset, bool is_cut)
{
	const struct wrapper *stack[WRAPPERS_MAX];
	struct wrap_info all = {.outer_ns = TIME_NONE};
	struct line line = {.number = reader->number, .offset = offset, .is_cut = is_cut};
	size_t depth = 0;
	while (depth < WRAPPERS_MAX) {
		const struct wrapper *wrapper = wrapper_of(text);
		struct wrap_info info = {.outer_ns = TIME_NONE, .modified_ns = reader->options.modified_ns};
		struct str rest;
		if (wrapper == NULL || !wrapper->peel(text, &reader->tmp, &rest, &info)) {
			break;
		}
		info_merge(&all, &info);
		text = rest;
		stack[depth++] = wrapper;
	}
	if (depth == 0) {
		take_plain(reader, &line, text);
		return;
	}
	count_stack(reader, stack, depth);
	if (!all.is_dropped) {
		line.first_len = text.len;
		line.outer_ns = all.outer_ns;
		line.outer_zone = all.outer_zone;
		line.output = all.output;
		line.source = source_number(reader, &all.source);
		add_logical(reader, &line, text, all.is_partial);
	}
	arena_reset(&reader->tmp);
}

/* ---- physical lines ---- */

/* CR at the end is part of the line end; a CR inside ends a line too. */
static void take_physical(struct line_reader *reader, struct str text, uint64_t offset, bool is_cut)
{
	reader->number++;
	struct str part, rest = text;
	while (rest.len > 0 && rest.ptr[rest.len - 1] == '\r') {
		rest.len--;
	}
	while (str_find_byte(rest, '\r') >= 0) {
		str_cut(rest, STR("\r"), &part, &rest);
		if (part.len > 0) {
			take_line(reader, part, offset, is_cut);
		}
	}
	take_line(reader, rest, offset, is_cut);
}

static bool read_more(struct line_reader *reader)
{
	if (reader->raw_used > 0) {
		memmove(reader->raw.ptr, reader->raw.ptr + reader->raw_used, reader->raw.len - reader->raw_used);
		reader->raw.len -= reader->raw_used;
		reader->raw_used = 0;
	}
	if (!reader->is_at_end) {
		reader->is_at_end = !decoder_read(&reader->decoder, reader->read, reader->context, READ_SIZE, &reader->raw);
	}
	return !reader->is_at_end;
}

/* One physical line out of raw. Returns: false when more bytes are needed. */
static bool next_physical(struct line_reader *reader)
{
	struct str rest = {reader->raw.ptr + reader->raw_used, reader->raw.len - reader->raw_used};
	ptrdiff_t end = str_find_byte(rest, '\n');
	bool is_long = (end < 0 ? rest.len : (size_t)end) > LINE_LENGTH_MAX;
	if (end < 0 && !is_long && !(reader->is_at_end && rest.len > 0)) {
		return false;
	}
	size_t len = end < 0 ? rest.len : (size_t)end;
	size_t used = end < 0 ? len : len + 1;
	uint64_t offset = reader->offset;
	reader->offset += decoder_source_bytes(&reader->decoder, str_slice(rest, 0, used));
	reader->raw_used += used;
	if (reader->is_skipping) {
		reader->is_skipping = end < 0;
		return true;
	}
	reader->is_skipping = is_long && end < 0;
	reader->cut_lines += is_long ? 1 : 0;
	take_physical(reader, text_cut_bytes(str_slice(rest, 0, len), LINE_LENGTH_MAX), offset, is_long);
	return true;
}

static void finish_block(struct line_reader *reader, struct line_block *block)
{
	for (size_t i = 0; i < reader->lines.count; i++) {
		struct line *line = &reader->lines.items[i];
		line->text.ptr = reader->block.ptr + (uintptr_t)line->text.ptr;
	}
	*block = (struct line_block){.text = buf_str(&reader->block), .lines = reader->lines.items, .count = reader->lines.count};
}

enum next line_reader_next(struct line_reader *reader, struct line_block *block)
{
	buf_clear(&reader->block);
	reader->lines.count = 0;
	while (reader->block.len < LINE_BLOCK_SIZE) {
		if (next_physical(reader)) {
			continue;
		}
		if (!read_more(reader) && reader->raw.len == reader->raw_used) {
			break;
		}
	}
	if (reader->is_at_end && reader->raw.len == reader->raw_used) {
		for (size_t i = 0; i < reader->pending_count; i++) {
			pending_flush(reader, &reader->pendings[i], true);
		}
	}
	if (reader->lines.count == 0) {
		return NEXT_END;
	}
	finish_block(reader, block);
	return NEXT_ITEM;
}

void line_reader_summary(const struct line_reader *reader, struct line_summary *summary)
{
	struct str best = {NULL, 0};
	uintptr_t most = reader->plain_lines;
	for (size_t i = 0; i < reader->stacks.count; i++) {
		if ((uintptr_t)reader->stacks.items[i].value > most) {
			most = (uintptr_t)reader->stacks.items[i].value;
			best = reader->stacks.items[i].key;
		}
	}
	*summary = (struct line_summary){.encoding = decoder_name(&reader->decoder),
	                                 .wrappers = best,
	                                 .bytes = reader->decoder.bytes,
	                                 .lines = reader->number,
	                                 .cut_lines = reader->cut_lines,
	                                 .undecodable = reader->decoder.undecodable};
}
