#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every record of a collection of incidents, counted: incident_records.py WHYDOWN ROOT [-v]

Where a record's line holds a stamp, in any shape that a person would know for one, the record must have a time; logs must have a
format, and a component unless they say that another program wrote them. The limits are floors: raise them when more is known. The collection is ../shared/incidents.
"""
import json
import pathlib
import re
import sys

import case as cases
from tap import Tap

TIMES_MIN = 0.97
COMPONENTS_MIN = 0.97
OTHERS = ("pymilvus", "kernel", "tool") # formats that say that another program wrote a record
STAMP = re.compile(r"""\d{4}[-/.]\d\d[-/.]\d\d[T _-]+\d\d:\d\d:\d\d     # with a year
                     | "ts":\s*\d{10}                                   # seconds since 1970
                     | ^\W*[IWEF]\d{4}\ \d\d:\d\d:\d\d                  # klog
                     | ^\W*(?:<\d+>)?[A-Z][a-z]{2}\ +\d+\ \d\d:\d\d:\d\d # syslog""", re.X)


def records_of(program, path):
    """What is read of a log, record by record; none where it is a document."""
    with open(path, "rb") as file:
        done = cases.run(program, ["rules", "match", "-f", "json"], stdin=file.read())
    return json.loads(done.stdout or "[]")


def missed(program, path):
    """Records whose line has a stamp: how many, and those of them without a time."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    stamped = [record for record in records_of(program, path)
               if record["line"] <= len(lines) and STAMP.search(lines[record["line"] - 1][:160])]
    return len(stamped), [record for record in stamped if not record.get("time")]


def sources_of(program, folder, names):
    report = json.loads(cases.run(program, ["-f", "json", *names], folder).stdout)
    return report["coverage"]["inputs"]


def main():
    program, root, is_verbose = sys.argv[1], pathlib.Path(sys.argv[2]), "-v" in sys.argv
    incidents = root.resolve().parent / "shared/incidents"
    with Tap() as tap:
        if not incidents.is_dir():
            tap.skip("incidents", "no collection of labelled incidents lies beside the project")
            return
        count, undated, records, nameless, formless = 0, [], 0, [], []
        for folder in sorted(path for path in incidents.iterdir() if path.is_dir()):
            names = sorted(path.name for path in folder.iterdir() if path.name != "case.json" and path.stat().st_size > 0)
            for item in sources_of(program, folder, names):
                records += item.get("records") or 0
                is_other = item["format"] in OTHERS or "@" in (item.get("instance") or "")
                if not item.get("component") and not is_other and item.get("records"):
                    nameless.append((item["records"], f"{folder.name}/{item['path']}"))
                if not item["format"]:
                    formless.append(f"{folder.name}/{item['path']}")
            for name in names:
                stamped, without = missed(program, folder / name)
                count += stamped
                undated += [f"{folder.name}/{name}:{record['line']}: {record['text'][:150]}" for record in without]
        tap.check(f"of {count} records with a stamp, {count - len(undated)} have a time", count - len(undated) >= TIMES_MIN * count, undated)
        without = sum(number for number, _ in nameless)
        tap.check(f"of {records} records, {records - without} have a component or are another program's", records - without >= COMPONENTS_MIN * records,
                  [str(item) for item in nameless])
        tap.check("each log has a format", not formless, formless)
        if is_verbose:
            print(*undated, *nameless, *formless, sep="\n", file=sys.stderr)


main()
