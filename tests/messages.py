#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the built-in rules against the list of messages that matter: messages.py RULECHECK LIST...

A row of a list is one record, behind a tab what is expected of it:

    RULE[ NAME=VALUE]...<TAB>RECORD      RULE owns it, and reads these fields (a blank in VALUE is written as U+2423)
    - REASON<TAB>RECORD                  left out, and why

A line break inside a record is written as U+23CE. Each record is read as it stands, and also as other layouts would have
written it: the fields of a structured one in the console layout, the bare message of a text one as the journal keeps it,
Milvus's text as its JSON layout, without its head, and as people retell it.
"""
import json
import pathlib
import re
import subprocess
import sys

from tap import Tap

RECOGNISED_MIN = 0.95
CAPNSLOG = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} [CEWNIDT] \| [\w/]+: ")


class Row:
    """One record of a list."""

    def __init__(self, path, number, line):
        self.where = f"{path.name}:{number}"
        expected, tab, record = line.partition("\t")
        self.is_left_out = expected.startswith("- ")
        words = [] if self.is_left_out else expected.split(" ")
        self.rule = words[0] if words else None
        self.fields = {name: value.replace("\u2423", " ") for name, _, value in (word.partition("=") for word in words[1:])}
        self.record = record.replace("\u23ce", "\n")
        self.fault = None if tab and (words or len(expected) > 2) else f"{self.where}: not RULE<TAB>RECORD: {line[:80]}"


def rows(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Row(path, i + 1, line) for i, line in enumerate(lines) if line and not line.startswith("#")]


def console(record):
    """The layout of zap's console encoder; None for what is no record of zap's JSON encoder."""
    try:
        fields = json.loads(record)
    except ValueError:
        return None
    if not isinstance(fields, dict) or "msg" not in fields:
        return None
    head = [str(fields.pop(name)) for name in ("ts", "level", "logger", "caller", "msg") if name in fields]
    stack = fields.pop("stacktrace", None)
    text = "\t".join(head) + ("\t" + json.dumps(fields, ensure_ascii=False) if fields else "")
    return text + ("\n" + stack if stack else "")


def bare(record):
    """The message alone, without time, level and package; None for what is no record of capnslog."""
    found = CAPNSLOG.match(record)
    return record[found.end():] if found else None


MILVUS_TEXT = re.compile(r'\[([^]]+)\] \[([A-Z]+)\] \[([^]]+)\] \[((?:"(?:[^"\\\\]|\\\\.)*"|[^"\]]*))\](.*)')
MILVUS_GROUP = re.compile(r' \[("(?:[^"\\]|\\.)*"|[^]="]+)=("(?:[^"\\]|\\.)*"|[^]"]*)\]')


def milvus_parts(record):
    """Time, level, caller, message as written, and the groups behind it; None for what is no record of Milvus's text layout."""
    found = MILVUS_TEXT.fullmatch(record)
    return found.groups() if found else None


def unquoted(text):
    return json.loads(text) if text.startswith('"') else text


def milvus_json(record):
    parts = milvus_parts(record)
    if parts is None:
        return None
    time, level, caller, message, groups = parts
    fields = {unquoted(key): unquoted(value) for key, value in MILVUS_GROUP.findall(groups)}
    head = {"level": level, "time": time, "caller": caller, "message": unquoted(message)}
    return json.dumps({**head, **fields}, ensure_ascii=False, separators=(",", ":"))


def milvus_headless(record):
    parts = milvus_parts(record)
    return None if parts is None else f"[{parts[2]}] [{parts[3]}]{parts[4]}"


def milvus_retold(record):
    parts = milvus_parts(record)
    return None if parts is None else f"{parts[1]} {unquoted(parts[3]).strip()}{parts[4]}"


def owners(rulecheck, records):
    """Of each record the rule that owns it, and the fields it reads."""
    done = subprocess.run([rulecheck, "--records"], input="\0".join(records).encode(), stdout=subprocess.PIPE, check=True)
    for answer in done.stdout.decode("utf-8", "replace").split("\x1e")[:-1]:
        rule, *fields = answer.split("\x1f")
        yield rule, dict(field.partition("=")[::2] for field in fields)


def check_rows(tap, name, listed, answers):
    faults = [row.fault for row in listed if row.fault]
    for row, (rule, fields) in zip(listed, answers):
        if row.is_left_out and rule != "-":
            faults.append(f"{row.where}: left out, but {rule} owns it: {row.record[:160]}")
        if row.rule is not None and rule != row.rule:
            faults.append(f"{row.where}: {row.rule} expected, {rule} owns it: {row.record[:160]}")
        elif row.rule is not None:
            faults += [f"{row.where}: {field}={value} expected, {fields.get(field)} read: {row.record[:160]}"
                       for field, value in row.fields.items() if fields.get(field) != value]
    tap.empty(f"{name}: each record has the owner and the fields that are expected", faults)


def is_kin(rule, expected):
    """Without the name of its source file a record may be its message's instead of its error's; it is never etcd's own."""
    return rule == expected or (rule != "-" and rule.partition(".")[0] == expected.partition(".")[0])


def check_share(tap, what, listed, answers, is_right):
    missed = [f"{row.where}: {rule} for {row.rule}: {row.record[:160]}"
              for row, (rule, _) in zip(listed, answers) if row.rule is None or not is_right(rule, row.rule)]
    share = 1 - len(missed) / max(1, len(listed))
    tap.check(f"{what}: {100 * share:.1f} % of {len(listed)} are recognised", listed and share >= RECOGNISED_MIN, missed)


def is_same(rule, expected):
    return rule == expected


LAYOUTS = (("in the console layout", console, is_same), ("as bare messages", bare, is_same), ("in Milvus's JSON layout", milvus_json, is_same),
           ("without time and level", milvus_headless, is_same), ("retold by hand", milvus_retold, is_kin))


def check_list(tap, rulecheck, path):
    listed = rows(path)
    answers = list(owners(rulecheck, [row.record for row in listed]))
    check_rows(tap, path.stem, listed, answers)
    check_share(tap, f"{path.stem}: records", listed, answers, is_same)
    for what, layout, is_right in LAYOUTS:
        written = [(row, layout(row.record)) for row in listed]
        written = [(row, text) for row, text in written if text is not None]
        if written:
            check_share(tap, f"{path.stem}: {what}", [row for row, _ in written],
                        list(owners(rulecheck, [text for _, text in written])), is_right)


def main():
    rulecheck, *paths = sys.argv[1:]
    with Tap() as tap:
        for path in map(pathlib.Path, paths):
            check_list(tap, rulecheck, path)


main()
