/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* libarchive, one format or filter at a time, read from a feed. Private to input/. */

#include "input/feed.h"

enum archived_format {
	ARCHIVED_TAR,
	ARCHIVED_ZIP,
	ARCHIVED_7Z,
	ARCHIVED_LZ4 /* one stream without a name */
};

enum archived_type {
	ARCHIVED_FILE,
	ARCHIVED_FOLDER,
	ARCHIVED_LINK,
	ARCHIVED_HARDLINK,
	ARCHIVED_SPECIAL
};

struct archived_member {
	struct str name; /* bytes as in the archive; until the next member */
	enum archived_type type;
	bool is_encrypted;
	int64_t modified_ns;
	uint64_t size_bytes; /* 0 when not known */
};

enum archived_fault {
	ARCHIVED_FINE,
	ARCHIVED_DAMAGED,
	ARCHIVED_CUT,
	ARCHIVED_CHECKSUM,
	ARCHIVED_ENCRYPTED,
	ARCHIVED_UNSUPPORTED,
	ARCHIVED_TOO_LARGE
};

#define ARCHIVED_ENCRYPTED_WHAT "encrypted: it cannot be read without its password; unpack it first"

struct archived;

/** under: read from where it stands; zip and 7z also go back and forth in it where it can seek. */
struct archived *archived_open(enum archived_format format, struct feed *under);
void archived_close(struct archived *archived);
/** NEXT_ERROR: see archived_fault; whether another member follows is shown by asking again. */
enum next archived_next(struct archived *archived, struct archived_member *member);
/** Data of the current member. Returns: 0 at the end and at a fault. */
size_t archived_read(struct archived *archived, char *buffer, size_t size);
/** What the last call met. text: one line in libarchive's words; may be NULL. */
enum archived_fault archived_fault(const struct archived *archived, const char **text);
struct account *archived_account(const struct archived *archived);
/** Whether it cannot go on. */
bool archived_is_dead(const struct archived *archived);
/** Bytes taken by the headers and data that were read, from where it began. */
uint64_t archived_offset(const struct archived *archived);
/** Where the last header, right or wrong, began. */
uint64_t archived_header_offset(const struct archived *archived);
/** Say what the last call met. name: "xz", "zip"; path: of the stream that it concerns. */
void archived_note(const struct archived *archived, const char *name, struct str path,
                   uint64_t bytes);

/**
 * The current member as a feed. It counts for the limits if the archive compresses.
 *
 * Lifetime: until the next member; feed_close gives nothing back
 */
struct archived_feed {
	struct feed feed;
	struct archived *archived;
	const char *name; /* of the archive's kind */
};
void archived_feed_init(struct archived_feed *feed, struct archived *archived, const char *name,
                        struct account *account, struct str path);
