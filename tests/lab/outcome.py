# SPDX-License-Identifier: Apache-2.0
"""What came of runs: the verdict held against the fault, and the table of all of them."""
import collections
import dataclasses
import json
import pathlib
import subprocess

RULES = pathlib.Path(__file__).resolve().parent.parent.parent / "rules" / "causes"
RIGHT, OPEN, UNREAD, WRONG, SKIPPED = "right", "open", "unread", "wrong", "skipped"
STATES = {
    RIGHT: "names the fault",
    OPEN: "the lines leave it open: \"unknown\" with the question that decides, or another answer that is as good",
    UNREAD: "\"unknown\" where the lines say more, or with another question",
    WRONG: "names what was not done",
    SKIPPED: "the machine does not permit the fault",
}
ENOUGH = 2 / 3  # of the runs of one fault in one format
BUSY_SECONDS = 0.3  # by which the lab itself may be late


@dataclasses.dataclass
class Outcome:
    """How one run went. format: of etcd's log, or its version; late: the most seconds by which this machine let the lab itself wait"""
    case: object
    state: str
    said: str
    format: str = ""
    seconds: float = 0
    late: float = 0

    @property
    def is_good(self):
        return self.state in (RIGHT, OPEN)

    def __str__(self):
        wanted = "" if self.is_good or self.state == SKIPPED else f"; expected {self.case.cause or 'nothing wrong'}"
        busy = f"; this machine let the lab wait for {self.late:.1f} s" if self.late > BUSY_SECONDS else ""
        return f"{self.state:7} {self.case.name:26} {self.format:8} {self.seconds:4.0f} s  {self.said}{wanted}{busy}"


def questions(cause):
    """What would settle it, in the words of a report."""
    notes = {note["id"]: note["text"]["en"] for note in json.loads((RULES / "notes.json").read_text(encoding="utf-8"))["notes"]}
    file = RULES / f"{cause}.json"
    return {notes[name] for name in json.loads(file.read_text(encoding="utf-8"))["settle"]} if file.exists() else set()


def asks(report, cause):
    """Whether an "unknown" weighs the fault, or asks for what would show it."""
    verdict = report["verdict"]
    asked = {item["what"] for item in verdict["settle"]}
    if cause in (None, "unknown"):
        return bool(asked or report["coverage"]["missing"])
    return cause in [rival["cause"] for rival in verdict["rivals"]] or bool(asked & questions(cause))


def state_of(case, report):
    verdict = report["verdict"]
    said, stopped = verdict["cause"], verdict["stopped"]
    if case.stopped is not None and stopped not in (case.stopped, None):
        return WRONG
    if any(clock["offset_ms"] for clock in report["clocks"]):
        return WRONG  # all that runs here has one clock
    if said == "unknown":
        is_open = "unknown" in (case.cause, *case.accepted) and asks(report, case.cause)
        return OPEN if is_open else UNREAD
    if said == case.cause:
        return RIGHT
    return OPEN if said in case.accepted else WRONG


def judge(program, case, logs):
    """The state of a verdict, and what it says."""
    names = [str(log) for log in logs if log.name not in case.left_out]
    done = subprocess.run([program, "explain", "-f", "json", *names], capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
        verdict = report["verdict"]
    except (ValueError, KeyError):
        return WRONG, f"no report (exit {done.returncode}): {done.stderr.strip()}"
    moved = "".join(f", {clock['instance']}'s clock moved" for clock in report["clocks"] if clock["offset_ms"])
    return state_of(case, report), f"{verdict['cause'] or 'nothing wrong'} ({verdict['confidence']}), stopped: {verdict['stopped']}{moved}"


def is_enough(outcomes):
    """Whether so many runs of one fault went well as are asked for."""
    ran = [outcome for outcome in outcomes if outcome.state != SKIPPED]
    return sum(outcome.is_good for outcome in ran) >= ENOUGH * len(ran)


def table(outcomes):
    """Lines, one for each fault and format, and whether each of them is good enough."""
    rows = collections.defaultdict(list)
    for outcome in outcomes:
        rows[outcome.case.name, outcome.format].append(outcome)
    lines = [f"{'fault':28} {'format':8} {'runs':>5} " + " ".join(f"{state:>7}" for state in STATES)]
    for (name, form), found in sorted(rows.items()):
        count = collections.Counter(outcome.state for outcome in found)
        mark = "" if is_enough(found) else "  FAILED"
        lines.append(f"{name:28} {form:8} {len(found):5} " + " ".join(f"{count[state] or '-':>7}" for state in STATES) + mark)
    count = collections.Counter(outcome.state for outcome in outcomes)
    lines.append(f"{'all':28} {'':8} {len(outcomes):5} " + " ".join(f"{count[state] or '-':>7}" for state in STATES))
    return lines, all(is_enough(found) for found in rows.values())
