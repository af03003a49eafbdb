/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl logs --prefix: "[pod/my-release-etcd-0/etcd] text". */
#include "line/wrapper.h"

enum { NAMES_LENGTH_MAX = 400 };

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context, (void)state;
	struct str head = str_slice(wrap->text, 5, NAMES_LENGTH_MAX), pod, container;
	ptrdiff_t end = str_find_byte(head, ']');
	if (!str_starts(wrap->text, STR("[pod/")) || end < 0 ||
	    !str_cut(str_slice(head, 0, (size_t)end), STR("/"), &pod, &container)) {
		return WRAP_REFUSED;
	}
	wrap->source.pod = pod;
	wrap->source.container = container;
	wrap->text = str_skip(wrap->text, 5 + (size_t)end + 1);
	if (str_starts(wrap->text, STR(" "))) {
		wrap->text = str_skip(wrap->text, 1);
	}
	return WRAP_PEELED;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	return str_starts(line, STR("[pod/")) ? 80 : 0;
}

const struct wrapper wrapper_kubectl = {
	.name = "kubectl", .first = "[", .is_sure = true, .bid = bid, .bid_max = 80, .peel = peel};
