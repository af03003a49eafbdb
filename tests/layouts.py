#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Logs as collectors and rotation leave them: layouts.py WHYDOWN ROOT

One incident is laid out the way Kubernetes, docker, Milvus, etcd and the scripts that collect logs lay it out; names,
components and the verdict must come out as those of the plain files. Then parts of it are handed over twice: they count once.
"""
import gzip
import io
import json
import os
import pathlib
import shutil
import sys
import tarfile
import tempfile
import zipfile

import case as cases
from cases import decompressed
from tap import Tap

CASE = "story-slow-disk"
ETCD_POD = "my-release-etcd-0"
MILVUS_POD = "my-release-milvus-standalone-7c9f8d6b5-qx7lm"
UID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
ETCD_ID = "e7" * 32
MILVUS_ID = "1f" * 32
# Lines without a stamp of their own: when they were written is only known if a collector stamped them.
UNDATED = ("milvus.start.banner", "milvus.start.version")
# Where both of them are told from others; the path of a log ends with it.
ETCD, MILVUS = ("etcd", ETCD_POD), ("milvus", MILVUS_POD)


def parts(data, count):
    """Data in about equal parts, cut at ends of records."""
    heads = [at for at, line in enumerate(data.splitlines(keepends=True)) if line.startswith((b"[20", b"{\""))]
    lines = data.splitlines(keepends=True)
    cuts = [0] + [heads[len(heads) * part // count] for part in range(1, count)] + [len(lines)]
    return [b"".join(lines[begin:end]) for begin, end in zip(cuts, cuts[1:])]


def cri(data, stream="stderr"):
    """As containerd keeps it; its stamps are those of a collector that was always a little late."""
    return b"".join(b"2026-11-24T16:59:59.%09dZ %s F %s" % (number, stream.encode(), line)
                    for number, line in enumerate(data.splitlines(keepends=True)))


def docker_json(data):
    return b"".join(json.dumps({"log": line.decode(), "stream": "stderr", "time": "2026-11-24T16:59:59.%09dZ" % number}).encode() + b"\n"
                    for number, line in enumerate(data.splitlines(keepends=True)))


def docker_config(name, identity):
    state = {"Running": True, "Paused": False, "Restarting": False, "OOMKilled": False, "Dead": False, "Pid": 4242, "ExitCode": 0,
             "Error": "", "StartedAt": "2026-11-24T16:52:33.1Z", "FinishedAt": "0001-01-01T00:00:00Z"}
    return json.dumps({"StreamConfig": {}, "State": state, "ID": identity, "Name": f"/{name}",
                       "LogPath": f"/var/lib/docker/containers/{identity}/{identity}-json.log"}).encode()


def prefixed(data, name):
    return b"".join(name + b"  | " + line for line in data.splitlines(keepends=True))


def layouts(etcd, milvus):
    """Name of a layout -> (files, what must be said of them: ending of the path -> (component, instance))."""
    early, middle, late = parts(milvus, 3)
    pods = f"var/log/pods/milvus_{{}}_{UID}"
    gather = "must-gather.local.1/quay-io-x-sha256-0123/namespaces/{}/pods/{}/{}/{}/logs"
    description = b"Name:             x\nContainers:\n  x:\n    Restart Count:  0\n"
    made = {
        "export script": ({
            f"milvus-log/pod_log/{ETCD_POD}.log": etcd,
            f"milvus-log/pod_log/{MILVUS_POD}.log": late,
            f"milvus-log/pod_log_previous/{MILVUS_POD}.log": early + middle,
            f"milvus-log/pod_describe/{MILVUS_POD}.log": description,
        }, {f"pod_log/{ETCD_POD}.log": ETCD, f"pod_log/{MILVUS_POD}.log": MILVUS, f"pod_log_previous/{MILVUS_POD}.log": MILVUS}),
        "older export script": ({
            f"milvus-log/{ETCD_POD}.log": etcd,
            f"milvus-log/{MILVUS_POD}.log": late,
            f"milvus-log/{MILVUS_POD}-pre.log": early + middle,
        }, {f"{ETCD_POD}.log": ETCD, f"{MILVUS_POD}.log": MILVUS, f"{MILVUS_POD}-pre.log": MILVUS}),
        "kubelet": ({
            f"{pods.format(ETCD_POD)}/etcd/0.log": cri(etcd),
            f"{pods.format(MILVUS_POD)}/standalone/0.log.20261124-165300.gz": gzip.compress(cri(early)),
            f"{pods.format(MILVUS_POD)}/standalone/0.log.20261124-165330": cri(middle),
            f"{pods.format(MILVUS_POD)}/standalone/0.log.20261124-165331.tmp": gzip.compress(cri(middle))[:-40],
            f"{pods.format(MILVUS_POD)}/standalone/1.log": cri(late),
        }, {"etcd/0.log": ETCD, "165300.gz": MILVUS, "165330": MILVUS, "1.log": MILVUS}),
        "links to containers": ({
            f"var/log/containers/{ETCD_POD}_milvus_etcd-{ETCD_ID}.log": cri(etcd),
            f"var/log/containers/{MILVUS_POD}_milvus_standalone-{MILVUS_ID}.log": cri(milvus),
        }, {f"{ETCD_ID}.log": ETCD, f"{MILVUS_ID}.log": MILVUS}),
        "docker": ({
            f"containers/{ETCD_ID}/{ETCD_ID}-json.log": docker_json(etcd),
            f"containers/{ETCD_ID}/config.v2.json": docker_config("milvus-etcd", ETCD_ID),
            f"containers/{MILVUS_ID}/{MILVUS_ID}-json.log.2.gz": gzip.compress(docker_json(early)),
            f"containers/{MILVUS_ID}/{MILVUS_ID}-json.log.1": docker_json(middle),
            f"containers/{MILVUS_ID}/{MILVUS_ID}-json.log": docker_json(late),
            f"containers/{MILVUS_ID}/config.v2.json": docker_config("milvus-standalone", MILVUS_ID),
        }, {f"{ETCD_ID}-json.log": ("etcd", "milvus-etcd"), f"{MILVUS_ID}-json.log.2.gz": ("milvus", "milvus-standalone"),
            "json.log.1": ("milvus", "milvus-standalone"), f"{MILVUS_ID}-json.log": ("milvus", "milvus-standalone")}),
        "lumberjack": ({
            "logs/etcd-2026-11-24T16-53-30.000.log.gz": gzip.compress(parts(etcd, 2)[0]),
            "logs/etcd.log": parts(etcd, 2)[1],
            "logs/standalone-12-2026-11-24T16-53-00.512.log": early,
            "logs/standalone-12-2026-11-24T16-53-30.001.log": middle,
            "logs/standalone-12.log": late,
        }, {"000.log.gz": ("etcd", "etcd"), "etcd.log": ("etcd", "etcd"), ".512.log": ("milvus", "standalone-12"),
            "001.log": ("milvus", "standalone-12"), "standalone-12.log": ("milvus", "standalone-12")}),
        "logrotate": ({
            "etcd.log": etcd,
            "milvus.log": late,
            "milvus.log.1": middle,
            "milvus.log.2.gz": gzip.compress(early),
        }, {"etcd.log": ("etcd", "etcd"), "milvus.log": ("milvus", "milvus"), "milvus.log.1": ("milvus", "milvus"),
            "milvus.log.2.gz": ("milvus", "milvus")}),
        "must-gather": ({
            f"{gather.format('milvus', ETCD_POD, 'etcd', 'etcd')}/current.log": etcd,
            f"{gather.format('milvus', ETCD_POD, 'etcd', 'etcd')}/previous.log": b"",
            f"{gather.format('milvus', MILVUS_POD, 'standalone', 'standalone')}/previous.log": early,
            f"{gather.format('milvus', MILVUS_POD, 'standalone', 'standalone')}/current.log": middle + late,
        }, {"etcd/logs/current.log": ETCD, "standalone/logs/current.log": MILVUS, "standalone/logs/previous.log": MILVUS}),
        "Rancher": ({
            f"rke2/podlogs/milvus_{ETCD_POD}_{UID}/etcd/0.log": cri(etcd),
            f"rke2/podlogs/milvus_{MILVUS_POD}_{UID}/standalone/0.log": cri(early + middle),
            f"rke2/podlogs/milvus_{MILVUS_POD}_{UID}/standalone/1.log": cri(late),
        }, {"etcd/0.log": ETCD, "standalone/0.log": MILVUS, "standalone/1.log": MILVUS}),
        "support bundle": ({
            f"support-bundle-x/cluster-resources/pods/logs/milvus/{ETCD_POD}/etcd.log": etcd,
            f"support-bundle-x/cluster-resources/pods/logs/milvus/{MILVUS_POD}/standalone-previous.log": early + middle,
            f"support-bundle-x/cluster-resources/pods/logs/milvus/{MILVUS_POD}/standalone.log": late,
        }, {"etcd.log": ETCD, "standalone-previous.log": MILVUS, "standalone.log": MILVUS}),
        "sos report": ({
            f"sosreport-node-3-2026/{pods.format(ETCD_POD)}/etcd/0.log": cri(etcd),
            f"sosreport-node-3-2026/{pods.format(MILVUS_POD)}/standalone/0.log": cri(milvus),
        }, {"etcd/0.log": ETCD, "standalone/0.log": MILVUS}),
    }
    return made


def write(files, folder):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def tar_gz(files):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"./{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def zipped(files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


class Report:
    """What is said of some inputs."""

    def __init__(self, program, words, cwd):
        run = cases.run(program, ["-f", "json", *words], cwd)
        self.status, self.stderr = run.returncode, run.stderr.decode()
        self.report = json.loads(run.stdout)
        self.inputs = self.report["coverage"]["inputs"]

    def story(self):
        """All that must not depend on names."""
        verdict = self.report["verdict"]
        return {
            "verdict": [verdict["cause"], verdict["stopped"], verdict["confidence"]],
            "stops": [[stop["time"], stop["component"], stop["how"], stop["cause"]] for stop in self.report["stops"]],
            "runs": [[run["component"], run["end"], run["how"]] for run in self.report["runs"] if run["end"]],
            "chain": [[step["kind"], step["start"], step["end"], step["count"]] for step in self.report["chain"]],
            "episodes": sorted([episode["kind"], episode["start"], episode["end"], episode["count"]]
                               for episode in self.report["episodes"] if not episode["kind"].startswith(UNDATED)),
        }

    def of(self, ending):
        return [item for item in self.inputs if item["path"].endswith(ending)]


def differences(found, wanted):
    return [f"{key}: {json.dumps([item for item in found[key] if item not in wanted[key]])[:700]} "
            f"instead of {json.dumps([item for item in wanted[key] if item not in found[key]])[:700]}"
            for key in wanted if found[key] != wanted[key]]


def check_layout(tap, report, plain, name, wanted):
    faults = differences(report.story(), plain.story())
    for ending, said in wanted.items():
        of = report.of(ending)
        if len(of) != 1 or (of[0]["component"], of[0]["instance"]) != said:
            faults.append(f"{ending}: {[(item['path'], item.get('component'), item.get('instance')) for item in of]}, not {said}")
    if report.status != 0:
        faults.append(f"exit {report.status}: {report.stderr[:200]}")
    faults += [f"{item['path']} is read" for item in report.of(".tmp") if not item["format"].startswith("skipped: ")]
    tap.empty(f"{name}: who wrote what, and the verdict", faults)


def check_layouts(tap, program, plain, logs, scratch):
    for name, (files, wanted) in layouts(*logs).items():
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        write(files, folder)
        check_layout(tap, Report(program, ["."], folder), plain, name, wanted)
        archive = folder / "collected.tgz.zip"
        archive.write_bytes(zipped({"logs.tgz": tar_gz(files)}))
        check_layout(tap, Report(program, [archive.name], folder), plain, f"{name}, packed", wanted)
        shutil.rmtree(folder)


def copies(etcd, milvus):
    """Name -> (files, endings of what is a copy): each is the incident and something twice."""
    structured = b"".join(line for line in milvus.splitlines(keepends=True) if line.startswith(b"[20"))
    since = parts(milvus, 4)
    lines = milvus.splitlines(keepends=True)
    return {
        "file and stdout": ({"milvus-standalone.log": milvus, "logs/standalone-7.log": structured}, ["standalone-7.log"]),
        "the same in an archive": ({"milvus.log": milvus, "all.zip": zipped({"milvus.log": milvus, "etcd.log": etcd})},
                                   ["zip!milvus.log", "zip!etcd.log"]),
        "with docker's stamps": ({"milvus.log": milvus, "c.log": docker_json(milvus)}, ["milvus.log"]),
        "an extract": ({"milvus.log": milvus, "kubectl-since.log": since[2] + since[3]}, ["kubectl-since.log"]),
        "what grep picked": ({"milvus.log": milvus, "warnings.txt": b"".join(line for line in lines if b"[WARN]" in line or b"[ERROR]" in line)},
                             ["warnings.txt"]),
        "three times": ({"a/milvus.log": milvus, "b/milvus.log": milvus, "c/milvus.txt": milvus.replace(b"\n", b"\r\n")},
                        ["b/milvus.log", "c/milvus.txt"]),
        "X and X.gz": ({"milvus.log": b"".join(lines[60:]), "milvus.log.1": b"".join(lines[:60]),
                        "milvus.log.1.gz": gzip.compress(b"".join(lines[:60]))}, ["log.1.gz"]),
    }


def check_copies(tap, program, plain, logs, scratch):
    etcd, milvus = logs
    for name, (files, endings) in copies(etcd, milvus).items():
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        write({"etcd.log": etcd, **files}, folder)
        report = Report(program, ["."], folder)
        faults = differences(report.story(), plain.story())
        found = sorted(item["path"] for item in report.inputs if item.get("copy_of"))
        if len(found) != len(endings) or any(not any(path.endswith(ending) for path in found) for ending in endings):
            faults.append(f"copies are {found}, not {endings}")
        tap.empty(f"{name}: counts once", faults)
        events = cases.run(program, ["events", "."], folder).stdout.count(b"\n")
        single = cases.run(program, ["events", "etcd.log"], folder).stdout.count(b"\n")
        total = sum(item["recognised"] for item in report.inputs)
        tap.check(f"{name}: all events are printed", events == total > single, f"{events} of {total}")


def check_overlaps(tap, program, plain, logs, scratch):
    """Rotated by copying, collected twice: two parts that share records."""
    etcd, milvus = logs
    lines = milvus.splitlines(keepends=True)
    for begin, end in ((60, 120), (100, 110), (20, 160)):
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        write({"etcd.log": etcd, "milvus.log.1": b"".join(lines[:end]), "milvus.log": b"".join(lines[begin:])}, folder)
        report = Report(program, ["."], folder)
        tap.empty(f"lines {begin} to {end} of two parts count once", differences(report.story(), plain.story()))


def check_namesakes(tap, program, logs, scratch):
    """Logs of one name that speak at the same time and say different things are of several processes."""
    etcd, milvus = logs
    other = etcd.replace(b"Z\",\"caller", b"1Z\",\"caller")
    rows = {
        "two nodes": ({"node-a/etcd.log": etcd, "node-b/etcd.log": other}, ["node-a/etcd", "node-b/etcd"]),
        "two nodes, rotated": ({"node-a/etcd.log": parts(etcd, 2)[1], "node-a/etcd.log.1": parts(etcd, 2)[0], "node-b/etcd.log": other},
                               ["node-a/etcd", "node-b/etcd"]),
        "two numbers": ({"etcd.1.log": etcd, "etcd.2.log": other}, ["etcd.1", "etcd.2"]),
        "two hosts' compose": ({"host-a.log": prefixed(etcd, b"etcd"), "host-b.log": prefixed(other, b"etcd")}, ["host-a/etcd", "host-b/etcd"]),
        "one after the other": ({"a/etcd.log": parts(etcd, 2)[0], "b/etcd.log": parts(etcd, 2)[1]}, ["etcd"]),
        "stdout and stderr": ({"etcd.out": parts(etcd, 2)[0], "etcd.err": parts(etcd, 2)[1]}, ["etcd"]),
    }
    for name, (files, wanted) in rows.items():
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
        write({"milvus.log": milvus, **files}, folder)
        found = sorted({item["instance"] for item in Report(program, ["."], folder).inputs if item["component"] == "etcd"})
        tap.check(f"{name}: {', '.join(wanted)}", found == wanted, str(found))


def main():
    program, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder = root / "testdata/cases" / CASE
    logs = tuple(decompressed((folder / name).read_bytes()) for name in sorted(cases.logs(folder)))
    scratch = tempfile.mkdtemp()
    try:
        with Tap() as tap:
            write({"etcd.log": logs[0], "milvus.log": logs[1]}, pathlib.Path(scratch) / "plain")
            plain = Report(program, ["plain"], scratch)
            tap.check("the plain incident has a stop, runs and a chain", all(plain.story().values()), str(plain.story())[:500])
            check_layouts(tap, program, plain, logs, scratch)
            check_copies(tap, program, plain, logs, scratch)
            check_overlaps(tap, program, plain, logs, scratch)
            check_namesakes(tap, program, logs, scratch)
    finally:
        shutil.rmtree(scratch)


main()
