/* SPDX-License-Identifier: Apache-2.0 */
#include "line/reader.h"

const struct wrapper *const wrapper_table[] = {
        &wrapper_docker_json, &wrapper_cri,   &wrapper_kubectl, &wrapper_compose,     &wrapper_docker_time,
        &wrapper_syslog,      &wrapper_quote, &wrapper_ansi,    &wrapper_json_export, NULL,
};

const struct wrapper *wrapper_of(struct str line)
{
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
