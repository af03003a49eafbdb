/* SPDX-License-Identifier: Apache-2.0 */
/* iostat -x -o JSON. Source: sysstat 11.5 to 12.7, iostat.c, write_json_ext_stat */
#include "side/readers.h"

#include <string.h>

static const struct {
	const char *id, *unit, *key;
	struct str needle;
} wanted[] = {
	{"iostat.util_percent", "%", "util", STR_INIT("\"util\"")},
	{"iostat.w_await_ms", "ms", "w_await", STR_INIT("\"w_await\"")},
	{"iostat.f_await_ms", "ms", "f_await", STR_INIT("\"f_await\"")},
	{"iostat.await_ms", "ms", "await", STR_INIT("\"await\"")},
};

struct worst {
	double value; /* negative: none */
	struct str device, line;
};

static int bid(struct str text)
{
	return str_contains(text, STR("\"sysstat\"")) && str_contains(text, STR("\"disk_device\""))
	               ? 95
	               : 0;
}

static void read_sample(struct side_sink *sink, const struct json *sample, struct str *from,
                        struct worst *worst)
{
	for (const struct json *disk = json_first(json_get(sample, "disk")); disk != NULL;
	     disk = json_next(disk)) {
		struct str line = side_line_of(sink, from, STR("\"disk_device\""));
		for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
			double value = json_number(json_get(disk, wanted[i].key), -1);
			if (value > worst[i].value) {
				worst[i] = (struct worst){
					value,
					arena_str(sink->tmp, json_get_text(disk, "disk_device")),
					line};
			}
		}
	}
}

/* The first sample is the mean since boot: it counts only when it is alone. */
static void read_host(struct side_sink *sink, const struct json *host, struct str *from)
{
	const struct json *samples = json_get(host, "statistics");
	size_t count = json_count(samples);
	struct worst worst[SIDE_COUNT(wanted)];
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		worst[i].value = -1;
	}
	bool is_first = true;
	for (const struct json *sample = json_first(samples); sample != NULL;
	     sample = json_next(sample)) {
		struct worst ignored[SIDE_COUNT(wanted)];
		memcpy(ignored, worst, sizeof(ignored));
		read_sample(sink, sample, from, is_first && count > 1 ? ignored : worst);
		is_first = false;
	}
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		if (worst[i].value >= 0) {
			sink->instance = worst[i].device;
			side_fact(sink, wanted[i].id, worst[i].value, wanted[i].unit,
			          worst[i].line);
		}
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, raw;
	struct json *document;
	while ((document = side_json_next(sink, &rest, &raw)) != NULL) {
		struct str from = raw;
		for (const struct json *host =
		             json_first(side_json_path(document, "sysstat", "hosts", NULL));
		     host != NULL; host = json_next(host)) {
			read_host(sink, host, &from);
		}
		json_destroy(document);
	}
}

const struct side side_iostat_json = {
	.name = "iostat-json",
	.what = "iostat -x",
	.bid = bid,
	.read = read,
};
