/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user typed, expanded to files. Real files and folders come first and links last, each in
 * the order of their paths: so a file that has several names is read under the same one, whatever
 * the order of the arguments.
 */
#include "input/list.h"

#include "base/map.h"
#include "base/text.h"
#include "base/vec.h"
#include "input/input.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_DEPTH_MAX = 64 };

struct paths {
	const char **items; /* in the list's keep */
	size_t count, capacity;
};

struct input_walk {
	struct paths arguments;
	struct paths links; /* found, not followed yet */
	struct map seen;    /* device and inode -> path of the file or folder */
};

bool list_is_pipe_of_shell(struct str path)
{
	return str_starts(path, STR("/dev/fd/")) || str_starts(path, STR("/proc/self/fd/")) ||
	       str_equals(path, STR("/dev/stdin"));
}

static void skip(struct input_list *list, enum input_damage_kind kind, const char *path,
                 struct str what)
{
	struct input_damage damage = {kind, text_safe(&list->keep, str_from(path)), what};
	vec_push(&list->damage, damage);
}

/* Returns: the path that this file or folder was found under before; NULL when it is new. */
static const char *seen_as(struct input_list *list, const struct stat *info, const char *path)
{
	struct {
		uint64_t device, inode;
	} key = {info->st_dev, info->st_ino};
	void **place = map_put(&list->walk->seen, (struct str){(const char *)&key, sizeof(key)});
	if (*place == NULL) {
		*place = (void *)path;
		return NULL;
	}
	return *place;
}

static const char *odd_type(mode_t mode)
{
	if (S_ISFIFO(mode)) {
		return TEXT_MARK("skipped: a FIFO");
	}
	if (S_ISSOCK(mode)) {
		return TEXT_MARK("skipped: a socket");
	}
	return S_ISCHR(mode) || S_ISBLK(mode) ? TEXT_MARK("skipped: a device")
	                                      : TEXT_MARK("skipped: not a file");
}

static const char *link_problem(int problem)
{
	switch (problem) {
	case ENOENT:
		return TEXT_MARK("skipped: a link to nothing");
	case ELOOP:
		return TEXT_MARK("skipped: a link that leads to itself");
	default:
		return strerror(problem);
	}
}

static void add_folder(struct input_list *list, const char *path, unsigned depth);

static void add_found(struct input_list *list, const char *path, const struct stat *info,
                      unsigned depth)
{
	struct arena *keep = &list->keep;
	bool is_folder = S_ISDIR(info->st_mode), is_pipe = S_ISFIFO(info->st_mode);
	if (!is_folder && !S_ISREG(info->st_mode) &&
	    !(is_pipe && list_is_pipe_of_shell(str_from(path)))) {
		skip(list, INPUT_SKIPPED, path, str_from(odd_type(info->st_mode)));
		return;
	}
	if (access(path, is_folder ? R_OK | X_OK : R_OK) != 0) {
		skip(list, INPUT_UNREADABLE, path, arena_str(keep, str_from(strerror(errno))));
		return;
	}
	const char *other = seen_as(list, info, path);
	if (other != NULL) {
		skip(list, INPUT_SKIPPED, path,
		     arena_printf(keep, TEXT_MARK("skipped: the same as %.*s, which is read"),
		                  STR_ARG(text_safe(keep, str_from(other)))));
	} else if (is_folder) {
		add_folder(list, path, depth + 1);
	} else {
		vec_push(list, (struct input_path){str_from(path), (uint64_t)info->st_size});
	}
}

/* A link is put off, all else is added. */
static void visit(struct input_list *list, const char *path, unsigned depth)
{
	struct stat info;
	if (lstat(path, &info) != 0) {
		skip(list, INPUT_UNREADABLE, path,
		     arena_str(&list->keep, str_from(strerror(errno))));
	} else if (S_ISLNK(info.st_mode)) {
		vec_push(&list->walk->links, path);
	} else {
		add_found(list, path, &info, depth);
	}
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct input_list *list, const char *path, unsigned depth)
{
	if (depth > FOLDER_DEPTH_MAX) {
		skip(list, INPUT_LIMIT, path, STR(TEXT_MARK("not read: too many folders deep")));
		return;
	}
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, compare_names);
	if (count < 0) {
		skip(list, INPUT_UNREADABLE, path,
		     arena_str(&list->keep, str_from(strerror(errno))));
		return;
	}
	const char *slash = str_ends(str_from(path), STR("/")) ? "" : "/";
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			struct str found = arena_printf(&list->keep, "%s%s%s", path, slash, name);
			visit(list, arena_cstr(&list->keep, found), depth);
		}
		free(entries[i]);
	}
	free(entries);
}

static struct input_walk *walk_of(struct input_list *list)
{
	if (list->walk == NULL) {
		list->walk = memory_resize(NULL, sizeof(*list->walk));
		memset(list->walk, 0, sizeof(*list->walk));
	}
	return list->walk;
}

bool input_list_add(struct input_list *list, struct str argument, struct error *err)
{
	struct stat info;
	const char *path = arena_cstr(&list->keep, argument);
	bool is_stdin = str_equals(argument, STR("-"));
	if (!is_stdin && (argument.len == 0 || stat(path, &info) != 0)) {
		int problem = argument.len == 0 ? ENOENT : errno;
		return error_set(err, "%s: %s; check the path", path, error_system(problem));
	}
	bool is_file = !is_stdin && (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode));
	if (is_file && access(path, R_OK) != 0) {
		return error_set(err, "%s: %s; it must be readable", path, error_system(errno));
	}
	list->opened++;
	vec_push(&walk_of(list)->arguments, path);
	return true;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_paths(const void *a, const void *b)
{
	return str_compare(((const struct input_path *)a)->path,
	                   ((const struct input_path *)b)->path);
}

static int compare_damage(const void *a, const void *b)
{
	const struct input_damage *left = a, *right = b;
	int order = str_compare(left->path, right->path);
	return order != 0 ? order : str_compare(left->what, right->what);
}

/* qsort, for lists that may be empty. */
static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count > 1) {
		qsort(items, count, size, compare);
	}
}

static void visit_arguments(struct input_list *list)
{
	struct paths *arguments = &list->walk->arguments;
	bool has_stdin = false;
	sort(arguments->items, arguments->count, sizeof(arguments->items[0]), compare_texts);
	for (size_t i = 0; i < arguments->count; i++) {
		bool is_stdin = strcmp(arguments->items[i], "-") == 0;
		if (is_stdin && !has_stdin) {
			vec_push(list, (struct input_path){STR("-"), 0});
		} else if (!is_stdin &&
		           (i == 0 || strcmp(arguments->items[i - 1], arguments->items[i]) != 0)) {
			visit(list, arguments->items[i], 0);
		}
		has_stdin |= is_stdin;
	}
	arguments->count = 0;
}

static void follow_links(struct input_list *list)
{
	while (list->walk->links.count > 0) {
		struct paths links = list->walk->links;
		list->walk->links = (struct paths){0};
		sort(links.items, links.count, sizeof(links.items[0]), compare_texts);
		for (size_t i = 0; i < links.count; i++) {
			struct stat info;
			if (stat(links.items[i], &info) != 0) {
				skip(list, INPUT_SKIPPED, links.items[i],
				     arena_str(&list->keep, str_from(link_problem(errno))));
			} else {
				add_found(list, links.items[i], &info, 0);
			}
		}
		vec_finish(&links);
	}
}

void input_list_sort(struct input_list *list)
{
	if (list->walk != NULL) {
		visit_arguments(list);
		follow_links(list);
	}
	sort(list->items, list->count, sizeof(list->items[0]), compare_paths);
	sort(list->damage.items, list->damage.count, sizeof(list->damage.items[0]), compare_damage);
}

void input_list_finish(struct input_list *list)
{
	if (list->walk != NULL) {
		vec_finish(&list->walk->arguments);
		vec_finish(&list->walk->links);
		map_finish(&list->walk->seen);
		memory_free(list->walk);
	}
	vec_finish(list);
	vec_finish(&list->damage);
	arena_finish(&list->keep);
	*list = (struct input_list){0};
}
