/* SPDX-License-Identifier: Apache-2.0 */
/* --redact: the key and its map file, what is said of inputs, and reports that are redacted. */
#include "base/json.h"
#include "base/text.h"
#include "base/vec.h"
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_SCHEMA "whydown.redact-map/1"

enum { MAP_MAX = 64 << 20 };

static const char *const kind_names[REDACT_KIND_COUNT] = {
	[REDACT_SECRET] = "secret", [REDACT_USER] = "user",       [REDACT_DATA] = "data",
	[REDACT_NAME] = "name",     [REDACT_ADDRESS] = "address", [REDACT_ID] = "id"};

struct complaint {
	struct str path, what;
};

struct redaction {
	const char *map_path; /* NULL: none */
	struct redactor *redactor;
	unsigned char key[REDACT_KEY_BYTES];
	bool has_key;
	struct buf map; /* as it was read */
	struct {
		struct complaint *items;
		size_t count, capacity;
	} complaints; /* said once the names in them can be replaced */
	struct arena keep;
};

/* ---- the map file ---- */

static bool read_key(struct redaction *redaction, struct str hex)
{
	uint64_t byte;
	for (size_t i = 0; i < REDACT_KEY_BYTES && hex.len == REDACT_KEY_BYTES * 2; i++) {
		if (!str_to_hex64(str_slice(hex, i * 2, i * 2 + 2), &byte)) {
			return false;
		}
		redaction->key[i] = (unsigned char)byte;
	}
	return hex.len == REDACT_KEY_BYTES * 2;
}

static int read_map(struct redaction *redaction, FILE *file)
{
	struct error err = {0};
	size_t len;
	do {
		len = fread(buf_reserve(&redaction->map, 1 << 16), 1, 1 << 16, file);
		redaction->map.len += len;
	} while (len > 0 && redaction->map.len < MAP_MAX);
	struct json *document = json_parse(buf_str(&redaction->map), &err);
	if (document == NULL) {
		return complain(STATUS_USAGE, "%s: %s", redaction->map_path, err.text);
	}
	redaction->has_key = str_equals(json_get_text(document, "schema"), STR(MAP_SCHEMA)) &&
	                     read_key(redaction, json_get_text(document, "key"));
	json_destroy(document);
	return redaction->has_key
	               ? STATUS_OK
	               : complain(STATUS_USAGE, "%s: is no map of --redact; name another file",
	                          redaction->map_path);
}

int redaction_begin(struct options *options)
{
	if (!options->is_redacted) {
		return STATUS_OK;
	}
	struct redaction *redaction = arena_new(&options->run, struct redaction);
	*redaction = (struct redaction){.map_path = options->redact_map};
	options->redaction = redaction;
	if (redaction->map_path == NULL) {
		return STATUS_OK;
	}
	FILE *file = fopen(redaction->map_path, "re");
	if (file != NULL) {
		int status = read_map(redaction, file);
		fclose(file);
		if (status != STATUS_OK) {
			buf_finish(&redaction->map);
		}
		return status;
	}
	if (errno != ENOENT) {
		return complain(STATUS_USAGE, "%s: cannot be read: %s", redaction->map_path,
		                error_system(errno));
	}
	redaction->has_key =
		getrandom(redaction->key, sizeof(redaction->key), 0) == REDACT_KEY_BYTES;
	return redaction->has_key ? STATUS_OK
	                          : complain(STATUS_FAILED, "--redact-map: no random bytes: %s",
	                                     error_system(errno));
}

static void learn_map(struct redaction *redaction)
{
	struct json *document =
		redaction->map.len > 0 ? json_parse(buf_str(&redaction->map), NULL) : NULL;
	const struct json *item = json_first(json_get(document, "names"));
	for (; item != NULL; item = json_next(item)) {
		for (size_t kind = 0; kind < REDACT_KIND_COUNT; kind++) {
			if (str_equals(json_text(item), str_from(kind_names[kind]))) {
				redactor_learn(redaction->redactor, json_key(item),
				               (enum redact_kind)kind);
			}
		}
	}
	json_destroy(document);
}

struct redactor *redaction_key(const struct options *options, const struct digest *digest,
                               struct str more)
{
	struct redaction *redaction = options->redaction;
	if (redaction == NULL || redaction->redactor != NULL) {
		return redaction != NULL ? redaction->redactor : NULL;
	}
	if (!redaction->has_key) {
		redactor_derive_key(digest, more, redaction->key);
	}
	redaction->redactor = redactor_create(redaction->key);
	learn_map(redaction);
	vec_foreach (const struct complaint, item, &redaction->complaints) {
		redactor_learn_path(redaction->redactor, item->path);
	}
	return redaction->redactor;
}

static void write_map(const struct redaction *redaction, struct buf *out)
{
	struct json_writer json;
	struct str text;
	enum redact_kind kind;
	json_writer_init(&json, out, 1);
	json_object_begin(&json);
	json_member_text(&json, "schema", STR(MAP_SCHEMA));
	json_write_key(&json, "key");
	struct buf hex = {0};
	for (size_t i = 0; i < REDACT_KEY_BYTES; i++) {
		buf_printf(&hex, "%02x", redaction->key[i]);
	}
	json_write_text(&json, buf_str(&hex));
	buf_finish(&hex);
	json_write_key(&json, "names");
	json_object_begin(&json);
	for (size_t i = 0; redactor_learned(redaction->redactor, i, &text, &kind); i++) {
		json_write_key_text(&json, text);
		json_write_text(&json, str_from(kind_names[kind]));
	}
	json_object_end(&json);
	json_object_end(&json);
	buf_byte(out, '\n');
}

static int save_map(const struct redaction *redaction)
{
	struct buf out = {0};
	char beside[4096];
	int len = snprintf(beside, sizeof(beside), "%s.XXXXXX", redaction->map_path);
	int fd = len < (int)sizeof(beside) ? mkstemp(beside) : -1; /* mode 0600 */
	write_map(redaction, &out);
	ssize_t written = fd >= 0 ? write(fd, out.ptr, out.len) : -1;
	bool is_saved = written == (ssize_t)out.len;
	buf_finish(&out);
	is_saved &= fd >= 0 && close(fd) == 0;
	if (is_saved && rename(beside, redaction->map_path) == 0) {
		return STATUS_OK;
	}
	int problem = errno;
	if (fd >= 0) {
		unlink(beside);
	}
	return complain(STATUS_FAILED, "%s: cannot be written: %s", redaction->map_path,
	                error_system(problem));
}

/* ---- what is said of inputs ---- */

static void say(const struct redaction *redaction, struct str path, struct str what)
{
	struct buf out = {0};
	if (redaction != NULL) {
		redactor_path(redaction->redactor, path, &out);
		buf_add(&out, path.len > 0 ? STR(": ") : STR(""));
		redactor_text(redaction->redactor, what, &out);
		complain(STATUS_OK, "%.*s", STR_ARG(buf_str(&out)));
	} else if (path.len > 0) {
		complain(STATUS_OK, "%.*s: %.*s", STR_ARG(path), STR_ARG(what));
	} else {
		complain(STATUS_OK, "%.*s", STR_ARG(what));
	}
	buf_finish(&out);
}

int complain_of(const struct options *options, int status, struct str path, const char *format, ...)
{
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(text, sizeof(text), text_said(format), arguments);
	va_end(arguments);
	struct str what = {text, len < 0                      ? 0
	                         : (size_t)len < sizeof(text) ? (size_t)len
	                                                      : sizeof(text) - 1};
	struct redaction *redaction = options->redaction;
	struct arena tmp;
	arena_init(&tmp);
	/* an error that names the path itself */
	if (str_starts(what, path) && str_starts(str_skip(what, path.len), STR(": "))) {
		what = str_skip(what, path.len + 2);
	}
	what = text_retell(text_spoken(), what, &tmp);
	if (redaction == NULL) {
		say(NULL, path, what);
	} else {
		vec_push(&redaction->complaints,
		         (struct complaint){.path = arena_str(&redaction->keep, path),
		                            .what = arena_str(&redaction->keep, what)});
	}
	arena_finish(&tmp);
	return status;
}

int redaction_end(struct options *options, int status)
{
	struct redaction *redaction = options->redaction;
	if (redaction == NULL) {
		return status;
	}
	redaction_key(options, NULL, STR(""));
	vec_foreach (const struct complaint, item, &redaction->complaints) {
		say(redaction, item->path, item->what);
	}
	if (redaction->map_path != NULL && status != STATUS_USAGE && status != STATUS_FAILED) {
		int saved = save_map(redaction);
		status = saved != STATUS_OK ? saved : status;
	}
	redactor_destroy(redaction->redactor);
	vec_finish(&redaction->complaints);
	buf_finish(&redaction->map);
	arena_finish(&redaction->keep);
	options->redaction = NULL;
	return status;
}
