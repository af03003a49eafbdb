# SPDX-License-Identifier: Apache-2.0
"""Runs real etcd members on loopback, with relative paths so that their logs tell nothing of this machine."""
import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

from gateway import Gateway, Refused


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


CLAIMS = []


def claim(port):
    """Whether no other lab on this machine has that port in mind; a name without a file, gone when this process is."""
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind(f"\0whydown-lab-{port}")
    except OSError:
        holder.close()
        return False
    CLAIMS.append(holder)
    return True


def free_port(wanted):
    """wanted, or else the next that nobody has."""
    return next(port for port in range(wanted, 65536) if claim(port) and is_free(port))


NICE = -5


def hurry():
    """Run this process before what else this machine does, where that is permitted."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, min(NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def quiet_environment(zone="UTC"):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ETCD", "GO", "GRPC"))}
    return {**kept, "TZ": zone}


@dataclasses.dataclass
class Member:
    """One etcd. folder: where it runs; peer_url: as others know it, perhaps that of a proxy."""
    binary: str
    folder: pathlib.Path
    name: str
    client_port: int
    peer_port: int
    log_name: str
    logger: str = "zap"
    options: tuple = ()
    peer_url: str = ""
    initial_cluster: str = ""
    scheme: str = "http"
    peer_scheme: str = "http"
    process: subprocess.Popen = None

    @property
    def data(self):
        return self.folder / f"{self.name}.etcd"

    @property
    def endpoint(self):
        return f"127.0.0.1:{self.client_port}"

    @property
    def pid(self):
        return self.process.pid

    def command(self):
        client, peer = f"{self.scheme}://127.0.0.1:{self.client_port}", f"{self.peer_scheme}://127.0.0.1:{self.peer_port}"
        advertised = self.peer_url or peer
        words = ["etcd", "--name", self.name, "--data-dir", f"{self.name}.etcd", "--listen-client-urls", client,
                 "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", advertised,
                 "--initial-cluster", self.initial_cluster or f"{self.name}={advertised}"]
        if is_old(self.binary):
            words += ["--logger", self.logger]
            if self.logger == "zap":
                words += ["--log-outputs", "stderr"]
        return words + list(self.options)

    def start(self, wait=True):
        with open(self.folder / self.log_name, "ab") as log:
            self.process = subprocess.Popen(self.command(), executable=self.binary, cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=quiet_environment(), preexec_fn=hurry)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                Gateway([self.endpoint]).range("health", 1)
                return
            except Refused:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not answer; see {self.folder / self.log_name}")

    def is_leader(self):
        try:
            status = Gateway([self.endpoint]).call("/v3/maintenance/status", {}, 2)
            return status.get("leader") == status["header"]["member_id"]
        except Refused:
            return False

    def kill(self, number=signal.SIGKILL):
        """Only ever the process that start() made."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def end(self):
        """Gone at once, without a word."""
        self.kill()
        self.process.wait()

    def stop(self, seconds=15):
        self.kill(signal.SIGTERM)
        self.wait(seconds)

    def wait(self, seconds):
        """True when it ended in time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def threads(self):
        return [int(thread) for thread in os.listdir(f"/proc/{self.pid}/task")]

    def wal(self):
        return sorted((self.data / "member" / "wal").glob("*.wal"))[-1]

    def database(self):
        return self.data / "member" / "snap" / "db"


def version_of(binary):
    """As "3.4.23"; empty when it does not run."""
    try:
        out = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, timeout=20,
                             env=quiet_environment()).stdout
    except OSError:
        return ""
    return out.partition("etcd Version: ")[2].split("\n")[0]


def is_old(binary):
    """3.4 and older know --logger=capnslog."""
    return version_of(binary).startswith(("3.4.", "3.3.", "3.2."))


FETCHING = threading.Lock()  # several cases that start at once fetch one etcd once


def find(wanted, cache):
    """Path of an etcd: wanted is "" (the distribution's), "3.5" (fetched into cache when missing), or a path. None when there is none."""
    if wanted == "3.5":
        binary = cache / "usr" / "bin" / "etcd"
        with FETCHING:
            return str(binary) if binary.exists() or fetch_newer(cache) else None
    return wanted or shutil.which("etcd")


SOURCE = """Types: deb
URIs: {uri}
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


def fetch_newer(cache):
    """Unpack etcd-server of Debian 13 into cache, by apt with lists and sources of its own, from the mirror that this machine uses."""
    uri = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(REPO_URI)", "Created-By: Packages"], check=False,
                         capture_output=True, text=True).stdout.split()
    uri = next((word for word in uri if word.rstrip("/").endswith("/debian")), None)
    if uri is None:
        return False
    private = (cache / "apt").absolute()
    for folder in ("lists/partial", "cache/archives/partial"):
        (private / folder).mkdir(parents=True, exist_ok=True)
    (private / "status").touch()
    (private / "trixie.sources").write_text(SOURCE.format(uri=uri), encoding="utf-8")
    options = [f"-oDir::Etc::sourcelist={private}/trixie.sources", "-oDir::Etc::sourceparts=-",
               f"-oDir::State::lists={private}/lists", f"-oDir::Cache={private}/cache", f"-oDir::State::status={private}/status"]
    for words in (["update", "-qq"], ["download", "-qq", "etcd-server"]):
        if subprocess.run(["apt-get", *options, *words], cwd=private, capture_output=True, check=False).returncode != 0:
            return False
    packages = list(private.glob("etcd-server_*.deb"))
    return bool(packages) and subprocess.run(["dpkg", "-x", packages[-1], cache], check=False).returncode == 0
