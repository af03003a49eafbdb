/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glog (Milvus's C++ core) and klog (kubelet, k3s), local time; without a year before glog 0.5:
 *   I20240305 20:02:09.405123    42 SegmentSealedImpl.cpp:51] [SERVER][Func][thread]text
 *   E0312 16:21:04.512883    1123 prober.go:239] "Probe failed" probeType="Liveness" pod="a/b"
 * Sources: glog logging.cc; klog klog.go, structured logging
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 160 };

static int bid(struct str line)
{
	if (line.len < 20 || str_find_byte(STR("IWEFD"), line.ptr[0]) < 0 ||
	    !format_is_digit(line.ptr[1])) {
		return 0;
	}
	struct str rest = str_skip(line, 1);
	bool has_stamp = str_looks_like(rest, "dddddddd dd:dd:dd.") ||
	                 str_looks_like(rest, "dddd dd:dd:dd.");
	return has_stamp && str_contains(str_slice(line, 0, HEAD_MAX), STR("] ")) ? FORMAT_BID_SURE
	                                                                          : 0;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	*zone = CLOCK_ZONE_NONE;
	struct str rest = str_skip(line, 1);
	char text[32] = "1972"; /* FORMAT_YEAR_UNKNOWN */
	bool has_year = str_looks_like(rest, "dddddddd ");
	size_t len = has_year ? 0 : 4, used = has_year ? 0 : 4;
	for (size_t i = 0; i + used < 24 && i < rest.len; i++) {
		if (i + used == 4 || i + used == 6) {
			text[len++] = '-';
		}
		text[len++] = rest.ptr[i];
	}
	/* what stands behind the fraction is the thread's number, not a zone */
	size_t end = 19;
	while (end < len && (text[end] == '.' || format_is_digit(text[end]))) {
		end++;
	}
	return clock_parse((struct str){text, end < len ? end : len}, zone, NULL);
}

/* "Probe failed" key="value" ... */
static void take_structured(struct record *record, struct arena *tmp)
{
	size_t at = 0;
	struct str text = record->message;
	if (str_starts(text, STR("\"")) && format_quoted(text, &at, tmp, &record->message)) {
		format_pairs(str_skip(text, at), tmp, record);
	} else {
		record->message = text;
	}
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	struct str head;
	if (!str_cut(text, STR("] "), &head, &record->message)) {
		return false;
	}
	ptrdiff_t blank = str_find_last_byte(head, ' ');
	record->time_ns = date(text, &record->zone);
	record->level = format_level_of(str_slice(text, 0, 1));
	record->caller = str_skip(head, (size_t)(blank + 1));
	bool is_native = str_contains(record->caller, STR(".cpp:")) ||
	                 str_contains(record->caller, STR(".cc:")) ||
	                 str_contains(record->caller, STR(".h:"));
	record->program = is_native ? FORMAT_MILVUS : FORMAT_OTHER;
	take_structured(record, tmp);
	return true;
}

const struct format format_glog = {
	.name = "glog",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
};
