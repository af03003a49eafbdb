/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration of Milvus: milvus.yaml, user.yaml, a ConfigMap that holds them as texts, values of
 * the chart, the operator's resource. Source: Milvus configs/milvus.yaml, pkg/util/paramtable
 */
#include "base/text.h"
#include "base/yaml_json.h"
#include "side/readers.h"

#include <stdio.h>

enum { NESTING_MAX = 3 };

static const struct {
	const char *path[4];
	const char *id, *unit; /* unit NULL: a text */
} settings[] = {
	{{"etcd", "requestTimeout"}, "milvus.config.etcd_timeout_ms", "ms"},
	{{"etcd", "rootPath"}, "milvus.config.etcd_root_path", NULL},
	{{"etcd", "endpoints"}, "milvus.config.etcd_endpoints", NULL},
	{{"etcd", "use", "embed"}, "milvus.config.etcd_embedded", NULL},
	{{"common", "session", "ttl"}, "milvus.config.session_ttl_s", "s"},
	{{"common", "session", "retryTimes"}, "milvus.config.session_retries", ""},
	{{"mq", "type"}, "milvus.config.message_queue", NULL},
	{{"minio", "address"}, "milvus.config.object_storage", NULL},
	{{"log", "level"}, "milvus.config.log_level", NULL},
};

static const struct str heads[] = {
	STR_INIT("apiVersion:"), STR_INIT("etcd:"),         STR_INIT("metastore:"),
	STR_INIT("common:"),     STR_INIT("minio:"),        STR_INIT("mq:"),
	STR_INIT("log:"),        STR_INIT("localStorage:"), STR_INIT("rootCoord:"),
	STR_INIT("config:"),     STR_INIT("cluster:"),      STR_INIT("extraConfigFiles:"),
};

static bool has(struct str text, const char *head)
{
	return side_line_starts(text, str_from(head)).len > 0;
}

static int bid(struct str text)
{
	bool has_etcd =
		has(text, "etcd:") && (has(text, "rootPath:") || has(text, "requestTimeout:") ||
	                               has(text, "metaSubPath:") || has(text, "kvSubPath:"));
	bool has_session = has(text, "common:") && has(text, "session:") && has(text, "ttl:");
	return has_etcd || has_session ? 65 : 0;
}

static const struct json *get(const struct json *tree, const char *const path[4])
{
	for (size_t i = 0; i < 4 && path[i] != NULL; i++) {
		tree = json_get(tree, path[i]);
	}
	return tree;
}

static struct str text_of(struct side_sink *sink, const struct json *value)
{
	if (json_type(value) == JSON_BOOL) {
		return json_bool(value, false) ? STR("true") : STR("false");
	}
	if (json_type(value) != JSON_ARRAY) {
		return json_text(value);
	}
	struct str all = STR("");
	for (const struct json *item = json_first(value); item != NULL && all.len < 1024;
	     item = json_next(item)) {
		all = arena_printf(sink->tmp, STR_FMT "%s" STR_FMT, STR_ARG(all),
		                   all.len > 0 ? "," : "", STR_ARG(json_text(item)));
	}
	return all;
}

/* Where a setting stands: below the lines of its path. */
static struct str place(const struct side_sink *sink, const char *const path[4])
{
	struct str rest = sink->text, line = STR("");
	for (size_t i = 0; i < 4 && path[i] != NULL; i++) {
		char key[64];
		int len = snprintf(key, sizeof(key), "%s:", path[i]);
		struct str found = side_line_starts(rest, (struct str){key, (size_t)len});
		if (found.ptr == NULL) {
			break;
		}
		line = found;
		rest = (struct str){found.ptr,
		                    (size_t)(sink->text.ptr + sink->text.len - found.ptr)};
	}
	return line;
}

static void read_settings(struct side_sink *sink, const struct json *tree)
{
	for (size_t i = 0; i < SIDE_COUNT(settings); i++) {
		const struct json *value = get(tree, settings[i].path);
		double number = json_number(value, NAN);
		if (settings[i].unit == NULL) {
			side_fact_text(sink, settings[i].id, text_of(sink, value),
			               place(sink, settings[i].path));
		} else if (!isnan(number) || side_number(json_text(value), &number)) {
			side_fact(sink, settings[i].id, number, settings[i].unit,
			          place(sink, settings[i].path));
		}
	}
}

/* Trees within trees: texts of a ConfigMap, the chart's files, the operator's spec. */
static void read_tree(struct side_sink *sink, const struct json *tree, int nesting)
{
	static const char *const holders[] = {"data", "extraConfigFiles", "spec", "config"};
	if (json_type(tree) != JSON_OBJECT || nesting > NESTING_MAX) {
		return;
	}
	read_settings(sink, tree);
	for (size_t i = 0; i < SIDE_COUNT(holders); i++) {
		const struct json *holder = json_get(tree, holders[i]);
		read_tree(sink, holder, nesting + 1);
		for (const struct json *item = json_type(holder) == JSON_OBJECT ? json_first(holder)
		                                                                : NULL;
		     item != NULL; item = json_next(item)) {
			if (str_contains(json_text(item), STR(":"))) {
				struct json *inner = yaml_parse(json_text(item), NULL);
				read_tree(sink, inner, nesting + 1);
				json_destroy(inner);
			}
		}
	}
}

/* The first line that a configuration may begin with, at the line's very begin. */
static size_t find_start(struct str text)
{
	size_t first = text.len;
	for (size_t i = 0; i < SIDE_COUNT(heads); i++) {
		struct str line = side_line_starts(text, heads[i]);
		size_t at = line.ptr == NULL ? text.len : (size_t)(line.ptr - text.ptr);
		bool is_top = at == 0 || (at < text.len && text.ptr[at - 1] == '\n');
		first = is_top && at < first ? at : first;
	}
	return first;
}

static void read(struct str text, struct side_sink *sink)
{
	struct str body = str_skip(text, find_start(text)), part;
	for (int i = 0; i < 64 && body.len > 0; i++) {
		bool is_cut = false;
		str_cut(body, STR("\n---"), &part, &body);
		struct json *tree = yaml_parse(part, &is_cut);
		if (is_cut) {
			sink->damage = STR(TEXT_MARK("the YAML document is not whole"));
		}
		read_tree(sink, tree, 0);
		json_destroy(tree);
	}
}

const struct side side_milvus_config = {
	.name = "milvus-config",
	.what = TEXT_MARK("Milvus configuration"),
	.bid = bid,
	.read = read,
};
