/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The tables of the JSON report, docs/schema/report.schema.json, for writing and for reading.
 * Private to report/. */

#include "report/shape.h"

#define SHAPES_SCHEMA "whydown.report/1"

/** What a report is made of. */
struct shapes_root {
	struct str version; /* of the program that made it */
	struct str rules;
	struct findings *findings;
	struct digest *digest;
	bool is_redacted;
};

/** Of a struct shapes_root. */
extern const struct shape shapes_report;
extern const struct shape shapes_coverage;
/** Of a struct event: where a line stands, and when it was printed. */
extern const struct shape shapes_origin;
/** Of a struct event_kind. */
extern const struct shape shapes_kind;

void shapes_write_events(struct shape_writer *to, const struct event *const *events, size_t count);
void shapes_write_kinds(struct shape_writer *to, const void *base);
void shapes_write_episodes(struct shape_writer *to, const void *base);
bool shapes_read_episodes(struct shape_reader *from, void *base);

/** Read a string that is one of count names. */
bool shapes_read_name(struct shape_reader *from, size_t *number,
                      struct str (*name_of)(size_t number), size_t count);
