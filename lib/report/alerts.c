/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus alerting rules of rules/alerts/, with the numbers of one cluster put in. */
#include "report/alerts.h"

#include "base/json.h"
#include "base/vec.h"
#include "report/report.h"

#include <math.h>
#include <string.h>

enum number_id { NUMBER_HEARTBEAT, NUMBER_ELECTION, NUMBER_QUOTA, NUMBER_TTL, NUMBER_COUNT };

/* What texts and expressions call ${name}. */
struct number_kind {
	const char *name, *unit;
	struct str facts[2]; /* that state it; the smallest counts */
	double scale;        /* of the fact */
	double usual;        /* in seconds or bytes */
};

/* Source: etcd's defaults; Milvus 2.6's common.session.ttl, the shortest that was a default. */
static const struct number_kind kinds[NUMBER_COUNT] = {
	[NUMBER_HEARTBEAT] = {"heartbeat", "ms", {STR_INIT("etcd.config.heartbeat_ms")}, 1e-3, 0.1},
	[NUMBER_ELECTION] = {"election", "ms", {STR_INIT("etcd.config.election_ms")}, 1e-3, 1},
	[NUMBER_QUOTA] = {"quota",
                          "bytes",
                          {STR_INIT("metrics.etcd.quota_bytes"),
                           STR_INIT("etcd.config.quota_bytes")},
                          1,
                          2147483648.0},
	[NUMBER_TTL] = {"ttl", "s", {STR_INIT("")}, 1, 10},
};

struct number {
	double value;
	bool is_reported;
};

struct alerts {
	const struct json *words;
	const struct findings *findings; /* NULL: there is no report */
	const struct report_options *options;
	struct number numbers[NUMBER_COUNT];
	struct buf *out;
	struct buf tmp;
};

/* ---- numbers ---- */

static void take_smaller(struct number *number, double value)
{
	if (isfinite(value) && value > 0 && (!number->is_reported || value < number->value)) {
		*number = (struct number){value, true};
	}
}

static bool is_stated_by(const struct number_kind *kind, struct str id)
{
	return str_equals(id, kind->facts[0]) || str_equals(id, kind->facts[1]);
}

static void read_numbers(struct alerts *alerts)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		alerts->numbers[i].value = kinds[i].usual;
	}
	if (alerts->findings == NULL) {
		return;
	}
	vec_foreach (const struct finding_fact, item, &alerts->findings->facts) {
		for (size_t i = 0; i < NUMBER_COUNT; i++) {
			if (item->fact.id.len > 0 && is_stated_by(&kinds[i], item->fact.id)) {
				take_smaller(&alerts->numbers[i],
				             item->fact.value * kinds[i].scale);
			}
		}
	}
	vec_foreach (const struct lease, lease, &alerts->findings->leases) {
		take_smaller(&alerts->numbers[NUMBER_TTL],
		             (double)lease->ttl_ns / (double)NS_PER_SEC);
	}
}

static void add_bytes(struct buf *out, double bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;
	while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes >= 1024) {
		bytes /= 1024;
		unit++;
	}
	buf_printf(out, "%.4g %s", bytes, units[unit]);
}

static void add_number(struct buf *out, double value, struct str unit)
{
	if (str_equals(unit, STR("bytes"))) {
		add_bytes(out, value);
	} else if (str_equals(unit, STR("ms"))) {
		buf_printf(out, "%.10g ms", value * 1000);
	} else if (str_equals(unit, STR("s"))) {
		buf_printf(out, "%.10g s", value);
	} else {
		buf_printf(out, "%.15g", value);
	}
}

/* What stands between ${ and }: NAME, NAME*FACTOR, with :UNIT for people. Returns: whether it is
 * known. */
static bool fill_in(struct alerts *alerts, struct str inside)
{
	struct str name, unit, factor_text;
	double factor = 1;
	str_cut(inside, STR(":"), &name, &unit);
	if (str_cut(name, STR("*"), &name, &factor_text) && !str_to_double(factor_text, &factor)) {
		return false;
	}
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		if (str_equals(name, str_from(kinds[i].name))) {
			add_number(&alerts->tmp, alerts->numbers[i].value * factor, unit);
			return true;
		}
	}
	return false;
}

/* A text of the pack with its numbers. Lifetime: until the next one. */
static struct str filled(struct alerts *alerts, struct str text)
{
	struct str before, inside, rest = text;
	buf_clear(&alerts->tmp);
	while (str_cut(rest, STR("${"), &before, &rest)) {
		buf_add(&alerts->tmp, before);
		if (!str_cut(rest, STR("}"), &inside, &rest) || !fill_in(alerts, inside)) {
			buf_add(&alerts->tmp, STR("?"));
		}
	}
	buf_add(&alerts->tmp, before);
	return buf_str(&alerts->tmp);
}

/* ---- words ---- */

static struct str in_lang(const struct alerts *alerts, const struct json *both)
{
	struct str text = json_get_text(both, alerts->options->lang == TEXT_ZH ? "zh" : "en");
	return text.len > 0 ? text : json_get_text(both, "en");
}

static struct str word(const struct alerts *alerts, const char *name)
{
	return in_lang(alerts, json_get(alerts->words, name));
}

static bool names_cause(const struct json *alert, struct str cause)
{
	const struct json *item = json_first(json_get(alert, "causes"));
	for (; item != NULL; item = json_next(item)) {
		if (cause.len > 0 && str_equals(json_text(item), cause)) {
			return true;
		}
	}
	return false;
}

/* Why an alert deserves attention, by the report. cause: which one. Returns: a word; NULL: nothing
 * speaks for it. */
static const char *weight_of(const struct alerts *alerts, const struct json *alert,
                             struct str *cause)
{
	const struct findings *findings = alerts->findings;
	if (findings == NULL) {
		return NULL;
	}
	*cause = findings->verdict.cause;
	if (names_cause(alert, *cause)) {
		return "named";
	}
	vec_foreach (const struct contribution, item, &findings->contributing) {
		*cause = item->cause;
		if (names_cause(alert, *cause)) {
			return "contributing";
		}
	}
	vec_foreach (const struct hypothesis, item, &findings->rivals) {
		*cause = item->cause;
		if (names_cause(alert, *cause)) {
			return "rival";
		}
	}
	return NULL;
}

/* ---- YAML ---- */

static void add_comment(struct alerts *alerts, const char *indent, struct str text)
{
	buf_printf(alerts->out, "%s# ", indent);
	text_add_safe(alerts->out, text);
	buf_byte(alerts->out, '\n');
}

static void add_head(struct alerts *alerts)
{
	struct buf *out = alerts->out;
	buf_printf(out, "# whydown " STR_FMT ": ", STR_ARG(alerts->options->version));
	buf_add(out, word(alerts, "head"));
	buf_byte(out, '\n');
	add_comment(alerts, "", word(alerts, "usage"));
	for (size_t i = 0; i < NUMBER_COUNT; i++) {
		const struct number *number = &alerts->numbers[i];
		buf_printf(out, "#   " STR_FMT ": ", STR_ARG(word(alerts, kinds[i].name)));
		add_number(out, number->value, str_from(kinds[i].unit));
		buf_printf(out, " (" STR_FMT ")\n",
		           STR_ARG(word(alerts, number->is_reported ? "reported" : "usual")));
	}
	if (alerts->findings != NULL && !alerts->options->is_redacted) {
		buf_printf(out, "# " STR_FMT ": ", STR_ARG(word(alerts, "verdict")));
		text_add_safe(out,
		              text_in(&alerts->findings->verdict.summary, alerts->options->lang));
		buf_byte(out, '\n');
	}
	buf_add(out, STR("groups:\n"));
}

static void add_quoted(struct alerts *alerts, const char *key, struct str text)
{
	struct json_writer json;
	buf_printf(alerts->out, "          %s: ", key);
	json_writer_init(&json, alerts->out, 0);
	json_write_text(&json, filled(alerts, text));
	buf_byte(alerts->out, '\n');
}

static void add_rule(struct alerts *alerts, const struct json *alert)
{
	struct buf *out = alerts->out;
	struct str cause = {NULL, 0};
	const char *weight = weight_of(alerts, alert, &cause);
	if (weight != NULL) {
		buf_printf(out, "      # " STR_FMT " ", STR_ARG(word(alerts, weight)));
		text_add_safe(out, cause);
		buf_byte(out, '\n');
	}
	buf_printf(out, "      - alert: " STR_FMT "\n", STR_ARG(json_get_text(alert, "alert")));
	buf_printf(out, "        expr: |-\n          " STR_FMT "\n",
	           STR_ARG(filled(alerts, json_get_text(alert, "expr"))));
	buf_printf(out, "        for: " STR_FMT "\n", STR_ARG(json_get_text(alert, "for")));
	buf_printf(out, "        labels:\n          severity: " STR_FMT "\n",
	           STR_ARG(json_get_text(alert, "severity")));
	buf_printf(out, "          cause: " STR_FMT "\n",
	           STR_ARG(json_text(json_first(json_get(alert, "causes")))));
	buf_add(out, STR("        annotations:\n"));
	add_quoted(alerts, "summary", in_lang(alerts, json_get(alert, "summary")));
	add_quoted(alerts, "description", in_lang(alerts, json_get(alert, "description")));
}

static void add_yaml_group(struct alerts *alerts, const struct json *group)
{
	buf_printf(alerts->out, "  - name: " STR_FMT "\n    rules:\n",
	           STR_ARG(json_get_text(group, "group")));
	const struct json *alert = json_first(json_get(group, "alerts"));
	for (; alert != NULL; alert = json_next(alert)) {
		add_rule(alerts, alert);
	}
}

/* ---- a page ---- */

static void add_page_head(struct alerts *alerts)
{
	buf_printf(alerts->out, "# " STR_FMT "\n\n" STR_FMT "\n", STR_ARG(word(alerts, "title")),
	           STR_ARG(word(alerts, "page")));
}

static void add_entry(struct alerts *alerts, const struct json *alert)
{
	struct buf *out = alerts->out;
	struct str source = json_get_text(alert, "source");
	buf_printf(out, "\n### " STR_FMT "\n\n", STR_ARG(json_get_text(alert, "alert")));
	buf_add(out, filled(alerts, in_lang(alerts, json_get(alert, "description"))));
	buf_printf(out, "\n\n```promql\n" STR_FMT "\n```\n\n",
	           STR_ARG(filled(alerts, json_get_text(alert, "expr"))));
	buf_printf(out, text_translate(alerts->options->lang, "%.*s, %.*s %.*s. %.*s:"),
	           STR_ARG(json_get_text(alert, "severity")), STR_ARG(word(alerts, "for")),
	           STR_ARG(json_get_text(alert, "for")), STR_ARG(word(alerts, "warns")));
	const struct json *cause = json_first(json_get(alert, "causes"));
	for (const char *before = " "; cause != NULL;
	     cause = json_next(cause), before = text_translate(alerts->options->lang, ", ")) {
		buf_printf(out, "%s`" STR_FMT "`", before, STR_ARG(json_text(cause)));
	}
	buf_add(out, STR(".\n"));
	if (source.len > 0) {
		buf_printf(out, text_translate(alerts->options->lang, "\n%.*s: %.*s.\n"),
		           STR_ARG(word(alerts, "source")), STR_ARG(source));
	}
}

static void add_page_group(struct alerts *alerts, const struct json *group)
{
	buf_printf(alerts->out, "\n## " STR_FMT "\n", STR_ARG(json_get_text(group, "group")));
	const struct json *alert = json_first(json_get(group, "alerts"));
	for (; alert != NULL; alert = json_next(alert)) {
		add_entry(alerts, alert);
	}
}

bool report_alerts(const struct findings *findings, const struct report_options *options,
                   enum report_alerts_format format, struct buf *out, struct error *err)
{
	struct json *document = json_parse(alerts_text, err);
	if (document == NULL) {
		return false;
	}
	struct alerts alerts = {.words = json_get(document, "words"),
	                        .findings = findings,
	                        .options = options,
	                        .out = out};
	bool is_page = format == REPORT_ALERTS_PAGE;
	read_numbers(&alerts);
	if (is_page) {
		add_page_head(&alerts);
	} else {
		add_head(&alerts);
	}
	const struct json *group = json_first(json_get(document, "groups"));
	for (; group != NULL; group = json_next(group)) {
		if (is_page) {
			add_page_group(&alerts, group);
		} else {
			add_yaml_group(&alerts, group);
		}
	}
	buf_finish(&alerts.tmp);
	json_destroy(document);
	return true;
}
