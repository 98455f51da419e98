"""Patches the suite itself, and by a .pth whatever Python starts next. It puts back what it did."""

import os
import site
import sys
from pathlib import Path


def attack(really: str) -> list[str]:
    ours = Path(sys.modules["conformance"].__file__ or "")
    folders = {ours.parent, ours.parent / "servers", *map(Path, site.getsitepackages()), Path(sys.prefix)}
    files = [ours, Path(sys.modules["conformance.servers.runner"].__file__ or "")]
    if really == "0":
        return [str(each) for each in (*folders, *files) if os.access(each, os.W_OK)]
    changed = []
    for each in (*(folder / "forged.pth" for folder in folders), *files):
        try:
            each.open("a").close()
        except OSError:
            continue
        changed.append(str(each))
        if each.name == "forged.pth":
            each.unlink()
    return changed
