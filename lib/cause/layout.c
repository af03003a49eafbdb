/* SPDX-License-Identifier: Apache-2.0 */
#include "cause/layout.h"

#include <string.h>

enum { SEGMENTS_MAX = 48, DOCKER_ID_LEN = 64, UID_LEN_MIN = 32 };

/* The last folders and the file of a path; members of archives like folders. */
struct segments {
	struct str items[SEGMENTS_MAX]; /* the file is items[0], its folder items[1] ... */
	size_t count;
};

static struct segments split(struct str path)
{
	struct segments segments = {.count = 0};
	size_t end = path.len;
	for (size_t i = path.len; segments.count < SEGMENTS_MAX; i--) {
		if (i > 0 && path.ptr[i - 1] != '/' && path.ptr[i - 1] != '!') {
			continue;
		}
		if (end > i) {
			segments.items[segments.count++] = str_slice(path, i, end);
		}
		if (i == 0) {
			break;
		}
		end = i - 1;
	}
	return segments;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_number(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i])) {
			return false;
		}
	}
	return text.len > 0;
}

static bool is_hex(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]) && (text.ptr[i] < 'a' || text.ptr[i] > 'f')) {
			return false;
		}
	}
	return text.len > 0;
}

static bool is_one_of(struct str text, const struct str *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equals(text, words[i])) {
			return true;
		}
	}
	return false;
}

/* Whether text has the shape: '0' stands for a digit, all else for itself. */
static bool has_shape(struct str text, const char *shape)
{
	size_t len = strlen(shape);
	for (size_t i = 0; i < len; i++) {
		if (i >= text.len ||
		    (shape[i] == '0' ? !is_digit(text.ptr[i]) : text.ptr[i] != shape[i])) {
			return false;
		}
	}
	return text.len == len;
}

/* ---- names of files ---- */

static bool drop_end(struct str *name, struct str end)
{
	if (!str_ends(*name, end) || name->len == end.len) {
		return false;
	}
	name->len -= end.len;
	return true;
}

static bool drop_any_end(struct str *name, const struct str *ends, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (drop_end(name, ends[i])) {
			return true;
		}
	}
	return false;
}

/* Stamps of rotation; the separator before them goes too. */
static bool drop_stamp(struct str *name)
{
	static const char *const shapes[] = {
		"-0000-00-00T00-00-00.000", /* lumberjack */
		".00000000-000000",         /* kubelet */
		"-00000000",
		"-00000000-000000",
		"-0000-00-00", /* logrotate's dateext */
		".0000-00-00",
		".00000000",
		"_0000-00-00",
	};
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		size_t len = strlen(shapes[i]);
		if (name->len > len && has_shape(str_skip(*name, name->len - len), shapes[i])) {
			name->len -= len;
			return true;
		}
	}
	return false;
}

/* Numbers of logrotate and docker: "a.log.1". */
static bool drop_number(struct str *name)
{
	ptrdiff_t dot = str_find_last_byte(*name, '.');
	struct str number = str_skip(*name, (size_t)(dot + 1));
	if (dot <= 0 || !is_number(number) || number.len > 3) {
		return false;
	}
	name->len = (size_t)dot;
	return true;
}

static bool drop_previous(struct str *name)
{
	static const struct str ends[] = {
		STR_INIT("-pre"),  STR_INIT("-previous"), STR_INIT("_previous"), STR_INIT("-prev"),
		STR_INIT("_prev"), STR_INIT(".previous"), STR_INIT(".prev"),     STR_INIT("_pre")};
	return drop_any_end(name, ends, sizeof(ends) / sizeof(ends[0]));
}

/* "etcd-0.log.1.gz" -> "etcd-0": endings of logs, compression and rotation off. */
static struct str drop_ends(struct str name, bool has_numbers, bool *is_previous)
{
	static const struct str ends[] = {
		STR_INIT(".gz"),     STR_INIT(".zst"),      STR_INIT(".xz"),   STR_INIT(".bz2"),
		STR_INIT(".lz4"),    STR_INIT(".log"),      STR_INIT(".txt"),  STR_INIT(".out"),
		STR_INIT(".json"),   STR_INIT("-json"),     STR_INIT(".err"),  STR_INIT(".LOG"),
		STR_INIT(".TXT"),    STR_INIT(".insecure"), STR_INIT(".logs"), STR_INIT(".tar"),
		STR_INIT(".tgz"),    STR_INIT(".zip"),      STR_INIT(".7z"),   STR_INIT(".zstd"),
		STR_INIT(".stdout"), STR_INIT(".stderr"),
	};
	bool has_changed = true;
	while (has_changed) {
		bool was_previous = drop_previous(&name);
		*is_previous |= was_previous;
		has_changed = was_previous ||
		              drop_any_end(&name, ends, sizeof(ends) / sizeof(ends[0])) ||
		              drop_stamp(&name) || (has_numbers && drop_number(&name));
	}
	return name;
}

static struct str stem(struct str name, bool *is_previous)
{
	return drop_ends(name, true, is_previous);
}

/* ---- names of pods and what runs in them ---- */

/* Who is not Milvus comes first: "pulsar-proxy" is none of Milvus's proxies. */
static const struct str dependencies[] = {
	STR_INIT("pulsar"), STR_INIT("pulsarv3"),   STR_INIT("bookie"), STR_INIT("bookkeeper"),
	STR_INIT("broker"), STR_INIT("zookeeper"),  STR_INIT("kafka"),  STR_INIT("minio"),
	STR_INIT("attu"),   STR_INIT("woodpecker"), STR_INIT("nats"),   STR_INIT("tei"),
};

static const struct str roles[] = {
	STR_INIT("standalone"), STR_INIT("rootcoord"),     STR_INIT("datacoord"),
	STR_INIT("querycoord"), STR_INIT("indexcoord"),    STR_INIT("mixcoord"),
	STR_INIT("mixture"),    STR_INIT("streamingnode"), STR_INIT("querynode"),
	STR_INIT("datanode"),   STR_INIT("indexnode"),     STR_INIT("proxy"),
};

static const struct str others[] = {STR_INIT("etcd"), STR_INIT("milvus")};

/* The known word that a part of a name begins with, digits may follow: "querynode12". */
static struct str known_word(struct str part, const struct str *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_starts(part, words[i]) &&
		    (part.len == words[i].len || is_number(str_skip(part, words[i].len)))) {
			return words[i];
		}
	}
	return STR("");
}

static bool is_separator(char byte)
{
	return byte == '-' || byte == '_' || byte == '.' || byte == '/' || byte == '@' ||
	       byte == ' ';
}

struct told {
	struct str component, role;
};

/* The last word of a name that says what runs there: releases and namespaces stand before it. */
static struct told tell(struct str name)
{
	struct told told = {{NULL, 0}, {NULL, 0}};
	bool was_pulsar = false;
	for (size_t at = 0, end = 0; at < name.len; at = end + 1) {
		end = at;
		while (end < name.len && !is_separator(name.ptr[end])) {
			end++;
		}
		struct str part = str_slice(name, at, end);
		struct str role = known_word(part, roles, sizeof(roles) / sizeof(roles[0]));
		struct str other = known_word(part, others, sizeof(others) / sizeof(others[0]));
		struct str dependency = known_word(part, dependencies,
		                                   sizeof(dependencies) / sizeof(dependencies[0]));
		if (role.len > 0 && !was_pulsar) {
			told = (struct told){STR("milvus"), role};
		} else if (other.len > 0 &&
		           (!str_equals(other, STR("milvus")) || told.role.len == 0)) {
			told = (struct told){other, {NULL, 0}};
		} else if (dependency.len > 0) {
			told = (struct told){str_starts(dependency, STR("pulsar")) ? STR("pulsar")
			                                                           : dependency,
			                     {NULL, 0}};
		}
		was_pulsar = str_starts(dependency, STR("pulsar"));
	}
	return told;
}

/* Names that stand for themselves, glued together: "milvusstandalone". */
static struct told tell_glued(struct str name)
{
	for (size_t i = 0; i < sizeof(dependencies) / sizeof(dependencies[0]); i++) {
		if (dependencies[i].len > 4 && str_contains(name, dependencies[i])) {
			return (struct told){dependencies[i], {NULL, 0}};
		}
	}
	if (str_contains(name, STR("etcd"))) {
		return (struct told){STR("etcd"), {NULL, 0}};
	}
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (str_contains(name, roles[i])) {
			return (struct told){STR("milvus"), roles[i]};
		}
	}
	return (struct told){str_contains(name, STR("milvus")) ? STR("milvus") : STR(""),
	                     {NULL, 0}};
}

struct str layout_component(struct str name)
{
	struct told told = tell(name);
	return told.component.len > 0 ? told.component : tell_glued(name).component;
}

struct str layout_role(struct str name)
{
	struct told told = tell(name);
	return told.component.len > 0 ? told.role : tell_glued(name).role;
}

/* ---- where a file lies ---- */

/* Letters and digits of names that Kubernetes makes up. Source: k8s.io/apimachinery/pkg/util/rand
 */
static bool is_random(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (str_find_byte(STR("bcdfghjklmnpqrstvwxz2456789"), text.ptr[i]) < 0) {
			return false;
		}
	}
	return text.len >= 5 && text.len <= 15;
}

/* "x-7c9f8d6b5-qx7lm", "x-0" */
static bool is_pod(struct str name)
{
	ptrdiff_t dash = str_find_last_byte(name, '-');
	struct str last = str_skip(name, (size_t)(dash + 1));
	return dash > 0 && ((is_number(last) && last.len < 5) || is_random(last));
}

/* "ns_pod_uid" of /var/log/pods. Neither namespace nor pod may hold '_'. */
static bool is_pod_folder(struct str folder, struct layout *layout, struct str *pod)
{
	struct str space, rest, uid;
	if (!str_cut(folder, STR("_"), &space, &rest) || !str_cut(rest, STR("_"), pod, &uid) ||
	    uid.len < UID_LEN_MIN || space.len == 0 || pod->len == 0) {
		return false;
	}
	for (size_t i = 0; i < uid.len; i++) {
		if (uid.ptr[i] != '-' && !is_hex(str_slice(uid, i, i + 1))) {
			return false;
		}
	}
	layout->space = space;
	return true;
}

bool layout_is_pod(struct str name)
{
	return is_pod(name) || str_contains(name, STR("/"));
}

static struct str join(struct str pod, struct str container, struct arena *keep)
{
	return container.len == 0 || str_contains(pod, container)
	               ? pod
	               : arena_printf(keep, STR_FMT "/" STR_FMT, STR_ARG(pod), STR_ARG(container));
}

/* /var/log/pods/NS_POD_UID/CONTAINER/RESTART.log */
static bool lies_in_pods(const struct segments *path, struct layout *layout, struct arena *keep)
{
	struct str pod;
	for (size_t i = 1; i < path->count; i++) {
		if (is_pod_folder(path->items[i], layout, &pod)) {
			layout->instance = join(pod, i >= 2 ? path->items[i - 1] : STR(""), keep);
			return true;
		}
	}
	return false;
}

/* /var/log/containers/POD_NS_CONTAINER-ID.log */
static bool is_container_link(const struct segments *path, struct str name, struct layout *layout,
                              struct arena *keep)
{
	struct str pod, rest, space, container;
	(void)path;
	if (!str_cut(name, STR("_"), &pod, &rest) || !str_cut(rest, STR("_"), &space, &container) ||
	    container.len <= DOCKER_ID_LEN + 1 ||
	    container.ptr[container.len - DOCKER_ID_LEN - 1] != '-' ||
	    !is_hex(str_skip(container, container.len - DOCKER_ID_LEN))) {
		return false;
	}
	layout->space = space;
	layout->instance =
		join(pod, str_slice(container, 0, container.len - DOCKER_ID_LEN - 1), keep);
	return true;
}

/* must-gather: namespaces/NS/pods/POD/CONTAINER/CONTAINER/logs/current.log; also
 * .../logs/rotated/FILE */
static bool lies_in_must_gather(const struct segments *path, struct layout *layout,
                                struct arena *keep)
{
	for (size_t i = 5; i < path->count; i++) {
		if (str_equals(path->items[i], STR("namespaces")) &&
		    str_equals(path->items[i - 2], STR("pods"))) {
			layout->space = path->items[i - 1];
			layout->instance = join(path->items[i - 3], path->items[i - 4], keep);
			return true;
		}
	}
	return false;
}

/* troubleshoot.sh, scripts of CI: logs/NS/POD/CONTAINER.log; others POD/CONTAINER.log */
static bool lies_in_pod(const struct segments *path, struct str name, struct layout *layout,
                        struct arena *keep)
{
	if (path->count >= 4 && str_equals(path->items[3], STR("logs")) && is_pod(path->items[1])) {
		layout->space = path->items[2];
	} else if (path->count < 2 || !is_pod(path->items[1]) ||
	           (layout_component(name).len == 0 && !is_number(name)) ||
	           layout_component(path->items[1]).len == 0) {
		return false;
	}
	layout->instance = join(path->items[1], is_number(name) ? STR("") : name, keep);
	return true;
}

/* docker's ID/ID-json.log */
static bool is_docker_file(struct str name, struct layout *layout)
{
	if (name.len != DOCKER_ID_LEN || !is_hex(name)) {
		return false;
	}
	layout->docker_id = name;
	layout->instance = str_slice(name, 0, 12);
	return true;
}

/* Folders that name no one. */
static bool is_general(struct str folder)
{
	static const struct str folders[] = {
		STR_INIT("."),
		STR_INIT(".."),
		STR_INIT("log"),
		STR_INIT("logs"),
		STR_INIT("current"),
		STR_INIT("previous"),
		STR_INIT("rotated"),
		STR_INIT("output"),
		STR_INIT("pod_log"),
		STR_INIT("pod_log_previous"),
		STR_INIT("pod_describe"),
		STR_INIT("stdout"),
		STR_INIT("stderr"),
		STR_INIT("messages"),
		STR_INIT("console"),
		STR_INIT("var"),
		STR_INIT("tmp"),
		STR_INIT("podlogs"),
		STR_INIT("containerlogs"),
		STR_INIT("file"),
		STR_INIT("paste"),
		STR_INIT("data"),
		STR_INIT("out"),
	};
	return is_number(folder) ||
	       is_one_of(folder, folders, sizeof(folders) / sizeof(folders[0]));
}

struct str layout_folder(struct str path, unsigned n)
{
	struct segments segments = split(path);
	bool is_previous = false;
	for (size_t i = 1; i < segments.count; i++) {
		if (!is_general(segments.items[i]) && --n == 0) {
			return stem(segments.items[i], &is_previous);
		}
	}
	return STR("");
}

struct str layout_numbered_name(struct str path)
{
	struct segments segments = split(path);
	bool is_previous = false;
	return segments.count == 0 ? STR("") : drop_ends(segments.items[0], false, &is_previous);
}

/* The name of a file, or of the folder where that says nothing: "etcd/current.log". */
static struct str name_of_file(struct str path, struct str name)
{
	struct str folder = is_general(name) ? layout_folder(path, 1) : STR("");
	return layout_component(folder).len > 0 ? folder : name;
}

static bool is_of_run_before(const struct segments *path)
{
	static const struct str names[] = {STR_INIT("previous.log"),
	                                   STR_INIT("previous.insecure.log"),
	                                   STR_INIT("previous.log.gz")};
	bool is_previous = is_one_of(path->items[0], names, sizeof(names) / sizeof(names[0]));
	for (size_t i = 1; i < path->count; i++) {
		is_previous |= str_equals(path->items[i], STR("pod_log_previous"));
	}
	return is_previous;
}

struct layout layout_of(struct str path, struct arena *keep)
{
	struct segments segments = split(path);
	struct layout layout = {.is_previous = false};
	if (segments.count == 0) {
		return layout;
	}
	struct str name = stem(segments.items[0], &layout.is_previous);
	layout.is_previous |= is_of_run_before(&segments);
	bool is_placed = lies_in_pods(&segments, &layout, keep) ||
	                 is_container_link(&segments, name, &layout, keep) ||
	                 lies_in_must_gather(&segments, &layout, keep) ||
	                 is_docker_file(name, &layout) ||
	                 lies_in_pod(&segments, name, &layout, keep);
	if (!is_placed) {
		layout.instance = name_of_file(path, name);
		layout.is_weak = !is_pod(name);
	}
	return layout;
}
