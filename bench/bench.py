#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed and memory of whydown on large logs of services that are well, against ripgrep and zcat | grep in the same run.

usage: bench.py BUILD [--size MIB] [--runs N]

Tools take turns, so that what the machine does meanwhile hits all; compared are medians. Exits 1 when a target is missed:
a plain log as fast as `rg -j1 -cF -f ANCHORS`, under 64 MiB, twice the size in twice the time and the same memory.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import logs

PEAK_MAX_MIB = 64
TWICE_MAX = 2.4
GROWTH_MAX_MIB = 4


def measure(command):
    """Seconds and peak memory (MiB) of one run; of a pipe, that of its largest program."""
    helper = pathlib.Path(__file__).with_name("measure.py")
    words = ["bash", "-c", command] if isinstance(command, str) else command
    done = subprocess.run([sys.executable, "-I", "-S", helper, *words], stdout=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1): # 1: grep found nothing
        raise SystemExit(f"bench: {command} exits {done.returncode}")
    seconds, peak_kib = done.stdout.split()
    return float(seconds), int(peak_kib) / 1024


def compare(commands, runs):
    """name -> (median seconds, peak MiB)"""
    seconds, peaks = {name: [] for name in commands}, {name: 0 for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            took, peak = measure(command)
            peaks[name] = max(peaks[name], peak)
            if number > 0: # the first one warms the page cache
                seconds[name].append(took)
    return {name: (statistics.median(seconds[name]), peaks[name]) for name in commands}


class Table:
    """Rows for people, and what was missed."""

    def __init__(self):
        self.missed = 0

    def show(self, title, size, results, own, target=None):
        """target: the tool that own is held against."""
        print(f"\n{title}")
        for name, (seconds, peak) in results.items():
            print(f"  {name:24} {seconds:8.3f} s  {size / 2 ** 30 / seconds:6.2f} GiB/s  {peak:7.1f} MiB  {results[own][0] / seconds:5.2f} x")
        if target:
            self.judge(f"no slower than {target}", results[own][0] / results[target][0], 1.0)
            self.judge("peak memory, MiB", results[own][1], PEAK_MAX_MIB)

    def judge(self, what, value, limit):
        is_met = value <= limit
        self.missed += not is_met
        print(f"  {'ok    ' if is_met else 'MISSED'} {what}: {value:.2f} (at most {limit:g})")


def log_of(folder, name, program, size, rename=lambda data: data):
    path = folder / f"{name}-{size >> 20}.log"
    if not path.exists():
        print(f"writing {path}", file=sys.stderr)
        logs.write(path, program, size, rename)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=1024, help="MiB of the largest log")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    folder, size = args.build / "bench", args.size << 20
    folder.mkdir(exist_ok=True)
    program, table = str(args.build / "cmd/whydown"), Table()
    anchors = folder / "anchors.txt"
    anchors.write_bytes(subprocess.run([args.build / "tests/rulecheck", "--list"], stdout=subprocess.PIPE, check=True).stdout)
    grep = f"grep -cF -f {anchors}"

    def commands(path):
        return {"whydown -j1": [program, "-j1", "-f", "json", str(path)], "rg -j1 -cF -f ANCHORS": ["rg", "-j1", "-cF", "-f", str(anchors), str(path)]}

    found = {}
    for name, kind in (("milvus", "milvus"), ("etcd", "etcd")):
        path = log_of(folder, name, kind, size)
        hits = subprocess.run(commands(path)["rg -j1 -cF -f ANCHORS"], stdout=subprocess.PIPE, check=False).stdout
        results = compare(commands(path), args.runs)
        table.show(f"{path.name}: {path.stat().st_size / 2 ** 20:.0f} MiB, {int(hits or 0)} lines with an anchor", path.stat().st_size, results,
                   "whydown -j1", "rg -j1 -cF -f ANCHORS")
        found[name] = results["whydown -j1"]

    half = log_of(folder, "milvus", "milvus", size // 2)
    seconds, peak = compare({"whydown -j1": commands(half)["whydown -j1"]}, args.runs)["whydown -j1"]
    print("\ntwice the size")
    table.judge("time", found["milvus"][0] / seconds, TWICE_MAX)
    table.judge("more memory, MiB", found["milvus"][1] - peak, GROWTH_MAX_MIB)

    packed = half.with_suffix(".log.gz")
    if not packed.exists():
        subprocess.run(f"gzip -c -6 {half} > {packed}.part && mv {packed}.part {packed}", shell=True, check=True)
    table.show(f"{packed.name}: {packed.stat().st_size / 2 ** 20:.0f} MiB packed, rates are of the unpacked bytes", half.stat().st_size, compare({
        "whydown -j1": commands(packed)["whydown -j1"], "zcat | grep -F": f"zcat {packed} | {grep}",
        "zcat | grep slow": f"zcat {packed} | grep -cE 'took too long|Slow etcd'"}, args.runs), "whydown -j1")

    compose = log_of(folder, "compose", "milvus", size // 4,
                     lambda data: b"".join(b"milvus-standalone  | " + line for line in data.splitlines(keepends=True)))
    table.show(f"{compose.name}: docker-compose's prefix on every line", compose.stat().st_size, compare(commands(compose), args.runs), "whydown -j1")
    (folder / "results.json").write_text(json.dumps({name: {"seconds": took, "peak_mib": peak} for name, (took, peak) in found.items()}))
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
