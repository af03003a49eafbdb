#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab: a real etcd, a small Milvus, and faults that are really injected."""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import itertools
import gzip
import json
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import cases
import etcd
import faults
import outcome
from gateway import Refused
from milvus_log import VERSIONS
from outcome import Outcome
from proxy import Network

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE.parent.parent / "testdata" / "cases"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "whydown-lab"
MOST_BYTES = 300000
MEMORY = pathlib.Path("/dev/shm")  # a disk that answers at once, so that what is slow is what was injected
KNOWN = {case.name: case for case in cases.CASES}
STOP = threading.Event()  # set when somebody ends the lab


class Lab:
    """One run: its folder, members and Milvus. Everything that it starts, it ends."""

    def __init__(self, case, folder, binary, logger, seed=None, is_plain=False):
        self.case = case
        self.random = random.Random(f"{seed} {case.name}")
        self.is_varied = seed is not None
        self.version = self.random.choice(list(VERSIONS)) if self.is_varied else case.milvus
        self.own_ttl = self.random.choice((None, 10, 12, 15, 20)) if self.is_varied else None
        self.folder = folder
        self.binary = binary
        self.logger = logger
        self.is_plain = is_plain
        self.root = self.pick("by-dev", "by-dev", "prod", "team-a/milvus")
        self.member_name = self.pick("etcd-{}", "infra{}", "milvus-etcd-{}")
        self.members = []
        self.network = None
        self.milvus = None
        self.milvus_options = []
        self.edits = {}
        self.left = contextlib.ExitStack()
        self.say = lambda text: print(f"  {case.name}: {text}", file=sys.stderr, flush=True)

    def vary(self, usual, low, high):
        """usual; in varied runs a number between low and high, each order of size as likely as the next."""
        if not self.is_varied:
            return usual
        number = round(math.exp(self.random.uniform(math.log(low), math.log(high))), 3)
        self.say(f"{number} for {usual}")
        return number

    def pick(self, usual, *others):
        """usual; in varied runs perhaps one of the others."""
        return self.random.choice((usual, *others)) if self.is_varied else usual

    # etcd

    def start_etcd(self, count=1, options=(), through_proxies=False, ports=None, wait=True, log_name="etcd.log", scheme="http",
                   peer_scheme="http"):
        """Start members and wait until they answer. options: further command line words"""
        names = ["default"] if count == 1 else [self.member_name.format(i) for i in range(count)]
        ports = ports or [etcd.free_port(base + port) for base in (0, 20000, 30000, 40000, 50000)[:count] for port in (2379, 2380)]
        self.members = [
            etcd.Member(self.binary, self.folder, name, ports[2 * i], ports[2 * i + 1],
                        log_name if count == 1 else f"{name}.log", self.logger, tuple(options), scheme=scheme, peer_scheme=peer_scheme)
            for i, name in enumerate(names)]
        if through_proxies:
            self.network = self.new_network()
        for i, member in enumerate(self.members):
            port = member.peer_port
            if self.network:
                port = etcd.free_port(2390 + i * 10000)
                self.network.listen(i, port, member.peer_port)
            member.peer_url = f"{peer_scheme}://127.0.0.1:{port}"
        if count > 1:
            whole = ",".join(f"{member.name}={member.peer_url}" for member in self.members)
            for member in self.members:
                member.initial_cluster = whole
        for member in self.members:
            self.left.callback(member.kill)
            member.start(wait=False)
        if wait:
            for member in self.members:
                member.wait_ready()

    def new_network(self):
        network = Network(lambda: [member.process and member.pid for member in self.members])
        self.left.callback(network.close)
        return network

    @property
    def single(self):
        return self.members[0]

    def leader(self):
        """The number of the leading member."""
        return next((i for i, member in enumerate(self.members) if member.is_leader()), 0)

    def end_quorum(self):
        """Only the leader is left."""
        kept = self.leader()
        for i, member in enumerate(self.members):
            if i != kept:
                member.end()

    def pids(self):
        return [member.pid for member in self.members]

    # Milvus

    def start_milvus(self, *options, endpoints=None, wait=1.0):
        words = [sys.executable, str(HERE / "milvus_client.py"), "--version", self.version, "--root", self.root]
        words += ["--ttl", str(self.own_ttl)] if self.own_ttl else []
        words += [*self.milvus_options, *options]
        if self.is_plain:
            words = [sys.executable, str(HERE / "plain_client.py"), "--pace", str(self.vary(0.5, 0.03, 2))]
        for endpoint in endpoints or [member.endpoint for member in self.members]:
            words += ["--etcd", endpoint]
        with open(self.folder / "milvus.log", "ab") as log:
            self.milvus = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, cwd=self.folder, env=etcd.quiet_environment(), preexec_fn=etcd.hurry)
        milvus = self.milvus
        self.left.callback(lambda: milvus.poll() is None and milvus.kill())
        self.sleep(wait)

    def start(self, healthy=8, count=1, options=(), through_proxies=False, milvus=()):
        """etcd, then Milvus, then some healthy seconds."""
        beat, election = self.pick((100, 1000), (100, 1000), (500, 2500), (50, 500), (200, 2000)) if count > 1 else (100, 1000)
        if beat != 100:
            options = (*options, "--heartbeat-interval", str(beat), "--election-timeout", str(election))
        self.start_etcd(count, options, through_proxies)
        self.start_milvus(*milvus)
        self.sleep(self.vary(healthy, healthy * 0.7, healthy * 4))

    def ttl(self):
        """Seconds that a session of this Milvus lives without being renewed."""
        return self.own_ttl or VERSIONS[self.version].ttl

    def has_stopped(self):
        return self.milvus is not None and self.is_milvus_over()

    def is_milvus_over(self):
        return self.milvus.poll() is not None

    def wait_milvus(self, seconds, then=None):
        """Wait until Milvus ended, then do that at once; False when it lives on."""
        end = time.monotonic() + seconds
        while not self.is_milvus_over() and time.monotonic() < end:
            time.sleep(0.02)
        if then and self.is_milvus_over():
            then()
        self.say(f"milvus exit {self.milvus.poll()}")
        return self.is_milvus_over()

    def stop_milvus(self):
        self.milvus.send_signal(signal.SIGTERM)
        self.wait_milvus(30)

    # Time and disturbance

    def sleep(self, seconds):
        if STOP.wait(seconds):
            raise faults.NotPermitted("stopped")

    @contextlib.contextmanager
    def meanwhile(self, work, *words):
        """Run work(*words, is_over) beside the body."""
        over = threading.Event()
        failures = []

        def guarded():
            try:
                work(*words, over.is_set)
            except faults.NotPermitted as reason:
                failures.append(reason)

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if failures:
            raise failures[0]

    def logs(self):
        return sorted(log for log in self.folder.glob("*.log") if log.stat().st_size > 0 or not self.is_plain)

    def cut_end(self, name, size):
        """Have the copy of a log end so many bytes early."""
        self.edits[name] = lambda data: data[:-size]

    def drop_lines(self, name, text):
        self.edits[name] = lambda data: b"".join(line for line in data.splitlines(True) if text.encode() not in line)

    def collect(self, target):
        """Copy the logs as they are now."""
        target.mkdir(parents=True, exist_ok=True)
        copies = []
        for log in self.logs():
            data = log.read_bytes()
            copies.append(target / log.name)
            copies[-1].write_bytes(self.edits.get(log.name, bytes)(data))
        return copies


class Lateness:
    """By how many seconds at most this machine lets the lab wait while in it: the same happens to what it runs."""
    STEP = 0.02

    def __init__(self):
        self.longest = 0.0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.measure, daemon=True)

    def measure(self):
        before = time.monotonic()
        while not self.is_over.wait(self.STEP):
            now = time.monotonic()
            self.longest = max(self.longest, now - before - self.STEP)
            before = now

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()


def machine_words():
    """What must not appear in a recorded log."""
    words = {socket.gethostname(), str(HERE.parent.parent), tempfile.gettempdir() + "/", str(pathlib.Path.home()) + "/"}
    return [word.encode() for word in words if len(word) > 3]


def record(case, about_it, logs, cases_folder):
    """Put a run among recorded cases. Returns what is wrong with it, or None."""
    for log in logs:
        data = log.read_bytes()
        for word in machine_words():
            if word in data:
                return f"{log.name} tells of this machine: {word.decode()}"
        if len(data) > MOST_BYTES:
            return f"{log.name} is too large: {len(data)} bytes"
    folder = cases_folder / case.name
    if folder.exists():
        for old in list(folder.glob("*.log")) + list(folder.glob("*.log.gz")):
            old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    for log in logs:
        if log.name in case.gzipped:
            (folder / f"{log.name}.gz").write_bytes(gzip.compress(log.read_bytes(), 9, mtime=0))
        elif log.name not in case.left_out:
            shutil.copy(log, folder)
    (folder / "case.json").write_text(json.dumps(about_it, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return None


def about(case, binary, logger):
    version = etcd.version_of(binary)
    accepted = {"accepted": list(case.accepted)} if case.accepted else {}
    return {"what": case.what, "cause": case.cause, **accepted, "stopped": case.stopped, "etcd": f"{version} {logger if etcd.is_old(binary) else 'zap'}",
            "milvus": case.milvus, "injected": case.injected}


def explained(lab, logs, options):
    """The outcome of logs that a case left."""
    if options.record:
        said = record(lab.case, about(lab.case, lab.binary, lab.logger), logs, pathlib.Path(options.record))
        return Outcome(lab.case, outcome.WRONG if said else outcome.RIGHT, f"not recorded: {said}" if said else "recorded")
    if not options.judge:
        return Outcome(lab.case, outcome.RIGHT, "ran")
    return Outcome(lab.case, *outcome.judge(options.judge, lab.case, logs))


def keep(folder, case, options):
    """Copy a run's logs to a folder of their own, numbered."""
    target = pathlib.Path(options.keep) / case.name
    for number in itertools.count(1):
        with contextlib.suppress(FileExistsError):
            shutil.copytree(folder, target.with_name(f"{case.name}@{number}"))
            return


def run_in(folder, case, options):
    """Run a case in an empty folder."""
    if STOP.is_set():
        return Outcome(case, outcome.SKIPPED, "stopped")
    binary = etcd.find(options.etcd or case.etcd, CACHE)
    if binary is None:
        return Outcome(case, outcome.SKIPPED, f"etcd {options.etcd or case.etcd or ''} is not to be had")
    work = folder / "work"
    work.mkdir()
    lab = Lab(case, work, binary, options.logger, options.vary, options.plain)
    with lab.left:
        try:
            case.run(lab)
        except faults.NotPermitted as reason:
            return Outcome(case, outcome.SKIPPED, str(reason))
        except (RuntimeError, Refused) as reason:
            return Outcome(case, outcome.WRONG, f"it did not run: {reason}")
        logs = lab.collect(folder / "logs")
        if lab.is_varied and case.stopped not in (None, lab.has_stopped()):
            lab.case = dataclasses.replace(case, stopped=None)  # chance decides when sizes do
    if options.keep:
        keep(folder / "logs", case, options)
    return explained(lab, logs, options)


def run(case, options, out=sys.stdout):
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lab-", dir=MEMORY if MEMORY.is_dir() else None) as folder, Lateness() as lateness:
        found = run_in(pathlib.Path(folder), case, options)
    found.format, found.seconds, found.late = options.etcd or case.etcd or options.logger, time.monotonic() - began, lateness.longest
    print(found, file=out, flush=True)
    return found


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases to run; none: all of them")
    parser.add_argument("--list", action="store_true", help="say what the cases are")
    parser.add_argument("--judge", metavar="WHYDOWN", help="have that program explain each run, and hold its verdict against the fault")
    parser.add_argument("--record", nargs="?", const=RECORDED, metavar="DIR", help="write each run to testdata/cases/NAME, or DIR/NAME")
    parser.add_argument("--keep", metavar="DIR", help="copy logs to DIR/NAME@1, @2 ...")
    parser.add_argument("--vary", metavar="SEED", help="delays, versions, names and timeouts other than the usual")
    parser.add_argument("--logger", choices=("zap", "capnslog", "both"), help="etcd's format; none: that of the case")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="so many of each; 2 of 3 must go well")
    parser.add_argument("--plain", action="store_true", help="no Milvus: something else uses etcd, and logs nothing")
    parser.add_argument("--etcd", metavar="PATH", help="another etcd; 3.5 fetches that of Debian 13")
    parser.add_argument("--jobs", "-j", type=int, default=1, help="cases to run at the same time")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in KNOWN]
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; see --list")
    return options


def loggers(case, options):
    """The formats in which to run a case; etcd 3.5 has only one."""
    if case.etcd or options.etcd:
        return ["zap"]
    if options.logger == "both":
        return ["zap", "capnslog"] if case.logger == "zap" or case.name in options.names else []
    return [options.logger or case.logger]


def planned(options):
    """Pairs of a case and the options for one run of it."""
    chosen = [KNOWN[name] for name in options.names] or [case for case in cases.CASES if not case.is_short]
    if options.plain:
        chosen = [dataclasses.replace(case, stopped=None) for case in chosen if not case.is_of_milvus]
    plan = []
    for number in range(options.runs):
        seed = options.vary and f"{options.vary} {number}"
        plan += [(case, argparse.Namespace(**{**vars(options), "logger": logger, "vary": seed}))
                 for case in chosen for logger in loggers(case, options)]
    return plan


def main():
    options = parsed()
    if options.list:
        for case in cases.CASES:
            print(f"{case.name:26} {case.cause or 'null':18} {case.what}")
        return 0
    etcd.hurry()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: STOP.set())  # cases end what they started
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(lambda planned_run: run(*planned_run), planned(options)))
    lines, is_good = outcome.table(outcomes)
    print("\n".join(["", *lines]))
    return 0 if is_good and not STOP.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
