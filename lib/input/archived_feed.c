/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "input/archived.h"

void archived_note(const struct archived *archived, const char *name, struct str path,
                   uint64_t bytes)
{
	static const struct {
		enum input_damage_kind kind;
		const char *what;
	} faults[] = {
		[ARCHIVED_FINE] = {INPUT_CORRUPT, TEXT_MARK("damaged")},
		[ARCHIVED_DAMAGED] = {INPUT_CORRUPT, TEXT_MARK("damaged")},
		[ARCHIVED_CUT] = {INPUT_CUT, TEXT_MARK("cut")},
		[ARCHIVED_ENCRYPTED] = {INPUT_ENCRYPTED, TEXT_MARK("encrypted")},
		[ARCHIVED_UNSUPPORTED] = {INPUT_UNREADABLE,
	                                  TEXT_MARK("packed in a way that cannot be read")},
		[ARCHIVED_TOO_LARGE] = {INPUT_LIMIT, TEXT_MARK("packed with too large a window")},
	};
	const char *text;
	enum archived_fault fault = archived_fault(archived, &text);
	struct account *account = archived_account(archived);
	if (fault == ARCHIVED_ENCRYPTED) {
		account_note(account, INPUT_ENCRYPTED, path, ARCHIVED_ENCRYPTED_WHAT);
	} else {
		account_note(account, faults[fault].kind, path,
		             "%s data are %s after %llu bytes%s%s%s", name, faults[fault].what,
		             (unsigned long long)bytes, text != NULL ? " (" : "",
		             text != NULL ? text : "", text != NULL ? ")" : "");
	}
}

static size_t member_read(struct feed *feed, char *buffer, size_t size)
{
	struct archived_feed *member = (struct archived_feed *)feed;
	size_t count = archived_read(member->archived, buffer, size);
	const char *text;
	if (count == 0 && archived_fault(member->archived, &text) != ARCHIVED_FINE) {
		archived_note(member->archived, member->name, feed->path, feed->position);
	}
	return count;
}

static void member_close(struct feed *feed)
{
	(void)feed;
}

void archived_feed_init(struct archived_feed *feed, struct archived *archived, const char *name,
                        struct account *account, struct str path)
{
	static const struct feed_type type = {.read = member_read, .close = member_close};
	feed_init(&feed->feed, &type, account, path);
	feed->archived = archived;
	feed->name = name;
}
