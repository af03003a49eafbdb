/* SPDX-License-Identifier: Apache-2.0 */
#include "side/side.h"

#include "side/readers.h"

#include <math.h>

const struct side *const side_table[] = {
        &side_fio_text, &side_fio_json, &side_iostat,          &side_metrics,    &side_inspect,
        &side_describe, &side_check_perf, &side_endpoint_status, NULL,
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

static void add(const struct side_sink *sink, struct fact fact, uint64_t line, struct str evidence)
{
	fact.time_ns = TIME_NONE;
	fact.origin = (struct event_origin){.path = sink->path, .line = line, .text = text_cut_bytes(evidence, EVENT_TEXT_MAX)};
	digest_fact(sink->digest, &fact);
}

void side_fact(const struct side_sink *sink, const char *id, double value, const char *unit, uint64_t line, struct str text)
{
	add(sink, (struct fact){.id = str_from(id), .value = value, .unit = str_from(unit)}, line, text);
}

void side_fact_text(const struct side_sink *sink, const char *id, struct str value, uint64_t line, struct str text)
{
	add(sink, (struct fact){.id = str_from(id), .value = NAN, .text = value}, line, text);
}

bool side_line(struct str *rest, struct str *line, uint64_t *number)
{
	if (rest->len == 0) {
		return false;
	}
	str_cut(*rest, STR("\n"), line, rest);
	if (str_ends(*line, STR("\r"))) {
		line->len--;
	}
	(*number)++;
	return true;
}

bool side_number(struct str text, double *number)
{
	char plain[40];
	size_t len = 0;
	text = str_trim(text);
	while (len < text.len && len < sizeof(plain)) {
		char byte = text.ptr[len] == ',' ? '.' : text.ptr[len];
		if ((byte < '0' || byte > '9') && byte != '.' && byte != '-' && byte != 'e' && byte != '+') {
			break;
		}
		plain[len++] = byte;
	}
	while (len > 0 && (plain[len - 1] == '.' || plain[len - 1] == 'e' || plain[len - 1] == '+')) {
		len--;
	}
	return str_to_double((struct str){plain, len}, number);
}

struct str side_word(struct str *rest)
{
	*rest = str_trim(*rest);
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t') {
		len++;
	}
	struct str word = str_slice(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return word;
}
