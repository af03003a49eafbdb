/* SPDX-License-Identifier: Apache-2.0 */

/* Anchors: literals that the clean line surely holds, whatever way the message is quoted in it. */

#include "base/buf.h"
#include "rule/pack.h"

#include <string.h>

/* Bytes that some quoting changes. */
static bool is_fragile(char byte)
{
	unsigned char value = (unsigned char)byte;
	return value < 0x20 || value == 0x7f || byte == '"' || byte == '\'' || byte == '\\' ||
	       byte == '<' || byte == '>' || byte == '&';
}

bool rule_anchor_is_sound(struct str anchor)
{
	for (size_t i = 0; i < anchor.len; i++) {
		unsigned char value = (unsigned char)anchor.ptr[i];
		if (value < 0x20 || value == '"' || value == '\\') {
			return false;
		}
	}
	return anchor.len >= RULE_ANCHOR_MIN;
}

struct str rule_anchor_of_literal(struct str literal)
{
	struct str best = {0};
	size_t from = 0;
	for (size_t i = 0; i <= literal.len; i++) {
		if (i < literal.len && !is_fragile(literal.ptr[i])) {
			continue;
		}
		if (i - from > best.len) {
			best = str_slice(literal, from, i);
		}
		from = i + 1;
	}
	return best.len >= RULE_ANCHOR_MIN ? best : (struct str){0};
}

/* ---- patterns: a walk over the top level that keeps only what every match holds ---- */

struct walk {
	struct str pattern;
	size_t at;
	struct buf run;  /* literal bytes since the last break */
	struct buf best; /* longest so far */
	bool is_lost;    /* nothing is sure */
};

static void walk_break(struct walk *walk)
{
	struct str anchor = rule_anchor_of_literal(buf_str(&walk->run));
	if (anchor.len > walk->best.len) {
		buf_clear(&walk->best);
		buf_add(&walk->best, anchor);
	}
	buf_clear(&walk->run);
}

static char walk_peek(const struct walk *walk)
{
	return walk->at < walk->pattern.len ? walk->pattern.ptr[walk->at] : '\0';
}

/** Pass over a class; at stands behind the '['. */
static void skip_class(struct walk *walk)
{
	if (walk_peek(walk) == '^') {
		walk->at++;
	}
	if (walk_peek(walk) == ']') {
		walk->at++;
	}
	while (walk->at < walk->pattern.len) {
		char byte = walk->pattern.ptr[walk->at++];
		if (byte == ']') {
			return;
		}
		if (byte == '\\') {
			walk->at++;
		} else if (byte == '[' && walk_peek(walk) == ':') {
			ptrdiff_t end = str_find(str_skip(walk->pattern, walk->at), STR(":]"));
			walk->at += end < 0 ? 0 : (size_t)end + 2;
		}
	}
}

/** Pass over a group; at stands behind the '('. */
static void skip_group(struct walk *walk)
{
	unsigned depth = 1;
	while (walk->at < walk->pattern.len && depth > 0) {
		char byte = walk->pattern.ptr[walk->at++];
		if (byte == '\\') {
			walk->at++;
		} else if (byte == '[') {
			skip_class(walk);
		} else if (byte == '(') {
			depth++;
		} else if (byte == ')') {
			depth--;
		}
	}
}

/** Pass over a quantifier. Returns: whether what stands before it may be absent or repeated. */
static bool skip_quantifier(struct walk *walk)
{
	char byte = walk_peek(walk);
	if (byte == '{') {
		ptrdiff_t end = str_find_byte(str_skip(walk->pattern, walk->at), '}');
		char digit =
			walk->at + 1 < walk->pattern.len ? walk->pattern.ptr[walk->at + 1] : '\0';
		if (end < 0 || !((digit >= '0' && digit <= '9') || digit == ',')) {
			return false;
		}
		walk->at += (size_t)end + 1;
	} else if (byte == '?' || byte == '*' || byte == '+') {
		walk->at++;
	} else {
		return false;
	}
	if (walk_peek(walk) == '?' || walk_peek(walk) == '+') {
		walk->at++;
	}
	return true;
}

/** One literal byte (a UTF-8 character's bytes belong together only for the quantifier behind it).
 */
static void walk_literal(struct walk *walk, char byte)
{
	size_t before = walk->at;
	if (skip_quantifier(walk)) {
		bool is_once = walk->pattern.ptr[before] == '+';
		if (is_once && (unsigned char)byte < 0x80) {
			buf_byte(&walk->run, byte);
		}
		while ((unsigned char)byte >= 0x80 && walk->run.len > 0 &&
		       ((unsigned char)walk->run.ptr[walk->run.len - 1] & 0x80) != 0) {
			walk->run.len--; /* the whole character is optional */
		}
		walk_break(walk);
		return;
	}
	buf_byte(&walk->run, byte);
}

static void walk_escape(struct walk *walk)
{
	char byte = walk_peek(walk);
	bool is_word = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	               (byte >= '0' && byte <= '9');
	walk->at++;
	if (byte == 'Q' || byte == 'x' || byte == 'o' || byte == 'c' || byte == 'N' ||
	    byte == 'K') {
		walk->is_lost = true; /* not worth the trouble */
	} else if (byte == 'p' || byte == 'P' || byte == 'g' || byte == 'k') {
		walk_break(walk);
		ptrdiff_t end = walk_peek(walk) == '{'
		                        ? str_find_byte(str_skip(walk->pattern, walk->at), '}')
		                        : 0;
		walk->at += end < 0 ? 0 : (size_t)end + 1;
		skip_quantifier(walk);
	} else if (is_word) {
		walk_break(walk); /* a class, an assertion or a reference */
		skip_quantifier(walk);
	} else {
		walk_literal(walk, byte);
	}
}

/** Whether a group that begins with text changes how letters or blanks are taken: (?i), (?sx:,
 * (*UTF). */
static bool sets_options(struct str text)
{
	if (str_starts(text, STR("*"))) {
		return true;
	}
	for (size_t i = 1; str_starts(text, STR("?")) && i < text.len; i++) {
		char byte = text.ptr[i];
		if (byte == 'i' || byte == 'x') {
			return true;
		}
		if (!(byte >= 'a' && byte <= 'z') && byte != '^' && byte != '-') {
			return false;
		}
	}
	return false;
}

static void walk_step(struct walk *walk)
{
	char byte = walk->pattern.ptr[walk->at++];
	switch (byte) {
	case '\\':
		walk_escape(walk);
		break;
	case '|':
		walk->is_lost = true;
		break;
	case '(':
		walk_break(walk);
		walk->is_lost = sets_options(str_skip(walk->pattern, walk->at));
		skip_group(walk);
		skip_quantifier(walk);
		break;
	case '[':
		walk_break(walk);
		skip_class(walk);
		skip_quantifier(walk);
		break;
	case '.':
		walk_break(walk);
		skip_quantifier(walk);
		break;
	case '^':
	case '$':
		walk_break(walk);
		break;
	default:
		walk_literal(walk, byte);
	}
}

struct str rule_anchor_of_pattern(struct arena *run, struct str pattern)
{
	struct walk walk = {.pattern = pattern};
	while (walk.at < pattern.len && !walk.is_lost) {
		walk_step(&walk);
	}
	walk_break(&walk);
	struct str anchor = walk.is_lost ? (struct str){0} : arena_str(run, buf_str(&walk.best));
	buf_finish(&walk.run);
	buf_finish(&walk.best);
	return anchor;
}
