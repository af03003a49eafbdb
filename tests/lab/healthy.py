#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Record what etcds that are well print at info level: healthy.py FOLDER

A single member whose disk is memory: start, load, a lease, compactions, snapshots, an end, and all that once more. FOLDER/etcd-VERSION.log
then holds each kind of line once, but for what tells that this machine was slow.
"""
import os
import pathlib
import re
import sys
import tempfile

import cases
import etcd
import lab
from gateway import Gateway

MEMORY = pathlib.Path("/dev/shm")  # a disk that answers at once
OPTIONS = ("--snapshot-count", "500", "--auto-compaction-mode", "periodic", "--auto-compaction-retention", "10s", "--max-wals", "1", "--max-snapshots", "1")
SLOW = re.compile(r"trace\[|took too long|request stats")
VARYING = re.compile(r"[0-9a-f]{6,}|\d+")


def load(member, rounds):
    """Writes and reads as Milvus makes them, under a lease that is kept."""
    client = Gateway([member.endpoint])
    lease = client.grant(20, 10)
    client.put("by-dev/meta/session/rootcoord", "1", 10, lease)
    for i in range(rounds):
        client.put(f"by-dev/meta/datacoord-meta/s/{i % 50}", os.urandom(30000).hex(), 10)
        client.range("by-dev/meta/session/", 10, "by-dev/meta/session0")
        if i % 100 == 0:
            client.keep_alive(lease, 10)
    client.revoke(lease, 10)


def live(run):
    """A member's life, twice."""
    run.start_etcd(options=OPTIONS)
    load(run.single, 1400)
    run.sleep(12)
    run.single.stop()
    run.single.start()
    run.sleep(2)
    run.single.stop()


def kinds(paths):
    """Each line that differs from those before it by more than its numbers."""
    seen = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
            if not SLOW.search(line):
                seen.setdefault(VARYING.sub("0", line), line)
    return "".join(seen.values())


def record(binary, logger):
    with tempfile.TemporaryDirectory(prefix="lab-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        run = lab.Lab(cases.CASES[0], pathlib.Path(folder), binary, logger)
        with run.left:
            live(run)
        return kinds(run.logs())


def main():
    target = pathlib.Path(sys.argv[1])
    etcd.hurry()
    for name, wanted, logger in (("3.4", "", "zap"), ("3.4-capnslog", "", "capnslog"), ("3.5", "3.5", "zap")):
        (target / f"etcd-{name}.log").write_text(record(etcd.find(wanted, lab.CACHE), logger), encoding="utf-8")


if __name__ == "__main__":
    main()
