#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One incident in every dress: wrapper x encoding x line end x order x packing, the same verdict: matrix.py WHYDOWN ROOT [WORD]

Whatever stands around the lines, verdict, chain and number of events are those of the plain logs. With WORD only the ways whose
name holds it are tried.
"""
import bz2
import calendar
import concurrent.futures
import gzip
import io
import json
import lzma
import pathlib
import re
import shutil
import sys
import tarfile
import tempfile
import zipfile

import case as cases
from cases import decompressed
from dresses import DRESSES, Entry, dated
from tap import Tap

JOBS = 2
FORMS_EACH = 3 # ways of bytes that each dress is tried in, besides plain UTF-8
STAMP = re.compile(r'(?:"ts":"|^\[)(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?')
MODIFIED = 1795651200 # 2026-11-26, behind all that the cases hold


def time_of(text):
    """Nanoseconds since 1970 of a record's own stamp; None."""
    found = STAMP.search(text[:120])
    if not found:
        return None
    year, month, day, hour, minute, second = (int(each) for each in found.groups()[:6])
    return calendar.timegm((year, month, day, hour, minute, second)) * 10 ** 9 + int((found[7] or "0").ljust(9, "0")[:9])


def entries_of(folder):
    """The lines of a case's logs, as they were printed one after another."""
    entries = []
    for path in (folder / name for name in cases.logs(folder)):
        name, time_ns = path.name.partition(".")[0], None
        lines = decompressed(path.read_bytes()).decode().splitlines()
        first = next(filter(None, map(time_of, lines)))
        for line in lines:
            time_ns = time_of(line) or time_ns or first
            entries.append(Entry(name, "stderr" if name == "etcd" or not dated(line) else "stdout", time_ns, line))
    return sorted(entries, key=lambda entry: entry.time_ns)


# ---- bytes ----

ENCODINGS = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16LE with mark": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16BE with mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16LE": lambda text: text.encode("utf-16-le"),
    "UTF-16BE": lambda text: text.encode("utf-16-be"),
}
ENDS = {"LF": "\n", "CR LF": "\r\n", "CR": "\r"}


# ---- packings: files -> files ----

def each(compress, ending):
    return lambda files: {name + ending: compress(data) for name, data in files.items()}


def tarred(mode, name):
    def pack(files):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode=mode) as archive:
            for member, data in files.items():
                info = tarfile.TarInfo(f"./logs/{member}")
                info.size, info.mtime = len(data), MODIFIED
                archive.addfile(info, io.BytesIO(data))
        return {name: out.getvalue()}
    return pack


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(zipfile.ZipInfo(member, (2026, 11, 26, 0, 0, 0)), data)
    return {"logs.zip": out.getvalue()}


PACKINGS = {
    "files": lambda files: files,
    "gz": each(gzip.compress, ".gz"),
    "bz2": each(bz2.compress, ".bz2"),
    "xz": each(lambda data: lzma.compress(data, preset=0), ".xz"),
    "tar": tarred("w", "logs.tar"),
    "tar.gz": tarred("w:gz", "logs.tar.gz"),
    "zip": zipped,
    "zip of tar.gz of gz": lambda files: zipped(tarred("w:gz", "logs.tgz")(each(gzip.compress, ".gz")(files))),
}


# ---- ways ----

def ways():
    """Name, dress, newest first, encoding, line end, packing. Encodings, ends and packings take turns, so that all meet all dresses'
    kinds in some hundred ways."""
    packing_turn, byte_turn = 0, 0
    forms = [("UTF-8", "CR LF"), ("UTF-16LE with mark", "CR LF"), ("UTF-8", "CR"), ("UTF-8 with mark", "LF"), ("UTF-16BE", "LF"),
             ("UTF-16LE", "CR LF"), ("UTF-16BE with mark", "LF")]
    for dress, (_, turns_round) in DRESSES.items():
        is_text = not isinstance(next(iter(dressed(dress, False, SAMPLE).values())), bytes)
        for newest_first in (False, True) if turns_round else (False,):
            chosen = [("UTF-8", "LF")]
            for _ in range(FORMS_EACH if is_text else 0):
                chosen.append(forms[byte_turn % len(forms)])
                byte_turn += 1
            for encoding, end in chosen:
                if end == "CR" and dress.startswith(("wrapped", "journal export")):
                    end = "LF"
                packing = list(PACKINGS)[packing_turn % len(PACKINGS)]
                packing_turn += 1
                words = [dress, "newest first" if newest_first else "", encoding, end if end != "LF" else "", packing]
                yield ", ".join(filter(None, words)), dress, newest_first, encoding, end, packing


SAMPLE = [Entry("etcd", "stderr", 1795651200 * 10 ** 9, '{"level":"info","ts":"2026-11-26T00:00:00Z","msg":"a"}')]


def dressed(dress, newest_first, entries):
    return DRESSES[dress][0](entries[::-1] if newest_first else entries)


def write(folder, way, entries):
    _, dress, newest_first, encoding, end, packing = way
    files = {}
    for name, text in dressed(dress, newest_first, entries).items():
        files[name] = text if isinstance(text, bytes) else ENCODINGS[encoding](text.replace("\n", ENDS[end]))
    folder.mkdir()
    for name, data in PACKINGS[packing](files).items():
        (folder / name).write_bytes(data)


def explain(program, folder, is_twice):
    """What is compared. is_twice: also without the fast way, which gives the same bytes."""
    text = cases.run(program, ["-f", "json", str(folder)]).stdout
    report = json.loads(text)
    verdict = report["verdict"]
    return {"verdict": [verdict["cause"], verdict["stopped"]],
            "chain": [[step["kind"], step["count"], step["max_ms"]] for step in report["chain"]],
            "starts": [step["start"][:19] for step in report["chain"]],
            "events": sum(item["recognised"] for item in report["coverage"]["inputs"]),
            "careful": not is_twice or cases.run(program, ["--careful", "-f", "json", str(folder)]).stdout == text}


def try_way(program, scratch, number, way, entries, is_twice=False):
    folder = scratch / str(number)
    try:
        write(folder, way, entries)
        return explain(program, folder, is_twice)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check(tap, program, folder, chosen, scratch, is_twice):
    entries = entries_of(folder)
    plain = try_way(program, scratch, "plain", ("", "plain", False, "UTF-8", "LF", "files"), entries)
    half = try_way(program, scratch, "half", ("", "plain", False, "UTF-8", "LF", "files"), entries[:len(entries) // 2])
    tap.check(f"{folder.name}: something happened in it", plain["events"] > 10 and plain["chain"], json.dumps(plain))
    tap.check(f"{folder.name}: half of it is told from all", all(half[key] != plain[key] for key in ("chain", "events")), json.dumps(half))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        found = pool.map(lambda item: try_way(program, scratch, item[0], item[1], entries, is_twice), enumerate(chosen))
        for way, result in zip(chosen, found):
            faults = [f"{key}: {json.dumps(result[key])} is not {json.dumps(plain[key])}" for key in plain if result[key] != plain[key]]
            tap.empty(f"{folder.name}: {way[0]}", faults)


def main():
    program, root, word = sys.argv[1], pathlib.Path(sys.argv[2]), (sys.argv[3:] or [""])[0]
    chosen = [way for way in ways() if word in way[0]]
    scratch = pathlib.Path(tempfile.mkdtemp())
    try:
        with Tap() as tap:
            check(tap, program, root / "testdata/cases/operator-stop", chosen, scratch, False)
            seen = set()
            once = [way for way in chosen if (way[1], way[2]) not in seen and not seen.add((way[1], way[2]))]
            check(tap, program, root / "testdata/cases/story-slow-disk", once, scratch, True)
    finally:
        shutil.rmtree(scratch)


main()
