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

/* ---- sections ---- */

/** Swim lanes: runs, sessions, terms, stalls and stops of each instance over time. */
void html_lanes(struct html *html);
/** All episodes with their lines, to be filtered. */
void html_episodes(struct html *html);
/** Slow operations: a table, and what the script draws of them. */
void html_latencies(struct html *html);
/** What was read, what is missing. */
void html_coverage(struct html *html);
