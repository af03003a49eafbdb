/* SPDX-License-Identifier: Apache-2.0 */
#include "line/reader.h"

const struct wrapper *const wrapper_table[] = {
        &wrapper_docker_json, &wrapper_cri,   &wrapper_kubectl, &wrapper_compose,     &wrapper_docker_time,
        &wrapper_syslog,      &wrapper_quote, &wrapper_ansi,    &wrapper_json_export, NULL,
};

/* The usual case: a record of Milvus or etcd that stands by itself. Its first bytes rule out every wrapper but
 * colours. */
static bool is_plain(struct str line)
{
	bool is_milvus = line.len > 30 && line.ptr[0] == '[' && line.ptr[5] == '/' && line.ptr[8] == '/' && line.ptr[11] == ' ';
	bool is_etcd = str_starts(line, STR("{\"level\":\""));
	return (is_milvus || is_etcd) && str_find_byte(str_slice(line, 0, 4096), '\x1b') < 0;
}

const struct wrapper *wrapper_of(struct str line)
{
	if (is_plain(line)) {
		return NULL;
	}
	const struct wrapper *best = NULL;
	int highest = 0;
	for (size_t i = 0; wrapper_table[i] != NULL; i++) {
		int bid = wrapper_table[i]->bid(line);
		if (bid > highest) {
			highest = bid;
			best = wrapper_table[i];
		}
	}
	return best;
}
