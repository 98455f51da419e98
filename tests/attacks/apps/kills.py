"""Kills the process that judges it."""

import os
import signal


def attack(pid: str) -> str:
    os.kill(int(pid), signal.SIGKILL)
    return "killed"
