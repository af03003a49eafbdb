/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For the authors of rule packs: rulecheck FILE... checks these packs by themselves; rulecheck
 * --match FILE... tells of each line on stdin which rule owns it ("ID<TAB>line", "-" for none);
 * rulecheck --anchors FILE... counts the anchors in stdin; rulecheck --list FILE... lists them.
 * Without files: the built-in pack.
 */

#include "base/buf.h"
#include "base/vec.h"
#include "rule/pack.h"
#include "rule/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 256 };

/* What a line is turned into, and its place in the report of anchors. */
struct reader {
	struct rule_matcher *matcher;
	struct arena tmp;
	struct rule_hits hits;
	size_t *counts; /* of each anchor */
	size_t lines, lines_hit;
};

static void tell_owner(struct reader *reader, struct str text)
{
	struct record record;
	struct event event;
	const struct rule *rule =
		rule_match_text(reader->matcher, text, &reader->tmp, &record, &event);
	struct str id = rule == NULL ? STR("-") : rule->kind.id;
	printf(STR_FMT "\t" STR_FMT "\n", STR_ARG(id), STR_ARG(text));
	for (size_t i = 0; rule != NULL && i < event.field_count; i++) {
		fprintf(stderr, "%s" STR_FMT "=" STR_FMT, i == 0 ? "\t" : " ",
		        STR_ARG(event.fields[i].name), STR_ARG(event.fields[i].text));
	}
	fputs(rule != NULL && event.field_count > 0 ? "\n" : "", stderr);
	arena_reset(&reader->tmp);
}

static void count_anchors(struct reader *reader, struct str text)
{
	rule_scan(reader->matcher, text, &reader->hits);
	for (size_t i = 0; i < reader->hits.count; i++) {
		reader->counts[reader->hits.items[i].anchor]++;
	}
	reader->lines++;
	reader->lines_hit += reader->hits.count > 0;
}

static void read_lines(struct reader *reader, void (*take)(struct reader *reader, struct str text))
{
	char *line = NULL;
	size_t capacity = 0;
	for (ssize_t len = getline(&line, &capacity, stdin); len >= 0;
	     len = getline(&line, &capacity, stdin)) {
		take(reader, str_trim((struct str){line, (size_t)len}));
	}
	free(line);
}

static int read_stdin(const struct rule_pack *pack, bool is_match)
{
	struct reader reader = {.matcher = rule_matcher_create(pack)};
	reader.counts = calloc(pack->anchor_count + 1, sizeof(size_t));
	arena_init(&reader.tmp);
	read_lines(&reader, is_match ? tell_owner : count_anchors);
	for (size_t i = 0; i < pack->anchor_count && !is_match; i++) {
		if (reader.counts[i] > 0) {
			printf("%zu\t" STR_FMT "\n", reader.counts[i], STR_ARG(pack->anchors[i]));
		}
	}
	if (!is_match) {
		printf("%zu of %zu lines hold an anchor\n", reader.lines_hit, reader.lines);
	}
	free(reader.counts);
	vec_finish(&reader.hits);
	arena_finish(&reader.tmp);
	rule_matcher_destroy(reader.matcher);
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

static int list_anchors(const struct rule_pack *pack)
{
	for (size_t i = 0; i < pack->anchor_count; i++) {
		printf(STR_FMT "\n", STR_ARG(pack->anchors[i]));
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct str paths[FILES_MAX];
	size_t count = 0;
	bool is_match = argc > 1 && strcmp(argv[1], "--match") == 0;
	bool is_count = argc > 1 && strcmp(argv[1], "--anchors") == 0;
	bool is_list = argc > 1 && strcmp(argv[1], "--list") == 0;
	for (int i = is_match || is_count || is_list ? 2 : 1; i < argc && count < FILES_MAX; i++) {
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
	int status = is_list                ? list_anchors(pack)
	             : is_match || is_count ? read_stdin(pack, is_match)
	                                    : check_pack(pack);
	rule_pack_destroy(pack);
	return status;
}
