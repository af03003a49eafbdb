/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The ways to print findings; private to report/. */

#include "report/report.h"

extern const struct reporter reporter_text;
extern const struct reporter reporter_json;
extern const struct reporter reporter_markdown;
extern const struct reporter reporter_html;

/** "info", "warning" ... */
struct str report_severity_name(enum event_severity severity);
/** Names of zones of stamps, as in the JSON report: "UTC", "offset", "none". */
struct str report_zone(const struct source *source);
