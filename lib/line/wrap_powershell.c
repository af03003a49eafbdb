/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PowerShell 5 takes what a program writes to stderr for errors: "docker : text", then lines that
 * say where in the script: "At line:1 char:1", "+ docker logs ...", "    + CategoryInfo ...", " +
 * FullyQualifiedErrorId ...".
 */
#include "line/shape.h"
#include "line/wrapper.h"

enum { BLOCK_LINES_MAX = 16 };

struct powershell {
	unsigned left; /* so many lines at most still say where */
};

/* "docker : ". Returns: its length; 0: none. */
static size_t command_length(struct str line)
{
	static const struct str commands[] = {
		STR_INIT("docker"), STR_INIT("docker-compose"), STR_INIT("kubectl"),
		STR_INIT("etcd"),   STR_INIT("podman"),         STR_INIT("nerdctl"),
		STR_INIT("milvus"), STR_INIT("crictl"),         STR_INIT("minikube"),
	};
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct str rest = str_skip(line, commands[i].len);
		size_t ending = str_starts(rest, STR(".exe")) ? 4 : 0;
		if (str_starts(line, commands[i]) &&
		    str_starts(str_skip(rest, ending), STR(" : "))) {
			return commands[i].len + ending + 3;
		}
	}
	return 0;
}

static bool is_place(struct str line)
{
	if (!str_starts(line, STR("At "))) {
		return false;
	}
	ptrdiff_t at = str_find(str_slice(line, 0, 300), STR(" char:"));
	return at > 0 && at + 6 < (ptrdiff_t)line.len && shape_is_digit(line.ptr[at + 6]);
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	const struct powershell *powershell = state;
	if (is_place(line)) {
		return 70;
	}
	if (powershell->left > 0 && !shape_starts_record(line)) {
		return 70;
	}
	return command_length(line) > 0 ? 70 : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context;
	struct powershell *powershell = state;
	size_t command = command_length(wrap->text);
	if (command > 0) {
		powershell->left = 0;
		wrap->text = str_skip(wrap->text, command);
		return WRAP_PEELED;
	}
	if (is_place(wrap->text)) {
		powershell->left = BLOCK_LINES_MAX;
		return WRAP_DROPPED;
	}
	bool is_end = str_trim(wrap->text).len == 0 || powershell->left == 0;
	powershell->left = is_end ? 0 : powershell->left - 1;
	return WRAP_DROPPED;
}

const struct wrapper wrapper_powershell = {.name = "powershell",
                                           .state_size = sizeof(struct powershell),
                                           .bid = bid,
                                           .bid_max = 70,
                                           .peel = peel};
