/* SPDX-License-Identifier: Apache-2.0 */
/* What the user typed, expanded to files. */
#include "input/input.h"

#include "base/text.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_DEPTH_MAX = 64 };

/* Files and folders seen, by device and inode. */
struct map_inodes {
	struct {
		dev_t device;
		ino_t inode;
	} *items;
	size_t count, capacity;
};

static bool see(struct input_list *list, const struct stat *info)
{
	if (list->seen == NULL) {
		list->seen = memory_resize(NULL, sizeof(*list->seen));
		*list->seen = (struct map_inodes){0};
	}
	struct map_inodes *seen = list->seen;
	for (size_t i = 0; i < seen->count; i++) {
		if (seen->items[i].device == info->st_dev && seen->items[i].inode == info->st_ino) {
			return true;
		}
	}
	vec_reserve(seen);
	seen->items[seen->count].device = info->st_dev;
	seen->items[seen->count].inode = info->st_ino;
	seen->count++;
	return false;
}

static void skip(struct input_list *list, enum input_damage_kind kind, struct str path, const char *what)
{
	struct input_damage damage = {kind, text_safe(&list->keep, path), arena_str(&list->keep, str_from(what))};
	vec_push(&list->damage, damage);
}

static const char *odd_type(mode_t mode)
{
	if (S_ISFIFO(mode)) {
		return "skipped: a FIFO";
	}
	if (S_ISSOCK(mode)) {
		return "skipped: a socket";
	}
	return S_ISCHR(mode) || S_ISBLK(mode) ? "skipped: a device" : "skipped: not a file";
}

static void add_folder(struct input_list *list, const char *path, unsigned depth);

static void add_found(struct input_list *list, const char *path, unsigned depth)
{
	struct stat info;
	if (stat(path, &info) != 0) {
		const char *why = errno == ELOOP ? "skipped: a link that leads to itself" : "skipped: a link to nothing";
		skip(list, INPUT_SKIPPED, str_from(path), errno == ENOENT || errno == ELOOP ? why : strerror(errno));
	} else if (S_ISDIR(info.st_mode)) {
		if (depth >= FOLDER_DEPTH_MAX) {
			skip(list, INPUT_LIMIT, str_from(path), "not read: too many folders deep");
		} else if (see(list, &info)) {
			skip(list, INPUT_SKIPPED, str_from(path), "skipped: a folder that was read already");
		} else {
			add_folder(list, path, depth + 1);
		}
	} else if (!S_ISREG(info.st_mode)) {
		skip(list, INPUT_SKIPPED, str_from(path), odd_type(info.st_mode));
	} else if (access(path, R_OK) != 0) {
		skip(list, INPUT_UNREADABLE, str_from(path), strerror(errno));
	} else if (see(list, &info)) {
		skip(list, INPUT_SKIPPED, str_from(path), "skipped: the same file as one read already");
	} else {
		vec_push(list, (struct input_path){arena_str(&list->keep, str_from(path)), (uint64_t)info.st_size});
	}
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_folder(struct input_list *list, const char *path, unsigned depth)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, compare_names);
	if (count < 0) {
		skip(list, INPUT_UNREADABLE, str_from(path), strerror(errno));
		return;
	}
	size_t len = strlen(path);
	const char *slash = len > 0 && path[len - 1] == '/' ? "" : "/";
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			add_found(list, arena_printf(&list->keep, "%s%s%s", path, slash, name).ptr, depth);
		}
		free(entries[i]);
	}
	free(entries);
}

bool input_list_add(struct input_list *list, struct str argument, struct error *err)
{
	struct stat info;
	const char *path = arena_cstr(&list->keep, argument);
	if (str_equals(argument, STR("-"))) {
		vec_push(list, (struct input_path){STR("-"), 0});
		list->opened++;
		return true;
	}
	if (argument.len == 0 || stat(path, &info) != 0) {
		int problem = argument.len == 0 ? ENOENT : errno;
		return error_set(err, "%s: %s; check the path", path, strerror(problem));
	}
	if ((S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) && access(path, R_OK) != 0) {
		return error_set(err, "%s: %s; it must be readable", path, strerror(errno));
	}
	list->opened++;
	add_found(list, path, 0);
	return true;
}

static int compare_paths(const void *a, const void *b)
{
	return str_compare(((const struct input_path *)a)->path, ((const struct input_path *)b)->path);
}

static int compare_damage(const void *a, const void *b)
{
	const struct input_damage *left = a, *right = b;
	int order = str_compare(left->path, right->path);
	return order != 0 ? order : str_compare(left->what, right->what);
}

void input_list_sort(struct input_list *list)
{
	if (list->count > 0) {
		qsort(list->items, list->count, sizeof(struct input_path), compare_paths);
	}
	if (list->damage.count > 0) {
		qsort(list->damage.items, list->damage.count, sizeof(struct input_damage), compare_damage);
	}
}

void input_list_finish(struct input_list *list)
{
	if (list->seen != NULL) {
		memory_free(list->seen->items);
		memory_free(list->seen);
	}
	vec_finish(list);
	vec_finish(&list->damage);
	arena_finish(&list->keep);
	*list = (struct input_list){0};
}
