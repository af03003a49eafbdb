/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of cause files with the values that were seen: {ttl_s}, {fio.sync.p99_ms} ... */
#include "base/buf.h"
#include "base/vec.h"
#include "cause/reason.h"

#include <math.h>

/* "1,263", "18.93", "0.4": as many digits as tell something. */
static struct str number_text(struct arena *keep, double value, bool is_percent)
{
	double magnitude = fabs(value);
	if (magnitude >= 1e15) {
		return arena_printf(keep, "%.3g", value);
	}
	if (magnitude >= 1000) {
		long long whole = (long long)(value + (value < 0 ? -0.5 : 0.5));
		long long thousands = whole / 1000,
			  rest = whole < 0 ? -(whole % 1000) : whole % 1000;
		struct str high = number_text(keep, (double)thousands, is_percent);
		return arena_printf(keep, STR_FMT ",%03lld", STR_ARG(high), rest);
	}
	int decimals = magnitude >= 100 ? 0 : is_percent ? 1 : 2;
	struct str text = arena_printf(keep, "%.*f", decimals, value);
	while (decimals > 0 && str_ends(text, STR("0"))) {
		text.len--;
	}
	text.len -= str_ends(text, STR(".")) ? 1 : 0;
	return text;
}

/* Of several values of one fact the one that is worst: the highest, of rates the lowest. */
static struct str fact_text(const struct reason *reason, struct str name)
{
	const struct derived_fact *derived = derived_find(reason, name);
	const struct fact *worst = NULL;
	bool is_rate = str_ends(name, STR("iops")) || str_ends(name, STR("writes_per_s"));
	if (derived != NULL) {
		return number_text(reason->keep, derived->value, str_ends(name, STR("_percent")));
	}
	vec_foreach (struct fact, fact, &reason->digest->facts) {
		if (!str_equals(fact->id, name)) {
			continue;
		}
		bool is_worse = worst == NULL ||
		                (is_rate ? fact->value < worst->value : fact->value > worst->value);
		worst = is_worse ? fact : worst;
	}
	if (worst == NULL) {
		return STR("\u2026"); /* of a sign that is not seen */
	}
	return isnan(worst->value)
	               ? worst->text
	               : number_text(reason->keep, worst->value, str_equals(worst->unit, STR("%")));
}

static struct str value_of(const struct reason *reason, struct str name)
{
	struct arena *keep = reason->keep;
	if (str_equals(name, STR("ttl_s"))) {
		return arena_printf(keep, "%lld", (long long)(reason->ttl_ns / NS_PER_SEC));
	}
	if (str_equals(name, STR("heartbeat_ms"))) {
		return arena_printf(keep, "%lld", (long long)(reason->heartbeat_ns / NS_PER_MS));
	}
	if (str_equals(name, STR("election_ms"))) {
		return arena_printf(keep, "%lld", (long long)(reason->election_ns / NS_PER_MS));
	}
	if (str_equals(name, STR("request_timeout_s"))) {
		return arena_printf(
			keep, "%lld",
			(long long)((5 * NS_PER_SEC + 2 * reason->election_ns) / NS_PER_SEC));
	}
	if (str_equals(name, STR("milvus_version"))) {
		struct str version = reason->findings->environment.milvus_version;
		return version.len > 0 ? version : STR("?");
	}
	return fact_text(reason, name);
}

static struct str fill(const struct reason *reason, struct str text)
{
	struct buf filled = {0};
	struct str before, rest, name;
	while (str_cut(text, STR("{"), &before, &rest) && str_cut(rest, STR("}"), &name, &text)) {
		buf_add(&filled, before);
		buf_add(&filled, value_of(reason, name));
	}
	buf_add(&filled, text);
	struct str copy = arena_str(reason->keep, buf_str(&filled));
	buf_finish(&filled);
	return copy;
}

struct text_both reason_say(const struct reason *reason, const struct text_both *text)
{
	struct text_both filled;
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		filled.in[lang] = fill(reason, text_in(text, (enum text_lang)lang));
	}
	return filled;
}
