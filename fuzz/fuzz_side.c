/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All readers of documents on any text. What must hold:
 *
 * 1. A text that no kind bids for gives nothing.
 * 2. Each fact has an id, a finite number or a text, and stands in a line of the document: the line
 *    that its origin numbers begins at its offset and holds its text.
 * 3. Facts and events stay within their limits; events have a kind and a field at most once.
 */

#include "side/side.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_origin(struct str text, const struct event_origin *origin)
{
	if (origin->line == 0) {
		return;
	}
	must(origin->offset <= text.len);
	uint64_t line = 1;
	for (size_t i = 0; i < origin->offset; i++) {
		line += text.ptr[i] == '\n' ? 1 : 0;
	}
	struct str whole;
	str_cut(str_skip(text, (size_t)origin->offset), STR("\n"), &whole, NULL);
	must(line == origin->line);
	must(origin->offset == 0 || text.ptr[origin->offset - 1] == '\n');
	must(origin->text.len <= EVENT_TEXT_MAX && str_contains(whole, origin->text));
}

static void take_event(void *context, const struct side_sink *sink, const char *kind,
                       struct event *event)
{
	size_t *events = context;
	(*events)++;
	must(kind[0] != '\0' && event->field_count <= SIDE_FIELDS_MAX);
	check_origin(sink->text, &event->origin);
	for (size_t i = 0; i < event->field_count; i++) {
		must(event_field(event, event->fields[i].name) == &event->fields[i]);
		(void)str_hash(event->fields[i].text);
	}
}

static void take_line(void *context, const struct side_sink *sink, struct str line,
                      struct event *event)
{
	(void)str_hash(line);
	take_event(context, sink, "line", event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, what;
	struct digest digest;
	struct arena tmp;
	size_t events = 0;
	digest_init(&digest);
	arena_init(&tmp);
	struct side_sink *sink = arena_new(&tmp, struct side_sink);
	*sink = (struct side_sink){.digest = &digest,
	                           .path = STR("document"),
	                           .text = text,
	                           .modified_ns = TIME_NONE,
	                           .unit_bytes = 1,
	                           .tmp = &tmp,
	                           .take_event = take_event,
	                           .take_line = take_line,
	                           .context = &events};
	bool is_known = side_is_known(text);
	size_t kinds = side_read(sink, &what);
	must(is_known == (kinds > 0) && (kinds > 0) == (what.len > 0));
	must(kinds > 0 || (events == 0 && digest.facts.count == 0));
	must(events <= SIDE_EVENTS_MAX && digest.facts.count <= SIDE_FACTS_MAX);
	for (size_t i = 0; i < digest.facts.count; i++) {
		const struct fact *fact = &digest.facts.items[i];
		must(fact->id.len > 0 && (isfinite(fact->value) || fact->text.len > 0));
		check_origin(text, &fact->origin);
	}
	side_relate(&digest);
	arena_finish(&tmp);
	digest_finish(&digest);
	return 0;
}
