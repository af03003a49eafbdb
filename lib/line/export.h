/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the fields of log stores' exports mean: the line itself, its time, and where it comes from.
 */

#include "line/wrapper.h"

enum export_field {
	EXPORT_OTHER,
	EXPORT_TEXT,
	EXPORT_TIME,
	EXPORT_POD,
	EXPORT_CONTAINER,
	EXPORT_SPACE,
	EXPORT_HOST,
	EXPORT_UNIT,
	EXPORT_OUTPUT,
	EXPORT_PATH,
	EXPORT_PARTIAL,
	EXPORT_LABELS /* JSON or {a="b"} with names of the above */
};

/** What was found in one entry. Ranks: 0 is the best. */
struct export_entry {
	struct wrap *wrap;
	struct str text;
	unsigned text_rank, time_rank, pod_rank, unit_rank; /* UINT_MAX: none yet */
	bool has_source;
};

void export_begin(struct export_entry *entry, struct wrap *wrap);
/**
 * What a field is.
 *
 * parent: key of the object that it is a member of; may be empty
 */
enum export_field export_field_of(struct str parent, struct str key, unsigned *rank);
/** The same for the head of a table, however its words are joined: "Pod Name", "LogMessage". */
enum export_field export_field_of_head(struct str name, unsigned *rank);
/** Note a field's value; a better one is kept. Returns: whether it became the entry's text. */
bool export_set(struct export_entry *entry, enum export_field field, unsigned rank,
                struct str value);
/** Text without the blanks that may stand between tokens of JSON in a line. */
struct str export_skip_blanks(struct str text);
/** Names in a JSON object of labels. */
void export_set_labels(struct export_entry *entry, struct str json, struct arena *tmp);
