#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Log text that wants to be more than text comes out inert in every format, and no line breaks the frame: hostile.py WHYDOWN ROOT"""
import csv
import html.parser
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unicodedata

import case as cases
from tap import Tap

PAYLOADS = [
    "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "[click](javascript:alert(1))", "javascript:alert(1)", "</details><h1>x</h1>",
    "\x1b[31mred\x1b[0m", "\x1b]8;;http://evil.example\x07link\x1b]8;;\x07", "\u202eevil\u202c \u2066x\u2069", "=cmd()", "@SUM(1)", "+1+cmd|' /C calc'!A0",
    "```\n# heading\n```", "`` ` ``` ````", "a | b \\| c \\\\| d |", "@octocat and @org/team", "#123 GH-1 milvus-io/milvus#6789",
    "https://evil.example/x www.evil.example evil@evil.example", "0123456789abcdef0123456789abcdef01234567", "![x](http://evil.example/a.png)",
    "<!-- <details> -->", "&lt;b&gt; &#64;octocat", "--- \n===\n1. x", "~~~\n~~~", "\x00\x07\x08\x7f\u200b\ufeff", "\u2028\u2029\u0085", "| :-- | @octocat |",
]
ALLOWED_TAGS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "sub", "hr"}
MARKDOWN_MAX = 65000


def logs(folder):
    """An etcd and a Milvus log whose recognised records carry the payloads; also in the name of a file and of a container."""
    etcd, milvus = [], []
    for number, payload in enumerate(PAYLOADS):
        stamp = f"2024-05-01T10:02:{number + 10:02d}"
        etcd.append(json.dumps({"level": "warn", "ts": f"{stamp}.5Z", "caller": "wal/wal.go:805", "msg": "slow fdatasync", "took": f"{number + 2}.1s",
                                "expected-duration": "1s", "note": payload}, ensure_ascii=number % 2 == 0).encode())
        plain = payload.replace("\n", " ").encode()
        milvus.append(f"[{stamp.replace('-', '/').replace('T', ' ')}.700 +00:00] [WARN] [etcd/etcd_kv.go:656] [\"Slow etcd operation save\"] "
                      f"[\"time spent\"={number + 1}.5s] [key=".encode() + plain + b"\xff\xfe\xc0\xaf]")
    etcd.append(b'{"level":"warn","ts":"2024-05-01T10:02:50.5Z","caller":"wal/wal.go:805","msg":"slow fdatasync","took":"90.1s","expected-duration":"1s","x":"'
                + b"`|@a<" * (1 << 18) + b'"}')
    milvus.append(b'[2024/05/01 10:02:55.700 +00:00] [WARN] [sessionutil/session_util.go:908] ["connection lost detected, shuting down"] [x=@octocat]')
    names = ["etcd `@octocat` |#123| <b>.log", "=cmd() [x](javascript:y) milvus.log"]
    for name, lines in zip(names, (etcd, milvus)):
        (folder / name).write_bytes(b"\n".join(lines) + b"\n")
    (folder / "compose.log").write_bytes(b"".join(b"@octocat-1  | " + line + b"\n" for line in milvus[:5]))
    return [*names, "compose.log"]


class Page(html.parser.HTMLParser):
    """What a reader of rendered Markdown meets: tags, links, and text outside of code."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [f"{tag} {name}={value}" for name, value in attrs]
        if tag not in ("hr", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        if "code" not in self.open and "pre" not in self.open:
            self.text.append(data)


def rendered(markdown):
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"], input=markdown,
                          stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def page_faults(markdown):
    page = Page()
    page.feed(rendered(markdown))
    text = " ".join(page.text)
    faults = [f"a tag that is not the report's: {tag}" for tag in page.tags if tag not in ALLOWED_TAGS]
    faults += [item for item in page.attributes if not re.fullmatch(r"(code class=language-text|pre lang=text|t[hd] align=\w+|ol start=\d+)", item)]
    faults += [f"could become a mention or link: {match}" for match in re.findall(r"@\w+|#\d+|GH-\d+|https?://\S+|www\.\S+|\b[0-9a-f]{7,40}\b", text)]
    return faults


def check_markdown(tap, name, markdown):
    tap.empty(f"{name}: rendered, nothing but the report's own markup", page_faults(markdown))
    tap.check(f"{name}: at most {MARKDOWN_MAX} characters", len(markdown.decode()) <= MARKDOWN_MAX, f"{len(markdown)}")
    tap.check(f"{name}: folds are closed", markdown.count(b"<details>") == markdown.count(b"</details>") == rendered(markdown).count("<details>"))


def control_faults(text, allowed="\n"):
    """Characters that act instead of being seen."""
    return sorted({f"U+{ord(char):04X}" for char in text if char not in allowed and unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")})


def width(line):
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def check_widths(tap, program, root, folder, words):
    """Text is 80 columns wide where it is not said otherwise."""
    for lang in ("en", "zh"):
        faults = []
        for case in [None, *cases.cases(root)]:
            done = cases.run(program, ["-v", "--lang", lang, *(words if case is None else cases.arguments(case))], case or folder)
            faults += [f"{case and case.name}: {line}" for line in done.stdout.decode().splitlines() if width(line) > 80]
        tap.empty(f"in {lang} no line is wider than 80 columns", faults)


def multiply(report, filler):
    """The report with more of everything than has room, and with long texts: a saved one may hold that."""
    story = json.loads(report)
    for step in story["chain"]:
        step["summary"] = filler * 20
        for proof in step["evidence"]:
            proof["text"] = filler * 40
    story["chain"] = story["chain"] * 80
    story["stops"] = [{**stop, "summary": filler * 20} for stop in story["stops"]] * 300
    for rival in story["verdict"]["rivals"]:
        rival["for"] = rival["against"] = [filler * 10] * 60
    story["verdict"]["rivals"] = story["verdict"]["rivals"] * 12
    story["verdict"]["for"] = [filler * 20] * 500
    story["coverage"]["inputs"] = [{**item, "path": filler * 8, "damage": filler * 8} for item in story["coverage"]["inputs"]] * 100
    for part, keys in ((story["coverage"]["missing"], ("what", "why_it_matters", "how_to_get_it")), (story["advice"], ("text", "because"))):
        for item in part:
            item.update((key, filler * 12) for key in keys)
        part *= 60
    story["facts"] = [{**fact, "threshold": 1, "unit": "ms", "value": 2} for fact in story["facts"]] * 400
    return json.dumps(story, ensure_ascii=False).encode()


def check_limit(tap, program, root, folder):
    """Whatever there is to tell, Markdown is no longer than GitHub takes; what has no room is named, and the verdict comes first."""
    case = root / "testdata/cases/three-stops"
    report = cases.run(program, ["-f", "json", *cases.arguments(case)], case).stdout.decode()
    for name, filler in (("ASCII", "why it did so "), ("Chinese", "慢磁盘导致 "), ("four bytes", "\U00020bb7\U0001f42c "), ("markup", "`|@octocat <b>_*#1 ")):
        path = folder / "many.json"
        path.write_bytes(multiply(report, filler))
        for lang, left_out, more in (("en", "Left out, because", "... and "), ("zh", "省略", "……另有 ")):
            done = cases.run(program, ["-f", "md", "--lang", lang, path.name], folder)
            text = done.stdout.decode()
            tap.check(f"{name} in {lang}: it is a report", done.returncode == 0 and text.startswith("## "), done.stderr.decode())
            tap.check(f"{name} in {lang}: the limit is reached", 40000 < len(done.stdout), f"{len(done.stdout)}")
            tap.check(f"{name} in {lang}: what has no room is said", left_out in text and more in text, text[-600:])
            check_markdown(tap, f"{name} in {lang}", done.stdout)


def check_csv(tap, program, folder, words):
    rows = list(csv.reader(io.StringIO(cases.run(program, ["events", "-f", "csv", *words], folder).stdout.decode(), newline="")))
    tap.check("csv: rows of one length", len(rows) > len(PAYLOADS) and {len(row) for row in rows} == {len(rows[0])})
    tap.empty("csv: no cell is a formula", [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")])
    tap.empty("csv: nothing acts", control_faults("".join(cell for row in rows for cell in row)))


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    with Tap() as tap, tempfile.TemporaryDirectory(prefix="whydown-") as folder:
        folder = pathlib.Path(folder)
        words = [f"./{name}" if name[0] in "=-" else name for name in logs(folder)]
        for lang in ("en", "zh"):
            text = cases.run(program, ["-v", "--lang", lang, *words], folder).stdout.decode()
            tap.check(f"text in {lang} says that it stopped", len(text.splitlines()) > 40)
            tap.empty(f"text in {lang}: nothing acts", control_faults(text))
            check_markdown(tap, f"md in {lang}", cases.run(program, ["-f", "md", "--lang", lang, *words], folder).stdout)
        report = cases.run(program, ["-f", "json", *words], folder).stdout.decode()
        tap.empty("json: nothing acts", control_faults(report))
        tap.check("json is JSON", json.loads(report)["schema"] == "whydown.report/1")
        events = cases.run(program, ["events", *words], folder).stdout.decode()
        tap.empty("ndjson: nothing acts", control_faults(events))
        tap.check("ndjson has all records", len(events.splitlines()) >= 2 * len(PAYLOADS))
        check_csv(tap, program, folder, words)
        check_limit(tap, program, root, folder)
        check_widths(tap, program, root, folder, words)
        for case in cases.cases(root):
            check_markdown(tap, f"md of {case.name}", cases.run(program, ["-f", "md", *cases.arguments(case)], case).stdout)
        faults = page_faults("# <script>x</script> @octocat [a](http://x.example) #12\n".encode())
        tap.check("faults are found", len(faults) >= 4, faults)


if __name__ == "__main__":
    main()
