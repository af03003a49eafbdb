# SPDX-License-Identifier: Apache-2.0
"""Faults of a single etcd, as a standalone Milvus has it."""
import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import certificates
import etcd
import faults
import gateway


def hold_fsync(lab, seconds, *paths, most=150):
    """A disk that takes that long each time, until Milvus ended."""
    with faults.slow_fsync(lab.single.pid, seconds, paths):
        lab.wait_milvus(most)


def story(lab):
    lab.start(healthy=10)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, (0.35, 0.5, 0.8)):
        lab.sleep(8)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, (9.4,)):
        lab.sleep(9.8)
    hold_fsync(lab, (lab.ttl() + 8) / 2)
    lab.sleep(4)


def slow_disk(lab):
    """Once the log's fsync came back, the database's holds the lock that a lease needs, for two of them in a row."""
    lab.start(healthy=10)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, [lab.vary(seconds, seconds / 3, seconds * 1.5) for seconds in (1.4, 2.6, 0.9)]):
        lab.sleep(7)
    hold_fsync(lab, (lab.ttl() + 8) / 2)
    lab.sleep(4)


def embedded(lab):
    """Both in one process: one stream, one end."""
    lab.start_etcd(log_name="milvus.log")
    lab.start_milvus("--embedded")
    lab.sleep(10)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, (1.4, 2.6, 0.9)):
        lab.sleep(7)
    with faults.slow_fsync(lab.single.pid, (lab.ttl() + 8) / 2):
        lab.wait_milvus(150, then=lab.single.kill)
    lab.drop_lines("milvus.log", '"caller":"etcdmain/')


def wal_hang(lab):
    lab.start(healthy=10)
    with faults.slow_fsync(lab.single.pid, lab.vary(22, 12, 30), [lab.single.wal()]):
        lab.wait_milvus(60)
    lab.sleep(8)


def slow_database(lab):
    lab.start(healthy=10)
    hold_fsync(lab, (lab.ttl() + 8) / 2, lab.single.database())
    lab.sleep(4)


def slow_all_day(lab):
    lab.start(healthy=1)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, (0.15, 0.3, 0.22, 0.45, 0.18)):
        lab.sleep(240)
        lab.stop_milvus()
        lab.sleep(2)


def io_error(lab):
    lab.start(healthy=10)
    with faults.failing_fsync(lab.single.pid):
        lab.single.wait(10)
    lab.wait_milvus(80)


def full_disk(lab):
    """A file system of its own for the data, which somebody else fills."""
    data = lab.folder / "default.etcd"
    lab.left.enter_context(faults.small_disk(data, 160))
    lab.start(healthy=10)
    faults.fill(data)
    if not lab.single.wait(60):
        raise RuntimeError("etcd lives on a full disk")
    lab.sleep(3)
    lab.single.start(wait=False)
    lab.wait_milvus(80)


def quota(lab):
    """Milvus runs on; only its next start fails."""
    lab.start(healthy=10, options=("--quota-backend-bytes", "25165824"))
    direct = gateway.Gateway([lab.single.endpoint])
    with contextlib.suppress(gateway.Refused):
        for i in range(60):
            direct.put(f"{lab.root}/meta/root-coord/fields/{i}", os.urandom(400000).hex(), 10)
            lab.sleep(0.1)
    lab.sleep(12)


def quota_restart(lab):
    quota(lab)
    lab.stop_milvus()
    lab.sleep(3)
    lab.start_milvus()
    lab.wait_milvus(20)


def starved(lab):
    """A container limit far too small."""
    lab.start(healthy=10, milvus=("--pace", "0.3"))
    with faults.throttled([lab.single.pid], lab.vary(0.01, 0.01, 0.02)):
        lab.wait_milvus(45)
        lab.sleep(3)
    lab.sleep(3)


def paused(lab):
    lab.start(healthy=10)
    with lab.meanwhile(lambda is_over: faults.pause([lab.single.pid], lab.ttl() + 36)):
        lab.wait_milvus(60)
    lab.sleep(4)


def put_many(lab, count, size, prefix):
    """Keys under prefix, as many to a transaction as a request may hold."""
    direct = gateway.Gateway([lab.single.endpoint])
    value = os.urandom(size // 2).hex()
    batch = max(min(32, 1000000 // size), 1)

    def put(first):
        direct.multi_put({f"{prefix}{first + i:08d}": value for i in range(min(batch, count - first))}, 60)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(0, count, batch)))


def etcdctl(lab, *words, wait=True):
    program = shutil.which("etcdctl")
    if program is None:
        raise faults.NotPermitted("etcdctl is not installed")
    child = subprocess.Popen([program, f"--endpoints=http://{lab.single.endpoint}", "--command-timeout=60s", *words],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env={**etcd.quiet_environment(), "ETCDCTL_API": "3"})
    lab.left.callback(lambda: child.poll() is None and child.kill())
    if wait:
        child.wait()
    return child


def large_ranges(lab):
    """Whole segment lists, read again and again by many."""
    lab.start(healthy=8)
    put_many(lab, int(lab.vary(32000, 12000, 40000)), 2000, f"{lab.root}/meta/datacoord-meta/s/451838354632091000/")
    end = time.monotonic() + 30
    readers = []
    while time.monotonic() < end:
        readers = [reader for reader in readers if reader.poll() is None]
        while len(readers) < 12:
            readers.append(etcdctl(lab, "get", "--prefix", f"{lab.root}/meta/datacoord-meta/s/", wait=False))
        lab.sleep(0.2)
    for reader in readers:
        reader.wait()
    lab.sleep(6)


def large_values(lab):
    lab.start(healthy=3, options=("--quota-backend-bytes", "8589934592"), milvus=("--large", str(int(lab.vary(1600, 1560, 1900)))))
    lab.sleep(30)


def defrag(lab):
    lab.start(healthy=4, options=("--quota-backend-bytes", "8589934592"), milvus=("--pace", "0.1"))
    put_many(lab, int(lab.vary(3600, 1500, 4000)), 150000, f"{lab.root}/meta/snapshots/")
    lab.sleep(6)
    etcdctl(lab, "defrag")
    lab.sleep(8)


def killed(lab):
    lab.start(healthy=10)
    lab.single.end()
    lab.wait_milvus(90)
    lab.sleep(3)
    lab.single.start()
    lab.sleep(3)


def stopped(lab):
    lab.start(healthy=10)
    lab.single.stop()
    lab.wait_milvus(90)


def out_of_reach(lab):
    """etcd is well, but not where Milvus looks for it."""
    lab.start_etcd()
    lab.start_milvus(endpoints=[f"127.0.0.1:{etcd.free_port(2479)}"])
    lab.wait_milvus(30)


def used_length(path):
    """Bytes of a preallocated file before its zeros."""
    return len(path.read_bytes().rstrip(b"\0"))


def corrupt_wal(lab):
    """The machine loses power, and a sector of the log with it."""
    lab.start(healthy=15)
    lab.milvus.send_signal(signal.SIGKILL)
    lab.single.end()
    wal = lab.single.wal()
    faults.corrupt(wal, used_length(wal) // 2)
    lab.sleep(4)
    for _ in range(2):
        lab.single.start(wait=False)
        lab.single.wait(20)
        lab.sleep(2)
    lab.start_milvus()
    lab.wait_milvus(30)


def port_in_use(lab):
    port = etcd.free_port(2379)
    taken = lab.left.enter_context(socket.create_server(("127.0.0.1", port), backlog=4))
    lab.start_etcd(ports=[port, etcd.free_port(2380)], wait=False)
    lab.single.wait(20)
    lab.start_milvus()
    lab.wait_milvus(30)
    taken.close()


def healthy(lab):
    lab.start(healthy=45)


def collected(lab):
    """A few slow seconds long ago; the copy ends in the middle of a line."""
    lab.start(healthy=12)
    with lab.meanwhile(faults.uneven_fsync, lab.single.pid, (0.2, 0.3)):
        lab.sleep(4)
    lab.sleep(20)
    lab.cut_end("milvus.log", 41)


def expired_certificate(lab):
    """Milvus's certificate runs out while it runs; the restart shows it."""
    end = time.time() + 30
    certificates.make(lab.folder / "tls", {"etcd": end + 3600, "milvus": end})
    tls = pathlib.Path("tls")
    lab.start_etcd(options=("--cert-file", str(tls / "etcd.crt"), "--key-file", str(tls / "etcd.key"), "--trusted-ca-file",
                            str(tls / "ca.crt"), "--client-cert-auth"), scheme="https", wait=False)
    lab.sleep(2)
    lab.milvus_options = ["--tls", "tls/ca.crt", "tls/milvus.crt", "tls/milvus.key"]
    lab.start_milvus()
    lab.sleep(6)
    lab.stop_milvus()
    lab.sleep(max(end - time.time(), 0) + 2)
    lab.start_milvus()
    lab.wait_milvus(30)
