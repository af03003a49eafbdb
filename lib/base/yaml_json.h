/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* YAML documents, read as JSON documents; by libyaml, whose only user is yaml_json.c. */

#include "base/json.h"

enum { YAML_SIZE_MAX = 4 << 20 };

/**
 * Read the first document of a text: mappings become objects, plain numbers and booleans become
 * such, all else is text; an alias becomes null (what it stands for could grow without bounds).
 * What cannot be read ends the document there: what came before it is kept.
 *
 * text:   at most YAML_SIZE_MAX bytes of it are read
 * is_cut: set when the document was not read to its end; may be NULL
 * Returns: NULL when there is no mapping or sequence
 * Owner:   the caller, json_destroy
 */
struct json *yaml_parse(struct str text, bool *is_cut);
