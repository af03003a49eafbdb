/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fio measured, as JSON. The key's name tells the unit: lat_ns of 3.x; lat and clat of 2.x are
 * microseconds, and 2.x has no sync block. Source: fio stat.c, show_thread_status_json
 */
#include "base/text.h"
#include "side/readers.h"

#include <stdio.h>

static int bid(struct str text)
{
	return str_contains(text, STR("\"fio version\"")) && str_contains(text, STR("\"jobs\""))
	               ? 95
	               : 0;
}

/* The place of a key's value behind *from: evidence of a fact. */
static void add_ms(struct side_sink *sink, struct str *from, const char *id,
                   const struct json *value, double unit)
{
	if (json_type(value) == JSON_NUMBER) {
		char key[64];
		int len = snprintf(key, sizeof(key), "\"" STR_FMT "\"", STR_ARG(json_key(value)));
		struct str needle = {key, len < 0 || (size_t)len >= sizeof(key) ? 0 : (size_t)len};
		side_fact(sink, id, json_number(value, 0) * unit, "ms",
		          side_line_of(sink, from, needle));
	}
}

/* From 99 keys of percentiles, the one that stands for 99 %. */
static const struct json *percentile(const struct json *of, double wanted)
{
	for (const struct json *item = json_first(of); item != NULL; item = json_next(item)) {
		double share;
		if (str_to_double(json_key(item), &share) && fabs(share - wanted) < 1e-6) {
			return item;
		}
	}
	return NULL;
}

static void read_sync(struct side_sink *sink, struct str from, const struct json *job)
{
	const struct json *latency = side_json_path(job, "sync", "lat_ns", NULL);
	if (json_number(json_get(latency, "N"), 0) <= 0) {
		struct str head = side_line_of(sink, &from, STR("\"jobname\""));
		side_fact_text(sink, "fio.note",
		               STR("no fsync latencies: run fio 3.5 or later with --fdatasync=1"),
		               head);
		return;
	}
	side_line_of(sink, &from, STR("\"sync\""));
	const struct json *shares = json_get(latency, "percentile");
	struct str behind = from;
	add_ms(sink, &behind, "fio.sync.max_ms", json_get(latency, "max"), 1e-6);
	behind = from;
	add_ms(sink, &behind, "fio.sync.avg_ms", json_get(latency, "mean"), 1e-6);
	behind = from;
	add_ms(sink, &behind, "fio.sync.p99_ms", percentile(shares, 99), 1e-6);
	behind = from;
	add_ms(sink, &behind, "fio.sync.p999_ms", percentile(shares, 99.9), 1e-6);
}

static void read_write(struct side_sink *sink, struct str from, const struct json *job)
{
	const struct json *write = json_get(job, "write");
	const struct json *iops = json_get(write, "iops");
	const struct json *nano = side_json_path(write, "clat_ns", NULL);
	const struct json *clat = nano != NULL ? nano : json_get(write, "clat");
	double unit = nano != NULL ? 1e-6 : 1e-3;
	side_line_of(sink, &from, STR("\"write\""));
	struct str behind = from;
	if (json_number(iops, 0) > 0) {
		side_fact(sink, "fio.write.iops", json_number(iops, 0), "1/s",
		          side_line_of(sink, &behind, STR("\"iops\"")));
	}
	behind = from;
	side_line_of(sink, &behind, nano != NULL ? STR("\"clat_ns\"") : STR("\"clat\""));
	const struct json *share = percentile(json_get(clat, "percentile"), 99);
	if (json_number(share, 0) > 0) {
		add_ms(sink, &behind, "fio.write.p99_ms", share, unit);
	}
}

static void read_disks(struct side_sink *sink, struct str from, const struct json *document)
{
	side_line_of(sink, &from, STR("\"disk_util\""));
	for (const struct json *disk = json_first(json_get(document, "disk_util")); disk != NULL;
	     disk = json_next(disk)) {
		const struct json *util = json_get(disk, "util");
		if (json_type(util) == JSON_NUMBER) {
			sink->instance = json_get_text(disk, "name");
			side_fact(sink, "fio.util_percent", json_number(util, 0), "%",
			          side_line_of(sink, &from, STR("\"util\"")));
			sink->instance = STR("");
		}
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw, version = json_get_text(document, "fio version");
		if (version.len > 0) {
			struct str line = side_line_of(sink, &from, STR("\"fio version\""));
			version = str_skip(version, str_starts(version, STR("fio-")) ? 4 : 0);
			side_fact_text(sink, "fio.version", version, line);
		}
		for (const struct json *job = json_first(json_get(document, "jobs")); job != NULL;
		     job = json_next(job)) {
			side_line_of(sink, &from, STR("\"jobname\""));
			read_write(sink, from, job);
			read_sync(sink, from, job);
		}
		read_disks(sink, raw, document);
		json_destroy(document);
	}
}

const struct side side_fio_json = {
	.name = "fio-json",
	.what = TEXT_MARK("fio result"),
	.bid = bid,
	.read = read,
};
