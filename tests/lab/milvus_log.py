# SPDX-License-Identifier: Apache-2.0
"""Milvus's text log: its quoting, its start banner, and what differs between its versions."""
import dataclasses
import datetime
import json
import os
import threading

GO_ROOT = "/go/src/github.com/milvus-io/milvus"
PACKAGE = "github.com/milvus-io/milvus"


@dataclasses.dataclass(frozen=True)
class Component:
    """One session of a standalone: its name in etcd, port, and the line with which it gives up."""
    name: str
    port: int
    caller: str
    farewell: str
    id_field: str = "Server Id"


@dataclasses.dataclass(frozen=True)
class Version:
    """What differs between versions; lines: line numbers of the callers."""
    number: str
    ttl: float
    request_timeout: float
    keep_alive_once: bool
    exits_at_once: bool
    banner: str
    go: str
    commit: str
    built: str
    has_old_signal: bool
    retried: str
    components: tuple
    lines: dict


OLD_COORDINATORS = (
    Component("rootcoord", 53100, "rootcoord/root_coord.go", "Root Coord disconnected from etcd, process will exit"),
    Component("datacoord", 13333, "datacoord/server.go", "disconnected from etcd and exited", "serverID"),
    Component("querycoord", 19531, "querycoordv2/server.go", "QueryCoord disconnected from etcd, process will exit",
              "serverID"),
)
NODES = (
    Component("proxy", 19529, "proxy/proxy.go", "Proxy disconnected from etcd, process will exit"),
    Component("datanode", 21124, "datanode/data_node.go", "Data Node disconnected from etcd, process will exit"),
)
INDEX_NODE = Component("indexnode", 21121, "indexnode/indexnode.go",
                       "Index Node disconnected from etcd, process will exit")
QUERY_NODE = Component("querynode", 21123, "querynodev2/server.go",
                       "Query Node disconnected from etcd, process will exit")
OLD_QUERY_NODE = dataclasses.replace(QUERY_NODE, caller="querynode/query_node.go")
INDEX_COORDINATOR = Component("indexcoord", 31000, "indexcoord/index_coord.go",
                              "Index Coord disconnected from etcd, process will exit")
# Since 2.3 a second session of DataCoord, without a farewell of its own.
INDEX_SESSION = Component("indexcoord", 13333, "", "")
MIX_COORDINATOR = Component("mixcoord", 53100, "coordinator/mix_coord.go",
                            "MixCoord disconnected from etcd, process will exit", "serverID")
STREAMING_NODE = Component("streamingnode", 22222, "streamingnode/service.go",
                           "StreamingNode disconnected from etcd, process will exit")

SESSION_LINES = ("try", "register", "put", "registered", "closed", "once", "once_failed", "once_succeeded",
                 "retry_failed", "lost", "liveness_done", "watch_registered", "deleted", "start", "revoke",
                 "revoked", "slow", "multi_save", "tso", "tso_save", "update_tso", "signal", "stopping", "running")


def lines(*numbers):
    return dict(zip(SESSION_LINES, numbers, strict=True))


VERSIONS = {
    "2.2.8": Version("2.2.8", 20, 30, False, False, "Welcome to use Milvus!", "go1.18.3 linux/amd64", "47e28fbe",
                     "Tue May  9 06:40:58 UTC 2023", True, "retry time",
                     OLD_COORDINATORS + (INDEX_COORDINATOR,) + NODES + (OLD_QUERY_NODE, INDEX_NODE),
                     lines(197, 345, 382, 393, 420, 0, 0, 0, 0, 690, 696, 734, 736, 228, 0, 0, 729, 406, 178, 99, 279,
                           336, 0, 183)),
    "2.2.16": Version("2.2.16", 20, 30, True, False, "Welcome to use Milvus!", "go1.18.10 linux/amd64", "af56b284",
                      "Mon Nov 27 08:12:33 UTC 2023", False, "retry time",
                      OLD_COORDINATORS + (INDEX_COORDINATOR,) + NODES + (OLD_QUERY_NODE, INDEX_NODE),
                      lines(207, 368, 405, 417, 441, 449, 465, 469, 479, 778, 785, 814, 816, 240, 0, 0, 735, 412, 180,
                            101, 291, 352, 0, 186)),
    "2.4.17": Version("2.4.17", 30, 10, True, True, "Welcome to use Milvus!", "go1.21.11 linux/amd64", "3afdf28d",
                      "Tue Nov 19 07:33:09 UTC 2024", False, "retried",
                      OLD_COORDINATORS + (INDEX_SESSION,) + NODES + (QUERY_NODE, INDEX_NODE),
                      lines(263, 462, 492, 502, 556, 564, 579, 583, 593, 908, 911, 940, 942, 296, 971, 992, 656, 258,
                            178, 108, 293, 262, 489, 307)),
    "2.6.3": Version("2.6.3", 10, 10, True, True, "Welcome to Milvus!", "go1.24.4 linux/amd64", "80c6212c43",
                     "Fri Oct 10 06:21:40 UTC 2025", False, "retried",
                     (MIX_COORDINATOR,) + NODES + (QUERY_NODE, STREAMING_NODE),
                     lines(276, 481, 511, 521, 575, 583, 598, 602, 612, 929, 932, 961, 963, 309, 992, 1013, 669, 271,
                           179, 109, 301, 267, 501, 318)),
}

BANNER = r"""
    __  _________ _   ____  ______    
   /  |/  /  _/ /| | / / / / / __/    
  / /|_/ // // /_| |/ / /_/ /\ \    
 /_/  /_/___/____/___/\____/___/     

""".lstrip("\n")


def quoted(value):
    """A key, value or message as Milvus's text encoder writes it."""
    text = str(value)
    if not any(char <= " " or char in '\\"[]=' for char in text):
        return text
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(char, char if char >= " " else f"\\u{ord(char):04x}") for char in text) + '"'


def duration(seconds):
    """As Go's time.Duration renders it."""
    nanoseconds = round(seconds * 1e9)
    for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3), ("ns", 1)):
        if nanoseconds >= size:
            minutes = ""
            if unit == "s" and nanoseconds >= 60 * size:
                minutes = f"{nanoseconds // (60 * size)}m"
                nanoseconds %= 60 * size
            whole, part = divmod(nanoseconds, size)
            digits = f"{whole}.{part:0{len(str(size)) - 1}d}" if size > 1 else f"{whole}."
            return minutes + digits.rstrip("0").rstrip(".") + unit
    return "0s"


def stack(caller, *functions):
    """The stack of an ERROR line. caller: folder/file.go:NN"""
    place, _, number = caller.rpartition(":")
    folder = place.partition("/")[0]
    frames = [f"{PACKAGE}/internal/{folder}.{functions[0]}\n\t{GO_ROOT}/internal/{place}:{number}"]
    frames += [f"{PACKAGE}/{function}" for function in functions[1:]]
    return "\n".join(frames)


def verbose(error):
    """What cockroachdb's errors add to a wrapped error."""
    kind = "context.deadlineExceededError" if error == "context deadline exceeded" else "rpctypes.EtcdError"
    if error.startswith("rpc error"):
        kind = "*status.Error"
    kv = f"{PACKAGE}/internal/kv/etcd.(*etcdKV).Save"
    return (f"{error}\n(1) attached stack trace\n  -- stack trace:\n  | {kv}\n  | \t{GO_ROOT}/internal/kv/etcd/etcd_kv.go:"
            f"249\nWraps: (2) {error}\nError types: (1) *withstack.withStack (2) {kind}")


class Log:
    """Writes whole lines, from any thread. zone: minutes east of UTC."""

    def __init__(self, out, zone=0):
        self.out = out
        self.zone = datetime.timezone(datetime.timedelta(minutes=zone))
        self.lock = threading.Lock()

    def time(self, when=None):
        now = datetime.datetime.fromtimestamp(when, self.zone) if when else datetime.datetime.now(self.zone)
        offset = now.strftime("%z")
        return f"{now:%Y/%m/%d %H:%M:%S}.{now.microsecond // 1000:03d} {offset[:3]}:{offset[3:]}"

    def raw(self, text):
        with self.lock:
            os.write(self.out, text.encode())

    def line(self, level, caller, message, *fields):
        """fields: pairs of key and value, in order; values are rendered as strings."""
        groups = "".join(f" [{quoted(key)}={quoted(value)}]" for key, value in fields if value is not None)
        self.raw(f"[{self.time()}] [{level}] [{caller}] [{quoted(message)}]{groups}\n")

    def etcd_client(self, target, error, attempt=0):
        """The line of etcd's client library inside Milvus."""
        now = datetime.datetime.now(self.zone)
        zone = "Z" if not now.utcoffset() else now.strftime("%z")
        record = {"level": "warn", "ts": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}{zone}",
                  "logger": "etcd-client", "caller": "v3@v3.5.5/retry_interceptor.go:62",
                  "msg": "retrying of unary invoker failed", "target": target, "attempt": attempt, "error": error}
        self.raw(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
