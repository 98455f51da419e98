"""Starts processes that do nothing and never end, up to a number of them."""

import os
import time


def attack(upto: str) -> int:
    for number in range(int(upto)):
        try:
            if os.fork() == 0:
                time.sleep(1000)
        except OSError:
            return number
    return int(upto)
