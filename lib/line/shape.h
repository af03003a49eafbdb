/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What records look like from outside, cheaply: where one begins, and whether it is whole. */

#include "line/line.h"

bool shape_is_digit(char byte);
/** Letters, digits and "-_." */
bool shape_is_name_byte(char byte);

/**
 * A record of Milvus or etcd that stands by itself: no wrapper is around it, whatever follows.
 *
 * Cost: a few bytes are looked at
 */
bool shape_is_plain(struct str text);
/** The start of a record that hardly anything else looks like: zap's JSON, Milvus, capnslog. */
bool shape_starts_strongly(struct str text);
/** A record that shows its own date, as Milvus, etcd, glog and their like print it. */
bool shape_starts_dated(struct str text);
/** The first line of any record, such as a panic or a line of a script too. */
bool shape_starts_record(struct str text);
/** Whether all that a JSON or Milvus record opened is closed at the end of text. */
bool shape_is_closed(struct str text);
