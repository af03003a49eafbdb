/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Bytes to pull, one layer over the other: a file, what comes out of gzip, a member of an archive.
 * Private to input/.
 */

#include "input/input.h"

/** What one path has cost so far and what was wrong with it; all its layers share it. */
struct account {
	struct input_limits limits;
	struct input_damage_list damage;
	struct arena keep;
	uint64_t file_bytes; /* size of the file; 0 when not known */
	uint64_t stored;     /* bytes read from the file */
	uint64_t unfolded;   /* bytes that came out of compression */
	unsigned members;
	uint64_t *counter; /* where bytes read from the file are added, too; NULL */
	bool is_spent;     /* a limit of the whole path was reached: nothing more is read */
};

void account_finish(struct account *account);
/** Add to the list of what is wrong. path: made safe already. */
void account_note(struct account *account, enum input_damage_kind kind, struct str path,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

struct feed;

/** Count one more member of an archive. Returns: whether the limit allows it (noted if not). */
bool account_member(struct feed *archive);

struct feed_type {
	/** Returns: bytes read, 0 at the end, also when it is damaged there (it noted that). */
	size_t (*read)(struct feed *feed, char *buffer, size_t size);
	/** Go to an offset. NULL: this feed only goes forward. */
	bool (*seek)(struct feed *feed, uint64_t offset);
	/** Give back all but the layer below. */
	void (*close)(struct feed *feed);
};

enum { FEED_PEEK_MAX = 4096 };

/** A layer; its kinds have this as their first member. */
struct feed {
	const struct feed_type *type;
	struct account *account;
	struct str path;        /* of messages */
	uint64_t position;      /* behind what was read of it, peeked bytes too; see feed_offset */
	uint64_t size_bytes;    /* of a feed that can seek */
	uint64_t stored_before; /* account->stored when it was opened */
	bool is_unfolded;       /* what comes out of it counts for the limits */
	bool is_ended;
	char *peeked; /* looked at, not yet given; FEED_PEEK_MAX bytes */
	size_t peeked_len, peeked_used;
};

void feed_init(struct feed *feed, const struct feed_type *type, struct account *account,
               struct str path);
/** Returns: bytes read, at least 1; 0 at the end or when a limit was reached (which is noted). */
size_t feed_read(struct feed *feed, char *buffer, size_t size);
/** The next bytes without taking them; fewer than size only at the end. size: FEED_PEEK_MAX at
 * most. */
struct str feed_peek(struct feed *feed, size_t size);
/** Offset of the next byte that feed_read gives. */
uint64_t feed_offset(const struct feed *feed);
bool feed_can_seek(const struct feed *feed);
bool feed_seek(struct feed *feed, uint64_t offset);
/** Read and forget what is left. */
void feed_drain(struct feed *feed);
void feed_close(struct feed *feed);

/**
 * A file as a feed.
 *
 * fd:    closed by feed_close, unless it is stdin's
 */
struct feed *feed_file_open(int fd, struct account *account, struct str path);
/** Why reading a file failed (errno); 0 when it did not. feed: of feed_file_open. */
int feed_file_problem(const struct feed *feed);

/**
 * Read all of a feed into memory, so that one can seek in it.
 *
 * Returns: NULL when it is larger than the limit of memory (noted)
 */
struct feed *feed_memory_open(struct feed *under);
