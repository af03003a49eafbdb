/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of etcd wherever they are written: a configuration file (heartbeat-interval: 500), a
 * command line (--heartbeat-interval=500, also as items of a list), the environment
 * (ETCD_HEARTBEAT_INTERVAL=500, and Kubernetes' name and value). What etcd itself prints of them is
 * a log. Source: etcd embed/config.go, etcdmain/config.go
 */
#include "base/text.h"
#include "side/readers.h"

enum { SEEN_MAX = 16 /* of one setting */, SKIP_MAX = 80 };

enum setting_type { SETTING_NUMBER, SETTING_TEXT };

static const struct setting {
	struct str flag, env;
	const char *id, *unit;
	enum setting_type type;
} settings[] = {
	{STR_INIT("heartbeat-interval"), STR_INIT("ETCD_HEARTBEAT_INTERVAL"),
         "etcd.config.heartbeat_ms", "ms", SETTING_NUMBER},
	{STR_INIT("election-timeout"), STR_INIT("ETCD_ELECTION_TIMEOUT"), "etcd.config.election_ms",
         "ms", SETTING_NUMBER},
	{STR_INIT("quota-backend-bytes"), STR_INIT("ETCD_QUOTA_BACKEND_BYTES"),
         "etcd.config.quota_bytes", "bytes", SETTING_NUMBER},
	{STR_INIT("snapshot-count"), STR_INIT("ETCD_SNAPSHOT_COUNT"), "etcd.config.snapshot_count",
         "", SETTING_NUMBER},
	{STR_INIT("max-request-bytes"), STR_INIT("ETCD_MAX_REQUEST_BYTES"),
         "etcd.config.max_request_bytes", "bytes", SETTING_NUMBER},
	{STR_INIT("max-txn-ops"), STR_INIT("ETCD_MAX_TXN_OPS"), "etcd.config.max_txn_ops", "",
         SETTING_NUMBER},
	{STR_INIT("auto-compaction-mode"), STR_INIT("ETCD_AUTO_COMPACTION_MODE"),
         "etcd.config.auto_compaction_mode", "", SETTING_TEXT},
	{STR_INIT("auto-compaction-retention"), STR_INIT("ETCD_AUTO_COMPACTION_RETENTION"),
         "etcd.config.auto_compaction_retention", "", SETTING_TEXT},
	{STR_INIT("initial-cluster-state"), STR_INIT("ETCD_INITIAL_CLUSTER_STATE"),
         "etcd.config.initial_cluster_state", "", SETTING_TEXT},
	{STR_INIT("wal-dir"), STR_INIT("ETCD_WAL_DIR"), "etcd.config.wal_dir", "", SETTING_TEXT},
	{STR_INIT("unsafe-no-fsync"), STR_INIT("ETCD_UNSAFE_NO_FSYNC"),
         "etcd.config.unsafe_no_fsync", "", SETTING_TEXT},
};

static bool is_any(char byte, const char *of)
{
	for (; *of != '\0'; of++) {
		if (byte == *of) {
			return true;
		}
	}
	return false;
}

/* The line that holds a place of the text. */
static struct str line_at(struct str text, size_t at)
{
	size_t from = at, to = at;
	while (from > 0 && text.ptr[from - 1] != '\n') {
		from--;
	}
	while (to < text.len && text.ptr[to] != '\n') {
		to++;
	}
	return str_slice(text, from, to);
}

/* Records of logs, also behind the prefix of a collector: what they say of settings is theirs to
 * tell. */
static bool is_record(struct str line)
{
	static const struct str marks[] = {STR_INIT("\"level\":"),    STR_INIT("\"msg\":"),
	                                   STR_INIT("variable-name"), STR_INIT(" I | "),
	                                   STR_INIT(" W | "),         STR_INIT("] [INFO] ["),
	                                   STR_INIT("] [WARN] [")};
	struct str trimmed = str_trim(line);
	bool is_one = str_starts(trimmed, STR("[20")) || str_starts(trimmed, STR("20"));
	for (size_t i = 0; i < SIDE_COUNT(marks); i++) {
		is_one |= str_contains(line, marks[i]);
	}
	return is_one;
}

/* Whether a flag's name is used as a flag, or as a key of YAML. */
static bool is_flag(struct str text, size_t at, size_t len)
{
	char before = at > 0 ? text.ptr[at - 1] : '\n',
	     after = at + len < text.len ? text.ptr[at + len] : '\n';
	bool is_option = before == '-' && (at < 2 || is_any(text.ptr[at - 2], "-\n \t\"'[")) &&
	                 is_any(after, "= \t\"'\n,");
	bool is_key = is_any(before, "\n \t'\"") && after == ':';
	return is_option || is_key;
}

static bool is_variable(struct str text, size_t at, size_t len)
{
	char before = at > 0 ? text.ptr[at - 1] : '\n',
	     after = at + len < text.len ? text.ptr[at + len] : '\n';
	return is_any(before, "\n \t'\"-=") && is_any(after, "=: \t\"'\n,\r");
}

static struct str skip_marks(struct str rest)
{
	size_t i = 0;
	while (i < rest.len && i < SKIP_MAX && is_any(rest.ptr[i], " \t\r\n\"',:=-")) {
		i++;
	}
	return str_skip(rest, i);
}

/* What stands behind a name: quotes, list marks and Kubernetes' "value:" passed over. */
static struct str value_of(struct str rest)
{
	rest = skip_marks(rest);
	if (str_starts(rest, STR("value\"")) || str_starts(rest, STR("value:"))) {
		rest = skip_marks(str_skip(rest, 5));
	}
	size_t len = 0;
	while (len < rest.len && !is_any(rest.ptr[len], " \t\r\n\"',}")) {
		len++;
	}
	return str_slice(rest, 0, len);
}

/* The next place where a setting is made, at or behind *at; false when there is none. */
static bool find(struct str text, const struct setting *setting, bool is_env, size_t *at,
                 struct str *value)
{
	struct str name = is_env ? setting->env : setting->flag;
	for (;;) {
		ptrdiff_t found = str_find(str_skip(text, *at), name);
		if (found < 0) {
			return false;
		}
		size_t place = *at + (size_t)found;
		*at = place + name.len;
		bool is_made = is_env ? is_variable(text, place, name.len)
		                      : is_flag(text, place, name.len);
		if (is_made && !is_record(line_at(text, place))) {
			*value = value_of(str_skip(text, *at));
			double number;
			if (setting->type == SETTING_TEXT ? value->len > 0
			                                  : side_number(*value, &number)) {
				return true;
			}
		}
	}
}

static int bid(struct str text)
{
	for (size_t i = 0; i < SIDE_COUNT(settings); i++) {
		for (int is_env = 0; is_env < 2; is_env++) {
			struct str value;
			size_t at = 0;
			if (find(text, &settings[i], is_env == 1, &at, &value)) {
				return 60;
			}
		}
	}
	return 0;
}

/* All places where one setting is made in one way. */
static void read_setting(struct str text, struct side_sink *sink, const struct setting *setting,
                         bool is_env)
{
	struct str value;
	size_t at = 0;
	double number;
	for (int seen = 0; seen < SEEN_MAX && find(text, setting, is_env, &at, &value); seen++) {
		if (setting->type == SETTING_TEXT) {
			side_fact_text(sink, setting->id, value, value);
		} else if (side_number(value, &number)) {
			side_fact(sink, setting->id, number, setting->unit, value);
		}
	}
}

static void read(struct str text, struct side_sink *sink)
{
	for (size_t i = 0; i < SIDE_COUNT(settings); i++) {
		read_setting(text, sink, &settings[i], false);
		read_setting(text, sink, &settings[i], true);
	}
}

const struct side side_etcd_config = {
	.name = "etcd-config",
	.what = TEXT_MARK("etcd configuration"),
	.bid = bid,
	.read = read,
};
