/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of etcd with known bugs that matter here. Source: etcd's CHANGELOG-3.4.md, -3.5.md,
 * -3.6.md. */
#include "base/vec.h"
#include "cause/reason.h"

static const struct {
	int minor;       /* of 3.x */
	int from, fixed; /* patch releases: from one on, until the one that mends it */
	struct text_both what;
} bugs[] = {
	{4, 0, 8, TEXT_BOTH("a deadlock and inconsistent data after a crash")},
	{4, 0, 31, TEXT_BOTH("a stalled former leader may revoke leases that are alive")},
	{4, 0, 42, TEXT_BOTH("a race between linearizable reads and a change of leader")},
	{5, 0, 3, TEXT_BOTH("members may differ after a crash under load: not for production")},
	{5, 3, 4, TEXT_BOTH("a panic at start with authentication enabled")},
	{5, 0, 6, TEXT_BOTH("a crash during defragmentation may leave inconsistent data")},
	{5, 0, 13, TEXT_BOTH("a stalled former leader may revoke leases that are alive")},
	{5, 13, 16, TEXT_BOTH("renewing leases is slow")},
	{5, 0, 28, TEXT_BOTH("a race between linearizable reads and a change of leader")},
	{6, 0, 9, TEXT_BOTH("a race between linearizable reads and a change of leader")},
};

/* "3.5.13-rc.1": three numbers. */
static bool read_version(struct str text, int *major, int *minor, int *patch)
{
	int *parts[] = {major, minor, patch};
	for (size_t i = 0; i < 3; i++) {
		struct str part;
		uint64_t number;
		size_t digits = 0;
		str_cut(text, STR("."), &part, &text);
		while (digits < part.len && part.ptr[digits] >= '0' && part.ptr[digits] <= '9') {
			digits++;
		}
		if (!str_to_uint64(str_slice(part, 0, digits), &number) || number > 1000) {
			return false;
		}
		*parts[i] = (int)number;
	}
	return true;
}

/* The most important one, and the release that has none of those. */
void reason_advise_version(struct reason *reason)
{
	enum { NONE = -1 };
	struct str version = reason->findings->environment.etcd_version;
	int major, minor, patch, first = NONE, fixed = 0;
	if (!read_version(version, &major, &minor, &patch) || major != 3) {
		return;
	}
	for (int i = 0; i < (int)(sizeof(bugs) / sizeof(bugs[0])); i++) {
		if (bugs[i].minor == minor && patch >= bugs[i].from && patch < bugs[i].fixed) {
			first = first == NONE ? i : first;
			fixed = bugs[i].fixed > fixed ? bugs[i].fixed : fixed;
		}
	}
	if (first == NONE) {
		return;
	}
	struct advice advice = {.id = STR("etcd-bugs")};
	advice.text =
		both_printf(reason->keep, "Upgrade etcd %.*s to 3.%d.%d or later of its line.",
	                    STR_ARG(version), minor, fixed);
	for (int lang = 0; lang < TEXT_LANG_COUNT; lang++) {
		advice.because.in[lang] = arena_printf(
			reason->keep,
			text_translate((enum text_lang)lang, "known in this release: %.*s"),
			STR_ARG(text_in(&bugs[first].what, (enum text_lang)lang)));
	}
	vec_push(&reason->findings->advice, advice);
}
