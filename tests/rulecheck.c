/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For the authors of rule packs: rulecheck FILE... checks these packs by themselves; rulecheck
 * --match FILE... tells of each line on stdin which rule owns it ("ID<TAB>line", "-" for none);
 * rulecheck --records FILE... does so for records that end in NUL, for scripts: "ID", then
 * "NAME=VALUE" for each field behind a unit separator, then a record separator; rulecheck --anchors
 * FILE... counts the anchors in stdin; rulecheck --list FILE... lists them. Without files: the
 * built-in pack.
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

static void tell_record(struct reader *reader, struct str text)
{
	struct record record;
	struct event event;
	const struct rule *rule =
		rule_match_text(reader->matcher, text, &reader->tmp, &record, &event);
	struct str id = rule == NULL ? STR("-") : rule->kind.id;
	printf(STR_FMT, STR_ARG(id));
	for (size_t i = 0; rule != NULL && i < event.field_count; i++) {
		printf("\x1f" STR_FMT "=" STR_FMT, STR_ARG(event.fields[i].name),
		       STR_ARG(event.fields[i].text));
	}
	putchar(0x1e);
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

typedef void take_text(struct reader *reader, struct str text);

static void read_texts(struct reader *reader, int end, take_text *take)
{
	char *text = NULL;
	size_t capacity = 0;
	for (ssize_t len = getdelim(&text, &capacity, end, stdin); len >= 0;
	     len = getdelim(&text, &capacity, end, stdin)) {
		len -= len > 0 && text[len - 1] == end ? 1 : 0;
		take(reader, str_trim((struct str){text, (size_t)len}));
	}
	free(text);
}

static int tell_owners(const struct rule_pack *pack, int end, take_text *take)
{
	struct reader reader = {.matcher = rule_matcher_create(pack)};
	arena_init(&reader.tmp);
	read_texts(&reader, end, take);
	arena_finish(&reader.tmp);
	rule_matcher_destroy(reader.matcher);
	return 0;
}

static int count_stdin(const struct rule_pack *pack)
{
	struct reader reader = {.matcher = rule_matcher_create(pack)};
	reader.counts = calloc(pack->anchor_count + 1, sizeof(size_t));
	read_texts(&reader, '\n', count_anchors);
	for (size_t i = 0; i < pack->anchor_count; i++) {
		if (reader.counts[i] > 0) {
			printf("%zu\t" STR_FMT "\n", reader.counts[i], STR_ARG(pack->anchors[i]));
		}
	}
	printf("%zu of %zu lines hold an anchor\n", reader.lines_hit, reader.lines);
	free(reader.counts);
	vec_finish(&reader.hits);
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

enum mode { MODE_CHECK, MODE_MATCH, MODE_RECORDS, MODE_ANCHORS, MODE_LIST, MODE_COUNT };

static enum mode mode_of(int argc, char **argv)
{
	static const char *const words[MODE_COUNT] = {"", "--match", "--records", "--anchors",
	                                              "--list"};
	for (int mode = MODE_CHECK + 1; argc > 1 && mode < MODE_COUNT; mode++) {
		if (strcmp(argv[1], words[mode]) == 0) {
			return (enum mode)mode;
		}
	}
	return MODE_CHECK;
}

static int run(struct rule_pack *pack, enum mode mode)
{
	switch (mode) {
	case MODE_MATCH:
		return tell_owners(pack, '\n', tell_owner);
	case MODE_RECORDS:
		return tell_owners(pack, '\0', tell_record);
	case MODE_ANCHORS:
		return count_stdin(pack);
	case MODE_LIST:
		return list_anchors(pack);
	case MODE_CHECK:
	case MODE_COUNT:
		break;
	}
	return check_pack(pack);
}

int main(int argc, char **argv)
{
	struct str paths[FILES_MAX];
	size_t count = 0;
	enum mode mode = mode_of(argc, argv);
	for (int i = mode == MODE_CHECK ? 1 : 2; i < argc && count < FILES_MAX; i++) {
		paths[count++] = str_from(argv[i]);
	}
	struct error error = {0};
	struct rule_pack *pack =
		count > 0 ? rule_pack_load(paths, count, &error) : rule_pack_create();
	if (pack == NULL || !rule_pack_compile(pack, &error)) {
		fprintf(stderr, "rulecheck: %s\n", error.text);
		rule_pack_destroy(pack);
		return 2;
	}
	int status = run(pack, mode);
	rule_pack_destroy(pack);
	return status;
}
