# SPDX-License-Identifier: Apache-2.0
"""Faults of Milvus's own, while etcd is well."""
import signal

import faults


def operator_stop(lab):
    lab.start(healthy=20)
    lab.stop_milvus()
    lab.sleep(2)
    lab.single.stop()


def panic(lab):
    lab.start(healthy=12, milvus=("--panic-after", "12"))
    lab.wait_milvus(20)
    lab.sleep(5)


def starved(lab):
    """Milvus's process does not get to run for longer than its leases live."""
    lab.start(healthy=12)
    faults.pause([lab.milvus.pid], lab.ttl() + lab.vary(7, 4, 40))
    lab.wait_milvus(50)
    lab.sleep(4)


def killed(lab):
    """Killed, and started again by somebody."""
    lab.start(healthy=15)
    lab.milvus.send_signal(signal.SIGKILL)
    lab.wait_milvus(5)
    lab.sleep(6)
    lab.start_milvus()
    lab.sleep(10)
