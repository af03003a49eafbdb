/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Redaction. What must hold for any line: a name that is put into it, found to be one before, is
 * not in what comes out; the same again gives the same; JSON stays JSON.
 */

#include "base/json.h"
#include "report/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* The line with a name in its middle, apart from what stands around it. */
static void check_line(struct redactor *redactor, struct str line)
{
	struct buf text = {0}, out = {0}, again = {0};
	struct str name = STR("zorvikmelgar");
	buf_add(&text, str_slice(line, 0, line.len / 2));
	buf_printf(&text, " %.*s ", STR_ARG(name));
	buf_add(&text, str_skip(line, line.len / 2));
	redactor_log(redactor, buf_str(&text), &out);
	must(str_contains(line, name) || !str_contains(buf_str(&out), name));
	redactor_log(redactor, buf_str(&text), &out);
	buf_clear(&out);
	redactor_log(redactor, buf_str(&text), &out);
	redactor_log(redactor, buf_str(&text), &again);
	must(str_equals(buf_str(&out), buf_str(&again)));
	buf_finish(&text);
	buf_finish(&out);
	buf_finish(&again);
}

static void check_json(struct redactor *redactor, struct str line)
{
	struct buf text = {0}, out = {0};
	struct json_writer json;
	json_writer_init(&json, &text, 0);
	json_object_begin(&json);
	json_member_text(&json, "text", line);
	json_member_text(&json, "summary", line);
	json_object_end(&json);
	redactor_json(redactor, buf_str(&text), &out);
	struct json *document = json_parse(buf_str(&out), NULL);
	must(document != NULL);
	json_destroy(document);
	buf_finish(&text);
	buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[REDACT_KEY_BYTES] = {1};
	struct str text = {(const char *)data, size};
	struct redactor *redactor = redactor_create(key);
	struct buf out = {0};
	redactor_learn(redactor, STR("zorvikmelgar"), REDACT_DATA);
	check_line(redactor, text);
	check_json(redactor, text);
	redactor_text(redactor, text, &out);
	redactor_path(redactor, text, &out);
	redactor_json(redactor, text, &out);
	redactor_destroy(redactor);
	buf_finish(&out);
	return 0;
}
