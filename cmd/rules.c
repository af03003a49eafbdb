/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include "base/vec.h"

#include <stdio.h>
#include <unistd.h>

static const char *const severities[EVENT_SEVERITY_COUNT] = {
        [EVENT_INFO] = "info",   [EVENT_NOTICE] = "notice", [EVENT_WARNING] = "warning",
        [EVENT_ERROR] = "error", [EVENT_FATAL] = "fatal",
};

/* ---- list ---- */

static int list(const struct options *options, const struct knowledge *knowledge)
{
	struct str only = options->path_count > 1 ? options->paths[1] : (struct str){NULL, 0};
	struct buf out = {0};
	for (size_t i = 0; i < rule_pack_count(knowledge->pack); i++) {
		const struct rule *rule = rule_pack_rule(knowledge->pack, i);
		struct str title = text_in(&rule->kind.title, options->lang);
		if (only.len == 0 || str_contains(rule->kind.id, only) || str_contains(title, only)) {
			buf_printf(&out, "%-36.*s %-8s " STR_FMT "\n", STR_ARG(rule->kind.id), severities[rule->kind.severity],
			           STR_ARG(title));
		}
	}
	int status = output_write(options, buf_str(&out));
	buf_finish(&out);
	return status;
}

/* ---- show ---- */

static void print_rule(const struct options *options, const struct rule *rule, struct buf *out)
{
	buf_printf(out, STR_FMT "\n  " STR_FMT "\n", STR_ARG(rule->kind.id), STR_ARG(text_in(&rule->kind.title, options->lang)));
	buf_printf(out, "  " STR_FMT "\n", STR_ARG(text_in(&rule->kind.meaning, options->lang)));
	buf_printf(out, "  severity: %s\n", severities[rule->kind.severity]);
	if (rule->versions.len > 0) {
		buf_printf(out, "  versions: " STR_FMT "\n", STR_ARG(rule->versions));
	}
	if (rule->source.len > 0) {
		buf_printf(out, "  printed by: " STR_FMT "\n", STR_ARG(rule->source));
	}
	if (rule->next.in[TEXT_EN].len > 0) {
		buf_printf(out, "  look next: " STR_FMT "\n", STR_ARG(text_in(&rule->next, options->lang)));
	}
	for (size_t i = 0; i < rule->sample_count; i++) {
		buf_printf(out, "  sample: ");
		text_add_safe(out, rule->samples[i]);
		buf_byte(out, '\n');
	}
}

static int show(const struct options *options, const struct knowledge *knowledge)
{
	if (options->path_count < 2) {
		return complain(STATUS_USAGE, "rules show: no ID given; see whydown rules list");
	}
	struct buf out = {0};
	int status = STATUS_OK;
	for (size_t i = 1; i < options->path_count && status == STATUS_OK; i++) {
		const struct rule *rule = rule_pack_find(knowledge->pack, options->paths[i]);
		if (rule == NULL) {
			status = complain(STATUS_USAGE, "rules show: there is no rule '" STR_FMT "'; see whydown rules list",
			                  STR_ARG(options->paths[i]));
		} else {
			print_rule(options, rule, &out);
		}
	}
	status = status == STATUS_OK ? output_write(options, buf_str(&out)) : status;
	buf_finish(&out);
	return status;
}

/* ---- check ---- */

struct kind_check {
	const struct knowledge *knowledge;
	struct buf *report;
	size_t faults;
};

/* Every kind that a cause names must be made by a rule. */
static void check_kind(void *context, struct str cause, struct str kind)
{
	struct kind_check *check = context;
	bool is_family = str_ends(kind, STR(".*"));
	struct str prefix = is_family ? str_slice(kind, 0, kind.len - 1) : kind;
	for (size_t i = 0; i < rule_pack_count(check->knowledge->pack); i++) {
		struct str id = rule_pack_rule(check->knowledge->pack, i)->kind.id;
		if (str_equals(id, kind) || (is_family && (str_starts(id, prefix) || str_equals(id, str_slice(kind, 0, kind.len - 2))))) {
			return;
		}
	}
	check->faults++;
	buf_printf(check->report, "cause " STR_FMT ": no rule makes the kind '" STR_FMT "'\n", STR_ARG(cause), STR_ARG(kind));
}

static int check(const struct options *options, const struct knowledge *knowledge)
{
	struct buf report = {0};
	struct kind_check kinds = {.knowledge = knowledge, .report = &report};
	size_t faults = rule_pack_check(knowledge->pack, &report);
	cause_set_kinds(knowledge->causes, check_kind, &kinds);
	faults += kinds.faults;
	if (faults == 0) {
		struct str version = rule_pack_version(knowledge->pack);
		buf_printf(&report, "all samples and near misses as expected (" STR_FMT ", %zu causes)\n", STR_ARG(version),
		           cause_set_count(knowledge->causes));
	}
	int status = output_write(options, buf_str(&report));
	buf_finish(&report);
	return status != STATUS_OK ? status : faults > 0 ? STATUS_USAGE : STATUS_OK;
}

/* ---- match ---- */

static void print_match(const struct options *options, struct rule_matcher *matcher, struct str line, struct buf *out)
{
	struct arena tmp;
	struct record record;
	struct event event = {0};
	arena_init(&tmp);
	const struct rule *rule = rule_match_text(matcher, line, &tmp, &record, &event);
	if (rule == NULL) {
		buf_printf(out, "not known");
		if (record.format != NULL) {
			buf_printf(out, " (a record of the format %s)", record.format->name);
		}
		buf_byte(out, '\n');
	} else {
		print_rule(options, rule, out);
		for (size_t i = 0; i < event.field_count; i++) {
			buf_printf(out, "  " STR_FMT " = ", STR_ARG(event.fields[i].name));
			text_add_safe(out, text_cut_bytes(event.fields[i].text, 400));
			buf_byte(out, '\n');
		}
	}
	arena_finish(&tmp);
}

static int match(const struct options *options, const struct knowledge *knowledge)
{
	struct rule_matcher *matcher = rule_matcher_create(knowledge->pack);
	struct buf out = {0}, text = {0};
	if (options->path_count > 1) {
		for (size_t i = 1; i < options->path_count; i++) {
			print_match(options, matcher, options->paths[i], &out);
		}
	} else {
		enum { MATCH_INPUT_MAX = 16 << 20 };
		ssize_t count;
		while (text.len < MATCH_INPUT_MAX && (count = read(STDIN_FILENO, buf_reserve(&text, 65536), 65536)) > 0) {
			text.len += (size_t)count;
		}
		struct str line, rest = buf_str(&text);
		while (rest.len > 0) {
			str_cut(rest, STR("\n"), &line, &rest);
			if (line.len > 0) {
				print_match(options, matcher, line, &out);
			}
		}
	}
	int status = output_write(options, buf_str(&out));
	buf_finish(&text);
	buf_finish(&out);
	rule_matcher_destroy(matcher);
	return status;
}

static int run(struct options *options)
{
	static const struct {
		struct str name;
		int (*run)(const struct options *options, const struct knowledge *knowledge);
	} verbs[] = {{STR_INIT("list"), list}, {STR_INIT("show"), show}, {STR_INIT("check"), check}, {STR_INIT("match"), match}};
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "rules: write rules list, rules show ID, rules check or rules match [LINE]");
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!str_equals(options->paths[0], verbs[i].name)) {
			continue;
		}
		struct options with_path = *options;
		if (str_equals(verbs[i].name, STR("check")) && options->path_count > 1) {
			with_path.rule_paths = options->paths + 1;
			with_path.rule_path_count = options->path_count - 1;
		}
		struct knowledge knowledge;
		int status = knowledge_load(&knowledge, &with_path);
		struct error err = {0};
		if (status == STATUS_OK && !rule_pack_read_samples(knowledge.pack, &err)) {
			status = complain(STATUS_USAGE, "%s", err.text);
		} else if (status == STATUS_OK) {
			status = verbs[i].run(&with_path, &knowledge);
		}
		knowledge_finish(&knowledge);
		return status;
	}
	return complain(STATUS_USAGE, "rules: '" STR_FMT "' is not known; write list, show, check or match", STR_ARG(options->paths[0]));
}

const struct command command_rules = {
        .name = "rules",
        .usage = "list|show ID|check|match",
        .summary = "what is known; what does this line mean?",
        .run = run,
};
