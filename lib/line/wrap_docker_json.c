/* SPDX-License-Identifier: Apache-2.0 */
/* docker's json-file: {"log":"text\n","stream":"stderr","time":"2024-03-12T08:21:04.512883107Z"}.
 */
#include "base/json.h"
#include "line/wrapper.h"

static bool starts(struct str line)
{
	return str_starts(line, STR("{\"log\":\""));
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return starts(line) ? 80 : 0;
}

/* The value of a key that docker writes. False: it is another's. */
static bool take_member(struct json_reader *reader, struct str key, struct wrap *wrap,
                        bool *has_log)
{
	struct str value;
	if (str_equals(key, STR("attrs"))) {
		json_reader_skip(reader);
		return true;
	}
	enum json_token token = json_reader_next(reader, &value);
	if (token != JSON_TOKEN_STRING && token != JSON_TOKEN_CUT) {
		return false;
	}
	wrap->is_cut |= token == JSON_TOKEN_CUT;
	if (str_equals(key, STR("log"))) {
		wrap->text = value;
		*has_log = true;
	} else if (str_equals(key, STR("stream"))) {
		wrap->output = str_equals(value, STR("stderr")) ? LINE_STDERR : LINE_STDOUT;
	} else if (str_equals(key, STR("time"))) {
		enum clock_zone zone;
		int64_t time_ns = wrap_parse_time(value, &zone);
		wrap_set_time(wrap, time_ns, zone);
	} else {
		return false;
	}
	return true;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)state;
	struct json_reader reader;
	struct str key;
	bool has_log = false;
	if (!starts(wrap->text)) {
		return WRAP_REFUSED;
	}
	json_reader_init(&reader, wrap->text, context->tmp);
	json_reader_next(&reader, &key);
	enum json_token token = json_reader_next(&reader, &key);
	while (token == JSON_TOKEN_KEY) {
		if (!take_member(&reader, key, wrap, &has_log)) {
			return WRAP_REFUSED;
		}
		token = json_reader_next(&reader, &key);
	}
	wrap->is_cut |= token == JSON_TOKEN_CUT;
	if (!has_log || token == JSON_TOKEN_ERROR) {
		return WRAP_REFUSED;
	}
	wrap->is_partial = !str_ends(wrap->text, STR("\n")) && !wrap->is_cut;
	if (str_ends(wrap->text, STR("\n"))) {
		wrap->text.len--;
	}
	if (str_ends(wrap->text, STR("\r"))) {
		wrap->text.len--;
	}
	return WRAP_PEELED;
}

const struct wrapper wrapper_docker_json = {.name = "docker-json",
                                            .first = "{",
                                            .is_sure = true,
                                            .bid = bid,
                                            .bid_max = 80,
                                            .peel = peel};
