/* SPDX-License-Identifier: Apache-2.0 */
/* What words and keys say about the values behind them. */
#include "report/redact.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 64, WORD_MAX = 48 };

struct key_class {
	const char *key; /* in lower case, without - and _ */
	enum redact_class class_;
};

/* Ends of keys; the first that fits. */
static const struct key_class key_ends[] = {
	{"password", CLASS_SECRET},
	{"passwd", CLASS_SECRET},
	{"passphrase", CLASS_SECRET},
	{"pwd", CLASS_SECRET},
	{"secret", CLASS_SECRET},
	{"secretkey", CLASS_SECRET},
	{"accesskey", CLASS_SECRET},
	{"accesskeyid", CLASS_SECRET},
	{"keyid", CLASS_SECRET},
	{"token", CLASS_SECRET},
	{"apikey", CLASS_SECRET},
	{"privatekey", CLASS_SECRET},
	{"authorization", CLASS_SECRET},
	{"signature", CLASS_SECRET},
	{"credential", CLASS_SECRET},
	{"credentials", CLASS_SECRET},
	{"authparams", CLASS_SECRET},
	{"cookie", CLASS_SECRET},
	{"rootuser", CLASS_SECRET},
	{"bearer", CLASS_SECRET},
	{"jaasconfig", CLASS_SECRET},
	{"expr", CLASS_CUT},
	{"expression", CLASS_CUT},
	{"filter", CLASS_CUT},
	{"dsl", CLASS_CUT},
	{"payload", CLASS_CUT},
	{"placeholdergroup", CLASS_CUT},
	{"searchparams", CLASS_CUT},
	{"queryparams", CLASS_CUT},
	{"searchparam", CLASS_CUT},
	{"requestbody", CLASS_CUT},
	{"body", CLASS_CUT},
	{"vector", CLASS_CUT},
	{"vectors", CLASS_CUT},
	{"outputfields", CLASS_DATA},
	{"collection", CLASS_DATA},
	{"collections", CLASS_DATA},
	{"collectionname", CLASS_DATA},
	{"collectionnames", CLASS_DATA},
	{"database", CLASS_DATA},
	{"databasename", CLASS_DATA},
	{"dbname", CLASS_DATA},
	{"partition", CLASS_DATA},
	{"partitionname", CLASS_DATA},
	{"partitionnames", CLASS_DATA},
	{"partitions", CLASS_DATA},
	{"alias", CLASS_DATA},
	{"aliasname", CLASS_DATA},
	{"aliases", CLASS_DATA},
	{"bucket", CLASS_DATA},
	{"bucketname", CLASS_DATA},
	{"fieldname", CLASS_DATA},
	{"fieldnames", CLASS_DATA},
	{"field", CLASS_DATA},
	{"indexname", CLASS_DATA},
	{"resourcegroup", CLASS_DATA},
	{"resourcegroups", CLASS_DATA},
	{"rolename", CLASS_DATA},
	{"role", CLASS_NAME},
	{"objectname", CLASS_DATA},
	{"username", CLASS_USER},
	{"userid", CLASS_USER},
	{"user", CLASS_USER},
	{"users", CLASS_USER},
	{"usernames", CLASS_USER},
	{"grantee", CLASS_USER},
	{"account", CLASS_USER},
	{"login", CLASS_USER},
	{"email", CLASS_USER},
	{"operator", CLASS_USER},
	{"author", CLASS_USER},
	{"hostname", CLASS_NAME},
	{"host", CLASS_NAME},
	{"hosts", CLASS_NAME},
	{"node", CLASS_NAME},
	{"nodename", CLASS_NAME},
	{"pod", CLASS_NAME},
	{"podname", CLASS_NAME},
	{"container", CLASS_NAME},
	{"containername", CLASS_NAME},
	{"namespace", CLASS_NAME},
	{"release", CLASS_NAME},
	{"addr", CLASS_NAME},
	{"addrs", CLASS_NAME},
	{"address", CLASS_NAME},
	{"addresses", CLASS_NAME},
	{"endpoint", CLASS_NAME},
	{"endpoints", CLASS_NAME},
	{"remote", CLASS_NAME},
	{"peer", CLASS_NAME},
	{"peers", CLASS_NAME},
	{"url", CLASS_NAME},
	{"urls", CLASS_NAME},
	{"uri", CLASS_NAME},
	{"ip", CLASS_NAME},
	{"ips", CLASS_NAME},
	{"instance", CLASS_NAME},
	{"image", CLASS_NAME},
	{"service", CLASS_NAME},
	{"servername", CLASS_NAME},
	{"clustername", CLASS_NAME},
	{"domain", CLASS_NAME},
	{"tenant", CLASS_NAME},
	{"owner", CLASS_NAME},
	{"leader", CLASS_NAME},
	{"target", CLASS_NAME},
	{"membername", CLASS_NAME},
	{"zone", CLASS_VALUE},
	{"key", CLASS_PATH},
	{"keys", CLASS_PATH},
	{"keyprefix", CLASS_PATH},
	{"prefix", CLASS_PATH},
	{"rangebegin", CLASS_PATH},
	{"rangeend", CLASS_PATH},
	{"startkey", CLASS_PATH},
	{"endkey", CLASS_PATH},
	{"path", CLASS_PATH},
	{"rootpath", CLASS_PATH},
	{"file", CLASS_PATH},
	{"filename", CLASS_PATH},
	{"dir", CLASS_PATH},
	{"folder", CLASS_PATH},
	{"copyof", CLASS_PATH},
	{"object", CLASS_PATH},
	{"version", CLASS_PLAIN},
	{"gitsha", CLASS_PLAIN},
	{"gitcommit", CLASS_PLAIN},
	{"commit", CLASS_PLAIN},
	{"caller", CLASS_PLAIN},
	{"msg", CLASS_FREE},
	{"error", CLASS_FREE},
	{"err", CLASS_FREE},
	{"reason", CLASS_FREE},
	{"message", CLASS_FREE},
	{"status", CLASS_FREE},
	{"stacktrace", CLASS_FREE},
	{"stack", CLASS_FREE},
	{"request", CLASS_FREE},
	{"response", CLASS_FREE},
	{"lease", CLASS_ID},
	{"member", CLASS_ID},
	{"id", CLASS_ID},
	{"ids", CLASS_ID},
};

/* Keys that say something only when they are the whole of it. */
static const struct key_class whole_keys[] = {
	{"db", CLASS_DATA},
	{"names", CLASS_NAME},
	{"initialcluster", CLASS_NAME},
	{"initialclustertoken", CLASS_NAME},
	{"uid", CLASS_ID},
	{"ns", CLASS_NAME},
	{"name", CLASS_NAME},
	{"dbs", CLASS_DATA},
	{"level", CLASS_PLAIN},
	{"ts", CLASS_PLAIN},
	{"time", CLASS_PLAIN},
	{"took", CLASS_PLAIN},
	{"from", CLASS_NAME},
	{"to", CLASS_NAME},
};

static const struct key_class nouns[] = {
	{"user", CLASS_USER},        {"username", CLASS_USER},    {"account", CLASS_USER},
	{"grantee", CLASS_USER},     {"role", CLASS_NAME},        {"collection", CLASS_DATA},
	{"collections", CLASS_DATA}, {"partition", CLASS_DATA},   {"database", CLASS_DATA},
	{"db", CLASS_DATA},          {"alias", CLASS_DATA},       {"bucket", CLASS_DATA},
	{"field", CLASS_DATA},       {"index", CLASS_DATA},       {"host", CLASS_NAME},
	{"hostname", CLASS_NAME},    {"node", CLASS_NAME},        {"pod", CLASS_NAME},
	{"container", CLASS_NAME},   {"namespace", CLASS_NAME},   {"service", CLASS_NAME},
	{"tenant", CLASS_NAME},      {"release", CLASS_NAME},     {"lookup", CLASS_NAME},
	{"peer", CLASS_NAME},        {"member", CLASS_NAME},      {"server", CLASS_NAME},
	{"endpoint", CLASS_NAME},    {"dial", CLASS_NAME},        {"resolve", CLASS_NAME},
	{"topic", CLASS_NAME},       {"channel", CLASS_NAME},     {"broker", CLASS_NAME},
	{"password", CLASS_SECRET},  {"token", CLASS_SECRET},     {"secret", CLASS_SECRET},
	{"bearer", CLASS_SECRET},    {"key", CLASS_PATH},         {"namespaces", CLASS_NAME},
	{"machine", CLASS_NAME},     {"volume", CLASS_NAME},      {"pvc", CLASS_NAME},
	{"cluster", CLASS_NAME},     {"statefulset", CLASS_NAME}, {"deployment", CLASS_NAME},
};

static const struct str components[] = {
	STR_INIT("etcd"),
	STR_INIT("milvus"),
	STR_INIT("minio"),
	STR_INIT("pulsar"),
	STR_INIT("kafka"),
	STR_INIT("zookeeper"),
	STR_INIT("bookie"),
	STR_INIT("bookkeeper"),
	STR_INIT("broker"),
	STR_INIT("proxy"),
	STR_INIT("rootcoord"),
	STR_INIT("querycoord"),
	STR_INIT("datacoord"),
	STR_INIT("indexcoord"),
	STR_INIT("mixcoord"),
	STR_INIT("querynode"),
	STR_INIT("datanode"),
	STR_INIT("indexnode"),
	STR_INIT("standalone"),
	STR_INIT("streamingnode"),
	STR_INIT("streamingcoord"),
	STR_INIT("streaming"),
	STR_INIT("mq"),
	STR_INIT("rocksmq"),
	STR_INIT("woodpecker"),
	STR_INIT("headless"),
	STR_INIT("svc"),
	STR_INIT("localhost"),
	STR_INIT("log"),
	STR_INIT("logs"),
	STR_INIT("pod"),
	STR_INIT("root"),
	STR_INIT("query"),
	STR_INIT("data"),
	STR_INIT("index"),
	STR_INIT("mix"),
	STR_INIT("coord"),
	STR_INIT("node"),
	STR_INIT("attu"),
	STR_INIT("tikv"),
	STR_INIT("pd"),
	STR_INIT("toolset"),
	STR_INIT("autorecovery"),
	STR_INIT("recovery"),
	STR_INIT("previous"),
	STR_INIT("current"),
	STR_INIT("worker"),
	STR_INIT("default"),
	STR_INIT("cluster"),
	STR_INIT("local"),
	STR_INIT("internal"),
	STR_INIT("com"),
	STR_INIT("net"),
	STR_INIT("org"),
	STR_INIT("io"),
	STR_INIT("cn"),
	STR_INIT("dev"),
	STR_INIT("by"),
	STR_INIT("cdc"),
	STR_INIT("server"),
	STR_INIT("client"),
	STR_INIT("kubelet"),
	STR_INIT("dockerd"),
	STR_INIT("containerd"),
	STR_INIT("systemd"),
	STR_INIT("kernel"),
	STR_INIT("unknown"),
	STR_INIT("none"),
	STR_INIT("null"),
	STR_INIT("nil"),
	STR_INIT("minioadmin"),
	STR_INIT("true"),
	STR_INIT("false"),
	STR_INIT("follower"),
	STR_INIT("leader"),
	STR_INIT("bucket"),
	STR_INIT("example"),
	STR_INIT("ip"),
	STR_INIT("s3"),
	STR_INIT("dml"),
	STR_INIT("delta"),
	STR_INIT("registry"),
};

static const struct str extensions[] = {
	STR_INIT("log"),  STR_INIT("logs"),   STR_INIT("txt"),   STR_INIT("json"), STR_INIT("gz"),
	STR_INIT("tgz"),  STR_INIT("tar"),    STR_INIT("zip"),   STR_INIT("zst"),  STR_INIT("xz"),
	STR_INIT("bz2"),  STR_INIT("lz4"),    STR_INIT("7z"),    STR_INIT("csv"),  STR_INIT("md"),
	STR_INIT("out"),  STR_INIT("err"),    STR_INIT("yaml"),  STR_INIT("yml"),  STR_INIT("html"),
	STR_INIT("tsv"),  STR_INIT("ndjson"), STR_INIT("jsonl"), STR_INIT("db"),   STR_INIT("wal"),
	STR_INIT("snap"), STR_INIT("pem"),    STR_INIT("crt"),   STR_INIT("key"),  STR_INIT("conf"),
};

static size_t fold(struct str text, char *out, size_t max, bool keeps_marks)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!keeps_marks && (c == '-' || c == '_' || c == ' ')) {
			continue;
		}
		if (len == max) {
			return 0;
		}
		out[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return len;
}

enum redact_class redact_class_of_key(struct str key)
{
	char low[KEY_MAX];
	ptrdiff_t dot = str_find_last_byte(key, '.');
	key = str_skip(key, (size_t)(dot + 1));
	struct str name = {low, fold(key, low, sizeof(low), false)};
	for (size_t i = 0; i < sizeof(whole_keys) / sizeof(whole_keys[0]); i++) {
		if (str_equals(name, str_from(whole_keys[i].key))) {
			return whole_keys[i].class_;
		}
	}
	for (size_t i = 0; i < sizeof(key_ends) / sizeof(key_ends[0]); i++) {
		if (str_ends(name, str_from(key_ends[i].key))) {
			return key_ends[i].class_;
		}
	}
	return CLASS_VALUE;
}

enum redact_class redact_class_of_noun(struct str word)
{
	char low[WORD_MAX];
	struct str name = {low, fold(word, low, sizeof(low), true)};
	for (size_t i = 0; i < sizeof(nouns) / sizeof(nouns[0]); i++) {
		if (str_equals(name, str_from(nouns[i].key))) {
			return nouns[i].class_;
		}
	}
	return CLASS_FREE;
}

bool redact_is_place_key(struct str key)
{
	static const struct str places[] = {
		STR_INIT("host"),          STR_INIT("hostname"),   STR_INIT("node"),
		STR_INIT("nodename"),      STR_INIT("pod"),        STR_INIT("podname"),
		STR_INIT("container"),     STR_INIT("namespace"),  STR_INIT("ns"),
		STR_INIT("containername"), STR_INIT("release"),    STR_INIT("tenant"),
		STR_INIT("clustername"),   STR_INIT("servername"), STR_INIT("domain")};
	char low[KEY_MAX];
	struct str name = {low, fold(key, low, sizeof(low), false)};
	return str_is_any(name, places, sizeof(places) / sizeof(places[0]));
}

/* Without up to three digits behind it. */
static struct str stem(struct str word)
{
	size_t len = word.len;
	while (len > 0 && word.len - len < 3 && word.ptr[len - 1] >= '0' &&
	       word.ptr[len - 1] <= '9') {
		len--;
	}
	return str_slice(word, 0, len);
}

bool redact_is_component(struct str word)
{
	char low[WORD_MAX];
	struct str name = stem((struct str){low, fold(word, low, sizeof(low), true)});
	return str_is_any(name, components, sizeof(components) / sizeof(components[0]));
}

bool redact_is_extension(struct str word)
{
	return str_is_any(word, extensions, sizeof(extensions) / sizeof(extensions[0]));
}

static int compare_word(const void *key, const void *item)
{
	const struct str *word = key;
	const char *other = *(const char *const *)item;
	size_t len = strlen(other);
	int order = memcmp(word->ptr, other, word->len < len ? word->len : len);
	return order != 0 ? order : (word->len > len) - (word->len < len);
}

static bool is_in_dictionary(struct str low)
{
	return low.len > 0 && bsearch(&low, redact_words, redact_word_count,
	                              sizeof(redact_words[0]), compare_word) != NULL;
}

/* fetchBufferCount, WALSync: words that begin with a capital or are all capitals. */
static bool has_known_parts(struct str word, const char *low)
{
	size_t at = 0;
	while (at < word.len) {
		size_t end = at + 1;
		bool is_upper = word.ptr[at] >= 'A' && word.ptr[at] <= 'Z';
		bool is_run =
			is_upper && end < word.len && word.ptr[end] >= 'A' && word.ptr[end] <= 'Z';
		while (end < word.len && (word.ptr[end] >= 'A' && word.ptr[end] <= 'Z') == is_run) {
			end++;
		}
		if (is_run && end < word.len && end - at > 1) {
			end--; /* the last capital begins the next word */
		}
		if (end - at > 1 && !is_in_dictionary((struct str){low + at, end - at})) {
			return false;
		}
		at = end;
	}
	return true;
}

bool redact_is_word(struct str word)
{
	char low[WORD_MAX];
	if (is_in_dictionary((struct str){low, fold(word, low, sizeof(low), true)})) {
		return true;
	}
	word = stem(word);
	size_t len = fold(word, low, sizeof(low), true);
	if (word.len <= 1) {
		return true;
	}
	for (size_t i = 0; i < len; i++) {
		if (low[i] < 'a' || low[i] > 'z') {
			return false;
		}
	}
	struct str folded = {low, len};
	return len > 0 && (len == 2 || is_in_dictionary(folded) || has_known_parts(word, low));
}

bool redact_is_plain_word(struct str word)
{
	char low[WORD_MAX];
	bool has_digit =
		word.len > 0 && word.ptr[word.len - 1] >= '0' && word.ptr[word.len - 1] <= '9';
	return redact_is_word(word) &&
	       (!has_digit || stem(word).len <= 2 || redact_is_component(word) ||
	        is_in_dictionary((struct str){low, fold(word, low, sizeof(low), true)}));
}
