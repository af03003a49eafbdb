/* SPDX-License-Identifier: Apache-2.0 */
/* A stamp before a record: docker logs -t, kubectl logs --timestamps, CI and web consoles, log
 * viewers. */
#include "line/shape.h"
#include "line/wrapper.h"

#include <string.h>

enum { DIGITS_MAX = 16, NAMES_MAX = 32 };

/* Stamps of one shape that stood before a record also stand before what is none. */
struct timestamps {
	bool is_known[DIGITS_MAX];   /* by digits of the fraction, of ISO stamps with a zone */
	unsigned seen[DIGITS_MAX];   /* so many other ones stood before records */
	struct str names[NAMES_MAX]; /* stood between stamp and record */
	size_t name_count;
};

static size_t blanks_at(struct str line, size_t at)
{
	size_t i = at;
	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t')) {
		i++;
	}
	return i - at;
}

/* A stamp that only collectors write: "2024-03-12T08:21:04.512883107Z ", "2014-06-24_09:30:52.28621
 * ". */
static bool is_collector(struct str line, const struct stamp *stamp)
{
	if (stamp->zone == CLOCK_ZONE_NONE) {
		return line.ptr[10] == '_' && stamp->digits == 5;
	}
	return stamp->is_iso && (stamp->digits == 9 || stamp->digits == 7) && line.ptr[19] == '.';
}

/* "[2024-03-12T08:21:04.512Z] text" of Jenkins. */
static size_t read_brackets(struct str line, struct stamp *stamp)
{
	struct str inside = str_skip(line, 1);
	if (!str_starts(line, STR("[")) || !stamp_read(inside, stamp) || !stamp->is_iso ||
	    stamp->zone != CLOCK_ZONE_UTC || !str_starts(str_skip(inside, stamp->used), STR("]"))) {
		return 0;
	}
	size_t used = stamp->used + 2;
	return used + (blanks_at(line, used) > 0 ? 1 : 0);
}

/* A web console's stamp; it may be glued to the record or have a bar behind it. */
static size_t read_console(struct str line, struct stamp *stamp)
{
	if (!stamp_read_console(line, stamp)) {
		return 0;
	}
	size_t used = stamp->used + blanks_at(line, stamp->used);
	if (used < line.len && line.ptr[used] == '|') {
		used += 1 + blanks_at(line, used + 1);
	}
	return shape_starts_record(str_skip(line, used)) ? used : 0;
}

static bool is_known(const struct timestamps *known, const struct stamp *stamp)
{
	enum { TIMES_MIN = 3 };
	if (stamp->digits >= DIGITS_MAX) {
		return false;
	}
	return stamp->is_iso && stamp->zone != CLOCK_ZONE_NONE
	               ? known->is_known[stamp->digits]
	               : known->seen[stamp->digits] >= TIMES_MIN;
}

/* A name that stood before a record is one before anything. Returns: its length and its blank's; 0:
 * none is there. */
static size_t known_name(const struct timestamps *known, struct str rest)
{
	for (size_t i = 0; i < known->name_count; i++) {
		size_t len = known->names[i].len;
		if (str_starts(rest, known->names[i]) && len < rest.len && rest.ptr[len] == ' ') {
			return len + 1;
		}
	}
	return 0;
}

/* "stamp name {..." of aws logs tail. Returns: length of the name and its blank; 0: none. */
static size_t name_before_record(struct str rest)
{
	enum { NAME_LENGTH_MAX = 256 };
	ptrdiff_t end = str_find_byte(str_slice(rest, 0, NAME_LENGTH_MAX), ' ');
	return end > 2 && rest.ptr[0] != '[' && rest.ptr[0] != '{' &&
	                       shape_starts_dated(str_skip(rest, (size_t)end + 1))
	               ? (size_t)end + 1
	               : 0;
}

struct prefix {
	struct stamp stamp;
	size_t used;
	size_t name; /* bytes of a name behind it */
	bool is_new; /* told by the record behind it */
};

static bool read_prefix(const struct timestamps *known, struct str line, struct prefix *prefix)
{
	struct stamp *stamp = &prefix->stamp;
	*prefix = (struct prefix){0};
	if (!stamp_read(line, stamp)) {
		prefix->used = read_brackets(line, stamp);
		prefix->used = prefix->used > 0 ? prefix->used : read_console(line, stamp);
		return prefix->used > 0;
	}
	size_t blanks = blanks_at(line, stamp->used);
	struct str rest = str_skip(line, stamp->used + blanks);
	if (is_collector(line, stamp) && (blanks > 0 || rest.len == 0)) {
		prefix->used = stamp->used + (blanks > 0 ? 1 : 0);
		return true;
	}
	bool is_alone = rest.len == 0 && line.ptr[4] == '-' && blanks > 0;
	bool is_like_others = blanks > 0 && is_known(known, stamp);
	bool is_record = shape_starts_dated(line) && !shape_starts_dated(rest);
	if (is_record) {
		return false;
	}
	prefix->is_new = shape_starts_record(rest);
	prefix->used = stamp->used + (is_like_others && !prefix->is_new ? 1 : blanks);
	if (!prefix->is_new && !is_alone && stamp->is_iso && blanks > 0) {
		prefix->name = known_name(known, rest);
		prefix->name = prefix->name > 0 || is_like_others ? prefix->name
		                                                  : name_before_record(rest);
	}
	return prefix->is_new || is_like_others || is_alone || prefix->name > 0;
}

static void note_name(struct wrap_context *context, struct timestamps *known, struct str name)
{
	if (known->name_count < NAMES_MAX && known_name(known, name) == 0) {
		known->names[known->name_count++] =
			arena_str(context->keep, str_slice(name, 0, name.len - 1));
	}
}

static void note(struct wrap_context *context, struct timestamps *known, struct str line,
                 const struct prefix *prefix)
{
	const struct stamp *stamp = &prefix->stamp;
	if (prefix->name > 0) {
		note_name(context, known,
		          str_slice(line, prefix->used, prefix->used + prefix->name));
	}
	if (!prefix->is_new || stamp->digits >= DIGITS_MAX) {
		return;
	}
	if (stamp->is_iso && stamp->zone != CLOCK_ZONE_NONE) {
		known->is_known[stamp->digits] = true;
	} else {
		known->seen[stamp->digits]++;
	}
}

static void learn(struct wrap_context *context, void *state, struct str line)
{
	struct prefix prefix;
	if (read_prefix(state, line, &prefix)) {
		note(context, state, line, &prefix);
	}
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context;
	struct prefix prefix;
	return read_prefix(state, line, &prefix) ? 45 : 0;
}

/* Docker and older kubelets put the stamp also before each further 16 KiB of a long line. */
static void drop_inner_stamps(struct wrap_context *context, struct wrap *wrap)
{
	enum { PIECE = 16384 };
	struct stamp stamp;
	struct str line = wrap->text;
	if (line.len <= PIECE || !stamp_read(str_skip(line, PIECE), &stamp) || stamp.digits != 9) {
		return;
	}
	char *text = arena_alloc(context->tmp, line.len, 1);
	size_t len = 0;
	while (true) {
		struct str piece = str_slice(line, 0, PIECE);
		memcpy(text + len, piece.ptr, piece.len);
		len += piece.len;
		line = str_skip(line, piece.len);
		bool is_stamp = stamp_read(line, &stamp) && stamp.is_iso && stamp.digits == 9;
		if (line.len == 0) {
			break;
		}
		line = str_skip(line, is_stamp ? stamp.used + 1 : 0);
	}
	wrap->text = (struct str){text, len};
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	struct prefix prefix;
	if (!read_prefix(state, wrap->text, &prefix)) {
		return WRAP_REFUSED;
	}
	note(context, state, wrap->text, &prefix);
	wrap_set_time(wrap, prefix.stamp.time_ns, prefix.stamp.zone);
	struct str rest = str_skip(wrap->text, prefix.used);
	if (prefix.name > 0) {
		wrap->source.pod = str_slice(rest, 0, prefix.name - 1);
		rest = str_skip(rest, prefix.name);
	}
	bool is_docker = prefix.stamp.digits == 9;
	if (rest.len == 0 && !is_docker) {
		return WRAP_DROPPED;
	}
	wrap->text = rest;
	drop_inner_stamps(context, wrap);
	return WRAP_PEELED;
}

const struct wrapper wrapper_timestamps = {
	.name = "timestamps",
	.first = "0-9[A-Z",
	.state_size = sizeof(struct timestamps),
	.learn = learn,
	.bid = bid,
	.bid_max = 45,
	.peel = peel,
};
