/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes has an etcd of its own. It stands in many bundles, and is not Milvus's. */
#include "base/vec.h"
#include "cause/layout.h"
#include "cause/reason.h"

/* Sources: kube-apiserver --etcd-prefix; OpenShift's kube-apiserver and openshift-apiserver */
static bool is_key(struct str key)
{
	static const struct str prefixes[] = {STR_INIT("/registry/"), STR_INIT("/kubernetes.io/"),
	                                      STR_INIT("/openshift.io/")};
	return str_starts_any(key, prefixes, sizeof(prefixes) / sizeof(prefixes[0]));
}

/* Sources: kubeadm, k3s, RKE, RKE2, OpenShift's etcd operator: where they keep etcd's certificates
 */
static bool is_certificate(struct str text)
{
	static const struct str folders[] = {
		STR_INIT("/etc/kubernetes/"), STR_INIT("/rancher/rke2/"), STR_INIT("/rancher/k3s/"),
		STR_INIT("/secrets/etcd-all-"), STR_INIT("/etc/ssl/etcd/ssl/")};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (str_contains(text, folders[i])) {
			return true;
		}
	}
	return false;
}

static bool is_space(struct str space)
{
	return str_equals(space, STR("kube-system")) || str_equals(space, STR("openshift-etcd"));
}

static bool is_told_by_event(const struct event *event)
{
	for (size_t i = 0; i < event->field_count; i++) {
		const struct event_field *field = &event->fields[i];
		if (str_equals(field->name, STR("key")) ? is_key(field->text)
		                                        : is_certificate(field->text)) {
			return true;
		}
	}
	return false;
}

bool reason_is_of_kubernetes(const struct reason *reason, const struct process *etcd)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		const struct source *source = &reason->digest->sources[i];
		if (str_equals(source->instance, etcd->instance) &&
		    is_space(layout_of(source->path, reason->keep).space)) {
			return true;
		}
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		bool is_own = str_equals(episode_component(episode), STR("etcd")) &&
		              str_equals(episode_instance(reason, episode), etcd->instance);
		for (size_t i = 0; is_own && i < episode->member_count; i++) {
			if (is_told_by_event(episode->members[i])) {
				return true;
			}
		}
	}
	return false;
}
