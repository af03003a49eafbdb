#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `whydown rules` says of lines and of what is known: rules.py WHYDOWN ROOT"""
import csv
import io
import json
import pathlib
import sys
import tempfile

import case as cases
from tap import Tap

DONE, USAGE = 0, 2
FSYNC = '{"level":"warn","ts":"2024-05-01T10:02:03.5Z","msg":"slow fdatasync","took":"7.1s","expected-duration":"1s"}'
SAVE = ('[2024/05/01 10:02:03.500 +00:00] [WARN] [etcd/etcd_kv.go:656] ["Slow etcd operation save"] ["time spent"=7.000908158s] '
        "[key=by-dev/kv/gid/timestamp]")
RULE = {"id": "host.mine", "title": {"en": "Mine", "zh": "矿"}, "meaning": {"en": "Mine.", "zh": "矿。"}, "severity": "info",
        "versions": "mine >=1", "match": [{"pattern": "mine hit (?<what>\\w+)"}], "samples": ["2024-05-01 mine hit coal"], "not": ["mine hits"]}


class Rules:
    """Types `whydown rules ...`."""

    def __init__(self, tap, program, scratch):
        self.tap, self.program, self.scratch = tap, program, scratch

    def run(self, *words, stdin="", environment=None):
        return cases.run(self.program, words, self.scratch, environment, stdin.encode())

    def expect(self, *words, stdin="", status=DONE):
        done = self.run("rules", *words, stdin=stdin)
        self.tap.check(f"rules {' '.join(words)[:60].splitlines()[0]} exits {status}", done.returncode == status, done.stderr.decode())
        return done.stdout.decode() if status == DONE else done.stderr.decode()

    def write(self, name, document):
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    def check(self, name, is_so, why=""):
        self.tap.check(name, is_so, why)


def check_match(rules):
    told = rules.expect("match", SAVE)
    rules.check("a line's rule is told", told.startswith("milvus.kv.slow: Slow operation"), told)
    rules.check("its fields have units", "took = 7.000908158s (7.00 s)" in told and "key = by-dev/kv/gid/timestamp" in told, told)
    rules.check("what it means, who prints it, what to look at and what it speaks for is told",
                all(f"\n  {label} " in told for label in ("means", "printed by", "look next", "effect of")), told)
    rules.check("lines fit 80 columns", max(map(len, told.splitlines())) <= 80, told)
    rules.check("standard input says the same", rules.expect("match", stdin=f"{SAVE}\n") == told)
    told = rules.expect("match", "--lang", "zh", SAVE)
    rules.check("a year that no line says is not made up", "node1, 05-01T10:02:03Z" in rules.expect(
        "match", "May  1 10:02:03 node1 kernel: [12345.600] milvus invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0"))
    rules.check("a request is no pod", "kubectl" not in rules.expect(
        "match", '[GIN] 2024/05/01 - 10:02:03 | 200 |      12.345µs |      10.0.0.1 | GET      "/healthz"'))
    rules.check("Chinese is spoken", "含义" in told and "元数据" in told, told)
    wrapped = "".join(f"milvus-standalone  | {line}\n" for line in (SAVE, "[2024/05/01 10:02:04.000 +00:00] [INFO] [x/y.go:1] [hello]", SAVE))
    told = rules.expect("match", stdin=wrapped)
    rules.check("wrappers are taken off, and their source is told", "milvus-standalone" in told and "3 records: 2 known, of 1 kinds" in told, told)
    rules.check("each is told once", told.count("Milvus waited more than") == 1 and "3: milvus.kv.slow" in told and "explained above" in told, told)
    rules.check("records of several lines are one", "1 records" not in rules.expect("match", "panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n"))
    rules.check("nothing is nothing", "no record" in rules.expect("match", stdin="\n\n"))
    path = rules.write("some.log", f"{SAVE}\n{FSYNC}\n")
    rules.check("a file is read", "of 2 kinds" in rules.expect("match", path))


def check_unknown(rules):
    told = rules.expect("match", SAVE.replace("operation save", "operation to save things"))
    rules.check("an unknown message is told as it was read", told.startswith("not known") and "milvus-text, warn, 2024-05-01T10:02:03.5Z" in told, told)
    rules.check("its nearest rule is named", "nearest    milvus.kv.slow" in told, told)
    rules.check("what to do is told", "writing-rules.md" in told, told)
    told = rules.expect("match", "hello")
    rules.check("a word is of no format", "no known format" in told and "nearest" not in told, told)
    rows = json.loads(rules.expect("match", "-f", "json", stdin=f"{SAVE}\nhello world\n"))
    rules.check("records are told to machines", [row["line"] for row in rows] == [1, 2] and rows[0]["rule"]["id"] == "milvus.kv.slow"
                and rows[0]["fields"]["took"] == 7000.908 and rows[1]["rule"] is None, f"{rows}")


def check_list(rules):
    rows = rules.expect("list").splitlines()
    known = json.loads(rules.expect("list", "-f", "json"))
    rules.check("the table has all rules and a head", len(rows) == len(known) + 1 and rows[0].split() == ["ID", "SEVERITY", "VERSIONS", "TITLE"])
    rules.check("rules have what machines need", all(rule["title"] and rule["wordings"] and rule["versions"] for rule in known))
    rules.check("each rule says what it means and what to look at next", all(rule["meaning"] and rule["next"] for rule in known),
                [rule["id"] for rule in known if not (rule.get("meaning") and rule.get("next"))])
    sheet = list(csv.DictReader(io.StringIO(rules.expect("list", "-f", "csv"), newline="")))
    rules.check("the sheet has the same", [row["id"] for row in sheet] == [rule["id"] for rule in known])
    for words, must, must_not in ((["fsync"], "etcd.fsync.slow", "milvus.panic"), (["component=minio"], "minio.full", "milvus.kv.slow"),
                                  (["severity=fatal"], "milvus.panic", "milvus.kv.slow"), (["severity=error+"], "milvus.panic", "milvus.kv.slow"),
                                  (["cause=storage-latency"], "etcd.fsync.slow", "milvus.tso.saved"), (["milvus=2.3"], "milvus.kv.slow", "etcd.fsync.slow"),
                                  (["milvus=2.1.4"], "milvus.session.lost", "milvus.streaming.fenced"), (["etcd=3.5"], "etcd.fsync.slow", "milvus.kv.slow"),
                                  (["source=tso.go", "severity=error"], "milvus.tso.timeout", "milvus.tso.clock_offset"),
                                  (["field=duration"], "milvus.kv.slow", "milvus.panic"), (["租约"], "milvus.session.lease_lost", "etcd.fsync.slow")):
        ids = [row["id"] for row in json.loads(rules.expect("list", "-f", "json", *words))]
        rules.check(f"{' '.join(words)} finds {must}, not {must_not}", must in ids and must_not not in ids, f"{ids}")
    rules.check("nothing found is said", "no rule is like that" in rules.run("rules", "list", "nosuchword").stderr.decode())
    rules.check("a wrong condition is refused", "severity=bad" in rules.expect("list", "severity=bad", status=USAGE)
                and "cause=bad" in rules.expect("list", "cause=bad", status=USAGE) and "pdf" in rules.expect("list", "-f", "pdf", status=USAGE))


def check_show(rules):
    told = rules.expect("show", "etcd.fsync.slow")
    rules.check("a rule is shown with wordings and samples", "looks for  message: slow fdatasync" in told and f"sample {FSYNC[:20]}" in told, told)
    told = rules.expect("show", "milvus.tso")
    rules.check("a family is shown", "milvus.tso.failed: " in told and "milvus.tso.timeout: " in told and "etcd." not in told.split(":")[0], told[:300])
    rules.check("a slip is put right", "did you mean milvus.session.lost?" in rules.expect("show", "milvus.sesion.lost", status=USAGE))
    rules.check("what is like nothing is refused", "whydown rules list" in rules.expect("show", "qqqqqq", status=USAGE))
    shown = json.loads(rules.expect("show", "-f", "json", "etcd.fsync.slow"))
    rules.check("a rule is shown to machines", shown[0]["id"] == "etcd.fsync.slow" and shown[0]["samples"] and shown[0]["fields"]["took"].startswith("duration"))


def check_packs(rules):
    mine = rules.write("mine.json", {"rules": [RULE]})
    rules.expect("check", mine)
    wrong = rules.run("rules", "check", rules.write("wrong.json", {"rules": [{**RULE, "samples": ["mine hit"]}]}))
    rules.expect("check", "-f", "json", mine, status=USAGE)
    rules.check("a sample that does not match is a fault", wrong.returncode == USAGE and b"host.mine" in wrong.stdout, wrong.stdout.decode())
    rows = rules.run("events", "--rules", mine, "-", stdin="2024-05-01 10:00:00 mine hit coal\n").stdout.decode()
    rules.check("a rule of one's own finds events", json.loads(rows or "{}").get("kind") == "host.mine", rows)


def check_hostile(rules):
    """Patterns that go back and forth are refused; one that is used all the same is given up, and that is told."""
    sample = "2024-05-01 10:00:00 mine moved volume vol-a in [x=1 y] 12ms"
    bad = (r"moved volume (a+)+$", r"(a+)+b moved", r"(.*)*moved$", r"(x+x+)+y moved", r"moved (\S+\s?)*\)$", r"moved (?:\w+[- ]?)+ tier in",
           r"moved volume (\w|vol)+ tier", r"moved (a|aa)+$", r"moved (vol(-?\w+)*)+ tier", r"\[((\w+=?\w*) ?)+\] moved")
    good = (r"moved volume (?<v>\S+) in", r"moved (?<a>\w+) .*\[x=(?<x>\d+) ", r"mine moved .*? (?<t>\d+)ms$")
    for pattern in bad + good:
        rule = {**RULE, "match": [{"pattern": pattern, "anchor": "moved"}], "samples": [sample]}
        rule.pop("interval", None)
        said = rules.run("rules", "check", rules.write("pattern.json", {"rules": [rule]})).stdout.decode()
        rules.check(f"{pattern} is {'refused' if pattern in bad else 'no danger'}", ("too many steps" in said) == (pattern in bad), said)
    slow = rules.write("slow.json", {"rules": [{**RULE, "match": [{"pattern": r"mine moved (\w+\s?)+\)$"}]}]})
    hard = "".join(f"2024-05-01 10:00:{second:02} mine moved {'abc ' * 40}() x\n" for second in range(60))
    easy = "".join(f"2024-05-01 10:01:{second:02} mine moved abc)\n" for second in range(2))
    runs = [rules.run("-f", "json", jobs, "--rules", slow, rules.write("hard.log", hard + easy), rules.write("easy.log", easy)) for jobs in ("-j1", "-j8")]
    told = {item["path"][-8:]: (item["damage"], item["recognised"]) for item in json.loads(runs[0].stdout)["coverage"]["inputs"]}
    rules.check("a rule that takes too many steps is given up in that log alone",
                told == {"hard.log": ("rule given up, it takes too many steps: host.mine", 0), "easy.log": (None, 2)}, f"{told}")
    rules.check("that is one line on stderr", runs[0].stderr.decode().count("given up") == 1, runs[0].stderr.decode())
    rules.check("with eight threads, too", runs[0].stdout == runs[1].stdout)


def kind_of(rules, line, *words, environment=None):
    rows = rules.run("events", *words, "-", stdin=f"{line}\n", environment=environment).stdout.decode()
    return json.loads(rows)["kind"] if rows else None


def check_precedence(rules):
    """Built-in rules, those of the configuration folder, then those of --rules: the last one of an id counts."""
    fsync = {**RULE, "id": "etcd.fsync.slow", "title": {"en": "Other", "zh": "别的"}, "match": [{"message": "slow fdatasync"}], "samples": [FSYNC]}
    rules.write("config/whydown/rules/a.json", {"rules": [fsync]})
    rules.write("config/whydown/rules/b.json", {"rules": [RULE]})
    rules.write("config/whydown/rules/note.txt", "no rules")
    home = {"XDG_CONFIG_HOME": str(rules.scratch / "config")}
    told = rules.run("rules", "show", "etcd.fsync.slow", environment=home).stdout.decode()
    rules.check("a rule of the configuration folder replaces a built-in one", told.startswith("etcd.fsync.slow: Other"), told)
    rules.check("others add", kind_of(rules, "mine hit gold", environment=home) == "host.mine")
    silence = rules.write("silence.json", {"rules": [{"id": "etcd.fsync.slow", "silence": True}]})
    rules.expect("check", silence)
    rules.check("a rule is silenced", kind_of(rules, FSYNC, "--rules", silence) is None and kind_of(rules, FSYNC) == "etcd.fsync.slow")
    rules.check("--rules counts more than the folder", kind_of(rules, FSYNC, "--rules", silence, environment=home) is None)
    again = rules.write("again.json", {"rules": [fsync]})
    rules.check("the last --rules counts", kind_of(rules, FSYNC, "--rules", silence, "--rules", again) == "etcd.fsync.slow"
                and kind_of(rules, FSYNC, "--rules", again, "--rules", silence) is None)
    folder = str(rules.scratch / "config/whydown/rules")
    rules.check("--rules takes a folder", kind_of(rules, "mine hit gold", "--rules", folder) == "host.mine")
    home = {"XDG_CONFIG_HOME": "", "HOME": str(rules.scratch / "home")}
    rules.write("home/.config/whydown/rules/b.json", {"rules": [RULE]})
    rules.check("~/.config is read where XDG_CONFIG_HOME is not set", kind_of(rules, "mine hit gold", environment=home) == "host.mine")


def check_refused(rules):
    """A pack with a fault is refused whole: file, line, rule, key and reason in one line, exit status 2."""
    good = json.dumps(RULE)
    for name, rule, said in (("key", {**RULE, "id": "host.x", "severty": "info"}, "rule host.x: severty: no such key; did you mean severity?"),
                             ("value", {**RULE, "id": "host.x", "severity": "bad"}, 'rule host.x: severity: "bad" is none of info, notice'),
                             ("pattern", {**RULE, "id": "host.x", "match": [{"pattern": "mine hit ("}]}, "rule host.x: match 1: pattern: "),
                             ("anchor", {**RULE, "id": "host.x", "match": [{"pattern": "a.b"}]}, "rule host.x: match 1: anchor: "),
                             ("twice", RULE, "rule host.mine: id: given twice"),
                             ("type", {**RULE, "id": "host.x", "match": [{"message": "mine hit", "fields": {"a": "number"}}]}, "match 1: fields: a: "),
                             ("after", {**RULE, "id": "host.x", "after": "etcd.panik"}, "after: there is no such rule; did you mean etcd.panic?"),
                             ("silence", {"id": "etcd.fsync.slo", "silence": True}, "silence: there is no such rule; did you mean etcd.fsync.slow?")):
        path = rules.write(f"bad-{name}.json", f'{{"rules": [\n  {good},\n  {json.dumps(rule)}\n]}}\n')
        done = rules.run("events", "--rules", path, "-", stdin="mine hit gold\n")
        message = done.stderr.decode()
        rules.check(f"a wrong {name} is refused with its line", done.returncode == USAGE and not done.stdout and len(message.splitlines()) == 1
                    and message.startswith(f"whydown: {path}:3: ") and said in message, message)
    path = rules.write("cut.json", f'{{"rules": [\n  {good}')
    rules.check("what is no JSON is refused with its line", ": line 2, column " in rules.run("rules", "list", "--rules", path).stderr.decode())


def main():
    program, _ = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch, Tap() as tap:
        rules = Rules(tap, program, pathlib.Path(scratch))
        for check in (check_match, check_unknown, check_list, check_show, check_packs, check_hostile, check_precedence, check_refused):
            check(rules)


main()
