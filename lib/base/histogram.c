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
	size_t bucket =
		(size_t)(power - 3) * BUCKETS_A_POWER + (us >> (power - 4) & (BUCKETS_A_POWER - 1));
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* Power of two of microseconds that a bucket is wide. */
static unsigned bucket_shift(size_t bucket)
{
	return bucket < BUCKETS_A_POWER ? 0 : (unsigned)(bucket / BUCKETS_A_POWER) - 1;
}

int64_t histogram_bucket_start(size_t bucket)
{
	size_t in_power = bucket < BUCKETS_A_POWER ? bucket : BUCKETS_A_POWER + bucket % BUCKETS_A_POWER;
	return ((int64_t)in_power << bucket_shift(bucket)) * NS_PER_US;
}

/* Middle of a bucket, in ns: within 1/32 of all that is in it. */
static int64_t bucket_middle(size_t bucket)
{
	return histogram_bucket_start(bucket) + (NS_PER_US << bucket_shift(bucket)) / 2;
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

/* A full bucket stays full: still associative. */
static uint32_t add_counts(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void histogram_add_many(struct histogram *histogram, int64_t duration_ns, uint32_t count)
{
	make_buckets(histogram);
	uint32_t *bucket = &histogram->buckets[bucket_of(duration_ns)];
	*bucket = add_counts(*bucket, count);
	histogram->count += count;
	if (duration_ns > histogram->max_ns) {
		histogram->max_ns = duration_ns;
	}
}

void histogram_add(struct histogram *histogram, int64_t duration_ns)
{
	histogram_add_many(histogram, duration_ns, 1);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (from->count == 0) {
		return;
	}
	make_buckets(into);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		into->buckets[i] = add_counts(into->buckets[i], from->buckets[i]);
	}
	into->count += from->count;
	into->max_ns = from->max_ns > into->max_ns ? from->max_ns : into->max_ns;
}

int64_t histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t seen = 0;
	double wanted = share * (double)histogram->count;
	if (histogram->count == 0 || wanted > (double)(histogram->count - 1)) {
		return histogram->max_ns; /* the longest of all is known exactly */
	}
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen > 0 && (double)seen >= wanted) {
			int64_t middle = bucket_middle(i);
			return middle < histogram->max_ns ? middle : histogram->max_ns;
		}
	}
	return histogram->max_ns;
}
