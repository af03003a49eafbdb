/* SPDX-License-Identifier: Apache-2.0 */
#include "line/stray.h"

#include "line/shape.h"

#include <string.h>

/* Whether a record of JSON or of Milvus has no end yet. Others do not show whether they have. */
static bool is_open_record(struct str text)
{
	struct str rest = str_trim(text);
	bool is_json = str_starts(rest, STR("{\"")), is_milvus = str_looks_like(rest, "[dddd/");
	return (is_json && !str_ends(rest, STR("}"))) || (is_milvus && !str_ends(rest, STR("]")));
}

void stray_note(struct stray *stray, struct str physical, const struct wrap *wrap, uint32_t source)
{
	stray->head_len = physical.len < STRAY_HEAD_SIZE ? physical.len : STRAY_HEAD_SIZE;
	if (stray->head_len > 0) {
		memcpy(stray->head, physical.ptr, stray->head_len);
	}
	stray->source = source;
	stray->depth = wrap->depth;
	stray->is_open = wrap->source.unit.len > 0 || is_open_record(wrap->text);
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* "Sep 14 07:55:34 node-3 k3s[82" may be how "Sep  9 07:55:33 node-3 k3s[820]: " begins. */
static bool is_alike(char a, char b)
{
	bool is_number = shape_is_digit(a) || a == ' ', is_other = shape_is_digit(b) || b == ' ';
	return a == b || (is_number && is_other) || (is_letter(a) && is_letter(b));
}

static bool is_cut_head(const struct stray *stray, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (i >= stray->head_len || !is_alike(stray->head[i], text.ptr[i])) {
			return false;
		}
	}
	return text.len > 0;
}

bool stray_belongs(struct stray *stray, const struct wrap *wrap, bool is_last)
{
	if (wrap->depth >= stray->depth) {
		return false;
	}
	stray->is_open = stray->is_open && wrap->text.len > 0 && !shape_starts_record(wrap->text);
	return stray->is_open || (is_last && is_cut_head(stray, wrap->text));
}
