/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The formats of the table, and what several of them share; private to format/. */

#include "format/format.h"

/** Whether line ends inside such a record are escaped. */
bool format_is_printed_as_line(const struct format *format);

extern const struct format format_milvus_text;
extern const struct format format_milvus_json;
extern const struct format format_milvus_banner;
extern const struct format format_etcd_json;
extern const struct format format_capnslog;
extern const struct format format_raft_line;
extern const struct format format_grpc_line;
extern const struct format format_go_log;
extern const struct format format_go_panic;
extern const struct format format_native_crash;
extern const struct format format_zap_console;
extern const struct format format_zap_members;
extern const struct format format_glog;
extern const struct format format_easylogging;
extern const struct format format_spdlog;
extern const struct format format_dated;
extern const struct format format_gin;
extern const struct format format_logrus;
extern const struct format format_librdkafka;
extern const struct format format_java;
extern const struct format format_minio;
extern const struct format format_pymilvus;
extern const struct format format_kernel;
extern const struct format format_bitnami;
extern const struct format format_etcdctl;
extern const struct format format_tool;
extern const struct format format_json;

/**
 * How high a format bids. Two formats never bid FORMAT_BID_SURE or more for one line.
 */
enum {
	FORMAT_BID_PIECE = 5, /* it may be the rest of a record whose beginning is lost */
	FORMAT_BID_LIKELY = 15,
	FORMAT_BID_SHAPE = 30, /* stamp and level stand where they should */
	FORMAT_BID_SURE = 40
};

/**
 * Read the groups "[key=value] [text] ..." of Milvus's text layout into *record, from a position
 * on.
 *
 * Returns: whether the text ends inside a group
 * Source:  milvus pkg/log/zap_text_encoder.go
 */
bool format_milvus_groups(struct str text, size_t from, struct arena *tmp, struct record *record);

/** Keys of a JSON layout, each list in the order of preference and ended by an empty str. */
struct format_json_names {
	const struct str *times;
	const struct str *levels;
	const struct str *messages;
	const struct str *callers;
};

/**
 * Read the members of a JSON object into *record: what names says, "logger", the rest as fields.
 * A record that was wrapped over several lines is joined again; what stands behind the object is
 * left out.
 *
 * Returns: whether there was an object
 */
bool format_json_members(struct str text, const struct format_json_names *names, struct arena *tmp,
                         struct record *record);

/** Time of a JSON record: the first of its time members that holds one. */
int64_t format_json_date(struct str line, const struct str *times, enum clock_zone *zone);

/** Which program writes zap records with this logger, caller and message, as far as they tell. */
enum format_program format_etcd_program(const struct record *record);

/** Read what is left of a record that somebody retold by hand; text is its message at least. */
void format_decode_trimmed(struct str text, struct arena *tmp, struct record *record);

/** Whether a line is of Milvus's REST server, 2.4 and later: text layout with [GIN] for a level. */
bool format_is_gin(struct str line);
