/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All kinds of compression and archives on any bytes, from a file and from standard input (which
 * cannot seek), with small limits. What must hold:
 *
 * 1. It ends, and gives no more bytes, members or damage entries than the limits allow.
 * 2. Each stream has a path without control bytes, and a word for what was taken off.
 * 3. Standard input gives what the file gives, unless something is wrong with it, or members of a
 *    zip are not in its directory, which is at its end: on standard input they are read, too.
 */

#include "base/text.h"
#include "input/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 << 10, NOTES_MAX = 20000 };

static const struct input_limits limits = {
	.max_bytes = 16 << 20,
	.max_ratio = 2000,
	.max_depth = 3,
	.max_members = 200,
	.max_memory = 8 << 20,
};

struct total {
	uint64_t bytes, hash;
	size_t streams, notes;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_text(struct str text)
{
	must(text.len > 0);
	for (size_t i = 0; i < text.len; i++) {
		must((unsigned char)text.ptr[i] >= ' ');
	}
}

static void read_stream(struct input *input, struct total *total)
{
	static char buffer[BUFFER_BYTES];
	size_t count;
	/* sizes of all kinds: a reader must not depend on them */
	size_t wanted = 1 + total->streams * 977 % BUFFER_BYTES;
	while ((count = input_read(input, buffer, wanted)) > 0) {
		must(count <= wanted);
		total->bytes += count;
		for (size_t i = 0; i < count; i++) {
			total->hash = (total->hash ^ (unsigned char)buffer[i]) * 1099511628211u;
		}
	}
	must(input_read(input, buffer, 1) == 0);
}

static struct total read_all(const char *path)
{
	struct total total = {.hash = 1};
	struct error err = {0};
	struct input_path file = {str_from(path), 0};
	struct input *input = input_open(&file, &limits, &err);
	must(input != NULL);
	struct input_stream stream;
	while (input_next(input, &stream, &err) == NEXT_ITEM) {
		check_text(stream.path);
		total.streams++;
		if (total.streams % 5 != 4) {
			read_stream(input, &total);
		} /* some are passed over */
	}
	const struct input_damage_list *damage = input_damage(input);
	total.notes = damage->count;
	for (size_t i = 0; i < damage->count; i++) {
		must(damage->items[i].kind < INPUT_DAMAGE_COUNT);
		check_text(damage->items[i].path);
		check_text(damage->items[i].what);
	}
	input_close(input);
	return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", 0);
	char path[64];
	int pipe_ends[2];
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct total from_file = read_all(path);
	must(from_file.notes <= NOTES_MAX &&
	     from_file.bytes <= limits.max_bytes + size + BUFFER_BYTES);
	close(fd);
	enum { PIPE_BYTES = 64 << 10 };
	if (size < PIPE_BYTES && pipe(pipe_ends) == 0) {
		must(write(pipe_ends[1], data, size) == (ssize_t)size);
		close(pipe_ends[1]);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", pipe_ends[0]);
		struct total from_pipe = read_all(path);
		close(pipe_ends[0]);
		bool is_same =
			from_file.bytes == from_pipe.bytes && from_file.hash == from_pipe.hash;
		must(from_file.notes + from_pipe.notes > 0 ||
		     from_pipe.streams > from_file.streams || is_same);
	}
	return 0;
}
