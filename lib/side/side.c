/* SPDX-License-Identifier: Apache-2.0 */
#include "side/side.h"

#include "base/buf.h"
#include "side/readers.h"

const struct side *const side_table[] = {
	&side_fio_text,
	&side_fio_json,
	&side_iostat_text,
	&side_iostat_json,
	&side_metrics,
	&side_endpoint_status,
	&side_endpoint_health,
	&side_alarm_list,
	&side_member_list,
	&side_check_perf,
	&side_docker_inspect,
	&side_docker_events,
	&side_docker_ps,
	&side_docker_stats,
	&side_kube_objects,
	&side_kube_describe,
	&side_kube_pods,
	&side_kube_events,
	&side_kube_top,
	&side_etcd_config,
	&side_milvus_config,
	&side_df,
	&side_free,
	&side_vmstat,
	&side_top,
	&side_cpu_stat,
	&side_lscpu,
	NULL,
};

enum { KINDS_MAX = 64 };

bool side_is_known(struct str text)
{
	for (size_t i = 0; side_table[i] != NULL; i++) {
		if (side_table[i]->bid(text) > 0) {
			return true;
		}
	}
	return false;
}

struct bidder {
	const struct side *side;
	int bid;
};

/* All that bid, the surest first, ties in order of the table. */
static size_t find_bidders(struct str text, struct bidder *bidders)
{
	size_t count = 0;
	for (size_t i = 0; side_table[i] != NULL && count < KINDS_MAX; i++) {
		int bid = side_table[i]->bid(text);
		size_t at = count;
		if (bid <= 0) {
			continue;
		}
		while (at > 0 && bidders[at - 1].bid < bid) {
			bidders[at] = bidders[at - 1];
			at--;
		}
		bidders[at] = (struct bidder){side_table[i], bid};
		count++;
	}
	return count;
}

size_t side_read(struct side_sink *sink, struct str *what)
{
	struct bidder bidders[KINDS_MAX];
	struct buf names = {0};
	size_t count = find_bidders(sink->text, bidders);
	for (size_t i = 0; i < count; i++) {
		struct str name = str_from(bidders[i].side->what);
		if (!str_contains(buf_str(&names), name)) {
			buf_add(&names, names.len > 0 ? STR(", ") : STR(""));
			buf_add(&names, name);
		}
		sink->instance = STR("");
		bidders[i].side->read(sink->text, sink);
	}
	*what = arena_str(sink->tmp, buf_str(&names));
	buf_finish(&names);
	return count;
}

/* ---- where something stands ---- */

/* UTF-16 units of a part of the text, as bytes; or its bytes. */
static uint64_t own_bytes(const struct side_sink *sink, struct str part)
{
	if (sink->unit_bytes != 2) {
		return part.len;
	}
	uint64_t units = 0;
	for (size_t i = 0; i < part.len; i++) {
		unsigned char byte = (unsigned char)part.ptr[i];
		units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
	}
	return units * 2;
}

static bool is_within(struct str text, struct str part)
{
	return part.ptr != NULL && part.ptr >= text.ptr && part.ptr <= text.ptr + text.len;
}

/* Line and offset of a part of the text: the physical line that holds its first byte. */
static void locate(struct side_sink *sink, struct str part, struct event_origin *origin)
{
	if (!is_within(sink->text, part)) {
		return;
	}
	if (sink->known.at == NULL || sink->known.at > part.ptr) {
		sink->known.at = sink->known.counted = sink->text.ptr;
		sink->known.line = 1;
		sink->known.offset = sink->mark_bytes;
	}
	for (; sink->known.counted < part.ptr; sink->known.counted++) {
		if (*sink->known.counted == '\n') {
			const char *next = sink->known.counted + 1;
			struct str passed = {sink->known.at, (size_t)(next - sink->known.at)};
			sink->known.offset += own_bytes(sink, passed);
			sink->known.line++;
			sink->known.at = next;
		}
	}
	origin->line = sink->known.line;
	origin->offset = sink->known.offset;
}

/* The line that holds a byte, or its part between lone CRs. */
static struct str line_around(struct str text, const char *at)
{
	struct str line = {at, 0};
	const char *end = text.ptr + text.len;
	while (line.ptr > text.ptr && line.ptr[-1] != '\n' && line.ptr[-1] != '\r') {
		line.ptr--;
	}
	while (line.ptr + line.len < end && line.ptr[line.len] != '\n' &&
	       line.ptr[line.len] != '\r') {
		line.len++;
	}
	return line;
}

static struct event_origin origin_of(struct side_sink *sink, struct str line)
{
	struct event_origin origin = {.path = sink->path};
	struct str whole = line;
	locate(sink, line, &origin);
	if (is_within(sink->text, line)) {
		whole = line_around(sink->text, line.ptr);
	}
	origin.text = text_cut_bytes(whole, EVENT_TEXT_MAX);
	return origin;
}

/* ---- facts and events ---- */

static void add(struct side_sink *sink, struct fact fact, struct str line)
{
	if (sink->facts >= SIDE_FACTS_MAX) {
		return;
	}
	sink->facts++;
	fact.time_ns = TIME_NONE;
	fact.instance = sink->instance;
	fact.origin = origin_of(sink, line);
	digest_fact(sink->digest, &fact);
}

void side_fact(struct side_sink *sink, const char *id, double value, const char *unit,
               struct str line)
{
	if (isfinite(value)) {
		add(sink, (struct fact){.id = str_from(id), .value = value, .unit = str_from(unit)},
		    line);
	}
}

void side_fact_text(struct side_sink *sink, const char *id, struct str value, struct str line)
{
	if (value.len > 0) {
		struct str text = text_cut_bytes(value, EVENT_TEXT_MAX);
		add(sink, (struct fact){.id = str_from(id), .value = NAN, .text = text}, line);
	}
}

void side_event_begin(struct side_event *event, int64_t time_ns, enum clock_zone zone)
{
	*event = (struct side_event){.event = {.time_ns = time_ns,
	                                       .start_ns = time_ns,
	                                       .took_ns = DURATION_NONE,
	                                       .zone = zone,
	                                       .level = FORMAT_LEVEL_NONE}};
}

static void add_field(struct side_event *event, struct event_field field)
{
	if (event->event.field_count < SIDE_FIELDS_MAX && field.text.len > 0) {
		event->fields[event->event.field_count++] = field;
	}
}

void side_event_text(struct side_event *event, const char *name, struct str text)
{
	add_field(event, (struct event_field){.name = str_from(name),
	                                      .type = EVENT_TEXT,
	                                      .text = text_cut_bytes(text, EVENT_TEXT_MAX),
	                                      .number = INT64_MIN});
}

void side_event_count(struct side_event *event, struct side_sink *sink, const char *name,
                      int64_t number)
{
	add_field(event,
	          (struct event_field){.name = str_from(name),
	                               .type = EVENT_COUNT,
	                               .text = arena_printf(sink->tmp, "%lld", (long long)number),
	                               .number = number});
}

void side_event_end(struct side_event *event, struct side_sink *sink, const char *kind,
                    struct str line)
{
	if (sink->take_event != NULL && sink->events < SIDE_EVENTS_MAX) {
		sink->events++;
		event->event.fields = event->fields;
		event->event.origin = origin_of(sink, line);
		sink->take_event(sink->context, sink, kind, &event->event);
	}
}

void side_event_say(struct side_event *event, struct side_sink *sink, struct str said,
                    struct str line)
{
	if (sink->take_line != NULL && sink->events < SIDE_EVENTS_MAX) {
		sink->events++;
		event->event.fields = event->fields;
		event->event.origin = origin_of(sink, line);
		sink->take_line(sink->context, sink, said, &event->event);
	}
}

void side_claim(struct side_sink *sink, struct str part)
{
	if (sink->claim_count > 0 && sink->claims[sink->claim_count - 1].to <= part.ptr &&
	    part.ptr - sink->claims[sink->claim_count - 1].to <= 2) {
		sink->claims[sink->claim_count - 1].to = part.ptr + part.len;
		return;
	}
	if (sink->claim_count < SIDE_CLAIMS_MAX && part.len > 0) {
		sink->claims[sink->claim_count++] =
			(struct side_claim){part.ptr, part.ptr + part.len};
	}
}

bool side_is_claimed(const struct side_sink *sink, struct str line)
{
	for (size_t i = 0; i < sink->claim_count; i++) {
		if (line.ptr >= sink->claims[i].from && line.ptr < sink->claims[i].to) {
			return true;
		}
	}
	return false;
}
