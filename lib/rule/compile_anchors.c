/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Part of the build: compiles the anchors of the built-in pack and prints them as C.
 * compile_anchors ORDINARY > anchors.c, ORDINARY: a file of lines as services print them all day
 */

#include "base/buf.h"
#include "rule/pack.h"

#include <stdio.h>

static void print_literal(struct str bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		if (i % 32 == 0) {
			fputs(i == 0 ? "\t\"" : "\"\n\t\"", stdout);
		}
		printf("\\%03o", (unsigned char)bytes.ptr[i]);
	}
	puts(bytes.len == 0 ? "\t\"\"" : "\"");
}

static bool read_file(const char *path, struct buf *text)
{
	enum { READ_SIZE = 64 << 10 };
	FILE *file = fopen(path, "rb");
	size_t count = 1;
	while (file != NULL && count > 0) {
		count = fread(buf_reserve(text, READ_SIZE), 1, READ_SIZE, file);
		text->len += count;
	}
	return file != NULL && fclose(file) == 0;
}

static bool print_anchors(struct str ordinary, struct error *err)
{
	struct arena run;
	arena_init(&run);
	struct str bytes = {0};
	struct literals *literals = NULL;
	struct rule_pack *pack = rule_pack_create(err);
	bool is_good = pack != NULL;
	if (is_good) {
		rule_pack_index(pack);
		literals = literals_create(pack->anchors, pack->anchor_count, ordinary, err);
		is_good = literals != NULL && literals_save(literals, &run, &bytes, err);
	}
	if (is_good) {
		printf("/* Made by compile_anchors. */\n#include \"rule/pack.h\"\n\nstatic const "
		       "char bytes[] =\n"
		       "\t\"%016llx\"\n",
		       (unsigned long long)rule_anchors_hash(pack));
		print_literal(bytes);
		puts(";\nconst struct str rule_builtin_anchors = {bytes, sizeof(bytes) - 1};");
	}
	literals_destroy(literals);
	rule_pack_destroy(pack);
	arena_finish(&run);
	return is_good;
}

int main(int count, char **words)
{
	struct error error = {0};
	struct buf ordinary = {0};
	if (count != 2 || !read_file(words[1], &ordinary)) {
		fputs("compile_anchors: cannot read its only argument, a file of lines\n", stderr);
		return 1;
	}
	bool is_good = print_anchors(buf_str(&ordinary), &error);
	buf_finish(&ordinary);
	if (!is_good) {
		fprintf(stderr, "compile_anchors: %s\n", error.text);
		return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
