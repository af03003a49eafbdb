/* SPDX-License-Identifier: Apache-2.0 */
#include "input/input.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/vec.h"
#include "input/inflate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEEK_SIZE = 512, RATIO_CHECK_BYTES = 100 << 20 };

/* A file and the bytes that were looked at before they were read. */
struct file {
	int fd;
	bool has_failed;
	int problem; /* errno of a failed read */
	char peeked[PEEK_SIZE];
	size_t peeked_len, peeked_used;
};

struct input {
	struct input_path path;
	struct input_limits limits;
	struct file file;
	struct inflate *inflate; /* NULL: plain */
	struct input_damage_list damage;
	struct arena keep;
	uint64_t bytes_out;
	bool is_given; /* the one stream was handed out */
	bool is_ended; /* its end was noted */
	const char *unreadable; /* recognised, but not to be read as text */
};

struct input_limits input_limits_default(void)
{
	return (struct input_limits){.max_bytes = UINT64_C(64) << 30,
	                             .max_ratio = 1000,
	                             .max_depth = 6,
	                             .max_members = 100000,
	                             .max_memory = UINT64_C(256) << 20};
}

static size_t file_read(void *context, char *buffer, size_t size)
{
	struct file *file = context;
	if (file->peeked_used < file->peeked_len) {
		size_t count = file->peeked_len - file->peeked_used;
		count = count < size ? count : size;
		memcpy(buffer, file->peeked + file->peeked_used, count);
		file->peeked_used += count;
		return count;
	}
	for (;;) {
		ssize_t count = read(file->fd, buffer, size);
		if (count >= 0) {
			return (size_t)count;
		}
		if (errno != EINTR) {
			file->has_failed = true;
			file->problem = errno;
			return 0;
		}
	}
}

static void file_peek(struct file *file)
{
	while (file->peeked_len < PEEK_SIZE) {
		ssize_t count = read(file->fd, file->peeked + file->peeked_len, PEEK_SIZE - file->peeked_len);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count < 0) {
			file->has_failed = true;
			file->problem = errno;
		}
		if (count <= 0) {
			break;
		}
		file->peeked_len += (size_t)count;
	}
}

/* What is recognised but holds no text: by its first bytes. */
static const char *unreadable_kind(struct str head)
{
	static const struct {
		struct str magic;
		const char *what;
	} kinds[] = {
	        {STR_INIT("\x89PNG\r\n"), "skipped: an image; it cannot be read as a log"},
	        {STR_INIT("\xff\xd8\xff"), "skipped: an image; it cannot be read as a log"},
	        {STR_INIT("GIF8"), "skipped: an image; it cannot be read as a log"},
	        {STR_INIT("%PDF-"), "skipped: a PDF; it cannot be read as a log"},
	        {STR_INIT("Rar!\x1a\x07"), "skipped: a RAR archive; unpack it first"},
	        {STR_INIT("\x7f" "ELF"), "skipped: a program"},
	        {STR_INIT("SQLite format 3"), "skipped: a database"},
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_starts(head, kinds[i].magic)) {
			return kinds[i].what;
		}
	}
	return NULL;
}

struct input *input_open(const struct input_path *path, const struct input_limits *limits, struct error *err)
{
	struct arena tmp;
	arena_init(&tmp);
	bool is_stdin = str_equals(path->path, STR("-"));
	int fd = is_stdin ? STDIN_FILENO : open(arena_cstr(&tmp, path->path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	arena_finish(&tmp);
	if (fd < 0) {
		error_set(err, "%s; check that it can be read", strerror(errno));
		return NULL;
	}
	struct input *input = memory_resize(NULL, sizeof(*input));
	*input = (struct input){.path = *path, .limits = *limits, .file = {.fd = fd}};
	file_peek(&input->file);
	struct str head = {input->file.peeked, input->file.peeked_len};
	input->unreadable = unreadable_kind(head);
	if (str_starts(head, STR("\x1f\x8b\x08"))) {
		input->inflate = inflate_create(file_read, &input->file);
	}
	return input;
}

void input_close(struct input *input)
{
	if (input == NULL) {
		return;
	}
	inflate_destroy(input->inflate);
	if (input->file.fd != STDIN_FILENO) {
		close(input->file.fd);
	}
	vec_finish(&input->damage);
	arena_finish(&input->keep);
	memory_free(input);
}

static void note(struct input *input, enum input_damage_kind kind, struct str what)
{
	struct input_damage damage = {kind, text_safe(&input->keep, input->path.path), what};
	vec_push(&input->damage, damage);
}

/* Say how the stream ended, once. */
static void note_end(struct input *input)
{
	if (input->is_ended) {
		return;
	}
	input->is_ended = true;
	if (input->file.has_failed) {
		note(input, INPUT_UNREADABLE, arena_printf(&input->keep, "reading failed: %s", strerror(input->file.problem)));
	}
	if (input->inflate == NULL) {
		return;
	}
	unsigned long long bytes = inflate_bytes_out(input->inflate);
	switch (inflate_end(input->inflate)) {
	case INFLATE_CUT:
		note(input, INPUT_CUT, arena_printf(&input->keep, "gzip data are cut; %llu bytes could be read", bytes));
		break;
	case INFLATE_CORRUPT:
		note(input, INPUT_CORRUPT, arena_printf(&input->keep, "gzip data are damaged; %llu bytes could be read", bytes));
		break;
	case INFLATE_CHECKSUM:
		note(input, INPUT_CHECKSUM, arena_printf(&input->keep, "gzip checksum is wrong; all %llu bytes were read", bytes));
		break;
	case INFLATE_TRAILING:
		note(input, INPUT_TRAILING, arena_printf(&input->keep, "something that is not gzip follows the gzip data"));
		break;
	case INFLATE_RUNNING:
	case INFLATE_DONE:
	default:
		break;
	}
}

enum next input_next(struct input *input, struct input_stream *stream, struct error *err)
{
	(void)err;
	if (input->unreadable != NULL && !input->is_given) {
		note(input, INPUT_SKIPPED, str_from(input->unreadable));
		input->is_given = true;
		input->is_ended = true;
	}
	if (input->is_given) {
		return NEXT_END;
	}
	struct stat info;
	bool has_info = input->file.fd != STDIN_FILENO && fstat(input->file.fd, &info) == 0;
	input->is_given = true;
	*stream = (struct input_stream){.path = text_safe(&input->keep, input->path.path),
	                                .modified_ns = has_info ? (int64_t)info.st_mtim.tv_sec * NS_PER_SEC : TIME_NONE,
	                                .stored_bytes = has_info ? (uint64_t)info.st_size : 0,
	                                .container = input->inflate != NULL ? STR("gz") : STR("")};
	return NEXT_ITEM;
}

static bool is_over_limit(struct input *input)
{
	if (input->inflate == NULL) {
		return false;
	}
	uint64_t in = inflate_bytes_in(input->inflate), out = input->bytes_out;
	if (out > input->limits.max_bytes) {
		note(input, INPUT_LIMIT, arena_printf(&input->keep, "not read beyond %llu decompressed bytes", (unsigned long long)out));
		return true;
	}
	if (out > RATIO_CHECK_BYTES && out / input->limits.max_ratio > in) {
		note(input, INPUT_LIMIT, arena_printf(&input->keep, "not read further: it unfolds to more than %llu times its size",
		                                      (unsigned long long)input->limits.max_ratio));
		return true;
	}
	return false;
}

size_t input_read(struct input *input, char *buffer, size_t size)
{
	if (input->is_ended) {
		return 0;
	}
	if (is_over_limit(input)) {
		input->is_ended = true;
		return 0;
	}
	size_t count = input->inflate != NULL ? inflate_read(input->inflate, buffer, size) : file_read(&input->file, buffer, size);
	input->bytes_out += count;
	if (count == 0) {
		note_end(input);
	}
	return count;
}

const struct input_damage_list *input_damage(const struct input *input)
{
	return &input->damage;
}
