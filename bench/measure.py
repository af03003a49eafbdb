# SPDX-License-Identifier: Apache-2.0
"""Run a command and print its wall time in seconds and its peak memory in KiB: python3 -I -S measure.py COMMAND...

A process of its own, because a child's peak begins with that of its parent, and this one is small.
"""
import os
import sys
import time

begin = time.monotonic()
pid = os.posix_spawn(f"/usr/bin/{sys.argv[1]}" if "/" not in sys.argv[1] else sys.argv[1], sys.argv[1:], os.environ,
                     file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - begin, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
