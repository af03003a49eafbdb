/* SPDX-License-Identifier: Apache-2.0 */
#include "report/layout.h"

static const char *const color_codes[LAYOUT_STYLE_COUNT] = {
	[LAYOUT_PLAIN] = "",        [LAYOUT_HEAD] = "\x1b[1m", [LAYOUT_BAD] = "\x1b[1;31m",
	[LAYOUT_GOOD] = "\x1b[32m", [LAYOUT_DIM] = "\x1b[2m",  [LAYOUT_WARN] = "\x1b[35m",
};

/* The report's own signs as ASCII; what logs hold stays. */
static void add_ascii(struct buf *out, struct str text)
{
	static const struct {
		struct str sign, ascii;
	} signs[] = {{STR_INIT("×"), STR_INIT("x")}, {STR_INIT("µ"), STR_INIT("u")}};
	while (text.len > 0) {
		struct str shown = str_slice(text, 0, 1);
		size_t used = 1;
		for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
			if (str_starts(text, signs[i].sign)) {
				shown = signs[i].ascii;
				used = signs[i].sign.len;
			}
		}
		buf_add(out, shown);
		text = str_skip(text, used);
	}
}

void layout_add(struct layout *to, enum layout_style style, struct str text)
{
	bool has_color = to->view.options->has_color && style != LAYOUT_PLAIN && text.len > 0;
	if (has_color) {
		buf_add(to->out, str_from(color_codes[style]));
	}
	if (to->view.options->is_ascii) {
		add_ascii(to->out, text_safe(&to->view.tmp, text));
	} else {
		text_add_safe(to->out, text);
	}
	if (has_color) {
		buf_add(to->out, STR("\x1b[0m"));
	}
}

void layout_blanks(struct layout *to, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_byte(to->out, ' ');
	}
}

const char *layout_sign(const struct layout *to, const char *sign, const char *ascii)
{
	return to->view.options->is_ascii ? ascii : sign;
}

void layout_wrap(struct layout *to, enum layout_style style, size_t first_indent, size_t indent,
                 struct str text)
{
	struct str safe = text_safe(&to->view.tmp, text);
	size_t used = first_indent;
	while (safe.len > 0) {
		layout_blanks(to, used);
		layout_add(to, style, text_line(&safe, to->prose > used ? to->prose - used : 1));
		buf_byte(to->out, '\n');
		used = indent;
	}
}

size_t layout_fit(struct layout *to, enum layout_style style, size_t room, struct str text)
{
	struct str safe = text_safe(&to->view.tmp, text_cut_bytes(text, 8 * room + 64));
	struct str shown = text_fit(safe, room);
	if (shown.len < safe.len || text.len > 8 * room + 64) {
		struct str dots = str_from(layout_sign(to, "…", "..."));
		shown = text_fit(safe, room > text_width(dots) ? room - text_width(dots) : 0);
		shown = arena_printf(&to->view.tmp, STR_FMT STR_FMT, STR_ARG(shown), STR_ARG(dots));
	}
	layout_add(to, style, shown);
	return text_width(shown);
}

size_t layout_fit_name(struct layout *to, enum layout_style style, size_t room, struct str name)
{
	struct str safe = text_safe(&to->view.tmp, name), tail = safe;
	struct str dots = str_from(layout_sign(to, "…", "..."));
	if (text_width(safe) <= room || room < 3 * text_width(dots)) {
		return layout_fit(to, style, room, safe);
	}
	size_t left = room - text_width(dots);
	while (tail.len > 0 && text_width(tail) > left * 2 / 3) {
		size_t len = text_character(tail);
		tail = str_skip(tail, len > 0 ? len : 1);
	}
	struct str shown = arena_printf(&to->view.tmp, STR_FMT STR_FMT STR_FMT,
	                                STR_ARG(text_fit(safe, left - text_width(tail))),
	                                STR_ARG(dots), STR_ARG(tail));
	layout_add(to, style, shown);
	return text_width(shown);
}

void layout_head(struct layout *to, const char *en)
{
	buf_byte(to->out, '\n');
	layout_add(to, LAYOUT_HEAD, str_from(view_pick(&to->view, en)));
	buf_byte(to->out, '\n');
}
