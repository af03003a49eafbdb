#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold what documents say against the program.

usage: documents.py WHYDOWN ROOT            report in the Test Anything Protocol
       documents.py --update WHYDOWN ROOT   write the output of examples anew

An example is a ```console block: "$ command" and what it prints, up to a line "[...]" if there is one. A command is
`whydown ...`, typed in the folder of the story's case, or `./dev run testdata/cases/NAME`. Where a document has blocks with
the name of a file (```json tierd.json), its commands are typed in a folder that holds these files.
"""
import contextlib
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import case as cases
from tap import Tap

STORY = "testdata/cases/story-slow-disk"
CUT = "[...]"
BLOCK = re.compile(r"(?<=^```console\n)\$ (.+)\n((?:(?!```).*\n)*)(?=```$)", re.M)
FILE = re.compile(r"^```\w+ (\w[\w.-]*)\n((?:(?!```).*\n)*)```$", re.M)
# Where an example that is cut ends: behind the timeline.
CUT_BEFORE = "\nProof\n"


def documents(root):
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]


@contextlib.contextmanager
def workplace(path, root):
    """The folder in which a document's commands are typed."""
    files = FILE.findall(path.read_text(encoding="utf-8"))
    if not files:
        yield root / STORY
        return
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in files:
            (pathlib.Path(scratch) / name).write_text(text, encoding="utf-8")
        yield pathlib.Path(scratch)


def output_of(program, root, command, folder):
    words = shlex.split(command)
    if words[0] == "whydown":
        return cases.run(program, words[1:], folder).stdout.decode()
    if words[:2] == ["./dev", "run"] and cases.is_case(root / words[-1]):
        return cases.run(program, [*words[2:-1], *cases.arguments(root / words[-1])], root / words[-1]).stdout.decode()
    return None


def is_true(shown, output):
    if output is None:
        return False
    head, cut, _ = shown.partition(f"{CUT}\n")
    return len(head) > 0 and (output.startswith(head) if cut else output == shown)


# Pages that the program prints.
PAGES = {"docs/rules.md": ["rules", "list", "-f", "md"], "docs/alerts.md": ["alerts", "-f", "md"]}


def anew(program, root, match, folder):
    output = output_of(program, root, match[1], folder)
    if output is not None and CUT in match[2] and CUT_BEFORE in output:
        output = f"{output[:output.index(CUT_BEFORE) + 1]}{CUT}\n"
    elif output is not None and CUT in match[2]:
        kept = match[2].partition(CUT)[0].count("\n")
        output = "".join(output.splitlines(keepends=True)[:kept]) + f"{CUT}\n"
    return f"$ {match[1]}\n{match[2] if output is None else output}"


def update(program, root):
    for path, words in PAGES.items():
        (root / path).write_bytes(cases.run(program, words).stdout)
    for path in documents(root):
        text = path.read_text(encoding="utf-8")
        with workplace(path, root) as folder:
            path.write_text(BLOCK.sub(lambda match: anew(program, root, match, folder), text), encoding="utf-8")


def check_examples(tap, program, root):
    count = 0
    for path in documents(root):
        with workplace(path, root) as folder:
            for command, shown in BLOCK.findall(path.read_text(encoding="utf-8")):
                output = output_of(program, root, command, folder)
                tap.check(f"{path.name}: $ {command}", is_true(shown, output),
                          ["the program prints:", *(output or "(this is no command that is known)").splitlines()[:40],
                           "./dev update writes it anew"])
                count += 1
    tap.check("there are examples", count > 0)
    tap.check("a false example is found", not is_true("all is well\n", "it stopped\n") and not is_true("it\n[...]\n", "is\nthat it\n"))


def check_pages(tap, program, root):
    for path, words in PAGES.items():
        is_current = (root / path).exists() and (root / path).read_bytes() == cases.run(program, words).stdout
        tap.check(f"{path} is current", is_current, "./dev update writes it anew")


def check_links(tap, root):
    """Files that documents name are there."""
    for path in documents(root):
        text = path.read_text(encoding="utf-8")
        if str(path.relative_to(root)) in PAGES:
            text = re.sub(r"`[^`\n]+`", "", text)  # names files of other programs
        named = [target for target in re.findall(r"\]\(([^)#:]+)\)", text)] + re.findall(r"`((?:lib|docs|rules|testdata|tests|man|cmd)/[\w./-]+)`", text)
        tap.empty(f"{path.name}: the files it names are there",
                  [name for name in named if not re.search(r"NAME|ID|XXX|/M/", name) and not any((at / name.rstrip("/")).exists() for at in (root, path.parent))])


def options_of(program):
    return set(re.findall(r"--[a-z-]+", cases.run(program, ["--help"]).stdout.decode()))


def check_manual(tap, program, root):
    manual = (root / "man/whydown.1.scd").read_text(encoding="utf-8").replace("\\", "")
    tap.empty("whydown(1) tells of every option", sorted(options_of(program) - set(re.findall(r"--[a-z-]+", manual))))
    tap.empty("whydown(1) tells of no other option", sorted(set(re.findall(r"\*(--[a-z-]+)", manual)) - options_of(program)))
    source = (root / "docs/schema/rule.schema.json").read_text(encoding="utf-8")
    keys = set(re.findall(r'^        "([a-z]+)": \{', source, re.M))
    rules = (root / "man/whydown-rules.5.scd").read_text(encoding="utf-8")
    tap.check("rule.schema.json has keys", len(keys) > 20, f"{sorted(keys)}")
    tap.empty("whydown-rules(5) tells of every key", sorted(key for key in keys if f"*{key}*" not in rules and key not in ("en", "zh")))


def check_uses(tap, program, root):
    """What README and manual tell to type works as it stands."""
    readme = re.search(r"^## Use\n\n```sh\n(.*?)```$", (root / "README.md").read_text(encoding="utf-8"), re.M | re.S).group(1)
    manual = (root / "man/whydown.1.scd").read_text(encoding="utf-8").partition("# EXAMPLES")[2]
    typed = readme.splitlines() + re.findall(r"^\t(whydown .*)$", manual, re.M)
    tap.check("there are examples", len(typed) >= 10, typed)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "bin").mkdir()
        (folder / "bin/whydown").symlink_to(pathlib.Path(program).resolve())
        for place in (folder, folder / "logs"):
            place.mkdir(exist_ok=True)
            for name in cases.logs(root / STORY):
                shutil.copy(root / STORY / name, place)
        (folder / "line.txt").write_text('{"level":"warn","msg":"slow fdatasync","took":"1.2s","expected-duration":"1s"}\n')
        for command in typed:
            if "jq" in command and not shutil.which("jq"):
                tap.skip(command, "there is no jq")
                continue
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, capture_output=True, text=True, check=False,
                                  env={**cases.ENVIRONMENT, "PATH": f"{folder / 'bin'}:{cases.ENVIRONMENT['PATH']}"})
            wanted = 1 if "--fail-on" in command else 0
            is_said = ">" in command or "-o " in command or len(done.stdout) > 0
            tap.check(f"$ {command}", done.returncode == wanted and is_said, f"{done.returncode} {done.stderr}")


def main():
    is_update = sys.argv[1] == "--update"
    program, root = sys.argv[2:] if is_update else sys.argv[1:]
    root = pathlib.Path(root)
    if is_update:
        update(program, root)
        return
    with Tap() as tap:
        check_examples(tap, program, root)
        check_pages(tap, program, root)
        check_links(tap, root)
        check_manual(tap, program, root)
        check_uses(tap, program, root)


main()
