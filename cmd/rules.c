/* SPDX-License-Identifier: Apache-2.0 */
/* whydown rules: what is known. Each verb has a file of its own; this one chooses, and checks. */
#include "rules.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

const char *const rules_severities[EVENT_SEVERITY_COUNT] = {
	[EVENT_INFO] = "info",   [EVENT_NOTICE] = "notice", [EVENT_WARNING] = "warning",
	[EVENT_ERROR] = "error", [EVENT_FATAL] = "fatal",
};

/* Whether a name that a cause gives means a kind: its id, or "PREFIX.*". */
static bool is_meant(struct str kind, struct str name)
{
	if (!str_ends(name, STR(".*"))) {
		return str_equals(kind, name);
	}
	struct str family = str_slice(name, 0, name.len - 2);
	return str_starts(kind, family) && (kind.len == family.len || kind.ptr[family.len] == '.');
}

/* ---- causes of a kind ---- */

struct cause_search {
	struct str kind;
	enum cause_role role;
	struct str *found;
	size_t count;
};

static void note_cause(void *context, struct str cause, struct str name, enum cause_role role)
{
	struct cause_search *search = context;
	bool is_noted = search->count > 0 && str_equals(search->found[search->count - 1], cause);
	if (!is_noted && role == search->role && is_meant(search->kind, name)) {
		search->found[search->count++] = cause;
	}
}

struct rules_causes rules_causes(const struct rules_view *view, struct str kind,
                                 enum cause_role role)
{
	const struct cause_set *set = view->knowledge->causes;
	struct cause_search search = {
		.kind = kind,
		.role = role,
		.found = arena_array(view->run, struct str, cause_set_count(set) + 1)};
	cause_set_kinds(set, note_cause, &search);
	return (struct rules_causes){search.found, search.count};
}

/* ---- check ---- */

struct kind_check {
	const struct knowledge *knowledge;
	struct buf *report;
	size_t faults;
};

/* Every kind that a cause names must be made by a rule, or by one that was silenced on purpose. */
static void check_kind(void *context, struct str cause, struct str kind, enum cause_role role)
{
	(void)role;
	struct kind_check *check = context;
	for (size_t i = 0; i < rule_pack_count(check->knowledge->pack); i++) {
		if (is_meant(rule_pack_rule(check->knowledge->pack, i)->kind.id, kind)) {
			return;
		}
	}
	struct str silenced = rule_pack_silenced(check->knowledge->pack, 0);
	for (size_t i = 1; silenced.ptr != NULL; i++) {
		if (is_meant(silenced, kind)) {
			return;
		}
		silenced = rule_pack_silenced(check->knowledge->pack, i);
	}
	check->faults++;
	buf_printf(check->report, text_said("cause %.*s: no rule makes the kind '%.*s'\n"),
	           STR_ARG(cause), STR_ARG(kind));
}

static int check_packs(const struct rules_view *view)
{
	static const char *const formats[] = {"text", NULL};
	const struct knowledge *knowledge = view->knowledge;
	struct buf report = {0};
	size_t format;
	if (!rules_format(view, formats, &format)) {
		return STATUS_USAGE;
	}
	struct kind_check kinds = {.knowledge = knowledge, .report = &report};
	size_t faults = rule_pack_check(knowledge->pack, &report);
	cause_set_kinds(knowledge->causes, check_kind, &kinds);
	faults += kinds.faults;
	if (faults == 0) {
		struct str version = rule_pack_version(knowledge->pack);
		buf_printf(&report,
		           text_translate(view->lang, "all samples and near misses as expected\n"
		                                      "%.*s, %zu causes\n"),
		           STR_ARG(version), cause_set_count(knowledge->causes));
	}
	int status = output_write(view->options, buf_str(&report));
	buf_finish(&report);
	return status != STATUS_OK ? status : faults > 0 ? STATUS_USAGE : STATUS_OK;
}

/* ---- verbs ---- */

bool rules_format(const struct rules_view *view, const char *const *names, size_t *place)
{
	struct str format = view->options->format;
	struct buf list = {0};
	for (*place = 0; names[*place] != NULL; (*place)++) {
		if (format.len == 0 || str_equals(format, str_from(names[*place]))) {
			buf_finish(&list);
			return true;
		}
		buf_printf(&list, "%s%s",
		           *place == 0                 ? ""
		           : names[*place + 1] == NULL ? " or "
		                                       : ", ",
		           names[*place]);
	}
	complain(STATUS_USAGE, "-f: '%.*s' is not known; write %.*s", STR_ARG(format),
	         STR_ARG(buf_str(&list)));
	buf_finish(&list);
	return false;
}

static size_t terminal_columns(void)
{
	enum { COLUMNS_DEFAULT = 80, COLUMNS_MIN = 40, COLUMNS_MAX = 120 };
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < COLUMNS_MIN) {
		return COLUMNS_DEFAULT;
	}
	return size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
}

static const struct verb {
	struct str name;
	int (*run)(const struct rules_view *view);
} verbs[] = {{STR_INIT("list"), rules_list},
             {STR_INIT("show"), rules_show},
             {STR_INIT("check"), check_packs},
             {STR_INIT("match"), rules_match}};

static int run_verb(const struct verb *verb, const struct options *options)
{
	struct arena run;
	struct knowledge knowledge;
	int status = knowledge_load(&knowledge, options);
	if (status == STATUS_OK) {
		rule_pack_read_samples(knowledge.pack);
		bool is_for_people = options->format.len == 0 ||
		                     str_equals(options->format, STR("table")) ||
		                     str_equals(options->format, STR("text"));
		arena_init(&run);
		const struct rules_view view = {
			.options = options,
			.knowledge = &knowledge,
			.lang = is_for_people || options->has_lang ? options->lang : TEXT_EN,
			.columns = terminal_columns(),
			.run = &run};
		status = verb->run(&view);
		arena_finish(&run);
	}
	knowledge_finish(&knowledge);
	return status;
}

static int run(struct options *options)
{
	if (options->path_count == 0) {
		return complain(STATUS_USAGE, "rules: write rules list, rules show ID, rules check "
		                              "or rules match [LINE]");
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!str_equals(options->paths[0], verbs[i].name)) {
			continue;
		}
		struct options with_path = *options;
		if (verbs[i].run == check_packs && options->path_count > 1) {
			with_path.rule_paths = options->paths + 1;
			with_path.rule_path_count = options->path_count - 1;
		}
		return run_verb(&verbs[i], &with_path);
	}
	return complain(STATUS_USAGE,
	                "rules: '%.*s' is not known; write list, show, check or match",
	                STR_ARG(options->paths[0]));
}

const struct command command_rules = {
	.name = "rules",
	.usage = "list|show ID|check|match",
	.summary = TEXT_MARK("what is known; what does this line mean?"),
	.run = run,
};
