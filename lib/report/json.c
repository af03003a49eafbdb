/* SPDX-License-Identifier: Apache-2.0 */
/* The report for machines: docs/schema/report.schema.json. */
#include "report/reporters.h"
#include "report/shapes.h"

static bool write_json(const struct findings *findings, const struct report_options *options,
                       struct buf *out, struct error *err)
{
	(void)err;
	/* what is written is only read */
	const struct shapes_root root = {.version = options->version,
	                                 .rules = options->rules,
	                                 .is_redacted = options->is_redacted,
	                                 .findings = (struct findings *)(uintptr_t)findings,
	                                 .digest = (struct digest *)(uintptr_t)findings->digest};
	struct shape_writer to = {.lang = options->lang};
	json_writer_init(&to.json, out, 1);
	shape_write(&to, &shapes_report, &root);
	buf_byte(out, '\n');
	map_finish(&to.texts);
	map_finish(&to.places);
	buf_finish(&to.place);
	arena_finish(&to.tmp);
	return true;
}

const struct reporter reporter_json = {.name = "json", .write = write_json};
