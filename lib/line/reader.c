/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "line/clean.h"
#include "line/frame.h"
#include "line/gather.h"
#include "line/stray.h"

#include <string.h>

enum {
	HEAD_SIZE = 64 << 10, /* of a stream that wrappers learn from */
	HEAD_LINES = 256,     /* ... at most, and so many go the careful way at least */
	FAST_BLOCK_SIZE =
		128 << 10, /* stays in the cache of a core while it is gone over again and again */
	FAST_SIZE_MIN = 32 << 10,    /* less is not worth a block */
	TURNED_BLOCK_SIZE = 16 << 20 /* of a stream that is sorted from the newest on */
};

struct line_reader {
	struct line_options options;
	struct framer framer;
	struct wrappers wrappers;
	struct gather gather;
	struct stray stray;
	struct frame frame; /* the physical line at hand */
	struct map stacks;  /* numbers of wrappers, outermost first -> count */
	struct arena keep;
	struct arena tmp;     /* of one physical line */
	uint32_t *ends;       /* of the lines of a block on the fast way, FAST_BLOCK_SIZE at most */
	uint64_t plain_lines; /* without any wrapper */
	size_t careful_lines; /* so far, up to HEAD_LINES */
	bool has_begun;
	bool is_ended;
};

struct line_reader *line_reader_create(line_read *read, void *context,
                                       const struct line_options *options)
{
	struct line_reader *reader = memory_resize(NULL, sizeof(*reader));
	*reader = (struct line_reader){.options = *options};
	arena_init(&reader->keep);
	arena_init(&reader->tmp);
	framer_init(&reader->framer, read, context);
	wrappers_init(&reader->wrappers, &reader->tmp, &reader->keep, options->modified_ns);
	gather_init(&reader->gather, &reader->keep);
	return reader;
}

void line_reader_destroy(struct line_reader *reader)
{
	if (reader == NULL) {
		return;
	}
	wrappers_finish(&reader->wrappers);
	framer_finish(&reader->framer);
	gather_finish(&reader->gather);
	map_finish(&reader->stacks);
	arena_finish(&reader->keep);
	arena_finish(&reader->tmp);
	memory_free(reader->ends);
	memory_free(reader);
}

const struct line_source *line_reader_source(const struct line_reader *reader, uint32_t source)
{
	return source < reader->gather.sources.count ? &reader->gather.sources.items[source] : NULL;
}

size_t line_reader_source_count(const struct line_reader *reader)
{
	return reader->gather.sources.count;
}

/* ---- the careful way ---- */

static void count_stack(struct line_reader *reader, const struct wrap *wrap)
{
	if (wrap->depth == 0) {
		reader->plain_lines += wrap->text.len > 0 ? 1 : 0;
		return;
	}
	void **place =
		map_put(&reader->stacks, (struct str){(const char *)wrap->stack, wrap->depth});
	*place = (void *)((uintptr_t)*place + 1);
}

/* Lines that do not say where they come from come from what a heading said. */
static void add_heading(struct line_source *source, const struct line_source *heading)
{
	if (source->container.len + source->pod.len + source->unit.len == 0) {
		struct str host = source->host;
		*source = *heading;
		source->host = host.len > 0 ? host : heading->host;
	}
}

static bool has_source(const struct line_source *source)
{
	return source->container.len + source->pod.len + source->unit.len > 0;
}

/* A line without a wrapper may be a part of the line before. */
static void add_source(struct line_reader *reader, struct wrap *wrap)
{
	struct stray *stray = &reader->stray;
	const struct frame *frame = &reader->frame;
	if (wrap->depth > 0 && has_source(&wrap->source)) {
		stray_note(stray, frame->text, wrap, gather_source(&reader->gather, &wrap->source));
		return;
	}
	add_heading(&wrap->source, &reader->wrappers.context.heading);
	bool is_last = !frame->has_end && !frame->is_cut;
	if (!has_source(&wrap->source) && stray_belongs(stray, wrap, is_last)) {
		wrap->source = *line_reader_source(reader, stray->source);
		wrap->is_cut |= is_last;
	}
}

static void take_clean(struct line_reader *reader, struct wrap *wrap)
{
	while (str_ends(wrap->text, STR("\r"))) {
		wrap->text.len--;
	}
	count_stack(reader, wrap);
	add_source(reader, wrap);
	gather_add(&reader->gather, wrap, &reader->tmp);
}

static void take(struct line_reader *reader, struct wrap *wrap);

/* What a wrapper gave is a line of its own, perhaps with more wrappers. */
static void take_given(struct line_reader *reader, size_t first)
{
	size_t end = reader->wrappers.context.given.count;
	for (size_t i = first; i < end; i++) {
		struct wrap given = reader->wrappers.context.given.items[i];
		take(reader, &given);
	}
	reader->wrappers.context.given.count = first;
}

/* An entry of several lines. Only its last one may go on in the next entry. */
static void take_lines(struct line_reader *reader, struct wrap *wrap)
{
	struct str rest = wrap->text, text;
	bool has_more = true;
	while (has_more) {
		struct wrap line = *wrap;
		has_more = str_cut(rest, STR("\n"), &text, &rest);
		line.text = text;
		line.is_partial = wrap->is_partial && !has_more;
		take(reader, &line);
	}
}

/* Take wrappers off until none is left. */
static void take(struct line_reader *reader, struct wrap *wrap)
{
	size_t given = reader->wrappers.context.given.count;
	enum wrap_result result = WRAP_PEELED;
	while (result == WRAP_PEELED) {
		if (wrap->depth > 0 && str_find_byte(wrap->text, '\n') >= 0) {
			take_lines(reader, wrap);
			return;
		}
		result = wrappers_peel(&reader->wrappers, wrap);
	}
	if (result == WRAP_REFUSED) {
		take_clean(reader, wrap);
	} else if (result == WRAP_DROPPED) {
		count_stack(reader, wrap);
	} else if (result == WRAP_GIVEN) {
		take_given(reader, given);
	}
}

/* Returns: false at the end of the stream. */
static bool take_frame(struct line_reader *reader)
{
	struct wrap_context *context = &reader->wrappers.context;
	struct frame frame;
	bool wants_value = context->wants_value;
	context->wants_value = false;
	bool is_there = wants_value ? framer_next_value(&reader->framer, &frame)
	                            : framer_next(&reader->framer, &frame);
	if (!is_there) {
		return false;
	}
	context->is_record = frame.is_record;
	reader->frame = frame;
	struct wrap wrap = {.text = frame.text,
	                    .number = frame.number,
	                    .offset = frame.offset,
	                    .outer_ns = TIME_NONE,
	                    .is_cut = frame.is_cut};
	take(reader, &wrap);
	arena_reset(&reader->tmp);
	return true;
}

static void end_stream(struct line_reader *reader)
{
	reader->is_ended = true;
	reader->frame = (struct frame){.has_end = true};
	wrappers_end(&reader->wrappers);
	take_given(reader, 0);
	gather_end(&reader->gather);
	arena_reset(&reader->tmp);
}

/* Gather lines until there are enough bytes or lines of them. */
static void gather_until(struct line_reader *reader, size_t size, size_t lines)
{
	while (!reader->is_ended && reader->gather.text.len < size &&
	       reader->gather.lines.count < lines) {
		if (!take_frame(reader)) {
			end_stream(reader);
		}
	}
}

static bool next_careful(struct line_reader *reader, struct line_block *block)
{
	if (reader->careful_lines < HEAD_LINES) {
		gather_until(reader, LINE_BLOCK_SIZE, HEAD_LINES);
		if (reader->careful_lines == 0) {
			reader->gather.is_descending = gather_descends(&reader->gather);
		}
		reader->careful_lines += reader->gather.lines.count;
	} else {
		gather_until(reader, LINE_BLOCK_SIZE, SIZE_MAX);
	}
	if (reader->gather.is_descending) {
		gather_until(reader, TURNED_BLOCK_SIZE, SIZE_MAX);
	}
	gather_block(&reader->gather, block);
	return reader->gather.lines.count > 0;
}

/* ---- the fast way ---- */

static bool may_be_fast(const struct line_reader *reader)
{
	const struct framer *framer = &reader->framer;
	return !reader->options.is_always_careful && reader->careful_lines >= HEAD_LINES &&
	       !reader->stray.is_open && !reader->gather.is_descending && !reader->is_ended &&
	       reader->wrappers.owner < 0 && !framer_is_inside(framer) && !framer->decoder.is_wide;
}

/* Whether the careful way would give a line as it is. */
static bool is_clean(const struct line_reader *reader, struct str line)
{
	bool may_be_document =
		line.len > 0 && line.ptr[0] == '{' && (line.len == 1 || line.ptr[1] == ' ');
	return !may_be_document && line.len <= LINE_LENGTH_MAX &&
	       !wrappers_bid(&reader->wrappers, line);
}

/* Whole lines that are clean as they stand. */
struct clean_lines {
	size_t len;
	size_t count;
	size_t filled; /* that are not empty */
};

/* text: FAST_BLOCK_SIZE at most */
static struct clean_lines find_clean(struct line_reader *reader, struct str text)
{
	struct clean_lines lines = {0};
	if (reader->ends == NULL) {
		reader->ends = memory_resize(NULL, FAST_BLOCK_SIZE * sizeof(reader->ends[0]));
	}
	size_t limit = clean_find_control(text, 0);
	limit = clean_find_foreign(str_slice(text, 0, limit));
	limit = clean_find_link(str_slice(text, 0, limit));
	while (lines.len < limit) {
		struct str rest = str_slice(text, lines.len, limit);
		ptrdiff_t end = str_find_byte(rest, '\n');
		if (end < 0 || !is_clean(reader, str_slice(rest, 0, (size_t)end))) {
			break;
		}
		reader->ends[lines.count++] = (uint32_t)(lines.len + (size_t)end);
		lines.len += (size_t)end + 1;
		lines.filled += end > 0 ? 1 : 0;
	}
	return lines;
}

static bool next_fast(struct line_reader *reader, struct line_block *block)
{
	struct framer *framer = &reader->framer;
	framer_settle(framer);
	if (!may_be_fast(reader)) {
		return false;
	}
	struct str text = decoder_text(&framer->decoder);
	if (text.len < FAST_BLOCK_SIZE && framer_fill(framer, FAST_BLOCK_SIZE)) {
		text = decoder_text(&framer->decoder);
	}
	struct clean_lines lines = {0};
	if (!decoder_changes(&framer->decoder)) {
		lines = find_clean(reader, str_slice(text, 0, FAST_BLOCK_SIZE));
	}
	if (lines.len < FAST_SIZE_MIN) {
		return false;
	}
	struct line_source none = {0};
	add_heading(&none, &reader->wrappers.context.heading);
	uint32_t source = gather_source(&reader->gather, &none);
	if (gather_waits(&reader->gather, source)) {
		return false;
	}
	*block = (struct line_block){.text = str_slice(text, 0, lines.len),
	                             .ends = reader->ends,
	                             .count = lines.count,
	                             .first_number = framer->number,
	                             .first_offset = framer->decoder.offset,
	                             .source = source};
	reader->plain_lines += lines.filled;
	framer_hold(framer, lines.len, lines.count);
	return true;
}

/* ---- blocks ---- */

/* Show the first lines to all wrappers, also without the wrappers around them that can be told by
 * themselves. */
static void learn(struct line_reader *reader)
{
	struct framer *framer = &reader->framer;
	framer_fill(framer, HEAD_SIZE);
	struct str rest = decoder_text(&framer->decoder), line;
	for (size_t i = 0; i < HEAD_LINES && rest.len > 0; i++) {
		size_t end = 0;
		while (end < rest.len && rest.ptr[end] != '\n' && rest.ptr[end] != '\r') {
			end++;
		}
		line = str_slice(rest, 0, end);
		while (end < rest.len && rest.ptr[end] == '\r') {
			end++;
		}
		rest = str_skip(rest, end + (end < rest.len && rest.ptr[end] == '\n' ? 1 : 0));
		wrappers_learn(&reader->wrappers, line);
		arena_reset(&reader->tmp);
	}
}

enum next line_reader_next(struct line_reader *reader, struct line_block *block)
{
	if (!reader->has_begun) {
		reader->has_begun = true;
		learn(reader);
	}
	gather_clear(&reader->gather);
	return next_fast(reader, block) || next_careful(reader, block) ? NEXT_ITEM : NEXT_END;
}

/* ---- the end ---- */

/* Names of the wrappers that stood around more lines than any other ones. */
static struct str common_wrappers(struct line_reader *reader)
{
	struct str best = {NULL, 0};
	uintptr_t most = reader->plain_lines;
	for (size_t i = 0; i < reader->stacks.count; i++) {
		if ((uintptr_t)reader->stacks.items[i].value > most) {
			most = (uintptr_t)reader->stacks.items[i].value;
			best = reader->stacks.items[i].key;
		}
	}
	struct buf names = {0};
	for (size_t i = 0; i < best.len; i++) {
		buf_add(&names, i > 0 ? STR(",") : STR(""));
		buf_add(&names, str_from(wrapper_table[(unsigned char)best.ptr[i]]->name));
	}
	struct str text = arena_str(&reader->keep, buf_str(&names));
	buf_finish(&names);
	return text;
}

void line_reader_summary(struct line_reader *reader, struct line_summary *summary)
{
	const struct decoder *decoder = &reader->framer.decoder;
	*summary = (struct line_summary){.encoding = decoder_name(decoder),
	                                 .wrappers = common_wrappers(reader),
	                                 .bytes = decoder->bytes,
	                                 .lines = framer_lines(&reader->framer),
	                                 .cut_lines = reader->framer.cut_lines,
	                                 .undecodable =
	                                         decoder->undecodable + reader->gather.undecodable,
	                                 .has_others = reader->gather.has_others,
	                                 .is_descending = reader->gather.is_descending};
}
