"""Prints what a terminal and a CI system would obey, and what looks like a result; then it is gone."""

import os
import sys

print("\n::error::forged\n##[error]forged\n\x1b[2J\x1b[31mforged\x1b[0m\n46 pass\r", flush=True)  # noqa: T201


def attack() -> str:
    sys.stderr.write("::set-output name=grade::100\nTraceback: \x1b]0;forged\x07 All 46 checks pass\n")
    sys.stderr.flush()
    os._exit(0)
