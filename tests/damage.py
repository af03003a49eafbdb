#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives that were cut or have wrong bits give all that can still be unpacked: damage.py WHYDOWN [COUNT]

What must come out is computed apart from the program, with Python's zlib, lzma and bz2 and with zstd: each event that stands whole
in bytes which these still give. One record may be lost where the damage begins. The cuts and flips are seeded; COUNT of them, 300 if not said.
"""
import bz2
import collections
import io
import json
import lzma
import multiprocessing
import pathlib
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

from tap import Tap

SEED = 20240312
FAILURES_SHOWN = 20
LISTED_EVERY = 3  # of so many damages one is looked for in the coverage, too

Damage = collections.namedtuple("Damage", "shape number what bytes")
Outcome = collections.namedtuple("Outcome", "damage fault")


def log(draw, name, lines):
    """A log of etcd in which each line is an event of its own."""
    made = []
    time_ms = draw.randrange(10**6)
    for number in range(lines):
        time_ms += draw.randrange(1, 2500)
        seconds, ms = divmod(time_ms, 1000)
        stamp = f"2024-03-{1 + seconds // 86400:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}Z"
        key = f"by-dev/meta/{name}/{draw.randrange(10**12)}"
        made.append(json.dumps({"level": "warn", "ts": stamp, "caller": "etcdserver/util.go:166", "msg": "apply request took too long",
                                "took": f"{draw.randrange(100, 9000)}.{draw.randrange(10**6):06}ms", "expected-duration": "100ms",
                                "prefix": "read-only range ", "request": f"key:\"{key}\" ", "response": f"count:{number}"},
                               separators=(",", ":")))
    return ("\n".join(made) + "\n").encode()


def gzipped(data, level=6, name=b"etcd.log"):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    trailer = zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + name + b"\0" + body + trailer


def tarred(members):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            entry.mtime = 1710231664
            archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


class Forward(io.RawIOBase):
    """A target that cannot be sought in: sizes come behind the data then, as `zip - -` writes them."""

    def __init__(self):
        super().__init__()
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def zipped(members, target):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 3, 12, 8, 21, 4)), data, zipfile.ZIP_DEFLATED)


def decoded(decoder, data):
    """All that a decoder gives before it fails; byte by byte, since a failing call gives nothing."""
    out = []
    try:
        for at in range(len(data)):
            out.append(decoder.decompress(data[at:at + 1]))
            if decoder.eof:
                break
    except (zlib.error, lzma.LZMAError, OSError):
        pass
    return b"".join(out)


def inflated(data, window):
    return decoded(zlib.decompressobj(window), data)


def zstd(data, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout


# What is left of a stream, by the ending of its name.
DECODERS = {
    "log.xz": lambda data: decoded(lzma.LZMADecompressor(), data),
    "log.bz2": lambda data: decoded(bz2.BZ2Decompressor(), data),
    "log.zst": lambda data: zstd(data, "-d"),
}


class Shape:
    """A file to damage, and what can still be got out of it."""

    def __init__(self, name, data, members, spans=None):
        self.name = name
        self.data = data
        self.members = members
        self.lines = {line: name for name, text in members.items() for line in text.splitlines()}
        self.spans = spans
        self.whole = self.inflated(data)

    def inflated(self, data):
        if self.name in DECODERS:
            return [DECODERS[self.name](data)]
        if self.spans is not None:
            return [inflated(data[begin:end], -15) for begin, end in self.spans]
        return [inflated(data, 31)]

    def expected(self, texts):
        """Lines of each log that stand whole in what came out; what stands between them is headers, padding or damage."""
        return self.by_member(line for text in texts for line in re.split(rb"[\n\0]", text))

    def by_member(self, lines):
        sorted_out = {name: [] for name in self.members}
        for line in lines:
            if line in self.lines:
                sorted_out[self.lines[line]].append(line)
        return sorted_out


def zip_spans(data):
    spans = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist():
            header = data[entry.header_offset:entry.header_offset + 30]
            begin = entry.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
            spans.append((begin, begin + entry.compress_size))
    return spans


def shapes():
    draw = random.Random(SEED)
    members = {f"pod_log/{name}.log": log(draw, name, lines)
               for name, lines in (("milvus-etcd-0", 60), ("milvus-etcd-1", 25), ("milvus-etcd-2", 40))}
    single, several, many = ({"etcd": log(draw, "etcd", lines)} for lines in (120, 700, 2000))
    made = [Shape("log.gz", gzipped(single["etcd"]), single),
            Shape("tar.gz", gzipped(tarred(members), name=b"logs.tar"), members),
            Shape("log.xz", lzma.compress(single["etcd"]), single),
            Shape("log.bz2", bz2.compress(several["etcd"], 1), several),
            Shape("log.zst", zstd(many["etcd"]), many)]
    whole, forward = io.BytesIO(), Forward()
    zipped(members, whole)
    zipped(members, forward)
    for name, data in (("zip", whole.getvalue()), ("stream.zip", bytes(forward.data))):
        made.append(Shape(name, data, members, zip_spans(data)))
    return made


def damages(made, count):
    draw = random.Random(SEED + 1)
    for number in range(count):
        shape = made[number % len(made)]
        data = bytearray(shape.data)
        if draw.random() < 0.4:
            at = draw.randrange(1, len(data))
            yield Damage(shape.name, number, f"cut at {at} of {len(data)}", bytes(data[:at]))
        else:
            at, bit = draw.randrange(len(data)), draw.randrange(8)
            data[at] ^= 1 << bit
            yield Damage(shape.name, number, f"bit {bit} of byte {at} of {len(data)}", bytes(data))


def subsequence_lost(wanted, found):
    """How many of the wanted are not found in this order."""
    lost, position = 0, 0
    places = collections.defaultdict(list)
    for index, text in enumerate(found):
        places[text].append(index)
    for text in wanted:
        later = [index for index in places[text] if index >= position]
        lost += not later
        position = later[0] + 1 if later else position
    return lost


def explained(program, path):
    run = subprocess.run([program, "-f", "json", path], capture_output=True, timeout=60, check=False)
    inputs = json.loads(run.stdout)["coverage"]["inputs"] if run.stdout else []
    return run.returncode, [item["damage"] for item in inputs if item.get("damage")]


def fault_of(program, shape, damage, path):
    """What is wrong with how the program takes it; None when nothing is."""
    path.write_bytes(damage.bytes)
    run = subprocess.run([program, "events", path], capture_output=True, timeout=60, check=False)
    texts = shape.inflated(damage.bytes)
    is_whole = texts == shape.whole
    if run.returncode not in ((0, 3) if is_whole else (3,)):
        return f"exit {run.returncode}: {run.stderr.decode()[:200]}"
    wanted = shape.expected(texts)
    found = shape.by_member(json.loads(line)["text"].encode() for line in run.stdout.splitlines())
    lost = [subsequence_lost(wanted[name], found[name]) for name in wanted]
    # A wrong bit is copied to wherever deflate refers to it: in a tar each member may have one of the copies.
    allowed = 0 if is_whole else len(wanted) if shape.name == "tar.gz" else 1
    if max(lost) > 1 or sum(lost) > allowed:
        counts = [(len(wanted[name]), len(found[name])) for name in wanted]
        return f"{lost} events are lost, wanted and found {counts}: {run.stderr.decode()[:200]}"
    if run.returncode == 3 and damage.number % LISTED_EVERY == 0:
        status, listed = explained(program, path)
        if status != 3 or not listed:
            return f"explain ends with {status} and lists damage {listed}"
    return None


def examine(work):
    program, damage = work
    shape = next(each for each in SHAPES if each.name == damage.shape)
    with tempfile.TemporaryDirectory() as folder:
        return Outcome(damage, fault_of(program, shape, damage, pathlib.Path(folder) / f"logs.{shape.name}"))


SHAPES = shapes()


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with Tap() as tap, tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            sound = Damage(shape.name, -1, "sound", shape.data)
            fault = fault_of(program, shape, sound, pathlib.Path(folder) / f"sound.{shape.name}")
            tap.check(f"a sound {shape.name} gives all", fault is None and shape.expected(shape.whole) == shape.expected(shape.members.values()), fault)
        with multiprocessing.Pool(2) as pool:
            outcomes = pool.map(examine, [(program, damage) for damage in damages(SHAPES, count)], chunksize=8)
        for shape in SHAPES:
            faults = [f"{outcome.damage.number}, {outcome.damage.what}: {outcome.fault}" for outcome in outcomes
                      if outcome.damage.shape == shape.name and outcome.fault is not None]
            tries = sum(outcome.damage.shape == shape.name for outcome in outcomes)
            tap.empty(f"{tries} damaged {shape.name} give what can still be unpacked", faults[:FAILURES_SHOWN])


if __name__ == "__main__":
    main()
