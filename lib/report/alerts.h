/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What rules/alerts/ holds, embedded at build time. Private to report/. */

#include "base/str.h"

/** One JSON document: {"words": {...}, "groups": [{"group", "alerts": [...]}]}. */
extern const struct str alerts_text;
