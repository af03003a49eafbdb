/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Milvus prints without its logger, undated: the banner of each start, pid files, memory, the
 * session keep-alive lines up to 2.2, the end of a subprocess without its stamp.
 * Source: milvus cmd/milvus/util.go, cmd/milvus/run.go, internal/util/sessionutil
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str heads[] = {
	STR_INIT("    __  _________ _"), /* the banner's first line; the others continue it */
	STR_INIT("Welcome to use Milvus!"),
	STR_INIT("Welcome to Milvus!"),
	STR_INIT("Version:   "),
	STR_INIT("Version: v"),
	STR_INIT("Built:     "),
	STR_INIT("GitCommit: "),
	STR_INIT("GoVersion: "),
	STR_INIT("TotalMem: "),
	STR_INIT("UsedMem: "),
	STR_INIT("open pid file: "),
	STR_INIT("lock pid file: "),
	STR_INIT("close pid file: "),
	STR_INIT("remove pid file: "),
	STR_INIT("file /run/milvus/"),
	STR_INIT("file /tmp/milvus/"),
	STR_INIT("Set runtime dir at "),
	STR_INIT("Unknown server type"),
	STR_INIT("---Milvus Proxy "),
	STR_INIT("Milvus Proxy successfully"),
	STR_INIT("keep alive error "),
	STR_INIT("got error during keeping alive with etcd"),
	STR_INIT("run subprocess with cmd"),
	STR_INIT("subprocess exit, "),
	STR_INIT("Not all components are healthy"),
	STR_INIT("stopping milvus"),
};

static int bid(struct str line)
{
	return str_starts_any(line, heads, FORMAT_COUNT(heads)) ? FORMAT_BID_LIKELY : 0;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	static const struct str bad[] = {STR_INIT("keep alive error "), STR_INIT("got error "),
	                                 STR_INIT("subprocess exit, "), STR_INIT("Unknown server")};
	record->message = str_trim(text);
	record->level = str_starts_any(text, bad, FORMAT_COUNT(bad)) ? FORMAT_ERROR : FORMAT_INFO;
	record->program = FORMAT_MILVUS;
	return true;
}

/* The art of the banner. */
static bool continues(struct str line)
{
	return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '/');
}

const struct format format_milvus_banner = {
	.name = "milvus-banner",
	.first = FORMAT_FIRST_BLANK | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = format_date_none,
	.decode = decode,
	.is_multiline = true,
	.continues = continues,
};
