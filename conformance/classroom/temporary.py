"""Folders for what is gone once a class is graded; and those of a grader that was killed go, too. Shell.

Each is named by the process that has made it, which holds a lock on it as long as it lives: by that it is
known, in other containers also, whose /tmp may be this one, and whose processes nobody here sees.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

__all__ = ["sweep", "temporary"]

_NAME: Final = re.compile(r"(?:class|submission)-p(\d+)-\w{8}")
_YOUNG: Final = 60.0  # seconds; the lock comes after the folder


@contextlib.contextmanager
def temporary(kind: str) -> Iterator[Path]:
    """A folder that is gone at the end; `kind`: class, or submission."""
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-p{os.getpid()}-"))
    handle = None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        if handle is not None:
            os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what graders of this user have left that are gone; what can't be removed stays."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found and not _lives(int(found[1])):
                with contextlib.suppress(OSError):
                    _sweep(entry.path)


def _sweep(path: str) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        about = os.fstat(handle)
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            return
        if time.time() - about.st_mtime < _YOUNG:
            return
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
