#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold what is written for machines against docs/schema, and docs/causes.md against the causes: schemas.py WHYDOWN ROOT"""
import copy
import json
import pathlib
import re
import subprocess
import sys

import jsonschema

from tap import Tap

LOG = """\
{"level":"warn","ts":"2024-05-01T10:02:03.5Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"7.1s","expected-duration":"1s"}
{"level":"info","ts":"2024-05-01T10:02:05.1Z","caller":"osutil/interrupt_unix.go:64","msg":"received signal; shutting down","signal":"terminated"}
"""


def schema_of(root, name):
    return json.loads((root / f"docs/schema/{name}.schema.json").read_text(encoding="utf-8"))


def vocabulary(root):
    """The causes that a report may name."""
    return set(schema_of(root, "report")["$defs"]["cause"]["enum"])


def validator(root, name):
    schema = schema_of(root, name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults_of(schema, document):
    """Where and what, the innermost reason of each fault."""
    found = []
    for error in schema.iter_errors(document):
        inner = jsonschema.exceptions.best_match([error])
        found.append(f"{'/'.join(map(str, inner.absolute_path)) or '(top)'}: {inner.message[:200]}")
    return found


def changed(document, path, value=None):
    """A copy where the value at path is another, or is gone."""
    document = copy.deepcopy(document)
    *way, last = path
    place = document
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


def is_closed(schema):
    """Every object of a schema says what may be in it."""
    open_objects = []

    def walk(node, where):
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node and node.get("additionalProperties") is not False and "oneOf" not in node:
                open_objects.append(where)
            for key, value in node.items():
                walk(value, f"{where}/{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                walk(value, f"{where}/{number}")

    walk(schema, "")
    return open_objects


def check_refused(tap, name, schema, document, changes):
    for path, value in changes:
        what = "without" if value is None else f"with {json.dumps(value)} as"
        tap.check(f"{name} {what} {'/'.join(map(str, path))} is refused", faults_of(schema, changed(document, path, value)))


def check_causes(tap, root, schema):
    documents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "rules/causes").glob("*.json"))}
    for name, document in documents.items():
        tap.empty(f"rules/causes/{name} follows its schema", faults_of(schema, document))
    causes = [document for document in documents.values() if "id" in document]
    notes = {note["id"] for document in documents.values() for note in document.get("notes", [])}
    named = {note for cause in causes for note in cause["advice"] + cause["settle"]}
    odd = {cause["id"] for cause in causes} ^ vocabulary(root)
    tap.check("there is a file for each cause of the report's schema, and no other", not odd, f"{sorted(odd)}")
    tap.empty("notes that causes name are there", sorted(named - notes))
    sample = {"id": "storage-latency", "title": {"en": "a", "zh": "b"}, "prior": 1, "leads_to": [], "settle": [], "advice": [],
              "signs": [{"group": "g", "for": "hint", "when": {"episode": "etcd.fsync.slow", "count": ">=2"}, "say": {"en": "a", "zh": "b"}}]}
    tap.empty("a small cause passes", faults_of(schema, sample))
    sign = ("signs", 0)
    check_refused(tap, "a cause", schema, sample, [
        (("id",), None), (("colour",), "red"), ((*sign, "against"), "hint"), ((*sign, "for"), "certain"), ((*sign, "when", "count"), "2"),
        ((*sign, "when"), {"event": "etcd.fsync.slow"}), ((*sign, "when"), {"not": {"absent": "etcd.fsync.slow", "longer": "1s"}}),
        ((*sign, "say", "zh"), None)])


def check_documentation(tap, root):
    """docs/causes.md tells of every cause and every derived fact."""
    text = (root / "docs/causes.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z0-9._-]+)`", text))
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((root / "lib/cause").glob("*.c")))
    derived = set(re.findall(r'derived_(?:add(?:_text)?|relate)\([a-z]+,\s*"([^"]+)"', source)) | set(re.findall(r'\{"(trace\.[a-z_]+)"', source))
    used = set(re.findall(r'"fact": "([^"]+)"', "\n".join(path.read_text(encoding="utf-8")
                                                          for path in (root / "rules/causes").glob("*.json"))))
    measured = set(re.findall(r'"([a-z]+(?:\.[a-z0-9_]+)+)"', "\n".join(path.read_text(encoding="utf-8")
                                                                        for path in (root / "lib/side").glob("*.c"))))
    stated = {fact for fact in measured if not fact.startswith(("host.", "etcd.alarm.", "etcd.ctl."))}
    files = (root / "docs/side-files.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"`([a-z0-9._]+)`", files))
    shown |= {f"{fact}_between" for fact in shown}
    tap.check("facts of side files were found in the source", len(stated) >= 60, f"{sorted(stated)}")
    tap.empty("docs/side-files.md tells of every fact", sorted(stated - shown))
    limits = set(re.findall(r'\{STR_INIT\("([a-z.0-9_]+)"\), \d+, (?:true|false)', source))
    judged = files.partition("## Limits")[2]
    tap.empty("docs/side-files.md tells of every limit", sorted(limit for limit in limits if f"`{limit}`" not in judged))
    tap.empty("docs/causes.md tells of every cause", sorted(vocabulary(root) - told))
    tap.empty("docs/causes.md tells of every derived fact", sorted(derived - told))
    tap.check("derived facts were found in the source", len(derived) >= 20, f"{sorted(derived)}")
    tap.empty("facts that causes name are derived or measured", sorted(used - derived - measured))


def check_program(tap, program, report, event):
    """A made-up log; the cases validate what real ones give."""
    done = subprocess.run([program, "-f", "json", "-"], input=LOG.encode(), stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    tap.empty("a report follows its schema", faults_of(report, found))
    check_refused(tap, "a report", report, found, [
        (("verdict",), None), (("verdict", "cause"), "bad-luck"), (("verdict", "confidence"), 1.5), (("schema",), "whydown.report/2"),
        (("generator", "colour"), "red"), (("episodes", 0, "start"), "2024-05-01 10:02:03"), (("episodes", 0, "evidence"), None),
        (("coverage", "inputs", 0, "lines"), -1), (("coverage", "inputs", 0, "zone"), "CET")])
    done = subprocess.run([program, "events", "-"], input=LOG.encode(), stdout=subprocess.PIPE, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    tap.check("both lines are events", [row["kind"] for row in rows] == ["etcd.fsync.slow", "etcd.stop.signal"], f"{rows}")
    for row in rows:
        tap.empty(f"the event {row['kind']} follows its schema", faults_of(event, row))
    check_refused(tap, "an event", event, rows[0], [
        (("kind",), "slow"), (("took_ms",), "7.1s"), (("line",), 0), (("severity",), "warn"), (("fields", "a b"), "x"), (("text",), None)])


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    with Tap() as tap:
        schemas = {name: validator(root, name) for name in ("report", "event", "cause")}
        for name, schema in schemas.items():
            tap.empty(f"{name}.schema.json lets nothing unknown through", is_closed(schema.schema))
        check_causes(tap, root, schemas["cause"])
        check_documentation(tap, root)
        check_program(tap, program, schemas["report"], schemas["event"])


if __name__ == "__main__":
    main()
