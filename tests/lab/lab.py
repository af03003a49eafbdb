#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lab: a real etcd, a small Milvus, and faults that are really injected.

--list            names of the cases
--run NAME...     run cases live; with --keep DIR their logs stay there
--all             run all of them
--record          write what was run to testdata/cases/NAME
--judge WHYDOWN   have that program explain each run, and hold its verdict against the fault
"""
import argparse
import contextlib
import gzip
import json
import os
import pathlib
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
from milvus_log import VERSIONS
from proxy import Network

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE.parent.parent / "testdata" / "cases"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "whydown-lab"
MOST_BYTES = 300000


class Lab:
    """One run: its folder, members and Milvus. Everything that it starts, it ends."""

    def __init__(self, case, folder, binary, logger):
        self.case = case
        self.folder = folder
        self.binary = binary
        self.logger = logger
        self.members = []
        self.network = None
        self.milvus = None
        self.milvus_options = []
        self.edits = {}
        self.left = contextlib.ExitStack()
        self.say = lambda text: print(f"  {text}", file=sys.stderr, flush=True)

    # etcd

    def start_etcd(self, count=1, options=(), through_proxies=False, ports=None, wait=True, log_name="etcd.log", scheme="http"):
        """Start members and wait until they answer. options: further command line words"""
        names = ["default"] if count == 1 else [f"etcd-{i}" for i in range(count)]
        ports = ports or [etcd.free_port(base + port) for base in (0, 20000, 30000)[:count] for port in (2379, 2380)]
        self.members = [
            etcd.Member(self.binary, self.folder, name, ports[2 * i], ports[2 * i + 1],
                        log_name if count == 1 else f"{name}.log", self.logger, tuple(options), scheme=scheme)
            for i, name in enumerate(names)]
        if through_proxies:
            self.network = Network(lambda: [member.process and member.pid for member in self.members])
            self.left.callback(self.network.close)
        for i, member in enumerate(self.members):
            port = member.peer_port
            if self.network:
                port = etcd.free_port(2390 + i * 10000)
                self.network.listen(i, port, member.peer_port)
            member.peer_url = f"http://127.0.0.1:{port}"
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

    @property
    def single(self):
        return self.members[0]

    def leader(self):
        """The number of the leading member."""
        return next((i for i, member in enumerate(self.members) if member.is_leader()), 0)

    def pids(self):
        return [member.pid for member in self.members]

    # Milvus

    def start_milvus(self, *options, endpoints=None, wait=1.0):
        words = [sys.executable, str(HERE / "milvus_client.py"), "--version", self.case.milvus]
        for endpoint in endpoints or [member.endpoint for member in self.members]:
            words += ["--etcd", endpoint]
        with open(self.folder / "milvus.log", "ab") as log:
            self.milvus = subprocess.Popen([*words, *self.milvus_options, *options], stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, cwd=self.folder, env=etcd.quiet_environment())
        milvus = self.milvus
        self.left.callback(lambda: milvus.poll() is None and milvus.kill())
        self.sleep(wait)

    def start(self, healthy=8, count=1, options=(), through_proxies=False, milvus=()):
        """etcd, then Milvus, then some healthy seconds."""
        self.start_etcd(count, options, through_proxies)
        self.start_milvus(*milvus)
        self.sleep(healthy)

    def ttl(self):
        """Seconds that a session of this Milvus lives without being renewed."""
        return VERSIONS[self.case.milvus].ttl

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
        time.sleep(seconds)

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
        return sorted(self.folder.glob("*.log"))

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


def machine_words():
    """What must not appear in a recorded log."""
    words = {socket.gethostname(), str(HERE.parent.parent), tempfile.gettempdir() + "/", str(pathlib.Path.home()) + "/"}
    return [word.encode() for word in words if len(word) > 3]


def record(case, target, logs):
    """Put a run into testdata. Returns what is wrong with it, or None."""
    for log in logs:
        data = log.read_bytes()
        for word in machine_words():
            if word in data:
                return f"{log.name} tells of this machine: {word.decode()}"
        if len(data) > MOST_BYTES:
            return f"{log.name} is too large: {len(data)} bytes"
    folder = RECORDED / case.name
    if folder.exists():
        for old in list(folder.glob("*.log")) + list(folder.glob("*.log.gz")):
            old.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    for log in logs:
        if log.name in case.gzipped:
            (folder / f"{log.name}.gz").write_bytes(gzip.compress(log.read_bytes(), 9, mtime=0))
        elif log.name not in case.left_out:
            shutil.copy(log, folder)
    (folder / "case.json").write_text(json.dumps(target, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return None


def about(case, binary, logger):
    version = etcd.version_of(binary)
    accepted = {"accepted": list(case.accepted)} if case.accepted else {}
    return {"what": case.what, "cause": case.cause, **accepted, "stopped": case.stopped, "etcd": f"{version} {logger if etcd.is_old(binary) else 'zap'}",
            "milvus": case.milvus, "injected": case.injected}


def judge(program, case, logs):
    """The verdict's cause, and whether it names the fault."""
    names = [str(log) for log in logs if log.name not in case.left_out]
    done = subprocess.run([program, "explain", "-f", "json", *names], capture_output=True, text=True, check=False)
    try:
        verdict = json.loads(done.stdout)["verdict"]
    except (ValueError, KeyError):
        return f"no report (exit {done.returncode}): {done.stderr.strip()}", False
    said = verdict["cause"]
    is_right = (said == case.cause or said in case.accepted) and verdict["stopped"] in (case.stopped, None)
    return f"{said or 'nothing wrong'} ({verdict['confidence']}), stopped: {verdict['stopped']}", is_right


def run(case, options):
    """Returns True, False, or None when the machine does not permit it."""
    binary = etcd.find(options.etcd or case.etcd, CACHE)
    if binary is None:
        print(f"skip {case.name}: etcd {options.etcd or case.etcd} is not to be had", flush=True)
        return None
    logger = options.logger or case.logger
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        work = folder / "work"
        work.mkdir()
        lab = Lab(case, work, binary, logger)
        stack.enter_context(lab.left)
        try:
            case.run(lab)
        except faults.NotPermitted as reason:
            print(f"skip {case.name}: {reason}", flush=True)
            return None
        except RuntimeError as reason:
            print(f"not ok {case.name}: {reason}", flush=True)
            return False
        logs = lab.collect(folder / "logs")
        if options.keep:
            kept = pathlib.Path(options.keep) / case.name
            shutil.copytree(folder / "logs", kept, dirs_exist_ok=True)
        said, is_right = "ran", True
        if options.judge:
            said, is_right = judge(options.judge, case, logs)
        if options.record:
            fault = record(case, about(case, binary, logger), logs)
            said, is_right = (f"not recorded: {fault}", False) if fault else ("recorded", is_right)
    print(f"{'ok' if is_right else 'not ok'} {case.name}: {said}; expected {case.cause}", flush=True)
    return is_right


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--run", nargs="+", metavar="NAME", default=[])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--judge", metavar="WHYDOWN")
    parser.add_argument("--keep", metavar="DIR")
    parser.add_argument("--logger", choices=("zap", "capnslog"))
    parser.add_argument("--etcd", metavar="PATH", help="another etcd; 3.5 fetches that of Debian 13")
    options = parser.parse_args()
    known = {case.name: case for case in cases.CASES}
    if options.list:
        for case in cases.CASES:
            print(f"{case.name:24} {case.cause or 'null':18} {case.what}")
        return 0
    unknown = [name for name in options.run if name not in known]
    if unknown or not (options.run or options.all):
        parser.error(f"no such case: {', '.join(unknown)}; see --list" if unknown else "say --list, --run NAME or --all")
    results = [run(known[name], options) for name in (known if options.all else options.run)]
    return 1 if False in results else 0


if __name__ == "__main__":
    sys.exit(main())
