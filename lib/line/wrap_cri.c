/* SPDX-License-Identifier: Apache-2.0 */
/* Container logs of Kubernetes: "2024-03-12T08:21:04.512883107Z stderr F text". */
#include "line/shape.h"
#include "line/wrapper.h"

enum { TAGS_LENGTH_MAX = 32 };

/* "stderr F ", "stdout P:x ". Returns: its length; 0: it is none. */
static size_t read_tags(struct str rest, struct wrap *wrap)
{
	bool is_error = str_starts(rest, STR("stderr "));
	if (!is_error && !str_starts(rest, STR("stdout "))) {
		return 0;
	}
	size_t at = 7, end = at;
	while (end < rest.len && end < at + TAGS_LENGTH_MAX && rest.ptr[end] != ' ') {
		end++;
	}
	char tag = at < rest.len ? rest.ptr[at] : ' ';
	if ((tag != 'F' && tag != 'P') || (end > at + 1 && rest.ptr[at + 1] != ':')) {
		return 0;
	}
	wrap->output = is_error ? LINE_STDERR : LINE_STDOUT;
	wrap->is_partial = tag == 'P';
	return end < rest.len ? end + 1 : end;
}

static int bid(const struct wrap_context *context, const void *state, struct str line)
{
	(void)context, (void)state;
	struct str head = str_slice(line, 19, 48);
	return str_looks_like(line, "dddd-dd-ddTdd:dd:dd") &&
	                       (str_contains(head, STR(" stdout ")) ||
	                        str_contains(head, STR(" stderr ")))
	               ? 80
	               : 0;
}

static enum wrap_result peel(struct wrap_context *context, void *state, struct wrap *wrap)
{
	(void)context, (void)state;
	struct stamp stamp;
	if (!stamp_read(wrap->text, &stamp) || !stamp.is_iso || stamp.used >= wrap->text.len ||
	    wrap->text.ptr[stamp.used] != ' ') {
		return WRAP_REFUSED;
	}
	size_t used = read_tags(str_skip(wrap->text, stamp.used + 1), wrap);
	if (used == 0) {
		return WRAP_REFUSED;
	}
	wrap_set_time(wrap, stamp.time_ns, stamp.zone);
	wrap->text = str_skip(wrap->text, stamp.used + 1 + used);
	return WRAP_PEELED;
}

const struct wrapper wrapper_cri = {
	.name = "cri", .first = "12", .is_sure = true, .bid = bid, .bid_max = 80, .peel = peel};
