/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Private to input/. */

#include "base/str.h"

/** Whether a FIFO has a name that only the shell's <(...) or a redirection gives: it is read. */
bool list_is_pipe_of_shell(struct str path);
