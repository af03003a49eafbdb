/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules against hostile bytes: a first byte of '{' makes the input a rule file, anything else makes
 * the rest a record for the built-in pack.
 */

#include "rule/pack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_pack(struct str text)
{
	struct error error = {0};
	struct rule_pack *pack = rule_pack_create_empty();
	if (rule_pack_add_text(pack, STR("fuzz.json"), text, &error)) {
		rule_pack_index(pack);
	} else if (error.text[0] == '\0' || rule_pack_count(pack) != 0) {
		abort(); /* refused without a reason, or not wholly */
	}
	rule_pack_destroy(pack);
}

static struct rule_matcher *builtin_matcher(void)
{
	static struct rule_matcher *matcher;
	if (matcher == NULL) {
		struct rule_pack *pack = rule_pack_create();
		if (!rule_pack_compile(pack, NULL)) {
			abort();
		}
		matcher = rule_matcher_create(pack);
	}
	return matcher;
}

static void match_record(struct str text)
{
	struct record record;
	struct event event;
	struct arena tmp;
	arena_init(&tmp);
	const struct rule *rule = rule_match_text(builtin_matcher(), text, &tmp, &record, &event);
	if (rule != NULL && event.time_ns != TIME_NONE && event.start_ns > event.time_ns) {
		abort(); /* an interval that begins after its end */
	}
	arena_finish(&tmp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	if (size > 0 && text.ptr[0] == '{') {
		read_pack(text);
	} else {
		match_record(str_skip(text, 1));
	}
	return 0;
}
