/* SPDX-License-Identifier: Apache-2.0 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

enum { REGEX_MATCH_LIMIT = 1000000, REGEX_DEPTH_LIMIT = 2000, REGEX_HEAP_LIMIT_KIB = 16384 };

struct regex {
	pcre2_code *code;
	unsigned group_count;
	const char *names[REGEX_GROUPS_MAX + 1];
};

struct regex_match {
	pcre2_match_data *data;
	pcre2_match_context *context;
	struct str subject;
	int count; /* groups set by the last match */
};

static void read_names(struct regex *regex)
{
	uint32_t count = 0, entry_size = 0;
	PCRE2_SPTR table = NULL;
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < count; i++) {
		PCRE2_SPTR entry = table + i * entry_size;
		unsigned group = (unsigned)entry[0] << 8 | entry[1];
		if (group <= REGEX_GROUPS_MAX) {
			regex->names[group] = (const char *)entry + 2;
		}
	}
}

struct regex *regex_create(struct str pattern, struct error *err)
{
	int code;
	PCRE2_SIZE at;
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &code, &at, NULL);
	if (compiled == NULL) {
		PCRE2_UCHAR message[256];
		pcre2_get_error_message(code, message, sizeof(message));
		error_set(err, "pattern, at character %zu: %s", at + 1, (const char *)message);
		return NULL;
	}
	struct regex *regex = memory_resize(NULL, sizeof(*regex));
	*regex = (struct regex){.code = compiled};
	uint32_t groups = 0;
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &groups);
	regex->group_count = groups;
	if (groups > REGEX_GROUPS_MAX) {
		error_set(err, "pattern has %u groups, at most %d are allowed", groups, REGEX_GROUPS_MAX);
		regex_destroy(regex);
		return NULL;
	}
	if (pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) != 0) {
		error_set(err, "pattern cannot be compiled to machine code");
		regex_destroy(regex);
		return NULL;
	}
	read_names(regex);
	return regex;
}

void regex_destroy(struct regex *regex)
{
	if (regex != NULL) {
		pcre2_code_free(regex->code);
		memory_free(regex);
	}
}

const char *regex_group_name(const struct regex *regex, unsigned index)
{
	return index <= REGEX_GROUPS_MAX ? regex->names[index] : NULL;
}

unsigned regex_group_count(const struct regex *regex)
{
	return regex->group_count;
}

struct regex_match *regex_match_create(void)
{
	struct regex_match *match = memory_resize(NULL, sizeof(*match));
	*match = (struct regex_match){.data = pcre2_match_data_create(REGEX_GROUPS_MAX + 1, NULL),
	                              .context = pcre2_match_context_create(NULL)};
	pcre2_set_match_limit(match->context, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(match->context, REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(match->context, REGEX_HEAP_LIMIT_KIB);
	return match;
}

void regex_match_destroy(struct regex_match *match)
{
	if (match != NULL) {
		pcre2_match_data_free(match->data);
		pcre2_match_context_free(match->context);
		memory_free(match);
	}
}

bool regex_search(const struct regex *regex, struct str subject, struct regex_match *match, bool *is_over_limit)
{
	const char *text = subject.ptr != NULL ? subject.ptr : "";
	int count = pcre2_match(regex->code, (PCRE2_SPTR)text, subject.len, 0, 0, match->data, match->context);
	match->subject = (struct str){text, subject.len};
	match->count = count > 0 ? count : 0;
	if (is_over_limit != NULL) {
		*is_over_limit = count < 0 && count != PCRE2_ERROR_NOMATCH;
	}
	return count > 0;
}

struct str regex_match_group(const struct regex_match *match, unsigned index)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match->data);
	if ((int)index >= match->count || ends[index * 2] == PCRE2_UNSET || ends[index * 2] > ends[index * 2 + 1]) {
		return (struct str){NULL, 0};
	}
	return str_slice(match->subject, ends[index * 2], ends[index * 2 + 1]);
}
