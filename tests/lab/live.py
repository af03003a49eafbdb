#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A few short faults of a single etcd, live, side by side: live.py WHYDOWN. Most of their time is spent waiting.

Each may fail once: a machine that is busy with something else is a fault of its own.
"""
import argparse
import concurrent.futures
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import lab  # noqa: E402
from outcome import SKIPPED  # noqa: E402
from tap import Tap  # noqa: E402

SHORT = ["port-in-use", "etcd-unreachable", "auth-refused", "milvus-panic", "disk-hangs-live", "operator-stop-live"]


def outcome(name, options):
    first = lab.run(lab.KNOWN[name], options, sys.stderr)
    return first if first.is_good or first.state == SKIPPED else lab.run(lab.KNOWN[name], options, sys.stderr)


def main():
    options = argparse.Namespace(judge=os.path.abspath(sys.argv[1]), etcd=None, logger="zap", vary=None, keep=None, record=None, plain=False)
    with Tap() as tap, concurrent.futures.ThreadPoolExecutor(len(SHORT)) as pool:
        for found in pool.map(lambda name: outcome(name, options), SHORT):
            if found.state == SKIPPED:
                tap.skip(found.case.name, found.said)
            else:
                tap.check(found.case.name, found.is_good, f"{found.said}; expected {found.case.cause}")


main()
