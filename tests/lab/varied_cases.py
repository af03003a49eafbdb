# SPDX-License-Identifier: Apache-2.0
"""Faults whose size decides what the lines show: short of a second, far below a lease's life, now and then."""
import base64
import contextlib
import os
import shutil
import signal
import urllib.request

import etcd
import faults
import gateway
from single_cases import put_many


def below_second(lab):
    """Too short for a line of its own."""
    lab.start(healthy=8, milvus=("--pace", str(lab.vary(0.5, 0.1, 1))))
    with faults.slow_fsync(lab.single.pid, lab.vary(0.47, 0.25, 0.95)):
        lab.sleep(25)
    lab.sleep(4)


def throttled_disk(lab):
    """Each time another delay, all of them below a second."""
    lab.start(healthy=8, milvus=("--pace", "0.3"))
    delays = [lab.random.uniform(0.05, lab.vary(0.4, 0.15, 0.9)) for _ in range(50)]
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, delays):
        lab.sleep(25)
    lab.sleep(4)


def seconds_disk(lab):
    """Hangs of seconds, too short for any lease."""
    lab.start(healthy=8)
    delays = [lab.random.uniform(0.6, lab.vary(4, 1.5, 6)) for _ in range(50)]
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, delays):
        lab.sleep(26)
    lab.sleep(6)


def one_hang(lab):
    """A single hang, and then all is well."""
    lab.start(healthy=8)
    with faults.slow_fsync(lab.single.pid, lab.vary(5, 1.2, 40), [lab.single.wal()]):
        lab.sleep(1.5)
    lab.sleep(20)


def slow_writes(lab):
    """Writing pages is slow, not syncing them."""
    lab.start(healthy=8)
    with faults.slow_fsync(lab.single.pid, lab.vary(0.6, 0.3, 3), [lab.single.database()], "pwrite64"):
        lab.sleep(22)
    lab.sleep(8)


def cpu_share(lab):
    lab.start(healthy=8, milvus=("--pace", "0.1"))
    with faults.throttled([lab.single.pid], lab.vary(0.02, 0.01, 0.2)):
        lab.sleep(28)
    lab.sleep(4)


def crowded(lab):
    """A host full of others, without any limit."""
    lab.start(healthy=8, milvus=("--pace", "0.1"))
    with faults.crowded([lab.single.pid], round(lab.vary(6, 4, 24))):
        lab.sleep(28)
    lab.sleep(4)


def cluster_crowded(lab):
    """All members on one host full of others."""
    lab.start(healthy=10, count=3, milvus=("--pace", "0.2"))
    with faults.crowded(lab.pids(), round(lab.vary(6, 4, 24))):
        lab.sleep(28)
    lab.sleep(4)


def pulses(lab):
    lab.start(healthy=8, milvus=("--pace", "0.1"))
    stopped = lab.vary(0.7, 0.3, 5)
    with lab.meanwhile(faults.pulses, [lab.single.pid], lab.vary(0.05, 0.02, 0.5), stopped):
        lab.sleep(25)
    lab.sleep(4)


def is_healthy(lab, seconds):
    """What a kubelet asks, and waits for so long."""
    try:
        with urllib.request.urlopen(f"http://{lab.single.endpoint}/health", timeout=seconds) as answer:
            return answer.status == 200
    except OSError:
        return False


def probe_kill(lab):
    """The disk hangs, so the liveness probe fails three times, and the kubelet stops etcd: that is no operator."""
    lab.start(healthy=8)
    with faults.slow_fsync(lab.single.pid, lab.vary(9, 6, 14)):
        failures = 0
        while failures < 3 and not lab.is_milvus_over():
            failures = 0 if is_healthy(lab, 3) else failures + 1
            lab.sleep(1)
        lab.single.kill(signal.SIGTERM)
        if not lab.single.wait(10):
            lab.single.kill()
    lab.sleep(lab.ttl() + 2)
    lab.single.start(wait=False)
    lab.wait_milvus(40)


def auth_refused(lab):
    """etcd asks for a password that Milvus does not have."""
    lab.start_etcd()
    direct = gateway.Gateway([lab.single.endpoint])
    direct.call("/v3/auth/user/add", {"name": "root", "password": base64.b64encode(os.urandom(9)).decode()}, 5)
    direct.call("/v3/auth/role/add", {"name": "root"}, 5)
    direct.call("/v3/auth/user/grant", {"user": "root", "role": "root"}, 5)
    direct.call("/v3/auth/enable", {}, 5)
    lab.sleep(2)
    lab.start_milvus()
    lab.wait_milvus(30)
    lab.sleep(2)


def compaction(lab):
    """Hundreds of thousands of old revisions go at once."""
    lab.start(healthy=5, options=("--quota-backend-bytes", "8589934592"))
    for _ in range(int(lab.vary(8, 5, 12))):
        put_many(lab, 32000, 200, f"{lab.root}/meta/root-coord/segments/")
    lab.sleep(3)
    direct = gateway.Gateway([lab.single.endpoint])
    revision = direct.range("none", 10)["header"]["revision"]
    with contextlib.suppress(gateway.Refused):
        direct.call("/v3/kv/compaction", {"revision": revision, "physical": True}, 60)
    lab.sleep(5)


def short_hangs(lab):
    lab.start(healthy=3)
    with faults.slow_fsync(lab.single.pid, 2):
        lab.sleep(10)
    lab.sleep(5)


def short_stop(lab):
    lab.start(healthy=5)
    lab.stop_milvus()
    lab.single.stop()


# Clusters

def start_cluster(lab, **options):
    lab.start(healthy=8, count=lab.pick(3, 3, 5), milvus=("--pace", "0.2"), **options)


def leader_below_second(lab):
    start_cluster(lab)
    with faults.slow_fsync(lab.members[lab.leader()].pid, lab.vary(0.47, 0.25, 0.9)):
        lab.sleep(20)
    lab.sleep(4)


def leader_hangs(lab):
    """One long hang of the leader's log."""
    start_cluster(lab)
    leader = lab.members[lab.leader()]
    with faults.slow_fsync(leader.pid, lab.vary(6, 2.5, 20), [leader.wal()]):
        lab.sleep(1.5)
    lab.sleep(22)


def leader_paused(lab):
    """Whoever leads stands still for seconds, three times."""
    start_cluster(lab)
    for _ in range(3):
        faults.pause([lab.members[lab.leader()].pid], lab.vary(4, 2.7, 9))
        lab.sleep(4)
    lab.sleep(4)


def leader_pulses(lab):
    start_cluster(lab)
    stopped, running = lab.vary(0.45, 0.3, 2.5), lab.vary(0.05, 0.02, 0.3)
    with lab.meanwhile(faults.pulses, [lab.members[lab.leader()].pid], running, stopped):
        lab.sleep(18)
    lab.sleep(5)


def cluster_share(lab):
    start_cluster(lab)
    with faults.throttled(lab.pids(), lab.vary(0.08, 0.03, 0.2)):
        lab.sleep(25)
    lab.sleep(5)


def followers_paused(lab):
    """Most members stand still."""
    start_cluster(lab)
    leader = lab.leader()
    pids = [member.pid for i, member in enumerate(lab.members) if i != leader]
    faults.pause(pids, lab.vary(16, 4, 20))
    lab.sleep(10)


def one_way(lab):
    """The leader hears the others, none of them hears it."""
    start_cluster(lab, through_proxies=True)
    lab.network.silence(lab.leader())
    lab.sleep(18)
    lab.network.heal()
    lab.sleep(8)


def leader_isolated(lab):
    start_cluster(lab, through_proxies=True)
    lab.network.isolate(lab.leader())
    lab.sleep(18)
    lab.network.heal()
    lab.sleep(8)


def follower_isolated(lab):
    start_cluster(lab, through_proxies=True)
    lab.network.isolate((lab.leader() + 1) % len(lab.members))
    lab.sleep(18)
    lab.network.heal()
    lab.sleep(8)


def packet_loss(lab):
    start_cluster(lab, through_proxies=True)
    lab.network.loss = lab.vary(0.3, 0.15, 0.5)
    lab.sleep(25)
    lab.network.loss = 0
    lab.sleep(5)


def far_apart(lab):
    """Members answer after seconds."""
    start_cluster(lab, through_proxies=True)
    lab.network.slow_down(lab.vary(0.8, 0.05, 5))
    lab.sleep(25)
    lab.network.slow_down(0)
    lab.sleep(8)


def members_stopped(lab):
    """Somebody stops two members of three."""
    lab.start(healthy=8, count=3)
    kept = lab.leader()
    for i, member in enumerate(lab.members):
        if i != kept:
            member.stop()
    lab.wait_milvus(60)


def wrong_cluster(lab):
    """A member comes back from a bootstrap of its own."""
    lab.start(healthy=8, count=3)
    member = lab.members[(lab.leader() + 1) % 3]
    member.stop()
    shutil.rmtree(member.data)
    member.options = (*member.options, "--initial-cluster-token", "another")
    lab.sleep(2)
    member.start(wait=False)
    lab.sleep(15)


def client_cut_off(lab):
    """Milvus's connections to etcd go silent, both run on."""
    lab.start_etcd()
    lab.network = lab.new_network()
    port = etcd.free_port(2479)
    lab.network.listen(0, port, lab.single.client_port, is_peer=False)
    lab.start_milvus(endpoints=[f"127.0.0.1:{port}"])
    lab.sleep(8)
    lab.network.cut = {frozenset((None, 0))}
    lab.wait_milvus(70)
    lab.sleep(3)
