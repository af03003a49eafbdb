/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host says of itself: df, free, vmstat, top, a cgroup's cpu.stat, lscpu.
 * Sources: coreutils df.c; procps-ng free.c, vmstat.c, top.c; kernel cgroup-v2.rst; util-linux
 */
#include "base/text.h"
#include "side/readers.h"

/* Whether a line of the text, trimmed, passes. */
static bool any_line(struct str text, bool (*is_it)(struct str line))
{
	struct str rest = text, line;
	while (side_line(&rest, &line)) {
		if (is_it(str_trim(line))) {
			return true;
		}
	}
	return false;
}

static size_t column_of(const struct str *names, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(names[i], name)) {
			return i;
		}
	}
	return SIDE_COLUMNS_MAX;
}

/* ---- df, df -i ---- */

static bool is_df_head(struct str line)
{
	return str_starts(line, STR("Filesystem")) &&
	       (str_contains(line, STR("Use%")) || str_contains(line, STR("Capacity")));
}

static int bid_df(struct str text)
{
	return str_contains(text, STR("Filesystem")) && any_line(text, is_df_head) ? 80 : 0;
}

/* "/dev/sdb1  100G  100G  0  100% /var/lib/etcd"; a long name may stand on a line of its own. */
static void read_df_row(struct side_sink *sink, struct str line, bool is_inodes)
{
	struct str words[SIDE_COLUMNS_MAX];
	size_t count = side_words(line, words), at = 0;
	double percent;
	while (at < count && !str_ends(words[at], STR("%"))) {
		at++;
	}
	if (at + 1 >= count || words[at + 1].ptr[0] != '/' || !side_number(words[at], &percent) ||
	    str_starts(words[0], STR("/dev/loop"))) {
		return;
	}
	sink->instance = words[at + 1];
	side_fact(sink, is_inodes ? "disk.inodes_used_percent" : "disk.used_percent", percent, "%",
	          line);
	sink->instance = STR("");
}

static void read_df(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	bool is_inside = false, is_inodes = false;
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (is_df_head(trimmed)) {
			is_inside = true;
			is_inodes = str_contains(line, STR("IUse%"));
		} else if (trimmed.len == 0) {
			is_inside = false;
		} else if (is_inside) {
			read_df_row(sink, line, is_inodes);
		}
	}
}

const struct side side_df = {.name = "df", .what = "df", .bid = bid_df, .read = read_df};

/* ---- free ---- */

static bool is_free_head(struct str line)
{
	return str_starts(line, STR("total ")) && str_contains(line, STR(" used ")) &&
	       str_contains(line, STR(" free "));
}

static int bid_free(struct str text)
{
	return side_line_starts(text, STR("Mem:")).len > 0 && any_line(text, is_free_head) ? 80 : 0;
}

static void read_free_row(struct side_sink *sink, const struct str *names, size_t name_count,
                          struct str line)
{
	struct str words[SIDE_COLUMNS_MAX];
	size_t count = side_words(line, words);
	double total, free, other = 0;
	bool is_memory = count > 3 && str_equals(words[0], STR("Mem:"));
	if (count < 4 || (!is_memory && !str_equals(words[0], STR("Swap:")))) {
		return;
	}
	size_t available = column_of(names, name_count, STR("available")) + 1;
	size_t cached = column_of(names, name_count, STR("cached")) + 1;
	bool is_read = side_bytes(words[1], true, &total) && side_bytes(words[3], true, &free);
	if (!is_read || total <= 0) {
		return;
	}
	if (!is_memory) {
		side_fact(sink, "memory.swap_used_percent", (total - free) / total * 100, "%",
		          line);
		return;
	}
	if (available < count && side_bytes(words[available], true, &free)) {
		other = 0;
	} else if (cached < count) {
		side_bytes(words[cached], true, &other);
	}
	side_fact(sink, "memory.total_bytes", total, "bytes", line);
	side_fact(sink, "memory.available_percent", (free + other) / total * 100, "%", line);
}

static void read_free(struct str text, struct side_sink *sink)
{
	struct str rest = text, line, names[SIDE_COLUMNS_MAX];
	size_t count = 0;
	while (side_line(&rest, &line)) {
		if (is_free_head(str_trim(line))) {
			count = side_words(line, names);
		} else if (count > 0) {
			read_free_row(sink, names, count, line);
		}
	}
}

const struct side side_free = {.name = "free", .what = "free", .bid = bid_free, .read = read_free};

/* ---- vmstat ---- */

static bool is_vmstat_head(struct str line)
{
	return str_starts(line, STR("r ")) && str_contains(line, STR(" swpd ")) &&
	       str_contains(line, STR(" wa"));
}

static int bid_vmstat(struct str text)
{
	return str_contains(text, STR("swpd")) && any_line(text, is_vmstat_head) ? 80 : 0;
}

struct worst {
	double value; /* negative: none */
	struct str line;
};

/* The first row is the mean since boot: it counts only when it is alone. */
static void read_vmstat(struct str text, struct side_sink *sink)
{
	static const struct {
		struct str column;
		const char *id, *unit;
	} wanted[] = {{STR_INIT("wa"), "vmstat.iowait_percent", "%"},
	              {STR_INIT("st"), "vmstat.steal_percent", "%"},
	              {STR_INIT("b"), "vmstat.blocked", ""},
	              {STR_INIT("si"), "vmstat.swap_in", ""}};
	struct str rest = text, line, names[SIDE_COLUMNS_MAX], values[SIDE_COLUMNS_MAX];
	struct worst worst[SIDE_COUNT(wanted)];
	size_t count = 0, rows = 0;
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		worst[i] = (struct worst){-1, STR("")};
	}
	while (side_line(&rest, &line)) {
		double value;
		if (is_vmstat_head(str_trim(line))) {
			count = side_words(line, names);
			continue;
		}
		size_t found = count > 0 ? side_words(line, values) : 0;
		if (found < count || count == 0 || !side_number(values[0], &value)) {
			continue;
		}
		rows++;
		for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
			size_t column = column_of(names, count, wanted[i].column);
			if (column < count && side_number(values[column], &value) &&
			    (rows == 2 || value > worst[i].value)) {
				worst[i] = (struct worst){value, line};
			}
		}
	}
	for (size_t i = 0; i < SIDE_COUNT(wanted); i++) {
		if (worst[i].value >= 0) {
			side_fact(sink, wanted[i].id, worst[i].value, wanted[i].unit,
			          worst[i].line);
		}
	}
}

const struct side side_vmstat = {
	.name = "vmstat",
	.what = "vmstat",
	.bid = bid_vmstat,
	.read = read_vmstat,
};

/* ---- top ---- */

static bool is_cpu_line(struct str line)
{
	return (str_starts(line, STR("%Cpu")) || str_starts(line, STR("Cpu(s):"))) &&
	       str_contains(line, STR("wa"));
}

static int bid_top(struct str text)
{
	return side_line_starts(text, STR("top - ")).len > 0 && any_line(text, is_cpu_line) ? 80
	                                                                                    : 0;
}

/* "12.5 wa" or "12.5%wa": the number before a mark. */
static bool number_before(struct str line, struct str mark, double *number)
{
	struct str rest = line, part;
	while (str_cut(rest, STR(","), &part, &rest) || part.len > 0) {
		struct str trimmed = str_trim(part);
		ptrdiff_t colon = str_find_byte(trimmed, ':');
		trimmed = str_trim(str_skip(trimmed, (size_t)(colon + 1)));
		if (str_ends(trimmed, mark) && side_number(trimmed, number)) {
			return true;
		}
		part = STR("");
		if (rest.len == 0) {
			break;
		}
	}
	return false;
}

static void read_top(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	double value;
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (str_starts(trimmed, STR("top - ")) &&
		    side_number_after(line, STR("load average:"), &value)) {
			side_fact(sink, "top.load", value, "", line);
		} else if (is_cpu_line(trimmed)) {
			if (number_before(trimmed, STR("wa"), &value)) {
				side_fact(sink, "top.iowait_percent", value, "%", line);
			}
			if (number_before(trimmed, STR("st"), &value)) {
				side_fact(sink, "top.steal_percent", value, "%", line);
			}
		}
	}
}

const struct side side_top = {.name = "top", .what = "top", .bid = bid_top, .read = read_top};

/* ---- cpu.stat ---- */

static int bid_cpu_stat(struct str text)
{
	return side_line_starts(text, STR("nr_throttled ")).len > 0 &&
	                       side_line_starts(text, STR("nr_periods ")).len > 0
	               ? 85
	               : 0;
}

static void read_cpu_stat(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	double periods = 0, throttled, value;
	while (side_line(&rest, &line)) {
		struct str trimmed = str_trim(line);
		if (str_starts(trimmed, STR("nr_periods ")) &&
		    side_number(str_skip(trimmed, 11), &value)) {
			periods = value;
		} else if (str_starts(trimmed, STR("nr_throttled ")) && periods > 0 &&
		           side_number(str_skip(trimmed, 13), &throttled)) {
			side_fact(sink, "cgroup.throttled_percent", throttled / periods * 100, "%",
			          line);
		} else if (str_starts(trimmed, STR("throttled_usec ")) &&
		           side_number(str_skip(trimmed, 15), &value)) {
			side_fact(sink, "cgroup.throttled_s", value / 1e6, "s", line);
		} else if (str_starts(trimmed, STR("throttled_time ")) &&
		           side_number(str_skip(trimmed, 15), &value)) {
			side_fact(sink, "cgroup.throttled_s", value / 1e9, "s", line);
		}
	}
}

const struct side side_cpu_stat = {
	.name = "cpu-stat",
	.what = TEXT_MARK("cpu.stat of a cgroup"),
	.bid = bid_cpu_stat,
	.read = read_cpu_stat,
};

/* ---- lscpu, /proc/cpuinfo ---- */

static int bid_lscpu(struct str text)
{
	bool is_lscpu = side_line_starts(text, STR("Architecture:")).len > 0 &&
	                side_line_starts(text, STR("CPU(s):")).len > 0;
	bool is_cpuinfo = side_line_starts(text, STR("vendor_id")).len > 0 &&
	                  side_line_starts(text, STR("processor")).len > 0;
	return is_lscpu || is_cpuinfo ? 80 : 0;
}

static void read_lscpu(struct str text, struct side_sink *sink)
{
	struct str count = side_line_starts(text, STR("CPU(s):"));
	struct str flags = side_line_starts(text, STR("Flags:"));
	struct str model = side_line_starts(text, STR("Model name:")), value;
	double number;
	model = model.len > 0 ? model : side_line_starts(text, STR("model name"));
	flags = flags.len > 0 ? flags : side_line_starts(text, STR("flags"));
	if (side_number_after(count, STR(":"), &number)) {
		side_fact(sink, "cpu.count", number, "", count);
	}
	if (str_cut(model, STR(":"), NULL, &value)) {
		side_fact_text(sink, "cpu.model", str_trim(value), model);
	}
	if (flags.len > 0) {
		side_fact(sink, "cpu.has_avx", str_contains(flags, STR(" avx ")) ? 1 : 0, "",
		          flags);
		side_fact(sink, "cpu.has_avx2", str_contains(flags, STR(" avx2")) ? 1 : 0, "",
		          flags);
	}
}

const struct side side_lscpu = {
	.name = "lscpu",
	.what = "lscpu",
	.bid = bid_lscpu,
	.read = read_lscpu,
};
