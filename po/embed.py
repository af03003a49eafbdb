#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write a compiled catalogue as a C table: embed.py CATALOGUE.mo OUT.c"""
import gettext
import pathlib
import sys


def literal(text):
    """As a C string literal; octal escapes, so that no byte depends on the compiler's character set."""
    return "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}" for byte in text.encode())


def main():
    with open(sys.argv[1], "rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    entries = sorted((key.encode(), key, text) for key, text in catalogue.items() if key)
    lines = ["/* Made by po/embed.py. */", '#include "base/catalogue.h"', "", "const struct catalogue_entry catalogue_zh[] = {"]
    lines += [f'\t{{STR_INIT("{literal(key)}"),\n\t STR_INIT("{literal(text)}")}},' for _, key, text in entries]
    lines += ["};", f"const size_t catalogue_zh_count = {len(entries)};", ""]
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines))


main()
