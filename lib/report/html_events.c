/* SPDX-License-Identifier: Apache-2.0 */
/* The list of episodes with their lines, slow operations, and what was read. */
#include "base/json.h"
#include "base/vec.h"
#include "report/html_page.h"

#include <math.h>

enum {
	EPISODES_MAX = 10000,
	RENDERED_MAX = 2000,       /* with more, those off screen are left out of layout */
	LINES_BYTES_MAX = 6 << 20, /* of evidence in the list; harm comes first */
	SERIES_MAX = 8,
	POINTS_MAX = 4000, /* of a series */
	NS_PER_MICRO = 1000
};

/* ---- episodes ---- */

static void write_attribute(struct html *html, const char *name, struct str value)
{
	buf_printf(html->out, " data-%s=\"", name);
	html_text(html, value);
	html_raw(html, "\"");
}

static void write_episode(struct html *html, size_t number, bool has_lines)
{
	const struct digest *digest = html->view.findings->digest;
	const struct episode *episode = &digest->episodes.items[number];
	const struct event_kind *kind = episode->kind;
	struct str instance = view_instance(digest, episode);
	const struct event *evidence[VIEW_EVIDENCE_MAX];
	buf_printf(html->out, "<details class=\"event%s\"", kind->is_harm ? " harm" : "");
	write_attribute(html, "i", instance);
	write_attribute(html, "c", kind->component);
	write_attribute(html, "k", kind->id);
	html_raw(html, "><summary>");
	html_time(html, episode->first_ns);
	html_raw(html, " <b>");
	html_text(html, instance);
	html_raw(html, "</b> ");
	html_text(html, view_text(&html->view, &kind->title));
	if (episode->count > 1) {
		buf_printf(html->out, " × %llu", (unsigned long long)episode->count);
	}
	if (episode->max_took_ns != DURATION_NONE) {
		html_pick(html, ", ");
		html_raw(html, episode->count > 1 ? view_pick(&html->view, "up to ") : "");
		html_text(html, view_duration(&html->view, episode->max_took_ns));
	}
	buf_printf(html->out, "</summary>\n<div id=\"e%zu\">", number + 1);
	html_raw(html, "<p><code>");
	html_text(html, kind->id);
	html_raw(html, "</code> ");
	html_text(html, view_text(&html->view, &kind->meaning));
	html_raw(html, "</p>\n");
	size_t count = has_lines ? view_evidence(episode, evidence) : 0;
	for (size_t i = 0; i < count; i++) {
		html_evidence(html, evidence[i]);
	}
	html_raw(html, "</div></details>\n");
}

static void write_option(struct html *html, struct str value)
{
	html_element(html, "option", value);
}

static bool is_new(const struct html *html, size_t number, bool by_kind)
{
	const struct digest *digest = html->view.findings->digest;
	const struct episode *episode = &digest->episodes.items[number];
	for (size_t i = 0; i < number; i++) {
		const struct episode *before = &digest->episodes.items[i];
		if (by_kind ? before->kind == episode->kind
		            : str_equals(view_instance(digest, before),
		                         view_instance(digest, episode))) {
			return false;
		}
	}
	return true;
}

static void write_select(struct html *html, const char *id, struct str label, bool by_kind)
{
	enum { LOOKED_AT_MAX = 2000 };
	const struct digest *digest = html->view.findings->digest;
	buf_printf(html->out, "<label>");
	html_text(html, label);
	buf_printf(html->out, " <select id=\"%s\"><option value=\"\">", id);
	html_pick(html, "all");
	html_raw(html, "</option>");
	for (size_t i = 0; i < digest->episodes.count && i < LOOKED_AT_MAX; i++) {
		const struct episode *episode = &digest->episodes.items[i];
		if (is_new(html, i, by_kind)) {
			write_option(html,
			             by_kind ? episode->kind->id : view_instance(digest, episode));
		}
	}
	html_raw(html, "</select></label>\n");
}

static void write_filters(struct html *html)
{
	html_raw(html, "<div class=\"filters\" role=\"search\">\n<label>");
	html_pick(html, "Search");
	html_raw(html, " <input type=\"search\" id=\"find\"></label>\n");
	write_select(html, "instance", str_from(view_pick(&html->view, "Instance")), false);
	html_raw(html, "<label>");
	html_pick(html, "Component");
	html_raw(html, " <select id=\"component\"><option value=\"\">");
	html_pick(html, "all");
	html_raw(html, "</option></select></label>\n");
	write_select(html, "kind", str_from(view_pick(&html->view, "Kind")), true);
	html_raw(html, "<label><input type=\"checkbox\" id=\"harm\"> ");
	html_pick(html, "only what was wrong");
	html_raw(html, "</label>\n<output id=\"found\" aria-live=\"polite\"></output>\n</div>\n");
}

static size_t evidence_bytes(const struct episode *episode)
{
	const struct event *evidence[VIEW_EVIDENCE_MAX];
	size_t count = view_evidence(episode, evidence), bytes = 0;
	for (size_t i = 0; i < count; i++) {
		bytes += evidence[i]->origin.text.len;
	}
	return bytes;
}

void html_episodes(struct html *html)
{
	const struct digest *digest = html->view.findings->digest;
	size_t harm_bytes = 0, bytes = 0, shown = 0;
	vec_foreach (const struct episode, episode, &digest->episodes) {
		harm_bytes += episode->kind->is_harm ? evidence_bytes(episode) : 0;
	}
	if (digest->episodes.count == 0) {
		return;
	}
	html_section(html, "events", "Events");
	write_filters(html);
	html_raw(html, digest->episodes.count > RENDERED_MAX ? "<div id=\"list\" class=\"many\">\n"
	                                                     : "<div id=\"list\">\n");
	for (size_t i = 0; i < digest->episodes.count && shown < EPISODES_MAX; i++, shown++) {
		const struct episode *episode = &digest->episodes.items[i];
		size_t more = evidence_bytes(episode);
		bool has_room = episode->kind->is_harm
		                        ? bytes + more <= LINES_BYTES_MAX
		                        : bytes + more + harm_bytes <= LINES_BYTES_MAX;
		bytes += has_room ? more : 0;
		write_episode(html, i, has_room);
	}
	html_raw(html, "</div>\n");
	if (shown < digest->episodes.count) {
		html_element(
			html, "p",
			arena_printf(&html->view.tmp,
		                     view_pick(&html->view, "%zu more are in the JSON report."),
		                     digest->episodes.count - shown));
	}
	html_raw(html, "</section>\n");
}

/* ---- slow operations ---- */

static bool is_of(const struct html *html, const struct episode *episode,
                  const struct latency *latency)
{
	return str_equals(episode->kind->id, latency->kind) &&
	       str_equals(view_instance(html->view.findings->digest, episode), latency->instance);
}

static struct str series_name(struct html *html, const struct latency *latency)
{
	return arena_printf(&html->view.tmp, STR_FMT " (" STR_FMT ")%s" STR_FMT,
	                    STR_ARG(view_text(&html->view, &latency->what)),
	                    STR_ARG(latency->instance), latency->key_prefix.len > 0 ? " " : "",
	                    STR_ARG(latency->key_prefix));
}

static void write_points(struct html *html, struct json_writer *json, const struct latency *latency)
{
	const struct digest *digest = html->view.findings->digest;
	size_t count = 0;
	json_write_key(json, "points");
	json_array_begin(json);
	for (size_t i = 0; i < digest->episodes.count; i++) {
		const struct episode *episode = &digest->episodes.items[i];
		for (size_t j = 0; is_of(html, episode, latency) && j < episode->member_count;
		     j++) {
			const struct event *event = episode->members[j];
			if (event->time_ns == TIME_NONE || event->took_ns == DURATION_NONE ||
			    count++ >= POINTS_MAX) {
				continue;
			}
			int64_t time_us = event->time_ns / NS_PER_MICRO;
			json_array_begin(json);
			json_write_double(json, (double)time_us / 1000, 0);
			json_write_ms(json, view_rounded(event->took_ns));
			json_write_int(json, (int64_t)i + 1);
			json_array_end(json);
		}
	}
	json_array_end(json);
}

static void write_buckets(struct html *html, struct json_writer *json,
                          const struct latency *latency)
{
	const struct digest *digest = html->view.findings->digest;
	struct histogram all = {0};
	vec_foreach (const struct episode, episode, &digest->episodes) {
		if (is_of(html, episode, latency)) {
			histogram_merge(&all, &episode->took);
		}
	}
	json_write_key(json, "buckets");
	json_array_begin(json);
	for (size_t i = 0; all.buckets != NULL && i < HISTOGRAM_BUCKETS; i++) {
		if (all.buckets[i] > 0) {
			json_array_begin(json);
			json_write_ms(json, histogram_bucket_start(i));
			json_write_int(json, all.buckets[i]);
			json_array_end(json);
		}
	}
	json_array_end(json);
	histogram_finish(&all);
}

/* For the script; inert, since it is not a script and no '<' is in it. */
static void write_data(struct html *html)
{
	const struct findings *findings = html->view.findings;
	struct buf text = {0};
	struct json_writer json;
	json_writer_init(&json, &text, 0);
	json_object_begin(&json);
	json_write_key(&json, "ttl");
	json_write_ms(&json, findings->leases.count > 0 && findings->leases.items[0].ttl_ns > 0
	                             ? findings->leases.items[0].ttl_ns
	                             : DURATION_NONE);
	json_write_key(&json, "offset");
	json_write_int(&json, html->from_ns == TIME_NONE
	                              ? 0
	                              : clock_zone_offset(html->view.options->zone, html->from_ns));
	json_member_text(&json, "took", str_from(view_pick(&html->view, "took")));
	json_member_text(&json, "count", str_from(view_pick(&html->view, "count")));
	json_write_key(&json, "series");
	json_array_begin(&json);
	for (size_t i = 0; i < findings->latency.count && i < SERIES_MAX; i++) {
		json_object_begin(&json);
		json_member_text(&json, "name", series_name(html, &findings->latency.items[i]));
		write_points(html, &json, &findings->latency.items[i]);
		write_buckets(html, &json, &findings->latency.items[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	html_raw(html, "<script type=\"application/json\" id=\"data\">");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '<') {
			html_raw(html, "\\u003c");
		} else {
			buf_byte(html->out, text.ptr[i]);
		}
	}
	html_raw(html, "</script>\n");
	buf_finish(&text);
}

static void write_cell_duration(struct html *html, int64_t duration_ns)
{
	html_raw(html, "<td class=\"number\">");
	html_text(html, view_duration(&html->view, duration_ns));
	html_raw(html, "</td>");
}

static void write_latency_table(struct html *html)
{
	const struct findings *findings = html->view.findings;
	html_raw(html, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"");
	html_pick(html, "Table of slow operations");
	html_raw(html, "\"><table>\n<thead><tr><th scope=\"col\">");
	html_pick(html, "Operation");
	html_raw(html, "</th><th scope=\"col\" class=\"number\">");
	html_pick(html, "Count");
	html_raw(html, "</th><th scope=\"col\" class=\"number\">");
	html_pick(html, "Median");
	html_raw(html, "</th><th scope=\"col\" class=\"number\">p99</th><th scope=\"col\" "
	               "class=\"number\">");
	html_pick(html, "Max");
	html_raw(html, "</th></tr></thead>\n<tbody>\n");
	vec_foreach (const struct latency, latency, &findings->latency) {
		html_raw(html, "<tr><th scope=\"row\">");
		html_text(html, series_name(html, latency));
		html_raw(html, "</th><td class=\"number\">");
		html_number(html, latency->count);
		html_raw(html, "</td>");
		write_cell_duration(html, latency->p50_ns);
		write_cell_duration(html, latency->p99_ns);
		write_cell_duration(html, latency->max_ns);
		html_raw(html, "</tr>\n");
	}
	html_raw(html, "</tbody></table></div>\n");
}

/* is_walked: its points are gone through by the keyboard */
static void write_chart(struct html *html, const char *id, struct str title, bool is_walked)
{
	buf_printf(html->out, "<figure class=\"chart\"><figcaption id=\"%s-title\">", id);
	html_text(html, title);
	buf_printf(html->out,
	           "</figcaption><div id=\"%s\" role=\"%s "
	           "aria-labelledby=\"%s-title\"></div></figure>\n",
	           id, is_walked ? "application\" tabindex=\"0\"" : "img\"", id);
}

void html_latencies(struct html *html)
{
	if (html->view.findings->latency.count > 0) {
		html_section(html, "slow", "Slow operations");
		html_raw(html, "<div class=\"charts\" id=\"charts\">\n<ul class=\"key\" "
		               "id=\"series\"></ul>\n");
		write_chart(html, "over-time",
		            str_from(view_pick(&html->view,
		                               "How long each took, when it ended (log scale)")),
		            true);
		html_raw(html, "<p class=\"point\" id=\"point\" aria-live=\"polite\">");
		html_pick(html,
		          "Point at one to see its line; a click leads to its event. Drag to zoom, "
		          "walk with the arrow keys.");
		html_raw(html, "</p>\n<p><button type=\"button\" id=\"whole\" hidden>");
		html_pick(html, "Show all");
		html_raw(html, "</button></p>\n");
		write_chart(html, "spread",
		            str_from(view_pick(&html->view, "How many took how long")), false);
		html_raw(html, "</div>\n");
		write_latency_table(html);
		html_raw(html, "</section>\n");
	}
	write_data(html);
}

/* ---- what was read ---- */

static void write_input(struct html *html, const struct source *source)
{
	html_raw(html, "<li><cite>");
	html_text(html, source->path);
	html_raw(html, "</cite>");
	if (source->container.len > 0) {
		html_pick(html, " (");
		html_text(html, source->container);
		html_pick(html, ")");
	}
	html_pick(html, ": ");
	html_text(html, view_source(&html->view, source));
	struct str span = view_span(&html->view, source->first_ns, source->last_ns);
	if (span.len > 0) {
		html_pick(html, ", ");
	}
	html_text(html, span);
	html_raw(html, "<br><small>");
	html_text(html,
	          arena_printf(&html->view.tmp,
	                       view_pick(&html->view, "%llu records, %llu dated, %llu recognised"),
	                       (unsigned long long)source->records,
	                       (unsigned long long)source->dated,
	                       (unsigned long long)source->recognised));
	html_raw(html, "</small>");
	if (source->damage.len > 0) {
		html_raw(html, "<br><strong>");
		html_text(html, view_words(&html->view, source->damage));
		html_raw(html, "</strong>");
	}
	if (source->copy_of.len > 0) {
		html_raw(html, "<br>");
		html_pick(html, "counted once: it says what this one says: ");
		html_text(html, source->copy_of);
	}
	html_raw(html, "</li>\n");
}

static void write_environment(struct html *html)
{
	const struct findings *findings = html->view.findings;
	const struct {
		const char *name;
		struct str value;
	} rows[] = {
		{"Milvus", findings->environment.milvus_version},
		{"etcd", findings->environment.etcd_version},
		{view_pick(&html->view, "Deployment"), findings->environment.deployment},
		{view_pick(&html->view, "Message queue"), findings->environment.message_queue},
	};
	html_raw(html, "<dl class=\"short\">\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		html_raw(html, "<dt>");
		html_text(html, str_from(rows[i].name));
		html_raw(html, "</dt><dd>");
		html_text(html, rows[i].value.len > 0
		                        ? rows[i].value
		                        : str_from(view_pick(&html->view, "not seen")));
		html_raw(html, "</dd>\n");
	}
	html_raw(html, "</dl>\n");
}

static void write_missing(struct html *html)
{
	const struct findings *findings = html->view.findings;
	for (size_t i = 0; i < findings->missing.count; i++) {
		const struct missing *item = &findings->missing.items[i];
		if (i == 0) {
			html_element(html, "h3",
			             str_from(view_pick(&html->view, "What is missing")));
			html_raw(html, "<dl>\n");
		}
		html_raw(html, "<dt>");
		html_text(html, view_text(&html->view, &item->what));
		html_raw(html, "</dt><dd>");
		html_text(html, view_text(&html->view, &item->why));
		html_element(html, "small", view_text(&html->view, &item->how));
		html_raw(html, "</dd>\n");
		html_raw(html, i + 1 == findings->missing.count ? "</dl>\n" : "");
	}
}

void html_coverage(struct html *html)
{
	const struct digest *digest = html->view.findings->digest;
	html_section(html, "coverage", "What was read");
	write_environment(html);
	if (digest->input_count + digest->document_count == 0) {
		html_element(html, "p",
		             str_from(view_pick(&html->view,
		                                "nothing: there is no file in what was named")));
	}
	html_raw(html, "<ul class=\"inputs\">\n");
	for (size_t i = 0; i < digest->input_count; i++) {
		write_input(html, &digest->inputs[i]);
	}
	for (size_t i = 0; i < digest->document_count; i++) {
		const struct document *document = &digest->documents[i];
		html_raw(html, "<li><cite>");
		html_text(html, document->path);
		html_raw(html, "</cite>");
		html_pick(html, ": ");
		html_text(html, view_words(&html->view, document->what));
		if (document->damage.len > 0) {
			html_pick(html, ", ");
		}
		html_text(html, view_words(&html->view, document->damage));
		html_raw(html, "</li>\n");
	}
	vec_foreach (const struct clock_note, note, &html->view.findings->clocks) {
		html_raw(html, "<li>");
		html_text(html, note->instance);
		html_pick(html, ": ");
		html_text(html, view_text(&html->view, &note->how));
		html_pick(html, " (");
		html_text(html, view_duration(&html->view, note->offset_ns));
		html_pick(html, ")");
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ul>\n");
	write_missing(html);
	html_raw(html, "</section>\n");
}
