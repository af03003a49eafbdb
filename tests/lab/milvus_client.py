#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small standalone Milvus, as far as etcd sees it and as far as its log tells of etcd.

It holds one lease for each component, writes the time stamp and channel checkpoints, reads its configuration, and logs in Milvus's format
when its own real requests are slow or fail, or a lease is really lost. It ends as its version does.
"""
import argparse
import os
import queue
import random
import signal
import ssl
import sys
import threading
import time

from gateway import Gateway, Refused, decoded, late
from milvus_log import BANNER, Log, VERSIONS, duration, stack, verbose
from milvus_session import Session

SLOW_SECONDS = 2
TSO_STEP = 0.05
TSO_WINDOW = 3
JET_LAG = 0.15
SIGNALS = {signal.SIGTERM: "terminated", signal.SIGINT: "interrupt", signal.SIGHUP: "hangup"}

TITLES = {"querycoord": "QueryCoord", "mixcoord": "MixCoord", "querynode": "QueryNode", "indexnode": "IndexNode",
          "streamingnode": "StreamingNode"}


class Process:
    """One life of the standalone."""

    def __init__(self, options):
        self.options = options
        self.version = VERSIONS[options.version]
        self.ttl = options.ttl or self.version.ttl
        self.log = Log(sys.stdout.fileno(), options.zone)
        self.etcd = Gateway(options.etcd, tls_of(options))
        self.target = f"etcd-endpoints://0xc000{random.randrange(0x100000, 0xffffff):06x}/{options.etcd[0]}"
        self.sessions = []
        self.signals = queue.SimpleQueue()
        self.lost = threading.Lock()
        self.is_stopping = threading.Event()

    def line(self, level, place, name, message, *fields):
        self.log.line(level, f"{place}:{self.version.lines[name]}", message, *fields)

    def key(self, path):
        return f"{self.options.root}/{path}"

    # Requests, each with the lines that Milvus prints about it

    def request(self, what, field, work):
        """field: its key and a text or a function for its value; work: called with the timeout. Raises Refused."""
        began = time.monotonic()
        error = None
        try:
            work(self.version.request_timeout)
        except Refused as reason:
            error = reason
            self.log.etcd_client(self.target, error.wire)
        spent = time.monotonic() - began
        is_load = what.startswith("load")
        if error and what == "multi save":
            self.line("WARN", "etcd/etcd_kv.go", "multi_save", "Etcd MultiSave error", ("kvs", '{}'), ("len", 1),
                      ("error", error.text), ("errorVerbose", verbose(error.text)))
        if spent > SLOW_SECONDS and not (error and is_load):
            self.line("WARN", "etcd/etcd_kv.go", "slow", f"Slow etcd operation {what}", ("time spent", duration(spent)),
                      (field[0], field[1]() if callable(field[1]) else field[1]))
        if error:
            raise error

    def save(self, key, value):
        self.request("save", ("key", key), lambda timeout: self.etcd.put(key, value, timeout))

    def load_with_prefix(self, key):
        found = []

        def work(timeout):
            answer = self.etcd.range(key, timeout, key[:-1] + chr(ord(key[-1]) + 1), limit=8)
            found.extend(decoded(pair["key"]) for pair in answer.get("kvs", ()))

        self.request("load with prefix", ("keys", lambda: f"[{','.join(found)}]"), work)

    # The loops of a running Milvus

    def allocate_timestamps(self):
        physical, saved, warned = time.time(), time.time() + TSO_WINDOW, -60.0
        while not self.is_stopping.is_set():
            time.sleep(TSO_STEP)
            now = time.time()
            if now - physical > JET_LAG and time.monotonic() - warned > 60:
                warned = time.monotonic()
                self.line("WARN", "tso/tso.go", "tso", "clock offset is huge, check network latency and clock skew",
                          ("jet-lag", duration(now - physical)), ("prev-physical", self.log.time(physical)),
                          ("now", self.log.time(now)))
            try:
                if saved - now <= 0.001:
                    self.save(self.key("kv/gid/timestamp"), f"{int(now * 1e9):020d}")
                    saved = now + TSO_WINDOW
                physical = now
            except Refused as error:
                if self.is_stopping.is_set():
                    return
                self.line("WARN", "rootcoord/root_coord.go", "update_tso", "failed to update tso", ("error", error.text),
                          ("errorVerbose", verbose(error.text)))

    def save_checkpoints(self):
        channels = [f"{self.options.root}-rootcoord-dml_{i}_45183835463209{1000 + i}v0" for i in range(2)]
        turn = 0
        while not self.is_stopping.wait(self.options.pace):
            channel = channels[turn % len(channels)]
            turn += 1
            key = self.key(f"meta/datacoord-meta/channel-cp/{channel}")
            try:
                value = os.urandom(self.options.large * 500 or 60).hex()
                if self.options.large > 100:
                    self.log.line("WARN", "etcd/etcd_kv.go:671", "value size large than 100kb", ("key", key),
                                  ("value_size(kb)", len(value) >> 10))
                self.request("multi save", ("keys", f"[{key}]"), lambda timeout: self.etcd.multi_put({key: value}, timeout))
            except Refused as error:
                self.log.line("WARN", "datacoord/services.go:1398", "failed to UpdateChannelCheckpoint",
                              ("vChannel", channel), ("error", error.text))
                continue
            if turn % 3 == 0:
                self.log.line("INFO", "datacoord/meta.go:1312", "UpdateChannelCheckpoint done", ("vChannel", channel),
                              ("ts", int(time.time() * 1000) << 18), ("time", self.log.time()))

    def read_configuration(self):
        old = self.version.number.startswith("2.2")
        while not self.is_stopping.wait(10 if old else 5):
            try:
                self.etcd.range(self.key("config/"), 10 if old else 3, self.key("config0"))
            except Refused as error:
                self.log.etcd_client(self.target, error.wire)
                if old:
                    caller = "config/etcd_source.go:145"
                    self.log.line("ERROR", caller, "can not pull configs", ("error", error.text),
                                  ("stack", stack(caller, "(*refresher).refreshPeriodically")))

    def read_metadata(self):
        while not self.is_stopping.wait(4):
            try:
                self.load_with_prefix(self.key("meta/datacoord-meta/"))
            except Refused:
                pass

    def chat(self):
        turn = 0
        while not self.is_stopping.wait(random.uniform(0.6, 1.6)):
            turn += 1
            if turn % 7 == 0:
                self.log.line("INFO", "gc/gc_tuner.go:90", "GC Tune done", ("previous GOGC", 200),
                              ("heapuse ", random.randrange(70, 95)), ("total memory", 147), ("next GC", 171),
                              ("new GOGC", 200), ("gc-pause", duration(random.uniform(4e-5, 3e-4))),
                              ("gc-pause-end", self.log.time()))
            else:
                self.log.line("INFO", "datacoord/services.go:482", "receive SaveBinlogPaths request",
                              ("traceID", os.urandom(16).hex()), ("nodeID", 4), ("collectionID", 451838354632091000),
                              ("segmentID", 451838354632092000 + turn % 5), ("isFlush", "false"))

    # Start and end

    def start(self):
        version, log = self.version, self.log
        built = f"Version:   v{version.number}\nBuilt:     {version.built}\nGitCommit: {version.commit}\n"
        log.raw(f"{BANNER}{version.banner}\n{built}GoVersion: go version {version.go}\n\n")
        if version.exits_at_once:
            log.raw("TotalMem: 33567895552\nUsedMem: 143409152\n\n")
        log.raw("open pid file: /run/milvus/standalone.pid\nlock pid file: /run/milvus/standalone.pid\n")
        self.line("INFO", "roles/roles.go", "running", "starting running Milvus components")
        if version.number != "2.2.8":
            endpoints = ",".join(f'"{endpoint}"' for endpoint in self.options.etcd)
            if not version.number.startswith("2.2"):
                log.line("INFO", "etcd/etcd_util.go:49", "create etcd client", ("useEmbedEtcd", str(bool(self.options.embedded)).lower()),
                         ("useSSL", str(bool(self.options.tls)).lower()), ("endpoints", f"[{endpoints}]"), ("minVersion", 1.3))
        self.dial()
        self.allocate_id()
        now = time.time()
        self.register_sessions()
        self.line("INFO", "tso/tso.go", "tso_save", "sync and save timestamp", ("last", log.time(now - 100)),
                  ("save", log.time(now + TSO_WINDOW)), ("next", log.time(now)))
        for loop in (self.allocate_timestamps, self.save_checkpoints, self.read_configuration, self.read_metadata,
                     self.chat):
            threading.Thread(target=loop, daemon=True).start()
        if version.exits_at_once:
            for _ in range(3):
                log.line("INFO", "componentutil/componentutil.go:61", "WaitForComponentStates success",
                         ("current state", "Healthy"))

    def dial(self):
        """Milvus waits 5 s for its first connection, then panics."""
        end, pause, error = time.monotonic() + 5, 1.0, None
        while time.monotonic() < end:
            try:
                self.etcd.call("/v3/maintenance/status", {}, max(end - time.monotonic(), 0.1))
                return
            except Refused as reason:
                error = reason
                time.sleep(min(pause, max(end - time.monotonic(), 0)))
                pause *= 1.6
        text = "context deadline exceeded"
        self.log.etcd_client(self.target, late(error).wire)
        self.log.line("INFO", "paramtable/base_table.go:172", "init with etcd failed", ("error", text))
        self.log.line("WARN", "rootcoord/service.go:178", "RootCoord connect to etcd failed", ("error", text))
        self.panic(text if self.version.number.startswith("2.2") else f"failed to create etcd client: {text}",
                   "internal/kv.(*EtcdClientHandler).CreateClient", "internal/kv/kv_client_handler.go:61")

    def allocate_id(self):
        try:
            self.etcd.put(self.key("meta/session/id"), "1", self.version.request_timeout)
        except Refused as error:
            self.log.etcd_client(self.target, error.wire)
            self.log.line("WARN", "sessionutil/session_util.go:391", "Session Txn failed", ("key", "id"),
                          ("error", error.text))
            self.panic(error.text, "internal/util/sessionutil.(*Session).Init",
                       "internal/util/sessionutil/session_util.go:282")

    def register_sessions(self):
        for i, component in enumerate(self.version.components):
            session = Session(self, component, i + 1)
            try:
                session.register()
            except Refused as error:
                self.panic(error.text, "internal/util/sessionutil.(*Session).Register",
                           f"internal/util/sessionutil/session_util.go:{self.version.lines['register'] + 7}")
            self.sessions.append(session)
        for session in self.sessions:
            session.start()

    def lose(self, session, was_deleted):
        """A session's keep-alive channel closed. Returns when it was saved or the process goes down in order."""
        if self.is_stopping.is_set():
            return
        session.line("WARN", "closed", "session keepalive channel closed")
        if not was_deleted and self.version.keep_alive_once and session.saved_by_retries():
            session.start()
            return
        session.is_over.set()
        with self.lost:
            if self.is_stopping.is_set() and self.version.exits_at_once:
                return
            session.line("WARN", "lost", "connection lost detected, shuting down")
            session.say_farewell()
            if self.version.exits_at_once and session.component.farewell:
                os._exit(1)
        self.signals.put(signal.SIGINT)

    def panic(self, text, function, place):
        """A Go panic: exit 2."""
        self.log.raw(f"panic: {text}\n\ngoroutine 1 [running]:\ngithub.com/milvus-io/milvus/{function}(0xc000a2e000, "
                     f"{{0x5d4a7e8, 0xc000b3c0f0}})\n\t/go/src/github.com/milvus-io/milvus/{place} +0x1f4\nmain.main()\n"
                     "\t/go/src/github.com/milvus-io/milvus/cmd/main.go:66 +0x2ea\n")
        os._exit(2)

    def crash(self):
        """A bug of Milvus, while etcd is well."""
        self.log.line("WARN", "querynodev2/services.go:711", "failed to search on segments", ("traceID", "5b1c7e8f2a934d06"),
                      ("collectionID", 451838354632091000), ("error", "segment not loaded[segmentID=451838354632092003]"))
        frames = ((f"{name}({arguments})", place) for name, arguments, place in (
            ("panic", "{0x45e3d20, 0x6f3b1a0}", "/usr/local/go/src/runtime/panic.go:884 +0x213"),
            ("github.com/milvus-io/milvus/internal/querynodev2/segments.(*LocalSegment).Search", "0x0, {0x5d4a7e8, 0xc001f3a2d0}, "
             "0xc0019c6d20", "/go/src/github.com/milvus-io/milvus/internal/querynodev2/segments/segment.go:482 +0x6c"),
            ("github.com/milvus-io/milvus/internal/querynodev2/segments.searchSegments.func2", "{0x5d53e10, 0x0}",
             "/go/src/github.com/milvus-io/milvus/internal/querynodev2/segments/search.go:68 +0x1c7"),
            ("golang.org/x/sync/errgroup.(*Group).Go.func1", "",
             "/go/pkg/mod/golang.org/x/sync@v0.5.0/errgroup/errgroup.go:75 +0x64")))
        trace = "".join(f"{call}\n\t{place}\n" for call, place in frames)
        self.log.raw("panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation "
                     f"violation code=0x1 addr=0x38 pc=0x2c1f8ac]\n\ngoroutine 48127 [running]:\n{trace}created by "
                     "golang.org/x/sync/errgroup.(*Group).Go\n\t/go/pkg/mod/golang.org/x/sync@v0.5.0/errgroup/errgroup.go:72 "
                     "+0xa5\n")
        os._exit(2)

    def stop(self, number):
        """What a signal, one's own included, leads to."""
        version = self.version
        place = "roles/roles.go"
        name = ("signal", SIGNALS.get(number, str(number)))
        if version.has_old_signal:
            caller = f"{place}:{version.lines['signal']}"
            self.log.line("ERROR", caller, "Get signal to exit\n", name,
                          ("stack", f"main.main\n\t/go/src/github.com/milvus-io/milvus/cmd/roles/{caller.partition('/')[2]}"))
        else:
            self.line("WARN", place, "signal", "Get signal to exit", name)
        if version.lines["stopping"]:
            self.line("WARN", place, "stopping", "stop processing")
        self.is_stopping.set()
        for i, session in enumerate(self.sessions):
            self.stop_session(i, session)
        if not version.has_old_signal:
            for text in ("All coordinators have stopped", "All nodes have stopped",
                         "proxy stopped!" if version.exits_at_once else "proxy stopped",
                         "Milvus components graceful stop done", "All cleanup done, handleSignals goroutine quit"):
                self.line("INFO", place, "signal", text)
        os._exit(0)

    def stop_session(self, i, session):
        version, component = self.version, session.component
        name = component.name
        title = TITLES.get(name, name.capitalize())
        address = ("Address", f"172.18.0.4:{component.port}")
        if version.exits_at_once and component.farewell:
            what = "coord" if name.endswith("coord") else "node"
            self.line("INFO", "roles/roles.go", "stopping", f"stop {what}", ("idx", i), (what, "{}"))
            title = title.lower() if name == "datanode" else title
            self.log.line("INFO", f"{name}/service.go:354", f"{title} stopping")
        elif not version.exits_at_once:
            self.log.line("INFO", f"{name}/service.go:249", f"{title} stop", address)
            if version.has_old_signal:
                self.log.line("INFO", f"{name}/service.go:262", "Graceful stop grpc server...")
        session.is_over.set()
        if version.lines["revoke"]:
            session.line("INFO", "revoke", "start to revoke session", ("sessionKey", session.key))
        try:
            self.etcd.revoke(session.lease, 2)
        except Refused as error:
            self.log.etcd_client(self.target, error.wire)
            if version.lines["revoke"]:
                session.line("WARN", "revoke", "failed to revoke session", ("sessionKey", session.key), ("error", error.text))
        else:
            if version.lines["revoke"]:
                session.line("INFO", "revoked", "revoke session successfully", ("sessionKey", session.key))
        if version.exits_at_once and component.farewell:
            self.log.line("INFO", f"{name}/service.go:371", f"{title} stopped")

    def run(self):
        for number in SIGNALS:
            signal.signal(number, lambda caught, frame: self.signals.put(caught))
        self.start()
        end = self.options.panic_after
        try:
            number = self.signals.get(timeout=end)
        except queue.Empty:
            self.crash()
        if not self.version.exits_at_once:
            # The components stop before the process signals itself.
            time.sleep(0.02)
        self.stop(number)


def tls_of(options):
    """options.tls: authority, certificate and key, or None"""
    if not options.tls:
        return None
    context = ssl.create_default_context(cafile=options.tls[0])
    context.check_hostname = False
    context.load_cert_chain(options.tls[1], options.tls[2])
    return context


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", choices=VERSIONS, default="2.4.17")
    parser.add_argument("--etcd", action="append", required=True, metavar="HOST:PORT")
    parser.add_argument("--root", default="by-dev", help="what its keys begin with")
    parser.add_argument("--ttl", type=float, help="seconds, instead of the version's own")
    parser.add_argument("--zone", type=int, default=0, help="minutes east of UTC in which the log is written")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two checkpoints")
    parser.add_argument("--large", type=int, default=0, metavar="KB", help="size of a checkpoint")
    parser.add_argument("--embedded", action="store_true", help="say that etcd is embedded")
    parser.add_argument("--tls", nargs=3, metavar=("CA", "CERTIFICATE", "KEY"))
    parser.add_argument("--panic-after", type=float, metavar="SECONDS")
    Process(parser.parse_args()).run()


if __name__ == "__main__":
    main()
