/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What all reports for people show of the findings, so that none of them decides it by itself.
 * Everything here comes out the same for findings and for those read from their saved report.
 * Private to report/.
 */

#include "report/report.h"

enum { VIEW_EVIDENCE_MAX = 2 };

/** The instance that an episode is of. */
struct str view_instance(const struct digest *digest, const struct episode *episode);
/** The lines that stand for an episode: its first and, if that is another, the one that took
 * longest. Returns: how many. */
size_t view_evidence(const struct episode *episode,
                     const struct event *evidence[VIEW_EVIDENCE_MAX]);
/** A duration as it is after it was saved: whole microseconds. */
int64_t view_rounded(int64_t duration_ns);
/** Percent of a probability as it is after it was saved. */
int view_percent(double confidence);
