/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of etcd and Milvus, and what the host says of itself. */
#include "test_side.h"

static void settings_of_etcd_are_read_wherever_they_stand(void **state)
{
	static const char *const texts[] = {
		"name: default\nheartbeat-interval: 500\nelection-timeout: 2500\n",
		"ETCD_HEARTBEAT_INTERVAL=500\nETCD_ELECTION_TIMEOUT=\"2500\"\n",
		"$ ps ax | grep etcd\n  998 ?  Ssl  1:02 etcd --name a --heartbeat-interval=500 "
		"--election-timeout 2500 --data-dir /etcd\n",
		"services:\n  etcd:\n    environment:\n      - ETCD_HEARTBEAT_INTERVAL=500\n"
		"      - ETCD_ELECTION_TIMEOUT=2500\n",
		"services:\n  etcd:\n    command:\n      - etcd\n      - --heartbeat-interval\n"
		"      - \"500\"\n      - \"--election-timeout=2500\"\n",
		"    env:\n    - name: ETCD_HEARTBEAT_INTERVAL\n      value: \"500\"\n"
		"    - name: ETCD_ELECTION_TIMEOUT\n      value: \"2500\"\n",
		"[{\"Config\": {\"Env\": [\n \"ETCD_HEARTBEAT_INTERVAL=500\",\n "
		"\"ETCD_ELECTION_TIMEOUT=2500\"\n]}}]\n",
		"\"env\": [\n{\n\"name\": \"ETCD_HEARTBEAT_INTERVAL\",\n\"value\": \"500\"\n},\n"
		"{\n\"name\": \"ETCD_ELECTION_TIMEOUT\",\n\"value\": \"2500\"\n}]\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reading reading;
		reading_init(&reading, str_from(texts[i]));
		assert_str(reading.what, "etcd configuration");
		assert_fact(&reading, "etcd.config.heartbeat_ms", 500);
		assert_fact(&reading, "etcd.config.election_ms", 2500);
		assert_null(reading_fact(&reading, "etcd.config.heartbeat_ms", 1));
		reading_finish(&reading);
	}
}

static void what_etcd_logs_of_its_settings_is_a_log(void **state)
{
	(void)state;
	assert_false(side_is_known(STR(
		"{\"level\":\"info\",\"msg\":\"starting an etcd server\",\"heartbeat-interval\":"
		"\"100ms\",\"quota-backend-bytes\":2147483648}\n"
		"2024-03-12 16:21:04.512883 I | etcdmain: etcd --heartbeat-interval=100\n")));
	assert_false(side_is_known(
		STR("milvus-etcd  | {\"level\":\"info\",\"msg\":\"recognized and used environment "
	            "variable\",\"variable-name\":\"ETCD_AUTO_COMPACTION_MODE\",\"variable-value\":"
	            "\"revision\"}\n"
	            "etcd-1 | 2024-03-12 16:21:04.512883 I | pkg/flags: recognized and used "
	            "environment "
	            "variable ETCD_AUTO_COMPACTION_MODE=revision\n")));
	/* names that only begin or end alike */
	assert_false(
		side_is_known(STR("MY_ETCD_HEARTBEAT_INTERVAL=5\nno-heartbeat-interval: 5\n")));
}

static const char milvus_yaml[] = "etcd:\n  endpoints: rel-etcd:2379\n  rootPath: by-dev\n"
				  "  requestTimeout: 10000 # ms\n  use:\n    embed: false\n"
				  "common:\n  session:\n    ttl: 60 # s\n    retryTimes: 30\n";

static void check_milvus(const char *text)
{
	struct reading reading;
	reading_init(&reading, str_from(text));
	assert_str(reading.what, "Milvus configuration");
	assert_fact(&reading, "milvus.config.etcd_timeout_ms", 10000);
	assert_fact(&reading, "milvus.config.session_ttl_s", 60);
	assert_fact_text(&reading, "milvus.config.etcd_root_path", "by-dev");
	assert_fact_text(&reading, "milvus.config.etcd_embedded", "false");
	reading_finish(&reading);
}

static void milvus_yaml_is_read_by_its_paths(void **state)
{
	char map[2048] = "$ kubectl get configmap -o yaml\napiVersion: v1\ndata:\n  user.yaml: |\n";
	(void)state;
	check_milvus(milvus_yaml);
	/* the same as a text in a ConfigMap */
	struct str rest = str_from(milvus_yaml), line;
	while (str_cut(rest, STR("\n"), &line, &rest) && line.len > 0) {
		size_t used = strlen(map);
		snprintf(map + used, sizeof(map) - used, "    " STR_FMT "\n", STR_ARG(line));
	}
	strcat(map, "kind: ConfigMap\n");
	check_milvus(map);
}

static void a_setting_stands_in_its_line(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, str_from(milvus_yaml));
	assert_fact_line(&reading, "milvus.config.session_ttl_s", 9);
	reading_finish(&reading);
}

static void df_tells_how_full_file_systems_are(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("Filesystem      Size  Used Avail Use% Mounted on\n"
	                           "/dev/loop3       56M   56M     0 100% /snap/core18/2566\n"
	                           "/dev/mapper/vg-a-very-long-name-of-a-volume\n"
	                           "                100G  100G     0 100% /var/lib/etcd\n"
	                           "tmpfs           1.6G  1.2M  1.6G   1% /run\n\n"
	                           "Filesystem     Inodes IUsed IFree IUse% Mounted on\n"
	                           "/dev/sda1       65536 65000   536   99% /\n"));
	assert_str(reading.what, "df");
	assert_fact(&reading, "disk.used_percent", 100);
	assert_str(reading_fact(&reading, "disk.used_percent", 0)->instance, "/var/lib/etcd");
	assert_fact_n(&reading, "disk.used_percent", 1, 1);
	assert_fact(&reading, "disk.inodes_used_percent", 99);
	reading_finish(&reading);
}

static void free_tells_what_is_available(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("               total        used        free      shared  "
	                           "buff/cache   available\n"
	                           "Mem:            16Gi        15Gi       0.2Gi        12Mi       "
	                           "0.8Gi       0.4Gi\n"
	                           "Swap:          2.0Gi       1.5Gi       0.5Gi\n"));
	assert_fact(&reading, "memory.available_percent", 2.5);
	assert_fact(&reading, "memory.swap_used_percent", 75);
	reading_finish(&reading);
}

static void vmstat_and_top_tell_waiting_and_steal(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("procs -----------memory---------- ---swap-- -----io---- "
	                           "-system-- ------cpu-----\n"
	                           " r  b   swpd   free   buff  cache   si   so    bi    bo   in   "
	                           "cs us sy id wa st\n"
	                           " 9  9      0 100000   1000  20000  900    0  1000  2000  300  "
	                           "500  5  5  0 90 90\n"
	                           " 1  2      0 100000   1000  20000    0    0  1000  2000  300  "
	                           "500  5  5 50 35  5\n"));
	assert_fact(&reading, "vmstat.iowait_percent", 35);
	assert_fact(&reading, "vmstat.steal_percent", 5);
	assert_fact(&reading, "vmstat.blocked", 2);
	reading_finish(&reading);
	reading_init(
		&reading,
		STR("top - 16:21:04 up 3 days,  2:01,  1 user,  load average: 8.25, 4.00, 2.00\n"
	            "%Cpu(s):  2.1 us,  1.0 sy,  0.0 ni, 16.9 id, 68.0 wa,  0.0 hi,  0.0 si, 12.0 "
	            "st\n"));
	assert_fact(&reading, "top.load", 8.25);
	assert_fact(&reading, "top.iowait_percent", 68);
	assert_fact(&reading, "top.steal_percent", 12);
	reading_finish(&reading);
}

static void cpu_stat_tells_the_share_of_throttled_periods(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("usage_usec 1000\nnr_periods 400\nnr_throttled 100\n"
	                           "throttled_usec 2500000\n"));
	assert_fact(&reading, "cgroup.throttled_percent", 25);
	assert_fact(&reading, "cgroup.throttled_s", 2.5);
	reading_finish(&reading);
}

static void lscpu_tells_what_the_processor_lacks(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("Architecture:        x86_64\nCPU(s):              8\n"
	                           "Model name:          Intel(R) Xeon(R) CPU E5504\n"
	                           "Flags:               fpu vme sse4_2 popcnt\n"));
	assert_fact(&reading, "cpu.count", 8);
	assert_fact(&reading, "cpu.has_avx2", 0);
	assert_fact_text(&reading, "cpu.model", "Intel(R) Xeon(R) CPU E5504");
	reading_finish(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_of_etcd_are_read_wherever_they_stand),
		cmocka_unit_test(what_etcd_logs_of_its_settings_is_a_log),
		cmocka_unit_test(milvus_yaml_is_read_by_its_paths),
		cmocka_unit_test(a_setting_stands_in_its_line),
		cmocka_unit_test(df_tells_how_full_file_systems_are),
		cmocka_unit_test(free_tells_what_is_available),
		cmocka_unit_test(vmstat_and_top_tell_waiting_and_steal),
		cmocka_unit_test(cpu_stat_tells_the_share_of_throttled_periods),
		cmocka_unit_test(lscpu_tells_what_the_processor_lacks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
