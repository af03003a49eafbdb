/* SPDX-License-Identifier: Apache-2.0 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	REGEX_PATTERN_MAX = 16 << 10,
	REGEX_NESTING_MAX = 100,
	REGEX_MATCH_LIMIT = 1000000,
	REGEX_DEPTH_LIMIT = 2000,
	REGEX_HEAP_LIMIT_KIB = 16384,
	REGEX_STACK_START = 32 << 10, /* of machine code; grows up to the most */
	REGEX_STACK_MAX = 1 << 20
};

struct regex {
	pcre2_code *code;
	unsigned group_count;
	const char *names[REGEX_GROUPS_MAX + 1];
};

struct regex_match {
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
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

static pcre2_code *compile(struct str pattern, struct error *err)
{
	int problem;
	PCRE2_SIZE at;
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
	                   PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_max_pattern_length(context, REGEX_PATTERN_MAX);
	pcre2_set_parens_nest_limit(context, REGEX_NESTING_MAX);
	PCRE2_SPTR text = (PCRE2_SPTR)(pattern.len > 0 ? pattern.ptr : "");
	pcre2_code *code = pcre2_compile(text, pattern.len, options, &problem, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) {
		PCRE2_UCHAR message[256];
		pcre2_get_error_message(problem, message, sizeof(message));
		error_set(err, "pattern, at byte %zu: %s", at + 1, (const char *)message);
	}
	return code;
}

/* No machine code at all (no such CPU, memory that must not be executable) is slower, not wrong. */
static bool compile_machine_code(pcre2_code *code)
{
	int problem = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return problem == 0 || problem == PCRE2_ERROR_JIT_BADOPTION ||
	       problem == PCRE2_ERROR_NOMEMORY;
}

struct regex *regex_create(struct str pattern, struct error *err)
{
	pcre2_code *code = compile(pattern, err);
	if (code == NULL) {
		return NULL;
	}
	struct regex *regex = memory_resize(NULL, sizeof(*regex));
	*regex = (struct regex){.code = code};
	uint32_t groups = 0;
	pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
	regex->group_count = groups;
	if (groups > REGEX_GROUPS_MAX) {
		error_set(err, "pattern has %u groups, at most %d are allowed", groups,
		          REGEX_GROUPS_MAX);
		regex_destroy(regex);
		return NULL;
	}
	if (!compile_machine_code(code)) {
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
	*match = (struct regex_match){
		.data = pcre2_match_data_create(REGEX_GROUPS_MAX + 1, NULL),
		.context = pcre2_match_context_create(NULL),
		.stack = pcre2_jit_stack_create(REGEX_STACK_START, REGEX_STACK_MAX, NULL)};
	if (match->data == NULL || match->context == NULL) {
		memory_fail(REGEX_STACK_MAX);
	}
	pcre2_set_match_limit(match->context, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(match->context, REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(match->context, REGEX_HEAP_LIMIT_KIB);
	if (match->stack != NULL) { /* there is none where PCRE2 was built without JIT */
		pcre2_jit_stack_assign(match->context, NULL, match->stack);
	}
	return match;
}

void regex_match_destroy(struct regex_match *match)
{
	if (match != NULL) {
		pcre2_match_data_free(match->data);
		pcre2_match_context_free(match->context);
		pcre2_jit_stack_free(match->stack);
		memory_free(match);
	}
}

bool regex_search(const struct regex *regex, struct str subject, struct regex_match *match,
                  bool *is_over_limit)
{
	match->subject = subject.len > 0 ? subject : STR("");
	int count = pcre2_match(regex->code, (PCRE2_SPTR)match->subject.ptr, subject.len, 0, 0,
	                        match->data, match->context);
	match->count = count > 0 ? count : 0;
	if (is_over_limit != NULL) {
		*is_over_limit = count < 0 && count != PCRE2_ERROR_NOMATCH;
	}
	return count > 0;
}

struct str regex_match_group(const struct regex_match *match, unsigned index)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match->data);
	if ((int)index >= match->count || ends[index * 2] == PCRE2_UNSET ||
	    ends[index * 2] > ends[index * 2 + 1]) {
		return (struct str){NULL, 0};
	}
	return str_slice(match->subject, ends[index * 2], ends[index * 2 + 1]);
}
