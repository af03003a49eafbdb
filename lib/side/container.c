/* SPDX-License-Identifier: Apache-2.0 */
/* How a container ended, whoever says so. */
#include "side/readers.h"

enum { EXIT_CODE_MAX = 255 };

static void begin(struct side_event *event, const struct side_container_end *end,
                  struct side_sink *sink)
{
	side_event_begin(event, end->time_ns, CLOCK_ZONE_UTC);
	side_event_text(event, "name", end->name);
	side_event_text(event, "container", end->container);
	side_event_text(event, "reason", end->reason);
	if (end->code >= 0 && end->code <= EXIT_CODE_MAX) {
		side_event_count(event, sink, "code", end->code);
	}
}

void side_container_ended(struct side_sink *sink, const struct side_container_end *end)
{
	struct side_event event;
	struct str before = sink->instance;
	bool is_kube = end->is_kubernetes;
	if (end->is_init && end->code == 0) {
		return;
	}
	sink->instance = end->name;
	if (end->code >= 0) {
		side_fact(sink, "container.exit_code", end->code, "", end->line);
	}
	/* not told by Kubernetes' reason and docker ps when a child of the main process is killed
	 */
	if (end->is_oom || end->is_oom_known) {
		side_fact(sink, "container.oom_killed", end->is_oom ? 1 : 0, "", end->line);
	}
	if (end->reason.len > 0) {
		side_fact_text(sink, "container.end_reason", end->reason, end->line);
	}
	if (end->is_oom) {
		begin(&event, end, sink);
		side_event_end(&event, sink, is_kube ? "host.k8s.oom_killed" : "host.docker.oom",
		               end->line);
	}
	begin(&event, end, sink);
	side_event_end(&event, sink, is_kube ? "host.k8s.terminated" : "host.docker.exited",
	               end->line);
	sink->instance = before;
}
