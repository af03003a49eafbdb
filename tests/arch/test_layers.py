#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the sources against lib/LAYERS and the limits of CONTRIBUTING.md: test_layers.py ROOT"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import Tap

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 80
LICENCE = "SPDX-License-Identifier: Apache-2.0"
COMMENTED = {".c", ".h", ".py", ".sh", ".js", ".css"}
SOURCE_FOLDERS = ("lib", "cmd", "tests", "fuzz", "bench")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def read_map(text):
    """The two halves of LAYERS: module -> modules, <header> -> files."""
    modules, headers = {}, {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        if colon and not line.startswith("#"):
            (headers if name.startswith("<") else modules)[name.strip("<> ")] = rest.split()
    return modules, headers


def module_of(name):
    """lib/base/str.c and base/str.h -> base; cmd/main.c -> cmd"""
    parts = pathlib.PurePosixPath(name).parts
    return parts[1] if parts[0] == "lib" else parts[0]


def include_faults(name, text, modules, headers):
    """name: of the source file, from the root. Returns: what it includes that it may not."""
    faults, own = [], module_of(name)
    short = name.removeprefix("lib/")
    for mark, header in INCLUDE.findall(text):
        if mark == "<":
            allowed = headers.get(header)
            if allowed is not None and short not in allowed:
                faults.append(f"{name}: <{header}> is for {' '.join(allowed)} only")
        elif "/" not in header:
            if own != "cmd":
                faults.append(f'{name}: write "{own}/{header}"')
        elif module_of(header) != own and module_of(header) not in modules.get(own, []):
            faults.append(f"{name}: {own} may not include {header}")
    return faults


def order_faults(modules):
    """Each module may only name those above it, so that no ring is possible."""
    faults, above = [], set()
    for name, used in modules.items():
        faults += [f"LAYERS: {name} names {other}, which is not above it" for other in used if other not in above]
        above.add(name)
    return faults


def long_functions(name, text):
    """Bodies that begin and end with a brace in the first column, as the house formats them."""
    begin, faults = None, []
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            begin = number
        elif line == "}" and begin is not None:
            if number - begin - 1 > FUNCTION_LINES_MAX:
                faults.append(f"{name}:{begin}: a function of {number - begin - 1} lines")
            begin = None
    return faults


def has_licence(text):
    """In the first line, or behind "#!"."""
    lines = text.splitlines()
    return LICENCE in "\n".join(lines[:2] if lines and lines[0].startswith("#!") else lines[:1])


def sources(root):
    """All text sources by their name from the root."""
    found = {}
    for folder in SOURCE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in COMMENTED and "__pycache__" not in path.parts and "corpus" not in path.parts:
                found[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
    return found


def checks_of_the_checks(tap, modules, headers):
    """What must be found, so that a silent checker is noticed."""
    tap.check("an include upwards is found", include_faults("lib/line/a.c", '#include "cause/cause.h"\n', modules, headers))
    tap.check("an include past a layer is found", include_faults("lib/cause/a.c", '#include "rule/rule.h"\n', modules, headers))
    tap.check("a library used elsewhere is found", include_faults("lib/rule/a.c", "# include <pcre2.h>\n", modules, headers))
    tap.check("an include downwards passes", not include_faults("lib/rule/a.c", '#include "base/str.h"\n', modules, headers))
    tap.check("a long function is found", long_functions("a.c", "int f(void)\n{\n" + "\tf();\n" * 81 + "}\n"))
    tap.check("a long table is no function", not long_functions("a.c", "int t[] = {\n" + "\t1,\n" * 90 + "};\n"))
    tap.check("a ring is found", order_faults({"base": ["line"], "line": ["base"]}))


def main():
    root = pathlib.Path(sys.argv[1])
    modules, headers = read_map((root / "lib/LAYERS").read_text(encoding="utf-8"))
    texts = sources(root)
    program = {name: text for name, text in texts.items() if name.startswith(("lib/", "cmd/")) and name.endswith((".c", ".h"))}
    with Tap() as tap:
        checks_of_the_checks(tap, modules, headers)
        tap.check("LAYERS knows every module", {module_of(name) for name in program} == set(modules),
                  f"{sorted({module_of(name) for name in program} ^ set(modules))}")
        tap.empty("modules name only those above them", order_faults(modules))
        tap.empty("includes follow LAYERS",
                  [fault for name, text in program.items() for fault in include_faults(name, text, modules, headers)])
        tap.empty("functions are short", [fault for name, text in texts.items() if name.endswith((".c", ".h"))
                                          for fault in long_functions(name, text)])
        tap.empty("files are short", [f"{name}: {len(text.splitlines())} lines" for name, text in texts.items()
                                      if len(text.splitlines()) > FILE_LINES_MAX])
        tap.empty("files name their licence", [name for name, text in texts.items() if not has_licence(text)])


main()
