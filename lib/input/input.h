/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From what the user typed to named byte streams: files, folders, "-", gzip and archives, nested.
 * Only input/ opens files. Damage is not an error: what could be read is given, the rest is listed.
 */

#include "base/arena.h"
#include "base/error.h"

enum input_damage_kind {
	INPUT_CUT,        /* the compressed bytes end early */
	INPUT_CORRUPT,    /* they do not decode from some point on */
	INPUT_CHECKSUM,   /* decoded, but CRC or length does not fit */
	INPUT_TRAILING,   /* bytes behind the compressed data that are not part of it */
	INPUT_ENCRYPTED,  /* needs a password */
	INPUT_LIMIT,      /* a limit was reached; reading stopped there */
	INPUT_UNREADABLE, /* could not be opened or read */
	/** Not a log by nature: FIFO, socket, device, link loop, image, dangling link. */
	INPUT_SKIPPED,
	INPUT_UNDECODABLE, /* bytes of a log that are no text */
	INPUT_DAMAGE_COUNT
};

/** Whether something may be missing because of it; otherwise it is only worth a word. */
bool input_is_loss(enum input_damage_kind kind);

struct input_damage {
	enum input_damage_kind kind;
	struct str path; /* as in input_stream.path */
	struct str what; /* for people: "cut after 4795240 bytes", "FIFO" */
};

struct input_damage_list {
	struct input_damage *items;
	size_t count, capacity;
};

/** Limits on what one path may unfold to. */
struct input_limits {
	uint64_t max_bytes;   /* decompressed, all members of one path.       default 64 GiB */
	uint64_t max_ratio;   /* decompressed : stored, checked after 100 MB. default 1000 */
	unsigned max_depth;   /* archives within archives.                    default 6 */
	unsigned max_members; /* of one path.                                 default 100000 */
	uint64_t max_memory;  /* of a decoder (xz, zstd windows).             default 256 MiB */
};

struct input_limits input_limits_default(void);
/**
 * Change a limit.
 *
 * setting: "bytes=64G", "ratio=1000", "depth=6", "members=100000", "memory=256M"
 * Returns: false when the name or the number is none (err)
 */
bool input_limit_set(struct input_limits *limits, struct str setting, struct error *err);

/** One thing to open: a file, or "-". */
struct input_path {
	struct str path;
	uint64_t size_bytes; /* 0 when not known */
};

struct input_list {
	/** After input_list_sort: by path, no file twice (device and inode). */
	struct input_path *items;
	size_t count, capacity;
	struct input_damage_list damage; /* what was skipped or could not be read */
	size_t opened;                   /* arguments that exist */
	struct arena keep;
	struct input_walk *walk; /* private */
};

/**
 * Add a command-line argument: a file, all regular files below a folder, "-". input_list_sort looks
 * into folders.
 *
 * Links are followed, to the same file or folder once; FIFOs, sockets and devices are skipped with
 * a word, also when named (but not the shell's <(...)).
 *
 * Returns: false when the argument does not exist or may not be read (err); the list goes on to
 * work
 */
bool input_list_add(struct input_list *list, struct str argument, struct error *err);
/** Find all files of what was added and sort them; the order of the arguments means nothing. */
void input_list_sort(struct input_list *list);
void input_list_finish(struct input_list *list);

/** A stream of bytes: a file, or a member of an archive. */
struct input_stream {
	struct str path;     /* as typed; members after '!' (logs.tar.gz!pod_log/a.log.gz); control
	                        bytes made safe */
	int64_t modified_ns; /* TIME_NONE when not known */
	uint64_t stored_bytes; /* on disk or in the archive; 0 when not known */
	struct str container;  /* what was taken off, outermost first: "tar.gz", "zip,gz"; empty for
	                          a plain file */
};

struct input;

/**
 * Open one path. Contents decide what it is, not the name.
 *
 * Returns: NULL when it cannot be opened (err)
 * Owner:   the caller, input_close
 */
struct input *input_open(const struct input_path *path, const struct input_limits *limits,
                         struct error *err);
void input_close(struct input *input);
/** Add what is read from now on, as it is stored, to a counter that others may read (atomic). */
void input_count_to(struct input *input, uint64_t *counter);
/** Whether a path gives the same bytes when it is opened again: no pipe. */
bool input_can_reopen(const struct input_path *path);

/**
 * Go to the next stream; what was not read of the last one is passed over.
 *
 * Returns:  NEXT_ITEM, NEXT_END; NEXT_ERROR when nothing at all could be read (err)
 * Lifetime: stream's texts live as long as input
 */
enum next input_next(struct input *input, struct input_stream *stream, struct error *err);

/**
 * Read decoded bytes of the current stream.
 *
 * Returns: bytes read; 0 at its end, also when it is damaged there
 */
size_t input_read(struct input *input, char *buffer, size_t size);

/** What was wrong so far, in order of reading. Lifetime: input's. */
const struct input_damage_list *input_damage(const struct input *input);
