/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Go program that ends: panic, fatal error of the runtime, signal in Go or in cgo, with the dump
 * of its goroutines. No stamp. The message is all before the dump; the dump is the field "stack".
 * Source: Go runtime/panic.go, runtime/signal_unix.go, runtime/traceback.go
 */
#include "format/formats.h"
#include "format/reading.h"

enum { FRAMES_MAX = 64 << 10 /* bytes of the dump in which the program's own frames stand */ };

static const struct str heads[] = {
	STR_INIT("panic: "),
	STR_INIT("fatal error: "),
	STR_INIT("SIGSEGV: "),
	STR_INIT("SIGABRT: "),
	STR_INIT("SIGILL: "),
	STR_INIT("SIGBUS: "),
	STR_INIT("SIGFPE: "),
	STR_INIT("SIGQUIT: "),
	STR_INIT("SIGTRAP: "),
	STR_INIT("SIGSYS: "),
	STR_INIT("runtime: out of memory"),
	STR_INIT("runtime: goroutine stack exceeds"),
	STR_INIT("runtime: program exceeds "),
	STR_INIT("runtime: failed to create new OS thread"),
	STR_INIT("runtime: cannot allocate memory"),
	STR_INIT("runtime/cgo: "),
	STR_INIT("unexpected fault address "),
	STR_INIT("fatal: morestack on "),
	STR_INIT("exit status "),
};

static int bid(struct str line)
{
	return str_starts_any(line, heads, FORMAT_COUNT(heads)) ? FORMAT_BID_LIKELY + 5 : 0;
}

/* Where the dump begins: on a line of its own, or joined to the message by a collector. */
static size_t find_dump(struct str text)
{
	static const struct str starts[] = {STR_INIT("\ngoroutine "), STR_INIT("\nruntime stack:")};
	size_t first = text.len;
	if (str_starts(text, STR("goroutine "))) {
		return 0; /* its head is missing */
	}
	for (size_t i = 0; i < FORMAT_COUNT(starts); i++) {
		ptrdiff_t at = str_find(str_slice(text, 0, first), starts[i]);
		first = at < 0 ? first : (size_t)at;
	}
	if (first < text.len) {
		return first;
	}
	ptrdiff_t joined = str_find(text, STR(" goroutine "));
	struct str rest = str_skip(text, joined < 0 ? text.len : (size_t)joined + 11);
	ptrdiff_t state = str_find(str_slice(rest, 0, 24), STR(" ["));
	return state > 0 && format_is_digit(rest.ptr[0]) ? (size_t)joined : text.len;
}

static enum format_program program_of(struct str stack)
{
	static const struct str etcd[] = {
		STR_INIT("go.etcd.io/etcd/"), STR_INIT("go.etcd.io/bbolt"),
		STR_INIT("github.com/coreos/etcd/"), STR_INIT("github.com/coreos/bbolt"),
		STR_INIT("github.com/etcd-io/bbolt")};
	struct str frames = str_slice(stack, 0, FRAMES_MAX);
	if (str_contains(frames, STR("milvus-io/milvus"))) {
		return FORMAT_MILVUS;
	}
	for (size_t i = 0; i < FORMAT_COUNT(etcd); i++) {
		if (str_contains(frames, etcd[i])) {
			return FORMAT_ETCD;
		}
	}
	return FORMAT_PROGRAM_UNKNOWN;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	size_t dump = find_dump(text);
	struct str stack = str_trim(str_skip(text, dump));
	record->message = str_trim(str_slice(text, 0, dump));
	record->level = FORMAT_FATAL;
	record->program = program_of(stack);
	if (stack.len > 0) {
		format_add_field(record, tmp, STR("stack"), stack);
	}
	return true;
}

const struct format format_go_panic = {
	.name = "go-panic",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = format_date_none,
	.decode = decode,
	.is_multiline = true,
	.is_dump = true,
};
