/* SPDX-License-Identifier: Apache-2.0 */
/* What requests waited for between members. Each crossing of a slow network costs the same: a read
 * through a follower waits for four, one through the leader for two. A stalled member lets each
 * wait for another while. */
#include "base/order.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	WAITS_MIN = 2, /* of a member, to say how long they are */
	LEVEL_MIN = 3, /* ... and whether they are alike: within ... */
	LEVEL_WIDTH_PERCENT = 8,
	WAITS_MAX = 256,
	LEAST_MS = 40
};

struct waits {
	int64_t took_ns[WAITS_MAX]; /* sorted */
	size_t count;
};

int64_t trace_step_ns(struct str steps, struct str name)
{
	int64_t total = 0;
	while (steps.len > 0) {
		ptrdiff_t at = str_find(steps, name);
		if (at < 0) {
			break;
		}
		steps = str_skip(steps, (size_t)at + name.len);
		struct str rest, text;
		if (!str_cut(steps, STR("(duration: "), NULL, &rest) ||
		    !str_cut(rest, STR(")"), &text, NULL)) {
			break;
		}
		int64_t duration = duration_parse(text);
		total += duration == DURATION_NONE ? 0 : duration;
	}
	return total;
}

/* Whether a member was seen to stall while a request waited: then the path was not all it waited
 * for. */
static bool is_stalled(const struct reason *reason, const struct event *request)
{
	static const char *const stalls[] = {"etcd.heartbeat.late", "etcd.fsync.slow"};
	for (size_t i = 0; i < sizeof(stalls) / sizeof(stalls[0]); i++) {
		each_event(reason, stalls[i], episode, event)
		{
			if (episode->first_ns != TIME_NONE && event->start_ns < request->time_ns &&
			    event->time_ns > request->start_ns) {
				return true;
			}
		}
	}
	return false;
}

static void waits_add(const struct reason *reason, struct waits *waits, const struct event *event,
                      int64_t took_ns)
{
	if (took_ns >= LEAST_MS * NS_PER_MS && waits->count < WAITS_MAX &&
	    !is_stalled(reason, event)) {
		waits->took_ns[waits->count++] = took_ns;
	}
}

static void waits_sort(struct waits *waits)
{
	qsort(waits->took_ns, waits->count, sizeof(waits->took_ns[0]), order_int64_at);
}

/* Traced requests to one member: their wait for the others. */
static struct waits traced_waits(const struct reason *reason, uint32_t source)
{
	struct waits waits = {.count = 0};
	each_event(reason, "etcd.trace.slow", episode, event)
	{
		struct str steps = event_field_text(event, STR("steps"));
		int64_t took_ns = trace_step_ns(steps, STR("process raft request")) +
		                  trace_step_ns(steps, STR("agreement among raft nodes"));
		if (episode->source == source) {
			waits_add(reason, &waits, event, took_ns);
		}
	}
	waits_sort(&waits);
	return waits;
}

/* Reads of little through one member, which take no time but that of the path. */
static struct waits read_waits(const struct reason *reason, uint32_t source)
{
	enum { SMALL_BYTES = 65536 };
	struct waits waits = {.count = 0};
	each_event(reason, "etcd.apply.slow", episode, event)
	{
		bool is_read = str_equals(event_field_text(event, STR("phase")), STR("read")) &&
		               event_field_text(event, STR("error")).len == 0 &&
		               derived_number(event, "size", INT64_MAX) < SMALL_BYTES;
		if (is_read && episode->source == source && event->took_ns != DURATION_NONE) {
			waits_add(reason, &waits, event, event->took_ns);
		}
	}
	waits_sort(&waits);
	return waits;
}

static int64_t waits_median(const struct waits *waits)
{
	return waits->count >= WAITS_MIN ? waits->took_ns[waits->count / 2] : 0;
}

/* The most that are alike. */
static size_t waits_level(const struct waits *waits)
{
	size_t best = 0;
	for (size_t i = 0; i < waits->count; i++) {
		size_t alike = 0;
		int64_t most_ns = waits->took_ns[i] / 100 * (100 + LEVEL_WIDTH_PERCENT);
		while (i + alike < waits->count && waits->took_ns[i + alike] <= most_ns) {
			alike++;
		}
		best = alike > best ? alike : best;
	}
	return best;
}

/* The source whose member led last; source_count: none. */
static uint32_t leading_source(const struct reason *reason)
{
	int64_t last_ns = TIME_NONE;
	uint32_t source = (uint32_t)reason->digest->source_count;
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode_is(episode, STR("etcd.leader.became")) && episode->last_ns > last_ns) {
			last_ns = episode->last_ns;
			source = episode->source;
		}
	}
	return source;
}

/* How much longer requests to each follower waited than those to the leader: the least. direct_ns:
 * of the leader */
static double least_ratio(const struct reason *reason, uint32_t leader, int64_t direct_ns,
                          struct waits (*waits_of)(const struct reason *, uint32_t))
{
	double least = 0;
	for (uint32_t source = 0; direct_ns > 0 && source < reason->digest->source_count;
	     source++) {
		struct waits waits = {.count = 0};
		if (source != leader) {
			waits = waits_of(reason, source);
		}
		double ratio = (double)waits_median(&waits) / (double)direct_ns;
		least = ratio > 0 && (least == 0 || ratio < least) ? ratio : least;
	}
	return least;
}

/* Whether reads through followers all took as long. */
static void derive_level(struct reason *reason, uint32_t leader)
{
	size_t alike = 0, all = 0;
	for (uint32_t source = 0; source < reason->digest->source_count; source++) {
		struct waits waits = {.count = 0};
		if (source != leader) {
			waits = read_waits(reason, source);
		}
		if (waits.count >= LEVEL_MIN) {
			alike += waits_level(&waits);
			all += waits.count;
		}
	}
	if (all > 0) {
		derived_add(reason, "path.reads", (double)all, NULL);
		derived_add(reason, "path.level_percent", 100 * (double)alike / (double)all, NULL);
	}
}

void reason_path(struct reason *reason)
{
	uint32_t leader = leading_source(reason);
	if (leader >= reason->digest->source_count) {
		return;
	}
	struct waits direct = traced_waits(reason, leader);
	double ratio = least_ratio(reason, leader, waits_median(&direct), traced_waits);
	if (ratio <= 0) {
		direct = read_waits(reason, leader);
		ratio = least_ratio(reason, leader, waits_median(&direct), read_waits);
	}
	if (ratio > 0) {
		derived_add(reason, "path.ratio", ratio, NULL);
		derived_add(reason, "path.direct_ms", derived_seconds(waits_median(&direct)) * 1000,
		            NULL);
	}
	derive_level(reason, leader);
}
