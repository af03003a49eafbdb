/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Saved reports. What must hold for any bytes: they are refused, or they render to every format,
 * and what JSON they render to is read again and renders to the same bytes.
 */

#include "report/report.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void render(const struct report_saved *saved, const char *format, enum text_lang lang,
                   struct buf *out)
{
	const struct report_options options = {
		.lang = lang, .verbosity = 1, .version = saved->version, .rules = saved->rules};
	buf_clear(out);
	must(reporter_find(str_from(format))->write(&saved->findings, &options, out, NULL));
}

static void check_again(const struct report_saved *saved, struct buf *out)
{
	struct buf copy = {0}, again = {0};
	struct report_saved second;
	render(saved, "json", TEXT_EN, out);
	buf_add(&copy, buf_str(out));
	must(report_recognise(buf_str(&copy)) == REPORT_SAVED);
	must(report_saved_read(&second, buf_str(&copy), NULL));
	render(&second, "json", TEXT_EN, &again);
	must(str_equals(buf_str(&copy), buf_str(&again)));
	report_saved_finish(&second);
	buf_finish(&copy);
	buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct report_saved saved;
	struct buf out = {0};
	(void)report_recognise(text);
	if (report_saved_read(&saved, text, NULL)) {
		for (size_t i = 0; reporter_table[i] != NULL; i++) {
			render(&saved, reporter_table[i]->name, TEXT_ZH, &out);
		}
		check_again(&saved, &out);
		report_saved_finish(&saved);
	}
	buf_finish(&out);
	return 0;
}
