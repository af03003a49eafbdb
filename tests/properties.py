#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What must not matter does not: threads, order, zone and locale, packing, wrappers: properties.py WHYDOWN ROOT

Every case is explained in many ways that must give the same bytes, or where paths and sizes differ the same verdict and chain.
"""
import datetime
import gzip
import json
import pathlib
import random
import re
import shutil
import sys
import tempfile

import case as cases
from cases import decompressed
from tap import Tap

# Those that take every file through other code; one case of each shape is enough.
REPACKED = ["story-slow-disk", "cpu-starvation", "slow-disk-capnslog", "operator-stop", "disk-full", "healthy"]


class Explained:
    """What one way of running gave."""

    def __init__(self, program, words, cwd, environment=None, stdin=b""):
        self.run = lambda form: cases.run(program, ["-f", form, *words], cwd, environment, stdin).stdout
        self.json = self.run("json")
        self.report = json.loads(self.json)

    def bytes(self):
        return self.run("text"), self.json

    def story(self):
        """Verdict and chain without what names files."""
        verdict = self.report["verdict"]
        steps = [(step["kind"], step["start"], step["end"], step["count"], step["max_ms"], [item["line"] for item in step["evidence"]])
                 for step in self.report["chain"]]
        return verdict["cause"], verdict["stopped"], verdict["confidence"], steps

    def without(self, *keys):
        """The report where the inputs lack these keys."""
        report = json.loads(self.json)
        for item in report["coverage"]["inputs"]:
            for key in keys:
                item.pop(key, None)
        return report


def told_apart(left, right):
    return [f"{json.dumps(left, default=str)[:600]}", "is not", f"{json.dumps(right, default=str)[:600]}"]


def check_same_bytes(tap, program, folder, plain):
    """The same files, in ways that must not show."""
    wanted = plain.bytes()
    words = cases.arguments(folder)
    ways = {
        "one thread": (["-j1", *words], {}),
        "eight threads": (["-j8", *words], {}),
        "the careful way": (["--careful", *words], {}),
        "another zone": (words, {"TZ": "Asia/Kathmandu"}),
        "another locale": (words, {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8"}),
    }
    if not (folder / "args").exists():
        ways["another order"] = (words[::-1], {})
    for name, (typed, environment) in ways.items():
        found = Explained(program, typed, folder, environment)
        tap.check(f"{folder.name}: {name} gives the same bytes", found.bytes() == wanted, told_apart(found.story(), plain.story()))
    machine = cases.run(program, ["-f", "json", *words], folder, {"LC_ALL": "zh_CN.UTF-8"})
    tap.check(f"{folder.name}: JSON is English in any locale", machine.stdout == plain.json)
    events = [cases.run(program, ["events", *more, *words], folder).stdout for more in ([], ["-j1"], ["-j8"], ["--careful"])]
    tap.check(f"{folder.name}: events are the same in every way", (events[0] or not json.loads(machine.stdout)["episodes"]) and len(set(events)) == 1)


def prefixed(data, name):
    return b"".join(f"{name}  | ".encode() + line for line in data.splitlines(keepends=True))


def docker_json(data):
    """As docker's json-file driver keeps it; its stamps say nothing new."""
    return b"".join(json.dumps({"log": line.decode("utf-8", "replace"), "stream": "stderr"}, ensure_ascii=False).encode() + b"\n"
                    for line in data.splitlines(keepends=True))


def check_repacked(tap, program, folder, plain, scratch):
    """The same lines in other files."""
    names = cases.logs(folder)
    data = {name: decompressed((folder / name).read_bytes()) for name in names}

    def written(change, rename=lambda name: name):
        target = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        for name in names:
            (target / rename(name)).write_bytes(change(name, data[name]))
        return target

    unpacked = Explained(program, names, written(lambda name, text: text))
    packed = Explained(program, names, written(lambda name, text: gzip.compress(text)))
    tap.check(f"{folder.name}: gzip makes no difference", packed.without("archive") == unpacked.without("archive"),
              told_apart(packed.story(), unpacked.story()))
    members = Explained(program, names, written(lambda name, text: b"".join(gzip.compress(text[at:at + 3000])
                                                                            for at in range(0, len(text), 3000))))
    tap.check(f"{folder.name}: nor do several gzip members", members.bytes() == packed.bytes(), told_apart(members.story(), packed.story()))

    moved = written(lambda name, text: text)
    by_folder = Explained(program, [moved.name], moved.parent)
    by_name = Explained(program, [f"{moved.name}/{name}" for name in names], moved.parent)
    tap.check(f"{folder.name}: a folder is its files", by_folder.bytes() == by_name.bytes(), told_apart(by_folder.story(), by_name.story()))

    ways = {
        "CR LF": lambda name, text: text.replace(b"\n", b"\r\n"),
        "no last line end": lambda name, text: text.rstrip(b"\n"),
        "UTF-16": lambda name, text: text.decode("utf-8", "replace").encode("utf-16"),
        "docker-compose's prefix": lambda name, text: prefixed(text, name.partition(".")[0]),
        "docker's JSON": lambda name, text: docker_json(text),
    }
    for way, change in ways.items():
        found = Explained(program, names, written(change))
        tap.check(f"{folder.name}: {way} gives the same verdict and chain", found.story() == unpacked.story(),
                  told_apart(found.story(), unpacked.story()))
    if len(names) == 1:
        return
    joined = b"".join(prefixed(data[name], name.partition(".")[0]) for name in names)
    found = Explained(program, ["-"], folder, stdin=joined)
    verdicts = [(each.report["verdict"]["cause"], each.report["verdict"]["stopped"], [step["kind"] for step in each.report["chain"]])
                for each in (found, unpacked)]
    tap.check(f"{folder.name}: one compose log on standard input gives the same verdict", verdicts[0] == verdicts[1], told_apart(*verdicts))


# One log's clock, in seconds off: zones, a broken NTP, a few seconds.
OFFSETS = {"etcd": [28800, -19800, 90, -37], "milvus": [28800, -19800, 90, -37]}
OFF_CLOCKS = ["story-slow-disk", "slow-disk-2.6", "slow-disk-3.5", "slow-disk-capnslog", "storage-error", "disk-full"]
LATE = 37
STAMP = re.compile(r"(\d{4})([-/])(\d\d)[-/](\d\d)([T ])(\d\d):(\d\d):(\d\d)")


def with_clock(text, seconds):
    """A log as it would be if the clock of its host were off by so much."""
    def moved(match):
        year, slash, month, day, gap, hour, minute, second = match.groups()
        time = datetime.datetime(*map(int, (year, month, day, hour, minute, second))) + datetime.timedelta(seconds=seconds)
        return time.strftime(f"%Y{slash}%m{slash}%d{gap}%H:%M:%S")
    return STAMP.sub(moved, text)


def off_clock(program, folder, side, seconds, scratch):
    """The report of a case where the clock of one side's logs is off."""
    target = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name in cases.logs(folder):
        text = decompressed((folder / name).read_bytes()).decode("utf-8")
        (target / name).write_text(with_clock(text, seconds) if name.startswith(side) else text, encoding="utf-8")
    return Explained(program, cases.logs(folder), target).report


def check_clocks(tap, program, folder, plain, scratch):
    """Clocks that are off are found from what both logs tell of, and put right before anything is reasoned about."""
    wanted = plain.report["verdict"]["cause"], plain.report["verdict"]["stopped"], [step["kind"] for step in plain.report["chain"]]
    for side, offsets in OFFSETS.items():
        for seconds in offsets:
            report = off_clock(program, folder, side, seconds, scratch)
            found = report["verdict"]["cause"], report["verdict"]["stopped"], [step["kind"] for step in report["chain"]]
            tap.check(f"{folder.name}: {side}'s clock off by {seconds} s gives the same verdict and chain", found == wanted, told_apart(found, wanted))
            # two clocks are put right against each other: whichever is moved, it is by so much
            moves = [abs(abs(clock["offset_ms"]) / 1000 - abs(seconds)) for clock in report["clocks"] if clock["offset_ms"]]
            tap.check(f"{folder.name}: {side}'s clock off by {seconds} s is said", moves and min(moves) < 4, f"{report['clocks']}")


def check_late_milvus(tap, program, folder, scratch):
    """Milvus's clock ahead by what cannot always be proven: nothing else is named for it."""
    names = cases.logs(folder)
    if not any(name.startswith("milvus") for name in names) or not any(name.startswith("etcd") for name in names):
        return
    whole, late = Explained(program, names, folder).report, off_clock(program, folder, "milvus", LATE, scratch)
    wanted, found = whole["verdict"]["cause"], late["verdict"]["cause"]
    tap.check(f"{folder.name}: with Milvus's clock {LATE} s ahead nothing else is named", found in (wanted, "unknown", None), f"{found}, not {wanted}")
    wanted, found = ([stop["cause"] for stop in report["stops"] if stop["component"] == "milvus"] for report in (whole, late))
    other = [cause for cause in found if cause not in (*wanted, "unknown")]
    tap.empty(f"{folder.name}: with Milvus's clock {LATE} s ahead no stop of its own has another reason", other)


MEMBER_OFFSETS = [15, -4, 28800]


def check_member_clocks(tap, program, folder, plain, scratch):
    """Each member's clock off by itself is found from the streams between members."""
    members = [name for name in cases.logs(folder) if b"TCP streaming connection with" in decompressed((folder / name).read_bytes())]
    wanted = plain.report["verdict"]["cause"], plain.report["verdict"]["stopped"]
    for name, seconds in zip(members, MEMBER_OFFSETS) if len(members) == len(MEMBER_OFFSETS) else ():
        report = off_clock(program, folder, name, seconds, scratch)
        found = report["verdict"]["cause"], report["verdict"]["stopped"]
        tap.check(f"{folder.name}: the clock of {name} off by {seconds} s gives the same verdict", found == wanted, told_apart(found, wanted))
        moves = [abs(clock["offset_ms"] / 1000 + seconds) for clock in report["clocks"] if clock["offset_ms"]]
        tap.check(f"{folder.name}: the clock of {name} off by {seconds} s is said", len(moves) == 1 and moves[0] < 1, f"{report['clocks']}")


def check_one_clock(tap, folder, plain):
    """Logs of one host have one clock, and each of them keeps its times."""
    moved = [clock for clock in plain.report["clocks"] if clock["offset_ms"]]
    tap.check(f"{folder.name}: logs of one host keep their times", not moved, f"{moved}")


# Handed over in pieces, twice, and in any order.
HANDED = ["story-slow-disk", "slow-disk-2.6", "cpu-starvation", "storage-error", "operator-stop", "two-etcds", "three-stops", "healthy",
          "leader-paused", "quorum-lost", "leader-isolated", "elections-only", "inspect-oom"]
HANDED_TIMES = 16  # 208 in all, half of them of several members
RECORD = re.compile(rb"\[\d{4}/|\{|\d{4}-")


def parts_of(data, pieces):
    """A log cut before records, not inside them."""
    lines = data.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if number and RECORD.match(line)]
    cuts = [0, *sorted(pieces.sample(heads, min(pieces.randint(0, 2), len(heads)))), len(lines)]
    return [b"".join(lines[low:high]) for low, high in zip(cuts, cuts[1:])]


def hand_over(folder, seed, target):
    """The logs in parts in folders of their own, some of them twice, some compressed. Returns the words to type."""
    pieces, words = random.Random(f"{folder.name} {seed}"), []
    for name in cases.logs(folder):
        parts = parts_of(decompressed((folder / name).read_bytes()), pieces)
        parts += pieces.sample(parts, pieces.randint(0, 1))
        for number, part in enumerate(parts):
            place = target / f"part-{number}"
            place.mkdir(exist_ok=True)
            plain = name.removesuffix(".gz")
            is_packed = pieces.random() < 0.3
            (place / (plain + ".gz" if is_packed else plain)).write_bytes(gzip.compress(part) if is_packed else part)
            words.append(f"part-{number}/{plain}" + (".gz" if is_packed else ""))
    pieces.shuffle(words)
    return words


def told(report):
    verdict = report["verdict"]
    steps = [(step["kind"], step["start"], step["end"], step["count"], step["max_ms"]) for step in report["chain"]]
    return verdict["cause"], verdict["stopped"], [(stop["time"], stop["cause"]) for stop in report["stops"]], steps


def check_handed_over(tap, program, folder, plain, scratch):
    for seed in range(HANDED_TIMES):
        target = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        words = hand_over(folder, seed, target)
        found = Explained(program, words, target)
        tap.check(f"{folder.name}: in pieces, shuffled, partly twice ({seed}) it is the same", told(found.report) == told(plain.report),
                  [" ".join(words), *told_apart(told(found.report), told(plain.report))])


def check_the_checks(tap, program, folder):
    """Another log does show."""
    words = cases.arguments(folder)
    whole, half = Explained(program, words, folder), Explained(program, words[1:], folder)
    tap.check("half of the logs is told from all", whole.bytes() != half.bytes() and whole.story() != half.story())


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            check_the_checks(tap, program, root / "testdata/cases/story-slow-disk")
            for folder in cases.cases(root):
                plain = Explained(program, cases.arguments(folder), folder)
                check_same_bytes(tap, program, folder, plain)
                check_one_clock(tap, folder, plain)
                check_late_milvus(tap, program, folder, scratch)
                check_member_clocks(tap, program, folder, plain, scratch)
                if folder.name in REPACKED:
                    check_repacked(tap, program, folder, plain, scratch)
                if folder.name in HANDED:
                    check_handed_over(tap, program, folder, plain, scratch)
                if folder.name in OFF_CLOCKS:
                    check_clocks(tap, program, folder, plain, scratch)
    finally:
        shutil.rmtree(scratch)


main()
