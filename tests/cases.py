#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Explain each case of testdata/cases and hold what comes out against what is wanted and against the logs themselves.

usage: cases.py WHYDOWN ROOT            report in the Test Anything Protocol
       cases.py --update WHYDOWN ROOT [NAME...]   write want.txt and want.json anew
"""
import datetime
import difflib
import gzip
import json
import pathlib
import sys
import zlib

import case as cases
from schemas import faults_of, validator
from tap import Tap

TEXT_MAX = 2048
# What waits for etcd may wait for a disk, a process that does not get to run, or lost packets.
WAITS = {"milvus.kv.slow", "milvus.session.lease_lost", "milvus.session.keepalive_closed", "etcd.apply.slow", "etcd.heartbeat.late"}
EARLIER_MAX = 3  # lines of different logs may stand so many seconds out of order


# ---- the logs, read independently of the program ----

def decompressed(data):
    """All that can be had of a gzip file, cut or not; other bytes as they are."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error):
        return zlib.decompressobj(31).decompress(data)


class Logs:
    """Lines of the files of a case by path: (offset, text)."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {}

    def lines(self, path):
        if path not in self.files:
            rows, offset = [], 0
            for line in decompressed((self.folder / path).read_bytes()).split(b"\n"):
                rows.append((offset, line.removesuffix(b"\r").decode("utf-8", "replace")))
                offset += len(line) + 1
            self.files[path] = rows
        return self.files[path]


def unescaped(line):
    """A line as it may have been before a wrapper put it into JSON."""
    try:
        wrapped = json.loads(line)
        return "\n".join(str(value) for value in wrapped.values()) if isinstance(wrapped, dict) else ""
    except ValueError:
        return ""


def evidence_fault(logs, item, is_wrapped):
    """What is wrong with one piece of evidence; None if it stands where it says."""
    where = f"{item['path']}:{item['line']}"
    lines = logs.lines(item["path"])
    if not 1 <= item["line"] <= len(lines):
        return f"{where}: there are {len(lines)} lines"
    offset, line = lines[item["line"] - 1]
    if offset != item["offset"]:
        return f"{where}: begins at {offset}, not {item['offset']}"
    text = item["text"]
    if is_wrapped:
        return None if text and (text in line or text in unescaped(line)) else f"{where}: does not hold {text[:100]!r}"
    whole = line.encode()[:TEXT_MAX].decode("utf-8", "ignore")
    return None if text == whole else f"{where}: is {whole[:100]!r}, not {text[:100]!r}"


def wrapped_paths(report):
    return {item["path"] for item in report["coverage"]["inputs"] if item.get("wrappers")}


def evidence_of(report):
    for part in ("stops", "chain", "episodes"):
        for item in report[part]:
            yield from item["evidence"]
    for stop in report["stops"]:
        for step in stop["chain"]:
            yield from step["evidence"]


# ---- what holds for every report ----

def second_of(time):
    return datetime.datetime.fromisoformat(time[:19] + "+00:00").timestamp()


def chain_faults(chain, cause):
    """Steps are in the order in which they began; what no line shows is marked; nothing follows from a cause that is not named."""
    faults, before = [], None
    for step in chain:
        if cause == "unknown" and (step["because"] or step["inferred"]):
            faults.append(f"{step['kind']} is said to follow, though no cause is named")
        begin = step["start"]
        if begin is not None:
            # the fraction is cut of zeros, so whole texts do not compare
            key = (begin[:19], begin[20:-1].ljust(9, "0"))
            if before is not None and key < before:
                faults.append(f"{step['kind']} at {begin} stands behind a later step")
            before = key
        if step["inferred"] == bool(step["evidence"]):
            faults.append(f"{step['kind']}: inferred is {step['inferred']} with {len(step['evidence'])} lines of evidence")
        faults += [f"{step['kind']}: {item['path']}:{item['line']} was printed long before it began" for item in step["evidence"]
                   if begin and item["time"] and second_of(item["time"]) < second_of(begin) - EARLIER_MAX]
        if begin and step["end"] and (step["end"][:19], step["end"][20:-1].ljust(9, "0")) < key:
            faults.append(f"{step['kind']}: ends before it begins")
    return faults


def verdict_faults(report, described):
    verdict, faults = report["verdict"], []
    for key in ("cause", "stopped"):
        if key in described and verdict[key] != described[key]:
            faults.append(f"{key} is {verdict[key]!r}, should be {described[key]!r} (confidence {verdict['confidence']})")
    if "stops" in described:
        found = [[stop["component"], stop["cause"], stop["count"]] for stop in report["stops"]]
        if found != described["stops"]:
            faults.append(f"stops are {found}, should be {described['stops']}")
    faults += [f"the stop at {stop['time']}: {fault}" for stop in report["stops"] for fault in chain_faults(stop["chain"], stop["cause"])]
    if verdict["cause"] not in (None, "unknown"):
        if not verdict["for"]:
            faults.append("a cause without a reason")
        if not report["chain"]:
            faults.append("a cause without a chain")
        if not report["advice"]:
            faults.append("a cause without advice")
    if verdict["cause"] == "unknown" and not verdict["settle"]:
        faults.append("unknown, and nothing is said to settle it")
    has_waited = any(step["kind"] in WAITS for step in report["chain"])
    if verdict["cause"] == "unknown" and has_waited and not verdict["excerpt"]:
        asked = " ".join(item["what"] for item in verdict["settle"])
        faults += [f"{word!r} is not asked about" for word in ("throttled", "latency and loss") if word not in asked]
    return faults


def difference(want, found, name):
    return list(difflib.unified_diff(want.splitlines(), found.splitlines(), f"{name} wanted", "found", n=1, lineterm=""))


def check_wanted(tap, folder, outputs):
    for name, found in outputs.items():
        path = folder / name
        want = path.read_text(encoding="utf-8") if path.exists() else ""
        tap.check(f"{folder.name}: {name}", want == found,
                  difference(want, found, name) + [f"if this is right: ./dev update {folder.name}"])


def check_events(tap, program, folder, logs, report, schema):
    is_wrapped = wrapped_paths(report)
    done = cases.run(program, ["events", *cases.arguments(folder)], folder)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    tap.empty(f"{folder.name}: events follow their schema", [fault for row in rows for fault in faults_of(schema, row)])
    tap.empty(f"{folder.name}: events stand where they say",
              [fault for row in rows if (fault := evidence_fault(logs, row, row["path"] in is_wrapped))])
    order = [(row["path"], row["line"]) for row in rows]
    tap.check(f"{folder.name}: events are in the order of the inputs", (rows or not report["episodes"]) and order == sorted(order))


def explain(program, folder):
    """The case's text, its report, and the exit statuses."""
    words = cases.arguments(folder)
    text, report = (cases.run(program, ["-f", form, *words], folder) for form in ("text", "json"))
    return text.stdout.decode(), json.loads(report.stdout), {text.returncode, report.returncode}


def shortened(value):
    """Evidence as "path:line": that the line is there, and is that one, is checked anyhow."""
    if isinstance(value, dict):
        if set(value) == {"path", "line", "offset", "time", "text"}:
            return f"{value['path']}:{value['line']}"
        return {key: shortened(item) for key, item in value.items()}
    return [shortened(item) for item in value] if isinstance(value, list) else value


def wanted_json(report):
    """A report for comparison: a row for each item, without what would change with each new rule: version of the rules, harmless
    episodes, kinds, translations; and without what saved.py holds against the whole report, the points of episodes."""
    rows, report = [], shortened(report)
    report["episodes"] = [{key: value for key, value in episode.items() if key not in ("points", "histogram")}
                          for episode in report["episodes"] if episode["harm"]]
    for key, value in report.items():
        if key in ("generator", "kinds", "texts", "texts_at"):
            continue
        if isinstance(value, list) and value:
            items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
            rows.append(f' "{key}": [\n{items}\n ]')
        elif isinstance(value, dict):
            items = ",\n".join(f"  {json.dumps(inner)}: {json.dumps(item, ensure_ascii=False)}" for inner, item in value.items())
            rows.append(f' "{key}": {{\n{items}\n }}')
        else:
            rows.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(rows) + "\n}\n"


def check_case(tap, program, folder, schemas):
    described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    text, report, statuses = explain(program, folder)
    tap.check(f"{folder.name}: exit status", statuses == {described.get("exit", 0)}, f"{statuses}")
    logs, is_wrapped = Logs(folder), wrapped_paths(report)
    tap.empty(f"{folder.name}: verdict", verdict_faults(report, described))
    tap.empty(f"{folder.name}: report follows its schema", faults_of(schemas["report"], report))
    tap.empty(f"{folder.name}: evidence stands where it says",
              [fault for item in evidence_of(report) if (fault := evidence_fault(logs, item, item["path"] in is_wrapped))])
    tap.empty(f"{folder.name}: chain", chain_faults(report["chain"], report["verdict"]["cause"]))
    check_wanted(tap, folder, {"want.txt": text, "want.json": wanted_json(report)})
    check_events(tap, program, folder, logs, report, schemas["event"])


def check_the_checks(tap, program, folder):
    """A report that lies must be caught."""
    report = explain(program, folder)[1]
    step = report["chain"][0]
    item = step["evidence"][0]
    logs = Logs(folder)
    tap.check("true evidence passes", evidence_fault(logs, item, False) is None)
    for key, value in (("line", item["line"] + 1), ("line", 10 ** 6), ("offset", item["offset"] + 1), ("text", item["text"][:-1])):
        tap.check(f"evidence with a wrong {key} is found", evidence_fault(logs, {**item, key: value}, False))
    tap.check("wrapped text must be in the line too", evidence_fault(logs, {**item, "text": "other"}, True))
    tap.check("a chain out of order is found", chain_faults(report["chain"][::-1], None))
    late = {**step, "start": f"{int(step['start'][:4]) + 1}{step['start'][4:]}"}
    tap.check("evidence from before a step is found", chain_faults([{**late, "end": late["start"]}], None))
    tap.check("a step without evidence that is not marked is found", chain_faults([{**step, "evidence": []}], None))
    tap.check("a step that follows from no cause is found", chain_faults(report["chain"], "unknown"))
    tap.check("a wrong cause is found", verdict_faults(report, {"cause": "clock"}))


def update(program, root, names):
    for folder in cases.cases(root):
        if not names or folder.name in names:
            text, report, _ = explain(program, folder)
            (folder / "want.txt").write_text(text, encoding="utf-8")
            (folder / "want.json").write_text(wanted_json(report), encoding="utf-8")


def main():
    is_update = sys.argv[1] == "--update"
    program, root, *names = sys.argv[2:] if is_update else sys.argv[1:]
    root = pathlib.Path(root)
    if is_update:
        update(program, root, names)
        return
    with Tap() as tap:
        schemas = {name: validator(root, name) for name in ("report", "event")}
        check_the_checks(tap, program, root / "testdata/cases/story-slow-disk")
        for folder in cases.cases(root):
            check_case(tap, program, folder, schemas)


if __name__ == "__main__":
    main()
