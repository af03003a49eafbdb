/* SPDX-License-Identifier: Apache-2.0 */
/* What documents state, held against the logs: settings, and whether metrics reach back to the
 * stop. */
#include "base/vec.h"
#include "cause/reason.h"

#include <math.h>

/* The first number of a fact; NAN when nothing states it. */
static double stated(const struct reason *reason, struct str id)
{
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		if (str_equals(fact->id, id) && fact->value > 0) {
			return fact->value;
		}
	}
	return NAN;
}

static void take_setting(const struct reason *reason, struct str id, int64_t unit_ns, int64_t *into)
{
	double value = stated(reason, id);
	if (value > 0 && value < 1e9) {
		*into = (int64_t)(value * (double)unit_ns);
	}
}

void reason_document_settings(struct reason *reason)
{
	take_setting(reason, STR("etcd.config.heartbeat_ms"), NS_PER_MS, &reason->heartbeat_ns);
	take_setting(reason, STR("etcd.config.election_ms"), NS_PER_MS, &reason->election_ns);
}

/* Metrics of a process that started after the stop say nothing of what led to it. */
void reason_derive_documents(struct reason *reason)
{
	bool has_start = false, has_before = false;
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		enum clock_zone zone;
		if (!str_equals(fact->id, STR("metrics.process_start"))) {
			continue;
		}
		int64_t start_ns = clock_parse(fact->text, &zone, NULL);
		has_start |= start_ns != TIME_NONE;
		has_before |= start_ns != TIME_NONE &&
		              (reason->stop == NULL || reason->stop->time_ns == TIME_NONE ||
		               start_ns < reason->stop->time_ns);
	}
	if (has_start) {
		derived_add(reason, "metrics.covers_stop", has_before ? 1 : 0, NULL);
	}
}
