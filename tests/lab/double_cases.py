# SPDX-License-Identifier: Apache-2.0
"""Two faults, one after another: what passed long before the stop did not cause it."""
import faults
import single_cases


def hang_then_stop(lab):
    """The disk hangs for seconds; all is well again; then somebody stops Milvus."""
    lab.start(healthy=8)
    with faults.slow_fsync(lab.single.pid, lab.vary(2.5, 1.2, 2.6)):
        lab.sleep(6)
    lab.sleep(lab.vary(60, 45, 90))
    lab.stop_milvus()
    lab.sleep(2)


def hang_then_kill(lab):
    """The disk hangs for seconds; all is well again; then etcd is killed."""
    lab.start(healthy=8)
    with faults.slow_fsync(lab.single.pid, lab.vary(2.5, 1.2, 2.6)):
        lab.sleep(6)
    lab.sleep(lab.vary(60, 45, 90))
    lab.single.end()
    lab.wait_milvus(90)
    lab.sleep(2)
    lab.single.start()
    lab.sleep(3)


def ranges_then_hang(lab):
    """Large reads, which etcd survives; then a disk that hangs until the leases are lost."""
    lab.start(healthy=8)
    single_cases.put_many(lab, int(lab.vary(16000, 8000, 24000)), 2000, f"{lab.root}/meta/datacoord-meta/s/451838354632091000/")
    for _ in range(4):
        readers = [single_cases.etcdctl(lab, "get", "--prefix", f"{lab.root}/meta/datacoord-meta/s/", wait=False) for _ in range(8)]
        for reader in readers:
            reader.wait()
    lab.sleep(lab.vary(45, 40, 80))
    single_cases.hold_fsync(lab, (lab.ttl() + 8) / 2)
    lab.sleep(4)


def pause_then_full(lab):
    """etcd stands still for seconds; later its disk fills, and it ends."""
    data = lab.folder / "default.etcd"
    lab.left.enter_context(faults.small_disk(data, 160))
    lab.start(healthy=10)
    faults.pause([lab.single.pid], lab.vary(4, 2, 6))
    lab.sleep(lab.vary(45, 40, 80))
    faults.fill(data)
    if not lab.single.wait(60):
        raise RuntimeError("etcd lives on a full disk")
    lab.wait_milvus(80)


def leader_then_quorum(lab):
    """The leader is killed and comes back; later two members are killed for good."""
    lab.start(healthy=10, count=3)
    leader = lab.members[lab.leader()]
    leader.end()
    lab.sleep(lab.vary(6, 3, 10))
    leader.start()
    lab.sleep(lab.vary(40, 40, 60))
    lab.end_quorum()
    lab.wait_milvus(100)


def latency_then_slow_leader(lab):
    """A slow network for a while; later the disk of whoever leads hangs until Milvus loses its leases."""
    lab.start(healthy=8, count=3, through_proxies=True)
    lab.network.slow_down(lab.vary(0.15, 0.06, 0.25))
    lab.sleep(20)
    lab.network.slow_down(0)
    lab.sleep(lab.vary(45, 40, 60))
    with faults.slow_fsync(lab.members[lab.leader()].pid, lab.vary(3.5, 2, 6)):
        lab.sleep(14)
    lab.sleep(5)
