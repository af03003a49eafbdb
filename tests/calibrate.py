#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fit how scores become probabilities, by cross-validation, and print the table of lib/cause/calibration.c: calibrate.py WHYDOWN ROOT

Verdicts on the cases of testdata/cases, on each of them with one input left out, and on the labelled incidents of
../shared/incidents where these lie beside the project. For each class of coverage one temperature and the shares of right
"unknown" and "nothing wrong" are fitted; the score printed is that of incidents and cases that the fit has not seen: all
verdicts on one incident are left out together. Nothing is written.
"""
import collections
import json
import pathlib
import subprocess
import sys

import case as cases

CLASSES = ["excerpt", "one side", "both sides", "side evidence"]
TEMPERATURES = range(12, 61)  # a strong sign (30) is worth odds of 12 to 1, not more
PRIOR_ROWS = 12         # a class with few verdicts is drawn to all of them
PRIOR_SHARE = {"unknown": 0.7, None: 0.8}
BINS = [0, 0.5, 0.7, 0.8, 0.9, 1.01]

# As in lib/cause/calibration.c: the most that is said, of logs of which some are not there, and without the log that would tell why.
PERMILLE_MAX, PERMILLE_MAX_PART, PERMILLE_MAX_UNTOLD = 940, 900, 700

Row = collections.namedtuple("Row", "group klass cause scores most is_right")


def report_of(program, words, folder):
    done = cases.run(program, ["-f", "json", *words], folder)
    return json.loads(done.stdout) if done.returncode in (0, 3) else None


def most_of(report, told_by):
    missing = [item["what"] for item in report["coverage"]["missing"]]
    if f"{told_by.get(report['verdict']['cause'])}'s log" in missing:
        return PERMILLE_MAX_UNTOLD
    is_part = report["verdict"]["basis"] == "excerpt" or any(
        what in ("etcd's log", "Milvus's log") or (what.startswith("logs of ") and what.endswith(" etcd members")) for what in missing)
    return PERMILLE_MAX_PART if is_part else PERMILLE_MAX


def told_by_of(root):
    """The program whose log tells why, for each cause that names one."""
    causes = [json.loads(path.read_text(encoding="utf-8")) for path in (root / "rules/causes").glob("*.json")]
    return {cause["id"]: cause["told_by"] for cause in causes if "told_by" in cause}


def row_of(group, report, accepted, told_by, is_left_out=False):
    """None where a part of the inputs gave no cause: whether that is right nobody has said."""
    verdict = report["verdict"]
    cause = verdict["cause"]
    if is_left_out and cause in ("unknown", None):
        return None
    scores = [verdict["score"]] + [rival["score"] for rival in verdict["rivals"]]
    return Row(group, verdict["basis"], cause, scores, most_of(report, told_by), cause in accepted)


def case_rows(program, root, told_by):
    for folder in cases.cases(root):
        described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        words = cases.arguments(folder)
        yield row_of(folder.name, report_of(program, words, folder), [described["cause"]], told_by)
        for left_out in words if len(words) > 1 else []:
            rest = [word for word in words if word != left_out]
            yield row_of(folder.name, report_of(program, rest, folder), [described["cause"]], told_by, True)


def incident_rows(program, incidents, told_by):
    for path in sorted(incidents.glob("*/case.json")):
        described = json.loads(path.read_text(encoding="utf-8"))
        found = report_of(program, described["files"], path.parent)
        if found is not None and (described.get("confidence") != "low" or set(described["accept"]) <= {"unknown", None}):
            yield row_of(path.parent.name, found, described["accept"], told_by)


def fade(distance, temperature):
    """As lib/cause/calibration.c has it."""
    value = 1 << 16
    for _ in range(min(distance * 16 // temperature, 160)):
        value = value * 61565 >> 16
    return value


def probability(row, temperature):
    scores = row.scores
    total = fade(scores[0], temperature) + sum(fade(scores[0] - score, temperature) for score in scores)
    return min(max(1000 * (1 << 16) // total, 300), row.most) / 1000


def is_named(row):
    return row.cause not in ("unknown", None)


def brier(rows, temperature):
    return sum((probability(row, temperature) - row.is_right) ** 2 for row in rows)


def fit_temperature(rows, everybody):
    """The pooled rows count as a few of the class's own."""
    weight = PRIOR_ROWS / max(len(everybody), 1)
    return min(TEMPERATURES, key=lambda temperature: brier(rows, temperature) + weight * brier(everybody, temperature))


def fit_share(rows, cause):
    return (sum(row.is_right for row in rows) + PRIOR_ROWS * PRIOR_SHARE[cause]) / (len(rows) + PRIOR_ROWS)


def fit(rows):
    everybody = [row for row in rows if is_named(row)]
    return {klass: (fit_temperature([row for row in everybody if row.klass == klass], everybody),
                    *(fit_share([row for row in rows if row.klass == klass and row.cause == cause], cause) for cause in ("unknown", None)))
            for klass in CLASSES}


def confidence(row, fitted):
    temperature, unknown, null = fitted[row.klass]
    return probability(row, temperature) if is_named(row) else unknown if row.cause else null


def report(rows):
    """Of verdicts that the fit has not seen."""
    predictions = []
    for group in sorted({row.group for row in rows}):
        fitted = fit([row for row in rows if row.group != group])
        predictions += [(confidence(row, fitted), row) for row in rows if row.group == group]
    for klass in CLASSES:
        of_class = [(sure, row.is_right) for sure, row in predictions if row.klass == klass]
        if of_class:
            score = sum((sure - right) ** 2 for sure, right in of_class) / len(of_class)
            print(f"{klass:14} {len(of_class):4} verdicts, {sum(right for _, right in of_class):4} right, Brier {score:.3f}")
    for low, high in zip(BINS, BINS[1:]):
        inside = [(sure, row.is_right) for sure, row in predictions if low <= sure < high]
        if inside:
            said, true = (sum(values) / len(inside) for values in zip(*inside))
            print(f"said {said:.2f}: {len(inside):4} verdicts, {true:.2f} right")
    print(f"all: Brier {sum((sure - row.is_right) ** 2 for sure, row in predictions) / len(predictions):.3f}")


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    incidents = root.parent / "shared/incidents"
    told_by = told_by_of(root)
    rows = [row for row in case_rows(program, root, told_by) if row is not None]
    rows += [row for row in incident_rows(program, incidents, told_by) if row is not None]
    report(rows)
    for klass, (temperature, unknown, null) in fit(rows).items():
        name = klass.upper().replace(" ", "_")
        print(f'        [CALIBRATION_{name}] = {{STR_INIT("{klass}"), {temperature}, {int(unknown * 1000)}, {int(null * 1000)}}},')


if __name__ == "__main__":
    try:
        main()
    except subprocess.TimeoutExpired as error:
        sys.exit(f"calibrate: {error}")
