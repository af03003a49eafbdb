/* SPDX-License-Identifier: Apache-2.0 */
/* Grafana Explore, download as txt: a head, then
 * "1710231664512<TAB>2024-03-12T08:21:04.512Z<TAB>text". */
#include "line/export.h"
#include "line/shape.h"

enum { HEAD_LINES = 20 };

static bool is_row(struct str line)
{
	return str_looks_like(line, "ddddddddddddd\tdddd-dd-ddTdd:dd:dd");
}

static bool is_head(struct str line)
{
	return str_starts(line, STR("Common labels: {")) || str_starts(line, STR("Line limit: ")) ||
	       str_starts(line, STR("Total bytes processed: "));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return is_row(line) || is_head(line) ? 80 : 0;
}

static enum wrap_result take_head(struct wrap_context *context, struct wrap *wrap)
{
	struct str labels;
	struct export_entry entry;
	if (wrap->number > HEAD_LINES) {
		return WRAP_REFUSED;
	}
	if (str_cut(wrap->text, STR("labels: "), NULL, &labels)) {
		export_begin(&entry, wrap);
		export_set_labels(&entry, labels, context->tmp);
		wrap_set_heading(context, &wrap->source);
	}
	return WRAP_DROPPED;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	if (is_head(wrap->text)) {
		return take_head(context, wrap);
	}
	ptrdiff_t end = str_find_byte(str_skip(wrap->text, 14), '\t');
	enum clock_zone zone;
	if (!is_row(wrap->text) || end < 0) {
		return WRAP_REFUSED;
	}
	int64_t time_ns = wrap_parse_time(str_slice(wrap->text, 0, 13), &zone);
	wrap_set_time(wrap, time_ns, zone);
	wrap->text = str_skip(wrap->text, 14 + (size_t)end + 1);
	return WRAP_PEELED;
}

const struct wrapper wrapper_grafana_text = {
	.name = "grafana-txt", .first = "12CLT", .bid = bid, .bid_max = 80, .peel = peel};
