#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each header compiles alone: test_headers.py ROOT COMPILER..."""
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import Tap

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-psabi", "-fsyntax-only", "-xc", "-"]


def compile_text(compiler, root, text):
    return subprocess.run([*compiler, f"-I{root / 'lib'}", f"-I{root}", *FLAGS], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    headers = sorted([*(root / "lib").glob("*/*.h"), *(root / "cmd").glob("*.h")])
    with Tap() as tap:
        tap.check("a header that leans on others is found", compile_text(compiler, root, "size_t size(void);\n").returncode != 0)
        for header in headers:
            name = header.relative_to(root).as_posix()
            name = name.removeprefix("lib/")
            done = compile_text(compiler, root, f'#include "{name}"\n')
            tap.check(name, done.returncode == 0, done.stdout)


main()
