#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Record what etcd's /metrics say of a healthy and of a slow disk: metrics.py FOLDER

Three members whose disk is memory, a Milvus that writes, two scrapes SPAN seconds apart; FOLDER/NAME.tsv then holds each series with both values.
"""
import pathlib
import re
import sys
import tempfile
import time
import urllib.request

import cases
import etcd
import faults
import lab

SPAN = 60
KEPT = re.compile(r"(?:etcd_(?:disk_(?:wal_fsync|backend_commit)|server_|network_peer_|mvcc_db_|debugging_server_lease)|grpc_server_handled|"
                  r"grpc_server_handling|process_(?:open|max)_fds|process_start)")
LEFT_OUT = re.compile(r"_info\b|_version\b|server_id|snap|grpc_method=\"(?!Put|Range|Txn|LeaseGrant)|grpc_type=\"(?:client|server|bidi)_stream")
MEMORY = pathlib.Path("/dev/shm")  # a disk that answers at once


def scrape(members):
    """Series of all members and their values."""
    series = {}
    for member in members:
        with urllib.request.urlopen(f"http://{member.endpoint}/metrics", timeout=30) as answer:
            for line in answer.read().decode().splitlines():
                name, value = line.rsplit(" ", 1)
                if not KEPT.match(name) or LEFT_OUT.search(name):
                    continue
                head, _, labels = name.partition("{")
                series[f'{head}{{instance="{member.name}",job="etcd"{"," if labels else ""}{labels or "}"}'] = float(value)
    return series


def span(run, seconds):
    first = scrape(run.members)
    run.sleep(seconds)
    return first, scrape(run.members)


def is_told(name, first, last):
    """Whether a series says something: calls that nobody made do not."""
    return not name.startswith("grpc_") or (first.get(name, 0), last[name]) != (0, 0)


def write(path, first, last):
    names = sorted(name for name in last if is_told(name, first, last))
    lines = [f"{name}\t{first.get(name, 0):.17g}\t{last[name]:.17g}\n" for name in names]
    path.write_text("".join(lines), encoding="utf-8")


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lab-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        run = lab.Lab(cases.CASES[0], pathlib.Path(folder), etcd.find("", lab.CACHE), "zap")
        with run.left:
            run.start(healthy=10, count=3, options=("--metrics", "extensive"))
            write(target / "healthy.tsv", *span(run, SPAN))
            with faults.slow_fsync(run.members[run.leader()].pid, 0.6):
                time.sleep(5)
                write(target / "slow-disk.tsv", *span(run, SPAN))


if __name__ == "__main__":
    main()
