"""A folder -> the files of Python that were submitted in it. Shell: it reads nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["digest_of", "sources_of"]

_LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "site-packages"})
_ENVIRONMENT: Final = "pyvenv.cfg"
_MOST_FILES: Final = 2_000
_MOST_BYTES: Final = 1 << 20  # of a file; nobody writes a longer one by hand


def sources_of(folder: Path) -> tuple[tuple[str, bytes], ...]:
    """Name and content of each, in the order of their names; a link is not followed."""
    found = []
    for path in _paths(folder):
        try:
            with path.open("rb") as file:
                found.append((path.relative_to(folder).as_posix(), file.read(_MOST_BYTES)))
        except OSError:
            continue
        if len(found) == _MOST_FILES:
            break
    return tuple(found)


def digest_of(sources: tuple[tuple[str, bytes], ...]) -> str:
    """SHA-256 over names and contents."""
    made = hashlib.sha256()
    for name, text in sources:
        made.update(hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest())
        made.update(hashlib.sha256(text).digest())
    return made.hexdigest()


def _paths(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        at = Path(here)
        kept = (each for each in folders if each not in _LEFT_OUT and not each.startswith("."))
        folders[:] = sorted(each for each in kept if not (at / each / _ENVIRONMENT).exists())
        for each in sorted(files):
            path = at / each
            if each.endswith(".py") and path.is_file() and not path.is_symlink():
                yield path
