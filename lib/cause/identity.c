/* SPDX-License-Identifier: Apache-2.0 */
/* Who wrote a source, and which zone its stamps are in. */
#include "cause/reason.h"

#include "base/vec.h"

#include <stdlib.h>

static const struct str dependency_names[] = {
        STR_INIT("pulsar"), STR_INIT("bookie"), STR_INIT("bookkeeper"), STR_INIT("zookeeper"), STR_INIT("kafka"),
        STR_INIT("minio"),  STR_INIT("attu"),
};

static const struct str milvus_roles[] = {
        STR_INIT("standalone"), STR_INIT("rootcoord"), STR_INIT("datacoord"),  STR_INIT("querycoord"),
        STR_INIT("indexcoord"), STR_INIT("mixcoord"),  STR_INIT("streamingnode"), STR_INIT("querynode"),
        STR_INIT("datanode"),   STR_INIT("indexnode"), STR_INIT("proxy"),
};

/* The last folder or file of a path, or member of an archive. */
static struct str base_name(struct str path)
{
	ptrdiff_t bang = str_find_last_byte(path, '!');
	path = str_skip(path, (size_t)(bang + 1));
	ptrdiff_t slash = str_find_last_byte(path, '/');
	return str_skip(path, (size_t)(slash + 1));
}

/* "etcd-0.log.gz" -> "etcd-0": endings of logs, compression and rotation off. */
static struct str stem(struct str name)
{
	static const struct str endings[] = {STR_INIT(".gz"),  STR_INIT(".zst"), STR_INIT(".xz"),   STR_INIT(".bz2"),
	                                     STR_INIT(".lz4"), STR_INIT(".log"), STR_INIT(".txt"),  STR_INIT(".out"),
	                                     STR_INIT(".json"), STR_INIT("-json"), STR_INIT("-pre"), STR_INIT(".err"),
	                                     STR_INIT("-previous")};
	for (bool has_changed = true; has_changed;) {
		has_changed = false;
		for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			if (str_ends(name, endings[i]) && name.len > endings[i].len) {
				name = str_slice(name, 0, name.len - endings[i].len);
				has_changed = true;
			}
		}
		ptrdiff_t dot = str_find_last_byte(name, '.');
		uint64_t part;
		if (dot > 0 && str_to_uint64(str_skip(name, (size_t)dot + 1), &part) && part < 1000) {
			name = str_slice(name, 0, (size_t)dot);
			has_changed = true;
		}
	}
	return name;
}

static bool names_any(struct str text, const struct str *names, size_t count, struct str *which)
{
	for (size_t i = 0; i < count; i++) {
		if (str_contains(text, names[i])) {
			*which = names[i];
			return true;
		}
	}
	return false;
}

static struct str component_of(const struct source *source, struct str name)
{
	struct str which;
	uint64_t etcd = source->by_program[FORMAT_ETCD];
	uint64_t milvus = source->by_program[FORMAT_MILVUS] + source->by_program[FORMAT_ETCD_CLIENT];
	if (etcd + milvus > 0) {
		return milvus > 0 && (milvus * 20 > etcd || source->by_program[FORMAT_MILVUS] > 0) ? STR("milvus") : STR("etcd");
	}
	if (names_any(name, dependency_names, sizeof(dependency_names) / sizeof(dependency_names[0]), &which)) {
		return which;
	}
	if (str_contains(name, STR("etcd"))) {
		return STR("etcd");
	}
	if (str_contains(name, STR("milvus")) ||
	    names_any(name, milvus_roles, sizeof(milvus_roles) / sizeof(milvus_roles[0]), &which)) {
		return STR("milvus");
	}
	return (struct str){NULL, 0};
}

struct str cause_instance(const struct source *source)
{
	if (source->instance.len > 0) {
		return source->instance;
	}
	struct str name = source->container.len > 0 ? source->container : stem(base_name(source->path));
	return name.len > 0 ? name : STR("log");
}

void reason_identify(struct reason *reason)
{
	for (size_t i = 0; i < reason->digest->source_count; i++) {
		struct source *source = &reason->digest->sources[i];
		source->instance = cause_instance(source);
		struct str name = source->instance;
		if (source->component.len == 0) {
			source->component = component_of(source, name);
		}
		struct str role;
		if (source->role.len == 0 && str_equals(source->component, STR("milvus")) &&
		    names_any(name, milvus_roles, sizeof(milvus_roles) / sizeof(milvus_roles[0]), &role)) {
			source->role = role;
		}
		source->is_previous |= str_contains(source->path, STR("previous")) || str_contains(source->path, STR("-pre."));
		reason->has_milvus |= str_equals(source->component, STR("milvus")) && source->dated > 0;
		reason->has_etcd |= source->by_program[FORMAT_ETCD] > 0;
	}
}

/* ---- zones ---- */

static bool is_zoneless(const struct source *source)
{
	return source->by_zone[CLOCK_ZONE_NONE] > source->by_zone[CLOCK_ZONE_UTC] + source->by_zone[CLOCK_ZONE_OFFSET];
}

static bool is_trouble(const struct episode *episode)
{
	return episode->kind->is_harm && episode->first_ns != TIME_NONE;
}

/* How many troubles of a source lie on troubles of sources with zones when its stamps are moved by offset. */
static unsigned count_meetings(const struct digest *digest, uint32_t source, int64_t offset_ns)
{
	unsigned count = 0;
	vec_foreach (struct episode, episode, &digest->episodes) {
		if (episode->source != source || !is_trouble(episode)) {
			continue;
		}
		vec_foreach (struct episode, other, &digest->episodes) {
			if (other->source != source && is_trouble(other) && !is_zoneless(&digest->sources[other->source]) &&
			    episode_overlaps(other, episode->first_ns + offset_ns - 2 * NS_PER_SEC,
			                     episode->last_ns + offset_ns + 2 * NS_PER_SEC)) {
				count++;
				break;
			}
		}
	}
	return count;
}

/* The offset in whole quarters of an hour that makes most troubles meet; zero unless another is clearly better. */
static int64_t infer_offset(const struct digest *digest, uint32_t source)
{
	int64_t quarter = 15 * NS_PER_MIN, best = 0;
	unsigned most = count_meetings(digest, source, 0);
	for (int64_t i = -56; i <= 48; i++) {
		/* whole and half hours first; odd quarters exist in few places */
		unsigned count = i % 2 == 0 ? count_meetings(digest, source, i * quarter) : 0;
		if (count > most * 2 || (most == 0 && count > 0)) {
			most = count;
			best = i * quarter;
		}
	}
	return best;
}

static void shift_source(struct digest *digest, uint32_t number, int64_t offset_ns)
{
	struct source *source = &digest->sources[number];
	if (offset_ns == 0 || source->first_ns == TIME_NONE) {
		return;
	}
	source->first_ns += offset_ns;
	source->last_ns += offset_ns;
	for (size_t i = 0; i < source->gap_count; i++) {
		source->gaps[i].from_ns += offset_ns;
		source->gaps[i].to_ns += offset_ns;
	}
	vec_foreach (struct episode, episode, &digest->episodes) {
		if (episode->source != number || episode->first_ns == TIME_NONE ||
		    episode->members[0]->zone != CLOCK_ZONE_NONE) {
			continue;
		}
		episode->first_ns += offset_ns;
		episode->last_ns += offset_ns;
		for (size_t i = 0; i < episode->member_count; i++) {
			episode->members[i]->time_ns += offset_ns;
			episode->members[i]->start_ns += offset_ns;
		}
	}
}

static int compare_starts(const void *a, const void *b)
{
	const struct episode *left = a, *right = b;
	if (left->first_ns != right->first_ns) {
		return left->first_ns < right->first_ns ? -1 : 1;
	}
	return event_compare(left->members[0], right->members[0]);
}

void reason_align(struct reason *reason)
{
	struct digest *digest = reason->digest;
	for (uint32_t i = 0; i < digest->source_count; i++) {
		struct source *source = &digest->sources[i];
		if (source->dated == 0 || !is_zoneless(source)) {
			continue;
		}
		struct clock_note note = {.instance = source->instance};
		int64_t quarter = 15 * NS_PER_MIN;
		if (reason->options->assume_offset_ns != TIME_NONE) {
			note.offset_ns = -reason->options->assume_offset_ns;
			note.how = both_printf(reason->keep, "its stamps have no zone; taken as --assume-tz says",
			                       "时间戳不带时区,按 --assume-tz 处理");
		} else if (source->outer_delta_ns != TIME_NONE) {
			int64_t delta = source->outer_delta_ns + quarter / 2;
			note.offset_ns = (delta >= 0 ? delta / quarter : -((-delta + quarter - 1) / quarter)) * quarter;
			note.how = both_printf(reason->keep, "its stamps have no zone; compared with the collector's stamps",
			                       "时间戳不带时区,与采集器时间戳比较得出");
		} else {
			note.offset_ns = infer_offset(digest, i);
			note.how = note.offset_ns != 0
			                   ? both_printf(reason->keep,
			                                 "its stamps have no zone; so its events meet those of the other logs",
			                                 "时间戳不带时区,按与其他日志事件对齐得出")
			                   : both_printf(reason->keep, "its stamps have no zone; assumed to be UTC",
			                                 "时间戳不带时区,假定为 UTC");
		}
		shift_source(digest, i, note.offset_ns);
		vec_push(&reason->findings->clocks, note);
	}
	if (digest->episodes.count > 0) {
		qsort(digest->episodes.items, digest->episodes.count, sizeof(struct episode), compare_starts);
	}
}
