/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The start scripts of bitnami's images; the time of day without a date:
 *   etcd 08:21:04.32 INFO  ==> ** Starting etcd **
 *   etcd 11:15:43.69 Welcome to the Bitnami etcd container
 * Source: bitnami/containers prebuildfs/opt/bitnami/scripts/liblog.sh
 */
#include "format/formats.h"
#include "format/reading.h"

/* Behind "name dd:dd:dd.dd "; empty when it does not begin so. */
static struct str skip_head(struct str line)
{
	struct str rest = line, name = format_word(&rest);
	rest = str_skip(rest, 1);
	if (name.len == 0 || name.len > 32 || !str_looks_like(rest, "dd:dd:dd.dd")) {
		return (struct str){NULL, 0};
	}
	format_word(&rest);
	return rest;
}

static int bid(struct str line)
{
	return line.len > 0 && line.ptr[0] >= 'a' && line.ptr[0] <= 'z' && skip_head(line).len > 0
	               ? FORMAT_BID_LIKELY
	               : 0;
}

static bool decode(struct str text, struct arena *tmp, struct record *record)
{
	(void)tmp;
	struct str level, rest = skip_head(text);
	record->program = FORMAT_OTHER;
	record->message = str_trim(rest);
	if (str_cut(rest, STR("==> "), &level, &rest)) {
		record->level = format_level_of(str_trim(level));
		record->message = rest;
	}
	return true;
}

const struct format format_bitnami = {
	.name = "bitnami",
	.first = FORMAT_FIRST_OTHER,
	.bid = bid,
	.date = format_date_none,
	.decode = decode,
};
