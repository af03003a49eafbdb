/* SPDX-License-Identifier: Apache-2.0 */

/* From the JSON of a rule file to rules. The texts stay in the document. */

#include "base/vec.h"
#include "rule/pack.h"

#include <string.h>

struct reader {
	struct rule_pack *pack;
	struct error *err;
};

static const char *const rule_keys[] = {
	"id",   "title",    "meaning",    "next",     "match",   "interval", "start",
	"gap",  "severity", "harm",       "versions", "source",  "program",  "after",
	"rank", "silence",  "observable", "facts",    "samples", "not",      NULL};
static const char *const match_keys[] = {"message", "prefix", "pattern", "in",  "where",  "extract",
                                         "longest", "fields", "as",      "set", "anchor", NULL};
static const char *const observable_keys[] = {"component", "level", "over", "sampled", NULL};

static const char *const severity_names[EVENT_SEVERITY_COUNT] = {[EVENT_INFO] = "info",
                                                                 [EVENT_NOTICE] = "notice",
                                                                 [EVENT_WARNING] = "warning",
                                                                 [EVENT_ERROR] = "error",
                                                                 [EVENT_FATAL] = "fatal"};
static const char *const level_names[FORMAT_LEVEL_COUNT] = {
	[FORMAT_LEVEL_NONE] = "none", [FORMAT_DEBUG] = "debug", [FORMAT_INFO] = "info",
	[FORMAT_WARN] = "warn",       [FORMAT_ERROR] = "error", [FORMAT_FATAL] = "fatal"};
static const char *const program_names[FORMAT_PROGRAM_COUNT] = {
	[FORMAT_PROGRAM_UNKNOWN] = "unknown",
	[FORMAT_ETCD] = "etcd",
	[FORMAT_ETCD_CLIENT] = "etcd-client",
	[FORMAT_MILVUS] = "milvus",
	[FORMAT_OTHER] = "other"};
static const char *const component_names[] = {"etcd",   "milvus", "host",    "minio",
                                              "pulsar", "kafka",  "rocksmq", "woodpecker",
                                              "tikv",   "client", NULL};

const char *rule_program_name(enum format_program program)
{
	return program_names[program];
}

/** Place of text in a table; -1 when it is not there. */
static int name_index(struct str text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i] != NULL; i++) {
		if (str_equals(text, str_from(names[i]))) {
			return (int)i;
		}
	}
	return -1;
}

/** "one of a, b, c" */
static bool set_names_error(struct error *err, const char *key, struct str text,
                            const char *const *names, size_t count)
{
	struct buf list = {0};
	for (size_t i = 0; i < count && names[i] != NULL; i++) {
		buf_printf(&list, "%s%s", i == 0 ? "" : ", ", names[i]);
	}
	error_set(err, "%s: \"%.*s\" is none of %.*s", key, STR_ARG(text), STR_ARG(buf_str(&list)));
	buf_finish(&list);
	return false;
}

static bool read_name(const struct json *object, const char *key, const char *const *names,
                      size_t count, int *value, struct error *err)
{
	const struct json *member = json_get(object, key);
	if (member == NULL) {
		return true;
	}
	int index = name_index(json_text(member), names, count);
	if (index < 0) {
		return set_names_error(err, key, json_text(member), names, count);
	}
	*value = index;
	return true;
}

static bool set_key_error(struct error *err, struct str key, const char *const *keys)
{
	enum { SLIPS_MAX = 2 };
	for (size_t i = 0; keys[i] != NULL; i++) {
		if (rule_edit_distance(key, str_from(keys[i])) <= SLIPS_MAX) {
			return error_set(err, "%.*s: no such key; did you mean %s?", STR_ARG(key),
			                 keys[i]);
		}
	}
	return error_set(err, "%.*s: no such key", STR_ARG(key));
}

static bool check_keys(const struct json *object, const char *const *keys, struct error *err)
{
	if (json_type(object) != JSON_OBJECT) {
		return error_set(err, "must be an object");
	}
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		if (name_index(json_key(member), keys, SIZE_MAX) < 0) {
			return set_key_error(err, json_key(member), keys);
		}
	}
	return true;
}

/** Text of a member; empty when it is not there. Errors: it is something else. */
static bool read_text(const struct json *object, const char *key, struct str *text,
                      struct error *err)
{
	const struct json *member = json_get(object, key);
	*text = json_text(member);
	return member == NULL || json_type(member) == JSON_STRING ||
	       error_set(err, "%s: must be a text", key);
}

static bool read_both(const struct json *object, const char *key, struct text_both *both,
                      struct error *err)
{
	static const char *const languages[] = {"en", "zh", NULL};
	const struct json *member = json_get(object, key);
	if (member == NULL) {
		return true;
	}
	if (!check_keys(member, languages, err) ||
	    !read_text(member, "en", &both->in[TEXT_EN], err) ||
	    !read_text(member, "zh", &both->in[TEXT_ZH], err)) {
		return error_prefix(err, "%s", key);
	}
	return both->in[TEXT_EN].len > 0 || error_set(err, "%s: needs the text \"en\"", key);
}

static bool read_bool(const struct json *object, const char *key, bool *value, struct error *err)
{
	const struct json *member = json_get(object, key);
	if (member != NULL && json_type(member) != JSON_BOOL) {
		return error_set(err, "%s: must be true or false", key);
	}
	*value = json_bool(member, *value);
	return true;
}

static bool read_duration(const struct json *object, const char *key, int64_t *value,
                          struct error *err)
{
	const struct json *member = json_get(object, key);
	if (member == NULL) {
		return true;
	}
	int64_t duration = duration_parse(json_text(member));
	if (duration == DURATION_NONE || duration < 0) {
		return error_set(err, "%s: must be a duration such as \"30s\"", key);
	}
	*value = duration;
	return true;
}

/** The name of a field in events: '-' and blanks become '_'. */
static struct str event_name(struct arena *run, struct str key)
{
	char *name = NULL;
	for (size_t i = 0; i < key.len; i++) {
		if (key.ptr[i] == '-' || key.ptr[i] == ' ') {
			name = name == NULL ? arena_cstr(run, key) : name;
			name[i] = '_';
		}
	}
	return name == NULL ? key : (struct str){name, key.len};
}

void rule_pattern_enlist(struct rule_pack *pack, struct rule_pattern *pattern)
{
	pattern->compiled = arena_new(&pack->run, _Atomic(struct rule_compiled *));
	vec_push(&pack->patterns, pattern->compiled);
}

static void pattern_init(struct rule_pack *pack, struct rule_pattern *pattern, struct str subject,
                         struct str source)
{
	*pattern = (struct rule_pattern){.source = source};
	rule_pattern_enlist(pack, pattern);
	if (subject.len == 0 || str_equals(subject, STR("message"))) {
		pattern->subject = RULE_IN_MESSAGE;
	} else if (str_equals(subject, STR("text"))) {
		pattern->subject = RULE_IN_TEXT;
	} else if (str_equals(subject, STR("caller"))) {
		pattern->subject = RULE_IN_CALLER;
	} else {
		pattern->subject = RULE_IN_FIELD;
		pattern->key = subject;
	}
}

/** Members of an object of texts. Returns: false when it is not one, or has too many. */
static bool check_object(const struct json *object, size_t *count, struct error *err)
{
	*count = json_count(object);
	if (object != NULL && json_type(object) != JSON_OBJECT) {
		return error_set(err, "must be an object");
	}
	if (*count > RULE_PARTS_MAX) {
		return error_set(err, "more than %d members", RULE_PARTS_MAX);
	}
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		if (json_type(member) != JSON_STRING || json_key(member).len == 0) {
			return error_set(err, "%.*s: must be a text", STR_ARG(json_key(member)));
		}
	}
	return true;
}

static bool read_patterns(struct reader *reader, const struct json *match, const char *key,
                          struct rule_pattern **patterns, size_t *count)
{
	const struct json *object = json_get(match, key);
	if (!check_object(object, count, reader->err)) {
		return error_prefix(reader->err, "%s", key);
	}
	*patterns = arena_array(&reader->pack->run, struct rule_pattern, *count);
	size_t i = 0;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		if (json_text(member).len > RULE_PATTERN_MAX) {
			return error_set(reader->err, "%s: a pattern longer than %d bytes", key,
			                 RULE_PATTERN_MAX);
		}
		pattern_init(reader->pack, &(*patterns)[i++], json_key(member), json_text(member));
	}
	return true;
}

static const struct json *member_of(const struct json *object, struct str key)
{
	const struct json *member = json_first(object);
	while (member != NULL && !str_equals(json_key(member), key)) {
		member = json_next(member);
	}
	return member;
}

static bool read_fields(struct reader *reader, const struct json *json, struct rule_match *match)
{
	const struct json *object = json_get(json, "fields"), *names = json_get(json, "as");
	size_t name_count;
	if (!check_object(names, &name_count, reader->err)) {
		return error_prefix(reader->err, "as");
	}
	if (!check_object(object, &match->field_count, reader->err)) {
		return error_prefix(reader->err, "fields");
	}
	struct arena *run = &reader->pack->run;
	match->fields = arena_array(run, struct rule_field, match->field_count);
	size_t i = 0;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member), i++) {
		struct str key = json_key(member);
		struct rule_field *field = &match->fields[i];
		struct str name = json_text(member_of(names, key));
		*field = (struct rule_field){.key = key,
		                             .name = event_name(run, name.len > 0 ? name : key)};
		if (!rule_type_read(json_text(member), &field->type)) {
			return error_set(reader->err, "fields: %.*s: \"%.*s\" is no type",
			                 STR_ARG(key), STR_ARG(json_text(member)));
		}
	}
	for (const struct json *member = json_first(names); member != NULL;
	     member = json_next(member)) {
		if (member_of(object, json_key(member)) == NULL) {
			return error_set(reader->err, "as: %.*s: not in \"fields\"",
			                 STR_ARG(json_key(member)));
		}
	}
	return true;
}

static bool read_constants(struct reader *reader, const struct json *json, struct rule_match *match)
{
	const struct json *object = json_get(json, "set");
	if (!check_object(object, &match->constant_count, reader->err)) {
		return error_prefix(reader->err, "set");
	}
	match->constants =
		arena_array(&reader->pack->run, struct rule_constant, match->constant_count);
	size_t i = 0;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		match->constants[i++] = (struct rule_constant){
			.name = event_name(&reader->pack->run, json_key(member)),
			.text = json_text(member)};
	}
	return true;
}

/** What it looks for: exactly one of message, prefix and pattern. */
static bool read_subject(struct reader *reader, const struct json *json, struct rule_match *match)
{
	struct str message, prefix, pattern, subject;
	struct error *err = reader->err;
	if (!read_text(json, "message", &message, err) ||
	    !read_text(json, "prefix", &prefix, err) ||
	    !read_text(json, "pattern", &pattern, err) || !read_text(json, "in", &subject, err)) {
		return false;
	}
	if ((message.len > 0) + (prefix.len > 0) + (pattern.len > 0) != 1) {
		return error_set(err, "needs one of \"message\", \"prefix\" and \"pattern\"");
	}
	if (pattern.len > RULE_PATTERN_MAX) {
		return error_set(err, "pattern: longer than %d bytes", RULE_PATTERN_MAX);
	}
	if (subject.len > 0 && pattern.len == 0) {
		return error_set(err, "in: only with \"pattern\"");
	}
	match->how = message.len > 0 ? RULE_MESSAGE : prefix.len > 0 ? RULE_PREFIX : RULE_PATTERN;
	match->text = message.len > 0 ? str_trim(message) : prefix;
	if (pattern.len > 0) {
		pattern_init(reader->pack, &match->pattern, subject, pattern);
	}
	return true;
}

static bool read_anchor(struct reader *reader, const struct json *json, struct rule_match *match,
                        bool is_after)
{
	struct error *err = reader->err;
	if (!read_text(json, "anchor", &match->anchor, err)) {
		return false;
	}
	if (match->anchor.len > 0) {
		return rule_anchor_is_sound(match->anchor) ||
		       error_set(err,
		                 "anchor: needs %d bytes or more, without quotes, backslashes, "
		                 "tabs and line ends",
		                 RULE_ANCHOR_MIN);
	}
	match->anchor = match->how == RULE_PATTERN
	                        ? rule_anchor_of_pattern(&reader->pack->run, match->pattern.source)
	                        : rule_anchor_of_literal(match->text);
	if (match->anchor.len == 0 && !is_after) {
		return error_set(err,
		                 "anchor: cannot be derived; give a literal of %d bytes or more "
		                 "that every such record holds",
		                 RULE_ANCHOR_MIN);
	}
	return true;
}

static bool read_match(struct reader *reader, const struct json *json, struct rule_match *match,
                       bool is_after)
{
	return check_keys(json, match_keys, reader->err) && read_subject(reader, json, match) &&
	       read_patterns(reader, json, "where", &match->conditions, &match->condition_count) &&
	       read_patterns(reader, json, "extract", &match->extracts, &match->extract_count) &&
	       read_patterns(reader, json, "longest", &match->longest, &match->longest_count) &&
	       read_fields(reader, json, match) && read_constants(reader, json, match) &&
	       read_anchor(reader, json, match, is_after);
}

static bool read_matches(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	const struct json *list = json_get(json, "match");
	size_t count = json_count(list);
	if (json_type(list) != JSON_ARRAY || count == 0 || count > RULE_MATCHES_MAX) {
		return error_set(reader->err, "match: needs a list of 1 to %d matches",
		                 RULE_MATCHES_MAX);
	}
	entry->rule.matches = arena_array(&reader->pack->run, struct rule_match, count);
	entry->rule.match_count = count;
	size_t i = 0;
	for (const struct json *item = json_first(list); item != NULL;
	     item = json_next(item), i++) {
		if (!read_match(reader, item, &entry->rule.matches[i], entry->after.len > 0)) {
			return error_prefix(reader->err, "match %zu", i + 1);
		}
	}
	return true;
}

/** Whether a match gives a duration of that name: a declared one. */
static bool has_duration(const struct rule_entry *entry, struct str name)
{
	for (size_t i = 0; i < entry->rule.match_count; i++) {
		const struct rule_match *match = &entry->rule.matches[i];
		for (size_t j = 0; j < match->field_count; j++) {
			enum rule_type type = match->fields[j].type;
			if (str_equals(match->fields[j].name, name) &&
			    (type == RULE_TYPE_DURATION || type == RULE_TYPE_DURATION_MS ||
			     type == RULE_TYPE_DURATION_S)) {
				return true;
			}
		}
	}
	return false;
}

static bool read_times(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	struct error *err = reader->err;
	struct str interval, start;
	if (!read_text(json, "interval", &interval, err) ||
	    !read_text(json, "start", &start, err) ||
	    !read_duration(json, "gap", &entry->rule.kind.gap_ns, err)) {
		return false;
	}
	entry->interval = event_name(&reader->pack->run, interval);
	entry->start = event_name(&reader->pack->run, start);
	if (interval.len > 0 && !has_duration(entry, entry->interval)) {
		return error_set(err, "interval: no match has a field \"%.*s\" of type duration",
		                 STR_ARG(interval));
	}
	return true;
}

/** Whether any match declares a field of that name, and its type. */
static bool find_declared(const struct rule_entry *entry, struct str name,
                          enum event_field_type *type)
{
	bool is_constant = false;
	for (size_t i = 0; i < entry->rule.match_count; i++) {
		const struct rule_match *match = &entry->rule.matches[i];
		for (size_t j = 0; j < match->field_count; j++) {
			if (str_equals(match->fields[j].name, name)) {
				*type = rule_type_event(match->fields[j].type);
				return true;
			}
		}
		for (size_t j = 0; j < match->constant_count; j++) {
			is_constant |= str_equals(match->constants[j].name, name);
		}
	}
	*type = EVENT_TEXT;
	return is_constant;
}

/** A fact's id says its unit: a duration is one of ms or s, a size of bytes. */
static bool check_fact(const struct rule_entry *entry, struct str name, struct str id,
                       struct error *err)
{
	enum event_field_type type;
	if (!find_declared(entry, name, &type)) {
		return error_set(err, "no match has \"%.*s\" in \"fields\" or \"set\"",
		                 STR_ARG(name));
	}
	bool is_fit = type == EVENT_DURATION ? str_ends(id, STR("_ms")) || str_ends(id, STR("_s"))
	              : type == EVENT_BYTES  ? str_ends(id, STR("_bytes"))
	                                     : true;
	return is_fit || error_set(err, "\"%.*s\" must end in %s", STR_ARG(id),
	                           type == EVENT_BYTES ? "_bytes" : "_ms or _s");
}

static bool read_facts(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	const struct json *object = json_get(json, "facts");
	struct event_kind *kind = &entry->rule.kind;
	if (!check_object(object, &kind->fact_count, reader->err)) {
		return error_prefix(reader->err, "facts");
	}
	struct event_fact *facts =
		arena_array(&reader->pack->run, struct event_fact, kind->fact_count);
	size_t i = 0;
	for (const struct json *member = json_first(object); member != NULL;
	     member = json_next(member), i++) {
		facts[i] = (struct event_fact){event_name(&reader->pack->run, json_key(member)),
		                               json_text(member)};
		if (!check_fact(entry, facts[i].field, facts[i].id, reader->err)) {
			return error_prefix(reader->err, "facts");
		}
	}
	kind->facts = facts;
	return true;
}

static bool read_observable(struct reader *reader, const struct json *json, struct event_kind *kind)
{
	const struct json *object = json_get(json, "observable");
	int level = FORMAT_LEVEL_NONE, component;
	if (object == NULL) {
		return true;
	}
	const struct json *sampled = json_get(object, "sampled");
	if (!check_keys(object, observable_keys, reader->err) ||
	    !read_name(object, "level", level_names, FORMAT_LEVEL_COUNT, &level, reader->err) ||
	    !read_name(object, "component", component_names, SIZE_MAX, &component, reader->err) ||
	    !read_duration(object, "over", &kind->threshold_ns, reader->err)) {
		return error_prefix(reader->err, "observable");
	}
	kind->level = (enum format_level)level;
	kind->is_sampled = json_bool(sampled, json_text(sampled).len > 0);
	return true;
}

static bool read_programs(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	const struct json *list = json_get(json, "program");
	if (list == NULL) {
		return true;
	}
	if (json_type(list) != JSON_ARRAY || json_count(list) == 0) {
		return error_set(reader->err, "program: must be a list of programs");
	}
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		int program = name_index(json_text(item), program_names, FORMAT_PROGRAM_COUNT);
		if (program < 0) {
			return set_names_error(reader->err, "program", json_text(item),
			                       program_names, FORMAT_PROGRAM_COUNT);
		}
		entry->programs |= 1U << program;
	}
	entry->programs |= 1U << FORMAT_PROGRAM_UNKNOWN;
	return true;
}

static struct str *read_lines(struct arena *run, const struct json *list, size_t *count)
{
	*count = json_count(list);
	struct str *lines = arena_array(run, struct str, *count);
	size_t i = 0;
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		lines[i++] = json_text(item);
	}
	return lines;
}

static void read_samples(struct rule_pack *pack, const struct json *json, struct rule *rule)
{
	rule->samples = read_lines(&pack->run, json_get(json, "samples"), &rule->sample_count);
	rule->near_misses = read_lines(&pack->run, json_get(json, "not"), &rule->near_miss_count);
}

static bool check_lines(const struct json *json, const char *key, struct error *err)
{
	const struct json *list = json_get(json, key);
	if (list != NULL && json_type(list) != JSON_ARRAY) {
		return error_set(err, "%s: must be a list of texts", key);
	}
	for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
		if (json_type(item) != JSON_STRING) {
			return error_set(err, "%s: must be a list of texts", key);
		}
	}
	return true;
}

/** Lower-case words with dots between them; the first is a component. */
static bool check_id(struct str id, struct error *err)
{
	struct str component;
	bool is_good = str_cut(id, STR("."), &component, NULL) && !str_ends(id, STR(".")) &&
	               !str_contains(id, STR(".."));
	for (size_t i = 0; i < id.len; i++) {
		char byte = id.ptr[i];
		is_good =
			is_good && ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
		                    byte == '.' || byte == '-' || byte == '_');
	}
	if (!is_good) {
		return error_set(err, "id: must be lower-case words with dots between them, such "
		                      "as \"etcd.fsync.slow\"");
	}
	return name_index(component, component_names, SIZE_MAX) >= 0 ||
	       error_set(err, "id: \"%.*s\" is no component", STR_ARG(component));
}

static bool read_severity(struct reader *reader, const struct json *json, struct event_kind *kind)
{
	int severity = -1;
	if (!read_name(json, "severity", severity_names, EVENT_SEVERITY_COUNT, &severity,
	               reader->err)) {
		return false;
	}
	if (severity < 0) {
		return error_set(reader->err, "severity: is missing");
	}
	kind->severity = (enum event_severity)severity;
	kind->is_harm = severity >= EVENT_WARNING;
	return read_bool(json, "harm", &kind->is_harm, reader->err);
}

static bool read_texts(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	struct rule *rule = &entry->rule;
	struct error *err = reader->err;
	if (json_get(json, "title") == NULL) {
		return error_set(err, "title: is missing");
	}
	return read_both(json, "title", &rule->kind.title, err) &&
	       read_both(json, "meaning", &rule->kind.meaning, err) &&
	       read_both(json, "next", &rule->next, err) &&
	       read_text(json, "versions", &rule->versions, err) &&
	       read_text(json, "source", &rule->source, err) && check_lines(json, "samples", err) &&
	       check_lines(json, "not", err);
}

static bool read_rank(const struct json *json, struct rule *rule, struct error *err)
{
	const struct json *rank = json_get(json, "rank");
	double number = json_number(rank, 0);
	if ((rank != NULL && json_type(rank) != JSON_NUMBER) || number < -1000 || number > 1000) {
		return error_set(err, "rank: must be a number from -1000 to 1000");
	}
	rule->rank = (int)number;
	return true;
}

static bool read_rule(struct reader *reader, const struct json *json, struct rule_entry *entry)
{
	struct error *err = reader->err;
	struct event_kind *kind = &entry->rule.kind;
	if (!check_keys(json, rule_keys, err) || !check_id(kind->id, err)) {
		return false;
	}
	str_cut(kind->id, STR("."), &kind->component, NULL);
	if (!read_bool(json, "silence", &entry->is_silence, err)) {
		return false;
	}
	if (entry->is_silence) {
		return true;
	}
	if (!read_text(json, "after", &entry->after, err) || !read_texts(reader, json, entry) ||
	    !read_severity(reader, json, kind) || !read_rank(json, &entry->rule, err) ||
	    !read_matches(reader, json, entry) || !read_times(reader, json, entry) ||
	    !read_facts(reader, json, entry) || !read_observable(reader, json, kind) ||
	    !read_programs(reader, json, entry)) {
		return false;
	}
	read_samples(reader->pack, json, &entry->rule);
	return true;
}

/** Moves on to the line on which a rule's id stands. Rules come in the order of the text. */
struct line_finder {
	struct str rest;
	size_t line;
};

static void find_line(struct line_finder *finder, struct arena *tmp, struct str id)
{
	struct str quoted = arena_printf(tmp, "\"" STR_FMT "\"", STR_ARG(id));
	ptrdiff_t at = id.len > 0 ? str_find(finder->rest, quoted) : -1;
	for (ptrdiff_t i = 0; i < at; i++) {
		finder->line += finder->rest.ptr[i] == '\n' ? 1 : 0;
	}
	finder->rest = at < 0 ? finder->rest : str_skip(finder->rest, (size_t)at + quoted.len);
}

static bool read_item(struct reader *reader, const struct json *item, size_t number,
                      struct rule_entry *entry)
{
	struct str id = json_get_text(item, "id");
	entry->rule.kind.id = id;
	if (read_rule(reader, item, entry)) {
		return true;
	}
	return id.len > 0
	               ? error_prefix(reader->err, "%.*s: rule %.*s", STR_ARG(entry->file),
	                              STR_ARG(id))
	               : error_prefix(reader->err, "%.*s: rule %zu", STR_ARG(entry->file), number);
}

bool rule_read_list(struct rule_pack *pack, const struct json *list,
                    const struct rule_source *source, struct rule_entry_list *entries,
                    struct error *err)
{
	struct reader reader = {pack, err};
	struct line_finder finder = {source->text, 1};
	if (json_type(list) != JSON_ARRAY) {
		return error_set(err, "%.*s: needs {\"rules\": [...]}", STR_ARG(source->file));
	}
	size_t number = 1;
	for (const struct json *item = json_first(list); item != NULL;
	     item = json_next(item), number++) {
		struct rule_entry *entry = arena_new(&pack->run, struct rule_entry);
		entry->file = source->file;
		if (source->text.len > 0) {
			find_line(&finder, &pack->run, json_get_text(item, "id"));
			entry->file = arena_printf(&pack->run, STR_FMT ":%zu",
			                           STR_ARG(source->file), finder.line);
		}
		if (!read_item(&reader, item, number, entry)) {
			return false;
		}
		vec_push(entries, entry);
	}
	return true;
}
