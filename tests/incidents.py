#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Score the verdicts on labelled incidents, where a collection of them lies beside the project: incidents.py WHYDOWN ROOT

The collection is ../shared/incidents, the score that of ../shared/tools/score-incidents. The limits are floors, not aims:
raise them when the score has risen.
"""
import json
import pathlib
import subprocess
import sys

from tap import Tap

ACCURACY_MIN = 0.85
CONFIDENTLY_WRONG_MAX = 3
OVERCLAIMS_MAX = 1
NAMED_WHERE_UNKNOWN_MAX = 4
BRIER_MAX = 0.16


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    shared = root.parent / "shared"
    tool, incidents = shared / "tools/score-incidents", shared / "incidents"
    with Tap() as tap:
        if not tool.exists() or not incidents.is_dir():
            tap.skip("incidents", "no collection of labelled incidents lies beside the project")
            return
        done = subprocess.run([sys.executable, tool, program, incidents, "--json"], stdout=subprocess.PIPE, text=True, check=False)
        score = json.loads(done.stdout or "{}")
        for name, is_so in (
                ("each incident could be explained", score.get("failures") == 0),
                (f"accuracy is at least {ACCURACY_MIN}", score.get("accuracy", 0) >= ACCURACY_MIN),
                (f"at most {CONFIDENTLY_WRONG_MAX} are confidently wrong", score.get("confidently_wrong", 99) <= CONFIDENTLY_WRONG_MAX),
                (f"at most {OVERCLAIMS_MAX} are overclaimed", score.get("overclaims", 99) <= OVERCLAIMS_MAX),
                (f"at most {NAMED_WHERE_UNKNOWN_MAX} are named where nobody can know",
                 score.get("named_where_unknown", 99) <= NAMED_WHERE_UNKNOWN_MAX),
                (f"the Brier score is at most {BRIER_MAX}", score.get("brier", 1) <= BRIER_MAX)):
            tap.check(name, is_so, done.stdout)


main()
