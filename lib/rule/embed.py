#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the rule packs of a folder as C: embed.py FOLDER OUT.c DEPFILE

The rules lie minified in one text, their samples in another, which only `rules check` and its like read.
"""
import json
import pathlib
import sys

PACKS = ("etcd", "milvus", "deps", "host")


def literal(data):
    """The bytes as lines of C string literals."""
    table = {byte: f"\\{byte:03o}" for byte in range(256)}
    table.update({byte: chr(byte) for byte in range(32, 127) if chr(byte) not in '"\\?'})
    text = [table[byte] for byte in data]
    return "\n".join('\t"' + "".join(text[at:at + 96]) + '"' for at in range(0, max(len(text), 1), 96))


def minified(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read(folder):
    files, samples = [], {}
    for path in sorted(path for pack in PACKS for path in (folder / pack).glob("*.json")):
        name = f"rules/{path.relative_to(folder).as_posix()}"
        try:
            rules = json.loads(path.read_text(encoding="utf-8"))["rules"]
        except (ValueError, KeyError, TypeError) as error:
            sys.exit(f"{name}: {error}")
        for rule in rules:
            if rule["id"] in samples:
                sys.exit(f"{name}: rule {rule['id']}: id: given twice")
            samples[rule["id"]] = {key: rule.pop(key) for key in ("samples", "not") if key in rule}
        files.append({"path": name, "rules": rules})
    return files, samples


def main():
    folder, out, depfile = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    files, samples = read(folder)
    texts = {"rules": minified({"files": files}), "samples": minified(samples)}
    lines = ["/* Made by lib/rule/embed.py. */", '#include "rule/pack.h"', ""]
    for name, data in texts.items():
        lines += [f"static const char {name}[] =", literal(data) + ";", ""]
    lines += ["const struct rule_builtin rule_builtin = {"]
    lines += [f"\t.{name} = {{{name}, sizeof({name}) - 1}}," for name in texts]
    lines += ["};", ""]
    pathlib.Path(out).write_text("\n".join(lines))
    # The folders too: a file that comes or goes changes them.
    needs = [folder / pack for pack in PACKS if (folder / pack).is_dir()] + [folder / file["path"][6:] for file in files]
    pathlib.Path(depfile).write_text(f"{out}: " + " ".join(str(path).replace(" ", "\\ ") for path in needs) + "\n")


main()
