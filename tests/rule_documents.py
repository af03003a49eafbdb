#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold packs against their schema, and the examples of docs/writing-rules.md against both: rule_documents.py RULECHECK ROOT"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77


def examples(root):
    text = (root / "docs/writing-rules.md").read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json(?: [\w.-]+)?\n(.*?)```", text, re.S)]


def check_schema(root, documents):
    try:
        import jsonschema
    except ImportError:
        print("jsonschema is not installed: schema not checked")
        return None
    schema = json.loads((root / "docs/schema/rule.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    faults = 0
    for name, document in documents:
        for error in validator.iter_errors(document):
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
            faults += 1
    return faults


def check_examples(rulecheck, documents):
    """The first example is a whole pack: it must pass by itself."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(documents[0], file)
        file.flush()
        return subprocess.run([rulecheck, file.name], check=False).returncode


def main():
    rulecheck, root = sys.argv[1], pathlib.Path(sys.argv[2])
    shown = examples(root)
    packs = [(path.name, json.loads(path.read_text(encoding="utf-8")))
             for pack in ("etcd", "milvus", "deps", "host") for path in sorted((root / "rules" / pack).glob("*.json"))]
    faults = check_schema(root, packs + [(f"example {i + 1}", document) for i, document in enumerate(shown)])
    if len(shown) < 2 or check_examples(rulecheck, shown) != 0 or faults:
        sys.exit(1)
    sys.exit(SKIPPED if faults is None else 0)


main()
