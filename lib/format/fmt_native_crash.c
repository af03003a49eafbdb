/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Native code that ends: uncaught C++ exceptions, glog's and cgosymbolizer's signal reports, what
 * glibc, jemalloc, qemu and the shell say of it. No stamp. Frames are the field "stack".
 * Sources: libstdc++ vterminate.cc; glog signalhandler.cc; milvus-io/cgosymbolizer; glibc malloc.c
 */
#include "format/formats.h"
#include "format/reading.h"

static const struct str heads[] = {
	STR_INIT("terminate called "),
	STR_INIT("what():  "),
	STR_INIT("  what():  "),
	STR_INIT("*** Aborted at "),
	STR_INIT("*** SIG"),
	STR_INIT("*** Check failure stack trace"),
	STR_INIT("*** stack smashing detected"),
	STR_INIT("SIGNAL CATCH BY NON-GO SIGNAL HANDLER"),
	STR_INIT("pure virtual method called"),
	STR_INIT("Segmentation fault"),
	STR_INIT("Aborted (core dumped)"),
	STR_INIT("Illegal instruction"),
	STR_INIT("malloc(): "),
	STR_INIT("malloc_consolidate(): "),
	STR_INIT("realloc(): "),
	STR_INIT("free(): "),
	STR_INIT("munmap_chunk(): "),
	STR_INIT("double free or corruption"),
	STR_INIT("corrupted size vs. prev_size"),
	STR_INIT("corrupted double-linked list"),
	STR_INIT("<jemalloc>: "),
	STR_INIT("qemu: uncaught target signal"),
};

/* Heads of lines that go on with the report of the line before when they follow one. */
static const struct str rests[] = {STR_INIT("  what():  "), STR_INIT("*** SIG")};

static int bid(struct str line)
{
	if (str_starts_any(line, rests, FORMAT_COUNT(rests))) {
		return FORMAT_BID_PIECE;
	}
	return str_starts_any(line, heads, FORMAT_COUNT(heads)) ? FORMAT_BID_LIKELY + 5 : 0;
}

/* Where the frames begin: indented lines that are not what(), or mangled names. */
static size_t find_frames(struct str text)
{
	static const struct str starts[] = {STR_INIT("\n    @ "), STR_INIT("\n_Z"),
	                                    STR_INIT("\n\t"), STR_INIT("\nbacktrace")};
	size_t first = text.len;
	for (size_t i = 0; i < FORMAT_COUNT(starts); i++) {
		ptrdiff_t at = str_find(str_slice(text, 0, first), starts[i]);
		first = at < 0 ? first : (size_t)at;
	}
	return first;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	size_t frames = find_frames(text);
	record->message = str_trim(str_slice(text, 0, frames));
	record->level = FORMAT_FATAL;
	bool is_milvus = str_contains(text, STR("milvus::")) ||
	                 str_contains(text, STR("6milvus")) ||
	                 str_contains(text, STR("knowhere")) ||
	                 str_contains(text, STR("NON-GO SIGNAL HANDLER"));
	record->program = is_milvus ? FORMAT_MILVUS : FORMAT_PROGRAM_UNKNOWN;
	if (frames < text.len) {
		format_add_field(record, tmp, STR("stack"), str_trim(str_skip(text, frames)));
	}
	return true;
}

const struct format format_native_crash = {
	.name = "native-crash",
	.first = FORMAT_FIRST_BLANK | FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = format_date_none,
	.decode = decode,
	.is_multiline = true,
	.is_dump = true,
	.has_pieces = true,
};
