/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What bytes can be besides plain text: compressed, an archive, or nothing that can be read as a
 * log. A kind is one file and one line in the table of kind.c. Private to input/.
 */

#include "input/feed.h"

/** A member of an archive. */
struct container_member {
	struct str path; /* as in input_stream.path */
	int64_t modified_ns;
	uint64_t stored_bytes; /* 0 when not known */
	struct feed *feed;     /* the container's; until the next member */
};

struct container;

struct container_type {
	/** The next member that can be read; what is left out is noted. */
	enum next (*next)(struct container *container, struct container_member *member);
	void (*close)(struct container *container);
};

/** The path of a member: the archive's, '!' and the name, made safe. Lifetime: the account's. */
struct str container_path(const struct feed *under, struct str name);

/** An open archive; its kinds have this as their first member. */
struct container {
	const struct container_type *type;
	struct feed *under;
};

struct input_kind {
	const char *name;
	/** How sure it is, in bits that were verified; 0: it is something else. head: KIND_HEAD
	 * bytes or all. */
	unsigned (*bid)(struct str head, struct feed *feed);
	/** One of the following: what comes out of it ... */
	struct feed *(*unpack)(struct feed *under);
	/** ... its members; NULL when that failed (noted) ... */
	struct container *(*open)(struct feed *under);
	/** ... or why it is not read. */
	const char *(*refusal)(struct str head);
};

enum { KIND_HEAD = 1024 };

extern const struct input_kind kind_gzip;
extern const struct input_kind kind_bzip2;
extern const struct input_kind kind_xz;
extern const struct input_kind kind_zstd;
extern const struct input_kind kind_lz4;
extern const struct input_kind kind_tar;
extern const struct input_kind kind_zip;
extern const struct input_kind kind_7z;
extern const struct input_kind kind_refused;

/** What the next bytes of a feed are: the highest bid; NULL for plain bytes. */
const struct input_kind *kind_of(struct feed *feed);
/** The archive or compression that a name ends with (".gz": "gzip"); NULL when none. For messages.
 */
const char *kind_of_name(struct str path);
