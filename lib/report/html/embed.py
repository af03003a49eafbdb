#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write style and script of the HTML report as C, with the hashes that its policy names: embed.py OUT.c DYGRAPHS PAGE.css PAGE.js

DYGRAPHS is the folder of the chart library: dygraph.min.css, dygraph.min.js.
"""
import base64
import hashlib
import pathlib
import re
import sys


def literal(data):
    """The bytes as lines of C string literals."""
    table = {byte: f"\\{byte:03o}" for byte in range(256)}
    table.update({byte: chr(byte) for byte in range(32, 127) if chr(byte) not in '"\\?'})
    text = [table[byte] for byte in data]
    return "\n".join('\t"' + "".join(text[at:at + 96]) + '"' for at in range(0, len(text), 96))


def read(*paths):
    texts = [pathlib.Path(path).read_text(encoding="utf-8") for path in paths]
    return "\n".join(re.sub(r"(?m)^/[/*][#@] sourceMappingURL=.*$", "", text).strip() for text in texts)


def main():
    out, library, style, script = sys.argv[1:]
    texts = {"html_style": read(f"{library}/dygraph.min.css", style), "html_script": read(f"{library}/dygraph.min.js", script)}
    lines = ["/* Made by lib/report/html/embed.py. */", '#include "report/html_page.h"', ""]
    for name, text in texts.items():
        if re.search(r"</(script|style)|<!--", text, re.IGNORECASE):
            sys.exit(f"{name}: holds what would end it")
        data = text.encode()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        lines += [f"static const char {name}_text[] =", literal(data) + ";",
                  f"const struct str {name} = {{{name}_text, sizeof({name}_text) - 1}};",
                  f'const struct str {name}_hash = STR_INIT("sha256-{digest}");', ""]
    pathlib.Path(out).write_text("\n".join(lines), encoding="utf-8")


main()
