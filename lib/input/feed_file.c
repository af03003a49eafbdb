/* SPDX-License-Identifier: Apache-2.0 */
#include "input/feed.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
	struct feed feed;
	int fd;
	int problem; /* errno of a failed read */
	off_t begin; /* where it stood when it was given to us */
};

/* A descriptor from outside may be non-blocking: wait for it. */
static void wait_for_bytes(int fd)
{
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	poll(&wanted, 1, -1);
}

static size_t file_read(struct feed *feed, char *buffer, size_t size)
{
	struct file *file = (struct file *)feed;
	for (;;) {
		ssize_t count = read(file->fd, buffer, size);
		if (count >= 0) {
			feed->account->stored += (uint64_t)count;
			if (feed->account->counter != NULL) {
				__atomic_fetch_add(feed->account->counter, (uint64_t)count,
				                   __ATOMIC_RELAXED);
			}
			return (size_t)count;
		}
		if (errno == EAGAIN) {
			wait_for_bytes(file->fd);
		} else if (errno != EINTR) {
			file->problem = errno;
			account_note(feed->account, INPUT_UNREADABLE, feed->path,
			             "reading failed after %llu bytes: %s",
			             (unsigned long long)feed->position, strerror(errno));
			return 0;
		}
	}
}

static bool file_seek(struct feed *feed, uint64_t offset)
{
	struct file *file = (struct file *)feed;
	return lseek(file->fd, file->begin + (off_t)offset, SEEK_SET) >= 0;
}

static void file_close(struct feed *feed)
{
	struct file *file = (struct file *)feed;
	if (file->fd != STDIN_FILENO) {
		close(file->fd);
	}
	memory_free(file);
}

struct feed *feed_file_open(int fd, struct account *account, struct str path)
{
	static const struct feed_type stream = {.read = file_read, .close = file_close};
	static const struct feed_type regular = {
		.read = file_read, .seek = file_seek, .close = file_close};
	struct stat info;
	off_t begin = lseek(fd, 0, SEEK_CUR);
	bool is_regular = begin >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
	struct file *file = memory_resize(NULL, sizeof(*file));
	*file = (struct file){.fd = fd, .begin = is_regular ? begin : 0};
	feed_init(&file->feed, is_regular ? &regular : &stream, account, path);
	if (is_regular && info.st_size > begin) {
		file->feed.size_bytes = (uint64_t)(info.st_size - begin);
	}
	return &file->feed;
}

int feed_file_problem(const struct feed *feed)
{
	return ((const struct file *)feed)->problem;
}
