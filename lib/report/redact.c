/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, and what stands for it. */
#include "report/redact.h"

#include "base/vec.h"

#include <string.h>

enum { LEARNED_MIN = 3, LEARNED_MAX = 256, ID_MIN = 6 };

static const struct {
	struct text_both many;
	const char *one; /* in English; Chinese does not tell them apart */
} kind_names[REDACT_KIND_COUNT] = {
	[REDACT_SECRET] = {TEXT_BOTH("secrets"), "secret"},
	[REDACT_USER] = {TEXT_BOTH("user names"), "user name"},
	[REDACT_DATA] = {TEXT_BOTH("names of collections, databases or buckets"),
                         "name of a collection, database or bucket"},
	[REDACT_NAME] = {TEXT_BOTH("names of hosts, pods, folders or keys"),
                         "name of a host, pod, folder or key"},
	[REDACT_ADDRESS] = {TEXT_BOTH("addresses"), "address"},
	[REDACT_ID] = {TEXT_BOTH("ids"), "id"},
};
static const char *const prefixes[REDACT_KIND_COUNT] = {
	[REDACT_SECRET] = "secret", [REDACT_USER] = "user",  [REDACT_DATA] = "data",
	[REDACT_NAME] = "name",     [REDACT_ADDRESS] = "ip", [REDACT_ID] = "id",
};

struct redactor *redactor_create(const unsigned char *key)
{
	struct redactor *redactor = memory_resize(NULL, sizeof(*redactor));
	*redactor = (struct redactor){0};
	memcpy(redactor->key, key, sizeof(redactor->key));
	return redactor;
}

void redactor_destroy(struct redactor *redactor)
{
	if (redactor == NULL) {
		return;
	}
	map_finish(&redactor->learned);
	map_finish(&redactor->encoded);
	map_finish(&redactor->labels);
	map_finish(&redactor->counted);
	arena_finish(&redactor->keep);
	arena_finish(&redactor->tmp);
	memory_free(redactor);
}

/* In lower case. Lifetime: tmp's */
static struct str low_of(struct redactor *redactor, struct str text)
{
	char *low = arena_array(&redactor->tmp, char, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		low[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	return (struct str){low, text.len};
}

void redact_count(struct redactor *redactor, enum redact_kind kind, struct str text)
{
	void **place = map_put(&redactor->counted, text);
	if (*place == NULL) {
		*place = redactor;
		redactor->counts[kind]++;
	}
}

bool redact_find(const struct redactor *redactor, struct str text, enum redact_kind *kind)
{
	char low[LEARNED_MAX];
	if (text.len < LEARNED_MIN || text.len > sizeof(low)) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		low[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	uintptr_t found = (uintptr_t)map_get(&redactor->learned, (struct str){low, text.len});
	*kind = (enum redact_kind)(found > 0 ? found - 1 : 0);
	return found > 0 && (redactor->is_log || !redact_is_word(text));
}

/* ---- base64 of what was found ---- */

static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct str base64_of(struct redactor *redactor, struct str text)
{
	char *out = arena_array(&redactor->tmp, char, text.len * 2 + 4);
	size_t len = 0;
	uint32_t bits = 0, held = 0;
	for (size_t i = 0; i < text.len; i++) {
		bits = bits << 8 | (unsigned char)text.ptr[i];
		for (held += 8; held >= 6; held -= 6) {
			out[len++] = base64_digits[bits >> (held - 6) & 63];
		}
	}
	if (held > 0) {
		out[len++] = base64_digits[bits << (6 - held) & 63];
	}
	return (struct str){out, len};
}

void redact_learn(struct redactor *redactor, enum redact_kind kind, struct str text)
{
	if (text.len < LEARNED_MIN || text.len > LEARNED_MAX) {
		return;
	}
	void **place = map_put(&redactor->learned, low_of(redactor, text));
	uintptr_t was = (uintptr_t)*place;
	if (was == 0 || was > (uintptr_t)kind + 1) {
		*place = (void *)((uintptr_t)kind + 1);
	}
	for (size_t i = 0; i < text.len; i++) {
		redactor->has_far |= (unsigned char)text.ptr[i] >= 0x80;
	}
	if (was == 0) {
		struct str encoded = base64_of(redactor, text);
		void **other = map_put(&redactor->encoded, encoded);
		struct str *plain = arena_new(&redactor->keep, struct str);
		*plain = arena_str(&redactor->keep, text);
		*other = plain;
	}
}

void redactor_learn(struct redactor *redactor, struct str text, enum redact_kind kind)
{
	redact_learn(redactor, kind, text);
	arena_reset(&redactor->tmp);
}

bool redactor_learned(const struct redactor *redactor, size_t number, struct str *text,
                      enum redact_kind *kind)
{
	if (number >= redactor->learned.count) {
		return false;
	}
	*text = redactor->learned.items[number].key;
	*kind = (enum redact_kind)((uintptr_t)redactor->learned.items[number].value - 1);
	return true;
}

/* ---- pseudonyms ---- */

void redact_add_name(struct redactor *redactor, enum redact_kind kind, struct str text,
                     struct buf *out)
{
	static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789";
	struct str low = low_of(redactor, text);
	struct keyed_hash hash = keyed_hash_of(redactor->key, "name", low);
	enum redact_kind known;
	kind = redact_find(redactor, text, &known) ? known : kind;
	redact_count(redactor, kind, low);
	buf_printf(out, "%s-", prefixes[kind]);
	for (size_t i = 0; i < 8; i++) { /* 40 bits */
		buf_byte(out, digits[hash.bytes[i] & 31]);
	}
}

static uint64_t number_for(struct redactor *redactor, uint64_t number)
{
	char bytes[8];
	for (size_t i = 0; i < 8; i++) {
		bytes[i] = (char)(number >> (i * 8));
	}
	struct keyed_hash hash = keyed_hash_of(redactor->key, "number", (struct str){bytes, 8});
	uint64_t other = 0;
	for (size_t i = 0; i < 8; i++) {
		other = other << 8 | hash.bytes[i];
	}
	/* as long in hex, and of the same sign, so that it stands for both spellings */
	unsigned bits = 64 - (unsigned)__builtin_clzll(number | 1);
	uint64_t top = UINT64_C(1) << (bits - 1);
	return (other & (top - 1)) | top;
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Hex digits that are no number: a digest, a UUID. */
static void add_long_hex(struct redactor *redactor, struct str text, struct buf *out)
{
	struct str low = low_of(redactor, text);
	struct keyed_hash hash = keyed_hash_of(redactor->key, "hex", low);
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = hash.bytes[i / 2 % KEYED_HASH_BYTES] >> (i % 2 * 4) & 15;
		buf_byte(out, text.ptr[i] == '-' ? '-' : "0123456789abcdef"[digit]);
	}
	redact_count(redactor, REDACT_ID, low);
}

bool redact_add_id(struct redactor *redactor, struct str text, struct buf *out)
{
	uint64_t number;
	struct str prefix = {text.ptr, 0};
	if (str_starts(text, STR("0x")) || str_starts(text, STR("0X"))) {
		prefix.len = 2;
		text = str_skip(text, 2);
	}
	bool is_decimal = prefix.len == 0 && str_to_uint64(text, &number);
	if (text.len < ID_MIN) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		bool is_mark = text.len == 36 && text.ptr[i] == '-';
		if (!is_hex_digit(text.ptr[i]) && !is_mark) {
			return false;
		}
	}
	buf_add(out, prefix);
	if (!is_decimal && !str_to_hex64(text, &number)) {
		add_long_hex(redactor, text, out);
		return true;
	}
	char shown[24];
	uint64_t other = number_for(redactor, number);
	struct buf counted = {0};
	buf_printf(&counted, "%llu", (unsigned long long)number);
	redact_count(redactor, REDACT_ID, buf_str(&counted));
	buf_clear(&counted);
	buf_printf(&counted, is_decimal ? "%llu" : "%llx", (unsigned long long)other);
	for (size_t i = counted.len; !is_decimal && i < text.len && i < sizeof(shown); i++) {
		buf_byte(out, '0');
	}
	buf_add(out, buf_str(&counted));
	buf_finish(&counted);
	return true;
}

/* ---- the key ---- */

struct hashes {
	struct keyed_hash *items;
	size_t count, capacity;
};

static void add_source(struct hashes *hashes, const struct source *source)
{
	static const unsigned char no_key[KEYED_HASH_BYTES] = {0};
	struct buf text = {0};
	buf_printf(&text, "%llu %llu ", (unsigned long long)source->bytes,
	           (unsigned long long)source->lines);
	for (size_t i = 0; i < source->profile.count; i++) {
		const struct profile_cell *cell = &source->profile.items[i];
		buf_printf(&text, " %lld %u %u %llx", (long long)cell->index, cell->class_number,
		           cell->count, (unsigned long long)cell->sum);
	}
	vec_push(hashes, keyed_hash_of(no_key, "source", buf_str(&text)));
	buf_finish(&text);
}

/* Their sum: in whatever order they came. */
static void add_up(const struct hashes *hashes, unsigned char *key)
{
	memset(key, 0, KEYED_HASH_BYTES);
	vec_foreach (const struct keyed_hash, hash, hashes) {
		unsigned carry = 0;
		for (size_t i = 0; i < KEYED_HASH_BYTES; i++) {
			carry += (unsigned)key[i] + hash->bytes[i];
			key[i] = (unsigned char)carry;
			carry >>= 8;
		}
	}
}

void redactor_derive_key(const struct digest *digest, struct str more, unsigned char *key)
{
	struct hashes hashes = {0};
	const struct source *sources = NULL;
	size_t count = 0;
	if (digest != NULL) {
		sources = digest->inputs != NULL ? digest->inputs : digest->sources;
		count = digest->inputs != NULL ? digest->input_count : digest->source_count;
	}
	for (size_t i = 0; i < count; i++) {
		add_source(&hashes, &sources[i]);
	}
	for (size_t i = 0; digest != NULL && i < digest->document_count; i++) {
		struct buf text = {0};
		buf_printf(&text, "%llu ", (unsigned long long)digest->documents[i].bytes);
		buf_add(&text, digest->documents[i].what);
		vec_push(&hashes, keyed_hash_plain(buf_str(&text)));
		buf_finish(&text);
	}
	vec_push(&hashes, keyed_hash_plain(more));
	add_up(&hashes, key);
	struct keyed_hash whole = keyed_hash_of(key, "key", more);
	memcpy(key, whole.bytes, KEYED_HASH_BYTES);
	vec_finish(&hashes);
}

/* ---- what was found ---- */

struct text_both redactor_summary(const struct redactor *redactor, struct arena *keep)
{
	struct buf text[TEXT_LANG_COUNT] = {0};
	struct text_both summary = {0};
	for (size_t lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		for (size_t kind = 0; kind < REDACT_KIND_COUNT; kind++) {
			struct str name = text_in(&kind_names[kind].many, (enum text_lang)lang);
			size_t count = redactor->counts[kind];
			if (count == 0) {
				continue;
			}
			buf_add(&text[lang],
			        text[lang].len == 0
			                ? STR("")
			                : str_from(text_translate((enum text_lang)lang, ", ")));
			if (count == 1 && lang == TEXT_EN) {
				name = str_from(kind_names[kind].one);
			}
			buf_printf(&text[lang], "%zu " STR_FMT, count, STR_ARG(name));
		}
		summary.in[lang] = arena_str(keep, buf_str(&text[lang]));
		buf_finish(&text[lang]);
	}
	return summary;
}
