#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How far it is, on stderr: progress.py WHYDOWN ROOT

Nothing here is timed: a pipe is held open until the line is there, and --progress always draws at the beginning and the end.
"""
import gzip
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile

import case as cases
from tap import Tap

WIPE = "\r\x1b[K"
KNOWN = re.compile(r"\r(\d+) %, [\d.]+ [kMGT]?B of ([\d.]+ [kMGT]?B), [\d.]+ [kMGT]?B/s(?:, [^\r]* left)?\x1b\[K")
UNKNOWN = re.compile(r"\r([\d.]+ [kMGT]?B), [\d.]+ [kMGT]?B/s\x1b\[K")


def drawn_always(program, words, folder, stdin=b""):
    done = cases.run(program, ["--progress", "always", *words], folder, stdin=stdin)
    return done.stdout, done.stderr.decode()


def amount(size):
    return f"{size / 1000:.1f} kB" if size < 99500 else f"{size / 1000:.0f} kB"


def check_files(tap, program, case, scratch):
    logs = sorted(cases.logs(case))
    size = sum((case / log).stat().st_size for log in logs)
    plain = cases.run(program, logs, case)
    tap.check("nothing is drawn into a pipe", plain.stderr == b"", plain.stderr)
    for jobs in ("1", "2"):
        out, said = drawn_always(program, ["-j", jobs, *logs], case)
        found = KNOWN.findall(said)
        tap.check(f"all that is read is counted, -j {jobs}", found and found[-1] == ("100", amount(size)), f"{size} {said!r}")
        tap.check(f"what is printed is the same, -j {jobs}", out == plain.stdout)
        tap.check(f"the line is wiped, -j {jobs}", said.endswith(WIPE) and "\n" not in said, repr(said))
    packed = scratch / "packed.gz"
    packed.write_bytes(gzip.compress(b"".join((case / log).read_bytes() for log in logs)))
    _, said = drawn_always(program, ["packed.gz"], scratch)
    found = KNOWN.findall(said)
    tap.check("of packed files the packed bytes count", found and found[-1] == ("100", amount(packed.stat().st_size)), repr(said))
    _, said = drawn_always(program, ["--since", "-1h", *logs], case)
    found = KNOWN.findall(said)
    tap.check("what is read twice counts twice", found and found[-1] == ("100", amount(2 * size)), repr(said))


def check_unknown(tap, program, case):
    data = (case / "milvus.log").read_bytes()
    _, said = drawn_always(program, ["-"], case, data)
    found = UNKNOWN.findall(said)
    tap.check("of a pipe bytes and rate are told", found and found[-1] == amount(len(data)) and "%" not in said and "left" not in said, repr(said))


def check_never(tap, program, case):
    for words in (["--progress", "never", "milvus.log"], ["-q", "milvus.log"], ["--progress", "auto", "milvus.log"]):
        done = cases.run(program, words, case)
        tap.check(f"nothing with {' '.join(words[:-1])}", done.stderr == b"" and done.returncode == 0, done.stderr)
    done = cases.run(program, ["--progress", "often", "milvus.log"], case)
    tap.check("--progress often is wrong usage", done.returncode == 2 and b"often" in done.stderr)
    _, said = drawn_always(program, ["--lang", "zh", "milvus.log"], case)
    tap.check("it is Chinese with --lang zh", re.search(r"100 %, [\d.]+ kB / [\d.]+ kB, .*剩余 0 s", said), repr(said))


def on_terminal(program, case, words=(), number=None):
    """A pipe on stdin that stays open until a line is drawn on the terminal behind stderr, and a signal then. Returns: what was
    drawn, stdout, and the exit status."""
    data = (case / "milvus.log").read_bytes()
    seen, terminal = pty.openpty()
    with subprocess.Popen([program, *words, "-"], cwd=case, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=terminal,
                          env={"PATH": os.environ["PATH"], "TERM": "xterm"}) as child:
        os.close(terminal)
        child.stdin.write(data[:4096])
        child.stdin.flush()
        drawn = os.read(seen, 65536)
        if number is None:
            child.stdin.write(data[4096:])
        else:
            child.send_signal(number)
        child.stdin.close()
        out = child.stdout.read()
        try:
            while chunk := os.read(seen, 65536):
                drawn += chunk
        except OSError:
            pass  # the other end is closed
        os.close(seen)
    return drawn.decode(), out, child.returncode


def check_terminal(tap, program, case):
    drawn, out, _ = on_terminal(program, case)
    tap.check("on a terminal it is drawn while work goes on", UNKNOWN.match(drawn), repr(drawn))
    tap.check("and wiped in the end", drawn.endswith(WIPE) and "\n" not in drawn, repr(drawn))
    tap.check("stdout has the report alone", out == cases.run(program, ["-"], case, stdin=(case / "milvus.log").read_bytes()).stdout)
    for number in (signal.SIGINT, signal.SIGTERM):
        drawn, out, status = on_terminal(program, case, number=number)
        tap.check(f"{number.name} ends it with a clean line", status == -number and drawn.endswith(WIPE) and out == b"", f"{status} {drawn!r}")


def main():
    program, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    case = root / "testdata/cases/story-slow-disk"
    with Tap() as tap, tempfile.TemporaryDirectory() as scratch:
        check_files(tap, program, case, pathlib.Path(scratch))
        check_unknown(tap, program, case)
        check_never(tap, program, case)
        check_terminal(tap, program, case)


main()
