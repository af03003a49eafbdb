#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold po/zh_CN.po against the program's texts: translations.py ROOT, or --update ROOT to add what is new to it.

Every text is there, once, translated, and nothing else is; printf formats agree.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from tap import Tap

# Functions and macros that take a text of the program, and which argument it is.
KEYWORDS = ("text_translate:2", "text_said", "TEXT_BOTH", "TEXT_MARK", "both_printf:2", "add_path:2", "view_pick:2",
            "html_pick:2", "html_section:3", "write_brief:2", "heading:2", "brief_line:2", "answer_line:2", "layout_head:2",
            "MD_PICK", "TO_PICK", "error_set:2", "error_prefix:2", "complain:2", "complain_of:4",
            "shape_fail:2", "account_note:4", "fail:3", "finish:3", "note:3", "note_data:3")
ASCII_PUNCTUATION = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
# Chinese and Latin letters stand apart by a blank.
CLOSE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


def extract(root, out):
    """The program's texts as xgettext finds them."""
    files = sorted(str(path.relative_to(root)) for folder in ("lib", "cmd") for path in (root / folder).rglob("*.c"))
    run("xgettext", "--from-code=UTF-8", "--language=C", "--add-location=file", "--sort-by-file", f"--directory={root}",
        "--package-name=whydown", "--keyword", *(f"--keyword={word}" for word in KEYWORDS), f"--output={out}", *files)


def entries(text):
    """A catalogue's (msgid, msgstr, is_fuzzy), without its head."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#~")]
        parts, at = {"msgid": "", "msgstr": ""}, None
        for line in lines:
            word, _, rest = line.partition(" ")
            if word in parts:
                at, line = word, rest
            if at and line.startswith('"'):
                parts[at] += line[1:-1]
        is_fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
        if parts["msgid"]:
            found.append((parts["msgid"], parts["msgstr"], is_fuzzy))
    return found


def update(catalogue, template):
    run("msgmerge", "--quiet", "--update", "--backup=none", "--no-fuzzy-matching", "--add-location=file", catalogue, template)
    plain = run("msgattrib", "--no-obsolete", "--add-location=file", catalogue).stdout
    # Without the head's dates, which would differ each time.
    plain = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To):.*\n', "", plain, flags=re.M)
    catalogue.write_text(plain, encoding="utf-8")
    missing = [text for text, translation, _ in entries(plain) if not translation]
    for text in missing:
        print(f"{catalogue.name}: not translated: {text}")


def check(catalogue, template, tap):
    text = catalogue.read_text(encoding="utf-8")
    translated = {key: (value, is_fuzzy) for key, value, is_fuzzy in entries(text)}
    wanted = {key for key, _, _ in entries(template.read_text(encoding="utf-8"))}
    tap.check("texts were found", len(wanted) > 200, f"{len(wanted)}")
    lacking = sorted(key for key in wanted if not translated.get(key, ("", False))[0])
    tap.check("every text is translated", not lacking, f"not in {catalogue.name}: {lacking}; ./dev update adds them")
    left = sorted(set(translated) - wanted)
    tap.check("every translation is of a text", not left and "#~" not in text, f"no longer used: {left}")
    fuzzy = sorted(key for key, (_, is_fuzzy) in translated.items() if is_fuzzy)
    tap.check("no translation is fuzzy", not fuzzy, f"{fuzzy}")
    problem = subprocess.run(["msgfmt", "--check-format", "--check-domain", "--output-file=/dev/null", catalogue], capture_output=True, text=True, check=False)
    tap.check("formats agree", problem.returncode == 0 and not problem.stderr, problem.stderr)
    texts = [value.replace("\\n", " ") for value, _ in translated.values()]
    tap.check("punctuation beside Chinese is full width", not any(map(ASCII_PUNCTUATION.search, texts)),
              f"{[text for text in texts if ASCII_PUNCTUATION.search(text)]}")
    tap.check("Latin words stand apart from Chinese", not any(map(CLOSE.search, texts)),
              f"{[text for text in texts if CLOSE.search(text)]}")


def pairs(value, path):
    """Chinese texts of a rule or cause file: (PATH, TEXT)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [(path, inner)] if key == "zh" and isinstance(inner, str) else pairs(inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs(inner, path)


def check_rules(root, tap):
    texts = [pair for path in sorted((root / "rules").rglob("*.json"))
             for pair in pairs(json.loads(path.read_text(encoding="utf-8")), path.name)]
    tap.check("rules and causes have Chinese texts", len(texts) > 1000, f"{len(texts)}")
    for name, pattern in (("punctuation beside Chinese is full width", ASCII_PUNCTUATION),
                          ("Latin words stand apart from Chinese", CLOSE)):
        tap.empty(f"rules and causes: {name}", [f"{path}: {text}" for path, text in texts if pattern.search(text)])


def main():
    is_update = sys.argv[1] == "--update"
    root = pathlib.Path(sys.argv[-1])
    catalogue = root / "po/zh_CN.po"
    with tempfile.TemporaryDirectory() as folder:
        template = pathlib.Path(folder) / "whydown.pot"
        extract(root, template)
        if is_update:
            update(catalogue, template)
            return 0
        with Tap() as tap:
            check(catalogue, template, tap)
            check_rules(root, tap)
    return 0


sys.exit(main())
