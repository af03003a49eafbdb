# SPDX-License-Identifier: Apache-2.0
"""Faults that are really injected into running processes. What the machine does not permit raises NotPermitted."""
import contextlib
import itertools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time


class NotPermitted(Exception):
    """Why a fault cannot be injected here."""


def is_alive(pid):
    """False for a process that ended, waited for or not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextlib.contextmanager
def traced(pid, inject, paths=(), out=subprocess.DEVNULL, call="fdatasync"):
    """Hold strace on a process. inject: what follows "inject=CALL:"; paths: files that it is limited to"""
    strace = shutil.which("strace")
    if strace is None:
        raise NotPermitted("strace is not installed")
    words = [strace, "-f", "-qqq", "-e", "signal=none", "-e", f"trace={call}", "-e", f"inject={call}:{inject}", "-p", str(pid)]
    for path in paths:
        words += ["-P", str(path.resolve())]
    tracer = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out, text=True)
    try:
        time.sleep(0.3)
        if tracer.poll() is not None and is_alive(pid):
            raise NotPermitted("strace may not attach to a process")
        yield tracer
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
        try:
            tracer.wait(5)
        except subprocess.TimeoutExpired:
            tracer.kill()
            tracer.wait()


def slow_fsync(pid, seconds, paths=(), call="fdatasync"):
    """While in it, every fdatasync, or other call, takes that much longer."""
    return traced(pid, f"delay_exit={int(seconds * 1e6)}", paths, call=call)


def failing_fsync(pid, error="EIO", paths=()):
    return traced(pid, f"error={error}", paths)


def await_delay(lines, seen):
    """Set seen when strace shows a call that it holds back: it prints first, then waits."""
    for line in lines:
        if "(DELAYED)" in line:
            break
    seen.set()


def uneven_fsync(pid, delays, is_over, paths=()):
    """Delay fdatasync by the next of delays in turn, until is_over() says so."""
    for seconds in itertools.cycle(delays):
        if is_over():
            return
        with traced(pid, f"delay_exit={int(seconds * 1e6)}", paths, subprocess.PIPE) as tracer:
            seen = threading.Event()
            threading.Thread(target=await_delay, args=(tracer.stderr, seen), daemon=True).start()
            while not seen.wait(0.1) and not is_over():
                pass
            end = time.monotonic() + seconds + 0.05
            while time.monotonic() < end and not is_over():
                time.sleep(0.05)


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def pause(pids, seconds):
    """SIGSTOP for some seconds."""
    send(pids, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        send(pids, signal.SIGCONT)


def pulses(pids, running, stopped, is_over):
    """Run and stop processes in turn, seconds each, until is_over() says so."""
    try:
        while not is_over():
            send(pids, signal.SIGSTOP)
            time.sleep(stopped)
            send(pids, signal.SIGCONT)
            time.sleep(running)
    finally:
        send(pids, signal.SIGCONT)


CPU_V1 = pathlib.Path("/sys/fs/cgroup/cpu")
CPU_V2 = pathlib.Path("/sys/fs/cgroup")


@contextlib.contextmanager
def cpu_group(pids, v1, v2):
    """Processes in a CPU cgroup of their own. v1, v2: its settings in both hierarchies, by file"""
    is_v1 = (CPU_V1 / "cpu.cfs_quota_us").exists() or (CPU_V1 / "tasks").exists()
    root = CPU_V1 if is_v1 else CPU_V2
    group = root / f"lab-{pids[0]}"
    try:
        group.mkdir()
    except OSError as error:
        raise NotPermitted(f"no CPU cgroup can be made: {error.strerror}") from None
    try:
        try:
            for name, value in (v1 if is_v1 else v2).items():
                (group / name).write_text(value)
            for pid in pids:
                (group / "cgroup.procs").write_text(str(pid))
        except OSError as error:
            raise NotPermitted(f"the CPU cgroup takes no limit: {error.strerror}") from None
        yield group
    finally:
        for pid in pids:
            with contextlib.suppress(OSError):
                (root / "cgroup.procs").write_text(str(pid))
        with contextlib.suppress(OSError):
            group.rmdir()


def throttled(pids, share):
    """Give processes a share (0.02 is 2 %) of one CPU together, per 100 ms, as a container limit does."""
    quota = str(max(int(share * 100000), 1000))
    return cpu_group(pids, {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": quota}, {"cpu.max": f"{quota} 100000"})


@contextlib.contextmanager
def crowded(pids, neighbours):
    """The least weight among others that never rest: no limit, and no period."""
    with cpu_group(pids, {"cpu.shares": "2"}, {"cpu.weight": "1"}) as group, contextlib.ExitStack() as stack:
        for _ in range(neighbours):
            spinner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(spinner.wait)
            stack.callback(spinner.kill)
        yield group


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A tmpfs of that size at folder."""
    folder.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode != 0:
        raise NotPermitted("a tmpfs may not be mounted")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def fill(folder, left=0):
    """Take the free space of a file system, but for some bytes."""
    status = os.statvfs(folder)
    size = status.f_bavail * status.f_frsize - left
    with open(folder / "other-data.bin", "wb") as out, contextlib.suppress(OSError):
        block = bytes(1 << 16)
        while size > 0:
            out.write(block[:min(size, len(block))])
            size -= len(block)
        out.flush()


def corrupt(path, offset, size=64):
    """Turn bytes of a file over."""
    with open(path, "r+b") as file:
        file.seek(offset)
        old = file.read(size)
        file.seek(offset)
        file.write(bytes(byte ^ 0xff for byte in old))
