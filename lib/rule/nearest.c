/* SPDX-License-Identifier: Apache-2.0 */

/* Rules that sound like something: by the words of their wordings, by the letters of their ids. */

#include "base/vec.h"
#include "rule/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64, WORD_MIN = 3, ID_MAX = 96 };

#define SCORE_MIN                                                                                  \
	0.34 /* share of words that two texts have in common, from which they sound alike */

/** A word of a wording. */
struct posting {
	uint64_t word; /* hash */
	uint32_t wording;
};

struct rule_index {
	struct {
		struct posting *items; /* by word */
		size_t count, capacity;
	} postings;
	struct {
		struct index_wording {
			const struct rule *rule;
			double weight; /* of all its words */
			double common; /* with the text that is looked up */
		} * items;
		size_t count, capacity;
	} wordings;
};

struct words {
	uint64_t items[WORDS_MAX];
	size_t count;
};

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte & 0x80) != 0;
}

static void add_word(struct words *words, struct str word)
{
	char lower[32];
	if (word.len < WORD_MIN || word.len > sizeof(lower)) {
		return;
	}
	for (size_t i = 0; i < word.len; i++) {
		bool is_upper = word.ptr[i] >= 'A' && word.ptr[i] <= 'Z';
		lower[i] = is_upper ? (char)(word.ptr[i] | 0x20) : word.ptr[i];
	}
	uint64_t hash = str_hash((struct str){lower, word.len});
	for (size_t i = 0; i < words->count; i++) {
		if (words->items[i] == hash) {
			return;
		}
	}
	if (words->count < WORDS_MAX) {
		words->items[words->count++] = hash;
	}
}

/** Runs of letters; of a pattern without what follows a backslash and without names of groups. */
static struct words words_of(struct str text, bool is_pattern)
{
	struct words words = {.count = 0};
	size_t at = 0;
	while (at < text.len) {
		size_t from = at;
		if (is_pattern && text.ptr[at] == '\\') {
			at += 2;
		} else if (is_pattern && str_starts(str_skip(text, at), STR("(?<"))) {
			ptrdiff_t end = str_find_byte(str_skip(text, at), '>');
			at += end < 0 ? 3 : (size_t)end + 1;
		} else if (!is_letter(text.ptr[at])) {
			at++;
		} else {
			while (at < text.len && is_letter(text.ptr[at])) {
				at++;
			}
			add_word(&words, str_slice(text, from, at));
		}
	}
	return words;
}

static int compare_postings(const void *a, const void *b)
{
	const struct posting *left = a, *right = b;
	if (left->word != right->word) {
		return left->word < right->word ? -1 : 1;
	}
	return (left->wording > right->wording) - (left->wording < right->wording);
}

/** First posting of a word or what comes behind it. */
static size_t find_word(const struct rule_index *index, uint64_t word)
{
	size_t low = 0, high = index->postings.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (index->postings.items[middle].word < word) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static size_t count_word(const struct rule_index *index, size_t first, uint64_t word)
{
	size_t end = first;
	while (end < index->postings.count && index->postings.items[end].word == word) {
		end++;
	}
	return end - first;
}

/** The rarer a word, the more it says; one that no rule has counts as the rarest. */
static double weight_of(size_t count)
{
	return 1 / sqrt((double)(count == 0 ? 1 : count));
}

struct rule_index *rule_index_create(const struct rule_pack *pack)
{
	struct rule_index *index = memory_resize(NULL, sizeof(*index));
	*index = (struct rule_index){0};
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		const struct rule *rule = rule_pack_rule(pack, i);
		for (size_t j = 0; j < rule->match_count; j++) {
			const struct rule_match *match = &rule->matches[j];
			bool is_pattern = match->how == RULE_PATTERN;
			struct words words = words_of(rule_wording(rule, j).text, is_pattern);
			uint32_t number = (uint32_t)index->wordings.count;
			vec_push(&index->wordings, (struct index_wording){.rule = rule});
			for (size_t k = 0; k < words.count; k++) {
				vec_push(&index->postings,
				         (struct posting){words.items[k], number});
			}
		}
	}
	if (index->postings.count > 0) {
		qsort(index->postings.items, index->postings.count, sizeof(struct posting),
		      compare_postings);
	}
	for (size_t i = 0; i < index->postings.count;) {
		size_t count = count_word(index, i, index->postings.items[i].word);
		for (size_t j = i; j < i + count; j++) {
			index->wordings.items[index->postings.items[j].wording].weight +=
				weight_of(count);
		}
		i += count;
	}
	return index;
}

void rule_index_destroy(struct rule_index *index)
{
	if (index != NULL) {
		vec_finish(&index->postings);
		vec_finish(&index->wordings);
		memory_free(index);
	}
}

/** Adds up what each wording has in common with the words. Returns: weight of all the words. */
static double add_common(struct rule_index *index, const struct words *words)
{
	double weight = 0;
	vec_foreach (struct index_wording, wording, &index->wordings) {
		wording->common = 0;
	}
	for (size_t i = 0; i < words->count; i++) {
		size_t first = find_word(index, words->items[i]);
		size_t count = count_word(index, first, words->items[i]);
		weight += weight_of(count);
		for (size_t j = first; j < first + count; j++) {
			index->wordings.items[index->postings.items[j].wording].common +=
				weight_of(count);
		}
	}
	return weight;
}

size_t rule_index_nearest(struct rule_index *index, struct str text, const struct rule **rules,
                          size_t max)
{
	struct words words = words_of(text, false);
	double weight = add_common(index, &words);
	size_t count = 0;
	while (count < max) {
		const struct index_wording *best = NULL;
		double best_score = SCORE_MIN;
		vec_foreach (struct index_wording, wording, &index->wordings) {
			double score =
				wording->common / (weight + wording->weight - wording->common);
			bool is_new = true;
			for (size_t i = 0; i < count; i++) {
				is_new = is_new && rules[i] != wording->rule;
			}
			if (wording->common > 0 && is_new && score > best_score) {
				best = wording;
				best_score = score;
			}
		}
		if (best == NULL) {
			break;
		}
		rules[count++] = best->rule;
	}
	return count;
}

/* ---- ids ---- */

size_t rule_edit_distance(struct str a, struct str b)
{
	size_t row[ID_MAX + 1];
	if (a.len > ID_MAX || b.len > ID_MAX) {
		return SIZE_MAX;
	}
	for (size_t j = 0; j <= b.len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = diagonal + (a.ptr[i - 1] == b.ptr[j - 1] ? 0 : 1);
			size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			diagonal = row[j];
			row[j] = change < other ? change : other;
		}
	}
	return row[b.len];
}

const struct rule *rule_pack_suggest(const struct rule_pack *pack, struct str id)
{
	const struct rule *best = NULL;
	size_t least = id.len / 3 + 1; /* a third of it may be wrong */
	for (size_t i = 0; i < rule_pack_count(pack); i++) {
		const struct rule *rule = rule_pack_rule(pack, i);
		size_t distance = rule_edit_distance(id, rule->kind.id);
		if (distance < least) {
			best = rule;
			least = distance;
		}
	}
	return best;
}
