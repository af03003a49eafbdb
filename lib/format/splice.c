/* SPDX-License-Identifier: Apache-2.0 */
/* Two records in one line. */
#include "base/lanes.h"
#include "format/formats.h"
#include "format/reading.h"

/* "[2024/03/05 20:02:09.405 +00:00] [" and {"level":"warn","ts": or "time": */
static bool is_start(struct str line)
{
	if (str_looks_like(line, "[dddd/dd/dd dd:dd:dd.ddd ")) {
		return str_starts(str_skip(line, 31), STR("] ["));
	}
	struct str level;
	return str_starts(line, STR("{\"level\":\"")) &&
	       str_cut(str_slice(line, 10, 32), STR("\",\"t"), &level, NULL) && level.len > 0 &&
	       format_level_of(level) != FORMAT_LEVEL_NONE;
}

/* Where a record may begin within a line, by its first and third byte, or `} {` stands anywhere.
 * The blank of the latter counts: without it each line's end before the next line would be one. */
LANES_INLINE lanes find_candidates(const char *at)
{
	lanes before = lanes_load(at - 1), first = lanes_load(at);
	lanes second = lanes_load(at + 1), third = lanes_load(at + 2);
	lanes head = ((lanes)(first == '{') & (lanes)(third == 'l')) |
	             ((lanes)(first == '[') & (lanes)(third == '0'));
	lanes seam = (lanes)(first == '}') & (lanes)(second == ' ') & (lanes)(third == '{');
	return (head & (lanes)(before != '\n')) | seam;
}

static bool is_candidate(const char *at)
{
	bool is_head = (at[0] == '{' && at[1] == '"' && at[2] == 'l') ||
	               (at[0] == '[' && at[1] == '2' && at[2] == '0');
	bool is_seam = at[0] == '}' && at[1] == ' ' && at[2] == '{';
	return (is_head && at[-1] != '\n') || is_seam;
}

/* Where `{"l` or `[20` stands within a line, or `} {` anywhere, at or behind a position; text.len:
 * nowhere. */
LANES_BEST static size_t find_candidate(struct str text, size_t from)
{
	size_t i = from > 0 ? from : 1;
	while (i + 2 < text.len) {
		size_t end = text.len - 2;
		if (i + LANES_STRIDE + 2 <= text.len) {
			const char *at = text.ptr + i;
			end = i + LANES_STRIDE;
			if (!lanes_any((find_candidates(at) | find_candidates(at + LANES)) |
			               (find_candidates(at + 2 * LANES) |
			                find_candidates(at + 3 * LANES)))) {
				i = end;
				continue;
			}
		}
		for (; i < end; i++) {
			if (is_candidate(text.ptr + i)) {
				return i;
			}
		}
	}
	return text.len;
}

/* Behind the end of an object stands the next one, as collectors join lines. No value of JSON and
 * no text in quotes has this in it. */
static bool is_seam(struct str line)
{
	return str_starts(line, STR("} {\""));
}

/* The first record that begins at or behind a position; line.len when there is none. */
static size_t find_start(struct str line, size_t from)
{
	size_t at = find_candidate(line, from);
	while (at < line.len && !is_start(str_skip(line, at))) {
		if (is_seam(str_skip(line, at))) {
			return at + 2;
		}
		at = find_candidate(line, at + 1);
	}
	return at;
}

size_t format_find_splice(struct str text, size_t from)
{
	return find_candidate(text, from);
}

size_t format_split(struct str line, const struct format *found)
{
	size_t start =
		found == NULL || format_is_printed_as_line(found) ? find_start(line, 1) : line.len;
	bool is_behind_seam = start >= 2 && start < line.len && is_seam(str_skip(line, start - 2));
	if (start < line.len && !is_behind_seam &&
	    format_of(str_slice(line, 0, start), found) == NULL) {
		/* only something that stands before the one record */
		start = find_start(line, start + 1);
	}
	return start;
}
