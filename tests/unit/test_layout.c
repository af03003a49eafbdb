/* SPDX-License-Identifier: Apache-2.0 */
/* Who wrote a log, by where it lies. */
#include "cause/layout.h"
#include "test.h"

#define UID "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
#define ID  "e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7"

static void is_instance(const char *path, const char *instance)
{
	struct arena keep;
	arena_init(&keep);
	struct layout layout = layout_of(str_from(path), &keep);
	if (!str_equals(layout.instance, str_from(instance))) {
		fail_msg("%s is of '" STR_FMT "', not '%s'", path, STR_ARG(layout.instance),
		         instance);
	}
	arena_finish(&keep);
}

static void is_component(const char *name, const char *component, const char *role)
{
	struct str found = layout_component(str_from(name)), as = layout_role(str_from(name));
	if (!str_equals(found, str_from(component)) || !str_equals(as, str_from(role))) {
		fail_msg("%s is '" STR_FMT "' as '" STR_FMT "', not '%s' as '%s'", name,
		         STR_ARG(found), STR_ARG(as), component, role);
	}
}

static void kubelet_folders_name_pods(void **state)
{
	(void)state;
	is_instance("/var/log/pods/ns_x-etcd-0_" UID "/etcd/0.log", "x-etcd-0");
	is_instance("/var/log/pods/ns_x-etcd-0_" UID "/etcd/12.log.20240312-082100.gz", "x-etcd-0");
	is_instance("a.tgz!pods/ns_web-7c9f8d6b5-qx7lm_" UID "/sidecar/0.log",
	            "web-7c9f8d6b5-qx7lm/sidecar");
	is_instance("kube-system_etcd-node1_0123456789abcdef0123456789abcdef/etcd/1.log",
	            "etcd-node1");
	is_instance("/var/log/containers/x-etcd-0_ns_etcd-" ID ".log", "x-etcd-0");
}

static void collectors_name_pods(void **state)
{
	(void)state;
	is_instance("milvus-log/pod_log/x-etcd-0.log", "x-etcd-0");
	is_instance("milvus-log/x-milvus-proxy-7c9f8d6b5-qx7lm-pre.log",
	            "x-milvus-proxy-7c9f8d6b5-qx7lm");
	is_instance("namespaces/openshift-etcd/pods/etcd-m0/etcd/etcd/logs/current.log", "etcd-m0");
	is_instance("namespaces/ns/pods/etcd-m0/guard/guard/logs/rotated/0.log.20240312-082100",
	            "etcd-m0/guard");
	is_instance("pods/logs/ns/x-etcd-0/etcd-previous.log", "x-etcd-0");
	is_instance("x-milvus-querynode-0/querynode.log", "x-milvus-querynode-0");
}

static void rotated_files_are_of_one(void **state)
{
	(void)state;
	is_instance("etcd-2024-01-02T03-04-05.000.log.gz", "etcd");
	is_instance("querynode-12-2024-03-12T16-21-04.512.log", "querynode-12");
	is_instance("querynode-12.log", "querynode-12");
	is_instance("etcd.log.3.gz", "etcd");
	is_instance("etcd.log-20240312.gz", "etcd");
	is_instance("etcd-0.log", "etcd-0");
	is_instance("c/" ID "/" ID "-json.log.1", "e7e7e7e7e7e7");
	is_instance("etcd/current.log", "etcd");
	is_instance("/x/logs/etcd/logs/stderr.txt", "etcd");
}

static void odd_paths_are_read(void **state)
{
	(void)state;
	is_instance("-", "-");
	is_instance("", "");
	is_instance("///", "");
	is_instance("!", "");
	is_instance("a!", "a");
	is_instance(".log", ".log");
	is_instance("__", "__");
	is_instance("_" UID, "_" UID);
}

static void last_word_tells_what_runs(void **state)
{
	(void)state;
	is_component("x-milvus-querynode-7c9f8d6b5-qx7lm", "milvus", "querynode");
	is_component("etcd-test-milvus-proxy-7c9f8d6b5-qx7lm", "milvus", "proxy");
	is_component("proxy-etcd-0", "etcd", "");
	is_component("x-pulsar-proxy-0", "pulsar", "");
	is_component("x-pulsarv3-zookeeper-0", "zookeeper", "");
	is_component("milvus-minio", "minio", "");
	is_component("milvus-standalone", "milvus", "standalone");
	is_component("querynode12", "milvus", "querynode");
	is_component("mymilvus", "milvus", "");
	is_component("kafka-controller-2", "kafka", "");
	is_component("nginx", "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kubelet_folders_name_pods), cmocka_unit_test(collectors_name_pods),
		cmocka_unit_test(rotated_files_are_of_one),  cmocka_unit_test(odd_paths_are_read),
		cmocka_unit_test(last_word_tells_what_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
