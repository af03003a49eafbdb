/* SPDX-License-Identifier: Apache-2.0 */
/* What is recognised and not read: it holds no lines, or nothing here can read it. */
#include "base/text.h"
#include "input/kind.h"

#define IMAGE TEXT_MARK("an image; an image cannot be read as a log: paste or attach the text")
#define MEDIA TEXT_MARK("a video; it cannot be read as a log: paste or attach the text")

static const struct {
	size_t at;
	struct str magic;
	const char *what;
} refused[] = {
	{0, STR_INIT("\x89PNG\r\n\x1a\n"), IMAGE},
	{0, STR_INIT("\xff\xd8\xff"), IMAGE},
	{0, STR_INIT("GIF87a"), IMAGE},
	{0, STR_INIT("GIF89a"), IMAGE},
	{8, STR_INIT("WEBPVP8"), IMAGE},
	{4, STR_INIT("ftypheic"), IMAGE},
	{4, STR_INIT("ftypmp4"), MEDIA},
	{4, STR_INIT("ftypisom"), MEDIA},
	{4, STR_INIT("ftypqt"), MEDIA},
	{0, STR_INIT("%PDF-"),
         TEXT_MARK("a PDF; it cannot be read as a log: paste or attach the text")},
	{0, STR_INIT("Rar!\x1a\x07"), TEXT_MARK("a RAR archive; unpack it first")},
	{0,
         STR_INIT("\x7f"
                  "ELF"),
         TEXT_MARK("a program or a core dump")},
	{0, STR_INIT("SQLite format 3"), TEXT_MARK("an SQLite database")},
	{16, STR_INIT("\xed\xda\x0c\xed"), TEXT_MARK("a database or a snapshot of etcd (bbolt)")},
	{0, STR_INIT("\x00\x05\x16\x07\x00\x02\x00\x00"), TEXT_MARK("metadata of macOS")},
	{0,
         STR_INIT("\x00\x00\x00\x01"
                  "Bud1"),
         TEXT_MARK("metadata of macOS")},
	{0, STR_INIT("\x1f\x9d"), TEXT_MARK("data of compress (.Z); unpack it first")},
	{0, STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
         TEXT_MARK("an Office document; attach the text")},
	{0, STR_INIT("PAR1"), TEXT_MARK("a Parquet file")},
	{0, STR_INIT("\x93NUMPY"), TEXT_MARK("a NumPy array")},
	{0, STR_INIT("LPKSHHRH"),
         TEXT_MARK("a journal of systemd; export it: journalctl --file FILE")},
};

/*
 * A backup of birdwatcher: the length of a message in eight bytes, then that message, which begins
 * with its version and goes on with a text field.
 *
 * Source: birdwatcher, message BackupHeader {version = 1, instance = 2, meta_path = 3, entries = 4}
 */
static bool is_birdwatcher(struct str head)
{
	const unsigned char *bytes = (const unsigned char *)head.ptr;
	if (head.len < 12) {
		return false;
	}
	uint64_t len = 0;
	for (unsigned i = 0; i < 8; i++) {
		len |= (uint64_t)bytes[i] << (8 * i);
	}
	bool is_field =
		bytes[10] == 0x12 || bytes[10] == 0x1a || bytes[10] == 0x20 || bytes[10] == 0x2a;
	return len >= 4 && len < 65536 && bytes[8] == 0x08 && bytes[9] < 16 && is_field;
}

/*
 * A segment of etcd's write-ahead log: the length of a record in eight bytes, the last of which
 * tells of padding, then a record of the type that holds a checksum.
 *
 * Source: etcd wal/encoder.go, wal/wal.go
 */
static bool is_wal(struct str head)
{
	return head.len >= 16 && str_starts(str_skip(head, 1), STR("\0\0\0\0\0\0")) &&
	       ((unsigned char)head.ptr[7] & 0x80) != 0 &&
	       str_starts(str_skip(head, 8), STR("\x08\x04\x10"));
}

static const char *refusal(struct str head)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (str_starts(str_skip(head, refused[i].at), refused[i].magic)) {
			return refused[i].what;
		}
	}
	if (is_wal(head)) {
		return TEXT_MARK("etcd's write-ahead log; it holds data, no log lines");
	}
	return is_birdwatcher(head)
	               ? TEXT_MARK("a backup made by birdwatcher; it holds metadata, no log lines")
	               : NULL;
}

static unsigned refused_bid(struct str head, struct feed *feed)
{
	(void)feed;
	return refusal(head) != NULL ? 16 : 0;
}

const struct input_kind kind_refused = {.name = "refused", .bid = refused_bid, .refusal = refusal};
