/* SPDX-License-Identifier: Apache-2.0 */

/* Runs a fuzz target on each file of the folders given: the corpus as a test, without libFuzzer. */

#include "base/arena.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_SIZE_MAX = 16 << 20 };

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		perror(path);
		return false;
	}
	uint8_t *data = memory_resize(NULL, INPUT_SIZE_MAX);
	size_t size = fread(data, 1, INPUT_SIZE_MAX, file);
	fclose(file);
	/* of its own size, so that reading behind the end is seen */
	data = memory_resize(data, size > 0 ? size : 1);
	LLVMFuzzerTestOneInput(data, size);
	memory_free(data);
	return true;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns: files run; -1 on failure. */
static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);
	if (count < 0) {
		perror(folder);
		return -1;
	}
	bool is_good = true;
	for (int i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		fprintf(stderr, "%s\n", path);
		is_good = is_good && replay_file(path);
		free(entries[i]);
	}
	free(entries);
	return is_good ? count : -1;
}

int main(int argc, char **argv)
{
	int total = 0;
	for (int i = 1; i < argc; i++) {
		int count = replay_folder(argv[i]);
		if (count < 0) {
			return 1;
		}
		total += count;
	}
	printf("%d inputs\n", total);
	return total > 0 ? 0 : 1;
}
