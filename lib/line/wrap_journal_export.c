/* SPDX-License-Identifier: Apache-2.0 */
/* journalctl -o export: KEY=VALUE lines, a blank line between entries; values with line ends have
 * their length first. */
#include "line/wrapper.h"

struct entry {
	struct wrap wrap;  /* of the MESSAGE line */
	struct buf values; /* texts for wrap, until the entry is complete */
	struct {
		struct str *to;
		size_t at, len; /* in values */
	} texts[8];
	size_t text_count;
	bool is_open, has_message;
	bool is_valued; /* a value with its length comes next, of this key: */
	struct buf key;
};

static bool is_key_byte(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

static size_t key_length(struct str line)
{
	size_t i = 0;
	while (i < line.len && i < 64 && is_key_byte(line.ptr[i])) {
		i++;
	}
	return i;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return str_starts(line, STR("__CURSOR=")) ? 95 : 0;
}

static void keep_text(struct entry *entry, struct str *to, struct str value)
{
	if (entry->text_count < sizeof(entry->texts) / sizeof(entry->texts[0])) {
		entry->texts[entry->text_count].to = to;
		entry->texts[entry->text_count].at = entry->values.len;
		entry->texts[entry->text_count++].len = value.len;
		buf_add(&entry->values, value);
	}
}

static void set_message(struct entry *entry, const struct wrap *line, struct str value)
{
	if (entry->has_message) {
		return;
	}
	entry->has_message = true;
	entry->wrap.number = line->number;
	entry->wrap.offset = line->offset;
	entry->wrap.is_cut |= line->is_cut;
	keep_text(entry, &entry->wrap.text, value);
}

static void set_value(struct entry *entry, const struct wrap *line, struct str key,
                      struct str value)
{
	struct line_source *source = &entry->wrap.source;
	enum clock_zone zone;
	if (str_equals(key, STR("MESSAGE"))) {
		set_message(entry, line, value);
	} else if (str_equals(key, STR("__REALTIME_TIMESTAMP"))) {
		int64_t time_ns = wrap_parse_time(value, &zone);
		wrap_set_time(&entry->wrap, time_ns, zone);
	} else if (str_equals(key, STR("_HOSTNAME"))) {
		keep_text(entry, &source->host, value);
	} else if (str_equals(key, STR("SYSLOG_IDENTIFIER"))) {
		keep_text(entry, &source->unit, value);
	} else if (str_equals(key, STR("CONTAINER_NAME"))) {
		keep_text(entry, &source->container, value);
	} else if (str_equals(key, STR("CONTAINER_PARTIAL_MESSAGE"))) {
		entry->wrap.is_partial = str_equals(value, STR("true"));
	}
}

static enum wrap_result give_entry(struct wrap_context *context, struct entry *entry)
{
	entry->is_open = false;
	if (!entry->has_message) {
		return WRAP_DROPPED;
	}
	for (size_t i = 0; i < entry->text_count; i++) {
		size_t at = entry->texts[i].at;
		struct str text = str_slice(buf_str(&entry->values), at, at + entry->texts[i].len);
		*entry->texts[i].to = arena_str(context->tmp, text);
	}
	wrap_give(context, &entry->wrap);
	return WRAP_GIVEN;
}

static void begin_entry(struct entry *entry, const struct wrap *line)
{
	entry->is_open = true;
	entry->has_message = false;
	entry->text_count = 0;
	entry->wrap = *line;
	entry->wrap.is_partial = false;
	buf_clear(&entry->values);
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct entry *entry = state;
	struct str line = wrap->text;
	if (wrap->depth > 1) {
		return WRAP_REFUSED;
	}
	if (entry->is_valued) {
		entry->is_valued = false;
		set_value(entry, wrap, buf_str(&entry->key), line);
		return WRAP_HELD;
	}
	if (line.len == 0) {
		return entry->is_open ? give_entry(context, entry) : WRAP_DROPPED;
	}
	if (str_starts(line, STR("__CURSOR=")) || !entry->is_open) {
		if (entry->is_open) {
			give_entry(context, entry);
		}
		begin_entry(entry, wrap);
	}
	size_t len = key_length(line);
	if (len == 0 || (len < line.len && line.ptr[len] != '=')) {
		return entry->is_open && len > 0 ? WRAP_HELD : WRAP_REFUSED;
	}
	if (len < line.len) {
		set_value(entry, wrap, str_slice(line, 0, len), str_skip(line, len + 1));
		return WRAP_HELD;
	}
	entry->is_valued = true;
	buf_clear(&entry->key);
	buf_add(&entry->key, line);
	context->wants_value = true;
	return WRAP_HELD;
}

static void end(struct wrap_context *context, void *state)
{
	struct entry *entry = state;
	if (entry->is_open) {
		give_entry(context, entry);
	}
}

static void finish(void *state)
{
	struct entry *entry = state;
	buf_finish(&entry->values);
	buf_finish(&entry->key);
}

const struct wrapper wrapper_journal_export = {
	.name = "journal-export",
	.first = "_",
	.state_size = sizeof(struct entry),
	.bid = bid,
	.bid_max = 95,
	.peel = peel,
	.end = end,
	.finish = finish,
};
