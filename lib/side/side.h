/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whole documents that are evidence: results of fio and iostat, metrics, etcdctl's answers, what
 * docker and Kubernetes say of containers, configuration. Recognised by content, read to typed
 * facts and to events.
 */

#include "event/digest.h"

enum {
	SIDE_HEAD_SIZE = 64 << 10,
	SIDE_SIZE_MAX = 16 << 20,
	SIDE_FACTS_MAX = 4096,  /* of one document */
	SIDE_EVENTS_MAX = 2000, /* of one document */
	SIDE_CLAIMS_MAX = 256,
	SIDE_FIELDS_MAX = 8
};

/** A part of a document that a reader owns: no log is to be looked for in it. */
struct side_claim {
	const char *from, *to;
};

struct side_sink;

/** Takes a reader's event: kind is the id of a rule. */
typedef void side_take_event(void *context, const struct side_sink *sink, const char *kind,
                             struct event *event);
/** Takes a line that a document states, for the rules to tell what it means. event: time, fields
 * and origin; the fields are added to what the rule finds. */
typedef void side_take_line(void *context, const struct side_sink *sink, struct str line,
                            struct event *event);

/** Where readers put what they find. Set up with side_sink_init. */
struct side_sink {
	struct digest *digest;
	struct str path;
	struct str text;     /* all of the document, UTF-8 */
	int64_t modified_ns; /* of the file; TIME_NONE */
	unsigned unit_bytes; /* of the document's own encoding: 1, or 2 for UTF-16 */
	unsigned mark_bytes; /* of a byte order mark before the text */
	struct arena *tmp;
	side_take_event *take_event; /* NULL: events are not wanted */
	side_take_line *take_line;   /* NULL: likewise */
	void *context;
	struct str instance;    /* whom the next facts are about: a container, a device; empty */
	struct str damage;      /* what was wrong with the document; empty */
	uint64_t facts, events; /* so far */
	struct side_claim claims[SIDE_CLAIMS_MAX];
	size_t claim_count;
	struct {
		const char *at;      /* where a line begins */
		const char *counted; /* up to here no other begins */
		uint64_t line, offset;
	} known; /* private: the last place that was counted to */
};

/** A kind of document. */
struct side {
	const char *name; /* "fio-text", "docker-inspect": stable */
	const char *what; /* for people, shown in the coverage: "fio result" */
	/** How sure: 0 not mine, up to 100. text: the head of the document, or all of it. */
	int (*bid)(struct str text);
	/** Add facts and events. Lines of other documents in the text are passed over. */
	void (*read)(struct str text, struct side_sink *sink);
};

/** All kinds. Ends with NULL. */
extern const struct side *const side_table[];

/** Whether some kind bids for a text. */
bool side_is_known(struct str text);

/**
 * Read all kinds of documents that a text holds.
 *
 * sink:    its digest gets the facts, its take_event and take_line the events
 * what:    the documents' names, best bid first, ", " between; lives as long as sink->tmp
 * Returns: number of kinds
 */
size_t side_read(struct side_sink *sink, struct str *what);

/** Whether a line of the text lies in a part that a reader owns. */
bool side_is_claimed(const struct side_sink *sink, struct str line);

/**
 * State what several documents say together: of two scrapes of one process, what lies between them.
 *
 * digest: of all inputs, before it is closed
 */
void side_relate(struct digest *digest);
