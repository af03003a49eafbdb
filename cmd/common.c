/* SPDX-License-Identifier: Apache-2.0 */
/* What several commands do: messages, knowledge, inputs. */
#include "command.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int complain(int status, const char *format, ...)
{
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(text, sizeof(text), text_said(format), arguments);
	va_end(arguments);
	struct buf safe = {0};
	size_t used = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	text_add_safe(&safe, (struct str){text, used});
	fprintf(stderr, "whydown: " STR_FMT "\n", STR_ARG(buf_str(&safe)));
	buf_finish(&safe);
	return status;
}

static bool add_rules(struct knowledge *knowledge, struct str path, struct error *err)
{
	return rule_pack_add(knowledge->pack, path, err);
}

/* $XDG_CONFIG_HOME/whydown/rules, or ~/.config/whydown/rules, when it is there. */
static bool add_own_rules(struct knowledge *knowledge, struct error *err)
{
	char path[4096];
	struct stat info;
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (config != NULL && config[0] == '/') {
		snprintf(path, sizeof(path), "%s/whydown/rules", config);
	} else if (home != NULL && home[0] == '/') {
		snprintf(path, sizeof(path), "%s/.config/whydown/rules", home);
	} else {
		return true;
	}
	return stat(path, &info) != 0 || !S_ISDIR(info.st_mode) || add_rules(knowledge, str_from(path), err);
}

int knowledge_load(struct knowledge *knowledge, const struct options *options)
{
	struct error err = {0};
	*knowledge = (struct knowledge){.pack = rule_pack_create(), .causes = cause_set_create(&err)};
	bool is_loaded = knowledge->causes != NULL && add_own_rules(knowledge, &err);
	for (size_t i = 0; is_loaded && i < options->rule_path_count; i++) {
		is_loaded = add_rules(knowledge, options->rule_paths[i], &err);
	}
	if (!is_loaded || !rule_pack_compile(knowledge->pack, &err)) {
		knowledge_finish(knowledge);
		return complain(STATUS_USAGE, "%s", err.text);
	}
	return STATUS_OK;
}

void knowledge_finish(struct knowledge *knowledge)
{
	cause_set_destroy(knowledge->causes);
	rule_pack_destroy(knowledge->pack);
	*knowledge = (struct knowledge){0};
}

/* The first word, when it may have been meant as a command. */
static bool is_like_a_command(const struct options *options, size_t number)
{
	struct str word = options->paths[number];
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < 'a' || word.ptr[i] > 'z') {
			return false;
		}
	}
	return number == 0 && options->path_count > 1 && word.len > 0;
}

void inputs_expand(const struct options *options, struct input_list *list, size_t *failed)
{
	*failed = 0;
	for (size_t i = 0; i < options->path_count; i++) {
		struct error err = {0};
		if (!input_list_add(list, options->paths[i], &err)) {
			complain_of(options, STATUS_DAMAGED, options->paths[i],
			            is_like_a_command(options, i) ? "%s, or whydown --help for the commands" : "%s", err.text);
			(*failed)++;
		}
	}
	input_list_sort(list);
}

int inputs_complain(const struct options *options, const struct scan_result *result, size_t failed)
{
	for (size_t i = 0; i < result->damage.count; i++) {
		const struct input_damage *item = &result->damage.items[i];
		if (input_is_loss(item->kind) || options->verbosity > 0) {
			complain_of(options, STATUS_DAMAGED, item->path, "%.*s", STR_ARG(item->what));
		}
	}
	failed += result->failed;
	if (result->opened == 0 && failed > 0) {
		return STATUS_FAILED;
	}
	return failed > 0 || result->damaged > 0 ? STATUS_DAMAGED : STATUS_OK;
}

static enum scan_way way_of(struct str head)
{
	return report_recognise(head) == REPORT_NONE ? SCAN_READ : SCAN_PASS_OVER;
}

struct scan_options scan_options_of(const struct options *options, const struct knowledge *knowledge)
{
	return (struct scan_options){.pack = knowledge->pack,
	                             .way = way_of,
	                             .jobs = options->jobs,
	                             .since_ns = options->since_ns,
	                             .until_ns = options->until_ns,
	                             .is_since_relative = options->is_since_relative,
	                             .is_until_relative = options->is_until_relative,
	                             .assume_offset_ns = options->assume_offset_ns,
	                             .is_always_careful = options->is_careful,
	                             .limits = options->limits};
}
