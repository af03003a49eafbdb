/* SPDX-License-Identifier: Apache-2.0 */

/* The life of a pack: built in, files added, looked up. */

#include "rule/pack.h"

#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- entries, by id ---- */

/** Where an id is or belongs. */
static size_t entry_place(const struct rule_entry_list *list, struct str id, bool *is_there)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_compare(list->items[middle]->rule.kind.id, id);
		if (order == 0) {
			*is_there = true;
			return middle;
		}
		low = order < 0 ? middle + 1 : low;
		high = order < 0 ? high : middle;
	}
	*is_there = false;
	return low;
}

static void entry_put(struct rule_entry_list *list, struct rule_entry *entry)
{
	bool is_there;
	size_t place = entry_place(list, entry->rule.kind.id, &is_there);
	if (is_there && entry->is_silence) {
		memmove(&list->items[place], &list->items[place + 1],
		        (list->count - place - 1) * sizeof(*list->items));
		list->count--;
	} else if (is_there) {
		list->items[place] = entry;
	} else if (!entry->is_silence) {
		vec_push(list, NULL);
		memmove(&list->items[place + 1], &list->items[place],
		        (list->count - place - 1) * sizeof(*list->items));
		list->items[place] = entry;
	}
}

static void set_version(struct rule_pack *pack)
{
	pack->version = arena_printf(&pack->run, "%zu rules, %08x", pack->entries.count,
	                             (unsigned)(pack->hash ^ pack->hash >> 32));
}

/* ---- files ---- */

static bool read_bytes(FILE *file, struct buf *bytes, struct error *err)
{
	size_t count;
	do {
		char *to = buf_reserve(bytes, 1 << 16);
		count = fread(to, 1, 1 << 16, file);
		bytes->len += count;
	} while (count > 0 && bytes->len <= RULE_FILE_SIZE_MAX);
	if (ferror(file) != 0) {
		return error_set(err, "cannot be read: %s", error_system(errno));
	}
	return bytes->len <= RULE_FILE_SIZE_MAX ||
	       error_set(err, "larger than %d MiB", RULE_FILE_SIZE_MAX >> 20);
}

static bool slurp(struct str path, struct arena *run, struct buf *bytes, struct error *err)
{
	FILE *file = fopen(arena_cstr(run, path), "rbe");
	if (file == NULL) {
		return error_set(err, "cannot be opened: %s", error_system(errno));
	}
	bool is_read = read_bytes(file, bytes, err);
	fclose(file);
	return is_read;
}

/** Parse a document that lives as long as the pack. */
static const struct json *parse(struct rule_pack *pack, struct str text, struct error *err)
{
	struct json *document = json_parse(text, err);
	if (document != NULL) {
		vec_push(&pack->documents, document);
		pack->hash = pack->hash * UINT64_C(0x9e3779b97f4a7c15) + str_hash(text);
	}
	return document;
}

static bool read_text(struct rule_pack *pack, struct str name, struct str text,
                      struct rule_entry_list *entries, struct error *err)
{
	const struct rule_source source = {arena_str(&pack->run, name), text};
	const struct json *document = parse(pack, text, err);
	if (document == NULL) {
		return error_prefix(err, "%.*s", STR_ARG(name));
	}
	if (!rule_read_list(pack, json_get(document, "rules"), &source, entries, err)) {
		return false;
	}
	return entries->count <= RULE_RULES_MAX ||
	       error_set(err, "%.*s: more than %d rules", STR_ARG(name), RULE_RULES_MAX);
}

static bool read_file(struct rule_pack *pack, struct str path, struct rule_entry_list *entries,
                      struct error *err)
{
	struct buf bytes = {0};
	bool is_read = slurp(path, &pack->run, &bytes, err)
	                       ? read_text(pack, path, buf_str(&bytes), entries, err)
	                       : error_prefix(err, "%.*s", STR_ARG(path));
	buf_finish(&bytes);
	return is_read;
}

struct path_list {
	struct str *items;
	size_t count, capacity;
};

static int compare_paths(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool list_folder(struct str path, struct arena *run, struct path_list *paths,
                        struct error *err)
{
	DIR *folder = opendir(arena_cstr(run, path));
	if (folder == NULL) {
		return error_set(err, "%.*s: cannot be opened: %s", STR_ARG(path),
		                 error_system(errno));
	}
	for (struct dirent *item = readdir(folder); item != NULL; item = readdir(folder)) {
		struct str name = str_from(item->d_name);
		if (str_ends(name, STR(".json")) && name.ptr[0] != '.' &&
		    paths->count < RULE_FILES_MAX) {
			vec_push(paths, arena_printf(run, STR_FMT "/" STR_FMT, STR_ARG(path),
			                             STR_ARG(name)));
		}
	}
	closedir(folder);
	if (paths->count > 0) {
		qsort(paths->items, paths->count, sizeof(struct str), compare_paths);
	}
	return true;
}

/** The rules of a file or a folder. */
static bool read_path(struct rule_pack *pack, struct str path, struct rule_entry_list *entries,
                      struct error *err)
{
	struct stat status;
	if (stat(arena_cstr(&pack->run, path), &status) != 0 || !S_ISDIR(status.st_mode)) {
		return read_file(pack, path, entries, err);
	}
	struct path_list paths = {0};
	bool is_read = list_folder(path, &pack->run, &paths, err);
	for (size_t i = 0; i < paths.count && is_read; i++) {
		is_read = read_file(pack, paths.items[i], entries, err);
	}
	vec_finish(&paths);
	return is_read;
}

/** Ids given once, patterns that compile. */
static bool check_new(const struct rule_entry_list *entries, struct error *err)
{
	struct map ids = {0};
	bool is_good = true;
	for (size_t i = 0; i < entries->count && is_good; i++) {
		const struct rule_entry *entry = entries->items[i];
		struct str id = entry->rule.kind.id;
		if (map_get(&ids, id) != NULL) {
			is_good = error_set(err, "%.*s: rule %.*s: id: given twice",
			                    STR_ARG(entry->file), STR_ARG(id));
		}
		*map_put(&ids, id) = entries->items[i];
	}
	map_finish(&ids);
	return is_good;
}

static bool check_pattern(const struct rule_pattern *pattern, const struct rule_match *match,
                          const char *key, struct error *err)
{
	/* An earlier failure is remembered without its text: compile anew for it. */
	if (rule_pattern_get(pattern, match, err)->regex == NULL) {
		struct regex *again = regex_create(pattern->source, err);
		regex_destroy(again);
		return error_prefix(err, "%s", key);
	}
	return true;
}

static bool check_duration(const struct rule_pattern *pattern, const struct rule_match *match,
                           struct error *err)
{
	const struct rule_compiled *compiled = rule_pattern_get(pattern, match, err);
	for (size_t i = 0; i < compiled->group_count; i++) {
		if (rule_type_event(compiled->groups[i].type) == EVENT_DURATION) {
			return true;
		}
	}
	return error_set(err, "longest: no group of '%.*s' is a duration",
	                 STR_ARG(pattern->source));
}

static bool check_match(const struct rule_match *match, struct error *err)
{
	bool is_good =
		match->how != RULE_PATTERN || check_pattern(&match->pattern, match, "pattern", err);
	for (size_t i = 0; i < match->condition_count && is_good; i++) {
		is_good = check_pattern(&match->conditions[i], match, "where", err);
	}
	for (size_t i = 0; i < match->extract_count && is_good; i++) {
		is_good = check_pattern(&match->extracts[i], match, "extract", err);
	}
	for (size_t i = 0; i < match->longest_count && is_good; i++) {
		is_good = check_pattern(&match->longest[i], match, "longest", err) &&
		          check_duration(&match->longest[i], match, err);
	}
	return is_good;
}

bool rule_entry_check_patterns(const struct rule_entry *entry, struct error *err)
{
	for (size_t i = 0; i < entry->rule.match_count; i++) {
		if (!check_match(&entry->rule.matches[i], err)) {
			return error_prefix(err, "%.*s: rule %.*s: match %zu", STR_ARG(entry->file),
			                    STR_ARG(entry->rule.kind.id), i + 1);
		}
	}
	return true;
}

static bool check_patterns(const struct rule_entry_list *entries, struct error *err)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (!rule_entry_check_patterns(entries->items[i], err)) {
			return false;
		}
	}
	return true;
}

static bool has_rule(const struct rule_entry_list *entries, struct str id)
{
	for (size_t i = 0; i < entries->count; i++) {
		if (str_equals(entries->items[i]->rule.kind.id, id)) {
			return true;
		}
	}
	return false;
}

/** A silence that silences nothing, and an "after" that comes after nothing, are slips. */
static bool check_names(const struct rule_pack *pack, const struct rule_entry_list *entries,
                        struct error *err)
{
	for (size_t i = 0; i < entries->count; i++) {
		const struct rule_entry *entry = entries->items[i];
		struct str name = entry->is_silence ? entry->rule.kind.id : entry->after;
		if (name.len == 0 || rule_pack_find(pack, name) != NULL ||
		    (!entry->is_silence && has_rule(entries, name))) {
			continue;
		}
		const struct rule *near = rule_pack_suggest(pack, name);
		struct str meant = near == NULL ? STR("") : near->kind.id;
		return error_set(err, "%.*s: rule %.*s: %s: there is no such rule%s%.*s%s",
		                 STR_ARG(entry->file), STR_ARG(entry->rule.kind.id),
		                 entry->is_silence ? "silence" : "after",
		                 near == NULL ? "" : "; did you mean ", STR_ARG(meant),
		                 near == NULL ? "" : "?");
	}
	return true;
}

static void put_all(struct rule_pack *pack, const struct rule_entry_list *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		entry_put(&pack->entries, entries->items[i]);
		if (entries->items[i]->is_silence) {
			vec_push(&pack->silenced, entries->items[i]->rule.kind.id);
		}
	}
	set_version(pack);
}

/** Take in what was read, all or nothing. */
static bool add_all(struct rule_pack *pack, struct rule_entry_list *entries, bool is_read,
                    uint64_t hash_before, struct error *err)
{
	bool is_good = is_read && check_new(entries, err) && check_patterns(entries, err);
	if (is_good) {
		put_all(pack, entries);
	} else {
		pack->hash = hash_before;
	}
	vec_finish(entries);
	return is_good;
}

bool rule_pack_add(struct rule_pack *pack, struct str path, struct error *err)
{
	struct rule_entry_list entries = {0};
	uint64_t hash = pack->hash;
	bool is_read = read_path(pack, path, &entries, err) && check_names(pack, &entries, err);
	return add_all(pack, &entries, is_read, hash, err);
}

bool rule_pack_add_text(struct rule_pack *pack, struct str name, struct str text, struct error *err)
{
	struct rule_entry_list entries = {0};
	uint64_t hash = pack->hash;
	bool is_read = read_text(pack, name, text, &entries, err);
	return add_all(pack, &entries, is_read, hash, err);
}

/* ---- packs ---- */

static struct rule_pack *pack_new(void)
{
	struct rule_pack *pack = memory_resize(NULL, sizeof(*pack));
	*pack = (struct rule_pack){0};
	arena_init(&pack->run);
	return pack;
}

void rule_pack_destroy(struct rule_pack *pack)
{
	if (pack == NULL) {
		return;
	}
	for (size_t i = 0; i < pack->patterns.count; i++) {
		rule_compiled_destroy(atomic_load(pack->patterns.items[i]));
	}
	for (size_t i = 0; i < pack->documents.count; i++) {
		json_destroy(pack->documents.items[i]);
	}
	vec_finish(&pack->patterns);
	vec_finish(&pack->documents);
	vec_finish(&pack->entries);
	vec_finish(&pack->silenced);
	literals_destroy(pack->literals);
	arena_finish(&pack->run);
	memory_free(pack);
}

struct rule_pack *rule_pack_create(void)
{
	struct rule_pack *pack = pack_new();
	rule_packed_read(pack, rule_builtin.rules);
	set_version(pack);
	return pack;
}

struct rule_pack *rule_pack_create_empty(void)
{
	struct rule_pack *pack = pack_new();
	pack->has_samples = true;
	set_version(pack);
	return pack;
}

struct rule_pack *rule_pack_load(const struct str *paths, size_t count, struct error *err)
{
	struct rule_pack *pack = rule_pack_create_empty();
	struct rule_entry_list entries = {0};
	bool is_read = true;
	for (size_t i = 0; i < count && is_read; i++) {
		is_read = read_path(pack, paths[i], &entries, err);
	}
	if (!add_all(pack, &entries, is_read, pack->hash, err)) {
		rule_pack_destroy(pack);
		return NULL;
	}
	return pack;
}

void rule_pack_read_samples(struct rule_pack *pack)
{
	if (!pack->has_samples) {
		rule_packed_read_samples(pack, rule_builtin.samples);
		pack->has_samples = true;
	}
}

struct str rule_pack_version(const struct rule_pack *pack)
{
	return pack->version;
}

size_t rule_pack_count(const struct rule_pack *pack)
{
	return pack->entries.count;
}

struct str rule_pack_silenced(const struct rule_pack *pack, size_t index)
{
	return index < pack->silenced.count ? pack->silenced.items[index] : (struct str){NULL, 0};
}

const struct rule *rule_pack_rule(const struct rule_pack *pack, size_t index)
{
	return &pack->entries.items[index]->rule;
}

const struct rule *rule_pack_find(const struct rule_pack *pack, struct str id)
{
	bool is_there;
	size_t place = entry_place(&pack->entries, id, &is_there);
	return is_there ? &pack->entries.items[place]->rule : NULL;
}
