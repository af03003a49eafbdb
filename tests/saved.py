#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A saved report renders to what the logs render to: saved.py WHYDOWN ROOT"""
import gzip
import json
import pathlib
import shutil
import sys
import tempfile

import case as cases
from tap import Tap

FORMATS = ("text", "md", "html", "json")
LANGUAGES = ("en", "zh")
# Wide, narrow and in detail.
WAYS = ([], ["-v"], ["-q", "--tz", "+08:00"])


def render(program, folder, words, form, lang, *way):
    return cases.run(program, ["-f", form, "--lang", lang, *way, *words], folder).stdout


def check_case(tap, program, folder, scratch):
    words = cases.arguments(folder)
    for saved_in in LANGUAGES:
        path = scratch / f"{folder.name}.{saved_in}.json"
        path.write_bytes(render(program, folder, words, "json", saved_in))
        for form in FORMATS:
            for number, lang in enumerate(LANGUAGES):
                way = WAYS[(number + len(saved_in)) % len(WAYS)]
                tap.check(f"{folder.name}: {form} in {lang} from the report saved in {saved_in} ({' '.join(way)})",
                          render(program, folder, [str(path)], form, lang, *way) == render(program, folder, words, form, lang, *way))


def complaint(program, words, stdin=b""):
    """What is said on stderr, and the exit status; nothing may be on stdout."""
    done = cases.run(program, words, stdin=stdin)
    return done.stderr.decode(), done.returncode, done.stdout


def check_ways_in(tap, program, report, scratch):
    path = scratch / "report.json"
    path.write_bytes(report)
    (scratch / "report.json.gz").write_bytes(gzip.compress(report))
    want = cases.run(program, [str(path)]).stdout
    tap.check("there is something to compare", want.count(b"\n") > 20)
    sorted_keys = json.dumps(json.loads(report), sort_keys=True, ensure_ascii=False).encode()
    path.with_name("sorted").write_bytes(sorted_keys)
    path.with_name("mark").write_bytes(b"\xef\xbb\xbf" + report)
    more = json.loads(report)
    more["colour"] = {"red": [1, {"verdict": None}]}
    path.with_name("more").write_text(json.dumps(more), encoding="utf-8")
    tap.check("from standard input", cases.run(program, ["-"], stdin=report).stdout == want)
    for name, what in (("report.json.gz", "gzip"), ("sorted", "sorted keys on one line"), ("mark", "a byte order mark"),
                       ("more", "members that are not known")):
        tap.check(f"a saved report with {what}", cases.run(program, [str(scratch / name)]).stdout == want)
    nameless = json.loads(report)
    for episode in nameless["episodes"]:
        episode["instance"] = ""
    path.with_name("nameless").write_text(json.dumps(nameless), encoding="utf-8")
    for form in FORMATS:
        done = cases.run(program, ["-f", form, str(scratch / "nameless")])
        tap.check(f"{form} of a report whose episodes are of no instance", done.returncode == 0 and done.stdout, f"{done.returncode}")
    tap.check("--fail-on works", cases.run(program, ["--fail-on", "stop", str(path)]).returncode == 1)


def changed(report, *way):
    """The report with the last of way as value at the way before it; None takes it away."""
    document = json.loads(report)
    *way, key, value = way
    place = document
    for step in way:
        place = place[step]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return json.dumps(document, indent=1).encode()


def check_damage(tap, program, report):
    damaged = {
        "of another version": (changed(report, "schema", "whydown.report/2"), "whydown.report/2"),
        "that is cut": (report[:len(report) // 2], "ends early"),
        "that is no JSON any more": (report.replace(b'"chain":', b'"chain":?', 1), "not JSON"),
        "without its verdict": (changed(report, "verdict", None), '"verdict" is missing'),
        "with a verdict twice": (report.replace(b'"case":', b'"verdict": {}, "case":', 1), "is missing"),
        "that is not UTF-8": (report.replace(b'"instance": "', b'"instance": "\xff', 1), "not UTF-8"),
        "of more than certainty": (changed(report, "verdict", "confidence", 1.5), "from 0 to 1"),
        "with a text for a count": (changed(report, "episodes", 0, "count", "many"), "wrong type"),
        "with a negative count": (changed(report, "episodes", 0, "count", -1), "no count"),
        "with an episode of no kind": (changed(report, "episodes", 0, "kind", "etcd.nothing"), "kinds"),
        "with an episode without points": (changed(report, "episodes", 0, "points", []), "points"),
        "with a time that is none": (changed(report, "chain", 0, "start", "yesterday"), "RFC 3339"),
        "with a way to stop that is none": (changed(report, "stops", 0, "how", "bored"), "not known"),
        "with something behind it": (report + b"{}", "follows"),
    }
    for what, (text, wanted) in damaged.items():
        said, status, printed = complaint(program, ["-"], text)
        tap.check(f"a report {what}: one line that says so",
                  status == 4 and said.count("\n") == 1 and wanted in said and said.startswith("whydown: ") and not printed, said)


def check_mixed(tap, program, folder, report, scratch):
    path = scratch / "report.json"
    path.write_bytes(report)
    (scratch / "again.json").write_bytes(report)
    logs = [str(folder / name) for name in cases.arguments(folder)]
    for what, words in (("logs beside it", [str(path), *logs]), ("another report", [str(path), str(scratch / "again.json")]),
                        ("--why-not", ["--why-not", "clock", str(path)]), ("--since", ["--since", "-2h", str(path)])):
        said, status, printed = complaint(program, words)
        tap.check(f"a saved report with {what} is refused", status == 2 and said.count("\n") == 1 and "saved report" in said and not printed,
                  f"{status} {said}")


def check_among_logs(tap, program, folder, scratch):
    """Reports that lie among the logs in a folder are named, and are no input."""
    place = scratch / "among"
    shutil.copytree(folder, place, ignore=lambda _, names: [name for name in names if name in cases.NOT_LOGS])
    before = cases.run(program, ["-f", "json", "."], place)
    events = cases.run(program, ["events", "."], place).stdout
    for form in FORMATS:
        for lang in LANGUAGES:
            (place / f"report.{form}.{lang}").write_bytes(render(program, folder, cases.arguments(folder), form, lang))
    after = cases.run(program, ["-f", "json", "."], place)
    story, again = json.loads(before.stdout), json.loads(after.stdout)
    tap.check("reports among the logs change nothing", after.returncode == 0 and [story[key] for key in ("verdict", "chain", "stops", "episodes")]
              == [again[key] for key in ("verdict", "chain", "stops", "episodes")], after.stderr.decode())
    tap.check("nor what events finds", cases.run(program, ["events", "."], place).stdout == events)
    named = [item["path"] for item in again["coverage"]["inputs"] if "report." in item["path"]]
    tap.check("the coverage names each", len(named) == len(FORMATS) * len(LANGUAGES), named)


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    with Tap() as tap, tempfile.TemporaryDirectory(prefix="whydown-") as scratch:
        scratch = pathlib.Path(scratch)
        for folder in cases.cases(root):
            check_case(tap, program, folder, scratch)
        folder = root / "testdata/cases/story-slow-disk"
        report = render(program, folder, cases.arguments(folder), "json", "en")
        check_ways_in(tap, program, report, scratch)
        check_damage(tap, program, report)
        check_mixed(tap, program, folder, report, scratch)
        check_among_logs(tap, program, folder, scratch)


if __name__ == "__main__":
    main()
