#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Incidents of different weeks in one call do not mix: apart.py WHYDOWN ROOT

Each case is handed over together with others that are said to have happened weeks before and after it: beside each other, and,
where both have one log of etcd and one of Milvus, in the same two files, as a container's log holds them.
"""
import datetime
import pathlib
import re
import sys
import tempfile

import case as cases
from cases import decompressed
from tap import Tap

WEEKS = 6
START = datetime.date(2026, 3, 2)
STAMP = re.compile(rb"(20\d\d)([-/])(\d\d)\2(\d\d)(?=[T ]\d\d:\d\d)")
LOGS = ["etcd.log", "milvus.log"]
# What they say has no date, so that it may be of either incident.
UNDATED = {"pod-evicted", "pasted-together", "oom-restarted"}
# Where another log of such a process, or of the same host, tells more than the case alone.
MORE = {"etcd-unreachable", "probe-kill"}
# Members have the names and ids of those of the next case: a known limit, its loss of quorum is then not told as a stop of its own.
ALIKE = {"network-partition-3.5"}

# Not neighbours in the list of cases, but each other's temptation.
MORE_PAIRS = [("kernel-oom", "neighbours"), ("members-stopped", "disk-test-slow"), ("etcd-stopped", "milvus-only")]
# The second one's etcd prints so little that the start of the third follows within lines.
QUIET = ["slow-disk-2.2", "port-in-use-milvus", "slow-all-day"]


def later(data, days):
    def moved(match):
        date = datetime.date(int(match[1]), int(match[3]), int(match[4])) + datetime.timedelta(days=days)
        return date.strftime("%Y-%m-%d").replace("-", match[2].decode()).encode()

    return STAMP.sub(moved, data)


def copied(folder, target, days):
    target.mkdir(parents=True)
    for name in cases.logs(folder):
        (target / name).write_bytes(later(decompressed((folder / name).read_bytes()), days))


def days_to(report, week):
    """By how many days an incident is moved so that it happens in a week."""
    dates = [stop["time"][:10] for stop in report["stops"] if stop["time"]]
    return (START - datetime.date.fromisoformat(dates[-1])).days + 7 * week


def faults_of(report, alone, days):
    """What is said of the stops of one incident, against what is said of it alone. days: by how many it was moved."""
    def moved(time):
        return later(time.encode(), days).decode() if time else time

    wanted = {(stop["component"], moved(stop["time"])): stop["cause"] for stop in alone["stops"] if stop["time"]}
    said = {(stop["component"], stop["time"]): stop["cause"] for stop in report["stops"]}
    return [f"{who} at {time}: {said.get((who, time))}, not {cause}" for (who, time), cause in wanted.items()
            if cause != "unknown" and said.get((who, time)) not in (cause, "unknown")]


def main_faults(report, alone):
    """The last incident is the one that is explained, if Milvus stopped and nobody had asked it to."""
    main = [stop for stop in report["stops"] if stop["main"]]
    faults = [] if len(main) == 1 else [f"{len(main)} stops are the main one"]
    own = next((stop for stop in alone["stops"] if stop["main"]), None)
    is_worst = own and own["component"] == "milvus" and own["how"] not in ("asked", "clean")
    if main and is_worst and (main[0]["time"] or "")[:7] != report["stops"][-1]["time"][:7]:
        faults.append(f"explained: that of {main[0]['time']}")
    if main and main[0]["cause"] != report["verdict"]["cause"]:
        faults.append(f"the main stop's cause is {main[0]['cause']}, the verdict's {report['verdict']['cause']}")
    return faults


def check_beside(tap, program, first, second, reports, scratch):
    """Two incidents, each in a folder of its own."""
    whole = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for at, folder in enumerate((first, second)):
        copied(folder, whole / f"{at}-{folder.name}", days_to(reports[folder], at * WEEKS))
    report = cases.explained(program, ["."], whole)
    faults = [*faults_of(report, reports[first], days_to(reports[first], 0)),
              *faults_of(report, reports[second], days_to(reports[second], WEEKS)), *main_faults(report, reports[second])]
    tap.empty(f"{first.name}, then {second.name}: each is told as alone", faults)


def check_in_one(tap, program, folders, reports, scratch):
    """Several in the same files. Of the first one its etcd may be seen to have ended, for it is started again."""
    whole = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    days = [days_to(reports[folder], at * WEEKS) for at, folder in enumerate(folders)]
    for name in LOGS:
        (whole / name).write_bytes(b"".join(later((folder / name).read_bytes(), moved) for folder, moved in zip(folders, days)))
    report = cases.explained(program, ["."], whole)
    faults = [fault for folder, moved in [*zip(folders, days)][1:] for fault in faults_of(report, reports[folder], moved)]
    tap.empty(f"{', '.join(folder.name for folder in folders)}, in the same files: each is told as alone", faults)


def check_undated(tap, program, root, scratch):
    """What Kubernetes tells without a date is of the last stop, not of one two years before."""
    whole = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    for name in ("slow-all-day", "probe-kill"):
        copied(root / "testdata/cases" / name, whole / name, 0)
    stops = cases.explained(program, ["."], whole)["stops"]
    tap.check("an undated kill is not of a stop long before", stops[0]["cause"] == "operator-stop", stops[0])


def check_the_checks(tap):
    def report(cause, main=True):
        stop = {"component": "etcd", "time": "2026-01-02T03:04:05Z", "cause": cause, "how": "killed", "main": main}
        return {"stops": [stop], "verdict": {"cause": cause}}

    tap.check("the same is right", not faults_of(report("network"), report("network"), 0))
    tap.check("another cause is found", faults_of(report("killed"), report("network"), 0))
    tap.check("a stop that is not told of is found", faults_of({"stops": []}, report("network"), 0))
    tap.check("that none is the main one is found", main_faults(report("network", False), report("network")))


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    with Tap() as tap, tempfile.TemporaryDirectory() as scratch:
        check_the_checks(tap)
        reports = {}
        for folder in cases.cases(root):
            if (folder / "args").exists() or folder.name in UNDATED | MORE | ALIKE:
                continue
            alone = pathlib.Path(tempfile.mkdtemp(dir=scratch)) / "alone"
            copied(folder, alone, 0)
            report = cases.explained(program, ["."], alone)
            if any(stop["main"] and stop["time"] for stop in report["stops"]):
                reports[folder] = report
        check_undated(tap, program, root, scratch)
        folders = list(reports)
        more = [tuple(root / "testdata/cases" / name for name in pair) for pair in MORE_PAIRS]
        for first, second in [*zip(folders, [*folders[1:], folders[0]]), *more]:
            check_beside(tap, program, first, second, reports, scratch)
        folders = [folder for folder in folders if cases.logs(folder) == LOGS]
        triples = [[*folders, *folders][at:at + 3] for at, _ in enumerate(folders)]
        for triple in [*triples, [root / "testdata/cases" / name for name in QUIET]]:
            check_in_one(tap, program, triple, reports, scratch)


main()
