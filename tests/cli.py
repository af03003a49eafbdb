#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is typed, right and wrong: options, exit statuses, messages, inputs that are no logs: cli.py WHYDOWN ROOT"""
import gzip
import json
import os
import pathlib
import re
import shutil
import socket
import sys
import tempfile

import case as cases
from tap import Tap

FATAL, DAMAGED, USAGE, FOUND = 4, 3, 2, 1


class Shell:
    """Types commands in a scratch folder that holds the story's logs."""

    def __init__(self, tap, program, root, scratch):
        self.tap, self.program, self.scratch = tap, program, scratch
        for name, to in (("story-slow-disk", "story"), ("healthy", "healthy")):
            target = scratch / to
            target.mkdir()
            for log in cases.logs(root / "testdata/cases" / name):
                shutil.copy(root / "testdata/cases" / name / log, target)

    def run(self, *words, stdin=b"", environment=None):
        return cases.run(self.program, words, self.scratch, environment, stdin)

    def expect(self, words, status, said=None, stdin=b""):
        """The exit status, and one line on stderr that holds `said` (None: nothing on stderr). Returns: stdout as text."""
        done = self.run(*words, stdin=stdin)
        messages = done.stderr.decode().splitlines()
        is_said = not messages if said is None else len(messages) == 1 and messages[0].startswith("whydown: ") and said in messages[0]
        self.tap.check(f"whydown {' '.join(words)} exits {status}" + (f" and says '{said}'" if said else " silently"),
                       done.returncode == status and is_said, [f"exit {done.returncode}", *messages[:5]])
        return done.stdout.decode()

    def write(self, name, data):
        (self.scratch / name).write_bytes(data)
        return name


def check_no_verdict(shell, name, words, stdin=b""):
    """Nothing is known: no all-clear, no accusation, and what was read is said."""
    report = json.loads(shell.expect(["-f", "json", *words], 0, stdin=stdin))
    verdict = report["verdict"]
    shell.tap.check(f"{name} is unknown", (verdict["cause"], verdict["stopped"]) == ("unknown", None), f"{verdict}")
    shell.tap.check(f"{name} is told of in coverage", len(report["coverage"]["inputs"]) == 1 and report["coverage"]["missing"],
                    f"{report['coverage']}")
    text = shell.run(*words, stdin=stdin).stdout.decode()
    shell.tap.check(f"{name} gets no all-clear", "othing wrong" not in text and "unknown" in "".join(text.splitlines()[:5]), text)


def check_inputs_without_logs(shell):
    noise = bytes((index * 7919 + index * index * 31) % 251 + (index % 5) for index in range(20000))
    check_no_verdict(shell, "an empty file", [shell.write("empty.log", b"")])
    check_no_verdict(shell, "noise", [shell.write("noise.log", noise)])
    check_no_verdict(shell, "prose", [shell.write("prose.txt", b"Dear all,\nthe server is down again.\n" * 50)])
    check_no_verdict(shell, "empty standard input", ["-"])
    check_no_verdict(shell, "zero bytes", [shell.write("zero.log", bytes(100000))])


def check_usage(shell):
    help_text = shell.expect(["--help"], 0)
    shell.tap.check("help is short, and begins with what it is for",
                    help_text.startswith("whydown explains why") and len(help_text.splitlines()) < 60, help_text)
    shell.tap.check("whydown alone prints the help", shell.run().stdout.decode() == help_text)
    shell.tap.check("the version is printed", re.fullmatch(r"whydown \d+\.\d+\.\d+\n", shell.expect(["--version"], 0)))
    shell.expect(["explain"], USAGE, "no PATH")
    shell.expect(["events"], USAGE, "no PATH")
    shell.expect(["--colour", "story"], USAGE, "--colour")
    shell.expect(["-x", "story"], USAGE, "-x")
    shell.expect(["-f", "pdf", "story"], USAGE, "pdf")
    shell.expect(["events", "-f", "text", "story"], USAGE, "text")
    for option, value in (("--since", "yesterday"), ("--until", "soon"), ("--tz", "Moon/Base"), ("--assume-tz", "here"), ("--fail-on", "bad"),
                          ("--lang", "fr"), ("--color", "often"), ("-j", "0"), ("-j", "many"), ("--why-not", "bad-luck")):
        shell.expect([option, value, "story"], USAGE, value)
    shell.expect(["rules", "show", "no.such.rule"], USAGE, "no.such.rule")
    shell.expect(["rules", "know"], USAGE, "know")


def check_zones(shell):
    """Stamps without a zone: as --assume-tz says, or as the collector's stamps tell."""
    line = b'2024-05-01 10:00:00.500000 W | etcdserver: read-only range request "key:\\"a/b\\"" with result "size:5" took too long (1.2s) to execute\n'
    shell.write("bare.log", line)
    shell.write("stamped.log", b"2024-05-01T02:00:00.700000000Z stderr F " + line)

    def times(*words):
        return [json.loads(row)["time"] for row in shell.run("events", *words).stdout.decode().splitlines()]

    utc = ["2024-05-01T02:00:00.5Z"]
    shell.tap.check("events follow --assume-tz", times("--assume-tz", "+08:00", "bare.log") == utc, f"{times('--assume-tz', '+08:00', 'bare.log')}")
    shell.tap.check("events follow the collector's stamps", times("stamped.log") == utc, f"{times('stamped.log')}")
    for since, wanted in (("2024-05-01T01:59:00Z", utc), ("2024-05-01T02:01:00Z", []), ("-10s", utc)):
        found = times(f"--since={since}", "--assume-tz", "+08:00", "bare.log"), times(f"--since={since}", "stamped.log")
        shell.tap.check(f"--since {since} counts in UTC", found == (wanted, wanted), f"{found}")


def check_missing(shell):
    shell.expect(["missing.log"], FATAL, "missing.log")
    shell.expect(["events", "missing.log"], FATAL, "missing.log")
    kept = shell.expect(["missing.log", "story"], DAMAGED, "missing.log")
    shell.tap.check("the others are explained all the same", kept == shell.run("story").stdout.decode())
    shell.expect(["-o", "no/such/folder/report", "story"], FATAL, "no/such/folder/report")
    if os.geteuid() != 0:
        (shell.scratch / "locked.log").write_bytes(b"x\n")
        (shell.scratch / "locked.log").chmod(0)
        shell.expect(["locked.log"], FATAL, "locked.log")
    log = (shell.scratch / "story/milvus.log").read_bytes()
    whole = gzip.compress(log)
    shell.write("cut.log.gz", whole[:len(whole) // 2])
    report = json.loads(shell.expect(["-f", "json", "cut.log.gz"], DAMAGED, "cut.log.gz"))
    source = report["coverage"]["inputs"][0]
    shell.tap.check("what is left of a cut file is read", source["damage"] and source["records"] > 10, f"{source}")
    shell.write("bad-crc.log.gz", whole[:-8] + bytes(8))
    report = json.loads(shell.expect(["-f", "json", "bad-crc.log.gz"], DAMAGED, "bad-crc.log.gz"))
    source = report["coverage"]["inputs"][0]
    shell.tap.check("a wrong checksum is told, and all is read", source["damage"] and source["lines"] == log.count(b"\n"), f"{source}")


def check_what_folders_hold(shell):
    """Links, FIFOs and sockets in a folder are passed over."""
    folder = shell.scratch / "odd"
    shutil.copytree(shell.scratch / "story", folder)
    os.mkfifo(folder / "fifo")
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere").symlink_to("no-such-file")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        done = shell.run("-f", "json", "odd")
    odd, plain = json.loads(done.stdout), json.loads(shell.run("-f", "json", "story").stdout)
    shell.tap.check("odd things in a folder do not matter", odd["verdict"] == plain["verdict"] and done.returncode == 0,
                    [f"exit {done.returncode}", done.stderr.decode()])


def check_fail_on(shell):
    shell.expect(["--fail-on", "stop", "story"], FOUND)
    shell.expect(["--fail-on", "degraded", "story"], FOUND)
    shell.expect(["--fail-on", "stop", "healthy"], 0)
    shell.expect(["--fail-on", "degraded", "healthy"], 0)
    shell.expect(["--fail-on", "stop", "empty.log"], 0)


def check_output(shell):
    text = shell.expect(["story"], 0)
    shell.expect(["-o", "report.txt", "story"], 0)
    shell.tap.check("-o writes what is printed without it", (shell.scratch / "report.txt").read_text() == text)
    shell.tap.check("-o leaves nothing else behind", not list(shell.scratch.glob("report.txt?*")))
    pipe = shell.scratch / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    shell.expect(["-o", "pipe", "empty.log"], 0)
    shell.tap.check("-o writes to a pipe and does not replace it", pipe.is_fifo() and os.read(reader, 1 << 16))
    os.close(reader)
    pipe.unlink()
    shell.tap.check("-q prints less, -v no less", len(shell.run("-q", "story").stdout) < len(text) <= len(shell.run("-v", "story").stdout))
    shell.tap.check("a file has no colours", "\x1b" not in text)
    coloured = shell.run("--color", "always", "story").stdout.decode()
    shell.tap.check("--color always has some", re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text and "\x1b[" in coloured)
    chinese = shell.run("--lang", "zh", "story").stdout.decode()
    shell.tap.check("--lang zh is Chinese", re.search("[\u4e00-\u9fff]", chinese.splitlines()[0]), chinese[:200])
    shell.tap.check("LC_ALL=zh_CN.UTF-8 is the same", shell.run("story", environment={"LC_ALL": "zh_CN.UTF-8"}).stdout.decode() == chinese)
    shifted = shell.run("--tz", "+08:00", "story").stdout.decode()
    shell.tap.check("--tz shifts the times that are shown", shifted != text and "+08:00" in shifted, shifted[:400])
    why_not = shell.expect(["--why-not", "cpu-starvation", "story"], 0)
    shell.tap.check("--why-not lists signs with their state", "absent" in why_not or "not observable" in why_not, why_not)


def check_times(shell):
    rows = [json.loads(line) for line in shell.run("events", "story").stdout.splitlines()]
    times = sorted({row["time"] for row in rows if row["time"] and row["path"].endswith("milvus.log")})
    middle = times[len(times) // 2]
    early = [json.loads(line) for line in shell.run("events", "--until", middle, "story").stdout.splitlines()]
    late = [json.loads(line) for line in shell.run("events", "--since", middle, "story").stdout.splitlines()]
    shell.tap.check("--until keeps what is before", early and all(row["time"] <= middle for row in early if row["time"]))
    shell.tap.check("--since keeps what is behind", late and all(row["time"] >= middle for row in late if row["time"]))
    shell.tap.check("both together are all", len(early) + len(late) >= len(rows) and len(early) < len(rows) and len(late) < len(rows),
                    f"{len(early)} {len(late)} {len(rows)}")
    last = [json.loads(line) for line in shell.run("events", "--since", "-1s", "story").stdout.splitlines()]
    shell.tap.check("--since -1s is the end of the logs", 0 < len(last) < len(rows), f"{len(last)} of {len(rows)}")
    verdict = json.loads(shell.run("-f", "json", "--since", "2100-01-01", "story").stdout)["verdict"]
    shell.tap.check("behind the logs' end nothing is known", verdict["cause"] == "unknown" and verdict["stopped"] is None, f"{verdict}")


def check_rules(shell):
    shell.write("bad.json", b'{"rules": [{"id": "etcd.made.up", "match": [{"patern": "x"}]}]}')
    shell.expect(["--rules", "bad.json", "story"], USAGE, "bad.json")


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    scratch = pathlib.Path(tempfile.mkdtemp())
    try:
        with Tap() as tap:
            shell = Shell(tap, program, root, scratch)
            for check in (check_inputs_without_logs, check_usage, check_zones, check_missing, check_what_folders_hold, check_fail_on, check_output,
                          check_times, check_rules):
                check(shell)
    finally:
        shutil.rmtree(scratch)


main()
