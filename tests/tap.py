# SPDX-License-Identifier: Apache-2.0
"""Results of a test in the Test Anything Protocol, which meson counts one by one."""
import sys
import traceback


class Tap:
    """with Tap() as tap: tap.check(NAME, is_so, "what was seen instead")"""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, is_so, detail=""):
        """One result. detail: shown when it is not so; a text or a list of lines."""
        self.count += 1
        self.failed += not is_so
        print(f"{'ok' if is_so else 'not ok'} {self.count} - {name.replace('#', '%')}")
        if not is_so:
            lines = detail if isinstance(detail, list) else str(detail).splitlines()
            for line in lines[:60]:
                print(f"# {line}")
        sys.stdout.flush()
        return is_so

    def empty(self, name, faults):
        """It is so when there are no faults."""
        return self.check(name, not faults, [str(fault) for fault in faults])

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            self.check(f"{kind.__name__}", False, "".join(traceback.format_exception(kind, error, trace)))
        print(f"1..{self.count}")
        sys.stdout.flush()
        sys.exit(1 if self.failed or not self.count else 0)
