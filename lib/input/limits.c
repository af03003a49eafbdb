/* SPDX-License-Identifier: Apache-2.0 */
#include "input/input.h"

#include <stddef.h>

struct input_limits input_limits_default(void)
{
	return (struct input_limits){.max_bytes = UINT64_C(64) << 30,
	                             .max_ratio = 1000,
	                             .max_depth = 6,
	                             .max_members = 100000,
	                             .max_memory = UINT64_C(256) << 20};
}

static const struct {
	struct str name;
	size_t at;        /* of the member */
	bool is_narrow;   /* an unsigned, not 64 bits */
	uint64_t highest; /* what may be asked for */
} limits[] = {
	{STR_INIT("bytes"), offsetof(struct input_limits, max_bytes), false, UINT64_C(1) << 60},
	{STR_INIT("ratio"), offsetof(struct input_limits, max_ratio), false, 1000000},
	{STR_INIT("depth"), offsetof(struct input_limits, max_depth), true, 100},
	{STR_INIT("members"), offsetof(struct input_limits, max_members), true, 100000000},
	{STR_INIT("memory"), offsetof(struct input_limits, max_memory), false, UINT64_C(1) << 40},
};

/* "64G" */
static bool read_size(struct str text, uint64_t *value)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	for (unsigned i = 0; text.len > 0 && units[i] != '\0'; i++) {
		shift = text.ptr[text.len - 1] == units[i] ? 10 * (i + 1) : shift;
	}
	text.len -= shift > 0 ? 1 : 0;
	return str_to_uint64(text, value) &&
	       !__builtin_mul_overflow(*value, UINT64_C(1) << shift, value);
}

bool input_limit_set(struct input_limits *into, struct str setting, struct error *err)
{
	struct str name, text;
	uint64_t value;
	str_cut(setting, STR("="), &name, &text);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (!str_equals(limits[i].name, name)) {
			continue;
		}
		if (!read_size(text, &value) || value == 0 || value > limits[i].highest) {
			return error_set(
				err,
				"'%.*s' is no number from 1 to %llu; K, M, G and T may follow it",
				STR_ARG(text), (unsigned long long)limits[i].highest);
		}
		char *member = (char *)into + limits[i].at;
		if (limits[i].is_narrow) {
			*(unsigned *)(void *)member = (unsigned)value;
		} else {
			*(uint64_t *)(void *)member = value;
		}
		return true;
	}
	return error_set(
		err,
		"'%.*s' is not known; write bytes, ratio, depth, members or memory, = and a number",
		STR_ARG(name));
}
