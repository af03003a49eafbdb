#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nothing is found in logs of services that are well: healthy.py WHYDOWN RULECHECK ROOT [--size MIB] [--folder DIR]

Milvus's lines are those of testdata/healthy/milvus.log over and over, etcd's the start that was recorded there, then what it prints
every five minutes; with other numbers each time. Only starts, settings and periodic lines may be recognised, and no cause be named.
"""
import argparse
import collections
import datetime
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

from tap import Tap

BEGIN = datetime.datetime(2024, 5, 1, 10, 0, 0)
MILVUS_STEP = datetime.timedelta(milliseconds=70)
ETCD_STEP = datetime.timedelta(minutes=5)
ANCHORED_MAX = 0.01
LINES_MAX = 10000  # of etcd: 35 days
ONCE = re.compile(r"timeticksync|begin to register|sync and save timestamp|Rocksmq create|GC Tune")  # at a start, or seldom
HEAD = re.compile(r'^(\{"level":"\w+","ts":"|\[|raft|)(\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?(.*)$', re.DOTALL)
VARYING = re.compile(r"(?<![\w.-])\d{5,}(?![\w.-])|(?<=\D)\d{15,}(?=\D)")


class Template:
    """A line whose time and long numbers are new each time."""

    def __init__(self, line):
        found = HEAD.match(line)
        self.head, stamp, fraction, rest = found.groups() if found else ("", None, None, line)
        self.stamp = stamp and f"%Y{stamp[4]}%m{stamp[4]}%d{stamp[10]}%H:%M:%S"
        self.fraction = len(fraction or "")
        self.texts = VARYING.split(rest)
        self.widths = [len(number) for number in VARYING.findall(rest)] + [0]

    def line(self, time, chance):
        digits = f"{chance.getrandbits(256):080d}"
        parts, at = [self.head], 1
        if self.stamp:
            parts += (time.strftime(self.stamp), f".{time.microsecond:06d}"[:self.fraction])
        for text, width in zip(self.texts, self.widths):
            parts += (text, "4" if width else "", digits[at:at + max(width - 1, 0)])
            at += width % 7
        return "".join(parts)


def read(path):
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def write_milvus(path, source, size):
    """Returns: when it ends."""
    lines = read(source)
    usual = [Template(line) for line in lines if not ONCE.search(line)]
    chance, time = random.Random(1), BEGIN
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            if ONCE.search(line):
                file.write(Template(line).line(time, chance))
        while file.tell() < size:
            for _ in range(5000):
                time += MILVUS_STEP
                file.write(chance.choice(usual).line(time, chance))
    return time


def write_etcd(path, source, end):
    """The first start of the recording, then its periodic lines until that time."""
    lines = read(source)
    life = lines[:next(i for i, line in enumerate(lines) if "received " in line and "shutting down" in line)]
    ready = max(i for i, line in enumerate(life) if "serving" in line and "client" in line) + 1
    chance, time = random.Random(2), BEGIN
    periodic = [Template(line) for line in life[ready:]]
    with open(path, "w", encoding="utf-8") as file:
        for line in life[:ready]:
            time += datetime.timedelta(milliseconds=5)
            file.write(Template(line).line(time, random.Random(0)))
        for number in range(LINES_MAX):
            time = BEGIN + (number + 1) * ETCD_STEP
            if time > end:
                break
            for template in periodic:
                time += datetime.timedelta(milliseconds=3)
                file.write(template.line(time, chance))


def kinds(program, paths):
    """How often each was recognised."""
    count = collections.Counter()
    with subprocess.Popen([program, "events", *paths], stdout=subprocess.PIPE, text=True) as running:
        for row in running.stdout:
            count[json.loads(row)["kind"]] += 1
    return count


def check_logs(tap, program, paths, name):
    rules = {rule["id"]: rule for rule in json.loads(subprocess.run([program, "rules", "list", "-f", "json"], capture_output=True, check=True).stdout)}
    count = kinds(program, paths)
    tap.empty(f"{name}: only plain statements are recognised, of {len(count)} kinds",
              [f"{kind} ({rules[kind]['severity']}): {number} times" for kind, number in count.items() if rules[kind]["severity"] not in ("info", "notice")])
    report = json.loads(subprocess.run([program, "explain", "-f", "json", *paths], capture_output=True, check=False).stdout)
    verdict = report["verdict"]
    tap.check(f"{name}: nothing is wrong", verdict["cause"] is None and not verdict["stopped"], f"{verdict['cause']}: {verdict['summary']}")


def check_anchors(tap, rulecheck, path, name):
    with open(path, "rb") as log:
        done = subprocess.run([rulecheck, "--anchors"], stdin=log, capture_output=True, text=True, check=True).stdout
    *anchors, last = done.splitlines()
    hit, _, lines = last.split()[:3]
    share = int(hit) / int(lines)
    tap.check(f"{name}: anchors hit {share:.2%} of {lines} lines", share <= ANCHORED_MAX, anchors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="WHYDOWN")
    parser.add_argument("rulecheck", metavar="RULECHECK")
    parser.add_argument("root", metavar="ROOT", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=6, metavar="MIB", help="of Milvus's log")
    parser.add_argument("--folder", metavar="DIR", help="write logs there; they are removed again")
    options = parser.parse_args()
    source = options.root / "testdata" / "healthy"
    with tempfile.TemporaryDirectory(prefix="healthy-", dir=options.folder) as folder, Tap() as tap:
        milvus = pathlib.Path(folder) / "milvus.log"
        end = write_milvus(milvus, source / "milvus.log", options.size << 20)
        check_anchors(tap, options.rulecheck, milvus, "Milvus")
        for recorded in sorted(source.glob("etcd-*.log")):
            etcd = pathlib.Path(folder) / "etcd.log"
            write_etcd(etcd, recorded, end)
            check_logs(tap, options.program, [str(etcd), str(milvus)], f"Milvus and {recorded.stem}")


if __name__ == "__main__":
    sys.exit(main())
