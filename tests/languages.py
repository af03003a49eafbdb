#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is printed in Chinese is Chinese, and fits 80 columns: languages.py WHYDOWN ROOT"""
import pathlib
import re
import sys
import unicodedata

import case as cases
from tap import Tap

LOCALE = {"LC_ALL": "zh_CN.UTF-8"}
CHINESE = re.compile("[\u4e00-\u9fff]")
# Four words in a row are a sentence; names of metrics, options and products are shorter.
ENGLISH = re.compile(r"\b[A-Za-z][a-z']*(?: [a-z][a-z']*){3,}\b")
# From one to the other stand lines of logs.
PROOF, BEHIND_PROOF = "证据", "理由"
COLUMNS = 80


def width(line):
    return sum(0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def prose(report):
    is_proof = False
    for line in report.splitlines():
        is_proof = line == PROOF or (is_proof and line != BEHIND_PROOF)
        if not is_proof:
            yield line


def check_cases(tap, program, root):
    english, wide = [], []
    folders = sorted(path for path in (root / "testdata/cases").iterdir() if cases.is_case(path))
    for folder in folders:
        report = cases.run(program, [*cases.arguments(folder), "--lang", "zh"], folder).stdout.decode()
        english += [f"{folder.name}: {line}" for line in prose(report) if ENGLISH.search(line)]
        wide += [f"{folder.name}: {line}" for line in report.splitlines() if width(line) > COLUMNS]
    tap.check("there are cases", len(folders) > 20, f"{len(folders)}")
    tap.empty("no English sentence is left in Chinese reports", english)
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


def main():
    with Tap() as tap:
        root = pathlib.Path(sys.argv[2]).resolve()
        check_messages(tap, pathlib.Path(sys.argv[1]).resolve(), root)
        check_cases(tap, pathlib.Path(sys.argv[1]).resolve(), root)


main()
