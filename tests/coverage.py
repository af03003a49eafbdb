#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is said of what was handed over, and of what was not: coverage.py WHYDOWN ROOT"""
import io
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile

import case as cases
from cases import decompressed
from tap import Tap

CASE = "story-slow-disk"
NOBODY = 65534


class Folder:
    """A scratch folder, and what is said of all that lies in it."""

    def __init__(self, program, scratch, files):
        self.program = program
        self.path = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        self.path.chmod(0o755)
        for name, data in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def report(self, *words):
        run = cases.run(self.program, ["-f", "json", *(words or ["."])], self.path)
        return json.loads(run.stdout)


def missing(report):
    return [item["what"] for item in report["coverage"]["missing"]]


def second_of(line):
    hour, minute, second = (int(part) for part in line[12:20].split(b":"))
    return hour * 3600 + minute * 60 + second


def check_missing(tap, program, etcd, milvus, scratch):
    """Each thing that was left out, and what must be said of it; None: nothing is missing."""
    lines, etcd_lines = milvus.splitlines(keepends=True), etcd.splitlines(keepends=True)
    last = max(second_of(line) for line in lines if line.startswith(b"[20"))
    late = [line for line in lines if line.startswith(b"[20") and second_of(line) > last - 40]
    levels = b"".join(line for line in etcd_lines if b"\"level\":\"info\"" not in line)
    # its start, ten minutes later: nothing that Milvus tells of too, or a clock would explain it
    after = b"".join(line.replace(b"2026-11-24T16:5", b"2026-11-24T17:0") for line in etcd_lines[:33])
    tails = b"".join(b"[pod/%s/%s] %s" % (pod, container, line)
                     for pod, container, part in ((b"x-etcd-0", b"etcd", etcd_lines[-10:]), (b"x-milvus-0", b"standalone", late[-10:]),
                                                  (b"x-minio-0", b"minio", [b"MinIO is up %d\n" % number for number in range(10)]))
                     for line in part)
    links = io.BytesIO()
    with tarfile.open(fileobj=links, mode="w") as archive:
        entry = tarfile.TarInfo("var/log/containers/x-etcd-0_milvus_etcd-" + "e7" * 32 + ".log")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/var/log/pods/milvus_x-etcd-0_1/etcd/0.log"
        archive.addfile(entry)
    undated = re.sub(rb"\"ts\":\"[^\"]*\",", b"", etcd)
    rows = {
        "all of it": ({}, None),
        "no etcd": ({"etcd.log": None}, "etcd's log"),
        "no Milvus": ({"milvus.log": None}, "Milvus's log"),
        "an empty log of etcd": ({"etcd.log": b""}, "etcd.log is empty"),
        "an empty log of the run before": ({"x/etcd-previous.log": b""}, None),
        "etcd without its info lines": ({"etcd.log": levels}, "etcd's info lines"),
        "etcd from after the stop": ({"etcd.log": after}, "after the stop"),
        "etcd until before the stop": ({"etcd.log": b"".join(etcd_lines[:34])}, "ends before the stop"),
        "Milvus from shortly before the stop": ({"milvus.log": b"".join(late)}, "before the stop"),
        "the last ten lines of each": ({"etcd.log": None, "milvus.log": None, "all.log": tails}, "holds 10 lines of each container"),
        "links without files": ({"etcd.log": None, "logs.tar": links.getvalue()}, "links lead to"),
        "an error instead of a log": ({"etcd.log": b"Error from server (BadRequest): container \"etcd\" in pod \"x-etcd-0\" is waiting to start\n"},
                                      "holds an error message"),
        "etcd without times": ({"etcd.log": undated}, "the times of"),
    }
    for name, (change, wanted) in rows.items():
        files = {"etcd.log": etcd, "milvus.log": milvus, **change}
        folder = Folder(program, scratch, {name: data for name, data in files.items() if data is not None})
        found = missing(folder.report())
        tap.check(f"{name}: {wanted or 'nothing'} is missing", not found if wanted is None else any(wanted in what for what in found),
                  str(found))


def check_odd_files(tap, program, etcd, scratch):
    """What is no file is passed over with a word, and nothing waits for it."""
    folder = Folder(program, scratch, {"etcd.log": etcd, "secret.log": etcd})
    os.mkfifo(folder.path / "fifo.log")
    (folder.path / "loop").symlink_to(folder.path)
    (folder.path / "self.log").symlink_to("self.log")
    (folder.path / "nothing.log").symlink_to("no-such-file")
    (folder.path / "secret.log").chmod(0)
    wanted = {"fifo.log": "a FIFO", "loop": "the same as", "self.log": "leads to itself", "nothing.log": "a link to nothing"}
    try:
        os.mknod(folder.path / "null.log", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        wanted["null.log"] = "a device"
    except PermissionError:
        tap.skip("a device", "making one is not permitted")
    copy = folder.path.parent / "whydown"
    shutil.copy(program, copy)
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    os.chmod(scratch, 0o755)
    run = subprocess.run([copy, "-f", "json", "."], cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                         check=False, **as_nobody)
    wanted["secret.log"] = "ermission denied"
    said = {item["path"]: item["format"] or "" for item in json.loads(run.stdout)["coverage"]["inputs"]}
    for name, word in wanted.items():
        told = [text for path, text in said.items() if path.endswith(f"/{name}")]
        tap.check(f"{name}: {word}", len(told) == 1 and word in told[0], f"{told}")
    tap.check("what can be read is read, and the exit status says that something could not", run.returncode == 3 and "./etcd.log" in said,
              f"{run.returncode} {said}")


def check_losses(tap, program, etcd, scratch):
    """What did not become lines as it stood is told; where something may be missing by it, it counts as damage."""
    record = etcd.splitlines()[0]
    pods = {count: b"".join(b"pod-%d | %s\n" % (number, record) for number in range(count)) for count in (4095, 4096)}
    rows = {
        "a line of 3 MiB": (etcd + b"x" * (3 << 20) + b"\n", "lines cut after 1 MiB: 1", 3),
        "a byte that is no text": (etcd + b"caf\xe9\n", "bytes that are no text: 1", 0),
        "4095 pods": (pods[4095], None, 0),
        "4096 pods": (pods[4096], "more than 4095 sources in one stream: the rest is taken for one", 3),
    }
    for name, (data, told, status) in rows.items():
        folder = Folder(program, scratch, {"a.log": data})
        run = cases.run(program, ["-f", "json", "a.log"], folder.path)
        said = {item["damage"] for item in json.loads(run.stdout)["coverage"]["inputs"]}
        is_loud = told is not None and told.encode() in run.stderr
        tap.check(f"{name}: {told or 'nothing'} is told", said == {told} and is_loud == (status == 3), f"{said} {run.stderr}")
        tap.check(f"{name}: exit status {status}", run.returncode == status, f"{run.returncode}")


def check_limits_of_viewers(tap, program, milvus, scratch):
    """A log of just as many lines as a viewer shows, without a start, may have been cut."""
    lines = [line for line in milvus.splitlines(keepends=True) if line.startswith(b"[") and b"start" not in line.lower()] * 40
    table = [b"message,pod\n"] + [b'"' + line.rstrip().replace(b'"', b'""') + b'",milvus-0\n' for line in lines]
    rows = {"999 lines": (lines[:999], None), "1000 lines": (lines[:1000], 1000), "a table of 1000 lines": (table[:1001], 1000)}
    for name, (rows_of, told) in rows.items():
        folder = Folder(program, scratch, {"a.log": b"".join(rows_of)})
        said = [item["what"] for item in json.loads(cases.run(program, ["-f", "json", "a.log"], folder.path).stdout)["coverage"]["missing"]]
        wanted = f"what a.log left out: it holds exactly {told} lines"
        tap.check(f"{name}: {'told' if told else 'nothing is told'}", (wanted in said) == bool(told) and ("exactly" in " ".join(said)) == bool(told), f"{said}")


def check_pipes(tap, program, etcd, milvus, scratch):
    folder = Folder(program, scratch, {"etcd.log": etcd, "milvus.log": milvus})
    plain = folder.report("etcd.log", "milvus.log")["verdict"]
    for line in ("cat milvus.log etcd.log | \"$0\" -f json -", "\"$0\" -f json <(cat milvus.log) <(gzip -c etcd.log)",
                 "tar cz . | \"$0\" -f json -"):
        run = subprocess.run(["bash", "-c", line, program], cwd=folder.path, stdout=subprocess.PIPE, timeout=60, check=False)
        verdict = json.loads(run.stdout)["verdict"]
        tap.check(line, run.returncode == 0 and verdict["cause"] == plain["cause"], f"{verdict}")


def main():
    program, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder = root / "testdata/cases" / CASE
    etcd, milvus = (decompressed((folder / name).read_bytes()) for name in sorted(cases.logs(folder)))
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            check_missing(tap, program, etcd, milvus, scratch)
            check_odd_files(tap, program, etcd, scratch)
            check_losses(tap, program, etcd, scratch)
            check_limits_of_viewers(tap, program, milvus, scratch)
            check_pipes(tap, program, etcd, milvus, scratch)
    finally:
        shutil.rmtree(scratch)


main()
