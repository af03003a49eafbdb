/* SPDX-License-Identifier: Apache-2.0 */
#include "input/input.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/vec.h"
#include "input/feed.h"
#include "input/kind.h"
#include "input/list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_LEAST = 10 }; /* of anything packed */

/* A file, and what was found in it: each layer reads from the one before. */
struct layer {
	struct feed *feed;
	struct container *container; /* NULL: not an archive, or not known yet */
	struct str path;
	struct str wrapping; /* as input_stream.container */
	size_t inner_at; /* where in wrapping the compression just taken off begins; wrapping.len:
	                    none */
	int64_t modified_ns;
	uint64_t stored_bytes;
	bool is_used; /* handed out as a stream, or unpacked by the next layer */
};

struct input {
	struct account account;
	VEC(struct layer) layers;
	unsigned archives; /* layers that are archives */
};

/* A file that became a FIFO since it was listed must not block; one of the shell's <(...) may. */
static int open_file(struct str path, struct stat *info, struct error *err)
{
	struct arena tmp;
	arena_init(&tmp);
	bool is_stdin = str_equals(path, STR("-"));
	int fd = is_stdin ? STDIN_FILENO
	                  : open(arena_cstr(&tmp, path),
	                         O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	arena_finish(&tmp);
	if (fd < 0 || fstat(fd, info) != 0) {
		error_set(err, "%s; check that it can be read", error_system(errno));
	} else if (S_ISDIR(info->st_mode)) {
		error_set(err, "it is a folder now; try again");
	} else if (!is_stdin && !S_ISREG(info->st_mode) && !list_is_pipe_of_shell(path)) {
		error_set(err, "it is no longer a file; try again");
	} else {
		return fd;
	}
	if (fd >= 0 && !is_stdin) {
		close(fd);
	}
	return -1;
}

struct input *input_open(const struct input_path *path, const struct input_limits *limits,
                         struct error *err)
{
	struct stat info;
	int fd = open_file(path->path, &info, err);
	if (fd < 0) {
		return NULL;
	}
	struct input *input = memory_resize(NULL, sizeof(*input));
	memset(input, 0, sizeof(*input));
	arena_init(&input->account.keep);
	input->account.limits = *limits;
	bool is_file = S_ISREG(info.st_mode);
	input->account.file_bytes = is_file ? (uint64_t)info.st_size : 0;
	struct str safe = text_safe(&input->account.keep, path->path);
	vec_push(&input->layers,
	         (struct layer){.feed = feed_file_open(fd, &input->account, safe),
	                        .path = safe,
	                        .modified_ns = is_file ? (int64_t)info.st_mtim.tv_sec * NS_PER_SEC
	                                               : TIME_NONE,
	                        .stored_bytes = is_file ? (uint64_t)info.st_size : 0});
	return input;
}

bool input_can_reopen(const struct input_path *path)
{
	return !str_equals(path->path, STR("-")) && !list_is_pipe_of_shell(path->path);
}

static void pop(struct input *input)
{
	struct layer *layer = vec_last(&input->layers);
	if (layer->container != NULL) {
		layer->container->type->close(layer->container);
		input->archives--;
	}
	feed_close(layer->feed);
	input->layers.count--;
}

void input_close(struct input *input)
{
	if (input != NULL) {
		while (input->layers.count > 0) {
			pop(input);
		}
		vec_finish(&input->layers);
		account_finish(&input->account);
		memory_free(input);
	}
}

/* "zip" and gz: "zip,gz"; gz and tar, which belong together: "tar.gz". */
static struct str wrap(struct input *input, const struct layer *under, const char *name,
                       bool is_archive)
{
	struct arena *keep = &input->account.keep;
	if (is_archive && under->inner_at < under->wrapping.len) {
		struct str outer = str_slice(under->wrapping, 0, under->inner_at);
		struct str inner = str_skip(under->wrapping, under->inner_at);
		return arena_printf(keep, STR_FMT "%s." STR_FMT, STR_ARG(outer), name,
		                    STR_ARG(inner));
	}
	const char *comma = under->wrapping.len > 0 ? "," : "";
	return arena_printf(keep, STR_FMT "%s%s", STR_ARG(under->wrapping), comma, name);
}

static bool is_too_deep(struct input *input, bool is_archive)
{
	unsigned depth = input->account.limits.max_depth;
	const struct layer *layer = vec_last(&input->layers);
	if (input->layers.count <= 3 * (size_t)depth + 1 &&
	    (!is_archive || input->archives < depth)) {
		return false;
	}
	account_note(&input->account, INPUT_LIMIT, layer->path,
	             "not read: packed more than %u times; unpack it first", depth);
	return true;
}

static void unpack(struct input *input, const struct input_kind *kind)
{
	struct layer *layer = vec_last(&input->layers);
	struct feed *feed = is_too_deep(input, false) ? NULL : kind->unpack(layer->feed);
	if (feed == NULL) {
		pop(input);
		return;
	}
	layer->is_used = true;
	struct layer inner = *layer;
	inner.is_used = false;
	inner.feed = feed;
	inner.wrapping = wrap(input, layer, kind->name, false);
	inner.inner_at = inner.wrapping.len - strlen(kind->name);
	vec_push(&input->layers, inner);
}

static void enter(struct input *input, const struct input_kind *kind)
{
	struct layer *layer = vec_last(&input->layers);
	struct container *container = is_too_deep(input, true) ? NULL : kind->open(layer->feed);
	if (container == NULL) {
		pop(input);
		return;
	}
	layer->container = container;
	layer->wrapping = wrap(input, layer, kind->name, true);
	input->archives++;
}

static void next_member(struct input *input)
{
	struct layer *archive = vec_last(&input->layers);
	struct container_member member;
	if (archive->container->type->next(archive->container, &member) == NEXT_ITEM) {
		struct layer inner = {.feed = member.feed,
		                      .path = member.path,
		                      .wrapping = archive->wrapping,
		                      .inner_at = archive->wrapping.len,
		                      .modified_ns = member.modified_ns,
		                      .stored_bytes = member.stored_bytes};
		vec_push(&input->layers, inner);
		return;
	}
	if (!feed_can_seek(archive->feed)) {
		feed_drain(archive->feed); /* its checksum comes last */
	}
	pop(input);
}

/*
 * Neither text nor what its name promises: its first bytes are damaged, or there are no more than
 * they.
 */
static bool is_disguised(const struct layer *layer)
{
	struct str head = feed_peek(layer->feed, KIND_HEAD);
	size_t control = 0;
	if (head.len > 0 && head.len < HEAD_LEAST && str_find_byte(head, '\n') < 0) {
		return true;
	}
	for (size_t i = 0; i < head.len; i++) {
		unsigned char byte = (unsigned char)head.ptr[i];
		control += (byte > 0 && byte < '\t') || (byte > '\r' && byte < 0x1b) ||
		           (byte > 0x1b && byte < ' ');
	}
	return head.len >= 4 && control > head.len / 32;
}

/*
 * "0.log.20240312-082100.tmp": kubelet's own copy of a rotated log while it compresses it.
 *
 * Source: kubernetes pkg/kubelet/logs/container_log_manager.go
 */
static bool is_half_written(struct str path)
{
	static const char shape[] = ".00000000-000000.tmp";
	size_t len = sizeof(shape) - 1;
	struct str end = str_skip(path, path.len > len ? path.len - len : path.len);
	for (size_t i = 0; i < end.len; i++) {
		bool is_digit = end.ptr[i] >= '0' && end.ptr[i] <= '9';
		if (shape[i] == '0' ? !is_digit : end.ptr[i] != shape[i]) {
			return false;
		}
	}
	return path.len > len;
}

/* Find out what the last layer is. Returns: whether it is plain bytes. */
static bool identify(struct input *input)
{
	struct layer *layer = vec_last(&input->layers);
	if (is_half_written(layer->path)) {
		account_note(&input->account, INPUT_SKIPPED, layer->path,
		             "skipped: half-written; the log it is made of is read");
		pop(input);
		return false;
	}
	const struct input_kind *kind = kind_of(layer->feed);
	const char *promised = kind == NULL ? kind_of_name(layer->path) : NULL;
	bool is_unpacked = layer->inner_at < layer->wrapping.len;
	if (kind == NULL && promised != NULL && !is_unpacked && is_disguised(layer)) {
		bool is_short = feed_peek(layer->feed, HEAD_LEAST).len < HEAD_LEAST;
		account_note(&input->account, is_short ? INPUT_CUT : INPUT_CORRUPT, layer->path,
		             is_short ? TEXT_MARK("cut in the first bytes of its %s data")
		                      : TEXT_MARK("not %s data, as its name says, and no text: "
		                                  "its beginning is damaged"),
		             promised);
		pop(input);
		return false;
	}
	if (kind == NULL) {
		return true;
	}
	if (kind->unpack != NULL) {
		unpack(input, kind);
	} else if (kind->open != NULL) {
		enter(input, kind);
	} else {
		account_note(&input->account, INPUT_SKIPPED, layer->path, "skipped: %s",
		             kind->refusal(feed_peek(layer->feed, KIND_HEAD)));
		pop(input);
	}
	return false;
}

static enum next hand_out(struct input *input, struct input_stream *stream)
{
	struct layer *layer = vec_last(&input->layers);
	layer->is_used = true;
	*stream = (struct input_stream){.path = layer->path,
	                                .modified_ns = layer->modified_ns,
	                                .stored_bytes = layer->stored_bytes,
	                                .container = layer->wrapping};
	return NEXT_ITEM;
}

/* The file itself could not be read. */
static bool has_failed(const struct input *input, struct error *err)
{
	const struct layer *file = &input->layers.items[0];
	int problem = feed_file_problem(file->feed);
	bool is_first = problem != 0 && input->account.stored == 0;
	return is_first && !error_set(err, "%s; check that it can be read", error_system(problem));
}

enum next input_next(struct input *input, struct input_stream *stream, struct error *err)
{
	while (input->layers.count > 0) {
		struct layer *layer = vec_last(&input->layers);
		if (layer->is_used || input->account.is_spent) {
			pop(input);
		} else if (layer->container != NULL) {
			next_member(input);
		} else if (identify(input)) {
			return has_failed(input, err) ? NEXT_ERROR : hand_out(input, stream);
		}
	}
	return NEXT_END;
}

size_t input_read(struct input *input, char *buffer, size_t size)
{
	if (input->layers.count == 0 || !vec_last(&input->layers)->is_used) {
		return 0;
	}
	return feed_read(vec_last(&input->layers)->feed, buffer, size);
}

void input_count_to(struct input *input, uint64_t *counter)
{
	input->account.counter = counter;
}

bool input_is_loss(enum input_damage_kind kind)
{
	return kind != INPUT_SKIPPED && kind != INPUT_TRAILING && kind != INPUT_UNDECODABLE;
}

const struct input_damage_list *input_damage(const struct input *input)
{
	return &input->account.damage;
}
