/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include "base/order.h"

const struct event_field *event_field(const struct event *event, struct str name)
{
	for (size_t i = 0; i < event->field_count; i++) {
		if (str_equals(event->fields[i].name, name)) {
			return &event->fields[i];
		}
	}
	return NULL;
}

struct str event_field_text(const struct event *event, struct str name)
{
	const struct event_field *field = event_field(event, name);
	return field == NULL ? (struct str){0} : field->text;
}

static int compare_uint64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static struct str kind_id(const struct event *event)
{
	return event->kind == NULL ? (struct str){0} : event->kind->id;
}

int event_compare(const struct event *a, const struct event *b)
{
	int order = order_int64(a->time_ns, b->time_ns);
	order = order != 0 ? order : str_compare(kind_id(a), kind_id(b));
	order = order != 0 ? order : str_compare(a->origin.path, b->origin.path);
	order = order != 0 ? order : compare_uint64(a->origin.line, b->origin.line);
	return order != 0 ? order : compare_uint64(a->origin.offset, b->origin.offset);
}
