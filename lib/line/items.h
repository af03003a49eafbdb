/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Finds the records of a JSON document as its bytes come: the objects of its arrays, or an object
 * that stands alone over several lines. Exports of log stores are such documents, of any size and
 * often on one line.
 */

#include "line/line.h"

enum { ITEMS_DEPTH_MAX = 64 };

enum items_result {
	ITEMS_MORE, /* the text ended: call again with more behind it */
	ITEMS_ITEM, /* text[start, end) is a record */
	ITEMS_DONE, /* the document is closed; end is behind it */
	ITEMS_WRONG /* not such a document */
};

struct items {
	size_t at;       /* scanned so far */
	size_t start;    /* of the open record */
	uint64_t arrays; /* bit n: level n is an array */
	unsigned depth;
	unsigned item_depth; /* of the open record; 0: none is open */
	bool is_alone;       /* the document itself is the record */
	bool in_string, is_escaped;
	bool has_item;
};

/**
 * Whether a document with records begins.
 *
 * text: from the start of a line on, at least what is there of the next 4 KiB
 */
bool items_begin(struct items *items, struct str text, bool is_stream_start);
/** Scan on. text: begins where it did before, or later after items_shift. */
enum items_result items_scan(struct items *items, struct str text, size_t *start, size_t *end);
/** The first count bytes of the text are gone. */
void items_shift(struct items *items, size_t count);
