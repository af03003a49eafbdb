#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Print the JSON files of a folder, sorted."""
import pathlib
import sys

print("\n".join(str(path) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json"))))
