/* SPDX-License-Identifier: Apache-2.0 */
/* Several scrapes of one target in several documents: what lies between the first and the last. */
#include "base/vec.h"
#include "side/histogram.h"
#include "side/readers.h"

static const struct {
	struct str buckets;
	const char *between_id;
} kinds[] = {
	{STR_INIT("metrics.etcd.fsync_buckets"), "metrics.etcd.fsync_between_p99_ms"},
	{STR_INIT("metrics.etcd.commit_buckets"), "metrics.etcd.commit_between_p99_ms"},
};

/* When the process behind a document's metrics started; empty when it does not say. */
static struct str start_of(const struct digest *digest, struct str path)
{
	vec_foreach (struct fact, fact, &digest->facts) {
		if (str_equals(fact->id, STR("metrics.process_start")) &&
		    str_equals(fact->origin.path, path)) {
			return fact->text;
		}
	}
	return STR("");
}

/* Whether two facts come from two scrapes of one run of one process. */
static bool is_same_run(const struct digest *digest, const struct fact *a, const struct fact *b)
{
	struct str start = start_of(digest, a->origin.path);
	return str_equals(a->id, b->id) && !str_equals(a->origin.path, b->origin.path) &&
	       start.len > 0 && str_equals(start, start_of(digest, b->origin.path));
}

/* The first and the last scrape of a run, by what they counted; NULL when this is neither. */
static const struct fact *first_of_run(const struct digest *digest, const struct fact *last)
{
	const struct fact *first = NULL;
	double total = histogram_text_total(last->text);
	vec_foreach (struct fact, fact, &digest->facts) {
		if (fact == last || !is_same_run(digest, fact, last)) {
			continue;
		}
		double other = histogram_text_total(fact->text);
		if (other > total || (other == total && fact > last)) {
			return NULL;
		}
		if (first == NULL || other < histogram_text_total(first->text)) {
			first = fact;
		}
	}
	return first;
}

void side_relate(struct digest *digest)
{
	size_t count = digest->facts.count;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < SIDE_COUNT(kinds); j++) {
			/* the list grows: no pointer into it is kept */
			const struct fact *last = &digest->facts.items[i];
			double p99_ms;
			if (!str_equals(last->id, kinds[j].buckets)) {
				continue;
			}
			const struct fact *first = first_of_run(digest, last);
			if (first != NULL &&
			    histogram_text_between(first->text, last->text, &p99_ms)) {
				struct fact between = *last;
				between.id = str_from(kinds[j].between_id);
				between.value = p99_ms;
				between.unit = STR("ms");
				between.text = STR("");
				digest_fact(digest, &between);
			}
		}
	}
}
