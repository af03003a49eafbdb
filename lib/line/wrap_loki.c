/* SPDX-License-Identifier: Apache-2.0 */
/* One stream of an answer of Loki's API:
 * {"stream":{"pod":"etcd-0"},"values":[["1710231664512883107","text"],...]}. */
#include "base/json.h"
#include "line/export.h"

static bool starts(struct str line)
{
	struct str rest = export_skip_blanks(str_skip(line, 1));
	if (!str_starts(line, STR("{")) || !str_starts(rest, STR("\"stream\""))) {
		return false;
	}
	rest = export_skip_blanks(str_skip(rest, 8));
	return str_starts(rest, STR(":")) &&
	       str_starts(export_skip_blanks(str_skip(rest, 1)), STR("{"));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return starts(line) ? 60 : 0;
}

/* ["1710231664512883107","text"], of which the opening bracket was read. Returns: false when it is
 * none. */
static bool give_value(struct wrap_context *context, struct json_reader *reader,
                       const struct wrap *stream)
{
	struct wrap wrap = *stream;
	struct str time, text;
	enum clock_zone zone;
	wrap.offset += reader->position - 1;
	if (json_reader_next(reader, &time) != JSON_TOKEN_STRING) {
		return false;
	}
	enum json_token token = json_reader_next(reader, &text);
	if (token != JSON_TOKEN_STRING && token != JSON_TOKEN_CUT) {
		return false;
	}
	int64_t time_ns = wrap_parse_time(time, &zone);
	wrap_set_time(&wrap, time_ns, zone);
	wrap.is_cut |= token == JSON_TOKEN_CUT;
	wrap.text = text;
	while (str_ends(wrap.text, STR("\n"))) {
		wrap.text.len--;
	}
	wrap_give(context, &wrap);
	/* labels of the line may follow */
	while (token != JSON_TOKEN_ARRAY_END && token != JSON_TOKEN_CUT) {
		struct json_reader before = *reader;
		token = json_reader_next(reader, &text);
		if (token == JSON_TOKEN_END || token == JSON_TOKEN_ERROR) {
			return false;
		}
		if (token == JSON_TOKEN_OBJECT_BEGIN || token == JSON_TOKEN_ARRAY_BEGIN) {
			*reader = before;
			json_reader_skip(reader);
		}
	}
	return token == JSON_TOKEN_ARRAY_END;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct json_reader reader;
	struct export_entry entry;
	struct str key;
	size_t given = context->given.count;
	if (!starts(wrap->text)) {
		return WRAP_REFUSED;
	}
	json_reader_init(&reader, wrap->text, context->tmp);
	export_begin(&entry, wrap);
	json_reader_next(&reader, &key);
	while (json_reader_next(&reader, &key) == JSON_TOKEN_KEY) {
		if (!str_equals(key, STR("values"))) {
			struct str value = json_reader_skip(&reader);
			export_set_labels(&entry, value, context->tmp);
			continue;
		}
		if (json_reader_next(&reader, &key) != JSON_TOKEN_ARRAY_BEGIN) {
			break;
		}
		while (json_reader_next(&reader, &key) == JSON_TOKEN_ARRAY_BEGIN &&
		       give_value(context, &reader, wrap)) {
		}
	}
	return context->given.count > given ? WRAP_GIVEN : WRAP_REFUSED;
}

const struct wrapper wrapper_loki = {
	.name = "loki", .first = "{", .bid = bid, .bid_max = 60, .peel = peel};
