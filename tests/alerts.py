#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Have Prometheus' own promtool check the alerting rules, and fire them: alerts.py WHYDOWN ROOT

Each alert fires for the series that it carries as `fires`, and for no series of `silent`; those of a real etcd
(testdata/alerts, by tests/lab/metrics.py) fire what a slow disk must fire, and nothing when it was healthy.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import case as cases
from tap import Tap

PACKS = ("etcd", "milvus", "host")
NUMBERS = {"quota": 2147483648, "heartbeat": 0.1, "election": 1, "ttl": 10}
FIRING = 'sum by (alertname) (ALERTS{alertstate="firing"})'
SPAN_MINUTES = 1  # between the two scrapes of a recording
SLOW_DISK = {"EtcdWalFsyncSlow", "EtcdWalFsyncStalls", "EtcdSlowApplies", "EtcdHeartbeatsLate"}


def filled(text):
    """A series' values with ${NAME*FACTOR} put in."""
    def number(match):
        return f"{NUMBERS[match[1]] * float(match[2] or 1):.15g}"
    text = re.sub(r"\$\{(\w+)(?:\*([\d.]+))?\}", number, text)
    return re.sub(r"(?<!\S)(-?[\d.]+)x(\d+)", r"\1+0x\2", text)


def minutes(series):
    return max(60 if "x60" in item["values"] else 30 for item in series)


def firing_test(name, series, wanted):
    """One test of promtool: these alerts fire at the end, and no other."""
    samples = [{"labels": f'{{alertname="{alert}"}}', "value": count} for alert, count in sorted(wanted.items())]
    return {"name": name, "interval": "1m",
            "input_series": [{"series": item["series"], "values": filled(item["values"])} for item in series],
            "promql_expr_test": [{"expr": FIRING, "eval_time": f"{minutes(series)}m", "exp_samples": samples}]}


def recorded(path, length=30):
    """The series of a recording, going on as they went between its two scrapes."""
    series = []
    for line in path.read_text(encoding="utf-8").splitlines():
        name, first, last = line.split("\t")
        step = 0 if is_gauge(name) else (float(last) - float(first)) / SPAN_MINUTES
        begin = last if is_gauge(name) else first
        series.append({"series": name, "values": f"{begin}{step:+.17g}x{length}"})
    return series


def is_gauge(name):
    head = name.partition("{")[0]
    return not head.endswith(("_total", "_bucket", "_count", "_sum"))


class Promtool:
    def __init__(self, rules, folder):
        self.program, self.rules, self.folder = shutil.which("promtool"), rules, folder

    def run(self, *words):
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False, cwd=self.folder)

    def test(self, tests):
        """What promtool says is wrong; empty when all is as expected."""
        path = self.folder / "tests.json"  # YAML knows JSON
        path.write_text(json.dumps({"rule_files": [self.rules.name], "evaluation_interval": "1m", "tests": tests}), encoding="utf-8")
        done = self.run("test", "rules", path)
        return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()

    def firing(self, inputs):
        """For each set of series the names of alerts that fire at the end: promtool tells when it is not what was expected."""
        said = "\n".join(self.test([firing_test("found", series, {"none": 1}) for series in inputs]))
        answers = [set(re.findall(r'alertname="(\w+)"\} [\d.E+]+', line)) for line in re.findall(r"got:(.*)", said)]
        return answers if len(answers) == len(inputs) else [set()] * len(inputs)


def alerts_of(root):
    return [alert for pack in PACKS for alert in json.loads((root / f"rules/alerts/{pack}.json").read_text(encoding="utf-8"))["alerts"]]


def check_syntax(tap, program, root, promtool):
    """promtool takes the rules as they are printed by default, in Chinese, and of reports."""
    for words in ([], ["--lang", "zh"]):
        text = cases.run(program, ["alerts", *words]).stdout
        (promtool.folder / "some.yml").write_bytes(text)
        done = promtool.run("check", "rules", "some.yml")
        tap.check(f"promtool check rules: alerts {' '.join(words)}", done.returncode == 0 and f"{len(alerts_of(root))} rules found" in done.stdout,
                  done.stdout + done.stderr)
    tap.check("--lang zh has Chinese texts", all(re.search("[\u4e00-\u9fff]", line) for line in text.decode().splitlines() if "summary:" in line))
    for case in (root / "testdata/cases" / name for name in ("leader-isolated", "etcd-quota", "status-nospace")):
        report = cases.run(program, ["-f", "json", *cases.arguments(case)], case).stdout
        (promtool.folder / "report.json").write_bytes(report)
        (promtool.folder / "some.yml").write_bytes(cases.run(program, ["alerts", "report.json"], promtool.folder).stdout)
        done = promtool.run("check", "rules", "some.yml")
        tap.check(f"promtool check rules: alerts of {case.name}", done.returncode == 0, done.stdout + done.stderr)


def check_texts(tap, program, root):
    """What promtool does not see: causes that there are, both languages, numbers that are known."""
    causes = {path.stem for path in (root / "rules/causes").glob("*.json")}
    alerts = alerts_of(root)
    tap.empty("alerts warn of known causes", [f"{alert['alert']}: {cause}" for alert in alerts for cause in alert["causes"] if cause not in causes])
    tap.empty("their texts are in both languages", [alert["alert"] for alert in alerts for key in ("summary", "description")
                                                   if not alert[key]["en"].isascii() or not re.search("[\u4e00-\u9fff]", alert[key]["zh"])])
    texts = [text for alert in alerts for text in (alert["expr"], *alert["description"].values(), *alert["summary"].values())]
    wrong = [text for text in texts if re.sub(r"\$\{(?:%s)(?:\*[\d.]+)?(?::(?:ms|s|bytes))?\}" % "|".join(NUMBERS), "", text).count("${")]
    tap.empty("their numbers are known", wrong)
    printed = cases.run(program, ["alerts"]).stdout.decode() + cases.run(program, ["alerts", "-f", "md"]).stdout.decode()
    tap.check("all numbers are put in", "${" not in printed and "?)" not in printed)


def check_samples(tap, root, promtool):
    alerts = alerts_of(root)
    names = [alert["alert"] for alert in alerts]
    tap.check("names are given once", len(set(names)) == len(names))
    for name, fired in zip(names, promtool.firing([alert["fires"] for alert in alerts])):
        tap.check(f"{name} fires for its series", name in fired, f"{sorted(fired)}")
    tap.empty("nothing fires for healthy series", promtool.test([firing_test(alert["alert"], alert["silent"], {}) for alert in alerts]))


def check_recordings(tap, root, promtool):
    folder = root / "testdata/alerts"
    tap.empty("a healthy etcd fires nothing", promtool.test([firing_test("healthy", recorded(folder / "healthy.tsv"), {})]))
    fired = promtool.firing([recorded(folder / "slow-disk.tsv")])[0]
    tap.check("a slow disk fires", SLOW_DISK <= fired, f"{sorted(fired)}")


def check_report(tap, program, root, folder):
    """The cluster's own numbers are used, and what the report found is marked."""
    case = root / "testdata/cases/story-slow-disk"
    report = cases.run(program, ["-f", "json", *cases.arguments(case)], case).stdout
    (folder / "report.json").write_bytes(report)
    plain = cases.run(program, ["alerts"]).stdout.decode()
    told = cases.run(program, ["alerts", "report.json"], folder).stdout.decode()
    ttl = min(lease["ttl_s"] for lease in json.loads(report)["leases"])
    tap.check("the report's TTL is used", f"> {ttl * 0.25:.15g}\n" in told and f"TTL of Milvus's sessions: {ttl} s (from the report)" in told, told)
    tap.check("its heartbeat and quota are named", "100 ms (from the report)" in told and "2 GiB (from the report)" in told, told[:900])
    redacted = cases.run(program, ["alerts", "--redact", "report.json"], folder).stdout.decode()
    tap.check("--redact leaves out the report's sentence", "The report says" in told and redacted == re.sub("# The report says.*\n", "", told), redacted[:900])
    tap.check("its cause is marked", told.count("cause that the report names: storage-latency") > 3 and "report names" not in plain, told[:1500])
    other = json.loads(report)
    for fact in other["facts"]:
        fact["value"] = {"etcd.config.heartbeat_ms": 500, "etcd.config.election_ms": 5000, "etcd.config.quota_bytes": 8589934592}.get(fact["id"], fact["value"])
    (folder / "other.json").write_text(json.dumps(other), encoding="utf-8")
    told = cases.run(program, ["alerts", "other.json"], folder).stdout.decode()
    for wanted in ("_bucket[5m]))) > 2.5\n", "_bucket[5m]))) > 0.75\n", "* 0 + 8589934592)", "5000 ms", "8 GiB (from the report)"):
        tap.check(f"with other settings: {wanted.strip()}", wanted in told and wanted not in plain, told[:900])
    other["verdict"]["summary"] = "ended\ngroups: []\n- alert: Evil\u2028\u0085x"
    (folder / "hostile.json").write_text(json.dumps(other), encoding="utf-8")
    hostile = cases.run(program, ["alerts", "hostile.json"], folder).stdout.decode()
    head = hostile.partition("\ngroups:\n")[0]
    tap.check("a report's text stays in its comment", "Evil" in head and all(line.startswith("#") for line in head.splitlines()), head)


def check_usage(tap, program, root, folder):
    plain = cases.run(program, ["alerts"]).stdout
    cases.run(program, ["alerts", "-o", "rules.yml"], folder)
    tap.check("-o writes what is printed without it", (folder / "rules.yml").read_bytes() == plain)
    for words, status, said in ((["-f", "html"], 2, "html"), (["a", "b"], 2, "one"), (["missing.json"], 4, "missing.json"),
                                ([root / "testdata/cases/healthy/milvus.log"], 2, "no saved report")):
        done = cases.run(program, ["alerts", *map(str, words)], folder)
        tap.check(f"alerts {words[-1]} exits {status}", done.returncode == status and said in done.stderr.decode() and not done.stdout,
                  f"{done.returncode} {done.stderr.decode()}")


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    with Tap() as tap, tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        check_usage(tap, program, root, folder)
        check_report(tap, program, root, folder)
        check_texts(tap, program, root)
        if not shutil.which("promtool"):
            tap.skip("promtool", "promtool is not to be had")
            return
        rules = folder / "rules.yml"
        promtool = Promtool(rules, folder)
        check_syntax(tap, program, root, promtool)
        check_samples(tap, root, promtool)
        check_recordings(tap, root, promtool)


main()
