/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fio measured, as text of 2.x and 3.x:
 *   mytest: (groupid=0, jobs=1): err= 0: pid=10823: Tue Mar 12 16:21:04 2024
 *     write: IOPS=242, BW=544KiB/s (557kB/s)(22.0MiB/41401msec)
 *     fsync/fdatasync/sync_file_range:
 *       sync (usec): min=967, max=83021, avg=4101.22, stdev=5120.10
 *       sync percentiles (usec):
 *        | 99.00th=[26608], ...
 * The unit stands in each block's parentheses. Before fio 3.5 there is no sync block.
 * Source: fio stat.c, show_thread_status_normal
 */
#include "base/text.h"
#include "side/readers.h"

enum fio_block { BLOCK_NONE, BLOCK_SYNC, BLOCK_WRITE };

/* One job that is being read. */
struct job {
	enum fio_block percentiles; /* of what */
	enum fio_block block;       /* what the lines tell of */
	double unit;                /* of the percentiles, in ms */
	bool has_write, has_sync;
	struct str head;
};

static bool is_job(struct str line)
{
	return str_contains(line, STR(": (groupid=")) && str_contains(line, STR("jobs="));
}

static int bid(struct str text)
{
	ptrdiff_t at = str_find(text, STR(": (groupid="));
	struct str rest = at < 0 ? STR("") : str_skip(text, (size_t)at), line;
	if (!side_line(&rest, &line) || !str_contains(line, STR("jobs=")) ||
	    !str_contains(line, STR("err="))) {
		return 0;
	}
	return 90;
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
	return str_contains(line, STR("(sec)")) ? 1e3 : 1;
}

/* "16.2k", "1263", "1,263": fio shortens large numbers, people group their digits. */
static bool read_rate(struct str text, double *rate)
{
	char plain[32];
	size_t len = 0, i = 0;
	text = str_trim(text);
	for (; i < text.len && len < sizeof(plain); i++) {
		char byte = text.ptr[i];
		bool is_group = byte == ',' && i + 3 < text.len && text.ptr[i + 1] >= '0' &&
		                text.ptr[i + 1] <= '9' && text.ptr[i + 2] >= '0' &&
		                text.ptr[i + 2] <= '9' && text.ptr[i + 3] >= '0' &&
		                text.ptr[i + 3] <= '9';
		if ((byte < '0' || byte > '9') && byte != '.' && !is_group) {
			break;
		}
		if (!is_group) {
			plain[len++] = byte;
		}
	}
	char unit = i < text.len ? text.ptr[i] : '\0';
	if (!str_to_double((struct str){plain, len}, rate)) {
		return false;
	}
	*rate *= unit == 'k' || unit == 'K' ? 1e3 : unit == 'M' ? 1e6 : 1;
	return true;
}

static void read_ms(struct side_sink *sink, struct str line, const char *mark, double unit,
                    const char *id)
{
	double value;
	if (side_number_after(line, str_from(mark), &value)) {
		side_fact(sink, id, value * unit, "ms", line);
	}
}

static void read_write(struct side_sink *sink, struct job *job, struct str line)
{
	double rate;
	ptrdiff_t at = str_find(line, STR("IOPS="));
	at = at >= 0 ? at : str_find(line, STR("iops="));
	job->has_write = true;
	job->block = BLOCK_WRITE;
	if (at >= 0 && read_rate(str_skip(line, (size_t)at + 5), &rate)) {
		side_fact(sink, "fio.write.iops", rate, "1/s", line);
	}
}

static void read_percentiles(struct side_sink *sink, const struct job *job, struct str line)
{
	if (job->percentiles == BLOCK_SYNC) {
		read_ms(sink, line, " 99.00th=[", job->unit, "fio.sync.p99_ms");
		read_ms(sink, line, " 99.90th=[", job->unit, "fio.sync.p999_ms");
	} else {
		read_ms(sink, line, " 99.00th=[", job->unit, "fio.write.p99_ms");
	}
}

static void read_disk(struct side_sink *sink, struct str line)
{
	double util;
	struct str device;
	if (str_cut(str_trim(line), STR(": ios="), &device, NULL) &&
	    side_number_after(line, STR("util="), &util)) {
		sink->instance = device;
		side_fact(sink, "fio.util_percent", util, "%", line);
		sink->instance = STR("");
	}
}

/* A job that wrote and has no figures of its syncs. */
static void close_job(struct side_sink *sink, const struct job *job)
{
	if (job->head.len > 0 && job->has_write && !job->has_sync) {
		side_fact_text(sink, "fio.note",
		               STR("no fsync latencies: run fio 3.5 or later with --fdatasync=1"),
		               job->head);
	}
}

static void read_line(struct side_sink *sink, struct job *job, struct str line)
{
	struct str trimmed = str_trim(line);
	if (str_starts(trimmed, STR("write:")) || str_starts(trimmed, STR("write :"))) {
		read_write(sink, job, line);
	} else if (str_starts(trimmed, STR("read:")) || str_starts(trimmed, STR("read :"))) {
		job->block = BLOCK_NONE;
	} else if (str_starts(trimmed, STR("fsync/fdatasync/sync_file_range"))) {
		job->block = BLOCK_SYNC;
	} else if (job->block == BLOCK_SYNC && str_starts(trimmed, STR("sync ("))) {
		job->has_sync = true;
		read_ms(sink, line, "max=", unit_ms(line), "fio.sync.max_ms");
		read_ms(sink, line, "avg=", unit_ms(line), "fio.sync.avg_ms");
	} else if (job->block == BLOCK_WRITE && str_starts(trimmed, STR("clat ("))) {
		read_ms(sink, line, "max=", unit_ms(line), "fio.write.max_ms");
	} else if (str_contains(trimmed, STR("percentiles ("))) {
		job->percentiles =
			str_starts(trimmed, STR("sync percentiles")) ? BLOCK_SYNC : job->block;
		job->unit = unit_ms(line);
		return;
	} else if (job->percentiles != BLOCK_NONE && str_starts(trimmed, STR("|"))) {
		read_percentiles(sink, job, line);
		return;
	}
	job->percentiles = BLOCK_NONE;
}

/* "mytest: (g=0): rw=write, bs=(R) 2300B-2300B, ..., ioengine=sync, iodepth=1" */
static void read_banner(struct side_sink *sink, struct str line)
{
	struct str size;
	if (str_contains(line, STR(": (g=")) && str_contains(line, STR("ioengine=")) &&
	    side_between(line, STR("bs="), STR(", ioengine="), &size)) {
		side_fact_text(sink, "fio.block_size", size, line);
	} else if (str_starts(line, STR("fio-")) && line.len < 40) {
		side_fact_text(sink, "fio.version", str_skip(line, 4), line);
	}
}

static void read(struct str text, struct side_sink *sink)
{
	struct str rest = text, line;
	struct job job = {0};
	while (side_line(&rest, &line)) {
		if (is_job(line)) {
			close_job(sink, &job);
			job = (struct job){.head = line};
		} else if (job.head.len == 0) {
			read_banner(sink, line);
		} else if (str_contains(line, STR("util="))) {
			read_disk(sink, line);
		} else {
			read_line(sink, &job, line);
		}
	}
	close_job(sink, &job);
}

const struct side side_fio_text = {
	.name = "fio-text",
	.what = TEXT_MARK("fio result"),
	.bid = bid,
	.read = read,
};
