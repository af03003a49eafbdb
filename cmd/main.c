/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {&command_explain, &command_events, &command_rules, &command_alerts};

/* Options as written, and what they do. */
static const struct {
	const char *option, *meaning;
} option_helps[] = {
	{"  -f, --format FORMAT", TEXT_MARK("explain: text, md, html, json; events: ndjson, csv; rules: table, json, csv, md;")},
	{"", TEXT_MARK("alerts: yaml, md")},
	{"  -o, --output FILE", TEXT_MARK("write there instead of standard output")},
	{"  -j, --jobs N", TEXT_MARK("worker threads (one for each core if not given)")},
	{"      --since T", TEXT_MARK("leave out what is before T: 2024-05-01T10:00:00Z, or -2h before the last line")},
	{"      --until T", TEXT_MARK("leave out what is behind T")},
	{"      --tz ZONE", TEXT_MARK("show times in this zone: +08:00, Asia/Shanghai (UTC if not given)")},
	{"      --assume-tz ZONE", TEXT_MARK("zone of stamps that have none")},
	{"      --rules PATH", TEXT_MARK("add rules from a file or folder")},
	{"      --careful", TEXT_MARK("look for wrappers around every line: slower, the same result")},
	{"      --why-not CAUSE", TEXT_MARK("explain: list every sign of that cause")},
	{"      --limit NAME=NUMBER", TEXT_MARK("what one path may unfold to: bytes, ratio, depth, members, memory")},
	{"      --fail-on CLASS", TEXT_MARK("exit 1 when found: stop, degraded")},
	{"      --lang en|zh", TEXT_MARK("language of prose")},
	{"      --color WHEN", TEXT_MARK("auto, always, never")},
	{"      --redact", TEXT_MARK("replace what is sensitive: addresses, names, keys, ids, secrets")},
	{"      --redact-map FILE", TEXT_MARK("the same, so that several outputs agree; FILE keeps the key")},
	{"      --progress WHEN", TEXT_MARK("auto, always, never")},
	{"  -q, --quiet", TEXT_MARK("only the essential")},
	{"  -v, --verbose", TEXT_MARK("more")},
	{"      --version, --help", NULL},
};

static void print_help(FILE *to)
{
	fputs(text_said("whydown explains why a Milvus service stopped, from the logs that were collected.\n"), to);
	fputs(text_said("\nusage: whydown [COMMAND] [OPTIONS] PATH...\n"), to);
	fputs(text_said("\nPATH is a log file, a folder, an archive, or - for standard input, as it was collected.\n"), to);
	fprintf(to, "\n  whydown milvus.log etcd.log.gz           %s\n", text_said("why did it stop?"));
	fprintf(to, "  whydown -f html -o report.html logs/     %s\n", text_said("the same for a browser"));
	fprintf(to, "  whydown -f md --redact logs/ > issue.md  %s\n", text_said("the same for a bug report"));
	fprintf(to, "  whydown -f json logs/ > report.json      %s\n", text_said("the same for machines"));
	fputs(text_said("\ncommands:\n"), to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fprintf(to, "  %-8s %-28s %s\n", commands[i]->name, commands[i]->usage, text_said(commands[i]->summary));
	}
	fputs(text_said("\noptions:\n"), to);
	for (size_t i = 0; i < sizeof(option_helps) / sizeof(option_helps[0]); i++) {
		const char *meaning = option_helps[i].meaning;
		fprintf(to, meaning != NULL ? "%-25s %s\n" : "%s%s\n", option_helps[i].option, meaning != NULL ? text_said(meaning) : "");
	}
	fputs(text_said("\nexit status: 0 done, 1 found what --fail-on names, 2 wrong usage, 3 some input was damaged\n"
	                "or missing, 4 nothing could be done.\n"),
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
	text_speak(options_language(argc, argv));
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
