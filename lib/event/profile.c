/* SPDX-License-Identifier: Apache-2.0 */
#include "event/profile.h"

#include "base/vec.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES_MAX = 128 };

static const int64_t undated = INT64_MIN;

void profile_init(struct profile *profile)
{
	*profile = (struct profile){.begin = {.time_ns = TIME_NONE},
	                            .end = {.time_ns = TIME_NONE},
	                            .sample = {.limit = UINT64_MAX}};
}

void profile_finish(struct profile *profile)
{
	vec_finish(profile);
	vec_finish(&profile->sample);
	profile_init(profile);
}

/* Both halves of a product, the fastest way to mix two words well on a 64-bit machine. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ const unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_pair(uint64_t hash, const char *at)
{
	uint64_t words[2];
	memcpy(words, at, sizeof(words));
	return fold(le64toh(words[0]) ^ UINT64_C(0x9fb21c651e98df25), le64toh(words[1]) ^ hash);
}

/* Every record of every log goes through it. The same on every machine. Two halves are hashed side
 * by side: a multiplication need not wait for the one before. */
static uint64_t hash_line(struct str line)
{
	enum { PAIR = 2 * sizeof(uint64_t) };
	const uint64_t key = UINT64_C(0xe7037ed1a0b428db);
	uint64_t hash = key ^ line.len, other = ~key;
	char rest[PAIR] = {0};
	for (; line.len >= 2 * PAIR; line = str_skip(line, 2 * PAIR)) {
		hash = hash_pair(hash, line.ptr);
		other = hash_pair(other, line.ptr + PAIR);
	}
	if (line.len >= PAIR) {
		hash = hash_pair(hash, line.ptr);
		line = str_skip(line, PAIR);
	}
	if (line.len > 0) {
		memcpy(rest, line.ptr, line.len);
	}
	return fold(hash_pair(hash, rest) ^ other, key);
}

uint64_t profile_hash_line(struct str line)
{
	line = str_trim(line);
	return line.len > 0 ? hash_line(line) : 0;
}

uint64_t profile_hash(struct str text)
{
	uint64_t sum = 0;
	while (text.len > 0) {
		ptrdiff_t end = str_find_byte(text, '\n');
		size_t len = end < 0 ? text.len : (size_t)end;
		sum += profile_hash_line(str_slice(text, 0, len));
		text = str_skip(text, len + 1);
	}
	return sum;
}

/* Half as many digits; rounds down, also below zero. */
static int64_t coarser(int64_t index, unsigned by)
{
	return index == undated ? undated : index >> by;
}

static int compare_cells(const struct profile_cell *cell, int64_t index, uint32_t class_number)
{
	if (cell->index != index) {
		return cell->index < index ? -1 : 1;
	}
	return (cell->class_number > class_number) - (cell->class_number < class_number);
}

static void widen(struct profile *profile)
{
	struct profile_cell *cells = profile->items;
	size_t kept = 0;
	profile->width_log2++;
	for (size_t i = 0; i < profile->count; i++) {
		struct profile_cell cell = cells[i];
		cell.index = coarser(cell.index, 1);
		/* classes of the span's two halves are merged like two sorted lists */
		size_t at = kept;
		while (at > 0 && compare_cells(&cells[at - 1], cell.index, cell.class_number) > 0) {
			at--;
		}
		if (at > 0 && compare_cells(&cells[at - 1], cell.index, cell.class_number) == 0) {
			cells[at - 1].count += cell.count;
			cells[at - 1].sum += cell.sum;
			continue;
		}
		memmove(&cells[at + 1], &cells[at], (kept - at) * sizeof(cells[0]));
		cells[at] = cell;
		kept++;
	}
	profile->count = kept;
	profile->last = 0;
}

static size_t find_cell(const struct profile *profile, int64_t index, uint32_t class_number)
{
	size_t low = 0, high = profile->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_cells(&profile->items[middle], index, class_number) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static struct profile_cell *cell_of(struct profile *profile, int64_t index, uint32_t class_number)
{
	size_t at = profile->last;
	if (at < profile->count && compare_cells(&profile->items[at], index, class_number) == 0) {
		return &profile->items[at];
	}
	at = find_cell(profile, index, class_number);
	if (at == profile->count || compare_cells(&profile->items[at], index, class_number) != 0) {
		vec_reserve(profile);
		memmove(&profile->items[at + 1], &profile->items[at],
		        (profile->count - at) * sizeof(profile->items[0]));
		profile->items[at] =
			(struct profile_cell){.index = index, .class_number = class_number};
		profile->count++;
	}
	profile->last = at;
	return &profile->items[at];
}

static int64_t second_of(int64_t time_ns)
{
	return time_ns / NS_PER_SEC - (time_ns % NS_PER_SEC < 0 ? 1 : 0);
}

static void edge_add(struct profile_edge *edge, int64_t time_ns, uint64_t hash, bool is_beyond)
{
	if (edge->time_ns == TIME_NONE || is_beyond) {
		edge->time_ns = time_ns;
		edge->count = 0;
	}
	if (edge->time_ns == time_ns && edge->count < PROFILE_EDGE_MAX) {
		edge->hashes[edge->count++] = hash;
	}
}

bool profile_edge_has(const struct profile_edge *edge, uint64_t hash)
{
	for (unsigned i = 0; i < edge->count; i++) {
		if (edge->hashes[i] == hash) {
			return true;
		}
	}
	return false;
}

static void sample_add(struct profile_sample *sample, uint64_t hash)
{
	if (hash > sample->limit) {
		return;
	}
	vec_push(sample, hash);
	while (sample->count > PROFILE_SAMPLE_MAX && sample->limit > 0) {
		size_t kept = 0;
		sample->limit /= 2;
		for (size_t i = 0; i < sample->count; i++) {
			if (sample->items[i] <= sample->limit) {
				sample->items[kept++] = sample->items[i];
			}
		}
		sample->count = kept;
	}
}

void profile_add(struct profile *profile, unsigned class_number, int64_t time_ns, bool is_own,
                 uint64_t hash)
{
	int64_t index = undated;
	if (time_ns != TIME_NONE) {
		index = coarser(second_of(time_ns), profile->width_log2);
		edge_add(&profile->begin, time_ns, hash, time_ns < profile->begin.time_ns);
		edge_add(&profile->end, time_ns, hash, time_ns > profile->end.time_ns);
	}
	if (is_own) {
		sample_add(&profile->sample, hash);
	}
	struct profile_cell *cell = cell_of(profile, index, class_number % CLASSES_MAX);
	cell->count++;
	cell->sum += hash;
	while (profile->count > PROFILE_CELLS_MAX) {
		widen(profile);
	}
}

/* ---- comparing ---- */

/* The cells of a profile at a coarser width, one after the other. */
struct walk {
	const struct profile *profile;
	unsigned by;
	size_t at;
	struct profile_cell span[CLASSES_MAX]; /* of the span at hand, by class */
	size_t count;
};

static bool walk_next(struct walk *walk)
{
	const struct profile *profile = walk->profile;
	walk->count = 0;
	if (walk->at >= profile->count) {
		return false;
	}
	int64_t index = coarser(profile->items[walk->at].index, walk->by);
	for (; walk->at < profile->count &&
	       coarser(profile->items[walk->at].index, walk->by) == index;
	     walk->at++) {
		const struct profile_cell *cell = &profile->items[walk->at];
		size_t at = walk->count;
		while (at > 0 && walk->span[at - 1].class_number > cell->class_number) {
			at--;
		}
		if (at > 0 && walk->span[at - 1].class_number == cell->class_number) {
			walk->span[at - 1].count += cell->count;
			walk->span[at - 1].sum += cell->sum;
			continue;
		}
		memmove(&walk->span[at + 1], &walk->span[at],
		        (walk->count - at) * sizeof(walk->span[0]));
		walk->span[at] = *cell;
		walk->span[at].index = index;
		walk->count++;
	}
	return true;
}

struct comparison {
	struct profile_match match;
	int64_t low, high;             /* spans at the ends of what both cover */
	uint64_t seen[2][CLASSES_MAX]; /* records in the time of both, by class */
	uint64_t compared[CLASSES_MAX], agreed[CLASSES_MAX];
};

static void see(struct comparison *to, unsigned side, const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++) {
		to->seen[side][walk->span[i].class_number] += walk->span[i].count;
	}
}

static bool is_covered(const struct comparison *to, int64_t index)
{
	return index == undated || (index >= to->low && index <= to->high);
}

/* Count the second one's records of a span; at the ends, and without times, only if they agree. */
static void compare_span(struct comparison *to, const struct walk *whole, const struct walk *part)
{
	int64_t index = part->span[0].index;
	bool is_inner = index != undated && index > to->low && index < to->high;
	for (size_t i = 0; i < part->count; i++) {
		const struct profile_cell *cell = &part->span[i];
		bool is_same = false;
		for (size_t j = 0; whole != NULL && j < whole->count; j++) {
			const struct profile_cell *other = &whole->span[j];
			is_same |= other->class_number == cell->class_number &&
			           other->count == cell->count && other->sum == cell->sum;
		}
		to->agreed[cell->class_number] += is_same ? cell->count : 0;
		to->compared[cell->class_number] += is_same || is_inner ? cell->count : 0;
	}
}

static void compare_spans(struct comparison *to, struct walk *whole, struct walk *part)
{
	bool has_whole = walk_next(whole), has_part = walk_next(part);
	while (has_part || has_whole) {
		int64_t left = has_whole ? whole->span[0].index : INT64_MAX;
		int64_t right = has_part ? part->span[0].index : INT64_MAX;
		if (has_whole && left <= right && is_covered(to, left)) {
			see(to, 0, whole);
		}
		if (has_part && right <= left && is_covered(to, right)) {
			see(to, 1, part);
			compare_span(to, left == right ? whole : NULL, part);
		}
		has_whole = left <= right ? walk_next(whole) : has_whole;
		has_part = right <= left ? walk_next(part) : has_part;
	}
}

static void sum_up(struct comparison *to)
{
	for (size_t i = 0; i < CLASSES_MAX; i++) {
		if (to->seen[0][i] > 0 && to->seen[1][i] > 0) {
			to->match.compared += to->compared[i];
			to->match.agreed += to->agreed[i];
		} else {
			to->match.only[0] += to->seen[0][i];
			to->match.only[1] += to->seen[1][i];
		}
	}
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Records of a class in a span of the comparison's width. */
static struct profile_cell sum_span(const struct profile *profile, unsigned by, int64_t index,
                                    uint32_t class_number)
{
	struct profile_cell sum = {.index = index, .class_number = class_number};
	int64_t first = (int64_t)((uint64_t)index << by);
	for (size_t i = find_cell(profile, first, 0); i < profile->count; i++) {
		const struct profile_cell *cell = &profile->items[i];
		if (coarser(cell->index, by) != index) {
			break;
		}
		if (cell->class_number == class_number) {
			sum.count += cell->count;
			sum.sum += cell->sum;
		}
	}
	return sum;
}

/* Whether a few spans say that these have nothing in common. */
static bool is_surely_other(const struct comparison *to, const struct walk walks[2])
{
	enum { PROBES = 16, PROBES_MIN = 8 };
	const struct profile *part = walks[1].profile;
	unsigned probed = 0;
	for (size_t i = 0; i < PROBES; i++) {
		const struct profile_cell *cell = &part->items[part->count * i / PROBES];
		int64_t index = coarser(cell->index, walks[1].by);
		if (index <= to->low || index >= to->high) {
			continue;
		}
		struct profile_cell one =
			sum_span(walks[0].profile, walks[0].by, index, cell->class_number);
		struct profile_cell other = sum_span(part, walks[1].by, index, cell->class_number);
		if (one.count == other.count && one.sum == other.sum) {
			return false;
		}
		probed++;
	}
	return probed >= PROBES_MIN;
}

struct profile_match profile_compare(const struct profile *whole, const struct profile *part)
{
	unsigned width =
		whole->width_log2 > part->width_log2 ? whole->width_log2 : part->width_log2;
	struct comparison to = {.match = {.from_ns = TIME_NONE, .to_ns = TIME_NONE},
	                        .low = INT64_MAX,
	                        .high = INT64_MIN};
	if (whole->begin.time_ns != TIME_NONE && part->begin.time_ns != TIME_NONE) {
		to.match.from_ns = later(whole->begin.time_ns, part->begin.time_ns);
		to.match.to_ns = earlier(whole->end.time_ns, part->end.time_ns);
		to.low = coarser(second_of(to.match.from_ns), width);
		to.high = coarser(second_of(to.match.to_ns), width);
	}
	to.match.is_inside =
		part->begin.time_ns == TIME_NONE ||
		(whole->begin.time_ns != TIME_NONE && whole->begin.time_ns <= part->begin.time_ns &&
	         part->end.time_ns <= whole->end.time_ns);
	if (to.low > to.high && part->begin.time_ns != TIME_NONE) {
		return to.match;
	}
	struct walk walks[2] = {{.profile = whole, .by = width - whole->width_log2},
	                        {.profile = part, .by = width - part->width_log2}};
	if (part->count > 0 && is_surely_other(&to, walks)) {
		return to.match;
	}
	compare_spans(&to, &walks[0], &walks[1]);
	sum_up(&to);
	return to.match;
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

static void sort_sample(struct profile_sample *sample)
{
	if (!sample->is_sorted && sample->count > 0) {
		qsort(sample->items, sample->count, sizeof(sample->items[0]), compare_hashes);
	}
	sample->is_sorted = true;
}

bool profile_is_picked(struct profile *whole, struct profile *part)
{
	enum { LEAST = 3, LOST_ONE_OF = 20, LOST_EARLY = 4 };
	uint64_t limit =
		whole->sample.limit < part->sample.limit ? whole->sample.limit : part->sample.limit;
	size_t seen = 0, lost = 0;
	sort_sample(&whole->sample);
	sort_sample(&part->sample);
	for (; seen < part->sample.count && part->sample.items[seen] <= limit; seen++) {
		const uint64_t *hash = &part->sample.items[seen];
		bool is_known = whole->sample.count > 0 &&
		                bsearch(hash, whole->sample.items, whole->sample.count,
		                        sizeof(*hash), compare_hashes) != NULL;
		lost += is_known ? 0 : 1;
		if (lost > LOST_EARLY + seen / LOST_ONE_OF) {
			return false;
		}
	}
	return seen >= LEAST && lost <= seen / LOST_ONE_OF;
}
