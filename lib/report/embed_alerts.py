#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the alerts of rules/alerts, minified, as C: embed_alerts.py OUT.c FILE...; their sample series stay out."""
import json
import pathlib
import sys

SAMPLES = ("fires", "silent")


def read(names):
    whole = {"words": {}, "groups": []}
    for name in names:
        data = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
        whole["words"].update(data.get("words", {}))
        if "alerts" in data:
            alerts = [{key: value for key, value in alert.items() if key not in SAMPLES} for alert in data["alerts"]]
            whole["groups"].append({"group": data["group"], "alerts": alerts})
    return whole


def main():
    out, names = sys.argv[1], sys.argv[2:]
    data = json.dumps(read(names), ensure_ascii=False, separators=(",", ":")).encode()
    bytes_text = ",".join(str(byte) for byte in data)
    pathlib.Path(out).write_text(
        f'/* Made by lib/report/embed_alerts.py. */\n#include "report/alerts.h"\n\nstatic const unsigned char text[] = {{{bytes_text}}};\n'
        "const struct str alerts_text = {(const char *)text, sizeof(text)};\n", encoding="utf-8")


main()
