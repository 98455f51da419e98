"""Writes to a file of somebody else's, puts another beside it, and takes its place."""

import contextlib
from collections.abc import Callable
from pathlib import Path


def attack(path: str) -> str:
    file, told = Path(path), []
    deeds: dict[str, Callable[[], object]] = {
        "appended": lambda: file.open("a").write("forged"),
        "added": lambda: file.with_name("forged.pth").write_text("import this"),
        "replaced": lambda: file.with_name("forged.pth").replace(file),
    }
    for name, deed in deeds.items():
        with contextlib.suppress(OSError):
            deed()
            told.append(name)
    return " ".join(told)
