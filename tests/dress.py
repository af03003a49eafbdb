# SPDX-License-Identifier: Apache-2.0
"""A program's lines, and what all dresses need."""
import datetime
import json
from dataclasses import dataclass

DOCKER_BUFFER, CONMON_BUFFER = 16384, 8192
NODE_ZONE = datetime.timezone(datetime.timedelta(hours=8))


@dataclass(frozen=True)
class Entry:
    """One line as a program printed it."""
    name: str     # of the program's log: "etcd"
    output: str   # "stdout", "stderr"
    time_ns: int
    text: str

    @property
    def container(self):
        return f"milvus-{'standalone' if self.name == 'milvus' else self.name}"

    @property
    def pod(self):
        return f"my-release-{'milvus-standalone-7c9f8d6b5-qx7lm' if self.name == 'milvus' else self.name + '-0'}"


# ---- times ----

def civil(time_ns, zone=datetime.timezone.utc):
    return datetime.datetime.fromtimestamp(time_ns // 10 ** 9, zone)


def offset_of(moment, colon=":"):
    text = moment.strftime("%z")
    return text[:3] + colon + text[3:]


def rfc3339_nano(time_ns, zone=datetime.timezone.utc):
    """Go's RFC3339Nano: zeros at the end of the fraction are left out, UTC is Z."""
    moment, fraction = civil(time_ns, zone), f"{time_ns % 10 ** 9:09d}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + ("Z" if zone == datetime.timezone.utc else offset_of(moment))


def fixed(time_ns, digits, zone=datetime.timezone.utc, z="Z"):
    moment = civil(time_ns, zone)
    fraction = f".{time_ns % 10 ** 9:09d}"[:digits + 1] if digits else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + (z if zone == datetime.timezone.utc else offset_of(moment))


def month_day(time_ns):
    moment = civil(time_ns)
    return f"{moment.strftime('%b')} {moment.day:2d} {moment.strftime('%H:%M:%S')}"


# ---- helpers ----

def by_name(entries, line):
    """A file for each program."""
    files = {}
    for entry in entries:
        files.setdefault(f"{entry.name}.log", []).append(line(entry))
    return {name: "".join(lines) for name, lines in files.items()}


def in_one(entries, line, name="all.log"):
    return {name: "".join(line(entry) for entry in entries)}


def pieces(text, size):
    """A line as a buffer of so many bytes cuts it."""
    data = text.encode()
    return [data[at:at + size].decode("utf-8", "replace") for at in range(0, len(data), size)] or [""]


def go_json(value):
    """encoding/json escapes what HTML could take for its own."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plain(entries):
    return by_name(entries, lambda entry: entry.text + "\n")
