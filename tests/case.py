#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run whydown as typed, but on a case of testdata/cases as its folder says: case.py WHYDOWN [OPTION...] PATH...

A case is a folder with a case.json, args or want.json. It is explained from inside that folder, with the words of its file
"args", or else with its log files: what describes the case, or is expected of it, is not handed over.
"""
import json
import os
import pathlib
import shlex
import subprocess
import sys

NOT_LOGS = {"case.json", "args", "want.json", "want.txt", "README.md"}
# What the tests' machine has set must not matter.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent", "PATH": os.environ.get("PATH", "")}


def is_case(folder):
    return any((folder / name).is_file() for name in ("case.json", "args", "want.json"))


def cases(root):
    return [folder for folder in sorted((root / "testdata/cases").iterdir()) if is_case(folder)]


def logs(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in NOT_LOGS)


def arguments(folder):
    """What is typed behind `whydown` in the folder of a case."""
    words = folder / "args"
    return shlex.split(words.read_text(encoding="utf-8")) if words.exists() else logs(folder)


def run(program, words, cwd=None, environment=None, stdin=b""):
    """Returns: the finished process, with what it printed as bytes."""
    return subprocess.run([os.path.abspath(program), *words], cwd=cwd, env={**ENVIRONMENT, **(environment or {})}, input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=120)


def explained(program, words, cwd):
    """Returns: the JSON report."""
    return json.loads(run(program, ["-f", "json", *words], cwd).stdout)


def main():
    program, *typed = sys.argv[1:]
    if typed and is_case(pathlib.Path(typed[-1])):
        os.chdir(typed[-1])
        typed[-1:] = arguments(pathlib.Path("."))
    os.execv(program, [program, *typed])


if __name__ == "__main__":
    main()
