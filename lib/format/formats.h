/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The formats and what they share; private to format/. */

#include "format/format.h"

extern const struct format format_milvus_text;
extern const struct format format_milvus_banner;
extern const struct format format_json;
extern const struct format format_milvus_json;
extern const struct format format_capnslog;
extern const struct format format_raft_line;
extern const struct format format_grpc_line;
extern const struct format format_go_log;
extern const struct format format_go_panic;
extern const struct format format_zap_console;
extern const struct format format_glog;
extern const struct format format_spdlog;
extern const struct format format_logrus;
extern const struct format format_java;
extern const struct format format_pymilvus;
extern const struct format format_gin;
extern const struct format format_kernel;
extern const struct format format_script;

bool format_is_digit(char byte);
/** Whether text has digits where pattern has 'd' and the same bytes elsewhere: "dddd/dd/dd". */
bool format_looks_like(struct str text, const char *pattern);
/** Level of a word in any case: "WARN", "warning", "E". */
enum format_level format_level_of(struct str word);
/** Add a field; the list grows in tmp. */
void format_add_field(struct record *record, struct arena *tmp, struct str key, struct str value);
