/* SPDX-License-Identifier: Apache-2.0 */
#include "report/view.h"

#include "report/reporters.h"

int64_t view_rounded(int64_t duration_ns)
{
	if (duration_ns == DURATION_NONE) {
		return duration_ns;
	}
	int64_t half = duration_ns < 0 ? -NS_PER_US / 2 : NS_PER_US / 2;
	return (duration_ns / NS_PER_US + (duration_ns % NS_PER_US + half) / NS_PER_US) * NS_PER_US;
}

int view_percent(double confidence)
{
	int permille = (int)(confidence * 1000 + 0.5);
	return (permille + 5) / 10;
}

struct str view_instance(const struct digest *digest, const struct episode *episode)
{
	return episode->instance.len > 0 ? episode->instance
	                                 : digest->sources[episode->source].instance;
}

size_t view_evidence(const struct episode *episode, const struct event *evidence[VIEW_EVIDENCE_MAX])
{
	const struct event *longest = episode->members[0];
	for (size_t i = 1; i < episode->member_count; i++) {
		if (view_rounded(episode->members[i]->took_ns) > view_rounded(longest->took_ns)) {
			longest = episode->members[i];
		}
	}
	evidence[0] = episode->members[0];
	evidence[1] = longest;
	return longest == episode->members[0] ? 1 : 2;
}

struct str report_zone(const struct source *source)
{
	const uint64_t *by = source->by_zone;
	if (source->dated == 0) {
		return STR("");
	}
	if (by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_UTC] &&
	    by[CLOCK_ZONE_NONE] >= by[CLOCK_ZONE_OFFSET]) {
		return STR("none");
	}
	return by[CLOCK_ZONE_UTC] >= by[CLOCK_ZONE_OFFSET] ? STR("UTC") : STR("offset");
}
