/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/document.h"

#include "base/vec.h"
#include "side/side.h"

enum {
	LOG_RECORDS_MIN = 2 /* so many dated records besides documents are a log */
};

/* What events of a document are handed on with. */
struct hand_on {
	struct stream_tools *tools;
	struct digest *digest;
	uint32_t source;
	bool has_source;
};

void document_fill(struct buf *buf, line_read *read, void *context, size_t max)
{
	enum { FILL_STEP = 256 << 10 };
	size_t count = 1;
	while (buf->len < max && count > 0) {
		size_t step = max - buf->len < FILL_STEP ? max - buf->len : FILL_STEP;
		count = read(context, buf_reserve(buf, step), step);
		buf->len += count;
	}
}

static bool is_wanted(const struct stream_tools *tools, int64_t time_ns)
{
	return time_ns == TIME_NONE ||
	       ((tools->since_ns == TIME_NONE || time_ns >= tools->since_ns) &&
	        (tools->until_ns == TIME_NONE || time_ns < tools->until_ns));
}

/* Events need a source: the document. It is dated by nobody, so that it says nothing of what the
 * logs cover. */
static void hand_on(struct hand_on *to, const struct side_sink *sink, struct event *event)
{
	const struct scan_options *options = to->tools->options;
	if (!is_wanted(to->tools, event->time_ns)) {
		return;
	}
	if (!to->has_source) {
		to->has_source = true;
		to->source = digest_source_add(to->digest, sink->path);
		digest_source(to->digest, to->source)->component = STR("host");
	}
	struct source *source = digest_source(to->digest, to->source);
	source->records++;
	source->recognised++;
	vec_push(&to->tools->stated, event->origin.line);
	if (options->event != NULL) {
		options->event(options->context, event, source);
	} else {
		digest_event(to->digest, to->source, event);
	}
}

static void take_event(void *context, const struct side_sink *sink, const char *kind,
                       struct event *event)
{
	struct hand_on *to = context;
	const struct rule *rule = rule_pack_find(to->tools->options->pack, str_from(kind));
	if (rule != NULL) {
		event->kind = &rule->kind;
		hand_on(to, sink, event);
	}
}

/* What a rule finds in a line, and what the document knows besides. */
static void take_line(void *context, const struct side_sink *sink, struct str line,
                      struct event *event)
{
	struct hand_on *to = context;
	struct record record;
	struct event found = {0};
	if (rule_match_text(to->tools->matcher, line, sink->tmp, &record, &found) == NULL) {
		return;
	}
	struct event_field *fields = arena_array(sink->tmp, struct event_field,
	                                         found.field_count + event->field_count + 1);
	size_t count = 0;
	for (size_t i = 0; i < found.field_count; i++) {
		fields[count++] = found.fields[i];
	}
	for (size_t i = 0; i < event->field_count; i++) {
		if (event_field(&found, event->fields[i].name) == NULL) {
			fields[count++] = event->fields[i];
		}
	}
	found.fields = fields;
	found.field_count = count;
	found.origin = event->origin;
	found.time_ns = event->time_ns;
	found.start_ns = event->time_ns;
	found.zone = event->zone;
	hand_on(to, sink, &found);
}

/* Whether a line without a time tells of trouble all the same, a crash or a client's error, and
 * not of what a document told. */
static bool is_trouble(struct stream_tools *tools, const struct line *line, struct arena *tmp)
{
	struct record record;
	struct event found = {0};
	if (stream_is_stated(tools, line->number)) {
		return false;
	}
	const struct rule *rule = rule_match_text(tools->matcher, line->text, tmp, &record, &found);
	bool is_harm = rule != NULL && rule->kind.is_harm;
	arena_reset(tmp);
	return is_harm;
}

/* Dated records in a block, outside of what readers of documents own; LOG_RECORDS_MIN where one
 * tells of trouble. */
static int count_records(struct stream_tools *tools, const struct side_sink *sink,
                         const struct line_block *block, struct arena *tmp)
{
	struct line_cursor cursor = {0};
	struct line line;
	const struct format *guess = NULL;
	int records = 0;
	while (records < LOG_RECORDS_MIN && line_cursor_next(&cursor, block, &line)) {
		enum clock_zone zone;
		const struct format *format =
			line.text.len == 0 ? NULL : format_of(line.text, guess);
		struct str place = str_skip(sink->text, (size_t)line.offset);
		if (line.text.len == 0 || side_is_claimed(sink, place)) {
			continue;
		}
		guess = format != NULL ? format : guess;
		bool is_dated = line.outer_ns != TIME_NONE ||
		                (format != NULL && format->date(line.text, &zone) != TIME_NONE);
		records += is_dated ? 1 : is_trouble(tools, &line, tmp) ? LOG_RECORDS_MIN : 0;
	}
	return records;
}

/* Whether a log lies around the documents, in whatever wrappers. */
static bool has_log(struct stream_tools *tools, const struct side_sink *sink)
{
	struct str rest = sink->text;
	struct line_options options = {.is_always_careful = true, .modified_ns = sink->modified_ns};
	struct line_reader *reader = line_reader_create(line_read_memory, &rest, &options);
	struct line_block block;
	struct arena tmp;
	int records = 0;
	arena_init(&tmp);
	while (records < LOG_RECORDS_MIN && line_reader_next(reader, &block) == NEXT_ITEM) {
		records += count_records(tools, sink, &block, &tmp);
	}
	line_reader_destroy(reader);
	arena_finish(&tmp);
	return records >= LOG_RECORDS_MIN;
}

static uint64_t count_lines(struct str text)
{
	uint64_t lines = text.len > 0 && text.ptr[text.len - 1] != '\n' ? 1 : 0;
	for (size_t i = 0; i < text.len; i++) {
		lines += text.ptr[i] == '\n' ? 1 : 0;
	}
	return lines;
}

/* How a document is shown in the coverage: as the source of its events, or by itself. */
static void describe(const struct hand_on *to, const struct side_sink *sink, struct str what,
                     const struct line_encoding *encoding, uint64_t bytes)
{
	struct digest *digest = to->digest;
	if (to->has_source) {
		struct source *source = digest_source(digest, to->source);
		source->formats = arena_str(&digest->keep, what);
		source->encoding = arena_str(&digest->keep, encoding->name);
		source->damage = arena_str(&digest->keep, sink->damage);
		source->bytes = bytes;
		source->lines = count_lines(sink->text);
		return;
	}
	digest_document(digest, &(struct document){.path = sink->path,
	                                           .what = what,
	                                           .damage = sink->damage,
	                                           .bytes = bytes});
}

bool document_read(struct stream_tools *tools, line_read *read, void *context,
                   const struct input_stream *stream, struct digest *digest, struct buf *head)
{
	struct buf space = {0};
	struct line_encoding encoding;
	tools->stated.count = 0;
	struct str text = line_text(buf_str(head), &space, &encoding), what;
	if (!side_is_known(text)) {
		buf_finish(&space);
		return false;
	}
	document_fill(head, read, context, SIDE_SIZE_MAX);
	struct hand_on to = {.tools = tools, .digest = digest};
	struct side_sink *sink = arena_new(&tools->tmp, struct side_sink);
	*sink = (struct side_sink){.digest = digest,
	                           .path = stream->path,
	                           .text = line_text(buf_str(head), &space, &encoding),
	                           .modified_ns = stream->modified_ns,
	                           .unit_bytes = encoding.unit_bytes,
	                           .mark_bytes = encoding.mark_bytes,
	                           .tmp = &tools->tmp,
	                           .take_event = take_event,
	                           .take_line = take_line,
	                           .context = &to};
	size_t kinds = side_read(sink, &what);
	bool is_log = kinds == 0 || head->len >= SIDE_SIZE_MAX || has_log(tools, sink);
	if (kinds > 0) {
		describe(&to, sink, what, &encoding, head->len);
	}
	arena_reset(&tools->tmp);
	buf_finish(&space);
	return !is_log;
}
