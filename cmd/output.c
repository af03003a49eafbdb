/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output, or a file that is there whole or not at all. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_FLUSH_BYTES = 256 << 10 };

static bool write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t count = write(fd, text.ptr, text.len);
		if (count < 0 && errno == EINTR) {
			continue;
		}
		if (count <= 0) {
			return false;
		}
		text = str_skip(text, (size_t)count);
	}
	return true;
}

/* A device, a pipe: written to, never replaced by a file. */
static bool is_special(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

int output_begin(struct output *output, const struct options *options)
{
	*output = (struct output){.fd = STDOUT_FILENO};
	if (options->output == NULL || strcmp(options->output, "-") == 0) {
		return STATUS_OK;
	}
	output->path = options->output;
	if (snprintf(output->beside, sizeof(output->beside), "%s.XXXXXX", output->path) >= (int)sizeof(output->beside)) {
		return complain(STATUS_FAILED, "%s: the name is too long", output->path);
	}
	if (is_special(output->path)) {
		output->beside[0] = '\0';
		output->fd = open(output->path, O_WRONLY | O_CLOEXEC);
	} else {
		output->fd = mkstemp(output->beside);
	}
	if (output->fd < 0) {
		return complain(STATUS_FAILED, "%s: cannot be written: %s; check the folder", output->path, error_system(errno));
	}
	return STATUS_OK;
}

static void flush(struct output *output)
{
	if (!output->has_failed && !write_all(output->fd, buf_str(&output->text))) {
		output->has_failed = true;
		output->problem = errno;
	}
	buf_clear(&output->text);
}

struct buf *output_text(struct output *output)
{
	if (output->text.len >= OUTPUT_FLUSH_BYTES && !output->is_held) {
		flush(output);
	}
	return &output->text;
}

/* The file takes its name only when it is whole. */
static void keep_file(struct output *output)
{
	bool is_beside = output->beside[0] != '\0', is_kept = !output->has_failed;
	mode_t mask = umask(0);
	umask(mask);
	is_kept = is_kept && (!is_beside || fchmod(output->fd, 0666 & ~mask) == 0);
	is_kept &= close(output->fd) == 0;
	is_kept = is_kept && (!is_beside || rename(output->beside, output->path) == 0);
	if (!is_kept) {
		output->problem = output->has_failed ? output->problem : errno;
		output->has_failed = true;
		unlink(output->beside);
	}
}

int output_end(struct output *output)
{
	flush(output);
	buf_finish(&output->text);
	if (output->path != NULL) {
		keep_file(output);
	}
	if (!output->has_failed) {
		return STATUS_OK;
	}
	if (output->path == NULL && output->problem == EPIPE) {
		return STATUS_FAILED; /* the reader went away; it knows */
	}
	return complain(STATUS_FAILED, "%s: cannot be written: %s", output->path != NULL ? output->path : "standard output",
	                error_system(output->problem));
}

void output_drop(struct output *output)
{
	buf_finish(&output->text);
	if (output->path != NULL && output->fd >= 0) {
		close(output->fd);
		unlink(output->beside);
	}
}

int output_write(const struct options *options, struct str text)
{
	struct output output;
	int status = output_begin(&output, options);
	if (status != STATUS_OK) {
		return status;
	}
	buf_add(&output.text, text);
	return output_end(&output);
}
