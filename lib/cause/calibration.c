/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From scores to probabilities. Fitted by tests/calibrate.py, which prints this table: one
 * temperature for each class of coverage, and how often "unknown" and "nothing wrong" are right in
 * it. Whole numbers: the same bytes everywhere.
 */
#include "base/vec.h"
#include "cause/reason.h"

enum {
	ONE = 1 << 16,
	STEP = 61565,    /* ONE times e to the power of -1/16 */
	STEPS_MAX = 160, /* then it is as good as nothing */
	PERMILLE_MIN = 300,
	PERMILLE_MAX = 940,      /* causes were written with logs at hand that they are fitted on */
	PERMILLE_MAX_PART = 900, /* a log that is not there may hold a rival */
	PERMILLE_MAX_UNTOLD = 700 /* the very log that would tell why is not there */
};

static const struct {
	struct str name;
	int temperature; /* units of score by which odds change e-fold */
	int unknown_permille;
	int null_permille;
} classes[CALIBRATION_COUNT] = {
	[CALIBRATION_EXCERPT] = {STR_INIT("excerpt"), 12, 718, 628},
	[CALIBRATION_ONE_SIDE] = {STR_INIT("one side"), 12, 723, 800},
	[CALIBRATION_BOTH_SIDES] = {STR_INIT("both sides"), 12, 742, 840},
	[CALIBRATION_SIDE_EVIDENCE] = {STR_INIT("side evidence"), 12, 774, 800},
};

enum calibration reason_calibration(const struct reason *reason)
{
	/* facts that logs state of themselves (settings, ids) are no evidence from elsewhere */
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		bool is_of_log = false;
		for (size_t i = 0; i < reason->digest->source_count && !is_of_log; i++) {
			is_of_log =
				str_equals(reason->digest->sources[i].path, fact->origin.path) &&
				reason->digest->sources[i].dated > 0;
		}
		if (!is_of_log) {
			return CALIBRATION_SIDE_EVIDENCE;
		}
	}
	if (reason->is_excerpt) {
		return CALIBRATION_EXCERPT;
	}
	return reason->has_etcd && reason->has_milvus ? CALIBRATION_BOTH_SIDES
	                                              : CALIBRATION_ONE_SIDE;
}

struct str calibration_name(enum calibration class)
{
	return classes[class].name;
}

/* e to the power of -distance/temperature, in parts of ONE. */
static int64_t fade(int distance, int temperature)
{
	int64_t value = ONE;
	int steps = distance * 16 / temperature;
	for (int i = 0; i < steps && i < STEPS_MAX; i++) {
		value = value * STEP / ONE;
	}
	return value;
}

static bool is_part(const struct reason *reason)
{
	return !reason->has_etcd || !reason->has_milvus || reason->is_excerpt ||
	       reason_missing_members(reason) > 0;
}

/* Whether something is there that would say so if the kernel had killed for want of memory. */
static bool has_words_of_host(const struct reason *reason)
{
	static const struct str tools[] = {STR_INIT("docker inspect"), STR_INIT("docker events"),
	                                   STR_INIT("kubectl describe pod"),
	                                   STR_INIT("kubectl get pods"),
	                                   STR_INIT("pods or events of Kubernetes")};
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (reason_has_document(reason, tools[i])) {
			return true;
		}
	}
	return reason_can_show(reason, STR("host.kernel."));
}

/* Who could not be reached did not tell what had become of it, nor the host who killed. */
static bool is_untold(const struct reason *reason, const struct cause *cause)
{
	return (str_equals(cause->told_by, STR("etcd")) && !reason->has_etcd) ||
	       (str_equals(cause->told_by, STR("host")) && !has_words_of_host(reason));
}

int calibration_named(const struct reason *reason, const struct cause *cause, const int *scores,
                      size_t count)
{
	enum calibration class = reason_calibration(reason);
	int most = is_untold(reason, cause) ? PERMILLE_MAX_UNTOLD
	           : is_part(reason)        ? PERMILLE_MAX_PART
	                                    : PERMILLE_MAX;
	int temperature = classes[class].temperature;
	int64_t sum = fade(scores[0], temperature);
	for (size_t i = 0; i < count; i++) {
		sum += fade(scores[0] - scores[i], temperature);
	}
	int permille = (int)((int64_t)1000 * ONE / sum);
	return permille < PERMILLE_MIN ? PERMILLE_MIN : permille > most ? most : permille;
}

int calibration_unknown(enum calibration class)
{
	return classes[class].unknown_permille;
}

int calibration_null(enum calibration class)
{
	return classes[class].null_permille;
}
