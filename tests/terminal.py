#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is on the screen when standard output is a terminal: terminal.py WHYDOWN ROOT"""
import os
import pathlib
import pty
import re
import sys

import case as cases
from hostile import width
from tap import Tap

VERDICT = "Milvus stopped: etcd's disk answered too slowly."


def screen(program, folder, options=(), **environment):
    """All that is written to a terminal of this width, and the exit status."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(program, [program, *options, *cases.arguments(pathlib.Path("."))], {"PATH": os.environ["PATH"], "TERM": "xterm", **environment})
    written = b""
    try:
        while chunk := os.read(terminal, 65536):
            written += chunk
    except OSError:
        pass  # the other end is closed
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return written.decode(), os.waitstatus_to_exitcode(status)


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


def check_screens(tap, program, folder):
    utf8 = {"LC_ALL": "C.UTF-8", "COLUMNS": "80", "LINES": "50"}
    shown, status = screen(program, folder, PAGER="cat", **utf8)
    lines = plain(shown).rstrip("\n").split("\n")
    tap.check("without a pager the verdict is the last thing", status == 0 and VERDICT in lines[-6:], lines[-7:])
    tap.check("it has colours", "\x1b[" in shown)
    tap.check("and blocks", "█" in shown)
    shown, status = screen(program, folder, PAGER="sed -n 1,5p", **utf8)
    tap.check("in a pager the verdict is the first thing", status == 0 and plain(shown).split("\n")[0] == VERDICT, shown)
    tap.check("what the pager leaves out is not shown", plain(shown).count("\n") == 5, shown)
    shown, status = screen(program, folder, PAGER="exit 3", **utf8)
    tap.check("a pager that ends at once is no failure", status == 0 and plain(shown) == "", f"{status} {shown}")
    shown, _ = screen(program, folder, PAGER="echo no", LC_ALL="C.UTF-8", COLUMNS="80", LINES="5000")
    tap.check("what fits needs no pager", VERDICT in shown and not shown.startswith("no"))
    shown, _ = screen(program, folder, PAGER="cat", NO_COLOR="1", **utf8)
    tap.check("NO_COLOR", "\x1b" not in shown)
    shown, status = screen(program, folder, ("-f", "html"), **utf8)
    tap.check("no HTML is poured over a terminal", status == 2 and shown.count("\n") == 1 and "-o FILE" in shown, shown[:200])
    for dull in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8", "TERM": "dumb"}):
        shown, _ = screen(program, folder, PAGER="cat", COLUMNS="80", **dull)
        tap.check(f"colours only where they are known, with {dull}", ("\x1b" in shown) == ("TERM" not in dull), shown[:80])
        tap.check(f"ASCII only with {dull}", VERDICT in shown and shown.isascii(), [line for line in shown.split("\n") if not line.isascii()])


def check_widths(tap, program, root):
    for columns in (40, 80, 120, 200):
        faults, widest = [], 0
        for case in cases.cases(root):
            shown, _ = screen(program, case, PAGER="cat", LC_ALL="C.UTF-8", COLUMNS=str(columns))
            lines = plain(shown).split("\n")
            widest = max(widest, *map(width, lines))
            faults += [f"{case.name}: {line}" for line in lines if width(line) > columns]
        tap.empty(f"no line is wider than {columns} columns", faults)
        tap.check(f"{columns} columns are used", widest > 0.9 * columns, f"{widest}")


def main():
    program, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    with Tap() as tap:
        check_screens(tap, program, root / "testdata/cases/story-slow-disk")
        check_widths(tap, program, root)


if __name__ == "__main__":
    main()
