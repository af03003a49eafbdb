/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/printed.h"

enum {
	RING_SIZE = 8192,
	INSIDE_MARGIN_SHARE = 8, /* of the interval, at both of its ends, but ... */
	INSIDE_MARGIN_MS = 100,  /* ... at most so much */
	INSIDE_TOOK_MS = 150,    /* shorter stalls prove nothing */
	INSIDE_ENOUGH = 16,      /* records inside that are counted */
	INSIDE_ORDER_S = 10      /* records may be so much out of order */
};

struct printed_record {
	int64_t time_ns; /* a stamp of whole seconds: not before the record before it */
	bool is_rough;   /* such a stamp: up to a second later */
	enum format_program program;
};

void printed_finish(struct printed *printed)
{
	memory_free(printed->ring);
	*printed = (struct printed){0};
}

/* Remember when a record was printed. etcd 3.4's raft lines say only the second: in one burst they
 * stand between lines that say more. */
void printed_note(struct printed *printed, int64_t time_ns, enum format_program program)
{
	bool is_rough = time_ns % NS_PER_SEC == 0;
	if (printed->ring == NULL) {
		printed->ring = memory_resize(NULL, RING_SIZE * sizeof(struct printed_record));
	}
	if (is_rough && printed->count > 0) {
		int64_t before_ns = printed->ring[(printed->count - 1) % RING_SIZE].time_ns;
		bool is_within = before_ns > time_ns && before_ns < time_ns + NS_PER_SEC;
		time_ns = is_within ? before_ns : time_ns;
	}
	printed->ring[printed->count++ % RING_SIZE] =
		(struct printed_record){time_ns, is_rough, program};
}

/* The latest time at which a record was printed. next_ns: that of the one after it */
static int64_t printed_until(const struct printed_record *record, int64_t next_ns)
{
	int64_t end_ns = record->time_ns - record->time_ns % NS_PER_SEC + NS_PER_SEC;
	if (!record->is_rough) {
		return record->time_ns;
	}
	return next_ns >= record->time_ns && next_ns < end_ns ? next_ns : end_ns;
}

uint32_t printed_inside(const struct printed *printed, const struct event *event,
                        enum format_program program)
{
	if (event->took_ns < INSIDE_TOOK_MS * NS_PER_MS || event->time_ns == TIME_NONE) {
		return 0;
	}
	uint32_t count = 0;
	size_t kept = printed->count < RING_SIZE ? printed->count : RING_SIZE;
	int64_t margin_ns = event->took_ns / INSIDE_MARGIN_SHARE;
	margin_ns =
		margin_ns < INSIDE_MARGIN_MS * NS_PER_MS ? margin_ns : INSIDE_MARGIN_MS * NS_PER_MS;
	int64_t from_ns = event->start_ns + margin_ns, to_ns = event->time_ns - margin_ns;
	int64_t next_ns = INT64_MAX;
	for (size_t i = 1; i <= kept && count < INSIDE_ENOUGH; i++) {
		const struct printed_record *record =
			&printed->ring[(printed->count - i) % RING_SIZE];
		if (record->time_ns < event->start_ns - INSIDE_ORDER_S * NS_PER_SEC) {
			break;
		}
		next_ns = printed_until(record, next_ns);
		bool is_inside = record->time_ns > from_ns && next_ns < to_ns;
		count += is_inside && record->program == program ? 1 : 0;
	}
	return count;
}
