/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crashes: Go panics and runtime errors with their goroutine dump, signals in native code, C++ aborts. No stamp.
 * The message is what stands before the dump; the dump is the field "stack".
 * Source: Go runtime/panic.go, runtime/signal_unix.go
 */
#include "format/formats.h"

static const struct str heads[] = {
        STR_INIT("panic: "),          STR_INIT("fatal error: "),       STR_INIT("SIGSEGV: "),
        STR_INIT("SIGABRT: "),        STR_INIT("SIGILL: "),            STR_INIT("SIGBUS: "),
        STR_INIT("SIGFPE: "),         STR_INIT("SIGQUIT: "),           STR_INIT("SIGTRAP: "),
        STR_INIT("runtime: out of memory"), STR_INIT("runtime: goroutine stack exceeds"),
        STR_INIT("runtime/cgo: "),    STR_INIT("unexpected fault address"), STR_INIT("terminate called "),
        STR_INIT("SIGNAL CATCH BY NON-GO SIGNAL HANDLER"), STR_INIT("*** Aborted at "), STR_INIT("*** SIG"),
        STR_INIT("Segmentation fault"), STR_INIT("Aborted (core dumped)"), STR_INIT("Illegal instruction"),
        STR_INIT("malloc(): "),       STR_INIT("free(): "),            STR_INIT("double free or corruption"),
        STR_INIT("runtime: failed to create new OS thread"),
        STR_INIT("exit status "),     STR_INIT("what():  "),
};

static int bid_panic(struct str line)
{
	if (line.len < 5) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (str_starts(line, heads[i])) {
			return (int)heads[i].len;
		}
	}
	return 0;
}

static int64_t date_none(struct str line, enum clock_zone *zone)
{
	(void)line;
	*zone = CLOCK_ZONE_NONE;
	return TIME_NONE;
}

static bool has_any(struct str text, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_contains(text, names[i])) {
			return true;
		}
	}
	return false;
}

/* Whose frames the dump shows. */
static enum format_program program_of(struct str text)
{
	static const struct str milvus[] = {STR_INIT("milvus-io/milvus"), STR_INIT("/milvus/"), STR_INIT("milvus::"), STR_INIT("knowhere")};
	static const struct str etcd[] = {STR_INIT("go.etcd.io/etcd"), STR_INIT("github.com/coreos/etcd"), STR_INIT("go.etcd.io/bbolt"),
	                                  STR_INIT("etcdserver"), STR_INIT("github.com/etcd-io/"), STR_INIT("coreos/bbolt")};
	struct str head = str_slice(text, 0, 64 << 10);
	if (has_any(head, milvus, sizeof(milvus) / sizeof(milvus[0]))) {
		return FORMAT_MILVUS;
	}
	return has_any(head, etcd, sizeof(etcd) / sizeof(etcd[0])) ? FORMAT_ETCD : FORMAT_PROGRAM_UNKNOWN;
}

static bool decode_panic(struct str text, struct arena *tmp, struct record *record)
{
	ptrdiff_t dump = str_find(text, STR("\ngoroutine "));
	if (dump < 0) {
		dump = str_find(text, STR("\nruntime stack:"));
	}
	struct str head = dump < 0 ? text : str_slice(text, 0, (size_t)dump);
	record->message = str_trim(head);
	record->level = FORMAT_FATAL;
	record->program = program_of(text);
	if (dump >= 0) {
		format_add_field(record, tmp, STR("stack"), str_skip(text, (size_t)dump + 1));
	}
	return true;
}

const struct format format_go_panic = {.name = "go-panic", .bid = bid_panic, .date = date_none, .decode = decode_panic, .is_multiline = true};

/* ---- Milvus's banner and what its start scripts print ---- */

static const struct str banner_lines[] = {
        STR_INIT("Welcome to use Milvus!"), STR_INIT("Welcome to Milvus!"), STR_INIT("Version:   "), STR_INIT("Version: v"),
        STR_INIT("Built:     "),            STR_INIT("GitCommit: "),        STR_INIT("GoVersion: "), STR_INIT("TotalMem: "),
        STR_INIT("UsedMem: "),              STR_INIT("open pid file: "),    STR_INIT("lock pid file: "),
        STR_INIT("---Milvus Proxy"),        STR_INIT("    __  _________ _"), STR_INIT("keep alive error "),
        STR_INIT("got error during keeping alive with etcd"), STR_INIT("Set runtime dir at "), STR_INIT("Unknown server type"),
        STR_INIT("file /run/milvus"),
};

static int bid_banner(struct str line)
{
	for (size_t i = 0; i < sizeof(banner_lines) / sizeof(banner_lines[0]); i++) {
		if (str_starts(line, banner_lines[i])) {
			return (int)banner_lines[i].len;
		}
	}
	return 0;
}

static bool decode_banner(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	record->message = str_trim(text);
	record->level = FORMAT_INFO;
	record->program = FORMAT_MILVUS;
	return true;
}

static bool continues_banner(struct str line)
{
	return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '/' || line.ptr[0] == '\\');
}

const struct format format_milvus_banner = {
        .name = "milvus-banner",
        .bid = bid_banner,
        .date = date_none,
        .decode = decode_banner,
        .is_multiline = true,
        .continues = continues_banner};
