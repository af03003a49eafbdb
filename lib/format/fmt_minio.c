/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MinIO: JSON with "errKind", and text blocks:
 *   API: SYSTEM()
 *   Time: 08:21:04 UTC 03/12/2024
 *   Error: drive not found (*errors.errorString)
 * Source: minio cmd/logger/console.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { HEAD_MAX = 400 };

static const struct str time_keys[] = {STR_INIT("time"), STR_INIT("")};
static const struct str level_keys[] = {STR_INIT("level"), STR_INIT("")};
static const struct str message_keys[] = {STR_INIT("message"), STR_INIT("")};
static const struct str no_keys[] = {STR_INIT("")};

static const struct format_json_names names = {time_keys, level_keys, message_keys, no_keys};

static const struct str heads[] = {
	STR_INIT("API: "),
	STR_INIT("MinIO Object Storage Server"),
	STR_INIT("Status:         "),
	STR_INIT("Status: "),
	STR_INIT("Marking http"),
	STR_INIT("Waiting for all MinIO sub-systems"),
	STR_INIT("Waiting for a minimum of "),
	STR_INIT("Automatically configured API requests per node"),
	STR_INIT("Formatting 1st pool"),
	STR_INIT("WARNING: Detected Linux kernel version"),
	STR_INIT("WARNING: Host local has more than"),
	STR_INIT("Endpoint:  http"),
	STR_INIT("API: http"),
	STR_INIT("S3-API: http"),
	STR_INIT("Console: http"),
	STR_INIT("WebUI: http"),
	STR_INIT("RootUser: "),
	STR_INIT("Object API (Amazon S3 compatible):"),
	STR_INIT("Finished loading IAM sub-system"),
	STR_INIT("All MinIO sub-systems initialized"),
	STR_INIT("Detected default credentials "),
	STR_INIT("You are running an older version of MinIO"),
	STR_INIT("Version: RELEASE."),
	STR_INIT("ERROR Unable to "),
	STR_INIT("FATAL Unable to "),
};

static bool is_json(struct str line)
{
	return line.len > 0 && line.ptr[0] == '{';
}

static int bid(struct str line)
{
	if (!is_json(line)) {
		return str_starts_any(line, heads, FORMAT_COUNT(heads)) ? FORMAT_BID_LIKELY : 0;
	}
	struct str head = str_slice(line, 0, HEAD_MAX);
	bool is_minio = str_contains(head, STR("\"errKind\":")) ||
	                (str_contains(head, STR("\"deploymentid\":")) &&
	                 str_contains(head, STR("\"level\":")));
	return is_minio ? FORMAT_BID_SHAPE + 5 : 0;
}

/* "08:21:04 UTC 03/12/2024", with or without a fraction. */
static int64_t parse_time(struct str text, enum clock_zone *zone)
{
	char stamp[32];
	size_t len = 0;
	struct str rest = text, time = format_word(&rest), name = format_word(&rest);
	struct str day = format_word(&rest);
	*zone = CLOCK_ZONE_NONE;
	if (!str_looks_like(day, "dd/dd/dddd") || time.len > 18) {
		return TIME_NONE;
	}
	struct str parts[] = {str_slice(day, 6, 10),
	                      STR("-"),
	                      str_slice(day, 0, 2),
	                      STR("-"),
	                      str_slice(day, 3, 5),
	                      STR("T"),
	                      time};
	for (size_t i = 0; i < FORMAT_COUNT(parts); i++) {
		for (size_t j = 0; j < parts[i].len; j++) {
			stamp[len++] = parts[i].ptr[j];
		}
	}
	int64_t time_ns = clock_parse((struct str){stamp, len}, zone, NULL);
	if (time_ns != TIME_NONE && str_equals(name, STR("UTC"))) {
		*zone = CLOCK_ZONE_UTC;
	}
	return time_ns;
}

static int64_t date(struct str line, enum clock_zone *zone)
{
	if (is_json(line)) {
		return format_json_date(line, time_keys, zone);
	}
	*zone = CLOCK_ZONE_NONE;
	ptrdiff_t at = str_find(str_slice(line, 0, HEAD_MAX), STR("\nTime: "));
	return at < 0 ? TIME_NONE
	              : parse_time(format_first_line(str_skip(line, (size_t)at + 7)), zone);
}

static void decode_text(struct str text, struct record *record)
{
	record->time_ns = date(text, &record->zone);
	record->message = format_first_line(text);
	ptrdiff_t error = str_find(text, STR("\nError: "));
	if (error >= 0) {
		record->message = format_first_line(str_skip(text, (size_t)error + 8));
	}
	record->level = error >= 0 || str_starts(text, STR("ERROR ")) ? FORMAT_ERROR : FORMAT_INFO;
	record->level = str_starts(text, STR("FATAL ")) ? FORMAT_FATAL : record->level;
	record->level = str_starts(text, STR("WARNING")) ? FORMAT_WARN : record->level;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	if (!is_json(text)) {
		decode_text(text, record);
	} else if (!format_json_members(text, &names, tmp, record)) {
		return false;
	}
	record->program = FORMAT_OTHER;
	return true;
}

const struct format format_minio = {
	.name = "minio",
	.first = FORMAT_FIRST_BRACE | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = date,
	.decode = decode,
	.is_multiline = true,
};
