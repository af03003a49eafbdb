# SPDX-License-Identifier: Apache-2.0
"""Faults of a cluster of three."""
import contextlib
import pathlib
import time

import certificates
import faults


def starved(lab):
    """One CPU limit for all three, as on a crowded node."""
    lab.start(healthy=10, count=3, milvus=("--pace", "0.3"))
    with faults.throttled(lab.pids(), lab.vary(0.01, 0.01, 0.03)):
        lab.wait_milvus(40)
    lab.sleep(5)


def pulsed(lab):
    """The leader runs 20 ms, then stands still for 350."""
    lab.start(healthy=10, count=3, milvus=("--pace", "0.3"))
    with lab.meanwhile(faults.pulses, [lab.members[lab.leader()].pid], lab.vary(0.02, 0.015, 0.05), lab.vary(0.35, 0.3, 0.9)):
        lab.sleep(15)
    lab.sleep(5)


def partition(lab):
    """Every member alone."""
    lab.start(healthy=10, count=3, through_proxies=True)
    lab.network.isolate(0)
    lab.network.cut |= {frozenset((1, 2))}
    lab.wait_milvus(100)
    lab.network.heal()
    lab.sleep(8)


def latency(lab):
    lab.start(healthy=10, count=3, through_proxies=True)
    lab.network.slow_down(lab.vary(0.2, 0.04, 0.4))
    lab.sleep(25)
    lab.network.slow_down(0)
    lab.sleep(5)


def leader_killed(lab):
    lab.start(healthy=10, count=3)
    leader = lab.members[lab.leader()]
    leader.end()
    lab.sleep(lab.vary(12, 3, 30))
    leader.start(wait=False)
    lab.sleep(8)


def quorum_lost(lab):
    lab.start(healthy=10, count=3)
    lab.end_quorum()
    lab.wait_milvus(100)


def peer_options(folder):
    files = [str(pathlib.Path(folder) / name) for name in ("peer.crt", "peer.key", "ca.crt")]
    return ("--peer-cert-file", files[0], "--peer-key-file", files[1], "--peer-trusted-ca-file", files[2], "--peer-client-cert-auth")


def other_authority(lab):
    """A follower comes back with a certificate of an authority that the others do not know."""
    for folder in ("tls", "tls-new"):
        certificates.make(lab.folder / folder, {"peer": time.time() + 7200})
    lab.start_etcd(3, peer_options("tls"), peer_scheme="https")
    lab.start_milvus()
    lab.sleep(lab.vary(7, 5, 40))
    follower = lab.members[(lab.leader() + 1) % 3]
    follower.stop()
    follower.options = peer_options("tls-new")
    follower.start(wait=False)
    lab.sleep(lab.vary(8, 8, 60))


def slow_leader(lab):
    lab.start(healthy=10, count=3, milvus=("--pace", "0.5"))
    seconds = lab.vary(2.7, 1.2, 5)
    for _ in range(3):
        with faults.slow_fsync(lab.members[lab.leader()].pid, seconds):
            lab.sleep(9)
        lab.sleep(2)
    lab.sleep(4)


def slow_follower(lab):
    lab.start(healthy=10, count=3)
    follower = lab.members[(lab.leader() + 1) % 3]
    with faults.slow_fsync(follower.pid, lab.vary(3.3, 1.2, 6)):
        lab.sleep(25)
    lab.sleep(5)


def slow_everywhere(lab):
    """All members on one storage."""
    lab.start(healthy=10, count=3)
    seconds = lab.vary(9, 7.5, 14)
    with contextlib.ExitStack() as stack:
        for member in lab.members:
            stack.enter_context(faults.slow_fsync(member.pid, seconds))
        lab.wait_milvus(120)
    lab.sleep(5)
