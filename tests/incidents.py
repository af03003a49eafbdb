#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Score the verdicts on labelled incidents, where a collection of them lies beside the project: incidents.py WHYDOWN ROOT

The collection is ../shared/incidents, the score that of ../shared/tools/score-incidents; and how many of its lines at
warning level and above a rule owns. The limits are floors, not aims: raise them when the score has risen.
"""
import json
import pathlib
import re
import subprocess
import sys

from tap import Tap

ACCURACY_MIN = 0.85
CONFIDENTLY_WRONG_MAX = 3
OVERCLAIMS_MAX = 1
NAMED_WHERE_UNKNOWN_MAX = 4
BRIER_MAX = 0.16

RECOGNISED_MIN = {"etcd": 0.95, "milvus": 0.85}
# How each layout writes a level of warning and above.
TROUBLE = re.compile(r'"level": ?"(?:warn|warning|error|dpanic|panic|fatal)"|"severity":"(?:warning|error|fatal)"|\d [CEW] \| |'
                     r"\[(?:WARN|ERROR|FATAL|PANIC)\]|\t(?:warn|error|dpanic|panic|fatal)\t|^raft20[\d/ :]+ (?:WARN|ERROR|PANIC|FATAL)|"
                     r"^panic: |^fatal error: ", re.I)


def text_of(path):
    data = path.read_bytes()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace").split("\n")


def count_recognised(program, folder):
    """Of the lines of an incident at warning level and above: how many there are, and those that no rule owns."""
    count, missed = 0, []
    for path in sorted(path for path in folder.iterdir() if path.name != "case.json"):
        done = subprocess.run([program, "events", "-q", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        owned = {json.loads(line)["line"] for line in done.stdout.splitlines()}
        for number, line in enumerate(text_of(path), 1):
            if TROUBLE.search(line):
                count += 1
                missed += [] if number in owned else [f"{folder.name}/{path.name}:{number}: {line[:160]}"]
    return count, missed


def check_recognised(tap, program, incidents, side):
    count, missed = 0, []
    for folder in sorted(incidents.glob(f"{side}-*")):
        more, these = count_recognised(program, folder)
        count += more
        missed += these
    share = 1 - len(missed) / max(1, count)
    tap.check(f"{side}: {100 * share:.1f} % of {count} lines of trouble are recognised", count and share >= RECOGNISED_MIN[side], missed)


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    shared = root.parent / "shared"
    tool, incidents = shared / "tools/score-incidents", shared / "incidents"
    with Tap() as tap:
        if not tool.exists() or not incidents.is_dir():
            tap.skip("incidents", "no collection of labelled incidents lies beside the project")
            return
        done = subprocess.run([sys.executable, tool, program, incidents, "--json"], stdout=subprocess.PIPE, text=True, check=False)
        score = json.loads(done.stdout or "{}")
        for name, is_so in (
                ("each incident could be explained", score.get("failures") == 0),
                (f"accuracy is at least {ACCURACY_MIN}", score.get("accuracy", 0) >= ACCURACY_MIN),
                (f"at most {CONFIDENTLY_WRONG_MAX} are confidently wrong", score.get("confidently_wrong", 99) <= CONFIDENTLY_WRONG_MAX),
                (f"at most {OVERCLAIMS_MAX} are overclaimed", score.get("overclaims", 99) <= OVERCLAIMS_MAX),
                (f"at most {NAMED_WHERE_UNKNOWN_MAX} are named where nobody can know",
                 score.get("named_where_unknown", 99) <= NAMED_WHERE_UNKNOWN_MAX),
                (f"the Brier score is at most {BRIER_MAX}", score.get("brier", 1) <= BRIER_MAX)):
            tap.check(name, is_so, done.stdout)
        for side in RECOGNISED_MIN:
            check_recognised(tap, program, incidents, side)


main()
