#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write JSON files, minified, as a C table: embed.py OUT.c FILE..."""
import json
import pathlib
import sys


def main():
    out, files = sys.argv[1], sorted(sys.argv[2:])
    lines = ['#include "cause/set.h"', ""]
    for number, name in enumerate(files):
        data = json.dumps(json.loads(pathlib.Path(name).read_text()), ensure_ascii=False, separators=(",", ":")).encode()
        bytes_text = ",".join(str(byte) for byte in data)
        lines.append(f"static const unsigned char text_{number}[] = {{{bytes_text}}};")
    lines.append("const struct embedded_file cause_files[] = {")
    for number, name in enumerate(files):
        lines.append(f'\t{{"{pathlib.Path(name).name}", (const char *)text_{number}, sizeof(text_{number})}},')
    lines += ["};", f"const size_t cause_file_count = {len(files)};", ""]
    pathlib.Path(out).write_text("\n".join(lines))


main()
