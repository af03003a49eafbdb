#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Less input makes a verdict less sure, never wrong: sides.py WHYDOWN ROOT

Each recorded case is explained from its etcd logs alone, from Milvus's alone, without each of its inputs, from lines
without times, from warnings and errors alone, and from the last lines of each log; and with a document that tells of a
slow disk, a throttled process or a full disk, none of which is a reason for an end that has one.
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

SURE = 0.8  # below it the report says what would settle the doubt
MISSING = {"etcd": "Milvus's log", "milvus": "etcd's log"}
TIMES = (
    (re.compile(rb'"(?:ts|start|end|start time)":"[^"]*",?'), b""),
    (re.compile(rb"^\[\d{4}/\d\d/\d\d [^\]]*\] ", re.M), b""),
    (re.compile(rb"^(raft)?\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(\.\d+)? ", re.M), rb"\1 "),
)
ORDINARY = re.compile(rb'"level":"(?:info|debug)"|\] \[(?:INFO|DEBUG)\] |^\S+ \S+ [DIN] \| ')
LAST_LINES = 120
DOCUMENTS = {
    "cpu.stat": "usage_usec 84531234123\nuser_usec 61234123411\nsystem_usec 23297110712\n"
                "nr_periods 918273\nnr_throttled 612345\nthrottled_usec 41234567890\n",
    "df.txt": "Filesystem      Size  Used Avail Use% Mounted on\n"
              "/dev/sda1       100G  100G   20K 100% /var/lib/docker\n",
    "endpoint.json": '[{"Endpoint":"127.0.0.1:2379","Status":{"header":{"member_id":10276657743932975437,"raft_term":7},'
                     '"version":"3.5.14","dbSize":2147483648,"leader":10276657743932975437,"raftIndex":998123,'
                     '"errors":["memberID:10276657743932975437 alarm:NOSPACE "]}}]',
}
SLOW_TEST = ("disk-test-slow", "fio.txt")


def side_of(name):
    return next((side for side in MISSING if name.startswith(side)), None)


def check_side(tap, program, folder, side, described):
    """One program's logs alone."""
    names = [name for name in cases.logs(folder) if side_of(name) == side]
    report = cases.explained(program, names, folder)
    said = report["verdict"]["cause"]
    right = {described["cause"], "unknown", None, *described.get("alone", {}).get(side, [])}
    tap.check(f"{folder.name}: {side} alone is not wrong", said in right, f"{said} ({report['verdict']['confidence']}), not one of {right}")
    if side == "etcd":
        tap.check(f"{folder.name}: etcd alone does not say that Milvus runs", report["verdict"]["stopped"] is not False, "stopped: false")
    if said == "etcd-unreachable":
        tap.check(f"{folder.name}: without etcd's log its reason is asked for",
                  report["verdict"]["confidence"] < SURE and report["verdict"]["settle"], f"{report['verdict']}")
    missing = [item["what"] for item in report["coverage"]["missing"]]
    tap.check(f"{folder.name}: {side} alone misses the other", MISSING[side] in missing, f"missing: {missing}")


def left_out_faults(whole, part, word, accepted=(), must_miss=True):
    """What is wrong with the report that lacks one input. The stops of the others are explained in the whole report, too."""
    before, after = whole["verdict"], part["verdict"]
    right = {before["cause"], "unknown", None, *accepted,
             *(stop["cause"] for stop in whole["stops"] if word not in shown_in(stop))}
    faults = []
    if after["cause"] not in right:
        faults.append(f"{after['cause']} ({after['confidence']}), not one of {right}")
    if after["cause"] == before["cause"] and after["confidence"] > before["confidence"]:
        faults.append(f"{after['cause']} is surer: {after['confidence']} > {before['confidence']}")
    known = {stop_of(stop): stop["cause"] for stop in whole["stops"]}
    for stop in part["stops"]:
        if stop["confidence"] >= SURE and stop["cause"] not in (known.get(stop_of(stop), stop["cause"]), "unknown", before["cause"]):
            faults.append(f"{stop['instance']}'s stop: {stop['cause']} ({stop['confidence']}), not {known[stop_of(stop)]}")
    if must_miss and after["cause"] is not None and not part["coverage"]["missing"]:
        faults.append("nothing is missing")
    return faults


def stop_of(stop):
    return stop["component"], stop["instance"], stop["time"]


def shown_in(stop):
    return {item["path"] for item in stop["evidence"]}


def check_left_out(tap, program, folder, described):
    """Each input left out in turn. Which pods and documents there were besides, nothing tells."""
    words = cases.arguments(folder)
    whole = cases.explained(program, words, folder)
    for word in words:
        rest = [other for other in words if other != word]
        sides = {side_of(other) for other in rest} - {None}
        accepted = described.get("alone", {}).get(sides.pop(), []) if len(sides) == 1 else []
        accepted = accepted + described.get("without", {}).get(word, [])
        is_last = side_of(word) is not None and side_of(word) not in [side_of(other) for other in rest]
        tap.empty(f"{folder.name}: without {word} it is not wrong, and less sure",
                  left_out_faults(whole, cases.explained(program, rest, folder), word, accepted, is_last))


def check_the_checks(tap):
    def report(cause, confidence, missing=("etcd's log",)):
        return {"verdict": {"cause": cause, "confidence": confidence}, "stops": [], "coverage": {"missing": list(missing)}}

    whole = report("network", 0.9)
    tap.check("less sure is right", not left_out_faults(whole, report("network", 0.8), "a.log"))
    tap.check("not known is right", not left_out_faults(whole, report("unknown", 0.95), "a.log"))
    tap.check("surer is found", left_out_faults(whole, report("network", 0.91), "a.log"))
    tap.check("another cause is found", left_out_faults(whole, report("killed", 0.8), "a.log"))
    tap.check("a cause out of nothing is found", left_out_faults(report("unknown", 0.7), report("killed", 0.8), "a.log"))
    tap.check("nothing missing is found", left_out_faults(whole, report("network", 0.8, ()), "a.log"))


def without_times(data):
    for pattern, instead in TIMES:
        data = pattern.sub(instead, data)
    return data


def without_ordinary(data):
    """As a log is at the level of warnings."""
    return b"".join(line for line in data.splitlines(keepends=True) if not ORDINARY.search(line))


def last_lines(data):
    """As tail and docker logs --tail give it."""
    return b"".join(data.splitlines(keepends=True)[-LAST_LINES:])


CUTS = {"undated": without_times, "warnings": without_ordinary, "last lines": last_lines}


def check_cut(tap, program, folder, described, cut, scratch):
    """The same logs with less in each of them."""
    target = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    names = cases.logs(folder)
    for name in names:
        (target / name).write_bytes(CUTS[cut](decompressed((folder / name).read_bytes())))
    said = cases.explained(program, names, target)["verdict"]
    right = {described["cause"], "unknown", None, *described.get("alone", {}).get(cut, [])}
    tap.check(f"{folder.name}: {cut} alone are not wrong", said["cause"] in right, f"{said['cause']} ({said['confidence']}), not one of {right}")


def check_document(tap, program, folder, described, document):
    """How things are at some time, beside what happened."""
    said = cases.explained(program, [*cases.arguments(folder), str(document)], folder)["verdict"]
    right = {described["cause"], "unknown", *described.get("alone", {}).get("documents", [])}
    tap.check(f"{folder.name}: {document.name} changes nothing", said["cause"] in right,
              f"{said['cause']} ({said['confidence']}), not one of {right}")


def write_documents(root, scratch):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [*(folder / name for name in DOCUMENTS), root.resolve().joinpath("testdata", "cases", *SLOW_TEST)]


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            check_the_checks(tap)
            documents = write_documents(root, scratch)
            for folder in cases.cases(root):
                described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
                if "cause" not in described or (folder / "args").exists():
                    continue
                if len(cases.arguments(folder)) > 1:
                    check_left_out(tap, program, folder, described)
                sides = {side_of(name) for name in cases.logs(folder)} - {None}
                for side in sorted(sides) if len(sides) == 2 else []:
                    check_side(tap, program, folder, side, described)
                for cut in CUTS:
                    check_cut(tap, program, folder, described, cut, scratch)
                is_named = described["cause"] not in (None, "unknown")
                for document in documents if is_named and sides else []:
                    check_document(tap, program, folder, described, document)
    finally:
        shutil.rmtree(scratch)


main()
