/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of etcd with known bugs that matter here. Source: etcd's CHANGELOG-3.4.md, -3.5.md,
 * -3.6.md. */
#include "base/vec.h"
#include "cause/reason.h"

#define LITERAL(en, zh)                                                                            \
	{                                                                                          \
		.in = { [TEXT_EN] = STR_INIT(en), [TEXT_ZH] = STR_INIT(zh) }                       \
	}

static const struct {
	int minor;       /* of 3.x */
	int from, fixed; /* patch releases: from one on, until the one that mends it */
	struct text_both what;
} bugs[] = {
	{4, 0, 8,
         LITERAL("a deadlock and inconsistent data after a crash", "死锁,以及崩溃后数据不一致")},
	{4, 0, 31,
         LITERAL("a stalled former leader may revoke leases that are alive",
                 "停顿的旧 leader 可能撤销仍有效的租约")},
	{4, 0, 42,
         LITERAL("a race between linearizable reads and a change of leader",
                 "线性读与 leader 变更之间的竞态")},
	{5, 0, 3,
         LITERAL("members may differ after a crash under load: not for production",
                 "高负载下崩溃后成员数据可能不一致:不可用于生产")},
	{5, 3, 4,
         LITERAL("a panic at start with authentication enabled", "启用认证时启动会 panic")},
	{5, 0, 6,
         LITERAL("a crash during defragmentation may leave inconsistent data",
                 "碎片整理期间崩溃可能导致数据不一致")},
	{5, 0, 13,
         LITERAL("a stalled former leader may revoke leases that are alive",
                 "停顿的旧 leader 可能撤销仍有效的租约")},
	{5, 13, 16, LITERAL("renewing leases is slow", "租约续期变慢")},
	{5, 0, 28,
         LITERAL("a race between linearizable reads and a change of leader",
                 "线性读与 leader 变更之间的竞态")},
	{6, 0, 9,
         LITERAL("a race between linearizable reads and a change of leader",
                 "线性读与 leader 变更之间的竞态")},
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
	struct str en = bugs[first].what.in[TEXT_EN], zh = bugs[first].what.in[TEXT_ZH];
	struct advice advice = {.id = STR("etcd-bugs")};
	advice.text = both_printf(reason->keep,
	                          "Upgrade etcd " STR_FMT " to 3.%d.%d or later of its line.",
	                          "将 etcd " STR_FMT " 升级到 3.%d.%d 或同一版本线的更新版本。",
	                          STR_ARG(version), minor, fixed);
	advice.because.in[TEXT_EN] =
		arena_printf(reason->keep, "known in this release: " STR_FMT, STR_ARG(en));
	advice.because.in[TEXT_ZH] =
		arena_printf(reason->keep, "此版本的已知问题:" STR_FMT, STR_ARG(zh));
	vec_push(&reason->findings->advice, advice);
}
