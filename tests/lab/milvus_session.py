# SPDX-License-Identifier: Apache-2.0
"""Milvus's session: a lease in etcd, kept alive as etcd's client library does, and what Milvus does when it is lost."""
import json
import threading
import time

from gateway import Refused
from milvus_log import stack

RETRY_SECONDS = 0.5
ONCE_TIMEOUT = 10
NOT_FOUND = "etcdserver: requested lease not found"


class Session:
    """One component's session. process: the Process that holds it."""

    def __init__(self, process, component, server_id):
        self.process = process
        self.component = component
        self.key = process.key(f"meta/session/{component.name}")
        if component.name not in ("rootcoord", "datacoord", "querycoord", "indexcoord", "mixcoord"):
            self.key += f"-{server_id}"
        self.server_id = server_id
        self.lease = 0
        self.revision = 0
        self.is_over = threading.Event()
        self.is_deleted = threading.Event()

    def line(self, level, name, message, *fields):
        version = self.process.version
        self.process.log.line(level, f"sessionutil/session_util.go:{version.lines[name]}", message, *fields)

    def value(self):
        return json.dumps({"ServerID": self.server_id, "ServerName": self.component.name,
                           "Address": f"172.18.0.4:{self.component.port}", "Exclusive": True, "TriggerKill": True,
                           "Version": self.process.version.number, "IndexEngineVersion": {}, "LeaseID": self.lease,
                           "HostName": "9f2c1d7a4b3e"}, separators=(",", ":"))

    def register(self):
        """Raises Refused."""
        etcd, version = self.process.etcd, self.process.version
        if version.lines["start"]:
            self.line("INFO", "start", "start server", ("name", self.component.name),
                      ("address", f"172.18.0.4:{self.component.port}"), ("id", self.server_id), ("server_labels", "{}"))
        self.lease = etcd.grant(self.process.ttl, version.request_timeout)
        self.line("INFO", "put", "put session key into etcd", ("key", self.key), ("value", self.value()))
        answer = etcd.put(self.key, self.value(), version.request_timeout, self.lease)
        self.revision = int(answer["header"]["revision"])
        self.line("INFO", "registered", "Service registered successfully", ("ServerName", self.component.name),
                  ("serverID", self.server_id))
        self.line("INFO", "watch_registered", "register session success",
                  ("role", f"{self.component.name}-{self.server_id}"), ("key", self.key))

    def start(self):
        threading.Thread(target=self.keep_alive, daemon=True).start()
        threading.Thread(target=self.watch, daemon=True).start()

    def keep_alive(self):
        """A renewal every TTL/3; none answered for a TTL, polled every second, ends the session."""
        ttl = self.process.ttl
        self.deadline = time.monotonic() + ttl
        threading.Thread(target=self.renew, daemon=True).start()
        while not self.is_over.is_set():
            if self.is_deleted.wait(1):
                self.process.lose(self, True)
                return
            if time.monotonic() > self.deadline:
                self.process.lose(self, False)
                return

    def renew(self):
        ttl, next_renewal = self.process.ttl, 0.0
        while not self.is_over.is_set():
            if time.monotonic() >= next_renewal:
                try:
                    seconds = self.process.etcd.keep_alive(self.lease, ttl)
                    if seconds <= 0:
                        self.deadline = 0
                        return
                    self.deadline = time.monotonic() + seconds
                    next_renewal = time.monotonic() + seconds / 3
                except Refused:
                    pass
            self.is_over.wait(RETRY_SECONDS)

    def watch(self):
        while not self.is_over.is_set():
            if self.process.etcd.watch(self.key, self.revision + 1, self.is_over.is_set):
                role = f"{self.component.name}-{self.server_id}"
                self.line("INFO", "deleted", "session key is deleted, exit...", ("role", role), ("key", self.key))
                self.is_deleted.set()
                return
            self.is_over.wait(RETRY_SECONDS)

    def keep_alive_once(self):
        """Until it is answered, refused for good, or its time is over. Raises Refused."""
        end = time.monotonic() + ONCE_TIMEOUT
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise Refused("context deadline exceeded", "")
            try:
                if self.process.etcd.keep_alive(self.lease, left) <= 0:
                    raise Refused(NOT_FOUND, NOT_FOUND)
                return
            except Refused as error:
                if "code = Unavailable" not in error.wire and error.text != "context deadline exceeded":
                    raise
                time.sleep(0.1)

    def saved_by_retries(self):
        """What versions that retry do when the channel closes."""
        version, name = self.process.version, ("serverName", self.component.name)
        self.line("INFO", "once", "keepAlive channel close caused by etcd, try to KeepAliveOnce", name)
        error = None
        for attempt in range(3):
            try:
                self.keep_alive_once()
                self.line("INFO", "once_succeeded", "succeed to KeepAliveOnce", name, ("LeaseID", self.lease),
                          ("resp", '{"cluster_id":14841639068965178418,"member_id":10276657743932975437,"revision":'
                           f'{self.revision},"raft_term":2}}'))
                return True
            except Refused as reason:
                error = reason.text
                if attempt == 0:
                    self.process.log.line("WARN", "retry/retry.go:46", "retry func failed", (version.retried, 0),
                                          ("error", error))
                time.sleep(0.2 * 2 ** attempt)
        self.line("WARN", "once_failed", "fail to retry keepAliveOnce", name, ("LeaseID", self.lease), ("error", error))
        return False

    def say_farewell(self):
        component = self.component
        if component.farewell:
            caller = f"{component.caller}:{281 + len(component.name) * 13}"
            frames = stack(caller, "(*Core).Register.func1" if component.name == "rootcoord" else "(*Server).Register.func2",
                           f"internal/util/sessionutil.(*Session).LivenessCheck.func1\n\t/go/src/github.com/milvus-io/"
                           f"milvus/internal/util/sessionutil/session_util.go:{self.process.version.lines['lost'] + 2}")
            self.process.log.line("ERROR", caller, component.farewell, (component.id_field, self.server_id),
                                  ("stack", frames))
