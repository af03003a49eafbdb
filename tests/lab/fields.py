#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the typed fields of events against what was done to a real etcd: fields.py WHYDOWN [--full]

Each story does something of a known size to a known member, key or lease, and says which events must tell it. A duration is one that was
injected, or that the client measured beside etcd; it may be 5 % off. Without --full: the short stories, under the distribution's etcd.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import typing

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
import cases  # noqa: E402
import etcd  # noqa: E402
import faults  # noqa: E402
import gateway  # noqa: E402
import lab  # noqa: E402
import single_cases  # noqa: E402
from tap import Tap  # noqa: E402

MEMORY = pathlib.Path("/dev/shm")  # a disk that answers at once, so that what is slow is what was injected
TOLERANCE = 0.05
TRIES = 3
QUOTA = 40 << 20
SETTINGS = {"heartbeat-interval": 150, "election-timeout": 1800, "snapshot-count": 400, "quota-backend-bytes": QUOTA}


@dataclasses.dataclass(frozen=True)
class About:
    """A number, give or take; over: how much more it may be, where the fault itself leaves that open"""
    value: float
    over: float = 0

    def fits(self, said):
        slack = abs(self.value) * TOLERANCE
        return isinstance(said, (int, float)) and self.value - slack <= said <= self.value + self.over + slack


@dataclasses.dataclass
class Expected:
    """An event that must be there. log: whose; formats: the loggers that tell it, all when empty"""
    kind: str
    fields: dict
    log: str = ""
    formats: tuple = ()

    def misses(self, event):
        """Fields that do not agree."""
        said = {**event["fields"], "took_ms": event.get("took_ms"), "instance": event.get("instance")}
        return [f"{name}: {said.get(name)}, not {wanted}" for name, wanted in self.fields.items()
                if not (wanted.fits(said.get(name)) if isinstance(wanted, About) else said.get(name) == wanted)]

    def fault(self, events):
        """Why no event is as expected; None when one is."""
        candidates = [event for event in events if event["kind"] == self.kind and event["path"].endswith(self.log)]
        nearest = min((self.misses(event) for event in candidates), key=len, default=["no such event"])
        return f"{self.kind} {self.log}: {'; '.join(nearest)}" if nearest else None


class Story:
    """One running etcd, what was done to it, and what that must look like."""

    def __init__(self, run, flavour):
        self.lab, self.flavour = run, flavour
        self.expected = []

    @property
    def client(self):
        return gateway.Gateway([self.lab.single.endpoint])

    def expect(self, kind, log="", formats=(), **fields):
        self.expected.append(Expected(kind, fields, log, formats))

    def member_id(self, member=None):
        """As logs write it."""
        answer = gateway.Gateway([(member or self.lab.single).endpoint]).call("/v3/maintenance/status", {}, 10)
        return f"{int(answer['header']['member_id']):x}"

    def leader_id(self, member):
        answer = gateway.Gateway([member.endpoint]).call("/v3/maintenance/status", {}, 10)
        return f"{int(answer['leader']):x}", int(answer["raftTerm"])

    def judge(self, program):
        """What is wrong."""
        done = subprocess.run([program, "events", *map(str, self.lab.logs())], capture_output=True, text=True, check=False)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        told = [expected for expected in self.expected if not expected.formats or self.flavour.name in expected.formats]
        return [fault for expected in told if (fault := expected.fault(events))]


def milliseconds(work):
    """How long it took."""
    began = time.monotonic()
    work()
    return (time.monotonic() - began) * 1000


ZAP = ("3.4 zap", "3.5")


def slow_wal(story):
    """Of the log's fsync, and of the put that waited for it."""
    story.lab.start_etcd()
    key, delay = "by-dev/meta/known-key", 2
    with faults.slow_fsync(story.lab.single.pid, delay, [story.lab.single.wal()]):
        took = milliseconds(lambda: story.client.put(key, "v" * 777, 20))
    story.expect("etcd.fsync.slow", took_ms=About(delay * 1000), expected_duration=1000)
    story.expect("etcd.trace.slow", formats=ZAP, took_ms=About(took), op="put", key=key, step="process raft request", step_took=About(took))
    story.expect("etcd.request.slow", formats=("3.5",), took_ms=About(took), key=key, value_size=777, response_type="/etcdserverpb.KV/Put")


def behind_commit(story, work, hang=2):
    """How long work took that met a commit of the database just after it began. hang: seconds of each of its two fdatasyncs"""
    with faults.slow_fsync(story.lab.single.pid, hang, [story.lab.single.database()]):
        story.client.put("by-dev/any", "1", 30)
        time.sleep(0.3)  # a commit follows writes after 0.1 s
        return milliseconds(work)


def slow_put(story):
    """Of a put that waited for the database."""
    story.lab.start_etcd()
    key = "by-dev/meta/datacoord-meta/s/4711"
    took = behind_commit(story, lambda: story.client.put(key, "v" * 1234, 30))
    story.expect("etcd.apply.slow", took_ms=About(took), type="put", key=key, value_size=1234, phase="apply")
    story.expect("etcd.trace.slow", formats=ZAP, took_ms=About(took), op="put", key=key)
    story.expect("etcd.request.slow", formats=("3.5",), took_ms=About(took), key=key, value_size=1234)


def slow_transaction(story):
    """Likewise, of a transaction."""
    story.lab.start_etcd()
    took = behind_commit(story, lambda: story.client.multi_put({"by-dev/first": "1", "by-dev/second": "2"}, 30))
    story.expect("etcd.apply.slow", took_ms=About(took), type="txn", key="by-dev/first", phase="apply")
    story.expect("etcd.trace.slow", formats=("3.5",), took_ms=About(took), op="transaction")


def slow_revoke(story):
    """Likewise, of the end of a lease that holds a key."""
    story.lab.start_etcd()
    lease = story.client.grant(600, 10)
    story.client.put("by-dev/meta/session/querynode-7", "7", 10, lease)
    story.lab.sleep(0.5)
    took = behind_commit(story, lambda: story.client.revoke(lease, 30), 1.2)
    story.expect("etcd.apply.slow", took_ms=About(took), type="lease_revoke", lease=f"{lease:x}", phase="apply")
    story.expect("etcd.request.slow", formats=("3.5",), took_ms=About(took), response_type="/etcdserverpb.Lease/LeaseRevoke")


def large_range(story):
    """Of a read: whose keys, how many, how large."""
    story.lab.start_etcd(options=("--quota-backend-bytes", str(1 << 30)))
    count, size, prefix = 12000, 4000, "by-dev/meta/datacoord-meta/binlog/"
    single_cases.put_many(story.lab, count, size, prefix)
    end = prefix[:-1] + "0"
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: story.client.range(prefix, 60, end), range(2)))
    story.expect("etcd.apply.slow", type="range", phase="read", key=prefix, range_end=end, count=count, size=About(count * (size + len(prefix) + 8)))
    story.expect("etcd.trace.slow", formats=ZAP, op="range", key=prefix, range_end=end, count=count)


def waiting_read(story):
    """Of a small read that waited for the log."""
    story.lab.start_etcd()
    client, key = story.client, "by-dev/meta/session/rootcoord"
    client.put(key, "1", 10)
    with faults.slow_fsync(story.lab.single.pid, 3, [story.lab.single.wal()]):
        writer = threading.Thread(target=client.put, args=("by-dev/other", "1", 20))
        writer.start()
        time.sleep(0.2)
        took = milliseconds(lambda: client.range(key, 20))
        writer.join()
    story.expect("etcd.apply.slow", took_ms=About(took), type="range", phase="read", key=key, count=1)
    story.expect("etcd.readindex.slow", retry_timeout=500)
    story.expect("etcd.trace.slow", formats=ZAP, took_ms=About(took), op="range", key=key, step="agreement among raft nodes before linearized reading")


def maintenance(story):
    """Of a compaction, a defragmentation and a snapshot."""
    story.lab.start_etcd(options=("--snapshot-count", "100"))
    client = story.client
    for i in range(130):
        client.put(f"by-dev/{i % 7}", "x" * 5000, 10)
    revision = int(client.put("by-dev/last", "1", 10)["header"]["revision"])
    client.call("/v3/kv/compaction", {"revision": revision, "physical": True}, 30)
    story.lab.sleep(0.5)
    with faults.slow_fsync(story.lab.single.pid, 0.4, [story.lab.single.database()]):
        took = milliseconds(lambda: client.call("/v3/maintenance/defragment", {}, 60))
    member = story.member_id()
    story.expect("etcd.compaction.finished", compact_revision=revision)
    story.expect("etcd.compaction.started", revision=revision)
    story.expect("etcd.snapshot.triggered", local_member_snapshot_index=0, local_member_applied_index=101)
    story.expect("etcd.snapshot.triggered", formats=ZAP, member=member, local_member_snapshot_count=100)
    story.expect("etcd.defrag.finished", formats=ZAP, took_ms=About(took))
    story.expect("etcd.request.slow", formats=("3.5",), took_ms=About(took), response_type="/etcdserverpb.Maintenance/Defragment")


def quota(story):
    """Of the quota, and who raised the alarm."""
    story.lab.start_etcd(options=("--quota-backend-bytes", str(QUOTA)))
    member = story.member_id()
    with contextlib.suppress(gateway.Refused):
        for i in range(200):
            story.client.put(f"by-dev/full/{i}", "z" * 500000, 10)
    story.expect("etcd.alarm.nospace", **{"from": member}, alarm="NOSPACE")
    story.expect("etcd.quota.size", formats=ZAP, quota_size_bytes=QUOTA)


def refused(story):
    """Of a user with a wrong password, and of a connection without TLS."""
    try:
        certificates.make(story.lab.folder / "tls", {"etcd": time.time() + 7200})
    except (OSError, subprocess.CalledProcessError) as reason:
        raise faults.NotPermitted(f"openssl: {reason}") from None
    files = {name: str(pathlib.Path("tls") / f"etcd.{name}") for name in ("crt", "key")}
    story.lab.start_etcd(options=("--cert-file", files["crt"], "--key-file", files["key"]), scheme="https", wait=False)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = gateway.Gateway([story.lab.single.endpoint], context)
    wait_for(lambda: client.range("health", 2))
    client.call("/v3/auth/user/add", {"name": "root", "password": "right"}, 10)
    client.call("/v3/auth/user/grant", {"user": "root", "role": "root"}, 10)
    client.call("/v3/auth/enable", {}, 10)
    with contextlib.suppress(gateway.Refused):
        client.call("/v3/auth/authenticate", {"name": "root", "password": "wrong"}, 10)
    with socket.create_connection(("127.0.0.1", story.lab.single.client_port)) as plain:
        port = plain.getsockname()[1]
        plain.sendall(b"\0\1\2\3 no TLS at all\r\n\r\n")
        time.sleep(0.5)
    story.expect("etcd.auth.failed", user="root")
    story.expect("etcd.tls.rejected", remote_addr=f"127.0.0.1:{port}", error="tls: first record does not look like a TLS handshake")


def settings(story):
    """Of what it was told at its start, and of its end."""
    words = [word for name, value in SETTINGS.items() for word in (f"--{name}", str(value))]
    story.lab.start_etcd(options=words)
    story.expect("etcd.start.server", formats=ZAP, member=story.member_id())
    story.lab.single.stop()
    story.expect("etcd.start.banner", formats=ZAP, heartbeat_interval=150, election_timeout=1800, snapshot_count=400,
                 name=story.lab.single.name)
    story.expect("etcd.start.config.heartbeat", formats=("3.4 capnslog",), heartbeat_interval=150)
    story.expect("etcd.start.config.election", formats=("3.4 capnslog",), election_timeout=1800)
    story.expect("etcd.start.config.snapshot_count", formats=("3.4 capnslog",), snapshot_count=400)
    story.expect("etcd.quota.size", formats=ZAP, quota_size_bytes=QUOTA)
    story.expect("etcd.stop.signal", signal="terminated")


def late_heartbeats(story):
    """Of a leader that stood still for less than an election."""
    story.lab.start_etcd(3, ("--election-timeout", "6000"))
    leader, stopped = story.lab.leader(), 4.0
    followers = [member for i, member in enumerate(story.lab.members) if i != leader]
    faults.pause([story.lab.members[leader].pid], stopped)
    story.lab.sleep(1)
    for follower in followers:
        # A gap is warned of beyond two intervals, and the pause began somewhere inside one.
        story.expect("etcd.heartbeat.late", log=story.lab.members[leader].log_name, to=story.member_id(follower), heartbeat_interval=100,
                     took_ms=About(stopped * 1000 - 200, over=100))


def one_slow_disk(story):
    """Of the member whose disk it is, and of no other."""
    story.lab.start_etcd(3)
    slow = story.lab.members[(story.lab.leader() + 1) % 3]
    with faults.slow_fsync(slow.pid, 1.6, [slow.wal()]):
        story.client.put("by-dev/any", "1", 20)
        story.lab.sleep(2.5)
    story.expect("etcd.fsync.slow", log=slow.log_name, took_ms=About(1600), instance=slow.name)


def lost_peer(story):
    """Of a member that ends, who leads then, and of one that joins."""
    story.lab.start_etcd(3)
    leader = story.lab.leader()
    member = story.lab.members[leader]
    others = [other for i, other in enumerate(story.lab.members) if i != leader]
    gone = story.member_id(member)
    learner = {"peerURLs": ["http://127.0.0.1:9"], "isLearner": True}
    added = wait_for(lambda: gateway.Gateway([others[0].endpoint]).call("/v3/cluster/member/add", learner, 10))
    story.expect("etcd.member.added", log=others[0].log_name, peer=f"{int(added['member']['ID']):x}")
    member.end()
    story.lab.sleep(4)
    wait_for(lambda: gateway.Gateway([others[0].endpoint]).put("by-dev/again", "1", 5))
    now, term = story.leader_id(others[0])
    for other in others:
        me = story.member_id(other)
        story.expect("etcd.leader.lost", log=other.log_name, observer=me, member=gone)
        story.expect("etcd.leader.elected", log=other.log_name, observer=me, member=now, term=term)
        story.expect("etcd.peer.stream_lost", log=other.log_name, peer=gone)
        story.expect("etcd.peer.inactive", log=other.log_name, peer=gone)


def new_leader(story):
    """Of the lead handed on."""
    story.lab.start_etcd(3)
    leader = story.lab.leader()
    before, after = (story.lab.members[number % 3] for number in (leader, leader + 1))
    old, new = story.member_id(before), story.member_id(after)
    gateway.Gateway([before.endpoint]).call("/v3/maintenance/transfer-leadership", {"targetID": str(int(new, 16))}, 10)
    story.lab.sleep(1)
    story.expect("etcd.leader.transfer", log=before.log_name, member=old, to=new)
    story.expect("etcd.leader.became", log=after.log_name, member=new)


@dataclasses.dataclass(frozen=True)
class Flavour:
    """An etcd and how it logs. binary: None when it is not to be had"""
    name: str
    binary: str | None
    logger: str


def flavours(is_full):
    usual = etcd.find("", lab.CACHE)
    newer = (Flavour("3.5", etcd.find("3.5", lab.CACHE), "zap"),) if is_full else ()
    return (Flavour("3.4 zap", usual, "zap"), Flavour("3.4 capnslog", usual, "capnslog"), *newer)


SHORT = (slow_wal, slow_put, quota)
STORIES: tuple[typing.Callable, ...] = (slow_wal, slow_put, slow_transaction, slow_revoke, large_range, waiting_read, maintenance, quota, refused, settings, late_heartbeats,
                                        one_slow_disk, lost_peer, new_leader)


def wait_for(work, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            return work()
        except gateway.Refused:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def run(program, tell, flavour, keep=None):
    """What is wrong; raises NotPermitted."""
    if flavour.binary is None:
        raise faults.NotPermitted(f"etcd {flavour.name} is not to be had")
    with tempfile.TemporaryDirectory(prefix="lab-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        story = Story(lab.Lab(cases.CASES[0], pathlib.Path(folder), flavour.binary, flavour.logger), flavour)
        with story.lab.left:
            try:
                tell(story)
            except (RuntimeError, gateway.Refused) as reason:
                return [str(reason)]
            time.sleep(0.3)
            if keep:
                story.lab.collect(pathlib.Path(keep) / f"{tell.__name__}-{flavour.name.replace(' ', '-')}")
            return story.judge(program)


def check(tap, program, tell, flavour, keep=None):
    """One result. A story may fail twice: a machine that is busy with something else is a fault of its own."""
    name = f"{tell.__name__.replace('_', ' ')}, etcd {flavour.name}"
    try:
        for _ in range(TRIES):
            wrong = run(program, tell, flavour, keep)
            if not wrong:
                break
    except faults.NotPermitted as reason:
        tap.skip(name, str(reason))
    else:
        tap.empty(name, wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="WHYDOWN")
    parser.add_argument("names", nargs="*", metavar="STORY")
    parser.add_argument("--full", action="store_true", help="all stories, under every etcd and logger")
    parser.add_argument("--keep", metavar="DIR", help="copy logs to DIR/STORY-ETCD")
    options = parser.parse_intermixed_args()
    stories = [tell for tell in (STORIES if options.full or options.names else SHORT) if not options.names or tell.__name__ in options.names]
    work = [(tell, flavour) for flavour in flavours(options.full) for tell in stories]
    etcd.hurry()
    with Tap() as tap, concurrent.futures.ThreadPoolExecutor(2 if options.full else 3) as pool:
        list(pool.map(lambda words: check(tap, os.path.abspath(options.program), *words, options.keep), work))


if __name__ == "__main__":
    main()
