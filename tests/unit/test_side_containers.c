/* SPDX-License-Identifier: Apache-2.0 */
/* What docker and Kubernetes say of containers. */
#include "test_side.h"

static void inspect_tells_how_a_container_ended(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("$ docker inspect milvus-standalone\n[\n{\n\"State\": {\n\"Status\": "
	            "\"exited\",\n\"Running\": false,\n\"OOMKilled\": true,\n\"ExitCode\": 137,\n"
	            "\"Error\": \"\",\n\"StartedAt\": \"2024-03-12T08:03:12.1Z\",\n"
	            "\"FinishedAt\": \"2024-03-12T08:21:09.2Z\"\n},\n"
	            "\"Name\": \"/milvus-standalone\",\n\"RestartCount\": 2,\n"
	            "\"HostConfig\": {\n\"Memory\": 8589934592 } } ]\n"));
	assert_str(reading.what, "docker inspect");
	assert_fact(&reading, "container.exit_code", 137);
	assert_fact(&reading, "container.oom_killed", 1);
	assert_fact(&reading, "container.memory_limit_bytes", 8589934592);
	assert_fact_line(&reading, "container.oom_killed", 7);
	assert_events(&reading,
	              "host.docker.oom milvus-standalone 137 2024-03-12T08:21:09.2Z\n"
	              "host.docker.exited milvus-standalone 137 2024-03-12T08:21:09.2Z\n");
	reading_finish(&reading);
}

static void one_that_runs_and_was_never_restarted_has_not_ended(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("[{\"State\":{\"Status\":\"running\",\"Running\":true,\"OOMKilled\":false,"
	                 "\"ExitCode\":0,\"FinishedAt\":\"0001-01-01T00:00:00Z\","
	                 "\"Health\":{\"Status\":\"unhealthy\",\"FailingStreak\":4}},"
	                 "\"Name\":\"/milvus-etcd\",\"RestartCount\":0}]"));
	assert_null(reading_fact(&reading, "container.exit_code", 0));
	assert_fact(&reading, "container.health_failures", 4);
	assert_events(&reading, "host.docker.unhealthy milvus-etcd  \n");
	reading_finish(&reading);
}

static void events_of_docker_are_said_in_the_words_of_its_text(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("{\"status\":\"die\",\"id\":\"4f1e\",\"Type\":\"container\",\"Action\":\"die\","
	            "\"Actor\":{\"ID\":\"4f1e\",\"Attributes\":{\"exitCode\":\"137\",\"name\":"
	            "\"milvus-standalone\"}},\"time\":1710231669,\"timeNano\":1710231669201334411}"
	            "\n"
	            "{\"status\":\"start\",\"id\":\"4f1e\",\"Type\":\"container\",\"Action\":"
	            "\"start\",\"Actor\":{\"ID\":\"4f1e\",\"Attributes\":{\"name\":\"m\"}},"
	            "\"time\":1710231670,\"timeNano\":1710231670201334411}\n"));
	assert_events(&reading, "said: container die 4f1e (exitCode=137, name=milvus-standalone)   "
	                        "2024-03-12T08:21:09.201Z\n");
	reading_finish(&reading);
}

static void docker_ps_is_read_by_columns(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("CONTAINER ID   IMAGE                COMMAND                CREATED       "
	            "STATUS                      PORTS      NAMES\n"
	            "4f1e0a3b9c2d   milvusdb/milvus      \"/tini -- milvus r…\"   3 hours ago   "
	            "Exited (137) 5 minutes ago             milvus-standalone\n"
	            "5f1e0a3b9c2d   quay.io/coreos/etcd  \"etcd -advertise-c…\"   3 hours ago   "
	            "Up 3 hours (unhealthy)      2379/tcp   milvus-etcd\n"));
	assert_fact(&reading, "container.exit_code", 137);
	assert_null(reading_fact(&reading, "container.exit_code", 1));
	assert_events(&reading, "host.docker.exited milvus-standalone 137 \n"
	                        "host.docker.unhealthy milvus-etcd  \n");
	reading_finish(&reading);
}

static void docker_stats_tell_memory_and_processor(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(
		&reading,
		STR("CONTAINER ID   NAME          CPU %     MEM USAGE / LIMIT   MEM %     NET I/O\n"
	            "4f1e0a3b9c2d   milvus-etcd   12.50%    1.5GiB / 2GiB      75.00%    1kB / "
	            "2kB\n"));
	assert_fact(&reading, "container.cpu_percent", 12.5);
	assert_fact(&reading, "container.memory_percent", 75);
	assert_fact(&reading, "container.memory_bytes", 1.5 * 1024 * 1024 * 1024);
	reading_finish(&reading);
}

#define DESCRIBE(reason, code)                                                                     \
	"Name:             rel-etcd-0\nNamespace:        milvus\nContainers:\n"                    \
	"  etcd:\n    State:          Running\n"                                                   \
	"      Started:      Tue, 12 Mar 2024 16:21:12 +0800\n"                                    \
	"    Last State:     Terminated\n      Reason:       " reason "\n"                         \
	"      Exit Code:    " code "\n"                                                           \
	"      Started:      Tue, 12 Mar 2024 16:03:12 +0800\n"                                    \
	"      Finished:     Tue, 12 Mar 2024 16:21:09 +0800\n"                                    \
	"    Ready:          True\n    Restart Count:  4\n"                                        \
	"    Limits:\n      cpu:     500m\n      memory:  2Gi\nConditions:\n"

static void describe_tells_the_last_state(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR(DESCRIBE("OOMKilled", "137")));
	assert_str(reading.what, "kubectl describe pod");
	assert_fact(&reading, "container.exit_code", 137);
	assert_fact(&reading, "container.restarts", 4);
	assert_fact(&reading, "container.memory_limit_bytes", 2.0 * 1024 * 1024 * 1024);
	assert_fact(&reading, "container.cpu_limit", 0.5);
	assert_events(&reading, "host.k8s.oom_killed rel-etcd-0 137 2024-03-12T08:21:09Z\n"
	                        "host.k8s.terminated rel-etcd-0 137 2024-03-12T08:21:09Z\n");
	reading_finish(&reading);
}

static void events_below_a_pod_are_handed_on(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR(DESCRIBE("Error",
	                          "143") "Events:\n  Type     Reason     Age   From     Message\n"
	                                 "  ----     ------     ----  ----     -------\n"
	                                 "  Normal   Killing    116s  kubelet  Container etcd "
	                                 "failed liveness probe, will be restarted\n"));
	assert_null(reading_fact(&reading, "container.oom_killed", 0));
	assert_events(&reading, "host.k8s.terminated rel-etcd-0 143 2024-03-12T08:21:09Z\n"
	                        "said: Normal   Killing    116s  kubelet  Container etcd failed "
	                        "liveness probe, will be restarted   \n");
	reading_finish(&reading);
}

static void init_containers_are_meant_to_end(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("Name:  rel-milvus-proxy-0\nInit Containers:\n  config:\n"
	                           "    State:          Terminated\n      Reason:       Completed\n"
	                           "      Exit Code:    0\n"
	                           "      Finished:     Tue, 12 Mar 2024 16:03:09 +0800\n"
	                           "    Ready:          True\n    Restart Count:  0\n"
	                           "Containers:\n  proxy:\n    State:          Running\n"
	                           "    Ready:          True\n    Restart Count:  0\n"));
	assert_events(&reading, "");
	assert_fact(&reading, "container.restarts", 0);
	reading_finish(&reading);
}

static void pods_are_the_same_in_yaml_and_json(void **state)
{
	static const char *const texts[] = {
		"apiVersion: v1\nkind: Pod\nmetadata:\n  name: rel-milvus-proxy-0\nstatus:\n"
		"  containerStatuses:\n  - name: proxy\n    restartCount: 3\n    lastState:\n"
		"      terminated: {exitCode: 139, reason: Error, finishedAt: "
		"\"2024-03-12T08:21:09Z\"}\n    state:\n      waiting:\n"
		"        reason: CrashLoopBackOff\n",
		"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"Pod\","
		"\"metadata\":{"
		"\"name\":\"rel-milvus-proxy-0\"},\"status\":{\"containerStatuses\":[{\"name\":"
		"\"proxy\",\"restartCount\":3,\"lastState\":{\"terminated\":{\"exitCode\":139,"
		"\"reason\":\"Error\",\"finishedAt\":\"2024-03-12T08:21:09Z\"}},\"state\":{"
		"\"waiting\":{\"reason\":\"CrashLoopBackOff\"}}}]}}]}",
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct reading reading;
		reading_init(&reading, str_from(texts[i]));
		assert_fact(&reading, "container.exit_code", 139);
		assert_fact(&reading, "container.restarts", 3);
		assert_events(&reading,
		              "host.k8s.terminated rel-milvus-proxy-0 139 2024-03-12T08:21:09Z\n"
		              "host.k8s.backoff rel-milvus-proxy-0  \n");
		reading_finish(&reading);
	}
}

static void events_of_kubernetes_have_times_in_json(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"Event\","
	                 "\"reason\":\"Killing\",\"type\":\"Normal\",\"message\":\"Container etcd "
	                 "failed liveness probe, will be restarted\",\"firstTimestamp\":null,"
	                 "\"lastTimestamp\":null,\"eventTime\":\"2024-03-12T08:20:39.5Z\","
	                 "\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"rel-etcd-0\"}}]}"));
	assert_events(&reading, "said: Normal   Killing   Pod/rel-etcd-0   Container etcd failed "
	                        "liveness probe, will be restarted   2024-03-12T08:20:39.5Z\n");
	reading_finish(&reading);
}

static void tables_of_kubectl_are_read_by_columns(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading, STR("NAMESPACE   NAME                   READY   STATUS             "
	                           "RESTARTS      AGE\n"
	                           "milvus      rel-etcd-0             1/1     Running            "
	                           "4 (12m ago)   3h\n"
	                           "milvus      rel-milvus-proxy-0     0/1     CrashLoopBackOff   "
	                           "12 (3m ago)   3h\n"
	                           "\nNAME         CPU(cores)   MEMORY(bytes)\nrel-etcd-0   250m   "
	                           "      1024Mi\n"));
	assert_str(reading.what, "kubectl get pods, kubectl top");
	assert_fact(&reading, "container.restarts", 4);
	assert_fact_n(&reading, "container.restarts", 1, 12);
	assert_fact(&reading, "container.cpu_cores", 0.25);
	assert_fact(&reading, "container.memory_bytes", 1024.0 * 1024 * 1024);
	assert_events(&reading, "host.k8s.backoff rel-milvus-proxy-0  \n");
	reading_finish(&reading);
}

static void pods_are_known_without_the_head_of_the_table(void **state)
{
	struct reading reading;
	(void)state;
	reading_init(&reading,
	             STR("rel-etcd-0             1/1     Running            4 (12m ago)   "
	                 "3h\n"
	                 "milvus   rel-milvus-proxy-0     0/1     OOMKilled   12   3h\n"));
	assert_str(reading.what, "kubectl get pods");
	assert_fact(&reading, "container.restarts", 4);
	assert_fact_n(&reading, "container.restarts", 1, 12);
	assert_events(&reading, "host.k8s.oom_killed rel-milvus-proxy-0  \n");
	reading_finish(&reading);
	reading_init(&reading, STR("rel-etcd-0   1/1   Running   4   3h\nand then it stopped\n"));
	assert_str(reading.what, "");
	reading_finish(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inspect_tells_how_a_container_ended),
		cmocka_unit_test(one_that_runs_and_was_never_restarted_has_not_ended),
		cmocka_unit_test(events_of_docker_are_said_in_the_words_of_its_text),
		cmocka_unit_test(docker_ps_is_read_by_columns),
		cmocka_unit_test(docker_stats_tell_memory_and_processor),
		cmocka_unit_test(describe_tells_the_last_state),
		cmocka_unit_test(events_below_a_pod_are_handed_on),
		cmocka_unit_test(init_containers_are_meant_to_end),
		cmocka_unit_test(pods_are_the_same_in_yaml_and_json),
		cmocka_unit_test(events_of_kubernetes_have_times_in_json),
		cmocka_unit_test(tables_of_kubectl_are_read_by_columns),
		cmocka_unit_test(pods_are_known_without_the_head_of_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
