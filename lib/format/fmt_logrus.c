/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logrus text (Pulsar's Go client inside Milvus up to 2.5, k3s, containerd):
 *   time="2023-08-01T08:04:28Z" level=warning msg="[Failed to create producer]" error="..."
 * k3s prints etcd's JSON inside msg.
 * Source: logrus text_formatter.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 120 };

static int bid(struct str line)
{
	bool is_logrus = str_starts(line, STR("time=\"")) &&
	                 str_contains(str_slice(line, 0, HEAD_MAX), STR(" level="));
	return is_logrus ? FORMAT_BID_SURE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	return format_date_start(str_skip(line, 6), zone);
}

/* Move time, level and msg out of the fields. */
static void take_names(struct record *record)
{
	size_t kept = 0;
	for (size_t i = 0; i < record->field_count; i++) {
		struct format_field field = record->fields[i];
		if (str_equals(field.key, STR("level")) && record->level == FORMAT_LEVEL_NONE) {
			record->level = format_level_of(field.value);
		} else if (str_equals(field.key, STR("msg")) && record->message.len == 0) {
			record->message = field.value;
		} else if (i > 0) {
			record->fields[kept++] = field;
		}
	}
	record->field_count = kept;
}

/* etcd's own record inside the message. */
static bool decode_inner(struct arena *tmp, struct record *record)
{
	struct record inner = {
		.text = record->text, .time_ns = TIME_NONE, .format = record->format};
	if (!str_starts(record->message, STR("{\"level\":")) ||
	    !format_etcd_json.decode(record->message, tmp, &inner)) {
		return false;
	}
	inner.time_ns = record->time_ns;
	inner.zone = record->zone;
	inner.is_cut |= record->is_cut;
	*record = inner;
	return true;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	record->time_ns = date(text, &record->zone);
	record->program = FORMAT_OTHER;
	format_pairs(text, tmp, record);
	take_names(record);
	decode_inner(tmp, record);
	return true;
}

const struct format format_logrus = {
	.name = "logrus",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
