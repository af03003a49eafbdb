/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulsar, BookKeeper, ZooKeeper and Kafka:
 *   2024-03-12T08:21:04,512+0000 [main] INFO  org.apache.pulsar.broker.PulsarService - text
 *   08:21:04.512 [main] INFO  org.apache.pulsar.PulsarBrokerStarter - text      (older, no date)
 *   2024-03-12 08:21:04,512 [myid:1] - INFO  [main:QuorumPeerMain@127] - text
 *   [2024-03-12 08:21:04,512] INFO text (kafka.server.KafkaServer)
 * A trace stands on the lines below; it is the field "stack".
 * Sources: pulsar conf/log4j2.yaml; kafka config/log4j.properties; zookeeper conf/log4j.properties
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 200 };

static const struct str levels[] = {STR_INIT("INFO"),  STR_INIT("WARN"),  STR_INIT("ERROR"),
                                    STR_INIT("DEBUG"), STR_INIT("FATAL"), STR_INIT("TRACE")};

/* Behind the stamp: the brackets of thread or id, blanks and a dash are passed over. */
static struct str skip_thread(struct str rest)
{
	rest = format_skip_blanks(rest);
	if (str_starts(rest, STR("["))) {
		ptrdiff_t end = str_find(str_slice(rest, 0, HEAD_MAX), STR("] "));
		rest = str_skip(rest, end < 0 ? rest.len : (size_t)end + 2);
	}
	rest = format_skip_blanks(rest);
	return str_starts(rest, STR("- ")) ? str_skip(rest, 2) : rest;
}

static bool begins_with_level(struct str rest)
{
	struct str word = format_word(&rest);
	return str_is_any(word, levels, FORMAT_COUNT(levels));
}

/* Behind the stamp; empty when there is none. */
static struct str skip_stamp(struct str line)
{
	enum clock_zone zone;
	size_t used = 0;
	if (str_looks_like(line, "[dddd-dd-dd dd:dd:dd,ddd] ")) {
		return str_skip(line, 26);
	}
	if (str_looks_like(line, "dd:dd:dd.ddd [")) {
		return str_skip(line, 12);
	}
	bool is_stamp = str_looks_like(line, "dddd-dd-ddTdd:dd:dd") ||
	                str_looks_like(line, "dddd-dd-dd dd:dd:dd,ddd [");
	if (!is_stamp || clock_parse(str_slice(line, 0, 48), &zone, &used) == TIME_NONE) {
		return (struct str){NULL, 0};
	}
	return str_skip(line, used);
}

static bool is_exception(struct str line)
{
	return str_starts(line, STR("Exception in thread \""));
}

static int bid(struct str line)
{
	if (line.len < 20) {
		return 0;
	}
	if (is_exception(line)) {
		return FORMAT_BID_LIKELY;
	}
	char first = line.ptr[0];
	if (first != '[' && !format_is_digit(first)) {
		return 0;
	}
	struct str rest = skip_stamp(line);
	bool has_thread = str_starts(format_skip_blanks(rest), STR("["));
	bool is_java = rest.len > 0 && (first == '[' || has_thread) &&
	               begins_with_level(first == '[' ? rest : skip_thread(rest));
	return is_java ? FORMAT_BID_SHAPE : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	bool has_bracket = line.len > 0 && line.ptr[0] == '[';
	return has_bracket ? format_date_bracket(line, zone) : format_date_start(line, zone);
}

/* "org.apache.Class - text", "[main:Class@127] - text" */
static void take_class(struct record *record, struct str rest)
{
	struct str name;
	record->message = rest;
	ptrdiff_t dash = str_find(str_slice(rest, 0, HEAD_MAX), STR(" - "));
	if (dash > 0) {
		name = str_slice(rest, 0, (size_t)dash);
		record->logger = str_starts(name, STR("[")) || str_find_byte(name, ' ') < 0
		                         ? name
		                         : (struct str){NULL, 0};
	}
	if (record->logger.len > 0) {
		record->message = str_skip(rest, (size_t)dash + 3);
	}
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str line = format_first_line(text);
	record->program = FORMAT_OTHER;
	record->time_ns = date(text, &record->zone);
	if (line.len < text.len) {
		format_add_field(record, tmp, STR("stack"), str_skip(text, line.len + 1));
	}
	if (is_exception(line)) {
		record->level = FORMAT_ERROR;
		record->message = line;
		return true;
	}
	struct str rest = skip_stamp(line);
	rest = str_starts(line, STR("[")) ? rest : skip_thread(rest);
	record->level = format_level_of(format_word(&rest));
	take_class(record, format_skip_blanks(rest));
	return true;
}

const struct format format_java = {
	.name = "java",
	.first = FORMAT_FIRST_BRACKET | FORMAT_FIRST_DIGIT | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.is_multiline = true,
};
