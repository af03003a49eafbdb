/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "base/vec.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_SINCE = 256,
	OPTION_UNTIL,
	OPTION_TZ,
	OPTION_ASSUME_TZ,
	OPTION_RULES,
	OPTION_CAREFUL,
	OPTION_WHY_NOT,
	OPTION_FAIL_ON,
	OPTION_LANG,
	OPTION_LIMIT,
	OPTION_COLOR,
	OPTION_REDACT,
	OPTION_REDACT_MAP,
	OPTION_PROGRESS
};

static const struct option long_options[] = {
        {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},
        {"jobs", required_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},
        {"verbose", no_argument, NULL, 'v'},
        {"since", required_argument, NULL, OPTION_SINCE},
        {"until", required_argument, NULL, OPTION_UNTIL},
        {"tz", required_argument, NULL, OPTION_TZ},
        {"assume-tz", required_argument, NULL, OPTION_ASSUME_TZ},
        {"rules", required_argument, NULL, OPTION_RULES},
        {"careful", no_argument, NULL, OPTION_CAREFUL},
        {"why-not", required_argument, NULL, OPTION_WHY_NOT},
        {"fail-on", required_argument, NULL, OPTION_FAIL_ON},
        {"lang", required_argument, NULL, OPTION_LANG},
        {"limit", required_argument, NULL, OPTION_LIMIT},
        {"color", required_argument, NULL, OPTION_COLOR},
        {"redact", no_argument, NULL, OPTION_REDACT},
        {"redact-map", required_argument, NULL, OPTION_REDACT_MAP},
        {"progress", required_argument, NULL, OPTION_PROGRESS},
        {NULL, 0, NULL, 0},
};

static int read_point(const char *name, const char *text, int64_t *point, bool *is_relative)
{
	*point = clock_parse_point(str_from(text), is_relative);
	return *point != TIME_NONE ? STATUS_OK
	                           : complain(STATUS_USAGE, "--%s: '%s' is no time; write 2024-05-01T10:00:00Z or -2h", name, text);
}

static int read_zone(struct options *options, const char *name, const char *text, const struct clock_zone_rule **zone)
{
	*zone = clock_zone_open(&options->run, str_from(text));
	return *zone != NULL ? STATUS_OK
	                     : complain(STATUS_USAGE, "--%s: '%s' is no zone; write UTC, +08:00 or Asia/Shanghai", name, text);
}

static int read_lang(struct options *options, const char *text)
{
	options->has_lang = true;
	if (strcmp(text, "en") == 0 || strcmp(text, "zh") == 0) {
		options->lang = text[0] == 'z' ? TEXT_ZH : TEXT_EN;
		return STATUS_OK;
	}
	return complain(STATUS_USAGE, "--lang: '%s' is not known; write en or zh", text);
}

static int read_fail_on(struct options *options, const char *text)
{
	if (strcmp(text, "stop") == 0) {
		options->fails_on_stop = true;
	} else if (strcmp(text, "degraded") == 0) {
		options->fails_on_stop = true;
		options->fails_on_degraded = true;
	} else {
		return complain(STATUS_USAGE, "--fail-on: '%s' is not known; write stop or degraded", text);
	}
	return STATUS_OK;
}

static int read_color(struct options *options, const char *text)
{
	if (strcmp(text, "always") == 0) {
		options->has_color = true;
	} else if (strcmp(text, "never") == 0) {
		options->has_color = false;
	} else if (strcmp(text, "auto") != 0) {
		return complain(STATUS_USAGE, "--color: '%s' is not known; write auto, always or never", text);
	}
	return STATUS_OK;
}

static int read_progress(struct options *options, const char *text)
{
	static const char *const names[] = {"never", "auto", "always"};
	for (int i = 0; i < 3; i++) {
		if (strcmp(text, names[i]) == 0) {
			options->progress = i - 1;
			return STATUS_OK;
		}
	}
	return complain(STATUS_USAGE, "--progress: '%s' is not known; write auto, always or never", text);
}

static int read_jobs(struct options *options, const char *text)
{
	uint64_t jobs;
	if (!str_to_uint64(str_from(text), &jobs) || jobs < 1 || jobs > 256) {
		return complain(STATUS_USAGE, "-j: '%s' is no number from 1 to 256", text);
	}
	options->jobs = (unsigned)jobs;
	return STATUS_OK;
}

static int read_limit(struct options *options, const char *text)
{
	struct error err = {0};
	return input_limit_set(&options->limits, str_from(text), &err) ? STATUS_OK
	                                                               : complain(STATUS_USAGE, "--limit: %s", err.text);
}

static void add_path(struct str **paths, size_t *count, struct arena *run, const char *text)
{
	struct str *more = arena_array(run, struct str, *count + 1);
	for (size_t i = 0; i < *count; i++) {
		more[i] = (*paths)[i];
	}
	more[(*count)++] = str_from(text);
	*paths = more;
}

static int read_option(struct options *options, int option)
{
	const struct clock_zone_rule *assumed = NULL;
	int status;
	switch (option) {
	case 'f':
		options->format = str_from(optarg);
		return STATUS_OK;
	case 'o':
		options->output = optarg;
		return STATUS_OK;
	case 'j':
		return read_jobs(options, optarg);
	case 'q':
		options->verbosity = -1;
		return STATUS_OK;
	case 'v':
		options->verbosity = 1;
		return STATUS_OK;
	case OPTION_LIMIT:
		return read_limit(options, optarg);
	case OPTION_SINCE:
		return read_point("since", optarg, &options->since_ns, &options->is_since_relative);
	case OPTION_UNTIL:
		return read_point("until", optarg, &options->until_ns, &options->is_until_relative);
	case OPTION_TZ:
		return read_zone(options, "tz", optarg, &options->zone);
	case OPTION_ASSUME_TZ:
		status = read_zone(options, "assume-tz", optarg, &assumed);
		options->assume_offset_ns = status == STATUS_OK ? clock_zone_offset(assumed, 0) * NS_PER_SEC : TIME_NONE;
		return status;
	case OPTION_RULES:
		add_path(&options->rule_paths, &options->rule_path_count, &options->run, optarg);
		return STATUS_OK;
	case OPTION_CAREFUL:
		options->is_careful = true;
		return STATUS_OK;
	case OPTION_WHY_NOT:
		options->why_not = optarg;
		return STATUS_OK;
	case OPTION_FAIL_ON:
		return read_fail_on(options, optarg);
	case OPTION_LANG:
		return read_lang(options, optarg);
	case OPTION_COLOR:
		return read_color(options, optarg);
	case OPTION_REDACT_MAP:
		options->redact_map = optarg;
		options->is_redacted = true;
		return STATUS_OK;
	case OPTION_REDACT:
		options->is_redacted = true;
		return STATUS_OK;
	case OPTION_PROGRESS:
		return read_progress(options, optarg);
	default:
		return complain(STATUS_USAGE, "unknown or incomplete option; see whydown --help");
	}
}

/* LC_ALL, LC_MESSAGES, LANG: the first that is set counts. */
static enum text_lang lang_of_environment(void)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && value[0] != '\0') {
			return strncmp(value, "zh", 2) == 0 ? TEXT_ZH : TEXT_EN;
		}
	}
	return TEXT_EN;
}

enum text_lang options_language(int argc, char **argv)
{
	enum text_lang lang = lang_of_environment();
	for (int i = 1; i < argc && argv[i] != NULL && strcmp(argv[i], "--") != 0; i++) {
		const char *value = strncmp(argv[i], "--lang=", 7) == 0                     ? argv[i] + 7
		                    : strcmp(argv[i], "--lang") == 0 && argv[i + 1] != NULL ? argv[i + 1]
		                                                                            : "";
		lang = strcmp(value, "zh") == 0 ? TEXT_ZH : strcmp(value, "en") == 0 ? TEXT_EN : lang;
	}
	return lang;
}

/* getopt tells a wrong short option by its letter, and others not at all. */
static int complain_of_option(const char *word)
{
	bool is_known = false;
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	if (strncmp(word, "--", 2) != 0) {
		return complain(STATUS_USAGE, "-%c: unknown option; see whydown --help", optopt != 0 ? optopt : word[1]);
	}
	for (const struct option *option = long_options; option->name != NULL; option++) {
		is_known = is_known || (strlen(option->name) == len && strncmp(option->name, name, len) == 0);
	}
	return is_known ? complain(STATUS_USAGE, "%s: takes no value; see whydown --help", word)
	                : complain(STATUS_USAGE, "%s: unknown option; see whydown --help", word);
}

int options_read(struct options *options, int argc, char **argv)
{
	*options = (struct options){.since_ns = TIME_NONE, .until_ns = TIME_NONE, .assume_offset_ns = TIME_NONE, .pager = -1,
	                            .limits = input_limits_default()};
	arena_init(&options->run);
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	options->has_color = isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') &&
	                     terminal != NULL && strcmp(terminal, "dumb") != 0;
	options->lang = lang_of_environment();
	opterr = 0;
	int option, status = STATUS_OK;
	while (status == STATUS_OK && (option = getopt_long(argc, argv, ":f:o:j:qv", long_options, NULL)) != -1) {
		if (option == ':') {
			return complain(STATUS_USAGE, "%s: its value is missing; see whydown --help", argv[optind - 1]);
		}
		if (option == '?') {
			return complain_of_option(argv[optind - 1]);
		}
		status = read_option(options, option);
	}
	for (int i = optind; i < argc; i++) {
		add_path(&options->paths, &options->path_count, &options->run, argv[i]);
	}
	return status;
}

void options_finish(struct options *options)
{
	arena_finish(&options->run);
}
