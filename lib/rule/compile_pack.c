/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Part of the build: reads and checks the packs of a folder and writes them as C, ready to be used.
 * compile_pack FOLDER OUT.c DEPFILE LOG..., LOG: lines as services that are well print them
 */

#include "rule/pack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const pack_names[] = {"etcd", "milvus", "deps", "host"};
enum { PACK_COUNT = sizeof(pack_names) / sizeof(pack_names[0]) };

static void print_bytes(FILE *file, const char *name, struct str bytes)
{
	fprintf(file, "static const char %s[] =", name);
	for (size_t i = 0; i < bytes.len; i++) {
		const char *line = i == 0 ? "\n\t\"" : i % 32 == 0 ? "\"\n\t\"" : "";
		fprintf(file, "%s\\%03o", line, (unsigned char)bytes.ptr[i]);
	}
	fprintf(file, "%s;\n\n", bytes.len == 0 ? "\"\"" : "\"");
}

static void print_pack(FILE *file, struct rule_pack *pack, struct str anchors)
{
	struct buf rules = {0}, samples = {0};
	rule_packed_write(pack, &rules);
	rule_packed_write_samples(pack, &samples);
	fputs("/* Made by compile_pack. */\n#include \"rule/pack.h\"\n\n", file);
	print_bytes(file, "rules", buf_str(&rules));
	print_bytes(file, "samples", buf_str(&samples));
	print_bytes(file, "anchors", anchors);
	fputs("const struct rule_builtin rule_builtin = {\n"
	      "\t.rules = {rules, sizeof(rules) - 1},\n"
	      "\t.samples = {samples, sizeof(samples) - 1},\n"
	      "\t.anchors = {anchors, sizeof(anchors) - 1},\n"
	      "};\n",
	      file);
	buf_finish(&rules);
	buf_finish(&samples);
}

static bool read_log(const char *path, struct buf *text, struct error *err)
{
	enum { READ_SIZE = 64 << 10 };
	FILE *file = fopen(path, "rbe");
	size_t count = 1;
	while (file != NULL && count > 0) {
		count = fread(buf_reserve(text, READ_SIZE), 1, READ_SIZE, file);
		text->len += count;
	}
	return (file != NULL && fclose(file) == 0) ||
	       error_set(err, "%s: %s", path, strerror(errno));
}

/** The anchors' set behind the hash that tells of which anchors it is. */
static bool save_anchors(struct rule_pack *pack, struct str ordinary, struct str *anchors,
                         struct error *err)
{
	struct str set = {0};
	rule_pack_index(pack);
	struct literals *literals =
		literals_create(pack->anchors, pack->anchor_count, ordinary, err);
	bool is_good = literals != NULL && literals_save(literals, &pack->run, &set, err);
	literals_destroy(literals);
	struct buf both = {0};
	buf_printf(&both, "%016llx", (unsigned long long)rule_anchors_hash(pack));
	buf_add(&both, set);
	*anchors = arena_str(&pack->run, buf_str(&both));
	buf_finish(&both);
	return is_good;
}

/** "FOLDER/etcd/disk.json:17" is "rules/etcd/disk.json" to users. */
static void name_files(struct rule_pack *pack, struct str folder)
{
	for (size_t i = 0; i < pack->entries.count; i++) {
		struct str *file = &pack->entries.items[i]->file, line;
		str_cut(str_skip(*file, folder.len), STR(":"), file, &line);
		*file = arena_printf(&pack->run, "rules" STR_FMT, STR_ARG(*file));
	}
}

/** What a change of must have this made anew: files, and folders for those that come and go. */
static void print_needs(FILE *file, char **paths, const struct rule_pack *pack,
                        const struct str *folders)
{
	fprintf(file, "%s:", paths[1]);
	for (size_t i = 0; i < PACK_COUNT; i++) {
		fprintf(file, " " STR_FMT, STR_ARG(folders[i]));
	}
	for (size_t i = 0; i < pack->entries.count; i++) {
		struct str path, line;
		str_cut(pack->entries.items[i]->file, STR(":"), &path, &line);
		fprintf(file, " " STR_FMT, STR_ARG(path));
	}
	fputs("\n", file);
}

static bool close_file(FILE *file, const char *path, struct error *err)
{
	bool is_bad = ferror(file) != 0;
	return (fclose(file) == 0 && !is_bad) ||
	       error_set(err, "%s: %s", path, "cannot be written");
}

static FILE *open_file(const char *path, struct error *err)
{
	FILE *file = fopen(path, "wbe");
	if (file == NULL) {
		error_set(err, "%s: %s", path, strerror(errno));
	}
	return file;
}

static bool write_all(struct rule_pack *pack, char **paths, const struct str *folders,
                      struct error *err)
{
	struct str anchors;
	struct buf ordinary = {0};
	FILE *needs = NULL, *out = NULL;
	bool is_good = true;
	for (char **log = paths + 3; *log != NULL && is_good; log++) {
		is_good = read_log(*log, &ordinary, err);
	}
	is_good = is_good && save_anchors(pack, buf_str(&ordinary), &anchors, err);
	buf_finish(&ordinary);
	if (!is_good || (needs = open_file(paths[2], err)) == NULL) {
		return false;
	}
	print_needs(needs, paths, pack, folders);
	if (!close_file(needs, paths[2], err) || (out = open_file(paths[1], err)) == NULL) {
		return false;
	}
	name_files(pack, str_from(paths[0]));
	print_pack(out, pack, anchors);
	return close_file(out, paths[1], err);
}

int main(int argc, char **argv)
{
	struct error error = {0};
	struct arena run;
	struct str folders[PACK_COUNT];
	if (argc < 4) {
		fputs("usage: compile_pack FOLDER OUT.c DEPFILE LOG...\n", stderr);
		return 2;
	}
	arena_init(&run);
	for (size_t i = 0; i < PACK_COUNT; i++) {
		folders[i] = arena_printf(&run, "%s/%s", argv[1], pack_names[i]);
	}
	struct rule_pack *pack = rule_pack_load(folders, PACK_COUNT, &error);
	bool is_good = pack != NULL && write_all(pack, argv + 1, folders, &error);
	if (!is_good) {
		fprintf(stderr, "compile_pack: %s\n", error.text);
	}
	rule_pack_destroy(pack);
	arena_finish(&run);
	return is_good ? 0 : 1;
}
