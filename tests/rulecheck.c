/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For the authors of rule packs: rulecheck FILE... checks these packs by themselves; rulecheck
 * --match FILE... tells of each line on stdin which rule owns it ("ID<TAB>line", "-" for none).
 */

#include "base/buf.h"
#include "rule/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 256 };

static int match_lines(const struct rule_pack *pack)
{
	struct rule_matcher *matcher = rule_matcher_create(pack);
	struct arena tmp;
	arena_init(&tmp);
	char *line = NULL;
	size_t capacity = 0;
	for (ssize_t len = getline(&line, &capacity, stdin); len >= 0;
	     len = getline(&line, &capacity, stdin)) {
		struct str text = str_trim((struct str){line, (size_t)len});
		struct record record;
		struct event event;
		const struct rule *rule = rule_match_text(matcher, text, &tmp, &record, &event);
		struct str id = rule == NULL ? STR("-") : rule->kind.id;
		printf(STR_FMT "\t" STR_FMT "\n", STR_ARG(id), STR_ARG(text));
		for (size_t i = 0; rule != NULL && i < event.field_count; i++) {
			fprintf(stderr, "%s" STR_FMT "=" STR_FMT, i == 0 ? "\t" : " ",
			        STR_ARG(event.fields[i].name), STR_ARG(event.fields[i].text));
		}
		fputs(rule != NULL && event.field_count > 0 ? "\n" : "", stderr);
		arena_reset(&tmp);
	}
	free(line);
	arena_finish(&tmp);
	rule_matcher_destroy(matcher);
	return 0;
}

static int check_pack(struct rule_pack *pack)
{
	struct buf report = {0};
	size_t faults = rule_pack_check(pack, &report);
	printf(STR_FMT STR_FMT ": %zu faults\n", STR_ARG(buf_str(&report)),
	       STR_ARG(rule_pack_version(pack)), faults);
	buf_finish(&report);
	return faults > 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct str paths[FILES_MAX];
	size_t count = 0;
	bool is_match = argc > 1 && strcmp(argv[1], "--match") == 0;
	for (int i = is_match ? 2 : 1; i < argc && count < FILES_MAX; i++) {
		paths[count++] = str_from(argv[i]);
	}
	struct error error = {0};
	struct rule_pack *pack =
		count > 0 ? rule_pack_load(paths, count, &error) : rule_pack_create(&error);
	if (pack == NULL || !rule_pack_compile(pack, &error)) {
		fprintf(stderr, "rulecheck: %s\n", error.text);
		rule_pack_destroy(pack);
		return 2;
	}
	int status = is_match ? match_lines(pack) : check_pack(pack);
	rule_pack_destroy(pack);
	return status;
}
