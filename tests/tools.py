#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the real tools print is recognised, and says what is plausible: fio, iostat, df, free, vmstat, etcd's metrics, etcdctl;
logs around it are read too.

usage: tools.py WHYDOWN ROOT
"""
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request

ROOT = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests/lab"))
import etcd  # pylint: disable=wrong-import-position
from tap import Tap  # pylint: disable=wrong-import-position

WHYDOWN = pathlib.Path(sys.argv[1]).resolve()
FIO = ["fio", "--name=disk", "--rw=write", "--ioengine=sync", "--fdatasync=1", "--bs=2300", "--size=200k"]


def run(command, cwd, **more):
    """What a command prints, both streams, as people collect it."""
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env={**etcd.quiet_environment(), "LC_ALL": "C.UTF-8", **more}, check=False, timeout=60)
    return done.stdout


def explain(path):
    out = subprocess.run([WHYDOWN, "-f", "json", path.name], cwd=path.parent, capture_output=True, check=True, timeout=60)
    return json.loads(out.stdout)


def facts_of(report):
    return {fact["id"]: fact["value"] for fact in report["facts"]}


def evidence_faults(report, text):
    """Evidence of facts that does not stand in its line."""
    lines = text.decode("utf-8", "replace").split("\n")
    faults = []
    for fact in report["facts"]:
        item = fact["evidence"][0]
        if not 1 <= item["line"] <= len(lines) or item["text"] not in lines[item["line"] - 1]:
            faults.append(f"{fact['id']}: {item}")
    return faults


def check(tap, folder, name, text, what, wanted):
    """wanted: {id of a fact: (least, most)}"""
    path = folder / name
    path.write_bytes(text)
    report = explain(path)
    facts = facts_of(report)
    formats = [item["format"] for item in report["coverage"]["inputs"]]
    tap.check(f"{name} is {what}", formats == [what], f"{formats}\n{text[:2000].decode('utf-8', 'replace')}")
    for fact, (least, most) in wanted.items():
        value = facts.get(fact)
        tap.check(f"{name}: {fact} is plausible", value is not None and least <= value <= most, f"{value} in {facts}")
    tap.empty(f"{name}: evidence stands in its lines", evidence_faults(report, text))
    tap.check(f"{name} alone names no cause", report["verdict"]["cause"] == "unknown", report["verdict"])
    return facts


def dressed(folder, name):
    """The same document as people hand it over: path of each."""
    text = (folder / name).read_bytes()
    (folder / f"utf16-{name}").write_bytes(text.decode().replace("\n", "\r\n").encode("utf-16"))
    (folder / f"crlf-{name}").write_bytes(text.replace(b"\n", b"\r\n"))
    (folder / f"pasted-{name}").write_bytes(b"root@node-3:/var/lib# collect\n\n" + text + b"\nroot@node-3:/var/lib# ")
    (folder / f"renamed-{name}.dat.gz").write_bytes(gzip.compress(text))
    with tarfile.open(folder / f"packed-{name}.tgz", "w:gz") as tar:
        tar.add(folder / name, "bundle/systeminfo/output")
    return [f"utf16-{name}", f"crlf-{name}", f"pasted-{name}", f"renamed-{name}.dat.gz", f"packed-{name}.tgz"]


def check_dressed(tap, folder, name, facts):
    for other in dressed(folder, name):
        tap.check(f"{other} says the same", facts_of(explain(folder / other)) == facts, f"{facts}")


def disk(tap, folder):
    if shutil.which("fio") is None:
        tap.skip("fio", "it is not installed")
        return
    wanted = {"fio.sync.p99_ms": (0.0001, 5000), "fio.write.iops": (1, 1e7), "fio.sync.max_ms": (0.0001, 60000)}
    facts = check(tap, folder, "fio.txt", run(FIO, folder), "fio result", wanted)
    check_dressed(tap, folder, "fio.txt", facts)
    facts = check(tap, folder, "fio.json", run([*FIO, "--output-format=json"], folder), "fio result", wanted)
    check_dressed(tap, folder, "fio.json", facts)
    # without --fdatasync=1 nothing is synced: that is said, and no figure is made up
    plain = run([word for word in FIO if "fdatasync" not in word], folder)
    facts = check(tap, folder, "nosync.txt", plain, "fio result", {})
    tap.check("a test without fdatasync gives no latency of it", "fio.note" in facts and "fio.sync.p99_ms" not in facts, facts)


def host(tap, folder):
    if shutil.which("iostat") is None:
        tap.skip("iostat", "it is not installed")
    else:
        wanted = {"iostat.util_percent": (0, 101), "iostat.w_await_ms": (0, 60000)}
        facts = check(tap, folder, "iostat.txt", run(["iostat", "-x", "-t", "1", "2"], folder), "iostat -x", wanted)
        check_dressed(tap, folder, "iostat.txt", facts)
        check(tap, folder, "iostat-h.txt", run(["iostat", "-x", "-h"], folder), "iostat -x", wanted)
        check(tap, folder, "iostat.json", run(["iostat", "-x", "-o", "JSON"], folder), "iostat -x", wanted)
    for name, command, fact in (("df.txt", ["df", "-h", "/"], "disk.used_percent"), ("dfi.txt", ["df", "-i", "/"], None),
                                ("free.txt", ["free", "-h"], "memory.available_percent"),
                                ("vmstat.txt", ["vmstat"], "vmstat.iowait_percent")):
        if shutil.which(command[0]) is None:
            tap.skip(name, "the tool is not installed")
            continue
        check(tap, folder, name, run(command, folder), command[0], {fact: (0, 100)} if fact else {})


def etcdctl(tap, folder, member):
    words = ["etcdctl", "--endpoints", f"http://{member.endpoint}"]
    for form in ("simple", "table", "json", "fields"):
        text = run([*words, "endpoint", "status", "-w", form], folder, ETCDCTL_API="3")
        facts = check(tap, folder, f"status-{form}.txt", text, "etcdctl endpoint status",
                      {"endpoint.db_bytes": (1000, 1e8), "endpoint.apply_lag": (0, 100)})
        if form == "table":
            check_dressed(tap, folder, "status-table.txt", facts)
    for form in ("simple", "table", "json"):
        check(tap, folder, f"health-{form}.txt", run([*words, "endpoint", "health", "-w", form], folder, ETCDCTL_API="3"),
              "etcdctl endpoint health", {"endpoint.healthy": (1, 1), "endpoint.health_took_ms": (0.001, 5000)})
        check(tap, folder, f"members-{form}.txt", run([*words, "member", "list", "-w", form], folder, ETCDCTL_API="3"),
              "etcdctl member list", {"members.count": (1, 1), "members.unstarted": (0, 0)})


def scrape(member):
    with urllib.request.urlopen(f"http://{member.endpoint}/metrics", timeout=20) as answer:
        return answer.read()


def write_keys(member, folder, count):
    for i in range(count):
        run(["etcdctl", "--endpoints", f"http://{member.endpoint}", "put", f"key-{i}", "value"], folder, ETCDCTL_API="3")


def metrics(tap, folder, member):
    wanted = {"metrics.etcd.fsync_p99_ms": (0.001, 10000), "metrics.etcd.has_leader": (1, 1), "metrics.etcd.db_bytes": (1000, 1e8)}
    facts = check(tap, folder, "metrics.txt", scrape(member), "metrics", wanted)
    check_dressed(tap, folder, "metrics.txt", facts)
    write_keys(member, folder, 5)
    (folder / "twice").mkdir()
    shutil.copy(folder / "metrics.txt", folder / "twice/first")
    (folder / "twice/second").write_bytes(scrape(member))
    facts = facts_of(explain(folder / "twice"))
    tap.check("two scrapes tell what lies between them", 0 < facts.get("metrics.etcd.fsync_between_p99_ms", 0) < 10000, facts)


def live(tap, folder):
    binary = shutil.which("etcd")
    if binary is None or shutil.which("etcdctl") is None:
        tap.skip("etcd", "etcd or etcdctl is not installed")
        return
    member = etcd.Member(binary, folder, "default", etcd.free_port(2379), etcd.free_port(2380), "etcd.log")
    try:
        member.start()
        metrics(tap, folder, member)
        etcdctl(tap, folder, member)
    finally:
        member.stop()


DOCUMENTS = """$ docker ps -a
CONTAINER ID   IMAGE                     COMMAND                  CREATED        STATUS                     PORTS     NAMES
4f1e0a3b9c2d   milvusdb/milvus:v2.4.17   "/tini -- milvus run…"   26 hours ago   Exited (1) 4 minutes ago             milvus-standalone
$ cat docker-compose.yml
services:
  etcd:
    environment:
      - ETCD_QUOTA_BACKEND_BYTES=4294967296
$ docker logs
""".encode()
WRAPPED = {
    "plain": lambda line: line,
    "compose": lambda line: "milvus-standalone  | " + line,
    "docker json": lambda line: json.dumps({"log": line + "\n", "stream": "stdout", "time": "2026-11-24T16:52:35.698Z"}),
    "cri": lambda line: "2026-11-24T16:52:35.698000000Z stdout F " + line,
}


def kinds_of(report):
    return sorted((item["kind"], item["start"], item["count"]) for item in report["episodes"] if item["kind"] != "host.docker.exited")


def logs(tap, folder):
    """A log that begins with documents is read as both."""
    lines = (ROOT / "testdata/cases/milvus-only/milvus.log").read_text(encoding="utf-8").splitlines()
    for name, wrap in WRAPPED.items():
        text = "".join(wrap(line) + "\n" for line in lines).encode()
        alone, both = folder / "alone.log", folder / "both.log"
        alone.write_bytes(text)
        both.write_bytes(DOCUMENTS + text)
        report = explain(both)
        tap.check(f"{name}: all events of a log below documents", kinds_of(report) == kinds_of(explain(alone)) and len(kinds_of(report)) > 20,
                  kinds_of(report))
        facts = facts_of(report)
        tap.check(f"{name}: and what the documents state", (facts.get("container.exit_code"), facts.get("etcd.config.quota_bytes")) ==
                  (1, 4294967296), facts)
        tap.check(f"{name}: docker ps tells of the same stop", [stop["exit_code"] for stop in report["stops"]] == [1], report["stops"])


def main():
    with Tap() as tap, tempfile.TemporaryDirectory(prefix="whydown-tools-") as name:
        folder = pathlib.Path(name)
        logs(tap, folder)
        disk(tap, folder)
        host(tap, folder)
        live(tap, folder)


if __name__ == "__main__":
    os.umask(0o077)
    main()
