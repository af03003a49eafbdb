/* SPDX-License-Identifier: Apache-2.0 */
/* Each line a string of JSON, as jq without -r and lists of lines have it: "text \"quoted\"",
 * perhaps indented, with a comma. */
#include "base/json.h"
#include "line/shape.h"
#include "line/wrapper.h"

struct quoted {
	unsigned records; /* lines that hold one */
};

/* The string without the comma behind it. Returns: false when the line is none. */
static bool find_string(struct str line, struct str *string)
{
	*string = str_trim(line);
	if (str_starts(*string, STR("- "))) { /* an item of a list in YAML */
		*string = str_trim(str_skip(*string, 2));
	}
	if (str_ends(*string, STR(","))) {
		string->len--;
	}
	return string->len > 1 && string->ptr[0] == '"' && str_ends(*string, STR("\""));
}

static bool holds_record(struct str string)
{
	struct str inside = str_skip(string, 1);
	return str_looks_like(inside, "[dddd/dd/dd dd:dd:dd.") ||
	       str_starts(inside, STR("{\\\"")) || shape_starts_dated(inside);
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	(void)context;
	struct quoted *quoted = state;
	struct str string;
	quoted->records += find_string(line, &string) && holds_record(string) ? 1 : 0;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	enum { RECORDS_MIN = 2 };
	const struct quoted *quoted = state;
	struct str string;
	if (context->is_record || !find_string(line, &string)) {
		return 0;
	}
	return quoted->records >= RECORDS_MIN || holds_record(string) ? 45 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct json_reader reader;
	struct str string, text;
	if (!find_string(wrap->text, &string)) {
		return WRAP_REFUSED;
	}
	json_reader_init(&reader, string, context->tmp);
	if (json_reader_next(&reader, &text) != JSON_TOKEN_STRING) {
		return WRAP_REFUSED;
	}
	while (str_ends(text, STR("\n"))) {
		text.len--;
	}
	wrap->text = text;
	return WRAP_PEELED;
}

const struct wrapper wrapper_quoted = {
	.name = "quoted",
	.first = "\" \t-",
	.state_size = sizeof(struct quoted),
	.learn = learn,
	.bid = bid,
	.bid_max = 45,
	.peel = peel,
};
