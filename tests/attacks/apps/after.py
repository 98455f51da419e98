"""Leaves a process that writes over the report, which prey.txt names, for as long as it lives."""

import contextlib
import os
import time
from pathlib import Path

LEFT: list[int] = []


def attack() -> str:
    report = Path(Path("prey.txt").read_text())
    if not LEFT and os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for _ in range(10_000):
                time.sleep(0.01)
                with contextlib.suppress(OSError):
                    report.write_text("forged")
        os._exit(0)
    LEFT.append(1)
    return "left"
