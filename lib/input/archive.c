/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "input/archived.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

enum { BLOCK_BYTES = 64 << 10 };

struct archived {
	struct archive *reader;
	struct feed *under;
	locale_t locale; /* so that names do not depend on the user's */
	bool is_dead;
	bool is_last; /* no more data behind this block: the checksum in it did not fit */
	enum archived_fault fault;
	char text[160];
	const char *data; /* the rest of the block at hand */
	size_t data_len;
	uint64_t data_offset; /* of data in the member */
	uint64_t given;       /* bytes of the member that were given */
	char block[BLOCK_BYTES];
};

static la_ssize_t read_block(struct archive *reader, void *context, const void **block)
{
	struct archived *archived = context;
	(void)reader;
	*block = archived->block;
	return (la_ssize_t)feed_read(archived->under, archived->block, BLOCK_BYTES);
}

static la_int64_t seek_block(struct archive *reader, void *context, la_int64_t offset, int whence)
{
	struct feed *under = ((struct archived *)context)->under;
	int64_t from = whence == SEEK_CUR   ? (int64_t)feed_offset(under)
	               : whence == SEEK_END ? (int64_t)under->size_bytes
	                                    : 0;
	(void)reader;
	int64_t target;
	if (__builtin_add_overflow(from, offset, &target) || target < 0 ||
	    !feed_seek(under, (uint64_t)target)) {
		return ARCHIVE_FATAL;
	}
	return target;
}

static la_int64_t skip_block(struct archive *reader, void *context, la_int64_t count)
{
	struct feed *under = ((struct archived *)context)->under;
	uint64_t here = feed_offset(under);
	(void)reader;
	uint64_t left = under->size_bytes > here ? under->size_bytes - here : 0;
	uint64_t step = (uint64_t)count < left ? (uint64_t)count : left;
	return feed_seek(under, here + step) ? (la_int64_t)step : 0;
}

static void support(struct archive *reader, enum archived_format format)
{
	switch (format) {
	case ARCHIVED_TAR:
		archive_read_support_format_tar(reader);
		return;
	case ARCHIVED_ZIP:
		archive_read_support_format_zip(reader);
		return;
	case ARCHIVED_7Z:
		archive_read_support_format_7zip(reader);
		return;
	case ARCHIVED_LZ4:
		archive_read_support_filter_lz4(reader);
		break;
	}
	archive_read_support_format_raw(reader);
	archive_read_support_format_empty(reader);
}

static enum archived_fault fault_of(const char *text)
{
	static const struct {
		const char *part;
		enum archived_fault fault;
	} faults[] = {
		{"bad CRC", ARCHIVED_CHECKSUM},          {"ncrypt", ARCHIVED_ENCRYPTED},
		{"assphrase", ARCHIVED_ENCRYPTED},       {"runcated", ARCHIVED_CUT},
		{"end of file", ARCHIVED_CUT},           {"nsupported", ARCHIVED_UNSUPPORTED},
		{"not supported", ARCHIVED_UNSUPPORTED}, {"too much memory", ARCHIVED_TOO_LARGE},
		{"emory limit", ARCHIVED_TOO_LARGE},
	};
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strstr(text, faults[i].part) != NULL) {
			return faults[i].fault;
		}
	}
	return ARCHIVED_DAMAGED;
}

static void take_fault(struct archived *archived, int result)
{
	const char *text = archive_error_string(archived->reader);
	archived->fault = fault_of(text != NULL ? text : "");
	archived->is_dead |= result == ARCHIVE_FATAL;
	archived->text[0] = '\0';
	if (text != NULL) {
		strncat(archived->text, text, sizeof(archived->text) - 1);
	}
	size_t len = strlen(archived->text);
	while (len > 0 && archived->text[len - 1] == '\n') {
		archived->text[--len] = '\0';
	}
	for (char *byte = archived->text; *byte != '\0'; byte++) {
		/* it may quote the archive's bytes */
		*byte = *byte < ' ' || *byte > '~' ? '?' : *byte;
	}
}

static void check(struct archived *archived, int result)
{
	if (result < ARCHIVE_WARN) {
		take_fault(archived, result);
	}
}

struct archived *archived_open(enum archived_format format, struct feed *under)
{
	struct archived *archived = memory_resize(NULL, sizeof(*archived));
	memset(archived, 0, offsetof(struct archived, block));
	archived->under = under;
	archived->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	archived->reader = archive_read_new();
	if (archived->reader == NULL) {
		memory_fail(sizeof(*archived));
	}
	support(archived->reader, format);
	archive_read_set_read_callback(archived->reader, read_block);
	archive_read_set_callback_data(archived->reader, archived);
	if ((format == ARCHIVED_ZIP || format == ARCHIVED_7Z) && feed_can_seek(under)) {
		archive_read_set_seek_callback(archived->reader, seek_block);
		archive_read_set_skip_callback(archived->reader, skip_block);
	}
	check(archived, archive_read_open1(archived->reader));
	return archived;
}

void archived_close(struct archived *archived)
{
	if (archived != NULL) {
		archive_read_free(archived->reader);
		if (archived->locale != (locale_t)0) {
			freelocale(archived->locale);
		}
		memory_free(archived);
	}
}

static enum archived_type type_of(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL) {
		return ARCHIVED_HARDLINK;
	}
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
	case 0: /* some writers of zip do not say */
		return ARCHIVED_FILE;
	case AE_IFDIR:
		return ARCHIVED_FOLDER;
	case AE_IFLNK:
		return ARCHIVED_LINK;
	default:
		return ARCHIVED_SPECIAL;
	}
}

/* Seconds of a file's time that fit. */
static int64_t time_of(struct archive_entry *entry)
{
	int64_t seconds = archive_entry_mtime(entry);
	bool is_known = archive_entry_mtime_is_set(entry) && seconds > 0 &&
	                seconds < INT64_MAX / NS_PER_SEC;
	return is_known ? seconds * NS_PER_SEC : TIME_NONE;
}

static void describe(struct archive_entry *entry, struct archived_member *member)
{
	const char *name = archive_entry_pathname(entry);
	if (name == NULL) {
		name = archive_entry_pathname_utf8(entry);
	}
	int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
	*member = (struct archived_member){.name = str_from(name),
	                                   .type = type_of(entry),
	                                   .is_encrypted = archive_entry_is_encrypted(entry) != 0,
	                                   .modified_ns = time_of(entry),
	                                   .size_bytes = size > 0 ? (uint64_t)size : 0};
}

enum next archived_next(struct archived *archived, struct archived_member *member)
{
	if (archived->is_dead) {
		return NEXT_ERROR;
	}
	archived->fault = ARCHIVED_FINE;
	archived->is_last = false;
	archived->data_len = 0;
	archived->data_offset = archived->given = 0;
	struct archive_entry *entry = NULL;
	locale_t before = (locale_t)0;
	if (archived->locale != (locale_t)0) {
		before = uselocale(archived->locale);
	}
	int result = archive_read_next_header(archived->reader, &entry);
	check(archived, result);
	if (archived->fault == ARCHIVED_FINE && result != ARCHIVE_EOF) {
		describe(entry, member);
	}
	if (archived->locale != (locale_t)0) {
		uselocale(before);
	}
	if (archived->fault != ARCHIVED_FINE) {
		return NEXT_ERROR;
	}
	return result == ARCHIVE_EOF ? NEXT_END : NEXT_ITEM;
}

static bool next_block(struct archived *archived)
{
	const void *data = NULL;
	size_t len = 0;
	la_int64_t offset = 0;
	int result = ARCHIVE_OK;
	while (result == ARCHIVE_OK && len == 0 && !archived->is_last) {
		result = archive_read_data_block(archived->reader, &data, &len, &offset);
	}
	archived->is_last |= result == ARCHIVE_WARN;
	if (archived->is_last && len == 0) {
		take_fault(archived, ARCHIVE_WARN);
	}
	check(archived, result);
	if (result == ARCHIVE_EOF || archived->fault != ARCHIVED_FINE || offset < 0) {
		return false;
	}
	archived->data = data;
	archived->data_len = len;
	archived->data_offset = (uint64_t)offset;
	return true;
}

size_t archived_read(struct archived *archived, char *buffer, size_t size)
{
	if (archived->fault != ARCHIVED_FINE) {
		return 0;
	}
	if (archived->data_len == 0 && !next_block(archived)) {
		return 0;
	}
	size_t count = archived->data_len < size ? archived->data_len : size;
	if (archived->data_offset > archived->given) {
		/* a hole in a sparse file */
		uint64_t hole = archived->data_offset - archived->given;
		count = hole < size ? (size_t)hole : size;
		memset(buffer, 0, count);
	} else if (count > 0) {
		memcpy(buffer, archived->data, count);
		archived->data += count;
		archived->data_len -= count;
		archived->data_offset += count;
	}
	archived->given += count;
	return count;
}

enum archived_fault archived_fault(const struct archived *archived, const char **text)
{
	*text = archived->text[0] != '\0' ? archived->text : NULL;
	return archived->fault;
}

struct account *archived_account(const struct archived *archived)
{
	return archived->under->account;
}

bool archived_is_dead(const struct archived *archived)
{
	return archived->is_dead;
}

uint64_t archived_offset(const struct archived *archived)
{
	int64_t offset = archive_filter_bytes(archived->reader, 0);
	return offset > 0 ? (uint64_t)offset : 0;
}

uint64_t archived_header_offset(const struct archived *archived)
{
	int64_t offset = archive_read_header_position(archived->reader);
	return offset > 0 ? (uint64_t)offset : 0;
}
