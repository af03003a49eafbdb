/* SPDX-License-Identifier: Apache-2.0 */
#include "line/wrapper.h"

#include "base/vec.h"
#include "line/clean.h"
#include "line/shape.h"

#include <assert.h>
#include <string.h>

const struct wrapper *const wrapper_table[] = {
	&wrapper_docker_json,
	&wrapper_cri,
	&wrapper_kubectl,
	&wrapper_compose,
	&wrapper_syslog,
	&wrapper_timestamps,
	&wrapper_journal_export,
	&wrapper_csv,
	&wrapper_grafana_text,
	&wrapper_logcli,
	&wrapper_loki,
	&wrapper_json_table,
	&wrapper_stern,
	&wrapper_node,
	&wrapper_logrus,
	&wrapper_powershell,
	&wrapper_panel,
	&wrapper_tsv,
	&wrapper_heading,
	&wrapper_grep,
	&wrapper_line_number,
	&wrapper_markdown,
	&wrapper_html,
	&wrapper_ansi,
	&wrapper_json_export,
	&wrapper_quoted,
	&wrapper_link,
	&wrapper_prefix,
	NULL,
};

/* ---- what wrappers do ---- */

void wrap_give(struct wrap_context *context, const struct wrap *wrap)
{
	vec_push(&context->given, *wrap);
}

void wrap_set_heading(struct wrap_context *context, const struct line_source *source)
{
	enum { HEADINGS_MAX = 4096 };
	if (context->headings++ < HEADINGS_MAX) {
		context->heading = (struct line_source){arena_str(context->keep, source->container),
		                                        arena_str(context->keep, source->pod),
		                                        arena_str(context->keep, source->space),
		                                        arena_str(context->keep, source->host),
		                                        arena_str(context->keep, source->unit)};
	}
}

void wrap_set_time(struct wrap *wrap, int64_t time_ns, enum clock_zone zone)
{
	bool is_worse = wrap->outer_ns != TIME_NONE && wrap->outer_zone != CLOCK_ZONE_NONE &&
	                zone == CLOCK_ZONE_NONE;
	if (time_ns != TIME_NONE && !is_worse) {
		wrap->outer_ns = time_ns;
		wrap->outer_zone = zone;
	}
}

int64_t wrap_parse_time(struct str text, enum clock_zone *zone)
{
	struct stamp stamp;
	if (stamp_read(text, &stamp) || stamp_read_console(text, &stamp)) {
		*zone = stamp.zone;
		return stamp.time_ns;
	}
	*zone = CLOCK_ZONE_UTC;
	return clock_parse_epoch(text);
}

/* Parts of "my-release-etcd-0_milvus_etcd-4f1e...64hex.log". */
static bool source_from_link(struct line_source *source, struct str name)
{
	struct str pod, rest, space, container;
	if (!str_cut(name, STR("_"), &pod, &rest) || !str_cut(rest, STR("_"), &space, &container)) {
		return false;
	}
	ptrdiff_t dash = str_find_last_byte(container, '-');
	source->pod = pod;
	source->space = space;
	source->container = dash < 0 ? container : str_slice(container, 0, (size_t)dash);
	return true;
}

bool wrap_source_from_path(struct line_source *source, struct str path)
{
	ptrdiff_t at = str_find(path, STR("/log/containers/"));
	if (at >= 0) {
		return source_from_link(source, str_skip(path, (size_t)at + 16));
	}
	at = str_find(path, STR("/log/pods/"));
	struct str rest, pod, container, space;
	if (at < 0 || !str_cut(str_skip(path, (size_t)at + 10), STR("/"), &pod, &rest) ||
	    !str_cut(rest, STR("/"), &container, NULL) || !str_cut(pod, STR("_"), &space, &rest)) {
		return false;
	}
	str_cut(rest, STR("_"), &source->pod, NULL);
	source->space = space;
	source->container = container;
	return true;
}

/* ---- the wrappers of a stream ---- */

static void add_first(struct wrappers *wrappers, size_t number)
{
	const char *first = wrapper_table[number]->first;
	uint64_t bit = UINT64_C(1) << number;
	for (size_t i = 0; first != NULL && first[i] != '\0'; i++) {
		unsigned char from = (unsigned char)first[i], to = from;
		if (first[i + 1] == '-' && first[i + 2] != '\0') {
			to = (unsigned char)first[i + 2];
			i += 2;
		}
		for (unsigned byte = from; byte <= to; byte++) {
			wrappers->by_first[byte] |= bit;
		}
	}
	for (size_t byte = 0; first == NULL && byte < 256; byte++) {
		wrappers->by_first[byte] |= bit;
	}
}

void wrappers_init(struct wrappers *wrappers, struct arena *tmp, struct arena *keep,
                   int64_t modified_ns)
{
	*wrappers = (struct wrappers){
		.context = {.tmp = tmp, .keep = keep, .years = {modified_ns, TIME_NONE}},
		.owner = -1};
	for (size_t i = 0; i < WRAP_DEPTH_MAX; i++) {
		wrappers->guess[i] = -1;
	}
	for (size_t i = 0; wrapper_table[i] != NULL; i++) {
		size_t size = wrapper_table[i]->state_size;
		wrappers->states[i] = size > 0 ? arena_alloc(keep, size, 16) : NULL;
		add_first(wrappers, i);
	}
}

void wrappers_finish(struct wrappers *wrappers)
{
	for (size_t i = 0; wrapper_table[i] != NULL; i++) {
		if (wrapper_table[i]->finish != NULL) {
			wrapper_table[i]->finish(wrappers->states[i]);
		}
	}
	vec_finish(&wrappers->context.given);
}

static void learn(struct wrappers *wrappers, struct str line)
{
	for (size_t i = 0; wrapper_table[i] != NULL; i++) {
		if (wrapper_table[i]->learn != NULL) {
			wrapper_table[i]->learn(&wrappers->context, wrappers->states[i], line);
		}
	}
}

/* Colours stand anywhere, also before what others know their lines by. */
void wrappers_learn(struct wrappers *wrappers, struct str line)
{
	struct wrap wrap = {.text = line};
	if (wrapper_ansi.bid(&wrappers->context, NULL, line) > 0) {
		wrapper_ansi.peel(&wrappers->context, NULL, &wrap);
	}
	learn(wrappers, wrap.text);
}

static bool may_be_wrapped(const struct wrappers *wrappers, struct str line)
{
	return line.len > 0 &&
	       (wrappers->context.has_entities || !shape_is_plain(line) ||
	        str_find_byte(line, '\x1b') >= 0 || clean_find_link(line) < line.len);
}

bool wrappers_bid(const struct wrappers *wrappers, struct str line)
{
	if (wrappers->owner >= 0 || wrappers->context.has_entities) {
		return true;
	}
	if (line.len == 0 || shape_is_plain(line)) {
		return false;
	}
	uint64_t left = wrappers->by_first[(unsigned char)line.ptr[0]];
	for (; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left);
		if (wrapper_table[i]->bid(&wrappers->context, wrappers->states[i], line) > 0) {
			return true;
		}
	}
	return false;
}

static int bid_of(const struct wrappers *wrappers, int number, struct str line)
{
	const struct wrapper *wrapper = wrapper_table[number];
	int bid = wrapper->bid(&wrappers->context, wrappers->states[number], line);
	assert(bid <= wrapper->bid_max);
	return bid;
}

/* The highest bid of those left, ties by table order; -1: nobody bids. The one that won last time
 * (-1: none) is asked first, since it mostly wins again; then only those that may outbid it. */
static int find_highest(const struct wrappers *wrappers, uint64_t left, int guess, struct str line)
{
	int best = -1, highest = 0;
	if (guess >= 0 && (left >> guess & 1) != 0) {
		highest = bid_of(wrappers, guess, line);
		best = highest > 0 ? guess : -1;
		left &= ~(UINT64_C(1) << guess);
	}
	for (; left != 0; left &= left - 1) {
		int i = __builtin_ctzll(left), most = wrapper_table[i]->bid_max;
		if (most < highest || (most == highest && i > best)) {
			continue;
		}
		int bid = bid_of(wrappers, i, line);
		if (bid > highest || (bid == highest && bid > 0 && i < best)) {
			highest = bid;
			best = i;
		}
	}
	return best;
}

/* Let a wrapper try, and note it when it was one. */
static enum wrap_result try_peel(struct wrappers *wrappers, int number, struct wrap *wrap)
{
	struct wrap before = *wrap;
	size_t given = wrappers->context.given.count;
	wrap->stack[wrap->depth++] = (uint8_t)number;
	enum wrap_result result =
		wrapper_table[number]->peel(&wrappers->context, wrappers->states[number], wrap);
	if (result == WRAP_REFUSED) {
		*wrap = before;
		wrappers->context.given.count = given;
	}
	return result;
}

static enum wrap_result peel_owned(struct wrappers *wrappers, struct wrap *wrap)
{
	enum wrap_result result = try_peel(wrappers, wrappers->owner, wrap);
	wrappers->owner = result == WRAP_HELD ? wrappers->owner : -1;
	return result;
}

enum wrap_result wrappers_peel(struct wrappers *wrappers, struct wrap *wrap)
{
	if (wrap->depth == 0 && wrappers->owner >= 0) {
		enum wrap_result result = peel_owned(wrappers, wrap);
		if (result != WRAP_REFUSED) {
			return result;
		}
	}
	if (wrap->is_bare || wrap->depth >= WRAP_DEPTH_MAX ||
	    !may_be_wrapped(wrappers, wrap->text)) {
		return WRAP_REFUSED;
	}
	size_t depth = wrap->depth;
	int guess = wrappers->guess[depth];
	if (guess >= 0 && wrapper_table[guess]->is_sure) {
		enum wrap_result result = try_peel(wrappers, guess, wrap);
		if (result != WRAP_REFUSED) {
			return result;
		}
	}
	uint64_t left = wrappers->by_first[(unsigned char)wrap->text.ptr[0]];
	while (left != 0) {
		int number = find_highest(wrappers, left, guess, wrap->text);
		if (number < 0) {
			break;
		}
		enum wrap_result result = try_peel(wrappers, number, wrap);
		if (result != WRAP_REFUSED) {
			wrappers->guess[depth] = number;
			wrappers->owner =
				result == WRAP_HELD && depth == 0 ? number : wrappers->owner;
			return result;
		}
		left &= ~(UINT64_C(1) << number);
	}
	return WRAP_REFUSED;
}

void wrappers_end(struct wrappers *wrappers)
{
	wrappers->context.is_ended = true;
	for (size_t i = 0; wrapper_table[i] != NULL; i++) {
		if (wrapper_table[i]->end != NULL) {
			wrapper_table[i]->end(&wrappers->context, wrappers->states[i]);
		}
	}
	wrappers->owner = -1;
}
