# SPDX-License-Identifier: Apache-2.0
"""The cases of the lab: what is done to which programs, and the cause that explains it."""
import dataclasses
import typing

import cluster_cases
import other_cases
import single_cases


@dataclasses.dataclass(frozen=True)
class Case:
    """run: called with the Lab; accepted: other answers that the lines leave open; gzipped, left_out: logs, when recorded"""
    name: str
    run: typing.Callable
    what: str
    cause: str | None
    injected: str
    milvus: str = "2.4.17"
    logger: str = "zap"
    etcd: str = ""
    stopped: bool = True
    accepted: tuple = ()
    gzipped: tuple = ()
    left_out: tuple = ()


DISK = "every fdatasync longer: first by 1 to 3 s, then by half of a lease's life and 4 s"
CASES = [
    Case("story-slow-disk", single_cases.story, "A disk that hangs for seconds at a time makes the time stamp's save fail after seven, "
         "all leases run out, and the standalone exits", "storage-latency",
         "every fdatasync longer: first by 0.35 to 0.8 s, then by 9.4 s, then by 19 s", gzipped=("etcd.log",)),
    Case("slow-disk-2.2", single_cases.slow_disk, "The same disk under Milvus 2.2: leases of 20 s, and an orderly end by a signal to "
         "itself", "storage-latency", DISK, milvus="2.2.16"),
    Case("slow-disk-2.2.8", single_cases.slow_disk, "The same disk under Milvus 2.2.8, which does not try to renew once more",
         "storage-latency", DISK, milvus="2.2.8"),
    Case("slow-disk-2.6", single_cases.slow_disk, "The same disk under Milvus 2.6: leases of 10 s, mixed coordinator",
         "storage-latency", DISK, milvus="2.6.3"),
    Case("slow-disk-capnslog", single_cases.slow_disk, "The same disk, told in etcd's old text format", "storage-latency", DISK,
         logger="capnslog"),
    Case("slow-disk-3.5", single_cases.slow_disk, "The same disk under etcd 3.5", "storage-latency", DISK, etcd="3.5"),
    Case("milvus-only", single_cases.slow_disk, "Only Milvus's half of the story was collected: it shows that, not why", "unknown", DISK,
         accepted=("storage-latency",), left_out=("etcd.log",)),
    Case("etcd-only", single_cases.slow_disk, "Only etcd's half of the story was collected", "storage-latency", DISK, stopped=False,
         left_out=("milvus.log",), milvus="2.6.3"),
    Case("embedded-slow-disk", single_cases.embedded, "The same disk under an embedded etcd: one stream, one end", "storage-latency",
         DISK, etcd="3.5"),
    Case("wal-hang", single_cases.wal_hang, "etcd 3.4's log hangs for 22 s at a time: saves fail, but leases are renewed in memory, and "
         "Milvus runs on", "storage-latency", "every fdatasync of the WAL 22 s longer", stopped=False),
    Case("wal-hang-3.5", single_cases.wal_hang, "etcd 3.5's log hangs for 22 s at a time: leases are not renewed", "storage-latency",
         "every fdatasync of the WAL 22 s longer", etcd="3.5", milvus="2.6.3"),
    Case("db-only-slow", single_cases.slow_database, "Only the database file is slow: no slow fdatasync, but applies that wait for "
         "its commit", "storage-latency", "every fdatasync of the database file longer by half of a lease's life and 4 s",
         milvus="2.6.3"),
    Case("slow-all-day", single_cases.slow_all_day, "Applies are slow all the time, and then somebody stops Milvus", "operator-stop",
         "every fdatasync 0.15 to 0.45 s longer; SIGTERM"),
    Case("storage-error", single_cases.io_error, "The disk answers with an I/O error, etcd ends itself", "storage-error",
         "fdatasync returns EIO", milvus="2.6.3"),
    Case("storage-error-capnslog", single_cases.io_error, "The same I/O error, told in etcd's old text format", "storage-error",
         "fdatasync returns EIO", milvus="2.6.3", logger="capnslog"),
    Case("storage-error-3.5", single_cases.io_error, "The same I/O error under etcd 3.5", "storage-error",
         "fdatasync returns EIO", milvus="2.6.3", etcd="3.5"),
    Case("disk-full", single_cases.full_disk, "No space is left on the disk, etcd ends itself", "disk-full", "a full tmpfs of 160 MB",
         milvus="2.6.3"),
    Case("disk-full-capnslog", single_cases.full_disk, "The same full disk, told in etcd's old text format", "disk-full",
         "a full tmpfs of 160 MB", milvus="2.6.3", logger="capnslog"),
    Case("disk-full-3.5", single_cases.full_disk, "The same full disk under etcd 3.5", "disk-full", "a full tmpfs of 160 MB",
         milvus="2.6.3", etcd="3.5"),
    Case("etcd-quota", single_cases.quota_restart, "The database reaches its quota: writes fail, and Milvus's next start too",
         "etcd-quota", "400 kB values until the quota of 24 MiB is full; SIGTERM and a new start"),
    Case("etcd-quota-running", single_cases.quota, "The database reaches its quota, Milvus runs on without writes", "etcd-quota",
         "400 kB values until the quota of 24 MiB is full", stopped=False),
    Case("etcd-quota-capnslog", single_cases.quota_restart, "The same quota, told in etcd's old text format", "etcd-quota",
         "400 kB values until the quota of 24 MiB is full; SIGTERM and a new start", logger="capnslog"),
    Case("etcd-quota-3.5", single_cases.quota_restart, "The same quota under etcd 3.5", "etcd-quota",
         "400 kB values until the quota of 24 MiB is full; SIGTERM and a new start", etcd="3.5"),
    Case("cpu-starved-single", single_cases.starved, "A single etcd gets one per cent of a CPU", "cpu-starvation",
         "CPU cgroup: 1 ms of every 100 ms", milvus="2.6.3", accepted=("unknown",)),
    Case("cpu-starved-single-3.5", single_cases.starved, "A single etcd 3.5 gets one per cent of a CPU", "cpu-starvation",
         "CPU cgroup: 1 ms of every 100 ms", milvus="2.6.3", accepted=("unknown",), etcd="3.5"),
    Case("etcd-paused", single_cases.paused, "A single etcd stands still and prints nothing of it", "unknown", "SIGSTOP for 46 s",
         milvus="2.6.3", accepted=("cpu-starvation",)),
    Case("large-range", single_cases.large_ranges, "Many read whole segment lists of 64 MB at once", "etcd-overload",
         "12 readers of 32,000 keys of 2 kB", stopped=False),
    Case("large-values", single_cases.large_values, "Checkpoints of 1.4 MB, near and over what etcd takes", "etcd-overload",
         "values of 1.4 MB every second", stopped=False, accepted=("unknown", None)),
    Case("defrag", single_cases.defrag, "A defragmentation of 1 GB stops all reads and writes while it lasts", "etcd-maintenance",
         "etcdctl defrag", stopped=False),
    Case("etcd-killed", single_cases.killed, "etcd is killed and comes back too late for the leases", "killed",
         "SIGKILL, a new start after Milvus ended", milvus="2.6.3"),
    Case("etcd-stopped", single_cases.stopped, "Somebody stops etcd, Milvus follows when its leases run out", "operator-stop",
         "SIGTERM to etcd", milvus="2.6.3"),
    Case("etcd-unreachable", single_cases.out_of_reach, "etcd is well, but Milvus looks for it at another port", "etcd-unreachable",
         "a wrong address"),
    Case("wal-corrupt", single_cases.corrupt_wal, "After a power cut etcd's log is damaged, and it does not start", "etcd-corruption",
         "SIGKILL to both, 64 bytes of the WAL turned over"),
    Case("port-in-use", single_cases.port_in_use, "Another process holds etcd's port, so it does not start", "port-in-use",
         "a listener on etcd's client port"),
    Case("cert-expired", single_cases.expired_certificate, "Milvus's certificate runs out, and its next start is refused", "auth-tls",
         "a client certificate that is valid for 22 s; SIGTERM and a new start"),
    Case("healthy", single_cases.healthy, "Nothing is wrong, everything runs", None, "nothing", stopped=False),
    Case("collected-while-running", single_cases.collected, "A log that ends because it was copied, in the middle of a line", None,
         "every fdatasync 0.2 to 0.3 s longer for 4 s, long before the end", stopped=False),
    Case("operator-stop", other_cases.operator_stop, "Somebody stops Milvus, then etcd", "operator-stop", "SIGTERM to both"),
    Case("operator-stop-capnslog", other_cases.operator_stop, "Somebody stops Milvus, then an etcd that logs as text", "operator-stop",
         "SIGTERM to both", logger="capnslog"),
    Case("operator-stop-3.5", other_cases.operator_stop, "Somebody stops Milvus, then etcd 3.5", "operator-stop", "SIGTERM to both",
         etcd="3.5"),
    Case("operator-stop-2.2", other_cases.operator_stop, "Somebody stops Milvus 2.2, then etcd", "operator-stop", "SIGTERM to both",
         milvus="2.2.16"),
    Case("milvus-panic", other_cases.panic, "A bug of Milvus ends it, etcd is well", "milvus-panic", "a panic, from the facts"),
    Case("client-starved", other_cases.starved, "Milvus's process stands still for longer than its leases live, etcd is well",
         "cpu-starvation", "SIGSTOP to Milvus for 17 s", milvus="2.6.3"),
    Case("milvus-killed", other_cases.killed, "Milvus is killed, and started again", "killed", "SIGKILL to Milvus, a new start"),
    Case("cpu-starvation", cluster_cases.starved, "Three starved members look as if their disks were slow", "cpu-starvation",
         "CPU cgroup: 6 ms of every 100 ms for all three", milvus="2.6.3"),
    Case("cpu-pulses", cluster_cases.pulsed, "The leader stands still for 350 ms at a time", "cpu-starvation",
         "SIGSTOP for 350 ms, SIGCONT for 20 ms, on the leader", stopped=False),
    Case("network-partition", cluster_cases.partition, "No member reaches another", "network", "all peer connections cut",
         milvus="2.6.3"),
    Case("network-latency", cluster_cases.latency, "Every message between members takes 200 ms", "network",
         "proxies that delay by 200 ms each way", stopped=False),
    Case("leader-killed", cluster_cases.leader_killed, "The leader is killed, another takes over, Milvus runs on", "killed",
         "SIGKILL to the leader, a new start after 12 s", stopped=False, accepted=("leader-loss",)),
    Case("quorum-lost", cluster_cases.quorum_lost, "Two of three members are killed", "killed", "SIGKILL to both followers",
         milvus="2.6.3"),
    Case("slow-disk-leader", cluster_cases.slow_leader, "The leader's disk is slow, the lead goes round", "storage-latency",
         "every fdatasync of the leader 2.7 s longer, three times for 9 s", stopped=False),
    Case("slow-disk-follower", cluster_cases.slow_follower, "One follower's disk is slow, the cluster goes on", "storage-latency",
         "every fdatasync of one follower 3.3 s longer", stopped=False),
    Case("slow-disk-cluster", cluster_cases.slow_everywhere, "All three members lie on one slow disk", "storage-latency",
         "every fdatasync of all members 9 s longer", milvus="2.6.3"),
]
