"""Takes memory by many processes, each of which takes little."""

import os
import time


def attack(processes: str, size: str) -> str:
    for _ in range(int(processes)):
        if os.fork() == 0:
            held = b"x" * int(size)
            time.sleep(1000)
            os._exit(len(held) & 1)
    return "held"
