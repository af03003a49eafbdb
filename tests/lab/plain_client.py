#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Something else that uses etcd, and logs nothing: writers and readers of small keys, until it is told to end."""
import argparse
import random
import threading
import time

from gateway import Gateway, Refused


def use(gateway, pace):
    """One request, then a pause; an error changes nothing."""
    while True:
        key = f"/registry/configmaps/default/app-{random.randrange(40)}"
        try:
            if random.random() < 0.7:
                gateway.put(key, "x" * random.randrange(40, 3000), 5)
            else:
                gateway.range(key, 5)
        except Refused:
            pass
        time.sleep(random.uniform(0.5, 1.5) * pace)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--etcd", action="append", required=True, metavar="HOST:PORT")
    parser.add_argument("--pace", type=float, default=0.5, help="seconds between two requests of each of its users")
    options = parser.parse_args()
    for _ in range(4):
        threading.Thread(target=use, args=(Gateway(options.etcd), options.pace), daemon=True).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
