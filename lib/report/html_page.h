/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The pieces of the HTML report. It is one file that loads nothing: its policy forbids that, and
 * lets only the style and the script run that were built in. Private to report/.
 */

#include "report/view.h"

struct html {
	struct view view;
	struct buf *out;
	int64_t from_ns, to_ns; /* what the lanes show; TIME_NONE: nothing is dated */
	unsigned marks_used;    /* bits of enum html_mark_style, for the key */
};

enum html_mark_style {
	HTML_RUN,
	HTML_TROUBLE,
	HTML_ERROR,
	HTML_SESSION,
	HTML_SESSION_LOST,
	HTML_TERM,
	HTML_NO_LEADER,
	HTML_STOP,
	HTML_MARK_STYLE_COUNT
};

/** A span of time in a lane. */
struct html_mark {
	unsigned from, to; /* hundredths of a percent of the width */
	enum html_mark_style style;
	size_t episode;   /* number of the first one, from 1; 0: none */
	uint64_t count;   /* of episodes that it stands for */
	struct str label; /* beside or inside it, as far as there is room */
	struct str text;  /* all that is to be said of it */
};

struct html_mark_list {
	struct html_mark *items; /* by from */
	size_t count, capacity;
};

enum {
	HTML_POSITION_MAX = 10000,
	HTML_NEAR = 12,        /* marks that are closer are drawn as one */
	HTML_LABEL_ROOM = 1400 /* what a label should have */
};

/* ---- made at build time from html/ ---- */

extern const struct str html_style, html_script;
/** As the policy names them: "sha256-..." */
extern const struct str html_style_hash, html_script_hash;

/* ---- writing ---- */

/** Markup of the program itself. */
void html_raw(struct html *html, const char *markup);
/** Text made safe; no markup, also inside a quoted attribute. */
void html_text(struct html *html, struct str text);
/** Words of the program itself in the report's language. */
void html_pick(struct html *html, const char *en);
/** A text between tags: html_element(html, "td", text). */
void html_element(struct html *html, const char *tag, struct str text);
void html_number(struct html *html, uint64_t number);
/** A whole section's head: <section id=ID><h2>TITLE</h2>; close it with </section>. */
void html_section(struct html *html, const char *id, const char *en);
/** A line of a log: where it stands, and what it says. */
void html_evidence(struct html *html, const struct event *event);
/** A time for people with its machine-readable form. */
void html_time(struct html *html, int64_t time_ns);

/* ---- marks of the lanes, as SVG ---- */

enum { HTML_TRACK_HEIGHT = 18, HTML_TRACK_STEP = 21, HTML_AXIS_HEIGHT = 22 };

/** Where a time is drawn. */
unsigned html_position(const struct html *html, int64_t time_ns);
/** Marks on one line; y: its top. */
void html_track(struct html *html, const struct html_mark_list *track, unsigned y);
/** A lane's name; y: its base line. is_instance: what all instances begin with may be left out */
void html_lane_name(struct html *html, unsigned y, struct str name, bool is_instance);
/** Stops: a line through their lane from y `from` to `to`, and a word beside it. */
void html_stops(struct html *html, const struct html_mark_list *stops, unsigned from, unsigned to);
/** Times above and below the lanes, and lines through them. height: of the picture */
void html_axis(struct html *html, unsigned height);
/** What the marks that were drawn mean. */
void html_key(struct html *html);

/* ---- sections ---- */

/** Swim lanes: runs, sessions, terms, stalls and stops of each instance over time. */
void html_lanes(struct html *html);
/** All episodes with their lines, to be filtered. */
void html_episodes(struct html *html);
/** Slow operations: a table, and what the script draws of them. */
void html_latencies(struct html *html);
/** What was read, what is missing. */
void html_coverage(struct html *html);
