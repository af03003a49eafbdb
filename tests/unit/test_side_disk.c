/* SPDX-License-Identifier: Apache-2.0 */
/* Results of fio and iostat. */
#include "test_side.h"

#define FIO_HEAD                                                                                   \
	"fs: (g=0): rw=write, bs=(R) 2300B-2300B, (W) 2300B-2300B, (T) 2300B-2300B,"               \
	" ioengine=sync, iodepth=1\nfio-3.33\n\n"                                                  \
	"fs: (groupid=0, jobs=1): err= 0: pid=10823: Tue Mar 12 16:21:04 2024\n"

static const char slow_disk[] =
	FIO_HEAD "  write: IOPS=1263, BW=2838KiB/s (2906kB/s)(22.0MiB/7937msec); 0 zone resets\n"
		 "    clat (usec): min=4, max=1800, avg= 9.10, stdev=12.00\n"
		 "    clat percentiles (usec):\n"
		 "     | 99.00th=[   44], 99.50th=[   72], 99.90th=[  268], 99.95th=[  268],\n"
		 "  fsync/fdatasync/sync_file_range:\n"
		 "    sync (usec): min=112, max=710234, avg=780.33, stdev=7120.10\n"
		 "    sync percentiles (usec):\n"
		 "     |  1.00th=[   130],  5.00th=[   151], 95.00th=[  2104],\n"
		 "     | 99.00th=[ 18930], 99.50th=[ 26084], 99.90th=[ 80000], 99.95th=[ 99000],\n"
		 "\n"
		 "Disk stats (read/write):\n"
		 "  sdb: ios=5/19166, merge=0/469, ticks=1/39107, in_queue=39142, util=95.02%\n";

static void sync_block_of_fio_is_read_in_its_unit(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, str_from(slow_disk));
	assert_str(reading.what, "fio result");
	assert_fact(&reading, "fio.write.iops", 1263);
	assert_fact(&reading, "fio.sync.p99_ms", 18.93);
	assert_fact(&reading, "fio.sync.max_ms", 710.234);
	assert_fact(&reading, "fio.write.p99_ms", 0.044);
	assert_fact(&reading, "fio.util_percent", 95.02);
	assert_str(reading_fact(&reading, "fio.util_percent", 0)->instance, "sdb");
	assert_fact_line(&reading, "fio.sync.p99_ms", 13);
	assert_null(reading_fact(&reading, "fio.note", 0));
	reading_finish(&reading);
}

static void fio_shortens_rates_and_changes_units(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("$ fio --fdatasync=1 ...\n" FIO_HEAD "  write: IOPS=16.2k, BW=36MiB/s\r\n"
	                 "  fsync/fdatasync/sync_file_range:\r\n"
	                 "    sync (msec): min=1, max=83, avg= 4.10, stdev= 5.12\r\n"
	                 "    sync percentiles (nsec):\r\n"
	                 "     | 99.00th=[980000], 99.50th=[990000]\r\n"));
	assert_fact(&reading, "fio.write.iops", 16200);
	assert_fact(&reading, "fio.sync.max_ms", 83);
	assert_fact(&reading, "fio.sync.avg_ms", 4.1);
	assert_fact(&reading, "fio.sync.p99_ms", 0.98);
	reading_finish(&reading);
}

static void fio_without_sync_block_says_so(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("fs: (groupid=0, jobs=1): err= 0: pid=3: Tue Mar 12 2024\n"
	                           "  write: io=22528KB, bw=557KB/s, iops=242, runt= 41401msec\n"
	                           "    clat (usec): min=9, max=300, avg=20.1, stdev=3.0\n"
	                           "    clat percentiles (usec):\n"
	                           "     | 99.00th=[   27], 99.50th=[   35]\n"));
	assert_fact(&reading, "fio.write.iops", 242);
	assert_null(reading_fact(&reading, "fio.sync.p99_ms", 0));
	assert_non_null(reading_fact(&reading, "fio.note", 0));
	reading_finish(&reading);
}

static void fio_json_tells_units_by_its_keys(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("fio: this platform does not support process shared mutexes\n"
	            "{\n\"fio version\" : \"fio-3.33\",\n\"jobs\" : [ {\n\"jobname\" : \"fs\",\n"
	            "\"write\" : {\"iops\" : 1263.2, \"clat_ns\" : {\"percentile\" : "
	            "{\"99.000000\" : 44000}}},\n"
	            "\"sync\" : { \"lat_ns\" : { \"max\" : 710234000, \"mean\" : 780330.5, "
	            "\"N\" : 911,\n \"percentile\" : { \"99.000000\" : 18930000 } } } } ],\n"
	            "\"disk_util\" : [ { \"name\" : \"sdb\", \"util\" : 95.02 } ] }\n"));
	assert_fact(&reading, "fio.sync.p99_ms", 18.93);
	assert_fact(&reading, "fio.sync.max_ms", 710.234);
	assert_fact(&reading, "fio.write.iops", 1263.2);
	assert_fact(&reading, "fio.write.p99_ms", 0.044);
	assert_fact_line(&reading, "fio.sync.p99_ms", 8);
	assert_fact_text(&reading, "fio.version", "3.33");
	reading_finish(&reading);
}

static void fio_2_json_has_microseconds_and_no_sync(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("{\"fio version\" : \"fio-2.2.10\", \"jobs\" : [ {\"jobname\" : \"a\", "
	                 "\"write\" : {\"iops\" : 242, \"clat\" : {\"percentile\" : "
	                 "{\"99.000000\" : 27}}}}]}"));
	assert_fact(&reading, "fio.write.p99_ms", 0.027);
	assert_non_null(reading_fact(&reading, "fio.note", 0));
	reading_finish(&reading);
}

static void first_report_of_iostat_is_left_out(void **state)
{
	static const char text[] =
		"Linux 6.1.0 (node-3) \t03/12/2024 \t_x86_64_\t(8 CPU)\n\n"
		"avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n"
		"           2.10    0.00    1.00   80.00    0.00   16.90\n\n"
		"Device            r/s     w/s w_await  f/s f_await  aqu-sz  %util\n"
		"sdb              1.00  220.00  900.00 9.00   99.00    0.10  99.90\n\n"
		"avg-cpu:  %user   %nice %system %iowait  %steal   %idle\n"
		"           2.10    0.00    1.00   31.50    0.00   65.40\n\n"
		"Device            r/s     w/s w_await  f/s f_await  aqu-sz  %util\n"
		"sda              0.00    1.00    0.50 0.00    0.00    0.00   0.10\n"
		"sdb              1.00  220.00   23.40 9.00   14.00    0.10  94.51\n";
	struct reading reading;
	(void)state;
	reading_init(&reading, str_from(text));
	assert_fact(&reading, "iostat.util_percent", 94.51);
	assert_fact(&reading, "iostat.w_await_ms", 23.4);
	assert_fact(&reading, "iostat.f_await_ms", 14);
	assert_fact(&reading, "iostat.iowait_percent", 31.5);
	assert_str(reading_fact(&reading, "iostat.w_await_ms", 0)->instance, "sdb");
	reading_finish(&reading);
}

static void a_report_alone_counts(void **state)
{
	struct reading reading;
	(void)state;
	/* 10.x, and a locale with decimal commas */
	reading_init(
		&reading,
		STR("Device:         rrqm/s   wrqm/s     r/s     w/s    rkB/s    wkB/s avgrq-sz "
	            "avgqu-sz   await r_await w_await  svctm  %util\n"
	            "vda               0,00     3,00    1,00   40,00     8,00   300,00    15,00 "
	            "    1,20   30,10    2,00   31,25   9,00  99,70\n"));
	assert_fact(&reading, "iostat.util_percent", 99.7);
	assert_fact(&reading, "iostat.w_await_ms", 31.25);
	assert_fact(&reading, "iostat.await_ms", 30.1);
	reading_finish(&reading);
}

static void iostat_h_puts_the_device_last(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz Device\n"
	                           "   24.05      2.0M    27.38  53.2%   12.50    84.0k vda\n\n"
	                           "     f/s f_await  aqu-sz  %util Device\n"
	                           "    4.22    0.06    0.12  97.7% vda\n"));
	assert_fact(&reading, "iostat.w_await_ms", 12.5);
	assert_fact(&reading, "iostat.util_percent", 97.7);
	assert_str(reading_fact(&reading, "iostat.util_percent", 0)->instance, "vda");
	reading_finish(&reading);
}

static void iostat_json_leaves_the_first_sample_out(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("{\"sysstat\": {\"hosts\": [{\"statistics\": [\n"
	            "{\"disk\": [{\"disk_device\": \"vda\", \"w_await\": 90.0, \"util\": 99.0}]},\n"
	            "{\"disk\": [{\"disk_device\": \"vda\", \"w_await\": 3.5, \"f_await\": 4.5, "
	            "\"util\": 12.0}]}]}]}}"));
	assert_fact(&reading, "iostat.w_await_ms", 3.5);
	assert_fact(&reading, "iostat.f_await_ms", 4.5);
	assert_fact(&reading, "iostat.util_percent", 12);
	assert_fact_line(&reading, "iostat.w_await_ms", 3);
	reading_finish(&reading);
}

static void several_documents_in_one_text_are_all_read(void **state)
{
	char text[4096];
	struct reading reading;
	(void)state;
	int len = snprintf(text, sizeof(text), "%s\n$ iostat -x\n%s", slow_disk,
	                   "Device            r/s     w/s w_await  aqu-sz  %util\n"
	                   "sdb              1.00  220.00   23.40    0.10  96.00\n");
	reading_init(&reading, (struct str){text, (size_t)len});
	assert_str(reading.what, "fio result, iostat -x");
	assert_fact(&reading, "fio.sync.p99_ms", 18.93);
	assert_fact(&reading, "iostat.util_percent", 96);
	assert_null(reading_fact(&reading, "fio.util_percent", 1));
	reading_finish(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sync_block_of_fio_is_read_in_its_unit),
		cmocka_unit_test(fio_shortens_rates_and_changes_units),
		cmocka_unit_test(fio_without_sync_block_says_so),
		cmocka_unit_test(fio_json_tells_units_by_its_keys),
		cmocka_unit_test(fio_2_json_has_microseconds_and_no_sync),
		cmocka_unit_test(first_report_of_iostat_is_left_out),
		cmocka_unit_test(a_report_alone_counts),
		cmocka_unit_test(iostat_h_puts_the_device_last),
		cmocka_unit_test(iostat_json_leaves_the_first_sample_out),
		cmocka_unit_test(several_documents_in_one_text_are_all_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
