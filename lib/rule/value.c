/* SPDX-License-Identifier: Apache-2.0 */

/* Typed fields: what a record says as text, read as what the rule declares it to be. */

#include "rule/pack.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *name;
	enum event_field_type type;
} types[RULE_TYPE_COUNT_ALL] = {
	[RULE_TYPE_TEXT] = {"text", EVENT_TEXT},
	[RULE_TYPE_DURATION] = {"duration", EVENT_DURATION},
	[RULE_TYPE_DURATION_MS] = {"duration-ms", EVENT_DURATION},
	[RULE_TYPE_DURATION_S] = {"duration-s", EVENT_DURATION},
	[RULE_TYPE_BYTES] = {"bytes", EVENT_BYTES},
	[RULE_TYPE_COUNT] = {"count", EVENT_COUNT},
	[RULE_TYPE_MEMBER] = {"member", EVENT_MEMBER},
	[RULE_TYPE_MEMBER_DECIMAL] = {"member-decimal", EVENT_MEMBER},
	[RULE_TYPE_LEASE] = {"lease", EVENT_LEASE},
	[RULE_TYPE_LEASE_DECIMAL] = {"lease-decimal", EVENT_LEASE},
	[RULE_TYPE_KEY] = {"key", EVENT_KEY},
	[RULE_TYPE_ERROR] = {"error", EVENT_REASON},
};

bool rule_type_read(struct str text, enum rule_type *type)
{
	for (size_t i = 0; i < RULE_TYPE_COUNT_ALL; i++) {
		if (str_equals(text, str_from(types[i].name))) {
			*type = (enum rule_type)i;
			return true;
		}
	}
	return false;
}

const char *rule_type_name(enum rule_type type)
{
	return types[type].name;
}

enum event_field_type rule_type_event(enum rule_type type)
{
	return types[type].type;
}

/** A number times a factor, as a whole number; INT64_MIN when it is none or does not fit. */
static int64_t scaled(struct str text, double factor)
{
	int64_t whole;
	if (factor == 1 && str_to_int64(text, &whole)) {
		return whole;
	}
	double number;
	if (!str_to_double(text, &number)) {
		return INT64_MIN;
	}
	number *= factor;
	return number > -9.2e18 && number < 9.2e18 ? (int64_t)llround(number) : INT64_MIN;
}

/** Bytes behind a unit: decimal kB MB GB TB, binary KiB MiB GiB TiB; 0 when it is none. */
static double unit_factor(struct str unit)
{
	static const char letters[] = "kmgtp";
	if (unit.len == 0 || str_equals_ignore_case(unit, STR("B")) ||
	    str_equals_ignore_case(unit, STR("bytes"))) {
		return 1;
	}
	char first = (char)(unit.ptr[0] | 0x20);
	const char *letter = memchr(letters, first, sizeof(letters) - 1);
	if (letter == NULL) {
		return 0;
	}
	struct str rest = str_skip(unit, 1);
	bool is_binary =
		str_equals_ignore_case(rest, STR("iB")) || str_equals_ignore_case(rest, STR("i"));
	if (!is_binary && rest.len > 0 && !str_equals_ignore_case(rest, STR("B"))) {
		return 0;
	}
	return pow(is_binary ? 1024 : 1000, (double)(letter - letters + 1));
}

/** "2147483648", "2.1 GB", "12kB", "8 MiB". Source: go-humanize Bytes and IBytes, as etcd prints
 * sizes. */
static int64_t bytes_parse(struct str text)
{
	size_t digits = 0;
	while (digits < text.len &&
	       ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') || text.ptr[digits] == '.')) {
		digits++;
	}
	if (digits == 0) {
		return INT64_MIN;
	}
	double factor = unit_factor(str_trim(str_skip(text, digits)));
	return factor == 0 ? scaled(text, 1) : scaled(str_slice(text, 0, digits), factor);
}

static int64_t duration_of(enum rule_type type, struct str text)
{
	if (type == RULE_TYPE_DURATION) {
		return duration_parse(text);
	}
	return scaled(text, type == RULE_TYPE_DURATION_MS ? (double)NS_PER_MS : (double)NS_PER_SEC);
}

/** Hex without leading zeros; text itself when it is no id. */
static struct str id_text(struct str text, bool is_decimal, struct arena *tmp)
{
	uint64_t id;
	struct str digits = text;
	if (!is_decimal && digits.len > 2 && digits.ptr[0] == '0' &&
	    (digits.ptr[1] | 0x20) == 'x') {
		digits = str_skip(digits, 2);
	}
	if (is_decimal ? !str_to_uint64(digits, &id) : !str_to_hex64(digits, &id)) {
		return text;
	}
	return arena_printf(tmp, "%llx", (unsigned long long)id);
}

void rule_value(enum rule_type type, struct str text, struct arena *tmp, struct event_field *field)
{
	field->type = types[type].type;
	field->text = text;
	field->number = INT64_MIN;
	struct str trimmed = str_trim(text);
	switch (field->type) {
	case EVENT_DURATION:
		field->number = duration_of(type, trimmed);
		break;
	case EVENT_BYTES:
		field->number = bytes_parse(trimmed);
		break;
	case EVENT_COUNT:
		field->number = scaled(trimmed, 1);
		break;
	case EVENT_MEMBER:
	case EVENT_LEASE:
		field->text = id_text(
			trimmed,
			type == RULE_TYPE_MEMBER_DECIMAL || type == RULE_TYPE_LEASE_DECIMAL, tmp);
		break;
	case EVENT_TEXT:
	case EVENT_KEY:
	case EVENT_REASON:
	case EVENT_FIELD_TYPE_COUNT:
		break;
	}
}
