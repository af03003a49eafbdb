/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {&command_explain, &command_events, &command_rules, &command_alerts};

static void print_help(FILE *to)
{
	fputs("whydown explains why a Milvus service stopped, from the logs that were collected.\n"
	      "\n"
	      "usage: whydown [COMMAND] [OPTIONS] PATH...\n"
	      "\n"
	      "PATH is a log file, a folder, an archive, or - for standard input, as it was collected.\n"
	      "\n"
	      "  whydown milvus.log etcd.log.gz       why did it stop?\n"
	      "  whydown -f json logs/ > report.json  the same for machines\n"
	      "\n"
	      "commands:\n",
	      to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fprintf(to, "  %-8s %-28s %s\n", commands[i]->name, commands[i]->usage, commands[i]->summary);
	}
	fputs("\n"
	      "options:\n"
	      "  -f, --format FORMAT     explain: text, md, html, json; events: ndjson, csv; rules: table, json, csv, md;\n"
	      "                          alerts: yaml, md\n"
	      "  -o, --output FILE       write there instead of standard output\n"
	      "  -j, --jobs N            worker threads (one for each core if not given)\n"
	      "      --since T           leave out what is before T: 2024-05-01T10:00:00Z, or -2h before the last line\n"
	      "      --until T           leave out what is behind T\n"
	      "      --tz ZONE           show times in this zone: +08:00, Asia/Shanghai (UTC if not given)\n"
	      "      --assume-tz ZONE    zone of stamps that have none\n"
	      "      --rules PATH        add rules from a file or folder\n"
	      "      --careful           look for wrappers around every line: slower, the same result\n"
	      "      --why-not CAUSE     explain: list every sign of that cause\n"
	      "      --limit NAME=NUMBER what one path may unfold to: bytes, ratio, depth, members, memory\n"
	      "      --fail-on CLASS     exit 1 when found: stop, degraded\n"
	      "      --lang en|zh        language of prose\n"
	      "      --color WHEN        auto, always, never\n"
	      "      --redact            replace what is sensitive: addresses, names, keys, ids, secrets\n"
	      "      --redact-map FILE   the same, so that several outputs agree; FILE keeps the key\n"
	      "      --progress WHEN     auto, always, never\n"
	      "  -q, --quiet             only the essential\n"
	      "  -v, --verbose           more\n"
	      "      --version, --help\n"
	      "\n"
	      "exit status: 0 done, 1 found what --fail-on names, 2 wrong usage, 3 some input was damaged\n"
	      "or missing, 4 nothing could be done.\n",
	      to);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i]->name, name) == 0) {
			return commands[i];
		}
	}
	return NULL;
}

static bool is_asked(int argc, char **argv, const char *option)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], option) == 0) {
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	if (is_asked(argc, argv, "--version")) {
		puts("whydown " WHYDOWN_VERSION);
		return STATUS_OK;
	}
	if (argc < 2 || is_asked(argc, argv, "--help") || is_asked(argc, argv, "-h") || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return STATUS_OK;
	}
	const struct command *command = find_command(argv[1]);
	if (command != NULL) {
		argv++;
		argc--;
	} else {
		command = &command_explain;
	}
	struct options options;
	int status = options_read(&options, argc, argv);
	if (status == STATUS_OK) {
		status = redaction_begin(&options);
	}
	if (status == STATUS_OK) {
		status = redaction_end(&options, command->run(&options));
	}
	options_finish(&options);
	return status;
}
