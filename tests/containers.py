#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compression and archives around logs, in any order; what is no log; what unfolds without end: containers.py WHYDOWN ROOT"""
import base64
import bz2
import gzip
import io
import itertools
import json
import lzma
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

import case as cases
from cases import decompressed
from tap import Tap

CASE = "story-slow-disk"
CHAINS = 24
# Written by 7-Zip with a password; in the second one the names are encrypted, too.
ENCRYPTED_7Z = ("N3q8ryccAAT8fvwkIAAAAAAAAABiAAAAAAAAAF2E2B0F5YlR6c/+idhk6xwiZknPGqRnyHshuqLQfwIFV/ey3wEEBgABCSAABwsBAAIkBvEHARJTDxSQ"
                "UUoUQoSFi8Kb0GYBN+QhIQEAAQAMEw8ACAoBLE2hPQAABQEZAQARDQBhAC4AbABvAGcAAAAUCgEAuCgboDB93QEVBgEAIICkgQAA",
                "N3q8ryccAARmoRsikAAAAAAAAAAuAAAAAAAAAHX+5rFniC5d/Gua1rhufsjlfgHZHO8S3jy1ymjLP1xe/c9LPrGwx0hmToE9UvajF6qkvXotnQDah0XJ"
                "sWVW8oWnkf4xrFzjxfl8HH+Cy13hu7fpt6IeUgCLjdH6KNUQwP4Q6pHdj7zkOBTT+bDX4l762AZJUB3ksAmySYljltnA2Ukbw1UCAJJjAW6ea6C6PX+/"
                "ZjgXBiABCXAABwsBAAEkBvEHARJTD6mAPLHuZxlbk7URVPxAhrQMYgoB6oZ5oQAA")


def filtered(*words):
    """Through a program."""
    return lambda data: subprocess.run(words, input=data, stdout=subprocess.PIPE, check=True).stdout


def tarred(members):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def zipped(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def packed_by_bsdtar(members, *options):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in members.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return subprocess.run(["bsdtar", "-cf", "-", *options, *members], cwd=folder, stdout=subprocess.PIPE, check=True).stdout


def seven_zipped(members):
    # It is written back to front: not to a pipe.
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "t.tar").write_bytes(tarred(members))
        subprocess.run(["bsdtar", "-cf", "t.7z", "--format", "7zip", "@t.tar"], cwd=folder, check=True)
        return (pathlib.Path(folder) / "t.7z").read_bytes()


FILTERS = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress, "zst": filtered("zstd", "-q", "-c"),
           "lz4": filtered("lz4", "-q", "-c")}
ARCHIVES = {"tar": tarred, "zip": zipped, "7z": seven_zipped}


class Said:
    """What is printed of some files."""

    def __init__(self, program, words, cwd, stdin=b""):
        run = cases.run(program, ["-f", "json", *words], cwd, stdin=stdin)
        self.status, self.stderr = run.returncode, run.stderr.decode()
        self.report = json.loads(run.stdout) if run.stdout else {}
        self.inputs = self.report.get("coverage", {}).get("inputs", [])

    def story(self):
        verdict = self.report["verdict"]
        return (verdict["cause"], verdict["stopped"], verdict["confidence"],
                [(step["kind"], step["start"], step["end"], step["count"]) for step in self.report["chain"]])

    def wrappings(self):
        return sorted({item["archive"] for item in self.inputs})


def is_doubled(chain):
    """One compression directly around the same: taken off as one."""
    return any(name in FILTERS and name == outer for name, outer in zip(chain, chain[1:]))


def chains():
    """Names of what is put around, innermost first."""
    draw = random.Random(5)
    singles = [(name,) for name in (*FILTERS, *ARCHIVES)]
    pairs = list(itertools.product((*FILTERS, *ARCHIVES), ARCHIVES)) + list(itertools.product(ARCHIVES, FILTERS))
    longer = [tuple(draw.choice((*FILTERS, *ARCHIVES)) for _ in range(3)) + (draw.choice((*ARCHIVES,)),) for _ in range(CHAINS)]
    return singles + draw.sample(pairs, CHAINS // 2) + [chain for chain in longer if not is_doubled(chain)]


def wrapped(files, chain):
    """Files in all of a chain; the names tell nothing, since contents decide."""
    for number, name in enumerate(chain):
        if name in FILTERS:
            files = {f"part-{index}": FILTERS[name](data) for index, data in enumerate(files.values())}
        else:
            files = {f"{number}/part.txt": ARCHIVES[name](files)}
    return files


def wanted_wrapping(chain):
    """As the coverage says it: outermost first, a compressed archive as one word."""
    words = []
    for name in reversed(chain):
        if name in ARCHIVES and words and words[-1] in FILTERS:
            words[-1] = f"{name}.{words[-1]}"
        else:
            words.append(name)
    return ",".join(words)


def check_chains(tap, program, files, scratch):
    named = {name.replace(".gz", ""): data for name, data in files.items()}
    plain_folder = pathlib.Path(scratch) / "plain"
    plain_folder.mkdir()
    for name, data in named.items():
        (plain_folder / name).write_bytes(data)
    plain = Said(program, ["."], plain_folder)
    faults = []
    for chain in chains():
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        for name, data in wrapped(named, chain).items():
            path = folder / name.replace("/", "-")
            path.write_bytes(data)
        said = Said(program, ["."], folder)
        if said.status != 0 or said.story() != plain.story() or said.wrappings() != [wanted_wrapping(chain)]:
            faults.append(f"{chain}: exit {said.status}, {said.wrappings()}, {said.stderr[:200]}")
        shutil.rmtree(folder)
    tap.empty(f"{len(chains())} ways of packing give the same verdict, and are told", faults)
    for name in (*FILTERS, *ARCHIVES):
        data = FILTERS[name](tarred(named)) if name in FILTERS else ARCHIVES[name](named)
        said = Said(program, ["-"], scratch, stdin=data)
        tap.check(f"{name} on standard input", said.status == 0 and said.story() == plain.story(), said.stderr)


def check_cut(tap, program, files, scratch):
    """What is cut is listed, and the members before it are whole."""
    members = {"a.log": files["milvus.log"], "b.log": files["etcd.log"] * 3}
    for name, data in {"xz": lzma.compress(files["milvus.log"] * 20), "bz2": bz2.compress(files["milvus.log"] * 20),
                       "zst": FILTERS["zst"](files["milvus.log"] * 20), "lz4": FILTERS["lz4"](files["milvus.log"] * 20),
                       "7z": seven_zipped(members), "tar.xz": lzma.compress(tarred(members)), "tar": tarred(members)}.items():
        path = pathlib.Path(scratch) / f"cut.{name}"
        path.write_bytes(data[:len(data) * 3 // 4])
        said = Said(program, [path.name], scratch)
        damage = [item["damage"] for item in said.inputs if item["damage"]]
        tap.check(f"a cut {name} exits 3 and is listed", said.status == 3 and damage, f"{said.status} {said.inputs}")
    whole = [item for item in said.inputs if item["path"].endswith("a.log")]
    tap.check("the member before the cut is whole", len(whole) == 1 and not whole[0]["damage"] and whole[0]["bytes"] == len(members["a.log"]),
              str(said.inputs))


def check_encrypted(tap, program, scratch):
    members = {"a.log": b"[2024/03/12 08:21:04.512 +00:00] [INFO] [a.go:1] [x]\n"}
    samples = {"7z": base64.b64decode(ENCRYPTED_7Z[0]), "7z with its names": base64.b64decode(ENCRYPTED_7Z[1]),
               "zip": packed_by_bsdtar(members, "--format", "zip", "--options", "zip:encryption=aes256", "--passphrase", "x"),
               "old zip": packed_by_bsdtar(members, "--format", "zip", "--options", "zip:encryption=zipcrypt", "--passphrase", "x")}
    for name, data in samples.items():
        (pathlib.Path(scratch) / "secret").write_bytes(data)
        said = Said(program, ["secret"], scratch)
        tap.check(f"an encrypted {name} exits 3 and is told so",
                  said.status == 3 and [item["format"].split(":")[0] for item in said.inputs] == ["encrypted"],
                  f"{said.status} {said.inputs} {said.stderr}")


def check_refused(tap, program, scratch):
    """Recognised, not read, and no failure."""
    backup = (22).to_bytes(8, "little") + b"\x08\x01\x12\x06by-dev\x1a\x06by-dev\x20\x05" + bytes(range(256)) * 4
    samples = {
        "image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(200)),
        "photo": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(200)),
        "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
        "program": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0" + bytes(200),
        "core": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x04\0\x3e\0" + bytes(200),
        "birdwatcher": gzip.compress(backup),
        "WAL": bytes.fromhex("0400000000000084 0804100000000000 1d00000000000083 0801108d9cf9161a") + bytes(4096),
        "RAR": b"Rar!\x1a\x07\x01\0" + bytes(100),
        "SQLite": b"SQLite format 3\0" + bytes(100),
    }
    for word, data in samples.items():
        path = pathlib.Path(scratch) / "thing.log"
        path.write_bytes(data)
        said = Said(program, [path.name], scratch)
        is_told = len(said.inputs) == 1 and said.inputs[0]["format"].startswith("skipped: ")
        tap.check(f"{word}: skipped with a word, exit 0", said.status == 0 and is_told, f"{said.status} {said.inputs} {said.stderr}")


def zeros(count):
    """So many bytes of zeros, as gzip members of 10 MB."""
    size = 10 << 20
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return (packer.compress(bytes(size)) + packer.flush()) * (count // size)


def check_limits(tap, program, files, scratch):
    """What unfolds without end is stopped and told; the rest is read."""
    deep = files["milvus.log"]
    for _ in range(30):
        deep = gzip.compress(deep, 1)
    nested = {"x.log": files["milvus.log"]}
    for _ in range(9):
        nested = {"x.zip": zipped(nested)}
    bomb = zeros(800 << 20)
    log = files["milvus.log"]
    window = subprocess.run(["zstd", "-q", "-c", "--long=27", "--ultra"], input=log, stdout=subprocess.PIPE, check=True).stdout
    samples = {
        "zeros": (gzip.compress(bomb, 9), []),
        "a bomb beside a log": (zipped({"a.bin": bomb, "milvus.log": log}), []),
        "depth of gzip": (deep, []),
        "depth of zip": (nested["x.zip"], []),
        "members": (zipped({f"{number}.log": log[:100] for number in range(20)}), ["--limit", "members=19"]),
        "bytes": (gzip.compress(log), ["--limit", "bytes=10K"]),
        "ratio": (gzip.compress(bytes(110 << 20)), ["--limit", "ratio=100"]),
        "depth": (gzip.compress(tarred({"x.zip": zipped({"milvus.log": log})})), ["--limit", "depth=1"]),
        "memory": (window, ["--limit", "memory=1M"]),
    }
    for name, (data, options) in samples.items():
        path = pathlib.Path(scratch) / "bomb"
        path.write_bytes(data)
        said = Said(program, [*options, path.name], scratch)
        tap.check(f"{name}: a limit is told, exit 3", said.status == 3 and "not read" in said.stderr, f"{said.status} {said.stderr[:300]}")
    for setting in ("bytes", "bytes=", "bytes=0", "bytes=-1", "bytes=1X", "speed=3", "depth=4G", "bytes=99999999999999999999"):
        status = cases.run(program, ["--limit", setting, path.name], scratch).returncode
        tap.check(f"--limit {setting} is wrong usage", status == 2, str(status))


def main():
    program, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder = root / "testdata/cases" / CASE
    files = {name.removesuffix(".gz"): decompressed((folder / name).read_bytes()) for name in cases.logs(folder)}
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            check_encrypted(tap, program, scratch)
            check_refused(tap, program, scratch)
            check_chains(tap, program, files, scratch)
            check_cut(tap, program, files, scratch)
            check_limits(tap, program, files, scratch)
    finally:
        shutil.rmtree(scratch)


main()
