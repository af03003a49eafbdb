/* SPDX-License-Identifier: Apache-2.0 */

/* Times, durations, zones and text from any bytes: what is read is written so that it reads the
 * same. */

#include "base/clock.h"
#include "base/duration.h"
#include "base/text.h"
#include "base/zone.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_written(int64_t time_ns, const struct clock_zone_rule *rule, struct arena *tmp)
{
	enum clock_zone zone;
	size_t used = 0;
	struct str text = clock_format_in(tmp, time_ns, rule);
	int offset_s = clock_zone_offset(rule, time_ns);
	/* offsets with seconds are cut to minutes; others are not read back */
	bool is_exact = offset_s % 60 == 0 && abs(offset_s) <= CLOCK_OFFSET_HOURS_MAX * 3600;
	must(text.len > 0 && text.len <= CLOCK_TEXT_MAX);
	must(!is_exact || (clock_parse(text, &zone, &used) == time_ns && used == text.len));
	must(clock_format_short(tmp, time_ns, rule).len == 12);
}

static void check_times(struct str text, const struct clock_zone_rule *rule, struct arena *tmp)
{
	enum clock_zone zone;
	bool is_relative;
	size_t used = 0;
	int64_t time_ns = clock_parse(text, &zone, &used);
	if (time_ns != TIME_NONE) {
		must(used >= 19 && used <= text.len);
		must(clock_parse(str_slice(text, 0, used), &zone, NULL) == time_ns);
		check_written(time_ns, NULL, tmp);
		check_written(time_ns, rule, tmp);
	}
	time_ns = clock_parse_epoch(text);
	if (time_ns != TIME_NONE) {
		must(time_ns >= 0 && clock_format_in(tmp, time_ns, rule).len > 0);
	}
	(void)clock_parse_point(text, &is_relative);
}

static void check_duration(struct str text, struct arena *tmp)
{
	int64_t duration_ns = duration_parse(text);
	if (duration_ns != DURATION_NONE) {
		must(duration_format(tmp, duration_ns).len > 0);
		struct str ms = duration_format_ms(tmp, duration_ns);
		double number = 0;
		must(str_to_double(ms, &number));
		/* half a microsecond is cut; near the ends numbers of ns are 1024 apart, of ms 2^-9
		 */
		double distance = number * (double)NS_PER_MS - (double)duration_ns;
		must(fabs(distance) < 4000);
	}
}

static void check_text(struct str text, struct arena *tmp)
{
	struct str safe = text_safe(tmp, text);
	for (size_t i = 0, len; i < safe.len; i += len) {
		len = text_character(str_skip(safe, i));
		must(len > 0 && !text_is_hidden(text_point(str_skip(safe, i), len)));
	}
	must(str_equals(text_safe(tmp, safe), safe));
	must(text_fit(safe, text_width(safe)).len == safe.len);
	struct str fit = text_fit(safe, 10), cut = text_cut_bytes(safe, 10);
	must(text_width(fit) <= 10 && str_equals(text_safe(tmp, fit), fit));
	must(cut.len <= 10 && str_equals(text_safe(tmp, cut), cut));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena tmp;
	struct zone_posix posix;
	arena_init(&tmp);
	struct clock_zone_rule rule = {0};
	if (zone_read(&tmp, text, &rule)) {
		check_times(STR("2024-05-01T10:02:03.123Z"), &rule, &tmp);
		check_times(STR("2261-11-30T23:59:59Z"), &rule, &tmp);
	}
	if (zone_posix_read(text, &posix)) {
		rule = (struct clock_zone_rule){.has_rule = true, .rule = posix};
		check_times(STR("2024-05-01T10:02:03.123Z"), &rule, &tmp);
		check_times(STR("1678-02-01T00:00:00Z"), &rule, &tmp);
	}
	(void)clock_zone_open(&tmp, text);
	check_times(text, NULL, &tmp);
	check_duration(text, &tmp);
	check_text(text, &tmp);
	arena_finish(&tmp);
	return 0;
}
