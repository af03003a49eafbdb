/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include "report/reporters.h"

const struct reporter *const reporter_table[] = {
	&reporter_text, &reporter_json, &reporter_markdown, &reporter_html, NULL,
};

const struct reporter *reporter_find(struct str name)
{
	for (size_t i = 0; reporter_table[i] != NULL; i++) {
		if (str_equals(name, str_from(reporter_table[i]->name))) {
			return reporter_table[i];
		}
	}
	return NULL;
}
