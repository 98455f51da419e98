"""Takes memory by files that hold nothing, where files are memory."""

import os
from pathlib import Path


def attack(upto: str) -> int:
    Path("many").mkdir()
    for number in range(int(upto)):
        os.close(os.open(f"many/{number}", os.O_CREAT | os.O_WRONLY))
    return int(upto)
