/* SPDX-License-Identifier: Apache-2.0 */
/* A long report on a terminal goes through the pager. */
#include "command.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What less is told if the user has not said: leave if all fits, keep colours, leave the screen as
 * it is. */
#define LESS_OPTIONS "FRX"

static void copy_through(void)
{
	char buffer[4096];
	ssize_t count;
	while ((count = read(STDIN_FILENO, buffer, sizeof(buffer))) > 0) {
		if (write(STDOUT_FILENO, buffer, (size_t)count) != count) {
			return;
		}
	}
}

/* The child: becomes the pager once there is something to show. */
static _Noreturn void wait_and_run(const char *pager)
{
	struct pollfd waiting = {.fd = STDIN_FILENO, .events = POLLIN};
	if (poll(&waiting, 1, -1) != 1 || (waiting.revents & POLLIN) == 0) {
		_exit(0);
	}
	setenv("LESS", LESS_OPTIONS, 0);
	execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
	copy_through();
	_exit(0);
}

int pager_begin(void)
{
	const char *pager = getenv("PAGER"), *term = getenv("TERM");
	int ends[2];
	if (pager == NULL) {
		pager = "command -v less >/dev/null && exec less || exec cat";
	}
	if (pager[0] == '\0' || strcmp(pager, "cat") == 0 ||
	    (term != NULL && strcmp(term, "dumb") == 0) || pipe(ends) != 0) {
		return -1;
	}
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		wait_and_run(pager);
	}
	close(ends[0]);
	if (child < 0) {
		close(ends[1]);
		return -1;
	}
	return ends[1];
}

void pager_show(int pager, struct str text)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	while (text.len > 0) {
		ssize_t count = write(pager, text.ptr, text.len);
		if (count <= 0) {
			break;
		}
		text = str_skip(text, (size_t)count);
	}
	signal(SIGPIPE, before);
}

void pager_end(int pager)
{
	if (pager < 0) {
		return;
	}
	close(pager);
	while (wait(NULL) > 0) {
	}
}
