#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Less input makes a verdict less sure, never wrong: sides.py WHYDOWN ROOT

Each recorded case is explained from its etcd logs alone, from Milvus's alone, and from lines without times.
"""
import json
import pathlib
import re
import shutil
import sys
import tempfile

import case as cases
from cases import decompressed
from tap import Tap

MISSING = {"etcd": "Milvus's log", "milvus": "etcd's log"}
TIMES = (
    (re.compile(rb'"(?:ts|start|end|start time)":"[^"]*",?'), b""),
    (re.compile(rb"^\[\d{4}/\d\d/\d\d [^\]]*\] ", re.M), b""),
    (re.compile(rb"^(raft)?\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(\.\d+)? ", re.M), rb"\1 "),
)


def explained(program, folder, names):
    return json.loads(cases.run(program, ["-f", "json", *names], folder).stdout)


def side_of(name):
    return next((side for side in MISSING if name.startswith(side)), None)


def check_side(tap, program, folder, side, described):
    """One program's logs alone."""
    names = [name for name in cases.logs(folder) if side_of(name) == side]
    report = explained(program, folder, names)
    said = report["verdict"]["cause"]
    right = {described["cause"], "unknown", None, *described.get("alone", {}).get(side, [])}
    tap.check(f"{folder.name}: {side} alone is not wrong", said in right, f"{said} ({report['verdict']['confidence']}), not one of {right}")
    missing = [item["what"] for item in report["coverage"]["missing"]]
    tap.check(f"{folder.name}: {side} alone misses the other", MISSING[side] in missing, f"missing: {missing}")


def check_undated(tap, program, folder, described, scratch):
    """The same lines without their times."""
    target = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    names = cases.logs(folder)
    for name in names:
        data = decompressed((folder / name).read_bytes())
        for pattern, instead in TIMES:
            data = pattern.sub(instead, data)
        (target / name).write_bytes(data)
    said = explained(program, target, names)["verdict"]
    right = {described["cause"], "unknown", None, *described.get("alone", {}).get("undated", [])}
    tap.check(f"{folder.name}: lines without times are not wrong", said["cause"] in right,
              f"{said['cause']} ({said['confidence']}), not one of {right}")


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            for folder in cases.cases(root):
                described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
                if "cause" not in described or (folder / "args").exists():
                    continue
                sides = {side_of(name) for name in cases.logs(folder)} - {None}
                for side in sorted(sides) if len(sides) == 2 else []:
                    check_side(tap, program, folder, side, described)
                check_undated(tap, program, folder, described, scratch)
    finally:
        shutil.rmtree(scratch)


main()
