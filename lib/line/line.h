/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From bytes to blocks of clean logical lines: transcoded to UTF-8, wrappers off until none is
 * left, split lines joined, each with its origin. Knows nothing of files: it is given a read
 * callback.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

enum {
	LINE_BLOCK_SIZE = 1 << 20, /* of a block's text, about */
	LINE_SOURCES_MAX = 4096,   /* told apart in one stream */
	LINE_LENGTH_MAX = 1 << 20  /* a longer line is cut there and marked */
};

/** Gives up to size bytes; 0 at the end. */
typedef size_t line_read(void *context, char *buffer, size_t size);

/** What wrappers say about where lines come from; each may be empty. Equal sources share one
 * number. */
struct line_source {
	struct str container; /* compose or container name: "milvus-etcd" */
	struct str pod;
	struct str space; /* Kubernetes namespace */
	struct str host;
	struct str unit; /* systemd unit, syslog tag */
};

/** A line_read of bytes in memory. context: a struct str *, what is left of them */
size_t line_read_memory(void *context, char *buffer, size_t size);

enum line_output { LINE_OUTPUT_UNKNOWN, LINE_STDOUT, LINE_STDERR };

struct line {
	struct str text;  /* clean, without line end; in the block's text */
	size_t first_len; /* bytes of text that stand on its first physical line */
	uint64_t number;  /* of its first physical line, from 1 */
	uint64_t offset;  /* of that line's first byte, from 0 */
	int64_t outer_ns; /* the wrapper's stamp, UTC; TIME_NONE */
	enum clock_zone outer_zone;
	uint32_t source; /* see line_reader_source */
	enum line_output output;
	bool is_cut; /* longer than LINE_LENGTH_MAX, or its rest is missing */
};

/** Clean text, LF after each line. */
struct line_block {
	struct str text;
	/** Careful way: one for each line of text, in order of time where the stream is sorted from
	 * the newest on; NULL on the fast way. */
	const struct line *lines;
	const uint32_t *ends;  /* fast way: where each line ends, bytes of text */
	size_t count;          /* of lines */
	uint64_t first_number; /* fast way: of the first line */
	uint64_t first_offset; /* fast way */
	uint32_t source;       /* fast way: of all lines */
};

struct line_options {
	bool is_always_careful; /* switch the fast way off */
	int64_t modified_ns;    /* of the file, to infer years; TIME_NONE */
};

/** What was found out about a stream; complete at its end. */
struct line_summary {
	struct str encoding;  /* "UTF-8", "UTF-16LE" ... */
	struct str wrappers;  /* names, most common combination, outermost first: "docker-json",
	                         "compose,cri"; empty */
	uint64_t bytes;       /* read */
	uint64_t lines;       /* physical */
	uint64_t cut_lines;   /* longer than the limit */
	uint64_t undecodable; /* bytes replaced */
	bool has_others;    /* more than LINE_SOURCES_MAX sources: the last one is of all others */
	bool is_descending; /* sorted from the newest on; its lines were given from the oldest on */
};

struct line_reader;

/** Owner: the caller, line_reader_destroy. read is called from line_reader_next only. */
struct line_reader *line_reader_create(line_read *read, void *context,
                                       const struct line_options *options);
void line_reader_destroy(struct line_reader *reader);

/** The next block. Lifetime: until the next call. Never fails. */
enum next line_reader_next(struct line_reader *reader, struct line_block *block);

/** NULL when there are not so many. */
const struct line_source *line_reader_source(const struct line_reader *reader, uint32_t source);
size_t line_reader_source_count(const struct line_reader *reader);
/** Lifetime: the reader's */
void line_reader_summary(struct line_reader *reader, struct line_summary *summary);

/**
 * Walks over a block's lines, both ways alike. Begin with {0}.
 *
 * position: where the next line begins on the fast way, bytes of text
 * index:    of the next line
 */
struct line_cursor {
	size_t position;
	size_t index;
};

/** Returns: false at the block's end. */
bool line_cursor_next(struct line_cursor *cursor, const struct line_block *block,
                      struct line *line);

/** How a text was encoded. */
struct line_encoding {
	struct str name;     /* "UTF-8", "UTF-16LE" ... */
	unsigned unit_bytes; /* 1, or 2 of UTF-16 */
	unsigned mark_bytes; /* of the byte order mark */
};

/**
 * A whole text in memory as UTF-8, without byte order mark; wrappers and line ends stay.
 *
 * space:    holds the text
 *
 * Lifetime: until space is used again
 */
struct str line_text(struct str bytes, struct buf *space, struct line_encoding *encoding);
