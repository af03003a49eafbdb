/* SPDX-License-Identifier: Apache-2.0 */
/* fio, text of 2.x and 3.x and JSON. Source: fio 3.33 stat.c; the unit of each block stands in parentheses. */
#include "base/json.h"

#include "side/readers.h"

static int bid_text(struct str head, struct str path)
{
	(void)path;
	bool has_job = str_contains(head, STR("(groupid=")) && str_contains(head, STR("jobs="));
	return has_job && str_contains(head, STR("IOPS")) ? 90 : has_job && str_contains(head, STR("iops=")) ? 80 : 0;
}

/* Milliseconds in a unit named in "(usec)". */
static double unit_ms(struct str line)
{
	if (str_contains(line, STR("(nsec)"))) {
		return 1e-6;
	}
	if (str_contains(line, STR("(usec)"))) {
		return 1e-3;
	}
	return str_contains(line, STR("(sec)")) || str_contains(line, STR("(s)")) ? 1e3 : 1;
}

/* "16.2k", "1,263": fio shortens large numbers. */
static bool read_rate(struct str text, double *rate)
{
	if (!side_number(text, rate)) {
		return false;
	}
	size_t i = 0;
	while (i < text.len && ((text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '.' || text.ptr[i] == ' ')) {
		i++;
	}
	*rate *= i < text.len && text.ptr[i] == 'k' ? 1e3 : i < text.len && text.ptr[i] == 'M' ? 1e6 : 1;
	return true;
}

static void read_member(const struct side_sink *sink, struct str line, uint64_t number, const char *name, double unit, const char *id)
{
	ptrdiff_t at = str_find(line, str_from(name));
	double value;
	if (at >= 0 && side_number(str_skip(line, (size_t)at + str_from(name).len), &value)) {
		side_fact(sink, id, value * unit, "ms", number, line);
	}
}

static void read_text(struct str text, const struct side_sink *sink)
{
	struct str rest = text, line;
	uint64_t number = 0;
	bool is_in_sync = false, is_in_percentiles = false, has_sync = false;
	double unit = 1, value;
	while (side_line(&rest, &line, &number)) {
		struct str trimmed = str_trim(line);
		ptrdiff_t at = str_find(line, STR("write: IOPS="));
		if (at >= 0 && read_rate(str_skip(line, (size_t)at + 12), &value)) {
			side_fact(sink, "fio.write.iops", value, "1/s", number, line);
		}
		is_in_sync |= str_starts(trimmed, STR("fsync/fdatasync/sync_file_range"));
		if (str_starts(trimmed, STR("sync (")) && is_in_sync) {
			has_sync = true;
			read_member(sink, line, number, "max=", unit_ms(line), "fio.sync.max_ms");
			read_member(sink, line, number, "avg=", unit_ms(line), "fio.sync.avg_ms");
		}
		if (str_starts(trimmed, STR("sync percentiles"))) {
			is_in_percentiles = true;
			unit = unit_ms(line);
		} else if (is_in_percentiles && str_starts(trimmed, STR("|"))) {
			read_member(sink, line, number, " 99.00th=[", unit, "fio.sync.p99_ms");
		} else {
			is_in_percentiles = false;
		}
		at = str_find(line, STR("util="));
		if (at >= 0 && side_number(str_skip(line, (size_t)at + 5), &value)) {
			side_fact(sink, "fio.util_percent", value, "%", number, line);
		}
	}
	if (!has_sync) {
		side_fact_text(sink, "fio.note", STR("no fsync figures: run fio 3.5 or later with --fdatasync=1"), 0, STR(""));
	}
}

const struct side side_fio_text = {.name = "fio-text", .what = "fio result", .bid = bid_text, .read = read_text};

/* ---- JSON: fio 3.x in ns; 2.x has no sync block ---- */

static int bid_json(struct str head, struct str path)
{
	(void)path;
	return str_contains(head, STR("\"fio version\"")) && str_contains(head, STR("\"jobs\"")) ? 95 : 0;
}

static void add_ns(const struct side_sink *sink, const char *id, const struct json *value)
{
	if (json_type(value) == JSON_NUMBER) {
		side_fact(sink, id, json_number(value, 0) / 1e6, "ms", 0, STR(""));
	}
}

static void read_json(struct str text, const struct side_sink *sink)
{
	/* warnings may stand before the object */
	ptrdiff_t start = str_find_byte(text, '{'), end = str_find_last_byte(text, '}');
	struct json *document = start < 0 || end < start ? NULL : json_parse(str_slice(text, (size_t)start, (size_t)end + 1), NULL);
	for (const struct json *job = json_first(json_get(document, "jobs")); job != NULL; job = json_next(job)) {
		const struct json *latency = json_get(json_get(job, "sync"), "lat_ns");
		const struct json *iops = json_get(json_get(job, "write"), "iops");
		if (json_number(json_get(latency, "N"), 0) > 0) {
			add_ns(sink, "fio.sync.p99_ms", json_get(json_get(latency, "percentile"), "99.000000"));
			add_ns(sink, "fio.sync.max_ms", json_get(latency, "max"));
			add_ns(sink, "fio.sync.avg_ms", json_get(latency, "mean"));
		}
		if (json_number(iops, 0) > 0) {
			side_fact(sink, "fio.write.iops", json_number(iops, 0), "1/s", 0, STR(""));
		}
	}
	for (const struct json *disk = json_first(json_get(document, "disk_util")); disk != NULL; disk = json_next(disk)) {
		if (json_get(disk, "util") != NULL) {
			side_fact(sink, "fio.util_percent", json_number(json_get(disk, "util"), 0), "%", 0, STR(""));
		}
	}
	json_destroy(document);
}

const struct side side_fio_json = {.name = "fio-json", .what = "fio result", .bid = bid_json, .read = read_json};
