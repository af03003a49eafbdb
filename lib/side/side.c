/* SPDX-License-Identifier: Apache-2.0 */
#include "side/side.h"

#include <math.h>

const struct side *const side_table[] = {
        NULL,
};

const struct side *side_of(struct str head, struct str path)
{
	const struct side *best = NULL;
	int highest = 0;
	for (size_t i = 0; side_table[i] != NULL; i++) {
		int bid = side_table[i]->bid(head, path);
		if (bid > highest) {
			highest = bid;
			best = side_table[i];
		}
	}
	return best;
}

static void add(const struct side_sink *sink, const char *id, double value, struct str unit, struct str text, uint64_t line,
                struct str evidence)
{
	struct fact fact = {.id = str_from(id),
	                    .value = value,
	                    .text = text,
	                    .unit = unit,
	                    .time_ns = TIME_NONE,
	                    .origin = {.path = sink->path, .line = line, .text = text_cut_bytes(evidence, EVENT_TEXT_MAX)}};
	digest_fact(sink->digest, &fact);
}

void side_fact(const struct side_sink *sink, const char *id, double value, const char *unit, uint64_t line, struct str text)
{
	add(sink, id, value, str_from(unit), (struct str){NULL, 0}, line, text);
}

void side_fact_text(const struct side_sink *sink, const char *id, struct str value, uint64_t line, struct str text)
{
	add(sink, id, NAN, (struct str){NULL, 0}, value, line, text);
}
