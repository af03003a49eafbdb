/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Part of the build: compiles the anchors of the built-in pack and prints them as C.
 * compile_anchors > anchors.c
 */

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

static bool print_anchors(struct error *err)
{
	struct arena run;
	arena_init(&run);
	struct str bytes = {0};
	struct rule_pack *pack = rule_pack_create(err);
	bool is_good = pack != NULL && rule_pack_compile(pack, err) &&
	               (pack->literals == NULL || literals_save(pack->literals, &run, &bytes, err));
	if (is_good) {
		printf("/* Made by compile_anchors. */\n#include \"rule/pack.h\"\n\nstatic const "
		       "char bytes[] =\n"
		       "\t\"%016llx\"\n",
		       (unsigned long long)rule_anchors_hash(pack));
		print_literal(bytes);
		puts(";\nconst struct str rule_builtin_anchors = {bytes, sizeof(bytes) - 1};");
	}
	rule_pack_destroy(pack);
	arena_finish(&run);
	return is_good;
}

int main(void)
{
	struct error error = {0};
	if (!print_anchors(&error)) {
		fprintf(stderr, "compile_anchors: %s\n", error.text);
		return 1;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
