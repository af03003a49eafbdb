/* SPDX-License-Identifier: Apache-2.0 */
#include "base/histogram.h"

#include "base/clock.h"

#include <string.h>

enum { BUCKETS_A_POWER = 16 };

/* Bucket of a duration: power of two of microseconds and the four bits below it. */
static size_t bucket_of(int64_t duration_ns)
{
	uint64_t us = duration_ns <= 0 ? 0 : (uint64_t)duration_ns / (uint64_t)NS_PER_US;
	if (us < BUCKETS_A_POWER) {
		return (size_t)us;
	}
	unsigned power = 63u - (unsigned)__builtin_clzll(us);
	size_t bucket = (size_t)(power - 3) * BUCKETS_A_POWER + (us >> (power - 4) & (BUCKETS_A_POWER - 1));
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* Longest duration of a bucket, in ns. */
static int64_t bucket_end(size_t bucket)
{
	if (bucket < BUCKETS_A_POWER) {
		return (int64_t)(bucket + 1) * NS_PER_US - 1;
	}
	unsigned power = (unsigned)(bucket / BUCKETS_A_POWER) + 3;
	uint64_t us = (UINT64_C(1) << power) + ((bucket % BUCKETS_A_POWER + 1) << (power - 4));
	return (int64_t)us * NS_PER_US - 1;
}

void histogram_finish(struct histogram *histogram)
{
	memory_free(histogram->buckets);
	*histogram = (struct histogram){0};
}

static void make_buckets(struct histogram *histogram)
{
	if (histogram->buckets == NULL) {
		size_t size = HISTOGRAM_BUCKETS * sizeof(histogram->buckets[0]);
		histogram->buckets = memset(memory_resize(NULL, size), 0, size);
	}
}

void histogram_add(struct histogram *histogram, int64_t duration_ns)
{
	make_buckets(histogram);
	histogram->buckets[bucket_of(duration_ns)]++;
	histogram->count++;
	if (duration_ns > histogram->max_ns) {
		histogram->max_ns = duration_ns;
	}
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (from->count == 0) {
		return;
	}
	make_buckets(into);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		into->buckets[i] += from->buckets[i];
	}
	into->count += from->count;
	into->max_ns = from->max_ns > into->max_ns ? from->max_ns : into->max_ns;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t seen = 0;
	double wanted = share * (double)histogram->count;
	for (size_t i = 0; histogram->count > 0 && i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen > 0 && (double)seen >= wanted) {
			int64_t end = bucket_end(i);
			return end < histogram->max_ns ? end : histogram->max_ns;
		}
	}
	return histogram->max_ns;
}
