/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What etcdctl says of health, undated:
 *   http://127.0.0.1:2379 is healthy: successfully committed proposal: took = 1.802677ms
 *   http://127.0.0.1:2379 is unhealthy: failed to commit proposal: context deadline exceeded
 *   Error: unhealthy cluster
 * Source: etcd etcdctl/ctlv3/command/ep_command.go
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str ends[] = {
	STR_INIT("Error: unhealthy cluster"),
	STR_INIT("Error: context deadline exceeded"),
	STR_INIT("Error: etcdserver: "),
	STR_INIT("Error: dial tcp "),
	STR_INIT("Failed to get the status of endpoint "),
};

static int bid(struct str line)
{
	if (line.len < 12) {
		return 0;
	}
	struct str rest = line;
	format_word(&rest);
	bool is_health = str_starts(rest, STR(" is healthy: successfully committed proposal")) ||
	                 str_starts(rest, STR(" is unhealthy: failed to "));
	return is_health || str_starts_any(line, ends, FORMAT_COUNT(ends)) ? FORMAT_BID_LIKELY : 0;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	bool is_healthy = str_contains(text, STR(" is healthy: "));
	record->program = FORMAT_ETCD_CLIENT;
	record->level = is_healthy ? FORMAT_INFO : FORMAT_ERROR;
	record->message = text;
	return true;
}

const struct format format_etcdctl = {
	.name = "etcdctl",
	.bid = bid,
	.date = format_date_none,
	.decode = decode,
};
