#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is printed in Chinese is Chinese, and fits 80 columns: languages.py WHYDOWN ROOT"""
import gzip
import io
import os
import pathlib
import re
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

import case as cases
from tap import Tap

LOCALE = {"LC_ALL": "zh_CN.UTF-8"}
CHINESE = re.compile("[\u4e00-\u9fff]")
# Of libraries, in brackets: they have no translations.
LIBRARY = re.compile(r"（?[ (][A-Za-z][^()（）]*[)）]")
# Four words in a row are a sentence; names of metrics, options and products are shorter.
ENGLISH = re.compile(r"\b[A-Za-z][a-z']*(?: [a-z][a-z']*){3,}\b")
# Under these stand lines of logs.
LINES_HEADS = ("证据", "所见情况")
# Marks of English prose behind Chinese words.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff）%][:;,] ")
COLUMNS = 80


def width(line):
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def prose(report):
    head = ""
    for line in report.splitlines():
        head = line if line and not line.startswith(" ") else head
        if head not in LINES_HEADS:
            yield line


def check_cases(tap, program, root):
    english, wide, half = [], [], []
    folders = sorted(path for path in (root / "testdata/cases").iterdir() if cases.is_case(path))
    for folder in folders:
        report = cases.run(program, [*cases.arguments(folder), "--lang", "zh"], folder).stdout.decode()
        english += [f"{folder.name}: {line}" for line in prose(report) if ENGLISH.search(line)]
        half += [f"{folder.name}: {line}" for line in prose(report) if HALF_WIDTH.search(line)]
        wide += [f"{folder.name}: {line}" for line in report.splitlines() if width(line) > COLUMNS]
    tap.check("there are cases", len(folders) > 20, f"{len(folders)}")
    tap.empty("no English sentence is left in Chinese reports", english)
    tap.empty("Chinese reports have Chinese marks", half)
    tap.empty("Chinese reports fit 80 columns", wide)


def check_messages(tap, program, root):
    def run(*words, environment=None):
        return cases.run(program, words, root, environment)

    english = run("--help").stdout.decode().splitlines()
    chinese = run("--help", environment=LOCALE).stdout.decode().splitlines()
    told = [line for line in chinese if ENGLISH.search(line)]
    tap.check("--help is Chinese in a Chinese locale", len(english) > 20 and not told and any(map(CHINESE.search, chinese)), told)
    tap.check("--lang zh --help is the same", run("--help", "--lang", "zh").stdout.decode().splitlines() == chinese)
    tap.check("--lang en wins over the locale", run("--help", "--lang=en", environment=LOCALE).stdout.decode().splitlines() == english)
    for words in (("--color", "often"), ("--since", "noon", "x"), ("rules", "show", "no.such"), ("-f", "odd", "x"), ("nowhere",), ("--no-such",)):
        said = run(*words, environment=LOCALE).stderr.decode()
        tap.check(f"{' '.join(words)}: the message is Chinese", CHINESE.search(said) and said.count("\n") == 1, said)
    logs = [f"testdata/cases/story-slow-disk/{log}" for log in cases.logs(root / "testdata/cases/story-slow-disk")]
    plain = run("-f", "json", *logs).stdout
    tap.check("JSON does not follow the locale", plain and run("-f", "json", *logs, environment=LOCALE).stdout == plain)


def make_damaged(folder, log):
    """Inputs of which each is damaged, cut, refused or passed over in a way of its own."""
    packed = gzip.compress(log, mtime=0)
    tar, archive = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as out:
        for name, kind in (("a.log", tarfile.REGTYPE), ("link", tarfile.SYMTYPE), ("again", tarfile.LNKTYPE), ("pipe", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, "a.log", len(log) if name == "a.log" else 0
            out.addfile(member, io.BytesIO(log))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.log", log)
    spoiled = bytearray(tar.getvalue())
    spoiled[0:100] = b"\xff" * 100
    files = {"cut.log.gz": packed[:-300], "checksum.log.gz": packed[:-6] + b"12" + packed[-4:], "damaged.log.gz": packed[:900] + b"\xff" * 40 + packed[940:],
             "more.log.gz": packed + b"something else", "empty.log": b"", "a.tar": tar.getvalue(), "spoiled.tar": bytes(spoiled), "cut.tar": tar.getvalue()[:3000],
             "cut.zip": archive.getvalue()[:-400], "false.zip": b"PK\x03\x04junk" * 30, "false.7z": b"7z\xbc\xaf\x27\x1cjunk" * 30, "false.xz": b"\xfd7zXZ\x00junk" * 30,
             "false.bz2": b"BZh91AY&SYjunk" * 30, "false.zst": b"\x28\xb5\x2f\xfdjunk" * 30, "false.log.gz": b"\x00\x01\x02" * 400, "short.gz": b"\x1f\x8b",
             "a.png": b"\x89PNG\r\n\x1a\n" + bytes(99), "a.pdf": b"%PDF-1.4 " + bytes(99), "a.rar": b"Rar!\x1a\x07" + bytes(99), "core": b"\x7fELF" + bytes(99),
             "a.db": b"SQLite format 3" + bytes(99), "a.journal": b"LPKSHHRH" + bytes(99), "nested.gz": gzip.compress(gzip.compress(gzip.compress(log)))}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "nowhere.log").symlink_to("nothing")
    (folder / "itself.log").symlink_to("itself.log")
    (folder / "same.log").symlink_to("empty.log")
    os.mkfifo(folder / "pipe")


def residue(text):
    """Lines with an English sentence in them."""
    return [line for line in text.splitlines() if ENGLISH.search(LIBRARY.sub("", line))]


def check_damage(tap, program, root, scratch):
    """What is wrong with inputs is told in Chinese, on stderr and in every report, also in one that was saved."""
    make_damaged(scratch, (root / "testdata/cases/slow-disk-3.5/etcd.log").read_bytes()[:20000])
    limits = (["--limit", "bytes=1000"], ["--limit", "members=1"], ["--limit", "depth=1"], ["--limit", "memory=1000"])
    for more in ([], *limits):
        done = cases.run(program, ["-v", *more, "."], scratch, LOCALE)
        told = done.stderr.decode()
        tap.check(f"damage on stderr {' '.join(more)}", told.count("\n") >= 4 and not residue(told), residue(told) or told)
        report = [line for line in prose(done.stdout.decode()) if line.startswith("  ")]
        tap.empty(f"damage in text {' '.join(more)}", residue("\n".join(report)))
    saved = cases.run(program, ["-f", "json", "."], scratch).stdout
    (scratch / "saved.json").write_bytes(saved)
    for form in ("text", "md", "html"):
        direct = cases.run(program, ["-f", form, "--lang", "zh", "saved.json"], scratch).stdout.decode()
        for note in ("gzip 校验和不符", "之后不完整", "已跳过：链接指向的文件不存在", "PDF"):
            tap.check(f"{form} of a saved report: {note}", note in direct, direct[-3000:])
    (scratch / "saved.json").unlink()


def check_errors(tap, program, root, scratch):
    """Each error is one Chinese line."""
    report = cases.run(program, ["-f", "json", *cases.logs(root / "testdata/cases/story-slow-disk")], root / "testdata/cases/story-slow-disk").stdout.decode()
    files = {"cut.json": report[:len(report) // 2], "other.json": report.replace("whydown.report/1", "whydown.report/9"), "map.json": "{}", "cut.map": "{",
             "wrong.json": report.replace('"count":', '"count": "x", "was":', 1), "rule.json": '{"rules":[{"id":"x"}]}', "none.json": "", "list.json": "[]"}
    for name, text in files.items():
        (scratch / name).write_text(text, encoding="utf-8")
    secret = scratch / "empty.log"
    commands = [[name] for name in ("cut.json", "other.json", "wrong.json", "nothing.log", "nowhere.log")]
    commands += [[option, value, secret.name] for option in ("--since", "--tz", "--lang", "--color", "--progress", "--fail-on", "--why-not", "-f", "-j", "--limit", "--rules")
                 for value in ("odd",)]
    commands += [["-o", name, secret.name] for name in (".", "no/folder")] + [["--redact-map", name, secret.name] for name in ("map.json", "cut.map", ".", "no/folder")]
    commands += [["rules", *words] for words in (["check", "rule.json"], ["check", "none.json"], ["check", "list.json"], ["check", "nothing"], ["show", "x"], ["show"], ["odd"],
                                                 ["list", "severity=x"], ["list", "cause=x"], ["list", "-f", "odd"], ["match", "-f", "odd"])]
    commands += [["alerts", *words] for words in (["nothing"], ["cut.json"], ["other.json"], ["empty.log"], ["-f", "odd"], ["map.json", "map.json"])]
    commands += [["events"], ["events", "-f", "odd", "empty.log"], ["events", "nothing"], ["explain"], ["--odd"], ["--since"], ["-Z"]]
    for words in commands:
        said = cases.run(program, words, scratch, LOCALE).stderr.decode()
        tap.check(f"{' '.join(words)}: one line in Chinese", said.count("\n") == 1 and CHINESE.search(said) and not residue(said), said)


def check_pages(tap, program, root):
    """What other commands print is Chinese, too."""
    line = (root / "testdata/cases/slow-disk-3.5/etcd.log").read_text(encoding="utf-8").splitlines()[5]
    quoted = re.compile(r'\\?"[^"]*"|`[^`]*`|（[^）]*）|“[^”]*”|^ +expr:.*|^ {10}\w.*|^.{0,4}(来源|样例|匹配).*')
    for words in (["alerts"], ["alerts", "-f", "md"], ["rules", "check"], ["rules", "match", line], ["rules", "match", "what is this"], []):
        text = cases.run(program, words, root, LOCALE).stdout.decode()
        left = [part for part in text.splitlines() if line[:40] not in part and ENGLISH.search(quoted.sub("", part))]
        tap.check(f"{' '.join(words)[:30]}: in Chinese", CHINESE.search(text) and not left, left)


def main():
    with Tap() as tap, tempfile.TemporaryDirectory(prefix="whydown-") as name:
        scratch = pathlib.Path(name)
        root = pathlib.Path(sys.argv[2]).resolve()
        check_messages(tap, pathlib.Path(sys.argv[1]).resolve(), root)
        program = pathlib.Path(sys.argv[1]).resolve()
        check_damage(tap, program, root, scratch)
        check_errors(tap, program, root, scratch)
        check_pages(tap, program, root)
        check_cases(tap, pathlib.Path(sys.argv[1]).resolve(), root)


main()
