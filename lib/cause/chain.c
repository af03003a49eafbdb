/* SPDX-License-Identifier: Apache-2.0 */
/* From the stop backwards along declared links to the earliest episode that explains it. */
#include "base/vec.h"
#include "cause/reason.h"

#include <stdlib.h>

enum {
	CHAIN_STEPS_MAX = 8,
	STEP_EVIDENCE_MAX = 6,
	EARLIER_S = 2,
	ORDER_SLACK_MS = 50, /* of a request on its way between Milvus and etcd */
	LINK_MORE_S = 600    /* an effect may go on so much longer than its link says */
};

/* Episodes of one stage say the same: the write that waited, its trace, the client that saw it. In
 * causal order. */
enum stage {
	STAGE_OTHER, /* each family of kinds by itself */
	STAGE_DISK,
	STAGE_APPLY,
	STAGE_HEARTBEAT,
	STAGE_PEER,
	STAGE_ELECTION,
	STAGE_ALARM,
	STAGE_ETCD_END,
	STAGE_CONNECTION,
	STAGE_REQUEST,
	STAGE_SILENT,
	STAGE_LOST,
	STAGE_END,
	STAGE_COUNT
};

/* The first that fits; within a stage the earlier kind tells more, and lends the step its words. */
static const struct {
	struct str kind;
	enum stage stage;
} stages[] = {
	{STR_INIT("etcd.fsync.slow"), STAGE_DISK},
	{STR_INIT("etcd.disk.*"), STAGE_DISK},
	{STR_INIT("etcd.storage.*"), STAGE_DISK},
	{STR_INIT("etcd.apply.slow"), STAGE_APPLY},
	{STR_INIT("etcd.request.slow"), STAGE_APPLY},
	{STR_INIT("etcd.request.stats"), STAGE_APPLY},
	{STR_INIT("etcd.trace.slow"), STAGE_APPLY},
	{STR_INIT("etcd.apply.*"), STAGE_APPLY},
	{STR_INIT("etcd.readindex.*"), STAGE_APPLY},
	{STR_INIT("etcd.readstate.*"), STAGE_APPLY},
	{STR_INIT("etcd.request.*"), STAGE_APPLY},
	{STR_INIT("etcd.heartbeat.late"), STAGE_HEARTBEAT},
	{STR_INIT("etcd.overloaded"), STAGE_HEARTBEAT},
	{STR_INIT("etcd.tick.missed"), STAGE_HEARTBEAT},
	{STR_INIT("etcd.peer.*"), STAGE_PEER},
	{STR_INIT("etcd.message.dropped"), STAGE_PEER},
	{STR_INIT("etcd.leader.stepped_down"), STAGE_ELECTION},
	{STR_INIT("etcd.leader.lost"), STAGE_ELECTION},
	{STR_INIT("etcd.election.*"), STAGE_ELECTION},
	{STR_INIT("etcd.leader.*"), STAGE_ELECTION},
	{STR_INIT("etcd.vote.*"), STAGE_ELECTION},
	{STR_INIT("etcd.term.*"), STAGE_ELECTION},
	{STR_INIT("etcd.follower.became"), STAGE_ELECTION},
	{STR_INIT("etcd.alarm.*"), STAGE_ALARM},
	{STR_INIT("etcd.quota.exceeded"), STAGE_ALARM},
	{STR_INIT("etcd.no_space_error"), STAGE_ALARM},
	{STR_INIT("etcd.panic"), STAGE_ETCD_END},
	{STR_INIT("etcd.panic.*"), STAGE_ETCD_END},
	{STR_INIT("etcd.stop.*"), STAGE_ETCD_END},
	{STR_INIT("etcd.client.refused"), STAGE_CONNECTION},
	{STR_INIT("etcd.client.dial_*"), STAGE_CONNECTION},
	{STR_INIT("etcd.client.eof"), STAGE_CONNECTION},
	{STR_INIT("etcd.client.closed"), STAGE_CONNECTION},
	{STR_INIT("milvus.etcd.refused"), STAGE_CONNECTION},
	{STR_INIT("milvus.etcd.eof"), STAGE_CONNECTION},
	{STR_INIT("milvus.etcd.unreachable"), STAGE_CONNECTION},
	{STR_INIT("milvus.etcd.dns"), STAGE_CONNECTION},
	{STR_INIT("milvus.kv.slow"), STAGE_REQUEST},
	{STR_INIT("milvus.tso.timeout"), STAGE_REQUEST},
	{STR_INIT("milvus.tso.*"), STAGE_REQUEST},
	{STR_INIT("milvus.kv.*"), STAGE_REQUEST},
	{STR_INIT("milvus.meta.*"), STAGE_REQUEST},
	{STR_INIT("milvus.ddl.*"), STAGE_REQUEST},
	{STR_INIT("milvus.config.pull_failed"), STAGE_REQUEST},
	{STR_INIT("milvus.session.keepalive_closed"), STAGE_SILENT},
	{STR_INIT("etcd.client.keepalive"), STAGE_SILENT},
	{STR_INIT("milvus.session.retry_started"), STAGE_SILENT},
	{STR_INIT("milvus.session.lease_lost"), STAGE_LOST},
	{STR_INIT("milvus.session.lost"), STAGE_LOST},
	{STR_INIT("milvus.session.retry_*"), STAGE_LOST},
	{STR_INIT("milvus.session.key_deleted"), STAGE_LOST},
	{STR_INIT("milvus.session.watch_closed"), STAGE_LOST},
	{STR_INIT("milvus.etcd.lease_not_found"), STAGE_LOST},
	{STR_INIT("etcd.client.lease_not_found"), STAGE_LOST},
	{STR_INIT("milvus.session.*"), STAGE_LOST},
	{STR_INIT("etcd.lease.*"), STAGE_LOST},
	{STR_INIT("etcd.client.*"), STAGE_REQUEST},
	{STR_INIT("milvus.etcd.*"), STAGE_REQUEST},
	{STR_INIT("milvus.exit.disconnected"), STAGE_END},
	{STR_INIT("milvus.panic.*"), STAGE_END},
	{STR_INIT("milvus.panic"), STAGE_END},
	{STR_INIT("milvus.fatal.*"), STAGE_END},
	{STR_INIT("milvus.start.failed"), STAGE_END},
	{STR_INIT("milvus.exit.*"), STAGE_END},
};

enum { STAGE_ROWS = sizeof(stages) / sizeof(stages[0]) };

/* Row of the table; STAGE_ROWS when no row is about the kind. A name ends in '*' after a dot or
 * after part of a word. */
static size_t stage_row(struct str kind)
{
	for (size_t i = 0; i < STAGE_ROWS; i++) {
		struct str name = stages[i].kind;
		bool is_open = name.ptr[name.len - 1] == '*';
		if (is_open ? str_starts(kind, str_slice(name, 0, name.len - 1))
		            : str_equals(kind, name)) {
			return i;
		}
	}
	return STAGE_ROWS;
}

static enum stage stage_of(struct str kind)
{
	size_t row = stage_row(kind);
	return row < STAGE_ROWS ? stages[row].stage : STAGE_OTHER;
}

/* "milvus.node" of "milvus.node.down": kinds without a stage are joined by this. */
static struct str family_of(struct str kind)
{
	struct str first, rest, second;
	str_cut(kind, STR("."), &first, &rest);
	str_cut(rest, STR("."), &second, NULL);
	return str_slice(kind, 0, first.len + 1 + second.len);
}

/* A step while it is put together. */
struct draft {
	enum stage stage;
	bool is_root;
	struct str instance;
	size_t row; /* of the kind that lends its words */
	const struct event_kind *kind;
	int64_t start_ns, end_ns;
	uint64_t count;
	int64_t max_took_ns;
	VEC(const struct episode *) episodes;
};

struct drafts {
	struct draft *items;
	size_t count, capacity;
};

/* A start or a registration may prove something, but nothing comes about by it. */
static bool is_plain(const struct event_kind *kind)
{
	return !kind->is_harm && (str_starts(kind->id, STR("milvus.start.")) ||
	                          str_starts(kind->id, STR("etcd.start.")) ||
	                          str_starts(kind->id, STR("milvus.session.")));
}

static bool is_root(const struct reason *reason, const struct episode *episode)
{
	if (is_plain(episode->kind)) {
		return false;
	}
	for (size_t i = 0; i < reason->roots.count; i++) {
		if (reason->roots.items[i] == episode) {
			return true;
		}
	}
	return false;
}

/* Position of the link that names a kind; -1 when the cause does not lead to it. */
static int link_of(const struct cause *cause, const struct episode *episode)
{
	for (size_t i = 0; i < cause->link_count; i++) {
		if (episode_is(episode, cause->links[i].kind)) {
			return (int)i;
		}
	}
	return -1;
}

static struct draft *draft_of(struct drafts *drafts, const struct episode *episode,
                              struct str instance, bool is_own)
{
	enum stage stage = stage_of(episode->kind->id);
	vec_foreach (struct draft, draft, drafts) {
		bool is_same_root = draft->is_root && draft->stage == stage &&
		                    str_equals(draft->instance, instance);
		bool is_same = draft->is_root ? is_same_root : !is_own && draft->stage == stage;
		if (is_same && (stage != STAGE_OTHER || str_equals(family_of(draft->kind->id),
		                                                   family_of(episode->kind->id)))) {
			return draft;
		}
	}
	return NULL;
}

static void draft_add(const struct reason *reason, struct drafts *drafts,
                      const struct episode *episode, bool is_own)
{
	struct str instance = episode_instance(reason, episode);
	size_t row = stage_row(episode->kind->id);
	struct draft *draft = draft_of(drafts, episode, instance, is_own);
	if (draft == NULL) {
		vec_push(drafts, (struct draft){.stage = stage_of(episode->kind->id),
		                                .is_root = is_own,
		                                .instance = instance,
		                                .row = STAGE_ROWS + 1,
		                                .start_ns = episode->first_ns,
		                                .end_ns = episode->last_ns});
		draft = vec_last(drafts);
	}
	if (row < draft->row) {
		draft->row = row;
		draft->kind = episode->kind;
		draft->instance = instance;
		draft->count = 0;
		draft->max_took_ns = DURATION_NONE;
	}
	if (episode->kind == draft->kind) {
		draft->count += episode->count;
		draft->max_took_ns = episode->max_took_ns > draft->max_took_ns
		                             ? episode->max_took_ns
		                             : draft->max_took_ns;
	}
	if (episode->first_ns != TIME_NONE &&
	    (draft->start_ns == TIME_NONE || episode->first_ns < draft->start_ns)) {
		draft->start_ns = episode->first_ns;
	}
	draft->end_ns = episode->last_ns > draft->end_ns ? episode->last_ns : draft->end_ns;
	vec_push(&draft->episodes, episode);
}

static bool is_before_stop(const struct reason *reason, const struct episode *episode)
{
	return reason->stop == NULL || reason->stop->time_ns == TIME_NONE ||
	       episode->first_ns == TIME_NONE || episode->first_ns <= reason->stop->time_ns;
}

/* Earliest start of the cause's own evidence. */
static int64_t root_start(const struct reason *reason)
{
	int64_t start = TIME_NONE;
	for (size_t i = 0; i < reason->roots.count; i++) {
		const struct episode *episode = reason->roots.items[i];
		if (!is_plain(episode->kind) && is_before_stop(reason, episode) &&
		    episode->first_ns != TIME_NONE &&
		    (start == TIME_NONE || episode->first_ns < start)) {
			start = episode->first_ns;
		}
	}
	return start;
}

static bool is_effect(const struct reason *reason, const struct cause *cause,
                      const struct episode *episode, int64_t root_ns)
{
	int link = link_of(cause, episode);
	if (link < 0 || is_root(reason, episode) || !episode->kind->is_harm ||
	    !episode_in_window(reason, episode) || !is_before_stop(reason, episode)) {
		return false;
	}
	if (root_ns == TIME_NONE || episode->first_ns == TIME_NONE) {
		return true;
	}
	return episode->last_ns >= root_ns &&
	       episode->first_ns - root_ns <=
	               cause->links[link].within_ns + LINK_MORE_S * NS_PER_SEC;
}

/* What seems to start just before its cause starts with it. */
static void start_behind(struct draft *effect, int64_t cause_ns)
{
	if (effect->start_ns != TIME_NONE && effect->start_ns <= cause_ns) {
		effect->start_ns = cause_ns + (effect->end_ns > cause_ns ? 1 : 0);
		effect->end_ns =
			effect->end_ns < effect->start_ns ? effect->start_ns : effect->end_ns;
	}
}

static void collect_drafts(const struct reason *reason, const struct cause *cause,
                           struct drafts *drafts)
{
	int64_t root_ns = root_start(reason);
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_root(reason, episode) && is_before_stop(reason, episode)) {
			draft_add(reason, drafts, episode, true);
		}
	}
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (is_effect(reason, cause, episode, root_ns)) {
			draft_add(reason, drafts, episode, false);
		}
	}
	vec_foreach (struct draft, draft, drafts) {
		if (!draft->is_root && root_ns != TIME_NONE) {
			start_behind(draft, root_ns);
		}
	}
}

/* Where no cause can be named: what went wrong, in its order. Nothing is said to follow from
 * anything. */
static void collect_seen(const struct reason *reason, struct drafts *drafts)
{
	vec_foreach (struct episode, episode, &reason->digest->episodes) {
		if (episode->kind->is_harm && episode_in_window(reason, episode) &&
		    is_before_stop(reason, episode)) {
			draft_add(reason, drafts, episode, true);
		}
	}
}

/* Whether one is an effect of the other, though it may seem to start a little before it. */
static bool is_behind(const struct draft *effect, const struct draft *cause)
{
	return effect->stage > cause->stage && (!effect->is_root || cause->is_root) &&
	       cause->start_ns != TIME_NONE && effect->start_ns != TIME_NONE &&
	       cause->start_ns - effect->start_ns <= ORDER_SLACK_MS * NS_PER_MS;
}

static void start_effects_behind(struct drafts *drafts, const struct draft *cause)
{
	vec_foreach (struct draft, effect, drafts) {
		if (is_behind(effect, cause)) {
			start_behind(effect, cause->start_ns);
		}
	}
}

/* Milvus's request is sent just before etcd's part of it begins: it still waits for that. Causes
 * go first, as their effects have effects. */
static void settle_order(struct drafts *drafts)
{
	for (int stage = STAGE_OTHER + 1; stage < STAGE_COUNT; stage++) {
		vec_foreach (struct draft, cause, drafts) {
			if ((int)cause->stage == stage) {
				start_effects_behind(drafts, cause);
			}
		}
	}
}

/* ---- how many steps ---- */

/* What a reader misses least goes first: greater is more telling. */
static int draft_worth(const struct draft *draft)
{
	static const int worth[STAGE_COUNT] = {
		[STAGE_OTHER] = 1,     [STAGE_DISK] = 8,     [STAGE_APPLY] = 6,
		[STAGE_HEARTBEAT] = 4, [STAGE_PEER] = 3,     [STAGE_ELECTION] = 5,
		[STAGE_ALARM] = 6,     [STAGE_ETCD_END] = 7, [STAGE_CONNECTION] = 4,
		[STAGE_REQUEST] = 6,   [STAGE_SILENT] = 7,   [STAGE_LOST] = 8,
		[STAGE_END] = 9,
	};
	return worth[draft->stage] + (draft->is_root ? 10 : 0);
}

static void draft_drop(struct drafts *drafts, size_t at)
{
	vec_finish(&drafts->items[at].episodes);
	for (size_t i = at; i + 1 < drafts->count; i++) {
		drafts->items[i] = drafts->items[i + 1];
	}
	drafts->count--;
}

static void keep_telling(struct drafts *drafts, size_t most)
{
	while (drafts->count > most) {
		size_t least = 0;
		for (size_t i = 1; i < drafts->count; i++) {
			if (draft_worth(&drafts->items[i]) <= draft_worth(&drafts->items[least])) {
				least = i;
			}
		}
		draft_drop(drafts, least);
	}
}

/* Causal order where times are equal. */
static int compare_drafts(const void *a, const void *b)
{
	const struct draft *left = a, *right = b;
	if (left->start_ns != right->start_ns) {
		return left->start_ns < right->start_ns ? -1 : 1;
	}
	if (left->is_root != right->is_root) {
		return left->is_root ? -1 : 1;
	}
	if (left->stage != right->stage) {
		return (int)left->stage - (int)right->stage;
	}
	if (left->end_ns != right->end_ns) {
		return left->end_ns < right->end_ns ? -1 : 1;
	}
	int order = str_compare(left->kind->id, right->kind->id);
	return order != 0 ? order : str_compare(left->instance, right->instance);
}

/* ---- in words ---- */

/* Why one follows from what stands before it. */
static struct text_both because_of(const struct reason *reason, enum stage stage)
{
	struct arena *keep = reason->keep;
	long long ttl = (long long)(reason->ttl_ns / NS_PER_SEC),
		  election = (long long)(reason->election_ns / NS_PER_MS);
	long long limit = (long long)((5 * NS_PER_SEC + 2 * reason->election_ns) / NS_PER_SEC);
	switch (stage) {
	case STAGE_ELECTION:
		return both_printf(keep,
		                   "members that hear no leader for %lld ms start an election",
		                   election);
	case STAGE_REQUEST:
		return both_printf(
			keep, "Milvus waits for etcd's answer; etcd gives up after %lld s", limit);
	case STAGE_CONNECTION:
		return both_printf(keep, "nobody answered at etcd's address");
	case STAGE_SILENT:
		return both_printf(
			keep, "a lease must be renewed within its time to live of %lld s", ttl);
	case STAGE_LOST:
		return both_printf(
			keep,
			"a lease that is not renewed for %lld s ends, and the session with it",
			ttl);
	case STAGE_END:
		return reason->stop != NULL && reason->stop->how == STOP_SESSION_LOST
		               ? both_printf(keep, "a component of Milvus ends itself when its "
		                                   "session is lost")
		               : (struct text_both){0};
	case STAGE_OTHER:
	case STAGE_DISK:
	case STAGE_APPLY:
	case STAGE_HEARTBEAT:
	case STAGE_PEER:
	case STAGE_ALARM:
	case STAGE_ETCD_END:
	case STAGE_COUNT:
		break;
	}
	return (struct text_both){0};
}

static struct text_both draft_say(const struct reason *reason, const struct draft *draft)
{
	struct arena *keep = reason->keep;
	struct text_both said = {0};
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		struct str title = text_in(&draft->kind->title, (enum text_lang)lang);
		struct str more = {NULL, 0};
		if (draft->max_took_ns > 0 && draft->max_took_ns != DURATION_NONE) {
			struct str took = duration_format(keep, draft->max_took_ns);
			more = draft->count > 1
			               ? arena_printf(keep,
			                              text_translate((enum text_lang)lang,
			                                             ", %llu times, up to %.*s"),
			                              (unsigned long long)draft->count,
			                              STR_ARG(took))
			               : arena_printf(
						 keep,
						 text_translate((enum text_lang)lang, ", %.*s"),
						 STR_ARG(took));
		} else if (draft->count > 1) {
			more = arena_printf(keep,
			                    text_translate((enum text_lang)lang, ", %llu times"),
			                    (unsigned long long)draft->count);
		}
		said.in[lang] = arena_printf(keep, STR_FMT STR_FMT, STR_ARG(title), STR_ARG(more));
	}
	return said;
}

/* The most telling line first: of the kind that lends its words, the one that took longest; it says
 * whose step it is. */
static void draft_prove(const struct reason *reason, const struct draft *draft,
                        struct chain_step *step)
{
	const struct episode *best = NULL;
	for (size_t i = 0; i < draft->episodes.count; i++) {
		const struct episode *episode = draft->episodes.items[i];
		if (episode->kind == draft->kind &&
		    (best == NULL || episode->max_took_ns > best->max_took_ns)) {
			best = episode;
		}
	}
	if (best != NULL) {
		evidence_add(&step->evidence, best);
		step->instance = episode_instance(reason, best);
	}
	for (size_t i = 0; i < draft->episodes.count && step->evidence.count < STEP_EVIDENCE_MAX;
	     i++) {
		if (draft->episodes.items[i] != best) {
			evidence_add(&step->evidence, draft->episodes.items[i]);
		}
	}
}

/* Well before a step began, although lines of different logs may stand a little out of order. */
static bool is_earlier(const struct chain_step *step, const struct event *event)
{
	return event->time_ns != TIME_NONE &&
	       event->time_ns < step->start_ns - EARLIER_S * NS_PER_SEC;
}

static bool is_shown(const struct chain_step *step, const struct event *event)
{
	for (size_t i = 0; i < step->evidence.count; i++) {
		if (step->evidence.items[i] == event) {
			return true;
		}
	}
	return false;
}

/* An effect that went on from before its cause: what was printed before that is not shown with it;
 * the first line after it is. */
static void drop_earlier(const struct draft *draft, struct chain_step *step)
{
	const struct event *first = NULL;
	uint64_t dropped = 0;
	size_t kept = 0;
	for (size_t i = 0; i < draft->episodes.count; i++) {
		const struct episode *episode = draft->episodes.items[i];
		for (size_t j = 0; j < episode->member_count; j++) {
			const struct event *event = episode->members[j];
			bool is_kept = !is_earlier(step, event);
			dropped += !is_kept && episode->kind == draft->kind ? 1 : 0;
			first = is_kept && episode->kind == draft->kind &&
			                        (first == NULL || event->time_ns < first->time_ns)
			                ? event
			                : first;
		}
	}
	for (size_t i = 0; i < step->evidence.count; i++) {
		if (!is_earlier(step, step->evidence.items[i])) {
			step->evidence.items[kept++] = step->evidence.items[i];
		}
	}
	bool is_cut = kept < step->evidence.count;
	step->evidence.count = kept;
	if (is_cut && first != NULL && !is_shown(step, first)) {
		vec_push(&step->evidence, first);
		for (size_t i = step->evidence.count - 1; i > 0; i--) {
			step->evidence.items[i] = step->evidence.items[i - 1];
		}
		step->evidence.items[0] = first;
	}
	step->count -= dropped < step->count ? dropped : step->count - 1;
}

/* Who was at fault for the first loss of a leader inside a step. */
static struct text_both fault_in(const struct reason *reason, const struct draft *draft)
{
	vec_foreach (struct term, term, &reason->findings->terms) {
		if (term->why.in[TEXT_EN].len > 0 && term->end_ns >= draft->start_ns - NS_PER_SEC &&
		    term->end_ns <= draft->end_ns + NS_PER_SEC) {
			return term->why;
		}
	}
	return because_of(reason, STAGE_ELECTION);
}

/* The cause's own words for it, else those that go for every cause. */
static struct text_both draft_because(const struct reason *reason, const struct cause *cause,
                                      const struct draft *draft)
{
	for (size_t i = 0; cause != NULL && i < cause->link_count; i++) {
		const struct cause_link *link = &cause->links[i];
		if (link->because.in[TEXT_EN].len > 0 && kind_is(draft->kind->id, link->kind)) {
			return link->because;
		}
	}
	return draft->stage == STAGE_ELECTION ? fault_in(reason, draft)
	                                      : because_of(reason, draft->stage);
}

static void draft_finish(struct reason *reason, const struct cause *cause,
                         const struct draft *draft, bool is_first)
{
	struct chain_step step = {.kind = draft->kind,
	                          .kind_id = draft->kind->id,
	                          .instance = draft->instance,
	                          .start_ns = draft->start_ns,
	                          .end_ns = draft->end_ns,
	                          .count = draft->count,
	                          .max_took_ns = draft->max_took_ns,
	                          .summary = draft_say(reason, draft)};
	if (!is_first && !draft->is_root) {
		step.because = draft_because(reason, cause, draft);
	}
	draft_prove(reason, draft, &step);
	drop_earlier(draft, &step);
	vec_push(&reason->findings->chain, step);
}

/* ---- the end ---- */

static bool has_stage(const struct drafts *drafts, enum stage stage)
{
	vec_foreach (struct draft, draft, drafts) {
		if (draft->stage == stage) {
			return true;
		}
	}
	return false;
}

/* is_before: of those that begin at the same time it is the first */
static void step_insert(struct reason *reason, const struct chain_step *step, bool is_before)
{
	vec_push(&reason->findings->chain, *step);
	struct chain_step *items = reason->findings->chain.items;
	for (size_t i = reason->findings->chain.count - 1;
	     i > 0 && items[i - 1].start_ns >= items[i].start_ns + (is_before ? 0 : 1); i--) {
		struct chain_step other = items[i - 1];
		items[i - 1] = items[i];
		items[i] = other;
	}
}

/* What somebody says of an end comes before what the next start shows of it. */
static void show_end(const struct stop *stop, struct evidence_list *evidence)
{
	enum { SHOWN_MAX = 3 };
	for (int is_rest = 0; is_rest < 2; is_rest++) {
		for (size_t i = 0; i < stop->evidence.count && evidence->count < SHOWN_MAX; i++) {
			const struct event *event = stop->evidence.items[i];
			if (str_starts(event->kind->id, STR("host.")) != (is_rest == 1)) {
				vec_push(evidence, event);
			}
		}
	}
}

static void end_step(struct reason *reason, struct text_both because)
{
	const struct stop *stop = reason->stop;
	struct chain_step step = {.kind_id = STR("stop"),
	                          .instance = stop->instance,
	                          .start_ns = stop->time_ns,
	                          .end_ns = stop->time_ns,
	                          .count = 1,
	                          .max_took_ns = DURATION_NONE,
	                          .is_inferred = stop->evidence.count == 0,
	                          .because = because,
	                          .summary = both_printf(reason->keep, "the process ended")};
	show_end(stop, &step.evidence);
	step_insert(reason, &step, false);
}

/* A session that was lost without a line that says so. */
static void infer_session(struct reason *reason, bool has_session)
{
	if (reason->stop->how != STOP_SESSION_LOST || has_session ||
	    reason->findings->chain.count == 0) {
		return;
	}
	struct chain_step step = {
		.kind_id = STR("milvus.session.lost"),
		.instance = reason->stop->instance,
		.start_ns = reason->stop->time_ns,
		.end_ns = reason->stop->time_ns,
		.count = 1,
		.max_took_ns = DURATION_NONE,
		.is_inferred = true,
		.because = because_of(reason, STAGE_LOST),
		.summary = both_printf(reason->keep, "the session's lease in etcd ran out")};
	step_insert(reason, &step, true);
}

/* Whether a step shows the very line that tells of the stop. */
static bool shows(const struct draft *draft, const struct event *event)
{
	for (size_t i = 0; i < draft->episodes.count; i++) {
		const struct episode *episode = draft->episodes.items[i];
		for (size_t j = 0; j < episode->member_count; j++) {
			if (episode->members[j] == event) {
				return true;
			}
		}
	}
	return false;
}

static bool says_end(const struct reason *reason, const struct drafts *drafts)
{
	const struct stop *stop = reason->stop;
	vec_foreach (struct draft, draft, drafts) {
		bool is_end =
			draft->stage == STAGE_END || (draft->stage == STAGE_ETCD_END &&
		                                      str_equals(stop->component, STR("etcd")));
		if ((is_end && str_equals(draft->instance, stop->instance)) ||
		    (stop->evidence.count > 0 && shows(draft, stop->evidence.items[0]))) {
			return true;
		}
	}
	return false;
}

void reason_chain(struct reason *reason)
{
	const struct cause *cause = cause_set_find(reason->set, reason->findings->verdict.cause);
	struct drafts drafts = {0};
	if (cause != NULL) {
		collect_drafts(reason, cause, &drafts);
	} else if (str_equals(reason->findings->verdict.cause, STR("unknown"))) {
		collect_seen(reason, &drafts);
	}
	settle_order(&drafts);
	bool has_end = reason->stop == NULL || says_end(reason, &drafts);
	keep_telling(&drafts, (size_t)CHAIN_STEPS_MAX - (has_end ? 0 : 1));
	if (drafts.count > 0) {
		qsort(drafts.items, drafts.count, sizeof(struct draft), compare_drafts);
	}
	vec_foreach (struct draft, draft, &drafts) {
		draft_finish(reason, cause, draft, draft == drafts.items);
	}
	if (reason->stop != NULL && cause != NULL) {
		infer_session(reason,
		              has_stage(&drafts, STAGE_SILENT) || has_stage(&drafts, STAGE_LOST));
	}
	if (!has_end) {
		end_step(reason,
		         cause != NULL ? because_of(reason, STAGE_END) : (struct text_both){0});
	}
	vec_foreach (struct draft, draft, &drafts) {
		vec_finish(&draft->episodes);
	}
	vec_finish(&drafts);
}
