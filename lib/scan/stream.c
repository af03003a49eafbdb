/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/stream.h"

#include "base/buf.h"
#include "base/order.h"
#include "base/vec.h"
#include "scan/document.h"
#include "scan/printed.h"
#include "scan/silence.h"
#include "scan/source_name.h"
#include "side/side.h"

#include <stdlib.h>
#include <string.h>

enum {
	RECORD_LINES_MAX = 5000,
	RECORD_BYTES_MAX = 1 << 20,
	DUMP_BETWEEN_MAX = 32, /* records that may interrupt a dump */
	DECODE_FIRST =
		2000,      /* so many records of a source are decoded to see what it is, then ... */
	DECODE_EVERY = 64, /* ... one in so many */
	FORMATS_MAX = 128
};

/* A record that is still open: its continuation lines may follow. */
struct open_record {
	bool is_open;
	const struct format *format;
	unsigned format_number; /* see format_number */
	struct line head;
	struct str text; /* in the block while it is one line of it, then in `own` */
	struct buf own;
	struct rule_hits hits;
	size_t lines;
	int64_t before_ns; /* of the last dated record before it */
	enum clock_zone before_zone;
};

/* State of one source of lines within the stream. */
struct track {
	uint32_t source; /* in the digest */
	const struct format *guess;
	struct open_record record;
	struct open_record dump; /* of a crash, set aside: another thread printed into it */
	unsigned between;        /* records since then */
	const struct rule *previous;
	int64_t last_ns; /* of the last dated record */
	int64_t own_ns;  /* of the last record with a stamp of its own */
	uint64_t hash;   /* of the last record */
	uint64_t lines;
	enum clock_zone last_zone;
	const struct stream_part *left_out; /* NULL: nothing */
	struct silence silence;
	struct printed printed;
	uint64_t by_format[FORMATS_MAX];
	int64_t *deltas; /* wrapper's stamp less the record's where that has no zone */
	size_t delta_count, delta_capacity;
};

struct stream {
	struct stream_tools *tools;
	struct digest *digest;
	const struct input_stream *input;
	struct line_reader *reader;
	struct {
		struct track **items;
		size_t count, capacity;
	} tracks; /* by number of line source */
};

/* ---- sources ---- */

static struct track *track_create(struct stream *stream, uint32_t line_source)
{
	struct track *track = memory_resize(NULL, sizeof(*track));
	*track = (struct track){.last_ns = TIME_NONE,
	                        .own_ns = TIME_NONE,
	                        .record = {.format_number = FORMATS_MAX - 1},
	                        .dump = {.format_number = FORMATS_MAX - 1}};
	track->source = digest_source_add(stream->digest, stream->input->path);
	struct source *source = digest_source(stream->digest, track->source);
	const struct line_source *from = line_reader_source(stream->reader, line_source);
	if (from != NULL) {
		source->container = arena_str(&stream->digest->keep,
		                              scan_source_name(from, &stream->tools->tmp));
	}
	source->archive = arena_str(&stream->digest->keep, stream->input->container);
	for (size_t i = 0; i < stream->tools->left_out_count; i++) {
		const struct stream_part *part = &stream->tools->left_out[i];
		if (str_equals(part->path, source->path) &&
		    str_equals(part->container, source->container)) {
			track->left_out = part;
		}
	}
	return track;
}

static struct track *track_of(struct stream *stream, uint32_t line_source)
{
	while (stream->tracks.count <= line_source) {
		vec_push(&stream->tracks, NULL);
	}
	if (stream->tracks.items[line_source] == NULL) {
		stream->tracks.items[line_source] = track_create(stream, line_source);
	}
	return stream->tracks.items[line_source];
}

static void record_finish(struct open_record *record)
{
	buf_finish(&record->own);
	vec_finish(&record->hits);
}

static void track_destroy(struct track *track)
{
	if (track == NULL) {
		return;
	}
	record_finish(&track->record);
	record_finish(&track->dump);
	silence_finish(&track->silence);
	printed_finish(&track->printed);
	memory_free(track->deltas);
	memory_free(track);
}

/* ---- times ---- */

static void note_time(struct stream *stream, struct track *track, int64_t time_ns,
                      enum clock_zone zone, uint64_t line)
{
	struct source *source = digest_source(stream->digest, track->source);
	source->dated++;
	source->by_zone[zone]++;
	if (source->first_ns == TIME_NONE || time_ns < source->first_ns) {
		source->first_ns = time_ns;
	}
	if (source->last_ns == TIME_NONE || time_ns > source->last_ns) {
		source->last_ns = time_ns;
	}
	if (track->last_ns != TIME_NONE && track->last_zone == zone) {
		int64_t step = time_ns - track->last_ns;
		source->backwards += step < -NS_PER_SEC ? 1 : 0;
	}
	if (track->last_ns == TIME_NONE || track->last_zone == zone) {
		silence_note(&track->silence, time_ns, line);
	}
	track->last_ns = time_ns;
	track->last_zone = zone;
}

static void note_delta(struct track *track, const struct line *line, int64_t time_ns,
                       enum clock_zone zone)
{
	enum { DELTAS_MAX = 4096 };
	if (zone != CLOCK_ZONE_NONE || line->outer_ns == TIME_NONE ||
	    line->outer_zone == CLOCK_ZONE_NONE || track->delta_count >= DELTAS_MAX) {
		return;
	}
	struct {
		int64_t *items;
		size_t count, capacity;
	} list = {track->deltas, track->delta_count, track->delta_capacity};
	vec_push(&list, line->outer_ns - time_ns);
	track->deltas = list.items;
	track->delta_count = list.count;
	track->delta_capacity = list.capacity;
}

/* ---- records ---- */

/* Place in the table; FORMATS_MAX - 1 of none. */
static unsigned format_number(const struct format *format)
{
	for (unsigned i = 0; format_table[i] != NULL && i < FORMATS_MAX; i++) {
		if (format_table[i] == format) {
			return i;
		}
	}
	return FORMATS_MAX - 1;
}

/* Another stream has it. At the ends of what that one holds its stamp does not tell. */
static bool is_left_out(const struct stream_part *part, const struct track *track)
{
	if (track->own_ns == part->begin.time_ns) {
		return profile_edge_has(&part->begin, track->hash);
	}
	if (track->own_ns == part->end.time_ns) {
		return profile_edge_has(&part->end, track->hash);
	}
	return track->own_ns >= part->from_ns && track->own_ns <= part->to_ns;
}

/* What to add to the open record's stamp, when it has no zone, to have it in UTC: as the user says,
 * or the collector's stamp around it. */
static int64_t shift_to_utc(const struct stream *stream, const struct track *track, int64_t time_ns,
                            enum clock_zone zone)
{
	const struct line *head = &track->record.head;
	if (zone != CLOCK_ZONE_NONE) {
		return 0;
	}
	if (stream->tools->options->assume_offset_ns != TIME_NONE) {
		return -stream->tools->options->assume_offset_ns;
	}
	bool is_stamped = head->outer_ns != TIME_NONE && head->outer_zone != CLOCK_ZONE_NONE;
	return is_stamped ? clock_round_offset(head->outer_ns - time_ns) : 0;
}

static bool is_wanted(const struct stream *stream, const struct track *track)
{
	const struct stream_tools *tools = stream->tools;
	if (track->left_out != NULL && is_left_out(track->left_out, track)) {
		return false;
	}
	if (track->last_ns == TIME_NONE) {
		return true;
	}
	int64_t utc_ns =
		track->last_ns + shift_to_utc(stream, track, track->last_ns, track->last_zone);
	return (tools->since_ns == TIME_NONE || utc_ns >= tools->since_ns) &&
	       (tools->until_ns == TIME_NONE || utc_ns < tools->until_ns);
}

bool stream_is_stated(const struct stream_tools *tools, uint64_t line)
{
	for (size_t i = 0; i < tools->stated.count; i++) {
		if (tools->stated.items[i] == line) {
			return true;
		}
	}
	return false;
}

static void emit(struct stream *stream, struct track *track, struct event *event,
                 const struct record *record)
{
	event->inside = printed_inside(&track->printed, event, record->program);
	digest_source(stream->digest, track->source)->recognised++;
	if (stream_is_stated(stream->tools, event->origin.line)) {
		return;
	}
	const struct scan_options *options = stream->tools->options;
	if (options->event != NULL) {
		int64_t shift_ns =
			event->time_ns == TIME_NONE
				? 0
				: shift_to_utc(stream, track, event->time_ns, event->zone);
		event->time_ns += shift_ns;
		event->start_ns += shift_ns;
		options->event(options->context, event,
		               digest_source(stream->digest, track->source));
	} else {
		digest_event(stream->digest, track->source, event);
	}
}

/* Where an event stands, and when it happened if it does not say so itself. */
static void place(const struct stream *stream, const struct track *track, struct event *event,
                  const struct record *record)
{
	const struct open_record *open = &track->record;
	event->level = record->level;
	event->origin = (struct event_origin){
		.path = stream->input->path,
		.line = open->head.number,
		.offset = open->head.offset,
		.text = text_cut_bytes(str_slice(open->text, 0, open->head.first_len),
	                               EVENT_TEXT_MAX)};
	if (event->time_ns == TIME_NONE && open->before_ns != TIME_NONE) {
		event->time_ns = open->before_ns;
		event->start_ns = open->before_ns;
		event->zone = open->before_zone;
		event->is_time_lent = true;
	}
}

static void match(struct stream *stream, struct track *track, const struct record *record)
{
	struct open_record *open = &track->record;
	const struct scan_options *options = stream->tools->options;
	struct event event = {.time_ns = TIME_NONE};
	const struct rule_view view = {record, open->hits.items, open->hits.count, track->previous};
	const struct rule *rule =
		rule_match(stream->tools->matcher, &view, &stream->tools->tmp, &event);
	track->previous = rule;
	if (!is_wanted(stream, track)) {
		return;
	}
	place(stream, track, &event, record);
	if (rule != NULL) {
		emit(stream, track, &event, record);
	}
	if (options->record != NULL) {
		const struct scan_record seen = {record, rule, &event,
		                                 digest_source(stream->digest, track->source)};
		options->record(options->context, &seen);
	}
}

/* Anchors may lie where a record was broken over lines. */
static void scan_joined(struct stream *stream, struct open_record *open)
{
	struct arena *tmp = &stream->tools->tmp;
	if (open->lines > 1 && open->format != NULL && !open->format->is_multiline) {
		struct str joined = format_join_lines(open->text, tmp);
		rule_scan(stream->tools->matcher, joined, &open->hits);
	}
}

/* A record's time whose year it does not say: that of the record before, or of the file. */
static int64_t with_year(const struct stream *stream, const struct track *track, int64_t time_ns)
{
	int64_t outer_ns = track->record.head.outer_ns;
	int64_t near_ns = track->last_ns != TIME_NONE ? track->last_ns : outer_ns;
	bool is_file = near_ns == TIME_NONE;
	return format_infer_year(time_ns, is_file ? stream->input->modified_ns : near_ns, is_file);
}

/* A panic or a fatal error without frames, as a paste leaves it, is of the program whose records
 * stand before it. */
static enum format_program program_of(const struct source *source, const struct record *record)
{
	bool is_nameless = record->program == FORMAT_PROGRAM_UNKNOWN &&
	                   (str_starts(record->message, STR("panic: ")) ||
	                    str_starts(record->message, STR("fatal error: ")));
	bool is_etcd =
		source->by_program[FORMAT_ETCD] > 0 && source->by_program[FORMAT_MILVUS] == 0;
	return is_nameless && is_etcd ? FORMAT_ETCD : record->program;
}

/* A record is complete: date it, and hand it to the rules when an anchor was found in it. */
static void record_close(struct stream *stream, struct track *track)
{
	struct open_record *open = &track->record;
	if (!open->is_open) {
		return;
	}
	open->is_open = false;
	scan_joined(stream, open);
	struct source *source = digest_source(stream->digest, track->source);
	uint64_t number = source->records++;
	bool is_sample = number < DECODE_FIRST || number % DECODE_EVERY == 0;
	bool is_candidate = open->hits.count > 0 || stream->tools->options->record != NULL ||
	                    (track->previous != NULL && track->previous->is_followed);
	enum clock_zone zone = CLOCK_ZONE_NONE;
	int64_t time_ns = open->format == NULL ? TIME_NONE : open->format->date(open->text, &zone);
	time_ns = with_year(stream, track, time_ns);
	bool is_own = time_ns != TIME_NONE;
	track->own_ns = is_own ? time_ns : track->own_ns;
	track->hash = open->lines == 1 ? profile_hash_line(open->text) : profile_hash(open->text);
	profile_add(&source->profile, open->format_number,
	            track->own_ns != TIME_NONE ? track->own_ns : open->head.outer_ns, is_own,
	            track->hash);
	if (time_ns == TIME_NONE && open->head.outer_ns != TIME_NONE) {
		time_ns = open->head.outer_ns;
		zone = open->head.outer_zone;
	}
	if (time_ns != TIME_NONE) {
		note_time(stream, track, time_ns, zone, open->head.number);
		source->asked_for += is_wanted(stream, track) ? 1 : 0;
		note_delta(track, &open->head, time_ns, zone);
	}
	track->by_format[open->format_number]++;
	if (is_sample || is_candidate) {
		struct record record;
		format_decode(open->format, open->text, &stream->tools->tmp, &record);
		record.time_ns = with_year(stream, track, record.time_ns);
		if (record.time_ns == TIME_NONE) {
			record.time_ns = time_ns;
			record.zone = zone;
		}
		source = digest_source(stream->digest, track->source);
		record.program = program_of(source, &record);
		source->by_program[record.program]++;
		source->by_level[record.level]++;
		if (is_candidate) {
			match(stream, track, &record);
		}
		if (time_ns != TIME_NONE) {
			printed_note(&track->printed, time_ns, record.program);
		}
		arena_reset(&stream->tools->tmp);
	} else {
		track->previous = NULL;
		if (time_ns != TIME_NONE) {
			printed_note(&track->printed, time_ns, FORMAT_PROGRAM_UNKNOWN);
		}
	}
}

static void record_open(struct track *track, const struct format *format, const struct line *line)
{
	struct open_record *open = &track->record;
	if (format != open->format) {
		open->format_number = format_number(format);
	}
	open->is_open = true;
	open->format = format;
	open->head = *line;
	open->text = line->text;
	open->lines = 1;
	open->before_ns = track->last_ns;
	open->before_zone = track->last_zone;
	open->hits.count = 0;
}

/* Blocks pass, records that go on in the next one stay. */
static void record_keep(struct open_record *open)
{
	if (open->is_open && open->text.ptr != open->own.ptr) {
		buf_clear(&open->own);
		buf_add(&open->own, open->text);
		open->text = buf_str(&open->own);
	}
}

static void record_go_on(struct open_record *open, struct str line)
{
	record_keep(open);
	buf_byte(&open->own, '\n');
	buf_add(&open->own, line);
	open->text = buf_str(&open->own);
	open->lines++;
}

/* Whether a line goes on with the open record. A collector that stamps each line (syslog, CRI) cuts
 * only what was printed as several lines, crash dumps, and what was too long for it. */
static bool continues(const struct stream *stream, const struct open_record *open,
                      const struct line *line, const struct format *found)
{
	if (!format_continues(open->format, open->text, line->text, found)) {
		return false;
	}
	const struct line_source *source = line_reader_source(stream->reader, line->source);
	bool is_stamped = line->outer_ns != TIME_NONE || (source != NULL && source->unit.len > 0);
	return !is_stamped || open->format == NULL || open->format->is_multiline ||
	       format_is_open(open->format, open->text);
}

/* ---- dumps that are interrupted ---- */

static void swap_dump(struct track *track)
{
	struct open_record record = track->record;
	track->record = track->dump;
	track->dump = record;
}

static void close_dump(struct stream *stream, struct track *track)
{
	if (track->dump.is_open) {
		swap_dump(track);
		record_close(stream, track);
		swap_dump(track);
	}
}

/* A record begins: what was open is complete, but for a dump. */
static void leave_record(struct stream *stream, struct track *track, const struct format *begins)
{
	struct open_record *open = &track->record;
	bool is_dump = open->is_open && open->format != NULL && open->format->is_dump;
	if (is_dump && begins != NULL && !begins->is_multiline) {
		close_dump(stream, track);
		record_keep(open);
		swap_dump(track);
		track->between = 0;
		return;
	}
	record_close(stream, track);
	if (is_dump || track->between++ > DUMP_BETWEEN_MAX) {
		close_dump(stream, track);
	}
}

/* Whether a line goes on with the dump that was set aside; then that is open again. */
static bool resume_dump(struct stream *stream, struct track *track, const struct line *line,
                        const struct format *found)
{
	const struct open_record *open = &track->record, *dump = &track->dump;
	bool is_between = dump->is_open && found == NULL && line->text.len > 0 && open->is_open &&
	                  open->format != NULL && !open->format->is_multiline &&
	                  !format_is_open(open->format, open->text);
	if (!is_between || dump->lines >= RECORD_LINES_MAX ||
	    dump->text.len + line->text.len >= RECORD_BYTES_MAX ||
	    !format_continues(NULL, dump->text, line->text, found)) {
		return false;
	}
	record_close(stream, track);
	swap_dump(track);
	return true;
}

static void add_line(struct stream *stream, const struct line *line, const struct rule_hit *hits,
                     size_t hit_count)
{
	struct track *track = track_of(stream, line->source);
	const struct format *format = format_of(line->text, track->guess);
	struct open_record *open = &track->record;
	track->lines++;
	bool fits = open->is_open && open->lines < RECORD_LINES_MAX &&
	            open->text.len + line->text.len < RECORD_BYTES_MAX &&
	            continues(stream, open, line, format);
	if (!fits && !resume_dump(stream, track, line, format)) {
		if (format == NULL && line->text.len == 0) {
			return;
		}
		format = format != NULL ? format : format_of_rest(line->text);
		leave_record(stream, track, format);
		record_open(track, format, line);
		track->guess = format != NULL ? format : track->guess;
	} else {
		record_go_on(open, line->text);
	}
	for (size_t i = 0; i < hit_count; i++) {
		vec_push(&track->record.hits, hits[i]);
	}
}

/* The hits of a block, and how many of them belong to lines before. */
struct hits_left {
	const struct rule_hits *hits;
	size_t used;
};

/* Add a line, or a part of one, with the hits that lie before its end. */
static void add_part(struct stream *stream, const struct line_block *block, const struct line *line,
                     struct hits_left *left)
{
	size_t first = left->used,
	       end = (size_t)(line->text.ptr - block->text.ptr) + line->text.len;
	while (left->used < left->hits->count && left->hits->items[left->used].end <= end) {
		left->used++;
	}
	add_line(stream, line, &left->hits->items[first], left->used - first);
}

/* A line in which several records may stand. */
static void add_spliced(struct stream *stream, const struct line_block *block,
                        const struct line *line, struct hits_left *left)
{
	struct line part = *line;
	struct str rest = line->text;
	while (rest.len > 0) {
		size_t end = format_split(rest, format_of(rest, NULL));
		part.text = str_slice(rest, 0, end);
		rest = str_skip(rest, end);
		add_part(stream, block, &part, left);
	}
}

static void read_block(struct stream *stream, const struct line_block *block)
{
	struct rule_hits *hits = &stream->tools->hits;
	struct hits_left left = {.hits = hits};
	struct line_cursor cursor = {0};
	struct line line;
	size_t splice = format_find_splice(block->text, 0);
	rule_scan(stream->tools->matcher, block->text, hits);
	while (line_cursor_next(&cursor, block, &line)) {
		size_t end = (size_t)(line.text.ptr - block->text.ptr) + line.text.len;
		if (splice < end) {
			add_spliced(stream, block, &line, &left);
			splice = format_find_splice(block->text, end);
		} else {
			add_part(stream, block, &line, &left);
		}
	}
	for (size_t i = 0; i < stream->tracks.count; i++) {
		if (stream->tracks.items[i] != NULL) {
			record_keep(&stream->tracks.items[i]->record);
		}
	}
}

/* ---- the end of a stream ---- */

static int compare_counts(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;
	if (left[1] != right[1]) {
		return left[1] > right[1] ? -1 : 1;
	}
	return (left[0] > right[0]) - (left[0] < right[0]);
}

/* is_known: rules know some of its records */
static struct str format_names(const struct track *track, const struct line_source *from,
                               bool is_known, struct arena *keep)
{
	uint64_t ranks[FORMATS_MAX][2];
	struct buf names = {0};
	for (size_t i = 0; i < FORMATS_MAX; i++) {
		ranks[i][0] = i;
		ranks[i][1] = track->by_format[i];
	}
	qsort(ranks, FORMATS_MAX, sizeof(ranks[0]), compare_counts);
	for (size_t i = 0; i < 3 && ranks[i][1] > 0; i++) {
		if (ranks[i][0] == FORMATS_MAX - 1) {
			continue;
		}
		buf_add(&names, names.len > 0 ? STR(",") : STR(""));
		buf_add(&names, str_from(format_table[ranks[i][0]]->name));
	}
	if (names.len == 0 && ((from != NULL && from->unit.len > 0) || is_known)) {
		buf_add(&names, STR("message")); /* nothing stands around it but what journald or a
		                                    person left */
	}
	struct str text = arena_str(keep, buf_str(&names));
	buf_finish(&names);
	return text;
}

static void track_close(struct stream *stream, uint32_t number, const struct line_summary *summary)
{
	struct track *track = stream->tracks.items[number];
	close_dump(stream, track);
	record_close(stream, track);
	struct source *source = digest_source(stream->digest, track->source);
	source->formats = format_names(track, line_reader_source(stream->reader, number),
	                               source->recognised > 0, &stream->digest->keep);
	source->wrappers = arena_str(&stream->digest->keep, summary->wrappers);
	source->encoding = arena_str(&stream->digest->keep, summary->encoding);
	silence_give(&track->silence, stream->digest, track->source);
	source->bytes = summary->bytes;
	source->lines = stream->tracks.count > 1 ? track->lines : summary->lines;
	if (track->delta_count > 0) {
		qsort(track->deltas, track->delta_count, sizeof(int64_t), order_int64_at);
		source->outer_delta_ns = track->deltas[track->delta_count / 2];
	}
}

/* The head of a stream that was read to see what it is, then the rest. */
struct pushed_back {
	struct str head;
	line_read *read;
	void *context;
};

static size_t read_pushed_back(void *context, char *buffer, size_t size)
{
	struct pushed_back *from = context;
	if (from->head.len == 0) {
		return from->read(from->context, buffer, size);
	}
	size_t count = from->head.len < size ? from->head.len : size;
	memcpy(buffer, from->head.ptr, count);
	from->head = str_skip(from->head, count);
	return count;
}

/* Returns: whether the stream was wanted whole, or not at all, and is done. */
static bool pass_by(struct stream_tools *tools, struct buf *head, struct pushed_back *from,
                    const struct input_stream *stream, struct digest *digest)
{
	char more;
	enum scan_way way =
		tools->options->way == NULL ? SCAN_READ : tools->options->way(buf_str(head));
	if (way == SCAN_PASS_OVER) {
		digest_document(digest,
		                &(struct document){.path = stream->path,
		                                   .what = STR("whydown report, not read as a log"),
		                                   .bytes = stream->stored_bytes});
		return true;
	}
	if (way == SCAN_READ || tools->whole->count >= SCAN_WHOLE_KEPT) {
		return way != SCAN_READ; /* too many already to be of use */
	}
	document_fill(head, from->read, from->context, SCAN_WHOLE_MAX);
	vec_push(tools->whole,
	         (struct scan_whole){.path = stream->path,
	                             .text = *head,
	                             .is_too_long = from->read(from->context, &more, 1) > 0});
	*head = (struct buf){0};
	return true;
}

static void note_loss(const struct stream *stream, enum input_damage_kind kind, struct str what)
{
	if (stream->tools->damage != NULL) {
		vec_push(stream->tools->damage, (struct input_damage){.kind = kind,
		                                                      .path = stream->input->path,
		                                                      .what = what});
	}
}

/* Say what did not become lines as it stood. */
static void note_losses(const struct stream *stream, const struct line_summary *summary)
{
	struct arena *keep = &stream->digest->keep;
	if (summary->cut_lines > 0) {
		note_loss(stream, INPUT_LIMIT,
		          arena_printf(keep, "lines cut after %d MiB: %llu", LINE_LENGTH_MAX >> 20,
		                       (unsigned long long)summary->cut_lines));
	}
	if (summary->has_others) {
		note_loss(stream, INPUT_LIMIT,
		          arena_printf(
				  keep,
				  "more than %d sources in one stream: the rest is taken for one",
				  LINE_SOURCES_MAX - 1));
	}
	if (summary->undecodable > 0) {
		note_loss(stream, INPUT_UNDECODABLE,
		          arena_printf(keep, "bytes that are no text: %llu",
		                       (unsigned long long)summary->undecodable));
	}
	const struct rule *rule;
	for (size_t i = 0; (rule = rule_matcher_given_up(stream->tools->matcher, i)) != NULL; i++) {
		note_loss(stream, INPUT_LIMIT,
		          arena_printf(keep, "rule given up, it takes too many steps: " STR_FMT,
		                       STR_ARG(rule->kind.id)));
	}
}

static void read_lines(struct stream *stream, line_read *read, void *context)
{
	struct line_options options = {.is_always_careful =
	                                       stream->tools->options->is_always_careful,
	                               .modified_ns = stream->input->modified_ns};
	struct line_block block;
	struct line_summary summary;
	stream->reader = line_reader_create(read, context, &options);
	rule_matcher_begin(stream->tools->matcher);
	while (line_reader_next(stream->reader, &block) == NEXT_ITEM) {
		read_block(stream, &block);
	}
	if (stream->tracks.count == 0) {
		track_of(stream, 0);
	}
	line_reader_summary(stream->reader, &summary);
	for (size_t i = 0; i < stream->tracks.count; i++) {
		if (stream->tracks.items[i] != NULL) {
			track_close(stream, (uint32_t)i, &summary);
		}
		track_destroy(stream->tracks.items[i]);
	}
	note_losses(stream, &summary);
	vec_finish(&stream->tracks);
	line_reader_destroy(stream->reader);
}

void stream_read(struct stream_tools *tools, line_read *read, void *context,
                 const struct input_stream *input, struct digest *digest)
{
	struct buf head = {0};
	document_fill(&head, read, context, SIDE_HEAD_SIZE);
	struct pushed_back from = {buf_str(&head), read, context};
	bool is_done = pass_by(tools, &head, &from, input, digest) ||
	               document_read(tools, read, context, input, digest, &head);
	if (!is_done) {
		from.head = buf_str(&head);
		struct stream stream = {.tools = tools, .digest = digest, .input = input};
		read_lines(&stream, read_pushed_back, &from);
	}
	buf_finish(&head);
}
