/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A zip read from member to member, without its directory: for archives that come through another
 * one or a pipe, and for damaged ones, where it gives every byte that zlib can still give. Stored
 * and deflated members only. Private to input/.
 */

#include "input/inflate.h"
#include "input/tape.h"

struct zip_header {
	uint64_t begin; /* on the tape */
	uint64_t data;
	unsigned flags, method;
	uint32_t crc;
	uint64_t packed_bytes; /* 0 when it is told behind the data */
	uint32_t size_bytes;   /* unpacked; 0 when it is told behind the data, all ones when it is
	                          larger */
	bool is_sized;         /* packed_bytes can be relied on */
	bool is_mended;        /* it contradicts the data: these were found by trying */
};

struct zip_walk {
	struct feed feed; /* data of the current member */
	struct tape tape;
	void *inflate; /* state of inflate_zlib, raw */
	struct zip_header header;
	struct str name; /* of the current member, in name_bytes */
	char name_bytes[1024];
	uint64_t left;    /* of stored data of known size */
	uint64_t again;   /* bytes to decode that were given already */
	uint64_t out;     /* bytes decoded of the member */
	uint32_t crc;     /* of them */
	bool is_finished; /* no more data of this member */
	bool is_tried;    /* other places for the data's begin were tried */
	bool is_astray;   /* the next header has to be searched */
	unsigned notes;
};

/** under: read from where it stands. */
void zip_walk_init(struct zip_walk *walk, struct feed *under);
void zip_walk_finish(struct zip_walk *walk);
/**
 * Go to the next member that can be read; its data are not read yet.
 *
 * Returns: whether there is one
 */
bool zip_walk_next(struct zip_walk *walk);
/**
 * Make walk->feed ready for the current member.
 *
 * given: bytes at its begin that are left out
 */
void zip_walk_open(struct zip_walk *walk, struct str path, uint64_t given);
/** Pass over the current member. */
void zip_walk_pass(struct zip_walk *walk);
/** What the current member is, so that it is left out: "encrypted" and the like; NULL when it can
 * be read. */
const char *zip_walk_refusal(const struct zip_walk *walk, enum input_damage_kind *kind);
/** Whether these bytes may be a member's header; it may have a wrong bit in its signature. */
bool zip_walk_is_header(struct str bytes, bool is_lenient);
