/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs and what is missing in the JSON report. */
#include "base/vec.h"
#include "report/reporters.h"
#include "report/shapes.h"
#include "report/view.h"

#include <string.h>

static void write_zone(struct shape_writer *to, const void *base)
{
	struct str zone = report_zone(base);
	if (zone.len > 0) {
		json_write_text(&to->json, zone);
	} else {
		json_write_null(&to->json);
	}
}

/* Counts of zones are not kept, only which is most frequent. */
static bool read_zone(struct shape_reader *from, void *base)
{
	struct source *source = base;
	struct str zone;
	if (!shape_read_text(from, &zone, true)) {
		return false;
	}
	source->by_zone[CLOCK_ZONE_NONE] = str_equals(zone, STR("none")) ? 1 : 0;
	source->by_zone[CLOCK_ZONE_UTC] = str_equals(zone, STR("UTC")) ? 1 : 0;
	source->by_zone[CLOCK_ZONE_OFFSET] = str_equals(zone, STR("offset")) ? 1 : 0;
	return true;
}

static const struct shape_member gap_members[] = {
	{.key = "from", .type = SHAPE_TIME, .offset = offsetof(struct source_gap, from_ns)},
	{.key = "to", .type = SHAPE_TIME, .offset = offsetof(struct source_gap, to_ns)},
	{.key = "line", .type = SHAPE_COUNT, .offset = offsetof(struct source_gap, line)},
};
static const struct shape gap_shape = SHAPE(source_gap, gap_members);

static void write_gaps(struct shape_writer *to, const void *base)
{
	const struct source *source = base;
	unsigned indent = to->json.indent;
	json_array_begin(&to->json);
	to->json.indent = 0;
	for (size_t i = 0; i < source->gap_count; i++) {
		shape_write(to, &gap_shape, &source->gaps[i]);
	}
	json_array_end(&to->json);
	to->json.indent = indent;
}

static bool read_gaps(struct shape_reader *from, void *base)
{
	struct source *source = base;
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while (shape_next_object(from)) {
		if (source->gap_count == SOURCE_GAPS_MAX) {
			return shape_fail(from, "too many gaps");
		}
		if (!shape_read(from, &gap_shape, &source->gaps[source->gap_count++])) {
			return false;
		}
	}
	return !from->err->is_set;
}

static const struct shape_member source_members[] = {
	{.key = "path", .type = SHAPE_TEXT, .offset = offsetof(struct source, path)},
	{.key = "format", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct source, formats)},
	{.key = "wrappers",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct source, wrappers)},
	{.key = "archive", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct source, archive)},
	{.key = "encoding",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct source, encoding)},
	{.key = "container",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct source, container)},
	{.key = "component",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct source, component)},
	{.key = "role", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct source, role)},
	{.key = "instance",
         .type = SHAPE_TEXT_OR_NULL,
         .offset = offsetof(struct source, instance)},
	{.key = "previous", .type = SHAPE_BOOL, .offset = offsetof(struct source, is_previous)},
	{.key = "bytes", .type = SHAPE_COUNT, .offset = offsetof(struct source, bytes)},
	{.key = "lines", .type = SHAPE_COUNT, .offset = offsetof(struct source, lines)},
	{.key = "records", .type = SHAPE_COUNT, .offset = offsetof(struct source, records)},
	{.key = "dated", .type = SHAPE_COUNT, .offset = offsetof(struct source, dated)},
	{.key = "recognised", .type = SHAPE_COUNT, .offset = offsetof(struct source, recognised)},
	{.key = "sampled", .type = SHAPE_BOOL, .offset = offsetof(struct source, is_sampled)},
	{.key = "backwards", .type = SHAPE_COUNT, .offset = offsetof(struct source, backwards)},
	{.key = "first", .type = SHAPE_TIME, .offset = offsetof(struct source, first_ns)},
	{.key = "last", .type = SHAPE_TIME, .offset = offsetof(struct source, last_ns)},
	{.key = "zone", .type = SHAPE_OWN, .write = write_zone, .read = read_zone},
	{.key = "gaps", .type = SHAPE_OWN, .write = write_gaps, .read = read_gaps},
	{.key = "damage", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct source, damage)},
	{.key = "copy_of", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct source, copy_of)},
};
static const struct shape source_shape = SHAPE(source, source_members);

/* What a document has none of. */
static void write_zero(struct shape_writer *to, const void *base)
{
	(void)base;
	json_write_int(&to->json, 0);
}

static bool read_zero(struct shape_reader *from, void *base)
{
	uint64_t count;
	(void)base;
	return shape_read_count(from, &count);
}

static const struct shape_member document_members[] = {
	{.key = "path", .type = SHAPE_TEXT, .offset = offsetof(struct document, path)},
	{.key = "format", .type = SHAPE_TEXT, .offset = offsetof(struct document, what)},
	{.key = "bytes", .type = SHAPE_COUNT, .offset = offsetof(struct document, bytes)},
	{.key = "lines", .type = SHAPE_OWN, .write = write_zero, .read = read_zero},
	{.key = "records", .type = SHAPE_OWN, .write = write_zero, .read = read_zero},
	{.key = "dated", .type = SHAPE_OWN, .write = write_zero, .read = read_zero},
	{.key = "recognised", .type = SHAPE_OWN, .write = write_zero, .read = read_zero},
	{.key = "lost", .type = SHAPE_BOOL, .offset = offsetof(struct document, is_lost)},
	{.key = "damage", .type = SHAPE_TEXT_OR_NULL, .offset = offsetof(struct document, damage)},
};
static const struct shape document_shape = SHAPE(document, document_members);

/* Logs, then documents. */
static void write_inputs(struct shape_writer *to, const void *base)
{
	const struct digest *digest = ((const struct shapes_root *)base)->digest;
	json_array_begin(&to->json);
	for (size_t i = 0; i < digest->input_count; i++) {
		shape_write(to, &source_shape, &digest->inputs[i]);
	}
	for (size_t i = 0; i < digest->document_count; i++) {
		shape_write(to, &document_shape, &digest->documents[i]);
	}
	json_array_end(&to->json);
}

/* Only a document has the member "lost". Its '{' is read already. */
static bool is_document(const struct shape_reader *from)
{
	struct json_reader ahead = from->json;
	struct str key;
	while (json_reader_next(&ahead, &key) == JSON_TOKEN_KEY) {
		if (str_equals(key, STR("lost"))) {
			return true;
		}
		json_reader_skip(&ahead);
	}
	return false;
}

static bool read_document(struct shape_reader *from, struct digest *digest)
{
	struct document document = {0};
	if (!shape_read(from, &document_shape, &document)) {
		return false;
	}
	digest_document(digest, &document);
	return true;
}

static bool read_source(struct shape_reader *from, struct digest *digest)
{
	uint32_t number = digest_source_add(digest, STR(""));
	return shape_read(from, &source_shape, digest_source(digest, number));
}

static bool read_inputs(struct shape_reader *from, void *base)
{
	struct digest *digest = ((struct shapes_root *)base)->digest;
	if (!shape_expect(from, JSON_TOKEN_ARRAY_BEGIN, NULL)) {
		return false;
	}
	while (shape_next_object(from)) {
		if (!(is_document(from) ? read_document(from, digest)
		                        : read_source(from, digest))) {
			return false;
		}
	}
	digest->inputs = digest->sources;
	digest->input_count = digest->source_count;
	digest->sources = NULL;
	digest->source_count = digest->source_capacity = 0;
	return !from->err->is_set;
}

static const struct shape_member missing_members[] = {
	{.key = "what", .type = SHAPE_BOTH, .offset = offsetof(struct missing, what)},
	{.key = "why_it_matters", .type = SHAPE_BOTH, .offset = offsetof(struct missing, why)},
	{.key = "how_to_get_it", .type = SHAPE_BOTH, .offset = offsetof(struct missing, how)},
};
static const struct shape missing_shape = SHAPE(missing, missing_members);

static const struct shape_member coverage_members[] = {
	{.key = "inputs", .type = SHAPE_OWN, .write = write_inputs, .read = read_inputs},
	{.key = "missing",
         .type = SHAPE_LIST,
         .via = offsetof(struct shapes_root, findings),
         .offset = offsetof(struct findings, missing),
         .shape = &missing_shape},
};
const struct shape shapes_coverage = SHAPE(shapes_root, coverage_members);
