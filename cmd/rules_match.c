/* SPDX-License-Identifier: Apache-2.0 */
/* whydown rules match: what does this line mean? */
#include "base/map.h"
#include "rules.h"

#include <string.h>
#include <sys/stat.h>

enum { NEAREST_MAX = 3, MESSAGE_SHOWN_MAX = 400 };

static const char *const level_names[FORMAT_LEVEL_COUNT] = {
	[FORMAT_LEVEL_NONE] = "", [FORMAT_DEBUG] = "debug", [FORMAT_INFO] = "info",
	[FORMAT_WARN] = "warn",   [FORMAT_ERROR] = "error", [FORMAT_FATAL] = "fatal"};

struct matching {
	const struct rules_view *view;
	struct output output;
	struct json_writer json;
	bool is_json;
	struct rule_index *index; /* made when a record is not known */
	struct map told;          /* ids of rules that were explained */
	struct arena tmp;         /* one record */
	size_t records, known;
	uint64_t first_line;
	struct buf first; /* text of the first record, until it is known whether there is another */
};

static const struct text_both label_read = TEXT_BOTH("read as");
static const struct text_both label_message = TEXT_BOTH("message");
static const struct text_both label_keys = TEXT_BOTH("fields");
static const struct text_both label_nearest = TEXT_BOTH("nearest");
static const struct text_both label_none = {0};
static const struct text_both label_now = TEXT_BOTH("what now");
static const struct text_both not_known = TEXT_BOTH("not known: no rule names this message");
static const struct text_both told_above = TEXT_BOTH(" (explained above)");
static const struct text_both no_format =
	TEXT_BOTH("a line of no known format: of another program, or the rest of a record");
static const struct text_both write_rule =
	TEXT_BOTH("If it matters to you, write a rule for it: docs/writing-rules.md, and --rules "
                  "FILE to try it.");

/* ---- text ---- */

static void add_word(struct buf *list, struct str word)
{
	if (word.len > 0) {
		buf_add(list, list->len > 0 ? STR(", ") : STR(""));
		buf_add(list, word);
	}
}

/* Without a year when the record has none. */
static struct str shown_time(struct matching *to, int64_t time_ns)
{
	enum { YEAR = sizeof("2024-") - 1 };
	if (time_ns == TIME_NONE) {
		return STR("");
	}
	struct str text = clock_format(&to->tmp, time_ns);
	return format_lacks_year(time_ns) ? str_skip(text, YEAR) : text;
}

/* How the record was taken: format, source, level, time, caller. */
static struct str reading(struct matching *to, const struct scan_record *seen)
{
	const struct record *record = seen->record;
	struct buf list = {0};
	add_word(&list, record->format != NULL ? str_from(record->format->name)
	                                       : text_in(&no_format, to->view->lang));
	add_word(&list, seen->source->container);
	add_word(&list, str_from(level_names[record->level]));
	add_word(&list, shown_time(to, record->time_ns));
	add_word(&list, record->caller);
	struct str text = arena_str(&to->tmp, buf_str(&list));
	buf_finish(&list);
	return text;
}

static struct rule_index *index_of(struct matching *to)
{
	if (to->index == NULL) {
		to->index = rule_index_create(to->view->knowledge->pack);
	}
	return to->index;
}

static struct str shown_message(const struct record *record)
{
	return text_cut_bytes(record->message, MESSAGE_SHOWN_MAX);
}

static void add_keys(struct matching *to, const struct record *record, struct buf *out)
{
	struct buf list = {0};
	for (size_t i = 0; i < record->field_count; i++) {
		add_word(&list, text_cut_bytes(record->fields[i].key, MESSAGE_SHOWN_MAX));
	}
	if (list.len > 0) {
		rules_add_line(to->view, &label_keys, buf_str(&list), out);
	}
	buf_finish(&list);
}

static void add_unknown(struct matching *to, const struct scan_record *seen, struct buf *out)
{
	const struct rules_view *view = to->view;
	const struct rule *nearest[NEAREST_MAX];
	size_t count =
		rule_index_nearest(index_of(to), shown_message(seen->record), nearest, NEAREST_MAX);
	buf_printf(out, STR_FMT "\n", STR_ARG(text_in(&not_known, view->lang)));
	rules_add_line(view, &label_read, reading(to, seen), out);
	rules_add_line(view, &label_message, shown_message(seen->record), out);
	add_keys(to, seen->record, out);
	for (size_t i = 0; i < count; i++) {
		struct str text =
			arena_printf(&to->tmp, STR_FMT ": " STR_FMT, STR_ARG(nearest[i]->kind.id),
		                     STR_ARG(text_in(&nearest[i]->kind.title, view->lang)));
		rules_add_line(view, i == 0 ? &label_nearest : &label_none, text, out);
	}
	rules_add_line(view, &label_now, text_in(&write_rule, view->lang), out);
}

static void add_known(struct matching *to, const struct scan_record *seen, struct buf *out)
{
	const struct rules_view *view = to->view;
	bool is_told = map_get(&to->told, seen->rule->kind.id) != NULL;
	*map_put(&to->told, seen->rule->kind.id) = (void *)seen->rule;
	rules_add_head(view, seen->rule, out);
	if (is_told) {
		out->len--; /* the line end */
		buf_printf(out, STR_FMT "\n", STR_ARG(text_in(&told_above, view->lang)));
	}
	rules_add_line(view, &label_read, reading(to, seen), out);
	if (!is_told) {
		rules_add_body(view, seen->rule, seen->event, out);
		return;
	}
	rules_add_fields(view, seen->event, out);
}

static void add_text(struct matching *to, const struct scan_record *seen, struct buf *out)
{
	if (to->records > 1) {
		buf_printf(out, "\n%llu: ", (unsigned long long)seen->event->origin.line);
	}
	if (seen->rule != NULL) {
		add_known(to, seen, out);
	} else {
		add_unknown(to, seen, out);
	}
}

/* ---- json ---- */

static void write_reading(const struct scan_record *seen, struct json_writer *json)
{
	const struct record *record = seen->record;
	json_member_int(json, "line", (int64_t)seen->event->origin.line);
	json_member_text(json, "text", seen->event->origin.text);
	json_member_text(json, "format",
	                 record->format != NULL ? str_from(record->format->name) : STR(""));
	json_write_key(json, "time");
	json_write_time(json, record->time_ns);
	json_member_text(json, "level", str_from(level_names[record->level]));
	json_member_text(json, "caller", record->caller);
	json_member_text(json, "message", shown_message(record));
}

static void write_json(struct matching *to, const struct scan_record *seen)
{
	struct json_writer *json = &to->json;
	json_object_begin(json);
	write_reading(seen, json);
	json_write_key(json, "rule");
	if (seen->rule != NULL) {
		json_object_begin(json);
		rules_write_rule(to->view, seen->rule, json);
		json_object_end(json);
		json_write_key(json, "fields");
		report_event_fields(seen->event, json);
	} else {
		const struct rule *nearest[NEAREST_MAX];
		size_t count = rule_index_nearest(index_of(to), shown_message(seen->record),
		                                  nearest, NEAREST_MAX);
		json_write_null(json);
		json_write_key(json, "nearest");
		json_array_begin(json);
		for (size_t i = 0; i < count; i++) {
			json_write_text(json, nearest[i]->kind.id);
		}
		json_array_end(json);
	}
	json_object_end(json);
}

/* ---- records ---- */

/* The first record has a number only if others follow. */
static void flush_first(struct matching *to)
{
	struct buf *out = output_text(&to->output);
	if (to->first.len > 0 && to->records > 1) {
		buf_printf(out, "%llu: ", (unsigned long long)to->first_line);
	}
	buf_add(out, buf_str(&to->first));
	buf_clear(&to->first);
}

static void take_record(void *context, const struct scan_record *seen)
{
	struct matching *to = context;
	if (seen->rule == NULL && str_trim(seen->record->text).len == 0) {
		return;
	}
	to->records++;
	to->known += seen->rule != NULL ? 1 : 0;
	if (to->is_json) {
		output_text(&to->output);
		write_json(to, seen);
	} else if (to->records == 1) {
		add_text(to, seen, &to->first);
		to->first_line = seen->event->origin.line;
	} else {
		flush_first(to);
		add_text(to, seen, output_text(&to->output));
	}
	arena_reset(&to->tmp);
}

static void drop_event(void *context, const struct event *event, const struct source *source)
{
	(void)context;
	(void)event;
	(void)source;
}

/* Whole documents that are evidence are told by their name. */
static void add_documents(struct matching *to, const struct digest *digest)
{
	for (size_t i = 0; i < digest->document_count && !to->is_json; i++) {
		buf_printf(output_text(&to->output),
		           "a document that whydown reads as evidence: " STR_FMT "\n",
		           STR_ARG(digest->documents[i].what));
	}
}

static int match_path(struct matching *to, struct str path, const struct scan_options *scan)
{
	const struct rules_view *view = to->view;
	struct error err = {0};
	struct input_list list = {0};
	struct scan_result result;
	struct digest digest;
	if (!input_list_add(&list, path, &err)) {
		return complain_of(view->options, STATUS_DAMAGED, path, "%s", err.text);
	}
	input_list_sort(&list);
	digest_init(&digest);
	scan_inputs(&list, scan, &digest, &result);
	add_documents(to, &digest);
	int status = inputs_complain(view->options, &result, 0);
	scan_result_finish(&result);
	digest_finish(&digest);
	input_list_finish(&list);
	return status;
}

static void match_text(struct matching *to, struct str text, const struct scan_options *scan)
{
	struct digest digest;
	digest_init(&digest);
	scan_text(text, scan, &digest);
	add_documents(to, &digest);
	digest_finish(&digest);
}

static bool is_path(const struct rules_view *view, struct str text)
{
	struct stat info;
	return str_equals(text, STR("-")) ||
	       (text.len < 4096 && stat(arena_cstr(view->run, text), &info) == 0);
}

static int match_words(struct matching *to)
{
	const struct options *options = to->view->options;
	struct scan_options scan = scan_options_of(options, to->view->knowledge);
	scan.record = take_record;
	scan.event = drop_event;
	scan.context = to;
	int status = STATUS_OK;
	if (options->path_count == 1) {
		status = match_path(to, STR("-"), &scan);
	}
	for (size_t i = 1; i < options->path_count && status == STATUS_OK; i++) {
		if (is_path(to->view, options->paths[i])) {
			status = match_path(to, options->paths[i], &scan);
		} else {
			match_text(to, options->paths[i], &scan);
		}
	}
	return status;
}

static void add_summary(struct matching *to)
{
	struct buf *out = output_text(&to->output);
	if (to->records == 0) {
		buf_add(out,
		        str_from(text_translate(to->view->lang, "there is no record in it\n")));
	} else if (to->records > 1) {
		buf_printf(
			out,
			text_translate(to->view->lang, "\n%zu records: %zu known, of %zu kinds\n"),
			to->records, to->known, to->told.count);
	}
}

/* What was held back, redacted. */
static void redact_output(struct matching *to)
{
	struct buf *text = &to->output.text, redacted = {0};
	struct redactor *redactor = redaction_key(to->view->options, NULL, buf_str(text));
	if (redactor == NULL) {
		return;
	}
	for (int pass = 0; pass < 2;
	     pass++) { /* what is learned in the first is known in the second */
		buf_clear(&redacted);
		if (to->is_json) {
			redactor_json(redactor, buf_str(text), &redacted);
			buf_byte(&redacted, '\n');
		} else {
			(pass == 0 ? redactor_log : redactor_text)(redactor, buf_str(text),
			                                           &redacted);
		}
	}
	buf_clear(text);
	buf_add(text, buf_str(&redacted));
	buf_finish(&redacted);
}

int rules_match(const struct rules_view *view)
{
	static const char *const formats[] = {"text", "json", NULL};
	struct matching to = {.view = view};
	size_t format;
	if (!rules_format(view, formats, &format)) {
		return STATUS_USAGE;
	}
	int status = output_begin(&to.output, view->options);
	if (status != STATUS_OK) {
		return status;
	}
	to.is_json = format == 1;
	to.output.is_held = view->options->redaction != NULL;
	arena_init(&to.tmp);
	json_writer_init(&to.json, output_text(&to.output), 2);
	if (to.is_json) {
		json_array_begin(&to.json);
	}
	status = match_words(&to);
	if (to.is_json) {
		json_array_end(&to.json);
		buf_byte(output_text(&to.output), '\n');
	} else {
		flush_first(&to);
		add_summary(&to);
	}
	redact_output(&to);
	int written = output_end(&to.output);
	rule_index_destroy(to.index);
	buf_finish(&to.first);
	map_finish(&to.told);
	arena_finish(&to.tmp);
	return written != STATUS_OK ? written : status;
}
