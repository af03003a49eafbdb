#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Count the results of a test run: summary.py FOLDER, that of meson's logs. Exits 1 when something failed or nothing ran.

A test that reports several results counts as many; one that crashed or hung without saying so counts as failed.
"""
import collections
import json
import pathlib
import sys
import xml.etree.ElementTree as xml

SHOWN_MAX = 12  # lines about each result that was not ok; meson's log has all
GOOD = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


def state_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def several_results(folder):
    """Counts of the tests that report several results, by name."""
    found = {}
    for suite in xml.parse(folder / "testlog.junit.xml").getroot().iter("testsuite"):
        found[suite.get("name").partition(".")[2]] = collections.Counter(state_of(case) for case in suite.findall("testcase"))
    return found


def print_failures(test):
    """The results that were not ok, with what the test said about them."""
    shown = SHOWN_MAX
    for line in test.get("stdout", "").splitlines():
        shown = 0 if line.startswith("not ok") else shown + 1 if line.startswith("#") else SHOWN_MAX
        if shown < SHOWN_MAX:
            print(f"{test['name']}: {line}")


def count(folder):
    inner, total = several_results(folder), collections.Counter()
    for line in (folder / "testlog.json").read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        state = GOOD.get(test["result"], "failed")
        counts = inner.get(test["name"])
        if counts is None or (state == "failed" and not counts["failed"]):
            counts = (counts or collections.Counter()) + collections.Counter([state])
        if state == "failed":
            print_failures(test)
        total += counts
    return total


def main():
    folder = pathlib.Path(sys.argv[1])
    counts = count(folder) if (folder / "testlog.json").exists() else collections.Counter()
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    sys.exit(1 if counts["failed"] or not counts["passed"] else 0)


main()
