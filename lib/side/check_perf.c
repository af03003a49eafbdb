/* SPDX-License-Identifier: Apache-2.0 */
/*
 * etcdctl check perf: a progress bar with CR, then what was reached:
 *   PASS: Throughput is 148 writes/s      FAIL: Throughput too low: 98 writes/s
 *   PASS: Slowest request took 0.084s     Slowest request took too long: 1.556214s
 *   PASS: Stddev is 0.012s                Stddev too high: 0.109176s
 *   PASS                                  FAIL
 * Source: etcdctl ctlv3/command/check.go, newCheckPerfCommand
 */
#include "side/readers.h"

static int bid(struct str text)
{
	bool has_slowest = str_contains(text, STR("Slowest request took"));
	return has_slowest && (str_contains(text, STR("Throughput ")) ||
	                       str_contains(text, STR("Stddev ")))
	               ? 85
	               : 0;
}

/* The first number behind a mark, words between them passed over. */
static bool number_behind(struct str line, struct str mark, double *number)
{
	ptrdiff_t at = str_find(line, mark);
	struct str rest = at < 0 ? STR("") : str_skip(line, (size_t)at + mark.len);
	for (struct str word = side_word(&rest); word.len > 0; word = side_word(&rest)) {
		if (side_number(word, number)) {
			return true;
		}
	}
	return false;
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	double value;
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (number_behind(line, STR("Throughput "), &value)) {
			side_fact(sink, "checkperf.writes_per_s", value, "1/s", line);
			side_fact(sink, "checkperf.throughput_passed",
			          str_contains(line, STR("too low")) ? 0 : 1, "", line);
		} else if (number_behind(line, STR("Slowest request took"), &value)) {
			side_fact(sink, "checkperf.slowest_ms", value * 1000, "ms", line);
		} else if (number_behind(line, STR("Stddev "), &value)) {
			side_fact(sink, "checkperf.stddev_ms", value * 1000, "ms", line);
		} else if (str_equals(trimmed, STR("PASS")) || str_equals(trimmed, STR("FAIL"))) {
			side_fact(sink, "checkperf.passed",
			          str_equals(trimmed, STR("PASS")) ? 1 : 0, "", line);
		}
	}
}

const struct side side_check_perf = {
	.name = "check-perf",
	.what = "etcdctl check perf",
	.bid = bid,
	.read = read,
};
