"""Leaves a process behind that has nothing to do with it any more: session, parent, name, environment."""

import os


def attack(mark: str) -> str:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 100)
            os.execve("/bin/sleep", ["sleep", mark], {})  # noqa: S606
        os._exit(0)
    os.wait()
    return "left"
