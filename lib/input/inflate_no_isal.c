/* SPDX-License-Identifier: Apache-2.0 */
#include "input/inflate.h"

const struct inflate_engine *const inflate_fast = &inflate_zlib;
