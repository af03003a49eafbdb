# SPDX-License-Identifier: Apache-2.0
"""Words of the program's own prose, and of the messages that it knows: redact_words.py OUTPUT DEPFILE COMMON ROOT

They name nobody, so a redacted report keeps them. Samples of rules are left out: they hold names.
"""
import json
import pathlib
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
WORD = re.compile(r"[A-Za-z]+")
# Parts of fetchBufferCount, WALSync and HTTPServer.
PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
LEFT_OUT = {"samples", "sample", "not", "zh"}


def texts_of(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in LEFT_OUT:
                yield key
                yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, str):
        yield re.sub(r"\\[a-zA-Z]", " ", value)


def words_of(text):
    for word in WORD.findall(text):
        yield word.lower()
        for part in PART.findall(word):
            yield part.lower()


def main():
    output, depfile, common, root = sys.argv[1:]
    root = pathlib.Path(root)
    rules, sources = sorted(root.glob("rules/*/*.json")), sorted([*root.glob("lib/*/*.c"), *root.glob("cmd/*.c")])
    words = set()
    for line in pathlib.Path(common).read_text(encoding="utf-8").splitlines():
        words.update(line.partition("#")[0].lower().split())
    for path in rules:
        for text in texts_of(json.loads(path.read_text(encoding="utf-8"))):
            words.update(words_of(text))
    for path in sources:
        for literal in LITERAL.findall(path.read_text(encoding="utf-8")):
            words.update(words_of(re.sub(r"\\[a-zA-Z]", " ", literal)))
    words = sorted(word for word in words if len(word) > 1 and word.isascii())
    rows = "".join(f'\t"{word}",\n' for word in words)
    pathlib.Path(output).write_text('#include "report/redact.h"\n\n'
                                    f"const char *const redact_words[] = {{\n{rows}}};\n"
                                    f"const size_t redact_word_count = {len(words)};\n", encoding="utf-8")
    pathlib.Path(depfile).write_text(f"{output}: {' '.join(map(str, rules + sources))}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
